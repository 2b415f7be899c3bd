//! What is prepared once per table version: schemas as text, and one operation per column.

use super::schema::{self, Nullability};
use super::{AvroOptions, BigintUnsignedMode, DecimalMode, EncodeError, names};
use crate::schema::{ColumnType, Generated, IntegerWidth, TableModel};

/// One table version's way to Avro. Cheap to share behind an `Arc`; encoding takes `&self` and allocates nothing but what
/// the output buffer still lacks.
#[derive(Debug)]
pub struct TablePlan {
    /// `schema.table`, for messages.
    pub(super) table: String,
    /// Names of all columns of the table, for messages.
    pub(super) columns: Vec<String>,
    pub(super) key: Vec<ColumnOp>,
    pub(super) value: Vec<ColumnOp>,
    pub(super) extension: bool,
    key_schema: Option<String>,
    value_schema: String,
}

/// The two branches of a nullable column's union as they are written: indexes, zig-zag encoded.
pub(super) const BRANCH_0: u8 = 0;
pub(super) const BRANCH_1: u8 = 2;

/// How one column is written.
#[derive(Debug)]
pub(super) struct ColumnOp {
    /// Position in the row.
    pub column: usize,
    /// The branch that stands before a value; `None` when the column is NOT NULL, and there is no union.
    pub value_branch: Option<u8>,
    /// The branch that stands for NULL.
    pub null_branch: Option<u8>,
    pub kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// Avro int or long within these bounds.
    Integer {
        min: i64,
        max: i64,
    },
    /// BIGINT UNSIGNED as long: wraps.
    UnsignedLong,
    UnsignedText,
    Float,
    Double,
    Decimal {
        precision: u8,
        scale: u8,
    },
    Text,
    Bytes,
    /// As many bytes as the width needs, big-endian.
    Bit {
        bits: u8,
    },
    Enum(Box<[Box<str>]>),
    Set(Box<[Box<str>]>),
}

impl TablePlan {
    /// Prepares a table. Key fields are the primary key's columns, or else those of the not-null unique index that is the
    /// handle key, in table order.
    ///
    /// # Errors
    /// A column whose type has no Avro form; two columns that have the same name in Avro; no column at all. A table
    /// without key is no error: it has no key schema.
    pub fn new(table: &TableModel, options: &AvroOptions) -> Result<Self, EncodeError> {
        let name = table.qualified();
        let value_columns: Vec<usize> =
            (0..table.columns.len()).filter(|c| table.columns[*c].generated != Some(Generated::Virtual)).collect();
        if value_columns.is_empty() {
            return Err(EncodeError::NoColumn { table: name });
        }
        check_fields(&name, table, &value_columns, options)?;
        let value = operations(&name, table, &value_columns, options)?;
        let key_columns = table.handle_key().map(|key| key.columns);
        let (key, key_schema) = match &key_columns {
            Some(columns) => (operations(&name, table, columns, options)?, Some(schema::record(table, columns, options, false))),
            None => (Vec::new(), None),
        };
        Ok(Self {
            table: name,
            columns: table.columns.iter().map(|c| c.name.clone()).collect(),
            key,
            value,
            extension: options.tidb_extension,
            key_schema,
            value_schema: schema::record(table, &value_columns, options, options.tidb_extension),
        })
    }

    /// The key's schema as text; `None` when the table has no key.
    #[must_use]
    pub fn key_schema(&self) -> Option<&str> {
        self.key_schema.as_deref()
    }

    #[must_use]
    pub fn value_schema(&self) -> &str {
        &self.value_schema
    }

    /// Gives back the memory of the schemas' text, which encoding does not need; both are empty from then on.
    pub fn forget_schemas(&mut self) {
        self.key_schema = None;
        self.value_schema = String::new();
    }
}

fn check_fields(name: &str, table: &TableModel, columns: &[usize], options: &AvroOptions) -> Result<(), EncodeError> {
    let mut fields: Vec<(String, &str)> = Vec::with_capacity(columns.len() + 3);
    if options.tidb_extension {
        fields.extend(schema::extension_fields().map(|field| (field.to_owned(), field)));
    }
    fields.extend(columns.iter().map(|c| (names::sanitize(&table.columns[*c].name), table.columns[*c].name.as_str())));
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    match fields.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(EncodeError::FieldCollision {
            table: name.to_owned(),
            first: pair[0].1.to_owned(),
            second: pair[1].1.to_owned(),
            field: pair[0].0.clone(),
        }),
        None => Ok(()),
    }
}

fn operations(name: &str, table: &TableModel, columns: &[usize], options: &AvroOptions) -> Result<Vec<ColumnOp>, EncodeError> {
    let operation = |column: &usize| {
        let definition = &table.columns[*column];
        let kind = kind(&definition.ty, options).map_err(|ty| EncodeError::UnsupportedType {
            table: name.to_owned(),
            column: definition.name.clone(),
            ty,
        })?;
        let (null_branch, value_branch) = match schema::nullability(definition, options) {
            Nullability::Never => (None, None),
            Nullability::NullFirst => (Some(BRANCH_0), Some(BRANCH_1)),
            Nullability::ValueFirst => (Some(BRANCH_1), Some(BRANCH_0)),
        };
        Ok(ColumnOp { column: *column, value_branch, null_branch, kind })
    };
    columns.iter().map(operation).collect()
}

fn kind(ty: &ColumnType, options: &AvroOptions) -> Result<Kind, String> {
    let boxed = |elements: &[String]| elements.iter().map(|e| e.as_str().into()).collect();
    Ok(match ty {
        ColumnType::Integer { width: IntegerWidth::Big, unsigned: true } => match options.bigint_unsigned {
            BigintUnsignedMode::Long => Kind::UnsignedLong,
            BigintUnsignedMode::String => Kind::UnsignedText,
        },
        ColumnType::Integer { width, unsigned } => {
            let bits = match width {
                IntegerWidth::Tiny => 8,
                IntegerWidth::Small => 16,
                IntegerWidth::Medium => 24,
                IntegerWidth::Int => 32,
                IntegerWidth::Big => 64,
            };
            match unsigned {
                true => Kind::Integer { min: 0, max: (1_i64 << bits) - 1 },
                false => Kind::Integer { min: i64::MIN >> (64 - bits), max: i64::MAX >> (64 - bits) },
            }
        }
        // 0000, and 1901 to 2155.
        ColumnType::Year => Kind::Integer { min: 0, max: 2155 },
        ColumnType::Float { .. } => Kind::Float,
        ColumnType::Double { .. } => Kind::Double,
        ColumnType::Decimal { precision, scale, .. } => match options.decimal {
            DecimalMode::Precise => Kind::Decimal { precision: *precision, scale: *scale },
            DecimalMode::String => Kind::Text,
        },
        ColumnType::Bit { bits } => Kind::Bit { bits: *bits },
        ColumnType::Binary { .. } => Kind::Bytes,
        ColumnType::Enum { elements } => Kind::Enum(boxed(elements)),
        ColumnType::Set { elements } => Kind::Set(boxed(elements)),
        ColumnType::Text { .. }
        | ColumnType::Json
        | ColumnType::Date
        | ColumnType::DateTime { .. }
        | ColumnType::Timestamp { .. }
        | ColumnType::Time { .. }
        | ColumnType::Vector => Kind::Text,
        ColumnType::Unsupported { name } => return Err(name.clone()),
    })
}
