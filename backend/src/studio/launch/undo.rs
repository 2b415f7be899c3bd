//! Takes a launch back: backwards, only what it made itself, each act between two writes of the journal.

use super::{
    actor::{Found, Trouble, Undo},
    executor::{Executor, Halt},
    pace::Waits,
};
use crate::{engine::figures::now_ms, store::Act};
use shared::{
    Finding,
    api::{LaunchState, StepState},
};
use tokio_util::sync::CancellationToken;

impl Executor {
    pub(super) async fn take_back(&mut self) -> bool {
        for at in (0..self.actors.len()).rev() {
            // what an interrupted run already knows
            let is_ours = matches!(self.record.acts[at], Act::MakeBegun | Act::Made | Act::UndoBegun);
            if !is_ours || self.record.report.steps[at].state == StepState::Remains {
                continue;
            }
            match self.take_back_step(at).await {
                Ok(()) | Err(Halt::Cancelled) => {}
                Err(Halt::Stopped) => return false,
                Err(Halt::Failed(finding)) => {
                    let act = self.record.acts[at];
                    let step = &mut self.record.report.steps[at];
                    step.finding = Some(remaining(*finding, &step.step.undo));
                    step.note.clear();
                    step.ended_ms = Some(now_ms());
                    if let Err(Halt::Journal(error)) = self.act(at, act, StepState::Remains).await {
                        return self.give_up(at, &error);
                    }
                }
                Err(Halt::Journal(error)) => return self.give_up(at, &error),
            }
        }
        let remains = self.record.report.steps.iter().any(|step| step.state == StepState::Remains);
        self.end(if remains { LaunchState::PartlyUndone } else { LaunchState::Undone }).await
    }

    async fn take_back_step(&mut self, at: usize) -> Result<(), Halt> {
        let mut waits = Waits::new(self.pace);
        self.record.report.steps[at].state = StepState::Undoing;
        self.note(at, "looks what is there".to_owned());
        loop {
            let trouble = match self.try_to_take_back(at).await? {
                None => {
                    let step = &mut self.record.report.steps[at];
                    step.finding = None;
                    step.note.clear();
                    step.ended_ms = Some(now_ms());
                    return self.act(at, Act::Undone, StepState::Undone).await;
                }
                Some(trouble) if trouble.passing && !waits.is_over() => trouble,
                Some(trouble) => return Err(Halt::Failed(trouble.finding)),
            };
            self.note(at, trouble.finding.message);
            // an undo is not cancelled: half of it would help nobody
            waits.pause(std::future::pending(), &self.stop, &CancellationToken::new()).await?;
        }
    }

    /// `None`: it is gone.
    async fn try_to_take_back(&mut self, at: usize) -> Result<Option<Trouble>, Halt> {
        match (self.record.acts[at], self.actors[at].look().await) {
            (_, Ok(Found::Absent)) => return Ok(None),
            (Act::MakeBegun, Ok(Found::Differs(how))) => {
                let message = format!("This launch had begun to make it, and what is there now may be somebody else's: {how}.");
                return Err(Halt::Failed(Box::new(Finding::warning(self.actors[at].path(), "launch-not-ours", message))));
            }
            (_, Ok(_)) => {}
            (_, Err(trouble)) => return Ok(Some(trouble)),
        }
        self.act(at, Act::UndoBegun, StepState::Undoing).await?;
        match self.actors[at].undo().await {
            Ok(Undo::Undone) => Ok(None),
            Ok(Undo::Remains(finding)) => Err(Halt::Failed(finding)),
            Err(trouble) => Ok(Some(trouble)),
        }
    }
}

/// A finding of what remains tells how to remove it, whatever went wrong.
fn remaining(mut finding: Finding, undo: &str) -> Finding {
    let by_hand = format!("It remains. By hand: {undo}");
    finding.hint = if finding.hint.is_empty() { by_hand } else { format!("{} {by_hand}", finding.hint) };
    finding
}
