//! Avro schemas compared by meaning: white space, the order of JSON members and the way names are written do not count;
//! docs, aliases, defaults and extra properties do.

use serde_json::{Map, Value};
use std::collections::HashMap;

/// An Avro schema in one normal form: every name is a full name, and members that say nothing are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct AvroSchema {
    root: Value,
}

const PRIMITIVES: [&str; 8] = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];

impl AvroSchema {
    /// Reads a schema whose types are all known. Rules on names, symbols and defaults are not checked: a registry asks a
    /// whole implementation of Avro first.
    ///
    /// # Errors
    /// What is wrong with the schema, for a person.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let schema = Self { root: normal_form(&value, "") };
        check(&schema.root, &schema.definitions())?;
        Ok(schema)
    }

    #[must_use]
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// Named types by full name.
    #[must_use]
    pub fn definitions(&self) -> HashMap<&str, &Value> {
        let mut found = HashMap::new();
        collect_definitions(&self.root, &mut found);
        found
    }

    /// The same text for equal schemas and only for them.
    #[must_use]
    pub fn key(&self) -> String {
        let mut out = String::new();
        write_sorted(&self.root, &mut out);
        out
    }
}

pub(super) fn is_primitive(name: &str) -> bool {
    PRIMITIVES.contains(&name)
}

/// Every type is a primitive, a name that is defined, or has the members of its kind.
fn check(schema: &Value, known: &HashMap<&str, &Value>) -> Result<(), String> {
    let members = match schema {
        Value::String(name) if is_primitive(name) || known.contains_key(name.as_str()) => return Ok(()),
        Value::String(name) => return Err(format!("unknown type `{name}`")),
        Value::Array(branches) => return branches.iter().try_for_each(|branch| check(branch, known)),
        Value::Object(members) => members,
        _ => return Err("a schema is a name, an object or a list".to_owned()),
    };
    let kind = members.get("type").and_then(Value::as_str).unwrap_or_default();
    let member = |name: &str| members.get(name).ok_or_else(|| format!("`{kind}` without `{name}`"));
    match kind {
        "record" | "error" => {
            member("name")?;
            let fields = member("fields")?.as_array().ok_or("`fields` is no list")?;
            fields.iter().try_for_each(|field| match (field.get("name"), field.get("type")) {
                (Some(_), Some(ty)) => check(ty, known),
                _ => Err("a field without name or type".to_owned()),
            })
        }
        "enum" => member("name").and(member("symbols")).map(drop),
        "fixed" => member("name").and(member("size")).map(drop),
        "array" => check(member("items")?, known),
        "map" => check(member("values")?, known),
        primitive if is_primitive(primitive) => Ok(()),
        other => check(&Value::from(other), known),
    }
}

fn normal_form(schema: &Value, namespace: &str) -> Value {
    match schema {
        Value::String(name) if is_primitive(name) => schema.clone(),
        Value::String(name) => Value::String(full_name(name, namespace)),
        Value::Array(branches) => branches.iter().map(|branch| normal_form(branch, namespace)).collect(),
        Value::Object(members) => match members.get("type") {
            Some(Value::String(kind)) => object_form(members, kind, namespace),
            // `{"type": {"type": …}}` says no more than its inside.
            Some(inner) => normal_form(inner, namespace),
            None => schema.clone(),
        },
        _ => schema.clone(),
    }
}

fn object_form(members: &Map<String, Value>, kind: &str, namespace: &str) -> Value {
    let mut out = members.clone();
    out.retain(|name, value| !(matches!(name.as_str(), "aliases") && value.as_array().is_some_and(Vec::is_empty)));
    match kind {
        "record" | "error" | "enum" | "fixed" => {
            let own = members.get("namespace").and_then(Value::as_str).unwrap_or(namespace);
            let name = full_name(members.get("name").and_then(Value::as_str).unwrap_or_default(), own);
            let inner = name.rsplit_once('.').map_or("", |(namespace, _)| namespace).to_owned();
            out.shift_remove("namespace");
            out.insert("name".to_owned(), Value::String(name));
            if let Some(Value::Array(fields)) = out.get_mut("fields") {
                fields.iter_mut().for_each(|field| field_form(field, &inner));
            }
        }
        "array" | "map" => {
            for content in ["items", "values"] {
                if let Some(value) = out.get_mut(content) {
                    *value = normal_form(value, namespace);
                }
            }
        }
        // `{"type": "int"}` says no more than `"int"`, and a named type may be wrapped likewise.
        _ if members.len() == 1 => return normal_form(&Value::String(kind.to_owned()), namespace),
        _ => {}
    }
    Value::Object(out)
}

