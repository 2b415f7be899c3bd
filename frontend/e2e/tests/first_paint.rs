//! The first visit, by a browser that has nothing of the page yet. What it fetches and how long it takes is printed.

use anyhow::{Context, Result, ensure};
use journeys::{Browser, Lab, Studio, print_at_most};
use serde_json::Value;

/// Each in a browser of its own; the one in the middle counts.
const VISITS: usize = 5;

/// Keeps the moment, in milliseconds since the visit began, at which a person could begin: the way in is drawn, and so is what the
/// studio answered about its pipelines.
const WATCH: &str = "
window.usefulAt = new Promise(done => {
  const look = () => {
    const useful = document.querySelector('[data-test=\"new-pipeline\"]') && !document.querySelector('.skeleton');
    // Drawn before the next frame begins.
    requestAnimationFrame(useful ? () => done(performance.now()) : look);
  };
  look();
});
";
/// Calls back with that moment and what was fetched until then: name, bytes as they came, bytes as the page sees them.
const TELL: &str = "
const done = arguments[0];
window.usefulAt.then(at => {
  const files = performance.getEntriesByType('resource').map(file => [new URL(file.name).pathname, file.encodedBodySize, file.decodedBodySize]);
  done({ at, files });
});
";

/// Of the page's wasm, JavaScript and style: bytes as they came.
fn downloaded(files: &Value) -> Result<u64> {
    let mut total = 0;
    for ending in [".wasm", ".js", ".css"] {
        let of_kind = files.as_array().into_iter().flatten().filter(|file| file[0].as_str().is_some_and(|name| name.ends_with(ending)));
        let (came, whole) = of_kind.fold((0, 0), |(came, whole), file| {
            (came + file[1].as_u64().unwrap_or_default(), whole + file[2].as_u64().unwrap_or_default())
        });
        ensure!(0 < came && came < whole, "the page's `{ending}` came as {came} bytes of {whole}");
        total += came;
    }
    Ok(total)
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
