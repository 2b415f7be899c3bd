//! Documents: the pipeline document and what it holds.

mod changefeed_shape;
mod document;
mod engine;
mod leave_out;
mod new_document;
mod normalise;
mod pipeline;
mod rfc3339;
mod service;
mod shape;
mod source_tls;
mod start;
mod validate;
mod without_secrets;

pub use document::{ParseError, from_json, parse, render};
pub(crate) use document::{read_toml, render_value};
pub use engine::{Delivery, EngineSpec, PoisonRows};
pub use leave_out::leave_out;
pub use new_document::{new_dispatcher, new_document, set_source_kind};
pub use pipeline::{
    ChangefeedConfig, ChangefeedSpec, Connector, Dispatcher, FilterConfig, KafkaConfig, KsqlStatement, Pipeline, SchemaRegistry,
    SinkConfig, Source, SourceKind, StartFrom, Target,
};
pub use service::{ConfluentCloud, Service};
pub(crate) use shape::is_changefeed_key;
pub use source_tls::SourceTls;
pub use validate::{validate, validate_change, validate_tables};
pub use without_secrets::without_typed_secrets;
