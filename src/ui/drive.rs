//! The loop: waits for keys, signals and the scan, folds what happened, carries out effects, draws when something changed.
//!
//! Invariant: with no scan running and no toast showing it sleeps until a key or a signal comes.

use std::{collections::VecDeque, io, time::Duration};

use crossterm::event::{Event, MouseEventKind};
use futures::{Stream, StreamExt};
use ratatui::{Terminal, backend::Backend};
use tokio::time::{Instant, sleep_until};

use super::{
    App, RunningScan, UiError,
    effect::{Draft, Effect, Outcome},
    message::Message,
    state::{Running, Screen, State},
    update::update,
    view,
};
use crate::{
    finding::Verdict,
    scan::event::ScanEvent,
    session::{library, store},
};

/// Shortest time between two frames.
const FRAME: Duration = Duration::from_millis(33);
/// Longest time a record stays uncommitted while a scan runs.
const COMMIT: Duration = Duration::from_millis(200);
/// How often a session that another process writes to is looked at.
const FOLLOW: Duration = Duration::from_secs(1);
/// Scan events taken at once.
const CHUNK: usize = 256;

/// What comes from outside.
#[derive(Debug)]
pub enum Input {
    /// A key, the mouse, a paste, another size.
    Terminal(Event),
    /// A signal that asks the process to end.
    Signal(i32),
}

/// Runs a screen on any backend and input until it ends; `suspend` gives the terminal away and takes it back.
pub async fn drive<B, S, F>(
    app: &mut App,
    terminal: &mut Terminal<B>,
    mut input: S,
    suspend: F,
) -> Result<Outcome, UiError>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    S: Stream<Item = io::Result<Input>> + Unpin,
    F: FnMut() -> io::Result<()>,
{
    let mut drive = Drive::new(app, terminal, suspend);
    let ended = drive.until_exit(&mut input).await;
    // However it ends: the scan must not go on unheard, and what was recorded must be on disk.
    if let Some(scan) = &drive.app.scan {
        scan.gate.stop();
    }
    if let Some(store) = &mut drive.app.store {
        let flushed = if store.is_read_only() {
            Ok(())
        } else {
            store.flush()
        };
        if ended.is_ok() {
            flushed?;
        }
    }
    ended
}

struct Drive<'a, B: Backend, F> {
    app: &'a mut App,
    terminal: &'a mut Terminal<B>,
    suspend: F,
    state: State,
    begun: Instant,
    dirty: bool,
    next_frame: Instant,
    commit_at: Option<Instant>,
    follow_at: Option<Instant>,
    outcome: Option<Outcome>,
}

impl<'a, B, F> Drive<'a, B, F>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    F: FnMut() -> io::Result<()>,
{
    fn new(app: &'a mut App, terminal: &'a mut Terminal<B>, suspend: F) -> Self {
        let state = opening(app);
        let now = Instant::now();
        let follows = state.read_only && app.session.is_running();
        Self {
            app,
            terminal,
            suspend,
            state,
            begun: now,
            dirty: true,
            next_frame: now,
            commit_at: None,
            follow_at: follows.then(|| now + FOLLOW),
            outcome: None,
        }
    }

    async fn until_exit<S>(&mut self, input: &mut S) -> Result<Outcome, UiError>
    where
        S: Stream<Item = io::Result<Input>> + Unpin,
    {
        self.handle(Message::Recorded)?;
        if matches!(self.state.screen(), Screen::Library) {
            self.carry_out(Effect::ListSessions)?;
        }
        let mut chunk = Vec::with_capacity(CHUNK);
        let mut open = true;
        loop {
            if let Some(outcome) = self.outcome.take() {
                return Ok(outcome);
            }
            self.draw_if_due()?;
            let wake = self.wakes();
            let scanning = self.app.scan.is_some();
            tokio::select! {
                biased;
                received = input.next(), if open => {
                    self.tick()?;
                    open = received.is_some();
                    match received.transpose()? {
                        Some(received) => self.receive(received)?,
                        // Nobody can press a key any more: as a hang-up.
                        None => self.handle(Message::Signal(HANG_UP))?,
                    }
                }
                taken = take(&mut self.app.scan, &mut chunk), if scanning => {
                    self.tick()?;
                    self.record(taken, &mut chunk)?;
                }
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {
                    self.tick()?;
                    self.dirty = true;
                    self.commit_if_due()?;
                    self.follow_if_due()?;
                }
            }
        }
    }

