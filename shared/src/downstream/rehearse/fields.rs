//! A subject's schema before and after, field by field.

use super::SchemaChange;
use serde::Serialize;
use serde_json::Value;

/// What a change of the table makes of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    Same,
    Added,
    Removed,
    Changed,
}

/// A field of a record schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    pub name: String,
    /// Type, TiDB's type and default in one line, such as `null or int (INT), default null`; `None` when there was no such
    /// field.
    pub before: Option<String>,
    /// The same, afterwards.
    pub after: Option<String>,
}

impl FieldChange {
    #[must_use]
    pub fn mark(&self) -> Mark {
        match (&self.before, &self.after) {
            (None, _) => Mark::Added,
            (_, None) => Mark::Removed,
            (before, after) if before == after => Mark::Same,
            _ => Mark::Changed,
        }
    }
}

impl SchemaChange {
    /// The fields in the new schema's order; those that are gone stand where they were. A new subject has only added ones.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldChange> {
        let before = self.before.as_deref().map(fields).unwrap_or_default();
        let after = fields(&self.after);
        let text_in = |list: &[(String, String)], name: &str| list.iter().find(|(own, _)| own == name).map(|(_, text)| text.clone());
        let mut all: Vec<FieldChange> = after
            .iter()
            .map(|(name, text)| FieldChange { name: name.clone(), before: text_in(&before, name), after: Some(text.clone()) })
            .collect();
        for (at, (name, text)) in before.iter().enumerate().filter(|(_, (name, _))| text_in(&after, name).is_none()) {
            let previous = at.checked_sub(1).and_then(|at| before.get(at)).map(|(name, _)| name);
            let place = previous.and_then(|previous| all.iter().position(|one| one.name == *previous)).map_or(0, |place| place + 1);
            all.insert(place, FieldChange { name: name.clone(), before: Some(text.clone()), after: None });
        }
        all
    }
}

/// Names and lines of a record schema's fields.
fn fields(schema: &str) -> Vec<(String, String)> {
    let schema: Value = serde_json::from_str(schema).unwrap_or_default();
    let fields = schema["fields"].as_array().map(Vec::as_slice).unwrap_or_default();
    fields.iter().map(|field| (field["name"].as_str().unwrap_or_default().to_owned(), line(field))).collect()
}

/// Everything that two versions of a field can differ in.
fn line(field: &Value) -> String {
    let ty = type_text(&field["type"]);
    field.get("default").map_or_else(|| ty.clone(), |default| format!("{ty}, default {default}"))
}

fn type_text(ty: &Value) -> String {
    match ty {
        Value::Array(branches) => branches.iter().map(type_text).collect::<Vec<_>>().join(" or "),
        Value::Object(object) => {
            let number = |name: &str| object.get(name).and_then(Value::as_u64).unwrap_or_default();
            let mut text = object.get("type").map(type_text).unwrap_or_default();
            if let Some(logical) = object.get("logicalType").and_then(Value::as_str) {
                text = format!("{text} {logical}({},{})", number("precision"), number("scale"));
            }
            // TiDB's type, the elements of ENUM and SET, the width of BIT.
            let parameter = |name: &str| ty["connect.parameters"][name].as_str();
            let origin: Vec<&str> = ["tidb_type", "allowed", "length"].into_iter().filter_map(parameter).collect();
            if origin.is_empty() { text } else { format!("{text} ({})", origin.join(" ")) }
        }
        other => other.as_str().map_or_else(|| other.to_string(), str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::avro::compatibility::Level;
    use crate::downstream::rehearse;
    use crate::downstream::testing::{pipeline, table};

    /// `mark name: before -> after` of the value's fields.
    fn marks(ddl: &str) -> Vec<String> {
        let table = table(
            "CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(9) NOT NULL DEFAULT 'x', d DECIMAL(9,2) NOT NULL, e ENUM('p','q') NOT NULL)",
        );
        let value = rehearse(&pipeline(), &table, ddl, Level::Backward).unwrap().value.unwrap();
        let text = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let fields = value.fields().into_iter();
        fields.map(|field| format!("{:?} {}: {} -> {}", field.mark(), field.name, text(field.before), text(field.after))).collect()
    }

    #[test]
    fn fields_are_marked_where_they_stand() {
        let ddl = "ALTER TABLE t DROP COLUMN a, DROP COLUMN b, ADD COLUMN x BIT(9) NOT NULL, MODIFY e ENUM('p','q','r') NOT NULL, MODIFY d DECIMAL(12,2) NOT NULL";
        assert_eq!(
            marks(ddl),
            [
                "Same id: int (INT) -> int (INT)",
                "Removed a: null or int (INT), default null -> -",
                "Removed b: string (TEXT), default \"x\" -> -",
                "Changed d: bytes decimal(9,2) (DECIMAL) -> bytes decimal(12,2) (DECIMAL)",
                "Changed e: string (ENUM p,q) -> string (ENUM p,q,r)",
                "Added x: - -> bytes (BIT 9)",
            ]
        );
    }

    #[test]
    fn a_new_subject_has_only_new_fields() {
        assert!(marks("RENAME TABLE t TO u").iter().all(|field| field.starts_with("Added")));
    }

    #[test]
    fn text_that_changes_no_table_marks_nothing() {
        assert!(marks("ALTER TABLE t ADD INDEX (a)").iter().all(|field| field.starts_with("Same")));
    }
}
