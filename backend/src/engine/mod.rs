//! Moves rows: `source -> sorter -> mounter -> dispatch + encode -> Kafka sink -> progress`. No axum here.
//!
//! Accepted is not durable: a row counts only when Kafka's delivery report says so. The [`ledger`] holds what is
//! accepted, in order; the checkpoint is the last [`source::SourceEvent::Resolved`] before the oldest row that waits.
//! A restart resumes from it: at least once, per-key order kept, never a gap.

pub mod connect;
mod definitions;
pub mod error;
pub mod figures;
pub mod ledger;
pub mod pipeline;
mod poison;
pub mod position;
mod prepared;
pub mod sink;
pub mod source;
pub mod spill;
pub mod supervisor;
mod transactions;
mod writer;
