//! Local services of the playground. Ordinary network services on loopback: no other module knows they are embedded.

#[cfg(feature = "playground")]
pub mod broker;
mod listener;
pub mod registry;
