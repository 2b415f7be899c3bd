//! The domain of Changefeed Studio: what a pipeline document means, where a row goes and which bytes it becomes.
//!
//! Pure by rule: no I/O, no clock, no randomness, no async. The same code runs in the browser (wasm32) and in the
//! engine, so what the page previews is what the engine does.
#![forbid(unsafe_code)]

pub mod api;
pub mod avro;
pub mod config;
pub mod connector;
pub mod dispatch;
pub mod downstream;
pub mod drift;
pub mod explain;
pub mod figures;
pub mod finding;
pub mod fix;
pub mod fixtures;
pub mod follow;
mod go_float;
pub mod import;
pub mod ksql;
pub mod launch;
pub mod operate;
pub mod path;
pub mod plot;
mod quoting;
pub mod render;
pub mod row;
pub mod row_event;
pub mod sample;
pub mod schema;
pub mod secret;
pub mod sink_uri;
pub mod spelling;
pub mod ticdc;

pub use finding::{Finding, Severity};
pub use fix::{Edit, Fix};
