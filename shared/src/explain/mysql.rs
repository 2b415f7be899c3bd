//! MySQL and MariaDB: as the source of changes, and behind a JDBC sink. Numbers are the server's.

use super::entry::{Code, Entry};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        code: Code::Exact("1045"),
        title: "MySQL refuses the login",
        seen: &[&["access denied for user", "using password"]],
        path: "source.password",
        cause: "User or password is wrong, the user may not come from this host, or the account is made with REQUIRE SSL or X509.",
        fix: "Try the same with the `mysql` client; the password is stored raw, not percent-encoded. For REQUIRE SSL set `source.tls`, for REQUIRE X509 `source.cert` and `source.key` too.",
    },
    Entry {
        code: Code::Exact("3159"),
        title: "MySQL takes only connections with TLS",
        seen: &[&["insecure transport are prohibited"]],
        path: "source.tls",
        cause: "The server runs with `require_secure_transport`.",
        fix: "Set `source.tls` to `verify`, and `source.ca` to the file of the authority that signed the server's certificate.",
    },
    Entry {
        code: Code::Exact("1227"),
        title: "The MySQL user lacks a right",
        seen: &[&["access denied; you need", "privilege"]],
        path: "source.url",
        cause: "Reading the binlog needs rights beside SELECT.",
        fix: "Run `GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO user`.",
    },
    Entry {
        code: Code::Exact("1236"),
        title: "The binlog no longer has the position",
        seen: &[
            &["could not find first log file name in binary log index file"],
            &["purged binary logs containing gtids"],
            &["got fatal error 1236"],
        ],
        path: "source.start",
        cause: "The server deleted the binlogs after the checkpoint: the pipeline stood still longer than they are kept.",
        fix: "Start anew with `snapshot`, and raise `binlog_expire_logs_seconds`.",
    },
    Entry {
        code: Code::None,
        title: "The rows of an XA transaction are gone",
        seen: &[&["xa transaction", "the binlog with its rows is no longer on the server"]],
        path: "source.start",
        cause: "It was prepared in a binlog that the server has deleted since, and committed now: its rows cannot be read any more.",
        fix: "Start anew with `snapshot`. Keep binlogs for longer than transactions stay prepared; `XA RECOVER` lists those that still are.",
    },
    Entry {
        code: Code::None,
        title: "Two replicas have one server id",
        seen: &[&["with the same server_uuid/server_id as this"]],
        path: "source.server_id",
        cause: "Another replica of the server has the same id; each puts the other out.",
        fix: "Set `source.server_id` to a number that no replica has.",
    },
    Entry {
        code: Code::None,
        title: "The binlog is not in row format",
        seen: &[&["binlog_format", "statement"], &["binlog_format", "mixed"], &["binlog_format", "must be row"]],
        path: "source.url",
        cause: "Changes can be read from row events only, with all columns.",
        fix: "Run `SET GLOBAL binlog_format = ROW; SET GLOBAL binlog_row_image = FULL;` and let clients reconnect.",
    },
    Entry {
        code: Code::Exact("1062"),
        title: "A key is there already in MySQL",
        seen: &[&["duplicate entry", "for key"]],
        path: "connectors[0].config.\"insert.mode\"",
        cause: "`insert.mode=INSERT` repeats the key for every update, or a unique index of the target is stricter than the source.",
        fix: "Set `insert.mode=UPSERT` with `pk.mode=record_key`.",
    },
    Entry {
        code: Code::Exact("1071"),
        title: "A key is too long for MySQL's index",
        seen: &[&["specified key was too long"], &["blob/text column", "used in key specification without a key length"]],
        path: "connectors[0].config.\"auto.create\"",
        cause: "The connector makes text columns without a length, or a key of more than 3072 bytes.",
        fix: "Create the table beforehand with `varchar(n)` keys.",
    },
];
