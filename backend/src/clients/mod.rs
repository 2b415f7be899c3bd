//! Clients of other systems' HTTP APIs.

pub mod connect;
pub mod http;
pub mod kafka_admin;
pub mod ksqldb;
pub mod schema_registry;
pub mod ticdc;
pub mod topic_reader;
