//! The command line: words become actions, results become text and an exit code. Nothing here computes a result.

pub mod args;
pub mod bench;
pub mod case;
pub mod compute;
pub mod demo;
pub mod diff;
pub mod failure;
pub mod headless;
pub mod inspect;
pub mod integrity;
pub mod inventory;
pub mod listing;
pub mod manual;
pub mod probe;
pub mod resume;
pub mod ruling;
pub mod scanning;
pub mod screen;
pub mod signals;
pub mod source;
pub mod status;
pub mod textfile;
pub mod trace;

use std::{
    ffi::OsString,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::Parser;

use crate::{
    config::Config,
    finding::Level,
    logging,
    model::{Renderer, template::apart},
    paths::Paths,
    report,
    session::{ScanState, Session},
    text,
    ui::keymap::Keymap,
};
use args::{Arguments, Command};
use failure::Failure;

/// Exit code of work that was done and found nothing to report.
pub const DONE: u8 = 0;
/// Exit code when there are findings at or above the level asked for.
pub const FINDINGS: u8 = 1;
/// Exit code of wrong usage, and of work that could not be done.
pub const ERROR: u8 = 2;
/// Exit code of a scan that did not reach its end and found nothing.
pub const INCOMPLETE: u8 = 3;
/// Exit code of a session that does not hold together.
pub const BROKEN: u8 = 5;

/// Where output goes.
pub struct Streams<'a> {
    /// Data.
    pub out: &'a mut dyn Write,
    /// Talk: progress, errors.
    pub talk: &'a mut dyn Write,
    /// Whether `out` is a terminal that a screen can be drawn on.
    pub terminal: bool,
    /// This program, for what it does in a process of its own; without it that is done in this one.
    pub program: Option<PathBuf>,
}

/// What every command may need: where things are and how the analyst wants them.
pub struct Setting {
    /// Where things are kept.
    pub paths: Paths,
    /// The settings in force.
    pub config: Config,
    /// The keys in force.
    pub keymap: Keymap,
    /// Where chat templates are rendered.
    pub renderer: Renderer,
}

/// Does what the command line says and returns the exit code.
pub fn run(words: impl IntoIterator<Item = OsString>, streams: &mut Streams<'_>) -> u8 {
    let done = match Arguments::try_parse_from(words) {
        Ok(arguments) => dispatch(arguments, streams),
        Err(error) if !error.use_stderr() => write!(streams.out, "{error}")
            .map(|()| DONE)
            .map_err(Failure::from),
        Err(error) => Err(Failure::usage(&error)),
    };
    let flushed = |code, streams: &mut Streams<'_>| match streams.out.flush().map_err(Failure::from) {
        Ok(()) | Err(Failure::Closed) => Ok(code),
        Err(failure) => Err(failure),
    };
    match done.and_then(|code| flushed(code, streams)) {
        Ok(code) => code,
        // The reader left: it has what it wanted.
        Err(Failure::Closed) => DONE,
        Err(failure) => {
            // Nothing is left to tell it to if this fails too.
            let _ = writeln!(streams.talk, "error: {failure}\nhint: {}", failure.hint());
            ERROR
        }
    }
}

