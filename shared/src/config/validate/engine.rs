//! `[engine]`: what the studio's own engine can promise.

use crate::Finding;
use crate::config::{Delivery, Pipeline, PoisonRows, Target};

pub(super) fn check(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    let engine = &pipeline.engine;
    if !engine.is_default() && pipeline.changefeed.target != Target::Native {
        findings.push(
            Finding::warning("engine", "engine-only-native", "`engine` is for the studio's own engine: TiCDC knows nothing of it.")
                .hint("Remove it, or set `changefeed.target = \"native\"`."),
        );
    }
    if engine.delivery == Delivery::ExactlyOnce && pipeline.kafka.param("required-acks").is_some_and(|acks| acks != "-1") {
        findings.push(
            Finding::error(
                "kafka.params.required-acks",
                "exactly-once-needs-acks",
                "Exactly-once delivery needs the acknowledgement of all replicas.",
            )
            .hint("Remove `required-acks`, or set it to -1."),
        );
    }
    if engine.poison_rows == PoisonRows::Stop && !engine.dead_letter_topic.is_empty() {
        findings.push(
            Finding::warning("engine.dead_letter_topic", "dead-letter-topic-unused", "No row goes to the dead letter topic.")
                .hint("Set `engine.poison_rows = \"dead-letter\"`, or remove the topic."),
        );
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::config::{parse, validate};

    #[test]
    fn promises_that_cannot_be_kept_are_findings() {
        for (text, code) in [
            ("[changefeed]\ntarget = \"ticdc\"\n[engine]\ndelivery = \"exactly-once\"", "engine-only-native"),
            ("[engine]\ndelivery = \"exactly-once\"\n[kafka.params]\nrequired-acks = 1", "exactly-once-needs-acks"),
            ("[engine]\ndead_letter_topic = \"d\"", "dead-letter-topic-unused"),
        ] {
            let document = parse(&format!("version = 1\nname = \"p\"\n{text}\n")).unwrap();
            assert!(validate(&document).iter().any(|finding| finding.code == code), "{text}");
        }
        let fine = "version = 1\nname = \"p\"\n[engine]\ndelivery = \"exactly-once\"\npoison_rows = \"dead-letter\"\n";
        let document = parse(fine).unwrap();
        assert!(!validate(&document).iter().any(|finding| finding.path.starts_with("engine")));
        assert_eq!(document.engine.dead_letters("p").as_deref(), Some("p-dead-letters"));
    }
}
