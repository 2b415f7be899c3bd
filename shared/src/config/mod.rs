//! Documents: the pipeline document and what it holds.

mod document;
mod leave_out;
mod normalise;
mod pipeline;
mod rfc3339;
mod shape;
mod start;
mod validate;

pub(crate) use document::render_value;
pub use document::{ParseError, from_json, parse, render};
pub use leave_out::leave_out;
pub use pipeline::{
    ChangefeedConfig, ChangefeedSpec, Connector, Dispatcher, FilterConfig, KafkaConfig, KsqlStatement, Pipeline, SchemaRegistry,
    SinkConfig, Source, SourceKind, StartFrom, Target,
};
pub use validate::{validate, validate_change, validate_tables};
