//! Reading a part: any bytes give one or an error, never a panic.

use std::ops::Range;

use downloads::{Day, DayState, Dimension};

use super::{DecodeError, MAGIC, NEWEST, OLDER, ONE_BYTE, RUNS, SINGLE, VERSION, by_rows};
use crate::{
    Days, PROFILE, ROW_ORDER, Value,
    part::{Counts, Leaves, Part},
};

/// Later than any project starts, in days since 1970-01-01: in the year 2243.
const LATEST_FIRST_DAY: i32 = 100_000;

/// What only the newest part says.
pub(crate) struct History {
    pub(crate) days: Days,
    pub(crate) gathered: [u32; Dimension::COUNT],
}

/// A part by itself: its codes stand for its own values.
pub(crate) struct Read {
    pub(crate) first: Day,
    /// Its place among the days of a cube, and its codes among the cube's values, are still to be set.
    pub(crate) part: Part,
    pub(crate) dictionaries: [Vec<Value>; Dimension::COUNT],
}

/// Reads a part.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Option<History>, Read), DecodeError> {
    let rest = bytes.strip_prefix(&MAGIC).ok_or(DecodeError::Magic)?;
    let (&version, rest) = rest.split_first().ok_or(DecodeError::Damaged("version"))?;
    if version != VERSION {
        return Err(DecodeError::Version(version));
    }
    let mut input = Input(rest);
    let history = match *input.take("kind")? {
        [NEWEST] => Some(read_history(&mut input)?),
        [OLDER] => None,
        _ => return Err(DecodeError::Damaged("kind")),
    };
    let first = read_day(&mut input)?;
    let days = input.number("days", Days::MAX)?;
    let mut dictionaries: [Vec<Value>; Dimension::COUNT] = Default::default();
    for values in &mut dictionaries {
        *values = read_values(&mut input)?;
    }
    let sizes = dictionaries.each_ref().map(Vec::len);
    let mut part = Part {
        first: 0,
        days,
        codes: Default::default(),
        profiles: Default::default(),
        combinations: Vec::new(),
        leaves: Leaves::zeros(0, 0),
        starts: Vec::new(),
        row_days: Vec::new(),
        counts: Counts::ones(0, 0),
    };
    read_combinations(&mut input, sizes, &mut part)?;
    read_rows(&mut input, &mut part)?;
    if !input.0.is_empty() {
        return Err(DecodeError::Damaged("bytes after the end"));
    }
    Ok((history, Read { first, part, dictionaries }))
}

fn read_day(input: &mut Input<'_>) -> Result<Day, DecodeError> {
    let first = i32::from_le_bytes(*input.take::<4>("first day")?);
    Some(first)
        .filter(|first| (0..=LATEST_FIRST_DAY).contains(first))
        .and_then(Day::from_epoch_days)
        .ok_or(DecodeError::Damaged("first day"))
}

fn read_history(input: &mut Input<'_>) -> Result<History, DecodeError> {
    let first = read_day(input)?;
    let count = input.number("days", Days::MAX)?;
    let mut states = Vec::with_capacity(count);
    while states.len() < count {
        let state = match input.take("states")? {
            [0] => DayState::NotCollected,
            [1] => DayState::Provisional,
            [2] => DayState::Final,
            [3] => DayState::Suspect,
            _ => return Err(DecodeError::Damaged("states")),
        };
        let run = input.number("states", count - states.len())?;
        if run == 0 {
            return Err(DecodeError::Damaged("states"));
        }
        states.resize(states.len() + run, state);
    }
    let mut gathered = [0; Dimension::COUNT];
    for gathered in &mut gathered {
        *gathered = input.number("values", u32::MAX as usize)? as u32;
    }
    // The module knows the breaks, with words for them; here they stand for others.
    for _ in 0..input.number("breaks", input.0.len())? {
        input.number("breaks", count.saturating_sub(1))?;
        input.text("breaks")?;
    }
    Ok(History { days: Days::new(first, states), gathered })
}

fn read_values(input: &mut Input<'_>) -> Result<Vec<Value>, DecodeError> {
    let count = input.number("values", usize::from(u16::MAX))?;
    let mut values: Vec<Value> = Vec::new();
    for _ in 0..count {
        let value = match input.text("values")? {
            "\0" => Value::Other,
            text => Value::of(text),
        };
        if values.last().is_some_and(|last| *last >= value) {
            return Err(DecodeError::Damaged("values"));
        }
        values.push(value);
    }
    Ok(values)
}

