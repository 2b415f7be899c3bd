//! Which Snowflake table a topic goes to: `snowflake.topic2table.map`, or a name that the connector makes of the topic.
//! Source: `snowflakedb/snowflake-kafka-connector`.

use super::any::compile;

/// `snowflake.topic2table.map`, understood.
pub(super) struct TopicMap {
    entries: Vec<Entry>,
}

struct Entry {
    /// A topic, or a regular expression over whole topics.
    key: String,
    table: String,
    /// `None` for a key that can match nothing but itself.
    regex: Option<regex::Regex>,
}

impl TopicMap {
    /// The entries that can be read, and what is wrong with the others.
    pub(super) fn parse(text: &str, quotes: bool) -> (Self, Vec<String>) {
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
                let regex = if is_literal { None } else { compile(topic).ok().flatten() };
                entries.push(Entry { key: topic.to_owned(), table: table.to_owned(), regex });
            }
        }
        (Self { entries }, problems)
    }

    /// The table that the map gives a topic: an entry of that very name first, then one that matches it.
    pub(super) fn table(&self, topic: &str) -> Option<&str> {
        self.exact(topic).or_else(|| self.matching(topic).next()).map(|entry| entry.table.as_str())
    }

    /// The entries whose regular expression matches the topic, where none has its very name and there are several.
    pub(super) fn ambiguous(&self, topic: &str) -> Vec<&str> {
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
    pub(super) fn tables(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.table.as_str())
    }
}

/// `^[_a-zA-Z][_$a-zA-Z0-9]+$`: a name that the connector uses as it is.
pub(super) fn is_plain(name: &str) -> bool {
    name.len() >= 2 && name.starts_with(is_first) && name.chars().all(is_inner)
}

/// A table, perhaps with its schema and database before it.
fn is_table_path(name: &str) -> bool {
    name.split('.').count() <= 3 && name.split('.').all(is_plain)
}

fn is_first(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn is_inner(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

/// A topic's name with everything replaced that a table's name cannot hold.
pub(super) fn clean(topic: &str) -> String {
    let name = topic.replace(".*", "");
    let lead = if name.starts_with(is_first) { "" } else { "_" };
    lead.chars().chain(name.chars().map(|c| if is_inner(c) { c } else { '_' })).collect()
}

/// The table of a topic that the map does not have: the topic itself, or a clean name with the topic's hash (Java's).
pub(super) fn generated(topic: &str) -> String {
    if is_plain(topic) {
        return topic.to_owned();
    }
    let hash = topic.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    format!("{}_{}", clean(topic), hash.wrapping_abs())
}

/// The name under which Snowflake keeps the table: upper case, unless it is quoted.
pub(super) fn stored(table: &str) -> String {
    match table.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(exact) => exact.to_owned(),
        None => table.to_ascii_uppercase(),
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
            assert_eq!(generated(topic), table);
        }
    }

    #[test]
    fn a_map_is_read_entry_by_entry() {
        let (map, problems) = TopicMap::parse("a1:T1, b.*:db.sc.T2 ,bc.*:T3,bcd:T4,x,y:z:q,a1:T5,e1:1x,:T6,f1:\"q\"", false);
        assert_eq!(
            problems,
            [
                "`x` is not `topic:table`",
                "`y:z:q` is not `topic:table`",
                "`a1` is there twice",
                "`1x` is no table name",
                "`:T6` has no topic",
                "`\"q\"` is no table name"
            ]
        );
        assert_eq!(map.table("a1"), Some("T1"));
        assert_eq!(map.table("bx"), Some("db.sc.T2"));
        assert_eq!(map.table("bcd"), Some("T4"));
        assert_eq!(map.table("c"), None);
        assert_eq!(map.ambiguous("bcx"), ["b.*", "bc.*"]);
        assert!(map.ambiguous("bcd").is_empty() && map.ambiguous("bx").is_empty());
        assert!(TopicMap::parse("f1:\"q\"", true).1.is_empty());
    }
}
