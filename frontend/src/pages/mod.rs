//! One folder a page.

mod clusters;
mod editor;
mod home;
mod launch;
mod not_found;
mod run;
mod settings;

pub use clusters::{ClusterPage, ClustersPage};
pub use editor::{EditPage, NewPage, field_href};
pub use home::HomePage;
pub use launch::{LaunchPage, launch_href};
pub use not_found::NotFoundPage;
pub use run::RunPage;
pub use settings::SettingsPage;

use crate::{api::Operation, components::Shape};
use shared::api::PipelineState;

/// What a person can do with a pipeline in that state: the operation, its word, its icon.
pub fn operations_of(state: PipelineState) -> &'static [(Operation, &'static str, Shape)] {
    const START: (Operation, &str, Shape) = (Operation::Start, "Start", Shape::Play);
    const PAUSE: (Operation, &str, Shape) = (Operation::Pause, "Pause", Shape::Pause);
    const RESUME: (Operation, &str, Shape) = (Operation::Resume, "Resume", Shape::Play);
    const STOP: (Operation, &str, Shape) = (Operation::Stop, "Stop", Shape::Stop);
    match state {
        PipelineState::Draft | PipelineState::Stopped => &[START],
        PipelineState::Starting | PipelineState::Running | PipelineState::Retrying => &[PAUSE, STOP],
        PipelineState::Paused | PipelineState::Failed => &[RESUME, STOP],
    }
}
