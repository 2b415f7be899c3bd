//! Runs, failures, and what is true of the checkpoint after each.

use crate::rig::{Events, Rig, change, orders, row};
use backend::engine::{
    error::ErrorKind,
    figures::Figures,
    position::Position,
    sink::kafka::KeptPosition,
    source::{Begin, SourceEvent},
};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use shared::{
    api::PipelineState,
    config::{Delivery, PoisonRows},
    row::{CommitTs, Datum, Row},
    schema::ddl::parse_create_table,
};
use std::{cell::Cell, sync::Arc, time::Duration};

fn at(transaction: u64) -> Position {
    Position::Tpcc { transaction, loaded: 0 }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_arrive_and_the_checkpoint_is_the_last_transaction() {
    let rig = Rig::new().await;
    let table = orders();
    let transactions = (1..=500).map(|id| vec![change(&table, None, Some(row(id, 1)), id.cast_unsigned())]).collect();
    let (begin, ended) = rig.run(vec![Arc::clone(&table)], transactions, |f| f.progress().rows_total == 500).await;
    assert!(matches!(begin, Begin::Fresh(_)));
    ended.unwrap();
    let (checkpoint, schemas) = rig.checkpoint().unwrap();
    assert_eq!(checkpoint.position, at(500));
    assert_eq!(schemas, vec![(*table).clone()]);
    assert_eq!(rig.messages().await.len(), 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_from_the_checkpoint_without_gap_or_repeat_after_a_clean_stop() {
    let rig = Rig::new().await;
    let table = orders();
    let transaction = |id: i64| vec![change(&table, None, Some(row(id, 1)), id.cast_unsigned())];
    let first = (1..=100).map(transaction).collect();
    rig.run(vec![Arc::clone(&table)], first, |f| f.progress().rows_total == 100).await.1.unwrap();
    let all = (1..=300).map(transaction).collect();
    let (begin, ended) = rig.run(vec![Arc::clone(&table)], all, |f| f.progress().rows_total == 300).await;
    ended.unwrap();
    assert!(matches!(begin, Begin::Checkpoint { position, .. } if position == at(100)));
    assert_eq!(rig.messages().await.len(), 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_row_stops_the_run_and_the_checkpoint_stays_before_it() {
    let rig = Rig::new().await;
    let table = orders();
    let transaction = |id: i64| vec![change(&table, None, Some(row(id, 1)), id.cast_unsigned())];
    rig.run(vec![Arc::clone(&table)], (1..=10).map(transaction).collect(), |f| f.progress().rows_total == 10).await.1.unwrap();
    let refused = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED; 20];
    rig.cluster.request_errors(RDKafkaApiKey::Produce, &refused);
    let (_, ended) = rig.run(vec![Arc::clone(&table)], (1..=20).map(transaction).collect(), |_| false).await;
    let error = ended.unwrap_err();
    assert_eq!((error.kind, error.finding.code.as_str()), (ErrorKind::Denied, "kafka-forbidden"));
    assert_eq!(rig.checkpoint().unwrap().0.position, at(10));
    rig.cluster.clear_request_errors(RDKafkaApiKey::Produce);
    let before = rig.figures.progress().rows_total;
    rig.run(vec![Arc::clone(&table)], (1..=20).map(transaction).collect(), |f| f.progress().rows_total >= before + 10).await.1.unwrap();
    assert_eq!(rig.checkpoint().unwrap().0.position, at(20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_idle_only_once_its_source_reads() {
    let mut rig = Rig::new().await;
    rig.run(vec![orders()], vec![], |f| !f.idle_for().is_zero() && f.state().0 == PipelineState::Running).await.1.unwrap();
    // Definitions come before a load's rows; the checkpoint shows that they have been taken.
    rig.loading = true;
    rig.run(vec![orders()], vec![vec![]], |f| f.progress().checkpoint.is_some()).await.1.unwrap();
    let idle = Cell::new(None);
    let kept_again = |f: &Figures| {
        idle.set(Some(f.idle_for()));
        f.progress().checkpoint.is_some_and(|checkpoint| checkpoint.commit_ts == CommitTs(2))
    };
    rig.run(vec![orders()], vec![vec![], vec![]], kept_again).await.1.unwrap();
    assert_eq!(idle.get(), Some(Duration::ZERO));
    rig.loading = false;
    rig.figures.set_state(PipelineState::Starting, None);
    rig.silent = true;
    let idle_for = Cell::new(None);
    let running = |f: &Figures| {
        idle_for.set((f.state().0 == PipelineState::Running).then(|| f.idle_for()));
        idle_for.get().is_some()
    };
    rig.run(vec![orders()], vec![], running).await.1.unwrap();
    assert_eq!(idle_for.get(), Some(Duration::ZERO));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_of_the_key_is_a_tombstone_and_an_insert() {
    let rig = Rig::new().await;
    let table = orders();
    let transactions = vec![
        vec![change(&table, None, Some(row(1, 1)), 1)],
        vec![change(&table, Some(row(1, 1)), Some(row(1, 2)), 2)],
        vec![change(&table, Some(row(1, 2)), Some(row(2, 2)), 3)],
    ];
    rig.run(vec![Arc::clone(&table)], transactions, |f| f.progress().rows_total == 4).await.1.unwrap();
    let messages = rig.messages().await;
    let of_key = |last: u8| -> Vec<bool> {
        messages.iter().filter(|m| m.key.as_deref().and_then(<[u8]>::last) == Some(&last)).map(|m| m.value.is_none()).collect()
    };
    // Zig-zag: key 1 is byte 2, key 2 is byte 4.
    assert_eq!(of_key(2), [false, false, true]);
    assert_eq!(of_key(4), [false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_without_a_key_refuses_the_launch() {
    let rig = Rig::new().await;
    let table = Arc::new(parse_create_table("CREATE TABLE shop.history (n INT)", "shop").unwrap());
    let (_, ended) = rig.run(vec![table], Vec::new(), |_| false).await;
    let error = ended.unwrap_err();
    assert_eq!((error.kind, error.finding.code.as_str()), (ErrorKind::Schema, "table-without-key"));
    assert!(error.finding.hint.contains("!shop.history"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_without_a_key_that_is_made_later_is_skipped_aloud_also_after_a_restart() {
    let rig = Rig::new().await;
    let keyless = Arc::new(parse_create_table("CREATE TABLE shop.log (a INT)", "shop").unwrap());
    let resolved = |number| SourceEvent::Resolved { position: at(number), commit_ts: CommitTs(number) };
    let events = vec![SourceEvent::Table(orders()), resolved(1), SourceEvent::Table(Arc::clone(&keyless)), resolved(2)];
    let kept = |f: &Figures| f.progress().checkpoint.is_some_and(|c| c.commit_ts == CommitTs(2));
    rig.run_source(Box::new(Events(events)), kept).await.1.unwrap();
    let table = orders();
    let third = vec![vec![], vec![], vec![change(&table, None, Some(row(1, 1)), 3)]];
    rig.run(vec![table, keyless], third, |f| f.progress().rows_total == 1).await.1.unwrap();
    let warnings = rig.figures.report().log.iter().filter(|entry| entry.text.contains("`shop.log` has no primary key")).count();
    assert_eq!(warnings, 2, "{:?}", rig.figures.report().log);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_does_not_wait_for_a_registry_that_never_answers() {
    let mut rig = Rig::new().await;
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    rig.registry_url = format!("http://{}", silent.local_addr().unwrap());
    let asked = Cell::new(false);
    let began = std::time::Instant::now();
    let is_asked = |_: &Figures| {
        silent.set_nonblocking(true).unwrap();
        asked.set(asked.get() || silent.accept().is_ok());
        asked.get()
    };
    rig.run(vec![orders()], vec![], is_asked).await.1.unwrap();
    // A single answer would be waited for for half a minute, and asked for again.
    assert!(asked.get() && began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn with_exactly_once_delivery_a_first_place_is_kept_before_anything_is_committed() {
    let mut rig = Rig::new().await;
    rig.document.engine.delivery = Delivery::ExactlyOnce;
    rig.cluster.create_topic("changefeed-studio.rig.positions", 1, 1).unwrap();
    rig.run(vec![orders()], vec![vec![]], |f| f.progress().checkpoint.is_some()).await.1.unwrap();
    assert_eq!(rig.checkpoint().unwrap().0.position, at(1));
    assert_eq!(rig.messages_of("changefeed-studio.rig.positions").await, [], "nothing is in Kafka yet");
    let (begin, ended) = rig.run(vec![orders()], vec![], |f| f.state().0 == PipelineState::Running).await;
    ended.unwrap();
    assert!(matches!(&begin, Begin::Checkpoint { position, .. } if *position == at(1)), "{begin:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_topic_says_whether_it_was_read_whole() {
    let rig = Rig::new().await;
    let tail = rig.tail("tidb_shop_orders", Duration::from_secs(20)).await;
    assert!(tail.messages.is_empty() && tail.whole);
    let table = orders();
    let transactions = (1..=9).map(|id| vec![change(&table, None, Some(row(id, 1)), id.cast_unsigned())]).collect();
    rig.run(vec![table], transactions, |f| f.progress().rows_total == 9).await.1.unwrap();
    let tail = rig.tail("tidb_shop_orders", Duration::from_secs(20)).await;
    assert!(tail.messages.len() == 9 && tail.whole);
    // The rows do not come in time.
    rig.cluster.request_errors(RDKafkaApiKey::Fetch, &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION; 200]);
    let tail = rig.tail("tidb_shop_orders", Duration::from_secs(2)).await;
    assert!(tail.messages.is_empty() && !tail.whole, "{tail:?}");
    assert!(!rig.tail("nowhere", Duration::from_secs(2)).await.whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_broker_is_a_passing_fault_that_names_it() {
    let mut rig = Rig::new().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    rig.document.kafka.brokers = vec![free.to_string()];
    rig.document.kafka.params.insert("dial-timeout".to_owned(), "2s".into());
    let (_, ended) = rig.run(vec![orders()], Vec::new(), |_| false).await;
    let error = ended.unwrap_err();
    assert_eq!((error.kind, error.finding.code.as_str()), (ErrorKind::Transient, "kafka-unreachable"));
    assert!(error.finding.message.contains(&free.to_string()), "{}", error.finding.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_a_passing_fault_and_the_old_checkpoint_holds() {
    let rig = Rig::new().await;
    let table = orders();
    let transaction = |id: i64| vec![change(&table, None, Some(row(id, 1)), id.cast_unsigned())];
    let disk = SmallDisk::mount(&rig.directory.path().join("store"));
    rig.run(vec![Arc::clone(&table)], (1..=10).map(transaction).collect(), |f| f.progress().rows_total == 10).await.1.unwrap();
    disk.fill();
    let (_, ended) = rig.run(vec![Arc::clone(&table)], (1..=20).map(transaction).collect(), |_| false).await;
    let error = ended.unwrap_err();
    assert_eq!((error.kind, error.finding.code.as_str()), (ErrorKind::Storage, "storage"));
    disk.free();
    let before = rig.figures.progress().rows_total;
    let (begin, ended) =
        rig.run(vec![Arc::clone(&table)], (1..=20).map(transaction).collect(), |f| f.progress().rows_total >= before + 10).await;
    ended.unwrap();
    assert!(matches!(begin, Begin::Checkpoint { position, .. } if position == at(10)));
    assert_eq!(rig.checkpoint().unwrap().0.position, at(20));
}

/// A tmpfs of a few MiB: a real full disk. Mounting needs root, as CI has.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(path: &std::path::Path) -> Self {
        std::fs::create_dir_all(path).unwrap();
        let mounted = std::process::Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(path).status().unwrap();
        assert!(mounted.success(), "mounting a small tmpfs needs root; run the tests as root or in a user namespace with mounts");
        Self(path.to_owned())
    }

    fn fill(&self) {
        use std::io::Write;
        let mut file = std::fs::File::create(self.0.join("filler")).unwrap();
        while file.write_all(&[1; 4096]).is_ok() {}
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_too_large_stops_the_pipeline_or_goes_to_the_dead_letters_as_the_document_says() {
    let mut rig = Rig::new().await;
    let table = Arc::new(parse_create_table("CREATE TABLE shop.orders (id BIGINT NOT NULL PRIMARY KEY, note TEXT)", "shop").unwrap());
    let noted = |id: i64, length: usize| {
        let mut row = Row::default();
        row.push(Datum::Int(id));
        row.push(Datum::Bytes("x".repeat(length).as_bytes()));
        row
    };
    let transactions = || {
        let rows = [noted(1, 5), noted(2, 5_000), noted(3, 5)];
        (1..).zip(rows).map(|(at, row)| vec![change(&table, None, Some(row), at)]).collect::<Vec<_>>()
    };
    rig.document.kafka.params.insert("max-message-bytes".to_owned(), 4_000.into());
    let (_, ended) = rig.run(vec![Arc::clone(&table)], transactions(), |_| false).await;
    let error = ended.unwrap_err();
    assert_eq!((error.kind, error.finding.code.as_str()), (ErrorKind::Config, "message-too-large"));
    assert_eq!(rig.checkpoint().unwrap().0.position, at(1), "nothing is left out");

    rig.document.engine.poison_rows = PoisonRows::DeadLetter;
    rig.document.engine.dead_letter_topic = "letters".to_owned();
    rig.cluster.create_topic("letters", 1, 1).unwrap();
    let before = rig.figures.progress().rows_total;
    rig.run(vec![Arc::clone(&table)], transactions(), |f| f.progress().rows_total == before + 2).await.1.unwrap();
    assert_eq!(rig.checkpoint().unwrap().0.position, at(3));
    assert_eq!(rig.figures.progress().dead_letters, 1);
    let letters = rig.messages_of("letters").await;
    let letter: serde_json::Value = serde_json::from_slice(letters[0].value.as_ref().unwrap()).unwrap();
    assert_eq!((letters.len(), &letter["table"], &letter["code"]), (1, &"shop.orders".into(), &"message-too-large".into()));
    assert_eq!(letter["key"], serde_json::json!({ "id": 2 }), "too large for a letter, too: {letter}");
}

/// The mock broker keeps no transactions apart, so only the positions are looked at here; `cargo xtask e2e exactly-once` proves the rest.
#[tokio::test(flavor = "multi_thread")]
async fn with_exactly_once_delivery_kafka_holds_the_position_and_a_run_goes_on_from_there() {
    let mut rig = Rig::new().await;
    rig.document.engine.delivery = Delivery::ExactlyOnce;
    rig.cluster.create_topic("changefeed-studio.rig.positions", 1, 1).unwrap();
    let table = orders();
    let transaction = |id: i64| vec![change(&table, None, Some(row(id, 1)), id.cast_unsigned())];
    rig.run(vec![Arc::clone(&table)], (1..=100).map(transaction).collect(), |f| f.progress().rows_total == 100).await.1.unwrap();
    assert_eq!(rig.checkpoint().unwrap().0.position, at(100), "told to stop, it commits what is whole");
    let kept = rig.messages_of("changefeed-studio.rig.positions").await;
    let last: KeptPosition = serde_json::from_slice(kept.last().unwrap().value.as_ref().unwrap()).unwrap();
    assert_eq!(last.position, at(100));

    // As after a crash between Kafka's commit and the local checkpoint.
    rig.set_back(at(40), 40);
    let (begin, ended) = rig.run(vec![Arc::clone(&table)], (1..=150).map(transaction).collect(), |f| f.progress().rows_total == 150).await;
    ended.unwrap();
    assert!(matches!(begin, Begin::Checkpoint { position, schemas, .. } if position == at(100) && schemas == [(*table).clone()]));
    assert_eq!(rig.messages().await.len(), 150);

    // Another launch of that name does not take the position over.
    rig.forget();
    let before = rig.figures.progress().rows_total;
    let (begin, ended) = rig.run(vec![table.clone()], (1..=3).map(transaction).collect(), |f| f.progress().rows_total == before + 3).await;
    ended.unwrap();
    assert!(matches!(begin, Begin::Fresh(_)));
}
