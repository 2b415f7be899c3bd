#![allow(clippy::unwrap_used)]

use super::*;
use shared::launch::Part;

const PACE: WatchPace =
    WatchPace { every: Duration::from_secs(10), cloud_every: Duration::from_secs(60), longest: Duration::from_secs(300) };

fn place(id: &str, place: &str) -> Place {
    Place { id: id.to_owned(), name: id.to_owned(), place: place.to_owned(), part: Part::Connector(0) }
}

fn watched() -> Watched {
    let watched = Watched::default();
    watched.keep(&HashSet::from(["orders"]));
    watched
}

fn status(id: &str, at: &str, state: PartState) -> PartStatus {
    super::super::blank(&place(id, at), state, "X")
}

/// Seconds at which a part is due, over ten minutes of ticks.
fn looks(watched: &Watched, at: &str, state: PartState) -> Vec<u64> {
    let begin = Instant::now();
    let mut looks = Vec::new();
    for second in (0..=600).step_by(10) {
        let now = begin + Duration::from_secs(second);
        if !watched.due("orders", vec![place("connector:a", at)], now).is_empty() {
            looks.push(second);
            watched.note("orders", &status("connector:a", at, state), &PACE);
            // what is noted counts from the clock, which these tests move by hand
            watched.all().get_mut("orders").unwrap().get_mut("connector:a").unwrap().due += now - Instant::now();
        }
    }
    looks
}

#[tokio::test(start_paused = true)]
async fn a_part_is_asked_at_its_pace_and_less_often_while_it_cannot_be_asked() {
    assert_eq!(looks(&watched(), "http://connect:8083", PartState::Running).len(), 61);
    assert_eq!(looks(&watched(), "Confluent Cloud lkc-1", PartState::Running)[..4], [0, 60, 120, 180]);
    assert_eq!(looks(&watched(), "http://connect:8083", PartState::Unknown), [0, 20, 60, 140, 300, 600]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_asks_saves_the_watcher_a_look() {
    let watched = watched();
    watched.note("orders", &status("connector:a", "http://c", PartState::Running), &PACE);
    assert!(watched.due("orders", vec![place("connector:a", "http://c")], Instant::now()).is_empty());
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(watched.due("orders", vec![place("connector:a", "http://c")], Instant::now()).len(), 1);
}

#[test]
fn what_is_told_of_a_pipeline_is_what_its_own_state_does_not_say() {
    let told = |states: &[PartState], id: &str| {
        let watched = watched();
        for state in states {
            let mut status = status(id, "http://c", *state);
            if id == "changefeed" {
                status.kind = PartKind::Changefeed;
            }
            if *state == PartState::Unknown {
                status.findings.push(Finding::error("connect", "remote-unreachable", "Kafka Connect is not reachable."));
            }
            watched.note("orders", &status, &PACE);
        }
        watched.reasons("orders").into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    use PartState::{Absent, Degraded, Failed, Paused, Running, Unknown};
    for (states, id, codes) in [
        (&[Running][..], "connector:a", &[][..]),
        (&[Running, Paused], "connector:a", &[]),
        (&[Failed], "connector:a", &["part-degraded"]),
        (&[Failed, Running], "connector:a", &[]),
        (&[Failed], "changefeed", &[]),
        (&[Degraded], "changefeed", &["part-degraded"]),
        (&[Absent], "connector:a", &[]),
        (&[Running, Absent], "connector:a", &["part-gone"]),
        (&[Running, Unknown, Absent], "connector:a", &["part-gone"]),
        (&[Running, Unknown, Unknown], "connector:a", &[]),
        (&[Unknown, Unknown, Unknown], "connector:a", &["remote-unreachable"]),
        (&[Unknown, Unknown, Unknown, Running], "connector:a", &[]),
    ] {
        assert_eq!(told(states, id), codes, "{id} {states:?}");
    }
}

#[test]
fn only_launched_pipelines_and_parts_of_their_documents_are_kept() {
    let watched = watched();
    let failed = status("connector:a", "http://c", PartState::Failed);
    assert!(!watched.note("draft", &failed, &PACE) && watched.parts("draft").is_empty());
    assert!(watched.note("orders", &failed, &PACE), "news");
    assert!(!watched.note("orders", &failed, &PACE), "no news");
    watched.due("orders", vec![place("connector:b", "http://c")], Instant::now());
    assert!(watched.parts("orders").is_empty() && watched.reasons("orders").is_empty());
    watched.note("orders", &failed, &PACE);
    watched.keep(&HashSet::new());
    assert!(watched.parts("orders").is_empty());
}
