//! What is sorted in the browser, small: each `sort` of the standard library takes some kilobytes of a module there,
//! for each type anew, and so does each `BTreeSet`.

use std::{borrow::Borrow, cmp::Ordering, fmt};

/// The same items, sorted; equal ones stay in their order.
pub fn sorted_by<T>(items: Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let places = places_by(items.len(), &|a, b| compare(&items[a], &items[b]));
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    places.into_iter().filter_map(|at| items[at].take()).collect()
}

/// The places of so many items as they stand when they are sorted; equal ones stay in their order.
pub fn places_by(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    let mut width = 1;
    while width < count {
        let mut merged = Vec::with_capacity(count);
        for runs in places.chunks(2 * width) {
            let (mut one, mut other) = runs.split_at(width.min(runs.len()));
            while let ([a, after_a @ ..], [b, after_b @ ..]) = (one, other) {
                if compare(*b, *a).is_lt() {
                    merged.push(*b);
                    other = after_b;
                } else {
                    merged.push(*a);
                    one = after_a;
                }
            }
            merged.extend_from_slice(one);
            merged.extend_from_slice(other);
        }
        places = merged;
        width *= 2;
    }
    places
}

/// A set in a sorted list: for some dozens of items, or more that come in their order.
#[derive(Clone, PartialEq, Eq)]
pub struct Set<T>(Vec<T>);

impl<T: Ord> Set<T> {
    /// Whether the item is in it.
    pub fn contains<Q: Ord + ?Sized>(&self, item: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.place(item).is_ok()
    }

    /// Adds an item. `false` if it is there already.
    pub fn insert(&mut self, item: T) -> bool {
        self.place(&item).map_err(|at| self.0.insert(at, item)).is_err()
    }

    /// Takes an item out. `false` if it is not there.
    pub fn remove(&mut self, item: &T) -> bool {
        self.place(item).map(|at| self.0.remove(at)).is_ok()
    }

    fn place<Q: Ord + ?Sized>(&self, item: &Q) -> Result<usize, usize>
    where
        T: Borrow<Q>,
    {
        self.0.binary_search_by(|it| it.borrow().cmp(item))
    }
}

impl<T> Set<T> {
    /// Takes everything out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many items are in it.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The items, sorted.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord> Extend<T> for Set<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            self.insert(item);
        }
    }
}

impl<T: Ord> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut set = Self::default();
        set.extend(items);
        set
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for Set<T> {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(items: Vec<(u8, u16)>) {
            let mut expected = items.clone();
            expected.sort_by_key(|it| it.0);
            prop_assert_eq!(sorted_by(items, |a, b| a.0.cmp(&b.0)), expected);
        }

        #[test]
        fn is_a_set(steps: Vec<(bool, u8)>) {
            let (mut set, mut expected) = (Set::default(), BTreeSet::new());
            for (adds, item) in steps {
                let [is, should] = match adds {
                    true => [set.insert(item), expected.insert(item)],
                    false => [set.remove(&item), expected.remove(&item)],
                };
                prop_assert_eq!(is, should);
                prop_assert_eq!(set.contains(&item), adds);
                prop_assert_eq!(format!("{:?}", set), format!("{:?}", expected));
                prop_assert_eq!((set.len(), set.is_empty()), (expected.len(), expected.is_empty()));
            }
        }
    }
}
