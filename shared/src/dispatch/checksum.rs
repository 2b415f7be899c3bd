//! The share of one column in TiCDC's partition hash: CRC-32 over the column's name and its value's text.
//!
//! Keys are mostly whole numbers, and their text is never written. A CRC is linear over XOR: the checksum of a name and
//! digits is that of the name and as many zeros, XORed with what each digit adds at its place, whatever stands around it.
//! A zero adds nothing, since `'0' + d` is also `'0' ^ d`. So two digits cost one look into a table, and no digit waits for
//! the one before it.

/// A `u64` has at most this many digits.
const MOST_DIGITS: usize = 20;
/// CRC-32/IEEE: reflected, polynomial 0xEDB88320.
const POLYNOMIAL: u32 = 0xEDB8_8320;

/// A column's name, prepared.
#[derive(Clone, Debug)]
pub(super) struct ColumnChecksum {
    /// Of the name alone; a value's text continues it.
    name: u32,
    /// Of the name and one zero digit, two of them, and so on.
    zeros: [u32; MOST_DIGITS],
}

impl ColumnChecksum {
    pub fn of(name: &str) -> Self {
        let name = crc32fast::hash(name.as_bytes());
        let mut zeros = [0; MOST_DIGITS];
        let mut crc = name;
        for with_one_more in &mut zeros {
            crc = continued(crc, b"0");
            *with_one_more = crc;
        }
        Self { name, zeros }
    }

    /// Of the name and a number's decimal digits.
    #[inline]
    pub fn with_number(&self, number: u64) -> u32 {
        let (mut rest, mut added, mut digits) = (number, 0, 0);
        for table in &PAIRS {
            let pair = (rest % 100) as usize;
            rest /= 100;
            added ^= table[pair];
            if rest == 0 {
                digits += usize::from(pair >= 10);
                break;
            }
            digits += 2;
        }
        self.zeros[digits.min(MOST_DIGITS - 1)] ^ added
    }

    /// Of the name and a text.
    pub fn with_text(&self, text: &[u8]) -> u32 {
        continued(self.name, text)
    }
}

/// The checksum of what `crc` was taken of, and `text` after it. For short texts a plain table beats the set-up of the vectorised
/// code.
fn continued(crc: u32, text: &[u8]) -> u32 {
    const SHORT: usize = 16;
    if text.len() > SHORT {
        let mut hasher = crc32fast::Hasher::new_with_initial(crc);
        hasher.update(text);
        return hasher.finalize();
    }
    !text.iter().fold(!crc, |state, byte| (state >> 8) ^ BYTES[usize::from((state as u8) ^ byte)])
}

/// What each byte makes of an empty state.
const BYTES: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
};

/// What two digits add when they are a number's last two, the two before these, and so on.
static PAIRS: [[u32; 100]; MOST_DIGITS / 2] = {
    let mut tables = [[0; 100]; MOST_DIGITS / 2];
    // A digit's share at the place in hand: one place further left is one byte more behind it.
    let mut places = [[0; 10]; MOST_DIGITS];
    let mut place = 0;
    while place < MOST_DIGITS {
        let mut digit = 0;
        while digit < 10 {
            places[place][digit] = if place == 0 {
                BYTES[digit]
            } else {
                let right = places[place - 1][digit];
                (right >> 8) ^ BYTES[(right & 0xff) as usize]
            };
            digit += 1;
        }
        place += 1;
    }
    let mut pair = 0;
    while pair < 100 * tables.len() {
        let (at, value) = (pair / 100, pair % 100);
        tables[at][value] = places[2 * at][value % 10] ^ places[2 * at + 1][value / 10];
        pair += 1;
    }
    tables
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn simple(name: &str, text: &[u8]) -> u32 {
        crc32fast::hash(&[name.as_bytes(), text].concat())
    }

    #[test]
    fn numbers_of_every_length_have_the_checksum_of_their_text() {
        let column = ColumnChecksum::of("ol_o_id");
        let mut power = 1_u64;
        for _ in 0..MOST_DIGITS {
            for number in [power - 1, power, power + 1, power.wrapping_mul(7), u64::MAX - power] {
                assert_eq!(column.with_number(number), simple("ol_o_id", number.to_string().as_bytes()), "{number}");
            }
            power = power.saturating_mul(10);
        }
    }

    proptest! {
        #[test]
        fn any_number_has_the_checksum_of_its_text(name in ".{0,20}", number in any::<u64>(), shift in 0..64) {
            let number = number >> shift;
            prop_assert_eq!(ColumnChecksum::of(&name).with_number(number), simple(&name, number.to_string().as_bytes()));
        }

        #[test]
        fn short_and_long_texts_continue_a_checksum_alike(name in ".{0,20}", text in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(ColumnChecksum::of(&name).with_text(&text), simple(&name, &text));
        }
    }
}
