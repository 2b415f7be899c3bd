//! A private MariaDB server with row binlog: own data directory, own loopback port, gone when dropped.

use mysql_async::{Conn, OptsBuilder, prelude::Queryable};
use secrecy::SecretString;
use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
};
use tempfile::TempDir;

/// The replication account that every server has.
pub const USER: &str = "cdc";
/// Its password: whoever prints it has leaked a secret.
pub const PASSWORD: &str = "s3cret-of-the-fixture";

const PACKAGE: &str = "the Debian package `mariadb-server-core` is missing; `cargo xtask lab up` installs it";

/// A running server.
pub struct MariaDb {
    server: Child,
    port: u16,
    data: TempDir,
    arguments: Vec<String>,
}

impl MariaDb {
    /// A server with `binlog_format=ROW`, `binlog_row_image=FULL` and, after that, `arguments`.
    pub fn start(arguments: &[&str]) -> Self {
        let data = tempfile::Builder::new().prefix("studio-mariadb-").tempdir().expect("a temporary directory");
        copy(template(), data.path());
        fs::create_dir_all(data.path().join("tmp")).expect("a directory for temporary tables");
        let accounts = data.path().join("accounts.sql");
        let grants = "REPLICATION SLAVE, REPLICATION CLIENT, RELOAD, SELECT";
        fs::write(
            &accounts,
            format!(
                "SET sql_log_bin = 0;\nCREATE USER IF NOT EXISTS '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';\nGRANT {grants} ON *.* TO '{USER}'@'%';\n"
            ),
        )
        .expect("the data directory is writable");
        // Another process can take the port between these lines: then the next port is tried.
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
            if let Some(server) = launch(data.path(), port, arguments) {
                let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
                return Self { server, port, data, arguments };
            }
        }
        panic!("mariadbd did not start with {arguments:?}");
    }

    /// Shuts the server down in good order, changes its files with `meanwhile`, and starts it again at the same port.
    pub async fn restart(&mut self, meanwhile: impl FnOnce(&Path)) {
        let mut conn = self.admin().await;
        conn.query_drop("SHUTDOWN").await.expect("the server goes down when asked");
        self.server.wait().expect("the server is our child");
        meanwhile(self.data.path());
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        self.server = launch(self.data.path(), self.port, &arguments).expect("the server starts again");
    }

    /// `mysql://cdc@127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("mysql://{USER}@127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn password(&self) -> SecretString {
        SecretString::from(PASSWORD)
    }

    /// A session of the administrator, in UTC.
    pub async fn admin(&self) -> Conn {
        let options = OptsBuilder::default().ip_or_hostname("127.0.0.1").tcp_port(self.port).user(Some("root")).prefer_socket(false);
        let mut conn = Conn::new(options).await.expect("the server runs");
        conn.query_drop("SET time_zone = '+00:00'").await.expect("a time zone");
        conn
    }

    /// Runs statements, one after the other, in a session of their own.
    pub async fn run(&self, statements: &[&str]) {
        let mut conn = self.admin().await;
        for statement in statements {
            conn.query_drop(*statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        conn.disconnect().await.expect("an orderly end");
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        // It may have ended already; there is nobody left to tell.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// An initialised data directory, made once for all servers of this process.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<TempDir> = OnceLock::new();
    TEMPLATE
        .get_or_init(|| {
            let dir = tempfile::Builder::new().prefix("studio-mariadb-template-").tempdir().expect("a temporary directory");
            let made = Command::new("mariadb-install-db")
                .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root"])
                .arg("--innodb-log-file-size=8M")
                .arg(format!("--datadir={}", dir.path().display()))
                .output()
                .unwrap_or_else(|error| panic!("mariadb-install-db: {error}; {PACKAGE}"));
            assert!(made.status.success(), "mariadb-install-db: {}", String::from_utf8_lossy(&made.stderr));
            dir
        })
        .path()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory for the data");
    for entry in fs::read_dir(from).expect("the template is readable") {
        let entry = entry.expect("the template is readable");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a file has a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("room for a copy of the data");
        }
    }
}

/// Starts the server and waits until it says that it is ready; `None` when it ends before.
fn launch(data: &Path, port: u16, arguments: &[&str]) -> Option<Child> {
    let mut server = Command::new("mariadbd")
        .args(["--no-defaults", "--user=root", "--bind-address=127.0.0.1", "--skip-name-resolve", "--server-id=1"])
        .args(["--log-bin=mysql-bin", "--binlog-format=ROW", "--binlog-row-image=FULL", "--max-allowed-packet=64M"])
        .args(["--innodb-log-file-size=8M", "--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0"])
        .arg(format!("--port={port}"))
        .arg(format!("--datadir={}", data.display()))
        // Temporary tables are named after the process: those that a killed server of the same number left behind make this one crash.
        .arg(format!("--tmpdir={}", data.join("tmp").display()))
        .arg(format!("--socket={}", data.join("socket").display()))
        .arg(format!("--pid-file={}", data.join("pid").display()))
        .arg(format!("--init-file={}", data.join("accounts.sql").display()))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("mariadbd: {error}; {PACKAGE}"));
    let mut log = BufReader::new(server.stderr.take().expect("standard error is a pipe"));
    let mut line = String::new();
    while log.read_line(&mut line).expect("the server's log is readable") > 0 {
        if line.contains("ready for connections") {
            // The pipe must not fill up. The thread ends with the server; a test that fails shows what the server had to say.
            thread::spawn(move || log.lines().map_while(Result::ok).for_each(|line| eprintln!("mariadbd {port}: {line}")));
            return Some(server);
        }
        line.clear();
    }
    let _ = server.wait();
    None
}
