//! A blind re-reading under way: the rows, what was said of each, and what it came to.

use crate::{
    finding::Ruling,
    session::blind::{Reread, Row},
};

/// Findings among decoys.
#[derive(Debug, Clone, PartialEq)]
pub struct BlindScreen {
    /// What is ruled on.
    pub rows: Vec<Row>,
    /// What was said of each row.
    pub rulings: Vec<Option<Ruling>>,
    /// Row of the cursor.
    pub cursor: usize,
    /// First line shown of what it came to.
    pub scroll: usize,
    /// What it came to, once it is saved.
    pub done: Option<Reread>,
}

impl BlindScreen {
    /// Nothing is said yet.
    pub fn new(rows: Vec<Row>) -> Self {
        Self {
            rulings: vec![None; rows.len()],
            rows,
            cursor: 0,
            scroll: 0,
            done: None,
        }
    }

    /// The row under the cursor.
    pub fn row(&self) -> Option<&Row> {
        self.rows.get(self.cursor)
    }

    /// How many rows something was said of.
    pub fn ruled(&self) -> usize {
        self.rulings.iter().flatten().count()
    }

    /// Says something of the row under the cursor, and goes to the next one nothing was said of.
    pub fn rule(&mut self, ruling: Ruling) {
        if let Some(said) = self.rulings.get_mut(self.cursor) {
            *said = Some(ruling);
        }
        let open = |row: &usize| self.rulings.get(*row) == Some(&None);
        let rows = 0..self.rows.len();
        let next = rows
            .clone()
            .skip(self.cursor)
            .find(open)
            .or_else(|| rows.clone().find(open));
        self.cursor = next.unwrap_or(self.cursor);
    }

    /// Takes back what was said of the row under the cursor.
    pub fn unsay(&mut self) {
        if let Some(said) = self.rulings.get_mut(self.cursor) {
            *said = None;
        }
    }
}
