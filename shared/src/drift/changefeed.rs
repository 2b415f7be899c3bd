//! A changefeed of a TiCDC cluster: its sink URI and its `replica_config`, against the document.
//!
//! Both sides are looked at in the names of TiCDC's file. An option that may stand in the sink URI or in the configuration
//! counts once, as TiCDC merges the two: its server copies some of them from one to the other.

use super::option::{document_value, is_same, says_nothing, text};
use super::{Difference, SecretDifference, redacted, secret_difference, shown};
use crate::Finding;
use crate::api::Drift;
use crate::config::{Pipeline, SchemaRegistry};
use crate::fix::{Edit, value_at};
use crate::path::join;
use crate::sink_uri::{RegistryUrl, SinkUri};
use crate::ticdc::{ConfigKey, Place, Release, api_name, by_param, by_path, file_name, is_section, path_in};
use serde_json::{Map, Value};

const PART: &str = "changefeed";
const CONFIG: &str = "changefeed.config";
const PARAMS: &str = "kafka.params";
const REGISTRY: &str = "schema-registry";

/// What the Open API tells of a changefeed.
#[derive(Clone, Copy)]
pub struct RunningChangefeed<'a> {
    /// Its password may be masked.
    pub sink_uri: &'a str,
    /// `config` of the description.
    pub replica_config: &'a Value,
    /// TSO where it ends; `None` and 0: it goes on.
    pub target_ts: Option<u64>,
}

pub(super) fn differences(pipeline: &Pipeline, running: &RunningChangefeed<'_>) -> Result<Vec<Difference>, Finding> {
    let (uri, _) = SinkUri::parse(running.sink_uri).map_err(|findings| {
        let why = findings.into_iter().next().map_or_else(String::new, |finding| format!(": {}", finding.message));
        Finding::warning("kafka", "drift-unreadable", format!("The running changefeed's sink URI cannot be read{why}"))
            .hint("Look at it with `cdc cli changefeed query`; push makes it what the document says.")
    })?;
    let mut found = Comparison {
        release: Release::of(&pipeline.changefeed),
        document: Side::of_document(pipeline),
        running: Side { params: params(&uri), config: in_file_names(running.replica_config) },
        differences: Vec::new(),
    };
    found.addresses(pipeline, &uri);
    found.params();
    let (document, running_config) = (found.document.config.clone(), found.running.config.clone());
    found.table("", "replica_config", CONFIG, Some(&document), Some(&running_config));
    found.registry(pipeline.schema_registry.as_ref());
    if let Some(target) = running.target_ts.filter(|&target| target > 0) {
        // neither has the document a place for it, nor can the API take it away
        found.push(Drift { can_push: false, can_pull: false, ..drift("target_ts", "", None, Some(Value::from(target))) }, Vec::new());
    }
    Ok(found.differences)
}

/// Where one side has its options.
struct Side {
    params: Map<String, Value>,
    /// In the file's names.
    config: Value,
}

impl Side {
    fn of_document(pipeline: &Pipeline) -> Self {
        // a document always has a JSON form
        let config = serde_json::to_value(&pipeline.changefeed.config).unwrap_or_default();
        Self { params: pipeline.kafka.params.clone(), config }
    }

    /// The value of an option that both places take: that of the URI, unless it is falsy and the file has one.
    fn option(&self, key: &ConfigKey) -> Option<&Value> {
        let uri = self.params.get(key.name);
        let file = key.path().and_then(|path| value_at(&self.config, &path));
        let is_falsy = |value: &Value| matches!(text(value).as_str(), "" | "0" | "f" | "F" | "false" | "False" | "FALSE");
        match (uri, file) {
            (Some(uri), Some(file)) if is_falsy(uri) && !file.is_null() => Some(file),
            (uri, file) => uri.or(file),
        }
    }
}

struct Comparison {
    release: Release,
    document: Side,
    running: Side,
    differences: Vec<Difference>,
}

impl Comparison {
    fn push(&mut self, drift: Drift, edits: Vec<Edit>) {
        self.differences.push(Difference { drift, edits });
    }

    fn addresses(&mut self, pipeline: &Pipeline, running: &SinkUri) {
        let sorted = |brokers: &[String]| {
            let mut sorted: Vec<String> = brokers.iter().map(|broker| broker.trim().to_ascii_lowercase()).collect();
            sorted.sort();
            sorted
        };
        if sorted(&pipeline.kafka.brokers) != sorted(&running.brokers) {
            let brokers = Value::from(running.brokers.clone());
            let edits = vec![Edit::Set { path: "kafka.brokers".to_owned(), value: brokers.clone() }];
            self.push(drift("sink_uri.brokers", "kafka.brokers", Some(Value::from(pipeline.kafka.brokers.clone())), Some(brokers)), edits);
        }
        if pipeline.kafka.topic != running.topic {
            let topic = Value::from(running.topic.as_str());
            let edits = vec![Edit::Set { path: "kafka.topic".to_owned(), value: topic.clone() }];
            self.push(drift("sink_uri.topic", "kafka.topic", Some(Value::from(pipeline.kafka.topic.as_str())), Some(topic)), edits);
        }
    }

