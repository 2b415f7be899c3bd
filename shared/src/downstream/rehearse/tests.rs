#![allow(clippy::unwrap_used)]

use super::*;
use crate::downstream::testing::{connector, pipeline, table};
use serde_json::{Value, json};

const T: &str = "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL, o INT, d DECIMAL(10,2), e ENUM('a'), s VARCHAR(9),
    f FLOAT NOT NULL DEFAULT 0, b BIGINT NOT NULL)";

fn with_sinks(sql_server: Value) -> Pipeline {
    let mut config = json!({"db.name": "tpcc", "insert.mode": "UPSERT", "pk.mode": "record_key", "delete.enabled": "true", "auto.create": "true",
        "auto.evolve": "true"});
    config.as_object_mut().unwrap().extend(sql_server.as_object().unwrap().clone());
    let snowflake = json!({"snowflake.database.name": "TPCC", "snowflake.schema.name": "TICDC"});
    let on = json!({"snowflake.ingestion.method": "SNOWPIPE_STREAMING", "snowflake.enable.schematization": "true"});
    let connectors = vec![connector("sqlserver", "", config), connector("snowflake", "", snowflake), connector("snowflake", "", on)];
    Pipeline { connectors, ..pipeline() }
}

fn run(sql: &str, level: Level) -> Rehearsal {
    rehearse(&with_sinks(json!({})), &table(T), sql, level).unwrap()
}

/// Effects of a sink as `severity column: beginning`.
fn effects(sink: &SinkChange) -> Vec<String> {
    let one = |e: &Effect| format!("{:?} {}: {}", e.severity, e.column.as_deref().unwrap_or("-"), e.what);
    sink.effects.iter().map(one).collect()
}

#[test]
fn the_registry_judges_changes_as_the_reference_says() {
    for (sql, backward, forward) in [
        ("ADD COLUMN x INT", true, true),
        ("ADD COLUMN x INT NOT NULL DEFAULT 0", true, true),
        ("ADD COLUMN x INT NOT NULL", false, true),
        ("ADD COLUMN x DECIMAL(10,2) NOT NULL DEFAULT 0", false, true),
        ("DROP COLUMN o", true, true),
        ("DROP COLUMN f", true, true),
        ("DROP COLUMN n", true, false),
        ("RENAME COLUMN o TO x", true, true),
        ("RENAME COLUMN n TO x", false, false),
        ("MODIFY n BIGINT NOT NULL", true, false),
        ("MODIFY b INT NOT NULL", false, true),
        ("MODIFY f DOUBLE NOT NULL DEFAULT 0", true, false),
        ("MODIFY d DECIMAL(12,4)", true, true),
        ("MODIFY n VARCHAR(9) NOT NULL", false, false),
        ("MODIFY s VARBINARY(9)", true, true),
        ("MODIFY o INT NOT NULL", false, true),
        ("MODIFY o INT NOT NULL DEFAULT 0", false, true),
        ("MODIFY n INT", true, false),
        ("MODIFY e ENUM('a','b')", true, true),
        ("ADD INDEX (n)", true, true),
    ] {
        for (level, accepted) in [
            (Level::None, true),
            (Level::Backward, backward),
            (Level::BackwardTransitive, backward),
            (Level::Forward, forward),
            (Level::ForwardTransitive, forward),
            (Level::Full, backward && forward),
            (Level::FullTransitive, backward && forward),
        ] {
            let found = run(&format!("ALTER TABLE t {sql}"), level);
            let value = found.value.unwrap();
            assert_eq!((found.accepted, value.accepted), (accepted, accepted), "{sql}, {level}: {:?}", value.reasons);
            assert_eq!(value.reasons.is_empty(), value.advice.is_empty(), "{sql}");
        }
    }
}

