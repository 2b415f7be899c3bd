//! The published plugins as judge of the studio's validator: every connector of `shared/tests/plugins/document.toml` is exported,
//! and a real worker is asked what its plugin says to it. Answers must be those of `verdicts.json`, which the tests of `shared`
//! hold against our own findings; `RECORD=1` writes them there.

use super::{connect::Sink, copy, pipeline::PASSWORD, snowflake_account};
use crate::{
    lab::{self, Env, http},
    process, workspace,
};
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use std::{
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

const DOCUMENT: &str = "shared/tests/plugins/document.toml";
const VERDICTS: &str = "shared/tests/plugins/verdicts.json";
const PLUGINS: [&str; 2] = ["io.debezium.connector.jdbc.JdbcSinkConnector", "com.snowflake.kafka.connector.SnowflakeSinkConnector"];
/// Where the document's connectors go; sent elsewhere here.
const DATABASE: &str = "jdbc:mysql://db.example:3306/";
const ACCOUNT: &str = "https://ab12345.ap-east-1.aws.snowflakecomputing.com";
const START: Duration = Duration::from_secs(60);

pub(super) fn judge(lab: &Env, worker: &str, dir: &Path) -> Result<()> {
    let file = workspace::root().join(VERDICTS);
    let mut record: Value = serde_json::from_str(&fs::read_to_string(&file)?).context("the verdicts are JSON")?;
    let mut now = record.clone();
    now["plugins"] = versions(worker)?;
    now["definitions"] = definitions(worker)?;
    copy::reset(&lab.mariadb)?;
    create_topics(lab)?;
    let account = snowflake_account::serve()?;
    let database = format!("jdbc:mysql://{}:{}/", lab.mariadb.host, lab.mariadb.port);
    let requests = export(lab, dir)?;
    for (name, request) in &requests {
        let request = serde_json::from_str(&request.replace(DATABASE, &database).replace(ACCOUNT, &account))?;
        let case = &mut now["cases"][name];
        case["validate"] = validate(worker, &request)?;
        let is_taken = case["validate"].as_object().is_some_and(Map::is_empty);
        case["start"] = if is_taken { start(lab, worker, &request)? } else { Value::Null };
    }
    println!("connect-plugins: {} cases", requests.len());
    if env::var_os("RECORD").is_some_and(|value| value == "1") {
        return fs::write(&file, format!("{now:#}\n")).with_context(|| format!("cannot write {VERDICTS}"));
    }
    let mut changed = Vec::new();
    for part in ["plugins", "definitions", "cases"] {
        let (old, new) = (record[part].take(), &now[part]);
        let keys = new.as_object().into_iter().flat_map(Map::keys);
        changed.extend(keys.filter(|key| old[key.as_str()] != new[key.as_str()]).map(|key| format!("{key}: {}", new[key.as_str()])));
    }
    if changed.is_empty() { Ok(()) } else { bail!("not what {VERDICTS} has:\n{}", changed.join("\n")) }
}

fn versions(worker: &str) -> Result<Value> {
    let plugins = http::get(&format!("{worker}/connector-plugins"))?;
    let plugins = plugins.as_array().into_iter().flatten().filter(|plugin| PLUGINS.iter().any(|class| plugin["class"] == *class));
    let version = |plugin: &Value| Some((plugin["class"].as_str()?.to_owned(), plugin["version"].clone()));
    let worker = http::get(worker)?["version"].take();
    Ok(Value::Object(plugins.filter_map(version).chain([("worker".to_owned(), worker)]).collect()))
}

/// Types and defaults of all properties.
fn definitions(worker: &str) -> Result<Value> {
    let mut all = Map::new();
    for class in PLUGINS {
        let properties = http::get(&format!("{worker}/connector-plugins/{class}/config"))?;
        let definition = |property: &Value| {
            let definition = json!({ "type": property["type"], "default": property["default_value"] });
            Some((property["name"].as_str()?.to_owned(), definition))
        };
        all.insert(class.to_owned(), Value::Object(properties.as_array().into_iter().flatten().filter_map(definition).collect()));
    }
    Ok(Value::Object(all))
}

/// The requests that would create the document's connectors, by name.
fn export(lab: &Env, dir: &Path) -> Result<Vec<(String, String)>> {
    let key = "from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from base64 import b64encode
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
print(b64encode(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode())";
    let key = process::output(workspace::command(&lab.python).args(["-c", key]))?;
    let mut export = workspace::command(workspace::studio());
    export.args(["export", DOCUMENT, "--secrets", "inline", "--out"]).arg(dir);
    process::output(export.env(PASSWORD, &lab.mariadb.password).env("SNOWFLAKE_KEY", key.trim()))?;
    let mut requests = Vec::new();
    for entry in fs::read_dir(dir.join("connectors"))? {
        let path: PathBuf = entry?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".json")) {
            requests.push((name.to_owned(), fs::read_to_string(&path)?));
        }
    }
    requests.sort();
    Ok(requests)
}

