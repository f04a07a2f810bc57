//! Going wrong on purpose: by a script, or at random from a seed.

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::ledger::Kind;

/// Whether the request is carried out before it goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Nothing is done.
    Before,
    /// All is done, only the answer is another.
    After,
}

/// How the end of an answer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// By `Content-Length`.
    Length,
    /// By chunks.
    Chunked,
    /// By closing the connection: nothing shows that the rest is missing.
    Close,
}

/// What stands in an answer that is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// The error as Google writes it.
    Json,
    /// Nothing.
    Empty,
    /// A page of a proxy.
    Html,
}

/// When to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// In so many seconds.
    Seconds(u64),
    /// So many seconds after the server's time, as an HTTP date.
    Date(u64),
}

/// Something that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An error.
    Refuse {
        /// Whether the request is carried out all the same.
        when: When,
        /// The HTTP status.
        status: u16,
        /// The reason of Google's error.
        reason: &'static str,
        /// How it is written.
        body: Body,
        /// The header `Retry-After`; `None` for none.
        retry_after: Option<RetryAfter>,
    },
    /// 200 with an HTML page; the request is carried out.
    Html,
    /// The body ends after so many bytes (modulo its length), and the connection with it.
    Cut {
        /// How many bytes are sent.
        bytes: usize,
        /// How the end would have been told.
        framing: Framing,
    },
    /// The connection is reset.
    Reset(When),
    /// The answer comes late, by the clock of the machine.
    Delay(Duration),
    /// The request is carried out, and no answer ever comes.
    Stall,
    /// The answer comes a few bytes at a time, by the clock of the machine.
    Drip {
        /// How many bytes at a time.
        bytes: usize,
        /// How long it pauses after them.
        pause: Duration,
    },
    /// The last answer to a request of this kind about the same job comes again. Nothing is done. If
    /// there is none, all goes right.
    Stale,
    /// 401, and the token that came with the request is dead.
    Revoke,
    /// The job is made, and not found for so many requests about it.
    Hidden(u32),
    /// The job is made and fails with this reason after its time.
    JobFails(&'static str),
    /// A page without rows, and a token for the same place.
    EmptyPage,
    /// `totalRows` is wrong by so much.
    WrongTotal(i64),
    /// The last so many rows of the page are missing.
    LoseRows(usize),
    /// The first so many rows of the page are there twice.
    RepeatRows(usize),
}

impl Fault {
    /// An error with Google's body, for which nothing is done.
    pub fn refuse(status: u16, reason: &'static str) -> Self {
        Self::Refuse { when: When::Before, status, reason, body: Body::Json, retry_after: None }
    }
}

/// Which requests a fault is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Of which kind; `None` for any.
    pub kind: Option<Kind>,
    /// Which of them, counted from 1 from the start of the server.
    pub nth: RangeInclusive<u64>,
}

impl Target {
    /// The n-th request, from 1.
    pub fn nth(n: u64) -> Self {
        Self { kind: None, nth: n..=n }
    }

    /// The n-th request of a kind, from 1.
    pub fn of(kind: Kind, n: u64) -> Self {
        Self { kind: Some(kind), nth: n..=n }
    }

    /// All requests of a kind.
    pub fn every(kind: Kind) -> Self {
        Self { kind: Some(kind), nth: 1..=u64::MAX }
    }
}

/// What goes wrong, and when.
#[derive(Debug, Default)]
pub struct Faults {
    script: Vec<(Target, Fault)>,
    random: Option<Random>,
    asked: BTreeMap<Option<Kind>, u64>,
}

#[derive(Debug)]
struct Random {
    numbers: StdRng,
    /// Out of 100.
    percent: u32,
    left: u32,
    /// Rows go missing, or come twice, but never both: together they would hide each other.
    loses: bool,
}

impl Faults {
    /// Adds a fault to the script. The first that fits a request is the one that happens.
    pub fn script(&mut self, target: Target, fault: Fault) {
        self.script.push((target, fault));
    }

