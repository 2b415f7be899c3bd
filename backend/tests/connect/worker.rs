use super::*;
use doubles::connect_worker::{ConnectWorker, Options};
use doubles::connectors::Fault;

const CLASS: &str = "io.confluent.connect.jdbc.JdbcSinkConnector";

fn config() -> Map<String, Value> {
    table(json!({
        "name": "orders", "connector.class": CLASS, "tasks.max": "2", "topics": "orders", "connection.url": "jdbc:postgresql://db/tpcc",
        "connection.user": "ticdc", "connection.password": PASSWORD,
        "value.converter.basic.auth.user.info": format!("key:{PASSWORD}"),
    }))
}

async fn start(options: Options) -> (ConnectWorker, Client) {
    let login = options.login.clone().unwrap_or_default();
    let worker = ConnectWorker::start(options).await;
    let mut pipeline = document("kafka-connect-confluent");
    let service = pipeline.connect.get_or_insert_default();
    (service.url, service.user, service.password.0) = (worker.url().to_owned(), login.0, login.1);
    let client = Client::of_connector(&pipeline, 0).unwrap().with_patience(QUICK);
    (worker, client)
}

#[tokio::test]
async fn a_connector_lives_from_validation_to_removal() {
    let (worker, client) = start(Options::default()).await;
    assert_eq!(client.platform(), Platform::Worker);
    assert_eq!(client.place(), format!("Kafka Connect at {}", worker.url()));
    assert_eq!(client.version().await.unwrap(), "Kafka Connect 4.1.0");
    assert!(
        client.plugins().await.unwrap().iter().any(|plugin| plugin.class == CLASS && plugin.kind == "sink" && plugin.version.is_some())
    );
    assert_eq!(client.validate(&config()).await.unwrap().error_count, 0);

    assert_eq!(client.status("orders").await.unwrap(), None);
    assert_eq!(client.config("orders").await.unwrap(), None);
    client.create("orders", &config()).await.unwrap();
    assert_eq!(worker.connector("orders").unwrap().config["connection.password"], PASSWORD, "sent as it is");
    let status = client.status("orders").await.unwrap().unwrap();
    assert!(status.is_running() && !status.has_failed() && status.tasks.len() == 2 && status.kind == "sink", "{status:?}");
    assert_eq!(status.config["connection.user"], "ticdc");
    assert_eq!(client.connectors().await.unwrap(), [status]);

    client.pause("orders").await.unwrap();
    assert_eq!(client.status("orders").await.unwrap().unwrap().state, State::Paused);
    client.resume("orders").await.unwrap();
    let mut changed = config();
    changed.insert("tasks.max".to_owned(), "1".into());
    client.put_config("orders", &changed).await.unwrap();
    assert_eq!(client.status("orders").await.unwrap().unwrap().tasks.len(), 1);

    worker.set_offsets("orders", &[("orders", 1, 12), ("orders", 0, 5)]);
    let offsets = client.offsets("orders").await.unwrap().unwrap();
    let ends = [0, 1].map(|partition| TopicOffset { topic: "orders".to_owned(), partition, offset: 20 });
    assert_eq!((offsets.len(), records_behind(&offsets, &ends)), (2, 23));

    client.remove("orders").await.unwrap();
    client.remove("orders").await.unwrap();
    assert!(worker.names().is_empty());
}

#[tokio::test]
async fn names_may_hold_whatever_a_path_may_not() {
    let (worker, client) = start(Options { prefix: "/connect".to_owned(), ..Options::default() }).await;
    for name in ["orders 1", "a?b=c&d#e", "100%", "größe", "a+b", "a.b-c_d~e", "a:b;c"] {
        client.create(name, &config()).await.unwrap();
        assert_eq!(worker.names(), [name]);
        client.put_config(name, &config()).await.unwrap();
        client.pause(name).await.unwrap();
        client.restart(name, false).await.unwrap();
        assert_eq!(client.status(name).await.unwrap().unwrap().name, name);
        assert_eq!(client.offsets(name).await.unwrap(), Some(Vec::new()));
        client.remove(name).await.unwrap();
        assert!(worker.names().is_empty(), "{name}");
    }
    assert!(worker.asked().iter().any(|asked| asked.path.ends_with("/connectors/a.b-c_d~e/config")), "plain names stay readable");
}

