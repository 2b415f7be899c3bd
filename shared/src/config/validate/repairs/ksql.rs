//! Statements over the changefeed's topics.

use super::Document;
use crate::ksql::{rename_property, set_property, without_property};
use crate::spelling::suggested;
use crate::{Finding, Fix};

/// A statement that the user wrote is changed at one property of its `WITH`; what is generated has no text to change.
pub(super) fn fix(document: &Document<'_>, finding: &Finding) -> Option<Fix> {
    let (code, path) = (finding.code.as_str(), finding.path.as_str());
    let sql = path.starts_with("ksqldb[").then(|| document.text(path)).flatten().filter(|_| path.ends_with(".sql"))?;
    let remove = |name: &str| Some(Fix::new(format!("Remove `{name}`")).set(path, without_property(sql, name)?));
    let avro = |name: &str| Some(Fix::new(format!("Set `{name}='AVRO'`")).set(path, set_property(sql, name, "'AVRO'")?));
    // `FORMAT` is for both, and stands beside neither
    let has_format = || without_property(sql, "FORMAT").is_some();
    match code {
        "ksql-partitions-given" => ["PARTITIONS", "REPLICAS"].into_iter().find(|name| names(finding, name)).and_then(remove),
        "ksql-property-unknown" => {
            // the last name that the message has
            let name = finding.message.rsplit('`').nth(1)?;
            match suggested(&finding.hint) {
                Some(meant) => Some(Fix::new(format!("Rename it to `{meant}`")).set(path, rename_property(sql, name, meant)?)),
                None => remove(name),
            }
        }
        "ksql-wrap-single-value" => remove("WRAP_SINGLE_VALUE"),
        "ksql-format-twice" if ["KEY_FORMAT", "VALUE_FORMAT"].iter().all(|name| without_property(sql, name).is_some()) => remove("FORMAT"),
        "ksql-format-missing" => avro("VALUE_FORMAT"),
        "ksql-kafka-key" | "ksql-key-format-none" if !has_format() => avro("KEY_FORMAT"),
        "ksql-not-avro" if has_format() => avro("FORMAT"),
        "ksql-not-avro" if finding.hint.contains("KEY_FORMAT") => avro("KEY_FORMAT"),
        "ksql-not-avro" => avro("VALUE_FORMAT"),
        _ => None,
    }
}

/// Whether a finding is about this property.
fn names(finding: &Finding, property: &str) -> bool {
    finding.message.starts_with(&format!("`{property}="))
}
