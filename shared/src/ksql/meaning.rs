//! Statements compared by meaning, and one statement in place of another.

use super::token::{Placed, Token, tokens};

/// Whether the queries of two `CREATE … AS SELECT` are the same but for what ksqlDB writes differently when it tells a
/// statement: case of names without quotes, white space, `AS` before an alias, a single source's name before its columns,
/// aliases equal to names, `EMIT CHANGES`.
pub(crate) fn same_query(one: &str, other: &str) -> bool {
    match (words(one), words(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one.trim() == other.trim(),
    }
}

/// The statement with `OR REPLACE`, and without the `IF NOT EXISTS` that it cannot have then; ended by `;`. `None`: it is no
/// `CREATE STREAM` or `CREATE TABLE`.
pub(crate) fn in_place_of(sql: &str) -> Option<String> {
    let tokens = tokens(sql).ok()?;
    let word = |at: usize, word: &str| matches!(tokens.get(at).map(|placed| &placed.token), Some(Token::Word(own)) if own.eq_ignore_ascii_case(word));
    if !word(0, "CREATE") {
        return None;
    }
    let is_replace = word(1, "OR") && word(2, "REPLACE");
    let object = if is_replace { 3 } else { 1 };
    if !word(object, "STREAM") && !word(object, "TABLE") {
        return None;
    }
    let [create, kind] = [tokens.first()?, tokens.get(object)?];
    let has_condition = word(object + 1, "IF") && word(object + 2, "NOT") && word(object + 3, "EXISTS");
    let rest = if has_condition { tokens.get(object + 3)?.end } else { kind.end };
    let before = sql.get(..create.end)?;
    let statement = format!("{before} OR REPLACE {}{}", sql.get(kind.start..kind.end)?, sql.get(rest..)?);
    Some(format!("{};", statement.trim().trim_end_matches(';')))
}

/// The words of a statement's query, spelt alike; `None` when it has none or cannot be read.
fn words(sql: &str) -> Option<Vec<String>> {
    let tokens = tokens(sql).ok()?;
    let mut depth = 0_i32;
    let start = tokens.iter().position(|placed| {
        match placed.token {
            Token::Symbol('(') => depth += 1,
            Token::Symbol(')') => depth -= 1,
            _ => {}
        }
        depth == 0 && is_word(placed, "AS")
    })? + 1;
    let body: Vec<&Placed<'_>> =
        tokens.get(start..)?.iter().filter(|placed| placed.token != Token::Symbol(';') && !is_word(placed, "AS")).collect();
    let mut words: Vec<String> = body.iter().map(|placed| spelt(&placed.token)).collect();
    if !body.iter().any(|placed| is_word(placed, "JOIN")) {
        unqualify(&mut words);
    }
    words.dedup_by(|next, previous| next == previous && next.chars().all(|c| c.is_alphanumeric() || c == '_'));
    if words.ends_with(&["EMIT".to_owned(), "CHANGES".to_owned()]) {
        words.truncate(words.len() - 2);
    }
    Some(words)
}

fn is_word(placed: &Placed<'_>, word: &str) -> bool {
    matches!(placed.token, Token::Word(own) if own.eq_ignore_ascii_case(word))
}

fn spelt(token: &Token<'_>) -> String {
    match token {
        Token::Word(word) => word.to_uppercase(),
        Token::Quoted(name) => name.clone(),
        Token::Text(text) => format!("'{text}'"),
        Token::Number(number) => (*number).to_owned(),
        Token::Symbol(symbol) => symbol.to_string(),
    }
}

/// Takes the one source's name or alias away before columns, and the alias itself.
fn unqualify(words: &mut Vec<String>) {
    const AFTER: [&str; 9] = ["WINDOW", "WHERE", "GROUP", "PARTITION", "HAVING", "EMIT", "LIMIT", ")", ";"];
    let Some(from) = words.iter().position(|word| word == "FROM") else { return };
    let Some(source) = words.get(from + 1).cloned() else { return };
    let alias = words.get(from + 2).filter(|word| !AFTER.contains(&word.as_str())).cloned();
    if alias.is_some() {
        words.remove(from + 2);
    }
    let mut at = 0;
    while at + 1 < words.len() {
        if words[at + 1] == "." && (words[at] == source || Some(&words[at]) == alias.as_ref()) {
            words.drain(at..at + 2);
        } else {
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_told_apart_by_meaning() {
        let own = "CREATE TABLE IF NOT EXISTS t WITH (KEY_FORMAT='AVRO') AS\n select id, count(*) as n from orders where x = 'a' group by id emit changes;";
        for (other, expected) in [
            (
                "CREATE TABLE T WITH (KEY_FORMAT='AVRO', PARTITIONS=6) AS SELECT ORDERS.ID ID, COUNT(*) N FROM ORDERS ORDERS WHERE (X = 'a') GROUP BY ORDERS.ID EMIT CHANGES;",
                false,
            ),
            (
                "CREATE TABLE T AS SELECT\n  ORDERS.ID ID,\n  COUNT(*) N\nFROM ORDERS ORDERS\nWHERE X = 'a'\nGROUP BY ORDERS.ID\nEMIT CHANGES",
                true,
            ),
            ("CREATE TABLE T AS SELECT id, count(*) n FROM orders o WHERE o.x = 'A' GROUP BY id", false),
            ("CREATE TABLE T AS SELECT id, count(*) n FROM orders o WHERE o.x = 'a' GROUP BY o.id", true),
            ("CREATE TABLE T AS SELECT id, count(*) n FROM `orders` WHERE x = 'a' GROUP BY id", false),
            ("CREATE TABLE T AS SELECT id, count(*) n FROM orders GROUP BY id", false),
        ] {
            assert_eq!(same_query(own, other), expected, "{other}");
        }
    }

    #[test]
    fn a_statement_takes_the_place_of_another() {
        for (sql, expected) in [
            ("CREATE STREAM IF NOT EXISTS `a` WITH (KAFKA_TOPIC='t');", Some("CREATE OR REPLACE STREAM `a` WITH (KAFKA_TOPIC='t');")),
            ("-- mine\ncreate or replace table t AS SELECT 1", Some("-- mine\ncreate OR REPLACE table t AS SELECT 1;")),
            ("CREATE SOURCE STREAM a (b INT) WITH (KAFKA_TOPIC='t')", None),
            ("DROP STREAM a", None),
            ("'", None),
        ] {
            assert_eq!(in_place_of(sql).as_deref(), expected, "{sql}");
        }
    }
}
