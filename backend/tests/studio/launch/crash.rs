//! The studio killed in the middle of each step, its runtime torn away with every task in it.

use super::rig::{Life, Rig};
use shared::api::LaunchState;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// A studio's life in a runtime of its own: killed as soon as `moment` has come.
fn killed(rig: &Rig, undo: bool, moment: impl Fn(&Rig) -> bool) {
    let runtime = Runtime::new().unwrap();
    let directory = rig.directory.path().join("studio");
    let life = runtime.block_on(async {
        let life = Life::begin(&directory).await;
        life.post(if undo { "launch/undo" } else { "launch" }).await;
        life
    });
    let patience = Instant::now() + Duration::from_secs(60);
    while !moment(rig) {
        assert!(Instant::now() < patience, "the moment did not come: {:#?}", runtime.block_on(life.app.studio.launch_report("orders")));
        std::thread::sleep(Duration::from_millis(1));
    }
    drop(life);
    runtime.shutdown_timeout(Duration::from_secs(10));
}

/// Another life on the same data: what was interrupted goes on by itself.
fn after_restart(rig: &Rig) -> LaunchState {
    let runtime = Runtime::new().unwrap();
    let state = runtime.block_on(async {
        let life = rig.studio().await;
        let state = life.ended().await.state;
        life.end().await;
        state
    });
    runtime.shutdown_timeout(Duration::from_secs(10));
    state
}

type Moment = (&'static str, fn(&Rig) -> bool);

#[test]
fn a_launch_killed_in_any_step_goes_on_and_makes_nothing_twice() {
    let outer = Runtime::new().unwrap();
    let rig = outer.block_on(Rig::start());
    outer.block_on(async {
        let life = rig.ready().await;
        life.end().await;
    });
    let moments: [Moment; 6] = [
        ("before anything", |_| true),
        ("changefeed", |rig| !rig.ticdc.ids().is_empty()),
        ("first statement", |rig| !rig.ksql.objects().is_empty()),
        ("second statement", |rig| rig.ksql.objects().len() == 2),
        ("connector on Confluent Cloud", |rig| !rig.cloud.names().is_empty()),
        ("connector on a worker", |rig| !rig.worker.names().is_empty()),
    ];
    let mut before = rig.creations();
    for (name, moment) in moments {
        killed(&rig, false, moment);
        assert_eq!(after_restart(&rig), LaunchState::Done, "{name}");
        assert!(rig.is_complete(), "{name}");
        let now = rig.creations();
        let made: Vec<usize> = now.iter().zip(before).map(|(now, before)| now - before).collect();
        assert_eq!(made, [1, 2, 1, 1], "{name}");
        killed(&rig, true, |rig| rig.worker.names().is_empty());
        assert_eq!(after_restart(&rig), LaunchState::Undone, "{name}");
        assert!(rig.is_empty(), "{name}");
        before = rig.creations();
    }
}
