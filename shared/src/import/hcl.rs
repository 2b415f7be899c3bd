//! A reader of the part of HCL that configurations are written in: blocks, attributes, text, maps, lists, heredocs.
//! Expressions are not evaluated: they are kept as their text.

use crate::quoting::hcl::{self as quoting, Template};

/// Levels of nesting that are read.
const DEEPEST: usize = 32;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum HclValue {
    /// Text, a number or a boolean.
    Literal(String),
    /// A reference or call, e.g. `var.password`; of a text with interpolations the whole of it.
    Expression(String),
    Map(Vec<(String, HclValue)>),
    List(Vec<HclValue>),
}

impl HclValue {
    pub(super) fn literal(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            _ => None,
        }
    }
}

/// `kind "label" "label" { … }`; the file itself is one without kind and labels.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Block {
    pub kind: String,
    pub labels: Vec<String>,
    pub attributes: Vec<(String, HclValue)>,
    pub blocks: Vec<Block>,
}

impl Block {
    pub(super) fn attribute(&self, name: &str) -> Option<&HclValue> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }
}

/// Reads a file, or gives the line (from 1) where it could not go on.
pub(super) fn read(text: &str) -> Result<Block, usize> {
    let mut reader = Reader { text, at: 0 };
    match reader.body(0) {
        Some(block) if reader.at >= text.len() => Ok(block),
        _ => Err(text.get(..reader.at).unwrap_or(text).matches('\n').count() + 1),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn take_if(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    /// Takes characters as long as they fit.
    fn run(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn line(&mut self) -> &'t str {
        let line = self.run(|c| c != '\n');
        self.take();
        line
    }

    /// White space, line breaks and comments.
    fn blank(&mut self) {
        loop {
            self.run(char::is_whitespace);
            if self.rest().starts_with('#') || self.rest().starts_with("//") {
                self.line();
            } else if self.take_if("/*") {
                let end = self.rest().find("*/").map_or(self.rest().len(), |end| end + 2);
                self.at += end;
            } else {
                return;
            }
        }
    }

    fn name(&mut self) -> Option<String> {
        match self.peek()? {
            '"' => match self.quoted()? {
                HclValue::Literal(text) => Some(text),
                _ => None,
            },
            c if c.is_alphanumeric() || c == '_' => Some(self.run(|c| c.is_alphanumeric() || "_-.".contains(c)).to_owned()),
            _ => None,
        }
    }

    /// Attributes and blocks up to the closing brace, which is left, or the end.
    fn body(&mut self, depth: usize) -> Option<Block> {
        let mut block = Block::default();
        if depth > DEEPEST {
            return None;
        }
        loop {
            self.blank();
            if matches!(self.peek(), None | Some('}')) {
                return Some(block);
            }
            let name = self.name()?;
            self.run(|c| c == ' ' || c == '\t');
            if self.take_if("=") {
                block.attributes.push((name, self.value(depth + 1)?));
                continue;
            }
            let mut labels = Vec::new();
            while self.peek()? != '{' {
                labels.push(self.name()?);
                self.run(|c| c == ' ' || c == '\t');
            }
            self.take();
            let inner = self.body(depth + 1)?;
            if !self.take_if("}") {
                return None;
            }
            block.blocks.push(Block { kind: name, labels, ..inner });
        }
    }

    fn value(&mut self, depth: usize) -> Option<HclValue> {
        if depth > DEEPEST {
            return None;
        }
        self.blank();
        match self.peek()? {
            '"' => {
                let text = self.quoted()?;
                // a conditional or a call may go on behind it
                let more = self.expression()?;
                Some(if more.is_empty() { text } else { HclValue::Expression(more) })
            }
            '<' if self.rest().starts_with("<<") => self.heredoc(),
            '{' => self.map(depth),
            '[' => self.list(depth),
            _ => {
                let text = self.expression()?;
                let is_literal = text == "true" || text == "false" || text.parse::<f64>().is_ok();
                (!text.is_empty()).then_some(if is_literal { HclValue::Literal(text) } else { HclValue::Expression(text) })
            }
        }
    }

    fn map(&mut self, depth: usize) -> Option<HclValue> {
        self.take();
        let mut entries = Vec::new();
        loop {
            self.blank();
            if self.take_if("}") {
                return Some(HclValue::Map(entries));
            }
            let name = self.name()?;
            self.blank();
            if !self.take_if("=") && !self.take_if(":") {
                return None;
            }
            entries.push((name, self.value(depth + 1)?));
            self.blank();
            self.take_if(",");
        }
    }

    fn list(&mut self, depth: usize) -> Option<HclValue> {
        self.take();
        let mut items = Vec::new();
        loop {
            self.blank();
            if self.take_if("]") {
                return Some(HclValue::List(items));
            }
            items.push(self.value(depth + 1)?);
            self.blank();
            self.take_if(",");
        }
    }

    /// Text in double quotes. One interpolation and nothing else is that expression.
    fn quoted(&mut self) -> Option<HclValue> {
        self.take();
        let rest = self.rest();
        let text = &rest[..quoting::length(rest)?];
        self.at += text.len() + 1;
        Some(match quoting::read(text)? {
            Template::Text(text) => HclValue::Literal(text),
            Template::Expression => HclValue::Expression(quoting::sole_expression(text).unwrap_or(text).to_owned()),
        })
    }

    /// `<<EOT` or `<<-EOT`: lines up to the one that has only the word.
    fn heredoc(&mut self) -> Option<HclValue> {
        self.at += 2;
        let is_indented = self.take_if("-");
        let word = self.line().trim();
        let mut lines = Vec::new();
        loop {
            if self.rest().is_empty() {
                return None;
            }
            let line = self.line();
            if line.trim() == word {
                break;
            }
            lines.push(line);
        }
        let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let common = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| indent(line)).min().unwrap_or(0);
        let cut = |line: &&'t str| if is_indented { line.get(common..).unwrap_or_default() } else { line };
        let text: Vec<&str> = lines.iter().map(cut).collect();
        Some(HclValue::Literal(text.join("\n") + "\n"))
    }

    /// The text of an expression: up to the line's end, a comma or a closing bracket outside of brackets and text.
    fn expression(&mut self) -> Option<String> {
        let start = self.at;
        let mut open = 0_usize;
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.quoted()?;
                    continue;
                }
                '(' | '[' | '{' => open += 1,
                ')' | ']' | '}' if open == 0 => break,
                ')' | ']' | '}' => open -= 1,
                '\n' | ',' if open == 0 => break,
                '#' => break,
                _ => {}
            }
            self.take();
        }
        Some(self.text.get(start..self.at).unwrap_or_default().trim().to_owned())
    }
}

#[cfg(test)]
mod tests;
