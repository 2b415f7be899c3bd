use crate::config::{KsqlStatement, Pipeline};
use crate::drift::{Running, drifts, pull, replacement};

fn document(sql: &str) -> Pipeline {
    let mut pipeline = Pipeline::named("p");
    pipeline.ksqldb = vec![
        KsqlStatement { name: "orders".to_owned(), statement: "stream".to_owned(), topic: "t".to_owned(), ..KsqlStatement::default() },
        KsqlStatement { name: "own".to_owned(), sql: sql.to_owned(), ..KsqlStatement::default() },
    ];
    pipeline
}

/// Keys of what differs, after a look that pulling takes it away.
fn found(document: &Pipeline, index: usize, statement: &str) -> Vec<String> {
    let running = Running::Ksql { index, statement };
    let found = drifts(document, &running).unwrap();
    let mut pulled = document.clone();
    pull(&mut pulled, document, &running).unwrap();
    assert_eq!(drifts(&pulled, &running).unwrap(), [], "{statement}");
    found.into_iter().map(|drift| drift.key).collect()
}

#[test]
fn statements_are_compared_by_meaning() {
    let own = document(
        "create or replace stream s (id INT key, `b` STRING) with (value_format='avro', kafka_topic='x', partitions=3); SHOW TOPICS;",
    );
    for (running, expected) in [
        (
            "CREATE STREAM S (ID INTEGER KEY, `b` VARCHAR) WITH (KAFKA_TOPIC='x', KEY_FORMAT='KAFKA', PARTITIONS=3, REPLICAS=1, VALUE_FORMAT='AVRO');",
            vec![],
        ),
        ("CREATE STREAM IF NOT EXISTS s\n (id INT KEY, `b` STRING)\nWITH (KAFKA_TOPIC='x', VALUE_FORMAT='AVRO', PARTITIONS=3)", vec![]),
        ("CREATE STREAM S (ID INTEGER KEY) WITH (KAFKA_TOPIC='x', PARTITIONS=3, VALUE_FORMAT='AVRO');", vec!["S.columns"]),
        (
            "CREATE STREAM S (ID INTEGER KEY, `b` VARCHAR) WITH (KAFKA_TOPIC='X', PARTITIONS=3, VALUE_FORMAT='JSON');",
            vec!["S.with.VALUE_FORMAT", "S.with.KAFKA_TOPIC"],
        ),
        ("CREATE TABLE S (ID INTEGER KEY, `b` VARCHAR) WITH (KAFKA_TOPIC='x', PARTITIONS=3, VALUE_FORMAT='AVRO');", vec!["S.object"]),
        (
            "CREATE STREAM S (ID INTEGER KEY, `b` VARCHAR) WITH (KAFKA_TOPIC='x', PARTITIONS=3, TIMESTAMP='b', VALUE_FORMAT='AVRO');",
            vec!["S.with.TIMESTAMP"],
        ),
    ] {
        assert_eq!(found(&own, 1, running), expected, "{running}");
    }
}

#[test]
fn what_the_server_infers_for_a_generated_statement_is_no_drift() {
    let own = document("");
    for (running, expected) in [
        (
            "CREATE STREAM `orders` (`id` INTEGER, `b` STRING) WITH (KAFKA_TOPIC='t', KEY_FORMAT='NONE', VALUE_FORMAT='AVRO', VALUE_SCHEMA_ID=7);",
            vec![],
        ),
        ("CREATE STREAM `orders` WITH (FORMAT='AVRO', KAFKA_TOPIC='t');", vec![]),
        ("CREATE STREAM `orders` WITH (FORMAT='AVRO', KAFKA_TOPIC='u');", vec!["orders.with.KAFKA_TOPIC"]),
    ] {
        assert_eq!(found(&own, 0, running), expected, "{running}");
    }
}

#[test]
fn queries_count_and_one_statement_of_several_is_pulled() {
    let own = document(
        "CREATE STREAM a WITH (KAFKA_TOPIC='x', FORMAT='AVRO');\nCREATE TABLE n AS SELECT id, COUNT(*) AS c FROM a GROUP BY id EMIT CHANGES;",
    );
    let same = "CREATE TABLE N WITH (KAFKA_TOPIC='N', PARTITIONS=1, REPLICAS=1) AS SELECT\n  A.ID ID,\n  COUNT(*) C\nFROM A A\nGROUP BY A.ID\nEMIT CHANGES;";
    assert_eq!(found(&own, 1, same), Vec::<String>::new());
    let other = same.replace("GROUP BY", "WHERE A.ID > 5\nGROUP BY");
    assert_eq!(found(&own, 1, &other), ["N.query"]);
    let mut pulled = own.clone();
    pull(&mut pulled, &own, &Running::Ksql { index: 1, statement: &other }).unwrap();
    assert!(
        pulled.ksqldb[1].sql.starts_with("CREATE STREAM a WITH") && pulled.ksqldb[1].sql.contains("A.ID > 5"),
        "{}",
        pulled.ksqldb[1].sql
    );
    for statement in ["CREATE TABLE z AS SELECT 1 FROM a;", "DROP TABLE n;", "CREATE TABLE 'x"] {
        assert!(drifts(&own, &Running::Ksql { index: 1, statement }).is_err(), "{statement}");
    }
}

#[test]
fn only_what_ksqldb_can_replace_is_pushed() {
    let own = document("CREATE STREAM IF NOT EXISTS s (id INT, b STRING) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='AVRO');");
    let running = |columns: &str, topic: &str| format!("CREATE STREAM S ({columns}) WITH (KAFKA_TOPIC='{topic}', VALUE_FORMAT='AVRO');");
    let added = running("ID INTEGER", "x");
    assert_eq!(
        replacement(&own, 1, &added).unwrap(),
        "CREATE OR REPLACE STREAM s (id INT, b STRING) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='AVRO');"
    );
    for statement in [running("ID BIGINT", "x"), running("ID INTEGER, B STRING, C STRING", "x"), running("ID INTEGER, B STRING", "y")] {
        assert_eq!(replacement(&own, 1, &statement).unwrap_err().code, "drift-ksql-not-replaceable", "{statement}");
        assert!(drifts(&own, &Running::Ksql { index: 1, statement: &statement }).unwrap().iter().all(|drift| !drift.can_push));
    }
}
