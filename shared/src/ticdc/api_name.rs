//! Names of options in TiCDC's Open API: its JSON model is mostly, not always, the file's key in snake case. A name that the
//! API does not know is lost without a message.
//!
//! Source: `pingcap/ticdc` and `pingcap/tiflow` api/v2/model.go.

use super::release::Architecture;

/// The key of `replica_config` for a key of the file; `table` is the table it stands in, `sink` or `dispatchers`. `None`: the API
/// has no field for it. An architecture that is not known is taken for the new one.
#[must_use]
pub fn api_name(table: &str, key: &str, architecture: Option<Architecture>) -> Option<String> {
    let classic = architecture == Some(Architecture::Classic);
    Some(match (table, key) {
        ("codec-config", "output-row-key") => return None,
        ("dispatchers", "target-schema" | "target-table") | ("pulsar-config", _) => key.to_owned(),
        // the model has only the newer spelling
        ("dispatchers", "dispatcher") => "partition".to_owned(),
        ("sink", "send-all-bootstrap-at-start") if classic => key.to_owned(),
        ("sink", "advance-timeout-in-sec") if classic => "advance_timeout".to_owned(),
        (_, "file-index-digit") => "file_index_width".to_owned(),
        _ => key.replace('-', "_"),
    })
}

/// The key of the file for a key of `replica_config`, of either architecture.
#[must_use]
pub fn file_name(api_key: &str) -> String {
    match api_key {
        "file_index_width" => "file-index-digit".to_owned(),
        "advance_timeout" => "advance-timeout-in-sec".to_owned(),
        other => other.replace('_', "-"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use super::*;

    #[test]
    fn exceptions_are_those_of_the_apis_model() {
        for (table, key, new, classic) in [
            ("sink", "encoder-concurrency", "encoder_concurrency", "encoder_concurrency"),
            ("sink", "send-all-bootstrap-at-start", "send_all_bootstrap_at_start", "send-all-bootstrap-at-start"),
            ("sink", "advance-timeout-in-sec", "advance_timeout_in_sec", "advance_timeout"),
            ("sink", "file-index-digit", "file_index_width", "file_index_width"),
            ("dispatchers", "target-table", "target-table", "target-table"),
        ] {
            assert_eq!(api_name(table, key, None).as_deref(), Some(new), "{key}");
            assert_eq!(api_name(table, key, Some(Architecture::New)).as_deref(), Some(new), "{key}");
            assert_eq!(api_name(table, key, Some(Architecture::Classic)).as_deref(), Some(classic), "{key}");
        }
        assert_eq!(api_name("codec-config", "output-row-key", None), None);
    }

    #[test]
    fn every_name_reads_back() {
        for key in all().filter(|key| key.path().is_some() && key.name != "dispatcher") {
            let table = key.section.rsplit('.').next().unwrap_or_default().trim_end_matches("[]");
            for architecture in [Architecture::Classic, Architecture::New] {
                let Some(name) = api_name(table, key.name, Some(architecture)) else { continue };
                assert_eq!(file_name(&name), key.name);
            }
        }
    }
}
