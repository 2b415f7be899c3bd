//! Table definitions: the model, and how `CREATE TABLE` text and later DDL become one.

pub mod ddl;
mod table;

pub use table::{
    BinaryKind, Column, ColumnType, DefaultValue, Generated, HandleKey, Index, Ineligible, IntegerWidth, TableModel, TextKind,
};
