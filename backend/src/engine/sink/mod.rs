//! Sinks: where encoded rows go.

pub mod kafka;
