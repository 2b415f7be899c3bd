//! The remote systems that saved pipelines name, and everything that runs on them, whoever made it.

mod bulk;
mod items;
mod list;
mod row;

use crate::{
    api,
    components::{FailurePanel, FindingNote, Icon, Shape, Top},
    rules,
    state::Load,
};
use items::ItemsCard;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{components::A, hooks::use_params_map};
use shared::{
    api::{ClusterDetail, ClusterNode},
    figures,
};

pub use list::ClustersPage;

#[component]
pub fn ClusterPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    move || view! { <ClusterOf id=id.get()/> }
}

/// One cluster as the studio last saw it.
#[derive(Clone, Copy)]
struct Watched {
    id: StoredValue<String>,
    detail: RwSignal<Load<ClusterDetail>>,
    fetching: RwSignal<bool>,
}

impl Watched {
    fn id(self) -> String {
        self.id.get_value()
    }

    fn fetch(self) {
        let _ = self.fetching.try_set(true);
        spawn_local(async move {
            let Some(id) = self.id.try_get_value() else { return };
            let answer = api::cluster(&id).await;
            let _ = self.detail.try_set(answer.into());
            let _ = self.fetching.try_set(false);
        });
    }

    /// Something of the cluster, when it is known.
    fn read<T>(self, take: impl FnOnce(&ClusterDetail) -> T) -> Option<T> {
        self.detail.with(|detail| detail.ready().map(take))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting,
    Failed,
    Known,
}

#[component]
fn ClusterOf(id: String) -> impl IntoView {
    let watched = Watched { id: StoredValue::new(id.clone()), detail: RwSignal::new(Load::Waiting), fetching: RwSignal::new(false) };
    watched.fetch();
    let phase = Memo::new(move |_| {
        watched.detail.with(|detail| match detail {
            Load::Waiting => Phase::Waiting,
            Load::Failed(_) => Phase::Failed,
            Load::Ready(_) => Phase::Known,
        })
    });
    let body = move || {
        match phase.get() {
        Phase::Waiting => view! {
            <div class="card in-pad" role="status" aria-label="Asking the cluster"><span class="skeleton" style="width:40%"></span><span class="skeleton" style="width:70%;margin-top:12px"></span></div>
        }
        .into_any(),
        Phase::Failed => watched.detail.with_untracked(|detail| match detail {
            Load::Failed(failure) => view! {
                <div class="card"><FailurePanel title="The cluster could not be asked" failure=failure.clone() on_retry=move |()| watched.fetch()/></div>
                <div class="finds">{failure.findings.iter().map(|finding| view! { <FindingNote finding=finding.clone()/> }).collect_view()}</div>
            }
            .into_any(),
            _ => ().into_any(),
        }),
        Phase::Known => view! { <Facts watched=watched/> <ItemsCard watched=watched/> }.into_any(),
    }
    };
    let title = move || {
        watched
            .read(|detail| format!("{} {}", rules::cluster_kind_text(detail.cluster.kind), detail.cluster.place))
            .unwrap_or_else(|| "Cluster".to_owned())
    };
    view! {
        <Top title=Signal::derive(title)>
            <A href="/clusters" attr:class="btn">"All clusters"</A>
            <button type="button" class="btn" data-test="refresh" disabled=move || watched.fetching.get() on:click=move |_| watched.fetch()>
                {move || watched.fetching.get().then(|| view! { <span class="spin"></span> })}
                "Ask again"
            </button>
        </Top>
        <div class="page">{body}</div>
    }
}

/// What the cluster says of itself.
#[component]
fn Facts(watched: Watched) -> impl IntoView {
    let node = |node: &ClusterNode| {
        let owner = node.is_owner.then(|| view! { <span class="tag">"owner"</span> });
        view! { <li><code>{node.address.clone()}</code>" "<span class="dim">{node.id.clone()}</span>" "{owner}</li> }
    };
    move || {
        watched.read(|detail| {
            let nodes = (!detail.nodes.is_empty()).then(|| {
                view! { <dt>{figures::counted(detail.nodes.len() as u64, "node")}</dt> <dd><ul class="nodes">{detail.nodes.iter().map(node).collect_view()}</ul></dd> }
            });
            view! {
                <section class="card">
                    <header><h2>{rules::cluster_kind_text(detail.cluster.kind)}</h2></header>
                    <div class="in stack">
                        <dl class="facts" data-test="cluster-facts">
                            <dt>"Address"</dt> <dd><code>{detail.cluster.place.clone()}</code></dd>
                            <dt>"Version"</dt> <dd>{if detail.version.is_empty() { "not told".to_owned() } else { detail.version.clone() }}</dd>
                            {nodes}
                            <dt>"Named by"</dt> <dd>{detail.cluster.pipelines.iter().map(|name| pipeline_link(name)).collect_view()}</dd>
                        </dl>
                        <div class="finds">{detail.findings.iter().map(|finding| view! { <FindingNote finding=finding.clone()/> }).collect_view()}</div>
                    </div>
                </section>
            }
        })
    }
}

fn nothing(title: &'static str, text: &'static str) -> impl IntoView {
    view! { <div class="empty"><Icon shape=Shape::Servers size=26/><b>{title}</b><p>{text}</p></div> }
}

fn pipeline_link(name: &str) -> AnyView {
    let name = name.to_owned();
    view! { <A href=api::pipeline_path(&name, "")>{name.clone()}</A> " " }.into_any()
}
