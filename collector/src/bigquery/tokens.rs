//! Access tokens: one at a time, replaced before it expires.

use std::{cell::RefCell, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Clock, Failure,
    credentials::Credentials,
    exchange,
    faults::{self, Act, Asked, CREDENTIALS},
    http::Http,
    secrets::Secret,
};

/// A token, as a token service gives it.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) secret: Secret,
    /// How long it is good for.
    pub(super) life: Duration,
}

/// A token in use.
#[derive(Debug)]
struct Current {
    secret: Secret,
    refresh: DateTime<Utc>,
    expires: DateTime<Utc>,
}

/// The token of a run.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) credentials: Credentials,
    current: RefCell<Option<Current>>,
}

impl Tokens {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self { credentials, current: RefCell::new(None) }
    }

    /// A token that is good for now: the one there is, until four fifths of its life are over.
    pub(super) async fn get(&self, http: &Http, clock: &impl Clock) -> Result<Secret, Failure> {
        let now = clock.now();
        let usable = match &*self.current.borrow() {
            Some(current) if now < current.refresh => return Ok(current.secret.clone()),
            Some(current) if now < current.expires => Some(current.secret.clone()),
            _ => None,
        };
        let fresh = self.fetch(http, clock).await;
        // The last fifth is there so that the service may fail for a while.
        match (fresh, usable) {
            (Err(failure), Some(usable)) if failure.reason != CREDENTIALS => {
                log::debug!("the access token is not refreshed, but good for a while: {failure}");
                Ok(usable)
            }
            (fresh, _) => fresh,
        }
    }

    /// Another token than the one that was refused.
    pub(super) async fn replace(
        &self,
        refused: &Secret,
        http: &Http,
        clock: &impl Clock,
    ) -> Result<Secret, Failure> {
        self.current.borrow_mut().take_if(|current| current.secret == *refused);
        self.get(http, clock).await
    }

    async fn fetch(&self, http: &Http, clock: &impl Clock) -> Result<Secret, Failure> {
        let token = exchange::token(http, &self.credentials.kind, clock.now());
        let token = token.await.map_err(|failure| self.explain(failure))?;
        let now = clock.now();
        let after = |life: Duration| {
            TimeDelta::from_std(life)
                .ok()
                .and_then(|life| now.checked_add_signed(life))
                .unwrap_or(now)
        };
        let life = token.life.as_secs();
        log::debug!("a new access token, good for {life} s");
        let (refresh, expires) = (after(token.life * 4 / 5), after(token.life));
        let secret = token.secret.clone();
        *self.current.borrow_mut() = Some(Current { secret: token.secret, refresh, expires });
        Ok(secret)
    }

    /// A token service that refuses is not BigQuery that refuses: its 404 is not that of a job.
    fn explain(&self, failure: Failure) -> Failure {
        let origin = &self.credentials.origin;
        let message = &failure.message;
        let message = format!("no access token with the credentials of {origin}: {message}");
        let failure = Failure { message, ..failure };
        match faults::act(Asked::Cancel, &failure) {
            Act::Retry => failure,
            _ => failure.of_credentials(),
        }
    }
}
