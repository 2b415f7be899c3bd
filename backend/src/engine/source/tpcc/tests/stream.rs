//! The source as the pipeline sees it.

use crate::engine::{
    error::{EngineError, ErrorKind},
    position::Position,
    source::{
        Begin, Source, SourceBatch, SourceEvent, SourceSender,
        tpcc::{Load, Population, RateControl, TpccOptions, TpccSource, snapshot, state::State, state_files::StateFiles},
    },
};
use shared::{
    config::StartFrom,
    row::{CommitTs, Op, Row},
};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::{sync::mpsc, task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;

struct Running {
    batches: mpsc::Receiver<SourceBatch>,
    stop: CancellationToken,
    task: JoinHandle<Result<(), EngineError>>,
}

fn start(directory: &Path, rate: &RateControl, begin: Begin, wanted: fn(&str) -> bool) -> Running {
    let (out, batches) = SourceSender::bounded(8 << 20);
    let options = TpccOptions {
        warehouses: 1,
        seed: 99,
        state_dir: directory.to_owned(),
        rate: rate.clone(),
        wanted: Arc::new(move |schema, table| schema == "tpcc" && wanted(table)),
    };
    let stop = CancellationToken::new();
    let task = tokio::spawn(Box::new(TpccSource::new(options)).run(begin, out, stop.clone()));
    Running { batches, stop, task }
}

/// A row change, without what may differ between runs (the commit-ts).
#[derive(Clone, PartialEq)]
struct Change {
    table: String,
    before: Option<Row>,
    after: Option<Row>,
}

/// All that came between two `Resolved`.
struct Group {
    changes: Vec<Change>,
    commit_ts: Vec<CommitTs>,
    position: Position,
    resolved: CommitTs,
}

#[derive(Default)]
struct Seen {
    tables: Vec<String>,
    notes: Vec<String>,
    groups: Vec<Group>,
}

impl Seen {
    fn changes(&self) -> Vec<Change> {
        self.groups.iter().flat_map(|g| g.changes.clone()).collect()
    }

    fn begin_at(&self, group: usize) -> Begin {
        let Group { position, resolved, .. } = &self.groups[group];
        Begin::Checkpoint { position: position.clone(), commit_ts: *resolved, schemas: Vec::new() }
    }
}

/// Reads until there are `rows` rows, then stops the source and sees that it ends.
async fn read(mut running: Running, rows: usize) -> Seen {
    let (mut seen, mut count) = (Seen::default(), 0);
    let (mut changes, mut commit_ts) = (Vec::new(), Vec::new());
    while count < rows {
        for event in running.batches.recv().await.expect("the source goes on").events {
            match event {
                SourceEvent::Table(table) => seen.tables.push(table.name.clone()),
                SourceEvent::Note(entry) => seen.notes.push(entry.text),
                SourceEvent::Change(change) => {
                    count += 1;
                    commit_ts.push(change.commit_ts);
                    changes.push(Change { table: change.table.name.clone(), before: change.before, after: change.after });
                }
                SourceEvent::Resolved { position, commit_ts: resolved } => {
                    let (changes, commit_ts) = (std::mem::take(&mut changes), std::mem::take(&mut commit_ts));
                    seen.groups.push(Group { changes, commit_ts, position, resolved });
                }
                SourceEvent::Reads => {}
                SourceEvent::TableGone { .. } => panic!("no table goes"),
            }
        }
    }
    running.stop.cancel();
    running.task.await.unwrap().unwrap();
    seen
}

const NOW: Begin = Begin::Fresh(StartFrom::Now);

fn all(_: &str) -> bool {
    true
}

#[tokio::test]
async fn the_same_seed_makes_the_same_stream_and_tables_come_first() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let free = RateControl::new(0);
    let (one, two) = (read(start(one.path(), &free, NOW, all), 20_000).await, read(start(two.path(), &free, NOW, all), 20_000).await);
    assert_eq!(one.tables.len(), 9);
    assert!(one.changes()[..20_000] == two.changes()[..20_000]);
}

