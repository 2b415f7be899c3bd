//! What a step of a launch can be asked to do. An actor knows one system; the order of things, the journal and the waits are the
//! executor's.

use crate::{
    clients::http::{RemoteError, RemoteErrorKind},
    engine::error::{EngineError, Reaction},
};
use async_trait::async_trait;
use shared::Finding;

/// One step's work on one system.
///
/// Every call may be cut off and made again after the studio went down, so none may rely on an earlier one. Dropping a call's
/// future gives it up.
#[async_trait]
pub trait Actor: Send + Sync {
    /// What is there now. Changes nothing.
    ///
    /// # Errors
    /// It could not be found out.
    async fn look(&self) -> Result<Found, Trouble>;

    /// Makes it. Only called after [`look`](Self::look) did not find it; must fail rather than replace what is there.
    ///
    /// # Errors
    /// It was refused, or the answer was lost: the executor looks which.
    async fn make(&self) -> Result<(), Trouble>;

    /// Whether it does what it is for.
    ///
    /// # Errors
    /// It could not be found out.
    async fn sign(&self) -> Result<Sign, Trouble>;

    /// Takes back what [`make`](Self::make) made. Taking back what is gone is no error.
    ///
    /// # Errors
    /// It could not be taken back, or the answer was lost.
    async fn undo(&self) -> Result<Undo, Trouble>;

    /// Resolves when the sign may have come. Without one, the executor asks from time to time.
    async fn stir(&self) {
        std::future::pending().await
    }

    /// Where findings of this step point to in the document.
    fn path(&self) -> String;
}

/// What [`Actor::look`] finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Absent,
    /// As the document says.
    Same,
    /// Something else has its name. How it differs, for the end of a sentence; never a secret.
    Differs(String),
    /// Some of it, and the rest is not there: the remains of an act that was cut off, or of somebody else's. What is there, for
    /// the end of a sentence.
    Partly(String),
    /// The system keeps no trace of such an act.
    Unknown,
}

/// What [`Actor::sign`] sees.
#[derive(Clone, Debug, PartialEq)]
pub enum Sign {
    Ready,
    /// What it still waits for, for people.
    NotYet(String),
    /// It will not come without a person.
    Broken(Box<Finding>),
}

/// What [`Actor::undo`] leaves behind.
#[derive(Clone, Debug, PartialEq)]
pub enum Undo {
    Undone,
    /// It cannot be taken back from here: what remains, and how to remove it.
    Remains(Box<Finding>),
}

/// Why a call did not do its work.
#[derive(Debug)]
pub struct Trouble {
    pub finding: Box<Finding>,
    /// Whether trying again makes sense: a lost connection, a server that restarts.
    pub passing: bool,
}

impl Trouble {
    #[must_use]
    pub fn lasting(finding: Finding) -> Self {
        Self { finding: Box::new(finding), passing: false }
    }

    #[must_use]
    pub fn passing(finding: Finding) -> Self {
        Self { finding: Box::new(finding), passing: true }
    }
}

impl From<RemoteError> for Trouble {
    fn from(error: RemoteError) -> Self {
        // A worker that shares out its tasks anew refuses with a conflict too; what is there is looked at anyway.
        let passing = matches!(
            error.kind,
            RemoteErrorKind::Unreachable | RemoteErrorKind::TooMany | RemoteErrorKind::Failing | RemoteErrorKind::Conflict
        );
        Self { finding: Box::new(error.finding()), passing }
    }
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Self {
        Self { passing: error.kind.reaction() == Reaction::Retry, finding: error.finding }
    }
}
