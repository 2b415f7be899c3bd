//! What is known of one option.

use super::protocol::Protocol;
use super::release::{Since, Version};
use std::fmt;

/// Where an option may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the sink URI's query only.
    Uri,
    /// In the changefeed's configuration only.
    File,
    /// In both; the URI wins unless its value is empty, 0 or false.
    Both,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum ValueType {
    /// In the URI also `1 t T TRUE True 0 f F FALSE False`.
    Boolean,
    /// A whole number, least and greatest.
    Integer(i64, i64),
    Number,
    /// A Go duration such as `1m30s`; the least one that is taken, in seconds.
    Duration(u32),
    /// A Go duration, or whole nanoseconds.
    Interval,
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    Texts,
    /// A list of these words.
    Words(&'static [&'static str]),
    Integers,
    /// Another sink's section, a table; nothing here looks into it.
    Section,
}

impl fmt::Display for ValueType {
    /// For people: `whole number, 1 to 10`, `duration from 30s`, the words themselves.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("boolean"),
            Self::Integer(i64::MIN, _) => f.write_str("whole number"),
            Self::Integer(least, i64::MAX) => write!(f, "whole number from {least}"),
            Self::Integer(least, most) => write!(f, "whole number, {least} to {most}"),
            Self::Number => f.write_str("number"),
            Self::Duration(0) => f.write_str("duration"),
            Self::Duration(least) if least % 3600 == 0 => write!(f, "duration from {}h", least / 3600),
            Self::Duration(least) if least % 60 == 0 => write!(f, "duration from {}m", least / 60),
            Self::Duration(least) => write!(f, "duration from {least}s"),
            Self::Interval => f.write_str("duration or nanoseconds"),
            Self::Text => f.write_str("text"),
            Self::Word(words) => write!(f, "`{}`", words.join("` `")),
            Self::Texts => f.write_str("list of texts"),
            Self::Words(words) => write!(f, "list of `{}`", words.join("` `")),
            Self::Integers => f.write_str("list of whole numbers"),
            Self::Section => f.write_str("not looked into"),
        }
    }
}

/// Which architecture acts on an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architectures {
    Both,
    /// The new one takes it and does not act on it.
    Classic,
    /// The classic one refuses the key, and ignores the parameter.
    New,
}

/// One option of TiCDC, wherever it may be written.
#[derive(Clone, Copy, Debug)]
pub struct ConfigKey {
    /// The table of the configuration it stands in, `[]` behind a list of tables: `sink.dispatchers[]`. Empty at the top,
    /// and for options of the URI only.
    pub section: &'static str,
    /// Its key there, and its parameter in the URI.
    pub name: &'static str,
    pub place: Place,
    pub value_type: ValueType,
    /// What TiCDC does without it; empty when that is nothing.
    pub default: &'static str,
    pub since: Since,
    pub architectures: Architectures,
    /// The protocols that read it; empty: it does not depend on the protocol.
    pub protocols: &'static [Protocol],
    /// What to use instead; empty for an option that is alive.
    pub deprecated: &'static str,
    pub secret: bool,
    /// What other tools and the Confluent console call it, for the search.
    pub also: &'static str,
    /// What it does and its trap.
    pub doc: &'static str,
}

impl ConfigKey {
    const fn new(place: Place, section: &'static str, name: &'static str, value_type: ValueType, default: &'static str) -> Self {
        Self {
            section,
            name,
            place,
            value_type,
            default,
            since: Since::Always,
            architectures: Architectures::Both,
            protocols: &[],
            deprecated: "",
            secret: false,
            also: "",
            doc: "",
        }
    }

    pub(super) const fn uri(name: &'static str, value_type: ValueType, default: &'static str) -> Self {
        Self::new(Place::Uri, "", name, value_type, default)
    }

    pub(super) const fn file(section: &'static str, name: &'static str, value_type: ValueType, default: &'static str) -> Self {
        Self::new(Place::File, section, name, value_type, default)
    }

    pub(super) const fn both(section: &'static str, name: &'static str, value_type: ValueType, default: &'static str) -> Self {
        Self::new(Place::Both, section, name, value_type, default)
    }

    pub(super) const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }

    pub(super) const fn since(mut self, releases: &'static [Version]) -> Self {
        self.since = Since::Releases(releases);
        self
    }

    pub(super) const fn since_about(mut self, version: Version) -> Self {
        self.since = Since::About(version);
        self
    }

    pub(super) const fn unreleased(mut self) -> Self {
        self.since = Since::Unreleased;
        self.architectures = Architectures::New;
        self
    }

    pub(super) const fn new_only(mut self) -> Self {
        self.architectures = Architectures::New;
        self
    }

    pub(super) const fn classic_only(mut self) -> Self {
        self.architectures = Architectures::Classic;
        self
    }

    pub(super) const fn protocols(mut self, protocols: &'static [Protocol]) -> Self {
        self.protocols = protocols;
        self
    }

    pub(super) const fn deprecated(mut self, instead: &'static str) -> Self {
        self.deprecated = instead;
        self
    }

    pub(super) const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    pub(super) const fn also(mut self, words: &'static str) -> Self {
        self.also = words;
        self
    }

    /// Its dotted path in the configuration, e.g. `sink.kafka-config.compression`; `None` when only the URI can carry it.
    #[must_use]
    pub fn path(&self) -> Option<String> {
        match (self.place, self.section) {
            (Place::Uri, _) => None,
            (_, "") => Some(self.name.to_owned()),
            (_, section) => Some(format!("{section}.{}", self.name)),
        }
    }

    /// Its parameter in the sink URI's query.
    #[must_use]
    pub fn param(&self) -> Option<&'static str> {
        (self.place != Place::File).then_some(self.name)
    }

    /// Where a document has it, in the sink URI if that can carry it: `kafka.params.compression`,
    /// `changefeed.config.sink.dispatchers[].topic`.
    #[must_use]
    pub fn document_path(&self) -> String {
        match self.param() {
            Some(name) => format!("kafka.params.{name}"),
            None => format!("changefeed.config.{}", self.path().unwrap_or_default()),
        }
    }

    /// Whether a changefeed with this protocol reads it.
    #[must_use]
    pub fn is_read_by(&self, protocol: Protocol) -> bool {
        self.protocols.is_empty() || self.protocols.contains(&protocol)
    }
}
