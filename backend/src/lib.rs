//! The native side of Changefeed Studio: engine, store, embedded services, HTTP API, command line.

pub mod api;
pub mod clients;
pub mod command;
pub mod embedded;
pub mod engine;
pub mod settings;
pub mod store;
pub mod studio;
pub mod telemetry;
