//! The bridge to `shared`: the page's questions in the page's words. No rule is written here.

mod access;
mod connectors;
mod files;
mod follow;
mod ksql;
mod launch;
mod operate;
mod options;
mod rehearse;
mod sinks;
mod snowflake;
mod systems;

pub use access::*;
pub use connectors::*;
pub use files::*;
pub use follow::*;
pub use ksql::*;
pub use launch::*;
pub use operate::*;
pub use options::*;
pub use rehearse::*;
pub use shared::config::new_dispatcher;
pub use sinks::*;
pub use snowflake::*;
pub use systems::*;

use shared::{
    Finding,
    api::TableListing,
    config::{self, Pipeline},
    dispatch::{PreviewInPieces, RoutePreview},
    schema::{TableModel, ddl},
};
use std::borrow::Cow;

/// The schema that unqualified names in pasted text belong to.
const PASTED_SCHEMA: &str = "test";

/// A new document, from a database that people have.
pub fn new_document() -> Pipeline {
    let mut document = config::new_document("");
    config::set_source_kind(&mut document, config::SourceKind::Mysql);
    document
}

pub fn document_text(document: &Pipeline) -> String {
    config::render(document)
}

pub fn read_document(text: &str) -> Result<Pipeline, Vec<Finding>> {
    config::parse(text).map_err(|error| error.findings)
}

/// All findings of a document that need no tables.
pub fn findings(document: &Pipeline) -> Vec<Finding> {
    config::validate(document)
}

/// All findings that need tables: keys, columns, types, names in the sinks. `matched`: those that the filter lets in.
pub fn table_findings(document: &Pipeline, matched: &[TableModel]) -> Vec<Finding> {
    config::validate_tables(document, matched)
}

/// The tables that the filter lets in, by their routes in the same order.
pub fn matched_tables<'t>(tables: &'t [TableModel], routes: &[RoutePreview]) -> Cow<'t, [TableModel]> {
    if routes.iter().all(|route| route.matched) {
        return Cow::Borrowed(tables);
    }
    tables.iter().zip(routes).filter(|(_, route)| route.matched).map(|(table, _)| table.clone()).collect()
}

/// The routing of a document's tables, piece by piece; `None` when filter or dispatchers do not compile.
pub fn routing(document: &Pipeline) -> Option<PreviewInPieces<'_>> {
    PreviewInPieces::new(document)
}

pub fn leave_out(document: &mut Pipeline, schema: &str, table: &str) {
    config::leave_out(document, schema, table);
}

pub fn read_definition(listing: &TableListing) -> Result<TableModel, String> {
    ddl::parse_create_table(&listing.ddl, &listing.schema).map_err(|error| error.to_string())
}

pub fn definition_reader(text: &str) -> ddl::DefinitionReader {
    ddl::DefinitionReader::new(text, PASTED_SCHEMA)
}
