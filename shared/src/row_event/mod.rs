//! Row events as JSON, one object a line: what tests, the command line and "follow a row" speak.
//!
//! `{"schema":"tpcc","table":"orders","op":"c","commit_ts":445644800000000005,"after":{…}}` with `before` for updates and
//! deletes. Values: numbers for integers and floats; text for decimal, date, time, datetime, timestamp (UTC), enum, set and
//! JSON; an integer for BIT and YEAR; `{"base64":"…"}` for binary; `null`.

mod read;
mod temporal;
#[cfg(test)]
mod tests;
mod write;

use crate::row::{CommitTs, Op, Row, RowChange};
use crate::schema::{Generated, TableModel};
use crate::{Finding, finding::Severity};
use serde::Serialize;
use serde_json::{Map, Value};
use std::sync::Arc;

/// One line.
#[derive(Clone, PartialEq, Serialize)]
pub struct RowEvent {
    pub schema: String,
    pub table: String,
    pub op: Op,
    pub commit_ts: CommitTs,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Map<String, Value>>,
}

const KEYS: [&str; 6] = ["schema", "table", "op", "commit_ts", "before", "after"];

impl RowEvent {
    /// Reads a line.
    ///
    /// # Errors
    /// All that is wrong with it, paths as in the object.
    pub fn parse(line: &str) -> Result<Self, Vec<Finding>> {
        let value: Value = serde_json::from_str(line).map_err(|error| {
            vec![Finding::error("", "event-unreadable", format!("the event is no JSON: {error}")).hint("One JSON object a line.")]
        })?;
        let Value::Object(object) = value else {
            return Err(vec![Finding::error("", "event-unreadable", "the event is no JSON object").hint("One JSON object a line.")]);
        };
        read::event(object)
    }

    /// Reads a file of events, empty lines left out; each with its line number.
    ///
    /// # Errors
    /// All that is wrong with any line, paths `lines[3].op`, messages with the line.
    pub fn parse_lines(text: &str) -> Result<Vec<(usize, Self)>, Vec<Finding>> {
        let (mut events, mut findings) = (Vec::new(), Vec::new());
        for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match Self::parse(line) {
                Ok(event) => events.push((i + 1, event)),
                Err(found) => findings.extend(found.into_iter().map(|f| at_line(f, i + 1))),
            }
        }
        if findings.is_empty() { Ok(events) } else { Err(findings) }
    }

    /// The event against its table: every value checked and brought into the engine's form.
    ///
    /// # Errors
    /// Each value that is missing, unknown or does not fit its column, path `after.price`.
    pub fn to_change(&self, table: Arc<TableModel>) -> Result<RowChange, Vec<Finding>> {
        let mut findings = Vec::new();
        let mut image =
            |name: &str, values: &Option<Map<String, Value>>| values.as_ref().map(|values| read_row(name, values, &table, &mut findings));
        let before = image("before", &self.before);
        let after = image("after", &self.after);
        if findings.iter().any(|f| f.severity == Severity::Error) {
            return Err(findings);
        }
        Ok(RowChange { table, before, after, commit_ts: self.commit_ts })
    }

    /// A change as an event. A change without any image, which no source sends, becomes a delete without one.
    #[must_use]
    pub fn from_change(change: &RowChange) -> Self {
        let image = |row: &Row| write::image(&change.table, row);
        Self {
            schema: change.table.schema.clone(),
            table: change.table.name.clone(),
            op: change.op().unwrap_or(Op::Delete),
            commit_ts: change.commit_ts,
            before: change.before.as_ref().map(image),
            after: change.after.as_ref().map(image),
        }
    }

    /// The line, without line break.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an event has text keys only")
    }
}

impl std::fmt::Debug for RowEvent {
    /// Row values never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowEvent")
            .field("schema", &self.schema)
            .field("table", &self.table)
            .field("op", &self.op)
            .field("commit_ts", &self.commit_ts)
            .finish_non_exhaustive()
    }
}

/// The finding put into a file's line.
#[must_use]
pub fn at_line(finding: Finding, line: usize) -> Finding {
    let message = format!("line {line}: {}", finding.message);
    Finding { message, ..finding.below(&format!("lines[{line}]")) }
}

fn read_row(image: &str, values: &Map<String, Value>, table: &TableModel, findings: &mut Vec<Finding>) -> Row {
    let mut row = Row::with_capacity(table.columns.len(), 256);
    for column in &table.columns {
        match values.get(&column.name) {
            Some(value) => {
                if let Err(cause) = read::value(&mut row, column, value) {
                    let message = format!("column `{}` of `{}`: {cause}", column.name, table.qualified());
                    findings.push(Finding::error(format!("{image}.{}", column.name), "event-value", message));
                }
            }
            // Its value is nobody's to give.
            None if column.generated == Some(Generated::Virtual) => row.push(crate::row::Datum::Null),
            None => {
                let message = format!("column `{}` of `{}` is missing", column.name, table.qualified());
                findings.push(
                    Finding::error(format!("{image}.{}", column.name), "event-column-missing", message)
                        .hint("An image has all columns; write `null` for NULL."),
                );
            }
        }
    }
    for name in values.keys().filter(|name| !table.columns.iter().any(|c| c.name == **name)) {
        let message = format!("table `{}` has no column `{name}`", table.qualified());
        let finding = Finding::error(format!("{image}.{name}"), "event-unknown-column", message);
        findings.push(match closest(name, table.columns.iter().map(|c| c.name.as_str())) {
            Some(near) => finding.hint(format!("Did you mean `{near}`?")),
            None => finding,
        });
    }
    row
}

/// The known name that a misspelt one probably means.
fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .map(|k| (strsim::damerau_levenshtein(&lower, &k.to_lowercase()), k))
        .filter(|(distance, k)| *distance <= 1 + k.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}
