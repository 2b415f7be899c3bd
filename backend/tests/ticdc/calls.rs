//! Every call, on both architectures and on servers with v1 alone.

use crate::support::{assert_no_secret, client, count, created, id, pipeline, request};
use backend::clients::http::{Options as Login, RemoteErrorKind};
use backend::clients::ticdc::{ApiVersion, ChangefeedId, Client, Liveness, State};
use doubles::ticdc::{Architecture as Kind, Options, Table, TiCdc, Trouble};
use serde_json::json;
use shared::render::open_api_body;
use shared::ticdc::Architecture;
use std::time::Duration;

#[tokio::test]
async fn a_node_describes_itself_and_its_architecture_shows() {
    for (options, expected) in [
        (Options::default(), Architecture::New),
        // Only the server itself can tell here.
        (Options { version: "v8.5.5".into(), ..Options::default() }, Architecture::New),
        (Options::classic("v8.5.5"), Architecture::Classic),
        (Options::classic("v7.5.0"), Architecture::Classic),
    ] {
        let ticdc = TiCdc::start(options.clone()).await;
        let status = client(&ticdc).status().await.unwrap();
        assert_eq!((status.architecture, status.version.as_str()), (Some(expected), options.version.as_str()));
        assert!(status.is_owner && status.pid == 4711 && status.liveness == Liveness::Alive, "{status:?}");
        assert_eq!((status.id.as_str(), status.cluster_id.as_str()), ("capture-1", "default"));
    }
}

