//! Connections to the server: address and account from the pipeline document, sessions set up the way a reader needs.

use super::failure::{Peer, URL, connect_timed_out, failure, query_failed};
use super::tls::TlsOptions;
use crate::engine::error::{EngineError, ErrorKind};
use mysql_async::{Conn, Opts, OptsBuilder, prelude::Queryable};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// How long a connection attempt may take, in seconds, DNS and login included.
const CONNECT_SECONDS: u64 = 10;
const DEFAULT_PORT: u16 = 3306;
/// How long a question of ours may take, in seconds: the list of 100,000 tables is not made at once, and a table's definition waits for
/// whoever alters it.
const ANSWER_SECONDS: u64 = 600;
/// Idle time after which the system asks whether the server is still there, in seconds.
const KEEPALIVE_SECONDS: u64 = 30;
/// The largest packet there is: a binlog event may be larger than the server's `max_allowed_packet` for statements.
const MAX_PACKET_BYTES: usize = 1 << 30;

/// Where the server is and who we are there. No `Debug`: it holds the password.
#[derive(Clone)]
pub(super) struct Connector {
    options: Opts,
    peer: Peer,
}

/// What a server says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flavour {
    pub mariadb: bool,
    pub version: (u16, u16, u16),
    /// `MariaDB 10.11.6` or `MySQL 8.4.2`, for people.
    pub name: String,
}

impl Connector {
    /// From `mysql://user@host:3306[/db]` and the password. A password inside the URL counts when none is given beside it.
    ///
    /// # Errors
    /// `Config` when the URL is not one (its text is never repeated, since it may hold a password) or a TLS file is no PEM.
    pub fn new(url: &str, password: Option<&SecretString>, tls: &TlsOptions) -> Result<Self, EngineError> {
        let bad = |why: &str| {
            failure(
                ErrorKind::Config,
                URL,
                "source-url",
                format!("the address of the database is not usable: {why}"),
                "write `mysql://user@host:3306`, with the password in `source.password`",
            )
        };
        let parsed = url::Url::parse(url.trim()).map_err(|e| bad(&e.to_string()))?;
        if !matches!(parsed.scheme(), "mysql" | "mariadb") {
            return Err(bad("it does not begin with `mysql://`"));
        }
        let host = parsed.host_str().filter(|h| !h.is_empty()).ok_or_else(|| bad("it has no host"))?;
        if parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(bad("parameters after `?` or `#` are not understood"));
        }
        let decode = |text: &str| percent_decode_str(text).decode_utf8().map(|t| t.into_owned());
        let user = decode(parsed.username()).map_err(|_| bad("the user name is not UTF-8"))?;
        if user.is_empty() {
            return Err(bad("it has no user"));
        }
        let in_url = parsed.password().map(decode).transpose().map_err(|_| bad("the password is not UTF-8"))?;
        let database = decode(parsed.path().trim_matches('/')).map_err(|_| bad("the database name is not UTF-8"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = parsed.port().unwrap_or(DEFAULT_PORT);

        let address = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        let peer = Peer { address, user: user.clone(), channel: tls.channel() };
        let options = OptsBuilder::default()
            .ip_or_hostname(host)
            .tcp_port(port)
            .user(Some(user))
            .pass(password.map(|p| p.expose_secret().to_owned()).or(in_url))
            .db_name(Some(database).filter(|d| !d.is_empty()))
            .prefer_socket(false)
            .tcp_nodelay(true)
            .tcp_keepalive(Some(Duration::from_secs(KEEPALIVE_SECONDS)))
            .max_allowed_packet(Some(MAX_PACKET_BYTES))
            .stmt_cache_size(0)
            .ssl_opts(tls.for_driver()?)
            .into();
        Ok(Self { options, peer })
    }

    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// A fresh, logged-in session in UTC.
    ///
    /// # Errors
    /// Not reachable (`Transient`) or refused (`Denied`).
    pub async fn open(&self) -> Result<Conn, EngineError> {
        let attempt = tokio::time::timeout(Duration::from_secs(CONNECT_SECONDS), Conn::new(self.options.clone()));
        let mut conn = match attempt.await {
            Ok(Ok(conn)) => conn,
            Ok(Err(error)) => return Err(query_failed(&self.peer, error)),
            Err(_) => return Err(connect_timed_out(&self.peer, CONNECT_SECONDS)),
        };
        // SHOW CREATE TABLE must quote and spell everything in the plain MySQL way whatever the server's default mode.
        self.answer(conn.query_drop("SET time_zone = '+00:00', sql_mode = '', sql_quote_show_create = 1")).await?;
        Ok(conn)
    }

    /// The server's answer to a question, in time.
    ///
    /// # Errors
    /// What [`failed`](Self::failed) makes of the driver's, or no answer within [`ANSWER_SECONDS`].
    pub async fn answer<T>(&self, question: impl Future<Output = mysql_async::Result<T>>) -> Result<T, EngineError> {
        self.timely(question).await?.map_err(|e| self.failed(e))
    }

    /// As [`answer`](Self::answer), with the driver's own error for who looks at its number.
    ///
    /// # Errors
    /// No answer within [`ANSWER_SECONDS`].
    pub async fn timely<T>(&self, question: impl Future<Output = mysql_async::Result<T>>) -> Result<mysql_async::Result<T>, EngineError> {
        tokio::time::timeout(Duration::from_secs(ANSWER_SECONDS), question).await.map_err(|_| {
            failure(
                ErrorKind::Transient,
                URL,
                "source-silent",
                format!("`{}` has not answered for {ANSWER_SECONDS} s", self.peer.address),
                "it is tried again by itself; if it stays, look with SHOW PROCESSLIST what our session waits for: an ALTER TABLE perhaps",
            )
        })
    }

    /// The driver's error, put into words.
    pub fn failed(&self, error: mysql_async::Error) -> EngineError {
        query_failed(&self.peer, error)
    }

    /// # Errors
    /// The connection broke.
    pub async fn flavour(&self, conn: &mut Conn) -> Result<Flavour, EngineError> {
        let version: Option<String> = self.answer(conn.query_first("SELECT VERSION()")).await?;
        Ok(Flavour::parse(&version.unwrap_or_default()))
    }
}

impl Flavour {
    /// From `SELECT VERSION()`, e.g. `10.11.6-MariaDB-0+deb12u1-log`.
    fn parse(text: &str) -> Self {
        let mariadb = text.to_lowercase().contains("mariadb");
        // Old MariaDB servers put a replication prefix before their own version.
        let text = if mariadb { text.strip_prefix("5.5.5-").unwrap_or(text) } else { text };
        let number = text.split('-').next().unwrap_or_default();
        let mut parts = number.split('.').map(|part| part.parse::<u16>().unwrap_or(0));
        let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        Self { mariadb, version, name: format!("{} {number}", if mariadb { "MariaDB" } else { "MySQL" }) }
    }