/// Reads profiles, versions and countries. Each has a byte at least, so more of them than bytes are damage.
fn read_combinations(
    input: &mut Input<'_>,
    sizes: [usize; Dimension::COUNT],
    part: &mut Part,
) -> Result<(), DecodeError> {
    let profiles = input.number("profiles", input.0.len())?;
    for (place, codes) in part.profiles.iter_mut().enumerate() {
        *codes = read_column(input, profiles, sizes[ROW_ORDER[place] as usize])?;
    }
    let mut versions_of = Vec::with_capacity(profiles);
    let mut pairs = 0;
    for _ in 0..profiles {
        let versions = input.at_least_one("versions")?;
        pairs += versions;
        if pairs > input.0.len() {
            return Err(DecodeError::Damaged("versions"));
        }
        versions_of.push(versions);
    }
    if input.number("versions", input.0.len())? != pairs {
        return Err(DecodeError::Damaged("versions"));
    }
    let [versions, countries] =
        [PROFILE, PROFILE + 1].map(|place| sizes[ROW_ORDER[place] as usize]);
    let mut groups = Vec::with_capacity(pairs);
    let mut combinations = 0;
    part.combinations.reserve_exact(profiles + 1);
    part.combinations.push(0);
    for of_profiles in versions_of.chunks(AT_ONCE) {
        let ends = &mut part.combinations;
        combinations =
            read_versions(input, of_profiles, versions, combinations, ends, &mut groups)?;
    }
    part.leaves = Leaves::zeros(versions.max(countries), combinations);
    let mut seen = 0;
    for groups in groups.chunks(AT_ONCE) {
        seen += match &mut part.leaves {
            Leaves::Narrow(leaves) => {
                read_countries(input, groups, countries, &mut leaves[seen..], |code| code as u8)
            }
            Leaves::Wide(leaves) => {
                read_countries(input, groups, countries, &mut leaves[seen..], |code| code)
            }
        }?;
    }
    Ok(())
}

// A browser runs a function as it was first compiled, slowly, until it is called again. So what most of the time goes
// into are functions of their own, called for some numbers at a time. And it is quick with the variables of a function,
// slow with what is behind a pointer: so each copies the input into a variable, and writes it back at its end.

/// How many numbers, or lists of them, are read in one call.
const AT_ONCE: usize = 1024;

/// Reads the versions of some profiles, each with its number of countries, and where the combinations of each profile end,
/// if those before have so many. Returns the last end.
#[inline(never)]
fn read_versions(
    input: &mut Input<'_>,
    of_profiles: &[usize],
    versions: usize,
    mut combinations: usize,
    ends: &mut Vec<u32>,
    groups: &mut Vec<(u16, u32)>,
) -> Result<usize, DecodeError> {
    let mut rest = Input(input.0);
    for &of_profile in of_profiles {
        let mut rising = Rising::below(versions);
        for _ in 0..of_profile {
            let version = rising.next(&mut rest, "versions")?;
            let of_version = rest.at_least_one("versions")?;
            combinations += of_version;
            if combinations > rest.0.len() {
                return Err(DecodeError::Damaged("countries"));
            }
            groups.push((version, of_version as u32));
        }
        ends.push(combinations as u32);
    }
    *input = rest;
    Ok(combinations)
}

/// Reads the combinations of some versions, each with its number of countries: `leaves` begins with room for them.
/// Returns how many there are.
#[inline(never)]
fn read_countries<T>(
    input: &mut Input<'_>,
    groups: &[(u16, u32)],
    countries: usize,
    leaves: &mut [[T; 2]],
    narrow: impl Fn(u16) -> T,
) -> Result<usize, DecodeError> {
    let mut rest = Input(input.0);
    let mut seen = 0;
    for &(version, of_version) in groups {
        let mut rising = Rising::below(countries);
        for leaf in &mut leaves[seen..][..of_version as usize] {
            *leaf = [version, rising.next(&mut rest, "countries")?].map(&narrow);
        }
        seen += of_version as usize;
    }
    *input = rest;
    Ok(seen)
}

fn read_column(input: &mut Input<'_>, len: usize, values: usize) -> Result<Vec<u16>, DecodeError> {
    const DAMAGED: DecodeError = DecodeError::Damaged("columns");
    let mut codes = Vec::with_capacity(len);
    match *input.take("columns")? {
        [RUNS] => {
            while codes.len() < len {
                let code = input.number("columns", values.saturating_sub(1))? as u16;
                let run = input.number("columns", len - codes.len())?;
                if run == 0 {
                    return Err(DAMAGED);
                }
                codes.resize(codes.len() + run, code);
            }
        }
        [SINGLE] => {
            codes.extend(input.slice("columns", len)?.iter().map(|&low| u16::from(low)));
            if values > ONE_BYTE {
                for (code, &high) in codes.iter_mut().zip(input.slice("columns", len)?) {
                    *code |= u16::from(high) << 8;
                }
            }
        }
        _ => return Err(DAMAGED),
    }
    // Counting indexes by code without looking again.
    if len > 0 && codes.iter().max().is_none_or(|&code| usize::from(code) >= values) {
        return Err(DAMAGED);
    }
    Ok(codes)
}