#[tokio::test]
async fn a_changefeed_lives_through_all_its_calls() {
    for options in [Options::default(), Options::classic("v7.5.0")] {
        let is_classic = options.architecture == Kind::Classic;
        let ticdc = TiCdc::start(Options { step: Duration::ZERO, ..options }).await;
        let client = client(&ticdc);
        client.health().await.unwrap();
        assert_eq!(client.changefeed(&id()).await.unwrap(), None);
        assert_eq!(client.changefeeds().await.unwrap(), []);

        let made = created(&client).await;
        assert_eq!((&made.state, made.checkpoint_ts, made.target_ts), (&State::Normal, made.start_ts, None));
        assert_eq!((made.config["memory_quota"].as_u64(), made.config["filter"]["rules"][0].as_str()), (Some(5), Some("app.*")));
        assert!(made.sink_uri.contains("sasl-password=xxxxx"), "{}", made.sink_uri);
        assert!(made.create_time.is_some() && made.checkpoint_time.is_some());

        ticdc.advance("orders", made.start_ts + 7);
        let listed = client.changefeeds().await.unwrap();
        assert_eq!((listed.len(), listed[0].checkpoint_ts, listed[0].id.id.as_str()), (1, made.start_ts + 7, "orders"));
        let captures = client.captures().await.unwrap();
        assert!(captures.len() == 1 && captures[0].is_owner && ticdc.url().ends_with(&captures[0].address));
        let processors = client.processors().await.unwrap();
        assert_eq!(processors.len(), usize::from(is_classic));

        client.pause(&id()).await.unwrap();
        client.pause(&id()).await.unwrap();
        assert_eq!(client.changefeed(&id()).await.unwrap().unwrap().state, State::Stopped);
        client.resume(&id(), Some(made.start_ts + 3)).await.unwrap();
        let resumed = client.changefeed(&id()).await.unwrap().unwrap();
        assert_eq!((resumed.state, resumed.checkpoint_ts), (State::Normal, made.start_ts + 3));

        ticdc.fail("orders", "CDC:ErrKafkaSendMessage", "refused sasl-password=kafka%2Bs3cret");
        let failed = client.changefeed(&id()).await.unwrap().unwrap();
        let error = failed.error.clone().unwrap();
        assert_eq!((&failed.state, error.code.as_str(), error.time.is_some()), (&State::Failed, "CDC:ErrKafkaSendMessage", is_classic));
        assert_no_secret(&format!("{failed:?} {error:?}"));

        client.remove(&id()).await.unwrap();
        client.remove(&id()).await.unwrap();
        assert_eq!(ticdc.ids(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_target_ends_a_changefeed() {
    let ticdc = TiCdc::start(Options::default()).await;
    let client = client(&ticdc);
    let start = client.tso().await.unwrap();
    let request = backend::clients::ticdc::CreateRequest { start_ts: Some(start), target_ts: Some(start + 1), ..request() };
    let made = client.create(&request).await.unwrap();
    assert_eq!((made.start_ts, made.target_ts), (start, Some(start + 1)));
    let found = client.changefeed(&id()).await.unwrap().unwrap();
    assert_eq!((found.state, found.checkpoint_ts), (State::Finished, start + 1));
    assert_eq!(client.changefeeds().await.unwrap().len(), 1, "finished ones are listed as well");
}

#[tokio::test]
async fn whether_everything_is_there_is_told() {
    let ticdc = TiCdc::start(Options::default()).await;
    let client = client(&ticdc);
    created(&client).await;
    let waiting = client.synced(&id()).await.unwrap();
    assert!(!waiting.synced && waiting.info.contains("not finished") && !waiting.now_ts.is_empty(), "{waiting:?}");
    ticdc.set_synced("orders", true);
    assert!(client.synced(&id()).await.unwrap().synced);
}

#[tokio::test]
async fn tables_are_told_apart_at_a_time_that_the_server_has() {
    let tables = vec![Table::new("app", "orders"), Table::new("app", "log").without_key(), Table::new("other", "t")];
    let ticdc = TiCdc::start(Options { tables, ..Options::default() }).await;
    let client = client(&ticdc);
    let tables = client.verify_tables(&open_api_body(&pipeline(ticdc.url()))).await.unwrap();
    let names = |tables: &[backend::clients::ticdc::TableName]| {
        tables.iter().map(|table| format!("{}.{}", table.schema, table.table)).collect::<Vec<_>>()
    };
    assert_eq!((names(&tables.eligible), names(&tables.ineligible)), (vec!["app.orders".to_owned()], vec!["app.log".to_owned()]));
    let asked = ticdc.asked().pop().unwrap();
    assert!(asked.path.ends_with("/verify_table") && !asked.body.contains("\"start_ts\":0"), "{asked:?}");

    let error = client.create(&request()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.path), ("CDC:ErrTableIneligible", "changefeed.config.filter.rules"));
    assert!(error.finding().hint.contains("ignore-ineligible-table"), "{:?}", error.finding());
}

#[tokio::test]
async fn the_log_level_is_a_word_that_the_server_knows() {
    let ticdc = TiCdc::start(Options::default()).await;
    let client = client(&ticdc);
    client.set_log_level("debug").await.unwrap();
    assert_eq!(ticdc.log_levels(), ["debug"]);
    assert_eq!(client.set_log_level("loud").await.unwrap_err().code, "CDC:ErrAPIInvalidParam");
}

#[tokio::test]
async fn a_server_with_v1_alone_is_operated_and_not_created_on() {
    let ticdc = TiCdc::start(Options::v1_only()).await;
    let client = client(&ticdc);
    assert_eq!(client.api_version().await.unwrap(), ApiVersion::V1);
    assert_eq!(client.status().await.unwrap().architecture, Some(Architecture::Classic));
    client.health().await.unwrap();
    client.captures().await.unwrap();
    assert_eq!(client.changefeed(&id()).await.unwrap(), None);
    assert_eq!(client.changefeeds().await.unwrap(), []);
    client.remove(&id()).await.unwrap();
    client.set_log_level("warn").await.unwrap();
    ticdc.add("orders", "kafka://b:9092/t?protocol=avro", &json!({}));
    let listed = client.changefeeds().await.unwrap();
    let found = client.changefeed(&id()).await.unwrap().unwrap();
    assert!(listed.len() == 1 && found.checkpoint_ts > listed[0].checkpoint_ts && found.config.is_null(), "{found:?}");
    client.pause(&id()).await.unwrap();
    assert_eq!(ticdc.state("orders").as_deref(), Some("stopped"));
    client.resume(&id(), None).await.unwrap();
    assert_eq!(ticdc.state("orders").as_deref(), Some("normal"));
    client.remove(&id()).await.unwrap();
    assert_eq!(client.pause(&id()).await.unwrap_err().code, "CDC:ErrChangeFeedNotExists");

    let error = client.create(&request()).await.unwrap_err();
    assert!(error.reason.contains("v6.2") && error.reason.contains("cdc cli"), "{error}");
    assert!(client.synced(&id()).await.is_err() && client.resume(&id(), Some(1)).await.is_err());
    assert!(ticdc.asked().iter().all(|asked| asked.method == "GET" || asked.path.starts_with("/api/v1/")));
}

#[tokio::test]
async fn a_changefeed_made_elsewhere_is_seen_and_a_dropped_call_ends() {
    let ticdc = TiCdc::start(Options::default()).await;
    let client = client(&ticdc);
    ticdc.add("made-elsewhere", "mysql://root:hunter2@db:3306/", &json!({ "memory_quota": 9 }));
    assert_eq!(client.changefeeds().await.unwrap()[0].id.id, "made-elsewhere");
    let found = client.changefeed(&ChangefeedId::new("made-elsewhere")).await.unwrap().unwrap();
    assert_eq!((found.sink_uri.as_str(), found.config["memory_quota"].as_u64()), ("mysql://root:xxxxx@db:3306/", Some(9)));

    ticdc.fail_next(Trouble::Hangs);
    let dropped = tokio::time::timeout(Duration::from_millis(50), client.remove(&found.id)).await;
    assert!(dropped.is_err());
    assert_eq!(ticdc.ids(), ["made-elsewhere"]);
}

#[tokio::test]
async fn what_is_not_ticdc_is_told_from_it() {
    let other = doubles::Server::start(axum::Router::new()).await;
    let client = Client::of_pipeline(&pipeline(other.url())).unwrap();
    let error = client.health().await.unwrap_err();
    assert_eq!((error.kind, error.path), (RemoteErrorKind::Unexpected, "changefeed.ticdc_server"));

    let json = axum::Router::new().fallback(|| async { axum::Json(json!({ "hello": "world" })) });
    let other = doubles::Server::start(json).await;
    let client = Client::of_pipeline(&pipeline(other.url())).unwrap();
    assert_eq!(client.captures().await.unwrap_err().kind, RemoteErrorKind::Unexpected);

    let address = pipeline("pd:2379");
    assert_eq!(Client::of_pipeline(&address).unwrap_err().kind, RemoteErrorKind::Url);
}

#[tokio::test]
async fn changing_needs_the_login_and_its_refusal_has_no_password() {
    let login = Some(("root".to_owned(), "ticdc-s3cret".to_owned()));
    let ticdc = TiCdc::start(Options { login, ..Options::default() }).await;
    created(&client(&ticdc)).await;
    for (user, password, code) in [("", "", "CDC:ErrCredentialNotFound"), ("root", "wrong", "CDC:ErrUnauthorized")] {
        let login = Login { url: ticdc.url().into(), user: user.into(), password: password.to_owned().into(), ..Login::default() };
        let client = Client::new(login, "").unwrap();
        assert_eq!(client.changefeeds().await.unwrap().len(), 1, "looking needs none");
        let error = client.pause(&id()).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_str(), error.path), (RemoteErrorKind::Unauthorized, code, "changefeed.ticdc_server"));
        assert_no_secret(&format!("{error:?} {error} {client:?} {:?}", error.finding()));
    }
}

#[tokio::test]
async fn a_keyspace_is_named_as_either_architecture_wants_it() {
    let ticdc = TiCdc::start(Options { keyspaces: vec!["shop".into()], ..Options::default() }).await;
    let error = client(&ticdc).changefeeds().await.unwrap_err();
    assert!(error.reason.contains("missing required query parameter keyspace"), "{error}");
    let mut shop = pipeline(ticdc.url());
    shop.changefeed.ticdc_keyspace = "shop".into();
    let client = Client::of_pipeline(&shop).unwrap();
    client.create(&request()).await.unwrap();
    let listed = client.changefeeds().await.unwrap();
    assert_eq!(listed[0].id, ChangefeedId { keyspace: "shop".into(), id: "orders".into() });
    assert!(client.changefeed(&listed[0].id).await.unwrap().is_some());
    assert_eq!(count(&ticdc, "GET", "/orders?keyspace=shop&namespace=shop"), 2);

    let classic = TiCdc::start(Options::classic("v7.5.0")).await;
    shop.changefeed.ticdc_server = classic.url().into();
    let client = Client::of_pipeline(&shop).unwrap();
    client.create(&request()).await.unwrap();
    assert_eq!(client.changefeeds().await.unwrap()[0].id.keyspace, "shop");
    assert_eq!(client.changefeed(&ChangefeedId { keyspace: "other".into(), id: "orders".into() }).await.unwrap(), None);
}
