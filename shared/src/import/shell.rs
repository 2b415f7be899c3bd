//! Commands of a POSIX shell, as they stand in manuals and terminals: quoting, continuation lines, here-documents, variables
//! that the text itself sets. Nothing is run; what only a shell could know stays as its text, `${NAME}`.

mod prompts;

use prompts::without_prompts;
use std::collections::BTreeMap;

/// A command and what stands around it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    pub words: Vec<String>,
    /// Where its output goes: `> file`.
    pub output: Option<String>,
    /// The text of its here-document.
    pub here: Option<String>,
    /// A word held a raw `&` outside quotes, at which a shell would cut the command.
    pub is_cut: bool,
}

/// The commands of a text. Never fails: what is left open ends with the text.
pub(super) fn commands(text: &str) -> Vec<Command> {
    let text = without_prompts(text);
    let mut lexer = Lexer {
        text: &text,
        at: 0,
        word: None,
        next: Next::Word,
        command: Command::default(),
        found: Vec::new(),
        open: Vec::new(),
        variables: BTreeMap::new(),
        budget: MOST_FILLED,
    };
    lexer.run();
    lexer.found
}

/// What the next word is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Word,
    Output,
    Input,
    /// The word that ends a here-document; whether tabs before its lines go.
    Here {
        tabs: bool,
    },
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// The word being read; `None` between words.
    word: Option<Word>,
    next: Next,
    command: Command,
    found: Vec<Command>,
    /// Here-documents whose text begins on the next line.
    open: Vec<Here>,
    variables: BTreeMap<String, String>,
    /// Bytes of values that may still be filled in.
    budget: usize,
}

/// Bytes of variables' values that are filled into a text.
const MOST_FILLED: usize = 1 << 20;

#[derive(Default)]
struct Word {
    text: String,
    is_quoted: bool,
}

struct Here {
    end: String,
    tabs: bool,
    is_literal: bool,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn push(&mut self, c: char) {
        self.word.get_or_insert_default().text.push(c);
    }

    fn push_str(&mut self, text: &str) {
        self.word.get_or_insert_default().text.push_str(text);
    }

    fn quote(&mut self) {
        self.word.get_or_insert_default().is_quoted = true;
    }

    fn run(&mut self) {
        while let Some(c) = self.take() {
            match c {
                '\\' => match self.take() {
                    Some('\n') | None => {}
                    Some(escaped) => self.push(escaped),
                },
                '\'' => self.single_quoted(),
                '"' => self.double_quoted(),
                '$' if self.rest().starts_with('\'') => self.ansi_quoted(),
                '$' => self.dollar(),
                '`' => self.backquoted(),
                '#' if self.word.is_none() => {
                    let line = self.rest().find('\n').unwrap_or(self.rest().len());
                    self.at += line;
                }
                '\n' => self.end_line(),
                ' ' | '\t' => self.end_word(),
                '&' if self.is_inside_address() => {
                    self.command.is_cut = true;
                    self.push('&');
                }
                ';' | '&' | '|' | '(' | ')' => self.end_command(),
                '<' if self.placeholder() => {}
                '<' => self.input(),
                '>' => {
                    // a digit before it names a descriptor
                    if self.word.as_ref().is_some_and(|word| word.text.len() == 1 && word.text.starts_with(|c: char| c.is_ascii_digit())) {
                        self.word = None;
                    }
                    self.end_word();
                    if self.rest().starts_with(['>', '&']) {
                        self.take();
                    }
                    self.next = Next::Output;
                }
                other => self.push(other),
            }
        }
        self.end_command();
    }

    fn single_quoted(&mut self) {
        self.quote();
        let rest = self.rest();
        let end = rest.find('\'').unwrap_or(rest.len());
        self.push_str(&rest[..end]);
        self.at += (end + 1).min(rest.len());
    }

    fn double_quoted(&mut self) {
        self.quote();
        while let Some(c) = self.take() {
            match c {
                '"' => return,
                '\\' => match self.take() {
                    Some('\n') | None => {}
                    Some(escaped @ ('$' | '`' | '"' | '\\')) => self.push(escaped),
                    Some(other) => {
                        self.push('\\');
                        self.push(other);
                    }
                },
                '$' => self.dollar(),
                '`' => self.backquoted(),
                other => self.push(other),
            }
        }
    }

    /// `$'…'`, with C's escapes.
    fn ansi_quoted(&mut self) {
        self.take();
        self.quote();
        while let Some(c) = self.take() {
            match c {
                '\'' => return,
                '\\' => match self.take() {
                    Some('n') => self.push('\n'),
                    Some('t') => self.push('\t'),
                    Some('r') => self.push('\r'),
                    Some('a') => self.push('\u{7}'),
                    Some('b') => self.push('\u{8}'),
                    Some('e' | 'E') => self.push('\u{1b}'),
                    Some('f') => self.push('\u{c}'),
                    Some('v') => self.push('\u{b}'),
                    Some('x') => self.code_point(16, 2, ""),
                    Some('u') => self.code_point(16, 4, ""),
                    Some('U') => self.code_point(16, 8, ""),
                    Some(digit @ '0'..='7') => self.code_point(8, 2, digit.encode_utf8(&mut [0; 4])),
                    Some(other) => self.push(other),
                    None => {}
                },
                other => self.push(other),
            }
        }
    }

