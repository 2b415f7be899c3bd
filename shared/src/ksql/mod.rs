//! ksqlDB: statements over the changefeed's topics, written and read.
//!
//! Three facts shape everything here. TiCDC writes the key as a record even when it has one column, and ksqlDB takes a
//! single key column for a bare value: so one column is declared as a `STRUCT`. The key's columns stand in the value record
//! too, and a name may be declared once. And what a statement does not declare, ksqlDB infers from the registry: once, when
//! the statement runs.

mod derived;
mod edit;
mod generate;
mod meaning;
mod read;
mod rules;
mod script;
mod secrets;
mod statement;
mod token;
mod types;
mod view;
mod words;

pub use derived::{Derived, derived};
pub(crate) use edit::{rename_property, set_property, without_property};
pub use generate::{Object, generate, table_of};
pub(crate) use meaning::{in_place_of, same_query};
pub use read::parse;
pub use rules::{Need, SeenTopic, needs};
pub(crate) use script::SCRIPT_HEAD;
pub use script::script;
pub(crate) use secrets::for_each_secret;
pub use statement::{Column, Create, Name, ParseError, Property, Role, Statement, StatementKind};
pub use types::SqlType;
pub use view::{Cell, RowView, row_view};

pub(crate) use rules::{check, check_tables, creates_table, is_changefeed_topic};
