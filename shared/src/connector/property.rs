//! What is known of a connector's property.

/// What a sink connector writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    SqlServer,
    Snowflake,
    Mysql,
    Postgres,
}

/// Whose connector it is: property keys and defaults differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Managed by Confluent Cloud.
    ConfluentCloud,
    /// Confluent's plugin on a Kafka Connect worker; for Snowflake, Snowflake's own.
    Confluent,
    /// Aiven's JDBC plugin.
    Aiven,
    /// Debezium's JDBC plugin.
    Debezium,
}

impl Kind {
    /// `sqlserver` `snowflake` `mysql` `postgres`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "sqlserver" => Self::SqlServer,
            "snowflake" => Self::Snowflake,
            "mysql" => Self::Mysql,
            "postgres" => Self::Postgres,
            _ => return None,
        })
    }

    /// Whether a JDBC sink serves it.
    #[must_use]
    pub fn is_jdbc(self) -> bool {
        self != Self::Snowflake
    }
}

impl Flavour {
    /// `confluent-cloud` (also when empty) `kafka-connect-confluent` `kafka-connect-aiven` `kafka-connect-debezium`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "" | "confluent-cloud" => Self::ConfluentCloud,
            "kafka-connect-confluent" => Self::Confluent,
            "kafka-connect-aiven" => Self::Aiven,
            "kafka-connect-debezium" => Self::Debezium,
            _ => return None,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    Text,
    Integer,
    Boolean,
    /// Comma separated.
    List,
    /// A secret.
    Password,
}

/// One property of a connector. Connect takes every value as text.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    pub key: &'static str,
    /// What the Confluent console calls it; empty where no console shows it.
    pub label: &'static str,
    pub value_type: ValueType,
    /// What the connector does without it; `None` when it has no default.
    pub default: Option<&'static str>,
    /// The words that it may be; empty when it is free.
    pub values: &'static [&'static str],
    /// Least and greatest, for an integer.
    pub range: Option<(i64, i64)>,
    /// Refused without it.
    pub required: bool,
    /// A sentence: what it does, its unit, its trap.
    pub doc: &'static str,
}

/// A connector plugin.
#[derive(Debug)]
pub struct Class {
    pub kind: Kind,
    pub flavour: Flavour,
    /// The value of `connector.class`.
    pub name: &'static str,
    pub properties: Vec<Property>,
}

impl Class {
    #[must_use]
    pub fn property(&self, key: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.key == key)
    }
}
