//! Whether a server can be a source: its binlog settings and our rights, read once and judged without a connection.

use super::connect::{Connector, Flavour};
use super::failure::{Peer, URL, grant_hint};
use crate::engine::error::{EngineError, ErrorKind};
use mysql_async::{Conn, Error, prelude::Queryable};
use shared::{Finding, Severity};
use std::collections::HashMap;

/// What the server said, not yet judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Global variables by name, as the server prints them; those it does not know are missing.
    variables: HashMap<String, String>,
    /// `None` when we may not ask.
    pub binlog_end: Option<BinlogEnd>,
    grants: Vec<String>,
}

/// The end of the binlog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct BinlogEnd {
    /// Empty when the server writes none.
    pub file: String,
    pub position: u64,
    /// Databases that the binlog is limited to or leaves out.
    filters: String,
    /// MySQL: the GTIDs executed up to here.
    pub executed: String,
}

const VARIABLES: [&str; 8] = [
    "log_bin",
    "binlog_format",
    "binlog_row_image",
    "binlog_row_value_options",
    "binlog_transaction_compression",
    "server_id",
    "server_uuid",
    "gtid_mode",
];

impl Facts {
    /// # Errors
    /// The connection broke.
    pub async fn read(connector: &Connector, conn: &mut Conn, flavour: &Flavour) -> Result<Self, EngineError> {
        let names = VARIABLES.map(|name| format!("'{name}'")).join(", ");
        let variables: Vec<(String, String)> =
            connector.answer(conn.query(format!("SHOW GLOBAL VARIABLES WHERE Variable_name IN ({names})"))).await?;
        let binlog_end = match binlog_end(connector, conn, flavour).await {
            Ok(end) => Some(end),
            Err(error) if error.kind == ErrorKind::Denied => None,
            Err(error) => return Err(error),
        };
        let grants: Vec<String> = connector.answer(conn.query("SHOW GRANTS")).await?;
        let variables = variables.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect();
        Ok(Self { variables, binlog_end, grants })
    }

    fn variable(&self, name: &str) -> &str {
        self.variables.get(name).map_or("", String::as_str)
    }

    /// What tells the server from others: MySQL's `server_uuid`, MariaDB's `server_id`.
    pub fn server(&self) -> Option<String> {
        ["server_uuid", "server_id"].into_iter().map(|name| self.variable(name)).find(|value| !value.is_empty()).map(str::to_owned)
    }

    /// MySQL keeps GTIDs for every transaction.
    pub fn gtid_mode(&self) -> bool {
        self.variable("gtid_mode").eq_ignore_ascii_case("ON")
    }

    /// Everything that keeps the server from being a source, or will.
    pub fn findings(&self, peer: &Peer) -> Vec<Finding> {
        let mut findings = Vec::new();
        let is = |name: &str, value: &str| self.variable(name).eq_ignore_ascii_case(value);
        let restart = "set it in the server's configuration and restart it";
        if !is("log_bin", "ON") && !is("log_bin", "1") {
            findings.push(
                Finding::error(URL, "binlog-disabled", format!("`{}` writes no binary log (`log_bin` is off)", peer.address))
                    .hint(format!("`log_bin=ON`, `binlog_format=ROW`, `binlog_row_image=FULL`: {restart}")),
            );
            return findings;
        }
        // A server without the variable knows rows only.
        if self.variables.contains_key("binlog_format") && !is("binlog_format", "ROW") {
            findings.push(
                Finding::error(
                    URL,
                    "binlog-format",
                    format!("`binlog_format` is {}: row values are not in the log", self.variable("binlog_format")),
                )
                .hint("SET GLOBAL binlog_format = 'ROW', in the configuration too; sessions that are open keep the old format"),
            );
        }
        if self.variables.contains_key("binlog_row_image") && !is("binlog_row_image", "FULL") {
            findings.push(
                Finding::error(
                    URL,
                    "binlog-row-image",
                    format!("`binlog_row_image` is {}: rows in the log lack columns", self.variable("binlog_row_image")),
                )
                .hint("SET GLOBAL binlog_row_image = 'FULL', in the configuration too; sessions that are open keep the old one"),
            );
        }
        if self.variable("binlog_row_value_options").to_uppercase().contains("PARTIAL_JSON") {
            findings.push(
                Finding::error(
                    URL,
                    "binlog-row-value-options",
                    "`binlog_row_value_options` is PARTIAL_JSON: updated JSON is not in the log as a whole",
                )
                .hint("SET GLOBAL binlog_row_value_options = '', in the configuration too"),
            );
        }
        if is("binlog_transaction_compression", "ON") {
            findings.push(
                Finding::warning(
                    URL,
                    "binlog-compressed",
                    "`binlog_transaction_compression` is ON: a transaction is unpacked as a whole, and needs memory for that beside `memory`",
                )
                .hint("where transactions are large: SET GLOBAL binlog_transaction_compression = OFF, or give the process room for the largest one"),
            );
        }
        if is("server_id", "0") {
            findings.push(
                Finding::error(URL, "server-id", format!("`{}` has no `server_id`, and so refuses replicas", peer.address))
                    .hint("SET GLOBAL server_id to a number above 0, in the configuration too"),
            );
        }
        match &self.binlog_end {
            None => findings.push(
                Finding::error(URL, "source-denied", format!("user `{}` may not ask for the end of the binlog", peer.user))
                    .hint(grant_hint(&peer.user)),
            ),
            Some(end) if !end.filters.is_empty() => findings.push(
                Finding::warning(URL, "binlog-filtered", format!("the binlog leaves databases out: {}", end.filters))
                    .hint("changes of databases that are not in the log are not seen: look at `binlog_do_db` and `binlog_ignore_db`"),
            ),
            Some(_) => {}
        }
        findings.extend(self.replication_right(peer));
        findings
    }

