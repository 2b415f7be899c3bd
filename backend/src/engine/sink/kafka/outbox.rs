//! Rows encoded and not yet handed over: some hundred of one topic, which then cost one call.

use super::native::{Message, TopicId};
use crate::engine::ledger::{Accepted, Mark};

/// Handed over at the latest when there are so many messages: enough to share the price of a call, few enough for the processor's nearest cache …
const MOST_MESSAGES: usize = 128;
/// … or bytes.
const MOST_BYTES: usize = 128 << 10;
/// Memory that a few large rows needed is given back.
const KEPT_BYTES: usize = 8 * MOST_BYTES;

/// Where a message's key and value lie.
#[derive(Clone, Copy)]
struct Place {
    /// The key begins here …
    at: usize,
    /// … the value here, where the key ends.
    value: usize,
    end: usize,
    partition: u32,
    tombstone: bool,
}

/// Messages of one topic, with the transactions' ends among them.
#[derive(Default)]
pub(super) struct Outbox {
    topic: Option<TopicId>,
    bytes: Vec<u8>,
    places: Vec<Place>,
    pub rows: Vec<Accepted>,
    /// Each with how many of the rows are before it.
    pub marks: Vec<(usize, Mark)>,
}

impl Outbox {
    /// Whether a message to this topic has to wait until the others are handed over.
    pub fn has_another_topic(&self, topic: TopicId) -> bool {
        !self.rows.is_empty() && self.topic != Some(topic)
    }

    pub fn is_full(&self) -> bool {
        self.rows.len() >= MOST_MESSAGES || self.bytes.len() >= MOST_BYTES
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.marks.is_empty()
    }

    pub fn topic(&self) -> Option<TopicId> {
        self.topic
    }

    /// Where the next message's key, and behind it its value, are to be appended.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// The bytes appended since the last message become one.
    pub fn push(&mut self, topic: TopicId, partition: u32, key_len: usize, mut row: Accepted) {
        self.topic = Some(topic);
        let at = self.places.last().map_or(0, |last| last.end);
        let end = self.bytes.len();
        row.bytes = u32::try_from(end - at).unwrap_or(u32::MAX);
        self.places.push(Place { at, value: at + key_len, end, partition, tombstone: row.tombstone });
        self.rows.push(row);
    }

    /// Takes back what was appended since the last message.
    pub fn take_back(&mut self) {
        self.bytes.truncate(self.places.last().map_or(0, |last| last.end));
    }

    /// How many bytes were appended since the last message.
    pub fn appended(&self) -> usize {
        self.bytes.len() - self.places.last().map_or(0, |last| last.end)
    }

    pub fn mark(&mut self, mark: Mark) {
        let before = self.rows.len();
        // Of marks with no row between them only the last one matters.
        if self.marks.last().is_some_and(|(rows, _)| *rows == before) {
            self.marks.pop();
        }
        self.marks.push((before, mark));
    }

    /// The messages from this one on; the first of all has `number`.
    pub fn messages(&self, from: usize, number: usize) -> impl Iterator<Item = Message<'_>> {
        let places = self.places[from..].iter().zip(number + from..);
        places.map(|(place, number)| Message {
            partition: place.partition,
            key: &self.bytes[place.at..place.value],
            value: (!place.tombstone).then(|| &self.bytes[place.value..place.end]),
            number,
        })
    }

    /// Empty again.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
        self.places.clear();
        self.rows.clear();
        self.marks.clear();
    }
}
