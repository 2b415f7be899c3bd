//! The registry over HTTP, as its clients use it.

use super::*;

async fn registry_in(dir: &TempDir) -> Handle {
    start(Options { data_dir: dir.path().to_owned(), listen: LOOPBACK }).await.unwrap()
}

fn client_of(handle: &Handle) -> client::Client {
    let options = client::Options { url: format!("http://{}", handle.address()), user: "key".into(), password: Some("secret".into()) };
    client::Client::new(options).unwrap()
}

#[tokio::test]
async fn our_client_registers_reads_back_and_hears_why_it_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let registry = registry_in(&dir).await;
    let client = client_of(&registry);
    assert!(client.ping().await.unwrap().accepted_by_ticdc);
    let id = client.register("tidb_tpcc/orders-value", &with_column("long")).await.unwrap();
    assert_eq!(client_of(&registry).schema(id).await.unwrap(), with_column("long"));
    assert_eq!(client.compatibility("tidb_tpcc/orders-value").await.unwrap(), "BACKWARD");
    let error = client.register("tidb_tpcc/orders-value", &with_column("int")).await.unwrap_err();
    assert_eq!((error.kind, error.error_code), (client::RegistryErrorKind::Incompatible, 409));
    let finding = error.finding();
    assert!(finding.message.contains("tidb_tpcc/orders-value") && finding.message.contains("field 'c'"), "{}", finding.message);
    assert!(finding.hint.contains("widen"), "{}", finding.hint);
    registry.shutdown().await;
}

#[tokio::test]
async fn concurrent_registrations_of_one_schema_give_one_id() {
    let dir = tempfile::tempdir().unwrap();
    let registry = registry_in(&dir).await;
    let ids = (0..40).map(|i| {
        let client = client_of(&registry);
        async move { client.register(&format!("s{}", i % 4), &record("")).await.unwrap() }
    });
    assert_eq!(futures::future::join_all(ids).await, [1; 40]);
    let client = client_of(&registry);
    assert_eq!(client.register("s0", &with_column("int")).await.unwrap(), 2, "no id was left out");
    registry.shutdown().await;
}

#[tokio::test]
async fn a_restart_keeps_ids_and_address() {
    let dir = tempfile::tempdir().unwrap();
    let registry = registry_in(&dir).await;
    let address = registry.address();
    let id = client_of(&registry).register("t", &record("")).await.unwrap();
    registry.shutdown().await;
    let registry = registry_in(&dir).await;
    assert_eq!(registry.address(), address);
    assert_eq!(client_of(&registry).schema(id).await.unwrap(), record(""));
    registry.shutdown().await;
}

#[tokio::test]
async fn dropping_the_handle_stops_the_registry() {
    let dir = tempfile::tempdir().unwrap();
    let registry = registry_in(&dir).await;
    let address = registry.address();
    let mut stopped = registry.stopped.clone();
    drop(registry);
    stopped.wait_for(|stopped| *stopped).await.unwrap();
    std::net::TcpListener::bind(address).unwrap();
}

#[tokio::test]
async fn a_port_in_use_and_a_data_directory_in_use_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let registry = registry_in(&dir).await;
    let other = tempfile::tempdir().unwrap();
    let error = start(Options { data_dir: other.path().to_owned(), listen: registry.address() }).await.unwrap_err();
    assert!(matches!(error, Error::PortInUse { .. }), "{error}");
    let error = start(Options { data_dir: dir.path().to_owned(), listen: LOOPBACK }).await.unwrap_err();
    assert!(matches!(error, Error::Storage { .. }), "{error}");
    std::fs::write(other.path().join("file"), "").unwrap();
    let error = start(Options { data_dir: other.path().join("file/below"), listen: LOOPBACK }).await.unwrap_err();
    assert!(matches!(error, Error::DataDir { .. }), "{error}");
    registry.shutdown().await;
}

/// The calls of `KafkaAvroSerializer`, `AvroConverter`, ksqlDB and the Python serializer, header by header as they send them.
#[tokio::test]
async fn the_calls_of_java_and_python_clients_are_answered() {
    let dir = tempfile::tempdir().unwrap();
    let registry = registry_in(&dir).await;
    let base = format!("http://{}", registry.address());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let java = "application/vnd.schemaregistry.v1+json";
    let send = |method: &str, path: &str, body: Option<Value>| {
        let request = http
            .request(method.parse().unwrap(), format!("{base}{path}"))
            .header("accept", format!("{java}, application/vnd.schemaregistry+json, application/json"))
            .header("content-type", java)
            .header("Confluent-Accept-Unknown-Properties", "true")
            .header("X-Forward", "true");
        let request = match body {
            Some(body) => request.body(body.to_string()),
            None => request,
        };
        async move {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.headers()["content-type"], java);
            assert!(answer.headers().contains_key("content-length"));
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        }
    };
    let schema = json!({ "schema": record("") });
    assert_eq!(send("POST", "/subjects/t-value/versions?normalize=false", Some(schema.clone())).await, (200, json!({ "id": 1 })));
    assert_eq!(send("POST", "/subjects/t-value/versions?normalize=True", Some(schema.clone())).await, (200, json!({ "id": 1 })));
    assert_eq!(send("GET", "/schemas/ids/1?fetchMaxId=false&subject=t-value", None).await.1["schema"], record(""));
    let look_up = send("POST", "/subjects/t-value?normalize=false&deleted=true", Some(schema.clone())).await;
    assert_eq!((look_up.0, &look_up.1["version"]), (200, &json!(1)));
    assert_eq!(send("GET", "/subjects/t-value/versions/latest", None).await.1["id"], 1);
    assert_eq!(send("GET", "/subjects", None).await.1, json!(["t-value"]));
    let association = send("GET", "/associations/resources/-/t?resourceType=topic&associationType=value", None).await;
    assert_eq!((association.0, &association.1["error_code"]), (404, &json!(40410)));
    assert_eq!(send("GET", "/schemas/types", None).await.1, json!(["JSON", "PROTOBUF", "AVRO"]));
    assert_eq!(send("GET", "/contexts", None).await.1, json!(["."]));
    assert_eq!(send("GET", "/v1/metadata/version", None).await.0, 200);
    assert_eq!(send("DELETE", "/subjects/t-value", None).await.1, json!([1]));
    registry.shutdown().await;
}
