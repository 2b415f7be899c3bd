#![allow(clippy::unwrap_used)]
use super::*;
use doubles::ksqldb::{KsqlDb, Options as Double, Topic};
use secrecy::SecretString;
use std::time::Duration;

const PASSWORD: &str = "ksql-S3cr3t+/=";
const PATIENCE: Duration = Duration::from_secs(20);

fn client(double: &KsqlDb, password: &str) -> Client {
    let password = SecretString::from(password);
    Client::new(Options { system: SYSTEM, path: PATH, url: double.url().into(), user: "KEY".into(), password, ..Options::default() })
        .unwrap()
}

async fn start(options: Double) -> (KsqlDb, Client) {
    let topics = vec![Topic::named("tidb_shop_orders")];
    let double = KsqlDb::start(Double { user: "KEY".into(), password: PASSWORD.into(), topics, ..options }).await;
    let client = client(&double, PASSWORD);
    (double, client)
}

const ORDERS: &str = "CREATE TABLE IF NOT EXISTS `orders` (\n  `pk` STRUCT<`o_id` INTEGER> PRIMARY KEY,\n  `total` DECIMAL(12,2)\n) \
                      WITH (KAFKA_TOPIC='tidb_shop_orders', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO');";
const TYPED: &str = "CREATE STREAM changes (a INT, b STRING) WITH (KAFKA_TOPIC='tidb_shop_orders', FORMAT='AVRO'); -- two;\n\
                     CREATE STREAM `typed` AS SELECT a, PARSE_TIMESTAMP(b, 'yyyy;') AS at FROM changes EMIT CHANGES;";

#[tokio::test]
async fn a_server_says_what_it_is() {
    let (_double, client) = start(Double::default()).await;
    let info = client.info().await.unwrap();
    assert_eq!((info.version.as_str(), info.service_id.as_str(), info.status.as_str()), ("7.6.0", "double_ksql_", "RUNNING"));
    let missing = Client::of_pipeline(&Pipeline::named("p")).unwrap_err();
    assert_eq!((missing.code.as_str(), missing.path.as_str()), ("ksqldb-server-missing", "ksqldb_server.url"));
}

#[tokio::test]
async fn what_a_statement_makes_can_be_described_listed_and_dropped() {
    let (double, client) = start(Double::default()).await;
    let executed = client.execute(ORDERS).await.unwrap();
    assert_eq!(executed.len(), 1);
    assert_eq!(
        (executed[0].kind.as_str(), executed[0].status, executed[0].message.as_str()),
        ("currentStatus", CommandState::Success, "Table created")
    );
    let again = client.execute(ORDERS).await.unwrap();
    assert_eq!((again[0].kind.as_str(), again[0].status), ("warning_entity", CommandState::Success));
    assert!(again[0].message.contains("already exists"), "{again:?}");

    let orders = client.describe("orders").await.unwrap().unwrap();
    assert_eq!((orders.kind, orders.topic.as_str(), orders.key_format.as_str()), (Object::Table, "tidb_shop_orders", "AVRO"));
    let fields: Vec<_> = orders.fields.iter().map(|f| (f.name.as_str(), f.sql_type.as_str(), f.is_key)).collect();
    assert_eq!(fields, [("pk", "STRUCT<`o_id` INTEGER>", true), ("total", "DECIMAL(12, 2)", false)]);
    assert!(orders.statement.starts_with("CREATE TABLE"), "{}", orders.statement);
    assert_eq!(client.describe("ORDERS").await.unwrap(), None, "case counts");
    let listed = client.objects().await.unwrap();
    assert_eq!(listed.iter().map(|o| (o.name.as_str(), o.kind)).collect::<Vec<_>>(), [("orders", Object::Table)]);

    client.drop_object("orders", Object::Table, true).await.unwrap();
    client.drop_object("orders", Object::Table, true).await.unwrap();
    client.drop_object("orders", Object::Table, false).await.unwrap();
    assert!(double.objects().is_empty());
    assert!(double.asked().iter().all(|request| !request.body.contains("DELETE TOPIC")));
}

