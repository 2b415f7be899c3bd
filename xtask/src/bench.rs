//! `cargo xtask bench`: the figures of the design, measured by the studio's own hidden `bench` command in the release profile.
//! It prints one JSON object a line: `{"name","value","unit","goal","met"}`; other lines are its progress.

use crate::{process, workspace};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Output {
    Table,
    Json,
}

/// # Errors
/// When building or measuring fails. A goal that is missed is a figure, not an error.
pub fn run(output: Output) -> Result<()> {
    process::run(&mut workspace::cargo(&["build", "--release", "--locked", "-p", "backend"]))?;
    let mut bench = workspace::command(workspace::target_dir().join("release/changefeed-studio"));
    let mut child = bench.arg("bench").stdout(Stdio::piped()).spawn().context("cannot start the studio")?;
    let lines = child.stdout.take().context("standard output is piped")?;
    if output == Output::Table {
        println!("{}", row("what", "value", "goal", ""));
    }
    for line in BufReader::new(lines).lines() {
        let line = line?;
        match (output, serde_json::from_str::<Value>(&line)) {
            (Output::Json, Ok(_)) => println!("{line}"),
            (Output::Table, Ok(figure)) => println!("{}", table_row(&figure)),
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
    use super::*;
    use serde_json::json;

    #[test]
    fn a_figure_is_a_row_that_says_whether_its_goal_is_met() {
        let figure = json!({ "name": "encode", "value": 23.456, "unit": "x", "goal": ">= 20x", "met": true });
        assert_eq!(table_row(&figure).split_whitespace().collect::<Vec<_>>(), ["encode", "23.46", "x", ">=", "20x", "met"]);
    }
}
