//! Lines over time with axes and a readout under the pointer. Geometry: `shared::plot`.

use crate::browser;
use leptos::{ev, html, prelude::*};
use shared::{
    figures,
    plot::{Frame, Point, Scale, Span, area_path, line_path, nearest, place},
};

const HEIGHT: f64 = 168.0;
/// Pixels one time label needs.
const TIME_LABEL: f64 = 96.0;

/// One line of a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub name: &'static str,
    /// A custom property, e.g. `var(--c1)`.
    pub colour: &'static str,
    /// Oldest first, all series at the same times.
    pub points: Vec<Point>,
    /// Whether the area under the line is tinted.
    pub filled: bool,
}

/// `value_text` writes a value with its unit in the readout.
#[component]
pub fn Plot(
    #[prop(into)] label: String,
    #[prop(into)] series: Signal<Vec<Series>>,
    /// The time axis; `None` while nothing is known.
    #[prop(into)]
    span: Signal<Option<Span>>,
    value_text: fn(f64) -> String,
    #[prop(into)] nothing: String,
) -> impl IntoView {
    let root: NodeRef<html::Div> = NodeRef::new();
    let width = RwSignal::new(560.0);
    let measure = move || {
        if let Some(root) = root.get() {
            let now = f64::from(root.client_width());
            if now > 0.0 {
                width.set(now);
            }
        }
    };
    Effect::new(measure);
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());

    let frame = Memo::new(move |_| Frame { width: width.get(), height: HEIGHT, left: 40.0, right: 6.0, top: 8.0, bottom: 22.0 });
    let highest =
        Memo::new(move |_| series.with(|all| all.iter().flat_map(|one| &one.points).filter_map(|(_, value)| *value).fold(0.0, f64::max)));
    let scale = Memo::new(move |_| Scale::up_to(highest.get() * 1.05, 3));
    let times = Memo::new(move |_| {
        series.with(|all| all.first().map(|one| one.points.iter().map(|(at, _)| *at).collect::<Vec<_>>()).unwrap_or_default())
    });
    let known = Memo::new(move |_| series.with(|all| all.iter().any(|one| one.points.iter().any(|(_, value)| value.is_some()))));
    // The time under the pointer, not the position: it stays put while new points push the plot along.
    let pointed = RwSignal::new(None::<u64>);
    let index = Memo::new(move |_| pointed.get().and_then(|at| times.with(|times| times.iter().position(|time| *time >= at))));

    let grid = move || {
        let (frame, scale) = (frame.get(), scale.get());
        let y = |value: f64| frame.top + (1.0 - value / scale.top) * frame.inner_height();
        scale
            .ticks
            .iter()
            .map(|tick| {
                view! {
                    <line class="grid" x1=frame.left x2=frame.width - frame.right y1=y(*tick).round() y2=y(*tick).round()/>
                    <text x=frame.left - 8.0 y=y(*tick) + 3.5 text-anchor="end">{figures::axis(*tick)}</text>
                }
            })
            .collect_view()
    };
    let time_labels = move || {
        let (frame, span) = (frame.get(), span.get()?);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a page is at most some thousand pixels wide")]
        let ticks = span.ticks((frame.inner_width() / TIME_LABEL).max(1.0) as u32);
        let seconds = ticks.iter().any(|at| at % 60_000 != 0);
        let scale = Scale::up_to(1.0, 1);
        Some(
            ticks
                .into_iter()
                .map(|at| {
                    let x = place(at, 0.0, &frame, span, &scale).0;
                    // Labels stay inside the plot.
                    let x = x.clamp(frame.left + 16.0, frame.width - frame.right - 24.0);
                    view! { <text x=x y=HEIGHT - 6.0 text-anchor="middle">{browser::time_of_day(at, seconds)}</text> }
                })
                .collect_view(),
        )
    };
    let lines = move || {
        // First of all: asked only after the scale, which is made from them, changed series would count as known already
        // (reactive_graph 0.2), and the line would stand still as long as the scale does.
        series.track();
        let (frame, scale, span) = (frame.get(), scale.get(), span.get()?);
        Some(series.with(|all| {
            all.iter()
                .map(|one| {
                    let area =
                        one.filled.then(|| view! { <path class="area" d=area_path(&one.points, &frame, span, &scale) fill=one.colour/> });
                    view! { {area}<path class="line" d=line_path(&one.points, &frame, span, &scale) stroke=one.colour/> }
                })
                .collect_view()
        }))
    };
    let cursor = move || {
        series.track();
        let (frame, scale, span, index) = (frame.get(), scale.get(), span.get()?, index.get()?);
        series.with(|all| {
            let x = place(all.first()?.points.get(index)?.0, 0.0, &frame, span, &scale).0;
            let dots = all
                .iter()
                .filter_map(|one| {
                    let (at, value) = *one.points.get(index)?;
                    let (x, y) = place(at, value?, &frame, span, &scale);
                    Some(view! { <circle cx=x cy=y r="3.5" fill=one.colour stroke="var(--surface)" stroke-width="1.5"/> })
                })
                .collect_view();
            Some(view! { <line class="cursor" x1=x x2=x y1=frame.top y2=HEIGHT - frame.bottom/>{dots} })
        })
    };
    let readout = move || {
        series.track();
        let (frame, scale, span, index) = (frame.get(), scale.get(), span.get()?, index.get()?);
        series.with(|all| {
            let at = all.first()?.points.get(index)?.0;
            let x = place(at, 0.0, &frame, span, &scale).0;
            let side =
                if x > frame.width / 2.0 { format!("right:{:.0}px", frame.width - x + 10.0) } else { format!("left:{:.0}px", x + 10.0) };
            let values = all
                .iter()
                .map(|one| {
                    let value = one.points.get(index).and_then(|(_, value)| *value).map_or_else(|| "–".to_owned(), value_text);
                    view! { <span><span class="swatch" style=format!("color:{}", one.colour)></span>{one.name}" "<b>{value}</b></span> }
                })
                .collect_view();
            Some(view! { <div class="readout" style=side><span class="dim">{browser::time_of_day(at, true)}</span>{values}</div> })
        })
    };
    let point_at = move |event: ev::PointerEvent| {
        let Some(span) = span.get_untracked() else { return };
        let x = f64::from(event.offset_x());
        let found = times.with_untracked(|times| nearest(times, x, &frame.get_untracked(), span).map(|i| times[i]));
        pointed.set(found);
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let count = times.with_untracked(Vec::len);
        let at = index.get_untracked();
        let next = match event.key().as_str() {
            "ArrowLeft" => at.map_or(count.checked_sub(1), |at| Some(at.saturating_sub(1))),
            "ArrowRight" => at.map_or(count.checked_sub(1), |at| Some((at + 1).min(count.saturating_sub(1)))),
            "Escape" => None,
            _ => return,
        };
        event.prevent_default();
        pointed.set(next.and_then(|i| times.with_untracked(|times| times.get(i).copied())));
    };
    view! {
        <div class="plot" node_ref=root>
            <svg
                role="img"
                aria-label=label
                tabindex="0"
                viewBox=move || format!("0 0 {} {HEIGHT}", width.get())
                on:pointermove=point_at
                on:pointerleave=move |_| pointed.set(None)
                on:blur=move |_| pointed.set(None)
                on:keydown=on_key
            >
                {grid}
                {time_labels}
                {lines}
                {cursor}
            </svg>
            {readout}
            <Show when=move || !known.get()><div class="nothing">{nothing.clone()}</div></Show>
        </div>
    }
}
