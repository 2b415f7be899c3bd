//! Many tables, and transactions larger than memory: work and memory are counted, time is not.

use crate::rig::{MEMORY, Rig, change, orders, row};
use axum::{
    Router,
    routing::{get, post},
};
use backend::{
    engine::{
        error::EngineError,
        figures::Figures,
        position::Position,
        source::{Begin, Source, SourceEvent, SourceSender},
    },
    store::Store,
};
use shared::{
    config::{Delivery, Dispatcher},
    row::{CommitTs, Datum, Row, RowChange},
    schema::{TableModel, ddl::parse_create_table},
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

fn tables(count: usize, columns: &str) -> Vec<Arc<TableModel>> {
    let table = |number| format!("CREATE TABLE shop.t{number:05} (id BIGINT NOT NULL PRIMARY KEY, n INT{columns})");
    (0..count).map(|number| Arc::new(parse_create_table(&table(number), "shop").unwrap())).collect()
}

/// A rig whose tables share a topic, which not every registry would bear: this one gives out ids and counts them.
async fn one_topic() -> (Rig, Arc<AtomicUsize>) {
    let mut rig = Rig::new().await;
    let registered = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&registered);
    let register = move || {
        let id = count.fetch_add(1, Ordering::Relaxed) + 1;
        async move { format!("{{\"id\":{id}}}") }
    };
    let routes = Router::new().route("/", get(|| async { "{}" })).route("/subjects/{subject}/versions", post(register));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    rig.registry_url = format!("http://{}", listener.local_addr().unwrap());
    // Ends with the test's runtime.
    tokio::spawn(axum::serve(listener, routes).into_future());
    rig.document.changefeed.config.sink.dispatchers = vec![Dispatcher {
        matcher: vec!["*.*".to_owned()],
        topic: "tidb_shop_orders".to_owned(),
        partition: "index-value".to_owned(),
        ..Dispatcher::default()
    }];
    (rig, registered)
}

/// Says definitions and rows in the order given; each part is resolved at its end.
struct Parts(Vec<Vec<SourceEvent>>);

#[async_trait::async_trait]
impl Source for Parts {
    async fn run(self: Box<Self>, _begin: Begin, out: SourceSender, stop: CancellationToken) -> Result<(), EngineError> {
        for (number, mut events) in (1..).zip(self.0) {
            events.push(SourceEvent::Resolved { position: Position::Tpcc { transaction: number, loaded: 0 }, commit_ts: CommitTs(number) });
            if out.send(events).await.is_err() {
                return Ok(());
            }
        }
        stop.cancelled().await;
        Ok(())
    }
}