#[test]
fn a_renamed_table_has_subjects_of_its_own_unless_the_topic_is_shared() {
    let found = run("RENAME TABLE t TO u", Level::Full);
    assert_eq!((found.accepted, found.topic_before.as_str(), found.topic.as_str()), (true, "tidb_tpcc_t", "tidb_tpcc_u"));
    assert_eq!(found.value.unwrap().before, None);
    assert!(found.notes[0].contains("another topic"));
    let statements: Vec<_> = found.sinks[0].statements.iter().map(|s| s.sql.as_str()).collect();
    assert!(statements[0].starts_with("CREATE TABLE [tpcc].[dbo].[tidb_tpcc_u] ("));
    assert!(effects(&found.sinks[1])[0].starts_with("Warning -: Rows go to another table, TPCC.TICDC.TIDB_TPCC_U"));

    let mut pipeline = with_sinks(json!({}));
    pipeline.changefeed.config.sink.dispatchers[0].topic = "one".to_owned();
    let found = rehearse(&pipeline, &table(T), "RENAME TABLE t TO u", Level::Backward).unwrap();
    let value = found.value.unwrap();
    assert!(!found.accepted && value.reasons[0].contains("NAME_MISMATCH") && value.advice[0].contains("{schema}_{table}"));

    let mut pipeline = with_sinks(json!({}));
    pipeline.connectors[0].topics = vec!["tidb_tpcc_t".to_owned()];
    pipeline.connectors[1].topics = vec!["other".to_owned()];
    let found = rehearse(&pipeline, &table(T), "RENAME TABLE t TO u", Level::Backward).unwrap();
    assert_eq!(found.sinks.len(), 2, "a connector that reads neither topic has no part in it");
    assert!(effects(&found.sinks[0])[0].contains("does not read the new topic `tidb_tpcc_u`"));
}

#[test]
fn a_broken_rule_comes_with_its_way_out() {
    for (sql, advice) in [
        ("ADD x INT NOT NULL", "Add the column as nullable"),
        ("DROP n", "Readers of the old schema need the column"),
        ("MODIFY o INT NOT NULL", "One side knows no NULL"),
        ("MODIFY n INT", "One side knows no NULL"),
        ("MODIFY n BIGINT NOT NULL", "The types do not read each other"),
    ] {
        let value = run(&format!("ALTER TABLE t {sql}"), Level::Full).value.unwrap();
        assert!(value.advice.len() == 1 && value.advice[0].starts_with(advice), "{sql}: {:?}", value);
    }
}

#[test]
fn sql_server_adds_columns_and_nothing_else() {
    for (sql, statement, expect) in [
        ("ADD COLUMN o_note TEXT", Some("ALTER TABLE [tpcc].[dbo].[tidb_tpcc_t] ADD\n[o_note] varchar(max) NULL"), vec![]),
        (
            "ADD COLUMN (x INT, y INT NOT NULL DEFAULT 5)",
            Some("ALTER TABLE [tpcc].[dbo].[tidb_tpcc_t] ADD\n[x] int NULL,\n[y] int DEFAULT 5"),
            vec![],
        ),
        ("ADD COLUMN x INT NOT NULL", None, vec!["Error -: The task stops at the first row after the change: cannot ALTER"]),
        ("DROP COLUMN o", None, vec!["Info o: The column stays in the sink; new rows hold NULL"]),
        ("DROP COLUMN f", None, vec!["Info f: The column stays in the sink; new rows hold its default"]),
        ("DROP COLUMN n", None, vec!["Error n: The column stays in the sink as NOT NULL"]),
        ("MODIFY n BIGINT NOT NULL", None, vec!["Warning n: The column stays int: values beyond 32 bits"]),
        ("MODIFY b INT NOT NULL", None, vec!["Info -: Nothing changes"]),
        ("MODIFY d DECIMAL(12,4)", None, vec!["Warning d: The column stays decimal(38,2): more digits after the point are rounded"]),
        ("MODIFY d DECIMAL(12,2)", None, vec!["Info -: Nothing changes"]),
        ("MODIFY n VARCHAR(9) NOT NULL", None, vec!["Error n: The column stays int, while the records' values are for varchar(max)"]),
        ("MODIFY n INT", None, vec!["Warning n: The column stays NOT NULL"]),
        ("MODIFY e ENUM('a','b')", None, vec!["Info -: Nothing changes"]),
        (
            "DROP PRIMARY KEY, ADD PRIMARY KEY (id, n)",
            None,
            vec!["Error -: The sink's primary key stays (id), while rows are looked for by (id, n)"],
        ),
    ] {
        let found = run(&format!("ALTER TABLE t {sql}"), Level::None);
        let sink = &found.sinks[0];
        assert_eq!(sink.statements.first().map(|s| s.sql.as_str()), statement, "{sql}");
        let effects = effects(sink);
        assert_eq!(effects.len(), expect.len(), "{sql}: {effects:?}");
        for (found, expect) in effects.iter().zip(expect) {
            assert!(found.starts_with(expect), "{sql}: {found}");
        }
    }
    let found = run("ALTER TABLE t MODIFY n BIGINT", Level::None);
    assert_eq!(found.sinks[0].effects[0].remedy, "ALTER TABLE [tpcc].[dbo].[tidb_tpcc_t] ALTER COLUMN [n] bigint NULL;");
    let off = rehearse(&with_sinks(json!({"auto.evolve": "false"})), &table(T), "ALTER TABLE t ADD x INT", Level::None).unwrap();
    assert!(effects(&off.sinks[0])[0].contains("auto.evolve is off"), "{:?}", off.sinks[0]);
}

