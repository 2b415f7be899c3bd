//! Any text: no panic, no hang.

use super::{corpus::SAMPLES, corpus_file, pasted_into};
use proptest::prelude::*;
use shared::config::Pipeline;
use shared::import::{KeySlot, apply_to, recognise, recognise_all};
use std::time::{Duration, Instant};

fn try_everything(text: &str) {
    let understood = recognise(text);
    assert!(!recognise_all(text).is_empty());
    let _ = understood.tables();
    let (mut pipeline, _) = pasted_into(Pipeline::named("p"), text);
    for slot in [KeySlot::Kafka, KeySlot::Registry] {
        let _ = apply_to(&understood, slot, &mut pipeline);
    }
}

/// The words that recognisers look for, and what could follow them.
fn token() -> impl Strategy<Value = String> {
    let words = [
        "cdc cli changefeed create ",
        "tiup ctl:v6 cdc changefeed create ",
        "--sink-uri=",
        "--config",
        "-c",
        "kafka://h:1/t?a=b",
        "https://k:s@h",
        "API key:",
        "API secret:",
        "=== Confluent Cloud API key: lkc-1 ===",
        "\n",
        "\\\n",
        " ",
        "'",
        "\"",
        "$'",
        "${A}",
        "$(",
        "`",
        "<<EOF\n",
        "EOF\n",
        "A=1\n",
        "[sink]\n",
        "[",
        "]",
        "{",
        "}",
        "\"sink_uri\": ",
        "\"config\": {\"connector.class\": \"x\"}",
        ",",
        ":",
        "=",
        "resource \"confluent_connector\" \"a\" ",
        "config_sensitive = ",
        "<<-E\n",
        "CREATE TABLE t ",
        "CREATE STREAM s ",
        "WITH (kafka_topic='t')",
        ";",
        "/*",
        "*/",
        "--",
        "bootstrap.servers=",
        "sasl.jaas.config=",
        "\\u",
        "\\x",
        "%",
        "%2B",
        "é",
        "😀",
        "\u{feff}",
        "\r",
        "|",
        "> ",
        "$ ",
        "<a>",
        "****",
        "#",
        "//",
        "curl -d ",
        "/api/v2/changefeeds",
    ];
    prop_oneof![4 => proptest::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => ".{0,6}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_text_panics(text in "\\PC{0,80}", control in "[\\x00-\\x7f]{0,80}") {
        try_everything(&text);
        try_everything(&control);
    }

    #[test]
    fn no_mixture_of_known_words_panics(tokens in proptest::collection::vec(token(), 0..24)) {
        try_everything(&tokens.concat());
    }

    #[test]
    fn no_damaged_sample_panics(
        sample in 0..SAMPLES.len(),
        other in 0..SAMPLES.len(),
        cuts in (0.0..1.0_f64, 0.0..1.0_f64, 0.0..1.0_f64),
        inserted in token(),
    ) {
        let [text, other] = [sample, other].map(|i| corpus_file(&format!("import/{}", SAMPLES[i].0)).chars().collect::<Vec<char>>());
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let at = |chars: &[char], part: f64| (chars.len() as f64 * part) as usize;
        let (from, to) = (at(&text, cuts.0.min(cuts.1)), at(&text, cuts.0.max(cuts.1)));
        let part = |chars: &[char]| chars.iter().collect::<String>();
        // cut off, cut out, put in, grown together with another
        try_everything(&part(&text[..from]));
        try_everything(&part(&text[to..]));
        try_everything(&format!("{}{}", part(&text[..from]), part(&text[to..])));
        try_everything(&format!("{}{inserted}{}", part(&text[..from]), part(&text[from..])));
        try_everything(&format!("{}{}", part(&text[..to]), part(&other[at(&other, cuts.2)..])));
    }
}

fn time_for(text: &str) -> Duration {
    let begun = Instant::now();
    let understood = recognise(text);
    let shown: usize = understood.facts.iter().map(|fact| fact.value.len()).sum();
    assert!(shown <= text.len() * 4, "{} bytes show {shown}", text.len());
    begun.elapsed()
}

/// Four times the text may take ten times as long, as other work runs beside it, but not sixteen times.
#[test]
fn time_grows_with_the_text_and_not_with_its_square() {
    const BYTES: usize = 32 << 10;
    let starts = ["", "cdc cli changefeed create ", "resource \"confluent_connector\" \"a\" ", "bootstrap.servers=h:1\n", "{\"a\":"];
    let pieces = [
        "[",
        "{",
        "(",
        "'",
        "\"",
        "`",
        "\\",
        "\\\n",
        "$A",
        "${A",
        "$(",
        "<",
        "<<E\n",
        "<a",
        "a=",
        "a=b\n",
        "--a ",
        "a ",
        "\n",
        "%2B",
        "*",
        "x",
        "/*",
        "--",
        ";",
        "CREATE TABLE a (",
        "CREATE STREAM a;",
        "https://a\n",
        "kafka://h:1/t?a=b\n",
        "API key:\n",
        "API key: a\n",
        "=== API key: x ===\nAPI key: a\n",
        "h:9092\n",
        "A=$A$A\n",
        "{\"config\":{\"connector.class\":\"x\"}}",
        "a {\n",
        "a = <<E\n",
        "[sink]\n",
        "> ",
        "| a | b |\n",
        "\"a\":1,",
        "é",
    ];
    for start in starts {
        for piece in pieces {
            let text = |bytes: usize| format!("{start}{}", piece.repeat(bytes / piece.len()));
            let is_linear = || {
                let (once, fourfold) = (time_for(&text(BYTES)), time_for(&text(4 * BYTES)));
                fourfold < once * 10 + Duration::from_millis(40)
            };
            assert!((0..3).any(|_| is_linear()), "{start:?} and many {piece:?} take more than their length");
        }
    }
}
