//! The same from a terminal, as scripts do it.

use super::rig::{Rig, SECRETS};
use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

async fn studio(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_changefeed-studio"));
    command.args(arguments).arg("--data-dir").arg(directory).stdin(Stdio::null());
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_applies_looks_pauses_and_removes() {
    let rig = Rig::start().await;
    rig.send_first_row().await;
    let document: shared::config::Pipeline = serde_json::from_value(rig.document()).unwrap();
    let file = rig.directory.path().join("orders.toml");
    std::fs::write(&file, shared::config::render(&document)).unwrap();
    let (file, data) = (file.to_str().unwrap(), rig.directory.path().join("cli"));
    let mut printed = String::new();
    for (arguments, code, expected) in [
        (&["status", file][..], 3, "there is no pipeline `orders`"),
        (&["apply", file, "--plan"], 0, "cdc cli changefeed create"),
        (&["apply", file], 2, "--yes"),
        (&["apply", file, "--yes", "--json"], 0, r#"{"launch":"done"}"#),
        (&["status", file], 0, "connector:to-postgres"),
        (&["pause", "orders"], 0, "orders: paused"),
        (&["status", "orders", "--json"], 0, r#""state":"paused""#),
        (&["resume", "orders"], 0, "orders: running"),
        (&["remove", "orders"], 2, "Deletes the connector."),
        (&["apply", "orders", "--undo"], 0, "Undone: all is as it was before."),
        (&["apply", "orders", "--yes"], 0, "Launched."),
        (&["remove", "orders", "--yes"], 0, "Removed."),
        (&["remove", "orders", "--yes"], 3, "no saved pipeline"),
    ] {
        let output = studio(&data, arguments).await;
        let said = text(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
        printed.push_str(&said);
    }
    assert!(rig.is_empty());
    for secret in SECRETS {
        assert!(!printed.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_native_pipeline_is_saved_here_and_launched_by_a_running_studio() {
    let rig = Rig::start().await;
    let document: shared::config::Pipeline = serde_json::from_value(rig.native_document()).unwrap();
    let file = rig.directory.path().join("orders.toml");
    std::fs::write(&file, shared::config::render(&document)).unwrap();
    let file = file.to_str().unwrap();
    let output = studio(&rig.directory.path().join("cli"), &["apply", file, "--yes"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    assert!(text(&output).contains("serve"), "{}", text(&output));

    let life = rig.studio().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(axum::serve(listener, life.app.router.clone()).into_future());
    let elsewhere = rig.directory.path().join("not-used");
    for (arguments, code, expected) in [
        (&["apply", file, "--yes"][..], 0, "Launched."),
        (&["status", "orders"], 0, "connector:to-postgres"),
        (&["pause", "orders"], 0, "orders: paused"),
        (&["remove", "orders", "--yes"], 0, "Removed."),
        (&["status", "orders"], 3, "there is no pipeline `orders`"),
    ] {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--studio", &url]).collect();
        let output = studio(&elsewhere, &arguments).await;
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output));
        assert!(text(&output).contains(expected), "{arguments:?}: {}", text(&output));
    }
    assert!(!elsewhere.exists(), "the data directory is the studio's");
    server.abort();
    life.end().await;
}
