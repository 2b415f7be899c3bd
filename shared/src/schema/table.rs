//! The table model: what the engine knows of a MySQL or TiDB table.

use serde::{Deserialize, Serialize};

/// A table at one version of its definition. Columns are in table order, which is also Avro field order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableModel {
    /// Database name, in its original case.
    pub schema: String,
    /// Table name, in its original case.
    pub name: String,
    pub columns: Vec<Column>,
    /// The primary key (when there is one) and all other indexes, in definition order.
    pub indexes: Vec<Index>,
    /// Default character set of text columns, e.g. `utf8mb4`; `None` when the text did not say.
    pub charset: Option<String>,
    /// Distinguishes definitions of the same table; a source raises it with each DDL.
    pub version: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Original case.
    pub name: String,
    pub ty: ColumnType,
    pub nullable: bool,
    /// `None` for no default and for `DEFAULT NULL` alike.
    pub default: Option<DefaultValue>,
    pub auto_increment: bool,
    pub generated: Option<Generated>,
    /// Character set given on the column itself.
    pub charset: Option<String>,
}

/// A column default that is not NULL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DefaultValue {
    /// A literal, as the text MySQL stores: numbers and strings without quotes.
    Literal(String),
    /// A bit or hex literal, its bytes big-endian, without leading zero bytes beyond the column's width.
    Bytes(Vec<u8>),
    /// `CURRENT_TIMESTAMP` and expressions, as written.
    Expression(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Generated {
    Virtual,
    Stored,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IntegerWidth {
    Tiny,
    Small,
    Medium,
    Int,
    Big,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextKind {
    Char,
    VarChar,
    TinyText,
    Text,
    MediumText,
    LongText,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BinaryKind {
    Binary,
    VarBinary,
    TinyBlob,
    Blob,
    MediumBlob,
    LongBlob,
}

/// MySQL and TiDB column types, aliases resolved (BOOL is `TINYINT`, NUMERIC is `DECIMAL`, SERIAL is `BIGINT UNSIGNED`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColumnType {
    Integer {
        width: IntegerWidth,
        unsigned: bool,
    },
    Float {
        unsigned: bool,
    },
    Double {
        unsigned: bool,
    },
    /// Unspecified precision is 10, scale 0.
    Decimal {
        precision: u8,
        scale: u8,
        unsigned: bool,
    },
    /// 1 to 64 bits.
    Bit {
        bits: u8,
    },
    Text {
        kind: TextKind,
        length: Option<u32>,
    },
    Binary {
        kind: BinaryKind,
        length: Option<u32>,
    },
    Enum {
        elements: Vec<String>,
    },
    Set {
        elements: Vec<String>,
    },
    Json,
    Date,
    /// `fsp`: digits of the second's fraction, 0 to 6.
    DateTime {
        fsp: u8,
    },
    Timestamp {
        fsp: u8,
    },
    Time {
        fsp: u8,
    },
    Year,
    Vector,
    /// A type that Avro cannot carry (GEOMETRY, …); its name in upper case.
    Unsupported {
        name: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// `PRIMARY` for the primary key.
    pub name: String,
    /// Positions in `TableModel::columns`, in index order. Empty when the index is over an expression.
    pub columns: Vec<usize>,
    pub unique: bool,
    pub primary: bool,
}

/// Why a table cannot be replicated as Avro.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ineligible {
    /// No primary key and no unique index over NOT NULL columns.
    NoKey,
    /// A column's type has no Avro form.
    UnsupportedColumn { column: String, ty: String },
}

/// The columns that identify a row: TiCDC's handle key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandleKey {
    /// Positions in table order (not index order: Avro key fields are in table order too).
    pub columns: Vec<usize>,
    /// Whether it is the primary key, or else a not-null unique index.
    pub primary: bool,
}

impl TableModel {
    /// `schema.name`, for people.
    #[must_use]
    pub fn qualified(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// Position of a column, names compared without case as MySQL does.
    #[must_use]
    pub fn column_index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name).or_else(|| {
            let lower = name.to_lowercase();
            self.columns.iter().position(|c| c.name.to_lowercase() == lower)
        })
    }

    #[must_use]
    pub fn primary_key(&self) -> Option<&Index> {
        self.indexes.iter().find(|i| i.primary)
    }

    /// The primary key, else the not-null unique index with the fewest columns (ties: the first defined).
    /// Source: `pingcap/ticdc` pkg/common/table_info.go.
    #[must_use]
    pub fn handle_key(&self) -> Option<HandleKey> {
        let index = self.handle_index()?;
        let mut columns = index.columns.clone();
        columns.sort_unstable();
        Some(HandleKey { columns, primary: index.primary })
    }

    fn handle_index(&self) -> Option<&Index> {
        let not_null_unique = |index: &&Index| {
            index.unique
                && !index.columns.is_empty()
                && index.columns.iter().all(|&c| {
                    let column = &self.columns[c];
                    !column.nullable && column.generated != Some(Generated::Virtual)
                })
        };
        self.primary_key().or_else(|| self.indexes.iter().filter(not_null_unique).min_by_key(|i| i.columns.len()))
    }

    /// Why TiCDC (and we) would refuse or skip this table; `None` when it can be replicated.
    #[must_use]
    pub fn ineligible(&self) -> Option<Ineligible> {
        if let Some(column) = self.columns.iter().find(|c| matches!(c.ty, ColumnType::Unsupported { .. })) {
            let ColumnType::Unsupported { name } = &column.ty else { return None };
            return Some(Ineligible::UnsupportedColumn { column: column.name.clone(), ty: name.clone() });
        }
        self.handle_index().is_none().then_some(Ineligible::NoKey)
    }
}
