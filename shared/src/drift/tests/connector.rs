use crate::config::{Connector, Pipeline, SchemaRegistry};
use crate::connector::{Flavour, Kind, ValueType, class, recommended};
use crate::drift::{Running, drifts, pull};
use crate::render::{Secrets, connector_request};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn document(kind: Kind, flavour: Flavour) -> Pipeline {
    let mut pipeline = Pipeline::named("p");
    for (name, value) in [("protocol", "avro"), ("sasl-user", "KEY"), ("sasl-password", "hunter2")] {
        pipeline.kafka.params.insert(name.to_owned(), json!(value));
    }
    pipeline.schema_registry = Some(SchemaRegistry {
        url: "https://r".to_owned(),
        user: "u".to_owned(),
        password: crate::secret::SecretText("hunter3".to_owned()),
        ..SchemaRegistry::default()
    });
    let mut config = recommended(kind, flavour);
    config.insert("connection.password".to_owned(), json!("hunter4"));
    pipeline.connectors.push(Connector {
        name: "c".to_owned(),
        kind: kind.name().to_owned(),
        flavour: flavour.name().to_owned(),
        topics: vec!["a".to_owned(), "b".to_owned()],
        config,
        ..Connector::default()
    });
    pipeline
}

/// The server's answer: what was sent, with the plugin's defaults and the service's own keys, secrets masked in the cloud.
fn told(pipeline: &Pipeline, flavour: Flavour) -> Map<String, Value> {
    let resolve = |_: &str, _: &crate::secret::SecretRef| None;
    let request: Value = serde_json::from_str(&connector_request(pipeline, 0, Secrets::inline(&resolve)).unwrap()).unwrap();
    let mut config = request["config"].as_object().unwrap().clone();
    let plugin = class(Kind::parse(&pipeline.connectors[0].kind).unwrap(), flavour).unwrap();
    for property in &plugin.properties {
        if let Some(default) = property.default {
            config.entry(property.key).or_insert_with(|| match property.value_type {
                ValueType::Boolean => json!(default.eq_ignore_ascii_case("true")),
                ValueType::Integer => serde_json::from_str(default).unwrap(),
                _ => json!(default),
            });
        }
    }
    if flavour == Flavour::ConfluentCloud {
        for (key, value) in
            [("cloud.environment", "prod"), ("kafka.endpoint", "SASL_SSL://x"), ("config.internal.x", "y"), ("a.new.key", "z")]
        {
            config.insert(key.to_owned(), json!(value));
        }
        for (key, value) in &mut config {
            if plugin.is_sensitive(key) {
                *value = json!("****************");
            }
        }
    }
    config
}

fn pairs() -> Vec<(Kind, Flavour)> {
    let all = Kind::ALL.into_iter().flat_map(|kind| Flavour::ALL.map(|flavour| (kind, flavour)));
    all.filter(|(kind, flavour)| class(*kind, *flavour).is_some()).collect()
}

proptest! {
    #[test]
    fn a_connector_against_its_own_server_has_no_drift_and_a_change_is_found_where_it_is(pair in 0..20_usize, property in 0..200_usize, seed in 1..9_u8) {
        let pairs = pairs();
        let (kind, flavour) = pairs[pair % pairs.len()];
        let document = document(kind, flavour);
        let mut config = told(&document, flavour);
        let running = |config: &Map<String, Value>| drifts(&document, &Running::Connector { index: 0, config }).unwrap();
        prop_assert_eq!(running(&config), []);

        let plugin = class(kind, flavour).unwrap();
        let is_plain = |key: &str| !["name", "connector.class", "topics"].contains(&key) && !plugin.is_sensitive(key);
        let properties: Vec<_> = plugin.properties.iter().filter(|property| is_plain(property.key)).collect();
        let property = properties[property % properties.len()];
        let was = config.get(property.key).cloned().unwrap_or(json!(""));
        let is_on = was.as_str() == Some("true") || was == json!(true);
        let new = match property.value_type {
            ValueType::Boolean => json!(if is_on { "false" } else { "TRUE" }),
            _ if !property.values.is_empty() => {
                json!(property.values.iter().find(|value| was.as_str().is_none_or(|was| !was.eq_ignore_ascii_case(value))).unwrap_or(&"other"))
            }
            _ => json!(format!("{}{seed}", was.as_str().map_or_else(|| was.to_string(), str::to_owned))),
        };
        config.insert(property.key.to_owned(), new);
        let found = running(&config);
        prop_assert_eq!(found.iter().map(|drift| drift.key.as_str()).collect::<Vec<_>>(), [property.key]);
        let mut pulled = document.clone();
        pull(&mut pulled, &document, &Running::Connector { index: 0, config: &config }).unwrap();
        prop_assert_eq!(drifts(&pulled, &Running::Connector { index: 0, config: &config }).unwrap(), []);
    }
}