    /// Everything that either sink URI carries.
    fn params(&mut self) {
        let mut names: Vec<String> = self.document.params.keys().cloned().collect();
        names.extend(self.running.params.keys().filter(|name| !self.document.params.contains_key(*name)).cloned());
        for name in names.into_iter().filter(|name| name != REGISTRY) {
            let path = join(PARAMS, &name);
            let api = format!("sink_uri.{name}");
            let key = by_param(&name);
            let (document, running) = match key.filter(|key| key.place == Place::Both) {
                Some(key) => (self.document.option(key).cloned(), self.running.option(key).cloned()),
                None => (self.document.params.get(&name).cloned(), self.running.params.get(&name).cloned()),
            };
            let file = key.and_then(ConfigKey::path).map(|file| format!("{CONFIG}.{file}"));
            let in_file = file.filter(|file| value_at(&self.document.config, file.trim_start_matches("changefeed.config.")).is_some());
            let in_uri = self.document.params.contains_key(&name);
            // every place where the document has it, else that of the running one
            let places: Vec<String> = match (in_uri, in_file) {
                (true, Some(file)) => vec![path, file],
                (false, Some(file)) => vec![file],
                (_, None) => vec![path],
            };
            match key {
                Some(key) => self.option(key, &api, &places, document.as_ref(), running.as_ref()),
                None => self.unknown(&name, &api, &places, document.as_ref(), running.as_ref()),
            }
        }
    }

    /// `at` is the table's place in TiCDC's configuration, lists as `[]`.
    fn table(&mut self, at: &str, api: &str, path: &str, document: Option<&Value>, running: Option<&Value>) {
        let table = at.rsplit('.').next().unwrap_or_default().trim_end_matches("[]");
        let entries = |side: Option<&Value>| side.and_then(Value::as_object).cloned().unwrap_or_default();
        let (document, running) = (entries(document), entries(running));
        let names = document.keys().chain(running.keys().filter(|name| !document.contains_key(*name)));
        for name in names {
            let (Some(inner), Some(own_api)) = (path_in(at, name), api_name(table, name, self.release.architecture)) else { continue };
            let (api, path) = (format!("{api}.{own_api}"), join(path, name));
            let (document, running) = (document.get(name), running.get(name));
            if let Some(key) = by_path(&inner) {
                let is_done = key.place == Place::Both
                    && (name == REGISTRY || self.document.params.contains_key(key.name) || self.running.params.contains_key(key.name));
                if !is_done {
                    self.option(key, &api, &[path], document, running);
                }
            } else if is_section(&inner) {
                self.table(&inner, &api, &path, document, running);
            } else if is_section(&format!("{inner}[]")) {
                self.list(&format!("{inner}[]"), &api, &path, document, running);
            } else if document.is_some() && running.is_some() {
                // what only one side knows is a newer server's default, or a key that the API ignored
                self.unknown(name, &api, &[path], document, running);
            }
        }
    }

    /// A list of tables, whose order counts.
    fn list(&mut self, at: &str, api: &str, path: &str, document: Option<&Value>, running: Option<&Value>) {
        let items = |side: Option<&Value>| side.and_then(Value::as_array).cloned().unwrap_or_default();
        let (document, running) = (items(document), items(running));
        for i in 0..document.len().max(running.len()) {
            let (api, path) = (format!("{api}[{i}]"), format!("{path}[{i}]"));
            match (document.get(i).map(|item| renamed(at, item)), running.get(i)) {
                (Some(document), Some(running)) => self.table(at, &api, &path, Some(&document), Some(running)),
                (document, running) => {
                    let running = running.map(|running| as_document(at, running));
                    let edit = match &running {
                        Some(value) => Edit::Set { path: path.clone(), value: value.clone() },
                        None => Edit::Remove { path: path.clone() },
                    };
                    self.push(drift(&api, &path, document, running), vec![edit]);
                }
            }
        }
    }

    fn option(&mut self, key: &ConfigKey, api: &str, places: &[String], document: Option<&Value>, running: Option<&Value>) {
        if key.secret {
            return self.secret(api, places, document, running);
        }
        if is_same(key, document, running, self.release) {
            return;
        }
        let stated = |value: Option<&Value>| value.filter(|value| !value.is_null()).map(|value| document_value(key, value));
        let value = stated(running).filter(|value| !says_nothing(key, value));
        self.differ(api, places, stated(document), stated(running), value);
    }

    /// A key that is not known as an option; its name may say that it is a secret all the same.
    fn unknown(&mut self, name: &str, api: &str, places: &[String], document: Option<&Value>, running: Option<&Value>) {
        if crate::secret::is_secret_key(name) {
            return self.secret(api, places, document, running);
        }
        let is_equal = match (document, running) {
            (Some(document), Some(running)) => document == running || text(document) == text(running),
            (document, running) => document.is_none() == running.is_none(),
        };
        if !is_equal {
            self.differ(api, places, document.cloned(), running.cloned(), running.cloned());
        }
    }

