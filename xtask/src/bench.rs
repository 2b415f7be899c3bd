//! `cargo xtask bench`: the figures of the design, measured by the studio's own hidden `bench` command in the release profile.
//! It prints one JSON object a line: `{"name","value","unit","goal","met"}`; other lines are its progress.

use crate::{lab, process, steps::Steps, workspace};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::Stdio,
};

const USAGE: &str = "\
usage: cargo xtask bench [--json] [--lab] [--judge PATH]
  --json         one JSON object a line
  --lab          also into the lab's Apache Kafka, near and 20 ms away
  --judge PATH   also against TiCDC's own encoder (tests/oracle/README.md)";

#[derive(Debug, Default, PartialEq, Eq)]
struct Options<'a> {
    json: bool,
    lab: bool,
    judge: Option<&'a str>,
}

fn parse<'a>(args: &[&'a str]) -> Result<Options<'a>> {
    let mut options = Options::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        match *arg {
            "--json" => options.json = true,
            "--lab" => options.lab = true,
            "--judge" => options.judge = Some(rest.next().context(USAGE)?),
            _ => bail!("{USAGE}"),
        }
    }
    Ok(options)
}

/// # Errors
/// When building or measuring fails. A goal that is missed is a figure, not an error.
pub fn run(args: &[&str]) -> Result<()> {
    let options = parse(args)?;
    process::run(&mut workspace::cargo(&["build", "--release", "--locked", "-p", "backend"]))?;
    let mut bench = workspace::command(workspace::target_dir().join("release/changefeed-studio"));
    bench.arg("bench");
    if let Some(judge) = options.judge {
        bench.arg("--judge").arg(Path::new(judge).canonicalize().with_context(|| format!("cannot find {judge}"))?);
    }
    if options.lab {
        bench.arg("--kafka").arg(lab::start(&mut Steps::new(lab::STEPS))?.kafka.bootstrap);
    }
    let mut child = bench.stdout(Stdio::piped()).spawn().context("cannot start the studio")?;
    let lines = child.stdout.take().context("standard output is piped")?;
    if !options.json {
        println!("{}", row("what", "value", "goal", ""));
    }
    for line in BufReader::new(lines).lines() {
        let line = line?;
        match (options.json, serde_json::from_str::<Value>(&line)) {
            (true, Ok(_)) => println!("{line}"),
            (false, Ok(figure)) => println!("{}", table_row(&figure)),
            (_, Err(_)) => eprintln!("{line}"),
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{}` failed: {status}", process::line(&bench));
    }
    Ok(())
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
        let all = Options { json: true, lab: true, judge: Some("/judge") };
        assert_eq!(parse(&["--judge", "/judge", "--lab", "--json"]).unwrap(), all);
        assert_eq!(parse(&[]).unwrap(), Options::default());
        assert!(parse(&["--judge"]).is_err() && parse(&["--fast"]).is_err());
    }

    #[test]
    fn a_figure_is_a_row_that_says_whether_its_goal_is_met() {
        let figure = json!({ "name": "encode", "value": 23.456, "unit": "x", "goal": ">= 20x", "met": true });
        assert_eq!(table_row(&figure).split_whitespace().collect::<Vec<_>>(), ["encode", "23.46", "x", ">=", "20x", "met"]);
    }
}
