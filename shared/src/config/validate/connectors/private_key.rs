//! Snowflake's private key, when it is in the document itself: a reference cannot be looked into.

use super::{Site, at};
use crate::Finding;
use crate::secret::snowflake_key;

const KEY: &str = "snowflake.private.key";
const PASSPHRASE: &str = "snowflake.private.key.passphrase";

pub(super) fn check(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let Some(text) = site.settings.written(KEY) else { return };
    findings.extend(snowflake_key::findings(&at(KEY), &text, site.get(PASSPHRASE).is_some()));
}
