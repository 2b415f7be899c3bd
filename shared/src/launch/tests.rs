#![allow(clippy::unwrap_used)]

use super::*;
use crate::api::StepKind;
use crate::config::parse;
use crate::schema::ddl::parse_create_table;

/// Everything at once: two statements, a connector on each kind of server.
const DOCUMENT: &str = r#"
version = 1
name = "orders"
[source]
kind = "tidb"
pd = ["http://10.0.10.20:2379"]
[changefeed]
target = "ticdc"
ticdc_version = "8.5.4"
ticdc_server = "https://10.0.10.25:8300"
ticdc_user = "root"
ticdc_password = "tidb-pw"
ticdc_ca = "file:/etc/ca.pem"
[[changefeed.config.sink.dispatchers]]
matcher = ["*.*"]
topic = "tidb_{schema}_{table}"
partition = "index-value"
[kafka]
brokers = ["pkc-1ab2c.ap-east-1.aws.confluent.cloud:9092"]
topic = "ticdc-meta"
[kafka.params]
protocol = "avro"
enable-tls = true
sasl-mechanism = "plain"
sasl-user = "CLUSTERKEY"
sasl-password = "cluster+secret"
replication-factor = 3
[schema_registry]
url = "https://psrc-1ab2c.us-east-2.aws.confluent.cloud"
user = "SRKEY"
password = "sr-secret"
[confluent_cloud]
environment = "env-1"
cluster = "lkc-1"
api_key = "CLOUDKEY"
api_secret = "cloud-secret"
[connect]
url = "http://connect:8083"
user = "admin"
password = "connect-secret"
[ksqldb_server]
url = "https://pksqlc-1.us-east-2.aws.confluent.cloud:443"
user = "KSQLKEY"
password = "ksql-secret"
[[ksqldb]]
name = "orders"
statement = "table"
topic = "tidb_tpcc_orders"
[[ksqldb]]
sql = "CREATE TABLE big AS SELECT * FROM `orders` EMIT CHANGES; SET 'a' = 'b';"
[[connectors]]
name = "orders-to-sqlserver"
kind = "sqlserver"
flavour = "confluent-cloud"
topics = ["tidb_tpcc_orders", "tidb_tpcc_customer", "BIG"]
[connectors.config]
"connection.host" = "sql.example.com"
"connection.user" = "sa"
"connection.password" = "sql-secret"
"db.name" = "tpcc"
"ssl.mode" = "require"
[[connectors]]
name = "all-to-postgres"
kind = "postgres"
flavour = "kafka-connect-confluent"
[connectors.config]
"topics.regex" = "tidb_tpcc_.*"
"connection.url" = "jdbc:postgresql://db/x"
"connection.user" = "pg"
"connection.password" = "pg-secret"
"#;

const SECRETS: [&str; 8] =
    ["tidb-pw", "cluster+secret", "cluster%2Bsecret", "sr-secret", "cloud-secret", "connect-secret", "ksql-secret", "sql-secret"];

fn codes(document: &str, change: impl Fn(&mut Pipeline)) -> Vec<String> {
    let mut pipeline = parse(document).unwrap();
    change(&mut pipeline);
    let findings = plan(&pipeline, &[]).findings;
    assert!(findings.iter().filter(|finding| finding.code.starts_with("launch-")).all(|finding| !finding.hint.is_empty()));
    findings.into_iter().map(|finding| finding.code).filter(|code| code.starts_with("launch-")).collect()
}

#[test]
fn steps_come_in_the_order_in_which_each_needs_the_one_before() {
    let plan = plan(&parse(DOCUMENT).unwrap(), &[]);
    let shown: Vec<(&str, &str, &str)> = plan.steps.iter().map(|step| (&*step.id, &*step.title, &*step.place)).collect();
    assert_eq!(
        shown,
        [
            ("changefeed", "Create the changefeed `orders` on TiCDC", "https://10.0.10.25:8300"),
            ("topics", "Wait for the first records in 2 topics", "Kafka pkc-1ab2c.ap-east-1.aws.confluent.cloud:9092"),
            ("ksqldb:orders", "Run the ksqlDB statement `orders`", "https://pksqlc-1.us-east-2.aws.confluent.cloud:443"),
            ("ksqldb:BIG", "Run the ksqlDB statement `BIG`", "https://pksqlc-1.us-east-2.aws.confluent.cloud:443"),
            ("connector:orders-to-sqlserver", "Create the connector `orders-to-sqlserver` on Confluent Cloud", "Confluent Cloud lkc-1"),
            ("connector:all-to-postgres", "Create the connector `all-to-postgres` on Kafka Connect", "http://connect:8083"),
        ]
    );
    for step in &plan.steps {
        assert!(!step.waits_for.is_empty() && !step.undo.is_empty() && !step.equivalents.is_empty(), "{}", step.id);
    }
    assert_eq!(plan.steps[3].undo, "Ends the queries of `BIG` and drops it; topics stay. What `SET` did stays.");
}