#[tokio::test]
async fn no_secret_comes_out_of_a_worker_that_shows_them() {
    let (worker, client) = start(Options::default()).await;
    let trace = format!(
        "org.apache.kafka.connect.errors.ConnectException: Access denied for ticdc with {PASSWORD}\n\tat io.confluent…\nCaused by: \
         java.sql.SQLException: jdbc:postgresql://ticdc:{PASSWORD}@db/tpcc?password=Pa55"
    );
    worker.add("orders", &config());
    worker.fail_task("orders", 1, &trace);
    worker.set_state("orders", "FAILED", &trace);
    let status = client.status("orders").await.unwrap().unwrap();
    assert!(status.tasks[1].trace.contains("Access denied for ticdc with xxxxx"), "{status:?}");
    assert!(status.has_failed() && status.reason().contains("Access denied"), "{status:?}");
    assert_no_secret((&status, client.connectors().await.unwrap(), client.config("orders").await.unwrap(), &client));

    let mut wrong = config();
    wrong.remove("connection.url");
    let validation = client.validate(&wrong).await.unwrap();
    assert_eq!(validation.error_count, 1);
    let shown = validation.properties.iter().find(|property| property.name == "connection.password").unwrap();
    assert_eq!(shown.value.as_deref(), Some("xxxxx"));
    let findings = validation.findings(3);
    assert_eq!(findings[0].path, "connectors[3].config.\"connection.url\"");
    assert_eq!(findings[0].code, "connector-property-refused");
    assert_no_secret((&validation, &findings));
    // It repeats the whole configuration in its refusal.
    let error = refusal(client.create("more", &wrong).await);
    assert!(error.kind == RemoteErrorKind::Invalid && error.reason.contains("\"connection.url\" is required"), "{error:?}");
    refusal(client.put_config("more", &wrong).await);
}

#[tokio::test]
async fn a_rebalance_is_waited_for_and_not_for_ever() {
    let (worker, client) = start(Options::default()).await;
    worker.rebalance(3);
    client.create("orders", &config()).await.unwrap();
    worker.rebalance(2);
    client.put_config("orders", &config()).await.unwrap();
    worker.rebalance(2);
    client.restart("orders", true).await.unwrap();
    worker.rebalance(2);
    client.remove("orders").await.unwrap();
    assert_eq!((worker.created(), worker.names().len()), (1, 0));

    let asked = worker.asked().len();
    worker.rebalance(100);
    let error = refusal(client.with_patience(IMPATIENT).create("orders", &config()).await);
    assert!(error.kind == RemoteErrorKind::Conflict && error.reason.contains("stale configuration"), "{error:?}");
    assert!(error.finding().hint.contains("again"), "{error:?}");
    assert!(worker.asked().len() - asked < 10);
}

#[tokio::test]
async fn a_worker_that_cannot_reach_its_leader_is_asked_again_and_explained() {
    let (worker, client) = start(Options::default()).await;
    let message = "IO Error trying to forward REST request: java.net.ConnectException: Connection refused";
    let fault = Fault::Refuse { status: 500, body: json!({ "error_code": 500, "message": message }) };
    worker.add("orders", &config());
    worker.fail_next(fault.clone());
    client.pause("orders").await.unwrap();
    (0..50).for_each(|_| worker.fail_next(fault.clone()));
    let error = refusal(client.with_patience(IMPATIENT).resume("orders").await);
    assert!(error.finding().hint.contains("rest.advertised"), "{:?}", error.finding());
}

