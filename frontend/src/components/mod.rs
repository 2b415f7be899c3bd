//! Shapes that several pages share: native elements with their ARIA, no rules.

mod chip;
mod code;
mod dialog;
mod failure;
mod icon;
mod menu;
mod plot;
mod prose;
mod segments;
mod sparkline;
mod toasts;
mod top;

pub use chip::{StateChip, state_text};
pub use code::{CodeBlock, CopyButton};
pub use dialog::{Confirm, Dialog};
pub use failure::FailurePanel;
pub use icon::{Icon, Shape};
pub use menu::Menu;
pub use plot::{Plot, Series};
pub use prose::Prose;
pub use segments::{Segments, Tabs};
pub use sparkline::Sparkline;
pub use toasts::ToastList;
pub use top::Top;
