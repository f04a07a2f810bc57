//! The downloads of a made-up project: dimensions that do not depend on each other, which is the worst case for
//! packing and the best for nobody.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use downloads::{Day, EVENT_COLUMNS};

/// How long the history is.
pub(super) const DAYS: u64 = 1826;

/// The last day of it.
pub(super) const LAST_DAY: Day = match Day::from_ymd_opt(2026, 11, 20) {
    Some(day) => day,
    None => panic!("a day that is not in the calendar"),
};

/// The value of rank `k` of a dimension has the weight `1 / k^EXPONENT`.
const EXPONENT: f64 = 1.95;

const FILE_TYPES: [&str; 2] = ["bdist_wheel", "sdist"];
const SYSTEMS: [&str; 4] = ["Linux", "Darwin", "Windows", "FreeBSD"];
const CPUS: [&str; 6] = ["x86_64", "arm64", "AMD64", "aarch64", "i686", "ppc64le"];
/// Besides the one that is a mirror.
const INSTALLERS: [&str; 7] = ["pip", "uv", "poetry", "pdm", "requests", "Browser", "setuptools"];
const MIRROR: &str = "bandersnatch";
const VERSIONS: usize = 60;
const COUNTRIES: usize = 120;
const PYTHONS: usize = 10;

/// The question that all engines are asked: the two countries and the Python with the most downloads.
pub(super) fn question() -> [String; 3] {
    [country(0), country(1), python(0)]
}

/// Writes so many downloads of `project` as a file of events, the same on every run.
pub(super) fn write(path: &Path, project: &str, downloads: u32) -> anyhow::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "{}", EVENT_COLUMNS.join(","))?;
    let first = LAST_DAY - chrono::Days::new(DAYS - 1);
    let days: Vec<String> =
        first.iter_days().take(usize::try_from(DAYS)?).map(|day| day.to_string()).collect();
    let countries: Vec<String> = (0..COUNTRIES).map(country).collect();
    let versions: Vec<String> =
        (0..VERSIONS).map(|rank| format!("{}.{}.0", rank / 6, rank % 6)).collect();
    let pythons: Vec<String> = (0..PYTHONS).map(|rank| format!("{}.4", python(rank))).collect();
    // Interactive, CI, mirror: the first two by the mark of CI, the third by the installer.
    let audiences = Zipf::new(3);
    let [file_types, systems, cpus, installers] =
        [FILE_TYPES.len(), SYSTEMS.len(), CPUS.len(), INSTALLERS.len()].map(Zipf::new);
    let [country_ranks, version_ranks, python_ranks] =
        [COUNTRIES, VERSIONS, PYTHONS].map(Zipf::new);
    let mut random = SplitMix64(20_261_124);
    for _ in 0..downloads {
        let day = &days[(random.unit() * days.len() as f64) as usize];
        let audience = audiences.draw(&mut random);
        let installer = INSTALLERS[installers.draw(&mut random)];
        writeln!(
            file,
            "{day} 12:00:00,{},{project},{},{},{},CPython,{},,,{},,{},{}",
            countries[country_ranks.draw(&mut random)],
            versions[version_ranks.draw(&mut random)],
            FILE_TYPES[file_types.draw(&mut random)],
            if audience == 2 { MIRROR } else { installer },
            pythons[python_ranks.draw(&mut random)],
            SYSTEMS[systems.draw(&mut random)],
            CPUS[cpus.draw(&mut random)],
            if audience == 1 { "True" } else { "" },
        )?;
    }
    Ok(file.flush()?)
}

