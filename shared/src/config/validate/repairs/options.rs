//! TiCDC's options: those in the wrong place or spelt wrongly, of another type, or unknown to the chosen release.

use super::dispatchers::by_index_value;
use super::{Document, last_key, sibling};
use crate::config::Target;
use crate::path::{Step, join, parse};
use crate::spelling::suggested;
use crate::ticdc::{ConfigKey, Place, ValueType, all, by_param, by_path};
use crate::{Finding, Fix};
use serde_json::Value;

const CONFIG: &str = "changefeed.config";
const PARAMS: &str = "kafka.params";

pub(super) fn fix(document: &Document<'_>, finding: &Finding) -> Option<Fix> {
    let path = finding.path.as_str();
    match finding.code.as_str() {
        "unknown-key" => unknown_key(document, finding),
        "unknown-param" => unknown_param(document, finding),
        "wrong-type" => other_type(document, path),
        // a word that was meant is suggested, and written elsewhere
        "wrong-value" if suggested(&finding.hint).is_none() => use_default(path),
        "param-invalid-syntax" => match typed(option_at(path)?, document.at(path)?) {
            Some(meant) => Some(write(path, meant)),
            None => Some(Fix::new("Use the default").remove(path)),
        },
        "duration-invalid" => {
            in_hours(document.text(path)).map(|hours| Fix::new(format!("Write `{hours}`")).set(path, hours)).or_else(|| use_default(path))
        }
        "param-overrides-file" => {
            let place = by_param(&last_key(path)?)?.path()?;
            Some(Fix::new("Remove the configuration's, which loses").remove(format!("{CONFIG}.{place}")))
        }
        "option-too-new" | "option-not-in-architecture" => do_without(path),
        "value-too-new" if path.ends_with(".partition") => by_index_value(path),
        "value-too-new" if path.ends_with(".large-message-handle-option") => Some(Fix::new("Use the default, `none`").remove(path)),
        "option-not-in-api" => {
            let place = format!("{PARAMS}.{}", option_at(path)?.param()?);
            document.rename(format!("Move it to `{place}`"), path, place)
        }
        "sasl-ignored" => Some(Fix::new("Log in with PLAIN").set(sibling(path, "sasl-mechanism")?, "plain")),
        "sasl-oauth-mechanism" => {
            let mechanism = format!("{PARAMS}.sasl-mechanism");
            let is_open = document.is_free(&mechanism) && document.is_free(&sibling(path, "sasl-mechanism")?);
            let fix = Fix::new("Log in with OAUTHBEARER").set(mechanism, "oauthbearer");
            (is_open && document.pipeline.changefeed.target != Target::Native).then_some(fix)
        }
        _ => None,
    }
}

fn unknown_key(document: &Document<'_>, finding: &Finding) -> Option<Fix> {
    let path = finding.path.as_str();
    let name = last_key(path)?;
    if let Some(meant) = suggested(&finding.hint) {
        return document.rename(format!("Rename it to `{meant}`"), path, sibling(path, meant)?);
    }
    // elsewhere an unknown key does no harm and may be somebody's; TiCDC refuses its file
    path.strip_prefix(CONFIG)?;
    if by_param(&name).is_some_and(|key| key.place == Place::Uri) {
        return document.rename(format!("Move it to `{PARAMS}.{name}`"), path, join(PARAMS, &name));
    }
    match in_file(&name) {
        Some(place) => move_into_file(document, path, &place),
        None => Some(Fix::new("Remove it").remove(path)),
    }
}

fn unknown_param(document: &Document<'_>, finding: &Finding) -> Option<Fix> {
    let path = finding.path.as_str();
    let name = last_key(path)?;
    let rename = |meant: &str| document.rename(format!("Rename it to `{meant}`"), path, sibling(path, meant)?);
    if let Some(place) = in_file(&name) {
        return move_into_file(document, path, &place);
    }
    match name.as_str() {
        "compressionType" | "compression-type" => return rename("compression"),
        "sasl-username" => return rename("sasl-user"),
        "security-protocol" | "security.protocol" | "tls" | "ssl" if wants_tls(document.at(path)?) => {
            return Some(Fix::new("Write `enable-tls = true`").remove(path).set(sibling(path, "enable-tls")?, true));
        }
        "topic" if document.is_free("kafka.topic") => return Some(Fix::new("Move it to `kafka.topic`").rename(path, "kafka.topic")),
        _ => {}
    }
    match suggested(&finding.hint) {
        Some(meant) => rename(meant),
        None => Some(Fix::new("Remove it").remove(path)),
    }
}

