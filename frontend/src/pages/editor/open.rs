//! From an address to an open document.

use super::{form::EditorView, state::Editor};
use crate::{
    api,
    components::{FailurePanel, Icon, Shape, Top},
    state::{KeptDrafts, Load},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{components::A, hooks::use_params_map};
use shared::api::PipelineDetail;

#[component]
pub fn NewPage() -> impl IntoView {
    let editor = Editor::new(None);
    provide_context(editor);
    let drafts = KeptDrafts::expect();
    editor.restore(drafts.take(""));
    if let Some(item) = drafts.take_opened() {
        editor.take_over(item);
    }
    view! { <EditorView editor=editor/> }
}

#[component]
pub fn EditPage() -> impl IntoView {
    let params = use_params_map();
    let name = Memo::new(move |_| params.with(|params| params.get("name").unwrap_or_default()));
    move || view! { <EditOf name=name.get()/> }
}

#[component]
fn EditOf(name: String) -> impl IntoView {
    let detail = RwSignal::new(Load::<PipelineDetail>::Waiting);
    let name = StoredValue::new(name);
    let fetch = move || {
        detail.set(Load::Waiting);
        spawn_local(async move {
            let answer = api::pipeline(&name.get_value()).await;
            let _ = detail.try_set(answer.into());
        });
    };
    fetch();
    move || {
        match detail.get() {
        Load::Waiting => view! {
            <Top title=name.get_value() in_pipelines=true/>
            <div class="page" role="status" aria-label="Loading the document">
                <span class="skeleton" style="width:30%;height:18px"></span>
                <span class="skeleton" style="width:70%"></span>
                <span class="skeleton" style="width:60%"></span>
            </div>
        }
        .into_any(),
        Load::Failed(failure) if failure.status == 404 => view! {
            <Top title=name.get_value() in_pipelines=true/>
            <div class="page">
                <div class="card empty">
                    <Icon shape=Shape::Search size=26/>
                    <b>"There is no pipeline of this name"</b>
                    <div class="buttons"><A href="/" attr:class="btn">"All pipelines"</A></div>
                </div>
            </div>
        }
        .into_any(),
        Load::Failed(failure) => view! {
            <Top title=name.get_value() in_pipelines=true/>
            <div class="page"><div class="card"><FailurePanel title="The document could not be fetched" failure=failure on_retry=move |()| fetch()/></div></div>
        }
        .into_any(),
        Load::Ready(detail) => {
            let editor = Editor::new(Some(detail));
            provide_context(editor);
            let kept = KeptDrafts::expect().take(&name.get_value());
            editor.restore(kept);
            view! { <EditorView editor=editor/> }.into_any()
        }
    }
    }
}
