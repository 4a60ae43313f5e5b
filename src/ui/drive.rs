//! The loop: waits for keys, signals and the scan, folds what happened, carries out effects, draws when something changed.
//!
//! Invariant: with no scan running and no toast showing it sleeps until a key or a signal comes.

mod carry;
mod export;
mod probe;
mod proof;
mod reading;
mod scan;
mod sift;

use std::{io, time::Duration};

use crossterm::event::{Event, MouseEventKind};
use futures::{Stream, StreamExt};
use ratatui::{Terminal, backend::Backend};
use tokio::time::{Instant, sleep_until, timeout};

use crate::{
    finding::AttentionPair,
    session::{draft, place},
};
pub use probe::Prober;

use super::{
    App, UiError,
    console::Console,
    effect::{Effect, Outcome},
    input::Input,
    message::Message,
    state::{Chain, Running, Screen, State, Tone, dialog::Dialog, place::Place},
    update::update,
    view,
};

/// Shortest time between two frames.
const FRAME: Duration = Duration::from_millis(33);
/// How often a session that another process writes to is looked at.
const FOLLOW: Duration = Duration::from_secs(1);
/// How long the first frame waits for a session to be read whole: small ones are there by then.
const GRACE: Duration = Duration::from_millis(60);
/// Scan events taken at once.
const CHUNK: usize = 256;

