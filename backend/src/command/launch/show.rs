//! A launch as lines: for a person, or as JSON for a script.

use crate::command::show_finding;
use serde_json::json;
use shared::api::{LaunchPlan, LaunchReport, LaunchState, StepReport, StepState};

/// The steps before anything happens.
pub(super) fn plan(plan: &LaunchPlan, as_json: bool) {
    if as_json {
        plan.steps.iter().for_each(|step| println!("{}", json!({ "planned": step })));
        plan.findings.iter().for_each(|finding| println!("{}", json!({ "finding": finding })));
        return;
    }
    for (i, step) in plan.steps.iter().enumerate() {
        println!("{}. {}\n   where: {}\n   done when: {}\n   undo: {}", i + 1, step.title, step.place, step.waits_for, step.undo);
        for one in &step.equivalents {
            println!("   by hand, {}:\n{}", one.tool, indented(&one.command));
        }
    }
    plan.findings.iter().for_each(|finding| eprintln!("{}", show_finding(finding)));
}

fn indented(command: &str) -> String {
    command.lines().map(|line| format!("     {line}")).collect::<Vec<_>>().join("\n")
}

/// What changed since the last look.
pub(super) fn changes(before: Option<&LaunchReport>, now: &LaunchReport, as_json: bool) {
    for (i, step) in now.steps.iter().enumerate() {
        let last = before.and_then(|report| report.steps.get(i));
        let is_news = match last {
            None => step.state != StepState::Pending,
            Some(last) => last.state != step.state || last.note != step.note || last.finding != step.finding,
        };
        if is_news {
            show_step(i, now.steps.len(), step, as_json);
        }
    }
}

fn show_step(i: usize, of: usize, step: &StepReport, as_json: bool) {
    if as_json {
        println!("{}", json!({ "step": step.step.id, "state": step.state, "note": step.note, "finding": step.finding }));
        return;
    }
    let note = if step.note.is_empty() { String::new() } else { format!(" ({})", step.note) };
    println!("[{}/{of}] {}: {}{note}", i + 1, step.step.title, word(step.state));
    if let Some(finding) = &step.finding {
        eprintln!("{}", show_finding(finding));
    }
}

fn word(state: StepState) -> &'static str {
    match state {
        StepState::Pending => "to do",
        StepState::Running => "being made",
        StepState::Waiting => "waiting",
        StepState::Done => "done",
        StepState::Existing => "was there before",
        StepState::Failed => "failed",
        StepState::Undoing => "being undone",
        StepState::Undone => "undone",
        StepState::Remains => "remains",
    }
}

/// How it ended, and how to go on.
pub(super) fn end(report: &LaunchReport, pipeline: &str, as_json: bool) {
    if as_json {
        println!("{}", json!({ "launch": report.state }));
        return;
    }
    let made: Vec<&str> =
        report.steps.iter().filter(|step| matches!(step.state, StepState::Done | StepState::Waiting)).map(|step| &*step.step.id).collect();
    let remains = if made.is_empty() { "Nothing was made.".to_owned() } else { format!("Made and still there: {}.", made.join(", ")) };
    let again = format!("`apply {pipeline}` goes on, `apply {pipeline} --undo` takes it back.");
    match report.state {
        LaunchState::Done => println!("Launched."),
        LaunchState::Undone => println!("Undone: all is as it was before."),
        LaunchState::Failed => eprintln!("The launch failed. {remains} {again}"),
        LaunchState::Cancelled => eprintln!("Cancelled. {remains} {again}"),
        LaunchState::PartlyUndone => eprintln!("Undone, but for what remains; the findings above say how to remove it."),
        LaunchState::Running | LaunchState::Undoing => {}
    }
}
