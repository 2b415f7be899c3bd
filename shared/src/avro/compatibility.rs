//! Whether data written under one schema can be read under another, by the rules of Java's `SchemaCompatibility`, which
//! is what Confluent's registry applies. All violations are found, each with the path and the name of the field.
//!
//! `apache_avro`'s own checker differs where it matters here: it compares decimals' precision, calls a lost union branch
//! partly compatible, and stops at the first violation. The tests hold both to the same verdict where they agree.

use super::canonical::{AvroSchema, is_primitive};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;

/// What a new version of a subject is held to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Level {
    None,
    /// The new schema reads what the last version wrote.
    #[default]
    Backward,
    BackwardTransitive,
    /// The last version reads what the new schema writes.
    Forward,
    ForwardTransitive,
    Full,
    FullTransitive,
}

impl Level {
    /// With the names that the registry gives them.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::None, "NONE"),
        (Self::Backward, "BACKWARD"),
        (Self::BackwardTransitive, "BACKWARD_TRANSITIVE"),
        (Self::Forward, "FORWARD"),
        (Self::ForwardTransitive, "FORWARD_TRANSITIVE"),
        (Self::Full, "FULL"),
        (Self::FullTransitive, "FULL_TRANSITIVE"),
    ];

    fn is_transitive(self) -> bool {
        matches!(self, Self::BackwardTransitive | Self::ForwardTransitive | Self::FullTransitive)
    }

    fn is_backward(self) -> bool {
        matches!(self, Self::Backward | Self::BackwardTransitive | Self::Full | Self::FullTransitive)
    }

    fn is_forward(self) -> bool {
        matches!(self, Self::Forward | Self::ForwardTransitive | Self::Full | Self::FullTransitive)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(level, _)| level == self).map_or("", |(_, name)| name);
        f.write_str(name)
    }
}

impl FromStr for Level {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|(_, name)| text.eq_ignore_ascii_case(name)).map(|(level, _)| *level).ok_or(())
    }
}

/// An earlier version to compare with.
pub struct Earlier<'a> {
    pub version: u32,
    pub text: &'a str,
}

/// Why `new` may not follow the `earlier` versions (newest first); empty when it may. The items are those of Confluent's
/// verbose answer.
#[must_use]
pub fn violations(level: Level, new: &AvroSchema, earlier: &[Earlier<'_>]) -> Vec<String> {
    let compared = if level.is_transitive() { earlier.len() } else { 1 };
    for Earlier { version, text } in earlier.iter().take(compared) {
        // Only valid schemas were stored; one of another kind cannot be read as Avro at all.
        let mut found = match AvroSchema::parse(text) {
            Ok(old) => between(level, new, &old),
            Err(_) if level == Level::None => Vec::new(),
            Err(_) => vec!["{errorType:'TYPE_MISMATCH', description:'The earlier schema is not an Avro schema'}".to_owned()],
        };
        if !found.is_empty() {
            found.push(format!("{{oldSchemaVersion: {version}}}"));
            found.push(format!("{{oldSchema: '{text}'}}"));
            found.push(format!("{{validateFields: 'false', compatibility: '{level}'}}"));
            return found;
        }
    }
    Vec::new()
}

fn between(level: Level, new: &AvroSchema, old: &AvroSchema) -> Vec<String> {
    let mut found = Vec::new();
    if level.is_backward() {
        found.extend(Check::new(new, old, "new", "old").run());
    }
    if level.is_forward() {
        found.extend(Check::new(old, new, "old", "new").run());
    }
    found
}

/// One direction: can `reader` read what `writer` wrote?
struct Check<'a> {
    reader: &'a Value,
    writer: &'a Value,
    reader_types: HashMap<&'a str, &'a Value>,
    writer_types: HashMap<&'a str, &'a Value>,
    reader_is: &'static str,
    writer_is: &'static str,
    /// Pairs of records being compared, so that recursive schemas end.
    open: HashSet<(&'a str, &'a str)>,
}

/// Where in the reader's schema we are.
#[derive(Clone, Default)]
struct Place {
    path: String,
    /// Name of the field around, as a person knows it.
    field: String,
}

