//! The definitions of wanted tables: read from the server, then kept right while DDL goes by.

use super::connect::{Connector, Flavour};
use super::failure::{URL, failure};
use crate::engine::{
    error::{EngineError, ErrorKind},
    source::{SourceEvent, Wanted},
};
use futures::StreamExt;
use mysql_async::{Conn, Error, prelude::Queryable};
use shared::schema::{
    ColumnType, TableModel, TextKind,
    ddl::{Catalog, DdlEffect, parse_create_table},
};
use std::{
    collections::HashSet,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
};

/// Schemas of the server itself: never replicated.
pub(super) fn is_system_schema(schema: &str) -> bool {
    ["mysql", "information_schema", "performance_schema", "sys"].iter().any(|system| schema.eq_ignore_ascii_case(system))
}

/// `name` as an identifier in a statement.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Base tables outside the system schemas, by name.
pub(super) async fn list(connector: &Connector, conn: &mut Conn) -> Result<Vec<(String, String)>, EngineError> {
    let found: Vec<(String, String)> = connector
        .answer(conn.query(
            // Told by name, the server does not open the hundred views of `sys` to learn what they are; MariaDB 10.11 has been seen
            // to crash over that.
            "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys') \
             AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY TABLE_SCHEMA, TABLE_NAME",
        ))
        .await?;
    Ok(found.into_iter().filter(|(schema, _)| !is_system_schema(schema)).collect())
}

/// A table's SHOW CREATE TABLE text; `None` when there is no such table (any more).
pub(super) async fn show_create(connector: &Connector, conn: &mut Conn, schema: &str, name: &str) -> Result<Option<String>, EngineError> {
    let statement = format!("SHOW CREATE TABLE {}.{}", quoted(schema), quoted(name));
    match connector.timely(conn.query_first::<mysql_async::Row, _>(statement)).await? {
        Ok(row) => Ok(row.and_then(|mut row| row.take_opt::<String, _>(1)).and_then(Result::ok)),
        // ER_BAD_DB_ERROR, ER_NO_SUCH_TABLE, ER_WRONG_OBJECT (a view by now)
        Err(Error::Server(error)) if matches!(error.code, 1049 | 1146 | 1347) => Ok(None),
        Err(error) => Err(connector.failed(error)),
    }
}

async fn show_creates(connector: &Connector, conn: &mut Conn, names: &[(String, String)]) -> Result<Vec<Option<String>>, EngineError> {
    let mut texts = Vec::with_capacity(names.len());
    for (schema, name) in names {
        texts.push(show_create(connector, conn, schema, name).await?);
    }
    Ok(texts)
}

/// So many tables are read over the one connection that there is.
const FEW: usize = 500;
/// More are read over so many, in pieces.
const CONNECTIONS: usize = 8;
const PIECE: usize = 100;

/// Definitions of the wanted tables at the place in the binlog where the reader is.
pub(super) struct Tables {
    catalog: Catalog,
    wanted: Wanted,
    connector: Connector,
    mariadb: bool,
}

impl Tables {
    pub fn new(wanted: Wanted, connector: Connector, flavour: &Flavour, known: Vec<TableModel>) -> Self {
        let mut tables = Self { catalog: Catalog::default(), wanted, connector, mariadb: flavour.mariadb };
        for table in known {
            if tables.wants(&table.schema, &table.name) {
                tables.catalog.insert(table);
            }
        }
        tables
    }

    pub fn wants(&self, schema: &str, name: &str) -> bool {
        !is_system_schema(schema) && (self.wanted)(schema, name)
    }

