//! Days and times as they stand in files.

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use downloads::Day;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A day as `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IsoDay(pub(crate) Day);

impl IsoDay {
    /// The text. Years are those that the store can hold: four digits.
    pub(crate) fn text(self) -> [u8; 10] {
        let digit = |number: u32, place: u32| b'0' + (number / place % 10) as u8;
        let (year, month, day) = (self.0.year().unsigned_abs(), self.0.month(), self.0.day());
        [
            digit(year, 1000),
            digit(year, 100),
            digit(year, 10),
            digit(year, 1),
            b'-',
            digit(month, 10),
            digit(month, 1),
            b'-',
            digit(day, 10),
            digit(day, 1),
        ]
    }
}

impl Serialize for IsoDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(&self.text()))
    }
}

impl<'de> Deserialize<'de> for IsoDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        downloads::parse_day(&text).map(Self).ok_or_else(|| D::Error::custom("not a day"))
    }
}

/// A time as `YYYY-MM-DDTHH:MM:SSZ`.
pub(crate) fn time_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_they_are_read() {
        for text in ["2016-01-22", "2024-02-29", "1999-12-31", "0004-05-06"] {
            let day = downloads::parse_day(text).unwrap();
            assert_eq!(IsoDay(day).text(), text.as_bytes());
            let json = serde_json::to_string(&IsoDay(day)).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<IsoDay>(&json).unwrap(), IsoDay(day));
        }
        assert!(serde_json::from_str::<IsoDay>("\"2024-2-29\"").is_err());
    }
}
