//! MySQL's words, for `sqlparser`'s lexer and nothing else of it.

use sqlparser::dialect::{Dialect, MySqlDialect, Precedence};
use sqlparser::parser::{Parser, ParserError};
use std::any::TypeId;

const MYSQL: MySqlDialect = MySqlDialect {};

/// As [`MySqlDialect`] to the lexer. That one also holds MySQL's grammar: whoever hands it over has the whole parser in the program,
/// a quarter of the page's code, though nobody calls it.
#[derive(Debug)]
pub(super) struct Lexing;

impl Dialect for Lexing {
    fn dialect(&self) -> TypeId {
        MYSQL.dialect()
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        MYSQL.is_identifier_start(ch)
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        MYSQL.is_identifier_part(ch)
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        MYSQL.is_delimited_identifier_start(ch)
    }

    fn supports_string_literal_backslash_escape(&self) -> bool {
        MYSQL.supports_string_literal_backslash_escape()
    }

    fn ignores_wildcard_escapes(&self) -> bool {
        MYSQL.ignores_wildcard_escapes()
    }

    fn supports_numeric_prefix(&self) -> bool {
        MYSQL.supports_numeric_prefix()
    }

    fn supports_multiline_comment_hints(&self) -> bool {
        MYSQL.supports_multiline_comment_hints()
    }

    fn requires_single_line_comment_whitespace(&self) -> bool {
        MYSQL.requires_single_line_comment_whitespace()
    }

    /// The lexer does not ask.
    fn get_next_precedence_default(&self, _parser: &Parser<'_>) -> Result<u8, ParserError> {
        Ok(self.prec_value(Precedence::And))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sqlparser::tokenizer::Tokenizer;

    fn check(text: &str) {
        let ours = Tokenizer::new(&Lexing, text).tokenize_with_location();
        assert_eq!(ours, Tokenizer::new(&MYSQL, text).tokenize_with_location(), "{text}");
    }

    #[test]
    fn every_kind_of_token_is_read_as_mysql_s() {
        for text in [
            "`a``b` \"c\"\"d\" 'e''f\\'g\\%' N'h' X'4D' 0x4d b'01' B'1' \"open",
            "1a 1e5 .5 1.e3 1_000 .1a a.1b @x @@y $z $1 é ñandú 😀 ?",
            "a -- b\nc --d #e\n/* f /* g */ h */ /*!40101 i */ /*T![x] j */ /*+ k */",
            "<=> := || && << >> -> ->> != <> ~ ! ^ | & % # { } [ ] \\ ; ::",
            "e'x' u&'y' q'[z]' r'w' '''t''' $$v$$ _utf8mb4'a' 1..2",
        ] {
            check(text);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_mysql_s(text in r#"([a-z0-9 `'"\\/*!#@$.%_eéNXbx\n-]|.){0,60}"#) {
            check(&text);
        }
    }
}
