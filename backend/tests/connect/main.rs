//! The client of Kafka Connect against the doubles of a worker and of Confluent Cloud.
#![allow(clippy::unwrap_used)]

mod cloud;
mod real;
mod worker;

use backend::clients::connect::{Client, Patience, Platform, State, TopicOffset, records_behind};
use backend::clients::http::{RemoteError, RemoteErrorKind};
use serde_json::{Map, Value, json};
use shared::config::{Connector, Pipeline};
use std::time::Duration;

/// Doubles change at once; real clusters take their time.
const QUICK: Patience = Patience { first: Duration::from_millis(1), longest: Duration::from_millis(2), total: Duration::from_secs(5) };
const IMPATIENT: Patience =
    Patience { first: Duration::from_millis(1), longest: Duration::from_millis(1), total: Duration::from_millis(1) };

/// What no error, `Debug` or answer may show.
const PASSWORD: &str = "Pa55-of-\"the\"-target";

/// Says that nothing of it shows a secret.
#[track_caller]
fn assert_no_secret(shown: impl std::fmt::Debug) {
    let text = format!("{shown:?}");
    for secret in [PASSWORD, "Pa55", "the-login", "of=the==double"] {
        assert!(!text.contains(secret), "`{secret}` is in {text}");
    }
}

#[track_caller]
fn refusal<T: std::fmt::Debug>(result: Result<T, RemoteError>) -> RemoteError {
    let error = result.unwrap_err();
    let finding = error.finding();
    assert!(!finding.hint.is_empty() && !finding.message.is_empty(), "{finding:?}");
    assert_no_secret((&error, error.to_string(), &finding));
    error
}

fn table(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn document(flavour: &str) -> Pipeline {
    let mut pipeline = Pipeline::named("orders");
    let connector =
        Connector { name: "orders".to_owned(), kind: "sqlserver".to_owned(), flavour: flavour.to_owned(), ..Connector::default() };
    pipeline.connectors.push(connector);
    pipeline
}

#[test]
fn a_document_that_does_not_say_where_is_told_what_is_missing() {
    let code = |pipeline: &Pipeline, index| {
        let finding = Client::of_connector(pipeline, index).unwrap_err();
        assert!(!finding.hint.is_empty(), "{finding:?}");
        (finding.path, finding.code)
    };
    let owned = |path: &str, code: &str| (path.to_owned(), code.to_owned());
    assert_eq!(code(&document(""), 0), owned("confluent_cloud", "confluent-cloud-missing"));
    assert_eq!(code(&document("confluent-cloud"), 0), owned("confluent_cloud", "confluent-cloud-missing"));
    assert_eq!(code(&document("kafka-connect-aiven"), 0), owned("connect", "connect-missing"));
    assert_eq!(code(&document("native"), 0), owned("connectors[0].flavour", "connector-flavour-unknown"));
    assert_eq!(code(&document(""), 1), owned("connectors", "connector-missing"));
    assert_eq!(refusal(Client::worker(&document(""))).kind, RemoteErrorKind::Url);
    assert_eq!(refusal(Client::confluent_cloud(&document(""))).kind, RemoteErrorKind::Url);
}

#[test]
fn a_document_with_half_an_address_is_refused_before_anything_is_sent() {
    for (environment, cluster, key, reason) in [
        ("", "lkc-1", "KEY", "one is empty"),
        ("env-1", " ", "KEY", "one is empty"),
        ("lkc-1", "env-1", "KEY", "mixed up"),
        ("env-1", "lkc-1", "", "Cloud API key"),
    ] {
        let mut pipeline = document("");
        let cloud = pipeline.confluent_cloud.get_or_insert_default();
        (cloud.environment, cloud.cluster, cloud.api_key) = (environment.to_owned(), cluster.to_owned(), key.to_owned());
        cloud.api_secret.0 = "the-login".to_owned();
        let error = refusal(Client::confluent_cloud(&pipeline));
        assert!(error.kind == RemoteErrorKind::Url && error.reason.contains(reason), "{error:?}");
        assert_eq!(Client::of_connector(&pipeline, 0).unwrap_err().code, "remote-url-invalid");
    }
}
