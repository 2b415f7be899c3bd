//! What the guide page makes a person type, pasted: from two key files to a pipeline that could be launched.

use anyhow::{Result, ensure};
use journeys::{Browser, Lab, Studio};

/// A cluster's key file, a registry's and its endpoint, as their consoles give them. Invented.
const KEYS: &str = "=== Confluent Cloud API key: lkc-7m2q9z ===

API key:
L5WWA4GK4NAT2EQV

API secret:
k3+/x9Zq8vT1nW5mB7cR2dF4gH6jK8lP0oI9uY7tE5rW3qA1sD+fG/hJ2kL4zX=c

Bootstrap server:
pkc-1ab2c.ap-east-1.aws.confluent.cloud:9092

=== Confluent Cloud API key: lsrc-4k8w1x ===
API key:
7NBH2CAFM2LMGTH7
API secret:
r9+Tq/Wz3mK5xN7vB1cD4fG6hJ8kL0pO2iU4yT6rE8wQ1aS3dF5gH7jK9lZ+xC/v

https://psrc-9xyz1.us-east-2.aws.confluent.cloud
";
const SECRET: &str = "k3+/x9Zq8vT1nW5mB7cR2dF4gH6jK8lP0oI9uY7tE5rW3qA1sD+fG/hJ2kL4zX=c";

/// Made for this test, known to everybody.
const SNOWFLAKE_KEY: &str = include_str!("../../../shared/tests/keys/test-rsa-2048.pkcs1.pem");

#[tokio::test]
async fn two_key_files_are_pasted_and_the_pipeline_is_ready_in_under_ten_interactions() -> Result<()> {
    let lab = Lab::read()?;
    let studio = Studio::start("paste")?;
    let page = Browser::open(&lab, &studio.url).await?;

    page.go("/").await?;
    page.click("new-pipeline").await?; // 1
    page.fill("field-name", "tpcc-to-confluent").await?; // 2
    page.click("kind-tpcc").await?; // 3
    page.click("paste").await?; // 4
    page.fill("paste-text", KEYS).await?; // 5
    page.find_text("understood", "lkc-7m2q9z").await?;
    let understood = page.find("understood").await?.text().await?;
    ensure!(!understood.contains(SECRET), "the secret is shown: {understood}");
    page.picture("paste-understood").await?;
    page.click("paste-apply").await?; // 6
    page.click("review").await?; // 7
    // The button is there only when no finding refuses the launch.
    page.find_css("[data-test=\"launch\"]:enabled").await?;
    page.picture("paste-review").await?;

    // The text follows the form, and the form the text.
    page.click_text("TOML").await?;
    let text = page.value("toml").await?;
    ensure!(text.contains("pkc-1ab2c.ap-east-1.aws.confluent.cloud:9092"), "{text}");
    page.replace("toml", &text.replace("replication-factor = 3", "replication-factor = 5")).await?;
    page.click_text("Form").await?;
    page.click("step-kafka").await?;
    ensure!(page.value("field-kafka.params.replication-factor").await? == "5");

    // A reload keeps what was filled in, and what was undone; never a secret.
    page.click("undo").await?;
    ensure!(page.value("field-kafka.params.replication-factor").await? == "3");
    page.wait_stored("draft:").await?;
    let stored = page.session_storage().await?;
    ensure!(stored.contains("L5WWA4GK4NAT2EQV") && !stored.contains(SECRET), "the browser's storage: {stored}");
    page.reload().await?;
    page.find("restored").await?;
    ensure!(page.value("field-kafka.brokers").await? == "pkc-1ab2c.ap-east-1.aws.confluent.cloud:9092");
    page.close().await
}

#[tokio::test]
async fn connectors_and_statements_are_added_in_the_consoles_words() -> Result<()> {
    let lab = Lab::read()?;
    let studio = Studio::start("downstream")?;
    let page = Browser::open(&lab, &studio.url).await?;

    page.go("/").await?;
    page.click("new-pipeline").await?;
    page.fill("field-name", "tpcc-down").await?;
    page.click("kind-tpcc").await?;
    page.click("load-tables").await?;
    page.find("tables-loaded").await?;
    page.click("step-downstream").await?;
    page.click("add-sqlserver").await?;
    ensure!(page.value("field-connectors[0].topics").await?.contains("tidb_tpcc_orders"));
    page.fill("field-connectors[0].config.connection.host", "sql.example.com:1433").await?;
    // Findings wait until the field is left.
    page.click("field-connectors[0].name").await?;
    page.find_css("[data-code=\"connection-host-invalid\"]").await?;
    page.fill("field-connectors[0].config.connection.host", "sql.example.com").await?;
    page.wait_gone("[data-code=\"connection-host-invalid\"]").await?;
    page.click("all-properties-0").await?;
    page.fill("search-properties-0", "delete on null").await?;
    page.find_text("connector-0", "delete.enabled").await?;
    page.picture("editor-connector").await?;
    page.click("add-snowflake").await?;
    page.click("add-ksql").await?;
    page.find_text("statement-0", "CREATE STREAM").await?;
    page.picture("editor-downstream").await?;

    // What each sink would do, and what a planned change of the table would.
    page.click_text("Sinks").await?;
    page.find("sink-end").await?;
    page.picture("truth-sinks").await?;
    page.click_text("Rehearse").await?;
    page.fill("rehearse-sql", "ALTER TABLE customer ADD COLUMN note VARCHAR(20) NOT NULL").await?;
    page.find("rehearse-verdict").await?;
    page.picture("truth-rehearse").await?;

    // An error message is explained where it is pasted.
    page.click("paste").await?;
    page.fill(
        "paste-text",
        "org.apache.kafka.common.errors.TopicAuthorizationException: Not authorized to access topics: [tidb_tpcc_orders]",
    )
    .await?;
    page.find_text("explained", "What to do").await?;
    page.picture("paste-explained").await?;
    page.click_text("Cancel").await?;

    // A row with values of one's own is followed as it is typed.
    page.click_text("Follow").await?;
    page.click("own-values").await?;
    let row = page.value("own-row").await?;
    ensure!(row.contains("\"changed\""), "{row}");
    page.replace("own-row", &row.replace("\"changed\"", "\"Ada\"")).await?;
    page.find_text("followed", "Ada").await?;
    page.replace("own-row", "{}").await?;
    page.find("follow-refused").await?;

    // The key bench examines a key that never leaves the page.
    page.click("key-bench-1").await?;
    page.replace("key-1", SNOWFLAKE_KEY).await?;
    page.find_text("key-format", "PKCS#1").await?;
    page.click("use-key-1").await?;
    ensure!(page.value("field-connectors[1].config.snowflake.private.key").await?.starts_with("MII"));
    page.fill("field-connectors[1].config.snowflake.user.name", "TICDC_LOADER").await?;
    page.fill("field-connectors[1].config.snowflake.url.name", "ab12345.ap-east-1.aws.snowflakecomputing.com").await?;
    page.click("make-token-1").await?;
    page.find_text("connector-1", "eyJ").await?;

    // Every option is a search away.
    page.click("step-options").await?;
    page.fill("search-options", "large message").await?;
    page.find_text("options", "large-message-handle-option").await?;
    page.picture("editor-options").await?;
    page.close().await
}