#[tokio::test]
async fn a_query_is_named_and_ends_with_what_it_writes() {
    let (double, client) = start(Double::default()).await;
    let executed = client.execute(TYPED).await.unwrap();
    assert_eq!(executed.len(), 2, "{executed:?}");
    assert_eq!(executed[1].query_ids, ["CSAS_typed_1"]);
    let queries = client.queries().await.unwrap();
    assert_eq!((queries[0].id.as_str(), queries[0].state.as_str(), queries[0].sinks[0].as_str()), ("CSAS_typed_1", "RUNNING", "typed"));
    assert_eq!(client.describe("typed").await.unwrap().unwrap().write_queries, queries);
    assert_eq!(client.describe("CHANGES").await.unwrap().unwrap().read_queries, queries);

    let error = client.drop_object("CHANGES", Object::Stream, false).await.unwrap_err();
    assert!(error.reason.contains("read from this source"), "{error}");
    client.drop_object("typed", Object::Stream, true).await.unwrap();
    client.drop_object("CHANGES", Object::Stream, true).await.unwrap();
    client.terminate("CSAS_typed_1").await.unwrap();
    assert!(double.objects().is_empty() && double.queries().is_empty());
}

#[tokio::test]
async fn a_command_is_waited_for_and_its_failure_is_told() {
    let (double, client) = start(Double { looks_until_done: 2, ..Double::default() }).await;
    let executed = client.execute(TYPED).await.unwrap();
    assert_eq!(executed.iter().map(|one| one.status).collect::<Vec<_>>(), [CommandState::Success; 2]);
    assert_eq!(executed[1].query_ids, ["CSAS_typed_1"]);
    let asked = double.asked();
    assert!(asked.iter().any(|request| request.path == "/status/stream/%60typed%60/create"), "{asked:?}");
    client.describe("typed").await.unwrap();
    let last = double.asked().pop().unwrap();
    assert!(last.body.contains("\"commandSequenceNumber\":2"), "a server that lags behind must wait: {}", last.body);

    double.fail_next_command("Could not start the query: state directory is full");
    let failed = client.execute("CREATE STREAM late AS SELECT * FROM changes;").await.unwrap();
    assert_eq!(failed[0].status, CommandState::Error);
    assert!(failed[0].message.contains("is full"), "{failed:?}");
}

