//! Snowflake's own connector: it only appends, so that a table holds the history of its rows and a view the present.
//! Source: `snowflakedb/snowflake-kafka-connector`.

mod names;
mod settings;
mod sink;
#[cfg(test)]
mod tests;
mod value;
mod view;

pub use names::identifier;
pub use settings::SnowflakeSettings;
pub use sink::SnowflakeSink;
pub use view::{current_state_view, merge_into};

pub(super) use sink::widening;
pub(super) use value::column_type;
