#![allow(clippy::unwrap_used)]

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::*;
use crate::clients::schema_registry as client;

mod clients;

const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A registry without network.
struct Fixture {
    dir: TempDir,
    router: Router,
}

impl Fixture {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let router = router::router(store::Store::open(&dir.path().join("r")).unwrap());
        Self { dir, router }
    }

    /// The same file, opened by another process after this one.
    fn reopened(self) -> Self {
        drop(self.router);
        let router = router::router(store::Store::open(&self.dir.path().join("r")).unwrap());
        Self { dir: self.dir, router }
    }

    async fn raw(&self, method: &str, path: &str, body: impl Into<Body>) -> Response<Body> {
        let request = Request::builder().method(method).uri(path).body(body.into()).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.raw(method, path, body).await;
        let status = answer.status().as_u16();
        assert_eq!(answer.headers()["content-type"], "application/vnd.schemaregistry.v1+json");
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_else(|_| panic!("no JSON: {body:?}")))
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, Value::Null).await
    }

    async fn register(&self, subject: &str, schema: &str) -> (u16, Value) {
        self.call("POST", &format!("/subjects/{subject}/versions"), json!({ "schema": schema })).await
    }

    /// Status and error code of a refusal.
    async fn refusal(&self, method: &str, path: &str, body: Value) -> (u16, u64) {
        let (status, body) = self.call(method, path, body).await;
        assert!(!body["message"].as_str().unwrap().is_empty());
        (status, body["error_code"].as_u64().unwrap())
    }
}

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"orders","namespace":"default.tpcc","fields":[{{"name":"id","type":"int"}}{fields}]}}"#)
}

