//! Putting the parts of a history together.

use downloads::Dimension;

use crate::{Cube, DecodeError, Value, format, part::Part};

/// As many values as codes of 16 bits can tell apart. No cube that was built has more.
const MOST_VALUES: usize = 1 << 16;

impl Cube {
    /// Reads the file of the newest part. The older ones are [added](Self::add).
    ///
    /// Any bytes give a cube or an error, never a panic.
    ///
    /// # Errors
    ///
    /// If the bytes are not a whole newest part of this version of the format.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (history, read) = format::decode(bytes)?;
        let Some(format::History { days, gathered }) = history else {
            return Err(DecodeError::NotTheNewest);
        };
        let mut cube = Self { days, dictionaries: Default::default(), parts: Vec::new() };
        for (dictionary, gathered) in cube.dictionaries.iter_mut().zip(gathered) {
            dictionary.gathered = gathered;
        }
        cube.insert(read)?;
        Ok(cube)
    }

    /// Adds the file of an older part, in any order.
    ///
    /// # Errors
    ///
    /// If the bytes are no whole older part of this version, or its days are not among those that are missing. The
    /// cube stays as it was then.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        match format::decode(bytes)? {
            (None, read) => self.insert(read),
            (Some(_), _) => Err(DecodeError::OtherHistory),
        }
    }

    fn insert(&mut self, read: format::Read) -> Result<(), DecodeError> {
        let format::Read { first, mut part, dictionaries } = read;
        let start = match (self.days.index(first), part.days) {
            (Some(start), _) => start,
            (None, 0) => 0,
            (None, _) => return Err(DecodeError::OtherHistory),
        };
        let end = start + part.days;
        let overlaps = |other: &Part| start < other.first + other.days && other.first < end;
        if end > self.days.len() || self.parts.iter().any(overlaps) {
            return Err(DecodeError::OtherHistory);
        }
        part.first = start;
        let unions = std::array::from_fn::<_, { Dimension::COUNT }, _>(|dimension| {
            union(&self.dictionaries[dimension].values, &dictionaries[dimension])
        });
        if unions.iter().any(|union| union.len() > MOST_VALUES) {
            return Err(DecodeError::Damaged("values"));
        }
        for (dimension, union) in unions.into_iter().enumerate() {
            let dictionary = &mut self.dictionaries[dimension];
            if union.len() != dictionary.values.len() {
                let moved: Vec<u16> =
                    dictionary.values.iter().map(|value| place(&union, value)).collect();
                for code in self.parts.iter_mut().flat_map(|part| &mut part.codes[dimension]) {
                    *code = moved[usize::from(*code)];
                }
                dictionary.values = union;
            }
            part.codes[dimension] = dictionaries[dimension]
                .iter()
                .map(|value| place(&dictionary.values, value))
                .collect();
        }
        let at = self.parts.partition_point(|other| other.first < start);
        self.parts.insert(at, part);
        Ok(())
    }

    /// The files of the cube, newest first: what [`decode`](Self::decode) and then [`add`](Self::add) read. Each
    /// with the place of its first day among the [days](Self::days).
    pub fn parts(&self) -> impl Iterator<Item = (usize, Vec<u8>)> {
        self.parts.iter().rev().enumerate().map(move |(at, part)| {
            let history = (at == 0).then_some(self);
            (part.first, format::encode(part, &self.days, &self.dictionaries, history))
        })
    }
}

/// The values of two sorted lists, each once, sorted.
fn union<'a>(mut one: &'a [Value], mut other: &'a [Value]) -> Vec<Value> {
    let mut union = Vec::with_capacity(one.len().max(other.len()));
    while let Some(next) = one.first().into_iter().chain(other.first()).min() {
        union.push(next.clone());
        for list in [&mut one, &mut other] {
            if list.first() == Some(next) {
                *list = &list[1..];
            }
        }
    }
    union
}

/// Where a value stands among sorted ones, of which it is one.
fn place(values: &[Value], value: &Value) -> u16 {
    values.binary_search(value).unwrap_or_else(|at| at) as u16
}
