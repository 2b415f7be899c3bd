//! Documents: the pipeline document and what it holds.

mod document;
mod pipeline;
mod validate;

pub use document::{ParseError, parse, render};
pub use pipeline::{
    ChangefeedConfig, ChangefeedSpec, Connector, Dispatcher, FilterConfig, KafkaConfig, KsqlStatement, Pipeline, SchemaRegistry,
    SinkConfig, Source, SourceKind, StartFrom, Target,
};
pub use validate::{validate, validate_tables};
