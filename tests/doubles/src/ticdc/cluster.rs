//! The cluster's state: its nodes, and its changefeeds with what can be done to them.

use super::feed::{Feed, State};
use super::refusal::Refusal;
use super::trouble::Troubles;
use super::{Architecture, Options, config, validate};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(super) const DEFAULT_KEYSPACE: &str = "default";

/// Milliseconds to TSO.
pub(super) const LOGICAL_BITS: u32 = 18;

pub(super) struct Cluster {
    pub options: Options,
    pub troubles: Troubles,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    nodes: Vec<String>,
    owner: usize,
    /// By keyspace and id.
    feeds: BTreeMap<(String, String), Feed>,
    gc_safepoint: u64,
    log_levels: Vec<String>,
    made: u32,
}

impl Cluster {
    pub(super) fn new(options: Options) -> Self {
        Self { options, troubles: Troubles::default(), inner: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add_node(&self, url: &str) {
        self.lock().nodes.push(url.to_owned());
    }

    pub(super) fn nodes(&self) -> Vec<String> {
        self.lock().nodes.clone()
    }

    pub(super) fn owner(&self) -> usize {
        self.lock().owner
    }

    pub(super) fn move_owner(&self) {
        let mut inner = self.lock();
        inner.owner = (inner.owner + 1) % inner.nodes.len().max(1);
    }

    /// The clock's time, or the furthest checkpoint's if that is ahead: nothing is replicated before it is committed.
    pub(super) fn now(&self) -> u64 {
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let clock = u64::try_from(clock).unwrap_or_default() << LOGICAL_BITS;
        self.lock().feeds.values().map(|feed| feed.checkpoint_ts).fold(clock, u64::max)
    }

    pub(super) fn set_gc_safepoint(&self, ts: u64) {
        self.lock().gc_safepoint = ts;
    }

    pub(super) fn log_levels(&self) -> Vec<String> {
        self.lock().log_levels.clone()
    }

    pub(super) fn set_log_level(&self, level: &str) {
        self.lock().log_levels.push(level.to_owned());
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.lock().feeds.keys().map(|(_, id)| id.clone()).collect()
    }

    pub(super) fn look<T>(&self, id: &str, look: impl FnOnce(&Feed) -> T) -> Option<T> {
        self.lock().feeds.get(&key(DEFAULT_KEYSPACE, id)).map(look)
    }

    pub(super) fn change(&self, id: &str, change: impl FnOnce(&mut Feed)) {
        if let Some(feed) = self.lock().feeds.get_mut(&key(DEFAULT_KEYSPACE, id)) {
            change(feed);
        }
    }

    /// Keyspace and id of those that move rows.
    pub(super) fn running(&self) -> Vec<(String, String)> {
        let inner = self.lock();
        inner.feeds.iter().filter(|(_, feed)| feed.state == State::Normal).map(|(key, _)| key.clone()).collect()
    }

    /// All of a keyspace; looking at them moves their checkpoints.
    pub(super) fn list(&self, keyspace: &str) -> Vec<(String, Feed)> {
        let step = tso_of(self.options.step);
        let mut inner = self.lock();
        let feeds = inner.feeds.iter_mut().filter(|((space, _), _)| space == keyspace);
        feeds.map(|((_, id), feed)| (id.clone(), feed.looked_at(step))).collect()
    }

    /// One; looking at it moves its checkpoint.
    pub(super) fn get(&self, keyspace: &str, id: &str) -> Result<Feed, Refusal> {
        let step = tso_of(self.options.step);
        let mut inner = self.lock();
        let feed = inner.feeds.get_mut(&key(keyspace, id)).ok_or_else(|| Refusal::not_there(id))?;
        Ok(feed.looked_at(step))
    }

    /// One that somebody made elsewhere; nothing of it is checked.
    pub(super) fn add(&self, id: &str, sink_uri: &str, config: &Value) {
        let config = config::stored(config, self.options.architecture, &self.options.version).unwrap_or_default();
        let feed = Feed::new(sink_uri, config, self.now());
        self.lock().feeds.insert(key(DEFAULT_KEYSPACE, id), feed);
    }

    pub(super) fn create(&self, keyspace: &str, body: &Value) -> Result<(String, Feed), Refusal> {
        let id = match body["changefeed_id"].as_str().unwrap_or_default() {
            "" => self.new_uuid(),
            id => id.to_owned(),
        };
        validate::check_id(&id)?;
        if self.lock().feeds.contains_key(&key(keyspace, &id)) {
            return Err(self.already_exists(&id));
        }
        let text = body["sink_uri"].as_str().unwrap_or_default();
        let uri = validate::check_sink_uri(text)?;
        let target_ts = integer(body, "target_ts")?;
        let start_ts = validate::check_times(integer(body, "start_ts")?, target_ts, self.now())?;
        let mut config = self.stored_config(body)?;
        validate::adjust_config(&mut config, &uri)?;
        validate::check_gc(start_ts, self.lock().gc_safepoint)?;
        validate::check_tables(&config, &self.options.tables)?;
        validate::check_sink(text, &uri, &config, self.options.architecture)?;
        let feed = Feed { target_ts, ..Feed::new(text, config, start_ts) };
        self.lock().feeds.insert(key(keyspace, &id), feed.clone());
        if let Some(on_create) = &self.options.on_create {
            on_create(&feed.sink_uri, &feed.config);
        }
        Ok((id, feed))
    }

    pub(super) fn update(&self, keyspace: &str, id: &str, body: &Value) -> Result<Feed, Refusal> {
        validate::check_id(id)?;
        let old = self.lock().feeds.get(&key(keyspace, id)).cloned().ok_or_else(|| Refusal::not_there(id))?;
        let refuse = |message: &str| Err(Refusal::new("ErrChangefeedUpdateRefused", &format!("changefeed update error: {message}")));
        if !matches!(old.state, State::Stopped | State::Failed) {
            return refuse("can only update changefeed config when it is stopped or failed");
        }
        let mut feed = old.clone();
        let target_ts = integer(body, "target_ts")?;
        if target_ts != 0 {
            if target_ts <= old.start_ts {
                return refuse(&format!("can not update target_ts:{target_ts} less than start_ts:{}", old.start_ts));
            }
            feed.target_ts = target_ts;
        }
        if integer(body, "start_ts")? != 0 {
            return Err(Refusal::parameter("start_ts can not be updated"));
        }
        if let Some(uri) = body["sink_uri"].as_str().filter(|uri| !uri.is_empty()) {
            uri.clone_into(&mut feed.sink_uri);
        }
        if body.get("replica_config").is_some_and(Value::is_object) {
            feed.config = self.stored_config(body)?;
        }
        let uri = validate::check_sink_uri(&feed.sink_uri)?;
        validate::adjust_config(&mut feed.config, &uri)?;
        validate::check_tables(&feed.config, &self.options.tables)?;
        validate::check_sink(&feed.sink_uri, &uri, &feed.config, self.options.architecture)?;
        let is_same = feed.sink_uri == old.sink_uri && feed.target_ts == old.target_ts && feed.config == old.config;
        if is_same && self.options.architecture == Architecture::Classic {
            return refuse("changefeed config is the same with the old one, do nothing");
        }
        self.lock().feeds.insert(key(keyspace, id), feed.clone());
        Ok(feed)
    }

    pub(super) fn pause(&self, keyspace: &str, id: &str) -> Result<(), Refusal> {
        validate::check_id(id)?;
        let mut inner = self.lock();
        let feed = inner.feeds.get_mut(&key(keyspace, id)).ok_or_else(|| Refusal::not_there(id))?;
        feed.state = State::Stopped;
        Ok(())
    }

    pub(super) fn resume(&self, keyspace: &str, id: &str, body: &Value) -> Result<(), Refusal> {
        validate::check_id(id)?;
        let now = self.now();
        let overwrite = integer(body, "overwrite_checkpoint_ts")?;
        let mut inner = self.lock();
        let safepoint = inner.gc_safepoint;
        let feed = inner.feeds.get_mut(&key(keyspace, id)).ok_or_else(|| Refusal::not_there(id))?;
        if !matches!(feed.state, State::Stopped | State::Failed | State::Finished) {
            let message = format!(
                "changefeed update error: can only resume changefeed when it is stopped, failed, or finished, but current state is {}",
                feed.state.name()
            );
            return Err(Refusal::new("ErrChangefeedUpdateRefused", &message));
        }
        let checkpoint_ts = if overwrite == 0 { feed.checkpoint_ts } else { overwrite };
        if checkpoint_ts > now {
            return Err(Refusal::parameter(&format!("invalid checkpoint-ts {checkpoint_ts}, larger than current tso {now}")));
        }
        validate::check_gc(checkpoint_ts, safepoint)?;
        feed.checkpoint_ts = checkpoint_ts;
        feed.run();
        Ok(())
    }

    /// One that is not there is fine.
    pub(super) fn remove(&self, keyspace: &str, id: &str) -> Result<bool, Refusal> {
        validate::check_id(id)?;
        Ok(self.lock().feeds.remove(&key(keyspace, id)).is_some())
    }

    /// `verify_table`: the tables with and without keys.
    pub(super) fn verify_tables(&self, body: &Value) -> Result<Value, Refusal> {
        let uri = validate::check_sink_uri(body["sink_uri"].as_str().unwrap_or_default())?;
        let mut config = self.stored_config(body)?;
        validate::adjust_config(&mut config, &uri)?;
        let (eligible, ineligible) = validate::tables(&config, &self.options.tables)?;
        let mut answer = json!({});
        for (key, tables) in [("ineligible_tables", ineligible), ("eligible_tables", eligible)] {
            if !tables.is_empty() {
                let rows = tables.iter().map(|table| {
                    let number = self.options.tables.iter().position(|known| known == *table).unwrap_or_default();
                    json!({ "database_name": table.schema, "table_name": table.name, "table_id": 100 + number, "is_partition": false })
                });
                answer[key] = rows.collect();
            }
        }
        Ok(answer)
    }

    fn stored_config(&self, body: &Value) -> Result<Value, Refusal> {
        let sent = body.get("replica_config").unwrap_or(&Value::Null);
        config::stored(sent, self.options.architecture, &self.options.version).map_err(|why| Refusal::parameter(&why))
    }

    fn already_exists(&self, id: &str) -> Refusal {
        let refusal = Refusal::new("ErrChangeFeedAlreadyExists", &format!("changefeed already exists, {id}"));
        let status = if self.options.architecture == Architecture::New { 400 } else { 500 };
        Refusal { status, ..refusal }
    }

    fn new_uuid(&self) -> String {
        let mut inner = self.lock();
        inner.made += 1;
        format!("00000000-0000-4000-8000-{:012}", inner.made)
    }
}

fn key(keyspace: &str, id: &str) -> (String, String) {
    (keyspace.to_owned(), id.to_owned())
}

fn tso_of(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or_default() << LOGICAL_BITS
}

fn integer(body: &Value, key: &str) -> Result<u64, Refusal> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(0),
        Some(value) => value.as_u64().ok_or_else(|| {
            Refusal::parameter(&format!("json: cannot unmarshal into Go struct field ChangefeedConfig.{key} of type uint64"))
        }),
    }
}
