//! The engine with a scripted source, a real producer and librdkafka's mock cluster.
#![allow(clippy::unwrap_used)]

mod rig;
mod runs;
mod scale;
