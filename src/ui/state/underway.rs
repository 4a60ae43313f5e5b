//! What comes and goes: the scan this screen steers, weights being loaded, a toast, the way out.

use super::State;
use crate::{
    scan::event::Progress,
    session::{Session, pulse::Pulse},
    ui::{effect::Outcome, view::attention::Loaded},
};

/// After this long without news from a running scan the screen says so, milliseconds.
pub const STALL_MS: u64 = 5000;

/// What is known of the session's chain of records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Chain {
    /// It holds to its last record.
    #[default]
    Holds,
    /// It is being checked.
    Checking,
    /// It does not hold: one sentence. Safe.
    Broken(String),
}

/// How a toast is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Done.
    Good,
    /// So you know.
    Plain,
    /// It did not work.
    Bad,
}

/// A line that stays a few seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// How it is meant.
    pub tone: Tone,
    /// What it says. Raw: shown through [`crate::text`].
    pub text: String,
    /// When it goes, on the screen's clock.
    pub until_ms: u64,
}

/// The scan this screen steers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Running {
    /// It was asked to wait.
    pub paused: bool,
    /// It was asked to end.
    pub stopping: bool,
    /// How far it is.
    pub progress: Option<Progress>,
    /// When it was last heard of, on the screen's clock.
    pub heard_ms: u64,
    /// When it last mined a candidate, on the screen's clock.
    pub candidate_ms: Option<u64>,
    /// When it last made a finding, on the screen's clock.
    pub finding_ms: Option<u64>,
    /// Candidates and findings there were then.
    pub seen: (usize, usize),
    /// When it last finished something that a resumed scan need not compute again, on the screen's clock.
    pub kept_ms: u64,
}

/// Attention weights asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Their key.
    pub key: String,
    /// The weights, or why they cannot be read; none while they are being loaded.
    pub pair: Option<Result<Box<Loaded>, String>>,
}

/// The way out, once the scan has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// What to end with.
    pub outcome: Outcome,
    /// Since when, on the screen's clock.
    pub since_ms: u64,
}

impl State {
    /// What time it is, milliseconds since the epoch.
    pub const fn moment_ms(&self) -> i64 {
        self.opened_at_ms.saturating_add(self.now_ms as i64)
    }

    /// What a scan in another process tells of itself, while the records say that it goes on.
    pub fn told(&self, session: &Session) -> Option<&Pulse> {
        let goes_on = session.is_running() && self.running.is_none();
        self.pulse.as_ref().filter(|_| goes_on)
    }

    /// For how long a running scan has said nothing, once that is worth telling, seconds.
    pub fn silence_s(&self, session: &Session) -> Option<u64> {
        let silence = match (&self.running, self.told(session)) {
            (Some(running), _) => (!running.paused).then(|| self.now_ms.saturating_sub(running.heard_ms)),
            (None, Some(told)) => (!told.paused).then(|| (1000.0 * told.silence_s(self.moment_ms())) as u64),
            (None, None) => None,
        };
        silence
            .filter(|silence| *silence >= STALL_MS)
            .map(|silence| silence / 1000)
    }

    /// Seconds of computing that a power cut now would cost beside the records not saved, once it is worth telling.
    pub fn unkept_s(&self) -> Option<u64> {
        let running = self
            .running
            .as_ref()
            .filter(|running| running.progress.is_some())?;
        let seconds = self.now_ms.saturating_sub(running.kept_ms) / 1000;
        (seconds > 0).then_some(seconds)
    }
}
