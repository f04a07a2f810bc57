//! How figures, days and values are written for people.
//!
//! Everything here returns plain text. Escaping for HTML and SVG happens where the text is put.

use chrono::{DateTime, Datelike, Timelike, Utc};
use cube::Value;
use downloads::{Audience, Day, Dimension};

use crate::view::Filter;

/// Longer values are cut for display, in characters.
const LONGEST_VALUE: usize = 64;

/// Three letters each, January first.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A figure with so many decimals, at most 4, rounded as the standard library does: to the nearest, halves to the even
/// digit. Exact for all that is below 10^15.
///
/// With whole numbers, because what the standard library writes fractions with takes 20 kB of a module of the browser.
pub(crate) fn decimals(figure: f64, places: usize) -> String {
    let bits = figure.abs().to_bits();
    // The figure is the mantissa times 2 to the power of the exponent.
    let exponent = ((bits >> 52) as i32).max(1) - 1075;
    let mantissa = (bits & ((1 << 52) - 1)) | u64::from(bits >> 52 > 0) << 52;
    let scaled = u128::from(mantissa) * u128::from(10_u64.pow(places as u32));
    let rounded = if exponent < 0 {
        let power = exponent.unsigned_abs().min(127);
        let (whole, rest, half) = (scaled >> power, scaled & ((1 << power) - 1), 1 << (power - 1));
        let is_up = rest > half || (rest == half && whole & 1 == 1);
        whole + u128::from(is_up)
    } else {
        scaled << exponent.min(60)
    };
    let digits = u64::try_from(rounded).unwrap_or(u64::MAX).to_string();
    let digits = "0".repeat((places + 1).saturating_sub(digits.len())) + &digits;
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let sign = if figure.is_sign_negative() { "-" } else { "" };
    let point = if places > 0 { "." } else { "" };
    format!("{sign}{whole}{point}{fraction}")
}

/// `1,234,567`.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Three digits that matter: `9,876`, `12.3k`, `123k`, `1.23M`, `45.6B`.
pub fn short(count: u64) -> String {
    if count < 10_000 {
        return thousands(count);
    }
    // The first unit in which the rounded figure stays below a thousand.
    for (unit, name) in [(1_000, "k"), (1_000_000, "M"), (1_000_000_000, "B")] {
        let scaled = count as f64 / unit as f64;
        if scaled < 9.995 {
            return decimals(scaled, 2) + name;
        }
        if scaled < 99.95 {
            return decimals(scaled, 1) + name;
        }
        if scaled < 999.5 {
            return decimals(scaled, 0) + name;
        }
    }
    format!("{}B", thousands(count.div_euclid(1_000_000_000)))
}

/// A sum divided by how many it is of: `1,234`; below 10 with a decimal, `3.4`, because a rounded one says little.
pub(crate) fn mean(sum: u64, of: u64) -> String {
    let mean = sum as f64 / of as f64;
    match of {
        1 => thousands(sum),
        _ if sum > 0 && mean < 9.95 => decimals(mean.max(0.1), 1),
        _ => thousands(mean.round() as u64),
    }
}

/// `1 download`, `1,234 downloads`.
pub fn downloads(count: u64) -> String {
    counted(count, "download", "downloads")
}

/// `1 day`, `12 days`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { many })
}

/// `12.3 %` for a part of a whole. `None` if the whole is nothing: no share is known then.
pub fn share(part: u64, whole: u64) -> Option<String> {
    let percent = 100.0 * part as f64 / whole as f64;
    match whole {
        0 => None,
        _ if part > 0 && percent < 0.05 => Some("<\u{a0}0.1\u{a0}%".into()),
        _ => Some(decimals(percent, 1) + "\u{a0}%"),
    }
}

/// `12.3 %` for the fraction `0.123` of a whole.
pub fn fraction(fraction: f64) -> String {
    decimals(100.0 * fraction, 1) + "\u{a0}%"
}

