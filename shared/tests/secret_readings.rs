//! The inspector says of each text what Go and Java really do with it; see `secret_readings/README.md`.

use percent_encoding::percent_decode_str;
use shared::secret::{Consumer, Outcome, inspect};

const VERDICTS: &str = include_str!("secret_readings/verdicts.tsv");
/// Whom the columns behind the text are about.
const COLUMNS: [Consumer; 4] = [Consumer::SinkUri, Consumer::RegistryUrl, Consumer::JavaProperties, Consumer::Jaas];

#[test]
fn the_inspector_agrees_with_the_real_readers() {
    let mut compared = 0;
    for line in VERDICTS.lines() {
        let (text, verdicts) = line.split_once('\t').expect("a text and its verdicts");
        let text = percent_decode_str(text).decode_utf8().expect("texts are UTF-8");
        let inspection = inspect(&text);
        for (consumer, verdict) in COLUMNS.into_iter().zip(verdicts.split('\t')) {
            let said = match &inspection.reading(consumer).expect("each consumer has a reading").as_read {
                Outcome::Same => "same",
                Outcome::Different(_) => "different",
                Outcome::Refused(_) => "refused",
            };
            assert_eq!(said, verdict, "{consumer:?} {text:?}");
            compared += 1;
        }
    }
    assert!(compared > 800, "only {compared} verdicts were compared");
}
