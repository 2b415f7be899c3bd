//! Records as a sink connector finds them in a topic.

use super::connect::{SchemaError, Struct};
use crate::avro::{AvroOptions, EncodeError, TablePlan};
use crate::follow::{Followed, Side};
use crate::row::CommitTs;
use crate::schema::TableModel;
use serde_json::{Map, Value};

/// What a sink learns of a table: the topic and the schemas of its records.
#[derive(Clone, Debug, PartialEq)]
pub struct SinkTable {
    pub topic: String,
    /// `None` for a table without key.
    pub key: Option<Struct>,
    pub value: Struct,
}

/// Why a table has no schemas to show to a sink.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TableError {
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error(transparent)]
    Schema(#[from] SchemaError),
}

impl SinkTable {
    /// As the registry will hold the table's schemas.
    ///
    /// # Errors
    /// The table has no Avro form.
    pub fn of(table: &TableModel, options: &AvroOptions, topic: &str) -> Result<Self, TableError> {
        let plan = TablePlan::new(table, options)?;
        let key = plan.key_schema().map(Struct::parse).transpose()?;
        Ok(Self { topic: topic.to_owned(), key, value: Struct::parse(plan.value_schema())? })
    }
}

/// One half of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub schema_id: u32,
    pub schema: Struct,
    /// In the forms of row events, but as Connect holds them: see [`Struct::values`].
    pub values: Map<String, Value>,
}

/// One record of a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub topic: String,
    pub partition: u32,
    pub offset: u64,
    /// Milliseconds since 1970: here the commit's time, as the producer's is not known.
    pub timestamp_ms: u64,
    pub key: Option<Part>,
    /// `None` is a tombstone: the row was deleted.
    pub value: Option<Part>,
}

impl Record {
    /// The record that a followed event became, at an offset of its partition.
    ///
    /// # Errors
    /// A schema that is no record's, which a follower never makes.
    pub fn of(followed: &Followed, offset: u64) -> Result<Self, SchemaError> {
        let part = |side: &Side| {
            let schema = Struct::parse(&side.schema)?;
            let values = schema.values(&side.json);
            Ok::<_, SchemaError>(Part { schema_id: side.schema_id, schema, values })
        };
        Ok(Self {
            topic: followed.topic.clone(),
            partition: followed.partition,
            offset,
            timestamp_ms: CommitTs(followed.commit_ts).physical_ms(),
            key: followed.key.as_ref().map(part).transpose()?,
            value: followed.value.as_ref().map(part).transpose()?,
        })
    }
}
