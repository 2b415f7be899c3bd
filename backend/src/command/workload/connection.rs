//! Connecting to the target; what it says never holds a password.

use super::Target;
use anyhow::{Context, bail};
use mysql_async::{Conn, Error, Opts, OptsBuilder, UrlError, prelude::Queryable};

/// A session on the target's database, and the name of that database.
pub(super) struct Session {
    pub conn: Conn,
    pub database: String,
}

const DEFAULT_DATABASE: &str = "tpcc";

/// Connects; makes the database first when `create` is set and it is not there.
pub(super) async fn connect(target: &Target, create: bool) -> anyhow::Result<Session> {
    let (options, database) = options(target)?;
    let address = format!("{}:{}", options.ip_or_hostname(), options.tcp_port());
    let user = options.user().unwrap_or_default().to_owned();
    let mut conn = Conn::new(OptsBuilder::from_opts(options).db_name(None::<String>))
        .await
        .with_context(|| format!("no connection to `{address}` as user `{user}`"))?;
    let known: Option<String> = conn
        .exec_first("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?", (&database,))
        .await
        .context("the server's databases cannot be listed")?;
    let quoted = format!("`{}`", database.replace('`', "``"));
    if known.is_none() {
        if !create {
            bail!("there is no database `{database}` at `{address}`: run `workload tpcc prepare` first");
        }
        conn.query_drop(format!("CREATE DATABASE {quoted}")).await.with_context(|| format!("database `{database}` cannot be created"))?;
    }
    conn.query_drop(format!("USE {quoted}")).await.with_context(|| format!("database `{database}` cannot be used"))?;
    Ok(Session { conn, database })
}

fn options(target: &Target) -> anyhow::Result<(Opts, String)> {
    // The error is worded here: its own text may quote the URL.
    let options = Opts::from_url(&target.url).map_err(|error| match error {
        UrlError::UnsupportedScheme { .. } => anyhow::anyhow!("`--url` has to begin with `mysql://`"),
        UrlError::UnknownParameter { param } => anyhow::anyhow!("`--url` has an unknown parameter `{param}`"),
        _ => anyhow::anyhow!("`--url` is not of the form `mysql://user:password@host:port/database` (encode special characters as %XX)"),
    })?;
    let database = options.db_name().filter(|name| !name.is_empty()).unwrap_or(DEFAULT_DATABASE).to_owned();
    // A server on this machine is reached at the port the user gave, not at a socket it may name.
    let mut builder = OptsBuilder::from_opts(options).prefer_socket(false);
    if let Some(name) = &target.password_env {
        let password = std::env::var(name).with_context(|| format!("environment variable `{name}` of `--password-env` cannot be read"))?;
        builder = builder.pass(Some(password));
    }
    Ok((builder.into(), database))
}

/// Whether the same transaction may succeed when it is tried again: deadlock (1213), lock wait (1205), and TiDB's
/// write conflicts (8002, 8022, 9007).
pub(super) fn is_conflict(error: &Error) -> bool {
    matches!(error, Error::Server(error) if matches!(error.code, 1205 | 1213 | 8002 | 8022 | 9007))
}

/// Whether a table is not there.
pub(super) fn is_missing_table(error: &Error) -> bool {
    matches!(error, Error::Server(error) if error.code == 1146)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn target(url: &str, password_env: Option<&str>) -> Target {
        Target { warehouses: 1, url: url.to_owned(), password_env: password_env.map(str::to_owned), seed: 0, json: false }
    }

    #[test]
    fn a_url_gives_the_database_or_tpcc() {
        for (url, expect) in [("mysql://u:p@h/shop", "shop"), ("mysql://u@h:4000/", "tpcc"), ("mysql://u@h", "tpcc")] {
            assert_eq!(options(&target(url, None)).unwrap().1, expect, "{url}");
        }
    }

    #[test]
    fn no_message_shows_a_password() {
        for url in ["postgres://u:hunter2@h/db", "mysql://u:hunter2@h:99999/db", "hunter2", "mysql://u:hunter2@h/db?hunter=1"] {
            let target = target(url, None);
            let error = options(&target).unwrap_err();
            assert!(!format!("{error:#} {error:?} {target:?}").contains("hunter2"), "{error:#}");
        }
    }

    #[test]
    fn a_password_variable_that_is_not_set_is_named() {
        let error = options(&target("mysql://u@h/db", Some("NO_SUCH_VARIABLE_HERE"))).unwrap_err();
        assert!(error.to_string().contains("`NO_SUCH_VARIABLE_HERE`"), "{error}");
    }
}
