//! Whoever does the work: a studio in this process on the data directory, or one that is running, through its API.

use crate::{
    store::Store,
    studio::{Studio, StudioError},
};
use anyhow::bail;
use reqwest::Method;
use serde::{Serialize, de::DeserializeOwned};
use shared::{
    Finding,
    api::{ApiError, CancelLaunch, LaunchReport, MovePipeline, PartStatus, PipelineDetail, PipelineState, PipelineSummary, SavePipeline},
    config::{Pipeline, Target},
};
use std::{path::Path, sync::Arc};

pub(super) enum Desk {
    Here(Arc<Studio>),
    There(Remote),
}

/// A studio elsewhere.
pub(super) struct Remote {
    client: reqwest::Client,
    /// Without a slash at its end.
    base: String,
    token: Option<String>,
}

/// Why something was not done.
#[derive(Debug)]
pub(super) struct Refusal {
    /// There is no such pipeline, or it was not launched.
    pub is_absent: bool,
    pub message: String,
    pub findings: Vec<Finding>,
}

pub(super) type Answer<T> = Result<T, Refusal>;

impl From<StudioError> for Refusal {
    fn from(error: StudioError) -> Self {
        let is_absent = matches!(error, StudioError::NoSuchPipeline(_) | StudioError::NotLaunched);
        let message = error.to_string();
        let findings = match error {
            StudioError::Invalid(findings) | StudioError::Unreadable(findings) => findings,
            StudioError::Engine(error) => vec![*error.finding],
            StudioError::Refused(finding) => vec![*finding],
            _ => Vec::new(),
        };
        Self { is_absent, message, findings }
    }
}

impl Desk {
    /// Opens the data directory. Nothing else of it is started: engines and other launches are `serve`'s.
    pub(super) async fn here(directory: &Path) -> anyhow::Result<Self> {
        let store = Arc::new(Store::open(directory)?);
        Ok(Self::Here(Arc::new(Studio::new(store, None))))
    }

