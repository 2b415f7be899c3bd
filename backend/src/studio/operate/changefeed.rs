//! A changefeed on a TiCDC cluster.

use super::{Place, blank, changefeed_id, explained, now_ms};
use crate::clients::{
    http::RemoteError,
    ticdc::{Changefeed, ChangefeedId, Client},
};
use shared::{
    Finding,
    api::{PartKind, PartState, PartStatus},
    config::Pipeline,
    operate,
};

/// Bits of a TSO below its milliseconds.
const LOGICAL_BITS: u32 = 18;

pub(super) fn client(open: &Pipeline) -> Result<Client, Box<Finding>> {
    Client::of_pipeline(open).map_err(|error| finding(&error))
}

pub(super) fn finding(error: &RemoteError) -> Box<Finding> {
    Box::new(error.finding())
}

/// The changefeed that a document names.
pub(super) fn id(document: &Pipeline) -> ChangefeedId {
    ChangefeedId { keyspace: document.changefeed.ticdc_keyspace.clone(), id: changefeed_id(document).to_owned() }
}

pub(super) async fn status(open: &Pipeline, place: &Place) -> Result<PartStatus, Box<Finding>> {
    let found = client(open)?.changefeed(&id(open)).await.map_err(|error| finding(&error))?;
    Ok(found.map_or_else(|| blank(place, PartState::Absent, ""), |found| told(&found, place)))
}

/// What TiCDC tells of a changefeed, in a list or by itself.
pub(super) fn told(found: &Changefeed, place: &Place) -> PartStatus {
    let word = found.state.name();
    let state = operate::changefeed_state(word);
    let lag = |tso: u64| (tso > 0).then(|| now_ms().saturating_sub(tso >> LOGICAL_BITS));
    let error = found.error.as_ref().map(|error| {
        let subject =
            if state == PartState::Pending { "TiCDC tries again after an error" } else { "TiCDC stopped the changefeed for an error" };
        explained("changefeed", "changefeed-error", subject, &format!("{} {}", error.code, error.message))
    });
    PartStatus {
        checkpoint_lag_ms: lag(found.checkpoint_ts),
        resolved_lag_ms: lag(found.resolved_ts),
        checkpoint_ts: Some(found.checkpoint_ts).filter(|&tso| tso > 0),
        findings: error.into_iter().collect(),
        actions: operate::actions(PartKind::Changefeed, state, false, false),
        ..blank(place, state, word)
    }
}
