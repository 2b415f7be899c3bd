//! JDBC sinks: key fields, and columns that the target cannot hold.

use super::super::jdbc::Jdbc;
use super::super::key_format::{Format, Side};
use super::super::{Site, at, list};
use super::reserved::needs_quotes;
use super::some;
use crate::avro::DecimalMode;
use crate::avro::names::sanitize;
use crate::config::Target;
use crate::connector::{Flavour, Kind};
use crate::schema::{Column, ColumnType, Generated, TableModel};
use crate::sink_uri::KafkaOptions;
use crate::{Finding, Fix};

/// SQL Server's greatest precision of a decimal.
const MAX_PRECISION: u8 = 38;
/// Bytes of a text column in a primary key that the connector creates on SQL Server.
const KEY_BYTES: u32 = 900;

pub(super) fn check(site: &Site<'_>, options: &KafkaOptions, tables: &[&TableModel], findings: &mut Vec<Finding>) {
    let Some(jdbc) = Jdbc::of(site) else { return };
    check_key_fields(site, &jdbc, options, tables, findings);
    check_names(site, &jdbc, tables, findings);
    check_times(site, tables, findings);
    if site.is_sql_server() {
        check_sql_server(site, &jdbc, options, tables, findings);
    } else if site.settings.kind == Some(Kind::Mysql) && jdbc.auto_create {
        let keys = key_columns(tables, |ty| is_text(ty) || is_time(ty));
        if !keys.is_empty() {
            let message = format!("Key columns with text are created as TEXT, which MySQL takes for no primary key: {}.", some(&keys));
            findings.push(Finding::warning(at("auto.create"), "text-primary-key", message).hint("Create the tables before the connector."));
        }
    }
}

/// Fields of a record's value, by their names in Avro.
fn value_fields(table: &TableModel) -> impl Iterator<Item = (String, &Column)> {
    table.columns.iter().filter(|column| column.generated != Some(Generated::Virtual)).map(|column| (sanitize(&column.name), column))
}

fn key_fields(table: &TableModel) -> Vec<String> {
    let key = table.handle_key().map_or_else(Vec::new, |key| key.columns);
    key.into_iter().filter_map(|c| table.columns.get(c)).map(|column| sanitize(&column.name)).collect()
}

fn check_key_fields(site: &Site<'_>, jdbc: &Jdbc, options: &KafkaOptions, tables: &[&TableModel], findings: &mut Vec<Finding>) {
    let path = at(jdbc.keys.key_fields);
    match jdbc.key_mode.as_str() {
        "record_key" => {
            let is_avro = matches!(Format::of(site, Side::Key), Format::Avro | Format::OtherSchema);
            for table in tables.iter().filter(|_| is_avro && !jdbc.key_fields.is_empty()) {
                let fields = key_fields(table);
                let missing: Vec<&String> = jdbc.key_fields.iter().filter(|name| !fields.contains(name)).collect();
                if !missing.is_empty() {
                    let message =
                        format!("The key of `{}` has no field {}: it has {}.", table.qualified(), some(missing), fields.join(", "));
                    findings.push(
                        Finding::error(path.clone(), "pk-field-not-in-key", message)
                            .hint("Leave it empty for all fields of the key.")
                            .fix(Fix::new("Use the whole key").remove(path.clone())),
                    );
                }
            }
            // TiCDC sends an empty key where a table has a unique index alone; our engine sends that index
            let keyless = tables.iter().filter(|table| table.primary_key().is_none()).map(|table| table.qualified());
            let keyless: Vec<String> = keyless.collect();
            if site.pipeline.changefeed.target != Target::Native && !keyless.is_empty() {
                let message =
                    format!("`record_key` needs a primary key, which {} have not: TiCDC may send their keys empty.", some(&keyless));
                findings.push(
                    Finding::warning(at(jdbc.keys.key_mode), "record-key-without-primary-key", message)
                        .hint("Give the tables a primary key, or leave them out."),
                );
            }
        }
        "record_value" => {
            for table in tables {
                let mut fields: Vec<String> = value_fields(table).map(|(name, _)| name).collect();
                if options.avro.tidb_extension {
                    fields.extend(["_tidb_op", "_tidb_commit_ts", "_tidb_commit_physical_time"].map(str::to_owned));
                }
                let missing: Vec<&String> = jdbc.key_fields.iter().filter(|name| !fields.contains(name)).collect();
                if !missing.is_empty() {
                    let message = format!("The rows of `{}` have no field {}.", table.qualified(), some(missing));
                    findings.push(Finding::error(path.clone(), "pk-field-not-in-value", message).hint("Name columns of the table."));
                }
            }
        }
        _ => {}
    }
}