fn with_column(kind: &str) -> String {
    record(&format!(r#",{{"name":"c","type":"{kind}","default":0}}"#))
}

#[tokio::test]
async fn the_root_answers_exactly_what_ticdc_compares() {
    let registry = Fixture::new();
    for method in ["GET", "POST"] {
        let answer = registry.raw(method, "/", Body::empty()).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(axum::body::to_bytes(answer.into_body(), 10).await.unwrap(), "{}");
    }
}

#[tokio::test]
async fn equal_schemas_share_an_id_and_versions_count_per_subject() {
    let registry = Fixture::new();
    let spaced = record("").replace(',', " ,\n");
    assert_eq!(registry.register("a-value", &record("")).await, (200, json!({ "id": 1 })));
    assert_eq!(registry.register("a-value", &spaced).await, (200, json!({ "id": 1 })));
    assert_eq!(registry.register("b-value", &record("")).await, (200, json!({ "id": 1 })));
    assert_eq!(registry.register("a-value", &with_column("int")).await, (200, json!({ "id": 2 })));
    assert_eq!(registry.register("a-value", &record("")).await, (200, json!({ "id": 1 })), "a live earlier version");
    assert_eq!(registry.get("/subjects").await.1, json!(["a-value", "b-value"]));
    assert_eq!(registry.get("/subjects/a-value/versions").await.1, json!([1, 2]));
    assert_eq!(registry.get("/schemas/ids/1").await.1, json!({ "schema": record("") }));
    assert_eq!(registry.get("/schemas/ids/1?fetchMaxId=true").await.1["maxId"], 2);
    assert_eq!(registry.get("/schemas/ids/1/subjects").await.1, json!(["a-value", "b-value"]));
    assert_eq!(
        registry.get("/schemas/ids/1/versions").await.1,
        json!([{ "subject": "a-value", "version": 1 }, { "subject": "b-value", "version": 1 }])
    );
    let latest = json!({ "subject": "a-value", "version": 2, "id": 2, "schema": with_column("int") });
    for name in ["latest", "-1", "2"] {
        assert_eq!(registry.get(&format!("/subjects/a-value/versions/{name}")).await.1, latest);
    }
    assert_eq!(registry.get("/subjects/a-value/versions/1/schema").await.1, serde_json::from_str::<Value>(&record("")).unwrap());
    assert_eq!(registry.get("/schemas?latestOnly=true&subjectPrefix=a").await.1, json!([latest]));
}

#[tokio::test]
async fn a_look_up_finds_what_java_prints_again() {
    let registry = Fixture::new();
    registry.register("t-value", &record(r#",{"name":"d","default":null,"type":["null",{"type":"double"}]}"#)).await;
    let java = r#"{"type":"record","name":"orders","namespace":"default.tpcc","fields":[{"name":"id","type":"int"},{"name":"d","type":["null","double"],"default":null}]}"#;
    let (status, body) = registry.call("POST", "/subjects/t-value?normalize=false&deleted=true", json!({ "schema": java })).await;
    assert_eq!((status, &body["version"], &body["id"], &body["subject"]), (200, &json!(1), &json!(1), &json!("t-value")));
    let schema = |text: &str| json!({ "schema": text });
    assert_eq!(registry.refusal("POST", "/subjects/t-value", schema("\"int\"")).await, (404, 40403));
    assert_eq!(registry.refusal("POST", "/subjects/other", schema("\"int\"")).await, (404, 40401));
}

#[tokio::test]
async fn an_incompatible_schema_is_refused_and_the_reason_names_subject_and_field() {
    let registry = Fixture::new();
    registry.register("t-value", &with_column("long")).await;
    let (status, body) = registry.register("t-value", &with_column("int")).await;
    assert_eq!((status, &body["error_code"]), (409, &json!(409)));
    let message = body["message"].as_str().unwrap();
    for part in ["subject \"t-value\"", "TYPE_MISMATCH", "field 'c'", "{oldSchemaVersion: 1}"] {
        assert!(message.contains(part), "{message}");
    }
    registry.call("PUT", "/config/t-value", json!({ "compatibility": "NONE" })).await;
    assert_eq!(registry.register("t-value", &with_column("int")).await.0, 200);
}

#[tokio::test]
async fn compatibility_can_be_tried_before_registering() {
    let registry = Fixture::new();
    let schema = json!({ "schema": with_column("int") });
    let latest = "/compatibility/subjects/t-value/versions/latest";
    assert_eq!(registry.call("POST", latest, schema.clone()).await, (200, json!({ "is_compatible": true })));
    assert_eq!(registry.refusal("POST", "/compatibility/subjects/t-value/versions/1", schema.clone()).await, (404, 40401));
    registry.register("t-value", &with_column("long")).await;
    assert_eq!(registry.call("POST", latest, schema.clone()).await.1, json!({ "is_compatible": false }));
    let (_, verbose) = registry.call("POST", &format!("{latest}?verbose=True"), schema.clone()).await;
    assert!(verbose["messages"][0].as_str().unwrap().contains("TYPE_MISMATCH"));
    let all = registry.call("POST", "/compatibility/subjects/t-value/versions", schema).await;
    assert_eq!(all.1, json!({ "is_compatible": false }));
}

#[tokio::test]
async fn deletion_is_soft_first_and_permanent_second() {
    let registry = Fixture::new();
    registry.register("t", "\"int\"").await;
    registry.register("t", "\"long\"").await;
    assert_eq!(registry.refusal("DELETE", "/subjects/t?permanent=true", Value::Null).await, (404, 40405));
    assert_eq!(registry.refusal("DELETE", "/subjects/t/versions/1?permanent=true", Value::Null).await, (404, 40407));
    assert_eq!(registry.call("DELETE", "/subjects/t/versions/1", Value::Null).await, (200, json!(1)));
    assert_eq!(registry.refusal("DELETE", "/subjects/t/versions/1", Value::Null).await, (404, 40406));
    assert_eq!(registry.get("/subjects/t/versions").await.1, json!([2]));
    assert_eq!(registry.get("/subjects/t/versions?deleted=true").await.1, json!([1, 2]));
    assert_eq!(registry.get("/subjects/t/versions?deletedOnly=true").await.1, json!([1]));
    assert_eq!(registry.get("/schemas/ids/1").await.0, 200, "old messages must stay readable");
    assert_eq!(registry.call("DELETE", "/subjects/t", Value::Null).await, (200, json!([2])));
    assert_eq!(registry.refusal("DELETE", "/subjects/t", Value::Null).await, (404, 40404));
    assert_eq!(registry.refusal("GET", "/subjects/t/versions", Value::Null).await, (404, 40401));
    assert_eq!(registry.get("/subjects").await.1, json!([]));
    assert_eq!(registry.get("/subjects?deleted=true").await.1, json!(["t"]));

    // Known again: the old id, a new version.
    assert_eq!(registry.register("t", "\"int\"").await.1, json!({ "id": 1 }));
    assert_eq!(registry.get("/subjects/t/versions").await.1, json!([3]));
    registry.call("DELETE", "/subjects/t", Value::Null).await;
    assert_eq!(registry.call("DELETE", "/subjects/t?permanent=true", Value::Null).await, (200, json!([1, 2, 3])));
    assert_eq!(registry.refusal("GET", "/schemas/ids/1", Value::Null).await, (404, 40403));
    assert_eq!(registry.refusal("DELETE", "/subjects/t", Value::Null).await, (404, 40401));
    assert_eq!(registry.register("t", "\"string\"").await.1, json!({ "id": 3 }), "ids are not used twice");
}

#[tokio::test]
async fn settings_are_global_or_of_a_subject() {
    let registry = Fixture::new();
    assert_eq!(registry.get("/config").await.1, json!({ "compatibilityLevel": "BACKWARD" }));
    assert_eq!(registry.refusal("GET", "/config/t", Value::Null).await, (404, 40408));
    assert_eq!(registry.refusal("PUT", "/config", json!({ "compatibility": "SIDEWAYS" })).await, (422, 42203));
    let full = json!({ "compatibility": "FULL" });
    assert_eq!(registry.call("PUT", "/config", full.clone()).await, (200, full));
    assert_eq!(registry.get("/config/t?defaultToGlobal=true").await.1, json!({ "compatibilityLevel": "FULL" }));
    registry.call("PUT", "/config/t", json!({ "compatibility": "none" })).await;
    assert_eq!(registry.get("/config/t").await.1, json!({ "compatibilityLevel": "NONE" }));
    assert_eq!(registry.call("DELETE", "/config/t", Value::Null).await.1, json!({ "compatibilityLevel": "NONE" }));
    assert_eq!(registry.refusal("GET", "/config/t", Value::Null).await, (404, 40408));

    assert_eq!(registry.get("/mode").await.1, json!({ "mode": "READWRITE" }));
    assert_eq!(registry.refusal("GET", "/mode/t", Value::Null).await, (404, 40409));
    assert_eq!(registry.refusal("PUT", "/mode/t", json!({ "mode": "IMPORT" })).await, (422, 42204));
    registry.call("PUT", "/mode/t", json!({ "mode": "READONLY" })).await;
    assert_eq!(registry.refusal("POST", "/subjects/t/versions", json!({ "schema": "\"int\"" })).await, (422, 42205));
    registry.call("DELETE", "/mode/t", Value::Null).await;
    assert_eq!(registry.register("t", "\"int\"").await.0, 200);
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_in_the_registrys_own_words() {
    let registry = Fixture::new();
    let versions = "/subjects/t/versions";
    for (schema, code) in [
        (json!({ "schema": r#"{"type":"recrd"}"# }), 42201),
        (json!({ "schema": "" }), 42201),
        (json!({ "schema": "\"int\"", "schemaType": "XML" }), 42201),
        (json!({ "schema": "\"int\"", "references": [{ "name": "a", "subject": "b", "version": 1 }] }), 42201),
        (json!({ "schema": 7 }), 422),
        (json!("no object"), 422),
    ] {
        assert_eq!(registry.refusal("POST", versions, schema.clone()).await, (422, code), "{schema}");
    }
    registry.register("t", "\"int\"").await;
    for version in ["0", "abc", "-2", "99999999999"] {
        assert_eq!(registry.refusal("GET", &format!("{versions}/{version}"), Value::Null).await, (422, 42202), "{version}");
    }
    assert_eq!(registry.refusal("GET", &format!("{versions}/2"), Value::Null).await, (404, 40402));
    assert_eq!(registry.refusal("GET", "/schemas/ids/9", Value::Null).await, (404, 40403));
    assert_eq!(registry.refusal("GET", "/nothing/here", Value::Null).await, (404, 404));
    assert_eq!(registry.refusal("DELETE", "/subjects", Value::Null).await, (405, 405));
}

#[tokio::test]
async fn json_schema_and_protobuf_are_kept_unread() {
    let registry = Fixture::new();
    for (subject, kind, schema) in [("j", "JSON", r#"{"type":"object"}"#), ("p", "PROTOBUF", "syntax = \"proto3\";")] {
        let body = json!({ "schema": schema, "schemaType": kind });
        assert_eq!(registry.call("POST", &format!("/subjects/{subject}/versions"), body).await.0, 200);
        let (_, latest) = registry.get(&format!("/subjects/{subject}/versions/latest")).await;
        assert_eq!((&latest["schemaType"], &latest["schema"]), (&json!(kind), &json!(schema)));
    }
    assert_eq!(registry.refusal("POST", "/subjects/j/versions", json!({ "schema": "{", "schemaType": "JSON" })).await, (422, 42201));
    assert_eq!(registry.register("j", "\"int\"").await.0, 409, "an Avro schema cannot follow a JSON schema");
}

#[tokio::test]
async fn paths_and_bodies_are_taken_in_every_spelling() {
    let registry = Fixture::new();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(json!({ "schema": "\"int\"" }).to_string().as_bytes()).unwrap();
    let request = Request::post("//subjects/a%2Fb%3Ac%20d/versions/?normalize=False")
        .header("content-encoding", "gzip")
        .header("content-type", "application/octet-stream")
        .header("authorization", "Basic eDp5")
        .body(Body::from(gzip.finish().unwrap()))
        .unwrap();
    assert_eq!(registry.router.clone().oneshot(request).await.unwrap().status(), 200);
    assert_eq!(registry.get("/subjects/").await.1, json!(["a/b:c d"]));
    assert_eq!(registry.get("/config/").await.0, 200);
}

#[tokio::test]
async fn everything_survives_a_restart() {
    let registry = Fixture::new();
    registry.register("t", &record("")).await;
    registry.register("t", &with_column("int")).await;
    registry.call("DELETE", "/subjects/t/versions/1", Value::Null).await;
    registry.call("PUT", "/config", json!({ "compatibility": "FORWARD" })).await;
    let registry = registry.reopened();
    assert_eq!(registry.get("/subjects/t/versions?deleted=true").await.1, json!([1, 2]));
    assert_eq!(registry.get("/subjects/t/versions").await.1, json!([2]));
    assert_eq!(registry.get("/config").await.1, json!({ "compatibilityLevel": "FORWARD" }));
    assert_eq!(registry.register("other", &record("")).await.1, json!({ "id": 1 }));
    assert_eq!(registry.register("third", "\"int\"").await.1, json!({ "id": 3 }));
}