/// Errors by property; under no name, what the plugin threw.
fn validate(worker: &str, request: &Value) -> Result<Value> {
    let class = request["config"]["connector.class"].as_str().context("a connector has a class")?;
    let url = format!("{worker}/connector-plugins/{class}/config/validate");
    let answer = match http::send("PUT", &url, Some(&request["config"])) {
        Ok(answer) => answer,
        Err(error) => return Ok(json!({ "": [message(&error)?] })),
    };
    let mut errors = Map::new();
    for property in answer["configs"].as_array().into_iter().flatten().map(|config| &config["value"]) {
        if property["errors"].as_array().is_some_and(|said| !said.is_empty()) {
            errors.insert(property["name"].as_str().unwrap_or_default().to_owned(), property["errors"].clone());
        }
    }
    Ok(Value::Object(errors))
}

/// The document's topics, empty: a sink's consumer joins its group when it has polled them.
fn create_topics(lab: &Env) -> Result<()> {
    let create = "import sys
from confluent_kafka import OFFSET_END, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
admin = AdminClient({'bootstrap.servers': sys.argv[1]})
for topic in admin.create_topics([NewTopic(name, 1, 1) for name in sys.argv[2:]]).values():
    try:
        topic.result()
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise
# Another proof may have filled what a sink's pattern matches.
topics = [topic for topic in admin.list_topics().topics.values() if topic.topic.startswith('tidb_')]
ends = [TopicPartition(topic.topic, number, OFFSET_END) for topic in topics for number in topic.partitions]
for emptied in admin.delete_records(ends).values():
    emptied.result()";
    let mut python = workspace::command(&lab.python);
    python.args(["-c", create, &lab.kafka.bootstrap, "tidb_tpcc_orders", "tidb_tpcc_customer"]);
    process::output(&mut python).map(drop)
}

/// Whether the sink's consumer has its partitions.
fn has_joined(lab: &Env, connector: &str) -> Result<bool> {
    let describe = "import sys
from confluent_kafka.admin import AdminClient
admin = AdminClient({'bootstrap.servers': sys.argv[1]})
print(admin.describe_consumer_groups([sys.argv[2]])[sys.argv[2]].result().state.name)";
    let mut python = workspace::command(&lab.python);
    python.args(["-c", describe, &lab.kafka.bootstrap, &format!("connect-{connector}")]);
    Ok(process::output(&mut python)?.trim() == "STABLE")
}

/// Why the connector cannot be created or fails before its task has read its topics; `null` when it reads them. Snowflake's
/// connector looks at its settings itself, before its task goes on with an account that is none.
fn start(lab: &Env, worker: &str, request: &Value) -> Result<Value> {
    // A consumer group outlives its connector.
    let stamp = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let name = format!("{}-{stamp}", request["name"].as_str().context("a connector has a name")?);
    let mut request = request.clone();
    request["name"] = Value::from(name.as_str());
    request["config"]["name"] = Value::from(name.as_str());
    let sink = Sink::new(worker, &name);
    if let Err(error) = http::send("POST", &format!("{worker}/connectors"), Some(&request)) {
        return Ok(Value::String(message(&error)?));
    }
    let is_snowflakes = request["config"]["connector.class"] == PLUGINS[1];
    let mut answer = Ok(false);
    lab::until(START, || {
        answer = if is_snowflakes { sink.has_started() } else { sink.is_running().and_then(|runs| Ok(runs && has_joined(lab, &name)?)) };
        !matches!(answer, Ok(false))
    });
    match answer {
        Ok(true) => Ok(Value::Null),
        Ok(false) => bail!("{name} neither reads nor fails"),
        Err(error) => Ok(Value::String(reason(&format!("{error:#}")))),
    }
}

/// Of a trace below a line of our own: Snowflake's message, or the first line.
fn reason(error: &str) -> String {
    let mut trace = error.lines().skip(1);
    let message = trace.clone().find_map(|line| line.strip_prefix("Message: "));
    message.or_else(|| trace.next()).unwrap_or_default().to_owned()
}

/// What the worker itself says, of an answer that is an error.
fn message(error: &anyhow::Error) -> Result<String> {
    let text = format!("{error:#}");
    let body = text.find('{').map(|at| &text[at..]).with_context(|| text.clone())?;
    let answer: Value = serde_json::from_str(body).with_context(|| text.clone())?;
    Ok(answer["message"].as_str().unwrap_or_default().to_owned())
}
