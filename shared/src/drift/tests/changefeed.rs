use crate::config::{Pipeline, parse};
use crate::drift::{Running, RunningChangefeed, drifts, pull};
use crate::fix::{self, Fix};
use crate::render::{Secrets, open_api_request};
use crate::ticdc::{Architecture, ConfigKey, Place, Release, Since, ValueType, Version, all, api_name};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const DOCUMENT: &str = r#"
version = 1
name = "orders"
[source]
kind = "tidb"
[changefeed]
target = "ticdc"
ticdc_version = "8.5.4"
[changefeed.config.filter]
rules = ["app.*"]
[[changefeed.config.filter.event-filters]]
matcher = ["app.orders"]
ignore-event = ["drop table"]
[[changefeed.config.sink.dispatchers]]
matcher = ["app.*"]
topic = "tidb_{schema}_{table}"
dispatcher = "index-value"
[[changefeed.config.sink.column-selectors]]
matcher = ["app.users"]
columns = ["*", "!ssn"]
[kafka]
brokers = ["one:9092", "two:9092"]
topic = "t"
[kafka.params]
protocol = "avro"
sasl-mechanism = "plain"
sasl-user = "u"
sasl-password = "hunter2"
[schema_registry]
url = "https://r.example"
user = "k"
password = "hunter3+/"
"#;

/// A changefeed as a server tells of it.
struct Told {
    sink_uri: String,
    config: Value,
}

impl Told {
    fn running(&self) -> Running<'_> {
        Running::Changefeed(RunningChangefeed { sink_uri: &self.sink_uri, replica_config: &self.config, target_ts: None })
    }
}

/// The answer of a server to the document's request: defaults and keys of its own filled in, the sink URI masked and sorted.
fn told(pipeline: &Pipeline) -> Told {
    let resolve = |_: &str, _: &crate::secret::SecretRef| None;
    let request: Value = serde_json::from_str(&open_api_request(pipeline, Secrets::inline(&resolve))).unwrap();
    let mut config = request["replica_config"].clone();
    let release = Release::of(&pipeline.changefeed);
    for key in all().filter(|key| key.place != Place::Uri && !key.section.contains("[]")) {
        if let Some(default) = server_default(key, release) {
            fill(&mut config, key, default, release);
        }
    }
    config["sink"]["protocol"] = json!("avro");
    config["sink"]["a_key_of_the_server"] = json!(5);
    let dispatcher = config["sink"]["dispatchers"][0].as_object_mut().unwrap();
    dispatcher.entry("index").or_insert(json!(""));
    dispatcher.entry("columns").or_insert(Value::Null);
    let text = config.to_string();
    let (uri, _) = crate::sink_uri::SinkUri::parse(request["sink_uri"].as_str().unwrap()).unwrap();
    let mut uri = uri;
    uri.params.sort();
    for (name, value) in &mut uri.params {
        if name == "sasl-password" {
            *value = "xxxxx".to_owned();
        }
    }
    Told { sink_uri: uri.render(), config: serde_json::from_str(&text).unwrap() }
}

fn server_default(key: &ConfigKey, release: Release) -> Option<Value> {
    const CASE: Since = Since::Releases(&[Version::new(6, 5, 6), Version::new(7, 1, 3), Version::new(7, 5, 0)]);
    match (key.name, key.value_type) {
        // what the sink URI may carry has no default there: it would win over a `false` of the URI
        _ if key.place == Place::Both && key.section.starts_with("sink.kafka-config") => Some(Value::Null),
        ("case-sensitive", _) => Some(json!(release.version.is_some() && !release.has(CASE))),
        ("region-threshold", _) => Some(json!(if release.architecture == Some(Architecture::Classic) { 100_000 } else { 10_000 })),
        ("rules", _) => Some(json!(["*.*"])),
        ("terminator", _) => Some(json!("\r\n")),
        (_, ValueType::Boolean) if key.default.is_empty() => Some(json!(false)),
        (_, ValueType::Boolean | ValueType::Integer(..) | ValueType::Number) => serde_json::from_str(key.default).ok(),
        (_, ValueType::Duration(_)) => {
            let duration = crate::sink_uri::parse_duration(key.default)?;
            // timeouts of Kafka are text in the API, others nanoseconds
            if key.section.is_empty() { Some(json!(u64::try_from(duration.as_nanos()).ok()?)) } else { Some(json!(key.default)) }
        }
        (_, ValueType::Interval) => Some(json!(300_000_000_000_u64)),
        (_, ValueType::Word(_)) => Some(json!(key.default)),
        (_, ValueType::Text) if key.secret => None,
        (_, ValueType::Text) => Some(json!("")),
        (_, ValueType::Section) => Some(json!({"some": "thing"})),
        _ => Some(Value::Null),
    }
}

