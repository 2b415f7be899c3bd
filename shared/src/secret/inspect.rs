//! What each consumer would make of a pasted secret, and what has to be written for it instead.

use super::consumer::{Consumer, Read};
use super::looks::{cleaned, findings};
use super::trap::explain;
use crate::Finding;

/// Everything there is to say about one pasted text. `Debug` shows neither the text nor a form of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Inspection {
    /// One for each of [`Consumer::ALL`], in that order.
    pub readings: Vec<Reading>,
    /// How the text looks: white space, masks, placeholders. Their path is empty.
    pub findings: Vec<Finding>,
    /// The raw secret this probably is, when `findings` say that it is not: without white space and quotes around it, its
    /// percent escapes decoded. Show it in the browser only.
    pub cleaned: Option<String>,
}

/// How one consumer reads the text when it is put there as it was pasted.
#[derive(Clone, PartialEq, Eq)]
pub struct Reading {
    pub consumer: Consumer,
    pub as_read: Outcome,
    /// What must stand there so that the consumer reads exactly the pasted text, with the quotes its syntax wants; `None`
    /// when it has no way to write it. Show it in the browser only.
    pub write: Option<String>,
}

/// The explanations name a special character and its position (in characters, from 1), nothing else of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Read as it is: no encoding is needed.
    Same,
    /// Something else is read, often without a word.
    Different(Vec<String>),
    /// The consumer refuses the whole input.
    Refused(Vec<String>),
}

/// Reads the text as every consumer would. The text is taken as a raw secret, white space included; references
/// (`env:NAME`) have to be resolved first.
#[must_use]
pub fn inspect(text: &str) -> Inspection {
    let reading = |consumer: Consumer| {
        let as_read = match consumer.read(text) {
            Read::Text(read) if read == text => Outcome::Same,
            Read::Text(_) | Read::Other => Outcome::Different(explain(consumer.traps(), text, false)),
            Read::Refused => Outcome::Refused(explain(consumer.traps(), text, true)),
        };
        Reading { consumer, as_read, write: consumer.write(text) }
    };
    Inspection { readings: Consumer::ALL.map(reading).to_vec(), findings: findings("", text), cleaned: cleaned(text) }
}

impl Inspection {
    /// The reading of one consumer.
    #[must_use]
    pub fn reading(&self, consumer: Consumer) -> Option<&Reading> {
        self.readings.iter().find(|reading| reading.consumer == consumer)
    }
}

impl std::fmt::Debug for Inspection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inspection").field("readings", &self.readings).field("findings", &self.findings).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading").field("consumer", &self.consumer).field("as_read", &self.as_read).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
