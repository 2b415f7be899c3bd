//! One folder a page. Those that the first screen is not made of are fetched later, see [`lazy`].

mod clusters;
mod editor;
mod home;
mod launch;
mod lazy;
mod not_found;
mod run;
mod settings;

pub use editor::field_href;
pub use home::HomePage;
pub use launch::launch_href;
pub use lazy::{EditorPage, OperatePage, fetch_when_idle, show_editor, show_operate};
pub use not_found::NotFoundPage;
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
