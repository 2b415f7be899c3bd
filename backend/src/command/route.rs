//! `route PIPELINE --ddl FILE`: what happens to each table of a file of definitions.

use anyhow::Context;
use shared::{
    Finding, Severity,
    dispatch::{RoutePreview, preview},
    finding::has_errors,
    schema::{TableModel, ddl},
};
use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

#[derive(clap::Args)]
pub struct Args {
    /// Pipeline document (TOML).
    pipeline: PathBuf,
    /// `CREATE TABLE` statements, as `SHOW CREATE TABLE` prints them; `USE` counts.
    #[arg(long)]
    ddl: PathBuf,
    /// Database of tables that the definitions do not put into one.
    #[arg(long, default_value = "test")]
    schema: String,
    /// One JSON array, an object a table.
    #[arg(long)]
    json: bool,
}

/// Prints the routes, and on the standard error what else the tables show: keys, columns, names in the sinks. Exit 1 when the
/// document, a route or a table has an error.
///
/// # Errors
/// A file cannot be read, or the standard output not written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let document = read(&args.pipeline)?;
    let definitions = read(&args.ddl)?;
    let mut out = std::io::stdout().lock();
    match routes(&document, &definitions, &args) {
        Err(findings) => {
            for finding in &findings {
                eprintln!("{}", show_finding(finding));
            }
            Ok(ExitCode::FAILURE)
        }
        Ok((rows, more)) => {
            let text = if args.json { serde_json::to_string(&rows)? + "\n" } else { show(&rows) };
            out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("cannot write the routes")?;
            more.iter().for_each(|finding| eprintln!("{}", show_finding(finding)));
            let failed = has_errors(&more) || rows.iter().any(|row| has_errors(&row.findings));
            Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        }
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// The routes, and the findings of the tables that no route has.
fn routes(document: &str, definitions: &str, args: &Args) -> Result<(Vec<RoutePreview>, Vec<Finding>), Vec<Finding>> {
    let pipeline = shared::config::parse(document).map_err(|error| error.findings)?;
    let tables: Vec<TableModel> = ddl::parse_create_tables(definitions, &args.schema)
        .map_err(|error| vec![Finding::error(args.ddl.display().to_string(), "ddl-unreadable", error.to_string())])?;
    // a document whose rules do not compile routes nothing: say why instead
    shared::dispatch::Router::new(&pipeline)?;
    let rows = preview(&pipeline, &tables);
    let mut more = shared::config::validate_tables(&pipeline, &tables);
    more.retain(|finding| !rows.iter().any(|row| row.findings.iter().any(|known| known.message == finding.message)));
    Ok((rows, more))
}

/// A paragraph a table: easier to read than a table of eight columns on a terminal.
fn show(rows: &[RoutePreview]) -> String {
    let mut text = String::new();
    for row in rows {
        let fate = match (row.matched, row.eligible) {
            (false, _) => "left out by the filter".to_owned(),
            (true, false) => format!("cannot be replicated: {}", row.reason),
            (true, true) => format!("-> {}", row.topic),
        };
        let _ = writeln!(text, "{}.{}  {fate}", row.schema, row.table);
        if row.matched && row.eligible {
            let columns = if row.partition_columns.is_empty() { String::new() } else { format!(" ({})", row.partition_columns.join(", ")) };
            let _ = writeln!(text, "  partition  {}{columns}", row.partition_rule);
            let _ = writeln!(text, "  key        {}", row.key_columns.join(", "));
            let _ = writeln!(text, "  subjects   {}, {}", row.key_subject, row.value_subject);
        }
        for finding in &row.findings {
            let _ = writeln!(text, "  {}", show_finding(finding));
        }
    }
    text
}

fn show_finding(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let hint = if finding.hint.is_empty() { String::new() } else { format!(" {}", finding.hint) };
    format!("{severity}[{}] {}: {}{hint}", finding.code, finding.path, finding.message)
}
