//! Whatever the text: an answer, never a panic.

use crate::schema::ddl::{Catalog, parse_create_table, parse_create_tables};
use proptest::prelude::*;

const WORDS: [&str; 40] = [
    "CREATE",
    "TABLE",
    "ALTER",
    "ADD",
    "DROP",
    "COLUMN",
    "MODIFY",
    "CHANGE",
    "RENAME",
    "TO",
    "t",
    "`a`",
    "a",
    "b",
    "(",
    ")",
    ",",
    "int",
    "varchar(9)",
    "enum('x','y')",
    "NOT",
    "NULL",
    "DEFAULT",
    "b'1'",
    "x'0g'",
    "'s'",
    "-",
    "1",
    "PRIMARY",
    "KEY",
    "UNIQUE",
    "FIRST",
    "AFTER",
    "CHARACTER",
    "SET",
    "LIKE",
    "/*T![x]",
    "*/",
    ";",
    "AS",
];

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        let _ = parse_create_table(&text, "s");
        let _ = parse_create_tables(&text, "s");
        let _ = Catalog::default().apply("s", &text);
    }

    #[test]
    fn any_definition_is_read_or_refused(body in proptest::collection::vec(0..WORDS.len(), 0..30)) {
        let words: Vec<&str> = body.iter().map(|i| WORDS[*i]).collect();
        let text = words.join(" ");
        let mut catalog = Catalog::default();
        catalog.apply("s", "CREATE TABLE t (a int primary key, b int, unique(b))").unwrap();
        for sql in [format!("CREATE TABLE x ({text})"), format!("ALTER TABLE t {text}"), text] {
            let _ = parse_create_table(&sql, "s");
            let _ = catalog.apply("s", &sql);
            for table in catalog.iter() {
                let columns = table.columns.len();
                prop_assert!(columns > 0);
                prop_assert!(table.indexes.iter().flat_map(|i| &i.columns).all(|c| *c < columns));
            }
        }
    }

    /// Cutting a definition anywhere is an error with a place inside the text.
    #[test]
    fn truncated_text_is_refused(length in 0_usize..400) {
        let whole = "CREATE TABLE `t` (`a` enum('x','y') NOT NULL DEFAULT 'x' COMMENT 'c', `b` decimal(10,2) DEFAULT (1+(2)), \
                     PRIMARY KEY (`a`) /*T![clustered_index] CLUSTERED */) ENGINE=InnoDB";
        let body = whole.rfind(')').unwrap();
        if length < body {
            let error = parse_create_table(&whole[..length], "s").unwrap_err();
            prop_assert!(error.line == 1 && error.column as usize <= length + 1, "{}", error);
        }
    }
}
