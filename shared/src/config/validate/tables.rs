//! Findings that need the source's tables.

use super::connectors::{self, Routed};
use super::repairs;
use crate::avro::BigintUnsignedMode;
use crate::avro::names::sanitize;
use crate::config::{Pipeline, Target};
use crate::dispatch::{RoutePreview, Router, preview};
use crate::schema::{ColumnType, TableModel};
use crate::sink_uri::KafkaOptions;
use crate::ticdc::{Architecture, Protocol, Release};
use crate::{Finding, Fix};
use std::collections::HashMap;

/// Findings that need the source's tables: eligibility, collisions, columns and indexes of dispatchers, columns that Avro
/// names alike, large unsigned numbers, ksqlDB statements that do not fit. Only of tables that the filter lets in.
#[must_use]
pub fn validate_tables(pipeline: &Pipeline, tables: &[TableModel]) -> Vec<Finding> {
    let Ok(router) = Router::new(pipeline) else { return Vec::new() };
    let rows = preview(pipeline, tables);
    let (options, _) = KafkaOptions::read(pipeline);
    let mut findings = Vec::new();
    check_dots(pipeline, &rows, &mut findings);
    let routed: Vec<Routed<'_>> = tables
        .iter()
        .zip(&rows)
        .filter(|(_, row)| row.matched && row.eligible && !row.topic.is_empty())
        .map(|(table, row)| Routed { table, topic: &row.topic })
        .collect();
    connectors::check_tables(pipeline, &options, &routed, &mut findings);
    let mut findings: Vec<Finding> = rows.into_iter().flat_map(|row| row.findings).chain(findings).collect();
    let wanted: Vec<&TableModel> = tables.iter().filter(|table| router.wants(&table.schema, &table.name)).collect();
    for table in &wanted {
        check_column_names(table, &mut findings);
        if options.avro.bigint_unsigned == BigintUnsignedMode::Long {
            check_unsigned(table, &mut findings);
        }
    }
    crate::ksql::check_tables(pipeline, &router, &wanted, &mut findings);
    check_keys(pipeline, &wanted, &mut findings);
    super::column_selectors::check_tables(pipeline, &router, &wanted, &mut findings);
    check_record_names(&wanted, &mut findings);
    if wanted.is_empty() {
        findings.push(
            Finding::warning("changefeed.config.filter.rules", "no-table-matches", "The filter lets no table in.")
                .hint("Rules are tried from the last to the first; names with special characters need back-ticks."),
        );
    }
    repairs::offer(pipeline, &mut findings);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// The new architecture takes a record's key from the primary key alone, the classic one and our engine from the handle key.
fn check_keys(pipeline: &Pipeline, tables: &[&TableModel], findings: &mut Vec<Finding>) {
    let is_avro = Protocol::is_avro(pipeline);
    let architecture = Release::of(&pipeline.changefeed).architecture;
    if !is_avro || architecture == Some(Architecture::Classic) || pipeline.changefeed.target == Target::Native {
        return;
    }
    for table in tables.iter().filter(|table| table.handle_key().is_some_and(|key| !key.primary)) {
        let message = format!(
            "Table `{}` has a unique index and no primary key: TiCDC's new architecture sends its rows with an empty key, and a compacted topic keeps one of them.",
            table.qualified()
        );
        findings.push(Finding::warning("changefeed.config.filter.rules", "key-empty", message).hint(format!(
            "Give it a primary key, leave it out with `{}`, or set `changefeed.ticdc_architecture = \"classic\"` if that runs it.",
            crate::dispatch::exclusion(&table.schema, &table.name)
        )));
    }
}

/// Dots that come from the names of schemas and tables; those of topic expressions are found without tables.
fn check_dots(pipeline: &Pipeline, rows: &[RoutePreview], findings: &mut Vec<Finding>) {
    let has_sink = !pipeline.connectors.is_empty() || !pipeline.ksqldb.is_empty();
    let report = if has_sink { Finding::error } else { Finding::warning };
    let expression = |row: &RoutePreview| match row.dispatcher.and_then(|i| pipeline.changefeed.config.sink.dispatchers.get(i)) {
        Some(dispatcher) if !dispatcher.topic.is_empty() => dispatcher.topic.contains('.'),
        _ => pipeline.kafka.topic.contains('.'),
    };
    for row in rows.iter().filter(|row| row.matched && row.eligible && row.topic.contains('.') && !expression(row)) {
        let path = row.dispatcher.map_or_else(|| "kafka.topic".to_owned(), |i| format!("changefeed.config.sink.dispatchers[{i}].topic"));
        let message =
            format!("The topic `{}` of table `{}.{}` has a dot; its subject has `_` in its place.", row.topic, row.schema, row.table);
        findings.push(report(path, "topic-with-dot", message).hint("Give the table a dispatcher with a topic of its own, without dots."));
    }
}

/// Tables whose records get one name in Avro; only names with characters that Avro lacks can.
fn check_record_names(tables: &[&TableModel], findings: &mut Vec<Finding>) {
    let clean = |table: &TableModel| (sanitize(&table.schema), sanitize(&table.name));
    let is_changed = |table: &TableModel| clean(table) != (table.schema.clone(), table.name.clone());
    if !tables.iter().any(|table| is_changed(table)) {
        return;
    }
    let mut seen: HashMap<(String, String), &TableModel> = HashMap::with_capacity(tables.len());
    for table in tables {
        if let Some(other) = seen.insert(clean(table), table) {
            let message = format!("Tables `{}` and `{}` get the same record name in Avro.", other.qualified(), table.qualified());
            findings.push(
                Finding::warning("changefeed.config.filter.rules", "record-name-collision", message)
                    .hint("Consumers that go by record names take one for the other: rename one, or leave it out."),
            );
        }
    }
}

/// Two columns that become one Avro field make an invalid schema, which the registry refuses.
fn check_column_names(table: &TableModel, findings: &mut Vec<Finding>) {
    let mut seen: HashMap<String, &str> = HashMap::with_capacity(table.columns.len());
    for column in &table.columns {
        if let Some(other) = seen.insert(sanitize(&column.name), &column.name) {
            let message = format!("Columns `{other}` and `{}` of table `{}` get the same name in Avro.", column.name, table.qualified());
            let rule = crate::dispatch::exclusion(&table.schema, &table.name);
            findings.push(
                Finding::error("changefeed.config.filter.rules", "column-name-collision", message)
                    .hint(format!("Rename one of them, or leave the table out with `{rule}`."))
                    .fix(Fix::new("Leave it out").leave_out(&table.schema, &table.name)),
            );
        }
    }
}

fn check_unsigned(table: &TableModel, findings: &mut Vec<Finding>) {
    let big = |ty: &ColumnType| matches!(ty, ColumnType::Integer { width: crate::schema::IntegerWidth::Big, unsigned: true });
    if let Some(column) = table.columns.iter().find(|column| big(&column.ty)) {
        let message =
            format!("`{}.{}` is BIGINT UNSIGNED: values above 9223372036854775807 turn negative.", table.qualified(), column.name);
        findings.push(
            Finding::warning("kafka.params.avro-bigint-unsigned-handling-mode", "bigint-unsigned-overflow", message)
                .hint("Set `avro-bigint-unsigned-handling-mode` to `string` if they can occur."),
        );
    }
}
