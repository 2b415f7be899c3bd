//! TLS towards a real MariaDB: every connection of a source is safe, and what stands in the way is named.

use crate::support::{
    certificates::{Authority, Signed},
    mariadb::{MariaDb, PASSWORD},
};
use crate::tail::{all, options, start_with};
use backend::engine::{
    error::{EngineError, ErrorKind},
    source::{
        Begin, Inspect, SourceEvent,
        mysql::{MysqlInspect, MysqlOptions, TlsOptions},
    },
};
use shared::config::{SourceTls, StartFrom};
use std::{fs, path::Path};
use tempfile::TempDir;

const HERE: [&str; 1] = ["127.0.0.1"];
const VALID: (i64, i64) = (-1, 30);

/// A server with TLS, whose certificate can be changed while it runs.
struct Secure {
    db: MariaDb,
    files: TempDir,
}

impl Secure {
    fn start(authority: &Authority) -> Self {
        let files = tempfile::tempdir().unwrap();
        fs::write(files.path().join("ca.pem"), authority.pem()).unwrap();
        write(files.path(), &authority.sign(&HERE, VALID));
        let file = |option: &str, name: &str| format!("--{option}={}", files.path().join(name).display());
        let arguments = [file("ssl-ca", "ca.pem"), file("ssl-cert", "cert.pem"), file("ssl-key", "key.pem")];
        let db = MariaDb::start(&arguments.each_ref().map(String::as_str));
        Self { db, files }
    }

    async fn show(&self, signed: &Signed) {
        write(self.files.path(), signed);
        self.db.run(&["FLUSH SSL"]).await;
    }

    fn options(&self, tls: TlsOptions) -> MysqlOptions {
        MysqlOptions { tls, ..options(&self.db, all()) }
    }

    async fn failure(&self, tls: TlsOptions) -> EngineError {
        start_with(self.options(tls), Begin::Fresh(StartFrom::Now), 1 << 20).failure().await
    }
}

fn write(folder: &Path, signed: &Signed) {
    fs::write(folder.join("cert.pem"), &signed.certificate).unwrap();
    fs::write(folder.join("key.pem"), &signed.key).unwrap();
}

fn trusting(mode: SourceTls, authority: &Authority) -> TlsOptions {
    TlsOptions { mode, ca: authority.pem(), ..TlsOptions::default() }
}

fn showing(signed: &Signed, tls: TlsOptions) -> TlsOptions {
    TlsOptions { cert: signed.certificate.clone(), key: signed.key.clone().into(), ..tls }
}

