//! Ctrl-C in the middle of `apply`: what a person in a terminal is told, and what is there afterwards.

use doubles::ticdc::{Options, TiCdc, Trouble};
use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;

fn apply(directory: &Path, more: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_changefeed-studio"))
        .args(["--data-dir", directory.join("data").to_str().unwrap(), "apply", directory.join("p.toml").to_str().unwrap(), "--yes"])
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// As a terminal does for Ctrl-C.
fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

/// Its exit code, and all that it said after what was read already.
fn end(mut child: Child, mut said: String, mut lines: impl std::io::Read) -> (Option<i32>, String) {
    lines.read_to_string(&mut said).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

fn document(server: &str) -> String {
    format!(
        "version = 1\nname = \"orders\"\n[source]\nkind = \"tidb\"\npd = [\"http://pd:2379\"]\nstart = \"now\"\n\
         [changefeed]\ntarget = \"ticdc\"\nticdc_server = \"{server}\"\nticdc_version = \"8.5.4\"\n\
         [changefeed.config.filter]\nrules = [\"app.*\"]\n\
         [[changefeed.config.sink.dispatchers]]\nmatcher = [\"*.*\"]\ntopic = \"tidb_{{schema}}_{{table}}\"\n\
         [kafka]\nbrokers = [\"127.0.0.1:9\"]\ntopic = \"meta\"\n[kafka.params]\nprotocol = \"avro\"\n\
         [schema_registry]\nurl = \"http://127.0.0.1:9\"\n"
    )
}

/// Interrupts a launch when it says `when`, then takes it back; answers what both said.
async fn interrupted(ticdc: &TiCdc, when: &'static str, remains: &str) {
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("p.toml"), document(ticdc.url())).unwrap();
    let path = directory.path().to_owned();
    let (code, said) = tokio::task::spawn_blocking(move || {
        let mut child = apply(&path, &[]);
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains(when) {
            assert!(lines.read_line(&mut said).unwrap() > 0, "it ended before it said {when}: {said} {:?}", child.wait_with_output());
        }
        interrupt(&child);
        end(child, said, lines)
    })
    .await
    .unwrap();
    assert_eq!(code, Some(4), "{said}");
    for told in ["Cancelling; an act that is going on comes to its end first.", remains, "--undo` takes it back"] {
        assert!(said.contains(told), "{told}: {said}");
    }

    // and the way that it named goes
    let path = directory.path().to_owned();
    let (code, said) = tokio::task::spawn_blocking(move || {
        let mut child = apply(&path, &["--undo"]);
        let lines = child.stdout.take().unwrap();
        end(child, String::new(), lines)
    })
    .await
    .unwrap();
    assert_eq!((code, ticdc.ids().len()), (Some(0), 0), "{said}");
    assert!(said.contains("Undone: all is as it was before."), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_wait_says_what_remains_and_how_to_take_it_back() {
    // a changefeed that is made, and whose checkpoint never moves: the step waits for its sign
    let ticdc = TiCdc::start(Options { step: Duration::ZERO, ..Options::default() }).await;
    interrupted(&ticdc, ": waiting", "Made and still there: changefeed.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_hangs_is_cut_off_and_nothing_remains() {
    let ticdc = TiCdc::start(Options::default()).await;
    ticdc.fail_next_read(Trouble::Hangs);
    interrupted(&ticdc, "(looks what is there)", "Nothing was made.").await;
}
