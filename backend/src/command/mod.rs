//! The command line: one file a command.

pub mod encode;
pub mod export;
pub mod route;
pub mod workload;
