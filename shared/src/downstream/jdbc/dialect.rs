//! What differs between the databases behind a JDBC sink: quotes, types, upserts.

use super::column::{Column, Limit};
use super::settings::JdbcSettings;
use crate::connector::Kind;
use crate::downstream::connect::{ConnectType, Field};
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    SqlServer,
    Mysql,
    Postgres,
}

/// Digits of SQL Server's widest decimal, and of MySQL's.
const SQL_SERVER_DIGITS: u32 = 38;
const MYSQL_DIGITS: u32 = 65;
/// Bytes of a string key's column: SQL Server's limit for clustered keys.
const SQL_SERVER_KEY_BYTES: usize = 900;
/// Bytes of any binary column that the MySQL dialect makes.
const MYSQL_BINARY_BYTES: usize = 1024;

impl Dialect {
    pub(super) fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::SqlServer => Some(Self::SqlServer),
            Kind::Mysql => Some(Self::Mysql),
            Kind::Postgres => Some(Self::Postgres),
            Kind::Snowflake => None,
        }
    }

    pub(super) fn quotes(self) -> (char, char) {
        match self {
            Self::SqlServer => ('[', ']'),
            Self::Mysql => ('`', '`'),
            Self::Postgres => ('"', '"'),
        }
    }

    pub(super) fn default_schema(self) -> Option<&'static str> {
        match self {
            Self::SqlServer => Some("dbo"),
            Self::Postgres => Some("public"),
            Self::Mysql => None,
        }
    }

    /// The type of a column that the connector makes, and what goes into it.
    ///
    /// # Errors
    /// The field has no column type; the connector's own words.
    pub(super) fn column_type(self, field: &Field, primary: bool, settings: &JdbcSettings) -> Result<(String, Limit), String> {
        let timestamp = settings.timestamp_fields.contains(&field.name);
        let of = |sql_server: &str, mysql: &str, postgres: &str, limit: Limit| {
            let text = match self {
                Self::SqlServer => sql_server,
                Self::Mysql => mysql,
                Self::Postgres => postgres,
            };
            Ok((text.to_owned(), limit))
        };
        match &field.ty {
            ConnectType::String | ConnectType::Int64 if timestamp => of("datetime2", "TIMESTAMP(6)", "TIMESTAMP", Limit::None),
            ConnectType::Boolean => of("bit", "TINYINT", "BOOLEAN", Limit::None),
            ConnectType::Int32 => of("int", "INT", "INT", Limit::Int),
            ConnectType::Int64 => of("bigint", "BIGINT", "BIGINT", Limit::BigInt),
            ConnectType::Float32 => of("real", "FLOAT", "REAL", Limit::None),
            ConnectType::Float64 => of("float", "DOUBLE", "DOUBLE PRECISION", Limit::None),
            ConnectType::Decimal { scale, .. } => {
                let (digits, text) = match self {
                    Self::SqlServer => (SQL_SERVER_DIGITS, format!("decimal({SQL_SERVER_DIGITS},{scale})")),
                    Self::Mysql => (MYSQL_DIGITS, format!("DECIMAL({MYSQL_DIGITS},{scale})")),
                    Self::Postgres => return Ok(("DECIMAL".to_owned(), Limit::None)),
                };
                Ok((text, Limit::Decimal { digits: digits.saturating_sub(*scale), scale: *scale }))
            }
            ConnectType::String if self == Self::SqlServer => Ok(match primary {
                true => (format!("varchar({SQL_SERVER_KEY_BYTES})"), Limit::Latin { bytes: Some(SQL_SERVER_KEY_BYTES) }),
                false => ("varchar(max)".to_owned(), Limit::Latin { bytes: None }),
            }),
            ConnectType::String => of("", "TEXT", "TEXT", Limit::Text),
            ConnectType::Bytes => match self {
                Self::Mysql => Ok((format!("VARBINARY({MYSQL_BINARY_BYTES})"), Limit::Bytes(MYSQL_BINARY_BYTES))),
                _ => of("varbinary(max)", "", "BYTEA", Limit::None),
            },
            ConnectType::Nested(kind) => {
                Err(format!("null ({kind}) type doesn't have a mapping to the SQL database column type: field `{}`", field.name))
            }
        }
    }

    /// Why the database refuses a `CREATE TABLE` with this column.
    pub(super) fn refuses(self, column: &Column) -> Option<String> {
        let name = &column.name;
        let binary_default = column.field.ty == ConnectType::Bytes && column.field.default.is_some();
        match self {
            _ if column.primary && column.field.optional => Some(format!("the key column `{name}` is nullable")),
            Self::SqlServer if column.primary && column.ty == "varbinary(max)" => {
                Some(format!("`{name}` is varbinary(max), which cannot be in a primary key; create the table yourself"))
            }
            Self::Mysql if column.primary && column.ty == "TEXT" => {
                Some(format!("`{name}` is TEXT, which cannot be in a primary key without a length; create the table yourself"))
            }
            Self::Mysql if column.ty == "TEXT" && column.field.default.is_some() => {
                Some(format!("`{name}` is TEXT, which cannot have a default; create the table yourself"))
            }
            Self::SqlServer | Self::Postgres if binary_default => Some(format!(
                "the default of `{name}` is written x'…', which the database does not read as bytes; create the table yourself"
            )),
            _ => None,
        }
    }

    /// The definition that adds columns.
    pub(super) fn alter(self, table: &str, columns: &[String]) -> String {
        match self {
            Self::SqlServer => format!("ALTER TABLE {table} ADD\n{}", columns.join(",\n")),
            _ if columns.len() == 1 => format!("ALTER TABLE {table} ADD {}", columns.join("")),
            _ => format!("ALTER TABLE {table} \nADD {}", columns.join(",\nADD ")),
        }
    }

    /// What a person runs to change a column's type and nullability: the connector never does.
    pub(in crate::downstream) fn change(self, table: &str, column: &Column, settings: &JdbcSettings) -> String {
        let (name, ty) = (settings.identifier(&column.name), &column.ty);
        let null = if column.takes_null() { "NULL" } else { "NOT NULL" };
        match self {
            Self::SqlServer => format!("ALTER TABLE {table} ALTER COLUMN {name} {ty} {null};"),
            Self::Mysql => format!("ALTER TABLE {table} MODIFY {name} {ty} {null};"),
            Self::Postgres => {
                let null = if column.takes_null() { "DROP NOT NULL" } else { "SET NOT NULL" };
                format!("ALTER TABLE {table} ALTER COLUMN {name} TYPE {ty}, ALTER COLUMN {name} {null};")
            }
        }
    }

    /// What rows that are there hold in a column that was added: SQL Server gives them the default of NOT NULL columns only,
    /// and the connector declares none.
    pub(super) fn in_old_rows(self, column: &Column) -> Value {
        column.field.default.clone().filter(|_| self != Self::SqlServer).unwrap_or_default()
    }

    pub(super) fn insert(self, table: &str, columns: &[String]) -> String {
        let (names, marks) = (columns.join(","), vec!["?"; columns.len()].join(","));
        match self {
            Self::Postgres => format!("INSERT INTO {table} ({names}) VALUES ({marks})"),
            _ => format!("INSERT INTO {table}({names}) VALUES({marks})"),
        }
    }

    /// Key columns first, then the others, also among the parameters.
    pub(super) fn upsert(self, table: &str, keys: &[String], others: &[String], hold_lock: bool) -> String {
        let all: Vec<String> = keys.iter().chain(others).cloned().collect();
        let each =
            |columns: &[String], between: &str, of: &dyn Fn(&String) -> String| columns.iter().map(of).collect::<Vec<_>>().join(between);
        match self {
            Self::SqlServer => {
                let inserted: Vec<String> = others.iter().chain(keys).cloned().collect();
                let lock = if hold_lock { " with (HOLDLOCK)" } else { "" };
                let select = each(&all, ", ", &|c| format!("? AS {c}"));
                let on = each(keys, " and ", &|c| format!("target.{c}=incoming.{c}"));
                let set = each(others, ",", &|c| format!("{c}=incoming.{c}"));
                let matched = if others.is_empty() { String::new() } else { format!(" when matched then update set {set}") };
                let values = each(&inserted, ",", &|c| format!("incoming.{c}"));
                format!(
                    "merge into {table}{lock} AS target using (select {select}) AS incoming on ({on}){matched} \
                     when not matched then insert ({}) values ({values});",
                    inserted.join(", ")
                )
            }
            Self::Mysql => {
                let set = each(if others.is_empty() { keys } else { others }, ",", &|c| format!("{c}=values({c})"));
                let marks = vec!["?"; all.len()].join(",");
                format!("insert into {table}({}) values({marks}) on duplicate key update {set}", all.join(","))
            }
            Self::Postgres => {
                let insert = self.insert(table, &all);
                let conflict = keys.join(",");
                if others.is_empty() {
                    return format!("{insert} ON CONFLICT ({conflict}) DO NOTHING");
                }
                let set = each(others, ",", &|c| format!("{c}=EXCLUDED.{c}"));
                format!("{insert} ON CONFLICT ({conflict}) DO UPDATE SET {set}")
            }
        }
    }
}
