//! How long to wait before asking again. Pure: time and chance are passed in.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

/// How patient a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The longest pause after the first failure; it doubles with each further one.
    pub base: Duration,
    /// What the pauses grow to, unless the service asks for more.
    pub cap: Duration,
    /// The longest pause that a service may ask for; if it asks for more, the run ends.
    pub longest: Duration,
    /// How long a run waits in all.
    pub total: Duration,
    /// How often one thing is asked, the first time included.
    pub tries: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            base: Duration::from_secs(1),
            cap: Duration::from_secs(60),
            longest: Duration::from_secs(300),
            total: Duration::from_secs(15 * 60),
            tries: 10,
        }
    }
}

impl Backoff {
    /// The pause after so many `failures`, of which there is at least one: any time up to the limit
    /// of that failure ("full jitter", so that many clients do not come back together), but never
    /// less than the service asked for.
    ///
    /// `random` is at least 0 and less than 1. `None` if the service asks for more than
    /// [`Backoff::longest`].
    pub fn pause(
        &self,
        failures: u32,
        retry_after: Option<Duration>,
        random: f64,
    ) -> Option<Duration> {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        let limit = self.base.saturating_mul(doubled).min(self.cap);
        let asked = retry_after.unwrap_or_default();
        (asked <= self.longest).then(|| limit.mul_f64(random).max(asked))
    }
}

/// The time that a `Retry-After` header asks for: seconds, or a date. `None` if it is neither.
pub(super) fn retry_after(header: &str, now: DateTime<Utc>) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(header.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let date = httpdate::parse_http_date(header).ok()?;
    Some(date.duration_since(SystemTime::from(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_pause_is_within_its_limit_and_never_shorter_than_asked(
            failures in 1_u32..100,
            asked in proptest::option::of(0_u64..=300),
            random in 0.0..1.0_f64,
        ) {
            let backoff = Backoff::default();
            let asked = asked.map(Duration::from_secs);
            let pause = backoff.pause(failures, asked, random).expect("not too long");
            let limit = Duration::from_secs(1_u64 << (failures - 1).min(6)).min(backoff.cap);
            prop_assert!(pause >= asked.unwrap_or_default());
            prop_assert!(pause <= limit.max(asked.unwrap_or_default()));
        }

        #[test]
        fn more_than_five_minutes_is_too_long(failures in 1_u32..100, more in 1_u64.., random in 0.0..1.0_f64) {
            let asked = Duration::from_millis(300_000_u64.saturating_add(more));
            prop_assert_eq!(Backoff::default().pause(failures, Some(asked), random), None);
        }

        #[test]
        fn any_header_is_read_without_a_panic(header in ".*") {
            retry_after(&header, Utc.timestamp_opt(1_800_000_000, 0).unwrap());
        }
    }

    #[test]
    fn the_pauses_spread_over_the_whole_range() {
        let backoff = Backoff::default();
        let pause = |failures, random| backoff.pause(failures, None, random).unwrap().as_secs_f64();
        assert_eq!(pause(1, 0.0), 0.0);
        assert_eq!(pause(1, 0.5), 0.5);
        assert_eq!(pause(4, 0.5), 4.0);
        assert_eq!(pause(40, 0.5), 30.0);
    }

    #[test]
    fn a_header_asks_in_seconds_or_with_a_date() {
        let now = Utc.with_ymd_and_hms(2026, 11, 23, 12, 0, 0).unwrap();
        let asked = |header| retry_after(header, now);
        assert_eq!(asked("7"), Some(Duration::from_secs(7)));
        assert_eq!(asked(" 0 "), Some(Duration::ZERO));
        assert_eq!(asked("Mon, 23 Nov 2026 12:02:00 GMT"), Some(Duration::from_secs(120)));
        assert_eq!(asked("Mon, 23 Nov 2026 11:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(asked("99999999999999999999999"), Some(Duration::MAX));
        assert_eq!(asked("soon"), None);
        assert_eq!(asked("-1"), None);
        assert_eq!(asked(""), None);
    }
}
