//! Which Snowflake table a topic goes to: `snowflake.topic2table.map`, or a name that the connector makes of the topic.
//! Source: `snowflakedb/snowflake-kafka-connector`.

use super::topic_regex;
use regex::Regex;

/// `snowflake.topic2table.map`, understood.
#[derive(Clone, Debug, Default)]
pub struct TopicMap {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    /// A topic, or a regular expression over whole topics.
    key: String,
    table: String,
    /// `None` for a key that can match nothing but itself.
    regex: Option<Regex>,
}

/// The table of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName {
    /// As Snowflake stores it: in upper case, unless it was quoted.
    pub stored: String,
    /// The topic is no legal name and not in the map, so that a hash stands at the end.
    pub generated: bool,
}

impl TopicMap {
    /// The entries that can be read, and what is wrong with the others. `quotes`: whether a table may stand in quotes, as in
    /// version 4 of the connector.
    pub(crate) fn parse(text: &str, quotes: bool) -> (Self, Vec<String>) {
        let mut entries: Vec<Entry> = Vec::new();
        let mut problems = Vec::new();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (topic, table) = match pair.split_once(':') {
                Some((topic, table)) if !table.contains(':') => (topic.trim(), table.trim()),
                _ => {
                    problems.push(format!("`{pair}` is not `topic:table`"));
                    continue;
                }
            };
            let is_quoted = quotes && table.len() > 2 && table.starts_with('"') && table.ends_with('"');
            if topic.is_empty() {
                problems.push(format!("`{pair}` has no topic"));
            } else if !is_quoted && !is_table_path(table) {
                problems.push(format!("`{table}` is no table name"));
            } else if entries.iter().any(|entry| entry.key == topic) {
                problems.push(format!("`{topic}` is there twice"));
            } else {
                let is_literal = topic.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
                let regex = if is_literal { None } else { topic_regex(topic).ok().flatten() };
                let overlaps = |other: &&Entry| {
                    let matches = |regex: &Option<Regex>, text: &str| regex.as_ref().is_some_and(|regex| regex.is_match(text));
                    matches(&regex, &other.key) || matches(&other.regex, topic)
                };
                // the connector compares the entries themselves, whatever topics there are
                if let Some(other) = entries.iter().find(overlaps) {
                    problems.push(format!("`{}` and `{topic}` overlap", other.key));
                }
                entries.push(Entry { key: topic.to_owned(), table: table.to_owned(), regex });
            }
        }
        (Self { entries }, problems)
    }

    /// Where a topic's rows go: an entry of that very name counts first, then one that matches it.
    #[must_use]
    pub fn table_name(&self, topic: &str) -> TableName {
        match self.exact(topic).or_else(|| self.matching(topic).next()) {
            Some(entry) => TableName { stored: stored_name(&entry.table), generated: false },
            None if is_plain(topic) => TableName { stored: stored_name(topic), generated: false },
            None => TableName { stored: stored_name(&with_hash(topic)), generated: true },
        }
    }

    /// The entries whose regular expression matches the topic, where none has its very name and there are several.
    pub(crate) fn ambiguous(&self, topic: &str) -> Vec<&str> {
        if self.exact(topic).is_some() {
            return Vec::new();
        }
        let keys: Vec<&str> = self.matching(topic).map(|entry| entry.key.as_str()).collect();
        if keys.len() > 1 { keys } else { Vec::new() }
    }

    fn exact(&self, topic: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == topic)
    }

    fn matching<'m>(&'m self, topic: &str) -> impl Iterator<Item = &'m Entry> {
        self.entries.iter().filter(move |entry| entry.regex.as_ref().is_some_and(|regex| regex.is_match(topic)))
    }

    /// The tables of the map.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.table.as_str())
    }
}

impl PartialEq for TopicMap {
    fn eq(&self, other: &Self) -> bool {
        let pairs = |map: &Self| map.entries.iter().map(|entry| (entry.key.clone(), entry.table.clone())).collect::<Vec<_>>();
        pairs(self) == pairs(other)
    }
}

impl Eq for TopicMap {}

/// `^[_a-zA-Z][_$a-zA-Z0-9]+$`: a name that the connector uses as it is.
fn is_plain(name: &str) -> bool {
    name.len() >= 2 && name.starts_with(is_first) && name.chars().all(is_inner)
}

/// A table, perhaps with its schema and database before it.
fn is_table_path(name: &str) -> bool {
    name.split('.').count() <= 3 && name.split('.').all(is_plain)
}

pub(crate) fn is_first(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

pub(crate) fn is_inner(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

/// A topic's name with everything replaced that a table's name cannot hold.
pub(crate) fn clean(topic: &str) -> String {
    let name = topic.replace(".*", "");
    let lead = if name.starts_with(is_first) { "" } else { "_" };
    lead.chars().chain(name.chars().map(|c| if is_inner(c) { c } else { '_' })).collect()
}

/// The clean name with the topic's hash (Java's), which tells apart what cleaning makes equal.
fn with_hash(topic: &str) -> String {
    let hash = topic.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    format!("{}_{}", clean(topic), hash.wrapping_abs())
}

/// What Snowflake stores for a name in a statement: upper case without quotes, the inside of quotes as it is.
#[must_use]
pub fn stored_name(name: &str) -> String {
    match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => name.to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference's table.
    #[test]
    fn tables_are_named_as_the_connector_does() {
        for (topic, table) in [
            ("tidb_tpcc_orders", "tidb_tpcc_orders"),
            ("tidb.tpcc.orders", "tidb_tpcc_orders_458875260"),
            ("tidb-tpcc-orders", "tidb_tpcc_orders_557711140"),
            ("1orders", "_1orders_470762922"),
            ("-orders", "__orders_274189650"),
        ] {
            let name = TopicMap::default().table_name(topic);
            assert_eq!((name.stored, name.generated), (table.to_uppercase(), table != topic), "{topic}");
        }
    }

    #[test]
    fn a_map_is_read_entry_by_entry() {
        let (map, problems) = TopicMap::parse("a1:T1, b.*:db.sc.T2 ,bc.*:T3,bcd:T4,x,y:z:q,a1:T5,e1:1x,:T6,f1:\"q\"", false);
        assert_eq!(
            problems,
            [
                "`b.*` and `bc.*` overlap",
                "`b.*` and `bcd` overlap",
                "`x` is not `topic:table`",
                "`y:z:q` is not `topic:table`",
                "`a1` is there twice",
                "`1x` is no table name",
                "`:T6` has no topic",
                "`\"q\"` is no table name"
            ]
        );
        assert_eq!(map.table_name("a1").stored, "T1");
        assert_eq!(map.table_name("bx").stored, "DB.SC.T2");
        assert_eq!(map.table_name("bcd").stored, "T4");
        assert_eq!(map.table_name("c-d").stored, "C_D_96634");
        assert_eq!(map.ambiguous("bcx"), ["b.*", "bc.*"]);
        assert!(map.ambiguous("bcd").is_empty() && map.ambiguous("bx").is_empty());
        let (quoted, problems) = TopicMap::parse("f1:\"q\"", true);
        assert_eq!((quoted.table_name("f1").stored.as_str(), problems.len()), ("q", 0));
        assert!(quoted == quoted.clone() && quoted != map);
    }
}