fn versions(rig: &Rig) -> usize {
    let store = Store::open(&rig.directory.path().join("store")).unwrap();
    // Against nothing, each kept table differs.
    store.definitions_to_begin("rig", &[]).unwrap().changes.iter().map(|(_, changes)| changes.len()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ddl_among_thousands_of_tables_writes_one_definition_and_a_restart_none() {
    const TABLES: usize = 5_000;
    let (rig, registered) = one_topic().await;
    let all = tables(TABLES, "");
    let define = || all.iter().cloned().map(SourceEvent::Table).collect::<Vec<_>>();
    let rows = |tables: &[Arc<TableModel>]| -> Vec<Vec<SourceEvent>> {
        let row = |table| SourceEvent::Change(change(table, None, Some(row(1, 1)), 1));
        tables.chunks(500).map(|tables| tables.iter().map(row).collect()).collect()
    };
    let mut parts = vec![define()];
    parts.extend(rows(&all));
    rig.run_source(Box::new(Parts(parts)), |f| f.progress().rows_total == TABLES as u64).await.1.unwrap();
    assert_eq!((rig.checkpoint().unwrap().1.len(), versions(&rig)), (TABLES, TABLES));
    assert_eq!(registered.swap(0, Ordering::Relaxed), 2 * TABLES, "each table's schemas once");
    let progress = rig.figures.progress();
    assert_eq!((progress.tables_total, progress.tables.len()), (TABLES as u64, 200));
    let whole = rig.state_bytes();

    // A hundred DDLs, each with a checkpoint of its own: all definitions each time would be a hundred times the state.
    let altered = tables(100, ", more INT");
    let wider = |table: &Arc<TableModel>| {
        let mut row = row(2, 2);
        row.push(Datum::Null);
        SourceEvent::Change(change(table, None, Some(row), 2))
    };
    let mut parts = vec![define()];
    parts.extend(altered.iter().map(|table| vec![SourceEvent::Table(Arc::clone(table)), wider(table)]));
    let before = rig.figures.progress().rows_total;
    rig.run_source(Box::new(Parts(parts)), |f| f.progress().rows_total == before + 100).await.1.unwrap();
    let schemas = rig.checkpoint().unwrap().1;
    assert_eq!(schemas.iter().map(|table| table.columns.len()).sum::<usize>(), 2 * TABLES + 100);
    assert_eq!(registered.swap(0, Ordering::Relaxed), 200, "only those of tables with rows");
    assert_eq!(versions(&rig), TABLES, "older versions are gone");
    assert!(rig.state_bytes() < 3 * whole, "{} bytes after {whole}", rig.state_bytes());

    // The source of the next run says everything again, as all do.
    let now: Vec<SourceEvent> = schemas.into_iter().map(|table| SourceEvent::Table(Arc::new(table))).collect();
    let store = rig.state_bytes();
    let before = rig.figures.progress().rows_total;
    let one = SourceEvent::Change(change(&all[4_000], None, Some(row(3, 3)), 3));
    rig.run_source(Box::new(Parts(vec![now, vec![one]])), |f| f.progress().rows_total == before + 1).await.1.unwrap();
    assert_eq!((versions(&rig), rig.state_bytes()), (TABLES, store));
}

/// One transaction made row by row; remembers the most bytes that were on their way at once.
struct Large {
    rows: u64,
    bytes: usize,
    figures: Arc<Figures>,
    most: Arc<AtomicUsize>,
    begun: Arc<Mutex<Vec<Begin>>>,
}

#[async_trait::async_trait]
impl Source for Large {
    async fn run(self: Box<Self>, begin: Begin, out: SourceSender, stop: CancellationToken) -> Result<(), EngineError> {
        let done = matches!(begin, Begin::Checkpoint { .. });
        self.begun.lock().unwrap().push(begin);
        let ddl = "CREATE TABLE shop.orders (id BIGINT NOT NULL PRIMARY KEY, note LONGTEXT)";
        let table = Arc::new(parse_create_table(ddl, "shop").unwrap());
        let _ = out.send(vec![SourceEvent::Table(Arc::clone(&table))]).await;
        let text = "x".repeat(self.bytes);
        let mut sent = 0;
        for id in 0..if done { 0 } else { self.rows } {
            let mut row = Row::default();
            row.push(Datum::Int(id.cast_signed()));
            row.push(Datum::Bytes(text.as_bytes()));
            let change = RowChange { table: Arc::clone(&table), before: None, after: Some(row), commit_ts: CommitTs(5) };
            if out.send(vec![SourceEvent::Change(change)]).await.is_err() {
                return Ok(());
            }
            sent += self.bytes;
            let acknowledged = usize::try_from(self.figures.progress().bytes_total).unwrap();
            self.most.fetch_max(sent.saturating_sub(acknowledged), Ordering::Relaxed);
        }
        let _ =
            out.send(vec![SourceEvent::Resolved { position: Position::Tpcc { transaction: 1, loaded: 0 }, commit_ts: CommitTs(5) }]).await;
        stop.cancelled().await;
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_of_many_times_the_memory_passes_with_either_delivery() {
    for delivery in [Delivery::AtLeastOnce, Delivery::ExactlyOnce] {
        let mut rig = Rig::new().await;
        rig.document.engine.delivery = delivery;
        rig.cluster.create_topic("changefeed-studio.rig.positions", 1, 1).unwrap();
        let (rows, bytes) = (160, 512 << 10);
        let (most, begun) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let large = |figures: &Arc<Figures>| {
            Box::new(Large { rows, bytes, figures: Arc::clone(figures), most: Arc::clone(&most), begun: Arc::clone(&begun) })
        };
        rig.run_source(large(&rig.figures), |f| f.progress().checkpoint.is_some()).await.1.unwrap();
        assert_eq!(rig.checkpoint().unwrap().0.position, Position::Tpcc { transaction: 1, loaded: 0 }, "{delivery:?}");
        assert!(rows as usize * bytes > 4 * MEMORY);
        // One row is in the source's hands, one in the writer's.
        let most = most.load(Ordering::Relaxed);
        assert!(most <= MEMORY + 3 * bytes, "{most} bytes were on their way, {delivery:?}");

        rig.run_source(large(&rig.figures), |_| begun.lock().unwrap().len() == 2).await.1.unwrap();
        assert!(matches!(begun.lock().unwrap()[1], Begin::Checkpoint { .. }), "{delivery:?}: nothing is sent again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_dropped_and_made_anew_is_sent_by_its_new_definition() {
    let (rig, _) = one_topic().await;
    let (old, new) = (orders(), {
        let ddl = "CREATE TABLE shop.orders (id BIGINT NOT NULL PRIMARY KEY, n INT, m INT)";
        Arc::new(parse_create_table(ddl, "shop").unwrap())
    });
    let mut wide = row(2, 2);
    wide.push(Datum::Int(3));
    let parts = vec![
        vec![SourceEvent::Table(Arc::clone(&old)), SourceEvent::Change(change(&old, None, Some(row(1, 1)), 1))],
        vec![SourceEvent::TableGone { schema: "shop".to_owned(), name: "orders".to_owned() }],
        vec![SourceEvent::Table(Arc::clone(&new)), SourceEvent::Change(change(&new, None, Some(wide), 2))],
    ];
    rig.run_source(Box::new(Parts(parts)), |f| f.progress().rows_total == 2).await.1.unwrap();
    assert_eq!(rig.checkpoint().unwrap().1, [(*new).clone()]);
    assert_eq!((rig.messages().await.len(), versions(&rig)), (2, 1));
}