#[tokio::test]
async fn a_refusal_is_explained_where_it_is_known_and_shows_no_secret() {
    let (double, client) = start(Double::default()).await;
    for (sql, says, hint) in [
        ("CREATE STREAM s (a INT) WITH (KAFKA_TOPIC='nowhere', FORMAT='AVRO');", "does not exist", ""),
        ("CREATE STREAM s (a INT) WITH (KAFKA_TOPIC='tidb_shop_orders', PARTITIONS=1, FORMAT='AVRO');", "topic has 3", "Remove both"),
        ("CREATE TABLE s (a INT) WITH (KAFKA_TOPIC='tidb_shop_orders', FORMAT='AVRO');", "PRIMARY KEY", "PRIMARY KEY"),
        ("CREATE STRAEM s", "mismatched input", ""),
        ("SELECT * FROM s;", "/query endpoint", "/query-stream"),
    ] {
        let error = client.execute(sql).await.unwrap_err();
        assert_eq!((error.kind, error.status), (RemoteErrorKind::Invalid, 400), "{error}");
        let finding = error.finding();
        assert!(finding.message.contains(says) && finding.hint.contains(hint), "{finding:?}");
        assert_eq!(finding.path, PATH);
    }
    double.fail_next(503, 50000, &format!("no command topic; sasl.password={PASSWORD}"));
    let error = client.execute("LIST STREAMS;").await.unwrap_err();
    assert_eq!(error.kind, RemoteErrorKind::Failing);
    let wrong = super::tests::client(&double, "wrong").info().await.unwrap_err();
    assert_eq!((wrong.kind, wrong.code.as_str()), (RemoteErrorKind::Unauthorized, "40100"));
    assert!(!format!("{error:?} {:?} {wrong:?} {client:?}", error.finding()).contains("S3cr3t"));
    assert!(double.objects().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_lost_leaves_the_work_done_and_it_can_be_seen() {
    let (double, client) = start(Double::default()).await;
    double.lose_next_answer();
    let error = client.execute(ORDERS).await.unwrap_err();
    assert_eq!(error.kind, RemoteErrorKind::Unreachable, "{error}");
    assert!(client.describe("orders").await.unwrap().is_some());
    assert_eq!(double.asked().iter().filter(|request| request.body.contains("CREATE")).count(), 1, "it is not sent twice");
}

/// Reads the header and one row.
async fn first_row(rows: &mut RowStream) -> (RowEvent, RowEvent) {
    let read = async { (rows.next().await.unwrap().unwrap(), rows.next().await.unwrap().unwrap()) };
    tokio::time::timeout(PATIENCE, read).await.unwrap()
}

#[tokio::test]
async fn rows_arrive_as_they_come_and_the_query_ends_with_its_reader() {
    for has_query_stream in [true, false] {
        let (double, client) = start(Double { has_query_stream, ..Double::default() }).await;
        client.execute(TYPED).await.unwrap();
        double.push_row("CHANGES", &[json!(1), json!("x, \"y\"")]);
        let mut rows = client.rows("SELECT * FROM changes EMIT CHANGES", true).await.unwrap();
        let (header, row) = first_row(&mut rows).await;
        let RowEvent::Header { query_id, columns } = header else { panic!("{header:?}") };
        assert!(query_id.starts_with("transient_CHANGES_"), "{query_id}");
        assert_eq!(columns.iter().map(|c| (c.name.as_str(), c.sql_type.as_str())).collect::<Vec<_>>(), [("A", "INT"), ("B", "STRING")]);
        assert_eq!(row, RowEvent::Row(vec![json!(1), json!("x, \"y\"")]));
        double.push_row("CHANGES", &[json!(2), json!(null)]);
        let next = tokio::time::timeout(PATIENCE, rows.next()).await.unwrap();
        assert_eq!(next.unwrap().unwrap(), RowEvent::Row(vec![json!(2), json!(null)]));
        rows.close().await;
        assert_eq!(double.closed_queries(), [query_id]);

        let mut dropped = client.rows("SELECT * FROM changes EMIT CHANGES;", true).await.unwrap();
        first_row(&mut dropped).await;
        assert_eq!(double.open_queries().len(), 1);
        drop(dropped);
        tokio::time::timeout(PATIENCE, double.until_closed()).await.unwrap();

        let mut limited = client.rows("SELECT * FROM changes EMIT CHANGES LIMIT 1;", true).await.unwrap();
        first_row(&mut limited).await;
        assert!(tokio::time::timeout(PATIENCE, limited.next()).await.unwrap().is_none());
        let error = client.rows("SELECT * FROM nothing EMIT CHANGES;", false).await.unwrap_err();
        assert!(error.reason.contains("does not exist"), "{error}");
    }
}

#[test]
fn a_command_s_name_may_hold_anything() {
    for (id, path) in [
        ("stream/`a/b`/create", "stream/%60a%2Fb%60/create"),
        ("terminate/CSAS_x_1/execute", "terminate/CSAS_x_1/execute"),
        ("odd", "odd"),
        ("a/b", "a%2Fb"),
    ] {
        assert_eq!(command_path(id), path);
    }
}

async fn states(client: &Client) -> Vec<String> {
    client.queries().await.unwrap().into_iter().map(|query| query.state).collect()
}

#[tokio::test]
async fn a_query_is_paused_and_resumed_and_its_state_is_read_from_the_counts() {
    let (double, client) = start(Double::default()).await;
    client.execute(TYPED).await.unwrap();
    let id = double.queries().remove(0);
    assert!(id.contains("typed"), "an id whose case counts: {id}");
    assert_eq!(states(&client).await, ["RUNNING"]);
    client.pause(&id).await.unwrap();
    client.pause(&id).await.unwrap();
    assert_eq!(states(&client).await, ["PAUSED"]);
    let described = client.describe("typed").await.unwrap().unwrap();
    assert_eq!(described.write_queries[0].state, "PAUSED");
    client.resume(&id).await.unwrap();
    assert_eq!(states(&client).await, ["RUNNING"]);
    double.set_query_state(&id, "ERROR");
    assert_eq!(states(&client).await, ["ERROR"]);
    let unknown = client.pause("CSAS_NOTHING_9").await.unwrap_err();
    assert!(unknown.reason.contains("Unknown queryId: CSAS_NOTHING_9") && !cannot_pause(&unknown), "{unknown}");
    client.terminate(&id).await.unwrap();
    assert!(double.queries().is_empty(), "its case counts here too");
}

#[tokio::test]
async fn a_server_that_cannot_pause_is_told_from_one_that_refuses() {
    let (double, client) = start(Double { version: "7.2.0".to_owned(), has_pause: false, ..Double::default() }).await;
    client.execute(TYPED).await.unwrap();
    let id = double.queries().remove(0);
    let error = client.pause(&id).await.unwrap_err();
    assert!(cannot_pause(&error), "{error}");
    assert!(cannot_pause(&client.resume(&id).await.unwrap_err()));
    double.fail_next(400, 40001, "line 1:1: Syntax Error\nUnknown statement 'PAUSE'\nDid you mean 'CREATE'?");
    assert!(cannot_pause(&client.pause(&id).await.unwrap_err()), "as servers of 0.28 and newer word what they do not know");
}
