//! What the browser journeys (`tests/`) stand on: a studio of their own, the lab's parts, and a browser that knows the page by
//! its `data-test` hooks. `cargo xtask journeys` starts what is needed and runs them.
#![forbid(unsafe_code)]

mod browser;
mod lab;
mod studio;

pub use browser::Browser;
pub use lab::Lab;
pub use studio::Studio;
