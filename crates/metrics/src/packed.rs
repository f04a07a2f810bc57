//! Texts to codes, fast: almost all texts of the log are short, and a short text is compared without a look at it.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

/// The longest text whose bytes are all within its [`Packed`].
const WHOLE: usize = 32;

/// The length of a text with its first and its last 16 bytes: texts of up to 32 bytes are equal if these are.
#[derive(Clone, Copy, Debug, Default)]
struct Packed {
    words: [u64; 4],
    length: usize,
}

impl Packed {
    fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let length = bytes.len();
        let words = match length {
            0 => [0; 4],
            1..4 => {
                let middle = u64::from(bytes[length / 2]) << 8;
                [u64::from(bytes[0]) | middle | u64::from(bytes[length - 1]) << 16, 0, 0, 0]
            }
            4..8 => [u64::from(word32(bytes, 0)), u64::from(word32(bytes, length - 4)), 0, 0],
            8..=16 => [word64(bytes, 0), word64(bytes, length - 8), 0, 0],
            _ => [
                word64(bytes, 0),
                word64(bytes, 8),
                word64(bytes, length - 16),
                word64(bytes, length - 8),
            ],
        };
        Self { words, length }
    }

    /// A hash of it and a number. The seeds are other ones in each run, so that nobody can write texts that collide.
    fn hash(self, number: u32, seeds: [u64; 2]) -> u64 {
        let Self { words: [a, b, c, d], length } = self;
        let mut hash = fold(a ^ seeds[0], b ^ seeds[1] ^ length as u64);
        if length > 16 {
            hash = fold(hash ^ c, d ^ seeds[0]);
        }
        fold(hash ^ u64::from(number), seeds[1])
    }

    /// Whether it is all of the text.
    fn is_whole(self) -> bool {
        self.length <= WHOLE
    }
}

/// Multiplies, and puts the halves of the product on each other.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

fn word32(bytes: &[u8], at: usize) -> u32 {
    bytes[at..].first_chunk().map_or(0, |chunk| u32::from_le_bytes(*chunk))
}

fn word64(bytes: &[u8], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |chunk| u64::from_le_bytes(*chunk))
}

/// Gives each pair of a number and a text a code, in the order of first sight.
#[derive(Debug)]
pub(crate) struct Codes {
    hasher: DefaultHashBuilder,
    /// Odd numbers at random.
    seeds: [u64; 2],
    /// The keys lie in the table itself: each look elsewhere would wait for memory.
    codes: HashTable<Entry>,
    numbers: Vec<u32>,
    texts: Vec<Box<str>>,
    /// The pair before: rows come sorted, so values come in runs.
    last: Option<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    key: Key,
    code: u32,
}

#[derive(Clone, Copy, Debug)]
struct Key {
    packed: Packed,
    number: u32,
}

impl Key {
    /// Whether it is the same, and so the same text if that [is whole](Packed::is_whole).
    fn is(&self, other: &Self) -> bool {
        let [a, b, c, d] = self.packed.words;
        let [e, f, g, h] = other.packed.words;
        let words = (a ^ e) | (b ^ f) | (c ^ g) | (d ^ h);
        // Word by word and without a branch between: the key was just made, and is in registers.
        let numbers = u64::from(self.number ^ other.number)
            | (self.packed.length ^ other.packed.length) as u64;
        (words | numbers) == 0
    }
}

impl Default for Codes {
    fn default() -> Self {
        let hasher = DefaultHashBuilder::default();
        let seeds = [hasher.hash_one(1) | 1, hasher.hash_one(2) | 1];
        let (codes, numbers, texts, last) = (HashTable::new(), Vec::new(), Vec::new(), None);
        Self { hasher, seeds, codes, numbers, texts, last }
    }
}

impl Codes {
    pub(crate) fn code(&mut self, number: u32, text: &str) -> u32 {
        let key = Key { packed: Packed::of(text), number };
        let Self { hasher, seeds, codes, numbers, texts, last } = self;
        let is = |entry: &Entry| {
            key.is(&entry.key) && (key.packed.is_whole() || *texts[entry.code as usize] == *text)
        };
        if let Some(last) = last.filter(is) {
            return last.code;
        }
        let hash_of = |key: &Key, text: &str| match key.packed.is_whole() {
            true => key.packed.hash(key.number, *seeds),
            false => hasher.hash_one((text, key.number)),
        };
        let hash = hash_of(&key, text);
        if let Some(&entry) = codes.find(hash, is) {
            *last = Some(entry);
            return entry.code;
        }
        let code = numbers.len() as u32;
        numbers.push(number);
        texts.push(text.into());
        let entry = Entry { key, code };
        codes.insert_unique(hash, entry, |it| hash_of(&it.key, &texts[it.code as usize]));
        *last = Some(entry);
        code
    }

    /// The number and the text of a code.
    pub(crate) fn pair(&self, code: u32) -> (u32, &str) {
        let at = code as usize;
        (self.numbers[at], &self.texts[at])
    }

    /// All texts by their codes.
    pub(crate) fn texts(&self) -> impl ExactSizeIterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }

    /// All numbers and texts by their codes.
    pub(crate) fn pairs(&self) -> impl ExactSizeIterator<Item = (u32, &str)> {
        self.numbers.iter().copied().zip(self.texts())
    }
}

/// Counts pairs of codes, of which there may be as many as rows: each takes little room.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    hasher: DefaultHashBuilder,
    counts: HashTable<(u64, u64)>,
}

impl Pairs {
    pub(crate) fn add(&mut self, one: u32, other: u32, count: u64) {
        let pair = u64::from(one) << 32 | u64::from(other);
        let hasher = &self.hasher;
        let hash_of = |(pair, _): &(u64, u64)| hasher.hash_one(pair);
        let entry = self.counts.entry(hasher.hash_one(pair), |it| it.0 == pair, hash_of);
        entry.or_insert((pair, 0)).into_mut().1 += count;
    }

    /// All pairs, in any order, with their sums.
    pub(crate) fn iter(&self) -> impl Iterator<Item = ([u32; 2], u64)> {
        self.counts.iter().map(|&(pair, count)| ([(pair >> 32) as u32, pair as u32], count))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_have_one_code_each(
            pairs in prop::collection::vec((0..3_u32, "[ab]{0,3}|a{0,40}b{0,2}a{0,40}|\\PC{0,40}"), 0..200),
        ) {
            let (mut codes, mut expected) = (Codes::default(), HashMap::new());
            for (number, text) in &pairs {
                let next = expected.len() as u32;
                let code = *expected.entry((*number, text.as_str())).or_insert(next);
                prop_assert_eq!(codes.code(*number, text), code);
                prop_assert_eq!(codes.pair(code), (*number, text.as_str()));
            }
            prop_assert_eq!(codes.texts().len(), expected.len());
        }
    }

    proptest! {
        #[test]
        fn pairs_are_summed_each_by_itself(
            added in prop::collection::vec((0..4_u32, prop_oneof![0..4_u32, Just(u32::MAX)], 1..9_u64), 0..200),
        ) {
            let (mut pairs, mut expected) = (Pairs::default(), HashMap::new());
            for (one, other, count) in added {
                pairs.add(one, other, count);
                *expected.entry([one, other]).or_insert(0) += count;
            }
            prop_assert_eq!(pairs.iter().collect::<HashMap<_, _>>(), expected);
        }
    }
}