impl Place {
    fn at(&self, step: &str) -> Self {
        Self { path: format!("{}/{step}", self.path), field: self.field.clone() }
    }

    fn in_field(&self, index: usize, name: &str) -> Self {
        let field = if self.field.is_empty() { name.to_owned() } else { format!("{}.{name}", self.field) };
        Self { path: format!("{}/fields/{index}/type", self.path), field }
    }

    fn path(&self) -> &str {
        if self.path.is_empty() { "/" } else { &self.path }
    }
}

impl<'a> Check<'a> {
    fn new(reader: &'a AvroSchema, writer: &'a AvroSchema, reader_is: &'static str, writer_is: &'static str) -> Self {
        let (reader_types, writer_types) = (reader.definitions(), writer.definitions());
        Self { reader: reader.root(), writer: writer.root(), reader_types, writer_types, reader_is, writer_is, open: HashSet::new() }
    }

    fn run(mut self) -> Vec<String> {
        self.compare(self.reader, self.writer, &Place::default())
    }

    fn compare(&mut self, reader: &'a Value, writer: &'a Value, place: &Place) -> Vec<String> {
        let reader = resolved(reader, &self.reader_types);
        let writer = resolved(writer, &self.writer_types);
        let (reads, writes) = (kind(reader), kind(writer));
        if reads == "union" && writes == "union" {
            let mut found = Vec::new();
            for (i, branch) in branches(writer).iter().enumerate() {
                if !self.any_branch_reads(reader, branch, place) {
                    found.push(self.missing_branch(branch, &place.at(&i.to_string())));
                }
            }
            return found;
        }
        if writes == "union" {
            return branches(writer).iter().flat_map(|branch| self.compare(reader, branch, place)).collect();
        }
        if reads == "union" {
            return if self.any_branch_reads(reader, writer, place) { Vec::new() } else { vec![self.missing_branch(writer, place)] };
        }
        match (reads, writes) {
            ("record", "record") => self.compare_records(reader, writer, place),
            ("enum", "enum") => {
                self.name_violation(reader, writer, place).into_iter().chain(self.lost_symbols(reader, writer, place)).collect()
            }
            ("fixed", "fixed") => {
                let size = |schema: &Value| schema.get("size").and_then(Value::as_u64).unwrap_or_default();
                let (found, expected) = (size(reader), size(writer));
                let resized = (found != expected).then(|| {
                    let what = format!(
                        "The size of FIXED type {} in the {} schema does not match with the {} schema",
                        describe(place),
                        self.reader_is,
                        self.writer_is
                    );
                    violation("FIXED_SIZE_MISMATCH", &what, &format!("expected: {expected}, found: {found}"))
                });
                self.name_violation(reader, writer, place).into_iter().chain(resized).collect()
            }
            ("array", "array") => self.compare(&reader["items"], &writer["items"], &place.at("items")),
            ("map", "map") => self.compare(&reader["values"], &writer["values"], &place.at("values")),
            _ if reads == writes || promotes(writes, reads) => Vec::new(),
            _ => {
                let what = format!(
                    "The type of {} in the {} schema does not match with the {} schema",
                    describe(place),
                    self.reader_is,
                    self.writer_is
                );
                let info = format!("reader type: {} not compatible with writer type: {}", reads.to_uppercase(), writes.to_uppercase());
                vec![violation("TYPE_MISMATCH", &what, &info)]
            }
        }
    }

    fn compare_records(&mut self, reader: &'a Value, writer: &'a Value, place: &Place) -> Vec<String> {
        let pair = (name(reader), name(writer));
        if !self.open.insert(pair) {
            return Vec::new();
        }
        let mut found: Vec<_> = self.name_violation(reader, writer, place).into_iter().collect();
        for (i, field) in fields(reader).iter().enumerate() {
            let inside = place.in_field(i, name(field));
            match fields(writer).iter().find(|old| is_called(field, name(old))) {
                Some(old) => found.extend(self.compare(&field["type"], &old["type"], &inside)),
                None if field.get("default").is_some() => {}
                None => {
                    let (called, path) = (&inside.field, place.at(&format!("fields/{i}")).path);
                    let what = format!(
                        "The field '{called}' at path '{path}' in the {} schema has no default value and is missing in the {} schema",
                        self.reader_is, self.writer_is
                    );
                    found.push(violation("READER_FIELD_MISSING_DEFAULT_VALUE", &what, name(field)));
                }
            }
        }
        self.open.remove(&pair);
        found
    }

