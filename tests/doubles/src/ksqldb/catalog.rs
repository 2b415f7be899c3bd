//! Streams, tables, queries and connectors, and what statements do to them.

use super::{
    answers,
    sql::{CreateSource, Statement},
};
use serde_json::Value;
use std::collections::HashMap;

/// A topic that ksqlDB can see, and the columns that the registry would tell of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topic {
    pub name: String,
    pub partitions: u32,
    pub replicas: u32,
    /// Name, type and whether it is a key: what a statement without columns gets.
    pub columns: Vec<(String, String, bool)>,
}

impl Topic {
    /// A topic with three partitions in one copy and a column.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), partitions: 3, replicas: 1, columns: vec![("ID".to_owned(), "INTEGER".to_owned(), false)] }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    Stream,
    Table,
}

impl ObjectKind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Stream => "stream",
            Self::Table => "table",
        }
    }

    fn of(is_table: bool) -> Self {
        if is_table { Self::Table } else { Self::Stream }
    }
}

#[derive(Clone, Debug)]
pub(super) struct SourceObject {
    pub name: String,
    pub kind: ObjectKind,
    pub topic: String,
    pub key_format: String,
    pub value_format: String,
    pub columns: Vec<(String, String, bool)>,
    pub statement: String,
    /// What it is made from.
    pub reads: Option<String>,
    /// Pushed by the test.
    pub rows: Vec<Value>,
}