    fn now_ms(&self) -> u64 {
        self.begun.elapsed().as_millis() as u64
    }

    fn tick(&mut self) -> Result<(), UiError> {
        let dirty = self.dirty;
        self.handle(Message::Clock(self.now_ms()))?;
        self.dirty = dirty;
        Ok(())
    }

    /// When the loop has something to do by itself next.
    fn wakes(&self) -> Option<Instant> {
        let frame = self.dirty.then_some(self.next_frame);
        let state = self
            .state
            .wakes_ms()
            .map(|ms| self.begun + Duration::from_millis(ms));
        [frame, state, self.commit_at, self.follow_at]
            .into_iter()
            .flatten()
            .min()
    }

    fn draw_if_due(&mut self) -> Result<(), UiError> {
        let now = Instant::now();
        if !self.dirty || now < self.next_frame {
            return Ok(());
        }
        let mut drawn = view::Drawn::default();
        let (state, app) = (&self.state, &*self.app);
        self.terminal
            .draw(|frame| {
                let area = frame.area();
                drawn = view::draw(state, &app.session, &app.look, area, frame.buffer_mut());
            })
            .map_err(io::Error::other)?;
        self.dirty = false;
        self.next_frame = now + FRAME;
        update(&mut self.state, &self.app.session, Message::Drawn(drawn));
        Ok(())
    }

    fn receive(&mut self, input: Input) -> Result<(), UiError> {
        let message = match input {
            Input::Signal(signal) => Message::Signal(signal),
            Input::Terminal(event) => match event {
                Event::Key(key) if key.is_press() => Message::Key(key),
                Event::Paste(text) => Message::Paste(text),
                Event::Resize(..) => Message::Resize,
                // Moves and releases come in floods and change nothing.
                Event::Mouse(mouse)
                    if matches!(
                        mouse.kind,
                        MouseEventKind::Down(_) | MouseEventKind::ScrollUp | MouseEventKind::ScrollDown
                    ) =>
                {
                    Message::Mouse(mouse)
                }
                _ => return Ok(()),
            },
        };
        self.handle(message)
    }

    /// Folds a message, and whatever its effects bring about.
    fn handle(&mut self, message: Message) -> Result<(), UiError> {
        self.dirty = true;
        for effect in update(&mut self.state, &self.app.session, message) {
            self.carry_out(effect)?;
        }
        Ok(())
    }

    fn carry_out(&mut self, effect: Effect) -> Result<(), UiError> {
        let mut follow_up = VecDeque::new();
        match effect {
            Effect::Pause | Effect::Resume | Effect::Stop => {
                if let Some(RunningScan { gate, .. }) = &self.app.scan {
                    match effect {
                        Effect::Pause => gate.pause(),
                        Effect::Resume => gate.resume(),
                        _ => gate.stop(),
                    }
                }
            }
            Effect::Rule(draft) => follow_up.push_back(self.rule(draft)),
            Effect::Undo { record, draft } => follow_up.push_back(self.undo(record, draft)),
            Effect::Load { key } => {
                let pair = match &self.app.store {
                    Some(store) => store
                        .attention(&self.app.session, &key)
                        .map_err(|error| error.to_string()),
                    None => Err("this session has no file".to_owned()),
                };
                let pair = pair.map(Box::new);
                follow_up.push_back(Message::Loaded { key, pair });
            }
            Effect::ListSessions => follow_up.push_back(Message::Sessions(library::list(&self.app.library))),
            Effect::Suspend => {
                (self.suspend)()?;
                self.terminal.clear().map_err(io::Error::other)?;
            }
            Effect::Redraw => self.terminal.clear().map_err(io::Error::other)?,
            Effect::Exit(outcome) => self.outcome = Some(outcome),
        }
        follow_up.into_iter().try_for_each(|message| self.handle(message))
    }

