#![allow(clippy::unwrap_used)]

use super::*;
use crate::downstream::step::{End, Step};
use crate::downstream::testing::{ORDERS, connector, records, sink_table, with_settings};
use serde_json::{Value, json};

/// A SQL Server sink as the guide page sets it, with changes.
fn settings(kind: &str, changes: Value) -> JdbcSettings {
    let mut config = json!({
        "db.name": "tpcc", "insert.mode": "UPSERT", "pk.mode": "record_key", "delete.enabled": "true",
        "auto.create": "true", "auto.evolve": "true", "table.name.format": "${topic}", "errors.tolerance": "none"
    });
    config.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    with_settings(&connector(kind, "confluent-cloud", config), JdbcSettings::of).unwrap()
}

fn statements(kind: &str, ddl: &str, changes: Value) -> Statements {
    Statements::of(&sink_table(ddl), &settings(kind, changes)).unwrap()
}

fn ends(steps: &[Step]) -> Vec<&'static str> {
    let word = |step: &Step| match step.end {
        End::Written => "written",
        End::Ignored(_) => "ignored",
        End::DeadLetter(_) => "dead letter",
        End::Stopped(_) => "stopped",
        End::NotReached => "not reached",
    };
    steps.iter().map(word).collect()
}

fn play(settings: JdbcSettings, ddl: &str, lines: &[&str]) -> (Vec<Step>, JdbcSink) {
    let mut sink = JdbcSink::new(settings);
    let steps = records(ddl, lines).iter().map(|record| sink.apply(record)).collect();
    (steps, sink)
}

const TABLE: &str = "[tpcc].[dbo].[tidb_tpcc_orders]";

#[test]
fn the_reference_s_create_table_is_written() {
    assert_eq!(
        statements("sqlserver", ORDERS, json!({})).create,
        "CREATE TABLE [tpcc].[dbo].[tidb_tpcc_orders] (\n\
         [o_id] bigint NOT NULL,\n\
         [o_c_id] int NULL,\n\
         [o_entry_d] varchar(max) NULL,\n\
         [o_state] varchar(max) DEFAULT 'new',\n\
         [o_total] decimal(38,2) NOT NULL,\n\
         PRIMARY KEY([o_id]))"
    );
}

#[test]
fn the_reference_s_merge_and_delete_are_written() {
    let orders = "CREATE TABLE orders (o_id BIGINT PRIMARY KEY, o_c_id INT, o_entry_d DATETIME)";
    let found = statements("sqlserver", orders, json!({}));
    assert_eq!(
        found.write,
        "merge into [tpcc].[dbo].[tidb_tpcc_orders] with (HOLDLOCK) AS target using (select ? AS [o_id], ? AS [o_c_id], ? AS [o_entry_d]) \
         AS incoming on (target.[o_id]=incoming.[o_id]) when matched then update set [o_c_id]=incoming.[o_c_id],[o_entry_d]=incoming.[o_entry_d] \
         when not matched then insert ([o_c_id], [o_entry_d], [o_id]) values (incoming.[o_c_id],incoming.[o_entry_d],incoming.[o_id]);"
    );
    assert_eq!(found.delete.unwrap(), format!("DELETE FROM {TABLE} WHERE [o_id] = ?"));
    let insert = statements("sqlserver", orders, json!({"insert.mode": "INSERT", "delete.enabled": "false"}));
    assert_eq!(insert.write, format!("INSERT INTO {TABLE}([o_id],[o_c_id],[o_entry_d]) VALUES(?,?,?)"));
    assert_eq!(insert.delete, None);
    let key_only =
        statements("sqlserver", "CREATE TABLE orders (a INT, b INT, PRIMARY KEY (a, b))", json!({"mssql.use.merge.holdlock": "false"}));
    assert_eq!(
        key_only.write,
        format!(
            "merge into {TABLE} AS target using (select ? AS [a], ? AS [b]) AS incoming on (target.[a]=incoming.[a] and target.[b]=incoming.[b]) \
             when not matched then insert ([a], [b]) values (incoming.[a],incoming.[b]);"
        )
    );
    assert_eq!(key_only.delete.unwrap(), format!("DELETE FROM {TABLE} WHERE [a] = ? AND [b] = ?"));
}

