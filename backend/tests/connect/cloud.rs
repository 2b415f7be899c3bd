use super::*;
use doubles::confluent_cloud::{ConfluentCloud, Options};
use doubles::connectors::Fault;

fn config() -> Map<String, Value> {
    let (key, secret) = Options::default().cluster_key;
    table(json!({
        "name": "orders", "connector.class": "MicrosoftSqlServerSink", "tasks.max": "2", "topics": "orders", "kafka.api.key": key,
        "kafka.api.secret": secret, "input.data.format": "AVRO", "connection.host": "db.example", "connection.user": "ticdc",
        "connection.password": PASSWORD, "db.name": "tpcc",
    }))
}

fn open(double: &ConfluentCloud) -> Pipeline {
    let mut pipeline = document("confluent-cloud");
    let Options { environment, cluster, cloud_key: (api_key, secret), .. } = Options::default();
    let cloud = pipeline.confluent_cloud.get_or_insert_default();
    (cloud.url, cloud.environment, cloud.cluster, cloud.api_key) = (double.url().to_owned(), environment, cluster, api_key);
    cloud.api_secret.0 = secret;
    pipeline
}

async fn start(options: Options) -> (ConfluentCloud, Client) {
    let double = ConfluentCloud::start(options).await;
    let client = Client::of_connector(&open(&double), 0).unwrap().with_patience(QUICK);
    (double, client)
}

#[tokio::test]
async fn a_connector_lives_from_validation_to_removal() {
    let (double, client) = start(Options::default()).await;
    assert_eq!(client.platform(), Platform::ConfluentCloud);
    assert_eq!(client.place(), "Confluent Cloud, cluster lkc-1 of env-1");
    assert_eq!(client.version().await.unwrap(), "Confluent Cloud lkc-1");
    assert!(client.plugins().await.unwrap().iter().any(|plugin| plugin.class == "SnowflakeSink"));
    assert_eq!(client.validate(&config()).await.unwrap().error_count, 0);

    assert_eq!(client.status("orders").await.unwrap(), None);
    assert_eq!(client.config("orders").await.unwrap(), None);
    client.create("orders", &config()).await.unwrap();
    assert_eq!(double.connector("orders").unwrap().config["connection.password"], PASSWORD, "sent as it is");
    assert_eq!(client.status("orders").await.unwrap().unwrap().state, State::Provisioning);
    let status = client.status("orders").await.unwrap().unwrap();
    assert!(status.is_running() && status.tasks.len() == 2 && status.id == "lcc-00001", "{status:?}");
    assert_no_secret((&status, client.connectors().await.unwrap(), client.config("orders").await.unwrap(), &client));

    client.pause("orders").await.unwrap();
    assert_eq!(client.status("orders").await.unwrap().unwrap().state, State::Paused);
    client.resume("orders").await.unwrap();
    let mut changed = config();
    changed.insert("tasks.max".to_owned(), "1".into());
    client.put_config("orders", &changed).await.unwrap();
    assert_eq!(double.connector("orders").unwrap().tasks.len(), 1);

    double.set_offsets("orders", &[("orders", 0, 5)]);
    assert_eq!(client.offsets("orders").await.unwrap().unwrap(), [TopicOffset { topic: "orders".to_owned(), partition: 0, offset: 5 }]);

    client.remove("orders").await.unwrap();
    client.remove("orders").await.unwrap();
    assert!(double.names().is_empty());
}

#[tokio::test]
async fn provisioning_ends_on_command_and_may_fail() {
    let (double, client) = start(Options { looks_until_running: None, ..Options::default() }).await;
    client.create("orders", &config()).await.unwrap();
    for _ in 0..3 {
        let status = client.status("orders").await.unwrap().unwrap();
        assert!(status.state == State::Provisioning && !status.is_running() && status.tasks.is_empty(), "{status:?}");
    }
    double.provision("orders");
    assert!(client.status("orders").await.unwrap().unwrap().is_running());
    double.fail_connector("orders", &format!("Unable to connect with {PASSWORD} password=Pa55"));
    let status = client.status("orders").await.unwrap().unwrap();
    assert!(status.has_failed() && status.reason().starts_with("Unable to connect"), "{status:?}");
}

