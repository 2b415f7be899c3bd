//! Preflight of connectors, on doubles of Confluent Cloud and of a Kafka Connect worker.

use crate::{
    app::TestApp,
    preflight::{SECRET, document, preflight},
    services::embedded,
};
use doubles::{
    confluent_cloud::{ConfluentCloud, Options as CloudOptions},
    connect_worker::{ConnectWorker, Options as WorkerOptions},
};
use serde_json::{Value, json};
use shared::api::CheckState;

fn sql_server(flavour: &str, config: Value) -> Value {
    let mut settings = json!({
        "insert.mode": "UPSERT", "pk.mode": "record_key", "delete.enabled": "true", "auto.create": "true",
    });
    settings.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
    json!({ "name": "orders", "kind": "sqlserver", "flavour": flavour, "topics": ["tidb_tpcc_orders"], "config": settings })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_s_key_and_wrong_ids_are_told_apart_from_the_cloud_s() {
    let (services, app) = (embedded().await, TestApp::new());
    let options = CloudOptions::default();
    let (key, cluster_key) = (options.cloud_key.clone(), options.cluster_key.clone());
    let cloud = ConfluentCloud::start(options).await;
    let mut body = document(&services);
    body["kafka"]["params"]["sasl-user"] = json!(cluster_key.0);
    body["connectors"] = json!([sql_server("confluent-cloud", json!({ "connection.password": SECRET }))]);
    let place = |key: &(String, String), environment: &str| json!({ "url": cloud.url(), "environment": environment, "cluster": "lkc-1", "api_key": key.0, "api_secret": key.1 });
    body["confluent_cloud"] = place(&cluster_key, "env-1");
    let seen = preflight(&app, body.clone()).await;
    assert_eq!(seen.end("cloud.login"), (CheckState::Failed, "launch-cloud-key-is-cluster-key"), "{}", seen.text);
    assert!(seen.check("cloud.login").findings.iter().any(|finding| finding.code == "remote-unauthorized"), "{}", seen.text);
    assert_eq!(seen.end("connector.orders.plugin").0, CheckState::Skipped);
    assert_eq!(seen.check("connector.orders.topics").detail, "0 there, 1 to come from the changefeed or ksqlDB");

    body["name"] = json!("wrong-environment");
    body["confluent_cloud"] = place(&key, "e-1");
    let seen = preflight(&app, body.clone()).await;
    assert_eq!(seen.end("cloud.login"), (CheckState::Failed, "confluent-id-invalid"), "{}", seen.text);

    // The right key gets as far as the plugin, which misses a property.
    body["name"] = json!("incomplete");
    body["confluent_cloud"] = place(&key, "env-1");
    let seen = preflight(&app, body).await;
    assert_eq!(seen.end("connector.orders.plugin").0, CheckState::Ok, "{}", seen.text);
    assert_eq!(seen.end("connector.orders.config"), (CheckState::Failed, "connector-property-refused"), "{}", seen.text);
    let refused = &seen.check("connector.orders.config").findings[0];
    assert!(refused.path.starts_with("connectors[0].config.\""), "{refused:?}");
    assert_eq!(seen.end("connector.orders.name").0, CheckState::Ok);
    for secret in [&key.1, &cluster_key.1] {
        assert!(!seen.text.contains(secret.as_str()), "{}", seen.text);
    }
    assert_eq!(cloud.created(), 0, "nothing was made");
    services.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_is_not_installed_and_a_topic_of_nobody_are_told() {
    let (services, app) = (embedded().await, TestApp::new());
    let worker = ConnectWorker::start(WorkerOptions::default()).await;
    let mut body = document(&services);
    body["connect"] = json!({ "url": worker.url() });
    let mut other =
        sql_server("kafka-connect-aiven", json!({ "connection.url": "jdbc:sqlserver://db:1433", "connection.password": SECRET }));
    other["topics"] = json!(["tidb_tpcc_ordres"]);
    other["name"] = json!("aiven");
    let own = sql_server("kafka-connect-confluent", json!({ "connection.url": "jdbc:sqlserver://db:1433", "auto.create": "false" }));
    body["connectors"] = json!([other, own]);
    let seen = preflight(&app, body).await;
    assert!(seen.check("connect.login").detail.starts_with("Kafka Connect 4.1.0"), "{}", seen.text);
    assert_eq!(seen.end("connector.aiven.plugin"), (CheckState::Failed, "connector-plugin-missing"), "{}", seen.text);
    assert!(seen.check("connector.aiven.plugin").findings[0].hint.contains("JdbcSinkConnector`"), "{}", seen.text);
    assert_eq!(seen.end("connector.aiven.config").0, CheckState::Skipped);
    assert_eq!(seen.end("connector.aiven.topics"), (CheckState::Failed, "connector-topic-absent"), "{}", seen.text);
    assert_eq!(seen.end("connector.orders.config"), (CheckState::Ok, "connector-tables-needed"), "{}", seen.text);
    services.shut_down().await;
}
