//! A person's ways through the page.

mod by_hand;
mod paste;
mod playground;
