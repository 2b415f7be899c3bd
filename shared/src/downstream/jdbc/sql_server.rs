//! SQL Server tables made beforehand, with the types that the connector does not choose.

use super::identifier::TableId;
use super::settings::JdbcSettings;
use crate::avro::{AvroOptions, BigintUnsignedMode, names};
use crate::schema::{Column, ColumnType, Generated, IntegerWidth, TableModel, TextKind};

/// Digits of the widest decimal.
const MAX_DIGITS: u8 = 38;
/// Characters of an `nvarchar` column in a clustered key: 900 bytes.
const KEY_CHARACTERS: u32 = 450;
/// Longest `nvarchar(n)` and `varbinary(n)`.
const MAX_CHARACTERS: u32 = 4000;
const MAX_BYTES: u32 = 8000;
/// Tells keys apart as TiDB's binary collations do.
const KEY_COLLATION: &str = "Latin1_General_100_BIN2";

/// A name between brackets.
#[must_use]
pub fn bracketed(name: &str) -> String {
    format!("[{}]", name.replace(']', "]]"))
}

/// `CREATE TABLE` for the table that the connector will write to: Unicode text, real dates and times, exact decimals, and
/// keys that are as long and as exact as in TiDB.
#[must_use]
pub fn sql_server_table(table: &TableModel, options: &AvroOptions, topic: &str, settings: &JdbcSettings) -> String {
    let id = TableId::of(topic, settings);
    let name: Vec<String> = id.schema.iter().chain([&id.name]).map(|part| bracketed(part)).collect();
    let name = name.join(".");
    let key = table.handle_key().map(|key| key.columns).unwrap_or_default();
    let columns = table.columns.iter().enumerate().filter(|(_, column)| column.generated != Some(Generated::Virtual));
    let mut lines: Vec<String> = columns.map(|(at, column)| declaration(column, key.contains(&at), options)).collect();
    if !key.is_empty() {
        let columns: Vec<String> = key.iter().map(|at| bracketed(&names::sanitize(&table.columns[*at].name))).collect();
        lines.push(format!("PRIMARY KEY ({})", columns.join(", ")));
    }
    let lines: Vec<String> = lines.iter().map(|line| format!("    {line}")).collect();
    let text = name.replace('\'', "''");
    format!("IF OBJECT_ID(N'{text}', N'U') IS NULL\nCREATE TABLE {name} (\n{}\n);\n", lines.join(",\n"))
}

fn declaration(column: &Column, key: bool, options: &AvroOptions) -> String {
    let is_unsigned = matches!(column.ty, ColumnType::Integer { width: IntegerWidth::Big, unsigned: true });
    // As a long, values from 2^63 on are negative already.
    let as_long = is_unsigned && options.bigint_unsigned == BigintUnsignedMode::Long;
    let ty = if as_long { "bigint".to_owned() } else { better_type(column, key) };
    let collation = if key && ty.starts_with("nvarchar") { format!(" COLLATE {KEY_COLLATION}") } else { String::new() };
    let null = if column.nullable && !key { "NULL" } else { "NOT NULL" };
    format!("{} {ty}{collation} {null}", bracketed(&names::sanitize(&column.name)))
}