    fn replication_right(&self, peer: &Peer) -> Option<Finding> {
        let upper: Vec<String> = self.grants.iter().map(|grant| grant.to_uppercase()).collect();
        let global = |right: &str| {
            upper.iter().any(|g| g.contains(" ON *.* ") && g.split(" ON *.* ").next().is_some_and(|rights| rights.contains(right)))
        };
        if global("ALL PRIVILEGES") || global("REPLICATION SLAVE") {
            return None;
        }
        // A role may hold the right; only the attempt tells.
        let severity = if upper.iter().any(|g| !g.contains(" ON ")) { Severity::Warning } else { Severity::Error };
        let message = format!("user `{}` has not been granted REPLICATION SLAVE", peer.user);
        Some(Finding::new(severity, URL, "source-denied", message).hint(grant_hint(&peer.user)))
    }
}

/// Where the binlog ends now; an empty file name when the server writes none.
///
/// # Errors
/// `Denied` without REPLICATION CLIENT; else the connection broke.
pub(super) async fn binlog_end(connector: &Connector, conn: &mut Conn, flavour: &Flavour) -> Result<BinlogEnd, EngineError> {
    let row: Option<mysql_async::Row> = match connector.timely(conn.query_first(flavour.binlog_status_statement())).await? {
        Ok(row) => row,
        // ER_NO_BINARY_LOGGING
        Err(Error::Server(error)) if error.code == 1381 => None,
        Err(error) => return Err(connector.failed(error)),
    };
    let Some(mut row) = row else { return Ok(BinlogEnd::default()) };
    let mut text = |index: usize| row.take_opt::<Option<String>, _>(index).and_then(Result::ok).flatten().unwrap_or_default();
    let (file, position, only, without, executed) = (text(0), text(1), text(2), text(3), text(4));
    let named = |name: &str, list: String| if list.is_empty() { String::new() } else { format!("{name}={list}") };
    let filters =
        [named("binlog_do_db", only), named("binlog_ignore_db", without)].into_iter().filter(|f| !f.is_empty()).collect::<Vec<_>>();
    Ok(BinlogEnd { file, position: position.parse().unwrap_or(0), filters: filters.join(", "), executed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Facts {
        let variables = [("log_bin", "ON"), ("binlog_format", "ROW"), ("binlog_row_image", "FULL"), ("server_id", "1")];
        Facts {
            variables: variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            binlog_end: Some(BinlogEnd { file: "b.000001".into(), position: 4, ..BinlogEnd::default() }),
            grants: vec!["GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `cdc`@`%`".into()],
        }
    }

    fn codes(facts: &Facts) -> Vec<(Severity, String)> {
        let peer = Peer { address: "db:3306".into(), user: "cdc".into(), ..Peer::default() };
        facts.findings(&peer).into_iter().map(|f| (f.severity, f.code)).collect()
    }

    #[test]
    fn a_server_that_is_set_up_right_has_no_findings() {
        assert_eq!(codes(&good()), []);
    }

    #[test]
    fn each_wrong_setting_has_its_finding() {
        let cases = [
            ("log_bin", "OFF", "binlog-disabled"),
            ("binlog_format", "MIXED", "binlog-format"),
            ("binlog_row_image", "MINIMAL", "binlog-row-image"),
            ("binlog_row_value_options", "PARTIAL_JSON", "binlog-row-value-options"),
            ("server_id", "0", "server-id"),
        ];
        for (name, value, code) in cases {
            let mut facts = good();
            facts.variables.insert(name.into(), value.into());
            assert_eq!(codes(&facts), [(Severity::Error, code.into())], "{name}={value}");
        }
    }

    #[test]
    fn a_server_is_known_by_its_uuid_or_else_by_its_id() {
        let mut facts = good();
        assert_eq!(facts.server().as_deref(), Some("1"));
        facts.variables.insert("server_uuid".into(), "3e11fa47-71ca-11e1-9e33-c80aa9429562".into());
        assert_eq!(facts.server().as_deref(), Some("3e11fa47-71ca-11e1-9e33-c80aa9429562"));
    }

    #[test]
    fn transactions_that_come_compressed_are_warned_of() {
        let mut facts = good();
        facts.variables.insert("binlog_transaction_compression".into(), "ON".into());
        assert_eq!(codes(&facts), [(Severity::Warning, "binlog-compressed".into())]);
    }

    #[test]
    fn missing_rights_are_errors_and_possible_ones_warnings() {
        let mut facts = good();
        facts.grants = vec!["GRANT SELECT ON *.* TO `cdc`@`%`".into(), "GRANT REPLICATION SLAVE ON `x`.* TO `cdc`@`%`".into()];
        assert_eq!(codes(&facts), [(Severity::Error, "source-denied".into())]);
        facts.grants.push("GRANT `replicator` TO `cdc`@`%`".into());
        assert_eq!(codes(&facts), [(Severity::Warning, "source-denied".into())]);
        facts.grants = vec!["GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION".into()];
        facts.binlog_end = None;
        assert_eq!(codes(&facts), [(Severity::Error, "source-denied".into())]);
    }
}
