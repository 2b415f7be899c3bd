//! A real worker, to know that the double is one: `cargo xtask lab up`, then
//! `LAB=.lab/env.json cargo test -p backend --test connect -- --ignored`.

use super::*;
use backend::clients::connect::ConnectorStatus;

/// Whatever a path may not hold.
const NAME: &str = "größe of 100%? #1";
const CLASS: &str = "io.debezium.connector.jdbc.JdbcSinkConnector";

fn client() -> Client {
    let file = std::env::var("LAB").expect("LAB is the path of the lab's env.json");
    let lab: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut pipeline = document("kafka-connect-debezium");
    lab["connect"]["url"].as_str().unwrap().clone_into(&mut pipeline.connect.get_or_insert_default().url);
    Client::of_connector(&pipeline, 0).unwrap()
}

/// A sink whose database is nowhere: its task dies of it.
fn config() -> Map<String, Value> {
    table(json!({
        "name": NAME, "connector.class": CLASS, "tasks.max": "1", "topics": "nobody-writes-here", "connection.url": "jdbc:mysql://127.0.0.1:1/nowhere",
        "connection.username": "ticdc", "connection.password": PASSWORD, "insert.mode": "upsert", "primary.key.mode": "record_key",
    }))
}

async fn until(client: &Client, name: &str, what: impl Fn(&ConnectorStatus) -> bool) -> ConnectorStatus {
    for _ in 0..240 {
        if let Some(status) = client.status(name).await.unwrap()
            && what(&status)
        {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("it did not come: {:?}", client.status(name).await.unwrap());
}

#[tokio::test]
#[ignore = "needs the lab's Kafka Connect"]
async fn a_real_worker_answers_as_the_double_does() {
    let client = client();
    let name = NAME;
    client.remove(name).await.unwrap();
    assert!(client.version().await.unwrap().starts_with("Kafka Connect 3."));
    assert!(client.plugins().await.unwrap().iter().any(|plugin| plugin.class == CLASS));
    assert_eq!(client.status(name).await.unwrap(), None);
    assert_eq!(client.config(name).await.unwrap(), None);
    assert_eq!(refusal(client.offsets(name).await).kind, RemoteErrorKind::NotFound);
    assert_eq!(refusal(client.pause(name).await).kind, RemoteErrorKind::NotFound);
    assert_eq!(refusal(client.restart(name, true).await).kind, RemoteErrorKind::NotFound);

    assert_eq!(client.validate(&config()).await.unwrap().error_count, 0);
    let mut wrong = config();
    wrong.remove("topics");
    let validation = client.validate(&wrong).await.unwrap();
    assert_eq!(validation.findings(0)[0].path, "connectors[0].topics", "{validation:?}");
    assert_no_secret(&validation);
    let error = refusal(client.create(name, &wrong).await);
    assert_eq!(error.kind, RemoteErrorKind::Invalid, "{error:?}");
    let mut unknown = config();
    unknown.insert("connector.class".to_owned(), "com.example.Missing".into());
    for error in [refusal(client.validate(&unknown).await), refusal(client.create(name, &unknown).await)] {
        assert!(error.finding().hint.contains("plugin.path"), "{error:?}");
    }

    client.create(name, &config()).await.unwrap();
    assert_eq!(refusal(client.create(name, &config()).await).kind, RemoteErrorKind::Conflict);
    let failed = until(&client, name, |status| status.has_failed()).await;
    assert!(failed.reason().contains("Caused by"), "{failed:?}");
    assert_no_secret((&failed, client.connectors().await.unwrap(), client.config(name).await.unwrap()));
    client.restart(name, true).await.unwrap();
    until(&client, name, |status| status.has_failed()).await;
    client.restart(name, false).await.unwrap();
    client.put_config(name, &config()).await.unwrap();
    client.pause(name).await.unwrap();
    until(&client, name, |status| status.state == State::Paused).await;
    client.resume(name).await.unwrap();
    until(&client, name, |status| status.state == State::Running).await;
    assert_eq!(client.offsets(name).await.unwrap(), Some(Vec::new()));
    client.remove(name).await.unwrap();
    client.remove(name).await.unwrap();
    for _ in 0..40 {
        if client.status(name).await.unwrap().is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("it is still there");
}
