//! All statements of a document as one file.

use super::generate::{generate, table_of};
use super::token::{Token, tokens};
use crate::config::Pipeline;
use crate::schema::TableModel;

/// What has to be known before a generated statement is run.
pub(crate) const SCRIPT_HEAD: &str = "-- Run this when the changefeed has sent its first rows. Before, the registry has no schemas: ksqlDB would find no columns,\n\
                    -- or register a schema of its own, which keeps the changefeed from registering its.\n\n";

/// Every entry's statements in the document's order: what the user wrote unchanged, the others generated, with columns
/// where the topic's table is among `tables`. An entry that is not complete is a comment. Empty without entries.
#[must_use]
pub fn script(pipeline: &Pipeline, tables: &[TableModel]) -> String {
    let mut statements = Vec::with_capacity(pipeline.ksqldb.len());
    let mut generated = false;
    for entry in &pipeline.ksqldb {
        let own = entry.sql.trim_end();
        if own.trim_start().is_empty() {
            generated = true;
            let sql = generate(pipeline, entry, table_of(pipeline, &entry.topic, tables));
            statements.push(sql.unwrap_or_else(|finding| format!("-- Not generated: {}", finding.message.replace(['\n', '\r'], " "))));
        } else {
            statements.push(ended(own));
        }
    }
    if statements.is_empty() {
        return String::new();
    }
    format!("{}{}\n", if generated { SCRIPT_HEAD } else { "" }, statements.join("\n\n"))
}

/// A text of statements whose last one ends too: a `;` in a comment ends nothing. A text of comments stays as it is.
fn ended(text: &str) -> String {
    match tokens(text).as_deref() {
        Ok([]) => text.to_owned(),
        Ok([.., last]) if last.token == Token::Symbol(';') => text.to_owned(),
        // a comment would swallow it
        Ok([.., last]) if text[last.end..].contains("--") => format!("{text}\n;"),
        // what cannot be read stays as near to itself as can be
        Err(_) if text.ends_with(';') => text.to_owned(),
        _ => format!("{text};"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::{KsqlStatement, parse as parse_document};
    use crate::ksql::parse;
    use crate::schema::ddl::parse_create_table;

    fn script_of(entries: Vec<KsqlStatement>, tables: &[TableModel]) -> String {
        let document =
            "version = 1\nname = \"p\"\n[[changefeed.config.sink.dispatchers]]\nmatcher = [\"*.*\"]\ntopic = \"tidb_{schema}_{table}\"\n";
        let mut pipeline = parse_document(document).unwrap();
        pipeline.ksqldb = entries;
        script(&pipeline, tables)
    }

    fn own(sql: &str) -> KsqlStatement {
        KsqlStatement { sql: sql.to_owned(), ..KsqlStatement::default() }
    }

    fn table(topic: &str) -> KsqlStatement {
        KsqlStatement { name: "t".to_owned(), statement: "table".to_owned(), topic: topic.to_owned(), ..KsqlStatement::default() }
    }

    #[test]
    fn own_statements_are_unchanged_and_end() {
        for (sql, ended) in [
            ("SHOW TOPICS;\n", "SHOW TOPICS;"),
            ("  SELECT 1", "  SELECT 1;"),
            ("SELECT 2 -- two", "SELECT 2 -- two\n;"),
            ("SELECT 3 -- three;", "SELECT 3 -- three;\n;"),
            ("SELECT 4; -- four", "SELECT 4; -- four"),
            ("SELECT '--' /* 5; */", "SELECT '--' /* 5; */;"),
            ("-- nothing;", "-- nothing;"),
            ("SELECT 'open;", "SELECT 'open;"),
            ("SELECT 'open", "SELECT 'open;"),
        ] {
            assert_eq!(script_of(vec![own(sql)], &[]), format!("{ended}\n"));
        }
        let text = script_of(vec![own("SHOW TOPICS;\n"), own("SELECT 1 -- one;"), own("SELECT 2")], &[]);
        assert_eq!(text, "SHOW TOPICS;\n\nSELECT 1 -- one;\n;\n\nSELECT 2;\n");
        assert_eq!(parse(&text).unwrap().len(), 3);
        assert_eq!(script_of(Vec::new(), &[]), "");
    }

    #[test]
    fn known_tables_give_columns_and_incomplete_entries_a_comment() {
        let known = parse_create_table("CREATE TABLE b (id int PRIMARY KEY)", "a").unwrap();
        let text = script_of(vec![table("tidb_a_b"), table("tidb_a_c"), table("")], &[known]);
        assert_eq!(
            text.strip_prefix(SCRIPT_HEAD).unwrap(),
            "CREATE TABLE IF NOT EXISTS `t` (\n  `pk` STRUCT<`id` INTEGER> PRIMARY KEY,\n  `id` INTEGER\n) \
             WITH (KAFKA_TOPIC='tidb_a_b', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO');\n\n\
             CREATE TABLE IF NOT EXISTS `t`\n  WITH (KAFKA_TOPIC='tidb_a_c', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO');\n\n\
             -- Not generated: `t` has no topic to read.\n"
        );
        assert_eq!(parse(&text).unwrap().len(), 2);
    }
}
