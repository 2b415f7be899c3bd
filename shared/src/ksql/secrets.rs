//! Secrets in statements: `CREATE SOURCE CONNECTOR … WITH ('connection.password' = '…')` and their like.

use super::token::{Placed, Token, tokens};
use crate::secret::is_secret_key;
use std::ops::Range;

/// Visits the value of every property whose name says secret; what the visitor changes is changed in the text, and nothing
/// else is. Text that cannot be read as SQL to its end is looked at as far as that goes.
pub(crate) fn for_each_secret(sql: &mut String, visit: &mut dyn FnMut(&str, &mut String)) {
    let found: Vec<(String, String, Range<usize>)> = readable(sql).windows(3).filter_map(secret).collect();
    // from the end, so that the places before stay true; visited in the text's order
    let mut changes = Vec::new();
    for (name, value, place) in found {
        let mut changed = value.clone();
        visit(&name, &mut changed);
        if changed != value {
            changes.push((place, changed));
        }
    }
    for (place, value) in changes.into_iter().rev() {
        sql.replace_range(place, &format!("'{}'", value.replace('\'', "''")));
    }
}

/// The tokens of a text, or of what stands before the quote or comment that has no end.
fn readable(sql: &str) -> Vec<Placed<'_>> {
    let ends =
        std::iter::once(sql.len()).chain(sql.char_indices().rev().filter(|(_, c)| matches!(c, '\'' | '"' | '`' | '/')).map(|(at, _)| at));
    ends.take(MOST_TRIES).find_map(|end| tokens(&sql[..end]).ok()).unwrap_or_default()
}

/// A text with more unclosed quotes than this is no SQL.
const MOST_TRIES: usize = 64;

fn secret(window: &[Placed<'_>]) -> Option<(String, String, Range<usize>)> {
    let [name, equals, value] = window else { return None };
    let name = match &name.token {
        Token::Text(name) | Token::Quoted(name) => name.clone(),
        Token::Word(name) => (*name).to_owned(),
        _ => return None,
    };
    let Token::Text(text) = &value.token else { return None };
    let is_secret = equals.token == Token::Symbol('=') && is_secret_key(&name) && !text.is_empty();
    is_secret.then(|| (name, text.clone(), value.start..value.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_of_connectors_made_by_sql_are_found_and_changed_in_place() {
        let mut sql = "CREATE SOURCE CONNECTOR c WITH (\n 'connection.url'='jdbc:x', -- 'a.password'='no'\n 'connection.password' = 'hun''ter',\n \"ssl.key.password\"='2');\nSELECT 'password' FROM t WHERE password = 'x' EMIT CHANGES; 'open".to_owned();
        let mut seen = Vec::new();
        for_each_secret(&mut sql, &mut |name, text| {
            seen.push((name.to_owned(), text.clone()));
            if name.starts_with("connection") {
                *text = "store:it's".to_owned();
            }
        });
        let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        assert_eq!(seen, [pair("connection.password", "hun'ter"), pair("ssl.key.password", "2"), pair("password", "x")]);
        assert_eq!(
            sql,
            "CREATE SOURCE CONNECTOR c WITH (\n 'connection.url'='jdbc:x', -- 'a.password'='no'\n 'connection.password' = 'store:it''s',\n \"ssl.key.password\"='2');\nSELECT 'password' FROM t WHERE password = 'x' EMIT CHANGES; 'open"
        );
    }

    #[test]
    fn text_without_secrets_stays_as_it_is() {
        for text in ["", "CREATE STREAM s WITH (KAFKA_TOPIC='t');", "'", "''' /* ü", "password = ''"] {
            let mut sql = text.to_owned();
            for_each_secret(&mut sql, &mut |name, _| panic!("{name}"));
            assert_eq!(sql, text);
        }
    }
}
