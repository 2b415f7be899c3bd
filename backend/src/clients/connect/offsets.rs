//! How far a sink has read.

use serde_json::Value;
use std::collections::HashMap;

/// Where a sink goes on in one partition of a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TopicOffset {
    pub topic: String,
    pub partition: i32,
    /// Of the next record that it reads.
    pub offset: i64,
}

impl TopicOffset {
    /// Those of an answer of `GET /connectors/NAME/offsets`; a source's are of its own making and left out.
    pub(super) fn read(answer: &Value) -> Vec<Self> {
        let entry = |entry: &Value| {
            Some(Self {
                topic: entry["partition"]["kafka_topic"].as_str()?.to_owned(),
                partition: i32::try_from(entry["partition"]["kafka_partition"].as_i64()?).ok()?,
                offset: entry["offset"]["kafka_offset"].as_i64()?,
            })
        };
        let mut offsets: Vec<_> = answer["offsets"].as_array().into_iter().flatten().filter_map(entry).collect();
        offsets.sort();
        offsets
    }
}

/// Records that a sink has yet to read: the sum over `ends` (a topic's partition and the offset that its next record will
/// get) of what is missing. A partition that the sink has not read from yet counts from its beginning, offset 0; one whose
/// end is not known does not count.
#[must_use]
pub fn records_behind(offsets: &[TopicOffset], ends: &[TopicOffset]) -> u64 {
    let read: HashMap<_, _> = offsets.iter().map(|at| ((at.topic.as_str(), at.partition), at.offset)).collect();
    let missing = |end: &TopicOffset| {
        let at = read.get(&(end.topic.as_str(), end.partition)).copied().unwrap_or_default();
        u64::try_from(end.offset.saturating_sub(at.max(0))).unwrap_or_default()
    };
    ends.iter().map(missing).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(topic: &str, partition: i32, offset: i64) -> TopicOffset {
        TopicOffset { topic: topic.to_owned(), partition, offset }
    }

    #[test]
    fn records_behind_are_counted_per_partition() {
        for (offsets, ends, behind) in [
            (vec![], vec![], 0),
            (vec![], vec![at("a", 0, 7)], 7),
            (vec![at("a", 0, 5)], vec![at("a", 0, 7), at("a", 1, 3)], 5),
            (vec![at("a", 0, 9)], vec![at("a", 0, 7), at("b", 0, 1)], 1),
            (vec![at("a", 0, 2), at("gone", 0, 5)], vec![at("a", 0, 2)], 0),
            (vec![at("a", 0, -1)], vec![at("a", 0, 2)], 2),
            (vec![at("a", 0, i64::MAX)], vec![at("a", 0, i64::MIN)], 0),
        ] {
            assert_eq!(records_behind(&offsets, &ends), behind, "{offsets:?} {ends:?}");
        }
    }

    #[test]
    fn a_sources_offsets_are_left_out() {
        let answer = json!({"offsets": [
            {"partition": {"kafka_topic": "b", "kafka_partition": 1}, "offset": {"kafka_offset": 12}},
            {"partition": {"kafka_topic": "a", "kafka_partition": 0}, "offset": {"kafka_offset": 3}},
            {"partition": {"protocol": "1", "table": "db.t"}, "offset": {"incrementing": 3}},
            {"partition": {"kafka_topic": "c", "kafka_partition": 0}, "offset": null},
        ]});
        assert_eq!(TopicOffset::read(&answer), [at("a", 0, 3), at("b", 1, 12)]);
    }
}
