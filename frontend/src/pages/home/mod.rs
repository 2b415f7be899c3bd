//! All pipelines, live; and the way to the first one.

mod hero;
mod list;
mod row;

use crate::{
    api,
    components::Top,
    live,
    state::{Load, Studio},
};
use hero::Hero;
use leptos::{prelude::*, task::spawn_local};
use list::PipelineList;
use shared::api::PipelineSummary;

/// The pipelines as the studio last told them.
#[derive(Clone, Copy)]
struct Pipelines(RwSignal<Load<Vec<PipelineSummary>>>);

impl Pipelines {
    fn fetch(self) {
        spawn_local(async move {
            let answer = api::pipelines().await;
            let _ = self.0.try_update(|known| {
                // Live figures that came first are newer than a failed request.
                if answer.is_ok() || known.ready().is_none() {
                    *known = answer.into();
                }
            });
        });
    }

    /// Puts one pipeline's newest figures in place.
    fn replace(self, summary: PipelineSummary) {
        let _ = self.0.try_update(|known| {
            if let Load::Ready(list) = known {
                match list.iter_mut().find(|line| line.name == summary.name) {
                    Some(line) => *line = summary,
                    None => list.push(summary),
                }
            }
        });
    }

    fn remove(self, name: &str) {
        let _ = self.0.try_update(|known| {
            if let Load::Ready(list) = known {
                list.retain(|line| line.name != name);
            }
        });
    }
}

#[component]
pub fn HomePage() -> impl IntoView {
    let pipelines = Pipelines(RwSignal::new(Load::Waiting));
    let studio = Studio::expect();
    pipelines.fetch();
    live::subscribe(
        "/events".to_owned(),
        &["pipelines"],
        move |_, data| {
            if let Ok(list) = serde_json::from_str::<Vec<PipelineSummary>>(data) {
                pipelines.0.set(Load::Ready(list));
            }
        },
        move || pipelines.fetch(),
    );
    let playground_chip = move || studio.playground().map(|_| view! { <span class="chip info">"playground on"</span> });
    view! {
        <Top title="Pipelines">{playground_chip}</Top>
        <div class="page">
            <Hero pipelines=pipelines/>
            <PipelineList pipelines=pipelines/>
        </div>
    }
}
