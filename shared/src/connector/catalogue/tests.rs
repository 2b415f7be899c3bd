#![allow(clippy::unwrap_used)]

use super::*;
use crate::connector::ValueType;
use std::collections::HashSet;

fn cloud(kind: Kind) -> &'static Class {
    class(kind, Flavour::ConfluentCloud).unwrap()
}

#[test]
fn every_target_has_its_plugins_and_snowflake_only_its_own() {
    let name = |kind, flavour| class(kind, flavour).map(|class| class.name);
    assert_eq!(name(Kind::SqlServer, Flavour::ConfluentCloud), Some("MicrosoftSqlServerSink"));
    assert_eq!(name(Kind::Postgres, Flavour::Debezium), Some("io.debezium.connector.jdbc.JdbcSinkConnector"));
    assert_eq!(name(Kind::Snowflake, Flavour::Confluent), Some("com.snowflake.kafka.connector.SnowflakeSinkConnector"));
    for flavour in [Flavour::Aiven, Flavour::Debezium] {
        assert_eq!(name(Kind::Snowflake, flavour), None);
    }
    for kind in [Kind::SqlServer, Kind::Mysql, Kind::Postgres] {
        for flavour in [Flavour::ConfluentCloud, Flavour::Confluent, Flavour::Aiven, Flavour::Debezium] {
            assert!(class(kind, flavour).is_some(), "{kind:?} {flavour:?}");
        }
    }
}

#[test]
fn the_class_that_is_written_chooses_between_versions() {
    let v4 = class_named(Kind::Snowflake, Flavour::Confluent, snowflake::V4_CLASS).unwrap();
    assert_eq!(v4.property("snowflake.enable.schematization").unwrap().default, Some("true"));
    assert!(v4.property("buffer.flush.time").is_none());
    let other = class_named(Kind::Snowflake, Flavour::Confluent, "MicrosoftSqlServerSink").unwrap();
    assert_eq!(other.property("snowflake.enable.schematization").unwrap().default, Some("false"));
}

#[test]
fn every_property_is_consistent() {
    for class in classes() {
        let mut seen = HashSet::new();
        for property in &class.properties {
            let at = format!("{} {}", class.name, property.key);
            assert!(seen.insert(property.key), "{at} is there twice");
            assert!(property.doc.ends_with('.') && property.doc.len() > 10, "{at} has no sentence");
            assert!(property.default.is_none() || !property.required, "{at} is required and has a default");
            if let Some(default) = property.default {
                let words = default.split(',').all(|word| property.values.contains(&word));
                assert!(property.values.is_empty() || words, "{at}: {default} is not one of its values");
                if let Some((least, greatest)) = property.range {
                    let number: i64 = default.parse().unwrap();
                    assert!((least..=greatest).contains(&number), "{at}: {default} is out of range");
                }
            }
            assert_eq!(property.range.is_some(), property.value_type == ValueType::Integer, "{at}");
        }
        for key in ["name", "connector.class", "topics", "tasks.max", "errors.tolerance"] {
            assert!(class.property(key).is_some(), "{} lacks {key}", class.name);
        }
    }
}

#[test]
fn defaults_that_surprise_are_the_plugins_own() {
    for (class, key, default) in [
        (cloud(Kind::Snowflake), "behavior.on.null.values", Some("IGNORE")),
        (cloud(Kind::Snowflake), "input.key.format", Some("STRING")),
        (cloud(Kind::SqlServer), "input.key.format", None),
        (cloud(Kind::SqlServer), "errors.tolerance", Some("all")),
        (cloud(Kind::SqlServer), "ssl.mode", Some("prefer")),
        (class(Kind::Snowflake, Flavour::Confluent).unwrap(), "behavior.on.null.values", Some("DEFAULT")),
        (class(Kind::SqlServer, Flavour::Confluent).unwrap(), "errors.tolerance", Some("none")),
        (class(Kind::SqlServer, Flavour::Debezium).unwrap(), "batch.size", Some("500")),
    ] {
        assert_eq!(class.property(key).unwrap().default, default, "{} {key}", class.name);
    }
}

#[test]
fn keys_of_transforms_converters_and_clients_are_known_and_misspelt_ones_are_not() {
    let confluent = class(Kind::SqlServer, Flavour::Confluent).unwrap();
    for (class, key, known) in [
        (cloud(Kind::SqlServer), "delete.enabled", true),
        (cloud(Kind::SqlServer), "transforms.t.type", true),
        (cloud(Kind::SqlServer), "transforms.", false),
        (cloud(Kind::SqlServer), "consumer.override.fetch.max.bytes", true),
        (cloud(Kind::SqlServer), "value.converter.schema.registry.url", true),
        (cloud(Kind::SqlServer), "delete.on.null", false),
        (cloud(Kind::SqlServer), "batch.size", false),
        (cloud(Kind::SqlServer), "producer.override.acks", false),
        (confluent, "producer.override.acks", true),
        (confluent, "errors.deadletterqueue.topic.replication.factor", true),
        (confluent, "connection.encrypt", true),
        (confluent, "kafka.api.key", false),
        (class(Kind::SqlServer, Flavour::Aiven).unwrap(), "connection.encrypt", false),
        (class(Kind::Mysql, Flavour::Debezium).unwrap(), "hibernate.c3p0.min_size", true),
    ] {
        assert_eq!(class.knows(key), known, "{} {key}", class.name);
    }
}

