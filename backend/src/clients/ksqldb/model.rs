//! ksqlDB's answers, understood. Members that a version does not have are empty, never an error.

use crate::clients::http::Answer;
use serde_json::Value;
use shared::ksql::Object;

/// `GET /info`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// E.g. `7.6.0` (Confluent Platform's number) or `0.29.0`.
    pub version: String,
    /// Of the Kafka cluster behind it.
    pub cluster_id: String,
    pub service_id: String,
    /// `RUNNING`; empty on old servers.
    pub status: String,
}

/// How far a command is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandState {
    Queued,
    Parsing,
    Executing,
    /// Old servers: a statement whose query runs.
    Running,
    Success,
    Error,
    Terminated,
}

impl CommandState {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "QUEUED" => Self::Queued,
            "PARSING" => Self::Parsing,
            "EXECUTING" => Self::Executing,
            "RUNNING" => Self::Running,
            "SUCCESS" => Self::Success,
            "ERROR" => Self::Error,
            "TERMINATED" => Self::Terminated,
            _ => return None,
        })
    }

    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Parsing | Self::Executing)
    }
}

/// One statement and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// As ksqlDB repeats it.
    pub statement: String,
    /// ksqlDB's word for the sort of answer: `currentStatus` for a command, `warning_entity` for one that found its aim
    /// reached, `streams`, `sourceDescription`…
    pub kind: String,
    /// `Success` for statements that only ask.
    pub status: CommandState,
    /// E.g. `Stream created`; warnings follow, a line each.
    pub message: String,
    /// Persistent queries that it started.
    pub query_ids: Vec<String>,
    /// `stream/NAME/create`; empty for statements that only ask.
    pub command_id: String,
}

impl Executed {
    /// Takes over a `commandStatus`.
    pub(super) fn update(&mut self, status: &Value) {
        if let Some(state) = status["status"].as_str().and_then(CommandState::of) {
            self.status = state;
        }
        if let Some(message) = status["message"].as_str() {
            message.clone_into(&mut self.message);
        }
        // Older servers name the query in the message only: `Created query with ID CSAS_ORDERS_0`.
        let named = self.message.split("query with ID ").nth(1).and_then(|rest| rest.split_whitespace().next());
        if let Some(id) = status["queryId"].as_str().or(named).filter(|id| !self.query_ids.iter().any(|known| known == id)) {
            self.query_ids.push(id.to_owned());
        }
    }
}

/// A query that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryListing {
    /// `CSAS_ORDERS_TYPED_1`
    pub id: String,
    /// `PERSISTENT` or `PUSH`; empty on old servers.
    pub kind: String,
    /// `RUNNING`, `ERROR`, `PAUSED`, `UNRESPONSIVE`; empty on old servers.
    pub state: String,
    /// Streams and tables that it writes into.
    pub sinks: Vec<String>,
    pub sql: String,
}

/// A stream or table in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectListing {
    /// As ksqlDB stores it.
    pub name: String,
    pub kind: Object,
    pub topic: String,
    /// Empty on servers before 0.14.
    pub key_format: String,
    pub value_format: String,
}

/// A column of a stream or table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    /// As SQL: `DECIMAL(12, 2)`, ``STRUCT<`o_id` INTEGER>``.
    pub sql_type: String,
    pub is_key: bool,
}

/// A stream or table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    pub name: String,
    pub kind: Object,
    pub topic: String,
    pub key_format: String,
    pub value_format: String,
    pub fields: Vec<Field>,
    /// That made it; empty on old servers.
    pub statement: String,
    pub read_queries: Vec<QueryListing>,
    pub write_queries: Vec<QueryListing>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Query ids are texts, and objects with one member on some servers.
fn id(value: &Value) -> String {
    value.as_str().or_else(|| value["id"].as_str()).unwrap_or_default().to_owned()
}

fn each<T>(value: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    value.as_array().map(|items| items.iter().map(read).collect()).unwrap_or_default()
}

fn object(word: &Value) -> Option<Object> {
    match word.as_str()?.to_ascii_uppercase().as_str() {
        "STREAM" => Some(Object::Stream),
        "TABLE" => Some(Object::Table),
        _ => None,
    }
}

