//! What a document starts with.

use super::{Dispatcher, Pipeline};

/// The default topic: TiCDC requires one in every sink URI, and with a dispatcher for all tables no row goes there.
const DEFAULT_TOPIC: &str = "changefeed-meta";

/// A document that lacks only addresses: Avro, one topic a table, rows of one key in order.
#[must_use]
pub fn new_document(name: &str) -> Pipeline {
    let mut document = Pipeline::named(name);
    DEFAULT_TOPIC.clone_into(&mut document.kafka.topic);
    document.kafka.params.insert("protocol".to_owned(), "avro".into());
    document.changefeed.config.sink.dispatchers.push(new_dispatcher());
    document
}

/// A dispatcher for all tables.
#[must_use]
pub fn new_dispatcher() -> Dispatcher {
    Dispatcher {
        matcher: vec!["*.*".to_owned()],
        topic: "tidb_{schema}_{table}".to_owned(),
        partition: "index-value".to_owned(),
        ..Dispatcher::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_document_lacks_only_addresses() {
        let codes: Vec<String> = crate::config::validate(&new_document("p")).into_iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["registry-missing", "brokers-missing"]);
    }
}
