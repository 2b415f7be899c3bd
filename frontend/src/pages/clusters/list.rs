//! All clusters.

use super::{nothing, pipeline_link};
use crate::{
    api,
    components::{FailurePanel, Top},
    rules,
    state::Load,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;
use shared::api::Cluster;

#[component]
pub fn ClustersPage() -> impl IntoView {
    let clusters = RwSignal::new(Load::<Vec<Cluster>>::Waiting);
    let fetch = move || {
        clusters.set(Load::Waiting);
        spawn_local(async move {
            let answer = api::clusters().await;
            let _ = clusters.try_set(answer.into());
        });
    };
    fetch();
    let row = |cluster: Cluster| {
        let named = cluster.pipelines.iter().map(|name| pipeline_link(name)).collect_view();
        view! {
            <tr data-test=format!("cluster-{}", cluster.id)>
                <td class="head"><A href=api::cluster_path(&cluster.id) attr:class="name">{rules::cluster_kind_text(cluster.kind)}</A></td>
                <td class="mono" data-label="Address">{cluster.place}</td>
                <td data-label="Named by"><span>{named}</span></td>
            </tr>
        }
    };
    let body = move || {
        match clusters.get() {
        Load::Waiting => view! { <div class="in" role="status" aria-label="Loading the clusters"><span class="skeleton" style="width:60%"></span></div> }.into_any(),
        Load::Failed(failure) => {
            view! { <FailurePanel title="The clusters could not be fetched" failure=failure on_retry=move |()| fetch()/> }.into_any()
        }
        Load::Ready(list) if list.is_empty() => {
            nothing("No clusters yet", "As soon as a saved pipeline names a TiCDC server, a Kafka Connect worker, Confluent Cloud or a ksqlDB server, it is here with everything that runs on it.").into_any()
        }
        Load::Ready(list) => view! {
            <table class="pipelines stack">
                <thead><tr><th scope="col">"System"</th><th scope="col">"Address"</th><th scope="col">"Named by"</th></tr></thead>
                <tbody>{list.into_iter().map(row).collect_view()}</tbody>
            </table>
        }
        .into_any(),
    }
    };
    view! {
        <Top title="Clusters"/>
        <div class="page"><section class="card"><header><h2>"Clusters"</h2></header>{body}</section></div>
    }
}
