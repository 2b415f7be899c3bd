//! Changefeeds in the API's form.

use super::cluster::{Cluster, LOGICAL_BITS};
use super::feed::{Feed, State};
use super::sink_uri::SinkUri;
use super::{Architecture, config};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A feed as `GET` and `POST` show it.
pub(super) fn info(cluster: &Cluster, keyspace: &str, id: &str, feed: &Feed) -> Value {
    let is_new = cluster.options.architecture == Architecture::New;
    let mut info = json!({
        "upstream_id": 7_396_352_415_512_318_561_u64,
        "id": id,
        (if is_new { "keyspace" } else { "namespace" }): keyspace,
        "sink_uri": SinkUri::display(&feed.sink_uri),
        "create_time": format!("{}Z", civil(feed.created, "T")),
        "start_ts": feed.start_ts,
        "config": if cluster.options.masks_config { config::masked(&feed.config) } else { feed.config.clone() },
        "state": feed.state.name(),
        "creator_version": cluster.options.version,
        "resolved_ts": feed.checkpoint_ts,
        "checkpoint_ts": feed.checkpoint_ts,
        "checkpoint_time": time_of(feed.checkpoint_ts),
    });
    if feed.target_ts != 0 {
        info["target_ts"] = feed.target_ts.into();
    }
    if let Some(error) = error(cluster, feed).filter(|_| matches!(feed.state, State::Warning | State::Failed)) {
        info["error"] = error;
    }
    if is_new {
        info["gid"] = json!({ "low": 1, "high": 2 });
        info["maintainer_addr"] = "127.0.0.1:8300".into();
    } else {
        info["task_status"] = json!([{ "capture_id": "capture-1", "table_ids": [100] }]);
    }
    info
}

/// A feed in a list.
pub(super) fn summary(cluster: &Cluster, keyspace: &str, id: &str, feed: &Feed) -> Value {
    json!({
        "upstream_id": 7_396_352_415_512_318_561_u64,
        "id": id,
        (if cluster.options.architecture == Architecture::New { "keyspace" } else { "namespace" }): keyspace,
        "state": feed.state.name(),
        "checkpoint_tso": feed.checkpoint_ts,
        "checkpoint_time": time_of(feed.checkpoint_ts),
        "error": error(cluster, feed),
    })
}

fn error(cluster: &Cluster, feed: &Feed) -> Option<Value> {
    let (code, message) = feed.error.as_ref()?;
    // The new architecture forgets the time.
    let is_new = cluster.options.architecture == Architecture::New;
    let time = if is_new { "0001-01-01T00:00:00Z".to_owned() } else { format!("{}Z", civil(SystemTime::now(), "T")) };
    Some(json!({ "time": time, "addr": "127.0.0.1:8300", "code": code, "message": message }))
}

/// A TSO as the server writes times, in UTC.
pub(super) fn time_of(tso: u64) -> String {
    civil(UNIX_EPOCH + Duration::from_millis(tso >> LOGICAL_BITS), " ")
}

/// `2026-08-20 08:17:09.000`, UTC.
fn civil(time: SystemTime, between: &str) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (mut days, seconds) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let is_leap = |year: u64| (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let mut year = 1970;
    while days >= if is_leap(year) { 366 } else { 365 } {
        days -= if is_leap(year) { 366 } else { 365 };
        year += 1;
    }
    let mut month = 1;
    for length in [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute, second, ms) = (seconds / 3600, seconds / 60 % 60, seconds % 60, since.subsec_millis());
    format!("{year:04}-{month:02}-{:02}{between}{hour:02}:{minute:02}:{second:02}.{ms:03}", days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tso_has_a_civil_time() {
        assert_eq!(time_of(438_156_275_634_929_669), "2022-12-19 07:05:46.581");
        assert_eq!(time_of(0), "1970-01-01 00:00:00.000");
    }
}
