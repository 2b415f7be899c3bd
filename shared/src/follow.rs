//! Follow a row: from an event to the record that consumers will find, with everything that decides on the way. The page
//! and the `encode` command run this; the engine runs the same router and the same plans.

use crate::Finding;
use crate::avro::{TablePlan, key_subject, value_subject};
use crate::config::Pipeline;
use crate::dispatch::{Route, Router};
use crate::row::{Op, RowChange};
use crate::row_event::RowEvent;
use crate::schema::TableModel;
use crate::sink_uri::KafkaOptions;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Partitions of a topic that TiCDC makes when nobody says how many.
const DEFAULT_PARTITIONS: u32 = 3;

/// One record on its way to Kafka.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Followed {
    pub schema: String,
    pub table: String,
    /// A key-changing update is two records: a delete, then an insert.
    pub op: Op,
    pub commit_ts: u64,
    pub topic: String,
    pub partition: u32,
    /// `table`, `ts`, `index-value` or `columns`.
    pub partition_rule: String,
    /// `None` for a table without a key.
    pub key: Option<Side>,
    /// `None` is a tombstone.
    pub value: Option<Side>,
}

/// Key or value of a record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    pub subject: String,
    pub schema_id: u32,
    /// Byte for byte what is registered.
    pub schema: String,
    /// The whole payload, header included.
    pub hex: String,
    /// The payload read back.
    pub json: Value,
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    Record(Box<Followed>),
    /// No record, and why.
    Skipped {
        schema: String,
        table: String,
        op: Op,
        skipped: String,
    },
}

/// A pipeline's routing and encoding, with schema ids given in order of first use, as an empty registry would.
pub struct Follower {
    router: Router,
    options: KafkaOptions,
    partitions: u32,
    force_replicate: bool,
    tables: HashMap<(String, String), Arc<TableModel>>,
    prepared: HashMap<(String, String), Prepared>,
    /// By text: a registry knows a text under one id, whatever the subject.
    ids: HashMap<String, u32>,
    next_id: u32,
    scratch: Vec<u8>,
}

struct Prepared {
    table: Arc<TableModel>,
    route: Route,
    plan: TablePlan,
}

impl Follower {
    /// # Errors
    /// Findings of the pipeline's filter, dispatchers and Kafka options.
    pub fn new(pipeline: &Pipeline, tables: Vec<TableModel>, first_schema_id: u32) -> Result<Self, Vec<Finding>> {
        Self::with_options(pipeline, KafkaOptions::from_pipeline(pipeline)?, tables, first_schema_id)
    }

    /// For a document that is still being written: what Kafka's options lack, such as a registry, has findings of its own and
    /// changes nothing of a record.
    ///
    /// # Errors
    /// Findings of the pipeline's filter and dispatchers.
    pub fn unfinished(pipeline: &Pipeline, tables: Vec<TableModel>, first_schema_id: u32) -> Result<Self, Vec<Finding>> {
        Self::with_options(pipeline, KafkaOptions::read(pipeline).0, tables, first_schema_id)
    }

    fn with_options(
        pipeline: &Pipeline,
        options: KafkaOptions,
        tables: Vec<TableModel>,
        first_schema_id: u32,
    ) -> Result<Self, Vec<Finding>> {
        let router = Router::new(pipeline)?;
        let partitions = options.partition_num.and_then(|n| u32::try_from(n).ok()).unwrap_or(DEFAULT_PARTITIONS);
        let tables = tables.into_iter().map(|t| ((t.schema.clone(), t.name.clone()), Arc::new(t))).collect();
        Ok(Self {
            router,
            options,
            partitions,
            force_replicate: pipeline.changefeed.config.force_replicate.unwrap_or(false),
            tables,
            prepared: HashMap::new(),
            ids: HashMap::new(),
            next_id: first_schema_id,
            scratch: Vec::new(),
        })
    }

    /// Follows one event.
    ///
    /// # Errors
    /// The table is not known, has no route or no Avro form, or a value does not fit its column.
    pub fn follow(&mut self, event: &RowEvent) -> Result<Vec<Outcome>, Vec<Finding>> {
        let name = (event.schema.clone(), event.table.clone());
        let Some(table) = self.tables.get(&name).cloned() else {
            let message = format!("table `{}.{}` has no definition", event.schema, event.table);
            return Err(vec![Finding::error("table", "event-unknown-table", message).hint("Add its CREATE TABLE to the definitions.")]);
        };
        if let Some(skipped) = self.reason_to_skip(&table) {
            return Ok(vec![Outcome::Skipped { schema: name.0, table: name.1, op: event.op, skipped }]);
        }
        if !self.prepared.contains_key(&name) {
            let route = self.router.route(&table)?;
            let plan = TablePlan::new(&table, &self.options.avro)
                .map_err(|error| vec![Finding::error("", "table-not-encodable", error.to_string())])?;
            self.prepared.insert(name.clone(), Prepared { table: Arc::clone(&table), route, plan });
        }
        let change = event.to_change(table)?;
        let halves = self.split(change);
        halves.iter().map(|change| self.record(&name, change).map(|f| Outcome::Record(Box::new(f)))).collect()
    }

