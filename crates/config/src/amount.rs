//! Bytes, dollars and shares, as people write and read them. All are whole numbers inside.

use std::{fmt, str::FromStr};

/// Bytes in a MiB.
pub const MIB: u64 = 1 << 20;

/// Bytes in a GiB.
pub const GIB: u64 = 1 << 30;

/// Bytes in a TiB, the unit that BigQuery's price is for.
pub const TIB: u64 = 1 << 40;

/// The largest size that is read, 2^60: with a margin on top it is still one of BigQuery's numbers.
const LARGEST_SIZE: u64 = 1 << 60;

/// A number of bytes. Reads `1 TiB`, `500GiB`, `1.5 GiB`, `0`; shows three digits: `12.3 GiB`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size(pub u64);

/// A text is not a size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a size such as `500 GiB`, in `MiB`, `GiB` or `TiB`, up to `1048576 TiB`, or `0`")]
pub struct BadSize;

impl FromStr for Size {
    type Err = BadSize;

    fn from_str(text: &str) -> Result<Self, BadSize> {
        let text = text.trim();
        if text == "0" {
            return Ok(Self(0));
        }
        let split = text.find(|c: char| c.is_ascii_alphabetic()).ok_or(BadSize)?;
        let (number, unit) = text.split_at(split);
        let unit = match unit.to_ascii_lowercase().as_str() {
            "mib" => MIB,
            "gib" => GIB,
            "tib" => TIB,
            _ => return Err(BadSize),
        };
        let millionths = decimal::<6>(number.trim_end()).ok_or(BadSize)?;
        let bytes = u128::from(millionths) * u128::from(unit) / 1_000_000;
        let bytes = u64::try_from(bytes).ok().filter(|&bytes| bytes <= LARGEST_SIZE);
        bytes.map(Self).ok_or(BadSize)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 4] =
            [(TIB, "TiB"), (GIB, "GiB"), (MIB, "MiB"), (1 << 10, "KiB")];
        let bytes = u128::from(self.0);
        // `0.95 TiB` says more than `973 GiB`, where limits are in TiB.
        let unit = UNITS.into_iter().find(|&(unit, _)| bytes * 10 >= u128::from(unit) * 9);
        let Some((unit, name)) = unit else { return f.pad(&format!("{} B", self.0)) };
        let unit = u128::from(unit);
        let decimals: u32 = match bytes / unit {
            0..10 => 2,
            10..100 => 1,
            _ => 0,
        };
        let scale = 10_u128.pow(decimals);
        let scaled = (bytes * scale + unit / 2) / unit;
        let mut number = (scaled / scale).to_string();
        if !scaled.is_multiple_of(scale) {
            let fraction = format!("{:0width$}", scaled % scale, width = decimals as usize);
            number = format!("{number}.{}", fraction.trim_end_matches('0'));
        }
        f.pad(&format!("{number} {name}"))
    }
}

/// An amount of money in millionths of a dollar. Reads `6.25`; shows cents: `$6.25`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MicroDollars(pub u64);

/// A text is not a price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected dollars, such as `6.25`")]
pub struct BadPrice;

impl MicroDollars {
    /// What `bytes` cost at this price per TiB (2^40 bytes), rounded to the nearest millionth.
    pub fn of(self, bytes: u64) -> Self {
        let tib = u128::from(TIB);
        let cost = (u128::from(self.0) * u128::from(bytes) + tib / 2) / tib;
        Self(u64::try_from(cost).unwrap_or(u64::MAX))
    }
}

impl FromStr for MicroDollars {
    type Err = BadPrice;

    fn from_str(text: &str) -> Result<Self, BadPrice> {
        decimal::<6>(text.trim()).map(Self).ok_or(BadPrice)
    }
}

impl fmt::Display for MicroDollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.0 / 10_000 + u64::from(self.0 % 10_000 >= 5_000);
        if cents == 0 && self.0 > 0 {
            return f.pad("<$0.01");
        }
        f.pad(&format!("${}.{:02}", cents / 100, cents % 100))
    }
}

/// A share of something, in parts per million. Reads and shows percent: `0.5%`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u32);

/// A text is not a share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected percent from `0%` to `100%`, such as `0.5%`, with at most four decimals")]
pub struct BadShare;

impl Share {
    /// So many parts of a million; more than a million are a million.
    pub const fn from_parts_per_million(parts: u32) -> Self {
        Self(if parts > 1_000_000 { 1_000_000 } else { parts })
    }

    /// The share, from 0 to 1,000,000.
    pub const fn parts_per_million(self) -> u32 {
        self.0
    }
}

impl FromStr for Share {
    type Err = BadShare;

