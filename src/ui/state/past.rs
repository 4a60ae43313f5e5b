//! The session as it was at one of its records.

use crate::session::Session;

/// A moment in the life of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// The session then; its last record is the moment.
    pub session: Session,
    /// When that record was written, milliseconds since the epoch.
    pub at_ms: i64,
    /// Who wrote it. Raw.
    pub author: String,
    /// Its kind.
    pub kind: &'static str,
    /// Records of the session now.
    pub now: u64,
    /// Records at which something was done to the session: what up and down go to.
    pub steps: Vec<u64>,
    /// First line shown.
    pub scroll: usize,
}

impl Past {
    /// The number of its last record.
    pub const fn record(&self) -> u64 {
        self.session.records
    }
}
