//! A hundred thousand tables, and a person who types into the filter. Prints how long the page takes; what it shows is checked.

use anyhow::{Result, ensure};
use journeys::{Browser, Lab, Studio};

const TABLES: u64 = 100_000;
/// As many in each schema, so that a rule for one matches a known count.
const IN_A_SCHEMA: u64 = 1_000;

/// Fills the box with definitions: typing ten megabytes would measure the driver.
const FILL: &str = "
const box = document.querySelector('[data-test=\"paste-ddl\"]');
const lines = [];
for (let at = 0; at < arguments[0]; at++) lines.push(`CREATE TABLE s${Math.floor(at / arguments[1])}.t${at} (id BIGINT PRIMARY KEY, name VARCHAR(40), total DECIMAL(10,2));`);
box.value = lines.join('\\n');
box.dispatchEvent(new Event('input', { bubbles: true }));
";
/// Types a rule and calls back when the table of matches says so many; tells the milliseconds, and the longest time that the
/// page stood still.
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
  const took = performance.now() - began;
  // A task is reported after it has ended.
  setTimeout(() => { observer.disconnect(); done({ took, longest }); }, 100);
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
    for (rule, matched) in [("s7.*", IN_A_SCHEMA), ("s7*.*", 11 * IN_A_SCHEMA), ("*.*", TABLES)] {
        let figures = page.run_async(TYPE, vec![rule.into(), matched.into()]).await?;
        let (took, longest) = (figures["took"].as_f64(), figures["longest"].as_f64());
        ensure!(took.is_some() && longest.is_some(), "no figures: {figures}");
        println!(
            "{TABLES} tables, `{rule}`: {:.0} ms from the keystroke to the table, longest task {:.0} ms",
            took.unwrap_or_default(),
            longest.unwrap_or_default()
        );
    }
    page.close().await
}
