//! Version, name and changefeed id.

use crate::Finding;
use crate::config::Pipeline;

/// Longest changefeed id, in bytes.
const MAX_ID_BYTES: usize = 128;

pub(super) fn check(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    if pipeline.version != 1 {
        let message = format!("The document's version is {}; this studio reads version 1.", pipeline.version);
        findings.push(Finding::error("version", "version-unsupported", message).hint("Set `version = 1`, or use a newer studio."));
    }
    let rule = "Letters and digits, with single dashes between them, at most 128 bytes.";
    if !is_changefeed_id(&pipeline.name) {
        findings.push(Finding::error("name", "name-invalid", "The name cannot be used as a changefeed id.").hint(rule));
    }
    let id = &pipeline.changefeed.id;
    if !id.is_empty() && !is_changefeed_id(id) {
        findings.push(Finding::error("changefeed.id", "changefeed-id-invalid", "TiCDC refuses this changefeed id.").hint(rule));
    }
}

/// `^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$`, at most 128 bytes. Source: `pingcap/ticdc` pkg/common.
fn is_changefeed_id(id: &str) -> bool {
    id.len() <= MAX_ID_BYTES && id.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_ticdc_s_rule() {
        let longest = "1".repeat(128);
        for id in ["testTtTT", "01131323", "9ff52acaA-aea6-4022-8eVc4-fbee3fD2c7890", longest.as_str()] {
            assert!(is_changefeed_id(id), "{id}");
        }
        let too_long = "1".repeat(129);
        for id in ["", "   ", "test_task ", "job$ ", "test-", "-", "-sfsdfdf1", "a--b", too_long.as_str()] {
            assert!(!is_changefeed_id(id), "{id}");
        }
    }
}
