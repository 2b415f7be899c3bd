#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::parse;
use crate::quoting::hcl;
use crate::render::bundle;
use crate::secret::SecretRef;

/// The guide's two sinks, one of each server more, and one of ours.
const DOCUMENT: &str = r#"
version = 1
name = "tpcc-to-confluent"
[kafka]
brokers = ["pkc-1ab2c.ap-east-1.aws.confluent.cloud:9092"]
topic = "ticdc-meta"
[kafka.params]
protocol = "avro"
sasl-mechanism = "plain"
sasl-user = "ABCD1234EFGH5678"
sasl-password = "store:cluster-secret"
[schema_registry]
url = "https://psrc-1ab2c.us-east-2.aws.confluent.cloud"
user = "SRKEY"
password = "env:SR_SECRET"

[[connectors]]
name = "tidb_orders_snowflake"
kind = "snowflake"
topics = ["tidb_tpcc_orders", "tidb_tpcc_customer"]
[connectors.config]
"snowflake.url.name" = "ab12345.ap-east-1.aws.snowflakecomputing.com:443"
"snowflake.user.name" = "TICDC_LOADER"
"snowflake.private.key" = "store:snowflake-key"
"snowflake.role.name" = "TICDC_ROLE"
"snowflake.database.name" = "TPCC"
"snowflake.schema.name" = "TICDC"
"snowflake.topic2table.map" = "tidb_tpcc_orders:ORDERS,tidb_tpcc_customer:CUSTOMER"
"snowflake.ingestion.method" = "SNOWPIPE_STREAMING"
"behavior.on.null.values" = "DEFAULT"

[[connectors]]
name = "tidb_orders_mssql"
kind = "sqlserver"
flavour = "confluent-cloud"
topics = ["tidb_tpcc_orders"]
[connectors.config]
"connection.host" = "sql.example.com"
"connection.port" = 1433
"connection.user" = "ticdc"
"connection.password" = "pasted"
"db.name" = "tpcc"
"ssl.mode" = "require"
"insert.mode" = "UPSERT"
"auto.create" = true
"auto.evolve" = "true"
"pk.mode" = "record_key"
"pk.fields" = ""
"delete.enabled" = "true"
"errors.tolerance" = "none"
"table.name.format" = "${topic}"
"db.timezone" = "UTC"
"date.timezone" = "UTC"

[[connectors]]
name = "orders on a worker"
kind = "sqlserver"
flavour = "kafka-connect-confluent"
topics = ["tidb_tpcc_orders"]
[connectors.config]
"connection.url" = "jdbc:sqlserver://sql.example.com:1433;databaseName=tpcc;encrypt=true"
"connection.user" = "ticdc"
"connection.password" = "store:sqlserver"

[[connectors]]
name = "ours"
kind = "sqlserver"
flavour = "native"
[connectors.config]
"connection.password" = "never-in-a-file"
"#;

fn json(text: Option<String>) -> Value {
    serde_json::from_str(&text.unwrap()).unwrap()
}

#[test]
fn the_guides_snowflake_sink_is_its_request() {
    let request = connector_request(&parse(DOCUMENT).unwrap(), 0, Secrets::placeholders()).unwrap();
    let expected = r#"{
  "name": "tidb_orders_snowflake",
  "config": {
    "name": "tidb_orders_snowflake",
    "connector.class": "SnowflakeSink",
    "tasks.max": "1",
    "kafka.auth.mode": "KAFKA_API_KEY",
    "kafka.api.key": "ABCD1234EFGH5678",
    "kafka.api.secret": "${CLUSTER_SECRET}",
    "topics": "tidb_tpcc_orders,tidb_tpcc_customer",
    "input.data.format": "AVRO",
    "input.key.format": "AVRO",
    "snowflake.url.name": "ab12345.ap-east-1.aws.snowflakecomputing.com:443",
    "snowflake.user.name": "TICDC_LOADER",
    "snowflake.private.key": "${SNOWFLAKE_KEY}",
    "snowflake.role.name": "TICDC_ROLE",
    "snowflake.database.name": "TPCC",
    "snowflake.schema.name": "TICDC",
    "snowflake.topic2table.map": "tidb_tpcc_orders:ORDERS,tidb_tpcc_customer:CUSTOMER",
    "snowflake.ingestion.method": "SNOWPIPE_STREAMING",
    "behavior.on.null.values": "DEFAULT"
  }
}
"#;
    assert_eq!(request, expected);
}

