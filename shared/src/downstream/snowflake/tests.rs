#![allow(clippy::unwrap_used)]

use super::*;
use crate::downstream::step::{End, Step};
use crate::downstream::testing::{ORDERS, connector, records, sink_table, with_settings};
use serde_json::{Value, json};

fn settings(changes: Value) -> SnowflakeSettings {
    let mut config = json!({"snowflake.database.name": "TPCC", "snowflake.schema.name": "TICDC", "behavior.on.null.values": "DEFAULT"});
    config.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    with_settings(&connector("snowflake", "confluent-cloud", config), SnowflakeSettings::of).unwrap()
}

fn play(settings: SnowflakeSettings, lines: &[&str]) -> (Vec<Step>, SnowflakeSink) {
    let mut sink = SnowflakeSink::new(settings);
    let steps = records(ORDERS, lines).iter().map(|record| sink.apply(record)).collect();
    (steps, sink)
}

// 2024-01-02 03:04:05.123 UTC.
const LIFE: [&str; 2] = [
    r#"{"schema":"tpcc","table":"orders","op":"c","commit_ts":446736536731123712,"after":{"o_id":7,"o_c_id":null,"o_entry_d":"2024-01-02 03:04:05","o_state":"new","o_total":"12.50"}}"#,
    r#"{"schema":"tpcc","table":"orders","op":"d","commit_ts":446736536731123712,"before":{"o_id":7,"o_c_id":null,"o_entry_d":"2024-01-02 03:04:05","o_state":"new","o_total":"12.50"}}"#,
];

#[test]
fn the_reference_s_view_is_written() {
    let orders = "CREATE TABLE orders (o_id BIGINT PRIMARY KEY, o_entry_d DATETIME, o_total DECIMAL(12,2))";
    assert_eq!(
        current_state_view(&sink_table(orders), &settings(json!({}))).unwrap(),
        "CREATE OR REPLACE VIEW TPCC.TICDC.ORDERS_CURRENT AS\n\
         SELECT RECORD_CONTENT:o_id::NUMBER(38,0) AS O_ID,\n       \
         RECORD_CONTENT:o_entry_d::TIMESTAMP_NTZ AS O_ENTRY_D,\n       \
         RECORD_CONTENT:o_total::NUMBER(12,2) AS O_TOTAL\n\
         FROM (SELECT * FROM TPCC.TICDC.TIDB_TPCC_ORDERS\n      \
         QUALIFY ROW_NUMBER() OVER (PARTITION BY RECORD_METADATA:key\n              \
         ORDER BY RECORD_METADATA:offset::NUMBER DESC) = 1)\n\
         WHERE RECORD_CONTENT IS NOT NULL AND RECORD_CONTENT:o_id IS NOT NULL;\n"
    );
}

#[test]
fn the_view_knows_other_types_and_schematized_columns() {
    let ddl = "CREATE TABLE t (`order` INT PRIMARY KEY, j JSON, b BLOB, d DECIMAL(60,2), t TIME, n DECIMAL(9,1))";
    let view = current_state_view(&sink_table(ddl), &settings(json!({}))).unwrap();
    for part in [
        "RECORD_CONTENT:\"order\"::NUMBER(38,0) AS \"ORDER\"",
        "PARSE_JSON(RECORD_CONTENT:j::VARCHAR) AS J",
        "TO_BINARY(RECORD_CONTENT:b::VARCHAR, 'BASE64') AS B",
        "RECORD_CONTENT:d::VARCHAR AS D",
        "RECORD_CONTENT:t::VARCHAR AS T",
    ] {
        assert!(view.contains(part), "{view}");
    }
    let schematized = json!({"snowflake.ingestion.method": "SNOWPIPE_STREAMING", "snowflake.enable.schematization": "true"});
    let view = current_state_view(&sink_table(ddl), &settings(schematized)).unwrap();
    for part in ["SELECT \"ORDER\",", "PARSE_JSON(J) AS J", " B,", "N::NUMBER(9,1) AS N", "WHERE \"ORDER\" IS NOT NULL;"] {
        assert!(view.contains(part), "{view}");
    }
    assert_eq!(current_state_view(&sink_table("CREATE TABLE t (a INT)"), &settings(json!({}))), None);
}