fn fill(config: &mut Value, key: &ConfigKey, default: Value, release: Release) {
    let mut holder = config;
    let mut table = "";
    for step in key.section.split('.').filter(|step| !step.is_empty()) {
        let name = api_name(table, step, release.architecture).unwrap();
        holder = holder.as_object_mut().unwrap().entry(name).or_insert_with(|| json!({}));
        table = step;
    }
    let Some(name) = api_name(table, key.name, release.architecture) else { return };
    holder.as_object_mut().unwrap().entry(name).or_insert(default);
}

/// An option's place in a document that has one entry in each list.
fn place(key: &ConfigKey, in_uri: bool) -> String {
    match (key.place, key.path()) {
        (Place::Both, Some(path)) if !in_uri => format!("changefeed.config.{path}"),
        (Place::Uri | Place::Both, _) | (_, None) => format!("kafka.params.{}", key.name),
        (Place::File, Some(path)) => format!("changefeed.config.{}", path.replace("[]", "[0]")),
    }
}

/// A value that differs from that of the next seed.
fn value(key: &ConfigKey, seed: u8) -> Value {
    let number = i64::from(seed);
    match key.value_type {
        ValueType::Boolean => json!(seed.is_multiple_of(2)),
        ValueType::Integer(least, most) => {
            json!((if key.name == "write-key-threshold" { 10_485_760 } else { least.max(1) } + number % 4).min(most))
        }
        ValueType::Number => json!(f64::from(seed) + 0.5),
        ValueType::Duration(least) => json!(format!("{}s", i64::from(least) + 1 + number)),
        ValueType::Interval => json!(format!("{}s", 1 + number)),
        ValueType::Word(words) => json!(words[usize::from(seed) % words.len()]),
        ValueType::Text | ValueType::Section => json!(format!("text-{seed}")),
        ValueType::Texts => json!([format!("t{seed}.*"), "x.*"]),
        ValueType::Words(words) => json!([words[usize::from(seed) % words.len()]]),
        ValueType::Integers => json!([number, 7]),
    }
}

/// Options that can have two values, and that the API carries.
fn options() -> Vec<&'static ConfigKey> {
    let has_two = |key: &ConfigKey| match key.value_type {
        ValueType::Word(words) => words.len() > 1,
        ValueType::Integer(least, most) => most - least.max(1) > 3,
        ValueType::Section => false,
        _ => true,
    };
    let is_apart = ["schema-registry", "protocol", "dispatcher", "output-row-key"];
    all().filter(|key| has_two(key) && !is_apart.contains(&key.name)).collect()
}

