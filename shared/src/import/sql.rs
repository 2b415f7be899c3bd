//! SQL: ksqlDB's statements, and table definitions of MySQL and TiDB.

use super::change::Change;
use super::reading::Reading;
use super::understood::{Kind, Understood};
use crate::Finding;
use crate::config::KsqlStatement;
use crate::ksql::{self, Object, StatementKind};
use crate::schema::ddl::parse_create_tables;

/// Words that a statement of either begins with.
const FIRST_WORDS: [&str; 24] = [
    "CREATE",
    "SET",
    "DROP",
    "USE",
    "INSERT",
    "ALTER",
    "SELECT",
    "SHOW",
    "TERMINATE",
    "UNSET",
    "DEFINE",
    "UNDEFINE",
    "ASSERT",
    "PRINT",
    "LIST",
    "RUN",
    "PAUSE",
    "RESUME",
    "LOCK",
    "UNLOCK",
    "BEGIN",
    "START",
    "COMMIT",
    "DELETE",
];

/// Words of a statement that are looked at: a dump's `INSERT` may have a million.
const MOST_WORDS: usize = 4096;

/// A text of statements with at least one `CREATE STREAM` or `CREATE TABLE` among them.
pub(super) fn recognise(text: &str) -> Option<Vec<Understood>> {
    if let Some(understood) = of_ksql(text) {
        return Some(vec![understood]);
    }
    let statements = statements(text);
    // dumps begin with `/*!…*/`, which leaves no word
    let is_statement = |s: &Statement| s.words.is_empty() || FIRST_WORDS.iter().any(|word| word.eq_ignore_ascii_case(s.verb()));
    if !statements.iter().all(is_statement) || !statements.iter().any(|s| s.created().is_some()) {
        return None;
    }
    Some(vec![if statements.iter().any(Statement::is_ksql) { broken_ksql(&statements) } else { tables(text) }])
}

fn tables(text: &str) -> Understood {
    const DEFAULT_SCHEMA: &str = "test";
    let mut reading = Reading::default();
    match parse_create_tables(text, DEFAULT_SCHEMA) {
        Ok(tables) => {
            for table in &tables {
                let columns = if table.columns.len() == 1 { "1 column".to_owned() } else { format!("{} columns", table.columns.len()) };
                reading.fact("Table", format!("{}.{}, {columns}", table.schema, table.name), "");
            }
        }
        Err(error) => {
            let message = format!("The definitions cannot be read: line {}, column {}: {}.", error.line, error.column, error.message);
            let finding = Finding::error("", "ddl-unreadable", message);
            reading.findings.push(finding.hint("Paste what `SHOW CREATE TABLE` prints."));
        }
    }
    reading.changes.push(Change::Tables(text.to_owned()));
    reading.finish(Kind::CreateTable, "Table definitions")
}

/// A text that ksqlDB would take as it is, with something in it that MySQL does not have. What our own script says to the person
/// who runs it is no part of a statement.
fn of_ksql(text: &str) -> Option<Understood> {
    let text = text.replacen(ksql::SCRIPT_HEAD, "", 1);
    let read = ksql::parse(&text).ok()?;
    let is_known = |kind: &StatementKind| match kind {
        StatementKind::Create(_) => true,
        StatementKind::Other(verb) => FIRST_WORDS.contains(&verb.as_str()),
    };
    let is_ksql = |kind: &StatementKind| match kind {
        StatementKind::Create(create) => create.object == Object::Stream || create.property("KAFKA_TOPIC").is_some(),
        StatementKind::Other(_) => false,
    };
    if !read.iter().all(|statement| is_known(&statement.kind)) || !read.iter().any(|statement| is_ksql(&statement.kind)) {
        return None;
    }
    let mut reading = Reading::default();
    for (i, statement) in read.into_iter().enumerate() {
        let (verb, name) = match statement.kind {
            StatementKind::Create(create) => ("CREATE".to_owned(), create.name.text),
            StatementKind::Other(verb) => {
                let name = format!("{}-{}", verb.to_ascii_lowercase(), i + 1);
                (verb, name)
            }
        };
        take(&verb, name, statement.text, &mut reading);
    }
    Some(reading.finish(Kind::KsqlStatements, "ksqlDB statements"))
}

