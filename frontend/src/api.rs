//! The typed client of `/api/v1`: the only place that talks to the network, with `live.rs`.

mod launch;
mod operate;

pub use launch::*;
pub use operate::*;

use crate::browser::encode;
use gloo_net::http::{Method, RequestBuilder};
use serde::{Serialize, de::DeserializeOwned};
use shared::{
    Finding,
    api::{
        ApiError, CheckRequest, Meta, PipelineDetail, PipelineSummary, ProgressReport, SavePipeline, SetRate, TablesAnswer, TablesRequest,
        TopicMessage,
    },
    config::Pipeline,
};
use web_sys::AbortSignal;

/// Below this, on the studio's own address.
pub const BASE: &str = "/api/v1";

/// A request that did not give what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// HTTP status; 0 when no answer came.
    pub status: u16,
    pub code: String,
    pub message: String,
    pub findings: Vec<Finding>,
    pub request_id: String,
}

impl Failure {
    fn local(code: &str, message: &str) -> Self {
        Self { status: 0, code: code.to_owned(), message: message.to_owned(), findings: Vec::new(), request_id: String::new() }
    }

    /// What the page refuses by itself.
    pub fn here(message: &str, findings: Vec<Finding>) -> Self {
        Self { findings, ..Self::local("refused", message) }
    }

    /// A stream that ended before its last event.
    pub fn stream_broken() -> Self {
        Self::local("stream-broken", "the studio stopped in the middle: try again")
    }

    /// Whether the user called the request off.
    pub fn is_cancelled(&self) -> bool {
        self.code == "cancelled"
    }
}

/// What a person does with a pipeline that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Start,
    Pause,
    Resume,
    Stop,
}

impl Operation {
    pub fn verb(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Stop => "stop",
        }
    }
}

pub async fn meta() -> Result<Meta, Failure> {
    get("/meta").await
}

pub async fn pipelines() -> Result<Vec<PipelineSummary>, Failure> {
    get("/pipelines").await
}

pub async fn pipeline(name: &str) -> Result<PipelineDetail, Failure> {
    get(&pipeline_path(name, "")).await
}

pub async fn create_pipeline(save: &SavePipeline) -> Result<PipelineDetail, Failure> {
    with_body(Method::POST, "/pipelines", save, None).await
}

pub async fn update_pipeline(name: &str, save: &SavePipeline) -> Result<PipelineDetail, Failure> {
    with_body(Method::PUT, &pipeline_path(name, ""), save, None).await
}

pub async fn delete_pipeline(name: &str) -> Result<(), Failure> {
    let request = builder(Method::DELETE, &pipeline_path(name, "")).build().map_err(|_| unreachable_studio())?;
    send(request).await.map(|_| ())
}

pub async fn operate(name: &str, operation: Operation) -> Result<PipelineSummary, Failure> {
    post(&pipeline_path(name, operation.verb())).await
}

pub async fn set_rate(name: &str, rows_per_second: u32) -> Result<(), Failure> {
    let request =
        builder(Method::POST, &pipeline_path(name, "rate")).json(&SetRate { rows_per_second }).map_err(|_| unreachable_studio())?;
    send(request).await.map(|_| ())
}

pub async fn progress(name: &str) -> Result<ProgressReport, Failure> {
    get(&pipeline_path(name, "progress")).await
}

pub async fn messages(name: &str, topic: &str, limit: u32) -> Result<Vec<TopicMessage>, Failure> {
    get(&format!("{}?topic={}&limit={limit}", pipeline_path(name, "messages"), encode(topic))).await
}

pub async fn check(pipeline: SavePipeline, connect: bool) -> Result<Vec<Finding>, Failure> {
    with_body(Method::POST, "/check", &CheckRequest { pipeline, connect }, None).await
}

pub async fn source_tables(document: Pipeline, cancel: Option<AbortSignal>) -> Result<TablesAnswer, Failure> {
    with_body(Method::POST, "/sources/tables", &TablesRequest { document: Box::new(document) }, cancel).await
}

pub async fn start_playground() -> Result<PipelineSummary, Failure> {
    post("/playground").await
}

/// `/pipelines/NAME[/REST]`, below [`BASE`].
pub fn pipeline_path(name: &str, rest: &str) -> String {
    let name = encode(name);
    if rest.is_empty() { format!("/pipelines/{name}") } else { format!("/pipelines/{name}/{rest}") }
}

fn builder(method: Method, path: &str) -> RequestBuilder {
    RequestBuilder::new(&format!("{BASE}{path}")).method(method)
}

async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    let request = builder(Method::GET, path).build().map_err(|_| unreachable_studio())?;
    decode(&send(request).await?)
}

/// A request whose path says everything.
async fn post<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    let request = builder(Method::POST, path).build().map_err(|_| unreachable_studio())?;
    decode(&send(request).await?)
}

/// Why a stream of events was refused: browsers do not tell it, so the same is asked once more in the ordinary way.
pub async fn why_refused(path: &str) -> Failure {
    let Ok(request) = builder(Method::GET, path).build() else { return unreachable_studio() };
    match request.send().await {
        Ok(response) if !response.ok() => failure_of(response).await,
        // The body of a stream that works now would never end: it is not read.
        _ => unreachable_studio(),
    }
}

async fn with_body<T: DeserializeOwned>(
    method: Method,
    path: &str,
    body: &impl Serialize,
    signal: Option<AbortSignal>,
) -> Result<T, Failure> {
    let request = builder(method, path).abort_signal(signal.as_ref()).json(body).map_err(|_| unreachable_studio())?;
    let answer = send(request).await;
    if signal.is_some_and(|signal| signal.aborted()) {
        return Err(Failure::local("cancelled", "called off"));
    }
    decode(&answer?)
}

/// The body of a success, or the failure that the studio (or the network) reports.
async fn send(request: gloo_net::http::Request) -> Result<String, Failure> {
    let response = request.send().await.map_err(|_| unreachable_studio())?;
    if response.ok() {
        return response.text().await.map_err(|_| unreachable_studio());
    }
    Err(failure_of(response).await)
}

async fn failure_of(response: gloo_net::http::Response) -> Failure {
    let status = response.status();
    let request_id = response.headers().get("x-request-id").unwrap_or_default();
    let Ok(text) = response.text().await else { return unreachable_studio() };
    match serde_json::from_str::<ApiError>(&text) {
        Ok(error) => Failure {
            status,
            code: error.code,
            message: error.message,
            findings: error.findings,
            request_id: if error.request_id.is_empty() { request_id } else { error.request_id },
        },
        Err(_) => Failure {
            status,
            code: format!("http-{status}"),
            message: format!("the studio answered with status {status}"),
            findings: Vec::new(),
            request_id,
        },
    }
}

fn decode<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text)
        .map_err(|_| Failure::local("answer-unreadable", "the studio's answer has another shape than this page expects: reload the page"))
}

fn unreachable_studio() -> Failure {
    Failure::local("studio-unreachable", "the studio does not answer: is it still running?")
}