    fn reason_to_skip(&self, table: &TableModel) -> Option<String> {
        if !self.router.wants(&table.schema, &table.name) {
            return Some("the filter leaves the table out".to_owned());
        }
        let keyless = table.handle_key().is_none();
        (keyless && !self.force_replicate).then(|| "the table has neither a primary key nor a not-null unique index".to_owned())
    }

    /// An update of a primary key's or unique index's column is a delete and an insert, unless the options want it raw.
    fn split(&self, change: RowChange) -> Vec<RowChange> {
        let (Some(before), Some(after)) = (&change.before, &change.after) else { return vec![change] };
        let moved = |column: &usize| before.get(*column) != after.get(*column);
        let identity = change.table.indexes.iter().filter(|i| i.unique || i.primary).flat_map(|i| &i.columns).any(moved);
        if !identity || self.options.output_raw_change_event {
            return vec![change];
        }
        let delete = RowChange { after: None, ..change.clone() };
        let insert = RowChange { before: None, ..change };
        vec![delete, insert]
    }

    fn record(&mut self, name: &(String, String), change: &RowChange) -> Result<Followed, Vec<Finding>> {
        let Prepared { table, route, plan } = &self.prepared[name];
        let misfit = |error: crate::avro::EncodeError| vec![Finding::error("", "event-value", error.to_string())];
        let Some((op, row)) = change.op().zip(change.after.as_ref().or(change.before.as_ref())) else {
            return Err(vec![Finding::error("", "event-image", "the event has no row")]);
        };
        let mut ids = Ids { known: &mut self.ids, next: &mut self.next_id };
        let key = match plan.key_schema() {
            Some(schema) => {
                let id = ids.of(schema);
                let mut bytes = Vec::new();
                plan.encode_key(row, id, &mut bytes).map_err(misfit)?;
                let json = plan.decode_key(&bytes).unwrap_or(Value::Null);
                Some(Side { subject: key_subject(&route.topic), schema_id: id, schema: schema.to_owned(), hex: hex(&bytes), json })
            }
            None => None,
        };
        let value = match op {
            Op::Delete => None,
            op => {
                let id = ids.of(plan.value_schema());
                let mut bytes = Vec::new();
                plan.encode_value(op, row, change.commit_ts, id, &mut bytes).map_err(misfit)?;
                let json = plan.decode_value(&bytes).unwrap_or(Value::Null);
                let schema = plan.value_schema().to_owned();
                Some(Side { subject: value_subject(&route.topic), schema_id: id, schema, hex: hex(&bytes), json })
            }
        };
        Ok(Followed {
            schema: table.schema.clone(),
            table: table.name.clone(),
            op,
            commit_ts: change.commit_ts.0,
            topic: route.topic.clone(),
            partition: route.partition.partition(change, self.partitions, &mut self.scratch),
            partition_rule: route.partition_rule.clone(),
            key,
            value,
        })
    }
}

struct Ids<'a> {
    known: &'a mut HashMap<String, u32>,
    next: &'a mut u32,
}