/// `SSL`, `SASL_SSL`, or a boolean that is on.
fn wants_tls(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.to_ascii_uppercase().ends_with("SSL")) || boolean(value) == Some(true)
}

/// The place of an option in the configuration, unless that is in a list.
fn in_file(name: &str) -> Option<String> {
    all().filter(|key| key.name == name).find_map(ConfigKey::path).filter(|place| !place.contains('['))
}

/// A parameter's text becomes what the configuration takes: `"true"` a boolean.
fn move_into_file(document: &Document<'_>, path: &str, place: &str) -> Option<Fix> {
    let label = format!("Move it to `{place}`");
    let to = format!("{CONFIG}.{place}");
    match by_path(place).and_then(|key| typed(key, document.at(path)?)) {
        Some(value) => document.is_free(&to).then(|| Fix::new(label).remove(path).set(to, value)),
        None => document.rename(label, path, to),
    }
}

fn other_type(document: &Document<'_>, path: &str) -> Option<Fix> {
    let (key, value) = (option_at(path)?, document.at(path)?);
    if let Some(meant) = typed(key, value) {
        return Some(write(path, meant));
    }
    match (key.value_type, value) {
        (ValueType::Texts | ValueType::Words(_), Value::String(_)) => Some(Fix::new("Make it a list").rename(path, format!("{path}[0]"))),
        (ValueType::Text | ValueType::Word(_), Value::Bool(_) | Value::Number(_)) if !key.secret => {
            Some(Fix::new("Write it as text").set(path, value.to_string()))
        }
        _ => None,
    }
}

fn write(path: &str, value: Value) -> Fix {
    Fix::new(format!("Write `{value}`")).set(path, value)
}

/// An option without a default has no way out of its own.
fn use_default(path: &str) -> Option<Fix> {
    let default = option_at(path)?.default;
    (!default.is_empty()).then(|| Fix::new(format!("Use the default, `{default}`")).remove(path))
}

/// An option of a list's entry says which rows and columns arrive and under which names, and then the button tells.
fn do_without(path: &str) -> Option<Fix> {
    let remove = |label: &str, path: &str| Some(Fix::new(label).remove(path));
    let Some(entry) = path.rfind(']').and_then(|end| path.get(..=end)) else { return remove("Remove it", path) };
    let name = last_key(path)?;
    if entry.contains(".column-selectors[") {
        return remove("Remove the selector: all columns are sent", entry);
    }
    match name.as_str() {
        "matcher" => remove("Remove the event filter: what it left out is sent", entry),
        "partition" | "columns" => by_index_value(path),
        "index" => remove("Partition by the key", path),
        "target-schema" | "target-table" => remove("Remove it: names stay the source's", path),
        _ if entry.contains(".event-filters[") => remove("Remove it: what it left out is sent", path),
        // without its topic a dispatcher's tables would share one
        _ => None,
    }
}

/// The option at a place of the document.
fn option_at(path: &str) -> Option<&'static ConfigKey> {
    let mut steps = parse(path)?.into_iter();
    match (steps.next()?, steps.next()?) {
        (Step::Key(kafka), Step::Key(params)) if kafka == "kafka" && params == "params" => by_param(&last_key(path)?),
        (Step::Key(_), Step::Key(config)) if config == "config" => {
            let mut place = String::new();
            for step in steps {
                match step {
                    Step::Key(key) if place.is_empty() => place = key,
                    Step::Key(key) => {
                        place.push('.');
                        place.push_str(&key);
                    }
                    Step::Index(_) => place.push_str("[]"),
                }
            }
            by_path(&place)
        }
        _ => None,
    }
}

/// The number or boolean that is meant by another spelling of it.
fn typed(key: &ConfigKey, value: &Value) -> Option<Value> {
    match key.value_type {
        ValueType::Boolean => boolean(value).map(Value::from),
        ValueType::Integer(least, most) => whole(value).filter(|number| (least..=most).contains(number)).map(Value::from),
        _ => None,
    }
}

fn boolean(value: &Value) -> Option<bool> {
    let text = match value {
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => text.trim().to_ascii_lowercase(),
        _ => return None,
    };
    match text.as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().replace('_', "").parse().ok(),
        _ => None,
    }
}

/// `2d`, which Go does not know, as `48h`.
fn in_hours(text: Option<&str>) -> Option<String> {
    let days: u32 = text?.trim().strip_suffix('d')?.parse().ok()?;
    (1..=366).contains(&days).then(|| format!("{}h", days * 24))
}
