//! Where a source is: what a checkpoint holds besides its commit-ts.

use serde::{Deserialize, Serialize};

/// A point at a transaction's end from which a source can go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Position {
    /// MySQL or MariaDB row binlog: the end of a transaction.
    Binlog {
        file: String,
        position: u64,
        /// The GTID set executed up to here, when the server has GTIDs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gtid: Option<String>,
    },
    /// The TPC-C workload: number of transactions done.
    Tpcc {
        transaction: u64,
        /// Rows of the initial load done, when the load was asked for (`start = "snapshot"`); transactions begin after it.
        #[serde(default, skip_serializing_if = "nothing_loaded")]
        loaded: u64,
    },
}

/// By reference, as serde's `skip_serializing_if` passes it.
fn nothing_loaded(rows: &u64) -> bool {
    *rows == 0
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Binlog { file, position, gtid: None } => write!(f, "{file}:{position}"),
            Self::Binlog { file, position, gtid: Some(gtid) } => write!(f, "{file}:{position} (GTID {gtid})"),
            Self::Tpcc { transaction: 0, loaded } if *loaded > 0 => write!(f, "row {loaded} of the initial load"),
            Self::Tpcc { transaction, .. } => write!(f, "transaction {transaction}"),
        }
    }
}
