//! The binary itself: what a person in a terminal meets.

use std::{
    io::Write,
    net::TcpListener,
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

fn studio(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_changefeed-studio")).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let directory = TempDir::new().unwrap();
    let output = studio(&["serve", "--no-playground", "--listen", &address, "--data-dir", directory.path().to_str().unwrap()]);
    assert!(!output.status.success());
    assert!(text(&output).contains(&address) && text(&output).contains("--listen"), "{}", text(&output));
}

#[test]
fn a_data_directory_that_cannot_be_one_is_named() {
    // Root may write anywhere, so a file in the way stands for every directory that cannot be made.
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().join("below").display().to_string();
    let output = studio(&["serve", "--no-playground", "--listen", "127.0.0.1:0", "--data-dir", &path]);
    assert!(!output.status.success());
    assert!(text(&output).contains(&path), "{}", text(&output));
}

#[test]
fn a_read_only_disk_is_named() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().to_str().unwrap();
    // Root may write into any directory, so the file system itself is read-only.
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", path]).status().unwrap();
    assert!(mounted.success(), "mounting a read-only tmpfs needs root; run the tests as root or in a user namespace with mounts");
    let output = studio(&["serve", "--no-playground", "--listen", "127.0.0.1:0", "--data-dir", path]);
    let unmounted = Command::new("umount").arg(path).status().unwrap();
    assert!(unmounted.success());
    assert!(!output.status.success());
    assert!(text(&output).contains(path) && text(&output).contains("Read-only"), "{}", text(&output));
}

#[test]
fn a_second_studio_on_the_same_data_directory_is_refused() {
    let directory = TempDir::new().unwrap();
    let store = backend::store::Store::open(directory.path()).unwrap();
    let output = studio(&["serve", "--no-playground", "--listen", "127.0.0.1:0", "--data-dir", directory.path().to_str().unwrap()]);
    drop(store);
    assert!(!output.status.success());
    assert!(text(&output).contains("in use by another changefeed-studio"), "{}", text(&output));
}

#[test]
fn an_open_address_needs_a_token() {
    let directory = TempDir::new().unwrap();
    let output = studio(&["serve", "--no-playground", "--listen", "0.0.0.0:0", "--data-dir", directory.path().to_str().unwrap()]);
    assert!(!output.status.success());
    assert!(text(&output).contains("token"), "{}", text(&output));
}

#[test]
fn check_answers_with_findings_and_an_exit_code() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "version = 1\nname = \"x\"\n[kafka]\nbrokers = [\"127.0.0.1\"]\n[kafka.params]\nprotocl = \"avro\"").unwrap();
    let output = studio(&["check", file.path().to_str().unwrap(), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let findings: Vec<shared::Finding> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(findings.iter().any(|f| f.path == "kafka.params.protocl" && f.hint.contains("protocol")), "{findings:?}");
    assert!(findings.iter().any(|f| f.path.starts_with("kafka.brokers") && f.severity == shared::Severity::Error), "{findings:?}");
}

#[test]
fn a_truncated_document_is_a_finding_not_a_panic() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "version = 1\nname = \"x\n[kaf").unwrap();
    let output = studio(&["check", file.path().to_str().unwrap(), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let findings: Vec<shared::Finding> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(findings.len(), 1);
    assert!(findings[0].message.contains("line"), "{findings:?}");
}

const KEY_FILE: &str = "=== Confluent Cloud API key: lkc-7m2q9z ===\n\nAPI key:\nABCD1234EFGH5678\n\nAPI secret:\nk3+/x9Zhidden==\n\nBootstrap server:\npkc-1ab2c.ap-east-1.aws.confluent.cloud:9092\n";

#[test]
fn a_key_file_is_imported_exported_and_imported_again() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    std::fs::write(path("key.txt"), KEY_FILE).unwrap();
    let output = studio(&["import", &path("key.txt"), "--out", &path("p.toml")]);
    assert!(output.status.success() && text(&output).contains("lkc-7m2q9z"), "{}", text(&output));
    assert!(text(&output).contains("SASL_PASSWORD") && !text(&output).contains("hidden"), "{}", text(&output));
    let written = std::fs::read_to_string(path("p.toml")).unwrap();
    assert!(written.contains("env:SASL_PASSWORD") && written.contains("enable-tls = true") && !written.contains("hidden"), "{written}");

    // What we export is what we understand.
    let output = studio(&["export", &path("p.toml"), "--out", &path("out")]);
    assert!(output.status.success(), "{}", text(&output));
    let output = studio(&["import", &path("out/pipeline.toml"), "--out", &path("again.toml"), "--json"]);
    assert!(output.status.success(), "{}", text(&output));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["understood"][0]["kind"], "pipeline-document");
    assert_eq!(
        shared::config::parse(&std::fs::read_to_string(path("again.toml")).unwrap()).unwrap().kafka,
        shared::config::parse(&written).unwrap().kafka
    );
}

