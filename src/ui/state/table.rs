//! The order of the candidates table: strongest first, and still while the cursor is on a row.
//!
//! Invariant: the order changes only while nothing is under the cursor, or when the analyst asks for it; what the filter leaves
//! out keeps its place for when the filter goes.

use std::cmp::Ordering;

use crate::session::{Known, Session, Standing, query::Query};

/// While the table follows the scan it is sorted at most this often, milliseconds.
const SORT_MS: u64 = 250;

/// Rows of the candidates table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Indices into `session.candidates`, in order, every one known when the order was made.
    rows: Vec<u32>,
    /// Those of them that pass the filter; none while there is no filter.
    passing: Option<Vec<u32>>,
    query: Query,
    /// Id of the candidate the cursor is on; none while the table follows the scan.
    pub cursor: Option<u32>,
    /// First row shown.
    pub offset: usize,
    /// Why candidates were set aside, and how many, the commonest reason first.
    dropped: Vec<(String, u64)>,
    sorted_ms: Option<u64>,
    stale: bool,
}

impl Table {
    /// Why candidates were set aside, and how many, the commonest reason first; as of when the order was made.
    pub fn dropped(&self) -> &[(String, u64)] {
        &self.dropped
    }

    fn shown(&self) -> &[u32] {
        self.passing.as_ref().unwrap_or(&self.rows)
    }

    /// Number of rows shown.
    pub fn len(&self) -> usize {
        self.shown().len()
    }

    /// Number of rows without the filter.
    pub const fn total(&self) -> usize {
        self.rows.len()
    }

    /// True while there is no row.
    pub fn is_empty(&self) -> bool {
        self.shown().is_empty()
    }

    /// True while a filter is in force.
    pub const fn is_narrowed(&self) -> bool {
        self.passing.is_some()
    }

    /// The candidate in a row.
    pub fn row<'a>(&self, session: &'a Session, row: usize) -> Option<&'a Known> {
        session.candidates.get(*self.shown().get(row)? as usize)
    }

    /// Shows only what passes a query.
    pub fn narrow(&mut self, query: Query, session: &Session) {
        self.query = query;
        self.pass(session);
        self.offset = 0;
    }

    fn pass(&mut self, session: &Session) {
        let passes = |index: &u32| {
            session
                .candidates
                .get(*index as usize)
                .is_some_and(|known| self.query.candidate(known))
        };
        self.passing = (!self.query.is_empty()).then(|| self.rows.iter().copied().filter(passes).collect());
    }

    /// The row of the cursor.
    pub fn position(&self, session: &Session) -> Option<usize> {
        let index = session.index(self.cursor?)? as u32;
        self.shown().iter().position(|shown| *shown == index)
    }

    /// Candidates that came since the order was last made.
    pub fn new_rows(&self, session: &Session) -> usize {
        session.candidates.len().saturating_sub(self.rows.len())
    }

    /// Notes that the session changed; sorts now if the table follows the scan and is due.
    pub fn changed(&mut self, session: &Session, now_ms: u64) {
        self.stale = true;
        self.settle(session, now_ms);
    }

    /// Sorts if the table follows the scan, something changed, and the last time is long enough ago.
    pub fn settle(&mut self, session: &Session, now_ms: u64) {
        let due = self.sorted_ms.is_none_or(|sorted| now_ms >= sorted + SORT_MS);
        if self.stale && self.cursor.is_none() && due {
            self.sort(session, now_ms);
        }
    }

    /// Makes the order anew, with every candidate in it.
    pub fn sort(&mut self, session: &Session, now_ms: u64) {
        let keys: Vec<Strength> = session.candidates.iter().map(Strength::of).collect();
        self.rows.extend(self.rows.len() as u32..keys.len() as u32);
        // The sort is stable and quick on what is nearly in order, which it is from the second time on.
        self.rows
            .sort_by(|a, b| match (keys.get(*a as usize), keys.get(*b as usize)) {
                (Some(a), Some(b)) => a.cmp(b),
                _ => Ordering::Equal,
            });
        self.pass(session);
        self.dropped = reasons(session);
        self.sorted_ms = Some(now_ms);
        self.stale = false;
    }

    /// Merges everything in and follows the scan again.
    pub fn follow(&mut self, session: &Session, now_ms: u64) {
        self.cursor = None;
        self.offset = 0;
        self.sort(session, now_ms);
    }
}

fn reasons(session: &Session) -> Vec<(String, u64)> {
    let mut reasons: Vec<(String, u64)> = Vec::new();
    for known in &session.candidates {
        if let Standing::Dropped(reason) = &known.standing {
            match reasons.iter_mut().find(|(told, _)| told == reason) {
                Some((_, count)) => *count += 1,
                None => reasons.push((reason.clone(), 1)),
            }
        }
    }
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    reasons
}

/// What the table is sorted by; less is stronger.
struct Strength {
    tier: u8,
    p: f64,
    divergence: f64,
    lift: f64,
}

impl Strength {
    fn of(known: &Known) -> Self {
        let look = known.looks.iter().max_by_key(|look| look.round);
        let tier = match (&known.standing, look.map(|look| look.round)) {
            (Standing::Finding(_), _) => 0,
            (Standing::Dropped(_), _) => 4,
            (_, Some(2..)) => 1,
            (_, Some(_)) => 2,
            (_, None) => 3,
        };
        Self {
            tier,
            p: look.map_or(1.0, |look| look.p),
            divergence: look.map_or(0.0, |look| look.divergence),
            lift: known.candidate.lift,
        }
    }

    fn cmp(&self, other: &Self) -> Ordering {
        self.tier
            .cmp(&other.tier)
            .then(self.p.total_cmp(&other.p))
            .then(other.divergence.total_cmp(&self.divergence))
            .then(other.lift.total_cmp(&self.lift))
    }
}
