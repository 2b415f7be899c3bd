//! Engine errors: each has a kind, and the kind decides what happens next.

use shared::Finding;

/// What sort of trouble it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Network trouble, a server restarting: try again with back-off.
    Transient,
    /// Refused credentials or missing rights: a person must act, since asking again and again locks logins out.
    Denied,
    /// The document asks for something impossible.
    Config,
    /// The source no longer has the changes after the checkpoint: only a new start can help.
    PositionLost,
    /// A table's definition and its rows do not fit together, or its type cannot be carried.
    Schema,
    /// A registry refused a schema as incompatible.
    Incompatible,
    /// Our disk is full or not writable.
    Storage,
    /// A bug: a broken invariant.
    Internal,
}

/// What the engine does about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Restart from the checkpoint after a back-off.
    Retry,
    /// State `Failed`: a person has to act.
    AskPerson,
}

impl ErrorKind {
    /// The one place where kinds become policy.
    #[must_use]
    pub fn reaction(self) -> Reaction {
        match self {
            Self::Transient | Self::Storage => Reaction::Retry,
            Self::Denied | Self::Config | Self::PositionLost | Self::Schema | Self::Incompatible | Self::Internal => Reaction::AskPerson,
        }
    }
}

/// An engine error as a person will read it: `finding` has code, message and advice and never a secret or row value.
#[derive(Debug, thiserror::Error)]
#[error("{}", finding.message)]
pub struct EngineError {
    pub kind: ErrorKind,
    /// Boxed: results that carry an error are returned all over the hot path, and most of them are `Ok`.
    pub finding: Box<Finding>,
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl EngineError {
    #[must_use]
    pub fn new(kind: ErrorKind, finding: Finding) -> Self {
        Self { kind, finding: Box::new(finding), source: None }
    }

    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}
