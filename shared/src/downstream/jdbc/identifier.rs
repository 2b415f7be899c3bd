//! Names of tables: how the format is filled in, split and printed.

use super::dialect::Dialect;
use super::settings::JdbcSettings;

/// A table's full name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableId {
    pub catalog: Option<String>,
    pub schema: Option<String>,
    pub name: String,
}

impl TableId {
    /// The table that a topic's records go to. On SQL Server two parts are database and table; parts that are left out
    /// come from the connection (from version 10.7.7 on).
    #[must_use]
    pub fn of(topic: &str, settings: &JdbcSettings) -> Self {
        let dialect = settings.dialect;
        let mapped = settings.topic_to_table.iter().find(|(from, _)| from == topic).map(|(_, table)| table.clone());
        let topic = if settings.dots_in_topics { topic.to_owned() } else { topic.replace('.', "_") };
        let mut parts = split(&mapped.unwrap_or_else(|| settings.table_format.replace("${topic}", &topic)), dialect);
        let name = parts.pop().unwrap_or_default();
        let (catalog, schema) = match parts.as_slice() {
            [] => (None, None),
            [one] if dialect == Dialect::SqlServer => (Some(one.clone()), None),
            [one] => (None, Some(one.clone())),
            [.., catalog, schema] => (Some(catalog.clone()), Some(schema.clone())),
        };
        Self {
            // In MySQL a name before the table is a database, which the plugin takes for a schema.
            catalog: catalog.or_else(|| settings.database.clone().filter(|_| dialect != Dialect::Mysql || schema.is_none())),
            schema: schema.or_else(|| dialect.default_schema().map(str::to_owned)),
            name,
        }
    }

    /// As statements have it.
    #[must_use]
    pub fn sql(&self, settings: &JdbcSettings) -> String {
        let parts = [self.catalog.as_deref(), self.schema.as_deref(), Some(self.name.as_str())];
        let parts: Vec<_> = parts.into_iter().flatten().map(|part| settings.identifier(part)).collect();
        parts.join(".")
    }
}

impl JdbcSettings {
    /// A name, quoted when the settings say so. As the connector, quotes inside are not doubled.
    pub(super) fn identifier(&self, name: &str) -> String {
        let (open, close) = self.dialect.quotes();
        if self.quote { format!("{open}{name}{close}") } else { name.to_owned() }
    }
}

/// Splits at dots outside of quotes; the quotes go.
fn split(name: &str, dialect: Dialect) -> Vec<String> {
    let (open, close) = dialect.quotes();
    let (mut parts, mut quoted) = (vec![String::new()], false);
    for c in name.chars() {
        match c {
            c if quoted && c == close => quoted = false,
            c if !quoted && c == open => quoted = true,
            '.' if !quoted => parts.push(String::new()),
            c => parts.last_mut().into_iter().for_each(|part| part.push(c)),
        }
    }
    parts
}
