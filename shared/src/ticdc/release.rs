//! Releases of TiCDC: which version runs the changefeed, on which of the two architectures, and what those know.

use crate::config::ChangefeedSpec;
use std::fmt;

/// A release of TiCDC, as `8.5.4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u16,
    pub minor: u16,
    pub patch: u16,
}

/// The newest release this studio has read the options of. Of later ones nothing is claimed.
pub const NEWEST: Version = Version::new(8, 5, 4);

/// The first release that the new architecture was built for.
const NEW_ARCHITECTURE: Version = Version::new(8, 5, 4);

impl Version {
    #[must_use]
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// Reads `8.5.4`, `v8.5.4` or `v8.5.4-release.1`; what follows a dash does not count. `None` is no version.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.strip_prefix('v').unwrap_or(text);
        let plain = plain.split_once('-').map_or(plain, |(numbers, _)| numbers);
        let mut numbers = plain.split('.').map(|part| part.parse::<u16>().ok());
        let version = Self::new(numbers.next()??, numbers.next()??, numbers.next()??);
        numbers.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The first releases with an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Every release this studio knows, or an unknown early one.
    Always,
    /// One for each maintained branch, ascending: a branch that is not named has it when it is above them all.
    Releases(&'static [Version]),
    /// The exact release is not known, only that it is near this one.
    About(Version),
    /// In no release up to [`NEWEST`].
    Unreleased,
}

impl Since {
    /// Whether that release has it. A release above [`NEWEST`] has everything, as far as is known.
    #[must_use]
    pub fn is_in(self, version: Version) -> bool {
        match self {
            Self::Always => true,
            Self::About(first) => version >= first,
            Self::Unreleased => version > NEWEST,
            Self::Releases(first) => {
                let branch = first.iter().find(|first| (first.major, first.minor) == (version.major, version.minor));
                branch.or(first.last()).is_none_or(|first| version >= *first)
            }
        }
    }
}

impl fmt::Display for Since {
    /// `v7.1.2, v7.3.0`, `about v7.4.0`, `after v8.5.4`; nothing for an option that was always there.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => Ok(()),
            Self::About(first) => write!(f, "about {first}"),
            Self::Unreleased => write!(f, "after {NEWEST}"),
            Self::Releases(first) => {
                let names: Vec<String> = first.iter().map(Version::to_string).collect();
                f.write_str(&names.join(", "))
            }
        }
    }
}

/// The two implementations of TiCDC, which read a configuration differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// `pingcap/tiflow`, what a server runs unless it is told otherwise.
    Classic,
    /// `pingcap/ticdc`, since v8.5.4-release.1: a server with `newarch = true`.
    New,
}

/// What will run the changefeed, as far as the document says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// `None`: not chosen, or no version.
    pub version: Option<Version>,
    /// `None`: could be either.
    pub architecture: Option<Architecture>,
}

impl Release {
    /// `changefeed.ticdc_architecture` decides. Without it a version such as `8.5.4-release.1`, which are only built for the
    /// new architecture, means that one; any other version means the classic one, because a server has to be switched over.
    #[must_use]
    pub fn of(changefeed: &ChangefeedSpec) -> Self {
        let version = Version::parse(&changefeed.ticdc_version);
        let architecture = match changefeed.ticdc_architecture.as_str() {
            "classic" => Some(Architecture::Classic),
            "new" => Some(Architecture::New),
            _ if changefeed.ticdc_version.contains("-release.") => Some(Architecture::New),
            _ => version.filter(|version| *version <= NEWEST).map(|_| Architecture::Classic),
        };
        Self { version, architecture }
    }

    /// Whether there can be such a release: the new architecture is not older than v8.5.4-release.1.
    #[must_use]
    pub fn exists(self) -> bool {
        self.architecture != Some(Architecture::New) || self.version.is_none_or(|version| version >= NEW_ARCHITECTURE)
    }

    /// Whether it has something that came with those releases; yes while no version is chosen.
    #[must_use]
    pub fn has(self, since: Since) -> bool {
        self.version.is_none_or(|version| since.is_in(version))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn versions_read_with_and_without_their_trimmings() {
        assert_eq!(version("8.5.4"), Version::new(8, 5, 4));
        assert_eq!(version("v8.5.4-release.1"), Version::new(8, 5, 4));
        for text in ["", "8.5", "8.5.4.1", "nightly", "8.5.x", "v", "-1.0.0", "99999.0.0"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_option_of_several_branches_is_in_each_from_its_own_release() {
        const SINCE: Since = Since::Releases(&[Version::new(6, 5, 10), Version::new(7, 1, 6), Version::new(8, 1, 1)]);
        for (text, expected) in [
            ("6.5.9", false),
            ("6.5.10", true),
            ("6.6.0", false),
            ("7.1.5", false),
            ("7.1.6", true),
            ("7.6.0", false),
            ("8.1.0", false),
            ("8.1.1", true),
            ("8.5.4", true),
        ] {
            assert_eq!(SINCE.is_in(version(text)), expected, "{text}");
        }
        assert_eq!(SINCE.to_string(), "v6.5.10, v7.1.6, v8.1.1");
        assert!(!Since::Unreleased.is_in(NEWEST) && Since::Unreleased.is_in(version("9.0.0")));
        assert!(!Since::About(version("7.4.0")).is_in(version("7.3.0")));
    }

    #[test]
    fn the_architecture_follows_from_key_and_version() {
        for (text, key, expected) in [
            ("", "", None),
            ("8.5.4", "", Some(Architecture::Classic)),
            ("7.5.0", "", Some(Architecture::Classic)),
            ("v8.5.4-release.1", "", Some(Architecture::New)),
            ("8.5.4", "new", Some(Architecture::New)),
            ("v8.5.4-release.1", "classic", Some(Architecture::Classic)),
            ("9.0.0", "", None),
        ] {
            let spec = ChangefeedSpec { ticdc_version: text.to_owned(), ticdc_architecture: key.to_owned(), ..ChangefeedSpec::default() };
            assert_eq!(Release::of(&spec).architecture, expected, "{text} {key}");
        }
        let old_and_new = Release { version: Some(version("7.5.0")), architecture: Some(Architecture::New) };
        assert!(!old_and_new.exists());
    }
}
