//! Each step in words, and as the commands that do the same by hand.

use super::parts::{Part, statement_name};
use super::topics::AwaitedTopic;
use crate::api::{Equivalent, PlannedStep, StepKind};
use crate::config::{KsqlStatement, Pipeline, Target};
use crate::connector::{Flavour, Kind};
use crate::ksql::{self, StatementKind};
use crate::render::by_hand;
use crate::schema::TableModel;

pub(super) fn planned(pipeline: &Pipeline, id: &str, part: &Part, tables: &[TableModel]) -> PlannedStep {
    let words = match part {
        Part::Changefeed => changefeed(pipeline),
        Part::Topics(topics) => wait(pipeline, topics),
        Part::Statement(index) => statement(pipeline, *index, tables),
        Part::Connector(index) => connector(pipeline, *index),
    };
    let Words { kind, title, place, waits_for, undo, equivalents } = words;
    PlannedStep { id: id.to_owned(), kind, title, place, waits_for, undo, equivalents }
}

struct Words {
    kind: StepKind,
    title: String,
    place: String,
    waits_for: String,
    undo: String,
    equivalents: Vec<Equivalent>,
}

fn changefeed(pipeline: &Pipeline) -> Words {
    let id = if pipeline.changefeed.id.is_empty() { &pipeline.name } else { &pipeline.changefeed.id };
    let stay = "Topics, rows and schemas that it wrote stay.";
    if pipeline.changefeed.target == Target::Ticdc {
        return Words {
            kind: StepKind::Changefeed,
            title: format!("Create the changefeed `{id}` on TiCDC"),
            place: pipeline.changefeed.ticdc_server.clone(),
            waits_for: "state `normal`, and a checkpoint that moved".to_owned(),
            undo: format!("Removes the changefeed. {stay}"),
            equivalents: by_hand::ticdc_changefeed(pipeline),
        };
    }
    Words {
        kind: StepKind::Changefeed,
        title: format!("Start the changefeed `{id}` on this studio's engine"),
        place: "this studio".to_owned(),
        waits_for: "it runs, and a row was acknowledged or the checkpoint moved".to_owned(),
        undo: format!("Stops it, and forgets the checkpoint that it made. {stay}"),
        equivalents: by_hand::native_changefeed(pipeline),
    }
}

fn wait(pipeline: &Pipeline, topics: &[AwaitedTopic]) -> Words {
    let names: Vec<String> = topics.iter().map(|one| one.topic.clone()).collect();
    let subjects: Vec<String> = topics.iter().flat_map(|one| one.subjects.iter().cloned()).collect();
    let title = match names.as_slice() {
        [one] => format!("Wait for the first record in `{one}`"),
        several => format!("Wait for the first records in {} topics", several.len()),
    };
    let and_subjects = if subjects.is_empty() { "" } else { ", and the schemas that the statements read are registered" };
    Words {
        title,
        place: format!("Kafka {}", pipeline.kafka.brokers.first().map_or("", String::as_str)),
        waits_for: format!("each topic holds a record{and_subjects}"),
        undo: "Nothing: this step only looks.".to_owned(),
        equivalents: by_hand::see_topics(pipeline, &names, &subjects),
        kind: StepKind::Topics { topics: names },
    }
}

fn statement(pipeline: &Pipeline, index: usize, tables: &[TableModel]) -> Words {
    let nothing = KsqlStatement::default();
    let entry = pipeline.ksqldb.get(index).unwrap_or(&nothing);
    let name = statement_name(entry, index);
    let generated = entry.sql.trim().is_empty().then(|| ksql::generate(pipeline, entry, ksql::table_of(pipeline, &entry.topic, tables)));
    let generated = generated.and_then(Result::ok);
    let sql = generated.as_deref().unwrap_or(&entry.sql);
    let (waits_for, undo) = statement_words(sql);
    Words {
        title: format!("Run the ksqlDB statement `{name}`"),
        place: pipeline.ksqldb_server.as_ref().map_or("ksqlDB", |server| &server.url).to_owned(),
        waits_for,
        undo,
        equivalents: by_hand::run_statement(pipeline, index, generated.as_deref()),
        kind: StepKind::KsqlStatement { name },
    }
}

/// What shows that a statement list was run, and what takes it back.
fn statement_words(sql: &str) -> (String, String) {
    let statements = ksql::parse(sql).unwrap_or_default();
    let mut made = Vec::new();
    let mut other = Vec::new();
    for statement in &statements {
        match &statement.kind {
            StatementKind::Create(create) => made.push(format!("`{}`", create.name.stored())),
            StatementKind::Other(word) => other.push(format!("`{word}`")),
        }
    }
    other.dedup();
    let waits_for = match made.as_slice() {
        [] => "the server accepted it".to_owned(),
        [one] => format!("the server accepted it, and {one} is there"),
        several => format!("the server accepted it, and {} are there", several.join(", ")),
    };
    let mut undo = Vec::new();
    if !made.is_empty() {
        made.reverse();
        undo.push(format!("Ends the queries of {} and drops it; topics stay.", made.join(", ")));
    }
    if !other.is_empty() {
        undo.push(format!("What {} did stays.", other.join(", ")));
    }
    (waits_for, undo.join(" "))
}

fn connector(pipeline: &Pipeline, index: usize) -> Words {
    let connector = pipeline.connectors.get(index);
    let name = connector.map_or("", |connector| &connector.name).to_owned();
    let is_cloud = connector.is_some_and(|connector| Flavour::parse(&connector.flavour) == Some(Flavour::ConfluentCloud));
    let (system, place) = if is_cloud {
        ("Confluent Cloud", format!("Confluent Cloud {}", pipeline.confluent_cloud.as_ref().map_or("", |cloud| &cloud.cluster)))
    } else {
        ("Kafka Connect", pipeline.connect.as_ref().map_or("Kafka Connect", |worker| &worker.url).to_owned())
    };
    let database = match connector.and_then(|connector| Kind::parse(&connector.kind)) {
        Some(Kind::SqlServer) => "SQL Server",
        Some(Kind::Snowflake) => "Snowflake",
        Some(Kind::Mysql) => "MySQL",
        Some(Kind::Postgres) => "PostgreSQL",
        None => "the database",
    };
    Words {
        title: format!("Create the connector `{name}` on {system}"),
        place: place.trim_end().to_owned(),
        waits_for: "the connector and all its tasks are `RUNNING`".to_owned(),
        undo: format!("Deletes the connector. Tables and rows that it made in {database} stay."),
        equivalents: by_hand::create_connector(pipeline, index),
        kind: StepKind::Connector { name },
    }
}
