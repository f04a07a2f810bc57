//! How BigQuery is asked, and what that may cost.

use std::str::FromStr;

use chrono::NaiveTime;
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::{
    MicroDollars, Share, Size, TIB,
    check::present,
    error::{ConfigError, Source, plain},
    file::Optional,
};

/// What BigQuery asks for a TiB (2^40 bytes) on demand: $6.25, as of 2026.
pub const PRICE_PER_TIB: MicroDollars = MicroDollars(6_250_000);

/// What Google does not charge for, in bytes a calendar month and billing account: 1 TiB, as of 2026.
pub const FREE_PER_MONTH: u64 = TIB;

/// How BigQuery is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BigQuery {
    /// The id of the Google Cloud project that is billed; `None` if the credentials say it.
    pub project: Option<String>,
    /// The time of the day, UTC, before which yesterday is not read: it is still being loaded.
    pub not_before: NaiveTime,
    /// A day that would lose more than this share of its downloads is kept as it was.
    pub accept_shrink: Share,
}

impl Default for BigQuery {
    /// As in `config.yaml`: from 06:00, up to half a percent.
    fn default() -> Self {
        Self {
            project: None,
            not_before: NaiveTime::from_hms_opt(6, 0, 0).unwrap_or_default(),
            accept_shrink: Share::from_parts_per_million(5_000),
        }
    }
}

/// What may be spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The most bytes that one query may bill at worst; 0 forbids all.
    pub query: u64,
    /// The most bytes that may be billed in a calendar month, UTC; 0 forbids all.
    pub month: u64,
    /// The price of a TiB (2^40 bytes).
    pub price_per_tib: MicroDollars,
}

impl Default for Budget {
    /// What is free each month, also as the worst case of one query.
    fn default() -> Self {
        Self { query: FREE_PER_MONTH, month: FREE_PER_MONTH, price_per_tib: PRICE_PER_TIB }
    }
}

/// A text is not the id of a Google Cloud project.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not the id of a Google Cloud project, expected lower-case letters, digits and `-`, \
     as `gcloud projects list` shows it"
)]
pub struct BadCloudProject(String);

/// Checks the id of a Google Cloud project, which becomes a part of addresses.
///
/// # Errors
///
/// If it has characters that no id has.
pub fn cloud_project(id: &str) -> Result<String, BadCloudProject> {
    let is_good =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:".contains(&byte);
    if id.bytes().all(is_good) && id.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Ok(id.into());
    }
    Err(BadCloudProject(plain(id)))
}

/// Below `bigquery`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct BigQueryKeys {
    project: Optional<String>,
    not_before: Optional<String>,
    accept_shrink: Optional<String>,
}

/// Below `budget`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct BudgetKeys {
    query: Optional<String>,
    month: Optional<String>,
    price_per_tib: Optional<String>,
}

/// What one file says below `bigquery` and `budget`; `None` where it says nothing.
///
/// Merged value by value: a file that lowers one cap must not raise the other one of the file that it
/// imports back to the default.
#[derive(Default)]
pub(crate) struct BigQueryPart {
    project: Option<String>,
    not_before: Option<NaiveTime>,
    accept_shrink: Option<Share>,
    query: Option<u64>,
    month: Option<u64>,
    price_per_tib: Option<MicroDollars>,
}

impl BigQueryPart {
    /// What is said here, else there.
    pub(crate) fn or(self, imported: Self) -> Self {
        Self {
            project: self.project.or(imported.project),
            not_before: self.not_before.or(imported.not_before),
            accept_shrink: self.accept_shrink.or(imported.accept_shrink),
            query: self.query.or(imported.query),
            month: self.month.or(imported.month),
            price_per_tib: self.price_per_tib.or(imported.price_per_tib),
        }
    }

    /// With the defaults filled in.
    pub(crate) fn complete(self) -> (BigQuery, Budget) {
        let (default, budget) = (BigQuery::default(), Budget::default());
        let bigquery = BigQuery {
            project: self.project,
            not_before: self.not_before.unwrap_or(default.not_before),
            accept_shrink: self.accept_shrink.unwrap_or(default.accept_shrink),
        };
        let budget = Budget {
            query: self.query.unwrap_or(budget.query),
            month: self.month.unwrap_or(budget.month),
            price_per_tib: self.price_per_tib.unwrap_or(budget.price_per_tib),
        };
        (bigquery, budget)
    }
}

impl Source<'_> {
    pub(crate) fn bigquery(
        self,
        bigquery: Option<BigQueryKeys>,
        budget: Option<BudgetKeys>,
    ) -> Result<BigQueryPart, ConfigError> {
        let mut part = BigQueryPart::default();
        if let Some(keys) = bigquery {
            part.project = present(keys.project)
                .map(|id| {
                    cloud_project(&id.value)
                        .map_err(|bad| self.error_at(id.referenced, bad.to_string()))
                })
                .transpose()?;
            part.not_before =
                present(keys.not_before).map(|time| self.time_of_day(&time)).transpose()?;
            part.accept_shrink = self.amount("accept-shrink", keys.accept_shrink)?;
        }
        if let Some(keys) = budget {
            part.query = self.amount::<Size>("query", keys.query)?.map(|size| size.0);
            part.month = self.amount::<Size>("month", keys.month)?.map(|size| size.0);
            part.price_per_tib = self.amount("price-per-tib", keys.price_per_tib)?;
        }
        Ok(part)
    }

    fn amount<T: FromStr<Err: std::error::Error>>(
        self,
        key: &str,
        value: Optional<String>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(value) = present(value) else { return Ok(None) };
        let refused = |bad: T::Err| {
            let message = format!("`{key}` is `{}`, {bad}", plain(&value.value));
            self.error_at(value.referenced, message)
        };
        value.value.parse().map(Some).map_err(refused)
    }

    fn time_of_day(self, time: &Spanned<String>) -> Result<NaiveTime, ConfigError> {
        // Five characters, because `6:0` would be read as well.
        let parsed = NaiveTime::parse_from_str(&time.value, "%H:%M").ok();
        parsed.filter(|_| time.value.len() == 5).ok_or_else(|| {
            let message = format!(
                "`{}` is not a time of the day, expected `00:00` to `23:59`, in UTC",
                plain(&time.value)
            );
            self.error_at(time.referenced, message)
        })
    }
}
