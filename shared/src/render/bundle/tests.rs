#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::parse;
use crate::secret::SecretRef;
use proptest::prelude::*;
use std::process::Command;

const GUIDE: &str = r#"
version = 1
name = "tpcc-to-confluent"
[source]
kind = "tidb"
pd = ["http://127.0.0.1:2379"]
start = "2022-12-19T07:05:46.581Z"
[changefeed]
id = "confluent-changefeed"
target = "export"
ticdc_server = "http://10.0.10.25:8300"
[changefeed.config]
case-sensitive = false
memory-quota = 1073741824
[changefeed.config.filter]
rules = ["tpcc.*", "!tpcc.history"]
[[changefeed.config.sink.dispatchers]]
matcher = ["*.*"]
topic = "tidb_{schema}_{table}"
partition = "index-value"
[changefeed.config.sink.kafka-config]
sasl-gssapi-password = "env:KRB"
[kafka]
brokers = ["xxx.confluent.cloud:9092"]
topic = "ticdc-meta"
[kafka.params]
protocol = "avro"
replication-factor = 3
enable-tls = true
sasl-mechanism = "plain"
sasl-user = "L5WWA4GK4NAT2EQV"
sasl-password = "store:cluster-secret"
[schema_registry]
url = "https://yyy.confluent.cloud"
user = "7NBH2CAFM2LMGTH7"
password = "s+r/secret"
"#;

fn resolve(_: &str, reference: &SecretRef) -> Option<String> {
    match reference {
        SecretRef::Store(_) => Some("k3+/x9Z==".to_owned()),
        _ => None,
    }
}

#[test]
fn the_command_has_placeholders_that_the_shell_fills() {
    let command = cdc_cli(&parse(GUIDE).unwrap(), Secrets::placeholders());
    assert_eq!(
        command,
        r#"cdc cli changefeed create \
  --server=http://10.0.10.25:8300 \
  --changefeed-id=confluent-changefeed \
  --sink-uri='kafka://xxx.confluent.cloud:9092/ticdc-meta?protocol=avro&replication-factor=3&enable-tls=true&sasl-mechanism=plain&sasl-user=L5WWA4GK4NAT2EQV&sasl-password='"${CLUSTER_SECRET_URLENCODED}" \
  --schema-registry=https://7NBH2CAFM2LMGTH7:"${SCHEMA_REGISTRY_PASSWORD_URLENCODED}"@yyy.confluent.cloud \
  --start-ts=438156275634929664 \
  --config=changefeed.toml"#
    );
}

