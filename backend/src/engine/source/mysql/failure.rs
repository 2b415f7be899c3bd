//! What the server's and the driver's errors mean for a person: kind, finding, advice.

use super::tls::{self, Channel};
use crate::engine::error::{EngineError, ErrorKind};
use mysql_async::{DriverError, Error, IoError, ServerError};
use shared::Finding;

/// Where findings about the server's address and account belong in the pipeline document.
pub(super) const URL: &str = "source.url";
pub(super) const PASSWORD: &str = "source.password";
pub(super) const START: &str = "source.start";
pub(super) const SERVER_ID: &str = "source.server_id";

/// Whom we talk to, for messages: never holds the password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Peer {
    /// `host:port`.
    pub address: String,
    pub user: String,
    pub channel: Channel,
}

/// An error of our own making.
pub(super) fn failure(kind: ErrorKind, path: &str, code: &str, message: impl Into<String>, hint: impl Into<String>) -> EngineError {
    EngineError::new(kind, Finding::error(path, code, message).hint(hint))
}

/// The statement that grants what a changefeed needs.
pub(super) fn grant_hint(user: &str) -> String {
    format!("as an administrator: GRANT REPLICATION SLAVE, REPLICATION CLIENT, SELECT ON *.* TO '{user}'@'%'")
}

/// Error of a connection attempt or a query.
pub(super) fn query_failed(peer: &Peer, error: Error) -> EngineError {
    let engine = match &error {
        Error::Server(server) => server_error(peer, server),
        Error::Io(IoError::Tls(tls)) => tls::handshake_failed(peer, &tls.to_string()),
        // With TLS 1.3 the server's word on our certificate comes after the handshake.
        Error::Io(io) if tls::is_alert(&io.to_string()) => tls::handshake_failed(peer, &io.to_string()),
        Error::Io(io) => unreachable(peer, &io.to_string()),
        Error::Driver(DriverError::NoClientSslFlagFromServer) => tls::not_offered(peer),
        Error::Driver(_) | Error::Other(_) | Error::Url(_) => failure(
            ErrorKind::Transient,
            URL,
            "source-lost",
            format!("the connection to `{}` broke: {error}", peer.address),
            "it is tried again by itself; if it stays, look at the server's error log",
        ),
    };
    engine.caused_by(error)
}

/// No answer within the time a connection attempt gets.
pub(super) fn connect_timed_out(peer: &Peer, seconds: u64) -> EngineError {
    unreachable(peer, &format!("no answer within {seconds} s"))
}

pub(super) fn unreachable(peer: &Peer, cause: &str) -> EngineError {
    let lower = cause.to_lowercase();
    let (what, hint) = if lower.contains("lookup") || lower.contains("not known") || lower.contains("no such host") {
        (format!("the host of `{}` has no address: {cause}", peer.address), "check the host's spelling and this machine's DNS".to_owned())
    } else if lower.contains("refused") {
        (
            format!("nothing listens at `{}`: {cause}", peer.address),
            "check host and port, that the server runs, and that its `bind_address` lets this machine in".to_owned(),
        )
    } else if lower.contains("closed") || lower.contains("reset") || lower.contains("broken pipe") || lower.contains("eof") {
        let certificate = match peer.channel {
            Channel::TlsWithCertificate => "; a server that does not trust our certificate (`source.cert`) closes like this too",
            Channel::Plain | Channel::Tls => "",
        };
        (
            format!("the connection to `{}` was closed: {cause}", peer.address),
            format!("it is tried again by itself; if it stays, look at the server's error log{certificate}"),
        )
    } else {
        (format!("`{}` cannot be reached: {cause}", peer.address), "check host, port, firewall and that the server runs".to_owned())
    };
    failure(ErrorKind::Transient, URL, "source-unreachable", what, hint)
}

