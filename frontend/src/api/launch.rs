//! Preflight and launch.

use super::{Failure, get, pipeline_path, post, with_body};
use gloo_net::http::Method;
use shared::{
    api::{CancelLaunch, LaunchPlan, LaunchReport, MovePipeline},
    config::Target,
};

/// The stream of a preflight, for `live`.
pub fn preflight_path(name: &str) -> String {
    pipeline_path(name, "preflight")
}

/// The stream of a launch, for `live`.
pub fn launch_events_path(name: &str) -> String {
    pipeline_path(name, "launch/events")
}

pub async fn launch_plan(name: &str) -> Result<LaunchPlan, Failure> {
    get(&pipeline_path(name, "launch/plan")).await
}

/// The last launch; `None` when there was none.
pub async fn launch(name: &str) -> Result<Option<LaunchReport>, Failure> {
    match get(&pipeline_path(name, "launch")).await {
        Ok(report) => Ok(Some(report)),
        Err(failure) if failure.code == "not-launched" => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Begins a launch, or goes on with the last one.
pub async fn begin_launch(name: &str) -> Result<LaunchReport, Failure> {
    post(&pipeline_path(name, "launch")).await
}

/// Stops a launch; `undo` also takes back what it made.
pub async fn cancel_launch(name: &str, undo: bool) -> Result<LaunchReport, Failure> {
    with_body(Method::POST, &pipeline_path(name, "launch/cancel"), &CancelLaunch { undo }, None).await
}

pub async fn undo_launch(name: &str) -> Result<LaunchReport, Failure> {
    post(&pipeline_path(name, "launch/undo")).await
}

/// Hands a running pipeline to another engine.
pub async fn move_pipeline(name: &str, target: Target) -> Result<LaunchReport, Failure> {
    with_body(Method::POST, &pipeline_path(name, "move"), &MovePipeline { target }, None).await
}
