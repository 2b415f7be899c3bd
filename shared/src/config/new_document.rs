//! What a document starts with.

use super::{Dispatcher, Pipeline, SourceKind};

/// The default topic: TiCDC requires one in every sink URI, and with a dispatcher for all tables no row goes there.
const DEFAULT_TOPIC: &str = "changefeed-meta";

/// A document that lacks only addresses: Avro, one topic a table, rows of one key in order.
#[must_use]
pub fn new_document(name: &str) -> Pipeline {
    let mut document = Pipeline::named(name);
    DEFAULT_TOPIC.clone_into(&mut document.kafka.topic);
    document.kafka.params.insert("protocol".to_owned(), "avro".into());
    document.changefeed.config.sink.dispatchers.push(new_dispatcher());
    let kind = document.source.kind;
    set_source_kind(&mut document, kind);
    document
}

/// All tables but the workload's one without a key, which nothing can replicate.
const WORKLOAD_RULES: [&str; 2] = ["*.*", "!tpcc.history"];

/// Changes where rows come from, and with it the filter as long as nobody wrote one.
pub fn set_source_kind(document: &mut Pipeline, kind: SourceKind) {
    document.source.kind = kind;
    let rules = &mut document.changefeed.config.filter.rules;
    match kind {
        SourceKind::Tpcc if rules.is_empty() || *rules == ["*.*"] => *rules = WORKLOAD_RULES.map(str::to_owned).to_vec(),
        SourceKind::Mysql | SourceKind::Tidb if *rules == WORKLOAD_RULES => rules.clear(),
        _ => {}
    }
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

    #[test]
    fn the_filter_follows_the_source_until_somebody_writes_one() {
        let mut document = new_document("p");
        let rules = |document: &Pipeline| document.changefeed.config.filter.rules.join(" ");
        assert_eq!((document.source.kind, rules(&document).as_str()), (SourceKind::Tpcc, "*.* !tpcc.history"));
        set_source_kind(&mut document, SourceKind::Mysql);
        assert_eq!(rules(&document), "");
        document.changefeed.config.filter.rules = vec!["shop.*".to_owned()];
        set_source_kind(&mut document, SourceKind::Tpcc);
        assert_eq!(rules(&document), "shop.*");
    }
}
