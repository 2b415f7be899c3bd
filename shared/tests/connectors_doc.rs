//! `docs/CONNECTORS.md` is the catalogue. `UPDATE_DOCS=1 cargo test -p shared --test connectors_doc` writes it.

use shared::connector::{Class, Flavour, Property, ValueType, classes};
use std::{env, fmt::Write as _, fs, path::Path};

const HEAD: &str = "# Connectors

What the studio knows of the sink connectors that it checks and exports. A test writes this file from the catalogue in
`shared/src/connector/catalogue/` and keeps them the same; change the catalogue, then `UPDATE_DOCS=1 cargo test -p shared --test connectors_doc`.

A property that a plugin has like all others of its family is in the family's table. Also known, and passed on as they are, are
keys that begin with the prefixes named above each table: they belong to transforms, converters and Kafka clients.
";

#[test]
fn the_documentation_is_the_catalogue() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/CONNECTORS.md");
    let text = document();
    if env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
        fs::write(&path, &text).expect("the documentation can be written");
    }
    let found = fs::read_to_string(&path).expect("the documentation is there");
    assert!(found == text, "docs/CONNECTORS.md is not the catalogue any more: run this test with UPDATE_DOCS=1");
}

fn document() -> String {
    let mut text = HEAD.to_owned();
    let families = [("Confluent Cloud", true), ("A Kafka Connect worker of one's own", false)];
    for (family, managed) in families {
        let members: Vec<&'static Class> = classes().iter().filter(|class| (class.flavour == Flavour::ConfluentCloud) == managed).collect();
        // JDBC plugins serve several databases alike
        let members = one_of_each_name(members);
        let shared: Vec<&Property> = members[0]
            .properties
            .iter()
            .filter(|property| members.iter().all(|class| class.property(property.key) == Some(property)))
            .collect();
        let prefixes: Vec<&str> = members[0]
            .open_prefixes
            .iter()
            .copied()
            .filter(|prefix| members.iter().all(|class| class.open_prefixes.contains(prefix)))
            .collect();
        let _ = write!(text, "\n## {family}: every sink\n\n{}{}", open(&prefixes), table(&shared));
        for class in members {
            let own: Vec<&Property> = class.properties.iter().filter(|property| !shared.contains(property)).collect();
            let open_own: Vec<&str> = class.open_prefixes.iter().copied().filter(|prefix| !prefixes.contains(prefix)).collect();
            let _ = write!(text, "\n## `{}`\n\n{}{}", class.name, open(&open_own), table(&own));
        }
    }
    text
}

fn one_of_each_name(classes: Vec<&'static Class>) -> Vec<&'static Class> {
    let mut kept: Vec<&'static Class> = Vec::new();
    for class in classes {
        if kept.iter().all(|other| other.name != class.name) {
            kept.push(class);
        }
    }
    kept
}

fn open(prefixes: &[&str]) -> String {
    let prefixes: Vec<String> = prefixes.iter().map(|prefix| format!("`{prefix}`")).collect();
    if prefixes.is_empty() { String::new() } else { format!("Prefixes: {}.\n\n", prefixes.join(", ")) }
}

fn table(properties: &[&Property]) -> String {
    let mut text = "| Key | Label | Type | Default | Values | | Meaning |\n|---|---|---|---|---|---|---|\n".to_owned();
    for property in properties {
        let kind = match property.value_type {
            ValueType::Text => "text",
            ValueType::Integer => "integer",
            ValueType::Boolean => "boolean",
            ValueType::List => "list",
            ValueType::Password => "password",
        };
        let default = property.default.filter(|default| !default.is_empty()).map(|default| format!("`{default}`")).unwrap_or_default();
        let values = match property.range {
            Some((least, greatest)) if greatest >= i64::from(i32::MAX) => format!("from {least}"),
            Some((least, greatest)) => format!("{least} to {greatest}"),
            None if property.value_type == ValueType::Boolean => String::new(),
            None => property.values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" "),
        };
        let required = if property.required { "required" } else { "" };
        let cells = [&format!("`{}`", property.key), property.label, kind, &default, &values, required, property.doc];
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}
