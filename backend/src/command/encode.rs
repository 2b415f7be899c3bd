//! `encode PIPELINE --ddl FILE --events FILE`: the records that row events become, one JSON object a line.

use anyhow::Context;
use shared::{
    Finding,
    follow::Follower,
    row_event::{RowEvent, at_line},
    schema::ddl,
};
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

#[derive(clap::Args)]
pub struct Args {
    /// Pipeline document (TOML).
    pipeline: PathBuf,
    /// `CREATE TABLE` statements; `USE` and later `ALTER TABLE` count.
    #[arg(long)]
    ddl: PathBuf,
    /// Row events, one JSON object a line.
    #[arg(long)]
    events: PathBuf,
    /// Schema ids are given from here on, in order of first use.
    #[arg(long, default_value_t = 1)]
    first_schema_id: u32,
    /// Database of tables that the definitions do not put into one.
    #[arg(long, default_value = "test")]
    schema: String,
}

/// # Errors
/// A file cannot be read, or the standard output not written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let done = encode(&args, &mut out)?;
    out.flush().context("cannot write the records")?;
    Ok(match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(findings) => {
            findings.iter().for_each(|finding| eprintln!("{}", show(finding)));
            ExitCode::FAILURE
        }
    })
}

fn encode(args: &Args, out: &mut impl std::io::Write) -> anyhow::Result<Result<(), Vec<Finding>>> {
    let document = read(&args.pipeline)?;
    let definitions = read(&args.ddl)?;
    let events = read(&args.events)?;
    let pipeline = match shared::config::parse(&document) {
        Ok(pipeline) => pipeline,
        Err(error) => return Ok(Err(error.findings)),
    };
    let tables = match ddl::parse_create_tables(&definitions, &args.schema) {
        Ok(tables) => tables,
        Err(error) => return Ok(Err(vec![Finding::error(args.ddl.display().to_string(), "ddl-unreadable", error.to_string())])),
    };
    let mut follower = match Follower::new(&pipeline, tables, args.first_schema_id) {
        Ok(follower) => follower,
        Err(findings) => return Ok(Err(findings)),
    };
    let events = match RowEvent::parse_lines(&events) {
        Ok(events) => events,
        Err(findings) => return Ok(Err(findings)),
    };
    let mut findings = Vec::new();
    for (line, event) in &events {
        match follower.follow(event) {
            Ok(outcomes) => {
                for outcome in outcomes {
                    serde_json::to_writer(&mut *out, &outcome)?;
                    out.write_all(b"\n")?;
                }
            }
            Err(found) => findings.extend(found.into_iter().map(|f| at_line(f, *line))),
        }
    }
    Ok(if findings.is_empty() { Ok(()) } else { Err(findings) })
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

fn show(finding: &Finding) -> String {
    let place = if finding.path.is_empty() { String::new() } else { format!(" {}", finding.path) };
    let hint = if finding.hint.is_empty() { String::new() } else { format!("\n  {}", finding.hint) };
    format!("error[{}]{place}: {}{hint}", finding.code, finding.message)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn args(directory: &Path, events: &str) -> Args {
        let file = |name: &str, text: &str| {
            let path = directory.join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        Args {
            pipeline: file(
                "p.toml",
                "version = 1\nname = \"p\"\n[kafka]\nbrokers = [\"b:9092\"]\ntopic = \"t\"\nparams = { protocol = \"avro\" }\n\
                 [schema_registry]\nurl = \"http://r:8081\"\n",
            ),
            ddl: file("t.sql", "CREATE TABLE t (id int primary key)"),
            events: file("e.jsonl", events),
            first_schema_id: 3,
            schema: "test".to_owned(),
        }
    }

    #[test]
    fn every_event_becomes_a_line() {
        let directory = tempfile::tempdir().unwrap();
        let events = "{\"schema\":\"test\",\"table\":\"t\",\"op\":\"c\",\"commit_ts\":1,\"after\":{\"id\":1}}\n\n\
                      {\"schema\":\"test\",\"table\":\"t\",\"op\":\"d\",\"commit_ts\":2,\"before\":{\"id\":1}}\n";
        let mut out = Vec::new();
        encode(&args(directory.path(), events), &mut out).unwrap().unwrap();
        let lines: Vec<serde_json::Value> =
            String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["key"]["hex"], "000000000302");
        assert_eq!(lines[1]["value"], serde_json::Value::Null);
    }

    #[test]
    fn bad_events_are_findings_with_their_line() {
        let directory = tempfile::tempdir().unwrap();
        let events = "{\"schema\":\"test\",\"table\":\"t\",\"op\":\"c\",\"commit_ts\":1,\"after\":{\"id\":\"x\"}}\n";
        let findings = encode(&args(directory.path(), events), &mut Vec::new()).unwrap().unwrap_err();
        assert_eq!(findings[0].path, "lines[1].after.id");
        assert!(show(&findings[0]).starts_with("error[event-value] lines[1].after.id: line 1: column `id`"));
    }
}
