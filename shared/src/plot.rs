//! Chart geometry: numbers in, SVG paths and labels out. No drawing, no colours.

/// A drawing area in pixels, with room for labels around the inner rectangle where the data is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    pub width: f64,
    pub height: f64,
    /// Room for the value labels.
    pub left: f64,
    pub right: f64,
    pub top: f64,
    /// Room for the time labels.
    pub bottom: f64,
}

impl Frame {
    /// Width of the inner rectangle, at least one pixel.
    #[must_use]
    pub fn inner_width(&self) -> f64 {
        (self.width - self.left - self.right).max(1.0)
    }

    /// Height of the inner rectangle, at least one pixel.
    #[must_use]
    pub fn inner_height(&self) -> f64 {
        (self.height - self.top - self.bottom).max(1.0)
    }
}

/// The value axis: from zero to a round number above the data.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Value at the top edge, above zero.
    pub top: f64,
    /// Values of the grid lines, zero first, `top` last.
    pub ticks: Vec<f64>,
}

impl Scale {
    /// An axis for values up to `max`, with about `lines` steps of 1, 2, 2.5 or 5 times a power of ten. Values that are
    /// no number count as zero, so that the axis always exists.
    #[must_use]
    pub fn up_to(max: f64, lines: u32) -> Self {
        let max = if max.is_finite() && max > 0.0 { max } else { 1.0 };
        let rough = max / f64::from(lines.max(1));
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough * 0.999_999).unwrap_or(10.0 * power);
        let mut ticks = vec![0.0];
        while ticks.last().is_some_and(|last| *last < max * 0.999_999) {
            #[expect(clippy::cast_precision_loss, reason = "a handful of grid lines")]
            ticks.push(step * ticks.len() as f64);
        }
        Self { top: ticks.last().copied().unwrap_or(step), ticks }
    }
}

/// The time axis, milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from_ms: u64,
    pub to_ms: u64,
}

/// Distances between time labels that people read easily, in milliseconds: 5 s to 1 h.
const TIME_STEPS: [u64; 10] = [5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];

impl Span {
    /// Whole multiples of a readable step inside the span, at most `labels` of them.
    #[must_use]
    pub fn ticks(&self, labels: u32) -> Vec<u64> {
        let length = self.to_ms.saturating_sub(self.from_ms);
        let most = u64::from(labels.max(1));
        let step = TIME_STEPS.into_iter().find(|step| length / step < most).unwrap_or_else(|| (length / most).max(1));
        let first = self.from_ms.div_ceil(step).saturating_mul(step);
        (0..most).map(|i| first.saturating_add(i * step)).take_while(|at| *at <= self.to_ms).collect()
    }
}

/// Where a point is drawn, in pixels from the upper left corner. Times outside the span are moved to its edge.
#[must_use]
pub fn place(at_ms: u64, value: f64, frame: &Frame, span: Span, scale: &Scale) -> (f64, f64) {
    #[expect(clippy::cast_precision_loss, reason = "ten minutes in milliseconds are far below 2^52")]
    let part = {
        let length = span.to_ms.saturating_sub(span.from_ms).max(1) as f64;
        (at_ms.saturating_sub(span.from_ms) as f64 / length).min(1.0)
    };
    let height = if value.is_finite() { (value / scale.top).clamp(0.0, 1.0) } else { 0.0 };
    (frame.left + part * frame.inner_width(), frame.top + (1.0 - height) * frame.inner_height())
}

/// A point of a series; `None` is a gap.
pub type Point = (u64, Option<f64>);

/// The series as an SVG path: one stroke for each run of known values; a lonely value is a dot (a stroke of no length).
#[must_use]
pub fn line_path(points: &[Point], frame: &Frame, span: Span, scale: &Scale) -> String {
    let mut path = String::new();
    for run in runs(points) {
        for (i, (at, value)) in run.iter().enumerate() {
            let (x, y) = place(*at, *value, frame, span, scale);
            push_point(&mut path, if i == 0 { 'M' } else { 'L' }, x, y);
        }
        if let [(at, value)] = run[..] {
            let (x, y) = place(at, value, frame, span, scale);
            push_point(&mut path, 'L', x, y);
        }
    }
    path
}

/// The area under the series, down to zero, as an SVG path.
#[must_use]
pub fn area_path(points: &[Point], frame: &Frame, span: Span, scale: &Scale) -> String {
    let mut path = String::new();
    let floor = frame.height - frame.bottom;
    for run in runs(points) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        push_point(&mut path, 'M', place(first.0, 0.0, frame, span, scale).0, floor);
        for (at, value) in &run {
            let (x, y) = place(*at, *value, frame, span, scale);
            push_point(&mut path, 'L', x, y);
        }
        push_point(&mut path, 'L', place(last.0, 0.0, frame, span, scale).0, floor);
        path.push('Z');
    }
    path
}

/// The point whose time is nearest to pixel `x`.
#[must_use]
pub fn nearest(times: &[u64], x: f64, frame: &Frame, span: Span) -> Option<usize> {
    let scale = Scale::up_to(1.0, 1);
    let distance = |at: &u64| (place(*at, 0.0, frame, span, &scale).0 - x).abs();
    times.iter().enumerate().min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b))).map(|(i, _)| i)
}

