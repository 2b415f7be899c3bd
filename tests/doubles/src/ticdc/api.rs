//! The routes: who answers them, who may ask, and in what form.

use super::cluster::{Cluster, DEFAULT_KEYSPACE};
use super::feed::State;
use super::refusal::Refusal;
use super::reply::Reply;
use super::sink_uri::decode;
use super::{Architecture, SecondNode, Trouble, show};
use axum::{Router, body::to_bytes, extract::Request};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use std::sync::Arc;

/// One node of the cluster.
pub(super) fn router(cluster: Arc<Cluster>, node: usize) -> Router {
    Router::new().fallback(move |request: Request| {
        let cluster = Arc::clone(&cluster);
        async move {
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
            let authorization = parts.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let query = parts.uri.query().unwrap_or_default();
            let asked = Asked {
                method: parts.method.as_str(),
                path: parts.uri.path(),
                query,
                authorization,
                body: &body,
                full_path: if query.is_empty() { parts.uri.path().to_owned() } else { format!("{}?{query}", parts.uri.path()) },
            };
            answer(&cluster, node, &asked).into_response().await
        }
    })
}

struct Asked<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    authorization: &'a str,
    body: &'a [u8],
    full_path: String,
}

impl Asked<'_> {
    fn param(&self, name: &str) -> Option<String> {
        let pair = self.query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?;
        decode(pair.1).filter(|value| !value.is_empty())
    }

    /// The body as Go's binder reads it.
    fn json(&self) -> Result<Value, Refusal> {
        match serde_json::from_slice(self.body) {
            Ok(value @ Value::Object(_)) => Ok(value),
            _ => Err(Refusal::parameter("invalid api parameter: invalid character or EOF")),
        }
    }

    /// As [`Asked::json`], but nothing is an empty object.
    fn json_if_any(&self) -> Result<Value, Refusal> {
        if self.body.is_empty() { Ok(json!({})) } else { self.json() }
    }
}

/// Trouble first, then the node's place in the cluster, then the question.
fn answer(cluster: &Cluster, node: usize, asked: &Asked<'_>) -> Reply {
    let trouble = cluster.troubles.meet(asked.method, asked.path);
    match &trouble {
        Some(Trouble::NoOwner) => return Refusal::new("ErrOwnerNotFound", "owner not found").into(),
        Some(Trouble::OwnerMoves) => {
            cluster.move_owner();
            return Refusal::new("ErrNotOwner", "this capture is not a owner").into();
        }
        Some(Trouble::OwnerNotReady) => return Refusal::plain("coordinator is not fully initialized, wait a moment").into(),
        Some(Trouble::Unavailable) => return Reply::Text(503, "no server is available to handle this request"),
        Some(Trouble::ConnectionLost) => return Reply::Lost,
        Some(Trouble::Hangs) => return Reply::Never,
        Some(Trouble::Refused { status, code, message }) => {
            return Reply::from(Refusal { status: *status, ..Refusal::new(code, message) });
        }
        Some(Trouble::AnswerLost | Trouble::GatewayTimeout) | None => {}
    }
    let reply = route(cluster, node, asked).unwrap_or_else(Reply::from);
    match trouble {
        Some(Trouble::AnswerLost) => Reply::Lost,
        Some(Trouble::GatewayTimeout) => Reply::Text(504, "the upstream did not answer in time"),
        _ => reply,
    }
}

