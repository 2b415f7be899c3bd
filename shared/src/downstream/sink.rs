//! A connector of the document, whatever its target, and what all of them make of a list of events.

use super::jdbc::{JdbcSettings, JdbcSink};
use super::record::Record;
use super::snowflake::{SnowflakeSettings, SnowflakeSink};
use super::step::{End, SinkRows, Step};
use crate::connector::{Settings, topic_regex};
use crate::follow::Followed;
use regex::Regex;
use serde::Serialize;
use std::collections::HashMap;

/// A connector at work.
#[derive(Clone, Debug)]
pub struct Sink {
    topics: Topics,
    target: Target,
}

#[derive(Clone, Debug)]
enum Target {
    Jdbc(JdbcSink),
    Snowflake(SnowflakeSink),
}

/// Which topics a connector reads.
#[derive(Clone, Debug)]
enum Topics {
    Named(Vec<String>),
    /// Over the whole name.
    Matching(Option<Regex>),
}

impl Sink {
    /// `None` when the connector's kind is not known.
    #[must_use]
    pub fn of(settings: &Settings<'_>) -> Option<Self> {
        let target = match (JdbcSettings::of(settings), SnowflakeSettings::of(settings)) {
            (Some(jdbc), _) => Target::Jdbc(JdbcSink::new(jdbc)),
            (_, Some(snowflake)) => Target::Snowflake(SnowflakeSink::new(snowflake)),
            (None, None) => return None,
        };
        Some(Self { topics: Topics::of(settings), target })
    }

    /// Takes a record in.
    pub fn apply(&mut self, record: &Record) -> Step {
        if !self.topics.hold(&record.topic) {
            return Step::without_statement(End::Ignored(format!("the connector does not read topic `{}`", record.topic)));
        }
        match &mut self.target {
            Target::Jdbc(sink) => sink.apply(record),
            Target::Snowflake(sink) => sink.apply(record),
        }
    }

    /// The tables, as somebody would find them.
    #[must_use]
    pub fn tables(&self) -> Vec<SinkRows> {
        match &self.target {
            Target::Jdbc(sink) => sink.tables(),
            Target::Snowflake(sink) => sink.tables(),
        }
    }

    /// Snowflake's current-state views; elsewhere the tables are current themselves.
    #[must_use]
    pub fn views(&self) -> Vec<SinkRows> {
        match &self.target {
            Target::Jdbc(_) => Vec::new(),
            Target::Snowflake(sink) => sink.views(),
        }
    }
}

/// Whether a connector reads a topic; one that names no topics is taken to read all.
#[must_use]
pub fn reads(settings: &Settings<'_>, topic: &str) -> bool {
    Topics::of(settings).hold(topic)
}

impl Topics {
    fn of(settings: &Settings<'_>) -> Self {
        let named = &settings.connector.topics;
        if !named.is_empty() {
            return Self::Named(named.clone());
        }
        match (settings.sent("topics"), settings.sent("topics.regex")) {
            (Some(list), _) => Self::Named(list.split(',').map(|topic| topic.trim().to_owned()).collect()),
            (None, Some(pattern)) => Self::Matching(topic_regex(&pattern).ok().flatten()),
            // A connector without topics is not refused here: what it would do is of interest all the same.
            (None, None) => Self::Matching(Regex::new("").ok()),
        }
    }

    fn hold(&self, topic: &str) -> bool {
        match self {
            Self::Named(topics) => topics.iter().any(|named| named == topic),
            Self::Matching(pattern) => pattern.as_ref().is_some_and(|pattern| pattern.is_match(topic)),
        }
    }
}

/// What a connector makes of a list of records.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Played {
    pub connector: String,
    /// One for each record, in their order.
    pub steps: Vec<Step>,
    pub tables: Vec<SinkRows>,
    pub views: Vec<SinkRows>,
}