    fn rule(&mut self, draft: Draft) -> Message {
        let Some(store) = &mut self.app.store else {
            return Message::Failed("not saved: this session has no file".to_owned());
        };
        let verdict = Verdict {
            ruling: draft.ruling,
            reason: draft.reason.clone(),
            note: draft.note.clone(),
            author: self.app.author.clone(),
            at_ms: jiff::Timestamp::now().as_millisecond(),
        };
        match store.rule(&draft.finding, verdict) {
            Ok(record) => {
                self.app.session.apply(&record);
                Message::Ruled(draft)
            }
            Err(error) => Message::Failed(format!("not saved: {error}")),
        }
    }

    fn undo(&mut self, record: u64, draft: Draft) -> Message {
        let Some(store) = &mut self.app.store else {
            return Message::Failed("not taken back: this session has no file".to_owned());
        };
        match store.undo(record) {
            Ok(record) => {
                self.app.session.apply(&record);
                Message::Undone(draft)
            }
            Err(error) => Message::Failed(format!("not taken back: {error}")),
        }
    }

    /// Saves and folds what the scan reported; `taken` is 0 when it hung up.
    fn record(&mut self, taken: usize, chunk: &mut Vec<ScanEvent>) -> Result<(), UiError> {
        if taken == 0 {
            chunk.push(ScanEvent::Failed {
                message: "its thread ended without saying why".to_owned(),
            });
        }
        let mut progress = None;
        let mut ended = false;
        for event in chunk.drain(..) {
            if let ScanEvent::Progress(latest) = event {
                progress = Some(latest);
                continue;
            }
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

    fn commit_if_due(&mut self) -> Result<(), UiError> {
        if self.commit_at.is_none_or(|at| Instant::now() < at) {
            return Ok(());
        }
        self.commit_at = None;
        if let Some(store) = &mut self.app.store {
            store.commit()?;
        }
        self.handle(Message::Unsaved(0))
    }

    fn follow_if_due(&mut self) -> Result<(), UiError> {
        if self.follow_at.is_none_or(|at| Instant::now() < at) {
            return Ok(());
        }
        self.follow_at = Some(Instant::now() + FOLLOW);
        let Some(store) = &self.app.store else {
            return Ok(());
        };
        if store.sync_tail(&mut self.app.session)? > 0 {
            self.handle(Message::Recorded)?;
        }
        if !self.app.session.is_running() {
            self.follow_at = None;
            self.handle(Message::Ended)?;
        }
        Ok(())
    }
}

/// SIGHUP, as a number on every system.
const HANG_UP: i32 = 1;

async fn take(scan: &mut Option<RunningScan>, chunk: &mut Vec<ScanEvent>) -> usize {
    match scan {
        Some(scan) => scan.events.recv_many(chunk, CHUNK).await,
        None => std::future::pending().await,
    }
}

/// The state an app opens in.
fn opening(app: &App) -> State {
    let first = if app.store.is_some() {
        Screen::Case
    } else {
        Screen::Library
    };
    let mut state = State::new(app.keymap.clone(), first);
    state.folder = app.library.display().to_string();
    if let Some(store) = &app.store {
        state.name = store
            .path()
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        state.read_only = store.is_read_only();
    }
    state.running = app.scan.as_ref().map(|scan| Running {
        paused: scan.gate.is_paused(),
        ..Running::default()
    });
    state
}
