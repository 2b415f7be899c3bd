//! The actors of a document's steps, each on its system.

mod connector;
mod gone;
mod moving;
mod native;
mod statement;
mod ticdc;
mod topics;

pub(in crate::studio) use ticdc::{changefeed_id, explained};

use super::Actor;
use crate::{engine::connect, store::LaunchRecord, studio::Studio};
use shared::{
    Finding,
    api::{StepReport, StepState},
    config::{Pipeline, Target},
    launch::{Part, parts},
    schema::TableModel,
};
use std::sync::Arc;

/// One actor for each step of the record. `open`: its document with secrets as values; `tables`: those of the source, as far as
/// they are known.
///
/// # Errors
/// An address or a certificate in the document cannot be used.
pub fn actors(
    studio: &Arc<Studio>,
    record: &LaunchRecord,
    open: &Pipeline,
    tables: &[TableModel],
) -> Result<Vec<Box<dyn Actor>>, Box<Finding>> {
    let mut open = open.clone();
    open.normalise();
    let parts = parts(&open, tables);
    let start_ts = moving::start_ts(studio, record);
    let actor = |step: &StepReport| -> Result<Box<dyn Actor>, Box<Finding>> {
        let part = parts.iter().find(|(id, _)| *id == step.step.id).map(|(_, part)| part);
        Ok(match part {
            _ if step.state == StepState::Remains && part.is_none() => Box::new(gone::Gone),
            Some(Part::Changefeed) if open.changefeed.target == Target::Ticdc => {
                Box::new(ticdc::TicdcChangefeed::new(studio, &open, start_ts, record.before)?)
            }
            Some(Part::Changefeed) => Box::new(native::NativeChangefeed::new(studio, &open.name, record.before)),
            Some(Part::Topics(topics)) => Box::new(topics::Topics::new(&open, topics)?),
            Some(Part::Statement(index)) => Box::new(statement::Statement::new(&open, *index, tables)?),
            Some(Part::Connector(index)) => Box::new(connector::Connector::new(&open, *index)?),
            None => match moving::actor(studio, record, &step.step.id) {
                Some(actor) => actor,
                None => Box::new(gone::Gone),
            },
        })
    };
    record.report.steps.iter().map(actor).collect()
}

/// The registry's client, when the document has a registry.
fn registry(open: &Pipeline) -> Option<crate::clients::schema_registry::Client> {
    connect::registry(open).ok()
}
