//! The first screen comes alone; the code of other pages follows by itself, and a page says when its code does not come.

use anyhow::Result;
use journeys::{Browser, Lab, Studio};

/// Calls back when code of both kinds of pages has come, and tells what had been fetched when the first page was of use.
const FOLLOWS: &str = "
const done = arguments[0];
const fetched = () => performance.getEntriesByType('resource').filter(file => file.responseEnd > 0).map(file => file.name.split('/').pop());
let first = null;
const look = () => {
  if (first === null && document.querySelector('[data-test=\"new-pipeline\"]')) first = fetched();
  const now = fetched();
  if (['split_editor.wasm', 'split_operate.wasm'].every(name => now.includes(name))) done(first); else requestAnimationFrame(look);
};
look();
";

#[tokio::test]
async fn the_first_page_is_there_before_the_code_of_others_which_comes_by_itself() -> Result<()> {
    let lab = Lab::read()?;
    let studio = Studio::start("follows")?;
    let page = Browser::open(&lab, &studio.url).await?;
    page.go("/").await?;
    let first = page.run_async(FOLLOWS, vec![]).await?;
    let first: Vec<&str> = first.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str).collect();
    assert!(first.contains(&"studio_bg.wasm") && !first.iter().any(|name| name.starts_with("split_")), "{first:?}");
    page.click("new-pipeline").await?;
    page.find("field-name").await?;
    page.close().await
}

#[tokio::test]
async fn a_page_whose_code_does_not_come_says_so_and_comes_at_the_next_try() -> Result<()> {
    const CODE: &str = "split_editor.wasm";
    let lab = Lab::read()?;
    let studio = Studio::start("missing")?;
    let page = Browser::open(&lab, &studio.url).await?;
    page.refuse(&[CODE]).await?;
    page.go("/pipelines/new").await?;
    page.find("code-missing").await?;
    page.picture("code-missing").await?;
    // What is here works all the same.
    page.click("clusters").await?;
    page.wait_gone("[data-test=\"code-missing\"]").await?;
    page.go("/pipelines/new").await?;
    page.find("code-missing").await?;

    page.refuse(&[]).await?;
    page.click("retry").await?;
    page.find("field-name").await?;
    page.close_after_errors(&[CODE, "__wasm_split.js"]).await
}
