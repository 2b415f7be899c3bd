//! Secrets are searched for where they must not be.

use crate::app::{TestApp, document};
use axum::http::{Method, StatusCode};
use serde_json::json;
use std::path::Path;

const SECRET: &str = "S3cr+t/with=reserved&chars";

fn files_holding(directory: &Path, needle: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_holding(&path, needle));
        } else if std::fs::read(&path).unwrap().windows(needle.len()).any(|w| w == needle) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn a_saved_secret_is_in_no_answer_and_in_no_file() {
    let app = TestApp::new();
    let mut body = document("sealed");
    body["source"]["url"] = json!(format!(
        "mysql://cdc:{}@127.0.0.1:3306",
        SECRET.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D").replace('&', "%26")
    ));
    body["kafka"]["params"]["sasl-mechanism"] = json!("plain");
    body["kafka"]["params"]["sasl-user"] = json!("key");
    body["kafka"]["params"]["sasl-password"] = json!(SECRET);
    body["kafka"]["params"]["sasl-pasword"] = json!(SECRET);
    body["schema_registry"]["password"] = json!(SECRET);
    body["schema_registry"]["user"] = json!("registry-key");
    body["connectors"] = json!([{ "name": "c", "kind": "sqlserver", "config": { "connection.password": SECRET } }]);
    let sql = format!("CREATE SOURCE CONNECTOR c WITH ('connector.class'='x', 'connection.password' = '{SECRET}');");
    body["ksqldb"] = json!([{ "name": "k", "sql": sql }]);
    body["ksqldb_server"] = json!({ "url": "http://localhost:8088", "user": "k", "password": SECRET, "key": SECRET });
    body["confluent_cloud"] = json!({ "environment": "env-1", "cluster": "lkc-1", "api_key": "K", "api_secret": SECRET });
    body["changefeed"]["ticdc_password"] = json!(SECRET);

    let saved = app.post("/api/v1/pipelines", json!({ "document": body })).await;
    assert_eq!(saved.status, StatusCode::CREATED, "{}", saved.text);
    assert_eq!(saved.json()["document"]["kafka"]["params"]["sasl-password"], "store:sealed/kafka.params.sasl-password");
    assert_eq!(saved.json()["document"]["source"]["password"], "store:sealed/source.password");
    let answers = [
        saved.text,
        app.get("/api/v1/pipelines/sealed").await.text,
        app.get("/api/v1/pipelines").await.text,
        app.get("/api/v1/pipelines/sealed/progress").await.text,
        app.post("/api/v1/check", json!({ "pipeline": { "document": body } })).await.text,
    ];
    for answer in answers {
        assert!(!answer.contains(SECRET) && !answer.contains("S3cr"), "{answer}");
    }
    assert_eq!(files_holding(app.directory.path(), b"S3cr"), Vec::<String>::new());
    // It is there all the same: what the engine gets is the value.
    let open = app.studio.store().unseal(&app.studio.store().pipeline("sealed").unwrap().unwrap().document).unwrap();
    assert_eq!(open.kafka.param("sasl-password").unwrap(), SECRET);
    assert_eq!(open.source.password.0, SECRET);
    assert_eq!(open.ksqldb[0].sql, sql);
    assert_eq!(open.changefeed.ticdc_password.0, SECRET);
    assert!(!format!("{open:?}").contains("S3cr"));
}

#[tokio::test]
async fn a_secret_in_pasted_toml_is_not_kept_in_the_text() {
    let app = TestApp::new();
    let toml = format!(
        "# my pipeline\nversion = 1\nname = \"t\"\n[source]\nkind = \"mysql\"\nurl = \"mysql://a@b:3306\"\npassword = \"{SECRET}\"\n"
    );
    let saved = app.post("/api/v1/pipelines", json!({ "toml": toml })).await;
    assert_eq!(saved.status, StatusCode::CREATED, "{}", saved.text);
    assert!(!saved.text.contains("S3cr"));
    assert!(saved.json()["toml"].as_str().unwrap().contains("store:t/source.password"));
}

#[tokio::test]
async fn text_without_secrets_keeps_its_comments() {
    let app = TestApp::new();
    let toml = "# my pipeline\nversion = 1\nname = \"t\"\n[source]\nkind = \"tpcc\"\n";
    let saved = app.post("/api/v1/pipelines", json!({ "toml": toml })).await;
    assert_eq!(saved.json()["toml"], toml);
}

#[tokio::test]
async fn removing_a_pipeline_removes_its_secrets() {
    let app = TestApp::new();
    let mut body = document("gone");
    body["source"]["password"] = json!(SECRET);
    app.post("/api/v1/pipelines", json!({ "document": body })).await;
    assert!(app.studio.store().secret("gone/source.password").unwrap().is_some());
    assert_eq!(app.call(Method::DELETE, "/api/v1/pipelines/gone", None).await.status, StatusCode::NO_CONTENT);
    assert!(app.studio.store().secret("gone/source.password").unwrap().is_none());
}

#[tokio::test]
async fn a_connector_that_took_anothers_place_keeps_its_secret() {
    let app = TestApp::new();
    let connector =
        |name: &str, password: &str| json!({ "name": name, "kind": "sqlserver", "config": { "connection.password": password } });
    let mut body = document("moved");
    body["connectors"] = json!([connector("a", "first"), connector("b", "second")]);
    let saved = app.post("/api/v1/pipelines", json!({ "document": body })).await;
    assert_eq!(saved.status, StatusCode::CREATED, "{}", saved.text);
    let mut document = saved.json()["document"].clone();
    let second = document["connectors"][1].clone();
    document["connectors"] = json!([second, connector("c", "third")]);
    let saved = app.call(Method::PUT, "/api/v1/pipelines/moved", Some(json!({ "document": document }))).await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text);
    let open = app.studio.store().unseal(&app.studio.store().pipeline("moved").unwrap().unwrap().document).unwrap();
    let passwords: Vec<_> = open.connectors.iter().map(|connector| connector.config["connection.password"].as_str().unwrap()).collect();
    assert_eq!(passwords, ["second", "third"]);
}
