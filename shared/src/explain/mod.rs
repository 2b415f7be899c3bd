//! What a pasted error or log line means: its cause, the field that mends it and what to do, without asking anybody.
//!
//! The knowledge is in tables, one or two files a system. A text is cleaned and loses its secrets first; then every entry
//! looks for its code or for all of its fragments within one line. `docs/TROUBLESHOOTING.md` is the tables' print.

mod clean;
mod connect;
mod entry;
mod jdbc;
mod kafka;
mod ksql;
mod mysql;
mod redact;
mod registry;
mod snowflake;
mod snowflake_service;
mod sqlserver;
mod ticdc;
mod ticdc_config;
mod ticdc_runtime;

pub use entry::{Code, Entry};

use clean::clean;
pub use redact::redact;

/// More would only be guesses.
pub const MAX_EXPLANATIONS: usize = 5;

/// Who speaks in an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum System {
    TiCdc,
    Kafka,
    SchemaRegistry,
    /// Kafka Connect and its converters, Confluent Cloud's managed connectors included.
    Connect,
    /// The service and its sink connector.
    Snowflake,
    SqlServer,
    Ksql,
    /// MySQL and MariaDB, as a source and behind a JDBC sink.
    MySql,
}

impl System {
    pub const ALL: [Self; 8] =
        [Self::TiCdc, Self::Kafka, Self::SchemaRegistry, Self::Connect, Self::Snowflake, Self::SqlServer, Self::Ksql, Self::MySql];

    /// As people write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TiCdc => "TiCDC",
            Self::Kafka => "Kafka",
            Self::SchemaRegistry => "Schema Registry",
            Self::Connect => "Kafka Connect",
            Self::Snowflake => "Snowflake",
            Self::SqlServer => "SQL Server",
            Self::Ksql => "ksqlDB",
            Self::MySql => "MySQL",
        }
    }
}

/// What one part of a text means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub system: System,
    pub title: &'static str,
    pub cause: &'static str,
    pub fix: &'static str,
    /// The field of the document it points at, in the form of [`crate::path`]; connectors and statements are the first
    /// ones, `connectors[0]`. Empty when no field mends it.
    pub path: &'static str,
    /// The system's own code, such as `CDC:ErrKafkaNewProducer` or `40401`; empty when it has none.
    pub code: &'static str,
    /// The line that was recognised, shortened around the recognised part, its secrets `xxxxx`.
    pub quote: String,
}

impl Explanation {
    /// Cause and fix as the hint of a finding.
    #[must_use]
    pub fn advice(&self) -> String {
        format!("{} {}", self.cause, self.fix)
    }
}

/// What is known about a text, most exact first: at most [`MAX_EXPLANATIONS`], none when nothing in it is known.
///
/// Takes log lines, stack traces and JSON alike; of a longer text the first 128 KiB are read.
#[must_use]
pub fn explain(text: &str) -> Vec<Explanation> {
    let text = clean(text);
    let mut found: Vec<_> = entries().filter_map(|(system, entry)| Some((system, entry, entry.find(system, &text)?))).collect();
    found.sort_by(|(.., one), (.., other)| other.weight.cmp(&one.weight).then(one.at.cmp(&other.at)));
    found.truncate(MAX_EXPLANATIONS);
    found
        .into_iter()
        .map(|(system, entry, found)| Explanation {
            system,
            title: entry.title,
            cause: entry.cause,
            fix: entry.fix,
            path: entry.path,
            code: entry.code.text(),
            quote: text.quote(found.at),
        })
        .collect()
}

/// Every entry with its system, grouped as [`System::ALL`].
pub fn entries() -> impl Iterator<Item = (System, &'static Entry)> {
    System::ALL.into_iter().flat_map(|system| tables(system).iter().flat_map(move |table| table.iter().map(move |entry| (system, entry))))
}

fn tables(system: System) -> &'static [&'static [Entry]] {
    match system {
        System::TiCdc => &[ticdc::ENTRIES, ticdc_config::ENTRIES, ticdc_runtime::ENTRIES],
        System::Kafka => &[kafka::ENTRIES],
        System::SchemaRegistry => &[registry::ENTRIES],
        System::Connect => &[connect::ENTRIES, jdbc::ENTRIES],
        System::Snowflake => &[snowflake::ENTRIES, snowflake_service::ENTRIES],
        System::SqlServer => &[sqlserver::ENTRIES],
        System::Ksql => &[ksql::ENTRIES],
        System::MySql => &[mysql::ENTRIES],
    }
}
