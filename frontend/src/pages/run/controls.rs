//! Start, pause, resume, stop.

use super::RunState;
use crate::{
    api::{self, Operation},
    components::{Confirm, Icon, Shape},
    pages::operations_of,
    state::Toasts,
};
use leptos::{prelude::*, task::spawn_local};

#[component]
pub fn Controls(run: RunState) -> impl IntoView {
    let toasts = Toasts::expect();
    let pending = RwSignal::new(None::<Operation>);
    let asking_stop = RwSignal::new(false);
    let state = Memo::new(move |_| run.pipeline_state());
    let operate = move |operation: Operation| {
        pending.set(Some(operation));
        spawn_local(async move {
            let name = run.name();
            match api::operate(&name, operation).await {
                Ok(summary) => run.operated(&summary),
                Err(failure) => toasts.failed(&format!("{} `{name}`", operation.verb()), &failure),
            }
            let _ = pending.try_set(None);
        });
    };
    let button = move |(operation, text, shape): (Operation, &'static str, Shape)| {
        let waiting = move || pending.get() == Some(operation);
        let main = matches!(operation, Operation::Start | Operation::Resume);
        view! {
            <button
                type="button"
                class="btn"
                class:p=main
                data-test=operation.verb()
                disabled=move || pending.get().is_some()
                aria-busy=move || waiting().to_string()
                on:click=move |_| if operation == Operation::Stop { asking_stop.set(true) } else { operate(operation) }
            >
                {move || if waiting() { view! { <span class="spin"></span> }.into_any() } else { view! { <Icon shape=shape size=14/> }.into_any() }}
                {text}
            </button>
        }
    };
    view! {
        {move || operations_of(state.get()).iter().copied().map(button).collect_view()}
        <Confirm
            open=asking_stop
            title=format!("Stop {}?", run.name())
            text="Reading ends and the connections are closed. The checkpoint is kept: Start goes on from it, as long as the source still has its log."
            yes="Stop"
            on_yes=move |()| operate(Operation::Stop)
        />
    }
}