fn set(pipeline: &mut Pipeline, path: String, value: Value) {
    fix::apply(pipeline, &Fix::new("").set(path, value)).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn a_document_against_its_own_server_has_no_drift_and_a_change_is_found_where_it_is(
        chosen in proptest::collection::vec((0..200_usize, any::<bool>(), any::<u8>()), 1..12),
        version in prop_oneof![Just("8.5.4"), Just("v8.5.4-release.1"), Just("7.1.0"), Just("6.5.0"), Just("")],
    ) {
        let options = options();
        let mut document = parse(DOCUMENT).unwrap();
        version.clone_into(&mut document.changefeed.ticdc_version);
        let mut last = None;
        let mut seen = Vec::new();
        for (index, in_uri, seed) in chosen {
            let key = options[index % options.len()];
            if seen.contains(&key.name) {
                continue;
            }
            seen.push(key.name);
            // what is in the URI already hides the file's
            let in_uri = in_uri || document.kafka.params.contains_key(key.name);
            if key.name == "partition" {
                document.changefeed.config.sink.dispatchers[0].dispatcher.clear();
            }
            set(&mut document, place(key, in_uri), value(key, seed));
            last = Some((key, in_uri, seed));
        }
        let own = told(&document);
        prop_assert_eq!(drifts(&document, &own.running()).unwrap(), []);

        let (key, in_uri, seed) = last.unwrap();
        let mut changed = document.clone();
        let path = place(key, in_uri);
        set(&mut changed, path.clone(), value(key, seed.wrapping_add(1)));
        let other = told(&changed);
        let found = drifts(&document, &other.running()).unwrap();
        if path == "kafka.params.sasl-password" {
            prop_assert_eq!(&found, &[], "it is masked");
        } else {
            prop_assert_eq!(found.iter().map(|drift| drift.path.as_str()).collect::<Vec<_>>(), [path.as_str()]);
        }
        let mut pulled = document.clone();
        prop_assert_eq!(pull(&mut pulled, &document, &other.running()).unwrap(), !found.is_empty());
        prop_assert_eq!(drifts(&pulled, &other.running()).unwrap(), []);
    }
}

#[test]
fn each_difference_is_named_as_the_server_names_it() {
    let document = parse(DOCUMENT).unwrap();
    let change = |change: &dyn Fn(&mut Told)| {
        let mut other = told(&document);
        change(&mut other);
        let found = drifts(&document, &other.running()).unwrap();
        let mut pulled = document.clone();
        pull(&mut pulled, &document, &other.running()).unwrap();
        let left = drifts(&pulled, &other.running()).unwrap();
        assert!(left.iter().all(|drift| !drift.can_pull), "{left:?}");
        found.into_iter().map(|drift| (drift.key, drift.path, drift.document, drift.running)).collect::<Vec<_>>()
    };
    let text = |text: &str| Some(json!(text));
    let own = |key: &str, path: &str, document: Option<Value>, running: Option<Value>| (key.to_owned(), path.to_owned(), document, running);
    assert_eq!(
        change(&|told| told.config["sink"]["dispatchers"][0]["topic"] = json!("other_{schema}_{table}")),
        [own(
            "replica_config.sink.dispatchers[0].topic",
            "changefeed.config.sink.dispatchers[0].topic",
            text("tidb_{schema}_{table}"),
            text("other_{schema}_{table}")
        )]
    );
    assert_eq!(
        change(&|told| told.config["sink"]["dispatchers"][0]["partition"] = json!("ts")),
        [own(
            "replica_config.sink.dispatchers[0].partition",
            "changefeed.config.sink.dispatchers[0].partition",
            text("index-value"),
            text("ts")
        )]
    );
    assert_eq!(
        change(&|told| told.config["sink"]["dispatchers"]
            .as_array_mut()
            .unwrap()
            .push(json!({"matcher": ["b.*"], "topic": "b", "index": ""}))),
        [own(
            "replica_config.sink.dispatchers[1]",
            "changefeed.config.sink.dispatchers[1]",
            None,
            Some(json!({"matcher": ["b.*"], "topic": "b"}))
        )]
    );
    assert_eq!(
        change(&|told| told.config["sink"]["column_selectors"] = json!([])),
        [own(
            "replica_config.sink.column_selectors[0]",
            "changefeed.config.sink.column-selectors[0]",
            Some(json!({"matcher": ["app.users"], "columns": ["*", "!ssn"]})),
            None
        )]
    );
    assert_eq!(
        change(&|told| told.config["changefeed_error_stuck_duration"] = json!(3_600_000_000_000_u64)),
        [own("replica_config.changefeed_error_stuck_duration", "changefeed.config.changefeed-error-stuck-duration", None, text("1h"))]
    );
    assert_eq!(
        change(&|told| told.sink_uri = told.sink_uri.replace("one:9092,two:9092/t", "two:9092,three:9092/u")),
        [
            own("sink_uri.brokers", "kafka.brokers", Some(json!(["one:9092", "two:9092"])), Some(json!(["two:9092", "three:9092"]))),
            own("sink_uri.topic", "kafka.topic", text("t"), text("u")),
        ]
    );
    assert_eq!(
        change(&|told| told.sink_uri.push_str("&compression=lz4")),
        [own("sink_uri.compression", "kafka.params.compression", None, text("lz4"))]
    );
    assert_eq!(
        change(&|told| told.config["sink"]["kafka_config"]["compression"] = json!("lz4")),
        [own("replica_config.sink.kafka_config.compression", "changefeed.config.sink.kafka-config.compression", text("none"), text("lz4"))]
            .map(|(key, path, _, running)| (key, path, None, running))
    );
    assert_eq!(
        change(&|told| told.config["sink"]["schema_registry"] = json!("https://K:hunter4@r.example:443/")),
        [
            own("replica_config.sink.schema_registry", "schema_registry.user", text("k"), text("K")),
            own("replica_config.sink.schema_registry", "schema_registry.password", text("xxxxx"), text("xxxxx")),
        ]
    );
    assert_eq!(
        change(&|told| told.config["sink"]["schema_registry"] = Value::Null),
        [own("replica_config.sink.schema_registry", "schema_registry", text("https://r.example"), None)]
    );
    assert_eq!(change(&|told| told.sink_uri = told.sink_uri.replace("one:9092,two:9092", "two:9092,one:9092")), []);
}

