//! The rows of a stretch of days, in columns.

use std::ops::Range;

use downloads::Dimension;

use crate::{Dictionary, PROFILE, ROW_ORDER};

/// The rows of consecutive days.
///
/// Most combinations of values come back day after day, so each is kept once, with its days and counts
/// behind it; and most combinations share the values of all dimensions but version and country, so those are
/// kept once too, as a profile. Filters look at profiles, of which there are few, and pass over the
/// combinations and rows of the others.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// Where its first day stands among the days of the cube.
    pub(crate) first: usize,
    /// How many days it has.
    pub(crate) days: usize,
    /// For each dimension, which of the cube's values the codes of this part stand for. They rise.
    pub(crate) codes: [Vec<u16>; Dimension::COUNT],
    /// The codes of each profile, in the order of [`ROW_ORDER`], by which profiles are sorted.
    pub(crate) profiles: [Vec<u16>; PROFILE],
    /// The combinations of profile `p` are `combinations[p]..combinations[p + 1]`, sorted by version and country.
    pub(crate) combinations: Vec<u32>,
    pub(crate) leaves: Leaves,
    /// The rows of combination `c` are `starts[c]..starts[c + 1]`.
    pub(crate) starts: Vec<u32>,
    /// The day of each row, counted from the first of the part. Within a combination they do not fall, and are
    /// equal only where a count is more than fits.
    pub(crate) row_days: Vec<u16>,
    /// The downloads of each row, at least 1.
    pub(crate) counts: Counts,
}

/// Version and country of each combination: in one byte each, unless there are more than 256.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Leaves {
    Narrow(Vec<[u8; 2]>),
    Wide(Vec<[u16; 2]>),
}

/// Whole numbers as wide as the largest of them needs.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Counts {
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
}

/// A row in the making. The field order is the sort order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CodedRow {
    /// In the order of [`ROW_ORDER`].
    pub(crate) codes: [u16; Dimension::COUNT],
    /// Counted from the first day of the cube.
    pub(crate) day: u16,
    pub(crate) count: u32,
}

impl Leaves {
    /// `len` leaves to be set, of a part with so many versions and countries.
    pub(crate) fn zeros(values: usize, len: usize) -> Self {
        match values <= 256 {
            true => Self::Narrow(vec![[0; 2]; len]),
            false => Self::Wide(vec![[0; 2]; len]),
        }
    }

    pub(crate) fn push(&mut self, [version, country]: [u16; 2]) {
        match self {
            Self::Narrow(leaves) => leaves.push([version as u8, country as u8]),
            Self::Wide(leaves) => leaves.push([version, country]),
        }
    }

    pub(crate) fn get(&self, at: usize) -> [usize; 2] {
        match self {
            Self::Narrow(leaves) => leaves[at].map(usize::from),
            Self::Wide(leaves) => leaves[at].map(usize::from),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Narrow(leaves) => leaves.len(),
            Self::Wide(leaves) => leaves.len(),
        }
    }
}

impl Counts {
    /// `len` times 1, with room for counts up to `most`.
    pub(crate) fn ones(len: usize, most: u32) -> Self {
        match most {
            0..=0xff => Self::U8(vec![1; len]),
            0x100..=0xffff => Self::U16(vec![1; len]),
            _ => Self::U32(vec![1; len]),
        }
    }

    pub(crate) fn set(&mut self, at: usize, count: u32) {
        match self {
            Self::U8(counts) => counts[at] = count as u8,
            Self::U16(counts) => counts[at] = count as u16,
            Self::U32(counts) => counts[at] = count,
        }
    }

    pub(crate) fn get(&self, at: usize) -> u32 {
        match self {
            Self::U8(counts) => counts[at].into(),
            Self::U16(counts) => counts[at].into(),
            Self::U32(counts) => counts[at],
        }
    }

    /// The sum of a range.
    pub(crate) fn sum(&self, rows: Range<usize>) -> u64 {
        match self {
            Self::U8(counts) => counts[rows].iter().map(|&it| u64::from(it)).sum(),
            Self::U16(counts) => counts[rows].iter().map(|&it| u64::from(it)).sum(),
            Self::U32(counts) => counts[rows].iter().map(|&it| u64::from(it)).sum(),
        }
    }