/// Plays followed records through every connector whose kind is known. Offsets count from 0 in each partition.
#[must_use]
pub fn play(connectors: &[Settings<'_>], followed: &[Followed]) -> Vec<Played> {
    let mut offsets: HashMap<(&str, u32), u64> = HashMap::new();
    let mut records = Vec::with_capacity(followed.len());
    for one in followed {
        let offset = offsets.entry((&one.topic, one.partition)).or_default();
        // A follower's schemas are records.
        records.extend(Record::of(one, *offset));
        *offset += 1;
    }
    let through = |settings: &Settings<'_>| {
        let mut sink = Sink::of(settings)?;
        let steps = records.iter().map(|record| sink.apply(record)).collect();
        Some(Played { connector: settings.connector.name.clone(), steps, tables: sink.tables(), views: sink.views() })
    };
    connectors.iter().filter_map(through).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::downstream::testing::{connector, pipeline, table};
    use crate::follow::{Follower, Outcome};
    use crate::row_event::RowEvent;
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    fn followed() -> Vec<Followed> {
        let mut follower = Follower::new(&pipeline(), vec![table("CREATE TABLE t (id INT PRIMARY KEY, a INT)")], 1).unwrap();
        let lines = [r#""op":"c","after":{"id":1,"a":5}"#, r#""op":"c","after":{"id":2,"a":6}"#, r#""op":"d","before":{"id":1,"a":5}"#];
        let follow = |line: &&str| {
            follower.follow(&RowEvent::parse(&format!(r#"{{"schema":"tpcc","table":"t","commit_ts":9,{line}}}"#)).unwrap()).unwrap()
        };
        let outcomes = lines.iter().flat_map(follow);
        outcomes.map(|outcome| if let Outcome::Record(followed) = outcome { *followed } else { panic!("skipped") }).collect()
    }

    #[test]
    fn every_connector_shows_what_it_would_hold() {
        let pipeline = pipeline();
        let jdbc = json!({"insert.mode": "UPSERT", "pk.mode": "record_key", "delete.enabled": "true", "auto.create": "true"});
        let connectors = [
            connector("sqlserver", "confluent-cloud", jdbc.clone()),
            connector("snowflake", "kafka-connect-confluent", json!({"topics.regex": "tidb_.*"})),
            connector("mysql", "confluent-cloud", json!({"topics": "other", "auto.create": "true"})),
            connector("unknown", "", json!({})),
        ];
        let settings: Vec<_> = connectors.iter().map(|connector| Settings::of(&pipeline, connector)).collect();
        let played = play(&settings, &followed());
        assert_eq!(played.len(), 3);
        assert_eq!(json!(played[0].tables[0].rows), json!([{"id": 2, "a": 6}]));
        assert_eq!((played[1].tables[0].rows.len(), json!(played[1].views[0].rows)), (3, json!([{"ID": 2, "A": 6}])));
        assert!(played[2].tables.is_empty());
        assert!(matches!(&played[2].steps[0].end, End::Ignored(why) if why.contains("does not read topic `tidb_tpcc_t`")));
    }

    /// A history of one table that a database could have: each step touches a key, and the present state decides how.
    fn history(steps: &[(i64, i64)]) -> (Vec<String>, BTreeMap<i64, i64>) {
        let (mut lines, mut state) = (Vec::new(), BTreeMap::new());
        for (key, value) in steps {
            let row = |value: &i64| json!({"id": key, "a": value});
            let event = match state.get(key) {
                None => json!({"op": "c", "after": row(value)}),
                Some(old) if value % 3 == 0 => json!({"op": "d", "before": row(old)}),
                Some(old) => json!({"op": "u", "before": row(old), "after": row(value)}),
            };
            if event["op"] == "d" {
                state.remove(key)
            } else {
                state.insert(*key, *value)
            };
            let mut line = json!({"schema": "tpcc", "table": "t", "commit_ts": 9});
            line.as_object_mut().unwrap().extend(event.as_object().unwrap().clone());
            lines.push(line.to_string());
        }
        (lines, state)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn sinks_that_are_set_right_end_in_the_state_of_the_source(steps in prop::collection::vec((0_i64..4, 0_i64..20), 0..30)) {
            let (lines, state) = history(&steps);
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let records = crate::downstream::testing::records("CREATE TABLE t (id INT PRIMARY KEY, a INT)", &lines);
            let jdbc = json!({"insert.mode": "UPSERT", "pk.mode": "record_key", "delete.enabled": "true", "auto.create": "true"});
            let pipeline = pipeline();
            for kind in ["sqlserver", "mysql", "postgres", "snowflake"] {
                let config = if kind == "snowflake" { json!({"behavior.on.null.values": "DEFAULT"}) } else { jdbc.clone() };
                let connector = connector(kind, "confluent-cloud", config);
                let mut sink = Sink::of(&Settings::of(&pipeline, &connector)).unwrap();
                for record in &records {
                    prop_assert_eq!(sink.apply(record).end, End::Written);
                }
                let present = if kind == "snowflake" { sink.views() } else { sink.tables() };
                let number = |row: &serde_json::Map<String, Value>, name: &str| {
                    row.get(name).or_else(|| row.get(&name.to_uppercase())).and_then(Value::as_i64)
                };
                let rows = present.iter().flat_map(|table| &table.rows);
                let found: BTreeMap<_, _> = rows.map(|row| (number(row, "id").unwrap(), number(row, "a").unwrap())).collect();
                prop_assert_eq!(&found, &state, "{}", kind);
            }
        }
    }
}
