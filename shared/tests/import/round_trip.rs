//! Export, import: the same part of the document again, whatever its secrets are made of.

use super::pasted_into;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use shared::config::{Dispatcher, KsqlStatement, Pipeline, SchemaRegistry, SourceKind, parse};
use shared::import::{Kind, recognise};
use shared::render::{Secrets, bundle};
use shared::secret::SecretRef;
use shared::sink_uri::KafkaOptions;

/// Everything that a shell, a URL, JSON, TOML or a properties file could trip over. White space at the ends goes on save; a text
/// that is a reference, a variable or a mask is one.
fn secret() -> impl Strategy<Value = String> {
    let hostile = r#"[-+/=%&#;:@?"'\\$! {}<>|`~^()a-zA-Z0-9éß漢😀]{1,40}"#;
    let encoded = "(%2B|%2f|%25|%zz|%|\\\\u0041|\\\\|''|\"\"|\\$\\{A\\}x|=|x){1,12}";
    prop_oneof![8 => hostile, 2 => encoded, 1 => "[+/=A-Za-z0-9]{1024}"]
        .prop_map(|text: String| text.trim().to_owned())
        .prop_filter("a value of its own", |text| !text.is_empty() && SecretRef::parse(text).is_inline() && !stands_for_another(text))
}

fn stands_for_another(text: &str) -> bool {
    let wrapped = |open: &str, close: &str| text.starts_with(open) && text.ends_with(close);
    text.starts_with('$')
        || wrapped("<", ">")
        || wrapped("{{", "}}")
        || text.chars().all(|c| "xX.*".contains(c))
        || text.starts_with("YOUR_")
}

fn word() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 _.'\"\\\\*!é-]{1,12}"
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![word().prop_map(Value::String), any::<bool>().prop_map(Value::Bool), any::<i64>().prop_map(|v| json!(v))]
}

/// Keys that TiCDC does not have.
fn unknown_keys() -> impl Strategy<Value = Map<String, Value>> {
    proptest::collection::btree_map("x[a-z]{1,6}(-[a-z]{1,4})?", value(), 0..3).prop_map(|map| map.into_iter().collect())
}

prop_compose! {
    fn pipeline()(
        brokers in proptest::collection::vec("[a-z0-9.-]{1,12}[a-z]:[0-9]{1,4}", 1..3),
        topic in "[a-z][a-z.-]{0,12}[a-z]",
        mechanism in prop_oneof![Just("plain"), Just("scram-sha-512")],
        tls in any::<bool>(),
        password in secret(),
        registry in proptest::option::of(secret()),
        gssapi in proptest::option::of(secret()),
        params in unknown_keys(),
        rules in proptest::collection::vec(word(), 0..3),
        dispatchers in proptest::collection::vec((word(), word(), word()), 0..3),
        top in unknown_keys(),
        sink in unknown_keys(),
        filter in unknown_keys(),
        start in proptest::option::of(400_000_000_000_000_000_u64..500_000_000_000_000_000),
        id in "[a-z]{1,8}",
        statements in proptest::collection::vec("CREATE STREAM [a-z]{1,6} \\(a STRING\\) WITH \\(kafka_topic='[a-z;]{1,6}', value_format='AVRO'\\)", 0..3),
    ) -> Pipeline {
        let mut pipeline = Pipeline::named("p");
        pipeline.source.kind = SourceKind::Tidb;
        pipeline.source.start = start.map_or_else(|| "now".to_owned(), |tso| tso.to_string());
        pipeline.changefeed.id = id;
        pipeline.changefeed.ticdc_server = "http://10.0.0.1:8300".to_owned();
        pipeline.changefeed.ticdc_version = "8.5.4".to_owned();
        let config = &mut pipeline.changefeed.config;
        config.filter.rules = rules;
        config.filter.extra = filter;
        config.extra = top;
        config.sink.extra = sink;
        if let Some(secret) = gssapi {
            config.sink.extra.insert("kafka-config".to_owned(), json!({"sasl-gssapi-password": secret, "codec-config": {"max-batch-size": 3}}));
        }
        config.sink.dispatchers = dispatchers
            .into_iter()
            .map(|(matcher, topic, partition)| Dispatcher { matcher: vec![matcher], topic, partition, ..Dispatcher::default() })
            .collect();
        pipeline.kafka.brokers = brokers;
        pipeline.kafka.topic = topic;
        pipeline.kafka.params = params;
        let known = [
            ("protocol", json!("avro")),
            ("enable-tls", json!(tls)),
            ("sasl-mechanism", json!(mechanism)),
            ("sasl-user", json!("USER1")),
            ("sasl-password", json!(password)),
        ];
        pipeline.kafka.params.extend(known.map(|(name, value)| (name.to_owned(), value)));
        pipeline.schema_registry = registry.map(|password| SchemaRegistry {
            url: "https://psrc-1.example:8081/sub".to_owned(),
            user: "KEY".to_owned(),
            password: shared::secret::SecretText(password),
            ..SchemaRegistry::default()
        });
        pipeline.ksqldb = statements
            .into_iter()
            .enumerate()
            .map(|(i, sql)| KsqlStatement { sql: sql.replacen(" (", &format!("_{i} ("), 1), ..KsqlStatement::default() })
            .collect();
        pipeline
    }
}

fn params(pipeline: &Pipeline) -> Vec<(String, Option<String>)> {
    pipeline.kafka.params.keys().map(|name| (name.clone(), pipeline.kafka.param(name))).collect()
}