#[test]
fn snowflake_takes_everything_and_needs_a_new_view() {
    let found = run("ALTER TABLE t ADD COLUMN x DATE, DROP COLUMN n, MODIFY o VARCHAR(9)", Level::None);
    let [_, plain, schematized] = found.sinks.try_into().unwrap();
    assert!(plain.statements.is_empty());
    assert_eq!(plain.effects.len(), 2);
    assert!(effects(&plain)[0].starts_with("Info n: New rows no longer have the field"));
    assert!(plain.effects[1].remedy.contains("RECORD_CONTENT:x::DATE AS X"));
    assert!(schematized.statements[0].sql.starts_with("alter table identifier(?) add column if not exists \"X\" VARCHAR comment"));
    let effects = effects(&schematized);
    assert!(
        effects[0].starts_with("Info n: The column stays; new rows hold NULL") && effects[1].starts_with("Error o: The column stays INT"),
        "{effects:?}"
    );
}

#[test]
fn dropped_tables_lost_keys_and_nonsense_are_told() {
    let dropped = run("DROP TABLE t", Level::Backward);
    assert_eq!((dropped.table, dropped.accepted, dropped.sinks.len()), (None, true, 0));
    assert!(run("ALTER TABLE t DROP PRIMARY KEY", Level::None).notes[0].contains("loses its key"));
    assert!(run("SELECT 1", Level::None).notes[0].starts_with("Nothing of the table"));
    assert!(run("SELECT 1", Level::FullTransitive).notes[1].contains("every earlier version"));
    let mut filtered = with_sinks(json!({}));
    filtered.changefeed.config.filter.rules = vec!["tpcc.t".to_owned()];
    assert!(rehearse(&filtered, &table(T), "RENAME TABLE t TO u", Level::None).unwrap().notes[1].contains("The filter leaves"));
    for sql in ["ALTER TABLE t DROP COLUMN nope", "ALTER TABLE t ADD COLUMN", "ALTER TABLE unknown ADD x INT"] {
        let findings = rehearse(&with_sinks(json!({})), &table(T), sql, Level::None).unwrap_err();
        assert_eq!(findings[0].code, "rehearsal-not-understood", "{sql}");
    }
    let findings = rehearse(&with_sinks(json!({})), &table(T), "ALTER TABLE t ADD g GEOMETRY", Level::None).unwrap_err();
    assert_eq!(findings[0].code, "table-not-encodable");
}
