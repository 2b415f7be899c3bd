//! All options, and how to find one.

mod changefeed;
mod codec;
mod filter;
mod kafka;
mod login;
mod routing;
mod scheduler;
mod sink;

use super::key::{ConfigKey, Place};

/// The tables in the order of the manual.
const TABLES: [&[ConfigKey]; 8] =
    [kafka::KEYS, login::KEYS, codec::KEYS, sink::KEYS, routing::KEYS, filter::KEYS, changefeed::KEYS, scheduler::KEYS];

/// Every option.
pub fn all() -> impl Iterator<Item = &'static ConfigKey> {
    TABLES.into_iter().flatten()
}

/// The option that the sink URI carries under that name, compared exactly as TiCDC does.
#[must_use]
pub fn by_param(name: &str) -> Option<&'static ConfigKey> {
    all().find(|key| key.place != Place::File && key.name == name)
}

/// The option at a path of the changefeed's configuration, lists as `[]`: `sink.dispatchers[].topic`.
#[must_use]
pub fn by_path(path: &str) -> Option<&'static ConfigKey> {
    let (section, name) = path.rsplit_once('.').unwrap_or(("", path));
    all().find(|key| key.place != Place::Uri && key.section == section && key.name == name)
}

/// The path of a name in a table; `None` for a name that would itself read as a path, which no option and no table has.
#[must_use]
pub fn path_in(table: &str, name: &str) -> Option<String> {
    match (table, name.contains(['.', '['])) {
        (_, true) => None,
        ("", _) => Some(name.to_owned()),
        _ => Some(format!("{table}.{name}")),
    }
}

/// Whether a path of the configuration is a table (or, with `[]` behind it, a list of tables) that holds options.
#[must_use]
pub fn is_section(path: &str) -> bool {
    all().any(|key| below(key.section, path).is_some())
}

/// The names that may stand in a table of the configuration: its options and its tables. A table of several options comes
/// several times.
pub fn children(section: &str) -> impl Iterator<Item = &'static str> {
    all().filter(|key| key.place != Place::Uri).filter_map(move |key| match below(key.section, section)? {
        "" => Some(key.name),
        inner => inner.split('.').next().map(|table| table.trim_end_matches("[]")),
    })
}

/// What is left of a path below a table; empty for the table itself, `None` outside it.
fn below<'p>(path: &'p str, table: &str) -> Option<&'p str> {
    if table.is_empty() {
        return Some(path);
    }
    match path.strip_prefix(table)? {
        "" => Some(""),
        rest => rest.strip_prefix('.'),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::key::{Architectures, ValueType};
    use super::*;

    #[test]
    fn options_are_found_by_either_name() {
        assert_eq!(by_param("partition-num").unwrap().section, "sink.kafka-config");
        assert!(by_param("Partition-Num").is_none() && by_param("encoder-concurrency").is_none() && by_path("max-retry").is_none());
        for path in ["memory-quota", "sink.protocol", "sink.dispatchers[].topic", "filter.event-filters[].ignore-sql"] {
            assert_eq!(by_path(path).unwrap().path().unwrap(), path);
        }
        assert_eq!(by_path("sink.kafka-config.compression").unwrap().document_path(), "kafka.params.compression");
        assert_eq!(by_path("sink.dispatchers[].topic").unwrap().document_path(), "changefeed.config.sink.dispatchers[].topic");
        assert!(by_path("sink").is_none() && by_path("sink.dispatchers.topic").is_none());
    }

    #[test]
    fn tables_are_known_by_their_options() {
        for path in ["sink", "sink.dispatchers[]", "sink.kafka-config.codec-config", "filter.event-filters[]", "consistent.memory-usage"] {
            assert!(is_section(path), "{path}");
        }
        for path in ["sin", "sink.protocol", "sink.dispatchers", "sink.kafka", "nothing"] {
            assert!(!is_section(path), "{path}");
        }
        let names: Vec<&str> = children("sink").collect();
        assert!(names.contains(&"dispatchers") && names.contains(&"protocol") && names.contains(&"kafka-config"));
        assert!(!names.contains(&"topic") && !children("").any(|name| name == "max-retry"));
    }

    #[test]
    fn every_option_is_described_once_and_completely() {
        let keys: Vec<_> = all().collect();
        assert!(keys.len() > 140, "{}", keys.len());
        for (i, key) in keys.iter().enumerate() {
            let what = format!("{:?} {}", key.path(), key.name);
            assert!(!key.doc.is_empty() && key.doc.ends_with('.'), "{what} has no sentence");
            assert!(key.name.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit()), "{what} is not kebab-case");
            assert!(!keys[..i].iter().any(|other| other.path() == key.path() && other.param() == key.param()), "{what} is there twice");
            assert!(key.place != Place::Uri || key.section.is_empty(), "{what}");
            assert!(key.place == Place::File || !keys[..i].iter().any(|other| other.param() == key.param()), "{what} is there twice");
            if let ValueType::Integer(least, most) = key.value_type {
                assert!(least < most, "{what}");
            }
            if let ValueType::Word(words) = key.value_type {
                assert!(key.default.is_empty() || words.contains(&key.default), "{what}");
            }
            if key.since == super::super::Since::Unreleased {
                assert_eq!(key.architectures, Architectures::New, "{what}");
            }
        }
    }

    #[test]
    fn an_option_is_a_secret_when_its_name_says_so() {
        for key in all() {
            assert_eq!(crate::secret::is_secret_key(key.name), key.secret, "{}", key.name);
        }
    }
}