/// Compares what a file can hold, and gives what it compared, so that no file is passed over.
fn same_part(file: &str, back: &Pipeline, pipeline: &Pipeline) -> Result<bool, TestCaseError> {
    let (has_config, has_command, has_client) = match file {
        "changefeed.toml" => (true, false, false),
        "create-changefeed.json" => (true, true, false),
        "create-changefeed.sh" | "create-changefeed-tiup.sh" => (false, true, false),
        "client.properties" | "client-java.properties" => (false, false, true),
        "ksqldb.sql" => {
            let sql = |pipeline: &Pipeline| pipeline.ksqldb.iter().map(|statement| statement.sql.clone()).collect::<Vec<_>>();
            prop_assert_eq!(sql(back), sql(pipeline));
            return Ok(true);
        }
        _ => return Ok(false),
    };
    prop_assert_eq!(&back.schema_registry, &pipeline.schema_registry, "{}", file);
    if has_config {
        prop_assert_eq!(&back.changefeed.config, &pipeline.changefeed.config, "{}", file);
    }
    if has_command {
        prop_assert_eq!(&back.kafka.brokers, &pipeline.kafka.brokers, "{}", file);
        prop_assert_eq!(&back.kafka.topic, &pipeline.kafka.topic, "{}", file);
        prop_assert_eq!(params(back), params(pipeline), "{}", file);
        prop_assert_eq!(&back.changefeed.id, &pipeline.changefeed.id, "{}", file);
        prop_assert_eq!(&back.source.start, &pipeline.source.start, "{}", file);
    }
    if file.ends_with(".sh") {
        prop_assert_eq!(&back.changefeed.ticdc_server, &pipeline.changefeed.ticdc_server, "{}", file);
    }
    if has_client {
        let (back_options, _) = KafkaOptions::read(back);
        let (options, _) = KafkaOptions::read(pipeline);
        prop_assert_eq!(&back.kafka.brokers, &pipeline.kafka.brokers, "{}", file);
        prop_assert_eq!(back_options.enable_tls, options.enable_tls, "{}", file);
        prop_assert!(back_options.sasl == options.sasl, "{}: user, password or mechanism", file);
    }
    Ok(true)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_export_comes_back(pipeline in pipeline()) {
        let nothing = |_: &str, _: &SecretRef| None;
        let mut compared = Vec::new();
        for (file, text) in bundle(&pipeline, Secrets::inline(&nothing)) {
            let (back, _) = pasted_into(Pipeline::named("p"), &text);
            if file == "pipeline.toml" {
                prop_assert_eq!(back, parse(&text).unwrap());
                compared.push(file);
            } else if same_part(&file, &back, &pipeline)? {
                compared.push(file);
            }
        }
        prop_assert_eq!(compared.len(), if pipeline.ksqldb.is_empty() { 7 } else { 8 }, "{:?}", compared);
    }

    #[test]
    fn placeholders_come_back_as_references(password in secret()) {
        let mut pipeline = Pipeline::named("p");
        pipeline.kafka.brokers = vec!["h:1".to_owned()];
        pipeline.kafka.topic = "t".to_owned();
        let known = [("protocol", "avro"), ("sasl-mechanism", "plain"), ("sasl-user", "u"), ("sasl-password", &password)];
        pipeline.kafka.params = known.map(|(name, value)| (name.to_owned(), json!(value))).into_iter().collect();
        for (file, text) in bundle(&pipeline, Secrets::placeholders()) {
            if recognise(&text).kind == Kind::Unknown || file == "changefeed.toml" || file == "README.md" {
                continue;
            }
            let (back, _) = pasted_into(Pipeline::named("p"), &text);
            prop_assert_eq!(back.kafka.param("sasl-password"), Some("env:SASL_PASSWORD".to_owned()), "{}", file);
        }
    }

    #[test]
    fn a_connector_comes_back_from_each_of_its_forms(password in secret(), note in secret()) {
        let config = [("connection.password", password.as_str()), ("note", &note), ("new.key", "1")];
        let file = |own: &[(&str, &str)]| own.iter().chain(&config).map(|(key, text)| ((*key).to_owned(), json!(text))).collect::<Map<_, _>>();
        let flat = file(&[("name", "orders"), ("connector.class", "MySqlSink"), ("topics", "a,b")]);
        let entries = |map: &Map<String, Value>| {
            map.iter().map(|(key, text)| format!("    {} = {}\n", hcl(key), hcl(text.as_str().unwrap()))).collect::<String>()
        };
        let (sensitive, plain): (Map<_, _>, Map<_, _>) = flat.clone().into_iter().partition(|(key, _)| key.contains("password"));
        let terraform = format!(
            "resource \"confluent_connector\" \"c\" {{\n  config_sensitive = {{\n{}  }}\n  config_nonsensitive = {{\n{}  }}\n}}\n",
            entries(&sensitive),
            entries(&plain)
        );
        let cloud = json!({"name": "orders", "config": flat}).to_string();
        for text in [Value::Object(flat).to_string(), cloud, terraform] {
            let (back, findings) = pasted_into(Pipeline::named("p"), &text);
            prop_assert_eq!(back.connectors.len(), 1, "{}: {:?}", text, findings);
            let connector = &back.connectors[0];
            prop_assert_eq!((connector.name.as_str(), connector.kind.as_str(), connector.topics.join(",")), ("orders", "mysql", "a,b".to_owned()));
            prop_assert_eq!(&connector.config, &file(&[]), "{}", text);
        }
    }
}

/// Text as Terraform quotes it.
fn hcl(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{");
    format!("\"{text}\"")
}
