//! The leaks of a session: each has its place, those looked at are held.
//!
//! Invariant: a leak that is not held can be read from its record again, so a session of any size fits into memory.

use std::collections::BTreeMap;

use crate::scan::event::Leak;

/// Where a leak stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// Sequence number of its record.
    record: u64,
    /// Its id.
    id: u32,
}

/// The leaks of a session, in order of generation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Leaks {
    places: Vec<Place>,
    /// By index; none: it was asked for, and its record cannot be read.
    held: BTreeMap<usize, Option<Leak>>,
}

impl Leaks {
    /// Adds the next leak.
    pub fn push(&mut self, record: u64, leak: Leak) {
        self.places.push(Place { record, id: leak.id });
        self.held.insert(self.places.len() - 1, Some(leak));
    }

    /// Adds the next leak by its record alone. Ids are handed out in order: until it is read, its index stands for its id.
    pub(super) fn announce(&mut self, record: u64) {
        let id = self.places.len() as u32;
        self.places.push(Place { record, id });
    }

    /// How many there are, held or not.
    pub const fn len(&self) -> usize {
        self.places.len()
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The leak at an index, if it is held.
    pub fn at(&self, index: usize) -> Option<&Leak> {
        self.held.get(&index)?.as_ref()
    }

    /// The leak with an id, if it is held.
    pub fn get(&self, id: u32) -> Option<&Leak> {
        self.at(self.index(id)?)
    }

    /// True for a leak that was not read yet.
    pub fn is_unread(&self, index: usize) -> bool {
        index < self.len() && !self.held.contains_key(&index)
    }

    /// The id of the leak at an index.
    pub fn id(&self, index: usize) -> Option<u32> {
        self.places.get(index).map(|place| place.id)
    }

    /// The sequence number of the record of the leak at an index.
    pub fn record(&self, index: usize) -> Option<u64> {
        self.places.get(index).map(|place| place.record)
    }

    /// The index of the leak with an id.
    pub fn index(&self, id: u32) -> Option<usize> {
        // The id is the index unless a record was lost.
        let at_index = self.places.get(id as usize).filter(|place| place.id == id);
        match at_index {
            Some(_) => Some(id as usize),
            None => self.places.iter().position(|place| place.id == id),
        }
    }

    /// Those held, in order.
    pub fn held(&self) -> impl Iterator<Item = &Leak> {
        self.held.values().flatten()
    }

    /// Holds a leak that was read from its record; none: it cannot be read.
    pub fn hold(&mut self, index: usize, leak: Option<Leak>) {
        if let (Some(place), Some(leak)) = (self.places.get_mut(index), &leak) {
            place.id = leak.id;
        }
        self.held.insert(index, leak);
    }

    /// Lets go of all but about the latest `most`.
    pub fn release(&mut self, most: usize) {
        if self.held.len() > 2 * most {
            self.held = self.held.split_off(&self.places.len().saturating_sub(most));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::event::Sampling;

    fn leak(id: u32) -> Leak {
        Leak {
            id,
            arm: "template".into(),
            sampling: Sampling::GREEDY,
            tokens: vec![id],
            text: format!("leak {id}"),
            entropy: 1.0,
            goes_on: None,
        }
    }

    #[test]
    fn what_was_let_go_is_known_by_its_place_and_comes_back() {
        let mut leaks = Leaks::default();
        // Id 1 was lost: from there on ids are not indices.
        for (record, id) in [(5, 0), (7, 2), (9, 3)] {
            leaks.push(record, leak(id));
        }
        leaks.release(1);
        assert_eq!((leaks.len(), leaks.held().count()), (3, 1));
        assert_eq!(
            (leaks.index(2), leaks.record(1), leaks.is_unread(1)),
            (Some(1), Some(7), true)
        );
        leaks.hold(1, Some(leak(2)));
        assert_eq!(leaks.get(2).map(|leak| leak.text.as_str()), Some("leak 2"));
        leaks.hold(0, None);
        assert!(!leaks.is_unread(0), "it is not asked for again and again");
        assert_eq!(leaks.get(0), None);
    }

    #[test]
    fn a_leak_that_was_announced_gets_its_id_when_it_is_read() {
        let mut leaks = Leaks::default();
        leaks.announce(4);
        assert_eq!((leaks.id(0), leaks.is_unread(0)), (Some(0), true));
        leaks.hold(0, Some(leak(7)));
        assert_eq!((leaks.index(7), leaks.index(0)), (Some(0), None));
    }
}
