//! What a journey measures, for `cargo xtask bench`.

use serde_json::json;

/// Prints a figure that should be at most `goal`, as one line of JSON. A missed goal is a figure, not a failure: how fast a
/// machine is that does other things meanwhile tells nothing about the page.
pub fn print_at_most(name: &str, value: f64, unit: &str, goal: f64) {
    println!("{}", json!({ "name": name, "value": value, "unit": unit, "goal": goal, "met": value <= goal }));
}