pub(super) fn info(answer: &Answer) -> Option<Info> {
    let body = answer.json()?;
    let info = body.get("KsqlServerInfo").filter(|info| info["version"].is_string())?;
    Some(Info {
        version: text(&info["version"]),
        cluster_id: text(&info["kafkaClusterId"]),
        service_id: text(&info["ksqlServiceId"]),
        status: text(&info["serverStatus"]),
    })
}

pub(super) fn executed(entity: &Value) -> Executed {
    let mut executed = Executed {
        statement: text(&entity["statementText"]),
        kind: text(&entity["@type"]),
        status: CommandState::Success,
        message: text(&entity["message"]),
        query_ids: Vec::new(),
        command_id: id(&entity["commandId"]),
    };
    executed.update(&entity["commandStatus"]);
    for warning in each(&entity["warnings"], |warning| text(&warning["message"])).into_iter().filter(|warning| !warning.is_empty()) {
        executed.message.push_str(if executed.message.is_empty() { "" } else { "\n" });
        executed.message.push_str(&warning);
    }
    executed
}

fn query(value: &Value) -> QueryListing {
    QueryListing {
        id: id(&value["id"]),
        kind: text(&value["queryType"]),
        state: query_state(value),
        sinks: each(&value["sinks"], text),
        sql: text(&value["queryString"]),
    }
}

/// The worst of the servers' states. The member `state` says only whether one of them is in error: that a query is paused, or that
/// a server of the cluster does not answer, is in the counts.
fn query_state(value: &Value) -> String {
    const WORST_FIRST: [&str; 3] = ["ERROR", "UNRESPONSIVE", "PAUSED"];
    let counts = &value["statusCount"];
    let is_there = |word: &&&str| counts[**word].as_u64().is_some_and(|count| count > 0);
    WORST_FIRST.iter().find(is_there).map_or_else(|| text(&value["state"]), |word| (*word).to_owned())
}

pub(super) fn queries(entity: &Value) -> Vec<QueryListing> {
    each(&entity["queries"], query)
}

pub(super) fn objects(entity: &Value) -> Vec<ObjectListing> {
    let list = |member: &str, kind| {
        each(&entity[member], |source| ObjectListing {
            name: text(&source["name"]),
            kind,
            topic: text(&source["topic"]),
            key_format: text(&source["keyFormat"]),
            value_format: text(source.get("valueFormat").unwrap_or(&source["format"])),
        })
    };
    let mut objects = list("streams", Object::Stream);
    objects.extend(list("tables", Object::Table));
    objects
}

pub(super) fn described(entity: &Value) -> Option<Described> {
    let source = entity.get("sourceDescription")?;
    Some(Described {
        name: text(&source["name"]),
        kind: object(&source["type"])?,
        topic: text(&source["topic"]),
        key_format: text(&source["keyFormat"]),
        value_format: text(source.get("valueFormat").unwrap_or(&source["format"])),
        fields: each(&source["fields"], |field| Field {
            name: text(&field["name"]),
            sql_type: sql_type(&field["schema"]),
            is_key: field["type"] == "KEY",
        }),
        statement: text(&source["statement"]),
        read_queries: each(&source["readQueries"], query),
        write_queries: each(&source["writeQueries"], query),
    })
}

/// A schema object as the type would be written.
fn sql_type(schema: &Value) -> String {
    let word = text(&schema["type"]);
    match word.as_str() {
        "DECIMAL" if schema["parameters"].is_object() => {
            format!("DECIMAL({}, {})", schema["parameters"]["precision"], schema["parameters"]["scale"])
        }
        "ARRAY" => format!("ARRAY<{}>", sql_type(&schema["memberSchema"])),
        "MAP" => format!("MAP<STRING, {}>", sql_type(&schema["memberSchema"])),
        "STRUCT" => {
            let fields = each(&schema["fields"], |field| format!("`{}` {}", text(&field["name"]), sql_type(&field["schema"])));
            format!("STRUCT<{}>", fields.join(", "))
        }
        _ => word,
    }
}
