//! What Kafka Connect's Avro converter makes of TiCDC's schemas and values: the sinks see only this.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A schema that no Avro converter would take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the schema is no Avro record: {0}")]
pub struct SchemaError(String);

/// Connect's types, as far as TiCDC's schemas lead to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ConnectType {
    Boolean,
    Int32,
    Int64,
    Float32,
    Float64,
    /// Only the scale is part of the type for JDBC sinks; the precision is a parameter that Snowflake's looks at.
    Decimal {
        precision: u32,
        scale: u32,
    },
    String,
    Bytes,
    /// STRUCT, ARRAY, MAP: no column type of a JDBC sink.
    Nested(String),
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    pub name: String,
    pub ty: ConnectType,
    pub optional: bool,
    /// Of required fields only: the converter drops the default of a nullable one.
    pub default: Option<Value>,
    /// `connect.parameters.tidb_type`, e.g. `DATETIME`; empty for fields that are no column.
    pub tidb_type: String,
    /// Width of a BIT column.
    pub bits: Option<u32>,
}

/// A record's schema.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Struct {
    /// The Avro record's name: the table's, made fit for Avro.
    pub name: String,
    pub fields: Vec<Field>,
}

impl Struct {
    /// Reads a record schema.
    ///
    /// # Errors
    /// When the text is no JSON, or no record.
    pub fn parse(schema: &str) -> Result<Self, SchemaError> {
        let schema: Value = serde_json::from_str(schema).map_err(|error| SchemaError(error.to_string()))?;
        let fields = schema["fields"].as_array().ok_or_else(|| SchemaError("it has no fields".to_owned()))?;
        Ok(Self { name: text(&schema["name"]), fields: fields.iter().map(field).collect() })
    }

    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// A decoded payload as Connect's values: see [`Field::value`].
    #[must_use]
    pub fn values(&self, decoded: &Value) -> Map<String, Value> {
        self.fields.iter().map(|field| (field.name.clone(), field.value(&decoded[field.name.as_str()]))).collect()
    }
}

impl Field {
    /// A required field without TiDB column, as `pk.mode=kafka` adds them.
    pub(super) fn plain(name: &str, ty: ConnectType) -> Self {
        Self { name: name.to_owned(), ty, optional: false, default: None, tidb_type: String::new(), bits: None }
    }

    /// A decoded value in the form that Connect holds: BIT is bytes, BIGINT UNSIGNED in a long wraps, in a string is text.
    fn value(&self, decoded: &Value) -> Value {
        match (&self.ty, decoded) {
            (ConnectType::Int64, Value::Number(number)) => match number.as_u64() {
                Some(unsigned) => json!(unsigned.cast_signed()),
                None => decoded.clone(),
            },
            (ConnectType::String, Value::Number(number)) => json!(number.to_string()),
            (ConnectType::Bytes, Value::Number(number)) => {
                let bytes = number.as_u64().unwrap_or_default().to_be_bytes();
                let width = self.bits.map_or(bytes.len(), |bits| bits.div_ceil(8) as usize).min(bytes.len());
                json!({ "base64": STANDARD.encode(&bytes[bytes.len() - width..]) })
            }
            _ => decoded.clone(),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn field(field: &Value) -> Field {
    let (schema, optional) = match &field["type"] {
        Value::Array(branches) => {
            let value = branches.iter().find(|branch| branch.as_str() != Some("null"));
            (value.unwrap_or(&Value::Null), value.is_some() && branches.len() > 1)
        }
        schema => (schema, false),
    };
    let parameters = &schema["connect.parameters"];
    let ty = connect_type(schema);
    let default = field.get("default").filter(|default| !optional && !default.is_null()).cloned();
    Field {
        name: text(&field["name"]),
        ty,
        optional,
        default,
        tidb_type: text(&parameters["tidb_type"]),
        bits: parameters["length"].as_str().and_then(|bits| bits.parse().ok()),
    }
}

fn connect_type(schema: &Value) -> ConnectType {
    let number = |name: &str| schema[name].as_u64().and_then(|n| u32::try_from(n).ok());
    match schema.as_str().or_else(|| schema["type"].as_str()).unwrap_or_default() {
        "boolean" => ConnectType::Boolean,
        "int" => ConnectType::Int32,
        "long" => ConnectType::Int64,
        "float" => ConnectType::Float32,
        "double" => ConnectType::Float64,
        "string" | "enum" => ConnectType::String,
        "bytes" | "fixed" if schema["logicalType"] == "decimal" => {
            ConnectType::Decimal { precision: number("precision").unwrap_or(10), scale: number("scale").unwrap_or(0) }
        }
        "bytes" | "fixed" => ConnectType::Bytes,
        "record" => ConnectType::Nested("STRUCT".to_owned()),
        other => ConnectType::Nested(other.to_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::avro::{AvroOptions, BigintUnsignedMode, TablePlan};
    use crate::schema::ddl::parse_create_table;

    fn value(columns: &str, options: &AvroOptions) -> Struct {
        let table = parse_create_table(&format!("CREATE TABLE t (id INT PRIMARY KEY, {columns})"), "app").unwrap();
        Struct::parse(TablePlan::new(&table, options).unwrap().value_schema()).unwrap()
    }

    #[test]
    fn nullable_columns_lose_their_default_and_required_ones_keep_it() {
        let record =
            value("a VARCHAR(8) DEFAULT 'x', b VARCHAR(8) NOT NULL DEFAULT 'y', c DECIMAL(12,2) NOT NULL", &AvroOptions::default());
        let seen: Vec<_> = record.fields.iter().map(|f| (f.name.as_str(), f.optional, f.default.clone())).collect();
        assert_eq!(seen, [("id", false, None), ("a", true, None), ("b", false, Some(json!("y"))), ("c", false, None)]);
        assert_eq!(record.field("c").unwrap().ty, ConnectType::Decimal { precision: 12, scale: 2 });
        assert_eq!(record.name, "t");
    }

    #[test]
    fn values_are_what_connect_holds() {
        let record = value("u BIGINT UNSIGNED, b BIT(12), s VARCHAR(9)", &AvroOptions::default());
        let values = record.values(&json!({"id": 1, "u": u64::MAX, "b": 257, "s": null}));
        assert_eq!(Value::Object(values), json!({"id": 1, "u": -1, "b": {"base64": "AQE="}, "s": null}));
        let options = AvroOptions { bigint_unsigned: BigintUnsignedMode::String, ..AvroOptions::default() };
        assert_eq!(value("u BIGINT UNSIGNED", &options).values(&json!({"id": 1, "u": u64::MAX}))["u"], json!(u64::MAX.to_string()));
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for text in ["", "\"int\"", r#"{"type":"array","items":"int"}"#] {
            assert!(Struct::parse(text).is_err(), "{text}");
        }
    }
}
