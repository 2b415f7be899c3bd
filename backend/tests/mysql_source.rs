//! The MySQL source against a real, private MariaDB.
#![allow(clippy::unwrap_used)]

mod support;

#[path = "mysql_source/tail.rs"]
mod tail;

#[path = "mysql_source/altered.rs"]
mod altered;
#[path = "mysql_source/at_time.rs"]
mod at_time;
#[path = "mysql_source/bad_rows.rs"]
mod bad_rows;
#[path = "mysql_source/failures.rs"]
mod failures;
#[path = "mysql_source/following.rs"]
mod following;
#[path = "mysql_source/loading.rs"]
mod loading;
#[path = "mysql_source/tls.rs"]
mod tls;
#[path = "mysql_source/types.rs"]
mod types;
#[path = "mysql_source/xa.rs"]
mod xa;