#[test]
fn passwords_and_keys_that_look_like_one_are_sensitive() {
    let class = cloud(Kind::Snowflake);
    for (key, sensitive) in [
        ("snowflake.private.key", true),
        ("kafka.api.key", true),
        ("transforms.t.password", true),
        ("snowflake.user.name", false),
        ("topics", false),
    ] {
        assert_eq!(class.is_sensitive(key), sensitive, "{key}");
    }
}

#[test]
fn a_wrong_key_leads_to_the_plugins_own() {
    for (kind, flavour, wrong, right) in [
        (Kind::SqlServer, Flavour::ConfluentCloud, "delete.on.null", Some("delete.enabled")),
        (Kind::SqlServer, Flavour::ConfluentCloud, "batch.size", Some("batch.sizes")),
        (Kind::SqlServer, Flavour::Confluent, "batch.sizes", Some("batch.size")),
        (Kind::SqlServer, Flavour::ConfluentCloud, "auto.add.columns", Some("auto.evolve")),
        (Kind::SqlServer, Flavour::Debezium, "auto.evolve", Some("schema.evolution")),
        (Kind::SqlServer, Flavour::Debezium, "pk.mode", Some("primary.key.mode")),
        (Kind::SqlServer, Flavour::Aiven, "quote.sql.identifiers", Some("sql.quote.identifiers")),
        (Kind::SqlServer, Flavour::ConfluentCloud, "connection.url", Some("connection.host")),
        (Kind::SqlServer, Flavour::ConfluentCloud, "max.rows.per.batch", Some("batch.sizes")),
        (Kind::SqlServer, Flavour::ConfluentCloud, "inser.mode", Some("insert.mode")),
        (Kind::SqlServer, Flavour::ConfluentCloud, "insert.mode", None),
        (Kind::SqlServer, Flavour::ConfluentCloud, "colour", None),
        (Kind::Snowflake, Flavour::ConfluentCloud, "behaviour.on.null.values", Some("behavior.on.null.values")),
        (Kind::Snowflake, Flavour::ConfluentCloud, "snowflake.account", Some("snowflake.url.name")),
        (Kind::Snowflake, Flavour::ConfluentCloud, "delete.on.null", None),
    ] {
        assert_eq!(suggestion(class(kind, flavour).unwrap(), wrong), right, "{kind:?} {flavour:?} {wrong}");
    }
}

#[test]
fn every_habit_leads_to_a_key_that_some_plugin_has() {
    for (wrong, right) in suggestion::HABITS {
        assert!(classes().iter().any(|class| class.property(right).is_some() && class.property(wrong).is_none()), "{wrong} -> {right}");
    }
}

#[test]
fn words_of_the_form_find_the_key() {
    for (kind, flavour, words, first) in [
        (Kind::SqlServer, Flavour::ConfluentCloud, "Delete on null", "delete.enabled"),
        (Kind::SqlServer, Flavour::Confluent, "Delete on null", "delete.enabled"),
        (Kind::SqlServer, Flavour::Debezium, "delete null", "delete.enabled"),
        (Kind::SqlServer, Flavour::ConfluentCloud, "auto add", "auto.evolve"),
        (Kind::SqlServer, Flavour::ConfluentCloud, "PK mode", "pk.mode"),
        (Kind::SqlServer, Flavour::ConfluentCloud, "batch.size", "batch.sizes"),
        (Kind::SqlServer, Flavour::ConfluentCloud, "encryption", "ssl.mode"),
        (Kind::Snowflake, Flavour::ConfluentCloud, "private key", "snowflake.private.key"),
        (Kind::Snowflake, Flavour::ConfluentCloud, "every delete", "behavior.on.null.values"),
    ] {
        let found = search(class(kind, flavour).unwrap(), words);
        assert_eq!(found.first().map(|property| property.key), Some(first), "{flavour:?} {words}");
    }
    assert!(search(cloud(Kind::SqlServer), "zebra").is_empty());
    assert_eq!(search(cloud(Kind::SqlServer), " ").len(), cloud(Kind::SqlServer).properties.len());
}

#[test]
fn keys_that_the_service_adds_are_told_from_the_users() {
    assert!(is_service_made("config.internal.x") && is_service_made("kafka.endpoint"));
    assert!(!is_service_made("kafka.api.key"));
}
