//! Changing a changefeed whose configuration is replaced as a whole.

use crate::support::{assert_no_secret, client, created, id, pipeline};
use backend::clients::http::RemoteErrorKind;
use backend::clients::ticdc::{Change, ChangefeedId, Client};
use doubles::ticdc::{Options, TiCdc, Trouble};
use serde_json::{Value, json};
use shared::sink_uri::SinkUri;

/// A stopped changefeed.
async fn stopped(options: Options) -> (TiCdc, Client) {
    let ticdc = TiCdc::start(options).await;
    let client = client(&ticdc);
    created(&client).await;
    client.pause(&id()).await.unwrap();
    (ticdc, client)
}

fn config(config: Value) -> Change {
    Change { config: Some(config), ..Change::default() }
}

#[tokio::test]
async fn only_what_is_meant_to_change_changes() {
    for options in [Options::default(), Options::classic("v8.1.0")] {
        let (ticdc, client) = stopped(options).await;
        let (uri, before) = (ticdc.sink_uri("orders").unwrap(), ticdc.config("orders").unwrap());
        let change = config(json!({ "memory_quota": 7, "sink": { "encoder_concurrency": 4 }, "filter": { "rules": ["shop.*"] } }));
        let changed = client.update(&id(), &change).await.unwrap();
        assert_eq!(changed.config["memory_quota"], 7);
        let mut expected = before;
        expected["memory_quota"] = 7.into();
        expected["sink"]["encoder_concurrency"] = 4.into();
        expected["filter"]["rules"] = json!(["shop.*"]);
        assert_eq!(ticdc.config("orders").unwrap(), expected, "dispatchers, registry and defaults stay");
        assert_eq!(ticdc.sink_uri("orders").unwrap(), uri, "the sink URI keeps its password");
        assert!(!ticdc.asked().pop().unwrap().body.contains("sink_uri"));

        let back = client.update(&id(), &config(json!({ "memory_quota": null }))).await.unwrap();
        assert_eq!(back.config["memory_quota"], 1_073_741_824_u64);
    }
}

#[tokio::test]
async fn a_new_sink_uri_goes_alone_and_in_full() {
    let (ticdc, client) = stopped(Options::default()).await;
    let before = ticdc.config("orders").unwrap();
    let mut changed = pipeline(ticdc.url());
    changed.kafka.params.insert("sasl-password".into(), "new+s3cret".into());
    let uri = SinkUri::from_pipeline(&changed).render();
    let change = Change { sink_uri: Some(uri.clone().into()), target_ts: Some(u64::MAX >> 1), ..Change::default() };
    let answered = client.update(&id(), &change).await.unwrap();
    assert_eq!(answered.target_ts, Some(u64::MAX >> 1));
    assert_eq!((ticdc.sink_uri("orders").unwrap(), ticdc.config("orders").unwrap()), (uri, before));
    assert!(!format!("{change:?} {answered:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_mask_is_never_written_back() {
    let (ticdc, client) = stopped(Options::default()).await;
    let shown = client.changefeed(&id()).await.unwrap().unwrap();
    assert!(shown.sink_uri.contains("sasl-password=xxxxx"));
    let uri = ticdc.sink_uri("orders").unwrap();
    for (change, path) in [
        (Change { sink_uri: Some(shown.sink_uri.into()), ..Change::default() }, "kafka.params.sasl-password"),
        (config(json!({ "sink": { "schema_registry": "https://k:xxxxx@r.example" } })), "schema_registry.password"),
        (config(json!({ "sink": { "kafka_config": { "sasl_password": "******" } } })), "changefeed.config.sink.kafka-config.sasl-password"),
    ] {
        let error = client.update(&id(), &change).await.unwrap_err();
        assert_eq!((error.kind, error.path), (RemoteErrorKind::Masked, path), "{error}");
        let finding = error.finding();
        assert_eq!((finding.code.as_str(), finding.path.as_str()), ("remote-secret-masked", path));
        assert_no_secret(&format!("{error:?} {finding:?}"));
    }
    assert_eq!(ticdc.sink_uri("orders").unwrap(), uri);
    assert!(ticdc.asked().iter().all(|asked| asked.method != "PUT"), "nothing was sent");
}

#[tokio::test]
async fn what_the_server_masks_has_to_come_with_the_change() {
    let (ticdc, client) = stopped(Options { masks_config: true, ..Options::default() }).await;
    let quota = json!({ "memory_quota": 7 });
    let error = client.update(&id(), &config(quota)).await.unwrap_err();
    assert_eq!((error.kind, error.path), (RemoteErrorKind::Masked, "schema_registry.password"));
    let with_secret = json!({ "memory_quota": 7, "sink": { "schema_registry": "https://k:reg%2Fs3cret@r.example" } });
    client.update(&id(), &config(with_secret)).await.unwrap();
    let stored = ticdc.config("orders").unwrap();
    assert_eq!((&stored["memory_quota"], &stored["sink"]["schema_registry"]), (&json!(7), &json!("https://k:reg%2Fs3cret@r.example")));
    // Without a new configuration none has to be sent.
    client.update(&id(), &Change { target_ts: Some(u64::MAX >> 1), ..Change::default() }).await.unwrap();
    assert_eq!(ticdc.config("orders").unwrap(), stored);
}

#[tokio::test]
async fn the_servers_own_refusals_are_explained() {
    let ticdc = TiCdc::start(Options::default()).await;
    let client = client(&ticdc);
    let made = created(&client).await;
    let error = client.update(&id(), &config(json!({ "memory_quota": 7 }))).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (RemoteErrorKind::Conflict, "CDC:ErrChangefeedUpdateRefused"));
    assert!(error.finding().hint.contains("Pause it first"), "{:?}", error.finding());
    client.pause(&id()).await.unwrap();
    let early = Change { target_ts: Some(made.start_ts), ..Change::default() };
    assert_eq!(client.update(&id(), &early).await.unwrap_err().code, "CDC:ErrChangefeedUpdateRefused");
    let missing = client.update(&ChangefeedId::new("other"), &early).await.unwrap_err();
    assert_eq!((missing.kind, missing.path), (RemoteErrorKind::NotFound, "changefeed.id"));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_no_change_is_no_request() {
    for options in [Options::default(), Options::classic("v7.5.0")] {
        let (ticdc, client) = stopped(options).await;
        ticdc.fail_next(Trouble::AnswerLost);
        let changed = client.update(&id(), &config(json!({ "memory_quota": 7 }))).await.unwrap();
        assert_eq!(changed.config["memory_quota"], 7);
        let asked = ticdc.asked().len();
        client.update(&id(), &config(json!({ "memory_quota": 7 }))).await.unwrap();
        client.update(&id(), &Change::default()).await.unwrap();
        assert!(ticdc.asked()[asked..].iter().all(|asked| asked.method == "GET"));
    }
}
