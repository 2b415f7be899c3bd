//! The studio's page: draws what the backend and `shared` say. It has no rules of its own.
#![forbid(unsafe_code)]

mod api;
mod app;
mod browser;
mod components;
mod live;
mod pages;
mod rules;
mod state;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
    browser::remove_boot_screen();
    pages::fetch_when_idle();
}
