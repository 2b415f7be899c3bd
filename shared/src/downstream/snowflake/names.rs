//! Names of tables and how Snowflake reads them.

use regex::Regex;

/// The table of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName {
    /// As the connector names it: from the map, the topic itself, or made from the topic.
    pub token: String,
    /// As Snowflake stores it: in upper case, unless it was quoted.
    pub stored: String,
    /// The topic is no legal name, so that a hash stands at the end.
    pub generated: bool,
}

/// Where a topic's rows go. A topic is looked for in the map as it is, then as a regular expression over the whole topic.
#[must_use]
pub fn table_name(topic: &str, map: &[(String, String)]) -> TableName {
    let matches = |pattern: &str| Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|regex| regex.is_match(topic));
    let mapped = map.iter().find(|(from, _)| from == topic).or_else(|| map.iter().find(|(from, _)| matches(from)));
    let generated = mapped.is_none() && !is_legal(topic);
    let token = match mapped {
        Some((_, table)) => table.clone(),
        None if generated => with_hash(topic),
        None => topic.to_owned(),
    };
    TableName { stored: stored_name(&token), token, generated }
}

/// `^[_a-zA-Z][_$a-zA-Z0-9]+$`: one character alone is not enough.
fn is_legal(topic: &str) -> bool {
    let mut chars = topic.chars();
    chars.next().is_some_and(begins) && topic.len() > 1 && chars.all(continues)
}

fn begins(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic()
}

fn continues(c: char) -> bool {
    begins(c) || c == '$' || c.is_ascii_digit()
}

fn with_hash(topic: &str) -> String {
    let hash = topic.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    let plain = topic.replace(".*", "");
    let lead = if plain.chars().next().is_some_and(begins) { "" } else { "_" };
    let rest: String = plain.chars().map(|c| if continues(c) { c } else { '_' }).collect();
    format!("{lead}{rest}_{}", hash.wrapping_abs())
}

/// What Snowflake stores for a name in a statement: upper case without quotes, the inside of quotes as it is.
#[must_use]
pub fn stored_name(name: &str) -> String {
    match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => name.to_uppercase(),
    }
}

/// Words that are no column name without quotes.
const RESERVED: &str = "ACCOUNT ALL ALTER AND ANY AS BETWEEN BY CASE CAST CHECK COLUMN CONNECT CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE \
    CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DATABASE DELETE DISTINCT DROP ELSE EXISTS FALSE FOLLOWING FOR FROM FULL \
    GRANT GROUP HAVING ILIKE IN INCREMENT INNER INSERT INTERSECT INTO IS JOIN LEFT LIKE MINUS NATURAL NOT NULL OF ON OR \
    ORDER QUALIFY REVOKE RIGHT ROW SELECT SET TABLE TRUE UNION UPDATE VALUES WHERE";

/// A stored name as a statement needs it: quoted unless upper case, plain and no reserved word.
#[must_use]
pub fn identifier(stored: &str) -> String {
    let plain = stored.chars().next().is_some_and(|c| begins(c) && !c.is_ascii_lowercase())
        && stored.chars().all(|c| continues(c) && !c.is_ascii_lowercase());
    if plain && !is_reserved(stored) { stored.to_owned() } else { format!("\"{}\"", stored.replace('"', "\"\"")) }
}

fn is_reserved(word: &str) -> bool {
    RESERVED.split(' ').any(|reserved| reserved == word)
}

/// A field's name (made fit for Avro) behind a colon or point: its case counts, with and without quotes.
pub(super) fn path_element(field: &str) -> String {
    if is_reserved(&field.to_uppercase()) { format!("\"{field}\"") } else { field.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_become_tables_as_the_connector_names_them() {
        for (topic, token) in [
            ("tidb_tpcc_orders", "tidb_tpcc_orders"),
            ("tidb.tpcc.orders", "tidb_tpcc_orders_458875260"),
            ("tidb-tpcc-orders", "tidb_tpcc_orders_557711140"),
            ("1orders", "_1orders_470762922"),
            ("-orders", "__orders_274189650"),
        ] {
            let name = table_name(topic, &[]);
            assert_eq!((name.token.as_str(), name.stored), (token, token.to_uppercase()), "{topic}");
            assert_eq!(name.generated, token != topic);
        }
    }

    #[test]
    fn the_map_goes_first_by_name_then_by_pattern() {
        let map = [("tidb_.*".to_owned(), "REST".to_owned()), ("tidb_a".to_owned(), "\"Orders\"".to_owned())];
        assert_eq!(table_name("tidb_a", &map).stored, "Orders");
        assert_eq!(table_name("tidb_b", &map).stored, "REST");
        assert_eq!(table_name("x_tidb_b", &map).stored, "X_TIDB_B");
    }

    #[test]
    fn names_are_quoted_when_they_must_be() {
        for (stored, expect) in
            [("ORDERS", "ORDERS"), ("Orders", "\"Orders\""), ("ORDER", "\"ORDER\""), ("1A", "\"1A\""), ("A\"B", "\"A\"\"B\"")]
        {
            assert_eq!(identifier(stored), expect);
        }
    }
}
