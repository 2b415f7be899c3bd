//! What the doubles of Kafka Connect and Confluent Cloud have in common: connectors, their tasks, plugins, and faults to come.

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What goes wrong with a request to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 429, to be tried again after that many seconds.
    RateLimit { retry_after: u32 },
    /// The work is done and the connection closed instead of an answer.
    LoseAnswer,
    /// The work is done, and the answer is a 500.
    FailAfterwards,
    /// Nothing is done, and the answer is this one.
    Refuse { status: u16, body: Value },
}

/// A connector as its platform keeps it.
#[derive(Clone, Debug)]
pub struct Connector {
    /// As it was sent, secrets included.
    pub config: Map<String, Value>,
    /// `RUNNING`, …
    pub state: String,
    pub trace: String,
    pub tasks: Vec<Task>,
    /// Times that it still has to be looked at before it leaves `PROVISIONING`; `None` waits for a command.
    pub(crate) provisioning: Option<u32>,
    pub(crate) offsets: Vec<(String, i32, i64)>,
    /// Number in the order of creation, for ids.
    pub(crate) number: usize,
}

#[derive(Clone, Debug)]
pub struct Task {
    pub state: String,
    pub trace: String,
    /// Times that it was restarted.
    pub restarts: u32,
}

impl Connector {
    pub(crate) fn new(config: Map<String, Value>, number: usize) -> Self {
        let tasks = config.get("tasks.max").and_then(Value::as_str).and_then(|max| max.parse().ok()).unwrap_or(1);
        let task = Task { state: "RUNNING".to_owned(), trace: String::new(), restarts: 0 };
        Self {
            config,
            state: "RUNNING".to_owned(),
            trace: String::new(),
            tasks: vec![task; tasks],
            provisioning: None,
            offsets: Vec::new(),
            number,
        }
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.config.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// It and all tasks that are not failed.
    pub(crate) fn set_state(&mut self, state: &str) {
        state.clone_into(&mut self.state);
        for task in self.tasks.iter_mut().filter(|task| task.trace.is_empty()) {
            state.clone_into(&mut task.state);
        }
    }

    pub(crate) fn restart_task(&mut self, task: usize) {
        if let Some(task) = self.tasks.get_mut(task) {
            "RUNNING".clone_into(&mut task.state);
            task.trace.clear();
            task.restarts += 1;
        }
    }

    pub(crate) fn offsets(&self) -> Value {
        let entry = |(topic, partition, offset): &(String, i32, i64)| {
            json!({
                "partition": { "kafka_topic": topic, "kafka_partition": partition },
                "offset": { "kafka_offset": offset },
            })
        };
        self.offsets.iter().map(entry).collect()
    }
}

/// A plugin: its class, what must be given (the name always), and what is secret.
#[derive(Clone, Debug)]
pub struct Plugin {
    pub class: String,
    pub version: String,
    pub required: Vec<String>,
    pub secret: Vec<String>,
}

impl Plugin {
    #[must_use]
    pub fn new(class: &str, version: &str, required: &[&str], secret: &[&str]) -> Self {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let required = owned(&[&["name"], required].concat());
        Self { class: class.to_owned(), version: version.to_owned(), required, secret: owned(secret) }
    }

    pub(crate) fn json(&self) -> Value {
        json!({ "class": self.class, "type": "sink", "version": self.version })
    }

    /// The errors of a configuration, by property.
    pub(crate) fn errors(&self, config: &Map<String, Value>) -> BTreeMap<String, Vec<String>> {
        let is_given = |key: &str| config.get(key).and_then(Value::as_str).is_some_and(|value| !value.is_empty());
        let missing = self.required.iter().filter(|key| !is_given(key));
        let mut errors: BTreeMap<String, Vec<String>> = missing.map(|key| (key.clone(), vec![format!("\"{key}\" is required")])).collect();
        if is_given("topics") == is_given("topics.regex") {
            let error = if is_given("topics") {
                "topics and topics.regex are mutually exclusive options, but both are set."
            } else {
                "Must configure one of topics or topics.regex"
            };
            errors.entry("topics".to_owned()).or_default().push(error.to_owned());
        }
        errors
    }

