//! Reading bytes that may be cut short or wrong: every read is checked, nothing panics.

/// Bytes did not hold what their format promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed binlog data: {0}")]
pub(super) struct Malformed(pub &'static str);

/// A cursor over a part of an event. Integers are little-endian unless a name says otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn len(&self) -> usize {
        self.rest.len()
    }

    /// All that is left.
    pub fn rest(self) -> &'a [u8] {
        self.rest
    }

    pub fn take(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (head, tail) = self.rest.split_at_checked(len).ok_or(Malformed("data ends early"))?;
        self.rest = tail;
        Ok(head)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (head, tail) = self.rest.split_first_chunk::<N>().ok_or(Malformed("data ends early"))?;
        self.rest = tail;
        Ok(*head)
    }

    pub fn u8(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_le_bytes)
    }

    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    /// An unsigned integer of 1 to 8 bytes.
    pub fn uint(&mut self, bytes: usize) -> Result<u64, Malformed> {
        self.take(bytes).map(little_endian)
    }

    /// MySQL's length-encoded integer.
    pub fn lenenc(&mut self) -> Result<u64, Malformed> {
        match self.u8()? {
            small @ 0..=250 => Ok(u64::from(small)),
            252 => self.uint(2),
            253 => self.uint(3),
            254 => self.uint(8),
            251 | 255 => Err(Malformed("a length is no length")),
        }
    }

    /// A length-encoded length that must fit what is left.
    pub fn lenenc_len(&mut self) -> Result<usize, Malformed> {
        let len = self.lenenc()?;
        usize::try_from(len).map_err(|_| Malformed("a length is too large"))
    }

    /// Text with a one-byte length before it and a zero byte after it.
    pub fn short_text(&mut self) -> Result<&'a str, Malformed> {
        let len = usize::from(self.u8()?);
        let text = self.take(len)?;
        self.take(1)?;
        std::str::from_utf8(text).map_err(|_| Malformed("a name is not UTF-8"))
    }
}

/// Up to 8 bytes as an unsigned little-endian integer.
pub(super) fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

/// Up to 8 bytes as an unsigned big-endian integer.
pub(super) fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

/// Whether bit `index` of a little-endian bitmap is set.
pub(super) fn bit(bitmap: &[u8], index: usize) -> bool {
    bitmap.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_in_all_their_sizes() {
        let cases: [(&[u8], Result<u64, ()>); 6] = [
            (&[250], Ok(250)),
            (&[252, 1, 2], Ok(0x201)),
            (&[253, 1, 2, 3], Ok(0x3_0201)),
            (&[254, 1, 0, 0, 0, 0, 0, 0, 1], Ok(0x0100_0000_0000_0001)),
            (&[251], Err(())),
            (&[252, 1], Err(())),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Reader::new(bytes).lenenc().map_err(|_| ()), expected, "{bytes:?}");
        }
    }

    #[test]
    fn reading_past_the_end_is_an_error_and_takes_nothing() {
        let mut reader = Reader::new(&[1, 2]);
        assert!(reader.u32().is_err());
        assert_eq!(reader.u16(), Ok(0x0201));
        assert!(reader.is_empty());
    }
}
