//! TiCDC's Avro: names, schemas and the row encoder. Source: `pingcap/ticdc` pkg/sink/codec/avro.

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
