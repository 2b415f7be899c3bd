//! TiCDC's options as the page reads and writes them. What an option is and may be stands in `shared::ticdc`.

use serde_json::{Map, Value};
use shared::{
    config::Pipeline,
    fix::{self, Fix},
    path::{self, Step},
    ticdc::{self, Architectures, ConfigKey, ValueType},
};

/// Options that stand alone: lists have cards of their own, other sinks' sections no form.
fn is_single(key: &ConfigKey) -> bool {
    !key.section.contains("[]") && !matches!(key.value_type, ValueType::Section)
}

pub fn all_options() -> Vec<&'static ConfigKey> {
    ticdc::all().filter(|key| is_single(key)).collect()
}

pub fn search_options(words: &str) -> Vec<&'static ConfigKey> {
    ticdc::search(words).into_iter().filter(|key| is_single(key)).collect()
}

/// What the document sets, and what was opened.
pub fn written_options(document: &Pipeline, opened: &[&'static str]) -> Vec<&'static ConfigKey> {
    let config = serde_json::to_value(&document.changefeed.config).unwrap_or_default();
    let written = ticdc::written(&document.kafka.params, &config);
    let is_shown =
        |key: &&'static ConfigKey| opened.contains(&key.name) || written.iter().any(|one| std::ptr::eq(one.key, *key) && !one.is_default());
    all_options().into_iter().filter(is_shown).collect()
}

/// Names an option among all: two sections may use one name.
pub fn option_id(key: &ConfigKey) -> String {
    format!("{}.{}", key.section, key.name)
}

pub fn option_by_id(id: &str) -> Option<&'static ConfigKey> {
    ticdc::all().find(|key| option_id(key) == id)
}

/// The options of a list's entries.
pub fn options_of(section: &str) -> impl Iterator<Item = &'static ConfigKey> {
    ticdc::all().filter(move |key| key.section == section)
}

/// Where the document has an option, or would get it: in the sink URI if that can carry it, unless the configuration has it.
pub fn option_path(document: &Pipeline, key: &ConfigKey) -> String {
    let in_file = key.path().map(|path| format!("changefeed.config.{path}"));
    let in_uri = key.param().map(|name| path::join("kafka.params", name));
    match (in_uri, in_file) {
        (Some(_), Some(file)) if at(document, &file).is_some() => file,
        (Some(uri), _) => uri,
        (None, file) => file.unwrap_or_default(),
    }
}

pub fn list_path(section: &str) -> String {
    format!("changefeed.config.{}", section.trim_end_matches("[]"))
}

pub fn list_len(document: &Pipeline, path: &str) -> usize {
    at(document, path).and_then(|list| list.as_array().map(Vec::len)).unwrap_or_default()
}

pub fn add_entry(document: &mut Pipeline, path: &str) {
    change(document, Fix::new("").set(path, Map::new()));
}

pub fn remove_entry(document: &mut Pipeline, path: &str) {
    change(document, Fix::new("").remove(path));
}

/// An edit that has no place any more says nothing: the form shows the document as it is.
fn change(document: &mut Pipeline, fix: Fix) {
    let _ = fix::apply(document, &fix);
}

/// The value at a path of the document.
fn at(document: &Pipeline, path: &str) -> Option<Value> {
    let steps = path::parse(path)?;
    let whole = match steps.first() {
        Some(Step::Key(key)) if key == "kafka" => serde_json::json!({ "kafka": document.kafka }),
        _ => serde_json::json!({ "changefeed": document.changefeed }),
    };
    let mut value = &whole;
    for step in &steps {
        value = match step {
            Step::Key(key) => value.get(key)?,
            Step::Index(index) => value.get(index)?,
        };
    }
    Some(value.clone())
}

/// The value as the text of one field.
pub fn option_text(document: &Pipeline, path: &str) -> String {
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match at(document, path) {
        None | Some(Value::Null) => String::new(),
        Some(Value::Array(items)) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        Some(value) => plain(&value),
    }
}

/// Writes a field's text as the option's type; empty takes the option out. What does not fit stays text, with its finding.
pub fn set_option(document: &mut Pipeline, key: &ConfigKey, path: &str, text: &str) {
    if text.is_empty() {
        return change(document, Fix::new("").remove(path));
    }
    let number = |text: &str| text.parse::<i64>().ok().filter(|number| number.to_string() == text).map(Value::from);
    let list = |item: &dyn Fn(&str) -> Value| Value::Array(text.split(',').map(item).collect());
    let value = match key.value_type {
        ValueType::Boolean => match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            other => Value::from(other),
        },
        ValueType::Integer(..) => number(text).unwrap_or_else(|| Value::from(text)),
        ValueType::Number => text.parse::<f64>().map_or_else(|_| Value::from(text), Value::from),
        ValueType::Texts | ValueType::Words(_) => list(&|item| Value::from(item)),
        ValueType::Integers => list(&|item| number(item).unwrap_or_else(|| Value::from(item))),
        ValueType::Interval => number(text).unwrap_or_else(|| Value::from(text)),
        ValueType::Duration(_) | ValueType::Text | ValueType::Word(_) | ValueType::Section => Value::from(text),
    };
    change(document, Fix::new("").set(path, value));
}

/// What there is to know of an option, in one line.
pub fn option_help(key: &ConfigKey) -> String {
    let mut help = key.doc.to_owned();
    let mut say = |text: String| {
        if !help.is_empty() {
            help.push(' ');
        }
        help.push_str(&text);
    };
    if !key.default.is_empty() {
        say(format!("Default {}.", key.default));
    }
    let since = key.since.to_string();
    if !since.is_empty() {
        say(format!("Since {since}."));
    }
    match key.architectures {
        Architectures::Both => {}
        Architectures::Classic => say("The new architecture ignores it.".to_owned()),
        Architectures::New => say("New architecture only.".to_owned()),
    }
    if !key.deprecated.is_empty() {
        say(format!("Deprecated: {}.", key.deprecated));
    }
    help
}