    /// MySQL 8.2 renamed the statement, 8.4 dropped the old name; MariaDB keeps it.
    pub fn binlog_status_statement(&self) -> &'static str {
        if !self.mariadb && self.version >= (8, 2, 0) { "SHOW BINARY LOG STATUS" } else { "SHOW MASTER STATUS" }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_takes_its_defaults() {
        let plain = TlsOptions::default();
        let connector = Connector::new("mysql://cdc%40x@db.example", Some(&SecretString::from("p")), &plain).unwrap();
        assert_eq!(connector.peer(), &Peer { address: "db.example:3306".into(), user: "cdc@x".into(), ..Peer::default() });
        assert!(connector.options.ssl_opts().is_none());
        assert_eq!(connector.options.tcp_keepalive(), Some(Duration::from_secs(30)), "a dead server must not be waited for");
        assert_eq!(connector.options.pass(), Some("p"));
        assert_eq!(connector.options.db_name(), None);
        let six = Connector::new("mysql://u@[::1]:3307/shop", None, &plain).unwrap();
        assert_eq!(six.peer().address, "[::1]:3307");
        assert_eq!(six.options.ip_or_hostname(), "::1");
        assert_eq!(six.options.db_name(), Some("shop"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_without_an_answer_is_given_up() {
        let connector = Connector::new("mysql://u@db.example", None, &TlsOptions::default()).unwrap();
        let error = connector.answer::<()>(std::future::pending()).await.unwrap_err();
        assert_eq!((error.kind, error.finding.code.as_str()), (ErrorKind::Transient, "source-silent"));
        assert_eq!(connector.answer(async { Ok(7) }).await.unwrap(), 7);
    }

    #[test]
    fn a_bad_address_is_a_finding_that_does_not_repeat_it() {
        for url in
            ["", "postgres://u:hunter2@h", "mysql://h:hunter2x", "mysql://:hunter2@h", "mysql://u:hunter2@h?ssl=1", "mysql://u:hunter2@"]
        {
            let Err(error) = Connector::new(url, None, &TlsOptions::default()) else { panic!("`{url}` was taken") };
            assert_eq!((error.kind, error.finding.code.as_str(), error.finding.path.as_str()), (ErrorKind::Config, "source-url", URL));
            assert!(!format!("{error:?} {error}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn a_version_text_tells_the_flavour() {
        let maria = Flavour::parse("10.11.6-MariaDB-0+deb12u1-log");
        assert_eq!((maria.mariadb, maria.version, maria.name.as_str()), (true, (10, 11, 6), "MariaDB 10.11.6"));
        assert_eq!(maria.binlog_status_statement(), "SHOW MASTER STATUS");
        assert_eq!(Flavour::parse("5.5.5-10.6.1-MariaDB").version, (10, 6, 1));
        assert_eq!(Flavour::parse("8.4.2").binlog_status_statement(), "SHOW BINARY LOG STATUS");
        assert_eq!(Flavour::parse("8.0.36-0ubuntu0").binlog_status_statement(), "SHOW MASTER STATUS");
    }
}