fn route(cluster: &Cluster, node: usize, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let parts: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    let (is_v1, rest) = match parts.as_slice() {
        ["status"] => (false, ["status"].as_slice()),
        ["api", "v1", rest @ ..] => (true, rest),
        ["api", "v2", rest @ ..] if cluster.options.has_v2 => (false, rest),
        _ => return Ok(Reply::unknown_route()),
    };
    let is_owners = matches!(rest.first(), Some(&("health" | "changefeeds" | "captures" | "owner")));
    let is_internal = matches!(rest, ["changefeeds", _, "get_dispatcher_count"]);
    if is_owners && !is_internal && node != cluster.owner() && cluster.options.second_node == Some(SecondNode::Redirects) {
        let owner = cluster.nodes().get(cluster.owner()).cloned().unwrap_or_default();
        return Ok(Reply::Redirect(format!("{owner}{}", asked.full_path)));
    }
    match (asked.method, rest) {
        ("GET", ["status"]) => Ok(Reply::Json(200, status(cluster, node))),
        ("GET", ["health"]) => Ok(Reply::done()),
        ("POST", ["log"]) => set_log_level(cluster, asked),
        ("GET", ["captures"]) => Ok(list(is_v1, captures(cluster))),
        ("GET", ["processors"]) => Ok(list(is_v1, processors(cluster))),
        ("POST", ["tso"]) if !is_v1 => {
            let now = cluster.now();
            Ok(Reply::Json(200, json!({ "timestamp": now >> 18, "logic_time": now & 0x3_ffff })))
        }
        ("POST", ["verify_table"]) if !is_v1 => Ok(Reply::Json(200, cluster.verify_tables(&asked.json()?)?)),
        (_, ["changefeeds", rest @ ..]) => changefeeds(cluster, asked, rest, is_v1),
        _ => Ok(Reply::unknown_route()),
    }
}

fn changefeeds(cluster: &Cluster, asked: &Asked<'_>, rest: &[&str], is_v1: bool) -> Result<Reply, Refusal> {
    let keyspace = keyspace(cluster, asked)?;
    let needs_login = asked.method != "GET" || matches!(rest, [_, "status" | "synced"]);
    if needs_login {
        check_login(cluster, asked)?;
    }
    let is_new = cluster.options.architecture == Architecture::New;
    match (asked.method, rest) {
        ("GET", []) => {
            let feeds = cluster.list(&keyspace);
            let wanted = asked.param("state").unwrap_or_default();
            let shown = feeds.iter().filter(|(_, feed)| is_wanted(feed.state, &wanted));
            Ok(list(is_v1, shown.map(|(id, feed)| show::summary(cluster, &keyspace, id, feed)).collect()))
        }
        ("POST", []) if !is_v1 => {
            let (id, feed) = cluster.create(&keyspace, &asked.json()?)?;
            Ok(Reply::Json(200, show::info(cluster, &keyspace, &id, &feed)))
        }
        ("GET", [id]) => {
            let feed = cluster.get(&keyspace, id)?;
            let mut info = show::info(cluster, &keyspace, id, &feed);
            if is_v1 && let Some(info) = info.as_object_mut() {
                info.remove("config");
                let checkpoint = info.remove("checkpoint_ts").unwrap_or_default();
                info.insert("checkpoint_tso".to_owned(), checkpoint);
            }
            Ok(Reply::Json(200, info))
        }
        ("PUT", [id]) if !is_v1 => {
            let feed = cluster.update(&keyspace, id, &asked.json()?)?;
            Ok(Reply::Json(200, show::info(cluster, &keyspace, id, &feed)))
        }
        ("DELETE", [id]) => {
            let was_there = cluster.remove(&keyspace, id)?;
            match (was_there, is_v1) {
                (false, true) => Err(Refusal::not_there(id)),
                // Go's nil.
                (false, false) => Ok(Reply::Json(200, Value::Null)),
                (true, _) => Ok(done(is_v1)),
            }
        }
        ("POST", [id, "pause"]) => cluster.pause(&keyspace, id).map(|()| done(is_v1)),
        ("POST", [id, "resume"]) => cluster.resume(&keyspace, id, &asked.json_if_any()?).map(|()| done(is_v1)),
        ("GET", [id, "status"]) if !is_v1 => {
            let feed = cluster.get(&keyspace, id)?;
            let status = json!({ "state": feed.state.name(), "resolved_ts": feed.checkpoint_ts, "checkpoint_ts": feed.checkpoint_ts });
            Ok(Reply::Json(200, status))
        }
        ("GET", [id, "synced"]) if !is_v1 => {
            let feed = cluster.get(&keyspace, id)?;
            let time = show::time_of(feed.checkpoint_ts);
            let info = if feed.is_synced { "The data syncing is finished" } else { "The data syncing is not finished, please wait" };
            let now = show::time_of(cluster.now());
            Ok(Reply::Json(
                200,
                json!({
                    "synced": feed.is_synced, "sink_checkpoint_ts": time, "puller_resolved_ts": time,
                    "last_synced_ts": time, "now_ts": now, "info": info,
                }),
            ))
        }
        ("GET", [id, "get_dispatcher_count"]) if is_new && !is_v1 => {
            cluster.get(&keyspace, id).map_err(|_| Refusal::plain(&format!("Can't not find maintainer for changefeed: {id}")))?;
            Ok(Reply::Json(200, json!({ "count": 1 })))
        }
        _ => Ok(Reply::unknown_route()),
    }
}

