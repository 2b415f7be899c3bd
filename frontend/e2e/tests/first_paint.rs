//! The first visit, by a browser that has nothing of the page yet. What it fetches and how long it takes is printed.

use anyhow::{Context, Result, ensure};
use journeys::{Browser, Lab, Studio, print_at_most};
use serde_json::Value;

/// Each in a browser of its own; the one in the middle counts.
const VISITS: usize = 5;

/// Keeps the moment, in milliseconds since the visit began, at which a person could begin, since the way in is drawn and so is what
/// the studio answered about its pipelines; and the files of the page that were fetched until then: name, bytes as they came, bytes as
/// the page sees them.
const WATCH: &str = "
window.useful = new Promise(done => {
  const tell = () => {
    const at = performance.now();
    const fetched = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    const files = fetched.map(file => [new URL(file.name).pathname, file.encodedBodySize, file.decodedBodySize]);
    done({ at, files: files.filter(([name]) => !name.startsWith('/api/')) });
  };
  const look = () => {
    const useful = document.querySelector('[data-test=\"new-pipeline\"]') && !document.querySelector('.skeleton');
    // Drawn before the next frame begins.
    requestAnimationFrame(useful ? tell : look);
  };
  look();
});
";
const TELL: &str = "window.useful.then(arguments[0]);";

/// Bytes of all files as they came.
fn downloaded(files: &Value) -> Result<u64> {
    let files = files.as_array().context("no files")?;
    let bytes = |file: &Value, at: usize| file[at].as_u64().unwrap_or_default();
    let wasm = files.iter().filter(|file| file[0].as_str().is_some_and(|name| name.ends_with(".wasm")));
    let (came, whole) = wasm.fold((0, 0), |(came, whole), file| (came + bytes(file, 1), whole + bytes(file, 2)));
    ensure!(0 < came && came < whole / 2, "the page's code came as {came} bytes of {whole}");
    Ok(files.iter().map(|file| bytes(file, 1)).sum())
}

#[tokio::test]
async fn a_first_visit_fetches_the_page_compressed_and_shows_the_ways_in() -> Result<()> {
    let lab = Lab::read()?;
    let studio = Studio::start("first-paint")?;
    let (mut moments, mut bytes) = (Vec::new(), 0);
    for _ in 0..VISITS {
        let page = Browser::open(&lab, &studio.url).await?;
        page.run_first(WATCH).await?;
        page.go("/").await?;
        let told = page.run_async(TELL, vec![]).await?;
        moments.push(told["at"].as_f64().with_context(|| format!("no moment in {told}"))?);
        bytes = downloaded(&told["files"])?;
        page.close().await?;
    }
    moments.sort_by(f64::total_cmp);
    print_at_most("page_download", bytes as f64 / 1e3, "kB", 600.0);
    print_at_most("page_first_useful_paint", moments[VISITS / 2], "ms", 1_000.0);
    Ok(())
}