#[tokio::test]
async fn commit_ts_are_the_same_within_a_transaction_and_grow_from_one_to_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let seen = read(start(directory.path(), &RateControl::new(0), NOW, all), 20_000).await;
    let all: Vec<CommitTs> = seen.groups.iter().flat_map(|g| g.commit_ts.clone()).collect();
    assert!(all.is_sorted());
    assert!(seen.groups.windows(2).all(|pair| pair[0].resolved < pair[1].resolved));
    assert!(seen.groups.iter().all(|g| g.commit_ts.iter().all(|ts| *ts <= g.resolved)));
    assert!(seen.groups.windows(2).all(|pair| pair[1].commit_ts.iter().all(|ts| *ts > pair[0].resolved)));
}

#[tokio::test]
async fn a_resume_from_any_checkpoint_goes_on_without_gap_or_repetition() {
    let directory = tempfile::tempdir().unwrap();
    let free = RateControl::new(0);
    let whole = read(start(directory.path(), &free, NOW, all), 40_000).await;
    for group in [0, 1, 7, 19, 31] {
        let done: usize = whole.groups[..=group].iter().map(|g| g.changes.len()).sum();
        let again = read(start(directory.path(), &free, whole.begin_at(group), all), 5_000).await;
        assert!(again.changes()[..5_000] == whole.changes()[done..done + 5_000], "after group {group}");
        assert!(again.groups[0].commit_ts.iter().all(|ts| *ts > whole.groups[group].resolved));
    }
}

#[tokio::test]
async fn commit_ts_stay_above_a_checkpoint_from_the_future() {
    let directory = tempfile::tempdir().unwrap();
    let far = CommitTs::new(4_000_000_000_000, 5);
    let begin = Begin::Checkpoint { position: Position::Tpcc { transaction: 3, loaded: 0 }, commit_ts: far, schemas: Vec::new() };
    let seen = read(start(directory.path(), &RateControl::new(0), begin, all), 100).await;
    assert!(seen.groups[0].commit_ts.iter().all(|ts| *ts > far));
}

#[tokio::test]
async fn a_snapshot_shortens_the_replay_and_a_damaged_one_is_noted_and_does_no_harm() {
    let directory = tempfile::tempdir().unwrap();
    let free = RateControl::new(0);
    let whole = read(start(directory.path(), &free, NOW, all), 20_000).await;
    let done: usize = whole.groups[..=9].iter().map(|g| g.changes.len()).sum();
    let files = StateFiles::open(directory.path()).unwrap();
    let population = Population::new(99, 1);
    let mut generator = super::super::Generator::new(population.clone(), State::initial(&population));
    (0..100).for_each(|_| generator.step(&mut super::super::Nothing));
    files.write(100, &snapshot::encode(&population, generator.state())).unwrap();
    std::fs::write(directory.path().join("tpcc-101.state"), b"TPCCST01 and then nothing").unwrap();
    let again = read(start(directory.path(), &free, whole.begin_at(9), all), 5_000).await;
    assert!(again.changes()[..5_000] == whole.changes()[done..done + 5_000]);
    assert_eq!(again.notes.len(), 1);
    assert!(again.notes[0].contains("tpcc-101.state"), "{}", again.notes[0]);
}

#[tokio::test]
async fn a_snapshot_start_loads_the_population_and_resumes_in_the_middle_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let free = RateControl::new(0);
    let wanted: fn(&str) -> bool = |table| matches!(table, "warehouse" | "district" | "new_order");
    let whole = read(start(directory.path(), &free, Begin::Fresh(StartFrom::Snapshot), wanted), 9_200).await;
    let changes = whole.changes();
    let is_insert = |change: &Change| change.before.is_none();
    assert!(changes[..9_011].iter().all(is_insert));
    assert!(changes[9_011..].iter().any(|c| !is_insert(c)));
    assert_eq!(whole.notes, ["the initial population is loaded; transactions begin"]);
    let total = Load::total(&Population::new(99, 1));
    assert!(matches!(whole.groups.last().unwrap().position, Position::Tpcc { transaction: 1.., loaded } if loaded == total));

    let middle = whole.groups.iter().position(|g| !g.changes.is_empty()).unwrap() + 30;
    let done: usize = whole.groups[..=middle].iter().map(|g| g.changes.len()).sum();
    let again = read(start(directory.path(), &free, whole.begin_at(middle), wanted), changes.len() - done).await;
    assert!(again.changes()[..changes.len() - done] == changes[done..]);
}