#[tokio::test]
async fn a_taken_name_is_a_conflict_at_once() {
    let (worker, client) = start(Options::default()).await;
    worker.add("orders", &config());
    let error = refusal(client.create("orders", &config()).await);
    assert_eq!((error.kind, worker.asked().len(), worker.created()), (RemoteErrorKind::Conflict, 1, 1));
    assert!(error.finding().hint.contains("of that name is there"), "{:?}", error.finding());
}

#[tokio::test]
async fn a_connector_that_was_created_although_the_answer_says_otherwise_counts() {
    for fault in [Fault::LoseAnswer, Fault::FailAfterwards] {
        let (worker, client) = start(Options::default()).await;
        worker.fail_next(fault);
        client.create("orders", &config()).await.unwrap();
        assert_eq!((worker.created(), worker.asked().iter().filter(|asked| asked.method == "POST").count()), (1, 1));
    }
    let (worker, client) = start(Options::default()).await;
    let fault = Fault::Refuse { status: 500, body: json!({ "error_code": 500, "message": "Request timed out" }) };
    worker.fail_next(fault.clone());
    assert_eq!(refusal(client.create("orders", &config()).await).kind, RemoteErrorKind::Failing);
    // Another's, with other topics: not what was to be created.
    let mut other = config();
    other.insert("topics".to_owned(), "customer".into());
    other.insert("connection.password".to_owned(), "another-Pa55".into());
    worker.add("orders", &other);
    worker.fail_next(fault.clone());
    let error = refusal(client.create("orders", &config()).await);
    assert_eq!(error.kind, RemoteErrorKind::Conflict);
    assert!(error.reason.contains("`topics`, `connection.password`"), "{error:?}");
    // Nobody can say: the worker is gone after it.
    worker.fail_next(fault.clone());
    worker.fail_next(Fault::Refuse { status: 403, body: json!({ "error_code": 403, "message": "no" }) });
    let error = refusal(client.create("orders", &config()).await);
    assert!(error.kind == RemoteErrorKind::Failing && error.reason.contains("not known"), "{error:?}");
}

#[tokio::test]
async fn only_what_failed_is_restarted_also_by_workers_that_cannot_restart_tasks() {
    for version in [(4, 1, 0), (2, 8, 0), (2, 2, 0)] {
        let (worker, client) = start(Options { version, ..Options::default() }).await;
        worker.add("orders", &config());
        worker.fail_task("orders", 1, "ConnectException");
        client.restart("orders", true).await.unwrap();
        let restarts = || worker.connector("orders").unwrap().tasks.iter().map(|task| task.restarts).collect::<Vec<_>>();
        assert_eq!(restarts(), [0, 1], "{version:?}");
        assert!(client.connectors().await.unwrap()[0].is_running());
        client.restart("orders", false).await.unwrap();
        assert_eq!(restarts(), [1, 2], "{version:?}");
    }
}

#[tokio::test]
async fn a_paused_connector_stays_paused_when_it_is_restarted() {
    let (worker, client) = start(Options::default()).await;
    worker.add("orders", &config());
    client.pause("orders").await.unwrap();
    client.restart("orders", true).await.unwrap();
    assert_eq!(worker.connector("orders").unwrap().state, "PAUSED");
}

#[tokio::test]
async fn a_worker_before_3_5_says_nothing_of_offsets_and_a_missing_connector_is_missing() {
    let (worker, client) = start(Options { version: (3, 4, 1), ..Options::default() }).await;
    worker.add("orders", &config());
    assert_eq!(client.offsets("orders").await.unwrap(), None);
    for error in [
        refusal(client.offsets("gone").await),
        refusal(client.pause("gone").await),
        refusal(client.resume("gone").await),
        refusal(client.restart("gone", true).await),
    ] {
        assert_eq!(error.kind, RemoteErrorKind::NotFound, "{error:?}");
    }
}