#[test]
fn a_value_in_both_places_counts_as_ticdc_merges_it_and_is_pulled_into_both() {
    let mut document = parse(DOCUMENT).unwrap();
    document.kafka.params.insert("auto-create-topic".to_owned(), json!(false));
    set(&mut document, "changefeed.config.sink.kafka-config.auto-create-topic".to_owned(), json!(true));
    let mut other = told(&document);
    assert_eq!(drifts(&document, &other.running()).unwrap(), []);
    other.config["sink"]["kafka_config"]["auto_create_topic"] = json!(false);
    let found = drifts(&document, &other.running()).unwrap();
    assert_eq!((found.len(), &found[0].document, &found[0].running), (1, &Some(json!(true)), &Some(json!(false))));
    let open = document.clone();
    pull(&mut document, &open, &other.running()).unwrap();
    assert_eq!(drifts(&document, &other.running()).unwrap(), []);
}

#[test]
fn masked_and_referenced_secrets_are_not_known_to_differ_and_stay() {
    let open = parse(DOCUMENT).unwrap();
    let mut sealed = open.clone();
    sealed.for_each_secret(&mut |path, text| *text = format!("store:{path}"));
    let mut other = told(&open);
    other.config["sink"]["schema_registry"] = json!("https://k:hunter4@r.example");
    assert_eq!(drifts(&sealed, &other.running()).unwrap(), [], "against references nothing is known");
    let found = drifts(&open, &other.running()).unwrap();
    assert_eq!(found.iter().map(|drift| drift.path.as_str()).collect::<Vec<_>>(), ["schema_registry.password"]);
    assert!(!format!("{found:?}").contains("hunter"));
    pull(&mut sealed, &open, &other.running()).unwrap();
    assert_eq!(sealed.schema_registry.unwrap().password.0, "hunter4");
    assert_eq!(sealed.kafka.param("sasl-password").unwrap(), "store:kafka.params.sasl-password");
}

#[test]
fn an_end_that_the_document_cannot_have_is_told_and_left() {
    let document = parse(DOCUMENT).unwrap();
    let other = told(&document);
    let running = Running::Changefeed(RunningChangefeed { sink_uri: &other.sink_uri, replica_config: &other.config, target_ts: Some(9) });
    let found = drifts(&document, &running).unwrap();
    assert_eq!((found.len(), found[0].key.as_str(), found[0].can_push, found[0].can_pull), (1, "target_ts", false, false));
    let unreadable =
        Running::Changefeed(RunningChangefeed { sink_uri: "mysql://h", replica_config: &Value::Object(Map::new()), target_ts: None });
    assert_eq!(drifts(&document, &unreadable).unwrap_err().code, "drift-unreadable");
}
