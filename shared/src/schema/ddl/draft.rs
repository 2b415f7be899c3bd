//! A table being made or altered. Indexes name their columns here, so that no position goes stale in between.

use super::column::ColumnDef;
use super::types;
use crate::schema::{Column, ColumnType, Index, TableModel};

const PRIMARY: &str = "PRIMARY";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IndexDef {
    pub name: Option<String>,
    /// Empty for an index over an expression.
    pub columns: Vec<String>,
    pub unique: bool,
    pub primary: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub columns: Vec<Column>,
    pub indexes: Vec<IndexDef>,
    /// Read, but not yet checked against the columns: an index may stand before its columns.
    pub pending: Vec<IndexDef>,
    pub charset: Option<String>,
}

/// Where `ADD`, `MODIFY` and `CHANGE` put a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    First,
    After(String),
}

pub(super) fn same_name(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}

impl Draft {
    pub fn of(table: &TableModel) -> Self {
        let name = |i: &usize| table.columns.get(*i).map(|c| c.name.clone());
        let indexes = table.indexes.iter().map(|index| IndexDef {
            name: Some(index.name.clone()),
            columns: index.columns.iter().filter_map(name).collect(),
            unique: index.unique,
            primary: index.primary,
        });
        Self { columns: table.columns.clone(), indexes: indexes.collect(), pending: Vec::new(), charset: table.charset.clone() }
    }

