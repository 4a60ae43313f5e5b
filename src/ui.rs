//! The screen: what the analyst sees and does; it reads the session and never changes it.

pub mod action;
pub mod console;
pub mod drive;
mod editor;
pub mod effect;
pub mod glyphs;
pub mod input;
pub mod keymap;
pub mod message;
pub mod state;
pub mod terminal;
pub mod theme;
pub mod update;
pub mod view;
pub mod widget;

use std::{io, path::PathBuf};

use ratatui::{Terminal, backend::CrosstermBackend};
use tokio::sync::mpsc;

pub use drive::{Prober, drive};
pub use effect::{Editing, Outcome};
pub use input::{Input, Inputs};
pub use update::update;

use crate::{
    finding::{AttentionPair, Figure, Finding},
    inventory,
    scan::{event::ScanEvent, gate::Gate},
    session::{Session, reading::Reading, store::Store},
};
use console::Notify;
use keymap::Keymap;
use theme::Look;

/// Names a thread that shall panic ("ui" at the first key, "scan" at the first leak); only tests set it.
pub const PANIC_VARIABLE: &str = "STAKEOUT_TEST_PANIC";

/// A scan on its own thread, as the screen sees it.
#[derive(Debug)]
pub struct RunningScan {
    /// What it reports; it waits when the screen falls behind.
    pub events: mpsc::Receiver<ScanEvent>,
    /// Pauses, resumes and stops it.
    pub gate: Gate,
}

/// Draws evidence of a finding; each picture with the ending of its file.
pub type DrawFigure =
    fn(&Finding, Option<&AttentionPair>, Figure) -> Result<Vec<(&'static str, Vec<u8>)>, String>;

/// How the screen behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Habits {
    /// Take the mouse.
    pub mouse: bool,
    /// Let signs move by themselves.
    pub motion: bool,
    /// How to tell an analyst who looks elsewhere that a long scan has ended.
    pub notify: Notify,
}

/// Everything a screen needs.
#[derive(Debug)]
pub struct App {
    /// The rest of the session, while only its front is known. Ended before the file is closed: fields are dropped in this
    /// order, and a file that is being read cannot be closed as one plain file.
    pub reading: Option<Reading>,
    /// The session's file; none in the library.
    pub store: Option<Store>,
    /// What its records say.
    pub session: Session,
    /// The scan that writes to it, if one runs.
    pub scan: Option<RunningScan>,
    /// Which key asks for what.
    pub keymap: Keymap,
    /// How everything looks.
    pub look: Look,
    /// The looks it can be changed to, by the name of their theme.
    pub themes: Vec<(String, Look)>,
    /// Folder of the saved sessions; without a store, they are what is shown.
    pub library: PathBuf,
    /// The inventory's file.
    pub inventory: PathBuf,
    /// How it behaves.
    pub habits: Habits,
    /// Measures a string with the model of the session, if it is there.
    pub prober: Option<Prober>,
    /// What it measures now.
    pub probing: Option<RunningScan>,
    /// Draws figures.
    pub draw_figure: DrawFigure,
    /// Name written beside the analyst's rulings.
    pub author: String,
    /// What the analyst has to be told first: what went wrong on the way here, or what to know about the session.
    pub greeting: Option<(state::Tone, String)>,
    /// Begin with the models rather than with the sessions.
    pub models_first: bool,
    /// One model after another is being scanned: when this scan ends, the next one is asked for.
    pub unattended: bool,
    /// Where the analyst was looking, when coming back from an editor.
    pub carried: Option<Box<state::State>>,
}

/// Why the screen could not go on. The terminal has been given back, and what was recorded is saved.
#[derive(Debug, thiserror::Error)]
pub enum UiError {
    /// The terminal could not be read or written.
    #[error("the terminal cannot be used: {0}; use --headless where there is none")]
    Terminal(#[from] io::Error),
    /// What the scan found could not be saved: the scan was stopped.
    #[error("the scan was stopped, because what it finds cannot be saved: {0}")]
    Store(#[from] crate::session::store::SessionError),
}

/// Shows the screen until the analyst leaves, or a signal ends it.
pub fn run(app: &mut App, inputs: &mut Inputs) -> Result<Outcome, UiError> {
    loop {
        let outcome = show(app, inputs)?;
        let Outcome::Edit(editing) = outcome else {
            return Ok(outcome);
        };
        // The keys are no longer read here: the editor has them to itself.
        let edited = match &editing {
            Editing::Note(note) => editor::edit(note).map(Some).map_err(|error| error.to_string()),
            Editing::Inventory => inventory::prepare(&app.inventory)
                .map_err(|error| error.to_string())
                .and_then(|()| editor::run(&app.inventory).map_err(|error| error.to_string()))
                .map(|()| None),
        };
        let message = match edited {
            Ok(Some(note)) => message::Message::Edited(note),
            // The list is read again when the screen comes back.
            Ok(None) => continue,
            Err(error) => message::Message::Failed(format!("the editor could not be used: {error}")),
        };
        if let Some(state) = &mut app.carried {
            update(state, &app.session, message);
        }
    }
}

fn show(app: &mut App, inputs: &mut Inputs) -> Result<Outcome, UiError> {
    let mouse = app.carried.as_ref().map_or(app.habits.mouse, |state| state.mouse);
    let _entered = terminal::enter(mouse)?;
    let mut screen = Terminal::new(CrosstermBackend::new(io::stdout()))?;
    let Inputs { runtime, stream } = inputs;
    runtime.block_on(drive(app, &mut screen, stream, console::Real { mouse }))
}
