//! Refusals, lost answers, names that are taken, waits that are cancelled.

use super::rig::{Life, Rig};
use doubles::{confluent_cloud, connectors::Fault, ticdc::Trouble};
use serde_json::{Value, json};
use shared::api::{LaunchReport, LaunchState, StepState};

fn code(report: &LaunchReport, id: &str) -> String {
    let step = report.steps.iter().find(|step| step.step.id == id).unwrap();
    step.finding.as_ref().map_or_else(String::new, |finding| finding.code.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_are_looked_up_and_nothing_is_made_twice() {
    let rig = Rig::start().await;
    let life = rig.ready().await;
    rig.ticdc.fail_next(Trouble::AnswerLost);
    // the two looks before the statement are no commands: nothing comes of their failure
    rig.ksql.fail_next_command("");
    rig.ksql.fail_next_command("");
    rig.ksql.lose_next_answer();
    rig.cloud.fail_next(Fault::LoseAnswer);
    rig.worker.fail_next(Fault::LoseAnswer);
    let report = life.launch().await;
    assert_eq!(report.state, LaunchState::Done, "{report:#?}");
    assert!(rig.is_complete());
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changefeed_id_that_is_taken_is_left_alone() {
    let rig = Rig::start().await;
    let life = rig.ready().await;
    assert_eq!(life.launch().await.state, LaunchState::Done);
    life.end().await;
    // another studio, with another pipeline of that changefeed id
    let other = Life::begin(&rig.directory.path().join("other")).await;
    let mut document = rig.document();
    document["changefeed"]["config"]["filter"]["rules"] = json!(["app.*", "!app.tmp"]);
    document["connectors"] = json!([]);
    document["ksqldb"] = json!([]);
    other.save(document).await;
    let report = other.launch().await;
    assert_eq!((report.state, code(&report, "changefeed").as_str()), (LaunchState::Failed, "launch-taken"), "{report:#?}");
    assert!(report.steps[0].finding.as_ref().unwrap().message.contains("filter.rules"), "{report:#?}");
    assert_eq!(other.undo().await.state, LaunchState::Undone);
    assert!(rig.is_complete());
    other.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_of_that_name_stops_the_launch_and_survives_its_undo() {
    let rig = Rig::start().await;
    let life = rig.ready().await;
    let Value::Object(config) = json!({ "name": "to-postgres", "connector.class": "io.example.Other", "topics": "other" }) else {
        panic!()
    };
    rig.worker.add("to-postgres", &config);
    let report = life.launch().await;
    assert_eq!((report.state, code(&report, "connector:to-postgres").as_str()), (LaunchState::Failed, "launch-taken"), "{report:#?}");
    assert_eq!(life.undo().await.state, LaunchState::Undone);
    assert!(rig.ticdc.ids().is_empty() && rig.ksql.objects().is_empty() && rig.cloud.names().is_empty());
    assert_eq!(rig.worker.connector("to-postgres").unwrap().config["topics"], "other");
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_as_the_document_says_is_used_and_never_undone() {
    let rig = Rig::start().await;
    let life = rig.ready().await;
    assert_eq!(life.launch().await.state, LaunchState::Done);
    life.end().await;
    let other = Life::begin(&rig.directory.path().join("other")).await;
    other.save(rig.document()).await;
    let report = other.launch().await;
    assert_eq!(report.state, LaunchState::Done, "{report:#?}");
    let states: Vec<StepState> = report.steps.iter().map(|step| step.state).collect();
    let existing = StepState::Existing;
    assert_eq!(states, [existing, StepState::Done, existing, existing, existing, existing]);
    assert_eq!(other.undo().await.state, LaunchState::Undone);
    assert!(rig.is_complete());
    other.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connector_is_explained_and_the_launch_goes_on_when_it_is_mended() {
    let rig = Rig::with(confluent_cloud::Options { looks_until_running: None, ..Default::default() }).await;
    let life = rig.ready().await;
    life.post("launch").await;
    life.until(|report| report.steps[4].state == StepState::Waiting).await;
    rig.cloud.provision("to-sqlserver");
    assert_eq!(life.ended().await.state, LaunchState::Done);
    rig.worker.set_state("to-postgres", "FAILED", "org.postgresql.util.PSQLException: password authentication failed for user \"pg\"");
    let report = life.launch().await;
    assert_eq!((report.state, code(&report, "connector:to-postgres").as_str()), (LaunchState::Failed, "connector-failed"), "{report:#?}");
    assert!(!report.steps[5].finding.as_ref().unwrap().hint.is_empty());
    rig.worker.set_state("to-postgres", "RUNNING", "");
    assert_eq!(life.launch().await.state, LaunchState::Done);
    assert_eq!(rig.creations(), [1, 2, 1, 1]);
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_can_be_cancelled_with_or_without_taking_back() {
    let rig = Rig::with(confluent_cloud::Options { looks_until_running: None, ..Default::default() }).await;
    let life = rig.ready().await;
    assert_eq!(life.app.post("/api/v1/pipelines/orders/launch/cancel", json!({ "undo": false })).await.code(), "wrong-state");
    for undo in [false, true] {
        life.post("launch").await;
        life.until(|report| report.state == LaunchState::Running && report.steps[4].state == StepState::Waiting).await;
        let answer = life.app.post("/api/v1/pipelines/orders/launch/cancel", json!({ "undo": undo })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        if undo {
            assert_eq!(life.until(|report| report.state == LaunchState::Undone).await.state, LaunchState::Undone);
            assert!(rig.is_empty());
        } else {
            assert_eq!(life.ended().await.state, LaunchState::Cancelled);
            assert_eq!((rig.ticdc.ids().len(), rig.cloud.names().len(), rig.worker.names().len()), (1, 1, 0));
        }
    }
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_statement_fails_its_step_and_says_why() {
    let rig = Rig::start().await;
    let life = rig.ready().await;
    // the two looks before it are no commands
    for message in ["", "", "Could not start the query: no more slots"] {
        rig.ksql.fail_next_command(message);
    }
    let report = life.launch().await;
    assert_eq!((report.state, code(&report, "ksqldb:changes").as_str()), (LaunchState::Failed, "ksql-statement-failed"), "{report:#?}");
    assert_eq!(life.launch().await.state, LaunchState::Done);
    life.end().await;
}