#[tokio::test]
async fn states_are_told_apart_whatever_the_worker_calls_them() {
    let (worker, client) = start(Options::default()).await;
    worker.add("orders", &config());
    worker.set_state("orders", "UNASSIGNED", "");
    let status = client.status("orders").await.unwrap().unwrap();
    assert!(status.state == State::Unassigned && !status.is_running() && !status.has_failed(), "{status:?}");
    worker.set_state("orders", "STOPPED", "");
    assert_eq!(client.status("orders").await.unwrap().unwrap().state, State::Stopped);
    worker.set_state("orders", "HIBERNATING", "");
    assert_eq!(client.status("orders").await.unwrap().unwrap().state.to_string(), "HIBERNATING");
}

#[tokio::test]
async fn a_connector_that_was_just_made_has_no_status_yet() {
    let (worker, client) = start(Options::default()).await;
    worker.add("orders", &config());
    worker.forget_status("orders");
    let status = client.status("orders").await.unwrap().unwrap();
    assert_eq!((status.state, status.config["topics"].as_str()), (State::Unassigned, Some("orders")));
    assert_eq!(client.connectors().await.unwrap()[0].state, State::Unassigned);
}

#[tokio::test]
async fn another_systems_404_is_no_missing_connector() {
    let (worker, client) = start(Options { prefix: "/connect".to_owned(), ..Options::default() }).await;
    worker.add("orders", &config());
    let mut pipeline = document("kafka-connect-confluent");
    // The proxy's address without the prefix.
    pipeline.connect.get_or_insert_default().url = worker.url().trim_end_matches("/connect").to_owned();
    let lost = Client::worker(&pipeline).unwrap();
    for error in [refusal(lost.status("orders").await), refusal(lost.version().await)] {
        assert_eq!(error.kind, RemoteErrorKind::NotFound, "{error:?}");
    }
    assert_eq!(refusal(lost.remove("orders").await).kind, RemoteErrorKind::NotFound, "it is not gone");
    assert!(client.status("orders").await.unwrap().is_some());
}

#[tokio::test]
async fn a_login_is_sent_and_a_wrong_one_explained() {
    let login = Some(("studio".to_owned(), "the-login+/=".to_owned()));
    let (worker, client) = start(Options { login, ..Options::default() }).await;
    assert_eq!(client.version().await.unwrap(), "Kafka Connect 4.1.0");
    let mut pipeline = document("kafka-connect-confluent");
    let service = pipeline.connect.get_or_insert_default();
    (service.url, service.user, service.password.0) = (worker.url().to_owned(), "studio".to_owned(), "not-the-login".to_owned());
    let error = refusal(Client::worker(&pipeline).unwrap().version().await);
    assert_eq!((error.kind, error.finding().path.as_str()), (RemoteErrorKind::Unauthorized, "connect.user"));
}

#[tokio::test]
async fn masks_are_never_sent() {
    let (worker, client) = start(Options::default()).await;
    worker.add("orders", &config());
    let masked = client.config("orders").await.unwrap().unwrap();
    for error in [
        refusal(client.put_config("orders", &masked).await),
        refusal(client.create("copy", &masked).await),
        refusal(client.validate(&masked).await),
    ] {
        assert_eq!(error.kind, RemoteErrorKind::Invalid);
        assert!(error.to_string().starts_with("nothing was sent") && error.reason.contains("`connection.password`"), "{error:?}");
    }
    assert!(worker.asked().iter().all(|asked| asked.method == "GET"));
}

#[tokio::test]
async fn a_plugin_that_is_not_installed_is_named() {
    let (_worker, client) = start(Options::default()).await;
    let mut config = config();
    config.insert("connector.class".to_owned(), "com.example.Missing".into());
    let error = refusal(client.validate(&config).await);
    assert!(error.finding().hint.contains("plugin.path"), "{:?}", error.finding());
    config.remove("connector.class");
    assert_eq!(refusal(client.validate(&config).await).kind, RemoteErrorKind::Invalid);
}
