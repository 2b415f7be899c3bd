//! What is known of a connector's property.

use crate::secret::is_secret_key;

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
    pub const ALL: [Self; 4] = [Self::SqlServer, Self::Snowflake, Self::Mysql, Self::Postgres];

    /// As documents have it: `sqlserver` `snowflake` `mysql` `postgres`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SqlServer => "sqlserver",
            Self::Snowflake => "snowflake",
            Self::Mysql => "mysql",
            Self::Postgres => "postgres",
        }
    }

    /// The kind of that [`name`](Self::name).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }

    /// How its database's JDBC URLs begin; `None` where no JDBC sink serves it.
    #[must_use]
    pub fn jdbc_url(self) -> Option<&'static str> {
        match self {
            Self::SqlServer => Some("jdbc:sqlserver:"),
            Self::Mysql => Some("jdbc:mysql:"),
            Self::Postgres => Some("jdbc:postgresql:"),
            Self::Snowflake => None,
        }
    }

    /// Whether a JDBC sink serves it.
    #[must_use]
    pub fn is_jdbc(self) -> bool {
        self.jdbc_url().is_some()
    }
}

impl Flavour {
    pub const ALL: [Self; 4] = [Self::ConfluentCloud, Self::Confluent, Self::Aiven, Self::Debezium];

    /// As documents have it: `confluent-cloud` `kafka-connect-confluent` `kafka-connect-aiven` `kafka-connect-debezium`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ConfluentCloud => "confluent-cloud",
            Self::Confluent => "kafka-connect-confluent",
            Self::Aiven => "kafka-connect-aiven",
            Self::Debezium => "kafka-connect-debezium",
        }
    }

    /// The flavour of that [`name`](Self::name); an empty text is Confluent Cloud's.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = if text.is_empty() { Self::ConfluentCloud.name() } else { text };
        Self::ALL.into_iter().find(|flavour| flavour.name() == text)
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property {
    pub key: &'static str,
    /// What a form calls it (the Confluent Cloud console, Control Center); empty where it has no name but its key.
    pub label: &'static str,
    pub value_type: ValueType,
    /// What the connector does without it; `None` when it has no default.
    pub default: Option<&'static str>,
    /// The words that it may be; empty when it is free.
    pub values: &'static [&'static str],
    /// Whether the words' case counts; most plugins do not care, Connect itself does.
    pub exact: bool,
    /// Least and greatest, for an integer.
    pub range: Option<(i64, i64)>,
    /// Refused without it.
    pub required: bool,
    /// A sentence: what it does, its unit, its trap.
    pub doc: &'static str,
}

/// Greatest values of Connect's `INT` and `LONG`.
pub(super) const INT: i64 = i32::MAX as i64;
pub(super) const LONG: i64 = i64::MAX;

impl Property {
    const fn new(key: &'static str, label: &'static str, value_type: ValueType, doc: &'static str) -> Self {
        Self { key, label, value_type, default: None, values: &[], exact: false, range: None, required: false, doc }
    }

    pub(super) const fn text(key: &'static str, label: &'static str, doc: &'static str) -> Self {
        Self::new(key, label, ValueType::Text, doc)
    }

    pub(super) const fn integer(key: &'static str, label: &'static str, doc: &'static str) -> Self {
        Self::new(key, label, ValueType::Integer, doc)
    }

    pub(super) const fn boolean(key: &'static str, label: &'static str, doc: &'static str) -> Self {
        Self::new(key, label, ValueType::Boolean, doc).one_of(&["true", "false"])
    }

    pub(super) const fn list(key: &'static str, label: &'static str, doc: &'static str) -> Self {
        Self::new(key, label, ValueType::List, doc)
    }

    pub(super) const fn password(key: &'static str, label: &'static str, doc: &'static str) -> Self {
        Self::new(key, label, ValueType::Password, doc)
    }

    pub(super) const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    pub(super) const fn one_of(self, values: &'static [&'static str]) -> Self {
        Self { values, ..self }
    }

    /// One of these words, in this case.
    pub(super) const fn exactly_one_of(self, values: &'static [&'static str]) -> Self {
        Self { values, exact: true, ..self }
    }

    pub(super) const fn within(self, least: i64, greatest: i64) -> Self {
        Self { range: Some((least, greatest)), ..self }
    }

    pub(super) const fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

/// A connector plugin.
#[derive(Debug)]
pub struct Class {
    pub kind: Kind,
    pub flavour: Flavour,
    /// The value of `connector.class`.
    pub name: &'static str,
    /// Its own first, then those of every sink.
    pub properties: Vec<Property>,
    /// Keys that begin so belong to somebody else (a transform, a converter, a Kafka client) and are taken as they are.
    pub open_prefixes: Vec<&'static str>,
}

impl Class {
    #[must_use]
    pub fn property(&self, key: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.key == key)
    }

    /// Whether the plugin, or something that it hands the key to, reads it.
    #[must_use]
    pub fn knows(&self, key: &str) -> bool {
        self.property(key).is_some() || self.open_prefixes.iter().any(|prefix| key.len() > prefix.len() && key.starts_with(prefix))
    }

    /// Whether the value of a key has to be kept out of sight: its type says so, or its name.
    #[must_use]
    pub fn is_sensitive(&self, key: &str) -> bool {
        is_secret_key(key) || self.property(key).is_some_and(|property| property.value_type == ValueType::Password)
    }
}
