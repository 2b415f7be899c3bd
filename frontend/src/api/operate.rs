//! What runs: parts, drift, rows in ksqlDB, clusters.

use super::{Failure, get, pipeline_path, post, with_body};
use crate::browser::encode;
use gloo_net::http::Method;
use shared::api::{
    ActOnItems, ActionResult, Cluster, ClusterDetail, DriftReport, OpenedItem, PartAction, PartStatus, RepairDirection, RepairDrift,
};

pub async fn parts(name: &str) -> Result<Vec<PartStatus>, Failure> {
    get(&pipeline_path(name, "parts")).await
}

pub async fn act_on_part(name: &str, part: &str, action: PartAction) -> Result<PartStatus, Failure> {
    post(&pipeline_path(name, &format!("parts/{}/{}", encode(part), action_word(action)))).await
}

/// As the API spells it.
fn action_word(action: PartAction) -> &'static str {
    match action {
        PartAction::Pause => "pause",
        PartAction::Resume => "resume",
        PartAction::Restart => "restart",
        PartAction::RestartFailed => "restart-failed",
        PartAction::Remove => "remove",
    }
}

pub async fn drift(name: &str) -> Result<DriftReport, Failure> {
    get(&pipeline_path(name, "drift")).await
}

pub async fn repair_drift(name: &str, direction: RepairDirection, parts: Vec<String>) -> Result<DriftReport, Failure> {
    with_body(Method::POST, &pipeline_path(name, "drift/repair"), &RepairDrift { direction, parts }, None).await
}

/// The stream of a ksqlDB object's rows, for `live`.
pub fn rows_path(name: &str, object: &str, limit: u32) -> String {
    format!("{}?object={}&limit={limit}", pipeline_path(name, "ksqldb/rows"), encode(object))
}

pub async fn clusters() -> Result<Vec<Cluster>, Failure> {
    get("/clusters").await
}

pub async fn cluster(id: &str) -> Result<ClusterDetail, Failure> {
    get(&cluster_path(id)).await
}

/// One action on many items: what became of each.
pub async fn act_on_items(id: &str, action: PartAction, items: Vec<String>) -> Result<Vec<ActionResult>, Failure> {
    with_body(Method::POST, &format!("{}/actions", cluster_path(id)), &ActOnItems { action, items }, None).await
}

/// What runs there as a pipeline document.
pub async fn open_item(id: &str, item: &str) -> Result<OpenedItem, Failure> {
    post(&format!("{}/items/{}/open", cluster_path(id), encode(item))).await
}

/// `/clusters/ID`: of the API below [`BASE`](super::BASE), and of the page.
pub fn cluster_path(id: &str) -> String {
    format!("/clusters/{}", encode(id))
}
