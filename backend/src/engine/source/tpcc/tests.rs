//! The workload as a whole: a database that keeps TPC-C's consistency, and a stream that resumes without a gap.

#![allow(clippy::unwrap_used)]

mod consistency;
mod stream;
