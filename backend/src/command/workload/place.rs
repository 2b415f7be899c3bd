//! How far the workload is, kept in the database itself and changed in the same transactions as the rows.

use super::connection::is_missing_table;
use anyhow::Context;
use mysql_async::{Conn, prelude::Queryable};

/// The one row of `workload_progress`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub warehouses: u32,
    pub seed: u64,
    /// Rows of the initial load.
    pub loaded: u64,
    pub transactions: u64,
}

pub(super) const TABLE: &str = "workload_progress";

const DDL: &str = "CREATE TABLE IF NOT EXISTS workload_progress (
	id INT NOT NULL,
	warehouses INT UNSIGNED NOT NULL,
	seed BIGINT UNSIGNED NOT NULL,
	loaded BIGINT UNSIGNED NOT NULL,
	transactions BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (id)
)";

impl Place {
    /// `None` when no workload was prepared here.
    pub async fn read(conn: &mut Conn) -> anyhow::Result<Option<Self>> {
        let row = conn.query_first("SELECT warehouses, seed, loaded, transactions FROM workload_progress WHERE id = 1").await;
        match row {
            Ok(row) => Ok(row.map(|(warehouses, seed, loaded, transactions)| Self { warehouses, seed, loaded, transactions })),
            Err(error) if is_missing_table(&error) => Ok(None),
            Err(error) => Err(error).context("table `workload_progress` cannot be read"),
        }
    }

    /// Makes the table and its row.
    pub async fn create(self, conn: &mut Conn) -> anyhow::Result<()> {
        let Self { warehouses, seed, loaded, transactions } = self;
        let row = format!("INSERT INTO workload_progress VALUES (1, {warehouses}, {seed}, {loaded}, {transactions})");
        conn.query_drop(DDL).await.context("table `workload_progress` cannot be created")?;
        conn.query_drop(row).await.context("table `workload_progress` cannot be written")
    }

    /// The statement that moves the load on; it changes no row when another process was faster.
    pub fn loaded_statement(from: u64, to: u64) -> String {
        format!("UPDATE workload_progress SET loaded = {to} WHERE id = 1 AND loaded = {from}")
    }

    /// The statement that moves the transactions on; it changes no row when another process was faster.
    pub fn done_statement(from: u64, to: u64) -> String {
        format!("UPDATE workload_progress SET transactions = {to} WHERE id = 1 AND transactions = {from}")
    }
}
