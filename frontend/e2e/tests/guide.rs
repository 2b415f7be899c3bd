//! TiDB's page "Integrate Data with Confluent Cloud", all of it, in one session: key files pasted, rows into Kafka, a changefeed on
//! TiCDC, connectors to Snowflake and SQL Server, a stream in ksqlDB, launched and green, rows seen.
//!
//! Kafka is the lab's, behind TLS and SASL as Confluent Cloud's; the registry is the studio's own, behind a login. TiCDC, Confluent
//! Cloud's API and ksqlDB are doubles, so the rows come from the workload on this studio's engine, with the same keys.

use anyhow::{Context, Result, ensure};
use doubles::{
    confluent_cloud::{self, ConfluentCloud},
    door::Door,
    ksqldb::{self, KsqlDb, Topic},
    ticdc::{self, TiCdc},
};
use journeys::{Browser, Lab, Studio};
use serde_json::{Value, json};

const REGISTRY_KEY: &str = "7NBH2CAFM2LMGTH7";
const REGISTRY_SECRET: &str = "r9+Tq/Wz3mK5xN7vB1cD4fG6hJ8kL0pO2iU4yT6rE8wQ1aS3dF5gH7jK9lZ+xC/v";
const CLOUD_KEY: &str = "CLOUDKEY12345678";
const CLOUD_SECRET: &str = "cl0ud+secret/of=the==double";
const DATABASE_PASSWORD: &str = "Pl4in+text/never=shown";
const TOPIC: &str = "tidb_tpcc_orders";
const PIPELINE: &str = "tidb-to-confluent";
const META: &str = "fetch('/api/v1/meta').then(answer => answer.json()).then(arguments[0])";
/// Made for tests, known to everybody.
const SNOWFLAKE_KEY: &str = include_str!("../../../shared/tests/keys/test-rsa-2048.pkcs1.pem");

/// What a person has after the guide's first steps: key files.
struct Keys {
    cluster: String,
    /// The same cluster's, of somebody who may look and not write.
    reader: String,
    registry: String,
    cloud: String,
}

impl Keys {
    fn of(lab: &Lab, registry_url: &str) -> Self {
        let bootstrap = lab.cloud("bootstrap");
        let file = |resource: &str, key: &str, secret: &str| {
            format!("=== Confluent Cloud API key: {resource} ===\n\nAPI key:\n{key}\n\nAPI secret:\n{secret}\n\n")
        };
        let cluster =
            |key: &str, secret: &str| format!("{}Bootstrap server:\n{bootstrap}\n", file("lkc-1", lab.cloud(key), lab.cloud(secret)));
        Self {
            cluster: cluster("key", "secret"),
            reader: cluster("reader_key", "reader_secret"),
            registry: format!("{}Endpoint:\n{registry_url}\n", file("lsrc-4k8w1x", REGISTRY_KEY, REGISTRY_SECRET)),
            cloud: file("cloud", CLOUD_KEY, CLOUD_SECRET),
        }
    }
}

/// Another one after one that was saved: nothing of that one is left in the form.
async fn new_pipeline(page: &Browser, name: &str) -> Result<()> {
    page.go("/pipelines/new").await?;
    let left = page.value("field-name").await?;
    ensure!(left.is_empty(), "a new pipeline begins with the draft of `{left}`");
    page.fill("field-name", name).await
}

/// Pastes into the open editor.
async fn paste(page: &Browser, text: &str) -> Result<()> {
    page.click("paste").await?;
    page.replace("paste-text", text).await?;
    page.click("paste-apply").await?;
    page.wait_gone("dialog[open]").await
}

/// What the lab's broker has otherwise than Confluent Cloud: an authority of its own, and one node.
async fn adjust_to_lab(page: &Browser, lab: &Lab) -> Result<()> {
    page.click("step-kafka").await?;
    for (field, file) in [("ca", "ca"), ("cert", "client_certificate"), ("key", "client_key")] {
        page.fill(&format!("field-kafka.params.{field}"), lab.cloud(file)).await?;
    }
    page.fill("field-kafka.params.replication-factor", "1").await
}