#[tokio::test]
async fn failed_tasks_say_why_and_are_restarted_by_pause_and_resume() {
    let (double, client) = start(Options::default()).await;
    double.add("orders", &config());
    client.restart("orders", true).await.unwrap();
    assert_eq!(double.connector("orders").unwrap().tasks[0].restarts, 0, "nothing failed");
    double.fail_task("orders", 0, "Login failed for user 'ticdc'");
    let status = client.status("orders").await.unwrap().unwrap();
    assert_eq!((status.state.clone(), status.tasks[0].state.clone()), (State::Degraded, State::Failed));
    assert_eq!((status.reason(), status.tasks[1].trace.as_str()), ("Login failed for user 'ticdc'", ""));
    client.restart("orders", true).await.unwrap();
    let status = client.status("orders").await.unwrap().unwrap();
    assert!(status.is_running() && status.reason().is_empty(), "{status:?}");

    client.pause("orders").await.unwrap();
    client.restart("orders", false).await.unwrap();
    assert_eq!(double.connector("orders").unwrap().state, "PAUSED", "somebody paused it on purpose");
    assert_eq!(refusal(client.restart("gone", false).await).kind, RemoteErrorKind::NotFound);
}

#[tokio::test]
async fn a_restart_never_leaves_a_connector_paused() {
    let (double, client) = start(Options::default()).await;
    double.add("orders", &config());
    // There is no time to see it paused.
    let none = Patience { total: Duration::ZERO, ..QUICK };
    let error = refusal(client.clone().with_patience(none).restart("orders", false).await);
    assert!(error.kind == RemoteErrorKind::Failing && error.reason.contains("did not pause in time"), "{error:?}");
    assert_eq!(double.connector("orders").unwrap().state, "RUNNING");
    let lines: Vec<_> = double.asked().iter().filter(|asked| asked.method == "PUT").map(|asked| asked.path.clone()).collect();
    assert!(lines[0].ends_with("/orders/pause") && lines[1].ends_with("/orders/resume"), "{lines:?}");
}

#[tokio::test]
async fn a_clusters_key_is_told_apart_from_a_wrong_one() {
    let (double, _) = start(Options::default()).await;
    let (key, secret) = Options::default().cluster_key;
    let mut pipeline = open(&double);
    let cloud = pipeline.confluent_cloud.get_or_insert_default();
    (cloud.api_key, cloud.api_secret.0) = (key.clone(), secret);
    let asked = |pipeline: &Pipeline| Client::confluent_cloud(pipeline).unwrap();
    let error = refusal(asked(&pipeline).version().await);
    assert!(error.kind == RemoteErrorKind::Unauthorized && error.reason.contains("five minutes"), "{error:?}");
    assert!(error.finding().hint.contains("--resource cloud"), "{:?}", error.finding());

    pipeline.kafka.params.insert("sasl-user".to_owned(), key.clone().into());
    let error = refusal(asked(&pipeline).status("orders").await);
    assert!(error.reason.contains("kafka.params.sasl-user"), "{error:?}");
    pipeline.kafka.params.clear();
    pipeline.schema_registry.get_or_insert_default().user = key;
    let error = refusal(asked(&pipeline).create("orders", &config()).await);
    assert!(error.reason.contains("schema_registry.user"), "{error:?}");
    assert!(double.names().is_empty());
}

#[tokio::test]
async fn a_wrong_environment_or_cluster_is_no_missing_connector() {
    let (double, _) = start(Options::default()).await;
    double.add("orders", &config());
    for (environment, cluster, kind, word) in
        [("env-2", "lkc-1", RemoteErrorKind::NotFound, "env-2"), ("env-1", "lkc-2", RemoteErrorKind::Forbidden, "CloudClusterAdmin")]
    {
        let mut pipeline = open(&double);
        let cloud = pipeline.confluent_cloud.get_or_insert_default();
        (cloud.environment, cloud.cluster) = (environment.to_owned(), cluster.to_owned());
        let client = Client::confluent_cloud(&pipeline).unwrap();
        for error in [
            refusal(client.version().await),
            refusal(client.status("orders").await),
            refusal(client.config("orders").await),
            refusal(client.create("more", &config()).await),
            refusal(client.remove("orders").await),
            refusal(client.offsets("orders").await),
        ] {
            assert!(error.kind == kind && error.reason.contains(word), "{error:?}");
        }
    }
    assert_eq!(double.names(), ["orders"]);
}

