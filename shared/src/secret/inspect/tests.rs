#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

/// Texts of the characters that some syntax treats in its own way.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![r#"[ -~]{0,24}"#, r##"[+/=%&#;:@?"'\\$!` {}~ua0\n\r\té€😀]{0,24}"##, "(?s).{0,24}"]
}

/// `consumer: sentences`, for those that do not read the text as it is.
fn trouble(text: &str) -> Vec<String> {
    let readings = inspect(text).readings;
    readings
        .into_iter()
        .filter_map(|reading| match reading.as_read {
            Outcome::Same => None,
            Outcome::Different(why) => Some(format!("{}: {}", reading.consumer.name(), why.join(" "))),
            Outcome::Refused(why) => Some(format!("{} refuses: {}", reading.consumer.name(), why.join(" "))),
        })
        .collect()
}

fn written(consumer: Consumer, text: &str) -> Option<String> {
    inspect(text).reading(consumer)?.write.clone()
}

#[test]
fn what_each_consumer_makes_of_a_text_is_said() {
    for (text, expected) in [
        ("abcXYZ019-._~", &[][..]),
        ("", &[]),
        ("a/b=", &["Registry URL refuses: `/` at character 2 ends the credentials, and what stands before it is no host."]),
        ("1/b", &["Registry URL: `/` at character 2 ends the credentials: the URL leads to another host."]),
        ("abcd+e", &["TiCDC sink URI: `+` at character 5 becomes a space."]),
        (
            "a%2Bb",
            &[
                "TiCDC sink URI: An escape such as `%2B` at character 2 is decoded.",
                "Registry URL: An escape such as `%2B` at character 2 is decoded.",
            ],
        ),
        (
            "50%",
            &[
                "TiCDC sink URI: `%` at character 3 is no escape: TiCDC drops the parameter, without a word.",
                "Registry URL refuses: `%` at character 3 is no escape: the URL is refused.",
            ],
        ),
        ("a&b+c", &["TiCDC sink URI: `&` at character 2 ends the value."]),
        (
            "é#",
            &[
                "TiCDC sink URI: `#` at character 2 ends the URI: the rest is lost.",
                "Registry URL refuses: A character outside ASCII at character 1 is not allowed in a URL's credentials. `#` at character 2 ends the credentials, and what stands before it is no host.",
                "Java properties file: A character outside ASCII at character 1 is read as two or more, the file being taken for ISO-8859-1.",
                "JAAS in a Java properties file: A character outside ASCII at character 1 is read as two or more, the file being taken for ISO-8859-1.",
            ],
        ),
        ("a;b", &["TiCDC sink URI: `;` at character 2 makes TiCDC drop the parameter, without a word."]),
        (
            "a$b!c",
            &["Shell, double quotes: `$` at character 2 starts an expansion. `!` at character 4 recalls a command in an interactive bash."],
        ),
        ("a'b", &["Shell, single quotes: `'` at character 2 ends the quotes."]),
        (
            " ab",
            &[
                "Registry URL refuses: A space at character 1 is not allowed in a URL's credentials.",
                "Java properties file: A space at character 1 is skipped, with all white space after it.",
                "librdkafka configuration: White space at character 1 is left out.",
            ],
        ),
        (
            "a${b}",
            &[
                "Registry URL refuses: `{` at character 3 is not allowed in a URL's credentials.",
                "Shell, double quotes: `$` at character 2 starts an expansion.",
                "Terraform: `${` at character 2 starts an expression.",
            ],
        ),
    ] {
        assert_eq!(trouble(text), expected, "{text:?}");
    }
    assert_eq!(trouble("\"\\").len(), 7, "{:?}", trouble("\"\\"));
}

#[test]
fn the_right_form_is_given_for_each() {
    let secret = r#"k3+/x=%"'\$! z"#;
    for (consumer, expected) in [
        (Consumer::SinkUri, "k3%2B%2Fx%3D%25%22%27%5C%24%21%20z"),
        (Consumer::RegistryUrl, "k3%2B%2Fx%3D%25%22%27%5C%24%21%20z"),
        (Consumer::JavaProperties, r#"k3+/x=%"'\\$! z"#),
        (Consumer::Jaas, r#"k3+/x=%\\"'\\\\$! z"#),
        (Consumer::Librdkafka, secret),
        (Consumer::ShellDouble, r#""k3+/x=%\"'\\\$"'!'" z""#),
        (Consumer::ShellSingle, r#"'k3+/x=%"'\''\$! z'"#),
        (Consumer::Json, r#""k3+/x=%\"'\\$! z""#),
        (Consumer::Hcl, r#""k3+/x=%\"'\\$! z""#),
        (Consumer::Curl, r#"'k3+/x=%"'\''\$! z'"#),
    ] {
        assert_eq!(written(consumer, secret).as_deref(), Some(expected), "{consumer:?}");
    }
    assert_eq!(written(Consumer::Librdkafka, "a\nb"), None);
    assert_eq!(written(Consumer::Librdkafka, " a"), None);
    assert_eq!(written(Consumer::Curl, "a\0"), None);
}

/// What `write` gives, as the consumer's own reader takes it: without the quotes that `read` puts around a text.
fn read_back(consumer: Consumer, written: &str) -> Option<String> {
    let inside = || written.strip_prefix('"')?.strip_suffix('"');
    let read = match consumer {
        Consumer::Json => return serde_json::from_str(written).ok(),
        Consumer::Toml => {
            return toml::from_str::<toml::Table>(&format!("v = {written}")).ok()?.get("v")?.as_str().map(str::to_owned);
        }
        // a real shell reads these in `tests/shell.rs`
        Consumer::ShellDouble | Consumer::ShellSingle | Consumer::Curl => return None,
        Consumer::Hcl => consumer.read(inside()?),
        _ => consumer.read(written),
    };
    match read {
        Read::Text(text) => Some(text),
        Read::Other | Read::Refused => None,
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(secret in hostile()) {
        for reading in inspect(&secret).readings {
            if matches!(reading.consumer, Consumer::ShellDouble | Consumer::ShellSingle | Consumer::Curl) {
                continue;
            }
            let Some(written) = reading.write else { continue };
            prop_assert_eq!(read_back(reading.consumer, &written), Some(secret.clone()), "{:?}", reading.consumer);
        }
    }

    #[test]
    fn whatever_is_not_read_as_it_is_has_a_reason(text in hostile()) {
        for reading in inspect(&text).readings {
            match &reading.as_read {
                Outcome::Same => {}
                Outcome::Different(why) | Outcome::Refused(why) => prop_assert!(!why.is_empty(), "{:?}", reading),
            }
        }
    }

    #[test]
    fn debug_shows_no_form_of_the_secret(secret in "[Q-Z]{6}[ -~]{0,4}[Q-Z]{6}") {
        let shown = format!("{:?}", inspect(&secret));
        prop_assert!(!shown.contains(&secret[..6]) && !shown.contains(&secret[secret.len() - 6..]), "{}", shown);
    }
}