#[test]
fn the_guides_sql_server_sink_is_a_flat_file_of_text() {
    let file = json(connector_cli_config(&parse(DOCUMENT).unwrap(), 1, Secrets::placeholders()));
    assert_eq!(
        file,
        json!({
            "name": "tidb_orders_mssql", "connector.class": "MicrosoftSqlServerSink", "tasks.max": "1",
            "kafka.auth.mode": "KAFKA_API_KEY", "kafka.api.key": "ABCD1234EFGH5678", "kafka.api.secret": "${CLUSTER_SECRET}",
            "topics": "tidb_tpcc_orders", "input.data.format": "AVRO", "input.key.format": "AVRO",
            "connection.host": "sql.example.com", "connection.port": "1433", "connection.user": "ticdc",
            "connection.password": "${CONNECTORS_1_CONNECTION_PASSWORD}",
            "db.name": "tpcc", "ssl.mode": "require", "insert.mode": "UPSERT", "auto.create": "true", "auto.evolve": "true",
            "pk.mode": "record_key", "pk.fields": "", "delete.enabled": "true", "errors.tolerance": "none",
            "table.name.format": "${topic}", "db.timezone": "UTC", "date.timezone": "UTC",
        })
    );
}

#[test]
fn a_worker_is_given_the_registrys_key_and_no_file_for_confluents_tools() {
    let pipeline = parse(DOCUMENT).unwrap();
    let request = json(connector_request(&pipeline, 2, Secrets::placeholders()));
    assert_eq!(request["name"], "orders on a worker");
    assert_eq!(request["config"]["value.converter.basic.auth.user.info"], "SRKEY:${SR_SECRET}");
    assert_eq!(request["config"]["connection.password"], "${SQLSERVER}");
    assert!(request["config"].get("kafka.api.secret").is_none());
    assert_eq!(connector_cli_config(&pipeline, 2, Secrets::placeholders()), None);
}

#[test]
fn every_connector_has_its_files_but_ours() {
    let pipeline = parse(DOCUMENT).unwrap();
    let files = bundle(&pipeline, Secrets::placeholders());
    let names: Vec<&str> = files
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| name.starts_with("connectors/") || name.starts_with("terraform/"))
        .collect();
    assert_eq!(
        names,
        [
            "connectors/tidb_orders_snowflake.json",
            "connectors/tidb_orders_snowflake.cli.json",
            "connectors/tidb_orders_snowflake.md",
            "connectors/tidb_orders_mssql.json",
            "connectors/tidb_orders_mssql.cli.json",
            "connectors/tidb_orders_mssql.md",
            "connectors/orders-on-a-worker.json",
            "terraform/connectors.tf",
        ]
    );
    for (name, text) in &files {
        assert!(!text.contains("never-in-a-file") && !text.contains("pasted") && !text.contains("~placeholder"), "{name}: {text}");
    }
    let readme = &files[0].1;
    for part in [
        "| `CONNECTORS_1_CONNECTION_PASSWORD` | `connectors[1].config.\"connection.password\"` |",
        "-d @connectors/orders-on-a-worker.json \"$CONNECT_URL/connectors\"",
        "--config-file connectors/tidb_orders_mssql.cli.json",
        r#"jq '(.. | strings) |= gsub("\\$\\{(?<name>CLUSTER_SECRET|CONNECTORS_1_CONNECTION_PASSWORD|SNOWFLAKE_KEY|SQLSERVER|SR_SECRET)\\}"; $ENV[.name])'"#,
        "export TF_VAR_cluster_secret=\"$CLUSTER_SECRET\"",
    ] {
        assert!(readme.contains(part), "{part} is not in\n{readme}");
    }
    assert!(!readme.contains("SQLSERVER_URLENCODED") && !readme.contains("tfvars"), "{readme}");
}

