//! What the scan reports: saved first, then folded, then shown.
//!
//! Invariant: a record is in the session the screen shows only if it was handed to the file.

use std::time::Duration;

use ratatui::backend::Backend;
use tokio::time::Instant;

use super::{CHUNK, Drive, FOLLOW};
use crate::{
    scan::event::ScanEvent,
    session::{
        ScanState, Session,
        pulse::{self, Pulse},
        store,
    },
    ui::{RunningScan, UiError, console::Console, message::Message},
};

/// Longest time a record stays uncommitted while a scan runs.
const COMMIT: Duration = Duration::from_millis(200);

/// Waits for events of the scan; 0 when it hung up.
pub async fn take(scan: &mut Option<RunningScan>, chunk: &mut Vec<ScanEvent>) -> usize {
    match scan {
        Some(scan) => scan.events.recv_many(chunk, CHUNK).await,
        None => std::future::pending().await,
    }
}

impl<B, C> Drive<'_, B, C>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    C: Console,
{
    /// Saves and folds what the scan reported; `taken` is 0 when it hung up.
    pub(super) fn record(&mut self, taken: usize, chunk: &mut Vec<ScanEvent>) -> Result<(), UiError> {
        if taken == 0 {
            chunk.push(ScanEvent::Failed {
                message: "its thread ended without saying why".to_owned(),
            });
        }
        let mut progress = None;
        let (mut ended, mut kept) = (false, false);
        for event in chunk.drain(..) {
            if let ScanEvent::Progress(latest) = event {
                progress = Some(latest);
            }
            kept |= matches!(event, ScanEvent::Computed(_) | ScanEvent::Started(_));
            ended |= matches!(event, ScanEvent::Finished(_) | ScanEvent::Failed { .. });
            if let Some(store) = &mut self.app.store {
                for record in store.append_event(event)? {
                    self.app.session.apply(&record);
                }
            }
        }
        if let Some(progress) = progress {
            self.handle(Message::Progress(progress))?;
        }
        self.handle(Message::Recorded)?;
        if kept {
            self.handle(Message::Kept)?;
        }
        if ended {
            self.app.scan = None;
            self.commit_at = None;
            if let Some(store) = &mut self.app.store {
                store.flush()?;
            }
            self.handle(Message::Unsaved(0))?;
            return self.handle(Message::Ended);
        }
        let unsaved = self.app.store.as_ref().map_or(0, store::Store::uncommitted);
        if unsaved > 0 && self.commit_at.is_none() {
            self.commit_at = Some(Instant::now() + COMMIT);
        }
        self.handle(Message::Unsaved(unsaved))?;
        // A scan that never pauses for breath must not keep the commit from its turn.
        self.commit_if_due()
    }

    /// Writes what waits to be written, when it is due.
    pub(super) fn commit_if_due(&mut self) -> Result<(), UiError> {
        if self.commit_at.is_none_or(|at| Instant::now() < at) {
            return Ok(());
        }
        self.commit_at = None;
        let mut unsaved = 0;
        if let Some(store) = &mut self.app.store {
            store.commit()?;
            unsaved = store.uncommitted();
        }
        if unsaved > 0 {
            // Written, and not yet sure to be on the disk.
            self.commit_at = Some(Instant::now() + COMMIT);
        }
        self.handle(Message::Unsaved(unsaved))
    }

    /// Looks at what another process wrote, when it is due.
    pub(super) fn follow_if_due(&mut self) -> Result<(), UiError> {
        if self.app.reading.is_some() || self.follow_at.is_none_or(|at| Instant::now() < at) {
            return Ok(());
        }
        self.follow_at = Some(Instant::now() + FOLLOW);
        let Some(store) = &self.app.store else {
            return Ok(());
        };
        let elsewhere = store.is_written_elsewhere();
        self.dirty |= elsewhere != self.state.elsewhere;
        self.state.elsewhere = elsewhere;
        self.state.pulse = pulse(store);
        if store.sync_tail(&mut self.app.session)? > 0 {
            self.handle(Message::Recorded)?;
        }
        if !goes_on(&self.app.session) {
            self.follow_at = None;
            self.handle(Message::Ended)?;
        }
        Ok(())
    }
}

/// What a scan in another process tells of itself. One that cannot be read is none: the records are there to be shown.
pub(super) fn pulse(store: &store::Store) -> Option<Pulse> {
    if !store.is_read_only() {
        return None;
    }
    pulse::read(store.path()).ok().flatten()
}

/// More records may come from another process: its scan runs, or its model is still being opened.
pub(super) fn goes_on(session: &Session) -> bool {
    session.is_running() || matches!(session.scan, ScanState::Waiting)
}