#[tokio::test]
async fn unwanted_tables_are_left_out_and_the_others_stay_the_same() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let free = RateControl::new(0);
    let whole = read(start(one.path(), &free, NOW, all), 30_000).await;
    let some = read(start(two.path(), &free, NOW, |table| table == "customer"), 500).await;
    assert_eq!(some.tables, ["customer"]);
    let customers: Vec<Change> = whole.changes().into_iter().filter(|c| c.table == "customer").collect();
    assert!(some.changes()[..500] == customers[..500]);
}

#[tokio::test]
async fn with_nothing_wanted_the_source_says_so_and_waits() {
    let directory = tempfile::tempdir().unwrap();
    let mut running = start(directory.path(), &RateControl::new(0), NOW, |_| false);
    let batch = running.batches.recv().await.unwrap();
    assert!(matches!(&batch.events[..], [SourceEvent::Note(note), SourceEvent::Reads] if note.text.contains("no table")));
    running.stop.cancel();
    running.task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_rate_is_kept_and_can_be_changed_while_running() {
    let directory = tempfile::tempdir().unwrap();
    let rate = RateControl::new(2_000);
    let mut running = start(directory.path(), &rate, NOW, all);
    let begun = Instant::now();
    let mut rows = 0;
    let mut next = async |until: Duration| {
        let from = rows;
        while begun.elapsed() < until {
            let batch = running.batches.recv().await.unwrap();
            rows += batch.events.iter().filter(|e| matches!(e, SourceEvent::Change(_))).count();
        }
        rows - from
    };
    let slow = next(Duration::from_secs(10)).await;
    rate.set(20_000);
    let fast = next(Duration::from_secs(20)).await;
    assert!((19_600..=20_400).contains(&slow), "{slow}");
    assert!((197_000..=203_000).contains(&fast), "{fast}");
    running.stop.cancel();
    running.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn it_stops_within_a_second_even_while_nobody_reads() {
    let directory = tempfile::tempdir().unwrap();
    let mut running = start(directory.path(), &RateControl::new(0), NOW, all);
    running.batches.recv().await.unwrap();
    running.stop.cancel();
    tokio::time::timeout(Duration::from_secs(1), running.task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn it_stops_within_a_second_while_it_replays() {
    let directory = tempfile::tempdir().unwrap();
    let begin = Begin::Checkpoint {
        position: Position::Tpcc { transaction: u64::MAX / 2, loaded: 0 },
        commit_ts: CommitTs(0),
        schemas: Vec::new(),
    };
    let running = start(directory.path(), &RateControl::new(0), begin, all);
    running.stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), running.task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn what_cannot_be_is_an_error_of_the_right_kind() {
    let directory = tempfile::tempdir().unwrap();
    let free = RateControl::new(0);
    let kind = async |running: Running| running.task.await.unwrap().unwrap_err().kind;
    assert_eq!(kind(start(directory.path(), &free, Begin::Fresh(StartFrom::Tso(7)), all)).await, ErrorKind::Config);
    let binlog = Position::Binlog { file: "mysql-bin.000001".to_owned(), position: 4, gtid: None, server: None };
    let begin = Begin::Checkpoint { position: binlog, commit_ts: CommitTs(0), schemas: Vec::new() };
    assert_eq!(kind(start(directory.path(), &free, begin, all)).await, ErrorKind::Config);
    let file = directory.path().join("file");
    std::fs::write(&file, b"").unwrap();
    assert_eq!(kind(start(&file, &free, NOW, all)).await, ErrorKind::Storage);
}

#[tokio::test]
async fn every_kind_of_change_occurs() {
    let directory = tempfile::tempdir().unwrap();
    let seen = read(start(directory.path(), &RateControl::new(0), NOW, all), 5_000).await;
    let ops: Vec<Option<Op>> = seen
        .changes()
        .iter()
        .map(|c| match (&c.before, &c.after) {
            (None, Some(_)) => Some(Op::Insert),
            (Some(_), Some(_)) => Some(Op::Update),
            (Some(_), None) => Some(Op::Delete),
            (None, None) => None,
        })
        .collect();
    for op in [Op::Insert, Op::Update, Op::Delete] {
        assert!(ops.contains(&Some(op)), "{op:?}");
    }
    assert!(!ops.contains(&None));
}