    pub(super) fn there(url: &str) -> anyhow::Result<Self> {
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            bail!("`{url}` is no studio's address; it is like `http://127.0.0.1:7070`");
        }
        let token = std::env::var("CHANGEFEED_STUDIO_TOKEN").ok().filter(|token| !token.is_empty());
        Ok(Self::There(Remote { client: reqwest::Client::new(), base: url.trim_end_matches('/').to_owned(), token }))
    }

    /// Whether the changefeed of a native pipeline can run there.
    pub(super) fn has_engine(&self) -> bool {
        matches!(self, Self::There(_))
    }

    pub(super) async fn detail(&self, name: &str) -> Answer<Option<PipelineDetail>> {
        let found = match self {
            Self::Here(studio) => studio.detail(name).await.map_err(Refusal::from),
            Self::There(remote) => remote.get(&pipeline(name, "")).await,
        };
        match found {
            Ok(detail) => Ok(Some(detail)),
            Err(refusal) if refusal.is_absent => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// Saves a new pipeline, or another version of one.
    pub(super) async fn save(&self, document: Pipeline, is_new: bool) -> Answer<PipelineDetail> {
        let name = document.name.clone();
        let body = SavePipeline::Document { document: Box::new(document) };
        match self {
            Self::Here(studio) => Ok(studio.save(body, (!is_new).then_some(name.as_str())).await?),
            Self::There(remote) if is_new => remote.send(Method::POST, "/pipelines", Some(&body)).await,
            Self::There(remote) => remote.send(Method::PUT, &pipeline(&name, ""), Some(&body)).await,
        }
    }

    pub(super) async fn launch(&self, name: &str) -> Answer<LaunchReport> {
        match self {
            Self::Here(studio) => Ok(studio.begin_launch(name).await?),
            Self::There(remote) => remote.post(&pipeline(name, "/launch")).await,
        }
    }

    pub(super) async fn report(&self, name: &str) -> Answer<LaunchReport> {
        match self {
            Self::Here(studio) => Ok(studio.launch_report(name).await?),
            Self::There(remote) => remote.get(&pipeline(name, "/launch")).await,
        }
    }

    pub(super) async fn cancel(&self, name: &str) -> Answer<LaunchReport> {
        let body = CancelLaunch { undo: false };
        match self {
            Self::Here(studio) => Ok(studio.cancel_launch(name, body).await?),
            Self::There(remote) => remote.send(Method::POST, &pipeline(name, "/launch/cancel"), Some(&body)).await,
        }
    }

    pub(super) async fn undo(&self, name: &str) -> Answer<LaunchReport> {
        match self {
            Self::Here(studio) => Ok(studio.undo_launch(name).await?),
            Self::There(remote) => remote.post(&pipeline(name, "/launch/undo")).await,
        }
    }

    pub(super) async fn move_to(&self, name: &str, target: Target) -> Answer<LaunchReport> {
        match self {
            Self::Here(studio) => Ok(studio.move_pipeline(name, target).await?),
            Self::There(remote) => remote.send(Method::POST, &pipeline(name, "/move"), Some(&MovePipeline { target })).await,
        }
    }

    pub(super) async fn pause(&self, name: &str) -> Answer<PipelineSummary> {
        match self {
            Self::Here(studio) => Ok(studio.rest(name, PipelineState::Paused).await?),
            Self::There(remote) => remote.post(&pipeline(name, "/pause")).await,
        }
    }

    pub(super) async fn resume(&self, name: &str) -> Answer<PipelineSummary> {
        match self {
            Self::Here(studio) => Ok(studio.start(name).await?),
            Self::There(remote) => remote.post(&pipeline(name, "/resume")).await,
        }
    }

    pub(super) async fn forget(&self, name: &str) -> Answer<()> {
        match self {
            Self::Here(studio) => Ok(studio.remove(name).await?),
            Self::There(remote) => remote.nothing(Method::DELETE, &pipeline(name, "")).await,
        }
    }

    pub(super) async fn parts(&self, name: &str) -> Answer<Vec<PartStatus>> {
        match self {
            Self::Here(studio) => Ok(studio.parts(name).await?),
            Self::There(remote) => remote.get(&pipeline(name, "/parts")).await,
        }
    }

    pub(super) async fn close(self) {
        if let Self::Here(studio) = self {
            studio.shut_down().await;
        }
    }
}

fn pipeline(name: &str, what: &str) -> String {
    format!("/pipelines/{}{what}", crate::clients::http::path_part(name))
}

impl Remote {
    async fn get<T: DeserializeOwned>(&self, path: &str) -> Answer<T> {
        self.send(Method::GET, path, None::<&()>).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str) -> Answer<T> {
        self.send(Method::POST, path, None::<&()>).await
    }

    async fn send<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&impl Serialize>) -> Answer<T> {
        let answer = self.exchange(method, path, body).await?;
        answer.json().await.map_err(|error| self.unreachable(&error))
    }

    async fn nothing(&self, method: Method, path: &str) -> Answer<()> {
        self.exchange(method, path, None::<&()>).await.map(drop)
    }

    async fn exchange(&self, method: Method, path: &str, body: Option<&impl Serialize>) -> Answer<reqwest::Response> {
        let mut request = self.client.request(method, format!("{}/api/v1{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        Err(match answer.json::<ApiError>().await {
            Ok(ApiError { code, message, findings, .. }) => {
                Refusal { is_absent: matches!(&*code, "no-such-pipeline" | "not-launched"), message, findings }
            }
            Err(_) => Refusal {
                is_absent: false,
                message: format!("`{}` answered {status}, not as a studio does", self.base),
                findings: Vec::new(),
            },
        })
    }

    fn unreachable(&self, error: &reqwest::Error) -> Refusal {
        let what = if error.is_connect() { "cannot be connected to" } else { "gave no answer that a studio gives" };
        Refusal { is_absent: false, message: format!("the studio at `{}` {what}", self.base), findings: Vec::new() }
    }
}