#[tokio::test]
async fn the_whole_guide_is_one_session() -> Result<()> {
    let lab = Lab::read()?;
    let ticdc = TiCdc::start(ticdc::Options::default()).await;
    let cluster_key = (lab.cloud("key").to_owned(), lab.cloud("secret").to_owned());
    let cloud = ConfluentCloud::start(confluent_cloud::Options { cluster_key, ..confluent_cloud::Options::default() }).await;
    let ksqldb = KsqlDb::start(ksqldb::Options { topics: vec![Topic::named(TOPIC)], ..ksqldb::Options::default() }).await;
    let studio = Studio::start("guide")?;
    let page = Browser::open(&lab, &studio.url).await?;
    page.go("/").await?;
    let meta = page.run_async(META, vec![]).await?;
    let registry = meta.pointer("/playground/schema_registry").and_then(Value::as_str).context("the studio has a registry")?;
    let door = Door::before(registry.trim_end_matches('/'), REGISTRY_KEY, REGISTRY_SECRET).await;
    let keys = Keys::of(&lab, door.url());

    // go-tpc's part: rows, with the keys just pasted.
    page.click("new-pipeline").await?;
    page.fill("field-name", "workload").await?;
    page.click("kind-tpcc").await?;
    paste(&page, &format!("{}{}", keys.cluster, keys.registry)).await?;
    adjust_to_lab(&page, &lab).await?;
    page.click("review").await?;
    page.click("preflight").await?;
    page.find("preflight-ok").await?;
    page.picture("guide-workload").await?;
    page.click("launch").await?;
    page.wait_state("running").await?;
    page.wait_rows("table-row-tpcc.orders", 1).await?;
    ensure!(door.asked().iter().any(|asked| asked.method == "POST"), "no schema came through the registry's door");

    // A key that may not write is found out before anything is launched, and nothing was written to find it out.
    new_pipeline(&page, "without-rights").await?;
    page.click("kind-tpcc").await?;
    paste(&page, &format!("{}{}", keys.reader, keys.registry)).await?;
    page.click("step-tables").await?;
    page.fill("field-filter.rules", "tpcc.orders").await?;
    adjust_to_lab(&page, &lab).await?;
    page.click("review").await?;
    page.click("preflight").await?;
    page.find_text("check-kafka.write", "may not write to topic").await?;
    page.picture("guide-without-rights").await?;

    // The changefeed.
    new_pipeline(&page, PIPELINE).await?;
    page.click("kind-tidb").await?;
    page.fill("field-source.pd", ticdc.url()).await?;
    page.choose("field-changefeed.target", "ticdc").await?;
    page.fill("field-changefeed.ticdc_server", ticdc.url()).await?;
    let tables =
        "CREATE TABLE tpcc.orders (o_id INT, o_d_id INT, o_w_id INT, o_c_id INT, o_entry_d DATETIME, PRIMARY KEY (o_w_id, o_d_id, o_id));";
    paste(&page, &format!("{}{}{}", keys.cloud, keys.cluster, keys.registry)).await?;
    paste(&page, tables).await?;
    adjust_to_lab(&page, &lab).await?;
    page.picture("guide-kafka").await?;

    // The sinks: the cloud key came with the paste, and the cluster that it manages with its own.
    page.click("step-downstream").await?;
    page.click("add-sqlserver").await?;
    for (field, value) in [("connection.host", "sql.example.com"), ("connection.user", "loader"), ("db.name", "shop")] {
        page.fill(&format!("field-connectors[0].config.{field}"), value).await?;
    }
    page.fill("field-connectors[0].config.connection.password", DATABASE_PASSWORD).await?;
    page.click("add-snowflake").await?;
    page.click("key-bench-1").await?;
    page.replace("key-1", SNOWFLAKE_KEY).await?;
    page.click("use-key-1").await?;
    for (field, value) in [
        ("snowflake.url.name", "ab12345.ap-east-1.aws.snowflakecomputing.com"),
        ("snowflake.user.name", "TICDC_LOADER"),
        ("snowflake.role.name", "TICDC_ROLE"),
        ("snowflake.database.name", "SHOP"),
        ("snowflake.schema.name", "PUBLIC"),
    ] {
        page.fill(&format!("field-connectors[1].config.{field}"), value).await?;
    }
    page.fill("field-confluent_cloud.environment", "env-1").await?;
    ensure!(page.value("field-confluent_cloud.cluster").await? == "lkc-1", "the cluster is not known from its key");
    ensure!(page.value("field-confluent_cloud.api_key").await? == CLOUD_KEY, "the cloud key is not where it belongs");
    page.click("cloud-more").await?;
    page.fill("field-confluent_cloud.url", cloud.url()).await?;
    page.click("add-ksql").await?;
    page.fill("field-ksqldb_server.url", ksqldb.url()).await?;
    page.picture("guide-downstream").await?;

    // All green.
    page.click("review").await?;
    page.click("preflight").await?;
    page.find("preflight-ok").await?;
    page.picture("guide-review").await?;
    page.click("launch").await?;
    page.find("plan").await?;
    page.click("launch-go").await?;
    page.confirm().await?;
    page.find_css("[data-test=\"launch-state\"][data-state=\"done\"]").await?;
    page.picture("guide-launched").await?;
    page.click("open-run").await?;
    page.find_css("[data-test=\"part-changefeed\"] [data-test=\"part-state\"][data-state=\"running\"]").await?;
    let names = cloud.names();
    ensure!(names.len() == 2 && ticdc.ids() == [PIPELINE], "{names:?}, {:?}", ticdc.ids());
    for name in &names {
        page.find_css(&format!("[data-test=\"part-connector:{name}\"] [data-test=\"part-state\"][data-state=\"running\"]")).await?;
    }

    // Rows seen.
    let objects = ksqldb.objects();
    let stream = objects.first().context("the stream is there")?;
    page.click("rows-start").await?;
    page.find_text("ksql-rows", "Waiting for the first row").await?;
    ksqldb.push_row(stream, &[json!(7001)]);
    page.find_text("ksql-row", "7001").await?;
    page.picture("guide-run").await?;
    page.click("rows-stop").await?;
    ksqldb.until_closed().await;

    // No secret that was pasted or typed is anywhere in what the page holds.
    let held = page.session_storage().await? + &page.run("return document.documentElement.innerHTML", vec![]).await?.to_string();
    for secret in [lab.cloud("secret"), REGISTRY_SECRET, CLOUD_SECRET, DATABASE_PASSWORD] {
        ensure!(!held.contains(secret), "the page holds a secret");
    }
    page.close().await
}