#[test]
fn other_databases_have_their_own_upsert() {
    let orders = "CREATE TABLE orders (id INT PRIMARY KEY, a INT, b VARBINARY(9))";
    let mysql = statements("mysql", orders, json!({}));
    assert_eq!(
        mysql.create,
        "CREATE TABLE `tpcc`.`tidb_tpcc_orders` (\n`id` INT NOT NULL,\n`a` INT NULL,\n`b` VARBINARY(1024) NULL,\nPRIMARY KEY(`id`))"
    );
    assert_eq!(
        mysql.write,
        "insert into `tpcc`.`tidb_tpcc_orders`(`id`,`a`,`b`) values(?,?,?) on duplicate key update `a`=values(`a`),`b`=values(`b`)"
    );
    let postgres = statements("postgres", orders, json!({"quote.sql.identifiers": "NEVER", "db.name": ""}));
    assert_eq!(
        postgres.write,
        "INSERT INTO public.tidb_tpcc_orders (id,a,b) VALUES (?,?,?) ON CONFLICT (id) DO UPDATE SET a=EXCLUDED.a,b=EXCLUDED.b"
    );
    assert_eq!(
        postgres.create,
        "CREATE TABLE public.tidb_tpcc_orders (\nid INT NOT NULL,\na INT NULL,\nb BYTEA NULL,\nPRIMARY KEY(\"id\"))"
    );
    let update = statements("postgres", orders, json!({"insert.mode": "update", "quote.sql.identifiers": "NEVER", "db.name": ""}));
    assert_eq!(update.write, "UPDATE public.tidb_tpcc_orders SET a = ?, b = ? WHERE id = ?");
}

#[test]
fn table_names_are_split_as_the_dialect_splits_them() {
    for (kind, format, expect) in [
        ("sqlserver", "${topic}", "[tpcc].[dbo].[t]"),
        ("sqlserver", "sales.${topic}", "[sales].[dbo].[t]"),
        ("sqlserver", "db.sales.${topic}", "[db].[sales].[t]"),
        ("sqlserver", "[a.b_${topic}]", "[tpcc].[dbo].[a.b_t]"),
        ("mysql", "${topic}", "`tpcc`.`t`"),
        ("mysql", "other.${topic}", "`other`.`t`"),
        ("postgres", "sales.${topic}", "\"tpcc\".\"sales\".\"t\""),
    ] {
        let settings = settings(kind, json!({ "table.name.format": format }));
        assert_eq!(TableId::of("t", &settings).sql(&settings), expect, "{kind} {format}");
    }
}

