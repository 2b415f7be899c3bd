//! As much DER as RSA keys need: a bounds-checked reader of tagged values, and their writer.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// Values one after the other. Every read takes one off the front, or gives `None` and must be the last.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The content of the next value, if it has this tag.
    pub(super) fn read(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&found, rest) = self.rest.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // the length in up to four bytes of its own; DER has no indefinite form
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        (found == tag).then_some(content)
    }

    /// The next value as a sequence of others.
    pub(super) fn sequence(&mut self) -> Option<Self> {
        self.read(SEQUENCE).map(Self::new)
    }

    /// The magnitude of the next value, a whole number of at least 0, without zeros at its front.
    pub(super) fn unsigned(&mut self) -> Option<&'a [u8]> {
        let content = self.read(INTEGER)?;
        if content.first()? & 0x80 != 0 {
            return None;
        }
        Some(&content[content.iter().take_while(|byte| **byte == 0).count()..])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

/// The only value that the bytes hold, a sequence.
pub(super) fn single_sequence(bytes: &[u8]) -> Option<Reader<'_>> {
    let mut whole = Reader::new(bytes);
    let sequence = whole.sequence()?;
    whole.is_empty().then_some(sequence)
}

/// A value with these parts as its content.
pub(super) fn value(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = vec![tag];
    if length < 0x80 {
        out.extend(u8::try_from(length));
    } else {
        let bytes = length.to_be_bytes();
        let digits = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
        out.extend(u8::try_from(digits.len()).map(|count| 0x80 | count));
        out.extend_from_slice(digits);
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}

/// A whole number from its magnitude.
pub(super) fn unsigned(magnitude: &[u8]) -> Vec<u8> {
    // a leading one would make it negative
    let needs_zero = magnitude.first().is_none_or(|first| first & 0x80 != 0);
    value(INTEGER, &[if needs_zero { &[0] } else { &[] }, magnitude])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn malformed_lengths_are_refused() {
        for bytes in [
            &[][..],
            &[0x30],
            &[0x30, 0x01],
            &[0x30, 0x80, 0, 0],
            &[0x30, 0x81],
            &[0x30, 0x82, 1],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x30, 0x85, 0, 0, 0, 0, 0],
            &[0x31, 0x00],
        ] {
            assert!(single_sequence(bytes).is_none(), "{bytes:?}");
        }
        assert!(single_sequence(&[0x30, 0x81, 0x00]).is_some());
        assert!(single_sequence(&[0x30, 0x00, 0x00]).is_none(), "something follows");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(magnitude in proptest::collection::vec(any::<u8>(), 0..300), tail in any::<u8>()) {
            let stripped: Vec<u8> = magnitude.into_iter().skip_while(|byte| *byte == 0).collect();
            let mut bytes = value(SEQUENCE, &[&unsigned(&stripped)]);
            prop_assert_eq!(single_sequence(&bytes).and_then(|mut sequence| sequence.unsigned()), Some(&stripped[..]));
            bytes.push(tail);
            prop_assert!(single_sequence(&bytes).is_none());
        }
    }
}
