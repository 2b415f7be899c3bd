//! `workload`
