//! Findings that need the source's tables.

use crate::Finding;
use crate::avro::BigintUnsignedMode;
use crate::avro::names::sanitize;
use crate::config::{Pipeline, Target};
use crate::dispatch::{Router, preview};
use crate::schema::{ColumnType, TableModel};
use crate::sink_uri::KafkaOptions;
use crate::ticdc::{Architecture, Protocol, Release};
use std::collections::HashMap;

/// Findings that need the source's tables: eligibility, collisions, columns and indexes of dispatchers, columns that Avro
/// names alike, large unsigned numbers. Only of tables that the filter lets in.
#[must_use]
pub fn validate_tables(pipeline: &Pipeline, tables: &[TableModel]) -> Vec<Finding> {
    let Ok(router) = Router::new(pipeline) else { return Vec::new() };
    let mut findings: Vec<Finding> = preview(pipeline, tables).into_iter().flat_map(|row| row.findings).collect();
    let (options, _) = KafkaOptions::read(pipeline);
    let wanted: Vec<&TableModel> = tables.iter().filter(|table| router.wants(&table.schema, &table.name)).collect();
    for table in &wanted {
        check_column_names(table, &mut findings);
        if options.avro.bigint_unsigned == BigintUnsignedMode::Long {
            check_unsigned(table, &mut findings);
        }
    }
    check_keys(pipeline, &wanted, &mut findings);
    super::column_selectors::check_tables(pipeline, &router, &wanted, &mut findings);
    if wanted.is_empty() {
        findings.push(
            Finding::warning("changefeed.config.filter.rules", "no-table-matches", "The filter lets no table in.")
                .hint("Rules are tried from the last to the first; names with special characters need back-ticks."),
        );
    }
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

/// Two columns that become one Avro field make an invalid schema, which the registry refuses.
fn check_column_names(table: &TableModel, findings: &mut Vec<Finding>) {
    let mut seen: HashMap<String, &str> = HashMap::with_capacity(table.columns.len());
    for column in &table.columns {
        if let Some(other) = seen.insert(sanitize(&column.name), &column.name) {
            let message = format!("Columns `{other}` and `{}` of table `{}` get the same name in Avro.", column.name, table.qualified());
            findings.push(Finding::error("changefeed.config.filter.rules", "column-name-collision", message).hint(format!(
                "Rename one of them, or leave the table out with `{}`.",
                crate::dispatch::exclusion(&table.schema, &table.name)
            )));
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
