//! What outlives a page: theme, toasts, the line to the studio, facts about the studio.

mod connection;
mod drafts;
mod studio;
mod theme;
mod toasts;

pub use connection::Connection;
pub use drafts::{KeptDraft, KeptDrafts, KeptTables};
pub use studio::Studio;
pub use theme::{Theme, ThemeChoice};
pub use toasts::{Toast, Toasts, Tone};

use crate::api::Failure;

/// Something on its way from the studio.
#[derive(Clone, Debug, PartialEq)]
pub enum Load<T> {
    Waiting,
    Ready(T),
    Failed(Failure),
}

impl<T> Load<T> {
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(value) => Some(value),
            _ => None,
        }
    }
}

impl<T> From<Result<T, Failure>> for Load<T> {
    fn from(result: Result<T, Failure>) -> Self {
        match result {
            Ok(value) => Self::Ready(value),
            Err(failure) => Self::Failed(failure),
        }
    }
}
