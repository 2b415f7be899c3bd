//! `route`