/// How many bytes the rows of one day take on average in any format that loses nothing and does not know the random
/// numbers: their [entropy](https://en.wikipedia.org/wiki/Shannon%27s_source_coding_theorem), if so many downloads spread
/// over all days.
///
/// The downloads of a day with one combination of values depend on no others and have a Poisson distribution.
pub(super) fn entropy_of_day(downloads: u32) -> f64 {
    // Combinations by the logarithm of their share: how many there are.
    const STEPS: f64 = 2_000.0;
    let count = |shares: Vec<f64>| {
        let mut counts = BTreeMap::<i64, f64>::new();
        for share in shares {
            *counts.entry((share.ln() * STEPS).round() as i64).or_default() += 1.0;
        }
        counts
    };
    // A mirror is one installer, the others have both audiences that are left.
    let audiences = shares(3);
    let installers = shares(INSTALLERS.len()).into_iter();
    let audiences =
        installers.flat_map(|it| [audiences[0] * it, audiences[1] * it]).chain([audiences[2]]);
    let mut combinations = count(audiences.collect());
    for ranks in [COUNTRIES, VERSIONS, PYTHONS, FILE_TYPES.len(), SYSTEMS.len(), CPUS.len()] {
        let values = count(shares(ranks));
        let mut crossed = BTreeMap::<i64, f64>::new();
        for (share, combinations) in combinations {
            for (other, values) in &values {
                *crossed.entry(share + other).or_default() += combinations * values;
            }
        }
        combinations = crossed;
    }
    // Rounding must not make more of them than there are.
    let share_of = |step: i64| (step as f64 / STEPS).exp();
    let all: f64 = combinations.iter().map(|(step, count)| count * share_of(*step)).sum();
    let a_day = f64::from(downloads) / DAYS as f64;
    let bits = combinations
        .into_iter()
        .map(|(step, count)| count * poisson_entropy(a_day * share_of(step) / all));
    bits.sum::<f64>() / 8.0
}

/// The entropy of a Poisson distribution with this mean, in bits.
fn poisson_entropy(mean: f64) -> f64 {
    let (mut entropy, mut log) = (0.0, -mean);
    for count in 1..(mean + 12.0 * mean.sqrt() + 20.0) as u32 {
        entropy -= log.exp() * log;
        log += (mean / f64::from(count)).ln();
    }
    entropy / std::f64::consts::LN_2
}

/// The share of each rank.
fn shares(ranks: usize) -> Vec<f64> {
    let weights: Vec<f64> = (1..=ranks).map(|rank| (rank as f64).powf(-EXPONENT)).collect();
    let all: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / all).collect()
}

fn country(rank: usize) -> String {
    let letter = |at: usize| char::from(b'A' + (at % 26) as u8);
    [letter(rank / 26), letter(rank)].iter().collect()
}

fn python(rank: usize) -> String {
    format!("3.{}", rank + 5)
}

/// Draws ranks, 0 for the most frequent.
struct Zipf {
    /// The sums of the weights up to each rank.
    sums: Vec<f64>,
}

impl Zipf {
    fn new(ranks: usize) -> Self {
        let mut sum = 0.0;
        let sums = (1..=ranks).map(|rank| {
            sum += (rank as f64).powf(-EXPONENT);
            sum
        });
        Self { sums: sums.collect() }
    }

    fn draw(&self, random: &mut SplitMix64) -> usize {
        let all = self.sums.last().copied().unwrap_or(0.0);
        let at = random.unit() * all;
        self.sums.partition_point(|&sum| sum <= at).min(self.sums.len() - 1)
    }
}

/// A generator of random numbers that gives the same ones everywhere and for ever.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// At least 0, less than 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_generator() {
        let mut random = SplitMix64(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn entropy_is_that_of_tables() {
        // 1.304842 nats.
        assert!((poisson_entropy(1.0) - 1.882_489).abs() < 1e-5, "{}", poisson_entropy(1.0));
        assert!((poisson_entropy(1e-3) - 0.011_408).abs() < 1e-5, "{}", poisson_entropy(1e-3));
        // Twice the downloads need more, but not twice as much: more of them are alike.
        let (once, twice) = (entropy_of_day(1_000_000), entropy_of_day(2_000_000));
        assert!(1.5 * once < twice && twice < 2.0 * once, "{once} {twice}");
    }

    #[test]
    fn the_first_ranks_come_most() {
        let (zipf, mut random) = (Zipf::new(4), SplitMix64(1));
        let mut counts = [0_u32; 4];
        for _ in 0..10_000 {
            counts[zipf.draw(&mut random)] += 1;
        }
        assert!(counts.is_sorted_by(|a, b| a > b), "{counts:?}");
        assert!((6500..7500).contains(&counts[0]), "{counts:?}");
    }
}
