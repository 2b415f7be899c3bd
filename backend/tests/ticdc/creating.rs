//! Creating: what is refused, and what becomes of answers that get lost.

use crate::support::{assert_no_secret, client, count, created, id, request};
use backend::clients::http::RemoteErrorKind;
use backend::clients::ticdc::{CreateRequest, State};
use doubles::ticdc::{Options, TiCdc, Trouble};
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn the_server_gets_the_secrets_and_the_hook_sees_what_was_stored() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let on_create: doubles::ticdc::OnCreate = Arc::new(move |uri, config| record.lock().unwrap().push((uri.to_owned(), config.clone())));
    let ticdc = TiCdc::start(Options { on_create: Some(on_create), ..Options::default() }).await;
    let made = created(&client(&ticdc)).await;
    let (uri, config) = seen.lock().unwrap().remove(0);
    assert!(uri.contains("sasl-password=kafka%2Bs3cret"), "{uri}");
    assert_eq!(config["sink"]["schema_registry"], "https://k:reg%2Fs3cret@r.example");
    assert_eq!(ticdc.sink_uri("orders").unwrap(), uri);
    assert_no_secret(&format!("{made:?} {:?}", request()));
}

#[tokio::test]
async fn a_refusal_lands_at_the_field_that_mends_it() {
    type Spoil = fn(&mut CreateRequest);
    let cases: [(Spoil, RemoteErrorKind, &str, &str); 9] = [
        (|r| r.body["changefeed_id"] = "-bad".into(), RemoteErrorKind::Invalid, "CDC:ErrAPIInvalidParam", "changefeed.id"),
        (|r| r.body["sink_uri"] = "".into(), RemoteErrorKind::Invalid, "CDC:ErrSinkURIInvalid", "kafka"),
        (
            |r| r.body["sink_uri"] = "kafka://b:9092?protocol=avro&sasl-password=kafka%2Bs3cret".into(),
            RemoteErrorKind::Invalid,
            "CDC:ErrSinkURIInvalid",
            "kafka.topic",
        ),
        (
            |r| r.body["sink_uri"] = "kafka://b/t?protocol=avr0".into(),
            RemoteErrorKind::Invalid,
            "CDC:ErrInvalidReplicaConfig",
            "kafka.params.protocol",
        ),
        (|r| r.start_ts = Some(u64::MAX >> 1), RemoteErrorKind::Invalid, "CDC:ErrAPIInvalidParam", "source.start"),
        (|r| r.start_ts = Some(5), RemoteErrorKind::Invalid, "CDC:ErrStartTsBeforeGC", "source.start"),
        (|r| (r.start_ts, r.target_ts) = (Some(50), Some(40)), RemoteErrorKind::Invalid, "CDC:ErrTargetTsBeforeStartTs", "changefeed"),
        (
            |r| r.body["replica_config"]["filter"]["rules"] = serde_json::json!(["app"]),
            RemoteErrorKind::Invalid,
            "CDC:ErrFilterRuleInvalid",
            "changefeed.config.filter.rules",
        ),
        (
            |r| r.body["replica_config"]["sink"]["schema_registry"] = serde_json::Value::Null,
            RemoteErrorKind::Invalid,
            "CDC:ErrSinkURIInvalid",
            "schema_registry.url",
        ),
    ];
    let ticdc = TiCdc::start(Options::default()).await;
    ticdc.set_gc_safepoint(10);
    let client = client(&ticdc);
    let mut found = Vec::new();
    let mut expected = Vec::new();
    for (spoil, kind, code, path) in cases {
        let mut request = request();
        spoil(&mut request);
        let error = client.create(&request).await.unwrap_err();
        let finding = error.finding();
        assert!(!finding.hint.is_empty(), "{finding:?}");
        assert_no_secret(&format!("{error:?} {error} {finding:?}"));
        found.push((error.kind, error.code.clone(), error.path));
        expected.push((kind, code.to_owned(), path));
    }
    assert_eq!(found, expected);
    assert_eq!(ticdc.ids(), Vec::<String>::new());
}

