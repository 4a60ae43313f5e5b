//! Looking through the leaks for those that pass the filter: a slice at a time, so that a key never waits for it.
//!
//! Invariant: it holds no leak that it read; the list reads those it shows.

use std::time::Duration;

use ratatui::backend::Backend;
use tokio::time::Instant;

use super::Drive;
use crate::ui::{UiError, console::Console, message::Message};

/// How long a slice takes, about.
const SLICE: Duration = Duration::from_millis(6);

impl<B, C> Drive<'_, B, C>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    C: Console,
{
    /// Whether some have not been looked through yet.
    pub(super) fn sifts(&self) -> bool {
        self.state.sieve.due(self.app.session.leaks.len()).is_some()
    }

    /// Looks through the next slice.
    pub(super) fn sift_if_due(&mut self) -> Result<(), UiError> {
        let leaks = &self.app.session.leaks;
        let Some(from) = self.state.sieve.due(leaks.len()) else {
            return Ok(());
        };
        let (query, until) = (self.state.sieve.query(), Instant::now() + SLICE);
        let (mut to, mut passing) = (from, Vec::new());
        while to < leaks.len() {
            let stored = || {
                let record = leaks.record(to).filter(|_| leaks.is_unread(to))?;
                self.app.store.as_ref()?.leak(record).ok()
            };
            let passes = match leaks.at(to) {
                Some(held) => query.leak(held),
                None => stored().is_some_and(|leak| query.leak(&leak)),
            };
            if passes {
                passing.push(to);
            }
            to += 1;
            if Instant::now() >= until {
                break;
            }
        }
        self.handle(Message::Sifted { from, to, passing })
    }
}
