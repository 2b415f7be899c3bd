//! MariaDB from Debian, with a data folder of its own and a row binlog.

use super::{daemon::Daemon, env::MariaDb, wait::free_port};
use crate::{process, setup::debian};
use anyhow::{Context, Result};
use std::{fs, path::Path, process::Command, time::Duration};

pub const NAME: &str = "mariadb";
const PASSWORD: &str = "lab";
const REPLICATION_USER: &str = "changefeed";

/// Runs at every start. The second user has the rights that the README asks of a user, so tests notice when more are needed.
const INIT: &str = "\
ALTER USER root@localhost IDENTIFIED BY 'lab';
CREATE USER IF NOT EXISTS changefeed@'%' IDENTIFIED BY 'lab';
GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO changefeed@'%';
";

pub fn start(lab: &Path, known: Option<&MariaDb>) -> Result<MariaDb> {
    let daemon = Daemon::new(lab, NAME);
    if let Some(known) = known.filter(|known| daemon.pid() == Some(known.pid) && answers(known)) {
        return Ok(known.clone());
    }
    daemon.stop()?;
    let dir = lab.join(NAME);
    super::remove(&dir)?;
    fs::create_dir_all(&dir)?;
    // A server started by root must be told that this is meant.
    let user: &[&str] = if debian::is_root() { &["--user=root"] } else { &[] };
    let mut install = Command::new(process::find("mariadb-install-db").context("mariadb-install-db is gone")?);
    install.arg("--no-defaults").args(user).arg(option("datadir", &dir.join("data")));
    install.args(["--auth-root-authentication-method=normal", "--skip-test-db"]);
    process::output(&mut install)?;
    fs::write(dir.join("init.sql"), INIT)?;
    fs::create_dir_all(dir.join("tmp"))?;
    launch(lab, free_port()?)
}

/// A crash and what follows it: the same data, the same port.
///
/// # Errors
/// When it does not come back.
pub fn crash(lab: &Path, known: &MariaDb) -> Result<MariaDb> {
    Daemon::new(lab, NAME).crash()?;
    launch(lab, known.port)
}

/// A stop as an administrator asks for it, and a start.
///
/// # Errors
/// When it does not come back.
pub fn restart(lab: &Path, known: &MariaDb) -> Result<MariaDb> {
    Daemon::new(lab, NAME).stop()?;
    launch(lab, known.port)
}

fn launch(lab: &Path, port: u16) -> Result<MariaDb> {
    let (daemon, dir) = (Daemon::new(lab, NAME), lab.join(NAME));
    // A server started by root must be told that this is meant.
    let user: &[&str] = if debian::is_root() { &["--user=root"] } else { &[] };
    let mut server = Command::new(process::find("mariadbd").context("mariadbd is gone")?);
    server.arg("--no-defaults").args(user).arg(option("datadir", &dir.join("data"))).arg(option("init-file", &dir.join("init.sql")));
    // Not shared with other servers: temporary tables are named after the process, and a crash leaves them behind.
    server.arg(option("tmpdir", &dir.join("tmp")));
    // A socket's path may have 107 bytes, a clone's more.
    server.arg(option("socket", &std::env::temp_dir().join(format!("changefeed-lab-{port}.sock"))));
    server.arg(option("pid-file", &dir.join("pid"))).arg(format!("--port={port}"));
    server.args(["--bind-address=127.0.0.1", "--server-id=1", "--log-bin=mysql-bin", "--binlog-format=ROW", "--binlog-row-image=FULL"]);
    server.args([
        "--innodb-flush-log-at-trx-commit=2",
        "--innodb-buffer-pool-size=256M",
        "--max-binlog-size=64M",
        "--character-set-server=utf8mb4",
    ]);
    let pid = daemon.start(&mut server)?;
    let mariadb = MariaDb {
        host: "127.0.0.1".to_owned(),
        port,
        user: "root".to_owned(),
        password: PASSWORD.to_owned(),
        replication_user: REPLICATION_USER.to_owned(),
        pid,
    };
    daemon.wait_ready(Duration::from_secs(60), || answers(&mariadb))?;
    Ok(mariadb)
}

fn option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut option = std::ffi::OsString::from(format!("--{name}="));
    option.push(path);
    option
}

/// Connects as a client would, and the users are there.
fn answers(mariadb: &MariaDb) -> bool {
    mariadb.query(&format!("SELECT user FROM mysql.user WHERE user = '{REPLICATION_USER}'")).is_ok_and(|rows| !rows.is_empty())
}

impl MariaDb {
    /// Runs SQL text with Debian's client, as the user who may do everything; rows are lines, columns separated by tabs.
    ///
    /// # Errors
    /// When the client does not succeed; the text has what it said.
    pub fn query(&self, sql: &str) -> Result<String> {
        let mut client = Command::new("mariadb");
        client.args(["--no-defaults", "--batch", "--skip-column-names", "--protocol=tcp", "--host", &self.host]);
        client.arg("--port").arg(self.port.to_string()).args(["--user", &self.user, "--execute", sql]);
        process::output(client.env("MYSQL_PWD", &self.password))
    }
}