fn read_rows(input: &mut Input<'_>, part: &mut Part) -> Result<(), DecodeError> {
    let combinations = part.leaves.len();
    part.starts.reserve_exact(combinations + 1);
    part.starts.push(0);
    let mut rows = 0;
    while part.starts.len() <= combinations {
        let some = AT_ONCE.min(combinations + 1 - part.starts.len());
        rows = read_starts(input, some, rows, &mut part.starts)?;
    }
    let order = by_rows(&part.starts);
    part.row_days = vec![0; rows];
    for some in order.chunks(AT_ONCE) {
        read_days(input, part.days, some, &part.starts, &mut part.row_days)?;
    }
    let mut runs = Runs::of(input);
    let (mut seen, mut more) = (0, 0);
    while seen < rows {
        pass_runs(input, rows, &mut seen, &mut more)?;
    }
    let mut ahead = Input(input.0);
    let mut most = 0;
    for at in (0..more).step_by(AT_ONCE) {
        most = most.max(largest(&mut ahead, AT_ONCE.min(more - at))?);
    }
    // At first each row has 1.
    part.counts = Counts::ones(rows, if more > 0 { most as u32 + 2 } else { 1 });
    for some in order.chunks(AT_ONCE) {
        let starts = &part.starts;
        match &mut part.counts {
            Counts::U8(counts) => {
                read_counts(input, &mut runs, some, starts, counts, |it| it as u8)
            }
            Counts::U16(counts) => {
                read_counts(input, &mut runs, some, starts, counts, |it| it as u16)
            }
            Counts::U32(counts) => read_counts(input, &mut runs, some, starts, counts, |it| it),
        }?;
    }
    Ok(())
}

/// The most that is written for a count, which is two more.
const MOST_LESS_2: usize = u32::MAX as usize - 2;

/// Adds where the rows of the next combinations end, if those before have so many rows, and returns the last end.
#[inline(never)]
fn read_starts(
    input: &mut Input<'_>,
    combinations: usize,
    mut rows: usize,
    starts: &mut Vec<u32>,
) -> Result<usize, DecodeError> {
    let mut rest = Input(input.0);
    for _ in 0..combinations {
        rows += rest.at_least_one("rows")?;
        if rows > rest.0.len() {
            return Err(DecodeError::Damaged("rows"));
        }
        starts.push(rows as u32);
    }
    *input = rest;
    Ok(rows)
}

/// Reads the days of the rows of some combinations, of a part with so many days.
#[inline(never)]
fn read_days(
    input: &mut Input<'_>,
    days: usize,
    combinations: &[u32],
    starts: &[u32],
    row_days: &mut [u16],
) -> Result<(), DecodeError> {
    let mut rest = Input(input.0);
    for &combination in combinations {
        let mut day = 0;
        for place in &mut row_days[rows_of(starts, combination)] {
            day += rest.number("days of rows", days)?;
            if day >= days {
                return Err(DecodeError::Damaged("days of rows"));
            }
            *place = day as u16;
        }
    }
    *input = rest;
    Ok(())
}

/// The largest of the next numbers.
#[inline(never)]
fn largest(input: &mut Input<'_>, numbers: usize) -> Result<usize, DecodeError> {
    // Nearly all counts are small: of numbers of one byte each the bytes are looked at as they are.
    if let Some((bytes, rest)) = input.0.split_at_checked(numbers)
        && bytes.iter().all(|&byte| byte < 0x80)
    {
        input.0 = rest;
        return Ok(bytes.iter().copied().max().unwrap_or(0).into());
    }
    let mut most = 0;
    for _ in 0..numbers {
        most = most.max(input.number("counts", MOST_LESS_2)?);
    }
    Ok(most)
}

/// How many rows in turn have one download and more: the lengths of the next runs.
struct Runs<'a> {
    lengths: Input<'a>,
    /// How many rows of this run are left.
    left: usize,
    ones: bool,
}

impl<'a> Runs<'a> {
    /// Before the first run, which is of ones.
    fn of(input: &Input<'a>) -> Self {
        Self { lengths: Input(input.0), left: 0, ones: false }
    }
}

