//! `cargo xtask bench`: the figures of the design. The studio's own hidden `bench` command measures in the release profile, a test
//! counts allocations, and journeys measure the page as the release studio serves it.
//! It prints one JSON object a line: `{"name","value","unit","goal","met"}`; other lines are its progress.

use crate::{
    e2e, lab, page, process, setup,
    steps::Steps,
    workspace::{self, NATIVE},
};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, ExitStatus, Stdio},
};

const USAGE: &str = "\
usage: cargo xtask bench [--json] [--page | [--lab] [--judge PATH]]
  --json         one JSON object a line
  --page         the page alone, in Chromium
  --lab          also with real parts: the page in Chromium, and the pipeline into Apache Kafka, near and 20 ms away
  --judge PATH   also against TiCDC's own encoder (tests/oracle/README.md)";

#[derive(Debug, Default, PartialEq, Eq)]
struct Options<'a> {
    json: bool,
    page: bool,
    lab: bool,
    judge: Option<&'a str>,
}

fn parse<'a>(args: &[&'a str]) -> Result<Options<'a>> {
    let mut options = Options::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        match *arg {
            "--json" => options.json = true,
            "--page" => options.page = true,
            "--lab" => options.lab = true,
            "--judge" => options.judge = Some(rest.next().context(USAGE)?),
            _ => bail!("{USAGE}"),
        }
    }
    // Alone is alone.
    ensure!(!options.page || !options.lab && options.judge.is_none(), "{USAGE}");
    Ok(options)
}

/// # Errors
/// When building or measuring fails. A goal that is missed is a figure, not an error.
pub fn run(args: &[&str]) -> Result<()> {
    let options = parse(args)?;
    let with_page = options.page || options.lab;
    if with_page {
        // It is a part of the studio: an older one would be measured.
        page::build(&setup::install(&mut Steps::new(setup::STEPS))?)?;
    }
    process::run(&mut workspace::cargo(&["build", "--release", "--locked", "-p", "backend"]))?;
    let studio = workspace::target_dir().join("release/changefeed-studio");
    if !options.json {
        println!("{}", row("what", "value", "goal", ""));
    }
    if with_page {
        measure_page(&studio, options.json)?;
    }
    if !options.page {
        count_allocations(options.json)?;
        measure_engine(&studio, &options)?;
    }
    Ok(())
}

/// One journey after the other, before the lab's databases and brokers run.
fn measure_page(studio: &Path, json: bool) -> Result<()> {
    let browser = lab::start_browser(&mut Steps::new(lab::BROWSER_STEPS))?;
    let mut journeys = e2e::walk(studio, &browser);
    expect_success(journeys.args(["--test-threads=1", "first_paint", "many_tables"]), json)
}

/// The test that counts them fails when there are any. Here they are a figure, and only its absence is an error.
fn count_allocations(json: bool) -> Result<()> {
    let mut test = workspace::cargo(&["test", "--locked", "--test", "allocations"]);
    test.args(NATIVE).args(["--", "--nocapture", "rows_of_tpcc"]);
    let (figures, status) = pass_on(&mut test, json)?;
    ensure!(figures > 0, "`{}` counted nothing: {status}", process::line(&test));
    Ok(())
}

fn measure_engine(studio: &Path, options: &Options<'_>) -> Result<()> {
    let mut bench = workspace::command(studio);
    bench.arg("bench");
    if let Some(judge) = options.judge {
        bench.arg("--judge").arg(Path::new(judge).canonicalize().with_context(|| format!("cannot find {judge}"))?);
    }
    if options.lab {
        bench.arg("--kafka").arg(lab::start(&mut Steps::new(lab::STEPS))?.kafka.bootstrap);
    }
    expect_success(&mut bench, options.json)
}

fn expect_success(command: &mut Command, json: bool) -> Result<()> {
    let (_, status) = pass_on(command, json)?;
    ensure!(status.success(), "`{}` failed: {status}", process::line(command));
    Ok(())
}

/// Runs to the end and prints the figures as they come; everything else goes to standard error. Answers how many there were.
fn pass_on(command: &mut Command, json: bool) -> Result<(usize, ExitStatus)> {
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start `{}`", process::line(command)))?;
    let mut figures = 0;
    for line in BufReader::new(child.stdout.take().context("standard output is piped")?).lines() {
        let line = line?;
        let Some(figure) = figure(&line) else {
            eprintln!("{line}");
            continue;
        };
        figures += 1;
        println!("{}", if json { figure.to_string() } else { table_row(&figure) });
    }
    Ok((figures, child.wait()?))
}

/// The figure that a line holds. Before a test's there may be the test's name.
fn figure(line: &str) -> Option<Value> {
    serde_json::from_str(&line[line.find(r#"{"name":"#)?..]).ok()
}

fn table_row(figure: &Value) -> String {
    let text = |key: &str| figure[key].as_str().unwrap_or_default().to_owned();
    let value = figure["value"].as_f64().map_or_else(|| text("value"), round);
    let goal = figure["goal"].as_f64().map_or_else(|| text("goal"), round);
    let met = match figure["met"].as_bool() {
        Some(true) => "met",
        Some(false) => "MISSED",
        None => "",
    };
    row(&text("name"), &format!("{value} {}", text("unit")), &goal, met)
}

fn row(name: &str, value: &str, goal: &str, met: &str) -> String {
    format!("{name:<44} {value:>22}  {goal:>16}  {met}").trim_end().to_owned()
}

/// Three or four telling digits.
fn round(value: f64) -> String {
    if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn what_to_measure_is_said_in_any_order() {
        let all = Options { json: true, lab: true, judge: Some("/judge"), page: false };
        assert_eq!(parse(&["--judge", "/judge", "--lab", "--json"]).unwrap(), all);
        assert_eq!(parse(&[]).unwrap(), Options::default());
        assert_eq!(parse(&["--page"]).unwrap(), Options { page: true, ..Options::default() });
        for refused in [&["--judge"][..], &["--fast"], &["--page", "--lab"], &["--page", "--judge", "/judge"]] {
            assert!(parse(refused).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn a_figure_is_found_behind_a_test_s_name() {
        let text = r#"{"name":"page_download","value":1.5,"unit":"kB","goal":null,"met":null}"#;
        for line in [text.to_owned(), format!("test first_paint::a_visit ... {text}")] {
            assert_eq!(figure(&line).unwrap().to_string(), text);
        }
        assert_eq!(figure("test first_paint::a_visit ... ok"), None);
    }

    #[test]
    fn a_figure_is_a_row_that_says_whether_its_goal_is_met() {
        let figure = json!({ "name": "encode", "value": 23.456, "unit": "x", "goal": ">= 20x", "met": true });
        assert_eq!(table_row(&figure).split_whitespace().collect::<Vec<_>>(), ["encode", "23.46", "x", ">=", "20x", "met"]);
    }
}
