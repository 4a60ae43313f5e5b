//! The leaks that pass the filter: found a few at a time, because most of them stand in the file and not in memory.
//!
//! Invariant: what has been looked through is a beginning of the leaks, so nothing is asked twice and nothing left out.

use crate::session::query::Query;

/// Which leaks the list shows.
#[derive(Debug, Clone, Default)]
pub struct Sieve {
    query: Query,
    /// Indices of those that pass, in order.
    passing: Vec<usize>,
    /// So many have been looked through.
    to: usize,
}

impl Sieve {
    /// Begins anew with another query; the same one goes on.
    pub fn narrow(&mut self, query: &Query) {
        if self.query != *query {
            *self = Self {
                query: query.clone(),
                ..Self::default()
            };
        }
    }

    /// True while the list is narrowed.
    pub fn is_on(&self) -> bool {
        self.query.is_about_leaks()
    }

    /// What a leak has to pass.
    pub const fn query(&self) -> &Query {
        &self.query
    }

    /// The first leak not looked through yet; none when all `total` are.
    pub fn due(&self, total: usize) -> Option<usize> {
        (self.is_on() && self.to < total).then_some(self.to)
    }

    /// Takes in which of the leaks from `from` to `to` pass.
    pub fn take(&mut self, from: usize, to: usize, passing: Vec<usize>) {
        if from == self.to {
            self.passing.extend(passing);
            self.to = to;
        }
    }

    /// Rows of the list, of `total` leaks.
    pub fn len(&self, total: usize) -> usize {
        if self.is_on() { self.passing.len() } else { total }
    }

    /// The leak in a row, by index; the latest stands in row 0.
    pub fn index(&self, row: usize, total: usize) -> Option<usize> {
        let from_the_start = self.len(total).checked_sub(row + 1)?;
        if self.is_on() {
            self.passing.get(from_the_start).copied()
        } else {
            Some(from_the_start)
        }
    }

    /// The row of a leak, if it is shown.
    pub fn row(&self, index: usize, total: usize) -> Option<usize> {
        let from_the_start = if self.is_on() {
            self.passing.binary_search(&index).ok()?
        } else {
            index
        };
        self.len(total).checked_sub(from_the_start + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_filter_every_leak_is_shown_and_none_is_read() {
        let sieve = Sieve::default();
        assert_eq!((sieve.len(3), sieve.due(3)), (3, None));
        assert_eq!((sieve.index(0, 3), sieve.row(0, 3)), (Some(2), Some(2)));
        assert_eq!((sieve.index(3, 3), sieve.index(0, 0)), (None, None));
    }

    #[test]
    fn what_passes_is_kept_in_order_and_a_new_query_begins_anew() {
        let mut sieve = Sieve::default();
        sieve.narrow(&Query::readable("key"));
        assert_eq!(sieve.due(10), Some(0));
        sieve.take(0, 6, vec![1, 4]);
        // An answer to what was asked before the query changed.
        sieve.take(3, 9, vec![5]);
        assert_eq!((sieve.len(10), sieve.due(10)), (2, Some(6)));
        assert_eq!(
            (sieve.index(0, 10), sieve.row(1, 10), sieve.row(2, 10)),
            (Some(4), Some(1), None)
        );
        sieve.narrow(&Query::readable("key"));
        assert_eq!(sieve.due(10), Some(6));
        sieve.narrow(&Query::readable("level:high"));
        assert_eq!((sieve.len(10), sieve.due(10)), (10, None));
    }
}