#[test]
fn no_secret_is_in_a_plan() {
    let text = serde_json::to_string(&plan(&parse(DOCUMENT).unwrap(), &[])).unwrap();
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret}");
    }
    for placeholder in
        ["${SASL_PASSWORD_URLENCODED}", "${CHANGEFEED_TICDC_PASSWORD}", "${CONFLUENT_CLOUD_API_SECRET}", "${CONNECT_PASSWORD}"]
    {
        assert!(text.contains(placeholder), "{placeholder}");
    }
}

#[test]
fn topics_are_waited_for_once_and_only_those_of_the_changefeed() {
    let pipeline = parse(DOCUMENT).unwrap();
    let topics = |tables: &[TableModel]| -> Vec<String> {
        awaited(&pipeline, tables).into_iter().map(|one| format!("{} {}", one.topic, one.subjects.join(" "))).collect()
    };
    let named = ["tidb_tpcc_orders tidb_tpcc_orders-key tidb_tpcc_orders-value", "tidb_tpcc_customer "];
    assert_eq!(topics(&[]), named);
    let item = parse_create_table("CREATE TABLE item (id int PRIMARY KEY)", "tpcc").unwrap();
    assert_eq!(topics(&[item]), [named[0], named[1], "tidb_tpcc_item "]);
}

#[test]
fn without_readers_of_topics_there_is_no_wait() {
    let mut pipeline = parse(DOCUMENT).unwrap();
    pipeline.ksqldb.clear();
    pipeline.connectors.clear();
    let plan = plan(&pipeline, &[]);
    assert_eq!(plan.steps.iter().map(|step| &step.kind).collect::<Vec<_>>(), [&StepKind::Changefeed]);
}

#[test]
fn what_a_launch_lacks_is_said_with_a_way_out() {
    assert_eq!(codes(DOCUMENT, |_| {}), ["launch-topics-unknown"]);
    type Case = (&'static str, fn(&mut Pipeline));
    let cases: [Case; 8] = [
        ("launch-target-export", |p| p.changefeed.target = config::Target::Export),
        ("launch-source-not-native", |p| p.changefeed.target = config::Target::Native),
        ("launch-ksqldb-server-missing", |p| p.ksqldb_server = None),
        ("launch-connect-missing", |p| p.connect = None),
        ("launch-connect-missing", |p| p.connect.as_mut().unwrap().url.clear()),
        ("launch-confluent-cloud-missing", |p| p.confluent_cloud = None),
        ("launch-confluent-cloud-incomplete", |p| p.confluent_cloud.as_mut().unwrap().api_key.clear()),
        ("launch-cloud-key-is-cluster-key", |p| p.confluent_cloud.as_mut().unwrap().api_key = "CLUSTERKEY".to_owned()),
    ];
    for (code, change) in cases {
        assert_eq!(codes(DOCUMENT, change), [code, "launch-topics-unknown"]);
    }
}

#[test]
fn the_documents_own_errors_prevent_a_launch_too() {
    let mut pipeline = parse(DOCUMENT).unwrap();
    pipeline.changefeed.ticdc_server.clear();
    let findings = plan(&pipeline, &[]).findings;
    assert_eq!(findings[0].code, "ticdc-server-missing");
    assert_eq!(findings[0].severity, Severity::Error);
}

#[test]
fn the_native_engine_is_started_by_this_program() {
    let mut pipeline = parse(DOCUMENT).unwrap();
    pipeline.source.kind = config::SourceKind::Mysql;
    pipeline.changefeed.target = config::Target::Native;
    let step = &plan(&pipeline, &[]).steps[0];
    assert_eq!(step.title, "Start the changefeed `orders` on this studio's engine");
    assert_eq!(step.equivalents[0].command, "changefeed-studio run orders.toml");
}

#[test]
fn ids_differ_even_where_names_do_not() {
    let mut pipeline = parse(DOCUMENT).unwrap();
    pipeline.ksqldb[1].name = "orders".to_owned();
    pipeline.connectors[1].name = pipeline.connectors[0].name.clone();
    let ids: Vec<String> = parts(&pipeline, &[]).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids[2..], ["ksqldb:orders", "ksqldb:orders-2", "connector:orders-to-sqlserver", "connector:orders-to-sqlserver-2"]);
}
