//! The published plugins as judge of the studio's validator: every connector of `shared/tests/plugins/document.toml` is exported,
//! and a real worker is asked what its plugin says to it. Answers must be those of `verdicts.json`, which the tests of `shared`
//! hold against our own findings; `RECORD=1` writes them there.

use super::{connect::Sink, pipeline::PASSWORD};
use crate::{
    lab::{self, Env, http},
    process, workspace,
};
use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

const DOCUMENT: &str = "shared/tests/plugins/document.toml";
const VERDICTS: &str = "shared/tests/plugins/verdicts.json";
const PLUGINS: [&str; 2] = ["io.debezium.connector.jdbc.JdbcSinkConnector", "com.snowflake.kafka.connector.SnowflakeSinkConnector"];
/// Where the document's connectors go; sent elsewhere here.
const DATABASE: &str = "jdbc:mysql://db.example:3306/";
const ACCOUNT: &str = "https://ab12345.ap-east-1.aws.snowflakecomputing.com";
/// Of Snowflake's plugin: whatever it checks without its server is in order.
const LOGS_IN: &str = "Cannot connect to Snowflake";
const START: Duration = Duration::from_secs(60);

pub(super) fn judge(lab: &Env, worker: &str, dir: &Path) -> Result<()> {
    let file = workspace::root().join(VERDICTS);
    let mut record: Value = serde_json::from_str(&fs::read_to_string(&file)?).context("the verdicts are JSON")?;
    let mut now = record.clone();
    now["plugins"] = versions(worker)?;
    now["definitions"] = definitions(worker)?;
    super::copy::reset(&lab.mariadb)?;
    let account = refuse_logins()?;
    let database = format!("jdbc:mysql://{}:{}/", lab.mariadb.host, lab.mariadb.port);
    let requests = export(lab, dir)?;
    for (name, request) in &requests {
        let request = serde_json::from_str(&request.replace(DATABASE, &database).replace(ACCOUNT, &account))?;
        let case = &mut now["cases"][name];
        case["validate"] = validate(worker, &request)?;
        let is_taken = case["validate"].as_object().is_some_and(Map::is_empty);
        // Snowflake's would log in first.
        case["start"] = if is_taken && name.starts_with("debezium-") { start(worker, &request)? } else { Value::Null };
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
        let said = property["errors"].as_array().into_iter().flatten();
        let said: Vec<_> = said.filter(|error| !error.as_str().is_some_and(|error| error.ends_with(LOGS_IN))).cloned().collect();
        if !said.is_empty() {
            errors.insert(property["name"].as_str().unwrap_or_default().to_owned(), Value::Array(said));
        }
    }
    Ok(Value::Object(errors))
}

/// Why the connector cannot be created or its task fails at its start; `null` when it runs.
fn start(worker: &str, request: &Value) -> Result<Value> {
    let name = request["name"].as_str().context("a connector has a name")?;
    let sink = Sink::new(worker, name);
    if let Err(error) = http::send("POST", &format!("{worker}/connectors"), Some(request)) {
        return Ok(Value::String(message(&error)?));
    }
    let mut answer = Ok(false);
    lab::until(START, || {
        answer = sink.is_running();
        !matches!(answer, Ok(false))
    });
    match answer {
        Ok(true) => Ok(Value::Null),
        Ok(false) => bail!("{name} neither runs nor fails"),
        // The trace's first line, below our own.
        Err(error) => Ok(Value::String(format!("{error:#}").lines().nth(1).unwrap_or_default().to_owned())),
    }
}

/// What the worker itself says, of an answer that is an error.
fn message(error: &anyhow::Error) -> Result<String> {
    let text = format!("{error:#}");
    let body = text.find('{').map(|at| &text[at..]).with_context(|| text.clone())?;
    let answer: Value = serde_json::from_str(body).with_context(|| text.clone())?;
    Ok(answer["message"].as_str().unwrap_or_default().to_owned())
}

/// A stand-in for a Snowflake account on loopback, which refuses every login at once: without a server the driver tries for
/// minutes. Lives as long as this program.
fn refuse_logins() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Who goes away early loses nothing but the answer.
            thread::spawn(move || refuse_login(stream));
        }
    });
    Ok(url)
}

fn refuse_login(mut stream: TcpStream) -> Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse()?,
            None if line.trim().is_empty() => break,
            _ => {}
        }
    }
    reader.read_exact(&mut vec![0; length])?;
    let body = json!({ "success": false, "code": "390144", "message": "JWT token is invalid.", "data": null }).to_string();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    Ok(stream.write_all(format!("{head}{body}").as_bytes())?)
}