#[test]
fn the_reference_s_merge_is_written() {
    let orders = "CREATE TABLE orders (o_id BIGINT PRIMARY KEY, o_total DECIMAL(12,2))";
    assert_eq!(
        merge_into(&sink_table(orders), &settings(json!({}))).unwrap(),
        "MERGE INTO TPCC.TICDC.ORDERS T\n\
         USING (SELECT RECORD_METADATA:key.o_id::NUMBER(38,0) O_ID, RECORD_CONTENT:o_total::NUMBER(12,2) O_TOTAL,\n              \
         (RECORD_CONTENT IS NULL OR RECORD_CONTENT:o_id IS NULL) DEL\n       \
         FROM TPCC.TICDC.TIDB_TPCC_ORDERS\n       \
         QUALIFY ROW_NUMBER() OVER (PARTITION BY RECORD_METADATA:key.o_id\n               \
         ORDER BY RECORD_METADATA:offset::NUMBER DESC) = 1) S\n\
         ON T.O_ID = S.O_ID\n\
         WHEN MATCHED AND S.DEL THEN DELETE\n\
         WHEN MATCHED THEN UPDATE SET O_TOTAL = S.O_TOTAL\n\
         WHEN NOT MATCHED AND NOT S.DEL THEN INSERT (O_ID, O_TOTAL) VALUES (S.O_ID, S.O_TOTAL);\n"
    );
    let keys = merge_into(&sink_table("CREATE TABLE t (a INT, b INT, PRIMARY KEY (a, b))"), &settings(json!({}))).unwrap();
    assert!(keys.contains("ON T.A = S.A AND T.B = S.B\n") && !keys.contains("UPDATE SET"), "{keys}");
    assert_eq!(merge_into(&sink_table("CREATE TABLE t (a INT)"), &settings(json!({}))), None);
}

#[test]
fn rows_have_metadata_and_content() {
    let (steps, sink) = play(settings(json!({})), &LIFE);
    assert_eq!(steps[0].statements[0].sql, "create table if not exists identifier(?) (record_metadata variant, record_content variant);");
    assert_eq!(steps[0].statements[0].values[0].value, "TIDB_TPCC_ORDERS");
    assert_eq!(
        json!(steps[0].row),
        json!({
            "RECORD_METADATA": {"topic": "tidb_tpcc_orders", "partition": 0, "offset": 0, "CreateTime": 1_704_164_645_123_u64,
                "key": {"o_id": 7}, "key_schema_id": 1, "schema_id": 2, "headers": {}},
            "RECORD_CONTENT": {"o_id": 7, "o_c_id": null, "o_entry_d": "2024-01-02 03:04:05", "o_state": "new", "o_total": 12.5}
        })
    );
    // A delete is a row with a key and nothing else: the table keeps both, the view none.
    assert_eq!(steps[1].row.as_ref().unwrap()["RECORD_CONTENT"], json!({}));
    assert_eq!((sink.tables()[0].rows.len(), sink.views()[0].rows.len()), (2, 0));
    let (_, sink) = play(settings(json!({})), &[LIFE[0], LIFE[1], LIFE[0], LIFE[0]]);
    let [view] = sink.views().try_into().unwrap();
    assert_eq!((sink.tables()[0].rows.len(), view.rows.len(), &view.rows[0]["O_TOTAL"]), (4, 1, &json!(12.5)));
    assert_eq!((view.table.as_str(), view.columns[0].as_str()), ("TPCC.TICDC.ORDERS_CURRENT", "O_ID"));
}

#[test]
fn deletes_are_dropped_where_null_values_are_ignored() {
    let (steps, sink) = play(settings(json!({"behavior.on.null.values": "IGNORE"})), &LIFE);
    assert!(matches!(&steps[1].end, End::Ignored(why) if why.contains("IGNORE")));
    assert_eq!(sink.views()[0].rows.len(), 1, "the deleted row is still there");
    let of = |flavour| with_settings(&connector("snowflake", flavour, json!({})), SnowflakeSettings::of).unwrap().ignore_deletes;
    assert_eq!((of("confluent-cloud"), of("kafka-connect-confluent")), (true, false));
}

#[test]
fn schematization_adds_a_column_for_each_field() {
    let on = json!({"snowflake.ingestion.method": "SNOWPIPE_STREAMING", "snowflake.enable.schematization": "true"});
    let (steps, sink) = play(settings(on), &LIFE[..1]);
    let sql: Vec<_> = steps[0].statements.iter().map(|s| s.sql.as_str()).collect();
    let comment = "comment 'column created by schema evolution from Snowflake Kafka Connector'";
    assert_eq!(
        sql,
        [
            "create table if not exists identifier(?) (record_metadata variant comment 'created by automatic table creation from Snowflake Kafka Connector')".to_owned(),
            "alter table identifier(?) set ENABLE_SCHEMA_EVOLUTION = true".to_owned(),
            format!(
                "alter table identifier(?) add column if not exists \"O_ID\" BIGINT {comment} , if not exists \"O_C_ID\" INT {comment} , \
                 if not exists \"O_ENTRY_D\" VARCHAR {comment} , if not exists \"O_STATE\" VARCHAR {comment} , if not exists \"O_TOTAL\" VARCHAR {comment}"
            ),
        ]
    );
    assert_eq!(sink.tables()[0].columns, ["RECORD_METADATA", "O_ID", "O_C_ID", "O_ENTRY_D", "O_STATE", "O_TOTAL"]);
    assert_eq!(sink.tables()[0].rows[0]["O_TOTAL"], "12.50");
    // Without streaming the setting has no effect.
    assert!(!settings(json!({"snowflake.enable.schematization": "true"})).schematized);
}
