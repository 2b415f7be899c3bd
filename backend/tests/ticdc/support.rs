//! A pipeline with secrets, and clients for it.

use backend::clients::ticdc::{Changefeed, ChangefeedId, Client, CreateRequest};
use doubles::ticdc::TiCdc;
use shared::config::{Pipeline, parse};
use shared::render::open_api_body;

/// Everything that must never be seen, in the forms that it has on the way.
pub const SECRETS: [&str; 6] = ["kafka+s3cret", "kafka%2Bs3cret", "kafka s3cret", "reg/s3cret", "reg%2Fs3cret", "ticdc-s3cret"];

/// A document whose secrets are values, as a launch has it.
pub fn pipeline(server: &str) -> Pipeline {
    let mut pipeline = parse(
        r#"
version = 1
name = "orders"
[source]
kind = "tidb"
pd = ["http://pd:2379"]
[changefeed]
target = "ticdc"
ticdc_version = "8.5.4-release.1"
ticdc_user = "root"
ticdc_password = "ticdc-s3cret"
[changefeed.config]
memory-quota = 5
[changefeed.config.filter]
rules = ["app.*"]
[[changefeed.config.sink.dispatchers]]
matcher = ["*.*"]
topic = "tidb_{schema}_{table}"
partition = "index-value"
[kafka]
brokers = ["b:9092"]
topic = "ticdc-meta"
[kafka.params]
protocol = "avro"
sasl-mechanism = "plain"
sasl-user = "u"
sasl-password = "kafka+s3cret"
[schema_registry]
url = "https://r.example"
user = "k"
password = "reg/s3cret"
"#,
    )
    .unwrap();
    server.clone_into(&mut pipeline.changefeed.ticdc_server);
    pipeline
}

pub fn client(ticdc: &TiCdc) -> Client {
    Client::of_pipeline(&pipeline(ticdc.url())).unwrap()
}

pub fn request() -> CreateRequest {
    CreateRequest { body: open_api_body(&pipeline("http://h:8300")), start_ts: None, target_ts: None }
}

pub fn id() -> ChangefeedId {
    ChangefeedId::new("orders")
}

/// The pipeline's changefeed, made.
pub async fn created(client: &Client) -> Changefeed {
    client.create(&request()).await.unwrap()
}

/// How often a request was made.
pub fn count(ticdc: &TiCdc, method: &str, path: &str) -> usize {
    ticdc.asked().iter().filter(|asked| asked.method == method && asked.path.ends_with(path)).count()
}

pub fn assert_no_secret(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "`{secret}` is in: {text}");
    }
}
