//! Launch: check, save, then start our engine or show the steps; the first that fails says why.

use super::{analysis::Said, field::FindingLine, state::Editor};
use crate::{
    api::{self, Failure, Operation},
    components::{Icon, Mark, MarkSign, Shape},
    pages::launch_href,
    rules,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::{
    Finding,
    api::{PipelineDetail, PipelineState},
    config::Target,
};

const NO_DOCUMENT: &str = "The text is no pipeline document.";

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

/// How this document is launched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Our engine alone: one click.
    Engine,
    /// Several systems: the steps are shown before anything happens, on a page of their own.
    Steps,
    /// Not by us.
    Files,
}

#[component]
pub fn LaunchPanel() -> impl IntoView {
    let editor = Editor::expect();
    let navigate = StoredValue::new(use_navigate());
    let launch = RwSignal::new(Launch::Resting);
    let way = Memo::new(move |_| {
        editor.document.with(|document| match document.changefeed.target {
            Target::Export => Way::Files,
            _ if rules::has_remote_parts(document) => Way::Steps,
            _ => Way::Engine,
        })
    });
    let is_native = Memo::new(move |_| editor.document.with(rules::is_native));
    let busy = move || matches!(launch.get(), Launch::At(_));
    let failed = move |(stage, text, findings): Refused| {
        let _ = launch.try_set(Launch::Failed(stage, text, findings));
    };
    let start = move || {
        spawn_local(async move {
            match run(editor, launch).await {
                Ok(name) => navigate.get_value()(&api::pipeline_path(&name, ""), NavigateOptions::default()),
                Err(refused) => failed(refused),
            }
        });
    };
    let show_steps = move || {
        spawn_local(async move {
            match prepare(editor, launch).await {
                Ok(detail) => navigate.get_value()(&launch_href(&detail.summary.name), NavigateOptions::default()),
                Err(refused) => failed(refused),
            }
        });
    };
    let main = move || {
        let (text, shape) = if way.get() == Way::Steps { ("Show the launch steps", Shape::Pipe) } else { ("Launch", Shape::Play) };
        let go = move |_| if way.get_untracked() == Way::Steps { show_steps() } else { start() };
        view! {
            <button type="button" class="btn p big" data-test="launch" disabled=busy on:click=go>
                {move || if busy() { view! { <span class="spin"></span> }.into_any() } else { view! { <Icon shape=shape size=15/> }.into_any() }}
                {text}
            </button>
        }
    };
    let stages = move || {
        let launch = launch.get();
        (launch != Launch::Resting).then(|| {
            let lines = Stage::ALL
                .into_iter()
                .filter(|stage| *stage != Stage::Start || way.get() == Way::Engine || launch == Launch::At(Stage::Start))
                .map(|stage| {
                    let mark = mark_of(stage, &launch);
                    view! { <li class=mark.class()><MarkSign mark=mark word=""/>{stage.text()}</li> }
                });
            view! { <ol class="steps-done" data-test="launch-steps" aria-live="polite">{lines.collect_view()}</ol> }
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
                when=move || way.get() != Way::Files
                fallback=|| view! {
                    <div class="find">
                        <Icon shape=Shape::Info/>
                        <div>"This document runs elsewhere: save it, and take its files and commands from the panel (Files)."</div>
                    </div>
                }
            >
                <Show when=move || way.get() == Way::Steps>
                    <p class="help">"Saves the document and shows each step with its place, its sign and its undo. Nothing happens before you confirm."</p>
                </Show>
                <div class="buttons">
                    {main}
                    <Show when=move || way.get() == Way::Steps && is_native.get()>
                        <button type="button" class="btn" data-test="launch-engine" disabled=busy on:click=move |_| start()>"Start the engine alone"</button>
                    </Show>
                </div>
            </Show>
            {stages}
            {trouble}
        </div>
    }
}

fn mark_of(stage: Stage, launch: &Launch) -> Mark {
    let (at, failed) = match launch {
        Launch::Resting => return Mark::Waiting,
        Launch::At(at) => (*at, false),
        Launch::Failed(at, ..) => (*at, true),
    };
    let position = |stage: Stage| Stage::ALL.iter().position(|one| *one == stage);
    match position(stage).cmp(&position(at)) {
        std::cmp::Ordering::Less => Mark::Ok,
        std::cmp::Ordering::Equal if failed => Mark::Failed,
        std::cmp::Ordering::Equal => Mark::Running,
        std::cmp::Ordering::Greater => Mark::Waiting,
    }
}

type Refused = (Stage, String, Vec<Finding>);

/// Checks and saves.
async fn prepare(editor: Editor, launch: RwSignal<Launch>) -> Result<PipelineDetail, Refused> {
    editor.show_everything();
    launch.set(Launch::At(Stage::Check));
    // The same rules that the studio applies; it applies them again on start.
    if editor.toml_findings.with_untracked(|findings| !findings.is_empty()) {
        return Err((Stage::Check, NO_DOCUMENT.to_owned(), editor.toml_findings.get_untracked()));
    }
    if untrack(|| editor.analysis.errors()) > 0 {
        return Err((Stage::Check, "The document has errors: each is listed above and at its field.".to_owned(), Vec::new()));
    }
    launch.set(Launch::At(Stage::Save));
    editor.save().await.map_err(|failure| refused(Stage::Save, failure))
}

/// The launched pipeline's name.
async fn run(editor: Editor, launch: RwSignal<Launch>) -> Result<String, Refused> {
    let detail = prepare(editor, launch).await?;
    launch.set(Launch::At(Stage::Start));
    let name = detail.summary.name.clone();
    // A running pipeline takes a changed document by stopping and starting again, from its checkpoint.
    if matches!(detail.summary.state, PipelineState::Starting | PipelineState::Running | PipelineState::Retrying) {
        api::operate(&name, Operation::Stop).await.map_err(|failure| refused(Stage::Start, failure))?;
    }
    api::operate(&name, Operation::Start).await.map_err(|failure| refused(Stage::Start, failure))?;
    Ok(name)
}

/// The name under which the studio has the document as it stands here, saved if it has to be.
pub async fn save_first(editor: Editor) -> Result<String, Failure> {
    if editor.toml_findings.with_untracked(|findings| !findings.is_empty()) {
        return Err(Failure::here(NO_DOCUMENT, editor.toml_findings.get_untracked()));
    }
    match editor.saved_name.get_untracked() {
        Some(name) if !editor.dirty_now() => Ok(name),
        _ => editor.save().await.map(|detail| detail.summary.name),
    }
}

fn refused(stage: Stage, failure: Failure) -> Refused {
    let request = if failure.request_id.is_empty() { String::new() } else { format!(" (request {})", failure.request_id) };
    (stage, format!("{}{request}", failure.message), failure.findings)
}