#[test]
fn spellings_are_no_drift_and_differences_have_their_place() {
    let document = document(Kind::SqlServer, Flavour::ConfluentCloud);
    let told = told(&document, Flavour::ConfluentCloud);
    for (key, value, expected) in [
        ("topics", json!("b, a"), None),
        ("topics", json!("a"), Some("connectors[0].topics")),
        ("tasks.max", json!(1), None),
        ("tasks.max", json!("2"), Some(r#"connectors[0].config."tasks.max""#)),
        ("insert.mode", json!("upsert"), None),
        ("insert.mode", json!("INSERT"), Some(r#"connectors[0].config."insert.mode""#)),
        ("auto.create", json!(true), None),
        ("pk.fields", json!(""), None),
        ("connector.class", json!("x.MicrosoftSqlServerSinkConnector"), None),
        ("connector.class", json!("MySqlSink"), Some(r#"connectors[0].config."connector.class""#)),
        ("connection.password", json!("hunter5"), Some(r#"connectors[0].config."connection.password""#)),
        ("connection.password", json!("hunter4"), None),
        ("kafka.api.secret", json!("hunter2"), None),
    ] {
        let mut config = told.clone();
        config.insert(key.to_owned(), value.clone());
        let running = Running::Connector { index: 0, config: &config };
        let found = drifts(&document, &running).unwrap();
        assert_eq!(
            found.iter().map(|drift| drift.path.as_str()).collect::<Vec<_>>(),
            expected.into_iter().collect::<Vec<_>>(),
            "{key}: {value}"
        );
        assert!(!format!("{found:?}").contains("hunter"), "{found:?}");
        let mut pulled = document.clone();
        pull(&mut pulled, &document, &running).unwrap();
        assert_eq!(drifts(&pulled, &running).unwrap(), [], "{key}: {value}");
    }
}

#[test]
fn a_worker_s_pair_of_user_and_secret_is_looked_at_apart() {
    let document = document(Kind::SqlServer, Flavour::Confluent);
    let key = "value.converter.basic.auth.user.info";
    for (value, expected) in [("u:hunter3", 0), ("u:${file:/x:y}", 0), ("u:other", 1), ("v:hunter3", 1), ("****", 0)] {
        let mut config = told(&document, Flavour::Confluent);
        config.insert(key.to_owned(), json!(value));
        let found = drifts(&document, &Running::Connector { index: 0, config: &config }).unwrap();
        assert_eq!(found.len(), expected, "{value}: {found:?}");
    }
    let mut config = told(&document, Flavour::Confluent);
    config.insert("somebody.s.key".to_owned(), json!("x"));
    let found = drifts(&document, &Running::Connector { index: 0, config: &config }).unwrap();
    assert_eq!(found[0].key, "somebody.s.key", "a worker adds nothing by itself");
    let absent = Running::Connector { index: 1, config: &config };
    assert_eq!(drifts(&document, &absent).unwrap_err().code, "drift-part-absent");
}

#[test]
fn a_property_in_nested_tables_is_pulled_where_it_is() {
    let mut document = document(Kind::SqlServer, Flavour::ConfluentCloud);
    document.connectors[0].config.insert("connection".to_owned(), json!({"host": "a"}));
    let mut config = told(&document, Flavour::ConfluentCloud);
    config.insert("connection.host".to_owned(), json!("b"));
    let open = document.clone();
    pull(&mut document, &open, &Running::Connector { index: 0, config: &config }).unwrap();
    assert_eq!(document.connectors[0].config["connection"], json!({"host": "b"}));
}