    /// Lets requests go wrong at random, so many in a hundred, but at most so many in all. None of the
    /// faults takes time by the clock of the machine.
    pub fn random(&mut self, seed: u64, percent: u32, most: u32) {
        let mut numbers = StdRng::seed_from_u64(seed);
        let loses = numbers.random();
        self.random = Some(Random { numbers, percent, left: most, loses });
    }

    /// Nothing goes wrong from now on.
    pub fn clear(&mut self) {
        self.script.clear();
        self.random = None;
    }

    /// Whether anything may still go wrong.
    pub(crate) fn any(&self) -> bool {
        !self.script.is_empty() || self.random.is_some()
    }

    /// Counts a request, and says what goes wrong with it.
    pub(crate) fn next(&mut self, kind: Kind) -> Option<Fault> {
        let mut count = |kind| {
            let asked = self.asked.entry(kind).or_default();
            *asked += 1;
            *asked
        };
        let (of_all, of_kind) = (count(None), count(Some(kind)));
        let scripted = self.script.iter().find(|(target, _)| match target.kind {
            None => target.nth.contains(&of_all),
            Some(wanted) => wanted == kind && target.nth.contains(&of_kind),
        });
        if let Some((_, fault)) = scripted {
            return Some(fault.clone());
        }
        self.random.as_mut().and_then(|random| random.next(kind))
    }
}

impl Random {
    fn next(&mut self, kind: Kind) -> Option<Fault> {
        if self.left == 0 || self.numbers.random_range(0..100) >= self.percent {
            return None;
        }
        self.left -= 1;
        let special = match kind {
            Kind::Insert => 4,
            Kind::Page => 4,
            Kind::Status => 1,
            _ => 0,
        };
        let choice = self.numbers.random_range(0..10 + special);
        let count = self.numbers.random_range(1..4);
        Some(match (choice, kind) {
            (0..=3, _) => self.refusal(),
            (4, _) => Fault::Reset(When::Before),
            (5, _) => Fault::Reset(When::After),
            (6 | 7, _) => {
                let framing = [Framing::Length, Framing::Chunked, Framing::Close];
                let framing = framing[self.numbers.random_range(0..3)];
                Fault::Cut { bytes: self.numbers.random_range(0..100_000), framing }
            }
            (8, _) => Fault::Html,
            (9, Kind::Token) => Fault::refuse(500, "backendError"),
            (9, _) => Fault::Revoke,
            (10, Kind::Insert) => Fault::Hidden(count),
            (11, Kind::Insert) => Fault::JobFails("jobBackendError"),
            (_, Kind::Insert) => Fault::Refuse {
                when: When::After,
                status: 409,
                reason: "duplicate",
                body: Body::Json,
                retry_after: None,
            },
            (10, _) => Fault::Stale,
            (11, _) => Fault::EmptyPage,
            (12, _) => Fault::WrongTotal(if self.numbers.random() { 1 } else { -1 }),
            _ if self.loses => Fault::LoseRows(count as usize),
            _ => Fault::RepeatRows(count as usize),
        })
    }

    fn refusal(&mut self) -> Fault {
        let (status, reason, body) = [
            (429, "rateLimitExceeded", Body::Json),
            (403, "rateLimitExceeded", Body::Json),
            (500, "internalError", Body::Json),
            (500, "backendError", Body::Json),
            (502, "badGateway", Body::Html),
            (503, "backendError", Body::Json),
            (503, "", Body::Empty),
            (503, "", Body::Html),
        ][self.numbers.random_range(0..8)];
        let when = if self.numbers.random() { When::After } else { When::Before };
        let retry_after = match self.numbers.random_range(0..4) {
            0 => Some(RetryAfter::Seconds(self.numbers.random_range(0..30))),
            1 => Some(RetryAfter::Date(self.numbers.random_range(0..30))),
            _ => None,
        };
        Fault::Refuse { when, status, reason, body, retry_after }
    }
}