fn take(verb: &str, name: String, sql: String, reading: &mut Reading) {
    reading.fact(verb, name.as_str(), "ksqldb");
    reading.changes.push(Change::Ksql(KsqlStatement { name, sql, ..KsqlStatement::default() }));
}

/// A text that looks like it and is broken somewhere: `validate` says where.
fn broken_ksql(statements: &[Statement]) -> Understood {
    let mut reading = Reading::default();
    for (i, statement) in statements.iter().filter(|statement| !statement.words.is_empty()).enumerate() {
        let created = statement.created().map(|(_, name)| name.to_owned());
        let name = created.unwrap_or_else(|| format!("{}-{}", statement.verb().to_ascii_lowercase(), i + 1));
        take(&statement.verb().to_ascii_uppercase(), name, statement.text.clone(), &mut reading);
    }
    reading.finish(Kind::KsqlStatements, "ksqlDB statements")
}

struct Statement {
    /// As written, without the `;` and white space around.
    text: String,
    /// Its words and names outside of comments and text, without quotes.
    words: Vec<String>,
}

impl Statement {
    fn verb(&self) -> &str {
        self.words.first().map(String::as_str).unwrap_or_default()
    }

    /// `STREAM` or `TABLE`, and the name of what is created.
    fn created(&self) -> Option<(&str, &str)> {
        let passed_over = |word: &&str, words: &[&str]| words.iter().any(|own| word.eq_ignore_ascii_case(own));
        let mut words = self.words.iter().map(String::as_str);
        words.next().filter(|word| word.eq_ignore_ascii_case("CREATE"))?;
        let kind = words.find(|word| !passed_over(word, &["OR", "REPLACE", "SOURCE", "TEMPORARY", "GLOBAL"]))?;
        let kind = ["STREAM", "TABLE"].into_iter().find(|own| own.eq_ignore_ascii_case(kind))?;
        Some((kind, words.find(|word| !passed_over(word, &["IF", "NOT", "EXISTS"]))?))
    }

    fn has(&self, wanted: &[&str]) -> bool {
        self.words.iter().any(|word| wanted.iter().any(|own| own.eq_ignore_ascii_case(word)))
    }

    fn is_ksql(&self) -> bool {
        match self.created() {
            Some(("STREAM", _)) => true,
            Some(_) => self.has(&["KAFKA_TOPIC", "VALUE_FORMAT", "KEY_FORMAT", "EMIT"]) && self.has(&["WITH", "EMIT"]),
            None => false,
        }
    }
}

/// Cuts at `;` outside of text, quoted names and comments.
fn statements(text: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut words: Vec<String> = Vec::new();
    let mut scan = Scan { text, at: 0 };
    loop {
        match scan.next() {
            Token::Word(word) if words.len() < MOST_WORDS => words.push(word.to_owned()),
            Token::Word(_) | Token::Other => {}
            token @ (Token::End | Token::Semicolon) => {
                let is_end = matches!(token, Token::End);
                let stop = if is_end { scan.at } else { scan.at - 1 };
                let piece = text.get(start..stop).unwrap_or_default().trim();
                if !piece.is_empty() {
                    found.push(Statement { text: piece.to_owned(), words: std::mem::take(&mut words) });
                }
                words.clear();
                start = scan.at;
                if is_end {
                    return found;
                }
            }
        }
    }
}

enum Token<'t> {
    /// Also a name in quotes.
    Word(&'t str),
    Other,
    Semicolon,
    End,
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    fn next(&mut self) -> Token<'t> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { return Token::End };
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let (length, token) = match c {
            ';' => (1, Token::Semicolon),
            '\'' | '"' | '`' => {
                // a doubled quote is two texts side by side, which cuts at the same places
                let end = closing(rest, c);
                let inner = rest.get(1..end.saturating_sub(1)).unwrap_or_default();
                (end, if c == '\'' { Token::Other } else { Token::Word(inner) })
            }
            '-' if rest.starts_with("--") => (rest.find('\n').unwrap_or(rest.len()), Token::Other),
            '/' if rest.starts_with("/*") => (rest.find("*/").map_or(rest.len(), |end| end + 2), Token::Other),
            c if is_word(c) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                (end, Token::Word(&rest[..end]))
            }
            other => (other.len_utf8(), Token::Other),
        };
        self.at += length;
        token
    }
}

/// Bytes up to and with the closing quote. A backslash escapes in text, as MySQL has it, not in names.
fn closing(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests;
