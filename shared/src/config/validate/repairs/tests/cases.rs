//! Bad documents and the button that each must offer.

use serde_json::{Value, json};

const PARAMS: &str = "kafka.params";
const SINK: &str = "changefeed.config.sink";
const DISPATCHER: &str = "changefeed.config.sink.dispatchers[0]";
const SCHEDULER: &str = "changefeed.config.scheduler";
const FILTER: &str = "changefeed.config.filter";
const VERSION: &str = "changefeed.ticdc_version";

/// A bad document: the finding's code, its button, and what is other than in the fine one.
pub(super) type Case = (&'static str, &'static str, Vec<(String, Value)>);

fn case(code: &'static str, label: &'static str, changes: &[(&str, &str, Value)]) -> Case {
    (code, label, changes.iter().map(|(table, key, value)| (format!("{table}{key}"), value.clone())).collect())
}

pub(super) fn cases() -> Vec<Case> {
    let sink = || ("", "connectors", json!([{ "name": "c", "kind": "sqlserver" }]));
    let statement = |columns: &str, with: &str| {
        let sql = format!("CREATE STREAM o ({columns}) WITH (KAFKA_TOPIC='tidb_app_t'{with});");
        ("", "ksqldb", json!([{ "sql": sql }]))
    };
    let ksql = |with: &str| statement("id INT", with);
    let keyed = |with: &str| statement("k STRUCT<id INT> KEY, a INT", with);
    let event = |entry: Value| (FILTER, ".event-filters", json!([entry]));
    let cloud = |path: &'static str| ("schema_registry", ".url", json!(path));
    let mut cases = option_cases();
    cases.extend([
        case("matcher-empty", "Match all tables: `*.*`", &[(DISPATCHER, ".matcher", json!([]))]),
        case("matcher-empty", "Remove the dispatcher", &[(SINK, ".dispatchers[1]", json!({ "matcher": [" "], "topic": "x" }))]),
        case("matcher-empty", "Remove the event filter", &[event(json!({ "matcher": [], "ignore-event": ["insert"] }))]),
        case("event-filter-without-condition", "Remove the event filter", &[event(json!({ "matcher": ["*.*"] }))]),
        case(
            "deletes-left-out",
            "Send deletes",
            &[sink(), event(json!({ "matcher": ["*.*"], "ignore-event": ["Delete", "insert", "delete"] }))],
        ),
        case("topic-with-dot", "Write `a_{schema}_{table}`", &[(DISPATCHER, ".topic", json!("a.{schema}_{table}"))]),
        case(
            "topic-with-dot",
            "Name the default topic `a_b`",
            &[("kafka", ".topic", json!("a.b")), (DISPATCHER, ".topic", json!("")), (DISPATCHER, ".matcher", json!(["app.t"]))],
        ),
        case("topic-not-per-table", "Use `tidb_{schema}_{table}`", &[(SINK, ".dispatchers", json!([]))]),
        case("topic-not-per-table", "Use `tidb_{schema}_{table}`", &[(DISPATCHER, ".topic", json!("all"))]),
        case("topic-shared", "Use `tidb_{schema}_{table}`", &[(DISPATCHER, ".topic", json!("all"))]),
        case(
            "column-selector-drops-key",
            "Also send `id`",
            &[(SINK, ".column-selectors", json!([{ "matcher": ["app.t"], "columns": ["zip"] }]))],
        ),
        case("topic-expression-invalid", "Use `tidb_{schema}_{table}`", &[(DISPATCHER, ".topic", json!("{x}"))]),
        case("topic-name-illegal", "Write `a_b`", &[("kafka", ".topic", json!("a b"))]),
        case("topic-missing", "Use `ticdc-meta`", &[("kafka", ".topic", json!(""))]),
        case(
            "dispatcher-deprecated",
            "Rename it to `partition`",
            &[(DISPATCHER, ".partition", json!("")), (DISPATCHER, ".dispatcher", json!("index-value"))],
        ),
        case("dispatcher-and-partition", "Keep `partition`", &[(DISPATCHER, ".dispatcher", json!("table"))]),
        case(
            "dispatcher-columns-missing",
            "Use `index-value`",
            &[(DISPATCHER, ".partition", json!("")), (DISPATCHER, ".dispatcher", json!("columns"))],
        ),
        case("dispatcher-option-unused", "Remove it", &[(DISPATCHER, ".columns", json!(["a"]))]),
        case("partition-reorders-keys", "Use `index-value`", &[(DISPATCHER, ".partition", json!("ts"))]),
        case(
            "partition-may-reorder-keys",
            "Use `index-value`",
            &[
                sink(),
                (DISPATCHER, ".partition", json!("")),
                (DISPATCHER, ".dispatcher", json!("columns")),
                (DISPATCHER, ".columns", json!(["a"])),
            ],
        ),
        case("partition-unknown", "Use `index-value`", &[(DISPATCHER, ".partition", json!("zebra"))]),
        case("partition-unknown", "Write `index-value`", &[(DISPATCHER, ".partition", json!("index_value"))]),
        case(
            "split-table-reorders-rows",
            "Use `index-value`",
            &[(DISPATCHER, ".partition", json!("table")), (SCHEDULER, ".enable-table-across-nodes", json!(true))],
        ),
        case(
            "split-table-reorders-rows",
            "Leave tables whole",
            &[(SINK, ".dispatchers", json!([])), (SCHEDULER, ".enable-table-across-nodes", json!(true))],
        ),
        case("dispatcher-index-not-found", "Write `by_a`", &[(DISPATCHER, ".index", json!("by_b"))]),
        case("dispatcher-index-not-found", "Partition by the key", &[(DISPATCHER, ".index", json!("zebra"))]),
        case("dispatcher-index-not-unique", "Partition by the key", &[(DISPATCHER, ".index", json!("plain"))]),
        case(
            "dispatcher-column-not-found",
            "Write `id`",
            &[(DISPATCHER, ".partition", json!("columns")), (DISPATCHER, ".columns", json!(["ids"]))],
        ),
        case("broker-invalid", "Write `h:9092`", &[("kafka", ".brokers[0]", json!("SASL_SSL://h:9092/"))]),
        case(
            "broker-invalid",
            "Write `pkc-1.aws.confluent.cloud:9092`",
            &[
                ("kafka", ".brokers[0]", json!(" \"pkc-1.aws.confluent.cloud\"\n")),
                (PARAMS, ".enable-tls", json!(true)),
                (PARAMS, ".replication-factor", json!(3)),
                (PARAMS, ".sasl-mechanism", json!("plain")),
                (PARAMS, ".sasl-user", json!("k")),
                (PARAMS, ".sasl-password", json!("env:S")),
            ],
        ),
        case("broker-invalid", "Make 2 brokers of it", &[("kafka", ".brokers[0]", json!("a:9092, b:9092"))]),
        case("registry-url-path", "Remove the path", &[cloud("http://h:8081/subjects")]),
        case("registry-url-is-broker", "Remove the port", &[cloud("http://psrc-1.example.com:9092")]),
        case(
            "registry-url-invalid",
            "Write `https://psrc-1.aws.confluent.cloud`",
            &[
                cloud("psrc-1.aws.confluent.cloud/"),
                ("schema_registry", ".user", json!("k")),
                ("schema_registry", ".password", json!("env:R")),
            ],
        ),
        case(
            "registry-credentials-twice",
            "Remove those in the URL",
            &[cloud("http://a:b@h:8081"), ("schema_registry", ".user", json!("c"))],
        ),
        case(
            "registry-needs-https",
            "Use https",
            &[
                cloud("http://psrc-1.aws.confluent.cloud"),
                ("schema_registry", ".user", json!("k")),
                ("schema_registry", ".password", json!("env:R")),
            ],
        ),
        case("registry-misplaced", "Remove it", &[(SINK, ".schema-registry", json!("http://h:8081"))]),
        case("source-pd-invalid", "Write `http://pd:2379`", &[("source", ".pd[0]", json!("pd:2379"))]),
        case(
            "source-server-id-invalid",
            "Use the default",
            &[
                ("", "source", json!({ "kind": "mysql", "url": "mysql://r@h:3306", "server_id": 0 })),
                ("changefeed", ".target", json!("native")),
            ],
        ),
        case(
            "source-warehouses-invalid",
            "Set it to 100",
            &[("", "source", json!({ "kind": "tpcc", "warehouses": 200 })), ("changefeed", ".target", json!("native"))],
        ),
        case(
            "source-rate-invalid",
            "Set it to 1000000",
            &[("", "source", json!({ "kind": "tpcc", "rows_per_second": 2_000_000 })), ("changefeed", ".target", json!("native"))],
        ),
        case(
            "ticdc-server-invalid",
            "Write `http://10.0.0.1:8300`",
            &[("changefeed", ".target", json!("ticdc")), ("changefeed", ".ticdc_server", json!("10.0.0.1:8300"))],
        ),
        case("name-invalid", "Write `My-feed-2`", &[("", "name", json!("My feed_(2)"))]),
        case("changefeed-id-invalid", "Write `a-b`", &[("changefeed", ".id", json!("a--b"))]),
        case("ksql-partitions-given", "Remove `PARTITIONS`", &[ksql(", VALUE_FORMAT='AVRO', PARTITIONS=3")]),
        case(
            "ksql-wrap-single-value",
            "Remove `WRAP_SINGLE_VALUE`",
            &[statement("id INT, a INT", ", VALUE_FORMAT='AVRO', WRAP_SINGLE_VALUE=true")],
        ),
        case("ksql-format-twice", "Remove `FORMAT`", &[ksql(", FORMAT='AVRO', VALUE_FORMAT='AVRO', KEY_FORMAT='AVRO'")]),
        case("ksql-format-missing", "Set `VALUE_FORMAT='AVRO'`", &[ksql("")]),
        case("ksql-not-avro", "Set `VALUE_FORMAT='AVRO'`", &[ksql(", VALUE_FORMAT='JSON'")]),
        case("ksql-not-avro", "Set `FORMAT='AVRO'`", &[ksql(", FORMAT='JSON'")]),
        case("ksql-kafka-key", "Set `KEY_FORMAT='AVRO'`", &[keyed(", VALUE_FORMAT='AVRO'")]),
        case("ksql-key-format-none", "Set `KEY_FORMAT='AVRO'`", &[keyed(", VALUE_FORMAT='AVRO', KEY_FORMAT='NONE'")]),
        case("ksql-property-unknown", "Remove `ZEBRA`", &[ksql(", VALUE_FORMAT='AVRO', ZEBRA=3")]),
        case("ksql-property-unknown", "Rename it to `VALUE_FORMAT`", &[ksql(", VALUE_FORMATT='AVRO'")]),
        case("ksql-both-forms", "Remove `statement`", &[("", "ksqldb", json!([{ "statement": "stream", "sql": "DROP STREAM o;" }]))]),
        case(
            "ksql-statement-unknown",
            "Write `stream`",
            &[("", "ksqldb", json!([{ "statement": "steam", "name": "o", "topic": "tidb_app_t" }]))],
        ),
    ]);
    cases
}