#[test]
fn a_text_that_is_nothing_known_writes_nothing() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    std::fs::write(path("poem.txt"), "roses are red").unwrap();
    let output = studio(&["import", &path("poem.txt"), "--out", &path("p.toml")]);
    assert!(!output.status.success() && text(&output).contains("was not written"), "{}", text(&output));
    assert!(!directory.path().join("p.toml").exists());
}

const SQL_SERVER: &str = "version = 1\nname = \"p\"\n[kafka]\nbrokers = [\"h:1\"]\ntopic = \"t\"\n[kafka.params]\nprotocol = \"avro\"\n[schema_registry]\nurl = \"http://h:2\"\n[[changefeed.config.sink.dispatchers]]\nmatcher = [\"*.*\"]\ntopic = \"{schema}_{table}\"\npartition = \"index-value\"\n[[connectors]]\nname = \"c\"\nkind = \"sqlserver\"\ntopics = [\"a_wide\"]\n[connectors.config]\n\"insert.mode\" = \"UPSERT\"\n\"pk.mode\" = \"record_key\"\n\"auto.create\" = \"true\"\n";

#[test]
fn route_tells_what_a_sink_cannot_hold() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    std::fs::write(path("p.toml"), SQL_SERVER).unwrap();
    std::fs::write(path("fits.sql"), "CREATE TABLE a.wide (id INT PRIMARY KEY, x DECIMAL(38,2));").unwrap();
    std::fs::write(path("wide.sql"), "CREATE TABLE a.wide (id INT PRIMARY KEY, x DECIMAL(65,30));").unwrap();
    let fits = studio(&["route", &path("p.toml"), "--ddl", &path("fits.sql")]);
    assert!(fits.status.success(), "{}", text(&fits));
    let wide = studio(&["route", &path("p.toml"), "--ddl", &path("wide.sql"), "--json"]);
    let rows: serde_json::Value = serde_json::from_slice(&wide.stdout).unwrap();
    assert_eq!(rows[0]["topic"], "a_wide");
    assert!(!wide.status.success() && String::from_utf8_lossy(&wide.stderr).contains("decimal"), "{}", text(&wide));
}

#[test]
fn an_error_in_a_log_is_explained_and_a_poem_is_not() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    std::fs::write(path("log.txt"), "2026-01-01 ERROR TopicAuthorizationException: Not authorized to access topics: [t]\n").unwrap();
    std::fs::write(path("poem.txt"), "roses are red").unwrap();
    let known = studio(&["explain", &path("log.txt")]);
    assert!(known.status.success() && text(&known).contains("fix  "), "{}", text(&known));
    assert!(!studio(&["explain", &path("poem.txt")]).status.success());
}

#[test]
fn check_connect_prints_steps_as_they_go_and_fails_with_them() {
    let directory = TempDir::new().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let file = directory.path().join("p.toml");
    let document = format!(
        "version = 1\nname = \"p\"\n[source]\nkind = \"tpcc\"\n[kafka]\nbrokers = [\"127.0.0.1:{port}\"]\ntopic = \"t\"\n\
         [kafka.params]\nprotocol = \"avro\"\n[schema_registry]\nurl = \"http://127.0.0.1:{port}\"\n\
         [[changefeed.config.sink.dispatchers]]\nmatcher = [\"*.*\"]\ntopic = \"{{schema}}_{{table}}\"\n"
    );
    std::fs::write(&file, document).unwrap();
    let arguments = ["--data-dir", directory.path().to_str().unwrap(), "check", file.to_str().unwrap(), "--connect"];
    let output = studio(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(
        text(&output).contains("TCP connection") && text(&output).contains("error[port-unreachable] kafka.brokers"),
        "{}",
        text(&output)
    );
    assert!(text(&output).contains("skipped Kafka 127.0.0.1"), "{}", text(&output));

    let output = studio(&[&arguments[..], &["--json"]].concat());
    let lines: Vec<serde_json::Value> = text(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (last, checks) = lines.split_last().unwrap();
    assert!(last["verdict"]["failed"].as_u64().unwrap() >= 2, "{last}");
    assert!(checks.iter().any(|line| line["check"]["id"] == "kafka.tcp" && line["check"]["state"] == "failed"));
    assert_eq!(output.status.code(), Some(1));
}
