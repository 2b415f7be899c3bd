#![allow(clippy::unwrap_used)]

use crate::config::Pipeline;
use crate::import::{Kind, apply, recognise};
use serde_json::{Value, json};

const RESOURCE: &str = r#"
resource "confluent_environment" "staging" {
  display_name = "Staging"
}

resource "confluent_connector" "sink" {
  environment {
    id = "env-123"
  }
  kafka_cluster {
    id = confluent_kafka_cluster.basic.id
  }
  config_sensitive = {
    "connection.password" = "hunter2\"$${x}"
    "kafka.api.secret"    = var.kafka_secret
    "other.secret"        = confluent_api_key.k.secret
  }
  config_nonsensitive = {
    "connector.class" = "MicrosoftSqlServerSink"
    "name"            = "orders_mssql"
    "topics"          = "tidb_tpcc_orders"
    "tasks.max"       = 1
  }
  depends_on = [confluent_environment.staging]
}
"#;

#[test]
fn a_connector_resource_becomes_a_connector() {
    let understood = recognise(RESOURCE);
    assert_eq!((understood.kind, understood.title.as_str()), (Kind::Terraform, "Connector from Terraform"));
    assert!(!format!("{understood:?}").contains("hunter2"));
    let codes: Vec<&str> = understood.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["import-expression", "import-not-taken"]);
    let mut pipeline = Pipeline::named("p");
    apply(&understood, &mut pipeline);
    let connector = &pipeline.connectors[0];
    assert_eq!(
        (connector.name.as_str(), connector.kind.as_str(), connector.topics.join(" ").as_str()),
        ("orders_mssql", "sqlserver", "tidb_tpcc_orders")
    );
    assert_eq!(
        Value::Object(connector.config.clone()),
        json!({"connection.password": "hunter2\"${x}", "kafka.api.secret": "env:TF_VAR_kafka_secret", "tasks.max": "1"})
    );
    assert_eq!(Value::Object(connector.extra.clone()), json!({"environment": "env-123"}));
}

#[test]
fn a_broken_resource_is_found_with_its_line() {
    let understood = recognise("resource \"confluent_connector\" \"a\" {\n  config_sensitive = {\n    \"x\" = \"open\n");
    assert_eq!((understood.kind, understood.findings[0].code.as_str()), (Kind::Terraform, "import-unreadable"));
    assert!(understood.findings[0].message.contains("line"), "{}", understood.findings[0].message);
}

#[test]
fn variables_of_the_same_text_have_their_values() {
    let text = format!("{RESOURCE}\nvariable \"kafka_secret\" {{\n  default = \"a\"\n}}\n");
    for (text, secret) in [(text.clone(), "a"), (format!("{text}\nkafka_secret = \"hunter2+\"\n"), "hunter2+")] {
        let mut pipeline = Pipeline::named("p");
        apply(&recognise(&text), &mut pipeline);
        assert_eq!(pipeline.connectors[0].config["kafka.api.secret"], secret);
    }
}
