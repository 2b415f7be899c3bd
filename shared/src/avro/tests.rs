#![allow(clippy::unwrap_used, clippy::approx_constant)]

mod judged;
mod vectors;
