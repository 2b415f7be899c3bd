//! The embedded broker and registry for a test, and questions to them that go round the studio.

use backend::{embedded, studio::Embedded};
use rdkafka::{
    ClientConfig,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
};
use std::{net::SocketAddr, time::Duration};
use tempfile::TempDir;

pub struct Services {
    embedded: Embedded,
    _directory: TempDir,
}

pub async fn embedded() -> Services {
    let directory = TempDir::new().unwrap();
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let broker = embedded::broker::Options { data_dir: directory.path().join("broker"), listen };
    let registry = embedded::registry::Options { data_dir: directory.path().join("registry"), listen };
    let broker = embedded::broker::start(broker).await.unwrap();
    let registry = embedded::registry::start(registry).await.unwrap();
    Services { embedded: Embedded { broker, registry }, _directory: directory }
}

impl Services {
    pub fn kafka(&self) -> String {
        self.embedded.addresses().kafka
    }

    pub fn registry(&self) -> String {
        self.embedded.addresses().schema_registry
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        ClientConfig::new().set("bootstrap.servers", self.kafka()).create().unwrap()
    }

    pub async fn make_topic(&self, name: &str, partitions: i32) {
        let topic = NewTopic::new(name, partitions, TopicReplication::Fixed(1));
        assert_eq!(self.admin().create_topics([&topic], &AdminOptions::new()).await.unwrap(), [Ok(name.to_owned())]);
    }

    pub async fn topics(&self) -> Vec<String> {
        let admin = self.admin();
        let metadata = tokio::task::spawn_blocking(move || admin.inner().fetch_metadata(None, Duration::from_secs(10)).unwrap());
        metadata.await.unwrap().topics().iter().map(|topic| topic.name().to_owned()).collect()
    }

    pub async fn register(&self, subject: &str, schema: &str) {
        let url = format!("{}/subjects/{subject}/versions", self.registry());
        let answer = reqwest::Client::new().post(url).json(&serde_json::json!({ "schema": schema })).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    pub async fn subjects(&self) -> String {
        reqwest::get(format!("{}/subjects", self.registry())).await.unwrap().text().await.unwrap()
    }

    pub async fn shut_down(self) {
        self.embedded.shut_down().await;
    }
}