/// Names that need the quotes which the connector is told not to write.
fn check_names(site: &Site<'_>, jdbc: &Jdbc, tables: &[&TableModel], findings: &mut Vec<Finding>) {
    let (key, off, on) = match site.settings.flavour {
        Some(Flavour::Debezium) => ("quote.identifiers", "false", "true"),
        Some(Flavour::Aiven) => ("sql.quote.identifiers", "false", "true"),
        Some(Flavour::ConfluentCloud) => ("quote.sql.identifiers", "never", "ALWAYS"),
        _ => ("quote.sql.identifiers", "never", "always"),
    };
    if site.word(key).as_deref() != Some(off) {
        return;
    }
    let format = jdbc.table_format.as_deref().unwrap_or("${topic}");
    let from_topics = site.topics.iter().flat_map(|topic| {
        let name = format.replace("${topic}", topic);
        name.split('.').map(str::to_owned).collect::<Vec<_>>()
    });
    let columns = tables.iter().flat_map(|table| value_fields(table).map(|(name, _)| name));
    let mut names: Vec<String> = from_topics.chain(columns).filter(|name| needs_quotes(name)).collect();
    names.sort();
    names.dedup();
    if !names.is_empty() {
        let message = format!("Names that need quotes are written without: {}.", some(&names));
        findings.push(
            Finding::warning(at(key), "identifier-needs-quotes", message)
                .hint(format!("Set `{key}` to `{on}`."))
                .fix(Fix::new("Quote names").set(at(key), on)),
        );
    }
}

/// TiCDC sends dates and times as text; these fields are read as numbers.
fn check_times(site: &Site<'_>, tables: &[&TableModel], findings: &mut Vec<Finding>) {
    const KEY: &str = "timestamp.fields.list";
    let listed = list(&site.get(KEY).unwrap_or_default());
    if listed.is_empty() {
        return;
    }
    let is_time_field = |field: &&String| tables.iter().any(|table| value_fields(table).any(|(name, c)| name == **field && is_time(&c.ty)));
    let (bad, good): (Vec<&String>, Vec<&String>) = listed.iter().partition(is_time_field);
    if bad.is_empty() {
        return;
    }
    let fix = Fix::new("Take them out");
    let fix = if good.is_empty() {
        fix.remove(at(KEY))
    } else {
        fix.set(at(KEY), good.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(","))
    };
    let message = format!("{} arrive as text such as `2024-01-02 03:04:05`; only whole numbers are read, and the task stops.", some(bad));
    findings.push(
        Finding::error(at(KEY), "timestamp-field-is-text", message)
            .hint("Take them out, and create the table with `datetime2` columns: the server converts the text.")
            .fix(fix),
    );
}

