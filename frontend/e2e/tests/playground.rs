//! With nothing configured: one click to rows flowing.

use anyhow::Result;
use journeys::{Browser, Lab, Studio};

#[tokio::test]
async fn the_playground_flows_pauses_resumes_and_stops() -> Result<()> {
    let lab = Lab::read()?;
    let studio = Studio::start("playground")?;
    let page = Browser::open(&lab, &studio.url).await?;

    page.go("/").await?;
    page.find("try-playground").await?;
    page.picture("home-empty").await?;
    page.click("try-playground").await?;

    page.wait_state("running").await?;
    let first = page.wait_rows("kpi-rows-total", 1).await?;
    page.wait_rows("kpi-rows-total", first + 100).await?;
    page.wait_rows("table-row-tpcc.order_line", 1).await?;
    page.find("message-row").await?;
    page.picture("run-playground").await?;

    page.click("pause").await?;
    page.wait_state("paused").await?;
    page.click("resume").await?;
    page.wait_state("running").await?;
    let resumed = page.rows("kpi-rows-total").await?;
    page.wait_rows("kpi-rows-total", resumed + 100).await?;

    page.click("stop").await?;
    page.confirm().await?;
    page.wait_state("stopped").await?;
    page.picture("run-stopped").await?;

    page.go("/").await?;
    page.wait_state("stopped").await?;
    page.picture("home").await?;
    page.close().await
}

#[tokio::test]
async fn every_page_comes_up_without_an_error_in_the_console() -> Result<()> {
    let lab = Lab::read()?;
    let studio = Studio::start("pages")?;
    let page = Browser::open(&lab, &studio.url).await?;
    for (path, hook) in [("/", "new-pipeline"), ("/pipelines/new", "field-name"), ("/settings", "theme")] {
        page.go(path).await?;
        page.find(hook).await?;
    }
    page.close().await
}
