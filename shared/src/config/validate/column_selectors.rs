//! Column selectors: their patterns, and what they must leave of a table.

use crate::config::Pipeline;
use crate::dispatch::{ColumnFilter, Router, TableFilter};
use crate::schema::TableModel;
use crate::{Finding, Fix};
use serde_json::Value;

const SELECTORS: &str = "changefeed.config.sink.column-selectors";

struct Selector {
    /// Its place in the document's list.
    index: usize,
    matcher: TableFilter,
    columns: ColumnFilter,
    /// Patterns in the document's list.
    patterns: usize,
}

fn entries(pipeline: &Pipeline) -> impl Iterator<Item = (usize, &Value)> {
    pipeline.changefeed.config.sink.extra.get("column-selectors").and_then(Value::as_array).into_iter().flatten().enumerate()
}

fn texts(entry: &Value, name: &str) -> Vec<String> {
    entry.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Matchers are checked with the other rules that have some.
pub(super) fn check(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    for (i, entry) in entries(pipeline) {
        if let Err(bad) = ColumnFilter::parse(&texts(entry, "columns")) {
            findings.extend(bad.into_iter().map(|finding| finding.below(&format!("{SELECTORS}[{i}].columns"))));
        }
    }
}

/// TiCDC refuses a changefeed whose selector leaves no key of a table, or takes a column that a dispatcher needs.
pub(super) fn check_tables(pipeline: &Pipeline, router: &Router, tables: &[&TableModel], findings: &mut Vec<Finding>) {
    let case_sensitive = pipeline.changefeed.config.case_sensitive.unwrap_or(false);
    let selectors: Vec<Selector> = entries(pipeline)
        .filter_map(|(index, entry)| {
            let matcher = TableFilter::parse(&texts(entry, "matcher"), case_sensitive).ok()?;
            let columns = ColumnFilter::parse(&texts(entry, "columns")).ok()?;
            let patterns = entry.get("columns").and_then(Value::as_array).map_or(0, Vec::len);
            Some(Selector { index, matcher, columns, patterns })
        })
        .collect();
    if selectors.is_empty() {
        return;
    }
    for table in tables {
        // the first that matches decides, other tables keep all columns
        let Some(selector) = selectors.iter().find(|selector| selector.matcher.matches(&table.schema, &table.name)) else { continue };
        check_table(router, table, selector, findings);
    }
}

fn check_table(router: &Router, table: &TableModel, selector: &Selector, findings: &mut Vec<Finding>) {
    let path = format!("{SELECTORS}[{}].columns", selector.index);
    let keeps = |&column: &usize| selector.columns.keeps(&table.columns[column].name);
    let not_null = |&column: &usize| !table.columns[column].nullable;
    let has_key = table
        .indexes
        .iter()
        .any(|index| (index.primary || (index.unique && index.columns.iter().all(not_null))) && index.columns.iter().all(keeps));
    if table.handle_key().is_some() && !has_key {
        let message = format!("The selector leaves no whole key of table `{}`: TiCDC refuses the changefeed.", table.qualified());
        let finding = Finding::error(&path, "column-selector-drops-key", message)
            .hint("Keep the primary key's columns, or those of a unique index over NOT NULL columns.");
        findings.push(match send_key(table, selector, &path) {
            Some(fix) => finding.fix(fix),
            None => finding,
        });
    }
    let Ok(route) = router.route(table) else { return };
    if route.partition_rule == "columns"
        && let Some(column) = route.partition.columns().find(|column| !keeps(column))
    {
        let name = &table.columns[column].name;
        let message = format!("The selector leaves out `{name}` of table `{}`, which a dispatcher needs.", table.qualified());
        findings.push(
            Finding::error(&path, "column-selector-drops-dispatcher-column", message)
                .hint("Keep the column, or dispatch the table by `index-value`."),
        );
    }
}

/// Adds the key's columns to the selector's patterns; a name that would read as a pattern is left to a person.
fn send_key(table: &TableModel, selector: &Selector, path: &str) -> Option<Fix> {
    let names = table.handle_key()?.columns.into_iter().map(|column| table.columns[column].name.as_str());
    let dropped: Vec<&str> = names.filter(|name| !selector.columns.keeps(name)).collect();
    let is_plain = |name: &&str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    dropped.iter().all(is_plain).then(|| {
        let label = format!("Also send `{}`", dropped.join("`, `"));
        dropped.iter().zip(selector.patterns..).fold(Fix::new(label), |fix, (&name, at)| fix.set(format!("{path}[{at}]"), name))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::{parse, validate, validate_tables};
    use crate::schema::{Column, ColumnType, Index, IntegerWidth};

    fn document(columns: &str, partition: &str) -> Pipeline {
        parse(&format!(
            r#"
            version = 1
            name = "p"
            [source]
            kind = "tidb"
            pd = ["http://127.0.0.1:2379"]
            [changefeed]
            target = "export"
            ticdc_version = "8.5.4"
            [[changefeed.config.sink.dispatchers]]
            matcher = ["*.*"]
            topic = "tidb_{{schema}}_{{table}}"
            {partition}
            [[changefeed.config.sink.column-selectors]]
            matcher = ["app.*"]
            columns = {columns}
            [kafka]
            brokers = ["127.0.0.1:9092"]
            topic = "meta"
            params = {{ protocol = "avro" }}
            [schema_registry]
            url = "http://127.0.0.1:8081"
            "#
        ))
        .unwrap()
    }

    fn table() -> TableModel {
        let column = |name: &str| Column {
            name: name.to_owned(),
            ty: ColumnType::Integer { width: IntegerWidth::Big, unsigned: false },
            nullable: false,
            default: None,
            auto_increment: false,
            generated: None,
            charset: None,
        };
        TableModel {
            schema: "app".to_owned(),
            name: "users".to_owned(),
            columns: ["id", "email", "ssn"].map(column).to_vec(),
            indexes: vec![
                Index { name: "PRIMARY".to_owned(), columns: vec![0], unique: true, primary: true },
                Index { name: "by_email".to_owned(), columns: vec![1], unique: true, primary: false },
            ],
            charset: None,
            version: 1,
        }
    }

    #[test]
    fn a_selector_must_leave_a_key_and_what_dispatchers_need() {
        for (columns, partition, expected) in [
            (r#"["*", "!ssn"]"#, "", vec![]),
            (r#"["*", "!id"]"#, "", vec![]),
            (r#"["ssn"]"#, "", vec!["column-selector-drops-key"]),
            (r#"["*", "!ssn"]"#, "partition = \"columns\"\ncolumns = [\"ssn\"]", vec!["column-selector-drops-dispatcher-column"]),
            (r#"["*", "!email"]"#, "partition = \"columns\"\ncolumns = [\"ssn\"]", vec![]),
        ] {
            let findings = validate_tables(&document(columns, partition), &[table()]);
            let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
            assert_eq!(codes, expected, "{columns} {partition}");
        }
    }

    #[test]
    fn patterns_are_checked_without_tables() {
        let findings = validate(&document(r#"["app.users"]"#, ""));
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(
            (findings[0].path.as_str(), findings[0].code.as_str()),
            ("changefeed.config.sink.column-selectors[0].columns[0]", "column-pattern-invalid")
        );
    }
}