    fn any_branch_reads(&mut self, union: &'a Value, writer: &'a Value, place: &Place) -> bool {
        branches(union).iter().any(|branch| self.compare(branch, writer, place).is_empty())
    }

    fn missing_branch(&self, writer: &Value, place: &Place) -> String {
        let writer = resolved(writer, &self.writer_types);
        let what = format!(
            "The {} schema is missing a type inside the union of {} in the {} schema",
            self.reader_is,
            describe(place),
            self.writer_is
        );
        violation("MISSING_UNION_BRANCH", &what, &format!("reader union lacking writer type: {}", kind(writer).to_uppercase()))
    }

    fn lost_symbols(&self, reader: &Value, writer: &Value, place: &Place) -> Option<String> {
        let symbols = |schema: &'_ Value| -> Vec<String> {
            schema["symbols"].as_array().into_iter().flatten().filter_map(|symbol| symbol.as_str().map(str::to_owned)).collect()
        };
        let known = symbols(reader);
        let lost: Vec<_> = symbols(writer).into_iter().filter(|symbol| !known.contains(symbol)).collect();
        if lost.is_empty() || reader.get("default").is_some() {
            return None;
        }
        let what = format!("The {} schema is missing enum symbols of {} in the {} schema", self.reader_is, describe(place), self.writer_is);
        Some(violation("MISSING_ENUM_SYMBOLS", &what, &format!("[{}]", lost.join(", "))))
    }

    /// Only the last parts of names are compared, as Java does.
    fn name_violation(&self, reader: &Value, writer: &Value, place: &Place) -> Option<String> {
        let short = |full: &str| full.rsplit('.').next().map(str::to_owned);
        let aliases = reader.get("aliases").and_then(Value::as_array).into_iter().flatten();
        let same = short(name(reader)) == short(name(writer)) || aliases.into_iter().any(|alias| alias.as_str() == Some(name(writer)));
        let what =
            format!("The name of the schema has changed from '{}' to '{}' (path '{}')", name(writer), name(reader), place.at("name").path);
        (!same).then(|| violation("NAME_MISMATCH", &what, &format!("expected: {}", name(writer))))
    }
}

fn violation(rule: &str, what: &str, info: &str) -> String {
    format!("{{errorType:'{rule}', description:'{what}', additionalInfo:'{info}'}}")
}

fn describe(place: &Place) -> String {
    if place.field.is_empty() { format!("path '{}'", place.path()) } else { format!("field '{}' at path '{}'", place.field, place.path()) }
}

fn resolved<'a>(schema: &'a Value, types: &HashMap<&'a str, &'a Value>) -> &'a Value {
    match schema.as_str() {
        Some(name) if !is_primitive(name) => types.get(name).copied().unwrap_or(schema),
        _ => schema,
    }
}

fn kind(schema: &Value) -> &str {
    match schema {
        Value::String(name) => name,
        Value::Array(_) => "union",
        _ => match schema["type"].as_str().unwrap_or_default() {
            "error" => "record",
            kind => kind,
        },
    }
}

fn branches(union: &Value) -> &[Value] {
    union.as_array().map_or(&[], Vec::as_slice)
}

fn fields(record: &Value) -> &[Value] {
    record["fields"].as_array().map_or(&[], Vec::as_slice)
}

fn name(schema: &Value) -> &str {
    schema["name"].as_str().unwrap_or_default()
}

fn is_called(field: &Value, wanted: &str) -> bool {
    name(field) == wanted
        || field.get("aliases").and_then(Value::as_array).into_iter().flatten().any(|alias| alias.as_str() == Some(wanted))
}

fn promotes(written: &str, read: &str) -> bool {
    matches!(
        (written, read),
        ("int", "long" | "float" | "double")
            | ("long", "float" | "double")
            | ("float", "double")
            | ("string", "bytes")
            | ("bytes", "string")
    )
}

#[cfg(test)]
mod tests;
