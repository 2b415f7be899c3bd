//! A launch from document to running, and back.

use super::rig::{Rig, SECRETS};
use axum::{body::Body, http::Request};
use doubles::confluent_cloud;
use futures::StreamExt;
use shared::api::{LaunchState, StepState};
use tower::ServiceExt;

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_launched_whole_and_undone_whole() {
    let rig = Rig::start().await;
    let life = rig.ready().await;
    assert_eq!(life.app.get("/api/v1/pipelines/orders/launch").await.code(), "not-launched");
    let plan = life.app.get("/api/v1/pipelines/orders/launch/plan").await;
    assert_eq!(plan.json()["findings"].as_array().unwrap().len(), 0, "{}", plan.text);
    let ids: Vec<String> = plan.json()["steps"].as_array().unwrap().iter().map(|step| step["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, ["changefeed", "topics", "ksqldb:changes", "ksqldb:TYPED", "connector:to-sqlserver", "connector:to-postgres"]);

    let report = life.launch().await;
    assert_eq!(report.state, LaunchState::Done, "{report:#?}");
    assert!(report.steps.iter().all(|step| step.state == StepState::Done), "{report:#?}");
    assert!(rig.is_complete());
    assert_eq!(life.state().await, "running");
    assert!(rig.ticdc.sink_uri("orders").unwrap().starts_with("kafka://127.0.0.1:"));
    assert_eq!(rig.cloud.connector("to-sqlserver").unwrap().config["connection.password"], "sql-s3cret");

    // launching what runs changes nothing
    assert_eq!(life.launch().await.state, LaunchState::Done);
    assert_eq!(rig.creations(), [1, 2, 1, 1]);

    let paused = life.post("pause").await;
    assert_eq!(
        (paused.json()["state"].as_str(), rig.ticdc.state("orders").as_deref()),
        (Some("paused"), Some("stopped")),
        "{}",
        paused.text
    );
    let resumed = life.post("resume").await;
    assert_eq!(
        (resumed.json()["state"].as_str(), rig.ticdc.state("orders").as_deref()),
        (Some("running"), Some("normal")),
        "{}",
        resumed.text
    );

    let undone = life.undo().await;
    assert_eq!(undone.state, LaunchState::Undone, "{undone:#?}");
    assert!(rig.is_empty());
    assert_eq!(life.state().await, "draft");
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_the_journal_or_in_an_answer() {
    // a refusal, so that there is an error too
    let rig = Rig::with(confluent_cloud::Options { topics: Some(Vec::new()), ..Default::default() }).await;
    let life = rig.ready().await;
    let mut answers = Vec::new();
    assert_eq!(life.launch().await.state, LaunchState::Failed);
    for path in ["", "/launch", "/launch/plan"] {
        answers.push(life.app.get(&format!("/api/v1/pipelines/orders{path}")).await.text);
    }
    life.undo().await;
    answers.push(life.app.get("/api/v1/pipelines/orders/launch").await.text);
    life.end().await;
    let journal = std::fs::read(rig.directory.path().join("studio/studio.redb")).unwrap();
    answers.push(String::from_utf8_lossy(&journal).into_owned());
    assert!(answers.iter().all(|text| text.contains("orders")));
    for secret in SECRETS {
        for text in &answers {
            assert!(!text.contains(secret), "{secret} is in {}", &text[..text.len().min(300)]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_launch_waits_for_the_first_record_and_tells_so_to_who_follows() {
    let rig = Rig::start().await;
    let life = rig.studio().await;
    life.save(rig.document()).await;
    life.post("launch").await;
    let waiting = life.until(|report| report.steps[1].note.contains("no record yet in `tidb_app_orders`")).await;
    assert_eq!(waiting.steps[1].state, StepState::Waiting);
    assert_eq!(waiting.steps[2].state, StepState::Pending);
    assert_eq!(life.post("launch").await.json()["state"], "running", "a second click begins nothing");
    assert_eq!(life.post("start").await.code(), "launch-goes-on");
    rig.send_first_row().await;
    assert_eq!(life.ended().await.state, LaunchState::Done);
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_document_lacks_refuses_its_launch() {
    let rig = Rig::start().await;
    let life = rig.studio().await;
    let mut document = rig.document();
    document.as_object_mut().unwrap().remove("ksqldb_server");
    life.save(document).await;
    let refused = life.post("launch").await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (422, "invalid-pipeline"));
    assert!(refused.text.contains("launch-ksqldb-server-missing"), "{}", refused.text);
    assert!(rig.is_empty());
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipeline_on_our_engine_is_launched_with_its_connector_and_undone_to_a_draft() {
    let rig = Rig::start().await;
    let life = rig.studio().await;
    life.save(rig.native_document()).await;
    let report = life.launch().await;
    assert_eq!(report.state, LaunchState::Done, "{report:#?}");
    let ids: Vec<&str> = report.steps.iter().map(|step| &*step.step.id).collect();
    assert_eq!(ids, ["changefeed", "topics", "connector:to-postgres"]);
    assert_eq!(life.state().await, "running");
    life.end().await;
    // what runs goes on with the next start, and its launch is done
    let life = rig.studio().await;
    assert_eq!(life.launch().await.state, LaunchState::Done);
    assert_eq!(rig.worker.created(), 1);
    assert_eq!(life.undo().await.state, LaunchState::Undone);
    assert_eq!(life.state().await, "draft");
    assert!(life.app.studio.store().checkpoint("orders").unwrap().is_none());
    assert!(rig.worker.names().is_empty());
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_a_launch_is_told_how_it_stands_at_once() {
    let rig = Rig::start().await;
    let life = rig.ready().await;
    life.launch().await;
    let request = Request::get("/api/v1/pipelines/orders/launch/events").header("host", "localhost:7070").body(Body::empty()).unwrap();
    let mut events = life.app.router.clone().oneshot(request).await.unwrap().into_body().into_data_stream();
    let first = String::from_utf8(events.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(first.starts_with("event: launch\ndata: {") && first.contains(r#""state":"done""#), "{first}");
    life.end().await;
}