fn option_cases() -> Vec<Case> {
    let kafka = format!("{SINK}.kafka-config");
    let kafka = kafka.as_str();
    let old = |version: &str| (VERSION, "", json!(version));
    let selectors = || (SINK, ".column-selectors", json!([{ "matcher": ["app.*"], "columns": ["*", "!a"] }]));
    let event = |entry: Value| (FILTER, ".event-filters", json!([entry]));
    vec![
        case("unknown-key", "Rename it to `kafka-config`", &[(SINK, ".kafka_config", json!({ "compression": "lz4" }))]),
        case("unknown-key", "Move it to `kafka.params.max-retry`", &[(kafka, ".max-retry", json!(3))]),
        case("unknown-key", "Move it to `sink.kafka-config.partition-num`", &[(SINK, ".partition-num", json!(3))]),
        case("unknown-key", "Remove it", &[("changefeed.config", ".nonsense", json!(1))]),
        case("unknown-key", "Remove it", &[("changefeed.config", ".\"sink.protocol\"", json!("avro"))]),
        case("unknown-param", "Move it to `sink.encoder-concurrency`", &[(PARAMS, ".encoder-concurrency", json!("16"))]),
        case("unknown-param", "Rename it to `compression`", &[(PARAMS, ".compressionType", json!("gzip"))]),
        case("unknown-param", "Write `enable-tls = true`", &[(PARAMS, ".\"security.protocol\"", json!("SASL_SSL"))]),
        case("unknown-param", "Move it to `kafka.topic`", &[(PARAMS, ".topic", json!("meta")), ("kafka", ".topic", json!(""))]),
        case("unknown-param", "Remove it", &[(PARAMS, ".keep-connection-alive", json!("true"))]),
        case("param-invalid-syntax", "Write `true`", &[(PARAMS, ".enable-tls", json!("yes"))]),
        case("param-invalid-syntax", "Write `3`", &[(PARAMS, ".partition-num", json!(" 3 "))]),
        case("param-invalid-syntax", "Use the default", &[(PARAMS, ".partition-num", json!("three"))]),
        case(
            "param-overrides-file",
            "Remove the configuration's, which loses",
            &[(PARAMS, ".compression", json!("lz4")), (kafka, ".compression", json!("gzip"))],
        ),
        case("param-does-not-override", "Remove it", &[(PARAMS, ".enable-tls", json!("false")), (kafka, ".enable-tls", json!(true))]),
        case("protocol-twice", "Remove it", &[(SINK, ".protocol", json!("canal-json"))]),
        case("wrong-type", "Write `true`", &[(kafka, ".enable-tls", json!("True"))]),
        case("wrong-type", "Write `16`", &[(SINK, ".encoder-concurrency", json!("16"))]),
        case("wrong-type", "Write it as text", &[(kafka, ".kafka-client-id", json!(7))]),
        case("wrong-type", "Make it a list", &[event(json!({ "matcher": "app.*", "ignore-sql": ["^drop"] }))]),
        case("wrong-value", "Use the default, `32`", &[(SINK, ".encoder-concurrency", json!(-1))]),
        case("wrong-value", "Write `none`", &[("changefeed.config.integrity", ".integrity-check-level", json!("non"))]),
        case("duration-invalid", "Write `24h`", &[("changefeed.config", ".changefeed-error-stuck-duration", json!("1d"))]),
        case("duration-invalid", "Use the default, `30m`", &[("changefeed.config", ".changefeed-error-stuck-duration", json!("10s"))]),
        case("compression-unknown", "Send uncompressed", &[(PARAMS, ".compression", json!("brotli-11"))]),
        case("codec-mode-invalid", "Use the default", &[(PARAMS, ".avro-decimal-handling-mode", json!("zebra"))]),
        case("max-message-bytes-large", "Set it to 104857600", &[(PARAMS, ".max-message-bytes", json!("204857600"))]),
        case("sasl-ignored", "Log in with PLAIN", &[(PARAMS, ".sasl-user", json!("u")), (PARAMS, ".sasl-password", json!("env:PW"))]),
        case(
            "sasl-oauth-mechanism",
            "Log in with OAUTHBEARER",
            &[
                (kafka, ".sasl-oauth-client-id", json!("i")),
                (kafka, ".sasl-oauth-client-secret", json!("env:S")),
                (kafka, ".sasl-oauth-token-url", json!("https://t")),
            ],
        ),
        case("ticdc-version-invalid", "Take the newest", &[old("eight")]),
        case("option-too-new", "Remove it", &[old("7.5.2"), (kafka, ".output-raw-change-event", json!(true))]),
        case("option-too-new", "Remove the selector: all columns are sent", &[old("7.4.0"), selectors()]),
        case(
            "option-too-new",
            "Remove the event filter: what it left out is sent",
            &[old("6.1.0"), event(json!({ "matcher": ["*.*"], "ignore-event": ["insert"] }))],
        ),
        case(
            "option-too-new",
            "Remove it: what it left out is sent",
            &[old("8.5.4"), event(json!({ "matcher": ["*.*"], "ignore-event": ["insert"], "ignore-update-only-columns": ["a"] }))],
        ),
        case(
            "option-too-new",
            "Use `index-value`",
            &[old("7.4.0"), (DISPATCHER, ".partition", json!("columns")), (DISPATCHER, ".columns", json!(["a"]))],
        ),
        case("option-too-new", "Remove it: names stay the source's", &[old("8.5.4"), (DISPATCHER, ".target-table", json!("x_{table}"))]),
        case("option-not-in-architecture", "Remove it", &[old("8.5.4"), ("changefeed.config", ".event-collector-batch-count", json!(1))]),
        case(
            "option-ignored-by-architecture",
            "Remove it",
            &[
                ("changefeed", ".ticdc_architecture", json!("new")),
                ("changefeed.config.integrity", ".corruption-handle-level", json!("error")),
            ],
        ),
        case("option-ignored-by-protocol", "Remove it", &[(PARAMS, ".max-batch-size", json!(8))]),
        case("option-deprecated", "Remove it", &[("changefeed.config", ".sql-mode", json!("ANSI"))]),
        case(
            "option-not-in-api",
            "Move it to `kafka.params.output-row-key`",
            &[
                ("changefeed", ".target", json!("ticdc")),
                ("changefeed", ".ticdc_server", json!("http://h:8300")),
                (PARAMS, ".protocol", json!("simple")),
                (kafka, ".codec-config.output-row-key", json!(true)),
            ],
        ),
        case(
            "value-too-new",
            "Use `index-value`",
            &[old("6.5.9"), (DISPATCHER, ".partition", json!("columns")), (DISPATCHER, ".columns", json!(["a"]))],
        ),
        case(
            "value-too-new",
            "Use the default, `none`",
            &[
                old("7.1.0"),
                (PARAMS, ".protocol", json!("open-protocol")),
                (kafka, ".large-message-handle.large-message-handle-option", json!("handle-key-only")),
            ],
        ),
        case("case-sensitive-default", "Set `case-sensitive = false`", &[old("7.1.2"), (FILTER, ".rules", json!(["App.*"]))]),
        case("redo-log-with-kafka", "Remove it", &[("changefeed.config.consistent", ".level", json!("eventual"))]),
        case("write-key-threshold-raised", "Write 10485760", &[(SCHEDULER, ".write-key-threshold", json!(1))]),
    ]
}
