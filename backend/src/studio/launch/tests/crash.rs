//! The studio goes down before and after the effect of every single call.

use super::world::{Rig, STEPS, Thing};
use crate::store::{Act, LaunchRecord};
use shared::api::{LaunchState, StepState};

/// More points than any of these runs has.
const ENOUGH: usize = 200;

/// A world in which the middle one was there before.
fn rig(crash_at: usize) -> Rig {
    let rig = Rig::new();
    rig.world.lock().unwrap().things.insert(1, Thing { same: true });
    rig.world.lock().unwrap().crash_at = Some(crash_at);
    rig
}

fn assert_launched(rig: &Rig, record: &LaunchRecord, crash_at: usize) {
    assert_eq!(record.report.state, LaunchState::Done, "crash at {crash_at}");
    let states: Vec<StepState> = record.report.steps.iter().map(|step| step.state).collect();
    assert_eq!(states, [StepState::Done, StepState::Existing, StepState::Done], "crash at {crash_at}");
    assert_eq!(rig.acts(), ["make 0", "make 2"], "crash at {crash_at}");
    assert_eq!(rig.things().len(), STEPS);
}

fn assert_as_before(rig: &Rig, record: &LaunchRecord, crash_at: usize) {
    assert_eq!(record.report.state, LaunchState::Undone, "crash at {crash_at}");
    assert_eq!(rig.things().into_iter().collect::<Vec<_>>(), [(1, Thing { same: true })], "crash at {crash_at}");
    assert!(!rig.acts().contains(&"undo 1".to_owned()), "crash at {crash_at}");
}

#[tokio::test(start_paused = true)]
async fn a_launch_goes_on_after_a_crash_at_any_point_and_makes_nothing_twice() {
    for crash_at in 0..ENOUGH {
        let rig = rig(crash_at);
        let first = rig.run_with(|_| {}).await;
        let crashed = first.is_none();
        let record = match first {
            Some(record) => record,
            None => rig.run().await,
        };
        assert_launched(&rig, &record, crash_at);
        if !crashed {
            // look, make and sign of two, each with a point, two where there is an effect; look and sign of the third
            assert_eq!(crash_at, 2 * 4 + 2, "every point was tried");
            return;
        }
    }
    panic!("the launch has more points than were tried");
}

#[tokio::test(start_paused = true)]
async fn a_launch_that_crashed_at_any_point_can_be_undone() {
    for crash_at in 0..ENOUGH {
        let rig = rig(crash_at);
        let crashed = rig.run_with(|_| {}).await.is_none();
        rig.world.lock().unwrap().crash_at = None;
        let record = rig.undo().await;
        assert_as_before(&rig, &record, crash_at);
        if !crashed {
            return;
        }
    }
    panic!("the launch has more points than were tried");
}

#[tokio::test(start_paused = true)]
async fn an_undo_goes_on_after_a_crash_at_any_point() {
    for crash_at in 0..ENOUGH {
        let rig = rig(ENOUGH);
        rig.run().await;
        let done = 2 * 4 + 2;
        rig.world.lock().unwrap().crash_at = Some(done + crash_at);
        let first = rig.run_with(|record| record.report.state = LaunchState::Undoing).await;
        let crashed = first.is_none();
        let record = match first {
            Some(record) => record,
            None => rig.run().await,
        };
        assert_as_before(&rig, &record, crash_at);
        assert_eq!(record.acts, [Act::Undone, Act::Existing, Act::Undone]);
        if !crashed {
            return;
        }
    }
    panic!("the undo has more points than were tried");
}

#[tokio::test(start_paused = true)]
async fn a_second_crash_is_survived_as_the_first_one() {
    for first in 0..10 {
        for second in 0..10 {
            let rig = rig(first);
            assert!(rig.run_with(|_| {}).await.is_none());
            rig.world.lock().unwrap().crash_at = Some(first + 1 + second);
            let record = match rig.run_with(|_| {}).await {
                Some(record) => record,
                None => rig.run().await,
            };
            assert_launched(&rig, &record, first * 100 + second);
        }
    }
}