/// Passes over some lengths of runs, until there are so many rows: adds how many these have, and how many of them
/// have more than one download.
#[inline(never)]
fn pass_runs(
    input: &mut Input<'_>,
    rows: usize,
    seen: &mut usize,
    more: &mut usize,
) -> Result<(), DecodeError> {
    let mut rest = Input(input.0);
    let (mut passed, mut of_more) = (*seen, *more);
    for _ in 0..AT_ONCE {
        passed += rest.number("runs", rows - passed)?;
        if passed == rows {
            break;
        }
        let run = rest.number("runs", rows - passed)?;
        passed += run;
        of_more += run;
        if passed == rows {
            break;
        }
    }
    (*seen, *more) = (passed, of_more);
    *input = rest;
    Ok(())
}

/// Sets the counts of those rows of some combinations that have more than one download.
#[inline(never)]
fn read_counts<T>(
    input: &mut Input<'_>,
    runs: &mut Runs<'_>,
    combinations: &[u32],
    starts: &[u32],
    counts: &mut [T],
    narrow: impl Fn(u32) -> T,
) -> Result<(), DecodeError> {
    let mut rest = Input(input.0);
    let mut lengths = Input(runs.lengths.0);
    let (mut left, mut ones) = (runs.left, runs.ones);
    for &combination in combinations {
        let mut rows = rows_of(starts, combination);
        while !rows.is_empty() {
            if left == 0 {
                left = lengths.number("runs", counts.len())?;
                ones = !ones;
                continue;
            }
            let some = left.min(rows.len());
            let these = rows.start..rows.start + some;
            if !ones {
                for count in &mut counts[these.clone()] {
                    *count = narrow(rest.number("counts", MOST_LESS_2)? as u32 + 2);
                }
            }
            rows.start = these.end;
            left -= some;
        }
    }
    *runs = Runs { lengths, left, ones };
    *input = rest;
    Ok(())
}

fn rows_of(starts: &[u32], combination: u32) -> Range<usize> {
    let at = combination as usize;
    starts[at] as usize..starts[at + 1] as usize
}

/// Codes that rise, each written as its difference to the one before.
struct Rising {
    before: Option<usize>,
    end: usize,
}

impl Rising {
    fn below(end: usize) -> Self {
        Self { before: None, end }
    }

    fn next(&mut self, input: &mut Input<'_>, part: &'static str) -> Result<u16, DecodeError> {
        let step = input.number(part, self.end)?;
        let code = self.before.unwrap_or(0) + step;
        if code >= self.end || (self.before.is_some() && step == 0) {
            return Err(DecodeError::Damaged(part));
        }
        self.before = Some(code);
        Ok(code as u16)
    }
}

/// The bytes that are still to be read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take<const N: usize>(&mut self, part: &'static str) -> Result<&'a [u8; N], DecodeError> {
        let (head, tail) = self.0.split_first_chunk().ok_or(DecodeError::Damaged(part))?;
        self.0 = tail;
        Ok(head)
    }

    fn slice(&mut self, part: &'static str, len: usize) -> Result<&'a [u8], DecodeError> {
        let (head, tail) = self.0.split_at_checked(len).ok_or(DecodeError::Damaged(part))?;
        self.0 = tail;
        Ok(head)
    }

    fn text(&mut self, part: &'static str) -> Result<&'a str, DecodeError> {
        let length = self.number(part, self.0.len())?;
        let text = self.slice(part, length)?;
        std::str::from_utf8(text).map_err(|_| DecodeError::Damaged(part))
    }

    /// The next number, which is at most `most`.
    fn number(&mut self, part: &'static str, most: usize) -> Result<usize, DecodeError> {
        // Nearly all numbers have one byte or two.
        let (number, rest) = match self.0 {
            [byte @ 0..0x80, rest @ ..] => (usize::from(*byte), rest),
            [low, high @ 0..0x80, rest @ ..] => {
                (usize::from(low & 0x7f) | usize::from(*high) << 7, rest)
            }
            _ => long_number(self.0).ok_or(DecodeError::Damaged(part))?,
        };
        self.0 = rest;
        if number <= most { Ok(number) } else { Err(DecodeError::Damaged(part)) }
    }

    /// The next number, which is neither 0 nor more than there are bytes.
    fn at_least_one(&mut self, part: &'static str) -> Result<usize, DecodeError> {
        match self.number(part, self.0.len())? {
            0 => Err(DecodeError::Damaged(part)),
            number => Ok(number),
        }
    }
}

/// The number at the beginning of bytes, of five bytes at most, and what follows. One function for all, apart from the
/// short ones: the browser has it once.
#[inline(never)]
fn long_number(mut bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0_u64;
    for shift in (0..35).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some((usize::try_from(number).ok()?, bytes));
        }
    }
    None
}
