#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::Dispatcher;
use proptest::prelude::*;
use serde_json::json;

const EXAMPLE: &str = r#"
version = 1
name = "tpcc-to-confluent"

[source]
kind = "tidb"
pd = ["http://127.0.0.1:2379"]
start = 2024-01-02T03:04:05Z

[changefeed]
id = "confluent-changefeed"
target = "native"

[changefeed.config]
case-sensitive = false
memory-quota = 1073741824

[changefeed.config.filter]
rules = ["tpcc.*", "!tpcc.history"]

[[changefeed.config.sink.dispatchers]]
matcher = ["*.*"]
topic = "tidb_{schema}_{table}"
partition = "index-value"

[kafka]
brokers = ["h:9092"]
topic = "ticdc-meta"

[kafka.params]
protocol = "avro"
replication-factor = 3
enable-tls = true
"sasl-pasword" = "hidden"

[schema_registry]
url = "https://yyy"

[[connectors]]
name = "orders"
kind = "sqlserver"
[connectors.config]
"db.name" = "tpcc"

[future]
since = 1979-05-27
ratio = inf
nested = [{ a = 1 }, { b = 2.5 }]
"#;

#[test]
fn a_document_survives_reading_and_writing() {
    let pipeline = parse(EXAMPLE).unwrap();
    assert_eq!(pipeline.source.start, "2024-01-02T03:04:05Z");
    assert_eq!(pipeline.changefeed.config.extra["memory-quota"], json!(1_073_741_824));
    assert_eq!(pipeline.extra["future"]["since"], json!("1979-05-27"));
    assert_eq!(parse(&render(&pipeline)).unwrap(), pipeline);
}

fn findings(text: &str) -> Vec<(String, String, String)> {
    parse(text).unwrap_err().findings.into_iter().map(|f| (f.path, f.code, f.message)).collect()
}

#[test]
fn wrong_types_are_found_with_line_and_column() {
    let text = "version = 1\nname = \"p\"\n[source]\nkind = \"oracle\"\nserver_id = \"7\"\n[kafka]\nbrokers = \"h:9092\"\n";
    assert_eq!(
        findings(text),
        [
            ("source.kind", "wrong-value", "`source.kind` has a word that is not known (line 4, column 8)"),
            ("source.server_id", "wrong-type", "`source.server_id` must be a whole number (line 5, column 13)"),
            ("kafka.brokers", "wrong-type", "`kafka.brokers` must be a list of texts (line 7, column 11)"),
        ]
        .map(|(path, code, message)| (path.to_owned(), code.to_owned(), message.to_owned()))
    );
    let codes: Vec<String> = findings("[source]\nkind = \"tpcc\"").into_iter().map(|f| f.1).collect();
    assert_eq!(codes, ["missing-key", "missing-key"]);
}

#[test]
fn a_truncated_document_is_one_clear_finding_without_its_secret() {
    let text = "version = 1\nname = \"p\"\n[schema_registry]\npassword = \"s3cr";
    let found = findings(text);
    assert_eq!((found.len(), found[0].1.as_str()), (1, "document-unreadable"));
    assert!(found[0].2.contains("line 4") && !found[0].2.contains("s3cr"), "{}", found[0].2);
}

#[test]
fn every_cut_of_a_document_is_read_or_found() {
    for end in (0..EXAMPLE.len()).filter(|&end| EXAMPLE.is_char_boundary(end)) {
        if let Err(error) = parse(&EXAMPLE[..end]) {
            assert!(!error.findings.is_empty());
            assert!(error.findings.iter().all(|f| !f.message.contains("hidden")));
        }
    }
}

#[test]
fn nulls_from_json_do_not_break_writing() {
    let pipeline = from_json(json!({"version": 1, "name": "p", "later": {"a": null, "b": [null, 1], "big": u64::MAX}})).unwrap();
    let text = render(&pipeline);
    assert_eq!(parse(&text).unwrap().extra["later"], json!({"b": [1], "big": u64::MAX.to_string()}));
}

fn word() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 _.\"'\\\\#\n\u{e9}-]{0,12}"
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![word().prop_map(Value::String), any::<bool>().prop_map(Value::Bool), any::<i64>().prop_map(|v| json!(v))];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            proptest::collection::btree_map("x[a-z]{0,6}", inner, 0..3).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

prop_compose! {
    fn pipeline()(
        name in word(),
        rules in proptest::collection::vec(word(), 0..3),
        dispatchers in proptest::collection::vec((word(), word()), 0..3),
        params in proptest::collection::btree_map("[a-z-]{1,10}", word(), 0..4),
        extra in proptest::collection::btree_map("x[a-z]{0,6}", value(), 0..4),
        sink_extra in proptest::collection::btree_map("x[a-z]{0,6}", value(), 0..3),
        server_id in proptest::option::of(any::<u32>()),
    ) -> Pipeline {
        let mut pipeline = Pipeline::named(&name);
        pipeline.source.server_id = server_id;
        pipeline.changefeed.config.filter.rules = rules;
        pipeline.changefeed.config.sink.dispatchers = dispatchers
            .into_iter()
            .map(|(matcher, topic)| Dispatcher { matcher: vec![matcher], topic, ..Dispatcher::default() })
            .collect();
        pipeline.changefeed.config.sink.extra = sink_extra.into_iter().collect();
        pipeline.kafka.params = params.into_iter().map(|(k, v)| (k, Value::String(v))).collect();
        pipeline.extra = extra.into_iter().collect();
        pipeline
    }
}

proptest! {
    #[test]
    fn what_is_rendered_parses_back(pipeline in pipeline()) {
        prop_assert_eq!(parse(&render(&pipeline)).unwrap(), pipeline);
    }

    #[test]
    fn no_text_panics(text in "[a-z =\\[\\]{}\"'\n.,0-9#_-]{0,80}") {
        let _ = parse(&text);
    }
}
