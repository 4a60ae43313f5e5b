//! Where the analyst is looking: everything the screen shows that is not in the session. Lost on leaving, and may be.
//!
//! Invariant: only [`super::update()`] changes it; ids, not row numbers, say what the cursor is on.

pub mod blind;
pub mod dialog;
pub mod finding;
mod narrowed;
pub mod past;
pub mod place;
pub mod prompt;
mod screen;
pub mod shelf;
pub mod sieve;
pub mod stock;
pub mod table;
mod underway;
mod way;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use crate::{
    finding::{Finding, Level},
    session::{Session, library::Entry, pulse::Pulse, query::Query},
};

use super::{
    action::Action,
    effect::Kept,
    keymap::{Context, Keymap},
    view::Drawn,
};
use dialog::Dialog;
use finding::Tab;
pub use screen::{Pane, Screen};
use shelf::Shelf;
use sieve::Sieve;
use stock::Stock;
use table::Table;
pub use underway::{Chain, Leaving, Running, Toast, Tone, Wanted};

/// How long a toast stays, milliseconds.
const TOAST_MS: u64 = 4000;

/// A list whose cursor is pinned to what it is on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List<Id> {
    /// What the cursor is on.
    pub cursor: Option<Id>,
    /// First row shown.
    pub offset: usize,
}

/// Everything the screen shows that is not in the session.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own that any screen may show"
)]
pub struct State {
    /// The screen's clock: milliseconds since it opened.
    pub now_ms: u64,
    /// Name of the session; empty in the library. Raw.
    pub name: String,
    /// File of the session.
    pub path: PathBuf,
    /// Folder of the saved sessions. Raw.
    pub folder: String,
    /// Which key asks for what.
    pub keymap: Keymap,
    /// The screens, the one shown last. Never empty.
    pub screens: Vec<Screen>,
    /// Those gone back from, the last one last.
    pub ahead: Vec<Screen>,
    /// What lies over the screen.
    pub dialog: Option<Dialog>,
    /// A line that goes by itself.
    pub toast: Option<Toast>,
    /// The scan, while one runs here.
    pub running: Option<Running>,
    /// What to end with once the scan has ended.
    pub leaving: Option<Leaving>,
    /// When Ctrl-C was last pressed.
    pub interrupted_ms: Option<u64>,
    /// Rulings cannot be saved: the session is open read-only.
    pub read_only: bool,
    /// Another process writes to the session.
    pub elsewhere: bool,
    /// What the scan that runs there tells of itself.
    pub pulse: Option<Pulse>,
    /// The pane with the keys.
    pub pane: Pane,
    /// The findings list.
    pub findings: List<String>,
    /// What narrows the lists, as it was typed.
    pub filter: String,
    /// The same, as far as it could be read.
    pub query: Query,
    /// Filters kept, by name.
    pub filters: BTreeMap<String, String>,
    /// The analyst's regular expressions, counted in the answers.
    pub patterns: Vec<String>,
    /// Digits typed before a moving key: how many times it moves.
    pub count: Option<usize>,
    /// The candidates table.
    pub candidates: Table,
    /// The leaks list; no cursor means the latest are shown.
    pub leaks: List<u32>,
    /// Those of them that pass the filter.
    pub sieve: Sieve,
    /// The saved sessions, newest first.
    pub every_session: Vec<Entry>,
    /// Those shown, in the order shown.
    pub sessions: Vec<Entry>,
    /// How they are arranged.
    pub shelf: Shelf,
    /// Row of the cursor among them.
    pub session: List<usize>,
    /// The models beside them.
    pub stock: Stock,
    /// One model after another is being scanned: nobody need be there.
    pub unattended: bool,
    /// Findings marked, to be ruled on at once.
    pub marked: BTreeSet<String>,
    /// Names of the tabs of each finding that have been on the screen.
    pub seen: BTreeMap<String, BTreeSet<&'static str>>,
    /// Proofs of views written since the last verdict on a finding: what its next one cites.
    pub proofs: BTreeMap<String, Vec<String>>,
    /// A ruling that was being typed when the program last ended.
    pub kept: Option<Box<Kept>>,
    /// When the screen opened, milliseconds since the epoch.
    pub opened_at_ms: i64,
    /// The attention weights looked at, one key at a time.
    pub attention: Option<Wanted>,
    /// The model is here to measure strings with.
    pub can_probe: bool,
    /// What was measured by hand, oldest first. Nothing of it is recorded.
    pub probed: Vec<Arc<Finding>>,
    /// How much of the measurement that runs is done, 0 to 1.
    pub probing: Option<f32>,
    /// Names of the themes there are.
    pub themes: Vec<String>,
    /// Which of them is on.
    pub theme: usize,
    /// The mouse is taken.
    pub mouse: bool,
    /// Signs may move by themselves.
    pub motion: bool,
    /// The terminal said that the analyst looks elsewhere.
    pub away: bool,
    /// Records a power cut now would cost.
    pub unsaved: usize,
    /// Does the chain of records hold?
    pub chain: Chain,
    /// What the last frame showed.
    pub drawn: Drawn,
}