fn server_error(peer: &Peer, error: &ServerError) -> EngineError {
    let said = format!("{} (error {})", error.message.trim_end_matches('.'), error.code);
    match error.code {
        // ER_ACCESS_DENIED_ERROR, ER_ACCESS_DENIED_NO_PASSWORD_ERROR
        1045 | 1698 => failure(
            ErrorKind::Denied,
            PASSWORD,
            "source-denied",
            format!("`{}` refused user `{}`: {said}", peer.address, peer.user),
            match peer.channel {
                Channel::Plain => {
                    "check user and password, and that the account may log in from this host; one that is made with REQUIRE SSL or X509 is \
                     refused like this too: set `source.tls`"
                }
                Channel::Tls => {
                    "check user and password, and that the account may log in from this host; one that is made with REQUIRE X509 is refused \
                     like this too: give `source.cert` and `source.key`"
                }
                Channel::TlsWithCertificate => {
                    "check user and password, that the account may log in from this host, and that our certificate is the one that it \
                     requires (ISSUER, SUBJECT)"
                }
            },
        ),
        // ER_DBACCESS_DENIED_ERROR, ER_TABLEACCESS_DENIED_ERROR, ER_SPECIFIC_ACCESS_DENIED_ERROR, ER_KILL_DENIED_ERROR
        1044 | 1142 | 1143 | 1227 | 1370 => failure(
            ErrorKind::Denied,
            URL,
            "source-denied",
            format!("user `{}` lacks a right on `{}`: {said}", peer.user, peer.address),
            grant_hint(&peer.user),
        ),
        // ER_HOST_NOT_PRIVILEGED, ER_HOST_IS_BLOCKED
        1130 | 1129 => failure(
            ErrorKind::Denied,
            URL,
            "source-denied",
            format!("`{}` does not let this machine in: {said}", peer.address),
            "create the account for this host, or run FLUSH HOSTS when it was blocked",
        ),
        // ER_SECURE_TRANSPORT_REQUIRED
        3159 => failure(
            ErrorKind::Config,
            tls::TLS,
            "source-tls",
            format!("`{}` takes only TLS connections: {said}", peer.address),
            "set `source.tls = \"verify\"`, and in `source.ca` the authority that signed the server's certificate",
        ),
        // ER_BAD_DB_ERROR
        1049 => failure(
            ErrorKind::Config,
            URL,
            "source-database",
            format!("the database named in the URL is not there: {said}"),
            "leave the database out of `source.url`; the filter chooses tables",
        ),
        // ER_MASTER_FATAL_ERROR_READING_BINLOG
        1236 => binlog_refused(peer, error, &said),
        // ER_SLAVE_SAME_ID has different numbers on different servers.
        _ if error.message.contains("same server_uuid/server_id") => server_id_clash(peer, &said),
        // ER_NO_BINARY_LOGGING
        1381 => failure(
            ErrorKind::Config,
            URL,
            "binlog-disabled",
            format!("`{}` writes no binary log: {said}", peer.address),
            "start the server with `log_bin=ON`, `binlog_format=ROW` and `binlog_row_image=FULL`",
        ),
        // Too many connections, shutting down, killed, lock waits: gone by the next attempt.
        1040 | 1053 | 1152 | 1158..=1161 | 1184 | 1203 | 1205 | 1213 | 1226 | 1317 | 1927 | 3024 => failure(
            ErrorKind::Transient,
            URL,
            "source-lost",
            format!("`{}` broke off: {said}", peer.address),
            "it is tried again by itself",
        ),
        _ => failure(
            ErrorKind::Transient,
            URL,
            "source-error",
            format!("`{}` answered: {said}", peer.address),
            "it is tried again by itself; if it stays, look at the server's error log",
        ),
    }
}

