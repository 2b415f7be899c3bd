//! Changes to a statement's text at one property of its `WITH`; all else stays as it was written.

use super::statement::StatementKind;
use super::token::{Placed, Token, tokens};

/// A property's place in the text.
struct Found {
    /// In upper case.
    name: String,
    start: usize,
    name_end: usize,
    value: usize,
    end: usize,
}

/// The text without a property, named in upper case. `None`: it is not one `CREATE`, or the property is not there once, or
/// alone.
pub(crate) fn without_property(sql: &str, name: &str) -> Option<String> {
    let (_, properties) = properties(sql)?;
    let at = position(&properties, name)?;
    // with the comma behind it, or that before the last one
    let (start, end) = match properties.get(at + 1) {
        Some(next) => (properties[at].start, next.start),
        None => (properties.get(at.checked_sub(1)?)?.end, properties[at].end),
    };
    Some(format!("{}{}", sql.get(..start)?, sql.get(end..)?))
}

/// The text with a property's value, as SQL has it, in place of another one; or with the property as the first.
pub(crate) fn set_property(sql: &str, name: &str, value: &str) -> Option<String> {
    let (open, properties) = properties(sql)?;
    if properties.iter().all(|property| property.name != name) {
        return Some(format!("{}{name}={value}, {}", sql.get(..open)?, sql.get(open..)?.trim_start()));
    }
    let property = &properties[position(&properties, name)?];
    Some(format!("{}{value}{}", sql.get(..property.value)?, sql.get(property.end..)?))
}

/// The text with another name for a property, both in upper case; `None` also when the other one is there already.
pub(crate) fn rename_property(sql: &str, name: &str, other: &str) -> Option<String> {
    let (_, properties) = properties(sql)?;
    let property = &properties[position(&properties, name)?];
    let is_free = properties.iter().all(|property| property.name != other);
    is_free.then(|| Some(format!("{}{other}{}", sql.get(..property.start)?, sql.get(property.name_end..)?)))?
}

fn position(properties: &[Found], name: &str) -> Option<usize> {
    let mut places = properties.iter().enumerate().filter(|(_, property)| property.name == name).map(|(i, _)| i);
    places.next().filter(|_| places.next().is_none())
}

/// The place after the parenthesis of `WITH (`, and the properties up to the closing one.
fn properties(sql: &str) -> Option<(usize, Vec<Found>)> {
    let statements = super::parse(sql).ok()?;
    let [only] = statements.as_slice() else { return None };
    if !matches!(only.kind, StatementKind::Create(_)) {
        return None;
    }
    let tokens = tokens(sql).ok()?;
    let is_with = |pair: &[Placed<'_>]| {
        matches!(pair[0].token, Token::Word(word) if word.eq_ignore_ascii_case("WITH")) && pair[1].token == Token::Symbol('(')
    };
    let first = tokens.windows(2).position(is_with)? + 2;
    let last = first + tokens[first..].iter().position(|placed| placed.token == Token::Symbol(')'))?;
    let found = tokens[first..last].split(|placed| placed.token == Token::Symbol(',')).map(property).collect::<Option<Vec<Found>>>()?;
    Some((tokens[first - 1].end, found))
}

fn property(tokens: &[Placed<'_>]) -> Option<Found> {
    let [name, equals, value, ..] = tokens else { return None };
    let text = match &name.token {
        Token::Word(word) => (*word).to_owned(),
        Token::Quoted(text) | Token::Text(text) => text.clone(),
        _ => return None,
    };
    let is_fine = equals.token == Token::Symbol('=');
    is_fine.then(|| Found {
        name: text.to_uppercase(),
        start: name.start,
        name_end: name.end,
        value: value.start,
        end: tokens.last().map_or(value.end, |t| t.end),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQL: &str = "-- orders\nCREATE STREAM o (id INT) WITH (kafka_topic='a,b)', partitions = 3, -- for now\n value_format='JSON') ;";

    #[test]
    fn a_property_goes_and_the_rest_stays() {
        for (name, expected) in [
            ("PARTITIONS", Some("(kafka_topic='a,b)', value_format='JSON') ;")),
            ("KAFKA_TOPIC", Some("(partitions = 3, -- for now\n value_format='JSON') ;")),
            ("VALUE_FORMAT", Some("(kafka_topic='a,b)', partitions = 3) ;")),
            ("REPLICAS", None),
        ] {
            let expected = expected.map(|rest| format!("-- orders\nCREATE STREAM o (id INT) WITH {rest}"));
            assert_eq!(without_property(SQL, name), expected, "{name}");
        }
    }

    #[test]
    fn a_value_is_replaced_or_the_property_comes_first() {
        let set = |name| set_property(SQL, name, "'AVRO'").unwrap_or_default();
        assert!(set("VALUE_FORMAT").ends_with("\n value_format='AVRO') ;"));
        assert!(set("KEY_FORMAT").contains("WITH (KEY_FORMAT='AVRO', kafka_topic="));
    }

    #[test]
    fn a_property_gets_another_name_unless_that_is_taken() {
        let renamed = rename_property(SQL, "PARTITIONS", "REPLICAS").unwrap_or_default();
        assert!(renamed.contains(" REPLICAS = 3, -- for now"), "{renamed}");
        assert_eq!(rename_property(SQL, "PARTITIONS", "VALUE_FORMAT"), None);
    }

    #[test]
    fn what_is_not_one_plain_statement_is_left_alone() {
        for sql in [
            "CREATE STREAM a (id INT) WITH (PARTITIONS=1, X=2); CREATE STREAM b (id INT) WITH (PARTITIONS=1, X=2);",
            "CREATE STREAM a (id INT) WITH (PARTITIONS=1);",
            "CREATE STREAM a (id INT) WITH (PARTITIONS=1, PARTITIONS=2);",
            "DROP STREAM a;",
            "CREATE STREAM a AS SELECT * FROM b;",
            "CREATE",
        ] {
            assert_eq!(without_property(sql, "PARTITIONS"), None, "{sql}");
        }
    }
}