    pub fn into_model(self, schema: String, name: String, version: u64) -> TableModel {
        let position = |column: &String| self.columns.iter().position(|c| same_name(&c.name, column));
        let indexes = self.indexes.iter().map(|index| Index {
            name: index.name.clone().unwrap_or_default(),
            columns: index.columns.iter().filter_map(position).collect(),
            unique: index.unique,
            primary: index.primary,
        });
        let indexes = indexes.collect();
        TableModel { schema, name, columns: self.columns, indexes, charset: self.charset, version }
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name).or_else(|| self.columns.iter().position(|c| same_name(&c.name, name)))
    }

    pub fn push_column(&mut self, def: ColumnDef, place: Option<&Place>) -> Result<(), String> {
        if self.find(&def.column.name).is_some() {
            return Err(format!("there are two columns `{}`", def.column.name));
        }
        let at = match place {
            None => self.columns.len(),
            Some(Place::First) => 0,
            Some(Place::After(column)) => 1 + self.find(column).ok_or_else(|| unknown(column))?,
        };
        self.pending.extend(def.own_index());
        self.columns.insert(at, self.resolved(def));
        Ok(())
    }

    /// `CHANGE` and `MODIFY` of a column that has its new name already: it keeps its place unless it is given one.
    pub fn replace_column(&mut self, name: &str, def: ColumnDef, place: Option<&Place>) -> Result<(), String> {
        let at = self.find(name).ok_or_else(|| unknown(name))?;
        self.pending.extend(def.own_index());
        self.columns[at] = self.resolved(def);
        let in_primary = self.indexes.iter().any(|i| i.primary && i.columns.iter().any(|c| same_name(c, name)));
        self.columns[at].nullable &= !in_primary;
        if let Some(place) = place {
            let column = self.columns.remove(at);
            let to = match place {
                Place::First => 0,
                Place::After(other) => 1 + self.find(other).ok_or_else(|| unknown(other))?,
            };
            self.columns.insert(to, column);
        }
        Ok(())
    }

    /// Gives columns new names, all at once: two may swap theirs.
    pub fn rename_columns(&mut self, renames: &[(String, String)]) -> Result<(), String> {
        let found: Vec<usize> = renames.iter().map(|(old, _)| self.find(old).ok_or_else(|| unknown(old))).collect::<Result<_, _>>()?;
        for (at, (_, new)) in found.into_iter().zip(renames) {
            new.clone_into(&mut self.columns[at].name);
        }
        let twice = |new: &&str| self.columns.iter().filter(|c| same_name(&c.name, new)).count() > 1;
        if let Some(name) = renames.iter().map(|(_, new)| new.as_str()).find(twice) {
            return Err(format!("there are two columns `{name}`"));
        }
        for column in self.indexes.iter_mut().flat_map(|index| &mut index.columns) {
            if let Some((_, new)) = renames.iter().find(|(old, _)| same_name(old, column)) {
                new.clone_into(column);
            }
        }
        Ok(())
    }

    /// Takes a column out of all indexes too; an index that loses its last column goes with it.
    pub fn drop_column(&mut self, name: &str) -> Result<(), String> {
        let at = self.find(name).ok_or_else(|| unknown(name))?;
        self.columns.remove(at);
        self.indexes.retain_mut(|index| {
            let had_columns = !index.columns.is_empty();
            index.columns.retain(|c| !same_name(c, name));
            !(had_columns && index.columns.is_empty())
        });
        Ok(())
    }

    pub fn drop_index(&mut self, name: &str) -> bool {
        let before = self.indexes.len();
        self.indexes.retain(|i| !i.name.as_deref().is_some_and(|n| same_name(n, name)));
        self.indexes.len() != before
    }

    /// `CONVERT TO CHARACTER SET`: all text columns follow the table.
    pub fn convert_charset(&mut self, charset: Option<String>) {
        self.charset = charset;
        for column in &mut self.columns {
            if matches!(column.ty, ColumnType::Text { .. } | ColumnType::Enum { .. } | ColumnType::Set { .. }) {
                column.charset = None;
            }
        }
        self.apply_binary_charset();
    }

    /// A new default character set: existing columns keep the one that they have.
    pub fn set_charset(&mut self, charset: Option<String>) {
        for column in &mut self.columns {
            if column.charset.is_none() && matches!(column.ty, ColumnType::Text { .. } | ColumnType::Enum { .. } | ColumnType::Set { .. }) {
                column.charset.clone_from(&self.charset);
            }
        }
        self.charset = charset;
    }

    /// Settles a new table: character sets, then indexes.
    pub fn finish_create(&mut self) -> Result<(), String> {
        self.apply_binary_charset();
        self.settle_indexes()
    }

    /// Moves the pending indexes over, each checked against the columns and named.
    pub fn settle_indexes(&mut self) -> Result<(), String> {
        for mut index in std::mem::take(&mut self.pending) {
            for column in &mut index.columns {
                let at = self.find(column).ok_or_else(|| unknown(column))?;
                column.clone_from(&self.columns[at].name);
                self.columns[at].nullable &= !index.primary;
            }
            if index.primary && self.indexes.iter().any(|i| i.primary) {
                return Err("there are two primary keys".to_owned());
            }
            index.name = Some(self.index_name(&index));
            self.indexes.push(index);
        }
        Ok(())
    }

    /// MySQL names an index after its first column, with `_2`, `_3`, … when taken.
    fn index_name(&self, index: &IndexDef) -> String {
        if index.primary {
            return PRIMARY.to_owned();
        }
        if let Some(name) = &index.name {
            return name.clone();
        }
        let base = index.columns.first().map_or("functional_index", String::as_str);
        let free = |name: &str| !self.indexes.iter().any(|i| i.name.as_deref().is_some_and(|n| same_name(n, name)));
        if free(base) {
            return base.to_owned();
        }
        (2..).map(|n| format!("{base}_{n}")).find(|name| free(name)).unwrap_or_default()
    }

    fn resolved(&self, def: ColumnDef) -> Column {
        let mut column = def.column;
        let by_table = column.charset.is_none() && self.charset.as_deref() == Some("binary");
        if let (true, ColumnType::Text { kind, length }) = (def.binary || by_table, &column.ty) {
            column.ty = ColumnType::Binary { kind: types::as_binary(*kind), length: *length };
        }
        column
    }

    /// Text columns without a character set of their own are binary in a table whose set is `binary`.
    fn apply_binary_charset(&mut self) {
        if self.charset.as_deref() != Some("binary") {
            return;
        }
        for column in self.columns.iter_mut().filter(|c| c.charset.is_none()) {
            if let ColumnType::Text { kind, length } = &column.ty {
                column.ty = ColumnType::Binary { kind: types::as_binary(*kind), length: *length };
            }
        }
    }
}

fn unknown(column: &str) -> String {
    format!("there is no column `{column}`")
}
