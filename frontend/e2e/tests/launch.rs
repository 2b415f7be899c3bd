//! Everything that a document describes, launched from the page on three other systems, then watched, broken, mended and undone.
//! TiCDC, Confluent Cloud and ksqlDB are doubles; Kafka and the registry are the playground's, whose workload fills the topics.

use anyhow::{Context, Result, ensure};
use doubles::{
    confluent_cloud::{self, ConfluentCloud},
    connectors::Fault,
    ksqldb::{self, KsqlDb, Topic},
    ticdc::{self, TiCdc},
};
use journeys::{Browser, Lab, Studio};
use serde_json::{Value, json};

const CONNECTOR: &str = "orders-to-sqlserver";
const DATABASE_PASSWORD: &str = "Pl4in+text/never=shown";

/// The systems of one journey, and the studio whose playground has the topics.
struct Scene {
    studio: Studio,
    page: Browser,
    ticdc: TiCdc,
    cloud: ConfluentCloud,
    ksqldb: KsqlDb,
}

impl Scene {
    /// A playground with rows in its topics.
    async fn set(lab: &Lab, journey: &str) -> Result<Self> {
        let ticdc = TiCdc::start(ticdc::Options::default()).await;
        let cloud = ConfluentCloud::start(confluent_cloud::Options::default()).await;
        let topics = vec![Topic::named("tidb_tpcc_orders")];
        let ksqldb = KsqlDb::start(ksqldb::Options { topics, ..ksqldb::Options::default() }).await;
        let studio = Studio::start(journey)?;
        let page = Browser::open(lab, &studio.url).await?;
        page.go("/").await?;
        page.click("try-playground").await?;
        page.wait_state("running").await?;
        page.wait_rows("table-row-tpcc.orders", 1).await?;
        Ok(Self { studio, page, ticdc, cloud, ksqldb })
    }

    /// A pipeline with a part on each system. TiCDC's double stands in for PD too: something that can be connected to.
    async fn document(&self, name: &str) -> Result<String> {
        let meta = self.page.run_async(META, vec![]).await?;
        let address = |key: &str| meta.pointer(key).and_then(Value::as_str).map(str::to_owned).context("the studio has a playground");
        let (broker, registry) = (address("/playground/kafka")?, address("/playground/schema_registry")?);
        let options = confluent_cloud::Options::default();
        let ((cloud_key, cloud_secret), (cluster_key, cluster_secret)) = (options.cloud_key, options.cluster_key);
        let (ticdc, cloud, ksqldb) = (self.ticdc.url(), self.cloud.url(), self.ksqldb.url());
        Ok(format!(
            r#"version = 1
name = "{name}"

[source]
kind = "tidb"
pd = ["{ticdc}"]

[changefeed]
target = "ticdc"
ticdc_server = "{ticdc}"

[changefeed.config.filter]
rules = ["tpcc.*", "!tpcc.history"]

[[changefeed.config.sink.dispatchers]]
matcher = ["*.*"]
topic = "tidb_{{schema}}_{{table}}"
partition = "index-value"

[kafka]
brokers = ["{broker}"]
topic = "ticdc-meta"

[kafka.params]
protocol = "avro"
partition-num = 3
replication-factor = 1

[schema_registry]
url = "{registry}"

[confluent_cloud]
url = "{cloud}"
environment = "env-1"
cluster = "lkc-1"
api_key = "{cloud_key}"
api_secret = "{cloud_secret}"

[ksqldb_server]
url = "{ksqldb}"

[[connectors]]
name = "{CONNECTOR}"
kind = "sqlserver"
flavour = "confluent-cloud"
topics = ["tidb_tpcc_orders"]

[connectors.config]
"kafka.api.key" = "{cluster_key}"
"kafka.api.secret" = "{cluster_secret}"
"connection.host" = "sql.example.com"
"connection.port" = "1433"
"connection.user" = "loader"
"connection.password" = "{DATABASE_PASSWORD}"
"db.name" = "shop"
"insert.mode" = "UPSERT"
"pk.mode" = "record_key"
"delete.enabled" = "true"
"auto.create" = "true"
"auto.evolve" = "true"
"errors.tolerance" = "none"
"tasks.max" = "1"

[[ksqldb]]
name = "ORDERS"
statement = "stream"
topic = "tidb_tpcc_orders"
"#
        ))
    }

