//! Launch: check, save, start, in that order, each step shown; the first that fails says why.

use super::{analysis::Said, field::FindingLine, state::Editor};
use crate::{
    api::{self, Failure, Operation},
    components::{Icon, Shape},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;
use shared::{
    Finding,
    api::PipelineState,
    config::{SourceKind, Target},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Check,
    Save,
    Start,
}

impl Stage {
    const ALL: [Self; 3] = [Self::Check, Self::Save, Self::Start];

    fn text(self) -> &'static str {
        match self {
            Self::Check => "Check the document",
            Self::Save => "Save it; secrets are sealed",
            Self::Start => "Start the engine",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Launch {
    Resting,
    At(Stage),
    Failed(Stage, String, Vec<Finding>),
}

#[component]
pub fn LaunchPanel() -> impl IntoView {
    let editor = Editor::expect();
    let navigate = use_navigate();
    let launch = RwSignal::new(Launch::Resting);
    let here = Memo::new(move |_| {
        editor.document.with(|document| document.changefeed.target == Target::Native && document.source.kind != SourceKind::Tidb)
    });
    let busy = move || matches!(launch.get(), Launch::At(_));
    let start = move |_| {
        let navigate = navigate.clone();
        spawn_local(async move {
            match run(editor, launch).await {
                Ok(name) => navigate(&api::pipeline_path(&name, ""), leptos_router::NavigateOptions::default()),
                Err((stage, text, findings)) => {
                    let _ = launch.try_set(Launch::Failed(stage, text, findings));
                }
            }
        });
    };
    let stages = move || {
        let launch = launch.get();
        (launch != Launch::Resting).then(|| {
            let lines = Stage::ALL.map(|stage| {
                let (class, mark) = mark_of(stage, &launch);
                view! { <li class=class><span class="mark">{mark}</span>{stage.text()}</li> }
            });
            view! { <ol class="steps-done" data-test="launch-steps" aria-live="polite">{lines}</ol> }
        })
    };
    let trouble = move || match launch.get() {
        Launch::Failed(_, text, findings) => Some(view! {
            <div class="finds" role="alert" data-test="launch-failed">
                <div class="find bad"><Icon shape=Shape::Bad/><div>{text}</div></div>
                {findings.into_iter().take(20).map(|finding| view! { <FindingLine said=Said { finding, table: None } place=true/> }).collect_view()}
            </div>
        }),
        _ => None,
    };
    view! {
        <div class="stack">
            <Show
                when=move || here.get()
                fallback=|| view! {
                    <div class="find">
                        <Icon shape=Shape::Info/>
                        <div>"This document runs elsewhere: save it, and take its files and commands from the panel (Files)."</div>
                    </div>
                }
            >
                <div class="buttons">
                    <button type="button" class="btn p big" data-test="launch" disabled=busy on:click=start.clone()>
                        {move || if busy() { view! { <span class="spin"></span> }.into_any() } else { view! { <Icon shape=Shape::Play size=15/> }.into_any() }}
                        "Launch"
                    </button>
                </div>
            </Show>
            {stages}
            {trouble}
        </div>
    }
}

fn mark_of(stage: Stage, launch: &Launch) -> (&'static str, AnyView) {
    let (at, failed) = match launch {
        Launch::Resting => return ("", ().into_any()),
        Launch::At(at) => (*at, false),
        Launch::Failed(at, ..) => (*at, true),
    };
    let position = |stage: Stage| Stage::ALL.iter().position(|one| *one == stage);
    match position(stage).cmp(&position(at)) {
        std::cmp::Ordering::Less => ("done", view! { <Icon shape=Shape::Check/> }.into_any()),
        std::cmp::Ordering::Equal if failed => ("failed", view! { <Icon shape=Shape::Close/> }.into_any()),
        std::cmp::Ordering::Equal => ("now", view! { <span class="spin"></span> }.into_any()),
        std::cmp::Ordering::Greater => ("", view! { <Icon shape=Shape::Circle size=10/> }.into_any()),
    }
}

type Refused = (Stage, String, Vec<Finding>);

/// The launched pipeline's name.
async fn run(editor: Editor, launch: RwSignal<Launch>) -> Result<String, Refused> {
    editor.show_everything();
    launch.set(Launch::At(Stage::Check));
    // The same rules that the studio applies; it applies them again on start.
    if editor.toml_findings.with_untracked(|findings| !findings.is_empty()) {
        return Err((Stage::Check, "The text is no pipeline document.".to_owned(), editor.toml_findings.get_untracked()));
    }
    if untrack(|| editor.analysis.errors()) > 0 {
        return Err((Stage::Check, "The document has errors: each is listed above and at its field.".to_owned(), Vec::new()));
    }
    launch.set(Launch::At(Stage::Save));
    let detail = editor.save().await.map_err(|failure| refused(Stage::Save, failure))?;
    launch.set(Launch::At(Stage::Start));
    let name = detail.summary.name.clone();
    // A running pipeline takes a changed document by stopping and starting again, from its checkpoint.
    if matches!(detail.summary.state, PipelineState::Starting | PipelineState::Running | PipelineState::Retrying) {
        api::operate(&name, Operation::Stop).await.map_err(|failure| refused(Stage::Start, failure))?;
    }
    api::operate(&name, Operation::Start).await.map_err(|failure| refused(Stage::Start, failure))?;
    Ok(name)
}

fn refused(stage: Stage, failure: Failure) -> Refused {
    let request = if failure.request_id.is_empty() { String::new() } else { format!(" (request {})", failure.request_id) };
    (stage, format!("{}{request}", failure.message), failure.findings)
}
