//! A step of an earlier launch that the document no longer has.

use super::super::{Actor, Found, Sign, Trouble, Undo};
use async_trait::async_trait;

/// Does nothing: what such a step made is named in its finding, for a person to remove.
pub(super) struct Gone;

#[async_trait]
impl Actor for Gone {
    async fn look(&self) -> Result<Found, Trouble> {
        Ok(Found::Unknown)
    }

    async fn make(&self) -> Result<(), Trouble> {
        Ok(())
    }

    async fn sign(&self) -> Result<Sign, Trouble> {
        Ok(Sign::Ready)
    }

    async fn undo(&self) -> Result<Undo, Trouble> {
        Ok(Undo::Undone)
    }

    fn path(&self) -> String {
        String::new()
    }
}
