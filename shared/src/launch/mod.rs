//! The plan of a launch: which steps take a document from text to running, in which order, what shows that each is done, how
//! it is undone, and what the document lacks for it. The page shows it before anything happens; the backend carries it out.

mod lacks;
mod parts;
mod steps;
mod topics;

pub use lacks::cloud_key_finding;
pub use parts::{Part, parts};
pub use topics::{AwaitedTopic, awaited};

use crate::api::{LaunchPlan, PlannedStep};
use crate::config::{self, Pipeline};
use crate::finding::Severity;
use crate::schema::TableModel;

/// Steps and findings of a launch. `tables`: those of the source, as far as they are known; they name the topics that a
/// connector's `topics.regex` reads.
///
/// The findings are the document's errors, and what it lacks for a launch (`launch-…`).
#[must_use]
pub fn plan(pipeline: &Pipeline, tables: &[TableModel]) -> LaunchPlan {
    let mut pipeline = pipeline.clone();
    // credentials inside addresses would be shown in the commands
    pipeline.normalise();
    let steps: Vec<PlannedStep> = parts(&pipeline, tables).iter().map(|(id, part)| steps::planned(&pipeline, id, part, tables)).collect();
    let mut findings: Vec<_> = config::validate(&pipeline).into_iter().filter(|finding| finding.severity == Severity::Error).collect();
    findings.extend(lacks::findings(&pipeline, tables));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    LaunchPlan { steps, findings }
}

#[cfg(test)]
mod tests;
