//! Preflight and launch in the page's words: what a state is called, what belongs together, what can be asked next.

use crate::components::Mark;
use shared::{
    api::{CheckGroup, CheckState, LaunchReport, LaunchState, PreflightCheck, StepKind, StepReport, StepState},
    figures,
};

pub fn check_mark(state: CheckState) -> (Mark, &'static str) {
    match state {
        CheckState::Waiting => (Mark::Waiting, "waiting"),
        CheckState::Running => (Mark::Running, "running"),
        CheckState::Ok => (Mark::Ok, "passed"),
        CheckState::Warning => (Mark::Warning, "passed with a warning"),
        CheckState::Failed => (Mark::Failed, "failed"),
        CheckState::Skipped => (Mark::Skipped, "not tried"),
    }
}

/// One of the three verdicts of a preflight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub title: &'static str,
    pub group: &'static str,
    pub mark: Mark,
    pub text: String,
}

/// The three verdicts as far as the checks have come; `over` when no more will come.
pub fn verdicts(checks: &[PreflightCheck], over: bool) -> Vec<Verdict> {
    const GROUPS: [(CheckGroup, &str, &str); 3] = [
        (CheckGroup::Spelling, "Spelling", "spelling"),
        (CheckGroup::CrossField, "Fields together", "cross-field"),
        (CheckGroup::Connection, "Connections", "connection"),
    ];
    GROUPS
        .into_iter()
        .map(|(group, title, word)| {
            let states: Vec<CheckState> = checks.iter().filter(|check| check.group == group).map(|check| check.state).collect();
            let (mark, text) = verdict_of(&states, over);
            Verdict { title, group: word, mark, text }
        })
        .collect()
}

fn verdict_of(states: &[CheckState], over: bool) -> (Mark, String) {
    let count = |wanted: &[CheckState]| states.iter().filter(|state| wanted.contains(state)).count() as u64;
    let open = count(&[CheckState::Waiting, CheckState::Running]);
    let (failed, warned) = (count(&[CheckState::Failed]), count(&[CheckState::Warning]));
    let passed = count(&[CheckState::Ok]);
    let mut parts = Vec::new();
    for (count, what) in
        [(failed, "failed"), (warned, "to look at"), (passed, "passed"), (count(&[CheckState::Skipped]), "not tried"), (open, "to come")]
    {
        if count > 0 {
            parts.push(format!("{} {what}", figures::count(count)));
        }
    }
    let mark = match () {
        () if failed > 0 => Mark::Failed,
        () if states.is_empty() && over => Mark::Skipped,
        () if states.is_empty() => Mark::Waiting,
        () if open > 0 && !over => Mark::Running,
        () if warned > 0 => Mark::Warning,
        () if open > 0 || passed == 0 => Mark::Skipped,
        () => Mark::Ok,
    };
    (mark, if parts.is_empty() { "nothing to check".to_owned() } else { parts.join(" · ") })
}

/// Checks by the system that is asked, in the order in which the systems came.
pub fn by_subject(checks: &[PreflightCheck]) -> Vec<(String, Vec<PreflightCheck>)> {
    let mut groups: Vec<(String, Vec<PreflightCheck>)> = Vec::new();
    for check in checks {
        match groups.iter_mut().find(|(subject, _)| *subject == check.subject) {
            Some((_, list)) => list.push(check.clone()),
            None => groups.push((check.subject.clone(), vec![check.clone()])),
        }
    }
    groups
}

/// Takes a check's newest state over.
pub fn put_check(checks: &mut Vec<PreflightCheck>, check: PreflightCheck) {
    match checks.iter_mut().find(|known| known.id == check.id) {
        Some(known) => *known = check,
        None => checks.push(check),
    }
}

pub fn step_mark(state: StepState) -> (Mark, &'static str) {
    match state {
        StepState::Pending => (Mark::Waiting, "to come"),
        StepState::Running => (Mark::Running, "being made"),
        StepState::Waiting => (Mark::Running, "made, waiting for its sign"),
        StepState::Done => (Mark::Ok, "done"),
        StepState::Existing => (Mark::Ok, "was there already"),
        StepState::Failed => (Mark::Failed, "failed"),
        StepState::Undoing => (Mark::Running, "being undone"),
        StepState::Undone => (Mark::Skipped, "undone"),
        StepState::Remains => (Mark::Warning, "remains"),
    }
}

/// As the API spells it.
pub fn step_word(state: StepState) -> &'static str {
    match state {
        StepState::Pending => "pending",
        StepState::Running => "running",
        StepState::Waiting => "waiting",
        StepState::Done => "done",
        StepState::Existing => "existing",
        StepState::Failed => "failed",
        StepState::Undoing => "undoing",
        StepState::Undone => "undone",
        StepState::Remains => "remains",
    }
}

/// A launch's state: as the API spells it, its chip's class, and what it means.
pub fn launch_words(state: LaunchState) -> (&'static str, &'static str, &'static str) {
    match state {
        LaunchState::Running => {
            ("running", "chip info pulse", "Each step waits for a real sign, not for time. You can leave this page: it goes on.")
        }
        LaunchState::Done => ("done", "chip ok", "Every step is done and shows its sign."),
        LaunchState::Failed => {
            ("failed", "chip bad", "A step failed. What was made before it is there: go on once the cause is gone, or undo everything.")
        }
        LaunchState::Cancelled => {
            ("cancelled", "chip warn", "Stopped on request. What was made before is there: go on, or undo everything.")
        }
        LaunchState::Undoing => ("undoing", "chip warn pulse", "What this launch made is being taken back, the last step first."),
        LaunchState::Undone => ("undone", "chip", "Everything that this launch made is gone again."),
        LaunchState::PartlyUndone => {
            ("partly undone", "chip warn", "Some of it could not be taken back: each step that remains says why, and how to remove it.")
        }
    }
}

/// Whether a launch is at work by itself.
pub fn is_at_work(state: LaunchState) -> bool {
    matches!(state, LaunchState::Running | LaunchState::Undoing)
}

/// Whether a launch stopped where launching again goes on.
pub fn can_go_on(state: LaunchState) -> bool {
    matches!(state, LaunchState::Failed | LaunchState::Cancelled)
}

/// What undoing will do, the last step first: the step's title and its undo.
pub fn what_undo_does(report: &LaunchReport) -> Vec<(String, String)> {
    let is_made = |step: &&StepReport| {
        matches!(step.state, StepState::Running | StepState::Waiting | StepState::Done | StepState::Failed | StepState::Remains)
            && !matches!(step.step.kind, StepKind::Topics { .. })
    };
    report.steps.iter().rev().filter(is_made).map(|step| (step.step.title.clone(), step.step.undo.clone())).collect()
}

/// How many steps undo leaves alone, because the launch found them.
pub fn found_before(report: &LaunchReport) -> usize {
    report.steps.iter().filter(|step| step.state == StepState::Existing).count()
}

/// Milliseconds as `1.2 s`.
pub fn duration_text(ms: u64) -> String {
    let (value, unit) = figures::duration_ms(ms);
    format!("{value} {unit}")
}
