//! Stand-ins for systems that cannot be had without their vendor: HTTP servers on a loopback port of their own, written from
//! the vendors' published descriptions. Each says in its module what it was written from and what it does not do.
//!
//! Tests and browser journeys start them in-process, script their trouble, and look at what they were asked.
#![forbid(unsafe_code)]

pub mod confluent_cloud;
pub mod connect_worker;
pub mod connectors;
pub mod door;
pub mod ksqldb;
mod server;
pub mod ticdc;

pub use server::{Recorded, Server};
