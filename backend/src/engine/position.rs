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
        /// Whose file that is: MySQL's `server_uuid`, MariaDB's `server_id`. Checkpoints of before it was kept have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<String>,
    },
    /// Within the initial load of a MySQL or MariaDB server (`start = "snapshot"`): the binlog's end when the load began, from
    /// where it will be followed, and what has been read.
    Load {
        file: String,
        position: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gtid: Option<String>,
        /// As above.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server: Option<String>,
        /// The last table of which rows were read; tables are read by schema and name. `None`: none yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        table: Option<(String, String)>,
        /// The key of the last row read of it; empty when the table is done.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        key: Vec<KeyPart>,
    },
    /// The TPC-C workload: number of transactions done.
    Tpcc {
        transaction: u64,
        /// Rows of the initial load done, when the load was asked for (`start = "snapshot"`); transactions begin after it.
        #[serde(default, skip_serializing_if = "nothing_loaded")]
        loaded: u64,
    },
}

/// A key column's value, in the form in which it is asked for again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyPart {
    Int(i64),
    UInt(u64),
    Text(String),
    /// Hexadecimal.
    Binary(String),
}

/// By reference, as serde's `skip_serializing_if` passes it.
fn nothing_loaded(rows: &u64) -> bool {
    *rows == 0
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Binlog { file, position, gtid: None, .. } => write!(f, "{file}:{position}"),
            Self::Binlog { file, position, gtid: Some(gtid), .. } => write!(f, "{file}:{position} (GTID {gtid})"),
            Self::Load { table: None, .. } => f.write_str("the begin of the initial load"),
            Self::Load { table: Some((schema, name)), key, .. } if key.is_empty() => write!(f, "{schema}.{name} loaded"),
            Self::Load { table: Some((schema, name)), .. } => write!(f, "in the initial load of {schema}.{name}"),
            Self::Tpcc { transaction: 0, loaded } if *loaded > 0 => write!(f, "row {loaded} of the initial load"),
            Self::Tpcc { transaction, .. } => write!(f, "transaction {transaction}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn positions_of_before_the_server_was_kept_are_read_and_written_as_they_were() {
        for text in [
            r#"{"kind":"binlog","file":"b.000001","position":4}"#,
            r#"{"kind":"binlog","file":"b.000001","position":4,"gtid":"0-1-7"}"#,
            r#"{"kind":"load","file":"b.000001","position":4,"gtid":"0-1-7","table":["shop","t"],"key":[{"int":7}]}"#,
        ] {
            let position: Position = serde_json::from_str(text).unwrap();
            assert!(matches!(&position, Position::Binlog { server: None, .. } | Position::Load { server: None, .. }), "{position:?}");
            assert_eq!(serde_json::to_string(&position).unwrap(), text);
        }
        let text = r#"{"kind":"binlog","file":"b.000001","position":4,"server":"3e11fa47"}"#;
        let position: Position = serde_json::from_str(text).unwrap();
        assert!(matches!(&position, Position::Binlog { server: Some(server), .. } if server == "3e11fa47"), "{position:?}");
        assert_eq!(serde_json::to_string(&position).unwrap(), text);
    }
}