#[test]
fn the_primary_key_is_taken_from_where_pk_mode_says() {
    let ddl = "CREATE TABLE t (id INT PRIMARY KEY, a INT NOT NULL)";
    let keys = |changes: Value| {
        let create = statements("sqlserver", ddl, changes).create;
        create.lines().last().unwrap().to_owned()
    };
    assert_eq!(keys(json!({})), "PRIMARY KEY([id]))");
    assert_eq!(keys(json!({"pk.mode": "record_value", "pk.fields": "a"})), "PRIMARY KEY([a]))");
    assert_eq!(keys(json!({"pk.mode": "none", "insert.mode": "INSERT"})), "[a] int NOT NULL)");
    assert_eq!(keys(json!({"pk.mode": "kafka"})), "PRIMARY KEY([__connect_topic],[__connect_partition],[__connect_offset]))");
    for (changes, part) in [
        (json!({"pk.fields": "nope"}), "no field `nope`"),
        (json!({"pk.mode": "none"}), "needs a primary key"),
        (json!({"pk.mode": "kafka", "pk.fields": "a,b"}), "exactly three"),
    ] {
        let error = Statements::of(&sink_table(ddl), &settings("sqlserver", changes)).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
}

const LIFE: [&str; 3] = [
    r#"{"schema":"tpcc","table":"orders","op":"c","commit_ts":5,"after":{"o_id":7,"o_c_id":1,"o_entry_d":"2024-01-02 03:04:05","o_state":"new","o_total":"12.50"}}"#,
    r#"{"schema":"tpcc","table":"orders","op":"u","commit_ts":6,"before":{"o_id":7,"o_c_id":1,"o_entry_d":"2024-01-02 03:04:05","o_state":"new","o_total":"12.50"},"after":{"o_id":7,"o_c_id":null,"o_entry_d":"2024-01-02 03:04:05","o_state":"東京","o_total":"13.00"}}"#,
    r#"{"schema":"tpcc","table":"orders","op":"d","commit_ts":7,"before":{"o_id":7,"o_c_id":null,"o_entry_d":"2024-01-02 03:04:05","o_state":"x","o_total":"13.00"}}"#,
];

#[test]
fn a_row_lives_and_dies() {
    let (steps, sink) = play(settings("sqlserver", json!({})), ORDERS, &LIFE[..2]);
    assert_eq!(ends(&steps), ["written", "written"]);
    assert_eq!(steps[0].statements.len(), 2, "the table is created once");
    let bound: Vec<_> = steps[1].statements[0].values.iter().map(|b| (b.column.as_str(), b.value.clone())).collect();
    assert_eq!(
        bound,
        [
            ("o_id", json!(7)),
            ("o_c_id", Value::Null),
            ("o_entry_d", json!("2024-01-02 03:04:05")),
            ("o_state", json!("東京")),
            ("o_total", json!("13.00"))
        ]
    );
    let [table] = sink.tables().try_into().unwrap();
    assert_eq!(table.table, TABLE);
    // varchar(max): what is no Windows-1252 is lost.
    assert_eq!(
        json!(table.rows),
        json!([{"o_id": 7, "o_c_id": null, "o_entry_d": "2024-01-02 03:04:05", "o_state": "??", "o_total": "13.00"}])
    );
    let (steps, sink) = play(settings("sqlserver", json!({})), ORDERS, &LIFE);
    assert_eq!(steps[2].statements[0].sql, format!("DELETE FROM {TABLE} WHERE [o_id] = ?"));
    assert!(sink.tables()[0].rows.is_empty());
}

#[test]
fn a_delete_stops_a_sink_that_is_not_told_to_delete() {
    let (steps, sink) =
        play(settings("sqlserver", json!({"delete.enabled": "false", "errors.tolerance": "all"})), ORDERS, &[LIFE[0], LIFE[2], LIFE[0]]);
    assert_eq!(ends(&steps), ["written", "stopped", "not reached"]);
    assert_eq!(sink.tables()[0].rows.len(), 1);
    let (steps, _) = play(settings("sqlserver", json!({"pk.mode": "record_value", "pk.fields": "o_id"})), ORDERS, &LIFE[..1]);
    assert_eq!(ends(&steps), ["stopped"], "delete.enabled goes with record_key only");
}

#[test]
fn an_insert_sink_refuses_the_same_key_again() {
    let (steps, _) = play(settings("sqlserver", json!({"insert.mode": "INSERT"})), ORDERS, &LIFE[..2]);
    assert_eq!(ends(&steps), ["written", "stopped"]);
    let (steps, sink) = play(settings("sqlserver", json!({"insert.mode": "INSERT", "errors.tolerance": "all"})), ORDERS, &LIFE);
    assert_eq!(ends(&steps), ["written", "dead letter", "written"]);
    assert!(sink.tables()[0].rows.is_empty());
    let no_key = json!({"insert.mode": "INSERT", "pk.mode": "none", "delete.enabled": "false"});
    let (_, sink) = play(settings("sqlserver", no_key), ORDERS, &LIFE[..2]);
    assert_eq!(sink.tables()[0].rows.len(), 2, "without a key every change is a row");
}

#[test]
fn a_table_that_begins_with_a_delete_has_only_its_key() {
    let (steps, _) = play(settings("sqlserver", json!({})), ORDERS, &[LIFE[2], LIFE[0]]);
    assert_eq!(steps[0].statements[0].sql, format!("CREATE TABLE {TABLE} (\n[o_id] bigint NOT NULL,\nPRIMARY KEY([o_id]))"));
    assert_eq!(ends(&steps), ["written", "stopped"]);
    let End::Stopped(why) = &steps[1].end else { unreachable!() };
    assert!(why.contains("`o_total`: it is not optional and does not have a default value"), "{why}");
}

#[test]
fn settings_that_cannot_work_stop_the_task_at_the_first_row() {
    for (changes, why) in [
        (json!({"timestamp.fields.list": "o_entry_d"}), "NumberFormatException: timestamp.fields.list names `o_entry_d`"),
        (json!({"input.key.format": "STRING"}), "set input.key.format=AVRO"),
        (json!({"auto.create": "false"}), "is missing and auto.create is off"),
    ] {
        let (steps, _) = play(settings("sqlserver", changes), ORDERS, &LIFE[..1]);
        assert!(matches!(&steps[0].end, End::Stopped(text) if text.contains(why)), "{:?}", steps[0].end);
    }
    let (steps, _) = play(settings("sqlserver", json!({"input.key.format": "AVRO"})), ORDERS, &LIFE[..1]);
    assert_eq!(serde_json::to_value(&steps[0]).unwrap()["end"], "written");
    let (steps, _) = play(settings("sqlserver", json!({"auto.create": "false"})), ORDERS, &LIFE[..1]);
    let step = serde_json::to_value(&steps[0]).unwrap();
    assert_eq!((&step["end"], step["why"].as_str().is_some()), (&json!("stopped"), true));
}

#[test]
fn values_that_do_not_fit_are_refused_by_the_database() {
    let line = |value: &str| format!(r#"{{"schema":"tpcc","table":"t","op":"c","commit_ts":5,"after":{{"id":1,"v":{value}}}}}"#);
    for (kind, column, value, why) in [
        ("sqlserver", "DECIMAL(65,2)", format!("\"{}.00\"", "9".repeat(40)), "arithmetic overflow"),
        ("mysql", "VARBINARY(2000)", json!({"base64": "A".repeat(1400)}).to_string(), "longer than 1024 bytes"),
    ] {
        let (steps, _) = play(settings(kind, json!({})), &format!("CREATE TABLE t (id INT PRIMARY KEY, v {column})"), &[&line(&value)]);
        assert!(matches!(&steps[0].end, End::Stopped(text) if text.contains(why)), "{:?}", steps[0].end);
    }
    for (kind, ddl, why) in [
        ("sqlserver", "CREATE TABLE t (v VARBINARY(9) PRIMARY KEY)", "cannot be in a primary key"),
        ("mysql", "CREATE TABLE t (v VARCHAR(9) PRIMARY KEY)", "cannot be in a primary key"),
        ("mysql", "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(9) NOT NULL DEFAULT 'x')", "cannot have a default"),
    ] {
        let value = if ddl.contains("VARBINARY") { r#"{"base64":"AA=="}"# } else { "\"a\"" };
        let line = if ddl.contains("id INT") { line(value) } else { line(value).replace("\"id\":1,", "") };
        let (steps, _) = play(settings(kind, json!({})), ddl, &[&line]);
        assert!(matches!(&steps[0].end, End::Stopped(text) if text.contains(why)), "{:?}", steps[0].end);
    }
}

#[test]
fn debezium_and_aiven_settings_are_read_by_their_own_names() {
    let debezium = json!({"connection.url": "jdbc:sqlserver://h:1433;databaseName=d;encrypt=true", "primary.key.mode": "record_key",
        "schema.evolution": "basic", "collection.name.format": "x_${topic}", "insert.mode": "upsert"});
    let settings = with_settings(&connector("sqlserver", "kafka-connect-debezium", debezium), JdbcSettings::of).unwrap();
    assert_eq!((settings.key, settings.auto_create, settings.quote), (KeyMode::RecordKey, true, false));
    assert_eq!(TableId::of("t", &settings).sql(&settings), "d.dbo.x_t");
    assert_eq!(TableId::of("a.t", &settings).sql(&settings), "d.dbo.x_a_t");
    let (steps, sink) = play(settings, ORDERS, &[LIFE[0], LIFE[2]]);
    assert_eq!((ends(&steps), sink.tables()[0].rows.len()), (vec!["written", "ignored"], 1));
    let config = json!({"primary.key.mode": "record_key", "schema.evolution": "basic", "insert.mode": "upsert", "delete.enabled": "true"});
    let settings = with_settings(&connector("postgres", "kafka-connect-debezium", config), JdbcSettings::of).unwrap();
    let (steps, sink) = play(settings, ORDERS, &[LIFE[0], LIFE[2]]);
    assert_eq!(ends(&steps), ["written", "written"], "{:?}", steps[0].end);
    assert_eq!(sink.tables()[0].rows.len(), 0);
    let aiven = json!({"connection.url": "jdbc:postgresql://h:5432/shop?ssl=true", "sql.quote.identifiers": "false", "topics.to.tables.mapping": "a:x, t:sales.orders"});
    let settings = with_settings(&connector("postgres", "kafka-connect-aiven", aiven), JdbcSettings::of).unwrap();
    assert_eq!((settings.quote, settings.database.as_deref()), (false, Some("shop")));
    assert_eq!(TableId::of("t", &settings).sql(&settings), "shop.sales.orders");
    assert!(with_settings(&connector("snowflake", "", json!({})), JdbcSettings::of).is_none());
}
