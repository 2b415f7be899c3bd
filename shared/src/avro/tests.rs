#![allow(clippy::unwrap_used)]

mod judged;
mod vectors;