fn field_form(field: &mut Value, namespace: &str) {
    let Value::Object(members) = field else { return };
    if let Some(schema) = members.get_mut("type") {
        *schema = normal_form(schema, namespace);
    }
    // What Java leaves out when it prints a schema.
    members.retain(|name, value| match name.as_str() {
        "order" => value.as_str() != Some("ascending"),
        "aliases" => !value.as_array().is_some_and(Vec::is_empty),
        _ => true,
    });
}

fn full_name(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") }
}

fn collect_definitions<'a>(schema: &'a Value, found: &mut HashMap<&'a str, &'a Value>) {
    match schema {
        Value::Array(branches) => branches.iter().for_each(|branch| collect_definitions(branch, found)),
        Value::Object(members) => {
            if let Some(name) = members.get("name").and_then(Value::as_str) {
                found.insert(name, schema);
            }
            let fields = members.get("fields").and_then(Value::as_array).into_iter().flatten();
            let contents = ["items", "values"].into_iter().filter_map(|content| members.get(content));
            fields.filter_map(|field| field.get("type")).chain(contents).for_each(|inner| collect_definitions(inner, found));
        }
        _ => {}
    }
}

fn write_sorted(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (name, value) in members {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write_sorted(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_sorted(item, out);
                out.push(',');
            }
            out.push(']');
        }
        // A default of `0` and one of `0.0` are the same number.
        Value::Number(number) => match number.as_f64() {
            Some(float) if !number.is_i64() && !number.is_u64() && float.fract() == 0.0 && float.abs() < 9e15 => {
                out.push_str(&format!("{float:.0}"));
            }
            _ => out.push_str(&number.to_string()),
        },
        scalar => out.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn key(text: &str) -> String {
        AvroSchema::parse(text).unwrap().key()
    }

    const ORDERS: &str = r#"{"type":"record","name":"orders","namespace":"default.tpcc","fields":[
        {"name":"o_id","type":{"type":"int","connect.parameters":{"tidb_type":"INT"}}},
        {"name":"o_d","default":null,"type":["null",{"type":"double"}]},
        {"name":"again","type":["null","orders"],"default":null}]}"#;

    #[test]
    fn the_same_schema_as_another_program_prints_it_is_equal() {
        let java = r#"{"name":"default.tpcc.orders","type":"record","fields":[
            {"type":{"connect.parameters":{"tidb_type":"INT"},"type":"int"},"name":"o_id"},
            {"name":"o_d","type":["null","double"],"default":null,"order":"ascending"},
            {"name":"again","type":["null","default.tpcc.orders"],"default":null,"aliases":[]}]}"#;
        assert_eq!(key(ORDERS), key(java));
    }

    #[test]
    fn docs_defaults_properties_and_order_of_fields_and_branches_count() {
        for (from, to) in [
            (r#""tidb_type":"INT""#, r#""tidb_type":"INT UNSIGNED""#),
            (r#"["null",{"type":"double"}]"#, r#"["null",{"type":"float"}]"#),
            (r#""name":"orders""#, r#""name":"orders","doc":"x""#),
            (r#""namespace":"default.tpcc""#, r#""namespace":"default.tpcd""#),
        ] {
            assert!(ORDERS.contains(from));
            assert_ne!(key(ORDERS), key(&ORDERS.replace(from, to)), "{to}");
        }
        let [a, b] = [r#"["null","int"]"#, r#"["int","null"]"#];
        assert_ne!(key(a), key(b));
    }

    #[test]
    fn numbers_are_equal_by_value() {
        let with =
            |default: &str| format!(r#"{{"type":"record","name":"r","fields":[{{"name":"f","type":"double","default":{default}}}]}}"#);
        assert_eq!(key(&with("1")), key(&with("1.0")));
        assert_ne!(key(&with("1")), key(&with("1.5")));
    }

    #[test]
    fn what_is_no_schema_is_refused_with_a_reason() {
        for text in
            ["", "{", r#"{"type":"recrd","name":"x"}"#, r#"{"type":"record","name":"r"}"#, r#"{"type":"object"}"#, "\"unknown\"", "7"]
        {
            assert!(!AvroSchema::parse(text).unwrap_err().is_empty(), "{text}");
        }
    }
}
