#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::parse;

const DOCUMENT: &str = r#"
version = 1
name = "orders"
[source]
kind = "tidb"
pd = ["http://pd:2379"]
[changefeed]
target = "ticdc"
ticdc_version = "8.5.4"
ticdc_server = "https://cdc:8300"
ticdc_user = "root"
ticdc_password = "env:TIDB_PW"
ticdc_ca = "file:/etc/ca.pem"
ticdc_cert = "store:cert"
[kafka]
brokers = ["h:9092"]
topic = "t"
[kafka.params]
protocol = "avro"
[schema_registry]
url = "http://r:8081"
user = "k"
password = "env:SR"
[ksqldb_server]
url = "http://ksql:8088/"
user = "u"
password = "env:KSQL"
[[ksqldb]]
sql = "CREATE SINK CONNECTOR c WITH ('connection.password' = 'it''s');"
"#;

fn pipeline(version: &str, architecture: &str) -> Pipeline {
    let mut pipeline = parse(DOCUMENT).unwrap();
    pipeline.changefeed.ticdc_version = version.to_owned();
    pipeline.changefeed.ticdc_architecture = architecture.to_owned();
    pipeline
}

fn tools(version: &str) -> Vec<String> {
    ticdc_changefeed(&pipeline(version, "")).into_iter().map(|one| one.tool).collect()
}

#[test]
fn each_release_is_told_the_commands_that_it_has() {
    assert_eq!(tools("8.5.4"), ["cdc cli", "tiup cdc", "tiup ctl", "curl", "tiup playground"]);
    assert_eq!(tools("6.2.0"), ["cdc cli", "tiup cdc", "tiup ctl", "tiup playground"]);
    assert_eq!(tools("6.1.7"), ["tiup ctl", "tiup playground"]);
    let of = |version: &str, tool: &str| -> String {
        let found = ticdc_changefeed(&pipeline(version, "")).into_iter().find(|one| one.tool == tool);
        found.unwrap().command
    };
    assert!(of("7.5.0", "tiup cdc").contains("tiup cdc:v7.5.0 cli changefeed create"));
    assert!(of("6.1.7", "tiup ctl").contains("--pd=http://pd:2379"));
    assert_eq!(of("8.1.0", "tiup playground"), "tiup playground v8.1.0 --db 1 --pd 1 --kv 1 --tiflash 0 --ticdc 1");
    assert!(of("v8.5.4-release.1", "tiup playground").ends_with("--ticdc 1 --ticdc.config ticdc.toml"));
}

#[test]
fn login_certificates_and_keyspace_are_told_to_every_tool() {
    let mut pipeline = pipeline("8.5.4", "new");
    pipeline.changefeed.ticdc_keyspace = "ks".to_owned();
    let found = ticdc_changefeed(&pipeline);
    let cli = &found[0].command;
    assert!(
        cli.ends_with("--ca=/etc/ca.pem \\\n  --cert=cert.pem \\\n  --user=root \\\n  --password=\"${TIDB_PW}\" \\\n  --keyspace=ks"),
        "{cli}"
    );
    let curl = &found.iter().find(|one| one.tool == "curl").unwrap().command;
    assert!(curl.starts_with("curl -fsS \\\n  -u root:\"${TIDB_PW}\" \\\n  --cacert /etc/ca.pem \\\n  --cert cert.pem \\\n"), "{curl}");
    assert!(curl.ends_with("'https://cdc:8300/api/v2/changefeeds?keyspace=ks'"), "{curl}");
    pipeline.changefeed.ticdc_architecture = "classic".to_owned();
    assert!(ticdc_changefeed(&pipeline)[0].command.ends_with("--namespace=ks"));
}

#[test]
fn a_command_writes_the_files_that_it_reads() {
    let cli = &ticdc_changefeed(&pipeline("8.5.4", ""))[0].command;
    assert!(cli.starts_with("printf '%s' '"), "{cli}");
    assert!(cli.contains(" > changefeed.toml\ncdc cli changefeed create"), "{cli}");
}

#[test]
fn statements_are_posted_with_their_secrets_left_out() {
    let found = run_statement(&pipeline("", ""), 0, None);
    let curl = &found[0].command;
    assert!(curl.contains("-H 'Accept: application/vnd.ksql.v1+json'"), "{curl}");
    assert!(curl.contains("\"${KSQLDB_0__SQL_CONNECTION_PASSWORD}\"") && !curl.contains("it''s"), "{curl}");
    assert!(curl.ends_with("http://ksql:8088/ksql"), "{curl}");
    assert!(found[1].command.starts_with("ksql --user u --password \"${KSQL}\" --execute "), "{}", found[1].command);
    assert!(found[1].command.ends_with(" -- http://ksql:8088"), "{}", found[1].command);
}

#[test]
fn topics_are_looked_at_in_kafka_and_subjects_in_the_registry() {
    let found = see_topics(&pipeline("", ""), &["a".to_owned(), "b".to_owned()], &["a-value".to_owned()]);
    assert_eq!(
        found[0].command,
        "kafka-console-consumer.sh --bootstrap-server h:9092 --topic a --from-beginning --max-messages 1\n\
         kafka-console-consumer.sh --bootstrap-server h:9092 --topic b --from-beginning --max-messages 1"
    );
    assert_eq!(found[1].command, "curl -fsS \\\n  -u k:\"${SR}\" \\\n  http://r:8081/subjects/a%2Dvalue/versions");
}
