//! What a table needs before its rows can go: route, encoder, schema ids, topic. Made at its first row, as TiCDC does.

use super::{
    error::{EngineError, ErrorKind},
    figures::Figures,
    sink::kafka::{Topic, Topics},
};
use crate::clients::schema_registry;
use futures::StreamExt;
use shared::{
    Finding,
    api::LogLevel,
    avro::{AvroOptions, TablePlan},
    dispatch::{Route, Router},
    row::Row,
    schema::TableModel,
};
use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio_util::sync::CancellationToken;

/// One version of a table, ready to send.
pub(super) struct Prepared {
    pub table: Arc<TableModel>,
    pub route: Route,
    pub plan: TablePlan,
    pub key_id: u32,
    pub value_id: u32,
    pub to: Topic,
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
    /// The largest batch that this run's producer makes.
    pub batch_bytes: usize,
    /// The same for the next run.
    pub next_batch_bytes: Arc<AtomicUsize>,
}

/// A table's route and encoder, before anybody else was asked.
struct Draft {
    table: Arc<TableModel>,
    route: Route,
    plan: TablePlan,
}

/// Registrations at a time: enough to hide a far registry's round trip, few enough for any registry.
const AT_A_TIME: usize = 16;
/// More new tables than this at a time are told of as a number.
const TOLD_SINGLY: usize = 20;

impl Preparer {
    pub(super) async fn prepare(&mut self, table: &Arc<TableModel>) -> Result<Prepared, EngineError> {
        let draft = self.draft(table)?;
        // Found or made before its schemas are registered, as TiCDC does.
        self.ensure_topic(&draft.route.topic).await?;
        let ids = register(&self.registry, &draft).await?;
        self.tell(&draft, ids);
        self.finish(draft, ids).await
    }

    /// Prepares several tables, their schemas registered side by side: one after the other, the round trips of 100,000 tables add up
    /// to hours. Ends early at a failure and when told to stop; the first row of a table that was left out says why.
    pub(super) async fn prepare_all(&mut self, tables: Vec<Arc<TableModel>>, stop: &CancellationToken) -> Vec<Prepared> {
        let mut drafts: Vec<Draft> = tables.iter().filter_map(|table| self.draft(table).ok()).collect();
        let names: Vec<&str> = drafts.iter().map(|draft| draft.route.topic.as_str()).collect();
        // What fails with one of them is told at its row.
        if let Some(Ok(made)) = stop.run_until_cancelled(self.topics.ensure_all(&names)).await {
            if made.len() > TOLD_SINGLY {
                self.figures.log(LogLevel::Info, format!("{} topics created", made.len()));
            } else {
                made.iter().for_each(|topic| self.tell_made(topic));
            }
        }
        drafts.retain(|draft| self.topics.known(&draft.route.topic).is_some());
        let registry = Arc::clone(&self.registry);
        let ask = |draft: Draft| {
            let registry = &registry;
            async move { register(registry, &draft).await.map(|ids| (draft, ids)) }
        };
        let mut registered = Vec::new();
        let mut asking = pin!(futures::stream::iter(drafts).map(ask).buffered(AT_A_TIME));
        // A registry that is down must not be waited for once for each table.
        while let Some(Some(Ok(one))) = stop.run_until_cancelled(asking.next()).await {
            registered.push(one);
        }
        if registered.len() > TOLD_SINGLY {
            self.figures.log(LogLevel::Info, format!("schemas of {} tables are registered", registered.len()));
        } else {
            registered.iter().for_each(|(draft, ids)| self.tell(draft, *ids));
        }
        let mut prepared = Vec::with_capacity(registered.len());
        for (draft, ids) in registered {
            prepared.extend(self.finish(draft, ids).await);
        }
        prepared
    }

    fn draft(&self, table: &Arc<TableModel>) -> Result<Draft, EngineError> {
        let route = self.router.route(table).map_err(|findings| invalid_route(table, findings))?;
        let plan = TablePlan::new(table, &self.avro).map_err(|error| {
            let message = format!("`{}` has no Avro form: {error}", table.qualified());
            EngineError::new(ErrorKind::Schema, Finding::error("", "table-not-encodable", message))
        })?;
        Ok(Draft { table: Arc::clone(table), route, plan })
    }

    async fn ensure_topic(&mut self, topic: &str) -> Result<Topic, EngineError> {
        let (known, made) = self.topics.ensure(topic).await?;
        if made {
            self.tell_made(topic);
        }
        Ok(known)
    }

    fn tell_made(&self, topic: &str) {
        let partitions = self.topics.known(topic).map_or(0, |topic| topic.partitions);
        self.figures.log(LogLevel::Info, format!("topic {topic} created with {partitions} partitions"));
    }

    /// librdkafka's batches are of one size for all topics, given at its start.
    fn fit_batches(&self, name: &str, topic: Topic) -> Result<(), EngineError> {
        if self.batch_bytes <= topic.takes_bytes {
            return Ok(());
        }
        self.next_batch_bytes.fetch_min(topic.takes_bytes, Ordering::Relaxed);
        let message = format!("topic `{name}` takes batches of {} bytes at most (`max.message.bytes`)", topic.takes_bytes);
        let finding = Finding::error("kafka.topic", "smaller-batches", message);
        Err(EngineError::new(ErrorKind::Transient, finding.hint("Nothing to do: the pipeline goes on with smaller batches.")))
    }

    fn tell(&self, draft: &Draft, ids: Ids) {
        let key = draft.plan.key_schema().map(|_| (&draft.route.key_subject, ids.key));
        for (subject, id) in key.into_iter().chain([(&draft.route.value_subject, ids.value)]) {
            self.figures.log(LogLevel::Info, format!("schema {subject} has id {id}"));
        }
    }

    async fn finish(&mut self, draft: Draft, ids: Ids) -> Result<Prepared, EngineError> {
        let Draft { table, route, mut plan } = draft;
        let to = self.ensure_topic(&route.topic).await?;
        self.fit_batches(&route.topic, to)?;
        plan.forget_schemas();
        let mut identity: Vec<usize> = table.indexes.iter().filter(|i| i.unique || i.primary).flat_map(|i| i.columns.clone()).collect();
        identity.sort_unstable();
        identity.dedup();
        let figures_index = self.figures.table(&table.qualified(), &route.topic);
        Ok(Prepared { table, route, plan, key_id: ids.key, value_id: ids.value, to, figures_index, identity })
    }
}

/// A table's schemas in the registry.
#[derive(Clone, Copy)]
struct Ids {
    key: u32,
    value: u32,
}

async fn register(registry: &schema_registry::Client, draft: &Draft) -> Result<Ids, EngineError> {
    let key = match draft.plan.key_schema() {
        Some(schema) => registry.register(&draft.route.key_subject, schema).await.map_err(EngineError::from)?,
        None => 0,
    };
    let value = registry.register(&draft.route.value_subject, draft.plan.value_schema()).await.map_err(EngineError::from)?;
    Ok(Ids { key, value })
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
