//! Each property by itself, against the plugin's catalogue: unknown keys, values that the plugin refuses, and gaps.

use super::{Site, at};
use crate::connector::{Class, Flavour, Property, ValueType, is_service_made, suggestion};
use crate::spelling::nearest;
use crate::{Finding, Fix};

/// What is wrong with a value; whether it is too small is said by rules of their own.
const OWN_RANGE: [&str; 3] = ["tasks.max", "buffer.flush.time", "buffer.count.records"];

pub(super) fn check(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let Some(class) = site.settings.class else { return };
    for (key, path) in &site.written {
        match class.property(key) {
            Some(property) => check_value(site, property, path, findings),
            None if class.knows(key) || (site.is_cloud() && is_service_made(key)) => {}
            None => check_unknown(site, class, key, path, findings),
        }
    }
    for property in class.properties.iter().filter(|property| property.required && site.get(property.key).is_none()) {
        report_missing(site, class, property, findings);
    }
    check_login(site, findings);
    if !site.is_cloud() {
        check_named(site, "transforms", findings);
        check_named(site, "predicates", findings);
    }
}

/// Transforms and predicates are named in a list, and each has its class below its name: without one the worker refuses all.
fn check_named(site: &Site<'_>, list: &str, findings: &mut Vec<Finding>) {
    for name in super::list(&site.get(list).unwrap_or_default()) {
        let key = format!("{list}.{name}.type");
        if site.get(&key).is_none() {
            let message = format!("`{list}` names `{name}`, which has no class: `{key}` is missing.");
            let hint = "For example `org.apache.kafka.connect.transforms.RegexRouter`.";
            let hint =
                if list == "transforms" { hint } else { "For example `org.apache.kafka.connect.transforms.predicates.RecordIsTombstone`." };
            findings.push(Finding::error(at(&key), "transform-type-missing", message).hint(hint));
        }
    }
}

/// Connect takes any key and ignores those it does not know.
fn check_unknown(site: &Site<'_>, class: &'static Class, key: &str, path: &str, findings: &mut Vec<Finding>) {
    let message = format!("`{}` does not know `{key}` and would ignore it silently.", class.name);
    let Some(meant) = suggestion(class, key) else {
        findings.push(Finding::warning(path, "connector-key-unknown", message).hint("Remove it, or check its spelling."));
        return;
    };
    let finding = Finding::warning(path, "connector-key-unknown", message).hint(format!("Did you mean `{meant}`?"));
    let value = site.settings.written(key).unwrap_or_default();
    let fits = class.property(meant).is_some_and(|property| problem(property, &value).is_none());
    let is_free = site.settings.written(meant).is_none();
    findings.push(if fits && is_free { finding.fix(Fix::new(format!("Rename it to `{meant}`")).rename(path, at(meant))) } else { finding });
}

fn check_value(site: &Site<'_>, property: &Property, path: &str, findings: &mut Vec<Finding>) {
    let Some(value) = site.get(property.key) else { return };
    let Some(problem) = problem(property, &value) else { return };
    if OWN_RANGE.contains(&property.key) && value.parse::<i64>().is_ok() {
        return;
    }
    let mut finding = Finding::error(path, "connector-value-invalid", format!("`{}` {problem}", property.key));
    if let Some(word) = nearest(&value, property.values.iter().copied()) {
        finding = finding.hint(format!("Did you mean `{word}`?")).fix(Fix::new(format!("Write `{word}`")).set(path, word));
    }
    findings.push(finding);
}

/// What the plugin has against a value, after its key in a sentence; never shows it. Words are compared without case, unless
/// the property is exact; what a provider will fill in (`${file:…}`) cannot be judged.
fn problem(property: &Property, value: &str) -> Option<String> {
    if value.is_empty() || value.contains("${") || property.value_type == ValueType::Password {
        return None;
    }
    if property.value_type == ValueType::Integer {
        let (least, greatest) = property.range.unwrap_or((i64::MIN, i64::MAX));
        let fits = value.parse::<i64>().is_ok_and(|number| (least..=greatest).contains(&number));
        let upper = if greatest < i64::from(i32::MAX) { format!(" to {greatest}") } else { " up".to_owned() };
        return (!fits).then(|| format!("must be a whole number from {least}{upper}."));
    }
    let is_same = |known: &str, word: &str| if property.exact { known == word } else { known.eq_ignore_ascii_case(word) };
    let is_known = |word: &str| property.values.iter().any(|known| is_same(known, word.trim()));
    let fits = match property.value_type {
        _ if property.values.is_empty() => true,
        ValueType::List => value.split(',').all(is_known),
        _ => is_known(value),
    };
    (!fits).then(|| format!("is one of `{}`.", property.values.join("`, `")))
}

fn report_missing(site: &Site<'_>, class: &Class, property: &Property, findings: &mut Vec<Finding>) {
    // the document's own fields, which have findings of their own
    let is_said = ["name", "topics", "connector.class", "snowflake.role.name"].contains(&property.key);
    let is_oauth = property.key == "snowflake.private.key" && site.word("snowflake.authenticator").as_deref() == Some("oauth");
    if is_said || is_oauth {
        return;
    }
    let label = if property.label.is_empty() { String::new() } else { format!(" ({})", property.label) };
    let message = format!("`{}` needs `{}`{label}.", class.name, property.key);
    findings.push(Finding::error(at(property.key), "connector-property-missing", message).hint(property.doc));
}

/// On a worker Snowflake's key is optional in the plugin's own definition, because OAuth takes its place.
fn check_login(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let is_oauth = site.word("snowflake.authenticator").as_deref() == Some("oauth");
    let key = "snowflake.private.key";
    let is_worker = site.settings.flavour == Some(Flavour::Confluent) && site.settings.kind == Some(crate::connector::Kind::Snowflake);
    if is_worker && is_oauth {
        for key in ["snowflake.oauth.client.id", "snowflake.oauth.client.secret"] {
            if site.get(key).is_none() {
                let finding = Finding::error(at(key), "connector-property-missing", format!("OAuth needs `{key}` to log in."));
                findings.push(finding.hint("Give it, or set `snowflake.authenticator` to `snowflake_jwt`."));
            }
        }
    }
    if is_worker && !is_oauth && site.get(key).is_none() {
        findings.push(
            Finding::error(at(key), "connector-property-missing", format!("The connector needs `{key}` to log in."))
                .hint("Give it, or set `snowflake.authenticator` to `oauth`."),
        );
    }
}
