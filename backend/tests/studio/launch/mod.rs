//! Launches through the studio's router: Kafka and registry are the embedded ones, everything else a double.

mod bad_days;
mod crash;
mod moving;
mod rig;
mod terminal;
mod whole;