impl State {
    /// The state in which a screen opens.
    pub fn new(keymap: Keymap, first: Screen) -> Self {
        Self {
            now_ms: 0,
            name: String::new(),
            path: PathBuf::new(),
            folder: String::new(),
            keymap,
            screens: vec![first],
            ahead: Vec::new(),
            dialog: None,
            toast: None,
            running: None,
            leaving: None,
            interrupted_ms: None,
            read_only: false,
            elsewhere: false,
            pulse: None,
            pane: Pane::default(),
            findings: List::default(),
            filter: String::new(),
            query: Query::default(),
            filters: BTreeMap::new(),
            patterns: Vec::new(),
            count: None,
            candidates: Table::default(),
            leaks: List::default(),
            sieve: Sieve::default(),
            every_session: Vec::new(),
            sessions: Vec::new(),
            shelf: Shelf::default(),
            session: List::default(),
            stock: Stock::default(),
            unattended: false,
            marked: BTreeSet::new(),
            seen: BTreeMap::new(),
            proofs: BTreeMap::new(),
            kept: None,
            opened_at_ms: 0,
            attention: None,
            can_probe: false,
            probed: Vec::new(),
            probing: None,
            themes: Vec::new(),
            theme: 0,
            mouse: false,
            motion: true,
            away: false,
            unsaved: 0,
            chain: Chain::default(),
            drawn: Drawn::default(),
        }
    }

    /// The screen shown.
    pub fn screen(&self) -> &Screen {
        self.screens.last().unwrap_or(&Screen::Case)
    }

    /// The session under the cursor in the library.
    pub fn chosen_session(&self) -> Option<&Entry> {
        self.sessions.get(self.session.cursor.unwrap_or(0))
    }

    /// Arranges the sessions anew; the cursor stays on the session it is on.
    pub fn shelve(&mut self) {
        let here = self.chosen_session().map(|entry| entry.path.clone());
        self.sessions = self.shelf.arrange(&self.every_session);
        let row = here.and_then(|path| self.sessions.iter().position(|entry| entry.path == path));
        let last = self.sessions.len().checked_sub(1);
        self.session.cursor = row.or_else(|| last.map(|last| self.session.cursor.unwrap_or(0).min(last)));
    }

    /// True when the scan of this session was interrupted and could go on from here.
    pub const fn can_resume(&self, session: &Session) -> bool {
        self.running.is_none() && !self.read_only && session.is_unfinished()
    }

    /// The screen shown, to change it.
    pub fn screen_mut(&mut self) -> Option<&mut Screen> {
        self.screens.last_mut()
    }