#[test]
fn inline_secrets_are_percent_encoded_once() {
    let pipeline = parse(GUIDE).unwrap();
    let command = cdc_cli(&pipeline, Secrets::inline(&resolve));
    assert!(command.contains("&sasl-password=k3%2B%2Fx9Z%3D%3D'"), "{command}");
    assert!(command.contains("--schema-registry=https://7NBH2CAFM2LMGTH7:s%2Br%2Fsecret@yyy.confluent.cloud"), "{command}");
    let toml = changefeed_toml(&pipeline, Secrets::inline(&resolve));
    assert!(toml.contains(r#"schema-registry = "https://7NBH2CAFM2LMGTH7:s%2Br%2Fsecret@yyy.confluent.cloud""#), "{toml}");
    assert!(toml.contains(r#"sasl-gssapi-password = "${KRB}""#), "an unresolved reference stays a placeholder: {toml}");
    let java = java_client_properties(&pipeline, Secrets::inline(&resolve));
    assert!(java.contains(r#"username="L5WWA4GK4NAT2EQV" password="k3+/x9Z==";"#), "{java}");
    assert!(client_properties(&pipeline, Secrets::inline(&resolve)).contains("basic.auth.user.info=7NBH2CAFM2LMGTH7:s+r/secret\n"));
}

#[test]
fn the_toml_keeps_every_key_of_the_configuration() {
    let toml = changefeed_toml(&parse(GUIDE).unwrap(), Secrets::placeholders());
    let table: toml::Table = toml::from_str(&toml).unwrap();
    assert_eq!(table["memory-quota"].as_integer(), Some(1_073_741_824));
    assert_eq!(table["filter"]["rules"][1].as_str(), Some("!tpcc.history"));
    assert_eq!(table["sink"]["dispatchers"][0]["partition"].as_str(), Some("index-value"));
    assert_eq!(
        table["sink"]["schema-registry"].as_str(),
        Some("https://7NBH2CAFM2LMGTH7:${SCHEMA_REGISTRY_PASSWORD_URLENCODED}@yyy.confluent.cloud")
    );
}

#[test]
fn a_bundle_of_references_holds_no_secret_and_says_what_to_set() {
    let files = bundle(&parse(GUIDE).unwrap(), Secrets::placeholders());
    for (name, text) in &files {
        assert!(!text.contains("s+r/secret") && !text.contains("s%2Br"), "{name}");
        assert!(!text.contains("~placeholder"), "{name}");
    }
    let readme = &files[0].1;
    for name in ["CLUSTER_SECRET", "SCHEMA_REGISTRY_PASSWORD", "KRB"] {
        assert!(readme.contains(&format!("| `{name}` |")) && readme.contains(&format!("export {name}_URLENCODED")), "{readme}");
    }
    let (_, document) = files.iter().find(|(name, _)| name == "pipeline.toml").unwrap();
    let document = parse(document).unwrap();
    assert_eq!(document.schema_registry.unwrap().password.0, "env:SCHEMA_REGISTRY_PASSWORD");
    assert_eq!(document.kafka.param("sasl-password").unwrap(), "store:cluster-secret");
}

/// Step 5 of the guide, without its `partitions=3`.
#[test]
fn the_guide_s_stream_is_in_the_bundle() {
    let stream =
        "[[ksqldb]]\nname = \"orders\"\nstatement = \"stream\"\ntopic = \"tidb_tpcc_orders\"\n[[ksqldb]]\nsql = \"SHOW TOPICS;\"\n";
    let files = bundle(&parse(&format!("{GUIDE}{stream}")).unwrap(), Secrets::placeholders());
    let (_, sql) = files.iter().find(|(name, _)| name == "ksqldb.sql").unwrap();
    assert_eq!(
        sql,
        "-- Run this when the changefeed has sent its first rows. Before, the registry has no schemas: ksqlDB would find no columns,\n\
         -- or register a schema of its own, which keeps the changefeed from registering its.\n\n\
         CREATE STREAM IF NOT EXISTS `orders`\n  WITH (KAFKA_TOPIC='tidb_tpcc_orders', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO');\n\n\
         SHOW TOPICS;\n"
    );
    assert!(files[0].1.contains("| `ksqldb.sql` |"), "{}", files[0].1);
    let without = bundle(&parse(GUIDE).unwrap(), Secrets::placeholders());
    assert!(without.iter().all(|(name, text)| name != "ksqldb.sql" && !text.contains("ksqldb.sql")));
}

#[test]
fn scripts_for_the_sinks_are_there_when_a_connector_needs_them() {
    let mut pipeline = parse(GUIDE).unwrap();
    let scripts = |pipeline: &Pipeline| -> Vec<String> {
        let files = bundle(pipeline, Secrets::placeholders());
        let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).filter(|name| name.starts_with("setup/")).collect();
        assert!(names.iter().all(|name| files[0].1.contains(&format!("| `{name}` |"))), "the README names every script");
        names
    };
    assert!(scripts(&pipeline).is_empty());
    for kind in ["sqlserver", "mysql", "snowflake"] {
        pipeline.connectors.push(crate::config::Connector { kind: kind.to_owned(), ..Default::default() });
    }
    assert_eq!(scripts(&pipeline), ["setup/sqlserver.sql", "setup/snowflake.sql"]);
}

#[test]
fn tiup_is_addressed_to_pd_before_v6_2() {
    let mut pipeline = parse(GUIDE).unwrap();
    let head = |pipeline: &Pipeline| tiup_ctl(pipeline, Secrets::placeholders()).lines().take(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(head(&pipeline), [r"tiup ctl:v8.5.4 cdc changefeed create \", r"  --server=http://10.0.10.25:8300 \"]);
    pipeline.changefeed.ticdc_version = "v6.1.0".to_owned();
    assert_eq!(head(&pipeline), [r"tiup ctl:v6.1.0 cdc changefeed create \", r"  --pd=http://127.0.0.1:2379 \"]);
}

/// What a real shell makes of a command: its arguments, one a line.
fn arguments(command: &str) -> Vec<String> {
    let script = command.replacen("cdc cli", "printf '%s\\0'", 1);
    let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split('\0').map(str::to_owned).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_shell_reads_the_command_as_it_was_meant(id in "[ -~]{1,16}", server in "[ -~]{1,16}", secret in "[ -~]{1,16}") {
        let mut pipeline = parse(GUIDE).unwrap();
        pipeline.changefeed.id = id.clone();
        pipeline.changefeed.ticdc_server = server.clone();
        let fixed = secret.clone();
        let resolve = move |_: &str, _: &SecretRef| Some(fixed.clone());
        let read = arguments(&cdc_cli(&pipeline, Secrets::inline(&resolve)));
        prop_assert_eq!(&read[2], &format!("--server={server}"));
        prop_assert_eq!(&read[3], &format!("--changefeed-id={id}"));
        let uri = read[4].strip_prefix("--sink-uri=").unwrap();
        let (uri, _) = crate::sink_uri::SinkUri::parse(uri).unwrap();
        prop_assert_eq!(&uri.params.last().unwrap().1, &secret);
    }
}
