//! Bad days without a crash.

use super::world::{Rig, Thing, Trick};
use crate::store::{Act, LaunchRecord};
use shared::api::{LaunchState, StepState};
use std::time::Duration;

fn states(record: &LaunchRecord) -> Vec<StepState> {
    record.report.steps.iter().map(|step| step.state).collect()
}

fn code(record: &LaunchRecord, at: usize) -> &str {
    record.report.steps[at].finding.as_ref().map_or("", |finding| &finding.code)
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_no_failure_when_the_thing_is_there() {
    let rig = Rig::new();
    rig.trick("make", &[Trick::LostAnswer, Trick::Busy, Trick::Busy, Trick::LostAnswer]);
    rig.trick("look", &[Trick::Busy]);
    let record = rig.run().await;
    assert_eq!(record.report.state, LaunchState::Done);
    assert_eq!(rig.acts(), ["make 0", "make 1", "make 2"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_stops_the_launch_and_the_next_one_goes_on_there() {
    let rig = Rig::new();
    rig.world.lock().unwrap().script.insert("make", [Trick::LostAnswer, Trick::Refused].into());
    let record = rig.run().await;
    assert_eq!(record.report.state, LaunchState::Failed);
    assert_eq!(states(&record), [StepState::Done, StepState::Failed, StepState::Pending]);
    assert_eq!(code(&record, 1), "remote-unreachable");
    assert_eq!(record.acts, [Act::Made, Act::Nothing, Act::Nothing]);
    let record = rig.run_with(|record| record.report.state = LaunchState::Running).await.unwrap();
    assert_eq!(record.report.state, LaunchState::Done);
    assert_eq!(rig.acts(), ["make 0", "make 1", "make 2"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_there_with_other_content_is_never_overwritten() {
    let rig = Rig::new();
    rig.world.lock().unwrap().things.insert(1, Thing { same: false });
    let record = rig.run().await;
    assert_eq!((record.report.state, code(&record, 1)), (LaunchState::Failed, "launch-taken"));
    let record = rig.undo().await;
    assert_eq!(record.report.state, LaunchState::Undone);
    assert_eq!(rig.things().into_keys().collect::<Vec<_>>(), [1]);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_made_meanwhile_is_not_taken_for_ours() {
    let rig = Rig::new();
    rig.trick("make", &[Trick::TakenMeanwhile]);
    let record = rig.run().await;
    assert_eq!((record.report.state, code(&record, 0)), (LaunchState::Failed, "launch-taken"));
    let record = rig.undo().await;
    assert_eq!((record.report.state, code(&record, 0)), (LaunchState::PartlyUndone, "launch-not-ours"));
    assert!(rig.acts().is_empty(), "{:?}", rig.acts());
}

#[tokio::test(start_paused = true)]
async fn a_sign_is_waited_for_and_patience_has_an_end() {
    let rig = Rig::new();
    rig.trick("sign", &[Trick::NotYet, Trick::Busy, Trick::NotYet]);
    assert_eq!(rig.run().await.report.state, LaunchState::Done);

    let rig = Rig::new();
    rig.trick("sign", &[Trick::NotYet; 400]);
    let began = tokio::time::Instant::now();
    let record = rig.run().await;
    assert_eq!((record.report.state, code(&record, 0)), (LaunchState::Failed, "launch-not-in-time"));
    let took = began.elapsed();
    assert!(took >= rig.pace.patience && took < rig.pace.patience + Duration::from_secs(10), "{took:?}");
    assert!(record.report.steps[0].finding.as_ref().unwrap().message.contains("15 minutes"));
}

#[tokio::test(start_paused = true)]
async fn a_broken_sign_fails_at_once_and_the_thing_can_be_taken_back() {
    let rig = Rig::new();
    rig.trick("sign", &[Trick::Broken]);
    let record = rig.run().await;
    assert_eq!((record.report.state, code(&record, 0)), (LaunchState::Failed, "task-failed"));
    assert_eq!(rig.undo().await.report.state, LaunchState::Undone);
    assert!(rig.things().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_cancel_ends_a_wait_and_what_was_made_stays_until_it_is_undone() {
    let rig = Rig::new();
    rig.trick("sign", &[Trick::NotYet; 400]);
    let mut reports = rig.reports.subscribe();
    let cancel = rig.cancel.clone();
    let person = async move {
        reports.wait_for(|report| report.steps[0].note == "no sign").await.unwrap();
        cancel.cancel();
    };
    let (record, ()) = tokio::join!(rig.run(), person);
    assert_eq!(record.report.state, LaunchState::Cancelled);
    assert_eq!(states(&record), [StepState::Waiting, StepState::Pending, StepState::Pending]);
    assert_eq!(rig.acts(), ["make 0"]);
    assert_eq!(rig.undo().await.report.state, LaunchState::Undone);
    assert!(rig.things().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_studio_that_goes_down_leaves_the_launch_running_for_its_next_start() {
    let rig = Rig::new();
    rig.stop.cancel();
    assert_eq!(rig.run().await.report.state, LaunchState::Running);
    assert!(rig.acts().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_undo_goes_backwards_and_tells_what_remains() {
    let rig = Rig::new();
    rig.run().await;
    rig.trick("undo", &[Trick::Busy, Trick::LostAnswer, Trick::Broken]);
    let record = rig.undo().await;
    assert_eq!(record.report.state, LaunchState::PartlyUndone);
    assert_eq!(states(&record), [StepState::Undone, StepState::Remains, StepState::Undone]);
    assert_eq!(rig.acts()[3..], ["undo 2", "undo 0"]);
    let finding = record.report.steps[1].finding.as_ref().unwrap();
    assert_eq!(finding.hint, "It remains. By hand: Delete 1.");
}

#[tokio::test(start_paused = true)]
async fn what_was_removed_by_hand_is_made_again() {
    let rig = Rig::new();
    rig.run().await;
    rig.world.lock().unwrap().things.remove(&1);
    let record = rig.run_with(|record| record.report.state = LaunchState::Running).await.unwrap();
    assert_eq!(record.report.state, LaunchState::Done);
    assert_eq!(rig.acts(), ["make 0", "make 1", "make 2", "make 1"]);
}
