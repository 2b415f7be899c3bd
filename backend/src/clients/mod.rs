//! Clients of other systems' HTTP APIs.

pub mod schema_registry;
pub mod topic_reader;
