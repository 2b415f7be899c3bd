//! `encode`
