//! A change of a table that is planned, before the source and the registry see it.

use crate::Finding;
use crate::avro::TablePlan;
use crate::avro::names::sanitize;
use crate::config::Pipeline;
use crate::schema::{ColumnType, TableModel};
use crate::sink_uri::KafkaOptions;
use serde_json::Value;

/// What the registry will have against a table's next definition under `BACKWARD`, its default: a new field that has no
/// default. Nothing for a definition that has no Avro schema; [`validate_tables`](super::validate_tables) says why.
#[must_use]
pub fn validate_change(pipeline: &Pipeline, before: &TableModel, after: &TableModel) -> Vec<Finding> {
    let (options, _) = KafkaOptions::read(pipeline);
    let Ok(plan) = TablePlan::new(after, &options.avro) else { return Vec::new() };
    // the schema itself says whether a default got through: a logical type never gets its own
    let schema: Value = serde_json::from_str(plan.value_schema()).unwrap_or_default();
    let has_default = |name: &str| {
        let mut fields = schema.get("fields").and_then(Value::as_array).into_iter().flatten();
        fields.any(|field| field.get("name").and_then(Value::as_str) == Some(name) && field.get("default").is_some())
    };
    let is_new = |name: &str| !before.columns.iter().any(|column| sanitize(&column.name) == name);
    let mut findings = Vec::new();
    for column in &after.columns {
        let name = sanitize(&column.name);
        if column.nullable || !is_new(&name) || has_default(&name) {
            continue;
        }
        let message = format!(
            "Column `{}` is added to `{}` as NOT NULL, and its field has no default: the registry answers 409 and the changefeed stops.",
            column.name,
            after.qualified()
        );
        let hint = match column.ty {
            ColumnType::Decimal { .. } => "Make it NULL: a DEFAULT does not help, because precise decimals carry none.",
            _ => "Make it NULL, or give it a DEFAULT.",
        };
        findings.push(Finding::warning("", "added-column-incompatible", message).hint(hint));
    }
    findings
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::schema::ddl::parse_create_table;

    #[test]
    fn a_new_field_needs_a_default() {
        let table = |more: &str| parse_create_table(&format!("CREATE TABLE t (id INT PRIMARY KEY{more})"), "app").unwrap();
        let pipeline = Pipeline::named("p");
        let mut text_decimals = pipeline.clone();
        text_decimals.kafka.params.insert("avro-decimal-handling-mode".to_owned(), "string".into());
        for (pipeline, more, is_found) in [
            (&pipeline, ", c INT NOT NULL", true),
            (&pipeline, ", c INT NOT NULL DEFAULT 1", false),
            (&pipeline, ", c INT", false),
            (&pipeline, ", d DECIMAL(10,2) NOT NULL DEFAULT 0", true),
            (&text_decimals, ", d DECIMAL(10,2) NOT NULL DEFAULT 0", false),
            (&pipeline, ", d DECIMAL(10,2)", false),
        ] {
            let codes: Vec<String> = validate_change(pipeline, &table(""), &table(more)).into_iter().map(|finding| finding.code).collect();
            assert_eq!(codes.contains(&"added-column-incompatible".to_owned()), is_found, "{more}");
            assert!(validate_change(pipeline, &table(more), &table(more)).is_empty(), "an old column is no change");
        }
    }
}
