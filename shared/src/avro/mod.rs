//! TiCDC's Avro: names, schemas and the row encoder. Source: `pingcap/ticdc` pkg/sink/codec/avro.
//!
//! [`TablePlan`] is made once per table version: both schemas as text, and a list of prepared operations that writes rows
//! without allocating. Where TiCDC's old and new architecture differ, the newer one is followed, with two exceptions:
//! a table without primary key uses its not-null unique index as key (the newer one would send empty keys, which log
//! compaction takes for one and the same row), and virtual generated columns are left out (the newer one sends NULL
//! for them and cannot send those that are NOT NULL).

mod canonical;
pub mod compatibility;
mod decimal;
mod decode;
mod encode;
mod error;
pub mod names;
mod plan;
mod primitive;
mod schema;

#[cfg(test)]
mod tests;

pub use canonical::AvroSchema;
pub use decode::DecodeError;
pub use error::{Cause, EncodeError};
pub use names::{key_subject, value_subject};
pub use plan::TablePlan;

/// How DECIMAL travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DecimalMode {
    /// Avro `bytes` with logical type decimal.
    #[default]
    Precise,
    String,
}

/// How BIGINT UNSIGNED travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BigintUnsignedMode {
    /// Avro `long`; values from 2^63 on turn negative.
    #[default]
    Long,
    String,
}

/// The codec options of a sink URI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AvroOptions {
    /// `enable-tidb-extension`, default false.
    pub tidb_extension: bool,
    /// `avro-decimal-handling-mode`, default `precise`.
    pub decimal: DecimalMode,
    /// `avro-bigint-unsigned-handling-mode`, default `long`.
    pub bigint_unsigned: BigintUnsignedMode,
}
