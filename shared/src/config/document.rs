//! TOML text to document and back.

use super::{Pipeline, shape};
use crate::Finding;
use crate::path::join;
use serde_json::{Map, Number, Value};
use std::collections::HashMap;
use toml::de::{DeTable, DeValue};

/// A text that is no pipeline document.
#[derive(Debug, thiserror::Error)]
#[error("not a pipeline document")]
pub struct ParseError {
    pub findings: Vec<Finding>,
}

/// Reads a document. Unknown keys are kept, and reported by `validate`. Dates without quotes become text.
///
/// # Errors
/// Findings with line and column when the text is not TOML, a key is missing or a known key has a value of the wrong
/// type. They never show a line of the text, which may hold a secret.
pub fn parse(text: &str) -> Result<Pipeline, ParseError> {
    let mut places = HashMap::new();
    let table = read_table(text, &mut places).map_err(|finding| ParseError { findings: vec![finding] })?;
    from_json(Value::Object(table)).map_err(|mut error| {
        for finding in &mut error.findings {
            if let Some(&at) = places.get(&finding.path) {
                finding.message = format!("{} ({})", finding.message.trim_end_matches('.'), place(text, at));
            }
        }
        error
    })
}

/// Any TOML in its JSON form; dates without quotes become text.
///
/// # Errors
/// A finding with line and column, without the text.
pub(crate) fn read_toml(text: &str) -> Result<Map<String, Value>, Finding> {
    read_table(text, &mut HashMap::new())
}

fn read_table(text: &str, places: &mut HashMap<String, usize>) -> Result<Map<String, Value>, Finding> {
    match DeTable::parse(text) {
        Ok(table) => Ok(convert_table(table.get_ref(), "", places)),
        Err(error) => {
            let place = error.span().map_or_else(String::new, |span| format!(" ({})", place(text, span.start)));
            let message = format!("The document is not valid TOML{place}: {}.", error.message());
            let hint = "Check quotes and brackets there; a truncated file ends like this too.";
            Err(Finding::error("", "document-unreadable", message).hint(hint))
        }
    }
}

/// Reads a document from its JSON form.
///
/// # Errors
/// As [`parse`], without line and column.
pub fn from_json(value: Value) -> Result<Pipeline, ParseError> {
    let mut findings = Vec::new();
    for (key, what) in [("version", "`version = 1`"), ("name", "a `name`")] {
        if value.get(key).is_none() {
            findings.push(Finding::error(key, "missing-key", format!("The document has no {what}.")).hint("Is this a pipeline document?"));
        }
    }
    shape::check(&value, shape::DOCUMENT, "", &mut findings);
    serde_json::from_value(value).map_err(|_| {
        findings.retain(|finding| matches!(finding.code.as_str(), "missing-key" | "wrong-type" | "wrong-value"));
        if findings.is_empty() {
            findings.push(Finding::error("", "document-unreadable", "The document's values do not fit its keys."));
        }
        ParseError { findings }
    })
}

/// The document as TOML. What TOML cannot hold (JSON's null) is left out.
#[must_use]
pub fn render(pipeline: &Pipeline) -> String {
    let value = serde_json::to_value(pipeline).expect("a document has a JSON form");
    render_value(&value)
}

/// A JSON object as TOML.
pub(crate) fn render_value(value: &Value) -> String {
    match to_toml(value) {
        Some(toml::Value::Table(table)) => toml::to_string_pretty(&table).expect("tables, lists and plain values have a TOML form"),
        _ => String::new(),
    }
}

fn to_toml(value: &Value) -> Option<toml::Value> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(v) => toml::Value::Boolean(*v),
        Value::String(v) => toml::Value::String(v.clone()),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(v), _) => toml::Value::Integer(v),
            // above TOML's integers: as text, rather than rounded
            (None, _) if number.is_u64() => toml::Value::String(number.to_string()),
            (None, Some(v)) => toml::Value::Float(v),
            (None, None) => return None,
        },
        Value::Array(items) => toml::Value::Array(items.iter().filter_map(to_toml).collect()),
        Value::Object(map) => toml::Value::Table(map.iter().filter_map(|(key, value)| Some((key.clone(), to_toml(value)?))).collect()),
    })
}

fn convert_table(table: &DeTable<'_>, path: &str, places: &mut HashMap<String, usize>) -> Map<String, Value> {
    table
        .iter()
        .map(|(key, value)| {
            let name = key.get_ref().to_string();
            let path = join(path, &name);
            places.insert(path.clone(), value.span().start);
            (name, convert(value.get_ref(), &path, places))
        })
        .collect()
}

fn convert(value: &DeValue<'_>, path: &str, places: &mut HashMap<String, usize>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(v) => Value::Bool(*v),
        DeValue::Datetime(v) => Value::String(v.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::String(number.to_string()), |v| Value::Number(v.into())),
        // infinities and NaN have no JSON form
        DeValue::Float(number) => {
            number.as_str().parse().ok().and_then(Number::from_f64).map_or_else(|| Value::String(number.to_string()), Value::Number)
        }
        DeValue::Array(items) => Value::Array(
            items
                .iter()
                .enumerate()
                .map(|(i, item)| {
                    let path = format!("{path}[{i}]");
                    places.insert(path.clone(), item.span().start);
                    convert(item.get_ref(), &path, places)
                })
                .collect(),
        ),
        DeValue::Table(table) => Value::Object(convert_table(table, path, places)),
    }
}

/// Line and column, both from 1, the column in characters.
fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    format!("line {line}, column {column}")
}

#[cfg(test)]
mod tests;
