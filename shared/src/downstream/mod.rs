//! What the sinks behind Kafka make of a table and its rows: the statements they run, the rows that arrive, what is lost
//! on the way, and what a change of the table would do to them.
//!
//! The sinks are played, record by record, on empty tables. They see only what a real one sees: the topic's records as
//! Kafka Connect's Avro converter reads them.

mod connect;
mod decimal;
pub mod jdbc;
mod losses;
mod record;
mod rehearse;
mod sink;
pub mod snowflake;
mod step;
#[cfg(test)]
mod testing;

pub use connect::{ConnectType, Field, SchemaError, Struct};
pub use losses::{Loss, LossGroup, grouped, losses};
pub use record::{Part, Record, SinkTable, TableError};
pub use rehearse::{Effect, FieldChange, Mark, Rehearsal, SchemaChange, SinkChange, ddl_examples, rehearse};
pub use sink::{Played, Sink, play, reads};
pub use step::{Bound, End, SinkRows, Statement, Step};
