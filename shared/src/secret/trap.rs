//! Character sequences that a syntax does not take as they are, and the words to explain one without showing the secret.

/// What to look for in a text.
#[derive(Clone, Copy)]
pub(super) enum Pattern {
    /// Any of these characters.
    AnyOf(&'static str),
    /// The characters given, one after the other.
    Sequence(&'static str),
    /// `%` and two hexadecimal digits.
    Escape,
    /// `%` without them.
    HalfEscape,
    /// White space as first or last character.
    OuterSpace,
    /// A space, tab or form feed as first character.
    LeadingBlank,
    LineBreak,
    /// ASCII control character, line breaks included.
    Control,
    ControlButTab,
    NonAscii,
    /// What Go takes neither into the credentials of a URL nor for their end.
    NotUserinfo,
    /// This character, when another than white space follows.
    Before(char),
    /// A backslash before one of these characters, or as the last one.
    BackslashBefore(&'static str),
}

/// What the pattern does to a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Something else is read in its place.
    Changes,
    /// Nothing is read after it.
    Ends,
    Refuses,
}

/// A pattern, its effect, and the rest of the sentence "`+` at character 5 …".
pub(super) type Trap = (Pattern, Effect, &'static str);

/// End the host part of a URL, and the credentials in it.
pub(super) const AUTHORITY_ENDS: &str = "/?#";

/// Whether Go lets it stand in the credentials of a URL; what it takes for their end is not among them.
pub(crate) fn is_userinfo(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c)
}

/// One sentence for each trap in the text, in the order of the text, up to where reading ends.
pub(super) fn explain(traps: &[Trap], text: &str, refused: bool) -> Vec<String> {
    let mut found: Vec<(usize, String, Effect)> = traps
        .iter()
        .filter_map(|&(pattern, effect, what)| {
            let at = pattern.find(text)?;
            let shown = pattern.shown(text[at..].chars().next()?);
            let position = text[..at].chars().count() + 1;
            Some((at, format!("{shown} at character {position} {what}."), effect))
        })
        .collect();
    found.sort_by_key(|(at, ..)| *at);
    if found.iter().any(|(.., effect)| (*effect == Effect::Refuses) == refused) {
        found.retain(|(.., effect)| (*effect == Effect::Refuses) == refused);
    }
    if let Some(end) = found.iter().position(|(.., effect)| *effect == Effect::Ends) {
        found.truncate(end + 1);
    }
    found.into_iter().map(|(_, sentence, _)| sentence).collect()
}

impl Pattern {
    /// Byte offset of its first occurrence.
    pub(super) fn find(self, text: &str) -> Option<usize> {
        let before = |c: char, fits: &dyn Fn(Option<char>) -> bool| {
            text.match_indices(c).find(|(at, _)| fits(text[at + c.len_utf8()..].chars().next())).map(|(at, _)| at)
        };
        let escape = |wanted: bool| text.match_indices('%').find(|&(at, _)| is_escape(text, at) == wanted).map(|(at, _)| at);
        match self {
            Self::AnyOf(chars) => text.find(|c| chars.contains(c)),
            Self::Sequence(sequence) => text.find(sequence),
            Self::Escape => escape(true),
            Self::HalfEscape => escape(false),
            Self::OuterSpace if text.trim_start().len() < text.len() => Some(0),
            Self::OuterSpace => Some(text.trim_end().len()).filter(|end| *end < text.len()),
            Self::LeadingBlank => text.starts_with([' ', '\t', '\u{c}']).then_some(0),
            Self::LineBreak => text.find(['\r', '\n']),
            Self::Control => text.find(|c: char| c.is_ascii_control()),
            Self::ControlButTab => text.find(|c: char| c.is_ascii_control() && c != '\t'),
            Self::NonAscii => text.find(|c: char| !c.is_ascii()),
            Self::NotUserinfo => text.find(|c: char| !is_userinfo(c) && !c.is_ascii_control() && !AUTHORITY_ENDS.contains(c)),
            Self::Before(c) => before(c, &|next| next.is_some_and(|next| !next.is_whitespace())),
            Self::BackslashBefore(chars) => before('\\', &|next| next.is_none_or(|next| chars.contains(next))),
        }
    }

    fn shown(self, c: char) -> String {
        match self {
            Self::Sequence(sequence) => format!("`{sequence}`"),
            Self::Escape => "An escape such as `%2B`".to_owned(),
            Self::OuterSpace => "White space".to_owned(),
            Self::BackslashBefore(_) => "A backslash".to_owned(),
            _ => named(c),
        }
    }
}

fn named(c: char) -> String {
    match c {
        '\\' => "A backslash".to_owned(),
        '`' => "A backtick".to_owned(),
        ' ' => "A space".to_owned(),
        '\t' => "A tab".to_owned(),
        '\r' | '\n' => "A line break".to_owned(),
        c if c.is_control() => "A control character".to_owned(),
        c if !c.is_ascii() => "A character outside ASCII".to_owned(),
        c if c.is_ascii_alphanumeric() => "A letter or digit".to_owned(),
        c => format!("`{c}`"),
    }
}

/// Whether the `%` at this offset begins a percent escape.
pub(super) fn is_escape(text: &str, at: usize) -> bool {
    text.get(at + 1..at + 3).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
}