    fn from_str(text: &str) -> Result<Self, BadShare> {
        let number = text.trim().strip_suffix('%').ok_or(BadShare)?;
        let parts = decimal::<4>(number.trim_end()).and_then(|parts| u32::try_from(parts).ok());
        parts.filter(|&parts| parts <= 1_000_000).map(Self).ok_or(BadShare)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:04}", self.0 % 10_000);
        match fraction.trim_end_matches('0') {
            "" => f.pad(&format!("{}%", self.0 / 10_000)),
            fraction => f.pad(&format!("{}.{fraction}%", self.0 / 10_000)),
        }
    }
}

/// Reads digits, perhaps with a point and at most `PLACES` digits behind it, in units of the last place.
fn decimal<const PLACES: usize>(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || fraction.len() > PLACES {
        return None;
    }
    format!("{whole}{fraction:0<PLACES$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_size_is_a_number_with_its_unit() {
        let read = |text: &str| text.parse::<Size>().map(|size| size.0);
        assert_eq!(read("1 TiB"), Ok(TIB));
        assert_eq!(read("500GiB"), Ok(500 * GIB));
        assert_eq!(read(" 1.5  mib "), Ok(MIB + MIB / 2));
        assert_eq!(read("0"), Ok(0));
        assert_eq!(read("0 GiB"), Ok(0));
        assert_eq!(read("1048576 TiB"), Ok(LARGEST_SIZE));
        for bad in [
            "",
            "1",
            "TiB",
            "1 TB",
            "1 T",
            "-1 TiB",
            "+1 TiB",
            "1. TiB",
            ".5 TiB",
            "1e3 GiB",
            "1,5 GiB",
            "1 TiB/s",
            "1048577 TiB",
            "99999999999999999999 MiB",
            "0.0000001 TiB",
            "1 2 GiB",
        ] {
            assert_eq!(read(bad), Err(BadSize), "{bad:?}");
        }
    }

    #[test]
    fn a_size_is_shown_with_three_digits() {
        let shown = [
            (0, "0 B"),
            (921, "921 B"),
            (922, "0.9 KiB"),
            (10 * MIB, "10 MiB"),
            (12 * GIB + GIB / 3, "12.3 GiB"),
            (312 * GIB, "312 GiB"),
            (921 * GIB, "921 GiB"),
            (922 * GIB, "0.9 TiB"),
            (TIB, "1 TiB"),
            (TIB + TIB / 100, "1.01 TiB"),
            (100 * GIB - 1, "100 GiB"),
            (440 * TIB, "440 TiB"),
            (u64::MAX, "16777216 TiB"),
        ];
        for (bytes, text) in shown {
            assert_eq!(Size(bytes).to_string(), text);
        }
        assert_eq!(format!("{:>9}|", Size(TIB)), "    1 TiB|");
    }

    #[test]
    fn a_price_is_dollars_with_a_point() {
        assert_eq!("6.25".parse(), Ok(MicroDollars(6_250_000)));
        assert_eq!("5".parse(), Ok(MicroDollars(5_000_000)));
        for bad in ["", "$6.25", "6,25", "-1", "6.25 USD", "1e3", "0.0000001", "99999999999999"] {
            assert_eq!(bad.parse::<MicroDollars>(), Err(BadPrice), "{bad:?}");
        }
    }

    #[test]
    fn money_is_shown_in_cents() {
        let price = MicroDollars(6_250_000);
        let shown = [
            (0, "$0.00"),
            (10 * MIB, "<$0.01"),
            (GIB, "$0.01"),
            (TIB, "$6.25"),
            (200 * TIB, "$1250.00"),
            (440 * TIB, "$2750.00"),
        ];
        for (bytes, text) in shown {
            assert_eq!(price.of(bytes).to_string(), text, "{bytes}");
        }
    }

    #[test]
    fn a_share_is_percent() {
        for text in ["0%", "0.5%", "12.0625%", "100%"] {
            assert_eq!(text.parse::<Share>().unwrap().to_string(), text);
        }
        assert_eq!("0.5%".parse::<Share>().map(Share::parts_per_million), Ok(5_000));
        for bad in ["", "%", "0.5", "5", "-1%", "100.0001%", "0.00001%", "1 percent", "1e1%"] {
            assert_eq!(bad.parse::<Share>(), Err(BadShare), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn the_cost_shown_is_within_one_cent_of_the_bill(bytes in 0..(1_u64 << 50), price in 0..20_000_000_u64) {
            let exact = bytes as f64 / TIB as f64 * price as f64 / 1e6;
            let shown = MicroDollars(price).of(bytes).to_string();
            let shown: f64 = shown.trim_start_matches(['<', '$']).parse().unwrap();
            prop_assert!((shown - exact).abs() <= 0.010_001, "{shown} for {exact}");
        }

        #[test]
        fn what_is_shown_of_a_size_is_within_one_percent(bytes in MIB..LARGEST_SIZE) {
            let shown: Size = Size(bytes).to_string().parse().unwrap();
            prop_assert!(shown.0.abs_diff(bytes) <= bytes / 100, "{shown} for {bytes}");
        }
    }
}
