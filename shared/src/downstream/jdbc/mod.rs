//! JDBC sinks: SQL Server, MySQL, Postgres. The statements are those of Confluent's plugin, byte for byte, and the steps
//! are its own: check the record, create or widen the table, write. Source: `confluentinc/kafka-connect-jdbc`.

mod column;
mod dialect;
mod fields;
mod identifier;
mod settings;
mod sink;
mod sql_server;
mod statements;
#[cfg(test)]
mod tests;

pub use column::{Column, Limit};
pub use dialect::Dialect;
pub use identifier::TableId;
pub use settings::{InsertMode, JdbcSettings, KeyMode};
pub use sink::JdbcSink;
pub use sql_server::{bracketed, sql_server_table};
pub use statements::Statements;

pub(super) use settings::reads_avro_key;
pub(super) use sink::Widened;
pub(super) use sql_server::better_type;
