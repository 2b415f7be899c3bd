//! Small ways to read and write a document's fields as text.

use serde_json::Value;
use shared::config::{Pipeline, SchemaRegistry};

/// A list as the text of one line. Reversible for every text, so that typing is never corrected under the cursor.
pub fn join(list: &[String]) -> String {
    list.join(",")
}

pub fn split(text: &str) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { text.split(',').map(str::to_owned).collect() }
}

/// The same list without blanks: when the field is left.
pub fn tidy(list: &mut Vec<String>) {
    for item in list.iter_mut() {
        *item = item.trim().to_owned();
    }
    list.retain(|item| !item.is_empty());
}

/// Sets a sink URI parameter; empty removes it.
pub fn set_param(document: &mut Pipeline, name: &str, text: &str) {
    if text.is_empty() {
        document.kafka.params.shift_remove(name);
    } else {
        write_param(document, name, text);
    }
}

/// Sets a sink URI parameter, empty or not. Whole numbers and booleans are kept as such.
pub fn write_param(document: &mut Pipeline, name: &str, text: &str) {
    let value = match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ if is_secret(name) => Value::from(text),
        _ => match text.parse::<i64>() {
            // A number that reads back as it was typed.
            Ok(number) if number.to_string() == text => Value::from(number),
            _ => Value::from(text),
        },
    };
    document.kafka.params.insert(name.to_owned(), value);
}

fn is_secret(name: &str) -> bool {
    shared::secret::is_secret_key(name)
}

/// The registry, made when it is not there yet.
pub fn registry(document: &mut Pipeline) -> &mut SchemaRegistry {
    document.schema_registry.get_or_insert_default()
}

/// Takes an empty registry out of the document again.
pub fn drop_empty_registry(document: &mut Pipeline) {
    if document.schema_registry.as_ref().is_some_and(|registry| *registry == SchemaRegistry::default()) {
        document.schema_registry = None;
    }
}