#[test]
fn terraform_has_variables_for_secrets_and_doubled_dollars_for_topics() {
    let mut pipeline = parse(DOCUMENT).unwrap();
    pipeline.connectors.remove(0);
    let connectors = terraform(&pipeline, Secrets::placeholders()).unwrap().connectors;
    let (_, module) = connectors.split_once("  description = \"The Kafka cluster, lkc-…\"\n").unwrap();
    assert_eq!(
        module,
        r#"  type        = string
}

variable "cluster_secret" {
  description = "Secret of kafka.params.sasl-password"
  type        = string
  sensitive   = true
}

variable "connectors_0_connection_password" {
  description = "Secret of connectors[0].config.\"connection.password\""
  type        = string
  sensitive   = true
}

resource "confluent_connector" "tidb_orders_mssql" {
  environment {
    id = var.environment_id
  }

  kafka_cluster {
    id = var.kafka_cluster_id
  }

  config_sensitive = {
    "kafka.api.key"       = "ABCD1234EFGH5678"
    "kafka.api.secret"    = var.cluster_secret
    "connection.password" = var.connectors_0_connection_password
  }

  config_nonsensitive = {
    "name"              = "tidb_orders_mssql"
    "connector.class"   = "MicrosoftSqlServerSink"
    "tasks.max"         = "1"
    "kafka.auth.mode"   = "KAFKA_API_KEY"
    "topics"            = "tidb_tpcc_orders"
    "input.data.format" = "AVRO"
    "input.key.format"  = "AVRO"
    "connection.host"   = "sql.example.com"
    "connection.port"   = "1433"
    "connection.user"   = "ticdc"
    "db.name"           = "tpcc"
    "ssl.mode"          = "require"
    "insert.mode"       = "UPSERT"
    "auto.create"       = "true"
    "auto.evolve"       = "true"
    "pk.mode"           = "record_key"
    "pk.fields"         = ""
    "delete.enabled"    = "true"
    "errors.tolerance"  = "none"
    "table.name.format" = "$${topic}"
    "db.timezone"       = "UTC"
    "date.timezone"     = "UTC"
  }
}
"#
    );
    assert!(!connectors.contains("sr_secret"), "the service has the registry's key");
}

/// What Terraform reads from a text in quotes.
fn in_quotes(text: &str) -> String {
    match hcl::read(text.strip_prefix('"').unwrap().strip_suffix('"').unwrap()) {
        Some(hcl::Template::Text(read)) => read,
        other => panic!("{text} is {other:?}"),
    }
}

#[test]
fn secrets_of_any_characters_survive_json_and_terraform() {
    const HOSTILE: &str = "+ / = % & \" ' \\ $ { } ${topic} %{if} $${x} \n \t é 语 \u{1}";
    let pipeline = parse(DOCUMENT).unwrap();
    let resolve = |_: &str, reference: &SecretRef| matches!(reference, SecretRef::Store(_)).then(|| HOSTILE.to_owned());
    let secrets = Secrets::inline(&resolve);
    let request = json(connector_request(&pipeline, 0, secrets));
    assert_eq!(request["config"]["kafka.api.secret"], HOSTILE);
    assert_eq!(request["config"]["snowflake.private.key"], HOSTILE);
    assert_eq!(json(connector_cli_config(&pipeline, 1, secrets))["connection.password"], "pasted");
    let worker = json(connector_request(&pipeline, 2, secrets));
    assert_eq!(worker["config"]["key.converter.basic.auth.user.info"], "SRKEY:${SR_SECRET}", "one that cannot be had stays a placeholder");

    let terraform = terraform(&pipeline, secrets).unwrap();
    assert!(!terraform.connectors.contains("pasted"), "the module holds no secret");
    let values = terraform.secrets.unwrap();
    let values: Vec<(&str, String)> =
        values.lines().map(|line| line.split_once('=').unwrap()).map(|(name, text)| (name.trim(), in_quotes(text.trim()))).collect();
    let hostile = HOSTILE.to_owned();
    assert_eq!(
        values,
        [("cluster_secret", hostile.clone()), ("connectors_1_connection_password", "pasted".to_owned()), ("snowflake_key", hostile)]
    );
}

