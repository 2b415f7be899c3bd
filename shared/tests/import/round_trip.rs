//! Export, import: the same part of the document again, whatever its secrets are made of.

use super::documents::{pipeline, secret};
use super::pasted_into;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use shared::config::{Connector, Pipeline, parse};
use shared::connector::{Flavour, Settings};
use shared::import::{Kind, apply, recognise};
use shared::ksql;
use shared::render::{Secrets, bundle, is_exported, with_references};
use shared::secret::SecretRef;
use shared::sink_uri::KafkaOptions;
use std::collections::BTreeMap;

fn params(pipeline: &Pipeline) -> Vec<(String, Option<String>)> {
    pipeline.kafka.params.keys().map(|name| (name.clone(), pipeline.kafka.param(name))).collect()
}

/// The statements of a script, without what is said about them.
fn statements(script: &str) -> Vec<ksql::StatementKind> {
    ksql::parse(script).unwrap_or_else(|error| panic!("{error} in\n{script}")).into_iter().map(|statement| statement.kind).collect()
}

/// Connectors are the same when the server is sent the same for them.
fn same_connectors(
    file: &str,
    back: &[Connector],
    pipeline: &Pipeline,
    is_there: impl Fn(&Connector) -> bool,
) -> Result<bool, TestCaseError> {
    let wanted: Vec<&Connector> = pipeline.connectors.iter().filter(|connector| is_exported(connector) && is_there(connector)).collect();
    prop_assert_eq!(back.len(), wanted.len(), "{}", file);
    prop_assert!(!wanted.is_empty(), "{}", file);
    for (back, wanted) in back.iter().zip(wanted) {
        let sent = |connector: &Connector| Settings::of(pipeline, connector).to_send().into_iter().collect::<BTreeMap<_, _>>();
        prop_assert_eq!(&back.name, &wanted.name, "{}", file);
        prop_assert_eq!(&back.kind, &wanted.kind, "{}", file);
        prop_assert_eq!(Flavour::parse(&back.flavour), Flavour::parse(&wanted.flavour), "{}", file);
        prop_assert_eq!(&back.topics, &wanted.topics, "{}", file);
        prop_assert_eq!(sent(back), sent(wanted), "{}", file);
    }
    Ok(true)
}

/// Files for people, scripts for a database, and the values that belong to `connectors.tf`.
fn is_not_imported(file: &str) -> bool {
    file.ends_with(".md") || file.starts_with("setup/") || file.ends_with(".tfvars")
}

/// Compares what a file can hold, and gives what it compared, so that no file is passed over.
fn same_part(file: &str, back: &Pipeline, pipeline: &Pipeline) -> Result<bool, TestCaseError> {
    let (has_config, has_command, has_client) = match file {
        "changefeed.toml" => (true, false, false),
        "create-changefeed.json" => (true, true, false),
        "create-changefeed.sh" | "create-changefeed-tiup.sh" => (false, true, false),
        "client.properties" | "client-java.properties" => (false, false, true),
        "ksqldb.sql" => {
            let wanted = statements(&ksql::script(pipeline, &[]));
            // settings alone are not told from other databases' SQL
            let is_told = wanted.iter().any(|kind| matches!(kind, ksql::StatementKind::Create(_)));
            prop_assert!(!is_told || statements(&ksql::script(back, &[])) == wanted, "{}: {:?}", file, back.ksqldb);
            return Ok(true);
        }
        "pipeline.toml" => {
            let document = |pipeline: &Pipeline| serde_json::to_value(pipeline).expect("a document has a JSON form");
            prop_assert_eq!(document(back), document(&with_references(pipeline)));
            return Ok(true);
        }
        "terraform/connectors.tf" => {
            return same_connectors(file, &back.connectors, pipeline, |connector| {
                Flavour::parse(&connector.flavour) == Some(Flavour::ConfluentCloud)
            });
        }
        _ if file.starts_with("connectors/") => {
            let name = back.connectors.first().map(|connector| connector.name.clone()).unwrap_or_default();
            return same_connectors(file, &back.connectors, pipeline, |connector| connector.name == name);
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

const CONNECTORS: &str = r#"
version = 1
name = "p"
kafka = { brokers = ["h:1"], topic = "t", params = { protocol = "avro", sasl-mechanism = "plain", sasl-user = "u" } }
schema_registry = { url = "http://r:8081", user = "KEY", password = "env:SR_SECRET" }

[[connectors]]
name = "cloud"
kind = "snowflake"

[[connectors]]
name = "worker"
kind = "mysql"
flavour = "kafka-connect-confluent"
config = { "connection.url" = "jdbc:mysql://h/d" }
"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_export_comes_back(pipeline in pipeline()) {
        let nothing = |_: &str, _: &SecretRef| None;
        let files = bundle(&pipeline, Secrets::inline(&nothing));
        for (file, text) in &files {
            // a module's variables have their values in a file beside it
            let values = files.iter().find(|(name, _)| name.ends_with(".tfvars") && file.ends_with(".tf"));
            let text = values.map_or_else(|| text.clone(), |(_, values)| format!("{text}\n{values}"));
            let (back, _) = pasted_into(Pipeline::named("p"), &text);
            prop_assert!(is_not_imported(file) || same_part(file, &back, &pipeline)?, "{} is passed over", file);
        }
    }

    #[test]
    fn placeholders_come_back_as_references(password in secret()) {
        let mut pipeline = parse(CONNECTORS).unwrap();
        pipeline.kafka.params.insert("sasl-password".to_owned(), json!(password));
        for (file, text) in bundle(&pipeline, Secrets::placeholders()) {
            if recognise(&text).kind == Kind::Unknown || file == "changefeed.toml" || file == "README.md" {
                continue;
            }
            let (back, _) = pasted_into(Pipeline::named("p"), &text);
            let secret = match back.connectors.first() {
                Some(connector) if file != "pipeline.toml" => Settings::of(&back, connector).sent("kafka.api.secret"),
                _ => back.kafka.param("sasl-password"),
            };
            let expected = match &*file {
                // the document has the registry's; half a reference is none
                "connectors/worker.json" => {
                    prop_assert_eq!(back.connectors[0].config.get("value.converter.basic.auth.user.info"), None);
                    continue;
                }
                "terraform/connectors.tf" => "env:TF_VAR_sasl_password",
                _ => "env:SASL_PASSWORD",
            };
            prop_assert_eq!(secret.as_deref(), Some(expected), "{}", file);
            let mut again = pipeline.clone();
            apply(&recognise(&text), &mut again);
            let sent = |pipeline: &Pipeline| Settings::of(pipeline, &pipeline.connectors[1]).sent("value.converter.basic.auth.user.info");
            prop_assert_eq!(sent(&again), sent(&pipeline), "{}", file);
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
