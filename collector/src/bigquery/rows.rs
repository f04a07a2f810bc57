//! Rows of an answer, packed: a page of 25,000 rows is two allocations, not half a million.

use std::hash::{Hash, Hasher};

/// The end of a value that is null.
const NULL: u32 = u32::MAX;

/// Rows of text values, all with the same number of columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    columns: usize,
    /// All values, one after the other.
    text: String,
    /// Where each value ends in `text`; [`NULL`] for null.
    ends: Vec<u32>,
}

impl Rows {
    /// No rows yet, of so many columns.
    pub fn new(columns: usize) -> Self {
        Self { columns, text: String::new(), ends: Vec::new() }
    }

    /// Adds the next value; after the last column comes the first of the next row.
    ///
    /// # Panics
    ///
    /// If there are 4 GiB of text: pages are bounded long before.
    pub fn push(&mut self, value: Option<&str>) {
        let Some(value) = value else { return self.ends.push(NULL) };
        self.text.push_str(value);
        assert!(self.text.len() < NULL as usize, "a page of rows has 4 GiB");
        self.ends.push(self.text.len() as u32);
    }

    /// How many whole rows there are.
    pub fn len(&self) -> usize {
        self.ends.len().checked_div(self.columns).unwrap_or(0)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        let mut start = 0;
        self.ends.chunks_exact(self.columns.max(1)).map(move |ends| {
            let row = Row { text: &self.text, start, ends };
            start = ends.iter().rfind(|&&end| end != NULL).copied().unwrap_or(start);
            row
        })
    }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    text: &'a str,
    start: u32,
    ends: &'a [u32],
}

impl<'a> Row<'a> {
    /// The values in the order of the columns; `None` is null.
    pub fn values(self) -> impl Iterator<Item = Option<&'a str>> {
        let mut start = self.start as usize;
        self.ends.iter().map(move |&end| {
            if end == NULL {
                return None;
            }
            let value = &self.text[start..end as usize];
            start = end as usize;
            Some(value)
        })
    }
}

impl Hash for Row<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.values().for_each(|value| value.hash(state));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_in_rows() {
        let table: [[Option<&str>; 3]; 4] = [
            [Some("a"), None, Some("")],
            [None, None, None],
            [Some(""), Some("straße"), None],
            [None, Some("b"), Some("c")],
        ];
        let mut rows = Rows::new(3);
        for value in table.iter().flatten() {
            rows.push(*value);
        }
        assert_eq!(rows.len(), 4);
        let back: Vec<Vec<_>> = rows.iter().map(|row| row.values().collect()).collect();
        assert_eq!(back, table);
        assert!(Rows::new(3).is_empty());
    }
}
