//! ksqlDB's column types, and which of them reads what in Avro.
//! Source: `confluentinc/ksql` ksqldb-serde ConnectFormatSchemaTranslator, ConnectDataTranslator.

use super::words::quote;
use serde_json::Value;
use std::fmt;

/// A type of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SqlType {
    Boolean,
    Integer,
    Bigint,
    Double,
    /// `STRING` and `VARCHAR` are the same.
    String,
    Bytes,
    Date,
    Time,
    Timestamp,
    Decimal {
        precision: u32,
        scale: u32,
    },
    /// Fields with their names as ksqlDB stores them.
    Struct(Vec<(std::string::String, SqlType)>),
    Array(Box<SqlType>),
    Map(Box<SqlType>, Box<SqlType>),
    /// No type of ksqlDB's own: somebody's `CREATE TYPE`, or a mistake. As written.
    Other(std::string::String),
}

/// Words for types without parameters.
pub(super) const PRIMITIVES: [(&str, SqlType); 11] = [
    ("BOOLEAN", SqlType::Boolean),
    ("INT", SqlType::Integer),
    ("INTEGER", SqlType::Integer),
    ("BIGINT", SqlType::Bigint),
    ("DOUBLE", SqlType::Double),
    ("STRING", SqlType::String),
    ("VARCHAR", SqlType::String),
    ("BYTES", SqlType::Bytes),
    ("DATE", SqlType::Date),
    ("TIME", SqlType::Time),
    ("TIMESTAMP", SqlType::Timestamp),
];

impl SqlType {
    /// What ksqlDB infers from an Avro schema; `None` for what it leaves out.
    #[must_use]
    pub fn of_avro(schema: &Value) -> Option<Self> {
        match schema {
            Value::String(name) => Self::of_name(name),
            // A nullable field.
            Value::Array(branches) => {
                let mut others = branches.iter().filter(|branch| branch.as_str() != Some("null"));
                let only = others.next()?;
                if others.next().is_some() { None } else { Self::of_avro(only) }
            }
            Value::Object(object) => {
                let number = |key: &str| object.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
                match object.get("logicalType").and_then(Value::as_str) {
                    Some("decimal") => {
                        return Some(Self::Decimal { precision: number("precision")?, scale: number("scale").unwrap_or(0) });
                    }
                    Some("date") => return Some(Self::Date),
                    Some("time-millis") => return Some(Self::Time),
                    Some("timestamp-millis") => return Some(Self::Timestamp),
                    _ => {}
                }
                match object.get("type")? {
                    Value::String(name) => match name.as_str() {
                        "array" => Some(Self::Array(Box::new(Self::of_avro(object.get("items")?)?))),
                        "map" => Some(Self::Map(Box::new(Self::String), Box::new(Self::of_avro(object.get("values")?)?))),
                        "record" => Some(Self::Struct(fields(schema))),
                        name => Self::of_name(name),
                    },
                    nested => Self::of_avro(nested),
                }
            }
            _ => None,
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "boolean" => Self::Boolean,
            "int" => Self::Integer,
            "long" => Self::Bigint,
            "float" | "double" => Self::Double,
            "bytes" => Self::Bytes,
            "string" | "enum" => Self::String,
            _ => return None,
        })
    }

    /// Whether a column of this type reads values of the type that was inferred from Avro. Where it does not, ksqlDB
    /// skips the whole message.
    #[must_use]
    pub fn reads(&self, inferred: &Self) -> bool {
        match (self, inferred) {
            // A type that was made elsewhere may be anything.
            (Self::Other(_), _) => true,
            (Self::Bigint, Self::Integer) => true,
            (Self::String, Self::Integer | Self::Bigint | Self::Double | Self::Boolean) => true,
            (Self::Struct(own), Self::Struct(theirs)) => own.iter().all(|(name, ty)| {
                // Fields are found whatever their case; one that is not there is NULL.
                theirs.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).is_none_or(|(_, other)| ty.reads(other))
            }),
            (Self::Array(own), Self::Array(theirs)) => own.reads(theirs),
            (Self::Map(_, own), Self::Map(_, theirs)) => own.reads(theirs),
            (own, theirs) => own == theirs,
        }
    }
}

