//! How many made-up rows of the followed table each partition gets.

use crate::rules::SpreadOf;
use leptos::prelude::*;
use shared::dispatch::Spread;

/// Partitions that get a bar; of more only the extremes are told.
const MOST_BARS: u32 = 48;
/// Partitions whose bars have room for a number.
const MOST_LABELS: u32 = 12;

pub fn spread_plot(of: SpreadOf) -> impl IntoView {
    let SpreadOf { columns, spread } = of;
    let many = spread.partitions > MOST_LABELS;
    let bars = (spread.partitions <= MOST_BARS).then(|| {
        let bars = (0..spread.partitions).map(|partition| bar(&spread, partition)).collect_view();
        view! { <ol class="bars" class:many=many aria-label="Rows in each partition">{bars}</ol> }
    });
    let varied = if columns.is_empty() { String::new() } else { format!(" with varied {}", columns.join(", ")) };
    let (rows, partitions) = (spread.rows, spread.partitions);
    let said = match (spread.counts.len(), spread.counts.keys().next()) {
        (1, Some(only)) => format!("All {rows} made-up rows{varied} go to partition {only}: in order, and read by one consumer."),
        (used, _) => format!(
            "{rows} made-up rows{varied}: {} to {} a partition, {used} of {partitions} partitions used.",
            spread.least(),
            spread.most()
        ),
    };
    view! { <div class="hop" data-test="spread"><b>"spread"</b><div class="spread">{bars}<p class="help">{said}</p></div></div> }
}

fn bar(spread: &Spread, partition: u32) -> impl IntoView + use<> {
    let count = spread.count(partition);
    let height = f64::from(count) * 100.0 / f64::from(spread.most().max(1));
    view! {
        <li title=format!("partition {partition}: {count} rows")>
            <span class="visually-hidden">{format!("partition {partition}: ")}</span>
            <span class="column" aria-hidden="true"><span style=format!("height: {height:.1}%")></span></span>
            <span class="amount">{count}</span>
        </li>
    }
}
