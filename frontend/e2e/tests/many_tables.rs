//! A hundred thousand tables, and a person who types into the filter. How long the page takes is printed; what it shows is checked.

use anyhow::{Context, Result};
use journeys::{Browser, Lab, Studio, print_at_most};

const TABLES: u64 = 100_000;
/// As many in each schema, so that a rule for one matches a known count.
const IN_A_SCHEMA: u64 = 1_000;

/// What is typed, and how many tables it matches.
const RULES: [(&str, u64); 3] = [("s7.*", IN_A_SCHEMA), ("s7*.*", 11 * IN_A_SCHEMA), ("*.*", TABLES)];
/// How often each is; the one in the middle counts.
const ROUNDS: usize = 3;

/// Fills the box with definitions: typing ten megabytes would measure the driver.
const FILL: &str = "
const box = document.querySelector('[data-test=\"paste-ddl\"]');
const lines = [];
for (let at = 0; at < arguments[0]; at++) lines.push(`CREATE TABLE s${Math.floor(at / arguments[1])}.t${at} (id BIGINT PRIMARY KEY, name VARCHAR(40), total DECIMAL(10,2));`);
box.value = lines.join('\\n');
box.dispatchEvent(new Event('input', { bubbles: true }));
";
/// Types a rule and calls back when the table of matches says so many and is drawn; tells the milliseconds until then, and those
/// of the longest time that the page stood still: 0 when none was above 50, below which the browser does not tell.
const TYPE: &str = "
const [rule, wanted, done] = arguments;
const field = document.querySelector('[data-test=\"field-filter.rules\"]');
let longest = 0;
const observer = new PerformanceObserver(list => { for (const task of list.getEntries()) longest = Math.max(longest, task.duration); });
observer.observe({ type: 'longtask' });
const began = performance.now();
field.value = rule;
field.dispatchEvent(new Event('input', { bubbles: true }));
const look = () => {
  const count = document.querySelector('[data-test=\"matched-count\"]').textContent.replaceAll(/[^0-9]/g, '');
  if (Number(count) !== wanted) return requestAnimationFrame(look);
  // Drawn before the next frame begins.
  requestAnimationFrame(() => {
    const took = performance.now() - began;
    // A task is reported after it has ended.
    setTimeout(() => { observer.disconnect(); done({ took, longest }); }, 100);
  });
};
look();
";

#[tokio::test]
async fn the_filter_follows_the_typing_among_a_hundred_thousand_tables() -> Result<()> {
    let lab = Lab::read()?;
    let studio = Studio::start("many-tables")?;
    let page = Browser::open(&lab, &studio.url).await?;
    page.go("/").await?;
    page.click("new-pipeline").await?;
    page.fill("field-name", "many").await?;
    page.click("step-tables").await?;
    page.click("paste-tables").await?;
    page.run(FILL, vec![TABLES.into(), IN_A_SCHEMA.into()]).await?;
    page.click("read-ddl").await?;
    page.find_text("matched-count", "100,000").await?;
    page.picture("editor-many-tables").await?;
    let mut measured = RULES.map(|_| (Vec::new(), Vec::new()));
    for _ in 0..ROUNDS {
        for ((rule, matched), (took, longest)) in RULES.into_iter().zip(&mut measured) {
            let figures = page.run_async(TYPE, vec![rule.into(), matched.into()]).await?;
            let milliseconds = |key: &str| figures[key].as_f64().with_context(|| format!("no `{key}` in {figures}"));
            took.push(milliseconds("took")?);
            longest.push(milliseconds("longest")?);
        }
    }
    let (mut slowest, mut longest_still) = (0.0_f64, 0.0_f64);
    for (took, longest) in measured {
        slowest = slowest.max(middle(took));
        longest_still = longest_still.max(middle(longest));
    }
    print_at_most("routing_preview_100k_tables", slowest, "ms", 200.0);
    print_at_most("routing_preview_longest_task", longest_still, "ms", 50.0);
    page.close().await
}

fn middle(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