    pub fn get(&self, schema: &str, name: &str) -> Option<&Arc<TableModel>> {
        self.catalog.get(schema, name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<TableModel>> {
        self.catalog.iter()
    }

    /// Reads the definitions of all wanted tables; answers whether anything was different from what was known.
    ///
    /// # Errors
    /// The connection broke, or a definition is not understood.
    pub async fn load(&mut self, conn: &mut Conn) -> Result<bool, EngineError> {
        let mut names = list(&self.connector, conn).await?;
        names.retain(|(schema, name)| self.wants(schema, name));
        let mut changed = false;
        if names.len() <= FEW {
            for (schema, name) in &names {
                let text = show_create(&self.connector, conn, schema, name).await?;
                changed |= self.take(schema, name, text)?;
            }
        } else {
            changed = self.load_many(&names).await?;
        }
        let seen: HashSet<(String, String)> = names.into_iter().collect();
        let gone: Vec<(String, String)> =
            self.catalog.iter().map(|t| (t.schema.clone(), t.name.clone())).filter(|table| !seen.contains(table)).collect();
        for (schema, name) in gone {
            self.catalog.remove(&schema, &name);
            changed = true;
        }
        Ok(changed)
    }

    /// Reads many definitions over several connections: one after the other, each would cost a round trip to the server.
    async fn load_many(&mut self, names: &[(String, String)]) -> Result<bool, EngineError> {
        let mut open = vec![self.connector.open().await?];
        while open.len() < CONNECTIONS {
            // An account may be limited to few.
            let Ok(conn) = self.connector.open().await else { break };
            open.push(conn);
        }
        let at_a_time = open.len();
        let (connector, idle) = (self.connector.clone(), Mutex::new(open));
        let take = || idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let give = |conn| idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        let read = |names: Vec<(String, String)>| {
            let (connector, take, give) = (&connector, &take, &give);
            async move {
                let mut conn = take().expect("no more pieces are read at a time than there are connections");
                let texts = show_creates(connector, &mut conn, &names).await;
                give(conn);
                texts.map(|texts| (names, texts))
            }
        };
        let mut changed = false;
        let mut pieces = pin!(futures::stream::iter(names.chunks(PIECE).map(<[_]>::to_vec)).map(read).buffered(at_a_time));
        while let Some(piece) = pieces.next().await {
            let (names, texts) = piece?;
            for ((schema, name), text) in names.iter().zip(texts) {
                changed |= self.take(schema, name, text)?;
            }
        }
        while let Some(conn) = take() {
            connector.answer(conn.disconnect()).await?;
        }
        Ok(changed)
    }

    /// Reads one definition from the server again; `None` when the table is not there (any more).
    ///
    /// # Errors
    /// The server cannot be reached, or the definition is not understood.
    pub async fn reread(&mut self, schema: &str, name: &str) -> Result<Option<Arc<TableModel>>, EngineError> {
        let mut conn = self.connector.open().await?;
        let table = self.read(&mut conn, schema, name).await?;
        self.connector.answer(conn.disconnect()).await?;
        Ok(table)
    }

    async fn read(&mut self, conn: &mut Conn, schema: &str, name: &str) -> Result<Option<Arc<TableModel>>, EngineError> {
        let text = show_create(&self.connector, conn, schema, name).await?;
        let gone = text.is_none();
        self.take(schema, name, text)?;
        Ok(self.catalog.get(schema, name).filter(|_| !gone).cloned())
    }

    /// Takes over what the server said of a table; answers whether it is different from what was known.
    fn take(&mut self, schema: &str, name: &str, text: Option<String>) -> Result<bool, EngineError> {
        let before = self.catalog.get(schema, name).cloned();
        let Some(text) = text else {
            return Ok(self.catalog.remove(schema, name).is_some());
        };
        let mut table = parse_create_table(&text, schema).map_err(|error| {
            failure(
                ErrorKind::Schema,
                URL,
                "schema-unreadable",
                format!("the definition of `{schema}.{name}` is not understood: {error}"),
                "leave the table out with `changefeed.config.filter.rules`, and report its SHOW CREATE TABLE text",
            )
        })?;
        // SHOW CREATE TABLE never names the schema.
        table.schema = schema.to_owned();
        Ok(before != Some(self.catalog.insert(table)))
    }

    /// Follows DDL. The events to send come in order.
    ///
    /// # Errors
    /// A definition had to be read from the server and could not be.
    pub async fn apply(&mut self, default_schema: &str, sql: &str) -> Result<Vec<SourceEvent>, EngineError> {
        let effects = match self.catalog.apply(default_schema, sql) {
            Ok(effects) => effects,
            Err(error) => {
                tracing::warn!(%error, "a definition statement was not understood; reading all definitions again");
                return self.reload().await;
            }
        };
        let mut events = Vec::new();
        for effect in effects {
            match effect {
                DdlEffect::None => {}
                DdlEffect::Gone { schema, name } => events.push(SourceEvent::TableGone { schema, name }),
                DdlEffect::Changed { schema, name } => {
                    if !self.wants(&schema, &name) {
                        self.catalog.remove(&schema, &name);
                    } else if let Some(table) = self.settle(&schema, &name).await? {
                        events.push(SourceEvent::Table(table));
                    }
                }
                DdlEffect::Unknown { schema, name } if self.wants(&schema, &name) => {
                    let known = self.catalog.get(&schema, &name).is_some();
                    match self.reread(&schema, &name).await? {
                        Some(table) => events.push(SourceEvent::Table(table)),
                        None if known => events.push(SourceEvent::TableGone { schema, name }),
                        None => {}
                    }
                }
                DdlEffect::Unknown { .. } => {}
            }
        }
        Ok(events)
    }

    /// Makes a definition that was followed equal to the one that the server would show.
    async fn settle(&mut self, schema: &str, name: &str) -> Result<Option<Arc<TableModel>>, EngineError> {
        let Some(table) = self.catalog.get(schema, name).cloned() else { return Ok(None) };
        let json = self.mariadb && table.columns.iter().any(|c| c.ty == ColumnType::Json);
        let charset =
            table.charset.is_none() && table.columns.iter().any(|c| c.charset.is_none() && matches!(c.ty, ColumnType::Text { .. }));
        if !json && !charset {
            return Ok(Some(table));
        }
        let mut settled = TableModel::clone(&table);
        if charset {
            settled.charset = self.schema_charset(schema).await?;
        }
        if json {
            for column in settled.columns.iter_mut().filter(|c| c.ty == ColumnType::Json) {
                // MariaDB's JSON is an alias: the server shows `longtext CHARACTER SET utf8mb4 … CHECK (json_valid(…))`.
                column.ty = ColumnType::Text { kind: TextKind::LongText, length: None };
                column.charset = Some("utf8mb4".to_owned());
            }
        }
        Ok(Some(self.catalog.insert(settled)))
    }

    /// The default character set of a schema, which a table without its own takes.
    async fn schema_charset(&self, schema: &str) -> Result<Option<String>, EngineError> {
        let mut conn = self.connector.open().await?;
        let sql = "SELECT DEFAULT_CHARACTER_SET_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?";
        let charset = self.connector.answer(conn.exec_first(sql, (schema,))).await?;
        self.connector.answer(conn.disconnect()).await?;
        Ok(charset)
    }

    async fn reload(&mut self) -> Result<Vec<SourceEvent>, EngineError> {
        let before: Vec<Arc<TableModel>> = self.catalog.iter().cloned().collect();
        // No two definitions share a version.
        let known: HashSet<u64> = before.iter().map(|table| table.version).collect();
        let mut conn = self.connector.open().await?;
        self.load(&mut conn).await?;
        self.connector.answer(conn.disconnect()).await?;
        let gone = before
            .iter()
            .filter(|old| self.catalog.get(&old.schema, &old.name).is_none())
            .map(|old| SourceEvent::TableGone { schema: old.schema.clone(), name: old.name.clone() });
        let changed = self.catalog.iter().filter(|new| !known.contains(&new.version)).map(|new| SourceEvent::Table(Arc::clone(new)));
        Ok(gone.chain(changed).collect())
    }
}
