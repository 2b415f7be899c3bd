//! A pipeline typed in by hand, from a real MariaDB to a real Kafka.

use anyhow::Result;
use journeys::{Browser, Lab, Studio};

/// `history` has no key, as in TPC-C: it cannot be replicated, and the page must say so.
const SHOP: &str = "
DROP DATABASE IF EXISTS shop;
CREATE DATABASE shop;
CREATE TABLE shop.orders (id INT PRIMARY KEY, customer VARCHAR(40) NOT NULL, total DECIMAL(10, 2) NOT NULL, paid_at DATETIME NULL);
CREATE TABLE shop.history (order_id INT NOT NULL, what VARCHAR(40) NOT NULL);
";
const CHANGES: &str = "
INSERT INTO shop.orders VALUES (1, 'Ada', 12.50, NULL), (2, 'Grace', 99.90, '2026-03-01 10:00:00'), (3, 'Edsger', 0.01, NULL);
UPDATE shop.orders SET paid_at = '2026-03-02 08:30:00' WHERE id = 1;
DELETE FROM shop.orders WHERE id = 3;
INSERT INTO shop.history VALUES (1, 'paid');
";
/// Three inserts, one update, one delete.
const ROWS: u64 = 5;

#[tokio::test]
async fn a_pipeline_is_filled_in_launched_and_counts_rows() -> Result<()> {
    let lab = Lab::read()?;
    lab.sql(SHOP)?;
    let studio = Studio::start("by-hand")?;
    let page = Browser::open(&lab, &studio.url).await?;

    page.go("/").await?;
    page.click("new-pipeline").await?;
    page.fill("field-name", "shop-to-kafka").await?;
    page.click("kind-mysql").await?;
    page.fill("field-source.url", &lab.mysql_url()).await?;
    page.fill("field-source.password", lab.mysql_password()).await?;
    page.click("load-tables").await?;
    page.find("tables-loaded").await?;
    page.picture("editor-source").await?;

    page.click("step-tables").await?;
    page.fill("field-filter.rules", "shop.*").await?;
    page.click_text("See why").await?;
    page.click("leave-out").await?;
    page.click_text("Matched").await?;
    page.picture("editor-tables").await?;

    page.click("step-kafka").await?;
    page.fill("field-kafka.brokers", lab.kafka()).await?;
    page.fill("field-kafka.topic", "shop-meta").await?;
    page.click("step-registry").await?;
    page.click("playground-registry").await?;
    page.picture("editor-registry").await?;

    page.click("review").await?;
    page.click("preflight").await?;
    page.find("preflight-ok").await?;
    page.picture("editor-review").await?;
    page.click("launch").await?;

    page.wait_state("running").await?;
    lab.sql(CHANGES)?;
    page.wait_rows("table-row-shop.orders", ROWS).await?;
    page.wait_rows("kpi-rows-total", ROWS).await?;
    page.find("message-row").await?;
    page.picture("run-by-hand").await?;
    page.close().await
}