/// A small line without axes over evenly spaced values, zero at the bottom; flat along the bottom when all are zero, and
/// empty when there are none.
#[must_use]
pub fn spark_path(values: &[f64], width: f64, height: f64) -> String {
    let top = values.iter().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
    let floor = height - 1.5;
    let y = |value: f64| if top > 0.0 && value.is_finite() { floor - (value / top).clamp(0.0, 1.0) * (height - 3.0) } else { floor };
    let mut path = String::new();
    #[expect(clippy::cast_precision_loss, reason = "sixty values at most")]
    let step = width / (values.len().max(2) - 1) as f64;
    for (i, value) in values.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "sixty values at most")]
        push_point(&mut path, if i == 0 { 'M' } else { 'L' }, i as f64 * step, y(*value));
    }
    if values.len() == 1 {
        push_point(&mut path, 'L', width, y(values[0]));
    }
    path
}

fn runs(points: &[Point]) -> Vec<Vec<(u64, f64)>> {
    points
        .split(|(_, value)| value.is_none())
        .map(|run| run.iter().filter_map(|(at, value)| value.map(|v| (*at, v))).collect::<Vec<_>>())
        .filter(|run| !run.is_empty())
        .collect()
}

fn push_point(path: &mut String, command: char, x: f64, y: f64) {
    use std::fmt::Write;
    write!(path, "{command}{x:.1},{y:.1}").expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { width: 120.0, height: 60.0, left: 10.0, right: 10.0, top: 5.0, bottom: 5.0 };
    const SPAN: Span = Span { from_ms: 1_000, to_ms: 2_000 };

    fn scale() -> Scale {
        Scale::up_to(100.0, 4)
    }

    #[test]
    fn an_axis_ends_at_a_round_number_above_the_data() {
        for (max, lines, top) in [(0.0, 3, 1.0), (1.0, 4, 1.0), (97.0, 3, 100.0), (12_480.0, 3, 15_000.0), (0.3, 3, 0.3), (1e12, 4, 1e12)] {
            let scale = Scale::up_to(max, lines);
            assert!((scale.top - top).abs() < top * 1e-9, "{max} gave {scale:?}");
            assert!(scale.ticks.len() >= 2 && scale.ticks.len() <= 8, "{max} gave {scale:?}");
        }
    }

    #[test]
    fn values_that_are_no_numbers_still_give_an_axis() {
        for max in [f64::NAN, f64::INFINITY, -4.0] {
            assert!((Scale::up_to(max, 4).top - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn time_labels_are_whole_steps_inside_the_span() {
        let span = Span { from_ms: 61_000, to_ms: 661_000 };
        let ticks = span.ticks(6);
        assert_eq!(ticks, vec![120_000, 240_000, 360_000, 480_000, 600_000]);
        assert_eq!(Span { from_ms: 5, to_ms: 5 }.ticks(4), Vec::<u64>::new());
    }

    #[test]
    fn corners_are_placed_at_the_inner_rectangle() {
        assert_eq!(place(1_000, 0.0, &FRAME, SPAN, &scale()), (10.0, 55.0));
        assert_eq!(place(2_000, 100.0, &FRAME, SPAN, &scale()), (110.0, 5.0));
        assert_eq!(place(9_000, 900.0, &FRAME, SPAN, &scale()), (110.0, 5.0));
    }

    #[test]
    fn a_gap_breaks_the_line_and_a_lonely_value_is_a_dot() {
        let points = [(1_000, Some(0.0)), (1_500, Some(50.0)), (1_600, None), (2_000, Some(100.0))];
        assert_eq!(line_path(&points, &FRAME, SPAN, &scale()), "M10.0,55.0L60.0,30.0M110.0,5.0L110.0,5.0");
        assert!(area_path(&points, &FRAME, SPAN, &scale()).starts_with("M10.0,55.0L10.0,55.0L60.0,30.0L60.0,55.0Z"));
    }

    #[test]
    fn no_points_give_no_path() {
        assert_eq!(line_path(&[], &FRAME, SPAN, &scale()), "");
        assert_eq!(spark_path(&[], 80.0, 22.0), "");
    }

    #[test]
    fn the_nearest_point_follows_the_pointer() {
        let times = [1_000, 1_400, 2_000];
        assert_eq!(nearest(&times, 0.0, &FRAME, SPAN), Some(0));
        assert_eq!(nearest(&times, 52.0, &FRAME, SPAN), Some(1));
        assert_eq!(nearest(&times, 500.0, &FRAME, SPAN), Some(2));
        assert_eq!(nearest(&[], 5.0, &FRAME, SPAN), None);
    }

    #[test]
    fn a_spark_of_zeros_lies_on_the_floor() {
        assert_eq!(spark_path(&[0.0, 0.0], 80.0, 22.0), "M0.0,20.5L80.0,20.5");
        assert_eq!(spark_path(&[1.0, 2.0], 80.0, 22.0), "M0.0,11.0L80.0,1.5");
    }
}
