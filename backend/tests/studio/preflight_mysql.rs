//! Preflight of a MySQL-protocol source: the way to it, TLS included, on a real MariaDB.

use crate::{
    app::TestApp,
    preflight::{Seen, document, preflight},
    services::embedded,
    support::{
        certificates::Authority,
        mariadb::{MariaDb, PASSWORD},
    },
};
use serde_json::json;
use shared::api::CheckState;
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn tls_towards_the_source_is_a_step_of_its_own() {
    let (services, app, files) = (embedded().await, TestApp::new(), tempfile::tempdir().unwrap());
    let file = |name: &str| files.path().join(name).display().to_string();
    let (authority, other) = (Authority::new("Test Authority"), Authority::new("Other Authority"));
    let (server, own) = (authority.sign(&["db.example"], (-1, 90)), authority.sign(&[], (-1, 90)));
    for (name, text) in [
        ("ca.pem", authority.pem()),
        ("other.pem", other.pem()),
        ("cert.pem", server.certificate),
        ("key.pem", server.key),
        ("own.pem", own.certificate),
        ("own-key.pem", own.key.clone()),
    ] {
        fs::write(file(name), text).unwrap();
    }
    let option = |option: &str, name: &str| format!("--{option}={}", file(name));
    let arguments = [option("ssl-ca", "ca.pem"), option("ssl-cert", "cert.pem"), option("ssl-key", "key.pem")];
    let db = MariaDb::start(&arguments.each_ref().map(String::as_str));
    db.run(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY)", "ALTER USER cdc@'%' REQUIRE X509"]).await;

    let body = |name: &str, tls: &str, ca: &str| {
        let mut body = document(&services);
        body["name"] = json!(name);
        let reference = |name: &str| format!("file:{}", file(name));
        body["source"] = json!({
            "kind": "mysql", "url": db.url(), "password": PASSWORD, "tls": tls,
            "ca": reference(ca), "cert": reference("own.pem"), "key": reference("own-key.pem"),
        });
        body["changefeed"]["config"]["filter"]["rules"] = json!(["shop.*"]);
        body
    };
    let check = |seen: &Seen| {
        assert!(!seen.text.contains(PASSWORD) && !seen.text.contains("PRIVATE KEY"), "{}", seen.text);
        assert!(own.key.lines().skip(1).take(3).all(|line| !seen.text.contains(line)), "a key: {}", seen.text);
    };
    let seen = preflight(&app, body("good", "verify-ca", "ca.pem")).await;
    check(&seen);
    assert_eq!(seen.end("source.tls").0, CheckState::Ok, "{}", seen.text);
    assert!(seen.check("source.tls").detail.contains("`db.example` of `Test Authority`"), "{}", seen.check("source.tls").detail);
    assert_eq!(seen.end("source.login").0, CheckState::Ok, "{}", seen.text);
    assert_eq!(seen.end("source.settings").0, CheckState::Ok, "{}", seen.text);

    let seen = preflight(&app, body("named", "verify", "ca.pem")).await;
    check(&seen);
    assert_eq!(seen.end("source.tls"), (CheckState::Failed, "certificate-name"), "{}", seen.text);
    assert_eq!(seen.end("source.login").0, CheckState::Skipped, "{}", seen.text);

    let seen = preflight(&app, body("unknown", "verify-ca", "other.pem")).await;
    assert_eq!(seen.end("source.tls"), (CheckState::Failed, "certificate-untrusted"), "{}", seen.text);
    assert_eq!(seen.check("source.tls").findings[0].path, "source.ca");

    let plain = MariaDb::start(&["--skip-ssl"]);
    let mut without = body("without", "verify", "ca.pem");
    without["source"]["url"] = json!(plain.url());
    let seen = preflight(&app, without).await;
    assert_eq!(seen.end("source.tls"), (CheckState::Failed, "source-tls"), "{}", seen.text);
    services.shut_down().await;
}
