//! Guarded launches: the steps of a document's plan, carried out so that a crash at any point leaves something that goes on or
//! is taken back. `docs/LAUNCH.md` tells people what they may rely on.

mod actor;
mod actors;
mod desk;
mod executor;
mod moving;
mod pace;
mod undo;

pub use actor::{Actor, Found, Sign, Trouble, Undo};
pub use executor::Executor;
pub use pace::Pace;

pub(super) use actors::{changefeed_id, explained};
pub(super) use desk::Launches;

#[cfg(test)]
mod tests;