    /// Adds the count of each row of a range to the figure of its day.
    pub(crate) fn add_by_day(&self, rows: Range<usize>, row_days: &[u16], by_day: &mut [u64]) {
        fn add<T: Copy + Into<u64>>(days: &[u16], counts: &[T], by_day: &mut [u64]) {
            for (&day, &count) in days.iter().zip(counts) {
                by_day[usize::from(day)] += count.into();
            }
        }
        let days = &row_days[rows.clone()];
        match self {
            Self::U8(counts) => add(days, &counts[rows], by_day),
            Self::U16(counts) => add(days, &counts[rows], by_day),
            Self::U32(counts) => add(days, &counts[rows], by_day),
        }
    }
}

impl Part {
    /// The part of these days with these rows, which are sorted and all of these days.
    pub(crate) fn of(
        days: Range<usize>,
        dictionaries: &[Dictionary; Dimension::COUNT],
        rows: &[CodedRow],
    ) -> Self {
        // Only the values that occur in these days: so an older part stays the same when newer days bring new values.
        let mut codes: [Vec<u16>; Dimension::COUNT] = Default::default();
        let locals = std::array::from_fn::<_, { Dimension::COUNT }, _>(|place| {
            let dimension = ROW_ORDER[place] as usize;
            let mut used = vec![false; dictionaries[dimension].values.len()];
            rows.iter().for_each(|row| used[usize::from(row.codes[place])] = true);
            let mut locals = vec![0_u16; used.len()];
            for (code, _) in used.iter().enumerate().filter(|(_, used)| **used) {
                locals[code] = codes[dimension].len() as u16;
                codes[dimension].push(code as u16);
            }
            locals
        });
        let local = |row: &CodedRow, place: usize| locals[place][usize::from(row.codes[place])];
        let leaves = codes[ROW_ORDER[PROFILE] as usize]
            .len()
            .max(codes[ROW_ORDER[PROFILE + 1] as usize].len());
        let most = rows.iter().map(|row| row.count).max().unwrap_or(0);
        let mut part = Self {
            first: days.start,
            days: days.len(),
            codes,
            profiles: Default::default(),
            combinations: vec![0],
            leaves: Leaves::zeros(leaves, 0),
            starts: vec![0],
            row_days: Vec::with_capacity(rows.len()),
            counts: Counts::ones(rows.len(), most),
        };
        for profile in rows.chunk_by(|a, b| a.codes[..PROFILE] == b.codes[..PROFILE]) {
            for (place, codes) in part.profiles.iter_mut().enumerate() {
                codes.push(local(&profile[0], place));
            }
            for combination in profile.chunk_by(|a, b| a.codes == b.codes) {
                part.leaves.push([PROFILE, PROFILE + 1].map(|place| local(&combination[0], place)));
                for row in combination {
                    part.counts.set(part.row_days.len(), row.count);
                    part.row_days.push((usize::from(row.day) - days.start) as u16);
                }
                part.starts.push(part.row_days.len() as u32);
            }
            part.combinations.push(part.leaves.len() as u32);
        }
        part
    }

    /// The rows of a combination.
    pub(crate) fn rows(&self, combination: usize) -> Range<usize> {
        self.starts[combination] as usize..self.starts[combination + 1] as usize
    }

    /// The code, among the cube's values, that a combination has in a dimension.
    pub(crate) fn code(&self, dimension: Dimension, combination: usize) -> usize {
        let codes = &self.codes[dimension as usize];
        let place = ROW_ORDER.iter().position(|it| *it == dimension).unwrap_or(0);
        let local = match self.profiles.get(place) {
            Some(profiles) => {
                let after =
                    self.combinations.partition_point(|&start| start as usize <= combination);
                usize::from(profiles[after - 1])
            }
            None => self.leaves.get(combination)[place - PROFILE],
        };
        usize::from(codes[local])
    }
}
