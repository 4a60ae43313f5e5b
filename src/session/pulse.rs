//! How far a scan is, told to other processes in a file beside the session. It may be lost: the records say everything else.
//!
//! Invariant: a pulse is believed only while a process holds the session's lock; whoever takes the lock removes what a dead one
//! left.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::{
    error::SessionError,
    lock::{self, beside},
    store::now_ms,
};
use crate::scan::event::{Progress, ScanEvent};

/// It is written at most this often, unless the scan is told to wait or to go on.
const EVERY: Duration = Duration::from_secs(1);
/// Longest pulse read, in bytes.
const LONGEST: u64 = 1 << 16;
/// After this long without news a rate and a time left are no longer told, milliseconds.
const STALE_MS: i64 = 10_000;

/// How far a scan is, as its process last told.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Pulse {
    /// When it was told, milliseconds since the epoch.
    pub at_ms: i64,
    /// When the scan itself last said anything.
    pub heard_ms: i64,
    /// It was told to wait.
    pub paused: bool,
    /// What it said of itself last; none while its model is being measured.
    pub progress: Option<Progress>,
    /// When it last mined a candidate.
    pub candidate_ms: Option<i64>,
    /// When it last made a finding.
    pub finding_ms: Option<i64>,
    /// Seconds of computing that would have to be done again, had the process been killed then.
    pub unkept_s: f64,
}

impl Pulse {
    /// Seconds since the scan last said anything.
    pub fn silence_s(&self, now_ms: i64) -> f64 {
        now_ms.saturating_sub(self.heard_ms).max(0) as f64 / 1000.0
    }

    /// Seconds computed since it was told.
    fn since_s(&self, now_ms: i64) -> f64 {
        if self.paused {
            0.0
        } else {
            now_ms.saturating_sub(self.at_ms).max(0) as f64 / 1000.0
        }
    }

    /// What a scan that waits or is silent was doing before says nothing about now.
    const fn is_fresh(&self, now_ms: i64) -> bool {
        !self.paused && now_ms.saturating_sub(self.heard_ms) < STALE_MS
    }

    /// Seconds since the scan began, pauses left out.
    pub fn elapsed_s(&self, now_ms: i64) -> Option<f64> {
        Some(self.progress?.elapsed_s + self.since_s(now_ms))
    }

    /// Tokens per second lately; none while it waits, is silent or has not begun to count.
    pub fn rate(&self, now_ms: i64) -> Option<f64> {
        let rate = self.progress?.tokens_per_s;
        self.is_fresh(now_ms).then_some(rate).filter(|rate| *rate > 0.0)
    }

    /// Seconds left, as a range; none where nothing honest can be said.
    pub fn left_s(&self, now_ms: i64) -> Option<(f64, f64)> {
        let (low, high) = self.progress?.eta_s?;
        let since = self.since_s(now_ms);
        (self.paused || self.is_fresh(now_ms)).then_some(((low - since).max(0.0), (high - since).max(0.0)))
    }

    /// Seconds of computing that a kill now would cost.
    pub fn cost_s(&self, now_ms: i64) -> f64 {
        self.unkept_s + self.since_s(now_ms)
    }
}

/// The pulse of a session whose scan runs in another process; none where no process writes to it, or its process runs no scan.
pub fn read(session: &Path) -> Result<Option<Pulse>, SessionError> {
    if !lock::is_held(session) {
        return Ok(None);
    }
    let path = beside(session, "-pulse");
    let mut text = String::new();
    match fs::File::open(&path).and_then(|file| file.take(LONGEST).read_to_string(&mut text)) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(SessionError::Pulse {
                path,
                what: error.to_string(),
            });
        }
    }
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| SessionError::Pulse {
            path,
            what: error.to_string(),
        })
}

/// Removes what a process that is gone left behind.
pub(super) fn remove(session: &Path) {
    // Most often it is not there.
    drop(fs::remove_file(beside(session, "-pulse")));
}

/// Tells the pulse of a scan, until dropped.
#[derive(Debug)]
pub(super) struct Beat {
    session: PathBuf,
    pulse: Pulse,
    /// The scan's own clock when it last finished something that need not be computed again.
    kept_s: f64,
    told: Option<Instant>,
}

impl Beat {
    /// Begins to tell, at once.
    pub(super) fn start(session: &Path) -> Self {
        let mut beat = Self {
            session: session.to_owned(),
            pulse: Pulse {
                heard_ms: now_ms(),
                ..Pulse::default()
            },
            kept_s: 0.0,
            told: None,
        };
        beat.tell();
        beat
    }

    /// The scan said something.
    pub(super) fn hear(&mut self, event: &ScanEvent) {
        let now = now_ms();
        self.pulse.heard_ms = now;
        match event {
            ScanEvent::Progress(progress) => self.pulse.progress = Some(*progress),
            ScanEvent::Candidate(_) => self.pulse.candidate_ms = Some(now),
            ScanEvent::Finding(_) => self.pulse.finding_ms = Some(now),
            ScanEvent::Computed(_) => self.kept_s = self.clock_s(),
            _ => {}
        }
        self.pulse.unkept_s = (self.clock_s() - self.kept_s).max(0.0);
        if self.told.is_none_or(|told| told.elapsed() >= EVERY) {
            self.tell();
        }
    }

    /// The scan was told to wait, or to go on.
    pub(super) fn pause(&mut self, paused: bool) {
        if self.pulse.paused != paused {
            self.pulse.paused = paused;
            self.pulse.heard_ms = now_ms();
            self.tell();
        }
    }

    fn clock_s(&self) -> f64 {
        self.pulse.progress.map_or(0.0, |progress| progress.elapsed_s)
    }

    /// A failure costs other processes the sight of the scan and nothing else.
    fn tell(&mut self) {
        self.told = Some(Instant::now());
        self.pulse.at_ms = now_ms();
        let new = beside(&self.session, "-pulse-new");
        if let Ok(text) = serde_json::to_string(&self.pulse)
            && fs::write(&new, text).is_ok()
        {
            drop(fs::rename(&new, beside(&self.session, "-pulse")));
        }
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        remove(&self.session);
    }
}
