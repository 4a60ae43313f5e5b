//! What a running scan talks through: sends events, throttles progress to 10 Hz and passes the gate at every step.

use std::{
    cell::RefCell,
    ops::ControlFlow,
    time::{Duration, Instant},
};

use super::{
    event::{Funnel, Phase, Progress, ScanEvent, Unit},
    gate::Gate,
    journal::{self, Answer, Journal, Keep},
    pace::{self, Pace},
};
use crate::model::ModelError;

/// Why a scan ends early.
#[derive(Debug)]
pub enum Halt {
    /// Asked to, or nobody listens any more.
    Stopped,
    /// The model could not be computed.
    Broken(ModelError),
    /// What is to be computed is not what an earlier run of this scan recorded.
    Differs,
}

impl From<ModelError> for Halt {
    fn from(error: ModelError) -> Self {
        Self::Broken(error)
    }
}

/// `Ok` to go on, [`Halt::Stopped`] otherwise.
pub fn go_on(flow: ControlFlow<()>) -> Result<(), Halt> {
    if flow.is_break() {
        Err(Halt::Stopped)
    } else {
        Ok(())
    }
}

type Emit<'a> = &'a mut dyn FnMut(ScanEvent) -> ControlFlow<()>;

struct State {
    phase: Phase,
    done: u32,
    total: u32,
    /// (arm now, arms in all): every arm runs through all phases.
    arm: (usize, usize),
    tokens: u64,
    paused: Duration,
    /// Time earlier runs spent on what is not computed again.
    earlier: Duration,
    pace: Pace,
    sent: Option<Instant>,
    funnel: Funnel,
}

/// Talks for a running scan.
pub struct Reporter<'a> {
    emit: RefCell<Emit<'a>>,
    gate: &'a Gate,
    since: Instant,
    state: RefCell<State>,
    journal: RefCell<Journal>,
}

impl<'a> Reporter<'a> {
    /// Progress is sent at most this often.
    const PERIOD: Duration = Duration::from_millis(100);

    /// A reporter whose clock starts now.
    pub fn new(gate: &'a Gate, journal: Journal, emit: Emit<'a>) -> Self {
        let state = State {
            phase: Phase::Leak,
            done: 0,
            total: 0,
            arm: (0, 1),
            tokens: 0,
            paused: Duration::ZERO,
            earlier: Duration::ZERO,
            pace: Pace::default(),
            sent: None,
            funnel: Funnel::default(),
        };
        Self {
            emit: RefCell::new(emit),
            gate,
            since: Instant::now(),
            state: RefCell::new(state),
            journal: RefCell::new(journal),
        }
    }

    /// Sends an event; waits while the receiver is behind.
    pub fn send(&self, event: ScanEvent) -> Result<(), Halt> {
        go_on((self.emit.borrow_mut())(event))
    }

    /// What `compute` gives, or what an earlier run of this scan kept of it. `name` and `parts` are everything it depends on,
    /// the model and the plan aside.
    pub fn remember<T: Keep>(
        &self,
        name: &str,
        parts: &[&dyn Keep],
        compute: impl FnOnce() -> Result<T, Halt>,
    ) -> Result<T, Halt> {
        let inputs = journal::inputs(name, parts);
        let answer = self.journal.borrow_mut().ask(&inputs);
        let number = match answer {
            Answer::Known(unit) => {
                let value = journal::unpack(&unit.result).ok_or(Halt::Differs)?;
                self.state.borrow_mut().earlier += Duration::from_millis(unit.ms);
                go_on(self.tick(unit.tokens as usize))?;
                return Ok(value);
            }
            Answer::New(number) => number,
            Answer::Differs => return Err(Halt::Differs),
        };
        let (since, before) = (self.elapsed_s(), self.tokens());
        let value = compute()?;
        self.send(ScanEvent::Computed(Unit {
            number,
            inputs,
            ms: (1000.0 * (self.elapsed_s() - since)) as u64,
            tokens: self.tokens() - before,
            result: journal::pack(&value),
        }))?;
        Ok(value)
    }

    /// Begins a phase of `total` units.
    pub fn enter(&self, phase: Phase, total: usize) -> Result<(), Halt> {
        {
            let mut state = self.state.borrow_mut();
            (state.phase, state.done, state.total, state.sent) = (phase, 0, total as u32, None);
        }
        self.send(ScanEvent::Phase { phase })?;
        go_on(self.tick(0))
    }

    /// Says which arm of how many runs.
    pub fn arm(&self, arm: usize, of: usize) {
        self.state.borrow_mut().arm = (arm, of.max(1));
    }

    /// Counts finished units of the phase.
    pub fn advance(&self, units: usize) {
        let mut state = self.state.borrow_mut();
        state.done = (state.done + units as u32).min(state.total);
    }

    /// Changes the funnel.
    pub fn count(&self, change: impl FnOnce(&mut Funnel)) {
        change(&mut self.state.borrow_mut().funnel);
    }

    /// The funnel as it stands.
    pub fn funnel(&self) -> Funnel {
        self.state.borrow().funnel
    }

    /// Tokens made since the start.
    pub fn tokens(&self) -> u64 {
        self.state.borrow().tokens
    }

    /// Seconds since the start, pauses left out, with what earlier runs of this scan spent.
    pub fn elapsed_s(&self) -> f64 {
        let state = self.state.borrow();
        (self.since.elapsed() + state.earlier)
            .saturating_sub(state.paused)
            .as_secs_f64()
    }

    /// Passes the gate and, when it is time, sends progress. To be called at every step of computing.
    pub fn tick(&self, tokens: usize) -> ControlFlow<()> {
        match self.gate.check() {
            ControlFlow::Break(()) => return ControlFlow::Break(()),
            ControlFlow::Continue(waited) => self.state.borrow_mut().paused += waited,
        }
        let elapsed_s = self.elapsed_s();
        let progress = {
            let mut state = self.state.borrow_mut();
            state.tokens += tokens as u64;
            if state.sent.is_some_and(|sent| sent.elapsed() < Self::PERIOD) {
                return ControlFlow::Continue(());
            }
            state.sent = Some(Instant::now());
            let noted = state.tokens;
            state.pace.note(elapsed_s, noted);
            let inside = pace::overall(state.phase as usize, state.done, state.total);
            let overall = (state.arm.0 as f32 + inside) / state.arm.1 as f32;
            Progress {
                phase: state.phase,
                done: state.done,
                total: state.total,
                overall,
                elapsed_s,
                eta_s: pace::left(elapsed_s, overall),
                tokens_per_s: state.pace.rate(),
                funnel: state.funnel,
            }
        };
        (self.emit.borrow_mut())(ScanEvent::Progress(progress))
    }
}