#[tokio::test]
async fn an_id_that_is_taken_is_a_conflict_on_either_architecture() {
    for options in [Options::default(), Options::classic("v7.5.0")] {
        let ticdc = TiCdc::start(options).await;
        let client = client(&ticdc);
        created(&client).await;
        let error = client.create(&request()).await.unwrap_err();
        assert_eq!(
            (error.kind, error.code.as_str(), error.path),
            (RemoteErrorKind::Conflict, "CDC:ErrChangeFeedAlreadyExists", "changefeed.id")
        );
        assert_eq!(count(&ticdc, "POST", "/changefeeds"), 1);

        // Somebody else was quicker.
        client.remove(&id()).await.unwrap();
        let message = "changefeed already exists, orders".to_owned();
        let status = 500;
        ticdc.fail_next(Trouble::Refused { status, code: "ErrChangeFeedAlreadyExists", message });
        let error = client.create(&request()).await.unwrap_err();
        assert_eq!((error.kind, error.path), (RemoteErrorKind::Conflict, "changefeed.id"));
    }
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_nothing_is_created_twice() {
    for trouble in [Trouble::AnswerLost, Trouble::GatewayTimeout] {
        let ticdc = TiCdc::start(Options::default()).await;
        let client = client(&ticdc);
        ticdc.fail_next(trouble.clone());
        let made = created(&client).await;
        assert_eq!((made.id.id.as_str(), made.state), ("orders", State::Normal), "{trouble:?}");
        assert_eq!(count(&ticdc, "POST", "/changefeeds"), 1, "{trouble:?}");
    }
}

#[tokio::test]
async fn what_was_not_created_is_sent_again() {
    for trouble in [Trouble::ConnectionLost, Trouble::Unavailable] {
        let ticdc = TiCdc::start(Options::default()).await;
        let client = client(&ticdc);
        ticdc.fail_next(trouble.clone());
        created(&client).await;
        assert_eq!(count(&ticdc, "POST", "/changefeeds"), 2, "{trouble:?}");
        assert_eq!(ticdc.ids(), ["orders"]);
    }
}

#[tokio::test]
async fn what_somebody_else_makes_meanwhile_is_not_taken_for_ours() {
    let ticdc = TiCdc::start(Options::default()).await;
    let client = client(&ticdc);
    for _ in 0..3 {
        ticdc.fail_next(Trouble::ConnectionLost);
    }
    let creating = tokio::spawn(async move { client.create(&request()).await });
    // The look before has found the id free by then.
    while count(&ticdc, "POST", "/changefeeds") == 0 {
        tokio::task::yield_now().await;
    }
    ticdc.add("orders", "kafka://other:9092/t?protocol=avro", &serde_json::json!({}));
    let error = creating.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_str(), error.path),
        (RemoteErrorKind::Conflict, "CDC:ErrChangeFeedAlreadyExists", "changefeed.id")
    );
    assert_eq!(ticdc.sink_uri("orders").unwrap(), "kafka://other:9092/t?protocol=avro");
}

#[tokio::test]
async fn what_could_not_be_cleared_up_is_said() {
    let ticdc = TiCdc::start(Options::default()).await;
    let client = client(&ticdc);
    for _ in 0..4 {
        ticdc.fail_next(Trouble::ConnectionLost);
    }
    let error = client.create(&request()).await.unwrap_err();
    assert!(error.reason.ends_with("the changefeed is not there"), "{error}");
    assert_eq!(error.kind, RemoteErrorKind::Unreachable);
    assert_no_secret(&format!("{error:?} {error}"));
}

#[tokio::test]
async fn a_request_without_an_id_is_sent_once() {
    let ticdc = TiCdc::start(Options::default()).await;
    let client = client(&ticdc);
    let mut request = request();
    request.body.as_object_mut().unwrap().remove("changefeed_id");
    ticdc.fail_next(Trouble::AnswerLost);
    client.create(&request).await.unwrap_err();
    assert_eq!(ticdc.ids().len(), 1);
    assert_eq!(client.create(&request).await.unwrap().id.id.len(), 36);
}
