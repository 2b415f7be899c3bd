//! Why a table or a row has no Avro form. Messages name table, column and cause, never a value.

/// A table that cannot be planned, or a row that does not fit its table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    #[error("table `{table}`: column `{column}` has type {ty}, which has no Avro form")]
    UnsupportedType { table: String, column: String, ty: String },
    /// Two names that differ only in characters that Avro does not allow.
    #[error("table `{table}`: columns `{first}` and `{second}` are both field `{field}` in Avro")]
    FieldCollision { table: String, first: String, second: String, field: String },
    #[error("table `{table}` has no column that Avro could carry")]
    NoColumn { table: String },
    #[error("table `{table}` has neither a primary key nor a unique index over NOT NULL columns, so its rows have no key")]
    NoKey { table: String },
    #[error("table `{table}`: the row has {found} columns, the definition {expected}")]
    ColumnCount { table: String, expected: usize, found: usize },
    #[error("table `{table}`, column `{column}`: {cause}")]
    Value { table: String, column: String, cause: Cause },
}

/// Why a value does not fit its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    #[error("NULL in a NOT NULL column")]
    Null,
    #[error("expected {expected}, found {found}")]
    Kind { expected: &'static str, found: &'static str },
    #[error("the number is outside the range of the column's type")]
    Range,
    #[error("the text is not UTF-8")]
    NotUtf8,
    #[error("the text is no decimal number")]
    NotDecimal,
    #[error("the decimal number has more digits than the column")]
    TooManyDigits,
    #[error("no element of the enumeration has index {0}")]
    EnumIndex(u64),
    #[error("the set has bits beyond its {0} elements")]
    SetBits(usize),
    #[error("the bit value is wider than the column's {0} bits")]
    Bits(u8),
}
