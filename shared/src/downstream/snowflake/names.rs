//! Names in statements.

use crate::connector::{is_first, is_inner};

/// Words that are no column name without quotes.
const RESERVED: &str = "ACCOUNT ALL ALTER AND ANY AS BETWEEN BY CASE CAST CHECK COLUMN CONNECT CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE \
    CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DATABASE DELETE DISTINCT DROP ELSE EXISTS FALSE FOLLOWING FOR FROM FULL \
    GRANT GROUP HAVING ILIKE IN INCREMENT INNER INSERT INTERSECT INTO IS JOIN LEFT LIKE MINUS NATURAL NOT NULL OF ON OR \
    ORDER QUALIFY REVOKE RIGHT ROW SELECT SET TABLE TRUE UNION UPDATE VALUES WHERE";

/// A stored name as a statement needs it: quoted unless upper case, plain and no reserved word.
#[must_use]
pub fn identifier(stored: &str) -> String {
    let plain = stored.chars().next().is_some_and(|c| is_first(c) && !c.is_ascii_lowercase())
        && stored.chars().all(|c| is_inner(c) && !c.is_ascii_lowercase());
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
    fn names_are_quoted_when_they_must_be() {
        for (stored, expect) in
            [("ORDERS", "ORDERS"), ("Orders", "\"Orders\""), ("ORDER", "\"ORDER\""), ("1A", "\"1A\""), ("A\"B", "\"A\"\"B\"")]
        {
            assert_eq!(identifier(stored), expect);
        }
    }
}
