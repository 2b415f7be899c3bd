//! `cargo xtask`: set up, build, run, prove and measure the studio, on a machine with git, rustup and a C toolchain.
#![forbid(unsafe_code)]

mod bench;
mod check;
mod e2e;
mod lab;
mod page;
mod process;
mod run;
mod setup;
mod steps;
mod test;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask <command>

  run [ARGS…]      set up, build and start the studio; ARGS go to `changefeed-studio serve`
  test             set up and prove everything; CI=true: nothing may be skipped
  check            formatting and lints, natively and for wasm32
  setup            install what building needs
  page             set up and build the page alone, into dist/
  bench [ARGS…]    measure, as a packaged binary would run (--json, --page, --lab, --judge PATH)
  lab up           start the real parts: MariaDB, Apache Kafka, Chromium's driver, Kafka Connect (addresses in .lab/env.json)
  lab down         stop them
  lab status       what runs, and where
  lab oracle JUDGE…  compare with TiCDC's own code (tests/oracle/README.md)
  e2e [NAME…]      the end-to-end proofs alone: kafka, playground, crashes, exactly-once, faults (SEED=n, FAULTS=n), connect, connect-plugins
  journeys         the browser journeys alone
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["run", rest @ ..] => run::run(rest),
        ["test"] => return test::run(),
        ["check"] => check::run(),
        ["setup"] => setup::run(),
        ["page"] => page::run(),
        ["bench", rest @ ..] => bench::run(rest),
        ["lab", "up"] => lab::up(),
        ["lab", "down"] => lab::down(),
        ["lab", "status"] => lab::status(),
        ["lab", "oracle", rest @ ..] => lab::oracle(rest),
        ["e2e", names @ ..] => e2e::run(names),
        ["journeys"] => e2e::run(&["journeys"]),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("unknown command `{}`\n\n{USAGE}", words.join(" "));
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
