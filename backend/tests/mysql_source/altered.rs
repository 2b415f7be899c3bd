//! Tables that are altered between two rows, met again after a restart: each row is read by the definition that it was written under.

use crate::support::mariadb::MariaDb;
use crate::tail::{all, checkpoint, start, start_now};
use backend::engine::source::SourceEvent;
use serde_json::{Value, json};
use shared::{
    avro::{AvroOptions, BigintUnsignedMode, DecimalMode, TablePlan},
    row::{Op, RowChange},
};

const OPTIONS: AvroOptions =
    AvroOptions { tidb_extension: false, decimal: DecimalMode::Precise, bigint_unsigned: BigintUnsignedMode::Long };

/// A row as a consumer of its Avro bytes has it.
fn consumed(change: &RowChange) -> Value {
    let plan = TablePlan::new(&change.table, &OPTIONS).unwrap();
    let row = change.after.as_ref().or(change.before.as_ref()).unwrap();
    let mut out = Vec::new();
    plan.encode_value(Op::Insert, row, change.commit_ts, 1, &mut out).unwrap();
    plan.decode_value(&out).unwrap()
}

fn rows(events: &[SourceEvent]) -> Vec<Value> {
    events.iter().filter_map(|event| if let SourceEvent::Change(change) = event { Some(consumed(change)) } else { None }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_before_and_after_each_alteration_are_read_right_after_a_restart() {
    for arguments in [&[][..], &["--binlog-alter-two-phase=ON"]] {
        let db = MariaDb::start(arguments);
        db.run(&[
            "CREATE DATABASE shop CHARACTER SET utf8mb4",
            "CREATE TABLE shop.t (id INT PRIMARY KEY, size ENUM('s','m'), tags SET('a','b'), n INT)",
        ])
        .await;
        let mut tail = start_now(&db).await;
        db.run(&["INSERT INTO shop.t VALUES (1, 's', 'a', 7)"]).await;
        tail.until_row("t", 1).await;
        tail.until_resolved().await;
        let begin = checkpoint(&tail.stop().await);
        db.run(&[
            "INSERT INTO shop.t VALUES (2, 'm', 'a,b', 7)",
            // One more at the end keeps what the others are stored as; one in front moves them all.
            "ALTER TABLE shop.t MODIFY size ENUM('s','m','l')",
            "INSERT INTO shop.t VALUES (3, 'l', 'b', 7)",
            "ALTER TABLE shop.t MODIFY size ENUM('xs','s','m','l')",
            "UPDATE shop.t SET n = 8 WHERE id = 2",
            // From one byte to two.
            "ALTER TABLE shop.t MODIFY tags SET('a','b','c','d','e','f','g','h','i')",
            "INSERT INTO shop.t VALUES (4, 'xs', 'b,i', 7)",
            "ALTER TABLE shop.t ADD COLUMN extra BIGINT NOT NULL DEFAULT 5 AFTER id, ADD COLUMN note TEXT",
            "INSERT INTO shop.t VALUES (5, 6, 's', '', 7, 'ü')",
            "ALTER TABLE shop.t DROP COLUMN n",
            "INSERT INTO shop.t VALUES (6, 6, NULL, NULL, NULL)",
            "ALTER TABLE shop.t RENAME COLUMN extra TO bonus",
            "INSERT INTO shop.t VALUES (7, 6, 's', 'c', 'x')",
            "ALTER TABLE shop.t MODIFY bonus VARCHAR(10) CHARACTER SET latin1, MODIFY id BIGINT UNSIGNED",
            "INSERT INTO shop.t VALUES (8, 'é', 'm', 'a', 'y')",
            "ALTER TABLE shop.t CONVERT TO CHARACTER SET utf8mb4, MODIFY COLUMN note VARCHAR(20) FIRST, DROP PRIMARY KEY, ADD PRIMARY KEY (id, bonus)",
            "INSERT INTO shop.t VALUES ('z', 9, 'ß', 'l', 'a')",
            "DELETE FROM shop.t WHERE id = 2",
            "CREATE TABLE shop.end (id INT PRIMARY KEY)",
            "INSERT INTO shop.end VALUES (1)",
        ])
        .await;
        let mut again = start(&db, all(), begin);
        again.until_row("end", 1).await;
        let expected = [
            json!({"id": 2, "size": "m", "tags": "a,b", "n": 7}),
            json!({"id": 3, "size": "l", "tags": "b", "n": 7}),
            json!({"id": 2, "size": "m", "tags": "a,b", "n": 8}),
            json!({"id": 4, "size": "xs", "tags": "b,i", "n": 7}),
            json!({"id": 5, "extra": 6, "size": "s", "tags": "", "n": 7, "note": "ü"}),
            json!({"id": 6, "extra": 6, "size": null, "tags": null, "note": null}),
            json!({"id": 7, "bonus": 6, "size": "s", "tags": "c", "note": "x"}),
            json!({"id": 8, "bonus": "é", "size": "m", "tags": "a", "note": "y"}),
            json!({"note": "z", "id": 9, "bonus": "ß", "size": "l", "tags": "a"}),
            json!({"note": null, "id": 2, "bonus": "5", "size": "m", "tags": "a,b"}),
            json!({"id": 1}),
        ];
        let found = rows(&again.events);
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{arguments:?}");
        }
        assert_eq!(found.len(), expected.len(), "{arguments:?}");
        again.stop().await;
    }
}