impl fmt::Display for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("BOOLEAN"),
            Self::Integer => f.write_str("INTEGER"),
            Self::Bigint => f.write_str("BIGINT"),
            Self::Double => f.write_str("DOUBLE"),
            Self::String => f.write_str("STRING"),
            Self::Bytes => f.write_str("BYTES"),
            Self::Date => f.write_str("DATE"),
            Self::Time => f.write_str("TIME"),
            Self::Timestamp => f.write_str("TIMESTAMP"),
            Self::Decimal { precision, scale } => write!(f, "DECIMAL({precision}, {scale})"),
            Self::Struct(fields) => {
                f.write_str("STRUCT<")?;
                for (i, (name, ty)) in fields.iter().enumerate() {
                    let separator = if i > 0 { ", " } else { "" };
                    write!(f, "{separator}{} {ty}", quote(name))?;
                }
                f.write_str(">")
            }
            Self::Array(items) => write!(f, "ARRAY<{items}>"),
            Self::Map(keys, values) => write!(f, "MAP<{keys}, {values}>"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// The columns that ksqlDB sees in a record schema's text, named as in Avro. None for text that is no record.
pub(super) fn columns(schema: &str) -> Vec<(String, SqlType)> {
    serde_json::from_str(schema).map_or_else(|_| Vec::new(), |schema: Value| fields(&schema))
}

fn fields(record: &Value) -> Vec<(String, SqlType)> {
    let fields = record.get("fields").and_then(Value::as_array).into_iter().flatten();
    fields.filter_map(|field| Some((field.get("name")?.as_str()?.to_owned(), SqlType::of_avro(field.get("type")?)?))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::avro::{AvroOptions, BigintUnsignedMode, DecimalMode, TablePlan};
    use crate::schema::ddl::parse_create_table;

    const ALL: &str = "CREATE TABLE t (id int PRIMARY KEY, a tinyint unsigned, b int unsigned, c bigint unsigned, d float, e double, \
        f decimal(12,2), g varchar(9), h enum('x'), i set('x'), j json, k binary(2), l blob, m bit(3), n date, o datetime(3), \
        p timestamp, q time, r year)";

    fn shown(options: &AvroOptions) -> String {
        let plan = TablePlan::new(&parse_create_table(ALL, "s").unwrap(), options).unwrap();
        columns(plan.value_schema()).iter().map(|(name, ty)| format!("{name} {ty}")).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn every_type_of_a_table_has_a_type_in_ksqldb() {
        assert_eq!(
            shown(&AvroOptions::default()),
            "id INTEGER, a INTEGER, b BIGINT, c BIGINT, d DOUBLE, e DOUBLE, f DECIMAL(12, 2), g STRING, h STRING, i STRING, j STRING, \
             k BYTES, l BYTES, m BYTES, n STRING, o STRING, p STRING, q STRING, r INTEGER"
        );
    }

    #[test]
    fn the_changefeed_s_options_change_the_types() {
        let options = AvroOptions { tidb_extension: true, decimal: DecimalMode::String, bigint_unsigned: BigintUnsignedMode::String };
        let text = shown(&options);
        assert!(text.contains("c STRING") && text.contains("f STRING"), "{text}");
        assert!(text.ends_with("_tidb_op STRING, _tidb_commit_ts BIGINT, _tidb_commit_physical_time BIGINT"), "{text}");
    }

    #[test]
    fn what_others_write_in_avro_is_understood_too() {
        for (schema, expect) in [
            (r#"{"type":"int","logicalType":"date"}"#, Some("DATE")),
            (r#"{"type":"int","logicalType":"time-millis"}"#, Some("TIME")),
            (r#"["null",{"type":"long","logicalType":"timestamp-millis"}]"#, Some("TIMESTAMP")),
            (r#"{"type":"array","items":["int","null"]}"#, Some("ARRAY<INTEGER>")),
            (r#"{"type":"map","values":"boolean"}"#, Some("MAP<STRING, BOOLEAN>")),
            (r#"{"type":"enum","name":"e","symbols":["A"]}"#, Some("STRING")),
            (r#"{"type":"record","name":"r","fields":[{"name":"a","type":{"type":"string"}}]}"#, Some("STRUCT<`a` STRING>")),
            (r#"["int","string"]"#, None),
            (r#""fixed""#, None),
            ("7", None),
        ] {
            let ty = SqlType::of_avro(&serde_json::from_str(schema).unwrap());
            assert_eq!(ty.map(|ty| ty.to_string()).as_deref(), expect, "{schema}");
        }
        assert!(columns("no json").is_empty());
    }

    #[test]
    fn a_wider_column_reads_a_narrower_field_and_not_the_reverse() {
        use SqlType::{Bigint, Double, Integer, String, Timestamp};
        for (own, inferred, expect) in [
            (Bigint, Integer, true),
            (Integer, Bigint, false),
            (String, Double, true),
            (Timestamp, String, false),
            (SqlType::Bytes, String, false),
            (SqlType::Other("MONEY".to_owned()), String, true),
        ] {
            assert_eq!(own.reads(&inferred), expect, "{own} {inferred}");
        }
        let structure = |name: &str, ty| SqlType::Struct(vec![(name.to_owned(), ty)]);
        assert!(structure("ID", Bigint).reads(&structure("id", Integer)));
        assert!(!structure("ID", Integer).reads(&structure("id", String)));
    }
}