/// `1st`, `2nd`, `3rd`, `4th`, `11th`, `1,021st`.
pub fn ordinal(place: u64) -> String {
    let end = match (place % 100, place % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{}{end}", thousands(place))
}

/// `+12.3 %` for the fraction `0.123`, with a real minus sign; `0.0 %` has no sign.
pub fn change(fraction: f64) -> String {
    let percent = decimals((100.0 * fraction).abs(), 1);
    let percent = match percent.split_once('.') {
        Some((whole, _)) if whole.len() > 3 => {
            whole.parse().map_or_else(|_| whole.into(), thousands)
        }
        _ => percent,
    };
    let sign = match fraction {
        _ if percent == "0.0" => "",
        ..0.0 => "\u{2212}",
        _ => "+",
    };
    format!("{sign}{percent}\u{a0}%")
}

/// `22 Nov 2026`.
pub fn day(day: Day) -> String {
    format!("{} {}", day.day(), month(day))
}

/// `Nov 2026`, for any day of the month.
pub fn month(day: Day) -> String {
    format!("{} {}", MONTHS[day.month0() as usize], day.year())
}

/// `22 Nov`, where the year is clear.
pub fn day_of_year(day: Day) -> String {
    format!("{} {}", day.day(), MONTHS[day.month0() as usize])
}

/// `3 to 9 May 2026`, with as little repeated as possible; one day alone is just that day.
pub fn days(first: Day, last: Day) -> String {
    if first == last {
        day(first)
    } else if (first.year(), first.month()) == (last.year(), last.month()) {
        format!("{} to {}", first.day(), day(last))
    } else if first.year() == last.year() {
        format!("{} to {}", day_of_year(first), day(last))
    } else {
        format!("{} to {}", day(first), day(last))
    }
}

/// `23 Nov 2026, 03:10 UTC`.
pub fn moment(moment: DateTime<Utc>) -> String {
    format!("{}, {:02}:{:02} UTC", day(moment.date_naive()), moment.hour(), moment.minute())
}

/// `123 kB` for a size in bytes, in thousands.
pub fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// A sentence without its capital, to stand within another.
pub(crate) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// A value of a dimension in words, fit to be shown whatever somebody put into it.
pub fn value(dimension: Dimension, value: &Value) -> String {
    match value {
        Value::Known(text) if dimension == Dimension::Audience => match Audience::from_key(text) {
            Some(Audience::Interactive) => "Interactive".into(),
            Some(Audience::Ci) => "CI".into(),
            Some(Audience::Mirror) => "Mirror".into(),
            Some(Audience::Unknown) => "Unknown".into(),
            None => visible(text),
        },
        // One that reads like a word of ours is quoted, and so is one that is quoted already.
        Value::Known(text)
            if matches!(&**text, "not known" | "other")
                || ["other (", "“"].iter().any(|start| text.starts_with(start))
                || dimension == Dimension::Version && text.ends_with(".x") =>
        {
            format!("“{}”", visible(text))
        }
        Value::Known(text) => visible(text),
        Value::Unknown => "not known".into(),
        Value::Other => "other".into(),
    }
}

/// What a filter lets through in words: a value, or a group of versions as `2.31.x`.
pub(crate) fn filter(filter: &Filter) -> String {
    match filter {
        Filter::Value(dimension, it) => value(*dimension, it),
        Filter::Group(_, group) => visible(&format!("{group}.x")),
    }
}

/// A text from outside, fit to be shown: what cannot be seen or turns the text around is spelled out as
/// `\u{202e}`, and a text of more than 64 characters is cut.
pub fn visible(text: &str) -> String {
    let spelled = spelled_out(text);
    if spelled.chars().count() <= LONGEST_VALUE {
        return spelled;
    }
    spelled.chars().take(LONGEST_VALUE - 1).chain(['…']).collect()
}

/// [`visible`] without the cut, for titles.
pub fn spelled_out(text: &str) -> String {
    if text.is_empty() {
        return "not known".into();
    }
    let mut spelled = String::with_capacity(text.len());
    for character in text.chars() {
        if is_invisible(character) {
            spelled.extend(character.escape_unicode());
        } else {
            spelled.push(character);
        }
    }
    spelled
}

/// Controls, marks of direction, characters without width, spaces that look like nothing or like more than
/// one, and code points that are no characters.
fn is_invisible(character: char) -> bool {
    let code = u32::from(character);
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || code & 0xfffe == 0xfffe
        || matches!(
            code,
            0xad | 0x34f
                | 0x61c
                | 0x115f..=0x1160
                | 0x17b4..=0x17b5
                | 0x180b..=0x180f
                | 0x200b..=0x200f
                | 0x202a..=0x202e
                | 0x2060..=0x206f
                | 0x2800
                | 0x3164
                | 0xfdd0..=0xfdef
                | 0xfe00..=0xfe0f
                | 0xfeff
                | 0xffa0
                | 0xfff0..=0xfffb
                | 0xe0000..=0xe0fff
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimals_are_those_of_the_standard_library() {
        let halves = (0..2000).map(|it| f64::from(it) / 16.0);
        for figure in halves.chain([1e-310, 5e-324, 1e-40, 123_456_789_012.345, -0.04, -2.5, 1e14])
        {
            for places in 0..=4 {
                assert_eq!(decimals(figure, places), format!("{figure:.places$}"));
            }
        }
    }

    proptest! {
        #[test]
        fn any_decimals_are_those_of_the_standard_library(
            figure in -1e13..1e13_f64, scale in 0..20, places in 0..=4_usize,
        ) {
            let figure = figure / 10_f64.powi(scale);
            prop_assert_eq!(decimals(figure, places), format!("{figure:.places$}"));
        }
    }

    #[test]
    fn counts_read_well() {
        let cases = [(0, "0", "0"), (999, "999", "999"), (1_234, "1,234", "1,234")];
        let large = [
            (9_999, "9,999", "9,999"),
            (10_000, "10,000", "10.0k"),
            (99_949, "99,949", "99.9k"),
            (99_950, "99,950", "100k"),
            (999_499, "999,499", "999k"),
            (999_500, "999,500", "1.00M"),
            (1_234_567, "1,234,567", "1.23M"),
            (9_994_999, "9,994,999", "9.99M"),
            (9_995_000, "9,995,000", "10.0M"),
            (45_600_000_000, "45,600,000,000", "45.6B"),
            (u64::MAX, "18,446,744,073,709,551,615", "18,446,744,073B"),
        ];
        for (count, long, brief) in cases.into_iter().chain(large) {
            assert_eq!(thousands(count), long);
            assert_eq!(short(count), brief, "{count}");
        }
        assert_eq!(downloads(1), "1 download");
        assert_eq!(downloads(1_000), "1,000 downloads");
    }

    #[test]
    fn shares_have_one_decimal_and_need_a_whole() {
        assert_eq!(share(1, 3).as_deref(), Some("33.3\u{a0}%"));
        assert_eq!(share(1, 1_000_000).as_deref(), Some("<\u{a0}0.1\u{a0}%"));
        assert_eq!(share(0, 3).as_deref(), Some("0.0\u{a0}%"));
        assert_eq!(share(0, 0), None);
    }

    #[test]
    fn places_end_as_they_are_spoken() {
        let cases = [
            (1, "1st"),
            (2, "2nd"),
            (3, "3rd"),
            (4, "4th"),
            (11, "11th"),
            (112, "112th"),
            (1021, "1,021st"),
        ];
        for (place, text) in cases {
            assert_eq!(ordinal(place), text);
        }
    }

    #[test]
    fn changes_have_a_real_minus_sign() {
        let cases = [
            (0.123, "+12.3\u{a0}%"),
            (-0.031, "\u{2212}3.1\u{a0}%"),
            (0.0, "0.0\u{a0}%"),
            (-0.000_1, "0.0\u{a0}%"),
            (9.999, "+999.9\u{a0}%"),
            (123.456, "+12,345\u{a0}%"),
            (-1.0, "\u{2212}100.0\u{a0}%"),
        ];
        for (fraction, text) in cases {
            assert_eq!(change(fraction), text);
        }
    }

    #[test]
    fn days_repeat_as_little_as_possible() {
        let at = |text| downloads::parse_day(text).unwrap();
        assert_eq!(day(at("2026-11-22")), "22 Nov 2026");
        assert_eq!(days(at("2026-05-03"), at("2026-05-09")), "3 to 9 May 2026");
        assert_eq!(days(at("2026-04-30"), at("2026-05-09")), "30 Apr to 9 May 2026");
        assert_eq!(days(at("2025-12-30"), at("2026-01-02")), "30 Dec 2025 to 2 Jan 2026");
        assert_eq!(days(at("2026-05-03"), at("2026-05-03")), "3 May 2026");
    }

    #[test]
    fn lists_end_in_and() {
        let items = ["a", "b", "c"].map(String::from);
        assert_eq!(list(&[]), "");
        assert_eq!(list(&items[..1]), "a");
        assert_eq!(list(&items[..2]), "a and b");
        assert_eq!(list(&items), "a, b and c");
    }

    #[test]
    fn what_cannot_be_seen_is_spelled_out() {
        assert_eq!(visible("1.0\u{202e}gpj.\0"), "1.0\\u{202e}gpj.\\u{0}");
        assert_eq!(visible("a\u{200b}b\u{fffe}\u{feff}\n"), "a\\u{200b}b\\u{fffe}\\u{feff}\\u{a}");
        assert_eq!(visible("<b>é 中 𝄞"), "<b>é 中 𝄞");
        assert_eq!(visible(""), "not known");
        assert_eq!(value(Dimension::Version, &Value::Unknown), "not known");
        assert_eq!(value(Dimension::Audience, &Value::Known("ci".into())), "CI");
    }

    #[test]
    fn a_value_that_reads_like_a_word_of_ours_is_quoted() {
        let of = |text: &str| value(Dimension::Version, &Value::Known(text.into()));
        assert_eq!(of("not known"), "“not known”");
        assert_eq!(of("other"), "“other”");
        assert_eq!(of("other (3 small values)"), "“other (3 small values)”");
        assert_eq!(of("“other”"), "““other””", "and still differs from the one without quotes");
        assert_eq!(of("another"), "another");
    }

    proptest! {
        #[test]
        fn what_is_shown_is_short_and_visible(text in any::<String>()) {
            let shown = visible(&text);
            prop_assert!(shown.chars().count() <= LONGEST_VALUE);
            prop_assert!(!shown.is_empty());
            prop_assert!(!shown.chars().any(is_invisible));
        }
    }
}