#[tokio::test]
async fn a_rate_limit_is_kept_to() {
    let (double, client) = start(Options::default()).await;
    double.fail_next(Fault::RateLimit { retry_after: 0 });
    client.create("orders", &config()).await.unwrap();
    double.fail_next(Fault::RateLimit { retry_after: 0 });
    assert_eq!(client.connectors().await.unwrap().len(), 1);
    (0..10).for_each(|_| double.fail_next(Fault::RateLimit { retry_after: 0 }));
    assert_eq!(refusal(client.connectors().await).kind, RemoteErrorKind::TooMany);
}

#[tokio::test]
async fn a_connector_that_was_created_although_the_answer_says_otherwise_counts() {
    for fault in [Fault::LoseAnswer, Fault::FailAfterwards] {
        let (double, client) = start(Options::default()).await;
        double.fail_next(fault);
        // Its secrets come back masked: they cannot be compared.
        client.create("orders", &config()).await.unwrap();
        assert_eq!(double.created(), 1);
        let mut other = config();
        other.insert("db.name".to_owned(), "other".into());
        double.fail_next(Fault::FailAfterwards);
        let error = refusal(client.create("orders", &other).await);
        assert!(error.kind == RemoteErrorKind::Conflict && error.reason.contains("`db.name`"), "{error:?}");
    }
}

#[tokio::test]
async fn an_answer_lost_after_the_work_changes_nothing() {
    let (double, client) = start(Options::default()).await;
    double.add("orders", &config());
    double.fail_next(Fault::LoseAnswer);
    client.put_config("orders", &config()).await.unwrap();
    double.fail_next(Fault::LoseAnswer);
    client.remove("orders").await.unwrap();
    assert!(double.names().is_empty());
}

#[tokio::test]
async fn refusals_of_a_configuration_are_explained() {
    let (double, client) = start(Options { topics: Some(vec!["orders".to_owned()]), ..Options::default() }).await;
    for (key, value, kind, hint) in [
        ("topics", "orders,customer", RemoteErrorKind::Invalid, "Create the topics first"),
        ("kafka.api.secret", "wrong", RemoteErrorKind::Invalid, "change what the message names"),
        ("db.name", "", RemoteErrorKind::Invalid, "named properties"),
        ("connector.class", "MsSqlSink", RemoteErrorKind::Failing, "plugin"),
    ] {
        let mut config = config();
        config.insert(key.to_owned(), value.into());
        let error = refusal(client.create("orders", &config).await);
        assert_eq!(error.kind, kind, "{error:?}");
        let finding = error.finding();
        assert!(finding.hint.contains(hint), "{finding:?}");
    }
    double.add("orders", &config());
    assert_eq!(refusal(client.create("orders", &config()).await).kind, RemoteErrorKind::Conflict);
    let mut unknown = config();
    unknown.insert("connector.class".to_owned(), "MsSqlSink".into());
    let error = refusal(client.validate(&unknown).await);
    assert!(error.reason.contains("`MsSqlSink` is no plugin") && error.finding().hint.contains("plugin"), "{:?}", error.finding());
}

#[tokio::test]
async fn a_mask_is_unknown_and_never_written_back() {
    let (double, client) = start(Options::default()).await;
    double.add("orders", &config());
    let shown = client.config("orders").await.unwrap().unwrap();
    assert_eq!((&shown["kafka.api.key"], &shown["db.name"]), (&Value::from("xxxxx"), &Value::from("tpcc")));
    let error = refusal(client.put_config("orders", &shown).await);
    for key in ["kafka.api.key", "kafka.api.secret", "connection.password"] {
        assert!(error.reason.contains(key), "{error:?}");
    }
    assert_eq!(double.connector("orders").unwrap().config["connection.password"], PASSWORD);
}

#[tokio::test]
async fn what_a_validation_says_stands_at_the_documents_fields() {
    let (_double, client) = start(Options::default()).await;
    let mut config = config();
    config.remove("topics");
    config.insert("connection.host".to_owned(), "".into());
    config.insert("insert.mode".to_owned(), "UPSERT".into());
    let validation = client.validate(&config).await.unwrap();
    let paths: Vec<_> = validation.findings(0).into_iter().map(|finding| finding.path).collect();
    assert_eq!(
        (validation.error_count, paths),
        (2, vec!["connectors[0].config.\"connection.host\"".to_owned(), "connectors[0].topics".to_owned()])
    );
    let mode = validation.properties.iter().find(|property| property.name == "insert.mode").unwrap();
    assert_eq!(mode.recommended, ["INSERT", "UPSERT"]);
    assert_no_secret(&validation);
}
