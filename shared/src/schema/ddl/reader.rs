//! A file of definitions, read piece by piece: for pages that must not stand still while a large one is read.

use super::DdlError;
use super::catalog::Catalog;
use super::text::{self, Statement};
use crate::schema::TableModel;

pub struct DefinitionReader {
    statements: std::vec::IntoIter<Statement>,
    catalog: Catalog,
    /// As `USE` leaves it.
    schema: String,
}

impl DefinitionReader {
    /// Unqualified names belong to `default_schema` until a `USE` says otherwise.
    #[must_use]
    pub fn new(text: &str, default_schema: &str) -> Self {
        Self { statements: text::statements(text).into_iter(), catalog: Catalog::default(), schema: default_schema.to_owned() }
    }

    /// Statements that are still to be read.
    #[must_use]
    pub fn left(&self) -> usize {
        self.statements.len()
    }

    /// Reads up to so many statements.
    ///
    /// # Errors
    /// A statement that cannot be understood, with its place in the text.
    pub fn read(&mut self, statements: usize) -> Result<(), DdlError> {
        self.statements.by_ref().take(statements).try_for_each(|one| self.catalog.read_statement(&mut self.schema, &one))
    }

    /// The tables as the statements read so far leave them.
    #[must_use]
    pub fn finish(self) -> Vec<TableModel> {
        self.catalog.into_tables()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str =
        "USE a; CREATE TABLE t (id INT PRIMARY KEY); SELECT 1; USE b; CREATE TABLE t (id INT PRIMARY KEY, x INT); DROP TABLE a.t;";

    #[test]
    fn pieces_make_what_the_whole_makes() {
        let mut reader = DefinitionReader::new(TEXT, "test");
        let mut turns = 0;
        while reader.left() > 0 {
            reader.read(2).unwrap();
            turns += 1;
        }
        assert_eq!(turns, 3);
        assert_eq!(reader.finish(), super::super::parse_create_tables(TEXT, "test").unwrap());
    }

    #[test]
    fn a_statement_that_is_none_ends_the_reading_at_its_place() {
        let mut reader = DefinitionReader::new("CREATE TABLE a (id INT PRIMARY KEY);\nCREATE TABLE b (id WHAT", "test");
        reader.read(1).unwrap();
        assert!(reader.read(1).unwrap_err().to_string().contains("line 2"));
    }
}