/// The type that SQL Server should have for a TiDB column.
#[must_use]
pub(in crate::downstream) fn better_type(column: &Column, key: bool) -> String {
    match &column.ty {
        ColumnType::Integer { width, unsigned } => match (width, unsigned) {
            // SQL Server's own tinyint is 0 to 255.
            (IntegerWidth::Tiny, _) | (IntegerWidth::Small, false) => "smallint",
            (IntegerWidth::Small, true) | (IntegerWidth::Medium, _) | (IntegerWidth::Int, false) => "int",
            (IntegerWidth::Int, true) | (IntegerWidth::Big, false) => "bigint",
            (IntegerWidth::Big, true) => "decimal(20,0)",
        }
        .to_owned(),
        ColumnType::Float { .. } => "real".to_owned(),
        ColumnType::Double { .. } => "float(53)".to_owned(),
        ColumnType::Decimal { precision, scale, .. } if *precision <= MAX_DIGITS => format!("decimal({precision},{scale})"),
        ColumnType::Decimal { .. } => "varchar(70)".to_owned(),
        ColumnType::Year => "smallint".to_owned(),
        ColumnType::Text { kind: TextKind::Char | TextKind::VarChar, length: Some(n) } if key => {
            format!("nvarchar({})", (*n).clamp(1, KEY_CHARACTERS))
        }
        ColumnType::Text { .. } if key => format!("nvarchar({KEY_CHARACTERS})"),
        ColumnType::Text { kind: TextKind::Char | TextKind::VarChar, length: Some(n) } if (1..=MAX_CHARACTERS).contains(n) => {
            format!("nvarchar({n})")
        }
        ColumnType::Enum { elements } => {
            format!("nvarchar({})", elements.iter().map(|e| e.encode_utf16().count()).max().unwrap_or(1).max(1))
        }
        ColumnType::Set { elements } => {
            let all = elements.iter().map(|e| e.encode_utf16().count() + 1).sum::<usize>().saturating_sub(1).max(1);
            if all > MAX_CHARACTERS as usize { "nvarchar(max)".to_owned() } else { format!("nvarchar({all})") }
        }
        ColumnType::Binary { length: Some(n), .. } if (1..=MAX_BYTES).contains(n) => format!("varbinary({n})"),
        ColumnType::Binary { .. } => "varbinary(max)".to_owned(),
        ColumnType::Bit { bits } => format!("binary({})", bits.div_ceil(8)),
        ColumnType::Date => "date".to_owned(),
        ColumnType::DateTime { fsp } | ColumnType::Timestamp { fsp } => format!("datetime2({fsp})"),
        ColumnType::Time { fsp } => format!("time({fsp})"),
        ColumnType::Text { .. } | ColumnType::Json | ColumnType::Vector | ColumnType::Unsupported { .. } => "nvarchar(max)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::downstream::testing::{connector, table, with_settings};
    use serde_json::json;

    #[test]
    fn types_are_those_of_the_reference() {
        for (ty, key, expect) in [
            ("TINYINT(1)", false, "smallint"),
            ("SMALLINT", false, "smallint"),
            ("SMALLINT UNSIGNED", false, "int"),
            ("MEDIUMINT", false, "int"),
            ("INT UNSIGNED", false, "bigint"),
            ("BIGINT UNSIGNED", false, "decimal(20,0)"),
            ("DECIMAL(38,2)", false, "decimal(38,2)"),
            ("DECIMAL(39,2)", false, "varchar(70)"),
            ("FLOAT", false, "real"),
            ("DOUBLE", false, "float(53)"),
            ("YEAR", false, "smallint"),
            ("VARCHAR(20)", false, "nvarchar(20)"),
            ("VARCHAR(5000)", false, "nvarchar(max)"),
            ("VARCHAR(20)", true, "nvarchar(20)"),
            ("VARCHAR(500)", true, "nvarchar(450)"),
            ("TEXT", false, "nvarchar(max)"),
            ("TEXT", true, "nvarchar(450)"),
            ("ENUM('a','long')", false, "nvarchar(4)"),
            ("SET('a','long')", false, "nvarchar(6)"),
            ("VARBINARY(9)", true, "varbinary(9)"),
            ("LONGBLOB", false, "varbinary(max)"),
            ("BIT(9)", false, "binary(2)"),
            ("DATE", false, "date"),
            ("DATETIME(3)", false, "datetime2(3)"),
            ("TIMESTAMP", false, "datetime2(0)"),
            ("TIME(6)", false, "time(6)"),
            ("JSON", false, "nvarchar(max)"),
        ] {
            assert_eq!(better_type(&table(&format!("CREATE TABLE t (c {ty})")).columns[0], key), expect, "{ty}");
        }
    }

    #[test]
    fn a_table_is_made_with_its_key() {
        let sink = connector("sqlserver", "", json!({"table.name.format": "db.sales.${topic}", "pk.mode": "record_key"}));
        let settings = with_settings(&sink, JdbcSettings::of).unwrap();
        let table =
            table("CREATE TABLE t (`a-b` VARCHAR(20), n BIGINT UNSIGNED, at DATETIME, v INT AS (n + 1) VIRTUAL, PRIMARY KEY (`a-b`, n))");
        assert_eq!(
            sql_server_table(&table, &AvroOptions::default(), "tidb_t", &settings),
            "IF OBJECT_ID(N'[sales].[tidb_t]', N'U') IS NULL\n\
             CREATE TABLE [sales].[tidb_t] (\n    \
             [a_b] nvarchar(20) COLLATE Latin1_General_100_BIN2 NOT NULL,\n    \
             [n] bigint NOT NULL,\n    \
             [at] datetime2(0) NULL,\n    \
             PRIMARY KEY ([a_b], [n])\n);\n"
        );
    }
}