fn check(error: &EngineError, kind: ErrorKind, path: &str, code: &str) {
    let finding = &error.finding;
    assert_eq!((error.kind, finding.path.as_str(), finding.code.as_str()), (kind, path, code), "{error:?}");
    assert!(!finding.hint.is_empty(), "{finding:?}");
    let told = format!("{error:?} {error:#?} {error}");
    assert!(!told.contains(PASSWORD) && !told.contains("PRIVATE KEY"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_flow_where_every_connection_must_show_a_certificate() {
    let authority = Authority::new("Test Authority");
    let secure = Secure::start(&authority);
    let db = &secure.db;
    db.run(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY, name VARCHAR(20))", "INSERT INTO shop.t VALUES (1, 'a')"])
        .await;
    // The account is refused on any connection without a certificate: that of the load, of the definitions, of the binlog.
    db.run(&["ALTER USER cdc@'%' REQUIRE X509"]).await;
    let tls = showing(&authority.sign(&[], VALID), trusting(SourceTls::Verify, &authority));
    let mut tail = start_with(secure.options(tls.clone()), Begin::Fresh(StartFrom::Snapshot), 64 << 20);
    tail.until_row("t", 1).await;
    // A statement that the definitions are read again for.
    db.run(&["CREATE TABLE shop.copied SELECT * FROM shop.t", "INSERT INTO shop.t VALUES (2, 'b')"]).await;
    tail.until_row("t", 2).await;
    assert!(tail.events.iter().any(|e| matches!(e, SourceEvent::Table(table) if table.name == "copied")));
    tail.stop().await;
    let inspect = MysqlInspect::new(db.url(), Some(db.password())).with_tls(tls);
    assert_eq!(inspect.check().await, []);
    assert_eq!(inspect.tables().await.unwrap().1.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_does_not_fit_is_refused_with_its_reason() {
    let (authority, other) = (Authority::new("Test Authority"), Authority::new("Other Authority"));
    let secure = Secure::start(&authority);
    use SourceTls::{SkipVerify, Verify, VerifyCa};

    check(&secure.failure(trusting(Verify, &other)).await, ErrorKind::Config, "source.ca", "certificate-untrusted");
    check(&secure.failure(trusting(VerifyCa, &other)).await, ErrorKind::Config, "source.ca", "certificate-untrusted");
    // The system's authorities do not know it either.
    let system = TlsOptions { mode: Verify, ..TlsOptions::default() };
    check(&secure.failure(system).await, ErrorKind::Config, "source.ca", "certificate-untrusted");

    secure.show(&authority.sign(&["db.example"], VALID)).await;
    check(&secure.failure(trusting(Verify, &authority)).await, ErrorKind::Config, "source.url", "certificate-name");
    let works = |tls: TlsOptions| async {
        let mut tail = start_with(secure.options(tls), Begin::Fresh(StartFrom::Now), 1 << 20);
        tail.until_resolved().await;
        tail.stop().await;
    };
    works(trusting(VerifyCa, &authority)).await;

    secure.show(&authority.sign(&HERE, (-30, -2))).await;
    for mode in [Verify, VerifyCa] {
        check(&secure.failure(trusting(mode, &authority)).await, ErrorKind::Config, "source.url", "certificate-expired");
    }
    works(TlsOptions { mode: SkipVerify, ..TlsOptions::default() }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_and_a_source_that_disagree_about_tls_say_so() {
    let authority = Authority::new("Test Authority");
    let verify = || trusting(SourceTls::Verify, &authority);
    let without = MariaDb::start(&["--skip-ssl"]);
    let asking = MysqlOptions { tls: verify(), ..options(&without, all()) };
    let error = start_with(asking, Begin::Fresh(StartFrom::Now), 1 << 20).failure().await;
    check(&error, ErrorKind::Config, "source.tls", "source-tls");

    let secure = Secure::start(&authority);
    secure.db.run(&["ALTER USER cdc@'%' REQUIRE X509"]).await;
    let error = secure.failure(TlsOptions::default()).await;
    check(&error, ErrorKind::Denied, "source.password", "source-denied");
    assert!(error.finding.hint.contains("`source.tls`"), "{error:?}");
    let error = secure.failure(verify()).await;
    check(&error, ErrorKind::Denied, "source.password", "source-denied");
    assert!(error.finding.hint.contains("`source.cert`"), "{error:?}");
    let stranger = Authority::new("Other Authority").sign(&[], VALID);
    // A server that hangs up may be quicker than its reason; the engine then starts again, and so does this.
    let error = loop {
        let error = secure.failure(showing(&stranger, verify())).await;
        if error.kind != ErrorKind::Transient {
            break error;
        }
        assert!(error.finding.hint.contains("`source.cert`"), "{error:?}");
    };
    check(&error, ErrorKind::Config, "source.cert", "certificate-refused");
    let half = showing(&stranger, verify());
    let mixed = TlsOptions { key: authority.sign(&[], VALID).key.into(), ..half };
    check(&secure.failure(mixed).await, ErrorKind::Config, "source.key", "tls-files-unusable");

    secure.db.run(&["ALTER USER cdc@'%' REQUIRE NONE", "SET GLOBAL require_secure_transport = ON"]).await;
    // MySQL has an error of its own for it, MariaDB refuses the login.
    let error = secure.failure(TlsOptions::default()).await;
    check(&error, ErrorKind::Denied, "source.password", "source-denied");
    assert!(error.finding.hint.contains("`source.tls`"), "{error:?}");
}