    /// Where the analyst is, as far as keys are concerned. The help lies over a screen without changing it.
    pub fn context(&self) -> Context {
        match &self.dialog {
            Some(Dialog::Verdict(verdict)) if verdict.asking => return Context::Bulk,
            Some(Dialog::Verdict(_)) => return Context::Verdict,
            Some(Dialog::Mark(_)) => return Context::Marking,
            Some(Dialog::Question(_)) => return Context::Confirm,
            Some(Dialog::Prompt(_)) => return Context::Prompt,
            Some(Dialog::Help { .. }) | None => {}
        }
        self.place()
    }

    /// The same, whatever lies over the screen.
    pub fn place(&self) -> Context {
        match self.screen() {
            Screen::Library => Context::Library,
            Screen::Inventory => Context::Inventory,
            Screen::Case => Context::Case,
            Screen::Blind(_) => Context::Blind,
            Screen::Past(_) => Context::Past,
            Screen::Candidate { .. }
            | Screen::Leak { .. }
            | Screen::Facts { .. }
            | Screen::Pair { .. }
            | Screen::Comparison { .. } => Context::Detail,
            Screen::Finding(finding) => match finding.tab {
                Tab::Attention => Context::Attention,
                Tab::Entropy => Context::Entropy,
                Tab::Outputs => Context::Outputs,
                Tab::Overview | Tab::Statistics | Tab::Trigger | Tab::Origin | Tab::History => {
                    Context::Finding
                }
            },
        }
    }

    /// The finding a ruling would be about: the one shown, or the one under the cursor.
    pub fn subject<'a>(&self, session: &'a Session) -> Option<&'a Finding> {
        match self.screen() {
            Screen::Finding(finding) => session.finding(&finding.id),
            Screen::Case if self.pane == Pane::Findings => session.finding(self.findings.cursor.as_deref()?),
            _ => None,
        }
    }

    /// A finding of the session, or a string measured by hand.
    pub fn finding<'a>(&'a self, session: &'a Session, id: &str) -> Option<&'a Finding> {
        found(session, &self.probed, id)
    }

    /// The finding shown, or the one under the cursor; measured by hand or not.
    pub fn looked_at<'a>(&'a self, session: &'a Session) -> Option<&'a Finding> {
        match self.screen() {
            Screen::Finding(finding) => self.finding(session, &finding.id),
            _ => self.subject(session),
        }
    }

    /// Rows of a page, and how many times the next key moves.
    pub const fn steps(&self) -> (usize, Option<usize>) {
        (self.drawn.page, self.count)
    }

    /// Shows a line for a few seconds.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.toast = Some(Toast {
            tone,
            text: text.into(),
            until_ms: self.now_ms + TOAST_MS,
        });
    }

    /// When the screen changes by itself next, on its own clock: what the loop may sleep until.
    pub fn wakes_ms(&self) -> Option<u64> {
        let toast = self.toast.as_ref().map(|toast| toast.until_ms);
        let moving = self
            .running
            .as_ref()
            .filter(|running| !running.paused || self.leaving.is_some())
            .map(|_| self.now_ms + 500);
        toast.into_iter().chain(moving).min()
    }

    /// Keys of an action here, for the footer and for hints; empty where it has none.
    pub fn key_for(&self, action: Action) -> String {
        self.keymap
            .key(self.context(), action)
            .map(|key| key.to_string())
            .unwrap_or_default()
    }
}

/// A finding of the session, or among those measured by hand.
pub fn found<'a>(session: &'a Session, probed: &'a [Arc<Finding>], id: &str) -> Option<&'a Finding> {
    let probed = || {
        probed
            .iter()
            .find(|finding| finding.id == id)
            .map(|finding| &**finding)
    };
    session.finding(id).or_else(probed)
}

/// The findings, strongest first.
pub fn ranked(session: &Session) -> Vec<&Finding> {
    let mut findings: Vec<_> = session.findings.iter().collect();
    findings.sort_by(|a, b| {
        (b.level, b.confidence)
            .partial_cmp(&(a.level, a.confidence))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    findings
}

/// The word for a level.
pub const fn level_name(level: Level) -> &'static str {
    match level {
        Level::Low => "low",
        Level::Medium => "medium",
        Level::High => "high",
    }
}
