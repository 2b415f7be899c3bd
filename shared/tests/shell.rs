//! Hostile secrets pass through a real POSIX shell unchanged, in every form that is meant for one.

use proptest::prelude::*;
use shared::config::{Pipeline, parse};
use shared::render::{Secrets, cdc_cli, tiup_ctl};
use shared::secret::{Consumer, Outcome, SecretRef, inspect};
use shared::sink_uri::{RegistryUrl, SinkUri};
use std::process::Command;

const DOCUMENT: &str = r#"
version = 1
name = "orders"
[source]
kind = "tidb"
[changefeed]
target = "export"
[kafka]
brokers = ["pkc-1ab2c.us-east-1.aws.confluent.cloud:9092"]
topic = "ticdc-meta"
[kafka.params]
protocol = "avro"
sasl-mechanism = "plain"
sasl-user = "ABCD1234EFGH5678"
sasl-password = "store:cluster"
[schema_registry]
url = "https://psrc-3de4f.us-east-1.aws.confluent.cloud"
user = "SRKEY"
password = "store:registry"
"#;

/// Every character that some shell or URL treats in its own way, beyond ASCII too.
const HOSTILE: &str = "+/=%&#;:@?\"'\\$! \n\t`~*[](){}<>|^-é€😀";

fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        // an argument cannot hold NUL
        r##"[+/=%&#;:@?"'\\$! \n\t`~*(){}<>|^é€😀a0-]{0,24}"##,
        r#"[ -~]{0,24}"#,
        r#"[^\x00]{0,24}"#,
        r#"[+/=%&$'"\\! a-z0-9]{1024}"#,
    ]
}

/// What the shell prints for a word; `variable` is in its environment.
fn shell(words: &str, variables: &[(&str, &str)]) -> String {
    let script = format!("printf %s {words}");
    let output = Command::new("/bin/sh").arg("-c").arg(script).envs(variables.iter().copied()).output().expect("there is a shell");
    assert!(output.status.success(), "{words}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text went in")
}

/// The arguments that a command was given.
fn arguments(command: &str, program: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let script = command.replacen(program, "printf '%s\\0'", 1);
    let output = Command::new("/bin/sh").arg("-c").arg(script).envs(variables.iter().copied()).output().expect("there is a shell");
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text went in").split('\0').map(str::to_owned).collect()
}

fn option<'a>(arguments: &'a [String], name: &str) -> &'a str {
    arguments.iter().find_map(|argument| argument.strip_prefix(name)).expect("the option is there")
}

fn sasl_password(arguments: &[String]) -> Option<String> {
    let (uri, findings) = SinkUri::parse(option(arguments, "--sink-uri=")).expect("TiCDC can read it");
    assert!(findings.is_empty(), "{findings:?}");
    uri.params.into_iter().find(|(name, _)| name == "sasl-password").map(|(_, value)| value)
}

fn registry_password(arguments: &[String]) -> Option<String> {
    RegistryUrl::parse(option(arguments, "--schema-registry=")).expect("TiCDC can read it").password
}

fn check_words(secret: &str) {
    for consumer in [Consumer::ShellDouble, Consumer::ShellSingle, Consumer::Curl] {
        let inspection = inspect(secret);
        let reading = inspection.reading(consumer).expect("each consumer has one");
        let word = reading.write.as_deref().expect("it can be written");
        // curl's word stands behind a key and a colon
        let key = if consumer == Consumer::Curl { "KEY:" } else { "" };
        assert_eq!(shell(&format!("{key}{word}"), &[]), format!("{key}{secret}"), "{consumer:?} {word}");
    }
}

fn check_unquoted_claim(text: &str) {
    for (consumer, quote) in [(Consumer::ShellDouble, '"'), (Consumer::ShellSingle, '\'')] {
        if inspect(text).reading(consumer).is_some_and(|reading| reading.as_read == Outcome::Same) {
            assert_eq!(shell(&format!("{quote}{text}{quote}"), &[]), text, "{consumer:?}");
        }
    }
}

fn check_commands(pipeline: &Pipeline, secret: &str) {
    let fixed = secret.to_owned();
    let resolve = move |_: &str, _: &SecretRef| Some(fixed.clone());
    let secrets = Secrets::inline(&resolve);
    for (command, program) in [(cdc_cli(pipeline, secrets), "cdc cli"), (tiup_ctl(pipeline, secrets), "tiup")] {
        let read = arguments(&command, program, &[]);
        assert_eq!(sasl_password(&read).as_deref(), Some(secret), "{command}");
        if !secret.is_empty() {
            assert_eq!(registry_password(&read).as_deref(), Some(secret), "{command}");
        }
    }
}

#[test]
fn every_hostile_character_survives_alone_doubled_and_at_either_end() {
    let pipeline = parse(DOCUMENT).expect("it is a document");
    for c in HOSTILE.chars() {
        for text in [format!("{c}"), format!("{c}{c}"), format!("{c}a"), format!("a{c}"), format!("a{c}b")] {
            check_words(&text);
            check_unquoted_claim(&text);
        }
        check_commands(&pipeline, &format!("{c}a{c}{c}b{c}"));
    }
}

#[test]
fn placeholders_are_filled_with_whatever_the_variables_hold() {
    let pipeline = parse(DOCUMENT).expect("it is a document");
    let encoded = inspect(HOSTILE).reading(Consumer::SinkUri).and_then(|reading| reading.write.clone()).expect("it can be encoded");
    let variables = [("CLUSTER_URLENCODED", encoded.as_str()), ("REGISTRY_URLENCODED", encoded.as_str())];
    let read = arguments(&cdc_cli(&pipeline, Secrets::placeholders()), "cdc cli", &variables);
    assert_eq!(sasl_password(&read).as_deref(), Some(HOSTILE));
    assert_eq!(registry_password(&read).as_deref(), Some(HOSTILE));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_secret_passes_through_words_and_commands(secret in secret()) {
        check_words(&secret);
        check_unquoted_claim(&secret);
        check_commands(&parse(DOCUMENT).expect("it is a document"), &secret);
    }
}