/// Runs a screen on any backend and input until it ends; `console` is the terminal around it.
pub async fn drive<B, S, C>(
    app: &mut App,
    terminal: &mut Terminal<B>,
    mut input: S,
    console: C,
) -> Result<Outcome, UiError>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    S: Stream<Item = io::Result<Input>> + Unpin,
    C: Console,
{
    let mut drive = Drive::new(app, terminal, console);
    let ended = drive.until_exit(&mut input).await;
    if matches!(ended, Ok(Outcome::Edit(_))) {
        // The scan goes on until it has to wait for somebody to listen again.
        drive.app.carried = Some(Box::new(drive.state));
        return ended;
    }
    // However it ends: the scan must not go on unheard, and what was recorded must be on disk.
    if let Some(scan) = &drive.app.scan {
        scan.gate.stop();
    }
    drive.stop_probe();
    if let Some(store) = &mut drive.app.store {
        if let Ok(kept) = serde_json::to_string(&Place::of(&drive.state)) {
            place::write(store.path(), &kept);
        }
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

struct Drive<'a, B: Backend, C> {
    app: &'a mut App,
    terminal: &'a mut Terminal<B>,
    console: C,
    state: State,
    begun: Instant,
    dirty: bool,
    next_frame: Instant,
    /// Attention of what was measured by hand, by key.
    probed: Vec<(String, Box<AttentionPair>)>,
    commit_at: Option<Instant>,
    follow_at: Option<Instant>,
    outcome: Option<Outcome>,
}

impl<'a, B, C> Drive<'a, B, C>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    C: Console,
{
    fn new(app: &'a mut App, terminal: &'a mut Terminal<B>, console: C) -> Self {
        let carried = app.carried.take();
        let begun = Instant::now();
        let now = begun;
        let begun = carried.as_ref().map_or(Some(begun), |state| {
            begun.checked_sub(Duration::from_millis(state.now_ms))
        });
        let begun = begun.unwrap_or(now);
        let state = carried.map_or_else(|| opening(app), |state| *state);
        let follows = state.read_only && scan::goes_on(&app.session);
        Self {
            app,
            terminal,
            console,
            state,
            begun,
            dirty: true,
            next_frame: now,
            probed: Vec::new(),
            commit_at: None,
            follow_at: follows.then(|| now + FOLLOW),
            outcome: None,
        }
    }

    async fn until_exit<S>(&mut self, input: &mut S) -> Result<Outcome, UiError>
    where
        S: Stream<Item = io::Result<Input>> + Unpin,
    {
        if self.app.reading.is_some()
            && let Ok(read) = timeout(GRACE, reading::finished(&mut self.app.reading)).await
        {
            self.read_whole(read)?;
        }
        self.handle(Message::Recorded)?;
        if let Some(Dialog::Verdict(verdict)) = &self.state.dialog {
            // It comes from an editor: what was written there is not yet a draft.
            let kept = verdict.kept();
            self.carry_out(Effect::Keep(kept))?;
        }
        if matches!(self.state.screen(), Screen::Library | Screen::Inventory) {
            self.carry_out(Effect::ListSessions)?;
        }
        if matches!(self.state.screen(), Screen::Inventory) {
            self.carry_out(Effect::ListInventory)?;
        }
        let mut chunk = Vec::with_capacity(CHUNK);
        let mut measured = Vec::with_capacity(CHUNK);
        let mut open = true;
        loop {
            if let Some(outcome) = self.outcome.take() {
                return Ok(outcome);
            }
            self.draw_if_due()?;
            let wake = self.wakes();
            let (scanning, reading) = (self.app.scan.is_some(), self.app.reading.is_some());
            let probing = self.app.probing.is_some();
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
                taken = scan::take(&mut self.app.scan, &mut chunk), if scanning => {
                    self.tick()?;
                    self.record(taken, &mut chunk)?;
                }
                read = reading::finished(&mut self.app.reading), if reading => {
                    self.tick()?;
                    self.read_whole(read)?;
                }
                taken = scan::take(&mut self.app.probing, &mut measured), if probing => {
                    self.tick()?;
                    self.measured(taken, &mut measured)?;
                }
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {
                    self.tick()?;
                    self.dirty = true;
                    self.sift_if_due()?;
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
        let sift = self.sifts().then(Instant::now);
        [frame, state, sift, self.commit_at, self.follow_at]
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
        let effects = update(&mut self.state, &self.app.session, Message::Drawn(drawn));
        for effect in effects {
            self.carry_out(effect)?;
        }
        Ok(())
    }

    fn receive(&mut self, input: Input) -> Result<(), UiError> {
        let message = match input {
            Input::Signal(signal) => Message::Signal(signal),
            Input::Terminal(event) => match event {
                Event::Key(key) if key.is_press() => Message::Key(key),
                Event::Paste(text) => Message::Paste(text),
                Event::Resize(..) => Message::Resize,
                Event::FocusGained => Message::Focus(true),
                Event::FocusLost => Message::Focus(false),
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
}

/// SIGHUP, as a number on every system.
const HANG_UP: i32 = 1;

/// The state an app opens in.
fn opening(app: &App) -> State {
    let first = if app.store.is_some() {
        Screen::Case
    } else {
        Screen::Library
    };
    let mut state = State::new(app.keymap.clone(), first);
    if app.models_first {
        state.screens.push(Screen::Inventory);
    }
    state.unattended = app.unattended;
    state.folder = app.library.display().to_string();
    if let Some(store) = &app.store {
        state.name = store
            .path()
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        state.read_only = store.is_read_only();
        state.elsewhere = store.is_written_elsewhere();
        state.pulse = scan::pulse(store);
        store.path().clone_into(&mut state.path);
        let kept = place::read(store.path()).filter(|_| app.scan.is_none());
        if let Some(place) = kept.and_then(|kept| serde_json::from_str::<Place>(&kept).ok()) {
            state.candidates.sort(&app.session, 0);
            place.restore(&mut state, &app.session);
        }
        state.kept = draft::read(store.path())
            .and_then(|kept| serde_json::from_str(&kept).ok())
            .map(Box::new);
        if let Some(kept) = &state.kept {
            let about = kept.findings.join(", ");
            state.say(
                Tone::Plain,
                format!(
                    "a note on {about} ({}) was not saved: rule again to go on with it",
                    kept.ruling
                ),
            );
        }
    }
    if app.reading.is_some() {
        state.chain = Chain::Checking;
    }
    if let Some((tone, greeting)) = &app.greeting {
        state.say(*tone, greeting.clone());
    }
    state.themes = app.themes.iter().map(|(name, _)| name.clone()).collect();
    state.theme = app
        .themes
        .iter()
        .position(|(_, look)| *look == app.look)
        .unwrap_or(0);
    state.can_probe = app.prober.is_some();
    state.mouse = app.habits.mouse;
    state.motion = app.habits.motion;
    state.opened_at_ms = jiff::Timestamp::now().as_millisecond();
    state.running = app.scan.as_ref().map(|scan| Running {
        paused: scan.gate.is_paused(),
        ..Running::default()
    });
    state
}
