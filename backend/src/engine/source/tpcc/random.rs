//! Random numbers that are functions of a key: the same key always gives the same sequence (TPC-C 4.3.2, 2.1.6).

/// SplitMix64: small, fast, and every 64-bit state is a good start, which is what keyed use needs.
#[derive(Clone, Debug)]
pub struct Random(u64);

/// What a sequence is for; keeps the sequences of different things apart under one seed.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub enum Topic {
    Constants = 1,
    Item,
    Warehouse,
    District,
    Customer,
    Stock,
    StockDistrict,
    History,
    InitialOrder,
    OrderLineInfo,
    OrderPermutation,
    Transaction,
}

impl Random {
    /// The sequence of one thing: `a` and `b` are its key.
    #[must_use]
    pub fn keyed(seed: u64, topic: Topic, a: u64, b: u64) -> Self {
        let mut state = mix(seed ^ (topic as u64).wrapping_mul(0xA076_1D64_78BD_642F));
        state = mix(state ^ a.wrapping_mul(0xE703_7ED1_A0B4_28DB));
        Self(mix(state ^ b.wrapping_mul(0x8EBC_6AF0_9C88_C6E3)))
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// Uniform in `low..=high`.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        debug_assert!(low <= high, "an empty range has no number");
        let span = u64::from(high - low) + 1;
        low + (((self.draw() >> 32) * span) >> 32) as u32
    }

    /// True once in `n` times on average.
    pub fn one_in(&mut self, n: u32) -> bool {
        self.between(1, n) == 1
    }

    /// `NURand(a, low, high)` with constant `c` (TPC-C 2.1.6).
    pub fn non_uniform(&mut self, a: u32, low: u32, high: u32, c: u32) -> u32 {
        let mixed = self.between(0, a) | self.between(low, high);
        (mixed + c) % (high - low + 1) + low
    }

    /// Appends a text of `low..=high` letters and digits (TPC-C 4.3.2.2 a-string).
    pub fn alphanumeric(&mut self, out: &mut Vec<u8>, low: u32, high: u32) {
        // Sixty-four symbols, so that six bits choose one: `e` and `a` come twice as often as the others.
        const SYMBOLS: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ea";
        let len = self.length(low, high);
        self.fill(out, len, 10, |bits| SYMBOLS[(bits & 63) as usize], 6);
    }

    /// Appends a text of `low..=high` capital letters.
    pub fn letters(&mut self, out: &mut Vec<u8>, low: u32, high: u32) {
        let len = self.length(low, high);
        self.fill(out, len, 8, |bits| b'A' + (((bits & 255) * 26) >> 8) as u8, 8);
    }

    /// Appends a text of `low..=high` digits (TPC-C 4.3.2.2 n-string).
    pub fn digits(&mut self, out: &mut Vec<u8>, low: u32, high: u32) {
        let len = self.length(low, high);
        self.fill(out, len, 8, |bits| b'0' + (((bits & 255) * 10) >> 8) as u8, 8);
    }

    /// Appends a text of 26 to 50 symbols that holds `ORIGINAL` once in ten times (TPC-C 4.3.3.1).
    pub fn data(&mut self, out: &mut Vec<u8>) {
        const MARK: &[u8] = b"ORIGINAL";
        let start = out.len();
        self.alphanumeric(out, 26, 50);
        if self.one_in(10) {
            let room = (out.len() - start - MARK.len()) as u32;
            let at = start + self.between(0, room) as usize;
            out[at..at + MARK.len()].copy_from_slice(MARK);
        }
    }

    fn length(&mut self, low: u32, high: u32) -> usize {
        (if low == high { low } else { self.between(low, high) }) as usize
    }

    fn fill(&mut self, out: &mut Vec<u8>, len: usize, per_draw: usize, symbol: impl Fn(u64) -> u8, bits_each: u32) {
        let start = out.len();
        out.resize(start + len, 0);
        for chunk in out[start..].chunks_mut(per_draw) {
            let mut bits = self.draw();
            for byte in chunk {
                *byte = symbol(bits);
                bits >>= bits_each;
            }
        }
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Appends the last name of a number below 1000 (TPC-C 4.3.2.3).
pub fn last_name(out: &mut Vec<u8>, number: u32) {
    const SYLLABLES: [&str; 10] = ["BAR", "OUGHT", "ABLE", "PRI", "PRES", "ESE", "ANTI", "CALLY", "ATION", "EING"];
    for digit in [number / 100, number / 10, number] {
        out.extend_from_slice(SYLLABLES[(digit % 10) as usize].as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_always_gives_the_same_sequence_and_another_key_another_one() {
        let draw = |a, b| {
            let mut random = Random::keyed(7, Topic::Stock, a, b);
            [random.draw(), random.draw(), random.draw()]
        };
        assert_eq!(draw(1, 2), draw(1, 2));
        assert_ne!(draw(1, 2), draw(2, 1));
        assert_ne!(draw(1, 2), draw(1, 3));
    }

    #[test]
    fn ranges_reach_both_ends_and_no_further() {
        let mut random = Random::keyed(1, Topic::Item, 0, 0);
        let drawn: Vec<u32> = (0..1000).map(|_| random.between(5, 15)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&5), Some(&15)));
        assert!((0..1000).map(|_| random.non_uniform(1023, 1, 3000, 4000)).all(|c| (1..=3000).contains(&c)));
    }

    #[test]
    fn texts_have_their_length_and_alphabet() {
        let mut random = Random::keyed(1, Topic::Item, 0, 0);
        for _ in 0..200 {
            let mut out = b"kept".to_vec();
            random.alphanumeric(&mut out, 14, 24);
            assert!((18..=28).contains(&out.len()) && out.iter().all(u8::is_ascii_alphanumeric));
            out.clear();
            random.letters(&mut out, 24, 24);
            assert!(out.len() == 24 && out.iter().all(u8::is_ascii_uppercase));
            out.clear();
            random.digits(&mut out, 4, 4);
            assert!(out.len() == 4 && out.iter().all(u8::is_ascii_digit));
        }
    }

    #[test]
    fn last_names_are_made_of_three_syllables() {
        let mut out = Vec::new();
        last_name(&mut out, 371);
        assert_eq!(out, b"PRICALLYOUGHT");
    }
}
