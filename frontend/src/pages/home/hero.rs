//! What the studio is for, and the two ways in. Small once there are pipelines.

use super::Pipelines;
use crate::{
    api,
    components::{Icon, Shape},
    state::{Load, Studio, Toasts},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{components::A, hooks::use_navigate};

#[component]
pub fn Hero(pipelines: Pipelines) -> impl IntoView {
    let any = Memo::new(move |_| pipelines.0.with(|known| known.ready().is_some_and(|list| !list.is_empty())));
    move || {
        if any.get() {
            view! {
                <section class="card hero compact">
                    <div>
                        <h2>"From database to Kafka, without the hand-typed page."</h2>
                        <p>"See exactly where every row goes, test every connection, then launch."</p>
                    </div>
                    <WaysIn big=false/>
                </section>
            }
            .into_any()
        } else {
            view! {
                <section class="card hero">
                    <div>
                        <h2>"From database to Kafka to your warehouse, without the hand-typed page."</h2>
                        <p>"Build the changefeed, see exactly where every row goes and which bytes it becomes, test every connection, then launch it here."</p>
                        <WaysIn big=true/>
                        <PlaygroundNote/>
                    </div>
                    <FlowArt/>
                </section>
            }
            .into_any()
        }
    }
}

#[component]
fn WaysIn(big: bool) -> impl IntoView {
    let studio = Studio::expect();
    let toasts = Toasts::expect();
    let navigate = use_navigate();
    let starting = RwSignal::new(false);
    let try_playground = move |_| {
        let navigate = navigate.clone();
        starting.set(true);
        spawn_local(async move {
            match api::start_playground().await {
                Ok(summary) => navigate(&api::pipeline_path(&summary.name, ""), leptos_router::NavigateOptions::default()),
                Err(failure) => toasts.failed("start the playground", &failure),
            }
            let _ = starting.try_set(false);
        });
    };
    let off = move || matches!(studio.meta(), Load::Ready(meta) if meta.playground.is_none());
    view! {
        <div class="buttons">
            <button type="button" class="btn p" class:big=big data-test="try-playground" disabled=move || starting.get() || off() aria-busy=move || starting.get().to_string() on:click=try_playground>
                {move || if starting.get() { view! { <span class="spin"></span> }.into_any() } else { view! { <Icon shape=Shape::Play size=14/> }.into_any() }}
                {move || if starting.get() { "Starting the playground…" } else { "Try the playground" }}
            </button>
            <A href="/pipelines/new" attr:class=if big { "btn big" } else { "btn" } attr:data-test="new-pipeline"><Icon shape=Shape::Plus size=14/> "New pipeline"</A>
        </div>
    }
}

#[component]
fn PlaygroundNote() -> impl IntoView {
    let studio = Studio::expect();
    view! {
        <p class="note">
            {move || match studio.meta() {
                Load::Ready(meta) if meta.playground.is_none() => "The playground is off: the studio was started without it.",
                _ => "The playground needs nothing: a broker, a schema registry and a TPC-C workload run inside the studio.",
            }}
        </p>
    }
}

/// One source, one log, many readers.
#[component]
fn FlowArt() -> impl IntoView {
    let boxes = [(0, 66, "MySQL · TiDB"), (156, 66, "Kafka · Avro"), (312, 8, "ksqlDB"), (312, 66, "Snowflake"), (312, 124, "SQL Server")];
    let pipes = ["M104 85h52", "M260 85h52", "M260 85c30 0 22-58 52-58", "M260 85c30 0 22 58 52 58"];
    view! {
        <svg class="flow-art" viewBox="0 0 420 170" width="100%" role="img" aria-label="A database feeds Kafka with Avro; ksqlDB, Snowflake and SQL Server read from it">
            {pipes.map(|d| view! { <path class="pipe" d=d opacity=".35"/><path class="run" d=d/> })}
            {boxes.map(|(x, y, text)| view! {
                <rect class="box" x=x y=y width="104" height="38" rx="8"/>
                <text x=x + 52 y=y + 24 text-anchor="middle">{text}</text>
            })}
        </svg>
    }
}
