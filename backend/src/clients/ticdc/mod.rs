//! Client of TiCDC's Open API v2, and of the part of v1 that older clusters need.
//!
//! Any node may be asked: it sends what is the owner's on to the owner, or points there. Whoever asks while the owner moves is
//! answered with an error; what was surely not done is asked again, what may have been done is looked at first.
//!
//! Sources: `pingcap/ticdc` api/v2, api/v1, api/middleware; the same of `pingcap/tiflow`, the classic architecture.

mod create;
mod model;
mod secrets;
mod transport;
mod update;
mod wire;

pub use create::CreateRequest;
pub use model::{
    Capture, Changefeed, ChangefeedError, ChangefeedId, Liveness, Processor, ServerStatus, State, Synced, TableName, TaskStatus,
    VerifiedTables,
};
pub use transport::ApiVersion;
pub use update::Change;

use super::http::{Http, Options, RemoteError, RemoteErrorKind};
use reqwest::Method;
use serde_json::{Value, json};
use shared::config::Pipeline;
use shared::ticdc::{Architecture, NEWEST, Version};
use transport::{Repeat, SYSTEM, Transport};

/// A TiCDC cluster; clones share connections. Dropping a call's future cancels it.
#[derive(Clone, Debug)]
pub struct Client {
    transport: Transport,
}

impl Client {
    /// # Errors
    /// As [`Http::new`]: the address, a certificate or a key of ours cannot be used.
    pub fn new(options: Options, keyspace: &str) -> Result<Self, RemoteError> {
        let http = Http::new(Options { system: SYSTEM, path: transport::SERVER_PATH, ..options })?.of_cluster();
        Ok(Self { transport: Transport::new(http, keyspace) })
    }

