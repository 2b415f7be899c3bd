//! Everything that a launch needs, tried beforehand: line by line as the studio finds it out. Nothing is made by it.

use super::{analysis::Said, field::FindingLine, launch::save_first, state::Editor, steps::Step};
use crate::{
    api::{self, Failure},
    components::{Icon, MarkSign, Shape},
    live::{End, Reading},
    rules,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use shared::{
    Finding,
    api::{CheckState, PreflightCheck, PreflightVerdict},
};
use std::ops::ControlFlow;

/// In the address: the preflight begins by itself.
const THEN: &str = "&then=preflight";

#[derive(Clone, Debug, PartialEq)]
enum Phase {
    Resting,
    Saving,
    Running,
    Over(PreflightVerdict),
    /// The studio did not finish it.
    Broken(Failure),
}

/// A preflight at work: its lines, and how far it is.
#[derive(Clone, Copy)]
struct Preflight {
    phase: RwSignal<Phase>,
    checks: RwSignal<Vec<PreflightCheck>>,
    reading: Reading,
}

impl Preflight {
    fn start(self, name: &str) {
        self.checks.set(Vec::new());
        self.phase.set(Phase::Running);
        let on_event = move |event: &str, data: &str| {
            if event == "verdict" {
                self.phase.set(Phase::Over(serde_json::from_str(data).unwrap_or_default()));
                return ControlFlow::Break(());
            }
            if let Ok(check) = serde_json::from_str(data) {
                self.checks.update(|checks| rules::put_check(checks, check));
            }
            ControlFlow::Continue(())
        };
        let on_end = move |end| {
            self.phase.set(Phase::Broken(match end {
                End::Refused(failure) => failure,
                End::Over => Failure::stream_broken(),
            }));
        };
        self.reading.start(api::preflight_path(name), &["check", "verdict"], on_event, on_end);
    }

    /// Closing the stream has the studio stop.
    fn cancel(self) {
        self.reading.stop();
        let verdict = PreflightVerdict { cancelled: true, ..PreflightVerdict::default() };
        self.phase.set(Phase::Over(verdict));
        // What was under way is no longer.
        self.checks.update(|checks| {
            for check in checks.iter_mut().filter(|check| check.state == CheckState::Running) {
                check.state = CheckState::Skipped;
            }
        });
    }
}

#[component]
pub fn PreflightPanel() -> impl IntoView {
    let editor = Editor::expect();
    let navigate = use_navigate();
    let preflight = Preflight { phase: RwSignal::new(Phase::Resting), checks: RwSignal::new(Vec::new()), reading: Reading::new() };
    let refused = RwSignal::new(Vec::<Finding>::new());
    if use_query_map().with_untracked(|query| query.get_str("then") == Some("preflight"))
        && let Some(name) = editor.saved_name.get_untracked()
    {
        preflight.start(&name);
    }
    let start = move |_| {
        let navigate = navigate.clone();
        preflight.phase.set(Phase::Saving);
        refused.set(Vec::new());
        spawn_local(async move {
            let was_new = editor.saved_name.get_untracked().is_none();
            match save_first(editor).await {
                // The page of the saved document takes over.
                Ok(name) if was_new => {
                    editor.keep_tables();
                    let href = format!("{}{}{THEN}", api::pipeline_path(&name, "edit"), Step::Review.href());
                    navigate(&href, NavigateOptions { replace: true, ..NavigateOptions::default() });
                }
                Ok(name) => preflight.start(&name),
                Err(failure) => {
                    let _ = refused.try_set(failure.findings.clone());
                    let _ = preflight.phase.try_set(Phase::Broken(failure));
                }
            }
        });
    };
    let busy = move || matches!(preflight.phase.get(), Phase::Saving | Phase::Running);
    let button = move || {
        if busy() {
            view! { <button type="button" class="btn" data-test="preflight-cancel" on:click=move |_| preflight.cancel()><span class="spin"></span>"Cancel"</button> }.into_any()
        } else {
            view! { <button type="button" class="btn" data-test="preflight" on:click=start.clone()><Icon shape=Shape::Pipe size=14/>"Run the preflight"</button> }.into_any()
        }
    };
    view! {
        <section class="card preflight" aria-busy=move || busy().to_string()>
            <header><h2>"Preflight"</h2><span class="grow"></span>{button}</header>
            <div class="in stack">
                <p class="help">"Tries everything that a launch needs: names, addresses, TLS, logins, rights, schemas, plugins. Nothing is made. An unsaved document is saved first."</p>
                <Outcome preflight=preflight refused=refused/>
                <Lines preflight=preflight/>
            </div>
        </section>
    }
}

/// The three verdicts, and the sentence under them.
#[component]
fn Outcome(preflight: Preflight, refused: RwSignal<Vec<Finding>>) -> impl IntoView {
    let over = move || !matches!(preflight.phase.get(), Phase::Saving | Phase::Running);
    let verdicts = move || {
        let shown = preflight.checks.with(|checks| if checks.is_empty() { Vec::new() } else { rules::verdicts(checks, over()) });
        let tile = |verdict: rules::Verdict| {
            view! {
                <div class=format!("verdict {}", verdict.mark.class()) data-test=format!("verdict-{}", verdict.group)>
                    <MarkSign mark=verdict.mark word=""/>
                    <div><b>{verdict.title}</b><span>{verdict.text}</span></div>
                </div>
            }
        };
        (!shown.is_empty()).then(|| view! { <div class="verdicts" aria-live="polite">{shown.into_iter().map(tile).collect_view()}</div> })
    };
    let sentence = move || match preflight.phase.get() {
        Phase::Over(verdict) if verdict.cancelled => {
            Some(("find warn", Shape::Warning, "preflight-cancelled", "Called off: what was not tried is not known.".to_owned()))
        }
        Phase::Over(verdict) if verdict.failed > 0 => {
            Some(("find bad", Shape::Bad, "preflight-failed", "A launch would fail: each failed line says why and what to do.".to_owned()))
        }
        Phase::Over(_) => Some(("find ok", Shape::Check, "preflight-ok", "Everything that a launch needs is there.".to_owned())),
        Phase::Broken(failure) => Some(("find bad", Shape::Bad, "preflight-broken", failure.message)),
        _ => None,
    };
    view! {
        {verdicts}
        {move || sentence().map(|(class, shape, test, text)| view! { <div class=class role="status" data-test=test><Icon shape=shape/><div>{text}</div></div> })}
        <div class="finds">{move || refused.get().into_iter().map(|finding| view! { <FindingLine said=Said { finding, table: None } place=true/> }).collect_view()}</div>
    }
}

/// All checks, by the system that is asked.
#[component]
fn Lines(preflight: Preflight) -> impl IntoView {
    let systems = move || preflight.checks.with(|checks| rules::by_subject(checks));
    let system = |(subject, checks): (String, Vec<PreflightCheck>)| {
        view! { <div class="checks"><h3>{subject}</h3><ol>{checks.into_iter().map(line).collect_view()}</ol></div> }
    };
    view! { <div class="stack" data-test="preflight-lines">{move || systems().into_iter().map(system).collect_view()}</div> }
}

fn line(check: PreflightCheck) -> impl IntoView {
    let (mark, word) = rules::check_mark(check.state);
    let took = check.took_ms.map(|ms| view! { <span class="num dim">{rules::duration_text(ms)}</span> });
    let detail = (!check.detail.is_empty()).then(|| view! { <span class="detail">{check.detail}</span> });
    let trouble = (!check.findings.is_empty()).then(|| {
        let note = |finding: Finding| {
            view! { <FindingLine said=Said { finding, table: None } place=true/> }
        };
        view! { <div class="finds">{check.findings.into_iter().map(note).collect_view()}</div> }
    });
    view! {
        <li class=mark.class() data-test=format!("check-{}", check.id)>
            <MarkSign mark=mark word=word/>
            <span class="grow">{check.title}{detail}</span>
            {took}
            {trouble}
        </li>
    }
}
