#![allow(clippy::unwrap_used)]

use super::*;
use apache_avro::Schema;
use apache_avro::schema_compatibility::{Compatibility, SchemaCompatibility};

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"t","namespace":"d.s","fields":[{{"name":"id","type":"int"}}{fields}]}}"#)
}

fn verdict(level: Level, old: &str, new: &str) -> Vec<String> {
    violations(level, &AvroSchema::parse(new).unwrap(), &[Earlier { version: 1, text: old }])
}

/// Changes of a table: before, after, accepted under BACKWARD, under FORWARD, rule broken under BACKWARD.
fn changes() -> Vec<(&'static str, String, String, bool, bool, &'static str)> {
    let c = |schema: &str| record(&format!(r#",{{"name":"c","type":{schema}}}"#));
    let nullable = |schema: &str| record(&format!(r#",{{"name":"c","default":null,"type":["null",{schema}]}}"#));
    let defaulted = |schema: &str, default: &str| record(&format!(r#",{{"name":"c","type":{schema},"default":{default}}}"#));
    let decimal = |p: u8, s: u8| c(&format!(r#"{{"type":"bytes","logicalType":"decimal","precision":{p},"scale":{s}}}"#));
    vec![
        ("add a nullable column", record(""), nullable("\"int\""), true, true, ""),
        ("add a column with default", record(""), defaulted("\"int\"", "0"), true, true, ""),
        ("add a column without default", record(""), c("\"int\""), false, true, "READER_FIELD_MISSING_DEFAULT_VALUE"),
        ("drop a nullable column", nullable("\"int\""), record(""), true, true, ""),
        ("drop a column without default", c("\"int\""), record(""), true, false, ""),
        ("INT to BIGINT", c("\"int\""), c("\"long\""), true, false, ""),
        ("BIGINT to INT", c("\"long\""), c("\"int\""), false, true, "TYPE_MISMATCH"),
        ("FLOAT to DOUBLE", c("\"float\""), c("\"double\""), true, false, ""),
        ("INT to VARCHAR", c("\"int\""), c("\"string\""), false, false, "TYPE_MISMATCH"),
        ("VARCHAR to VARBINARY", c("\"string\""), c("\"bytes\""), true, true, ""),
        ("DECIMAL to wider DECIMAL", decimal(10, 2), decimal(12, 4), true, true, ""),
        ("NULL to NOT NULL", nullable("\"int\""), c("\"int\""), false, true, "TYPE_MISMATCH"),
        ("NULL to NOT NULL with default", nullable("\"int\""), defaulted("\"int\"", "0"), false, true, "TYPE_MISMATCH"),
        ("NOT NULL to NULL", c("\"int\""), nullable("\"int\""), true, false, ""),
        ("nullable INT to nullable BIGINT", nullable("\"int\""), nullable("\"long\""), true, false, ""),
        ("nullable text to nullable INT", nullable("\"string\""), nullable("\"int\""), false, false, "MISSING_UNION_BRANCH"),
        ("rename the table", record(""), record("").replace("\"t\"", "\"u\""), false, false, "NAME_MISMATCH"),
        ("rename the schema", record(""), record("").replace("d.s", "d.other"), true, true, ""),
    ]
}

#[test]
fn table_changes_are_judged_as_the_real_registry_does() {
    for (what, old, new, backward, forward, rule) in changes() {
        let found = verdict(Level::Backward, &old, &new);
        assert_eq!(found.is_empty(), backward, "{what}, BACKWARD: {found:?}");
        assert!(found.is_empty() || found[0].contains(rule), "{what}: {found:?}");
        assert_eq!(verdict(Level::Forward, &old, &new).is_empty(), forward, "{what}, FORWARD");
        assert_eq!(verdict(Level::Full, &old, &new).is_empty(), backward && forward, "{what}, FULL");
        assert!(verdict(Level::None, &old, &new).is_empty(), "{what}, NONE");
    }
}

#[test]
fn the_avro_crate_agrees_except_on_decimals() {
    for (what, old, new, backward, ..) in changes() {
        let (old, new) = (Schema::parse_str(&old).unwrap(), Schema::parse_str(&new).unwrap());
        let theirs = SchemaCompatibility::can_read(&old, &new) == Ok(Compatibility::Full);
        assert_eq!(theirs, backward && !what.starts_with("DECIMAL"), "{what}");
    }
}

#[test]
fn every_violation_is_told_with_field_path_and_old_version() {
    let old = record(
        r#",{"name":"a","type":"long"},{"name":"n","type":{"type":"record","name":"inner","fields":[{"name":"x","type":"string"}]}}"#,
    );
    let new = record(
        r#",{"name":"a","type":"int"},{"name":"b","type":"int"},{"name":"n","type":{"type":"record","name":"inner","fields":[{"name":"x","type":"int"}]}}"#,
    );
    let found = verdict(Level::Backward, &old, &new);
    assert_eq!(found.len(), 6, "{found:#?}");
    assert_eq!(
        found[0],
        "{errorType:'TYPE_MISMATCH', description:'The type of field 'a' at path '/fields/1/type' in the new schema does not match with the \
         old schema', additionalInfo:'reader type: INT not compatible with writer type: LONG'}"
    );
    assert_eq!(
        found[1],
        "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'b' at path '/fields/2' in the new schema has no default \
         value and is missing in the old schema', additionalInfo:'b'}"
    );
    assert!(found[2].contains("field 'n.x' at path '/fields/3/type/fields/0/type'"), "{}", found[2]);
    assert_eq!(found[3], "{oldSchemaVersion: 1}");
    assert!(found[4].starts_with("{oldSchema: '{"));
    assert_eq!(found[5], "{validateFields: 'false', compatibility: 'BACKWARD'}");
}

#[test]
fn only_transitive_levels_look_beyond_the_last_version() {
    let (first, second) = (record(r#",{"name":"c","type":"string"}"#), record(""));
    let new = AvroSchema::parse(&record(r#",{"name":"c","type":"int","default":0}"#)).unwrap();
    let earlier = [Earlier { version: 2, text: &second }, Earlier { version: 1, text: &first }];
    assert!(violations(Level::Backward, &new, &earlier).is_empty());
    let found = violations(Level::BackwardTransitive, &new, &earlier);
    assert!(found.contains(&"{oldSchemaVersion: 1}".to_owned()), "{found:?}");
}

#[test]
fn enums_fixed_collections_and_recursion_follow_the_rules_of_avro() {
    let list = r#"{"type":"record","name":"list","fields":[{"name":"next","type":["null","list"],"default":null}]}"#;
    assert!(verdict(Level::Full, list, list).is_empty());
    let symbols = |symbols: &str, rest: &str| format!(r#"{{"type":"enum","name":"e","symbols":[{symbols}]{rest}}}"#);
    let (ab, a, a_default) = (symbols(r#""A","B""#, ""), symbols(r#""A""#, ""), symbols(r#""A""#, r#","default":"A""#));
    assert!(verdict(Level::Backward, &ab, &a)[0].contains("additionalInfo:'[B]'"));
    assert!(verdict(Level::Backward, &a, &ab).is_empty());
    assert!(verdict(Level::Backward, &ab, &a_default).is_empty());
    let fixed = |size: u8| format!(r#"{{"type":"fixed","name":"f","size":{size}}}"#);
    assert!(verdict(Level::Backward, &fixed(4), &fixed(8))[0].contains("FIXED_SIZE_MISMATCH"));
    let array = |items: &str| format!(r#"{{"type":"array","items":"{items}"}}"#);
    assert!(verdict(Level::Backward, &array("int"), &array("long")).is_empty());
    assert!(verdict(Level::Backward, &array("long"), &array("int"))[0].contains("/items"));
}

#[test]
fn levels_are_read_and_written_by_name() {
    for (level, name) in Level::ALL {
        assert_eq!((name.parse(), level.to_string().as_str()), (Ok(level), name));
        assert_eq!(serde_json::to_value(level).unwrap(), name);
    }
    assert!("SIDEWAYS".parse::<Level>().is_err());
}
