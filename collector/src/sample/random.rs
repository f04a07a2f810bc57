//! Numbers that look random and are the same on every machine.
//!
//! Only `+`, `-`, `*` and `/` of floating point are used in the sample, whose results IEEE 754
//! fixes to the last bit; `exp`, `powf` and `sin` differ by platform.

/// `SplitMix64` (Steele, Lea, Flood 2014): small, fast, and good enough to draw from tables.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// A stream of its own for each list of `keys`.
    pub(crate) fn new(keys: &[u64]) -> Self {
        let mut random = Self(0);
        for key in keys {
            random.0 = random.next() ^ key;
        }
        random.next();
        random
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to 1, without 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From `low` to `high`, without `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// From 0 to `count`, without `count`; 0 if `count` is 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }

    /// Whether something happens that happens in this share of cases.
    pub(crate) fn happens(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// A whole number that is `value` on average.
    pub(crate) fn round(&mut self, value: f64) -> u64 {
        (value + self.unit()) as u64
    }
}

/// Deals out options so that each gets its share of the weight, yet in no visible order.
pub(crate) struct Quota {
    shares: Vec<f64>,
    dealt: Vec<f64>,
    total: f64,
}

impl Quota {
    /// The shares need not add up to anything.
    pub(crate) fn new(shares: impl IntoIterator<Item = f64>) -> Self {
        let mut shares: Vec<f64> = shares.into_iter().collect();
        let sum: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= sum);
        Self { dealt: vec![0.0; shares.len()], shares, total: 0.0 }
    }

    /// The option, by its position, that somebody of this weight gets: the further an option is
    /// behind its share, the likelier by far, so that no small option gets a large part.
    pub(crate) fn deal(&mut self, weight: f64, random: &mut Random) -> usize {
        self.total += weight;
        let behind = |(share, dealt): (&f64, &f64)| -> f64 {
            let missing = (share * self.total - dealt).max(0.0);
            missing * missing
        };
        let sum: f64 = self.shares.iter().zip(&self.dealt).map(behind).sum();
        let mut left = random.unit() * sum;
        let mut chosen = 0;
        for (option, behind) in self.shares.iter().zip(&self.dealt).map(behind).enumerate() {
            if behind > 0.0 {
                chosen = option;
                left -= behind;
                if left < 0.0 {
                    break;
                }
            }
        }
        self.dealt[chosen] += weight;
        chosen
    }
}
