//! The tables known, kept right while DDL goes by.

use super::alter::Change;
use super::at_once;
use super::create::{CreateTable, Definition};
use super::cursor::{Cursor, TableName};
use super::draft::{Draft, same_name};
use super::statement::{self, Statement};
use super::{DdlError, text};
use crate::schema::TableModel;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What a statement did to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DdlEffect {
    /// The catalog has a new definition, of a higher version.
    Changed { schema: String, name: String },
    /// The table is no more: dropped, or renamed away.
    Gone { schema: String, name: String },
    /// No definition changed.
    None,
    /// The table changed, and how is not known: read its definition from the server again. Until then the catalog keeps
    /// the old one.
    Unknown { schema: String, name: String },
}

/// Tables by schema and name, in order of creation.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    tables: BTreeMap<u64, Arc<TableModel>>,
    /// Positions in `tables` by lower-case name; several when names differ in case only.
    by_name: HashMap<(String, String), Vec<u64>>,
    next_position: u64,
    /// The highest version given so far: no definition shares its version with another one, of whatever table.
    last_version: u64,
}

/// A statement that changed a table in a way that could not be followed.
struct NotFollowed {
    table: TableName,
    error: DdlError,
}

impl Catalog {
    /// The table of that name: in its exact case, else without regard to case.
    #[must_use]
    pub fn get(&self, schema: &str, name: &str) -> Option<&Arc<TableModel>> {
        self.tables.get(&self.find(schema, name)?)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<TableModel>> {
        self.tables.values()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.tables.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Adds or replaces a definition that was read elsewhere. The same definition again keeps its version; another one
    /// gets the next.
    pub fn insert(&mut self, mut table: TableModel) -> Arc<TableModel> {
        if let Some(old) = self.exact(&table.schema, &table.name).and_then(|at| self.tables.get(&at)) {
            table.version = old.version;
            if table == **old {
                return Arc::clone(old);
            }
        }
        self.put(table)
    }

    pub fn remove(&mut self, schema: &str, name: &str) -> Option<Arc<TableModel>> {
        let at = self.find(schema, name)?;
        self.take(at)
    }

    /// Follows DDL, one statement or several. Statements that define nothing give `None`.
    ///
    /// # Errors
    /// When a statement is about a table and which one cannot be made out. Earlier statements stay applied.
    pub fn apply(&mut self, default_schema: &str, sql: &str) -> Result<Vec<DdlEffect>, DdlError> {
        let mut effects = Vec::new();
        let mut schema = default_schema.to_owned();
        for one in text::statements(sql) {
            match self.follow(&mut schema, &mut Cursor::new(&one)?)? {
                Ok(mut made) => effects.append(&mut made),
                Err(NotFollowed { table, .. }) => effects.push(DdlEffect::Unknown { schema: table.schema, name: table.name }),
            }
        }
        Ok(effects)
    }

    /// Follows a file; statements that are no DDL may be anything, even unreadable.
    pub(super) fn read_file(&mut self, default_schema: &str, sql: &str) -> Result<(), DdlError> {
        let mut schema = default_schema.to_owned();
        text::statements(sql).iter().try_for_each(|one| self.read_statement(&mut schema, one))
    }

    /// One statement of a file.
    pub(super) fn read_statement(&mut self, schema: &mut String, one: &text::Statement) -> Result<(), DdlError> {
        let first = one.text.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        if ["USE", "CREATE", "ALTER", "DROP", "RENAME"].contains(&first.as_str()) {
            self.follow(schema, &mut Cursor::new(one)?)?.map_err(|failure| failure.error)?;
        }
        Ok(())
    }

    pub(super) fn into_tables(self) -> Vec<TableModel> {
        self.tables.into_values().map(Arc::unwrap_or_clone).collect()
    }

    fn follow(&mut self, schema: &mut String, cursor: &mut Cursor<'_>) -> Result<Result<Vec<DdlEffect>, NotFollowed>, DdlError> {
        let statement = statement::statement(cursor, schema)?;
        // What does not fit the tables known is told at the statement's beginning.
        cursor.rewind(0);
        Ok(match statement {
            Statement::Use(name) => {
                *schema = name;
                Ok(vec![DdlEffect::None])
            }
            Statement::Create(create) => self.create(create, cursor),
            Statement::Alter { table, changes } => self.alter(table, changes, cursor),
            Statement::Drop(tables) => Ok(tables.iter().map(|t| self.drop_table(t)).collect()),
            Statement::DropDatabase(name) => Ok(self.drop_database(&name)),
            Statement::Rename(renames) => Ok(renames.into_iter().flat_map(|(from, to)| self.rename(&from, to)).collect()),
            Statement::NotUnderstood { table, error } => Err(NotFollowed { table, error }),
            Statement::Other => Ok(vec![DdlEffect::None]),
        })
    }

    fn create(&mut self, create: CreateTable, cursor: &Cursor<'_>) -> Result<Vec<DdlEffect>, NotFollowed> {
        let CreateTable { name, if_not_exists, definition } = create;
        if if_not_exists && self.find(&name.schema, &name.name).is_some() {
            return Ok(vec![DdlEffect::None]);
        }
        let draft = match definition {
            Definition::Columns(draft) => draft,
            Definition::Like(model) => match self.get(&model.schema, &model.name) {
                Some(model) => Draft::of(model),
                None => {
                    let message = format!("table `{}` is like `{}.{}`, which is not known", name.name, model.schema, model.name);
                    return Err(NotFollowed { table: name, error: cursor.error(message) });
                }
            },
            Definition::Query => {
                let error = cursor.error("the columns come from a query; use the output of SHOW CREATE TABLE");
                return Err(NotFollowed { table: name, error });
            }
        };
        self.put(draft.into_model(name.schema.clone(), name.name.clone(), 0));
        Ok(vec![DdlEffect::Changed { schema: name.schema, name: name.name }])
    }

    fn alter(&mut self, table: TableName, changes: Vec<Change>, cursor: &Cursor<'_>) -> Result<Vec<DdlEffect>, NotFollowed> {
        if changes.is_empty() {
            return Ok(vec![DdlEffect::None]);
        }
        let Some(old) = self.get(&table.schema, &table.name).map(Arc::clone) else {
            let error = cursor.error(format!("table `{}.{}` is not known", table.schema, table.name));
            return Err(NotFollowed { table, error });
        };
        let mut draft = Draft::of(&old);
        let renamed = changes.iter().rev().find_map(|change| if let Change::RenameTable(to) = change { Some(to.clone()) } else { None });
        if let Err(message) = at_once::apply(&mut draft, changes).and_then(|()| draft.settle_indexes()) {
            return Err(NotFollowed { table, error: cursor.error(message) });
        }
        let name = renamed.unwrap_or(TableName { schema: old.schema.clone(), name: old.name.clone() });
        let model = draft.into_model(name.schema.clone(), name.name.clone(), old.version);
        if model == *old {
            return Ok(vec![DdlEffect::None]);
        }
        Ok(self.replace(&old, model))
    }

    fn drop_table(&mut self, table: &TableName) -> DdlEffect {
        self.remove(&table.schema, &table.name).map_or(DdlEffect::None, |gone| gone_table(&gone))
    }

    fn drop_database(&mut self, name: &str) -> Vec<DdlEffect> {
        let gone: Vec<u64> = self.tables.iter().filter(|(_, t)| same_name(&t.schema, name)).map(|(at, _)| *at).collect();
        gone.into_iter().filter_map(|at| self.take(at)).map(|table| gone_table(&table)).collect()
    }

    fn rename(&mut self, from: &TableName, to: TableName) -> Vec<DdlEffect> {
        match self.get(&from.schema, &from.name).map(Arc::clone) {
            Some(old) => {
                let model = TableModel { schema: to.schema, name: to.name, ..TableModel::clone(&old) };
                self.replace(&old, model)
            }
            None => vec![DdlEffect::Unknown { schema: to.schema, name: to.name }],
        }
    }

    fn replace(&mut self, old: &Arc<TableModel>, new: TableModel) -> Vec<DdlEffect> {
        let renamed = (new.schema != old.schema || new.name != old.name).then(|| gone_table(old));
        if renamed.is_some() {
            self.remove(&old.schema, &old.name);
        }
        let changed = DdlEffect::Changed { schema: new.schema.clone(), name: new.name.clone() };
        self.put(new);
        renamed.into_iter().chain([changed]).collect()
    }

    /// Stores a definition under a version of its own, at the place of the one that it replaces.
    fn put(&mut self, mut table: TableModel) -> Arc<TableModel> {
        self.last_version = table.version.max(self.last_version + 1);
        table.version = self.last_version;
        let at = self.exact(&table.schema, &table.name).unwrap_or_else(|| {
            self.next_position += 1;
            self.by_name.entry(key(&table.schema, &table.name)).or_default().push(self.next_position);
            self.next_position
        });
        let table = Arc::new(table);
        self.tables.insert(at, Arc::clone(&table));
        table
    }

    fn take(&mut self, at: u64) -> Option<Arc<TableModel>> {
        let table = self.tables.remove(&at)?;
        if let Entry::Occupied(mut entry) = self.by_name.entry(key(&table.schema, &table.name)) {
            entry.get_mut().retain(|other| *other != at);
            if entry.get().is_empty() {
                entry.remove();
            }
        }
        Some(table)
    }

    fn exact(&self, schema: &str, name: &str) -> Option<u64> {
        let is_it = |at: &&u64| self.tables.get(at).is_some_and(|t| t.schema == schema && t.name == name);
        self.by_name.get(&key(schema, name))?.iter().find(is_it).copied()
    }

    fn find(&self, schema: &str, name: &str) -> Option<u64> {
        self.exact(schema, name).or_else(|| self.by_name.get(&key(schema, name))?.first().copied())
    }
}

fn key(schema: &str, name: &str) -> (String, String) {
    (schema.to_lowercase(), name.to_lowercase())
}

fn gone_table(table: &TableModel) -> DdlEffect {
    DdlEffect::Gone { schema: table.schema.clone(), name: table.name.clone() }
}
