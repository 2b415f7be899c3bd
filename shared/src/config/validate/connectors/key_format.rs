//! How the connector reads keys and values. TiCDC writes Avro records, keys included.

use super::{Site, at};
use crate::connector::Kind;
use crate::{Finding, Fix};

/// What the names of converters with a registry have in them, in lower case.
const WITH_REGISTRY: [&str; 3] = ["avro", "jsonschema", "protobuf"];

/// What a connector makes of one side of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Avro,
    /// JSON_SR or PROTOBUF: a schema of another kind.
    OtherSchema,
    /// Text or raw bytes: no fields.
    Primitive,
    /// A converter that is not known here.
    Unknown,
}

/// `key` or `value`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Key,
    Value,
}

impl Side {
    /// The property that says it: Confluent Cloud's word or Connect's class.
    pub(super) fn property(self, site: &Site<'_>) -> &'static str {
        match (site.is_cloud(), self) {
            (true, Self::Key) => "input.key.format",
            (true, Self::Value) => "input.data.format",
            (false, Self::Key) => "key.converter",
            (false, Self::Value) => "value.converter",
        }
    }
}

impl Format {
    pub(super) fn of(site: &Site<'_>, side: Side) -> Self {
        let Some(word) = site.word(side.property(site)) else {
            // without a converter of its own a connector takes the worker's, which is not in the document
            return if site.is_cloud() { Self::Primitive } else { Self::Unknown };
        };
        let name = word.rsplit('.').next().unwrap_or_default().trim_end_matches("converter");
        match name {
            "avro" => Self::Avro,
            "json_sr" | "jsonschema" | "protobuf" => Self::OtherSchema,
            "string" | "bytearray" | "bytes" | "json" => Self::Primitive,
            _ => Self::Unknown,
        }
    }
}

/// The change that makes one side Avro.
pub(super) fn to_avro(site: &Site<'_>, side: Side) -> Fix {
    let value = if site.is_cloud() { "AVRO" } else { "io.confluent.connect.avro.AvroConverter" };
    Fix::new("Read it as Avro").set(at(side.property(site)), value)
}

pub(super) fn check(site: &Site<'_>, findings: &mut Vec<Finding>) {
    check_key(site, findings);
    let value = Format::of(site, Side::Value);
    let property = Side::Value.property(site);
    if !matches!(value, Format::Avro | Format::Unknown) && site.settings.sent(property).is_some() {
        findings.push(
            Finding::error(at(property), "value-format-not-avro", "The changefeed writes Avro values; the connector reads another format.")
                .hint("Set it to Avro.")
                .fix(to_avro(site, Side::Value)),
        );
    }
    check_registry(site, findings);
}

/// One finding for one cause, the gravest: what the wrong key format breaks depends on what is asked of the key.
fn check_key(site: &Site<'_>, findings: &mut Vec<Finding>) {
    if matches!(Format::of(site, Side::Key), Format::Avro | Format::Unknown) {
        return;
    }
    let path = at(Side::Key.property(site));
    let fix = to_avro(site, Side::Key);
    let jdbc = super::jdbc::Jdbc::of(site);
    let uses_key = jdbc.as_ref().is_some_and(|jdbc| jdbc.key_mode == "record_key");
    let finding = match &jdbc {
        Some(jdbc) if jdbc.deletes => {
            Finding::error(path, "deletes-need-key-format", "Deletes need the key's fields, and the key is not read as Avro.")
        }
        Some(jdbc) if uses_key && jdbc.key_fields.is_empty() => Finding::error(
            path,
            "record-key-is-primitive",
            "`record_key` needs the key's fields; a key that is not read as Avro has none to take the columns from.",
        ),
        _ if site.settings.kind == Some(Kind::Snowflake) => Finding::warning(
            path,
            "key-format-not-avro",
            "The key arrives as binary Avro: `RECORD_METADATA:key` cannot be read, and rows cannot be merged by key.",
        ),
        _ => Finding::warning(path, "key-format-not-avro", "The key arrives as binary Avro and would be garbage."),
    };
    findings.push(finding.hint("TiCDC writes Avro keys: read them as Avro.").fix(fix));
}

/// Self-managed converters look schemas up in the registry that they are told; on Confluent Cloud it is the environment's.
fn check_registry(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let has_registry = site.pipeline.schema_registry.as_ref().is_some_and(|registry| !registry.url.is_empty());
    if site.is_cloud() || has_registry {
        return;
    }
    for converter in ["key.converter", "value.converter"] {
        let needs_one = site.word(converter).is_some_and(|class| WITH_REGISTRY.iter().any(|own| class.contains(own)));
        let url = format!("{converter}.schema.registry.url");
        if needs_one && site.get(&url).is_none() {
            findings.push(
                Finding::error(at(&url), "connector-registry-missing", format!("`{converter}` needs the registry's URL."))
                    .hint("Give the document a `schema_registry`, or set the property."),
            );
        }
    }
}