    /// The answer of `config/validate`; `shown` masks values.
    pub(crate) fn validation(&self, config: &Map<String, Value>, errors: &BTreeMap<String, Vec<String>>, mask: Option<&str>) -> Value {
        let mut names: Vec<&String> = self.required.iter().chain(config.keys()).chain(errors.keys()).collect();
        names.sort();
        names.dedup();
        let configs = names.into_iter().map(|name| {
            let is_secret = self.secret.contains(name);
            let value = match (config.get(name), mask) {
                (Some(_), Some(mask)) if is_secret => Value::from(mask),
                (given, _) => given.cloned().unwrap_or_default(),
            };
            let recommended = if name == "insert.mode" { vec!["INSERT", "UPSERT"] } else { Vec::new() };
            json!({
                "definition": {
                    "name": name, "type": if is_secret { "PASSWORD" } else { "STRING" }, "required": self.required.contains(name),
                    "default_value": "", "importance": "HIGH", "documentation": "", "group": "Connection", "display_name": name,
                    "dependents": [], "order": 1, "alias": "",
                },
                "value": {
                    "name": name, "value": value, "recommended_values": recommended,
                    "errors": errors.get(name).cloned().unwrap_or_default(), "visible": true,
                },
                "metadata": {},
            })
        });
        let error_count: usize = errors.values().map(Vec::len).sum();
        json!({ "name": self.class, "groups": ["Connection"], "error_count": error_count, "configs": configs.collect::<Vec<_>>() })
    }
}

/// A JDBC sink and Snowflake's, by the names that a platform gives them.
pub(crate) fn plugins(jdbc: &str, jdbc_required: &[&str], snowflake: &str) -> Vec<Plugin> {
    let secret = ["connection.password", "kafka.api.key", "kafka.api.secret", "snowflake.private.key", "ssl.truststorefile"];
    let required = ["snowflake.url.name", "snowflake.user.name", "snowflake.private.key", "snowflake.database.name"];
    vec![Plugin::new(jdbc, "10.8.0", jdbc_required, &secret), Plugin::new(snowflake, "3.5.4", &required, &secret)]
}

/// Everything of a platform that changes.
#[derive(Default)]
pub(crate) struct World {
    pub connectors: BTreeMap<String, Connector>,
    pub faults: VecDeque<Fault>,
    /// Ever created.
    pub created: usize,
}

impl World {
    pub(crate) fn insert(&mut self, name: &str, config: Map<String, Value>) -> &mut Connector {
        self.created += 1;
        let mut connector = Connector::new(config, self.created);
        connector.config.insert("name".to_owned(), Value::from(name));
        self.connectors.entry(name.to_owned()).insert_entry(connector).into_mut()
    }
}

pub(crate) fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The answer to a request whose fault it is; `work` is what would have been answered, and is only asked when it is done.
pub(crate) async fn with_fault(fault: Option<Fault>, work: impl Future<Output = Response>) -> Response {
    let answer =
        |status: u16, body: Value| (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Json(body)).into_response();
    match fault {
        None => work.await,
        Some(Fault::RateLimit { retry_after }) => {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", retry_after.into());
            (StatusCode::TOO_MANY_REQUESTS, headers).into_response()
        }
        Some(Fault::LoseAnswer) => {
            work.await;
            // Ends the connection's task without a word to the terminal; the server goes on.
            std::panic::resume_unwind(Box::new("the answer is lost"))
        }
        Some(Fault::FailAfterwards) => {
            work.await;
            answer(
                500,
                json!({ "error_code": 500, "message": "Request timed out", "error": { "code": 500, "message": "Request timed out" } }),
            )
        }
        Some(Fault::Refuse { status, body }) => answer(status, body),
    }
}
