//! The judge: a program that answers each line of JSON with one. `tests/oracle/README.md` says what it is told and asked.

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Where the judge's program is.
const PROGRAM: &str = "CHANGEFEED_STUDIO_JUDGE";

pub(crate) struct Judge {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Judge {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let program = std::env::var_os(PROGRAM).unwrap_or_else(|| panic!("{PROGRAM} names no judge"));
        let mut child = Command::new(&program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let questions = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("it is a pipe"));
        Self { child, questions, answers }
    }

    pub(crate) fn ask(&mut self, question: &Value) -> Value {
        let questions = self.questions.as_mut().expect("it is open until the end");
        writeln!(questions, "{question}").and_then(|()| questions.flush()).expect("the judge listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the judge answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in the answer {line:?} to {question}"))
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        // the end of its input is the end of the judge
        drop(self.questions.take());
        let _ = self.child.wait();
    }
}

/// How many questions to ask: `COUNT`, or `usual`.
pub(crate) fn count(usual: usize) -> usize {
    std::env::var("COUNT").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

/// Writes vectors beside this file, behind a line that says whose they are: what `JUDGE` calls the judge.
pub(crate) fn record(file: &str, vectors: &[String]) {
    write(file, text_of(vectors).as_bytes());
}

/// As [`record`], for vectors that are large.
pub(crate) fn record_compressed(file: &str, vectors: &[String]) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text_of(vectors).as_bytes()).expect("memory takes it");
    write(file, &encoder.finish().expect("memory takes it"));
}

fn text_of(vectors: &[String]) -> String {
    let judge = std::env::var("JUDGE").expect("`JUDGE` says which TiCDC the judge is made of");
    let head = serde_json::json!({"judge": judge, "command": "cargo xtask lab oracle JUDGE record"});
    format!("{head}\n{}\n", vectors.join("\n"))
}

fn write(file: &str, bytes: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(file);
    std::fs::write(&path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
