//! What several test binaries share; not each uses all of it.
#![allow(dead_code, clippy::unwrap_used)]

pub mod certificates;
pub mod mariadb;
