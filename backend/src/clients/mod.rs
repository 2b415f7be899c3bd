//! Clients of other systems' HTTP APIs.

pub mod http;
pub mod schema_registry;
pub mod ticdc;
pub mod topic_reader;
