//! What a table needs before its rows can go: route, encoder, schema ids, topic. Made at its first row, as TiCDC does.

use super::{
    error::{EngineError, ErrorKind},
    figures::Figures,
    sink::kafka::Topics,
};
use crate::clients::schema_registry;
use shared::{
    Finding,
    api::LogLevel,
    avro::{AvroOptions, TablePlan},
    dispatch::{Route, Router},
    row::Row,
    schema::TableModel,
};
use std::sync::Arc;

/// One version of a table, ready to send.
pub(super) struct Prepared {
    pub table: Arc<TableModel>,
    pub route: Route,
    pub plan: TablePlan,
    pub key_id: u32,
    pub value_id: u32,
    pub partitions: u32,
    /// Index among the figures' tables.
    pub figures_index: u32,
    /// Columns of the primary key and of unique indexes: an update of one of them is sent as delete and insert.
    identity: Vec<usize>,
}

/// What making one takes.
pub(super) struct Preparer {
    pub router: Router,
    pub avro: AvroOptions,
    /// Off with `output-raw-change-event`.
    pub split_updates: bool,
    pub registry: Arc<schema_registry::Client>,
    pub topics: Topics,
    pub figures: Arc<Figures>,
}

impl Preparer {
    pub(super) async fn prepare(&mut self, table: &Arc<TableModel>) -> Result<Prepared, EngineError> {
        let route = self.router.route(table).map_err(|findings| invalid_route(table, findings))?;
        let plan = TablePlan::new(table, &self.avro).map_err(|error| {
            let message = format!("`{}` has no Avro form: {error}", table.qualified());
            EngineError::new(ErrorKind::Schema, Finding::error("", "table-not-encodable", message))
        })?;
        let (partitions, made) = self.topics.ensure(&route.topic).await?;
        if made {
            self.figures.log(LogLevel::Info, format!("topic {} created with {partitions} partitions", route.topic));
        }
        let key_id = match plan.key_schema() {
            Some(schema) => self.register(&route.key_subject, schema).await?,
            None => 0,
        };
        let value_id = self.register(&route.value_subject, plan.value_schema()).await?;
        let mut identity: Vec<usize> = table.indexes.iter().filter(|i| i.unique || i.primary).flat_map(|i| i.columns.clone()).collect();
        identity.sort_unstable();
        identity.dedup();
        let figures_index = self.figures.table(&table.qualified(), &route.topic);
        Ok(Prepared { table: Arc::clone(table), route, plan, key_id, value_id, partitions, figures_index, identity })
    }

    async fn register(&self, subject: &str, schema: &str) -> Result<u32, EngineError> {
        let id = self.registry.register(subject, schema).await.map_err(EngineError::from)?;
        self.figures.log(LogLevel::Info, format!("schema {subject} has id {id}"));
        Ok(id)
    }
}

impl Prepared {
    /// Whether an update moves the row to another identity. In a binlog each row event is valid on its own, so delete
    /// and insert may follow each other at once; no key is ever held by two live rows in between.
    pub(super) fn moves_identity(&self, before: &Row, after: &Row) -> bool {
        self.identity.iter().any(|&column| before.get(column) != after.get(column))
    }
}

fn invalid_route(table: &TableModel, findings: Vec<Finding>) -> EngineError {
    let finding = findings.into_iter().next().unwrap_or_else(|| {
        Finding::error("changefeed.config.sink.dispatchers", "dispatcher-failed", format!("`{}` has no route", table.qualified()))
    });
    EngineError::new(ErrorKind::Config, finding)
}
