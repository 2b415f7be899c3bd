//! What the browser journeys (`tests/`) stand on: a studio of their own, the lab's parts, and a browser that knows the page by
//! its `data-test` hooks. `cargo xtask journeys` starts what is needed and runs them.
#![forbid(unsafe_code)]

mod browser;
mod figure;
mod lab;
mod studio;

pub use browser::Browser;
pub use figure::print_at_most;
pub use lab::Lab;
pub use studio::Studio;
