//! The source's fields, each kind its own.

use crate::Finding;
use crate::config::{Pipeline, Source, SourceKind, SourceTls, StartFrom, Target, source_tls};

pub(super) fn check(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    let source = &pipeline.source;
    match source.kind {
        SourceKind::Tidb => check_tidb(pipeline, findings),
        SourceKind::Mysql => check_mysql(source, findings),
        SourceKind::Tpcc => check_tpcc(source, findings),
    }
    check_unused(source, findings);
    match StartFrom::parse(&source.start) {
        Err(finding) => findings.push(finding),
        Ok(start) => check_start(source.kind, &start, findings),
    }
}

fn check_tidb(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    let pd = &pipeline.source.pd;
    if pd.is_empty() && pipeline.changefeed.target == Target::Native {
        findings.push(
            Finding::error("source.pd", "source-pd-missing", "The TiDB source has no PD address.")
                .hint("Give one, for example `http://127.0.0.1:2379`."),
        );
    }
    for (i, url) in pd.iter().enumerate() {
        let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        if host.is_none_or(|host| host.is_empty() || host.contains(char::is_whitespace)) {
            findings.push(
                Finding::error(
                    format!("source.pd[{i}]"),
                    "source-pd-invalid",
                    "A PD address is a URL that begins with `http://` or `https://`.",
                )
                .hint("For example `http://127.0.0.1:2379`."),
            );
        }
    }
}

fn check_mysql(source: &Source, findings: &mut Vec<Finding>) {
    let shape = "Write it as `mysql://user@host:3306/database`.";
    if source.url.is_empty() {
        findings.push(Finding::error("source.url", "source-url-missing", "The MySQL source has no URL.").hint(shape));
    } else if !is_mysql_url(&source.url) {
        findings.push(Finding::error("source.url", "source-url-invalid", "The source's URL is not a MySQL URL.").hint(shape));
    } else if source.url.split_once("://").is_some_and(|(_, rest)| rest.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))) {
        findings.push(
            Finding::warning("source.url", "source-url-password", "The URL holds a password.")
                .hint("Saving moves it to `source.password`."),
        );
    }
    check_parameters(source, findings);
    check_tls(source, findings);
    if source.server_id == Some(0) {
        findings.push(
            Finding::error("source.server_id", "source-server-id-invalid", "0 is no replica's server id.")
                .hint("Choose a number that no other replica of the server uses, or leave it out."),
        );
    }
}

fn check_parameters(source: &Source, findings: &mut Vec<Finding>) {
    if !source.url.contains('?') {
        return;
    }
    findings.push(match source_tls::in_url(&source.url) {
        Some((_, word)) if source.tls.is_empty() || source.tls == word => {
            Finding::warning("source.url", "source-url-parameters", "The URL says how TLS is used.")
                .hint(format!("Saving moves it to `source.tls`: `{word}`."))
        }
        _ => Finding::error("source.url", "source-url-parameters", "Parameters behind the `?` of the source's URL are not understood.")
            .hint("Leave them out. TLS has fields of its own: `source.tls`, `source.ca`, `source.cert` and `source.key`."),
    });
}

fn check_tls(source: &Source, findings: &mut Vec<Finding>) {
    for (given, missing, is_half) in [
        ("cert", "key", !source.cert.is_empty() && source.key.is_empty()),
        ("key", "cert", source.cert.is_empty() && !source.key.is_empty()),
    ] {
        if is_half {
            let message = format!("`source.{given}` is given without `source.{missing}`.");
            findings.push(
                Finding::error(format!("source.{missing}"), "source-tls-incomplete", message)
                    .hint("Our certificate and its key go together: give both or none."),
            );
        }
    }
    match source.tls_mode() {
        SourceTls::Off => {
            for (name, is_given) in [("ca", !source.ca.is_empty()), ("cert", !source.cert.is_empty()), ("key", !source.key.is_empty())] {
                if is_given {
                    let message = format!("`source.{name}` has no effect: `source.tls` is `off`.");
                    findings.push(
                        Finding::warning(format!("source.{name}"), "source-tls-unused", message)
                            .hint("Set `source.tls` to `verify`, or remove the file."),
                    );
                }
            }
        }
        SourceTls::SkipVerify => findings.push(
            Finding::warning("source.tls", "source-tls-not-verified", "The database's certificate is not verified.")
                .hint("Whoever is on the way can pose as the database. Give `source.ca`, and set `verify` or `verify-ca`."),
        ),
        SourceTls::Verify | SourceTls::VerifyCa => {}
    }
}

fn is_mysql_url(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("mysql://") else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (name, port) = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).unwrap_or((host, "3306"));
    !name.is_empty() && !name.contains(char::is_whitespace) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

fn check_tpcc(source: &Source, findings: &mut Vec<Finding>) {
    if source.warehouses.is_some_and(|warehouses| !(1..=100).contains(&warehouses)) {
        findings.push(Finding::error("source.warehouses", "source-warehouses-invalid", "The workload has from 1 to 100 warehouses."));
    }
    if source.rows_per_second.is_some_and(|rate| rate > 1_000_000) {
        findings.push(
            Finding::error("source.rows_per_second", "source-rate-invalid", "The workload makes at most 1,000,000 rows a second.")
                .hint("0 is as fast as possible."),
        );
    }
}

/// Fields of another kind are kept but do nothing, which is worth a word.
fn check_unused(source: &Source, findings: &mut Vec<Finding>) {
    let fields = [
        ("pd", SourceKind::Tidb, !source.pd.is_empty()),
        ("url", SourceKind::Mysql, !source.url.is_empty()),
        ("password", SourceKind::Mysql, !source.password.is_empty()),
        ("tls", SourceKind::Mysql, !source.tls.is_empty()),
        ("server_id", SourceKind::Mysql, source.server_id.is_some()),
        ("warehouses", SourceKind::Tpcc, source.warehouses.is_some()),
        ("rows_per_second", SourceKind::Tpcc, source.rows_per_second.is_some()),
    ];
    let files = [("ca", !source.ca.is_empty()), ("cert", !source.cert.is_empty()), ("key", !source.key.is_empty())];
    // The workload is nobody's server; all the others have one.
    let files = files.map(|(name, given)| (name, given && source.kind == SourceKind::Tpcc));
    let unused = fields.map(|(name, kind, given)| (name, given && kind != source.kind)).into_iter().chain(files);
    for (name, is_unused) in unused {
        if is_unused {
            let message = format!("`{name}` belongs to another kind of source and has no effect here.");
            findings.push(
                Finding::warning(format!("source.{name}"), "source-field-unused", message)
                    .hint("Check `source.kind`, or remove the field."),
            );
        }
    }
}

fn check_start(kind: SourceKind, start: &StartFrom, findings: &mut Vec<Finding>) {
    let fits = match start {
        StartFrom::Now | StartFrom::Snapshot => true,
        StartFrom::Tso(_) | StartFrom::Time(_) => kind != SourceKind::Tpcc,
        StartFrom::Binlog { .. } | StartFrom::Gtid(_) => kind == SourceKind::Mysql,
    };
    if !fits {
        let message = match kind {
            SourceKind::Tpcc => "The workload starts `now` or with a `snapshot`; it has no past.",
            _ => "A binlog position or GTID set is for MySQL sources only.",
        };
        findings.push(Finding::error("source.start", "start-does-not-fit", message).hint("Use `now` or `snapshot`."));
    }
}