    /// The cluster that `changefeed.ticdc_*` of a document names, whose secrets are values.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn of_pipeline(open: &Pipeline) -> Result<Self, RemoteError> {
        let changefeed = &open.changefeed;
        let options = Options {
            url: changefeed.ticdc_server.clone(),
            user: changefeed.ticdc_user.clone(),
            password: changefeed.ticdc_password.0.clone().into(),
            ca: changefeed.ticdc_ca.0.clone(),
            cert: changefeed.ticdc_cert.0.clone(),
            key: changefeed.ticdc_key.0.clone().into(),
            ..Options::default()
        };
        Self::new(options, &changefeed.ticdc_keyspace)
    }

    /// Which of the two versions of the API the server has; asked once.
    ///
    /// # Errors
    /// No answer, or the answers of something that is not TiCDC.
    pub async fn api_version(&self) -> Result<ApiVersion, RemoteError> {
        self.transport.version().await
    }

    /// The node that is asked, not the cluster.
    ///
    /// # Errors
    /// As all calls: no answer, or a refusal with the server's code and reason.
    pub async fn status(&self) -> Result<ServerStatus, RemoteError> {
        let answer = self.transport.get("/status").await?;
        let mut status = self.transport.read(&answer, wire::server_status)?;
        status.architecture = match Version::parse(&status.version) {
            _ if status.version.contains("-release.") => Some(Architecture::New),
            Some(version) if version < NEWEST => Some(Architecture::Classic),
            _ => self.probe_architecture().await,
        };
        if status.architecture == Some(Architecture::Classic) && status.liveness == Liveness::Draining {
            status.liveness = Liveness::Stopping;
        }
        Ok(status)
    }

    /// From 8.5.4 on a version says nothing by itself. A route that only the new architecture has does.
    async fn probe_architecture(&self) -> Option<Architecture> {
        let is_known = self.transport.has_route("/changefeeds/probe/get_dispatcher_count").await.ok()?;
        Some(if is_known { Architecture::New } else { Architecture::Classic })
    }

    /// Whether the cluster has an owner that is alive.
    ///
    /// # Errors
    /// `CDC:ErrClusterIsUnhealthy`, and as all calls.
    pub async fn health(&self) -> Result<(), RemoteError> {
        self.transport.get("/health").await.map(drop)
    }

    /// The nodes.
    ///
    /// # Errors
    /// As all calls.
    pub async fn captures(&self) -> Result<Vec<Capture>, RemoteError> {
        self.list("/captures", wire::capture).await
    }

    /// Which nodes work on which changefeed; none in the new architecture.
    ///
    /// # Errors
    /// As all calls.
    pub async fn processors(&self) -> Result<Vec<Processor>, RemoteError> {
        self.list("/processors", wire::processor).await
    }

    /// All changefeeds of the keyspace, in any state, whoever made them. Without what only [`Client::changefeed`] has: start,
    /// target, sink URI, configuration, tasks.
    ///
    /// # Errors
    /// As all calls.
    pub async fn changefeeds(&self) -> Result<Vec<Changefeed>, RemoteError> {
        self.list("/changefeeds?state=all", wire::changefeed).await
    }

    /// One changefeed; `None` when it is not there.
    ///
    /// # Errors
    /// As all calls.
    pub async fn changefeed(&self, id: &ChangefeedId) -> Result<Option<Changefeed>, RemoteError> {
        match self.transport.of(id).get(&changefeed_path(id, "")).await {
            Ok(answer) => self.transport.read(&answer, wire::changefeed).map(Some),
            Err(error) if is_not_there(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Pauses it; of one that is paused already nothing changes. Returns when the new architecture has stopped it.
    ///
    /// # Errors
    /// As all calls.
    pub async fn pause(&self, id: &ChangefeedId) -> Result<(), RemoteError> {
        let path = changefeed_path(id, "/pause");
        self.transport.of(id).call(Method::POST, &path, None, Repeat::Safe).await.map(drop)
    }

    /// Resumes one that is stopped, failed or finished, at its checkpoint or at another one. An answer that got lost is looked
    /// for in the changefeed's state.
    ///
    /// # Errors
    /// `CDC:ErrChangefeedUpdateRefused` in another state, `CDC:ErrStartTsBeforeGC` when TiDB no longer has the history, and as
    /// all calls.
    pub async fn resume(&self, id: &ChangefeedId, overwrite_checkpoint_ts: Option<u64>) -> Result<(), RemoteError> {
        if overwrite_checkpoint_ts.is_some() {
            self.transport.need_v2("resuming at another checkpoint").await?;
        }
        let body = json!({ "overwrite_checkpoint_ts": overwrite_checkpoint_ts.unwrap_or(0) });
        let path = changefeed_path(id, "/resume");
        let transport = self.transport.of(id);
        let sent = transport.call(Method::POST, &path, Some(&body), Repeat::Never).await;
        let Err(error) = sent else { return Ok(()) };
        if !transport::may_have_been_done(&error) {
            return Err(error);
        }
        match self.changefeed(id).await? {
            Some(found) if found.state.is_running() => Ok(()),
            // Only one that stands can be resumed, so a second request cannot resume it twice.
            Some(_) => transport.call(Method::POST, &path, Some(&body), Repeat::Never).await.map(drop),
            None => Err(error),
        }
    }

    /// Removes it; one that is gone already is fine.
    ///
    /// # Errors
    /// As all calls.
    pub async fn remove(&self, id: &ChangefeedId) -> Result<(), RemoteError> {
        match self.transport.of(id).call(Method::DELETE, &changefeed_path(id, ""), None, Repeat::Safe).await {
            Err(error) if !is_not_there(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// Whether everything that TiDB has is in the sink.
    ///
    /// # Errors
    /// As all calls; servers before v7.5 do not have it.
    pub async fn synced(&self, id: &ChangefeedId) -> Result<Synced, RemoteError> {
        self.transport.need_v2("`synced`").await?;
        let answer = self.transport.of(id).get(&changefeed_path(id, "/synced")).await?;
        self.transport.read(&answer, wire::synced)
    }

    /// Which tables a changefeed with this request (`replica_config`, `sink_uri`, `start_ts`) would replicate. `start_ts` 0
    /// or none is now.
    ///
    /// # Errors
    /// As all calls; what creating would refuse of filter and configuration is refused here.
    pub async fn verify_tables(&self, body: &Value) -> Result<VerifiedTables, RemoteError> {
        self.transport.need_v2("verifying tables").await?;
        let mut body = body.clone();
        if body.get("start_ts").is_none_or(|ts| ts == 0) {
            // Here the server would read the schema of the beginning of time.
            body["start_ts"] = self.tso().await?.into();
        }
        let sent = self.transport.call(Method::POST, "/verify_table", Some(&body), Repeat::Safe).await;
        let answer = sent.map_err(|error| secrets::scrub(error, &body))?;
        self.transport.read(&answer, wire::verified_tables)
    }

    /// The time of TiDB's cluster, as a TSO.
    ///
    /// # Errors
    /// As all calls.
    pub async fn tso(&self) -> Result<u64, RemoteError> {
        self.transport.need_v2("asking for a TSO").await?;
        let answer = self.transport.call(Method::POST, "/tso", Some(&json!({})), Repeat::Safe).await?;
        self.transport.read(&answer, wire::tso)
    }

    /// The log level of the node that is asked: `debug`, `info`, `warn`, `error`.
    ///
    /// # Errors
    /// `CDC:ErrAPIInvalidParam` for another word, and as all calls.
    pub async fn set_log_level(&self, level: &str) -> Result<(), RemoteError> {
        let body = json!({ "log_level": level });
        self.transport.call(Method::POST, "/log", Some(&body), Repeat::Safe).await.map(drop)
    }

    async fn list<T>(&self, path: &str, read: fn(&Value) -> Option<T>) -> Result<Vec<T>, RemoteError> {
        let answer = self.transport.get(path).await?;
        self.transport.read(&answer, |value| wire::list(value, read))
    }
}

/// TiCDC says that with 400, not 404.
fn is_not_there(error: &RemoteError) -> bool {
    error.kind == RemoteErrorKind::NotFound && error.code == "CDC:ErrChangeFeedNotExists"
}

fn changefeed_path(id: &ChangefeedId, action: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_');
    format!("/changefeeds/{}{action}", percent_encoding::utf8_percent_encode(&id.id, KEPT))
}
