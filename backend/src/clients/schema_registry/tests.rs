#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::*;
use crate::engine::error::{EngineError, ErrorKind};

const PASSWORD: &str = "s3cr3t/+=&?#";
const QUICK: Retry = Retry { attempts: 3, first_delay: Duration::from_millis(1), longest_delay: Duration::from_millis(2) };

/// A registry that gives the answers of a script in order, the last one for ever, and keeps what it was asked.
#[derive(Clone)]
struct Scripted {
    answers: Arc<Mutex<Vec<(u16, &'static str)>>>,
    seen: Arc<Mutex<Vec<(String, HeaderMap, String)>>>,
}

impl Scripted {
    async fn start(answers: &[(u16, &'static str)]) -> (Self, SocketAddr) {
        let script = Self { answers: Arc::new(Mutex::new(answers.iter().rev().copied().collect())), seen: Arc::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(Self::answer).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        (script, address)
    }

    async fn answer(State(script): State<Self>, request: Request) -> Response {
        let line = format!("{} {}", request.method(), request.uri());
        let headers = request.headers().clone();
        let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
        script.seen.lock().unwrap().push((line, headers, String::from_utf8(body.to_vec()).unwrap()));
        let mut answers = script.answers.lock().unwrap();
        let (status, body) = if answers.len() > 1 { answers.pop().unwrap() } else { answers[0] };
        (StatusCode::from_u16(status).unwrap(), body).into_response()
    }

    fn lines(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|(line, ..)| line.clone()).collect()
    }
}

fn client(address: SocketAddr) -> Client {
    let options = Options { url: format!("http://{address}/"), user: "KEY".into(), password: Some(PASSWORD.into()) };
    Client::with_retry(options, QUICK).unwrap()
}

#[tokio::test]
async fn a_registration_is_the_request_ticdc_sends() {
    let (script, address) = Scripted::start(&[(200, r#"{"id":7}"#)]).await;
    let id = client(address).register("a/b c:d-value", r#"{"type":"string"}"#).await.unwrap();
    assert_eq!(id, 7);
    let (line, headers, body) = script.seen.lock().unwrap()[0].clone();
    assert_eq!(line, "POST /subjects/a%2Fb%20c%3Ad-value/versions");
    assert_eq!(body, r#"{"schema":"{\"type\":\"string\"}"}"#);
    assert_eq!(headers["content-type"], "application/vnd.schemaregistry.v1+json");
    assert_eq!(headers["accept"], "application/vnd.schemaregistry.v1+json, application/vnd.schemaregistry+json, application/json");
    assert!(headers["authorization"].to_str().unwrap().starts_with("Basic "));
}

#[tokio::test]
async fn a_known_schema_is_not_registered_or_fetched_twice() {
    let (script, address) = Scripted::start(&[(200, r#"{"id":7,"schema":"\"int\""}"#)]).await;
    let client = client(address);
    for _ in 0..3 {
        client.register("s", "\"int\"").await.unwrap();
        assert_eq!(client.clone().schema(7).await.unwrap(), "\"int\"");
    }
    client.register("other", "\"int\"").await.unwrap();
    assert_eq!(script.lines(), ["POST /subjects/s/versions", "GET /schemas/ids/7", "POST /subjects/other/versions"]);
}

#[tokio::test]
async fn a_passing_failure_is_tried_again_and_a_refusal_is_not() {
    let (script, address) = Scripted::start(&[(503, ""), (429, "slow down"), (200, r#"{"id":1}"#)]).await;
    assert_eq!(client(address).register("s", "\"int\"").await.unwrap(), 1);
    assert_eq!(script.lines().len(), 3);

    for status in [400, 401, 403, 404, 409, 422] {
        let (script, address) = Scripted::start(&[(status, "{}")]).await;
        client(address).register("s", "\"int\"").await.unwrap_err();
        assert_eq!(script.lines().len(), 1, "status {status}");
    }
}

#[tokio::test]
async fn patience_ends() {
    let (script, address) = Scripted::start(&[(500, r#"{"error_code":50001,"message":"store"}"#)]).await;
    let error = client(address).register("s", "\"int\"").await.unwrap_err();
    assert_eq!((error.kind, error.status, error.error_code), (RegistryErrorKind::Failing, 500, 50001));
    assert_eq!(script.lines().len(), 3);
}

#[tokio::test]
async fn every_refusal_becomes_an_engine_error_with_code_and_advice() {
    for (status, body, kind, code, says) in [
        (401, "<html>no</html>", ErrorKind::Denied, "registry-denied", "refused the credentials"),
        (403, r#"{"error_code":40301,"message":"no rights"}"#, ErrorKind::Denied, "registry-denied", "no rights"),
        (
            409,
            r#"{"error_code":409,"message":"TYPE_MISMATCH at /fields/1"}"#,
            ErrorKind::Incompatible,
            "schema-incompatible",
            "orders-value",
        ),
        (422, r#"{"error_code":42201,"message":"bad"}"#, ErrorKind::Schema, "schema-invalid", "bad"),
        (500, "", ErrorKind::Transient, "registry-error", "500"),
        (404, "", ErrorKind::Config, "registry-error", "404"),
        (200, "<html>", ErrorKind::Config, "registry-error", "not the JSON"),
        (200, r#"{"id":0}"#, ErrorKind::Config, "registry-error", "id 0"),
    ] {
        let (_, address) = Scripted::start(&[(status, body)]).await;
        let error = EngineError::from(client(address).register("orders-value", "\"int\"").await.unwrap_err());
        assert_eq!(error.kind, kind, "{error}");
        assert_eq!(error.finding.code, code);
        assert!(error.finding.message.contains(says), "{error}");
        assert!(!error.finding.hint.is_empty());
    }
}

#[tokio::test]
async fn advice_follows_the_rule_that_the_registry_names() {
    for (rule, advice) in [
        ("READER_FIELD_MISSING_DEFAULT_VALUE", "NOT NULL column without default"),
        ("TYPE_MISMATCH reader type: INT not compatible with writer type: NULL", "nullable column became NOT NULL"),
        ("MISSING_UNION_BRANCH", "a nullable column's type changed"),
        ("NAME_MISMATCH", "a topic of its own"),
        ("TYPE_MISMATCH", "widen it"),
        ("something new", "relax"),
    ] {
        let answer = format!(r#"{{"error_code":40901,"message":"Schema being registered is incompatible; {rule}"}}"#);
        let (_, address) = Scripted::start(&[(409, Box::leak(answer.into_boxed_str()))]).await;
        let finding = client(address).register("s", "\"int\"").await.unwrap_err().finding();
        assert!(finding.hint.contains(advice), "{rule}: {}", finding.hint);
    }
}

#[tokio::test]
async fn a_closed_port_is_reported_as_unreachable() {
    let address = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let error = EngineError::from(client(address).ping().await.unwrap_err());
    assert_eq!((error.kind, error.finding.code.as_str()), (ErrorKind::Transient, "registry-unreachable"));
    assert!(error.finding.message.contains("refused"), "{error}");
}

#[tokio::test]
async fn ping_tells_whether_ticdc_would_start_against_this_registry() {
    for (status, body, accepted_by_ticdc) in [(200, "{}", true), (200, "{}\n", false), (404, "nothing here", false)] {
        let (_, address) = Scripted::start(&[(status, body)]).await;
        assert_eq!(client(address).ping().await.unwrap(), Ping { status, accepted_by_ticdc });
    }
    let (_, address) = Scripted::start(&[(401, "{}")]).await;
    assert_eq!(client(address).ping().await.unwrap_err().kind, RegistryErrorKind::Denied);
}

#[tokio::test]
async fn compatibility_falls_back_to_the_global_level() {
    let (script, address) =
        Scripted::start(&[(404, r#"{"error_code":40408,"message":"none"}"#), (200, r#"{"compatibilityLevel":"BACKWARD"}"#)]).await;
    assert_eq!(client(address).compatibility("a-value").await.unwrap(), "BACKWARD");
    assert_eq!(script.lines(), ["GET /config/a-value?defaultToGlobal=true", "GET /config"]);
}

#[tokio::test]
async fn the_password_is_shown_nowhere() {
    let (_, address) = Scripted::start(&[(401, "you sent s3cr3t/+=&?# to us")]).await;
    let client = client(address);
    let error = client.ping().await.unwrap_err();
    let engine_error = EngineError::from(client.register("s", "\"int\"").await.unwrap_err());
    let in_url = Options { url: "https://u:s3cr3t@host".into(), ..Options::default() };
    for shown in [
        format!("{error} {error:?}"),
        format!("{engine_error} {engine_error:?}"),
        format!("{client:?}"),
        format!("{in_url:?} {:?}", Client::new(in_url.clone()).unwrap()),
        format!("{:?}", Client::new(Options { url: "https://u:s3cr3t@ho st".into(), ..Options::default() }).unwrap_err()),
    ] {
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
}

#[tokio::test]
async fn credentials_in_the_address_are_decoded_and_sent_as_basic_authentication() {
    let (script, address) = Scripted::start(&[(200, "{}")]).await;
    let options = Options { url: format!("http://KEY:a%2Fb%2B@{address}"), ..Options::default() };
    Client::new(options).unwrap().ping().await.unwrap();
    let (line, headers, _) = script.seen.lock().unwrap()[0].clone();
    assert_eq!(line, "GET /");
    // base64 of `KEY:a/b+`
    assert_eq!(headers["authorization"], "Basic S0VZOmEvYis=");
}

#[test]
fn an_address_that_is_none_is_refused() {
    for url in ["", "host:8081", "ftp://host", "http://"] {
        let error = Client::new(Options { url: url.into(), ..Options::default() }).unwrap_err();
        assert_eq!((error.kind, error.code()), (RegistryErrorKind::Url, "registry-url-invalid"), "{url}");
    }
}

#[tokio::test]
async fn a_dry_run_says_what_a_registration_would_be_answered() {
    let refused = r#"{"is_compatible":false,"messages":["{errorType:'TYPE_MISMATCH', description:'int and string'}"]}"#;
    let (script, address) = Scripted::start(&[(200, refused)]).await;
    let answer = client(address).test_compatibility("t-value", "\"int\"").await.unwrap();
    assert_eq!(script.lines(), ["POST /compatibility/subjects/t-value/versions/latest?verbose=true"]);
    let finding = answer.finding("t-value").unwrap();
    assert_eq!(finding.code, "schema-incompatible");
    assert!(finding.message.contains("`t-value`") && finding.hint.contains("widen it"), "{finding:?}");

    let (_, address) = Scripted::start(&[(404, r#"{"error_code":40401,"message":"Subject not found"}"#)]).await;
    assert_eq!(client(address).test_compatibility("new-value", "\"int\"").await.unwrap().finding("new-value"), None);
    assert_eq!(client(address).latest("new-value").await.unwrap(), None);
    assert_eq!(client(address).mode().await.unwrap(), None);
    let (_, address) = Scripted::start(&[(200, r#"{"subject":"s","version":3,"id":9,"schema":"\"int\""}"#)]).await;
    assert_eq!(client(address).latest("s").await.unwrap(), Some(Version { version: 3, id: 9, schema: "\"int\"".into() }));
}
