//! Launches with scripted actors in a little world: every order of trouble, and a crash at every single point.
#![allow(clippy::unwrap_used)]

mod crash;
mod trouble;
mod world;
