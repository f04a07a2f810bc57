//! Numbers as shields.io writes them: `9`, `1.2k`, `12k`, `1M`.

use std::fmt::Write;

/// The units, small to large. Larger ones do not fit into 64 bits.
const UNITS: [(u128, &str); 7] = [
    (1, ""),
    (1_000, "k"),
    (1_000_000, "M"),
    (1_000_000_000, "G"),
    (1_000_000_000_000, "T"),
    (1_000_000_000_000_000, "P"),
    (1_000_000_000_000_000_000, "E"),
];

/// Writes the nearest short number: below ten of a unit with one decimal, unless that is 0.
pub(crate) fn push_rounded(text: &mut String, count: u64) {
    push(text, count, |count, unit| (count + unit / 2) / unit);
}

/// Writes the short number right below, so that "at least" stays true of it.
pub(crate) fn push_at_least(text: &mut String, count: u64) {
    push(text, count, |count, unit| count / unit);
}

fn push(text: &mut String, count: u64, divide: fn(u128, u128) -> u128) {
    let count = u128::from(count);
    // The first unit in which the number stays below a thousand.
    for (unit, name) in UNITS {
        let (whole, tenths) = (divide(count, unit), divide(10 * count, unit));
        if whole < 1_000 {
            // Writing to a string cannot fail.
            let _ = if tenths < 100 && !tenths.is_multiple_of(10) {
                write!(text, "{}.{}{name}", tenths / 10, tenths % 10)
            } else {
                write!(text, "{whole}{name}")
            };
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(push: fn(&mut String, u64), count: u64) -> String {
        let mut text = String::new();
        push(&mut text, count);
        text
    }

    #[test]
    fn numbers_are_those_of_shields() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1_000, "1k"),
            (1_049, "1k"),
            (1_050, "1.1k"),
            (9_949, "9.9k"),
            (9_950, "10k"),
            (12_499, "12k"),
            (12_500, "13k"),
            (999_499, "999k"),
            (999_500, "1M"),
            (1_234_567, "1.2M"),
            (45_600_000_000, "46G"),
            (999_999_999_999_999_999, "1E"),
            (u64::MAX, "18E"),
        ];
        for (count, text) in cases {
            assert_eq!(of(push_rounded, count), text, "{count}");
        }
    }

    #[test]
    fn lower_bounds_are_rounded_down() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1_099, "1k"),
            (1_199, "1.1k"),
            (999_999, "999k"),
            (u64::MAX, "18E"),
        ];
        for (count, text) in cases {
            assert_eq!(of(push_at_least, count), text, "{count}");
        }
    }

    proptest! {
        #[test]
        fn a_short_number_is_near_and_a_lower_bound_below(count in any::<u64>(), shift in 0..64_u32) {
            let count = count >> shift;
            let value = |text: &str| -> f64 {
                let digits = text.trim_end_matches(|c: char| c.is_alphabetic());
                let unit = UNITS.iter().find(|(_, name)| *name == &text[digits.len()..]).unwrap().0;
                digits.parse::<f64>().unwrap() * unit as f64
            };
            let (rounded, least) = (of(push_rounded, count), of(push_at_least, count));
            prop_assert!(rounded.len() <= 4 && least.len() <= 4);
            prop_assert!((value(&rounded) - count as f64).abs() <= 0.051 * count as f64);
            prop_assert!(value(&least) <= count as f64);
        }
    }
}
