//! `cargo xtask test`: everything, one part after the other. A part that fails does not keep later ones from being tried, unless
//! they need it. The last line is `N passed, N failed`.

use crate::{
    check, e2e,
    lab::{self, Env},
    page, process,
    setup::{self, Tools},
    steps::{Steps, human},
    workspace,
};
use anyhow::{Context, Result};
use std::{
    env,
    process::ExitCode,
    time::{Duration, Instant},
};

/// What earlier parts made for later ones.
#[derive(Default)]
struct Bench {
    tools: Option<Tools>,
    lab: Option<Env>,
}

struct Part {
    name: &'static str,
    /// Parts without which this one means nothing.
    needs: &'static [&'static str],
    run: fn(&mut Bench) -> Result<()>,
}

const PARTS: &[Part] = &[
    Part { name: "setup", needs: &[], run: Bench::set_up },
    Part { name: "formatting", needs: &["setup"], run: |_| check::format() },
    Part { name: "page", needs: &["setup"], run: |bench| page::build(bench.tools.as_ref().context("setup is done")?) },
    Part { name: "studio", needs: &["page"], run: |_| build_studio() },
    Part { name: "lab", needs: &["setup"], run: Bench::start_lab },
    // After the lab: several tests start a MariaDB of their own, and the lab is who installs it.
    Part { name: "tests", needs: &["studio", "lab"], run: |_| cargo_test() },
    Part { name: "the judge's own tests", needs: &["lab"], run: |bench| test_judge(bench.lab()?) },
    Part { name: "end to end: kafka", needs: &["studio", "lab"], run: |bench| e2e::kafka(bench.lab()?) },
    Part { name: "end to end: playground", needs: &["studio", "lab"], run: |bench| e2e::playground(bench.lab()?) },
    // Kills of the engine alone, `e2e crashes` and `e2e exactly-once`, are among these faults.
    Part { name: "end to end: faults", needs: &["studio", "lab"], run: |bench| e2e::faults(bench.lab()?) },
    Part { name: "end to end: connect", needs: &["studio", "lab"], run: |bench| e2e::connect(bench.lab()?) },
    Part { name: "end to end: connect-plugins", needs: &["studio", "lab"], run: |bench| e2e::connect_plugins(bench.lab()?) },
    Part { name: "browser journeys", needs: &["studio", "lab"], run: |bench| e2e::journeys(bench.lab()?) },
    Part { name: "lints, native", needs: &["studio"], run: |_| check::lint_native() },
    Part { name: "lints, wasm32", needs: &["setup"], run: |_| check::lint_wasm() },
];

impl Bench {
    fn set_up(&mut self) -> Result<()> {
        self.tools = Some(setup::install(&mut Steps::new(setup::STEPS))?);
        Ok(())
    }

    fn start_lab(&mut self) -> Result<()> {
        self.lab = Some(lab::start(&mut Steps::new(lab::STEPS))?);
        Ok(())
    }

    fn lab(&self) -> Result<&Env> {
        self.lab.as_ref().context("the lab is up")
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Ok,
    Failed,
    Skipped(String),
}

pub fn run() -> ExitCode {
    let start = Instant::now();
    let mut bench = Bench::default();
    let mut outcomes: Vec<(&str, Outcome, Duration)> = Vec::new();
    for part in PARTS {
        let start = Instant::now();
        let outcome = match missing(part, &outcomes) {
            Some(reason) => Outcome::Skipped(reason),
            None => {
                eprintln!("\n=== {}", part.name);
                (part.run)(&mut bench).map_or_else(
                    |error| {
                        eprintln!("{}: {error:#}", part.name);
                        Outcome::Failed
                    },
                    |()| Outcome::Ok,
                )
            }
        };
        println!("{}", line(part.name, &outcome, start.elapsed()));
        outcomes.push((part.name, outcome, start.elapsed()));
    }
    if let Err(error) = lab::down() {
        eprintln!("the lab did not stop: {error:#}");
    }

    println!("\n=== all parts, {}", human(start.elapsed()));
    for (name, outcome, took) in &outcomes {
        println!("{}", line(name, outcome, *took));
    }
    let in_ci = env::var_os("CI").is_some_and(|value| value == "true");
    let (summary, good) = summary(outcomes.iter().map(|(_, outcome, _)| outcome), in_ci);
    println!("{summary}");
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Why a part cannot be tried.
fn missing(part: &Part, outcomes: &[(&str, Outcome, Duration)]) -> Option<String> {
    let lost = |need: &&&str| !outcomes.iter().any(|(name, outcome, _)| *name == **need && *outcome == Outcome::Ok);
    part.needs.iter().find(lost).map(|need| format!("needs `{need}`"))
}

fn line(name: &str, outcome: &Outcome, took: Duration) -> String {
    match outcome {
        Outcome::Ok => format!("{name}: ok in {}", human(took)),
        Outcome::Failed => format!("{name}: FAILED in {}", human(took)),
        Outcome::Skipped(why) => format!("{name}: skipped ({why})"),
    }
}

/// The last line, and whether all is well. In CI a skipped part counts as failed.
fn summary<'a>(outcomes: impl Iterator<Item = &'a Outcome>, in_ci: bool) -> (String, bool) {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for outcome in outcomes {
        match outcome {
            Outcome::Ok => passed += 1,
            Outcome::Skipped(_) if !in_ci => skipped += 1,
            Outcome::Failed | Outcome::Skipped(_) => failed += 1,
        }
    }
    let skipped = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
    (format!("{passed} passed, {failed} failed{skipped}"), failed == 0)
}

/// The studio with all tests.
pub fn build_studio() -> Result<()> {
    process::run(workspace::cargo(&["test", "--locked", "--no-run"]).args(workspace::NATIVE))
}

/// Unit, integration and documentation tests; the journeys are a part of their own (`test = false` in their manifest).
fn cargo_test() -> Result<()> {
    process::run(workspace::cargo(&["test", "--locked", "--no-fail-fast"]).args(workspace::NATIVE))
}

/// Who judges the judge: what it must call equal, and what broken.
fn test_judge(lab: &Env) -> Result<()> {
    process::run(workspace::command(&lab.python).args(["-m", "unittest", "discover", "--quiet", "tests/judge"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_skipped_fails_in_ci_only() {
        let outcomes = [Outcome::Ok, Outcome::Ok, Outcome::Skipped("needs `lab`".to_owned())];
        assert_eq!(summary(outcomes.iter(), false), ("2 passed, 0 failed, 1 skipped".to_owned(), true));
        assert_eq!(summary(outcomes.iter(), true), ("2 passed, 1 failed".to_owned(), false));
    }

    #[test]
    fn a_part_is_tried_only_after_what_it_needs() {
        for (at, part) in PARTS.iter().enumerate() {
            for need in part.needs {
                assert!(PARTS[..at].iter().any(|earlier| earlier.name == *need), "`{}` needs `{need}`", part.name);
            }
        }
        let done = [("setup", Outcome::Ok, Duration::ZERO), ("page", Outcome::Failed, Duration::ZERO)];
        assert_eq!(missing(PARTS.iter().find(|part| part.name == "studio").expect("a part"), &done), Some("needs `page`".to_owned()));
        assert_eq!(missing(PARTS.iter().find(|part| part.name == "formatting").expect("a part"), &done), None);
    }
}
