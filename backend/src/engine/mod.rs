//! Moves rows: `source -> sorter -> mounter -> dispatch + encode -> Kafka sink -> progress`. No axum here.

pub mod error;
pub mod position;
pub mod source;