impl Ids<'_> {
    fn of(&mut self, schema: &str) -> u32 {
        if let Some(id) = self.known.get(schema) {
            return *id;
        }
        let id = *self.next;
        *self.next = self.next.wrapping_add(1);
        self.known.insert(schema.to_owned(), id);
        id
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::schema::ddl::parse_create_tables;

    const DOCUMENT: &str = r#"
version = 1
name = "shop"
[changefeed.config.filter]
rules = ["app.*", "!app.secret"]
[[changefeed.config.sink.dispatchers]]
matcher = ["app.*"]
topic = "tidb.{schema}_{table}"
partition = "index-value"
[kafka]
brokers = ["127.0.0.1:9092"]
topic = "default"
[kafka.params]
protocol = "avro"
partition-num = 6
[schema_registry]
url = "http://127.0.0.1:8081"
"#;

    const TABLES: &str = "CREATE TABLE orders (id INT PRIMARY KEY, qty INT); CREATE TABLE secret (id INT PRIMARY KEY);
        CREATE TABLE keyless (id INT); CREATE TABLE copy LIKE orders;";

    fn follower() -> Follower {
        Follower::new(&crate::config::parse(DOCUMENT).unwrap(), parse_create_tables(TABLES, "app").unwrap(), 7).unwrap()
    }

    fn follow(follower: &mut Follower, line: &str) -> Vec<Value> {
        let outcomes = follower.follow(&RowEvent::parse(line).unwrap()).unwrap();
        outcomes.iter().map(|o| serde_json::to_value(o).unwrap()).collect()
    }

    #[test]
    fn an_insert_becomes_one_record() {
        let records = follow(&mut follower(), r#"{"schema":"app","table":"orders","op":"c","commit_ts":5,"after":{"id":1,"qty":null}}"#);
        let [record] = records.as_slice() else { panic!("one record") };
        assert_eq!(record["topic"], "tidb.app_orders");
        // Vector 31.
        assert_eq!((&record["partition"], &record["partition_rule"]), (&5.into(), &"index-value".into()));
        assert_eq!(
            (&record["key"]["subject"], &record["value"]["subject"]),
            (&"tidb_app_orders-key".into(), &"tidb_app_orders-value".into())
        );
        assert_eq!((&record["key"]["hex"], &record["value"]["hex"]), (&"000000000702".into(), &"00000000080200".into()));
        assert_eq!(record["value"]["json"], serde_json::json!({"id": 1, "qty": null}));
    }

    #[test]
    fn a_delete_is_a_tombstone_and_a_moved_key_is_two_records() {
        let mut follower = follower();
        let line = r#"{"schema":"app","table":"orders","op":"d","commit_ts":5,"before":{"id":1,"qty":2}}"#;
        assert_eq!(follow(&mut follower, line)[0]["value"], Value::Null);
        let line = r#"{"schema":"app","table":"orders","op":"u","commit_ts":5,"before":{"id":1,"qty":2},"after":{"id":2,"qty":2}}"#;
        let records = follow(&mut follower, line);
        assert_eq!(records.iter().map(|r| r["op"].as_str().unwrap()).collect::<Vec<_>>(), ["d", "c"]);
        assert_eq!(records.iter().map(|r| r["partition"].as_u64().unwrap()).collect::<Vec<_>>(), [5, 3]);
        let line = r#"{"schema":"app","table":"orders","op":"u","commit_ts":5,"before":{"id":1,"qty":2},"after":{"id":1,"qty":3}}"#;
        assert_eq!(follow(&mut follower, line).len(), 1);
    }

    #[test]
    fn schema_ids_come_in_order_of_first_use() {
        let mut follower = follower();
        let ids = |records: Vec<Value>| (records[0]["key"]["schema_id"].as_u64(), records[0]["value"]["schema_id"].as_u64());
        let line = |table: &str| format!(r#"{{"schema":"app","table":"{table}","op":"c","commit_ts":5,"after":{{"id":1,"qty":2}}}}"#);
        assert_eq!(ids(follow(&mut follower, &line("orders"))), (Some(7), Some(8)));
        assert_eq!(ids(follow(&mut follower, &line("copy"))), (Some(9), Some(10)));
        assert_eq!(ids(follow(&mut follower, &line("orders"))), (Some(7), Some(8)));
    }

    #[test]
    fn what_is_left_out_is_said() {
        let mut follower = follower();
        let line = |table: &str| format!(r#"{{"schema":"app","table":"{table}","op":"c","commit_ts":5,"after":{{"id":1}}}}"#);
        assert_eq!(follow(&mut follower, &line("secret"))[0]["skipped"], "the filter leaves the table out");
        assert!(follow(&mut follower, &line("keyless"))[0]["skipped"].as_str().unwrap().contains("neither"));
        let findings = follower.follow(&RowEvent::parse(&line("nope")).unwrap()).unwrap_err();
        assert_eq!(findings[0].code, "event-unknown-table");
    }

    #[test]
    fn a_document_without_a_registry_shows_its_records_already() {
        let mut pipeline = crate::config::parse(DOCUMENT).unwrap();
        pipeline.schema_registry = None;
        let tables = || parse_create_tables(TABLES, "app").unwrap();
        assert!(Follower::new(&pipeline, tables(), 7).is_err());
        assert!(Follower::unfinished(&pipeline, tables(), 7).is_ok());
    }
}