/// The keyspace that is asked for. A classic kernel of the new architecture has one; the classic architecture's namespaces are
/// made by naming them.
fn keyspace(cluster: &Cluster, asked: &Asked<'_>) -> Result<String, Refusal> {
    let options = &cluster.options;
    match options.architecture {
        Architecture::Classic => Ok(asked.param("namespace").unwrap_or_else(|| DEFAULT_KEYSPACE.to_owned())),
        Architecture::New if options.keyspaces.is_empty() => Ok(DEFAULT_KEYSPACE.to_owned()),
        Architecture::New => {
            let named = asked
                .param("keyspace")
                .ok_or_else(|| Refusal::parameter("missing required query parameter keyspace, please specify --keyspace or -k"))?;
            if options.keyspaces.contains(&named) {
                return Ok(named);
            }
            Err(Refusal::parameter(&format!("keyspace \"{named}\" does not exist, please check --keyspace or -k")))
        }
    }
}

fn check_login(cluster: &Cluster, asked: &Asked<'_>) -> Result<(), Refusal> {
    let Some((user, password)) = &cluster.options.login else { return Ok(()) };
    let Some(sent) = asked.authorization.strip_prefix("Basic ") else {
        let message = "credential not found: please specify the user and password via authorization header";
        return Err(Refusal::unauthorized("ErrCredentialNotFound", message));
    };
    if sent == BASE64_STANDARD.encode(format!("{user}:{password}")) {
        return Ok(());
    }
    Err(Refusal::unauthorized("ErrUnauthorized", &format!("user {user} unauthorized, error: The user is not allowed.")))
}

fn is_wanted(state: State, wanted: &str) -> bool {
    match wanted {
        "all" => true,
        "" => state != State::Finished,
        name => state.name() == name,
    }
}

fn list(is_v1: bool, items: Vec<Value>) -> Reply {
    let value = if is_v1 { Value::Array(items) } else { json!({ "total": items.len(), "items": items }) };
    Reply::Json(200, value)
}

/// v1 accepts, and does not wait.
fn done(is_v1: bool) -> Reply {
    if is_v1 { Reply::Text(202, "") } else { Reply::done() }
}

fn status(cluster: &Cluster, node: usize) -> Value {
    json!({
        "version": cluster.options.version,
        "git_hash": "b813e76f9dad1134b4f47a5eba4ca5953a5e4c2e",
        "id": capture_id(node),
        "cluster_id": "default",
        "pid": 4_711,
        "is_owner": node == cluster.owner(),
        "liveness": 0,
    })
}

fn captures(cluster: &Cluster) -> Vec<Value> {
    let nodes = cluster.nodes();
    let rows = nodes.iter().enumerate().map(|(node, url)| {
        let address = url.trim_start_matches("http://");
        json!({ "id": capture_id(node), "is_owner": node == cluster.owner(), "address": address, "cluster_id": "default" })
    });
    rows.collect()
}

fn processors(cluster: &Cluster) -> Vec<Value> {
    if cluster.options.architecture == Architecture::New {
        return Vec::new();
    }
    let running = cluster.running().into_iter();
    running.map(|(space, id)| json!({ "namespace": space, "changefeed_id": id, "capture_id": capture_id(0) })).collect()
}

fn capture_id(node: usize) -> String {
    format!("capture-{}", node + 1)
}

fn set_log_level(cluster: &Cluster, asked: &Asked<'_>) -> Result<Reply, Refusal> {
    let body = asked.json()?;
    let level = body["log_level"].as_str().unwrap_or("info");
    if !["debug", "info", "warn", "error", "panic", "fatal"].contains(&level) {
        return Err(Refusal::parameter(&format!("fail to change log level: {level}")));
    }
    cluster.set_log_level(level);
    Ok(Reply::done())
}
