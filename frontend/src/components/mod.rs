//! Shapes that several pages share: native elements with their ARIA, no rules.

mod chip;
mod code;
mod dialog;
mod explanation;
mod failure;
mod finding;
mod icon;
mod mark;
mod menu;
mod plot;
mod prose;
mod segments;
mod sparkline;
mod toasts;
mod top;

pub use chip::{DeadLetterChip, DegradedChip, PartChip, StateChip, state_text};
pub use code::{CodeBlock, CopyButton};
pub use dialog::{Confirm, Dialog};
pub use explanation::{Explain, ExplanationCard};
pub use failure::FailurePanel;
pub use finding::{FindingNote, severity_class};
pub use icon::{Icon, Shape};
pub use mark::{Mark, MarkSign};
pub use menu::Menu;
pub use plot::{Plot, Series};
pub use prose::Prose;
pub use segments::{Segments, Tabs};
pub use sparkline::Sparkline;
pub use toasts::ToastList;
pub use top::Top;
