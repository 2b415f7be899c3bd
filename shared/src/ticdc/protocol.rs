//! The formats that TiCDC can write messages in. This studio's engine writes Avro; the others are configured for TiCDC.

use crate::config::Pipeline;
use serde_json::Value;

/// A message format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Avro,
    DebeziumAvro,
    OpenProtocol,
    Canal,
    CanalJson,
    Maxwell,
    Craft,
    Csv,
    Debezium,
    Simple,
}

impl Protocol {
    pub const ALL: [Self; 10] = [
        Self::Avro,
        Self::DebeziumAvro,
        Self::OpenProtocol,
        Self::Canal,
        Self::CanalJson,
        Self::Maxwell,
        Self::Craft,
        Self::Csv,
        Self::Debezium,
        Self::Simple,
    ];

    /// TiCDC's spelling, e.g. `canal-json`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Avro => "avro",
            Self::DebeziumAvro => "debezium-avro",
            Self::OpenProtocol => "open-protocol",
            Self::Canal => "canal",
            Self::CanalJson => "canal-json",
            Self::Maxwell => "maxwell",
            Self::Craft => "craft",
            Self::Csv => "csv",
            Self::Debezium => "debezium",
            Self::Simple => "simple",
        }
    }

    /// The protocol of a document: the sink URI's before the configuration's; `None` when it is missing or unknown.
    #[must_use]
    pub fn of(pipeline: &Pipeline) -> Option<Self> {
        let file = || pipeline.changefeed.config.sink.extra.get("protocol").and_then(Value::as_str).map(str::to_owned);
        Self::parse(&pipeline.kafka.param("protocol").filter(|text| !text.is_empty()).or_else(file)?)
    }

    /// Whether a document's messages are Avro; a protocol that is missing or misspelt was meant to be.
    #[must_use]
    pub fn is_avro(pipeline: &Pipeline) -> bool {
        Self::of(pipeline).is_none_or(|protocol| protocol == Self::Avro)
    }

    /// Whether its messages need a schema registry.
    #[must_use]
    pub fn needs_registry(self) -> bool {
        matches!(self, Self::Avro | Self::DebeziumAvro)
    }

    /// Any spelling that TiCDC takes: case does not count, `flat-avro` is Avro and `default` the open protocol.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "flat-avro" => Some(Self::Avro),
            "default" => Some(Self::OpenProtocol),
            name => Self::ALL.into_iter().find(|protocol| protocol.name() == name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_ticdc_reads() {
        for protocol in Protocol::ALL {
            assert_eq!(Protocol::parse(&protocol.name().to_uppercase()), Some(protocol));
        }
        assert_eq!(Protocol::parse("flat-avro"), Some(Protocol::Avro));
        assert_eq!(Protocol::parse("Default"), Some(Protocol::OpenProtocol));
        assert_eq!(Protocol::parse("protobuf"), None);
    }
}