fn check_sql_server(site: &Site<'_>, jdbc: &Jdbc, options: &KafkaOptions, tables: &[&TableModel], findings: &mut Vec<Finding>) {
    let taken = list(&site.get("fields.whitelist").unwrap_or_default());
    let is_taken = |name: &String| taken.is_empty() || taken.contains(name);
    let columns = |wanted: fn(&ColumnType) -> bool| -> Vec<String> {
        let of = |table: &TableModel| -> Vec<String> {
            let fields = value_fields(table).filter(|(name, column)| is_taken(name) && wanted(&column.ty));
            fields.map(|(name, _)| format!("{}.{name}", table.name)).collect()
        };
        tables.iter().flat_map(|table| of(table)).collect()
    };
    let wide = columns(|ty| matches!(ty, ColumnType::Decimal { precision, .. } if *precision > MAX_PRECISION));
    if options.avro.decimal == DecimalMode::Precise && !wide.is_empty() {
        let message = format!("SQL Server's decimals have {MAX_PRECISION} digits; larger values overflow: {}.", some(&wide));
        // a table that is there already may have text columns for them
        let report = if jdbc.auto_create { Finding::error } else { Finding::warning };
        findings.push(
            report(at("auto.create"), "decimal-too-wide", message)
                .hint("Send decimals as text (`avro-decimal-handling-mode=string`) into `varchar(70)` columns, or narrow the columns."),
        );
    }
    if !jdbc.auto_create {
        return;
    }
    let path = at(if site.settings.flavour == Some(Flavour::Debezium) { "schema.evolution" } else { "auto.create" });
    let text = columns(is_text);
    if !text.is_empty() {
        let message = format!("Text columns are created as `varchar(max)`, which loses what the code page lacks: {}.", some(&text));
        findings.push(
            Finding::warning(path.clone(), "auto-create-varchar", message)
                .hint("Create the tables with `nvarchar` columns first, or give the database a UTF-8 collation."),
        );
    }
    let long = |ty: &ColumnType| is_text(ty) && declared_length(ty) > KEY_BYTES;
    let (long, short) = (key_columns(tables, long), key_columns(tables, |ty| is_text(ty) && declared_length(ty) <= KEY_BYTES));
    let hint = "Create the tables first, with `nvarchar` keys of 450 characters at most.";
    if !long.is_empty() {
        let message = format!("Key columns are longer than the `varchar({KEY_BYTES})` they are created as: {}.", some(&long));
        findings.push(Finding::error(path.clone(), "text-primary-key", message).hint(hint));
    }
    if !short.is_empty() {
        let message = format!("Key columns with text are created as `varchar({KEY_BYTES})`: {}.", some(&short));
        findings.push(Finding::warning(path.clone(), "text-primary-key", message).hint(hint));
    }
    let binary = key_columns(tables, |ty| matches!(ty, ColumnType::Binary { .. } | ColumnType::Bit { .. }));
    if !binary.is_empty() {
        let message = format!("`varbinary(max)` cannot be a primary key, and these are created as such: {}.", some(&binary));
        findings.push(Finding::warning(path, "binary-primary-key", message).hint("Create the tables before the connector."));
    }
}

/// Columns of handle keys, as `table.column`.
fn key_columns(tables: &[&TableModel], wanted: impl Fn(&ColumnType) -> bool) -> Vec<String> {
    let of = |table: &&TableModel| -> Vec<String> {
        let key = table.handle_key().map_or_else(Vec::new, |key| key.columns);
        let columns = key.into_iter().filter_map(|c| table.columns.get(c)).filter(|column| wanted(&column.ty));
        columns.map(|column| format!("{}.{}", table.name, column.name)).collect()
    };
    tables.iter().flat_map(of).collect()
}

fn is_text(ty: &ColumnType) -> bool {
    matches!(ty, ColumnType::Text { .. } | ColumnType::Enum { .. } | ColumnType::Set { .. } | ColumnType::Json)
}

fn is_time(ty: &ColumnType) -> bool {
    matches!(ty, ColumnType::Date | ColumnType::DateTime { .. } | ColumnType::Timestamp { .. } | ColumnType::Time { .. })
}

/// Characters that the type may hold; a type without a length is taken to be short.
fn declared_length(ty: &ColumnType) -> u32 {
    match ty {
        ColumnType::Text { length: Some(length), .. } => *length,
        _ => 0,
    }
}
