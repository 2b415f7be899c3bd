//! Asks the Java clients of Kafka and Confluent whether they can work with what we serve and write.

use crate::{lab::Env, process, workspace};
use anyhow::{Context, Result};
use std::process::Command;

/// Confluent's registry client goes through all that it is used for.
///
/// # Errors
/// When an answer is not what the client expects; the text has what it said.
pub fn use_registry(lab: &Env, registry: &str) -> Result<()> {
    judge(lab, &["registry", registry])
}

/// Kafka's consumer reads `topic` to its end and every message is decoded; keys that live must be as many as `tpcc.{table}` has rows.
///
/// # Errors
/// When a message cannot be decoded, or the numbers differ.
pub fn read_table(lab: &Env, broker: &str, registry: &str, prefix: &str, table: &str) -> Result<()> {
    let rows = lab.mariadb.query(&format!("SELECT COUNT(*) FROM tpcc.{table}"))?;
    judge(lab, &["topic", registry, broker, &format!("{prefix}tpcc_{table}"), rows.trim()])
}

fn judge(lab: &Env, arguments: &[&str]) -> Result<()> {
    let mut java = Command::new("java");
    java.args(["-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", &lab.java_class_path]);
    java.arg(workspace::root().join("tests/judge/java/JavaClients.java")).args(arguments);
    print!("{}", process::output(&mut java).context("the Java clients are not content")?);
    println!();
    Ok(())
}