fn dispatch(mut arguments: Arguments, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let own = match &mut arguments.command {
        Some(Command::Demo(demo)) => Some(&mut demo.options.look),
        Some(Command::Scan(scan)) => Some(&mut scan.options.look),
        Some(Command::Open(open)) => Some(&mut open.look),
        _ => None,
    };
    if let Some(own) = own {
        own.or(&arguments.look);
    }
    let setting = Setting::load(streams)?;
    match arguments.command {
        None => screen::library(&setting, &arguments.look, streams),
        Some(Command::Demo(demo)) => scanning::scan(
            &setting,
            &source::Source::Demo { clean: demo.clean },
            &demo.options,
            streams,
        ),
        Some(Command::Scan(scan)) => scanning::scan(
            &setting,
            &source::Source::Folder(scan.model),
            &scan.options,
            streams,
        ),
        Some(Command::Open(open)) => screen::open(&setting, &open, streams),
        Some(Command::Sessions(form)) => listing::sessions(&setting.paths.sessions, form.format, streams.out),
        Some(Command::Status(arguments)) => status::status(&setting, &arguments, streams.out),
        Some(Command::Inventory(arguments)) => inventory::inventory(&setting, &arguments, streams),
        Some(Command::Show(show)) => case::show(&setting, &show, streams.out),
        Some(Command::Diff(arguments)) => diff::diff(&setting, &arguments, streams.out),
        Some(Command::Mark(mark)) => ruling::mark(&setting, &mark, streams.out),
        Some(Command::Undo(undo)) => ruling::turn(&setting, &undo.session, true, streams.out),
        Some(Command::Redo(redo)) => ruling::turn(&setting, &redo.session, false, streams.out),
        Some(Command::History(history)) => case::history(&setting, &history, streams.out),
        Some(Command::Verify(verify)) => integrity::verify(&setting, &verify.session, streams),
        Some(Command::Salvage(salvage)) => integrity::salvage(&setting, &salvage, streams.out),
        Some(Command::Report(report)) => case::report(&setting, &report, streams.out),
        Some(Command::Probe(arguments)) => probe::probe(&setting, &arguments, streams),
        Some(Command::Inspect(arguments)) => inspect::inspect(&setting, &arguments, streams),
        Some(Command::Trace(arguments)) => trace::trace(&setting, &arguments, streams),
        Some(Command::Completions(arguments)) => {
            manual::completions(arguments.shell, streams.out)?;
            Ok(DONE)
        }
        Some(Command::RenderTemplate) => {
            apart::serve(io::stdin().lock(), &mut streams.out)?;
            Ok(DONE)
        }
        Some(Command::Man) => {
            manual::man(streams.out)?;
            Ok(DONE)
        }
        Some(Command::Bench(arguments)) => bench::bench(&setting, &arguments, streams),
        Some(Command::Keys) => listing::keys(&setting.keymap, streams.out),
        Some(Command::Themes) => listing::themes(&setting.paths.themes, streams.out),
        Some(Command::Config) => listing::config(&setting, streams.out),
    }
}

impl Setting {
    fn load(streams: &mut Streams<'_>) -> Result<Self, Failure> {
        let paths = Paths::find()?;
        let themes = listing::theme_names(&paths.themes);
        let themes: Vec<&str> = themes.iter().map(String::as_str).collect();
        let config = Config::load(&paths.config, &themes)?;
        let keymap = keymap(&paths.keys)?;
        if let Err(error) = logging::start(&paths.log, &config.log) {
            // Work goes on: a log is a convenience.
            let _ = writeln!(
                streams.talk,
                "no log is written: {}",
                text::line(&error.to_string())
            );
        }
        Ok(Self {
            paths,
            config,
            keymap,
            renderer: streams.program.clone().map_or(Renderer::Here, Renderer::Apart),
        })
    }
}

fn keymap(path: &Path) -> Result<Keymap, Failure> {
    let wrong = |error| Failure::Keymap {
        path: path.to_owned(),
        error,
    };
    let embedded = Keymap::embedded().map_err(wrong)?;
    match std::fs::read_to_string(path) {
        Ok(file) => embedded.patch(&file).map_err(wrong),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(embedded),
        Err(reason) => Err(Failure::Unreadable {
            path: path.to_owned(),
            reason,
        }),
    }
}

/// The exit code of a scan that ran to where `session` stands.
pub fn exit_code(session: &Session, fail_on: Level) -> u8 {
    match session.scan {
        ScanState::Failed(_) => ERROR,
        _ if report::count_at_least(session, fail_on) > 0 => FINDINGS,
        ScanState::Complete => DONE,
        _ => INCOMPLETE,
    }
}

/// The exit code after signal number `signal`.
pub fn signal_code(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}