#[derive(Clone, Debug)]
pub(super) struct Query {
    pub id: String,
    pub sql: String,
    pub state: String,
    pub from: String,
    pub into: String,
    /// Ends with its stream or table; an `INSERT INTO` does not.
    pub is_own: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Command {
    pub status: &'static str,
    pub message: String,
    pub query_id: Option<String>,
    /// How often `/status` still says `EXECUTING`.
    pub looks_left: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Connector {
    pub name: String,
    pub is_sink: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Catalog {
    pub topics: Vec<Topic>,
    pub objects: Vec<SourceObject>,
    pub queries: Vec<Query>,
    pub connectors: Vec<Connector>,
    pub commands: HashMap<String, Command>,
    /// Ids of push queries that are being read.
    pub push_queries: Vec<String>,
    next_command: u64,
    next_query: u64,
}

/// An answer's element, or the refusal's text.
type Outcome = Result<Option<Value>, String>;

impl Catalog {
    pub(super) fn new(topics: &[Topic]) -> Self {
        Self { topics: topics.to_vec(), ..Self::default() }
    }

    pub(super) fn object(&self, name: &str) -> Option<&SourceObject> {
        self.objects.iter().find(|object| object.name == name)
    }

    pub(super) fn next_query(&mut self) -> u64 {
        self.next_query += 1;
        self.next_query
    }

    /// Runs one statement. `text` is repeated in the answer.
    pub(super) fn run(&mut self, text: &str, statement: &Statement) -> Outcome {
        match statement {
            Statement::Create(create) => self.create(text, create),
            Statement::CreateConnector { name, if_not_exists, is_sink } => self.create_connector(text, name, *if_not_exists, *is_sink),
            Statement::Drop { is_table, name, if_exists, delete_topic } => {
                self.drop_object(text, ObjectKind::of(*is_table), name, *if_exists, *delete_topic)
            }
            Statement::DropConnector { name, if_exists } => {
                let before = self.connectors.len();
                self.connectors.retain(|connector| connector.name != *name);
                match before == self.connectors.len() {
                    true if *if_exists => Ok(Some(answers::warning(text, &format!("Connector '{name}' does not exist.")))),
                    true => Err(format!("Connector '{name}' does not exist.")),
                    false => Ok(Some(answers::drop_connector(text, name))),
                }
            }
            Statement::InsertSelect { into, from } => {
                for name in [into, from] {
                    self.object(name).ok_or_else(|| format!("{name} does not exist."))?;
                }
                let id = format!("INSERTQUERY_{}", self.next_query());
                self.start_query(&id, text, from, into, false);
                let command_id = format!("stream/`{into}`/create");
                Ok(Some(self.command(text, &command_id, &format!("Created query with ID {id}"), Some(id))))
            }
            Statement::Terminate(id) => self.terminate(text, id),
            Statement::Pause(id) => self.set_paused(text, id, true),
            Statement::Resume(id) => self.set_paused(text, id, false),
            Statement::Describe(name) => match self.object(name) {
                Some(object) => Ok(Some(answers::description(self, text, object))),
                None => Err(format!("Could not find STREAM/TABLE '{name}' in the Metastore")),
            },
            Statement::List(what) => Ok(Some(answers::list(self, text, what)?)),
            Statement::Set => Ok(None),
            Statement::Query => Err("SELECT and PRINT queries must use the /query endpoint".to_owned()),
        }
    }

    /// A command that is done, and its answer.
    fn command(&mut self, text: &str, id: &str, message: &str, query_id: Option<String>) -> Value {
        self.next_command += 1;
        let command = Command { status: "SUCCESS", message: message.to_owned(), query_id, looks_left: 0 };
        let answer = answers::current_status(text, id, &command, self.next_command);
        self.commands.insert(id.to_owned(), command);
        answer
    }

    fn create(&mut self, text: &str, create: &CreateSource) -> Outcome {
        let kind = ObjectKind::of(create.is_table);
        let word = kind.word();
        let property = |name: &str| create.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let existing = self.object(&create.name).map(|object| object.kind.word());
        if let Some(there) = existing.filter(|_| !create.or_replace) {
            let message = format!("Cannot add {word} '{}': A {there} with the same name already exists", create.name);
            return if create.if_not_exists { Ok(Some(answers::warning(text, &message))) } else { Err(message) };
        }
        let mut columns = create.columns.clone();
        let topic = match &create.query {
            Some((from, names)) => {
                let source = self.object(from).ok_or_else(|| format!("{from} does not exist."))?;
                let known = |name: &String| source.columns.iter().find(|(n, ..)| n.eq_ignore_ascii_case(name)).cloned();
                columns = match names.as_slice() {
                    [] => source.columns.clone(),
                    names => names.iter().map(|n| known(n).unwrap_or_else(|| (n.clone(), "STRING".to_owned(), false))).collect(),
                };
                property("KAFKA_TOPIC").unwrap_or_else(|| create.name.clone())
            }
            None => property("KAFKA_TOPIC").ok_or("Missing required property \"KAFKA_TOPIC\" which has no default value.")?,
        };
        self.find_or_make_topic(&topic, property("PARTITIONS"), property("REPLICAS"), create.query.is_some())?;
        if columns.is_empty() {
            let seen = self.topics.iter().find(|t| t.name == topic);
            columns = seen.map(|t| t.columns.clone()).unwrap_or_default();
        }
        if create.is_table && create.query.is_none() && !create.columns.is_empty() && !columns.iter().any(|(.., is_key)| *is_key) {
            return Err("Tables require a PRIMARY KEY. Please define the PRIMARY KEY.".to_owned());
        }
        let format = |own: &str, default: &str| property(own).or_else(|| property("FORMAT")).unwrap_or_else(|| default.to_owned());
        let object = SourceObject {
            name: create.name.clone(),
            kind,
            topic,
            key_format: format("KEY_FORMAT", "KAFKA"),
            value_format: format("VALUE_FORMAT", "JSON"),
            columns,
            statement: text.to_owned(),
            reads: create.query.as_ref().map(|(from, _)| from.clone()),
            rows: Vec::new(),
        };
        self.queries.retain(|query| !(query.is_own && query.into == object.name));
        self.objects.retain(|other| other.name != object.name);
        let name = object.name.clone();
        self.objects.push(object);
        let command_id = format!("{word}/`{name}`/create");
        let Some((from, _)) = &create.query else {
            let message = format!("{}{} created", word[..1].to_uppercase(), &word[1..]);
            return Ok(Some(self.command(text, &command_id, &message, None)));
        };
        let id = format!("C{}AS_{name}_{}", word[..1].to_uppercase(), self.next_query());
        self.start_query(&id, text, from, &name, true);
        Ok(Some(self.command(text, &command_id, &format!("Created query with ID {id}"), Some(id))))
    }

    fn find_or_make_topic(
        &mut self,
        name: &str,
        partitions: Option<String>,
        replicas: Option<String>,
        is_result: bool,
    ) -> Result<(), String> {
        let number = |text: Option<String>| text.and_then(|text| text.parse::<u32>().ok());
        let (partitions, replicas) = (number(partitions), number(replicas));
        if let Some(topic) = self.topics.iter().find(|topic| topic.name == name) {
            let (wanted, copies) = (partitions.unwrap_or(topic.partitions), replicas.unwrap_or(topic.replicas));
            if (wanted, copies) == (topic.partitions, topic.replicas) {
                return Ok(());
            }
            return Err(format!(
                "A Kafka topic with the name '{name}' already exists, with different partition/replica configuration than required. KSQL \
                 expects {wanted} partitions (topic has {}), and {copies} replication factor (topic has {}).",
                topic.partitions, topic.replicas
            ));
        }
        if partitions.is_none() && !is_result {
            return Err(format!(
                "Topic '{name}' does not exist. If you want to create a new topic for the stream/table please re-run the statement \
                 providing the required 'PARTITIONS' configuration in the WITH clause (and optionally 'REPLICAS')."
            ));
        }
        let (partitions, replicas) = (partitions.unwrap_or(1), replicas.unwrap_or(1));
        self.topics.push(Topic { name: name.to_owned(), partitions, replicas, columns: Vec::new() });
        Ok(())
    }

    fn start_query(&mut self, id: &str, sql: &str, from: &str, into: &str, is_own: bool) {
        let (id, sql, from, into) = (id.to_owned(), sql.to_owned(), from.to_owned(), into.to_owned());
        self.queries.push(Query { id, sql, state: "RUNNING".to_owned(), from, into, is_own });
    }

    fn create_connector(&mut self, text: &str, name: &str, if_not_exists: bool, is_sink: bool) -> Outcome {
        if self.connectors.iter().any(|connector| connector.name == name) {
            let message = format!("Connector {name} already exists");
            return if if_not_exists { Ok(Some(answers::warning(text, &message))) } else { Err(message) };
        }
        self.connectors.push(Connector { name: name.to_owned(), is_sink });
        Ok(Some(answers::connector(text, name, is_sink)))
    }

    fn drop_object(&mut self, text: &str, kind: ObjectKind, name: &str, if_exists: bool, delete_topic: bool) -> Outcome {
        let Some(object) = self.object(name) else {
            let message = format!("Source {name} does not exist.");
            return if if_exists { Ok(Some(answers::warning(text, &message))) } else { Err(message) };
        };
        if object.kind != kind {
            let (is, was) = (object.kind.word().to_uppercase(), kind.word().to_uppercase());
            return Err(format!("Incompatible data source type is {is}, but statement was DROP {was}"));
        }
        let topic = object.topic.clone();
        let readers: Vec<&str> = self.objects.iter().filter(|o| o.reads.as_deref() == Some(name)).map(|o| o.name.as_str()).collect();
        if !readers.is_empty() {
            return Err(format!(
                "Cannot drop {name}.\nThe following streams and/or tables read from this source: [{}].\nYou need to drop them before \
                 dropping {name}.",
                readers.join(", ")
            ));
        }
        let others: Vec<&str> =
            self.queries.iter().filter(|q| !q.is_own && (q.from == name || q.into == name)).map(|q| q.id.as_str()).collect();
        if !others.is_empty() {
            return Err(format!(
                "Cannot drop {name}.\nThe following queries read from or write into this source: [{}].\nYou need to terminate them before \
                 dropping {name}.",
                others.join(", ")
            ));
        }
        self.queries.retain(|query| query.into != name);
        self.objects.retain(|object| object.name != name);
        if delete_topic {
            self.topics.retain(|t| t.name != topic);
        }
        let command_id = format!("{}/`{name}`/drop", kind.word());
        Ok(Some(self.command(text, &command_id, &format!("Source `{name}` (topic: {topic}) was dropped."), None)))
    }

    fn set_paused(&mut self, text: &str, id: &str, paused: bool) -> Outcome {
        let all = id.eq_ignore_ascii_case("all");
        let mut meant: Vec<&mut Query> = self.queries.iter_mut().filter(|query| all || query.id == id).collect();
        if meant.is_empty() && !all {
            return Err(format!("Unknown queryId: {id}"));
        }
        for query in &mut meant {
            // one that broke stays so
            if query.state != "ERROR" {
                query.state = if paused { "PAUSED" } else { "RUNNING" }.to_owned();
            }
        }
        let (verb, message) = if paused { ("pause", "Query paused.") } else { ("resume", "Query resumed.") };
        Ok(Some(self.command(text, &format!("{verb}/{id}/execute"), message, None)))
    }

    fn terminate(&mut self, text: &str, id: &str) -> Outcome {
        let all = id.eq_ignore_ascii_case("all");
        if !all && !self.queries.iter().any(|query| query.id == id) {
            return Err(format!("Unknown queryId: {id}"));
        }
        self.queries.retain(|query| !all && query.id != id);
        Ok(Some(self.command(text, &format!("terminate/{id}/execute"), "Query terminated.", None)))
    }
}
