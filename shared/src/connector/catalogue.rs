//! All plugins: which properties each has.

mod connect;
mod debezium;
mod jdbc;
mod managed;
mod managed_jdbc;
mod search;
mod snowflake;
mod suggestion;

pub(super) use connect::AVRO_CONVERTER;
pub use managed::is_service_made;
pub use search::search;
pub use suggestion::suggestion;

use super::{Class, Flavour, Kind, Property};
use std::sync::OnceLock;

/// Every plugin. Of Snowflake's own there are two under one kind and flavour: version 3, then version 4.
#[must_use]
pub fn classes() -> &'static [Class] {
    static CLASSES: OnceLock<Vec<Class>> = OnceLock::new();
    CLASSES.get_or_init(|| {
        let mut all = vec![
            managed(Kind::SqlServer, "MicrosoftSqlServerSink", &[managed_jdbc::SSL, managed_jdbc::TRUST_STORE, managed_jdbc::TABLE_TYPES]),
            managed_snowflake(),
            managed(Kind::Mysql, "MySqlSink", &[managed_jdbc::SSL, managed_jdbc::TRUST_STORE, managed_jdbc::TABLE_TYPES]),
            managed(
                Kind::Postgres,
                "PostgresSink",
                &[managed_jdbc::SSL, managed_jdbc::ROOT_CERTIFICATE, managed_jdbc::POSTGRES_TABLE_TYPES],
            ),
        ];
        for kind in [Kind::SqlServer, Kind::Mysql, Kind::Postgres] {
            let own = [jdbc::CONFLUENT, jdbc::SHARED];
            all.push(worker(kind, Flavour::Confluent, jdbc::CONFLUENT_CLASS, &own, jdbc::CONFLUENT_OPEN_PREFIXES));
            all.push(worker(kind, Flavour::Aiven, jdbc::AIVEN_CLASS, &[jdbc::AIVEN, jdbc::SHARED], &[]));
            all.push(worker(kind, Flavour::Debezium, debezium::CLASS, &[debezium::PROPERTIES], debezium::OPEN_PREFIXES));
        }
        let version = |name, own, open: &[&'static str]| {
            worker(Kind::Snowflake, Flavour::Confluent, name, &[snowflake::SHARED, own, snowflake::WORKER], open)
        };
        all.push(version(snowflake::V3_CLASS, snowflake::V3, &[]));
        all.push(version(snowflake::V4_CLASS, snowflake::V4, snowflake::V4_OPEN_PREFIXES));
        all
    })
}

/// The plugin for a target in a flavour; `None` when there is none (Snowflake has no Aiven or Debezium sink).
#[must_use]
pub fn class(kind: Kind, flavour: Flavour) -> Option<&'static Class> {
    classes().iter().find(|class| (class.kind, class.flavour) == (kind, flavour))
}

/// The plugin that `connector.class` names, as far as it is one for this target and flavour; else as [`class`].
#[must_use]
pub fn class_named(kind: Kind, flavour: Flavour, name: &str) -> Option<&'static Class> {
    let named = classes().iter().find(|class| (class.kind, class.flavour, class.name) == (kind, flavour, name));
    named.or_else(|| class(kind, flavour))
}

fn managed(kind: Kind, name: &'static str, own: &[&[Property]]) -> Class {
    let mut tables = vec![managed_jdbc::PROPERTIES];
    tables.extend_from_slice(own);
    tables.push(managed::PROPERTIES);
    Class { kind, flavour: Flavour::ConfluentCloud, name, properties: compose(&tables), open_prefixes: managed::OPEN_PREFIXES.to_vec() }
}

fn managed_snowflake() -> Class {
    Class {
        kind: Kind::Snowflake,
        flavour: Flavour::ConfluentCloud,
        name: "SnowflakeSink",
        properties: compose(&[snowflake::MANAGED, snowflake::SHARED, managed::PROPERTIES]),
        open_prefixes: [managed::OPEN_PREFIXES, snowflake::MANAGED_OPEN_PREFIXES].concat(),
    }
}

fn worker(kind: Kind, flavour: Flavour, name: &'static str, own: &[&[Property]], open: &[&'static str]) -> Class {
    let mut tables = own.to_vec();
    tables.push(connect::PROPERTIES);
    Class { kind, flavour, name, properties: compose(&tables), open_prefixes: [connect::OPEN_PREFIXES, open].concat() }
}

/// Of a key in several tables the first counts: a plugin's own word comes before what all share.
fn compose(tables: &[&[Property]]) -> Vec<Property> {
    let mut all: Vec<Property> = Vec::with_capacity(tables.iter().map(|table| table.len()).sum());
    for property in tables.iter().copied().flatten() {
        if !all.iter().any(|known| known.key == property.key) {
            all.push(*property);
        }
    }
    all
}

#[cfg(test)]
mod tests;
