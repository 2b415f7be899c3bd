//! The pipeline editor: a form and a text over one document, and beside them what it means.

mod access;
mod analysis;
mod catalogue;
mod document;
mod downstream;
mod engine;
mod field;
mod fixes;
mod form;
mod guard;
mod history;
mod kafka;
mod launch;
mod open;
mod options;
mod paste;
mod preflight;
mod readings;
mod registry;
mod review;
mod routing;
mod source;
mod state;
mod steps;
mod tables;
mod toml_view;
mod truth;

pub use open::{EditPage, NewPage};

/// The editor's address for a field of a saved pipeline.
pub fn field_href(name: &str, path: &str) -> String {
    format!("{}{}", crate::api::pipeline_path(name, "edit"), steps::Step::href_of(path))
}