    /// `value`: what the document has to say instead; `None`: nothing.
    fn differ(&mut self, api: &str, places: &[String], document: Option<Value>, running: Option<Value>, value: Option<Value>) {
        let edits = edits(places, value.as_ref());
        let path = places.first().map(String::as_str).unwrap_or_default();
        self.push(drift(api, path, document, running), edits);
    }

    fn secret(&mut self, api: &str, places: &[String], document: Option<&Value>, running: Option<&Value>) {
        let [document, running] = [document, running].map(|value| value.and_then(Value::as_str));
        let difference = secret_difference(document, running);
        if difference == SecretDifference::None {
            return;
        }
        let can_pull = difference == SecretDifference::Known;
        let value = running.filter(|text| !text.is_empty()).map(Value::from);
        let edits = if can_pull { edits(places, value.as_ref()) } else { Vec::new() };
        let path = places.first().map(String::as_str).unwrap_or_default();
        self.push(Drift { can_pull, ..drift(api, path, redacted(document), redacted(running)) }, edits);
    }

    /// Address, user and password apart, wherever the running changefeed has them.
    fn registry(&mut self, document: Option<&SchemaRegistry>) {
        let running = self.running.params.get(REGISTRY).or_else(|| value_at(&self.running.config, "sink.schema-registry"));
        let running = running.and_then(Value::as_str).filter(|text| !text.is_empty()).and_then(|text| RegistryUrl::parse(text).ok());
        let document = document.filter(|registry| !registry.url.is_empty()).and_then(|registry| RegistryUrl::from_registry(registry).ok());
        let api =
            if self.running.params.contains_key(REGISTRY) { "sink_uri.schema-registry" } else { "replica_config.sink.schema_registry" };
        let [address, other] = [&document, &running].map(|url| url.as_ref().map(RegistryUrl::base));
        if address.as_deref().map(without_port) != other.as_deref().map(without_port) {
            let places = match other {
                Some(_) => ["schema_registry.url".to_owned()],
                None => ["schema_registry".to_owned()],
            };
            let [address, other] = [address, other].map(|text| text.map(Value::from));
            self.differ(api, &places, address, other.clone(), other);
        }
        let Some(running) = running else { return };
        let user = |url: &RegistryUrl| url.user.clone().filter(|user| !user.is_empty()).map(Value::from);
        let [own, other] = [document.as_ref().and_then(user), user(&running)];
        if own != other {
            self.differ(api, &["schema_registry.user".to_owned()], own, other.clone(), other);
        }
        let own = document.and_then(|url| url.password).map(Value::from);
        let other = running.password.map(Value::from);
        self.secret(api, &["schema_registry.password".to_owned()], own.as_ref(), other.as_ref());
    }
}

fn drift(key: &str, path: &str, document: Option<Value>, running: Option<Value>) -> Drift {
    Drift {
        part: PART.to_owned(),
        key: key.to_owned(),
        path: path.to_owned(),
        document: document.as_ref().map(shown),
        running: running.as_ref().map(shown),
        can_push: true,
        can_pull: true,
    }
}

/// The value at every place; the deprecated name of a dispatcher's rule goes with it.
fn edits(places: &[String], value: Option<&Value>) -> Vec<Edit> {
    let mut edits = Vec::new();
    for path in places {
        edits.extend(path.strip_suffix(".partition").map(|entry| Edit::Remove { path: format!("{entry}.dispatcher") }));
        edits.push(match value {
            Some(value) => Edit::Set { path: path.clone(), value: value.clone() },
            None => Edit::Remove { path: path.clone() },
        });
    }
    edits
}

fn params(uri: &SinkUri) -> Map<String, Value> {
    uri.params.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
}

/// Keys of the API as the file spells them.
fn in_file_names(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.iter().map(|(key, value)| (file_name(key), in_file_names(value))).collect()),
        Value::Array(items) => Value::Array(items.iter().map(in_file_names).collect()),
        plain => plain.clone(),
    }
}

/// A document's list entry with the newer name of its partition rule, the only one that the API has.
fn renamed(at: &str, item: &Value) -> Value {
    let mut item = item.clone();
    if at == "sink.dispatchers[]"
        && let Some(map) = item.as_object_mut()
        && let Some(rule) = map.shift_remove("dispatcher")
    {
        map.entry("partition").or_insert(rule);
    }
    item
}

/// A list entry of the server as a document has it: without what says nothing.
fn as_document(at: &str, item: &Value) -> Value {
    let Some(map) = item.as_object() else { return item.clone() };
    let stated = map.iter().filter_map(|(name, value)| {
        let key = by_path(&path_in(at, name)?);
        let says_nothing = key.map_or_else(|| super::option::is_empty(value), |key| says_nothing(key, value));
        (!says_nothing).then(|| (name.clone(), key.map_or_else(|| value.clone(), |key| document_value(key, value))))
    });
    Value::Object(stated.collect())
}

/// The address without the port that its scheme means anyway.
fn without_port(url: &str) -> String {
    for (scheme, port) in [("https://", ":443"), ("http://", ":80")] {
        if let Some(rest) = url.strip_prefix(scheme) {
            let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
            return format!("{scheme}{}{path}", host.strip_suffix(port).unwrap_or(host).to_ascii_lowercase());
        }
    }
    url.to_owned()
}