    /// Types the document and goes on to its launch steps, as far as nothing has happened yet.
    async fn write_and_plan(&self, name: &str) -> Result<()> {
        let page = &self.page;
        page.go("/pipelines/new").await?;
        page.click_text("TOML").await?;
        page.replace("toml", &self.document(name).await?).await?;
        page.click("review").await?;
        page.click_text("Form").await?;
        page.click("launch").await?;
        page.find("plan").await?;
        ensure!(self.ticdc.ids().is_empty() && self.cloud.names().is_empty(), "something was made before it was asked for");
        Ok(())
    }

    async fn launch(&self) -> Result<()> {
        self.page.click("launch-go").await?;
        self.page.confirm().await
    }

    async fn wait_step(&self, step: &str, state: &str) -> Result<()> {
        self.page.find_css(&format!("[data-test=\"step-{step}\"][data-state=\"{state}\"]")).await.map(drop)
    }

    async fn wait_launch(&self, state: &str) -> Result<()> {
        self.page.find_css(&format!("[data-test=\"launch-state\"][data-state=\"{state}\"]")).await.map(drop)
    }

    /// The browser first: it complains of a studio that is gone.
    async fn end(self) -> Result<()> {
        self.page.close().await?;
        drop(self.studio);
        Ok(())
    }

    async fn wait_part(&self, part: &str, state: &str) -> Result<()> {
        self.page.find_css(&format!("[data-test=\"part-{part}\"] [data-test=\"part-state\"][data-state=\"{state}\"]")).await.map(drop)
    }
}

const META: &str = "fetch('/api/v1/meta').then(answer => answer.json()).then(arguments[0])";