    fn code_point(&mut self, radix: u32, most: usize, begun: &str) {
        let rest = self.rest();
        let end = rest.char_indices().take(most).find(|(_, c)| !c.is_digit(radix)).map_or(most.min(rest.len()), |(at, _)| at);
        let digits = format!("{begun}{}", rest.get(..end).unwrap_or_default());
        self.at += digits.len() - begun.len();
        self.word.get_or_insert_default().text.extend(u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32));
    }

    /// `$NAME`, `${NAME}`: its value when the text sets it, else `${NAME}`. Everything else stays as it is.
    fn dollar(&mut self) {
        let rest = self.rest();
        if rest.starts_with('(') {
            self.push('$');
            return self.substitution();
        }
        let Some((inner, length)) = variable(rest) else { return self.push('$') };
        self.at += length;
        match self.value(inner) {
            Some(value) => self.push_str(&value),
            None => self.push_str(&format!("${{{inner}}}")),
        }
    }

    /// `$(…)`, kept as its text.
    fn substitution(&mut self) {
        let mut open = 0_usize;
        while let Some(c) = self.take() {
            self.push(c);
            match c {
                '(' => open += 1,
                ')' if open <= 1 => return,
                ')' => open -= 1,
                _ => {}
            }
        }
    }

    fn backquoted(&mut self) {
        self.push('`');
        while let Some(c) = self.take() {
            self.push(c);
            if c == '`' {
                return;
            }
        }
    }

    /// An `&` between two parameters of an address that was not quoted.
    fn is_inside_address(&self) -> bool {
        self.word.as_ref().is_some_and(|word| word.text.contains("://") && word.text.contains('?'))
            && self.rest().starts_with(|c: char| c.is_ascii_alphanumeric())
    }

    /// `<broker-endpoint>`, as manuals write it.
    fn placeholder(&mut self) -> bool {
        let rest = self.rest();
        let Some(end) = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_- .".contains(c))) else { return false };
        let is_one = end > 0 && rest[end..].starts_with('>') && rest.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_one {
            self.push_str(&format!("<{}>", &rest[..end]));
            self.at += end + 1;
        }
        is_one
    }

    fn input(&mut self) {
        self.end_word();
        if self.rest().starts_with("<<") {
            self.at += 2;
            self.next = Next::Input;
        } else if self.rest().starts_with('<') {
            self.take();
            let tabs = self.rest().starts_with('-');
            self.at += usize::from(tabs);
            self.next = Next::Here { tabs };
        } else {
            self.next = Next::Input;
        }
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        match std::mem::replace(&mut self.next, Next::Word) {
            Next::Word => self.command.words.push(word.text),
            Next::Output => self.command.output = Some(word.text),
            Next::Input => {}
            Next::Here { tabs } => self.open.push(Here { end: word.text, tabs, is_literal: word.is_quoted }),
        }
    }

    fn end_line(&mut self) {
        self.end_word();
        for here in std::mem::take(&mut self.open) {
            let text = self.here_document(&here);
            self.command.here = Some(text);
        }
        self.end_command();
    }

    fn here_document(&mut self, here: &Here) -> String {
        let mut text = String::new();
        while !self.rest().is_empty() {
            let line = self.rest().split('\n').next().unwrap_or_default();
            self.at = (self.at + line.len() + 1).min(self.text.len());
            let line = if here.tabs { line.trim_start_matches('\t') } else { line };
            if line == here.end {
                break;
            }
            text.push_str(line);
            text.push('\n');
        }
        if here.is_literal {
            return text;
        }
        self.filled(&text)
    }

    /// The text with the variables in it that are known, as a here-document has them.
    fn filled(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let known = variable(after).and_then(|(name, length)| Some((self.value(name)?, &after[length..])));
            match known {
                Some((value, after)) => {
                    out.push_str(&value);
                    rest = after;
                }
                None => {
                    out.push('$');
                    rest = after;
                }
            }
        }
        out + rest
    }

    /// The value of a variable that the text sets. A few lines can double a value as often as they like, so only so much is
    /// filled in.
    fn value(&mut self, name: &str) -> Option<String> {
        let value = self.variables.get(name)?;
        self.budget = self.budget.checked_sub(value.len() + 1)?;
        Some(value.clone())
    }

    fn end_command(&mut self) {
        self.end_word();
        let mut command = std::mem::take(&mut self.command);
        self.next = Next::Word;
        let first = command.words.iter().position(|word| assignment(word).is_none());
        let is_export = first.is_some_and(|first| ["export", "local", "readonly", "declare"].contains(&command.words[first].as_str()));
        let assigned = if is_export { command.words.len() } else { first.unwrap_or(command.words.len()) };
        for (name, value) in command.words.iter().take(assigned).filter_map(|word| assignment(word)) {
            self.variables.insert(name.to_owned(), value.to_owned());
        }
        command.words.drain(..first.unwrap_or(command.words.len()));
        if !command.words.is_empty() {
            self.found.push(command);
        }
    }
}

/// The name at the beginning of what follows a `$`, braces or not, and its bytes with them.
fn variable(rest: &str) -> Option<(&str, usize)> {
    let bare = rest.strip_prefix('{').unwrap_or(rest);
    let end = bare.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(bare.len());
    let name = &bare[..end];
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if rest.starts_with('{') { bare[end..].starts_with('}').then_some((name, end + 2)) } else { Some((name, end)) }
}

/// `NAME=value`
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let is_name =
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some((name, value))
}

#[cfg(test)]
mod tests;