/// Error 1236 covers everything that can go wrong while the server reads its binlog for us; only its text tells them apart.
fn binlog_refused(peer: &Peer, error: &ServerError, said: &str) -> EngineError {
    let text = error.message.to_lowercase();
    if text.contains("same server_uuid/server_id") || text.contains("same server_id") {
        return server_id_clash(peer, said);
    }
    if text.contains("max_allowed_packet") {
        return failure(
            ErrorKind::Config,
            URL,
            "binlog-packet",
            format!("`{}` cannot send an event this large: {said}", peer.address),
            "raise `max_allowed_packet` on the server (1 GiB is its maximum)",
        );
    }
    if text.contains("binary log is not open") {
        return failure(
            ErrorKind::Config,
            URL,
            "binlog-disabled",
            format!("`{}` writes no binary log: {said}", peer.address),
            "start the server with `log_bin=ON`, `binlog_format=ROW` and `binlog_row_image=FULL`",
        );
    }
    if text.contains("misconfigured master") || text.contains("server id was not set") || text.contains("server_id was not set") {
        return failure(
            ErrorKind::Config,
            URL,
            "server-id",
            format!("`{}` has no server id of its own: {said}", peer.address),
            "set `server_id` on the server to a number above 0",
        );
    }
    failure(
        ErrorKind::PositionLost,
        START,
        "binlog-purged",
        format!("`{}` no longer has the changes after the starting point: {said}", peer.address),
        "start anew (a snapshot, or from now on), and keep binlogs longer: `binlog_expire_logs_seconds` / `expire_logs_days`",
    )
}

fn server_id_clash(peer: &Peer, said: &str) -> EngineError {
    failure(
        ErrorKind::Config,
        SERVER_ID,
        "server-id-clash",
        format!("another replica of `{}` uses the same server id: {said}", peer.address),
        "give this pipeline a `source.server_id` that no replica and no other pipeline uses",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer() -> Peer {
        Peer { address: "db:3306".into(), user: "cdc".into(), ..Peer::default() }
    }

    fn server(code: u16, message: &str) -> EngineError {
        query_failed(&peer(), Error::Server(ServerError { code, message: message.into(), state: "HY000".into() }))
    }

    #[test]
    fn server_errors_become_the_kinds_the_engine_acts_on() {
        let cases = [
            (1045, "Access denied for user 'cdc'@'x' (using password: YES)", ErrorKind::Denied, PASSWORD, "source-denied"),
            (1227, "Access denied; you need REPLICATION SLAVE", ErrorKind::Denied, URL, "source-denied"),
            (1236, "Could not find first log file name in binary log index file", ErrorKind::PositionLost, START, "binlog-purged"),
            (
                1236,
                "A slave with the same server_uuid/server_id as this slave has connected to the master",
                ErrorKind::Config,
                SERVER_ID,
                "server-id-clash",
            ),
            (1236, "log event entry exceeded max_allowed_packet", ErrorKind::Config, URL, "binlog-packet"),
            (
                3159,
                "Connections using insecure transport are prohibited while --require_secure_transport=ON.",
                ErrorKind::Config,
                "source.tls",
                "source-tls",
            ),
            (1040, "Too many connections", ErrorKind::Transient, URL, "source-lost"),
            (9999, "Something new", ErrorKind::Transient, URL, "source-error"),
        ];
        for (code, message, kind, path, finding) in cases {
            let error = server(code, message);
            assert_eq!((error.kind, error.finding.path.as_str(), error.finding.code.as_str()), (kind, path, finding), "{message}");
            assert!(!error.finding.hint.is_empty(), "{message}");
        }
    }

    #[test]
    fn a_refused_connection_says_that_nothing_listens() {
        let refused = std::io::Error::new(std::io::ErrorKind::ConnectionRefused, "Connection refused (os error 111)");
        let error = query_failed(&peer(), Error::Io(mysql_async::IoError::Io(refused)));
        assert_eq!(error.kind, ErrorKind::Transient);
        assert!(error.finding.message.contains("nothing listens at `db:3306`"), "{}", error.finding.message);
    }
}