#[test]
fn a_variable_of_terraform_keeps_its_name() {
    for (placeholder, expected) in [
        ("SASL_PASSWORD", "sasl_password"),
        ("TF_VAR_sasl_Password", "sasl_Password"),
        ("SOURCE", "secret_source"),
        ("TF_VAR_", "secret_"),
        ("2ND", "secret_2nd"),
    ] {
        assert_eq!(variable(placeholder), expected);
    }
}

#[test]
fn names_of_files_are_names_and_no_two_are_one() {
    let mut pipeline = parse(DOCUMENT).unwrap();
    for (connector, name) in pipeline.connectors.iter_mut().zip(["../../etc/passwd", "A", "a", ""]) {
        connector.name = name.to_owned();
    }
    assert_eq!(file_names(&pipeline), ["------etc-passwd", "A", "a-2", "connector"]);
}

#[test]
fn without_connectors_of_the_cloud_there_is_no_module() {
    let mut pipeline = parse(DOCUMENT).unwrap();
    pipeline.connectors.drain(..2);
    assert_eq!(terraform(&pipeline, Secrets::placeholders()), None);
    assert_eq!(connector_request(&pipeline, 9, Secrets::placeholders()), None);
}

#[test]
fn keys_without_quotes_keep_their_secrets() {
    let text = DOCUMENT.replace("\"snowflake.private.key\"", "snowflake.private.key");
    let request = json(connector_request(&parse(&text).unwrap(), 0, Secrets::placeholders()));
    assert_eq!(request["config"]["snowflake.private.key"], "${SNOWFLAKE_KEY}");
}

#[test]
fn the_consoles_form_is_filled_in_by_its_labels() {
    let list = connector_checklist(&parse(DOCUMENT).unwrap(), 1).unwrap();
    for row in [
        "# tidb_orders_mssql in the console\n",
        "| Delete on null | `true` | `delete.enabled` |\n",
        "| Auto add columns | `true` | `auto.evolve` |\n",
        "| Table name format | `${topic}` | `table.name.format` |\n",
        "| Connection password | `${CONNECTORS_1_CONNECTION_PASSWORD}` | `connection.password` |\n",
    ] {
        assert!(list.contains(row), "{row} is not in\n{list}");
    }
    assert!(!list.contains("pk.fields"), "nothing is typed for an empty value");
    assert_eq!(connector_checklist(&parse(DOCUMENT).unwrap(), 2), None);
}

#[test]
fn an_unsealed_document_gives_what_the_request_has_with_its_values() {
    // A password may look like a reference: there is nothing left to look up.
    let value = |_: &str, _: &SecretRef| Some("store:a \"b\"".to_owned());
    let sealed = parse(DOCUMENT).unwrap();
    let mut open = sealed.clone();
    open.for_each_secret(&mut |path, text| {
        if !SecretRef::parse(text).is_inline() {
            *text = value(path, &SecretRef::parse(text)).unwrap();
        }
    });
    for index in 0..3 {
        let (name, config) = connector_config(&open, index).unwrap();
        assert_eq!(json(connector_request(&sealed, index, Secrets::inline(&value))), json!({"name": name, "config": config}));
    }
    assert_eq!(connector_config(&open, 3), None, "ours is on no server");
    assert_eq!(connector_config(&open, 4), None, "there is no fifth");
}