/// Every part, in the order of a launch, and its state when all is well: a stream over a topic needs no query.
fn parts() -> [(String, &'static str); 3] {
    [("changefeed".to_owned(), "running"), ("ksqldb:ORDERS".to_owned(), "finished"), (format!("connector:{CONNECTOR}"), "running")]
}

#[tokio::test]
async fn a_pipeline_over_four_systems_is_launched_watched_mended_and_kept_as_the_document_says() -> Result<()> {
    let lab = Lab::read()?;
    let scene = Scene::set(&lab, "launch").await?;
    let page = &scene.page;

    // Tried before anything is made.
    page.go("/pipelines/new").await?;
    page.click_text("TOML").await?;
    page.replace("toml", &scene.document("shop").await?).await?;
    page.click("review").await?;
    page.click_text("Form").await?;
    page.click("preflight").await?;
    page.find("preflight-ok").await?;
    page.picture("preflight").await?;

    // Each step is shown first, then done, then there.
    page.click("launch").await?;
    page.find("plan").await?;
    page.click("by-hand-changefeed").await?;
    page.find_text("plan", "cdc cli").await?;
    ensure!(!page.find("plan").await?.text().await?.contains(DATABASE_PASSWORD), "the steps show a secret");
    page.picture("launch-plan").await?;
    ensure!(scene.ticdc.ids().is_empty() && scene.cloud.names().is_empty(), "something was made before it was asked for");
    scene.launch().await?;
    scene.wait_launch("done").await?;
    page.picture("launch-done").await?;
    page.reload().await?;
    scene.wait_launch("done").await?;
    ensure!(scene.ticdc.ids() == ["shop"] && scene.cloud.names() == [CONNECTOR], "{:?}", scene.ticdc.ids());

    // All green, and rows seen.
    page.click("open-run").await?;
    for (part, state) in parts() {
        scene.wait_part(&part, state).await?;
    }
    page.find("no-drift").await?;
    page.click("rows-start").await?;
    page.find_text("ksql-rows", "Waiting for the first row").await?;
    scene.ksqldb.push_row("ORDERS", &[json!(7001)]);
    page.find_text("ksql-row", "7001").await?;
    page.picture("run-parts").await?;
    page.click("rows-stop").await?;
    scene.ksqldb.until_closed().await;

    // A failed task and a failed changefeed are explained, and mended from here.
    scene.cloud.fail_task(CONNECTOR, 0, "com.microsoft.sqlserver.jdbc.SQLServerException: Login failed for user 'loader'.");
    scene.ticdc.fail(
        "shop",
        "CDC:ErrMessageTooLarge",
        "[CDC:ErrMessageTooLarge]message is too large. table:tpcc.orders, length:2097152, maxMessageBytes:1048576",
    );
    scene.wait_part("changefeed", "failed").await?;
    page.find_text("part-changefeed", "max-message-bytes").await?;
    page.click("explain").await?;
    page.find_text("explained", "What to do").await?;
    page.picture("run-failed").await?;
    page.click(&format!("restart-failed-connector:{CONNECTOR}")).await?;
    scene.wait_part(&format!("connector:{CONNECTOR}"), "running").await?;
    page.click("resume-changefeed").await?;
    scene.wait_part("changefeed", "running").await?;

    // Somebody changed the connector in Confluent's console.
    let mut config = scene.cloud.connector(CONNECTOR).context("the connector is there")?.config;
    config.insert("tasks.max".to_owned(), "3".into());
    scene.cloud.add(CONNECTOR, &config);
    page.click("compare").await?;
    page.find_text("drift-row", "tasks.max").await?;
    page.picture("run-drift").await?;
    page.click(&format!("push-connector:{CONNECTOR}")).await?;
    page.confirm().await?;
    page.find("no-drift").await?;

    // The cluster shows what was made elsewhere too, and opens it as a document.
    scene.ticdc.add("legacy", "kafka://127.0.0.1:9092/old?protocol=avro", &json!({}));
    page.click("clusters").await?;
    page.find("cluster-ticdc@shop").await?;
    page.picture("clusters").await?;
    page.go("/clusters/ticdc%40shop").await?;
    page.find("item-legacy").await?;
    page.click("choose-legacy").await?;
    page.click("bulk-pause").await?;
    page.find_text("bulk-names", "legacy").await?;
    page.confirm().await?;
    page.find("result-legacy").await?;
    page.picture("cluster").await?;
    page.click("open-legacy").await?;
    page.find("taken-over").await?;
    page.picture("editor-taken-over").await?;
    scene.end().await
}

#[tokio::test]
async fn a_launch_that_fails_half_way_is_undone_and_leaves_nothing_behind() -> Result<()> {
    let lab = Lab::read()?;
    let scene = Scene::set(&lab, "undo").await?;
    let page = &scene.page;
    let message = "The connector configuration is invalid: Failed to connect to SQL Server: Login failed for user 'loader'.";
    scene.cloud.fail_next(Fault::Refuse { status: 400, body: json!({ "error": { "code": 400, "message": message } }) });

    scene.write_and_plan("shop").await?;
    scene.launch().await?;
    scene.wait_launch("failed").await?;
    scene.wait_step(&format!("connector:{CONNECTOR}"), "failed").await?;
    scene.wait_step("changefeed", "done").await?;
    page.picture("launch-failed").await?;
    ensure!(scene.ticdc.ids() == ["shop"], "{:?}", scene.ticdc.ids());

    page.click("launch-undo").await?;
    page.find_text("undo-list", "Removes the changefeed").await?;
    page.picture("launch-undo").await?;
    page.confirm().await?;
    scene.wait_launch("undone").await?;
    ensure!(scene.ticdc.ids().is_empty() && scene.cloud.names().is_empty() && scene.ksqldb.objects().is_empty(), "something is left");
    page.picture("launch-undone").await?;
    scene.end().await
}
