//! Tables, connectors and records for this module's tests.
#![allow(clippy::unwrap_used)]

use super::record::{Record, SinkTable};
use crate::avro::AvroOptions;
use crate::config::{Connector, Pipeline, parse};
use crate::connector::Settings;
use crate::follow::{Follower, Outcome};
use crate::row_event::RowEvent;
use crate::schema::TableModel;
use crate::schema::ddl::parse_create_table;
use serde_json::Value;
use std::collections::HashMap;

/// The reference's worked example.
pub(super) const ORDERS: &str = "CREATE TABLE tpcc.orders (o_id BIGINT NOT NULL PRIMARY KEY, o_c_id INT, o_entry_d DATETIME,
    o_state VARCHAR(8) NOT NULL DEFAULT 'new', o_total DECIMAL(12,2) NOT NULL DEFAULT 0)";

const DOCUMENT: &str = r#"
version = 1
name = "shop"
[[changefeed.config.sink.dispatchers]]
matcher = ["*.*"]
topic = "tidb_{schema}_{table}"
partition = "index-value"
[kafka]
brokers = ["127.0.0.1:9092"]
topic = "meta"
[kafka.params]
protocol = "avro"
partition-num = 1
[schema_registry]
url = "http://127.0.0.1:8081"
"#;

pub(super) fn pipeline() -> Pipeline {
    parse(DOCUMENT).unwrap()
}

pub(super) fn table(ddl: &str) -> TableModel {
    parse_create_table(ddl, "tpcc").unwrap()
}

/// With the topic of the document above.
pub(super) fn sink_table(ddl: &str) -> SinkTable {
    let table = table(ddl);
    SinkTable::of(&table, &AvroOptions::default(), &format!("tidb_{}_{}", table.schema, table.name)).unwrap()
}

pub(super) fn connector(kind: &str, flavour: &str, config: Value) -> Connector {
    let Value::Object(config) = config else { panic!("a config is an object") };
    Connector { name: "sink".to_owned(), kind: kind.to_owned(), flavour: flavour.to_owned(), config, ..Connector::default() }
}

/// What `of` makes of a connector's settings.
pub(super) fn with_settings<T>(connector: &Connector, of: impl FnOnce(&Settings<'_>) -> T) -> T {
    of(&Settings::of(&pipeline(), connector))
}

/// Events `(table definition, JSON line)` as the records that sinks find.
pub(super) fn records(ddl: &str, lines: &[&str]) -> Vec<Record> {
    let mut follower = Follower::new(&pipeline(), vec![table(ddl)], 1).unwrap();
    let mut offsets: HashMap<u32, u64> = HashMap::new();
    let mut found = Vec::new();
    for line in lines {
        for outcome in follower.follow(&RowEvent::parse(line).unwrap()).unwrap() {
            let Outcome::Record(followed) = outcome else { panic!("the event is skipped") };
            let offset = offsets.entry(followed.partition).or_default();
            found.push(Record::of(&followed, *offset).unwrap());
            *offset += 1;
        }
    }
    found
}
