//! SQL text to statements: cuts at `;` and opens the comments that servers execute.
//!
//! Everything removed becomes spaces, character for character, so that a position in a statement is a position in the
//! text that the person wrote.

/// One statement of a text, with the place where it begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// The statement without comments; `/*! … */`, `/*M! … */` and `/*T! … */` are opened.
    pub text: String,
    /// 1-based.
    pub line: u64,
    /// 1-based, in characters.
    pub column: u64,
}

/// Version numbers from here on are written by dump tools to be executed by nobody
/// (`/*M!999999\- enable the sandbox mode */`).
const NEVER_EXECUTED: u32 = 900_000;

/// The statements of `sql`, empty ones left out.
pub(super) fn statements(sql: &str) -> Vec<Statement> {
    Scanner { chars: sql.chars().collect(), at: 0, text: String::with_capacity(sql.len()), inside_executed: false }.run()
}

struct Scanner {
    chars: Vec<char>,
    at: usize,
    text: String,
    inside_executed: bool,
}

impl Scanner {
    fn run(mut self) -> Vec<Statement> {
        let mut found = Vec::new();
        let (mut line, mut column) = (1, 1);
        while let Some(c) = self.peek(0) {
            match c {
                '\'' | '"' => self.copy_quoted(c, true),
                '`' => self.copy_quoted(c, false),
                '#' => self.blank_line(),
                '-' if self.peek(1) == Some('-') && self.peek(2).is_none_or(char::is_whitespace) => self.blank_line(),
                '/' if self.peek(1) == Some('*') => self.comment(),
                '*' if self.inside_executed && self.peek(1) == Some('/') => {
                    self.blank(2);
                    self.inside_executed = false;
                }
                ';' => {
                    self.at += 1;
                    let text = std::mem::take(&mut self.text);
                    let end = position_after(&text, line, column);
                    push(&mut found, text, line, column);
                    (line, column) = (end.0, end.1 + 1);
                }
                _ => self.copy(),
            }
        }
        let text = std::mem::take(&mut self.text);
        push(&mut found, text, line, column);
        found
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn copy(&mut self) {
        if let Some(c) = self.peek(0) {
            self.text.push(c);
            self.at += 1;
        }
    }

    fn blank(&mut self, characters: usize) {
        for _ in 0..characters {
            if let Some(c) = self.peek(0) {
                self.text.push(if c == '\n' { '\n' } else { ' ' });
                self.at += 1;
            }
        }
    }

    fn blank_line(&mut self) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.blank(1);
        }
    }

    /// A doubled quote needs no case of its own: it closes one literal and opens the next.
    fn copy_quoted(&mut self, quote: char, escapes: bool) {
        self.copy();
        while let Some(c) = self.peek(0) {
            self.copy();
            if c == quote {
                return;
            }
            if escapes && c == '\\' {
                self.copy();
            }
        }
    }

    fn comment(&mut self) {
        match self.executed_opening() {
            Some(length) if !self.inside_executed => {
                self.blank(length);
                self.inside_executed = true;
            }
            _ => {
                self.blank(2);
                while self.at < self.chars.len() && !(self.peek(0) == Some('*') && self.peek(1) == Some('/')) {
                    self.blank(1);
                }
                self.blank(2);
            }
        }
    }

    /// Length of the opening (`/*!50100`, `/*M!100301`, `/*T![clustered_index]`) when a server executes the content.
    fn executed_opening(&self) -> Option<usize> {
        let (mark, tidb) = match (self.peek(2)?, self.peek(3)) {
            ('!', _) => (3, false),
            ('M', Some('!')) => (4, false),
            ('T', Some('!')) => (4, true),
            _ => return None,
        };
        if tidb {
            if self.peek(mark) != Some('[') {
                return Some(mark);
            }
            let close = (mark..).take_while(|i| self.peek(*i).is_some()).find(|i| self.peek(*i) == Some(']'))?;
            return Some(close + 1);
        }
        let digits: String = (mark..mark + 6).map_while(|i| self.peek(i)).take_while(char::is_ascii_digit).collect();
        let version: u32 = digits.parse().unwrap_or(0);
        (version < NEVER_EXECUTED).then_some(mark + digits.len())
    }
}

fn push(found: &mut Vec<Statement>, text: String, line: u64, column: u64) {
    if !text.trim().is_empty() {
        found.push(Statement { text, line, column });
    }
}

fn position_after(text: &str, line: u64, column: u64) -> (u64, u64) {
    text.chars().fold((line, column), |(line, column), c| if c == '\n' { (line + 1, 1) } else { (line, column + 1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<String> {
        statements(sql).into_iter().map(|s| s.text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn executed_comments_are_opened_and_others_dropped() {
        assert_eq!(texts("a /*T![clustered_index] CLUSTERED */ b"), ["a CLUSTERED b"]);
        assert_eq!(texts("a /*!50100 PARTITION BY x */"), ["a PARTITION BY x"]);
        assert_eq!(texts("a /*M!100301 COMPRESSED*/ b /* no */ c -- no\n d # no\n"), ["a COMPRESSED b c d"]);
        assert_eq!(texts("/*M!999999\\- enable the sandbox mode */\nCREATE"), ["CREATE"]);
        assert_eq!(texts("/*T! AUTO_RANDOM_BASE=5 */"), ["AUTO_RANDOM_BASE=5"]);
        assert_eq!(texts("a /*! b /* c */ d */ e"), ["a b d e"]);
    }

    #[test]
    fn literals_are_left_alone() {
        let sql = "x '/*! ; */ \\' -- ' `;#` \"it''s;\" 'a''b;'";
        assert_eq!(statements(sql), [Statement { text: sql.to_owned(), line: 1, column: 1 }]);
    }

    #[test]
    fn positions_survive() {
        let found = statements("a;\n b /* ü */ c; d");
        assert_eq!((found[1].line, found[1].column), (1, 3));
        assert_eq!(found[1].text, "\n b         c");
        assert_eq!((found[2].line, found[2].column), (2, 14));
    }

    #[test]
    fn unfinished_text_ends_quietly() {
        for sql in ["/*", "/*!", "/*T![", "'", "`a", "/*! x", "'\\"] {
            let _ = statements(sql);
        }
    }
}
