//! A person's ways through the page.

mod by_hand;
mod first_paint;
mod guide;
mod launch;
mod lazy;
mod many_tables;
mod paste;
mod playground;
