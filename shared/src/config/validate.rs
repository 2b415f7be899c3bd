//! Everything that can be said of a document without a connection.

use super::Pipeline;
use crate::{Finding, schema::TableModel};

/// All findings of a document, in document order.
#[must_use]
pub fn validate(_pipeline: &Pipeline) -> Vec<Finding> {
    Vec::new()
}

/// Findings that need the source's tables: eligibility, collisions, dispatch columns.
#[must_use]
pub fn validate_tables(_pipeline: &Pipeline, _tables: &[TableModel]) -> Vec<Finding> {
    Vec::new()
}
