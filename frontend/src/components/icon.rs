//! Inline icons, 24 by 24, drawn with the text's colour. They never carry meaning alone: the text beside them does, or
//! the `aria-label` of their button.

use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Bad,
    Check,
    ChevronDown,
    ChevronUp,
    Circle,
    Close,
    Copy,
    Database,
    Dots,
    Download,
    Grip,
    Info,
    Lock,
    Minus,
    Moon,
    Paste,
    Pause,
    Pencil,
    Pipe,
    Play,
    Plus,
    Redo,
    Search,
    Servers,
    Settings,
    Stop,
    Sun,
    Trash,
    Undo,
    Warning,
}

impl Shape {
    fn path(self) -> &'static str {
        match self {
            Self::Bad => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9 9l6 6M15 9l-6 6",
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::ChevronDown => "M6 9l6 6 6-6",
            Self::ChevronUp => "M6 15l6-6 6 6",
            Self::Circle => "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10z",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Copy => "M9 9h10v11H9zM5 15V4h10",
            Self::Database => {
                "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3"
            }
            Self::Dots => "M5 12h.01M12 12h.01M19 12h.01",
            Self::Download => "M12 4v11M7 11l5 5 5-5M5 20h14",
            Self::Grip => "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
            Self::Info => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 8h.01",
            Self::Lock => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
            Self::Minus => "M7 12h10",
            Self::Moon => "M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5z",
            Self::Paste => "M8 5H5v16h14V5h-3M9 3h6v4H9zM8.5 12h7M8.5 16h5",
            Self::Pause => "M8.5 5v14M15.5 5v14",
            Self::Pencil => "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
            Self::Pipe => "M4 7h5c4 0 3 10 7 10h4M4 17h5c4 0 3-10 7-10h4",
            Self::Play => "M8 5l11 7-11 7z",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Redo => "M15 5l5 5-5 5M20 10H9.5a5.5 5.5 0 0 0 0 11H12",
            Self::Search => "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5",
            Self::Servers => "M4 4h16v6H4zM4 14h16v6H4zM8 7h.01M8 17h.01",
            Self::Settings => {
                "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM9 14.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"
            }
            Self::Stop => "M6.5 6.5h11v11h-11z",
            Self::Sun => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"
            }
            Self::Trash => "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
            Self::Undo => "M9 5l-5 5 5 5M4 10h10.5a5.5 5.5 0 0 1 0 11H12",
            Self::Warning => "M12 4l9 16H3zM12 10v5M12 17.5h.01",
        }
    }
}

/// `size` in pixels.
#[component]
pub fn Icon(shape: Shape, #[prop(default = 16)] size: u32) -> impl IntoView {
    view! {
        <svg width=size height=size viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
            <path d=shape.path()/>
        </svg>
    }
}
