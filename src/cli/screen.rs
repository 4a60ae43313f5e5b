//! The screen's way in and out: the library, a saved session, a running scan, one after another until the analyst leaves.

use std::{
    collections::BTreeSet,
    env, fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use super::{
    DONE, Setting, Streams,
    args::{ComputeArguments, ListFormat, LookArguments, OpenArguments},
    case::author,
    compute,
    failure::Failure,
    inventory, listing, scanning, signal_code,
    source::Source,
};
use crate::{
    inventory::Item,
    report::{figure, plain},
    scan::{
        event::ScanEvent,
        gate::Gate,
        plan::OwnArm,
        single::{self, Question},
    },
    session::{Session, reading::Reading, store::Store},
    ui::{
        self, App, Habits, Inputs, Outcome, Prober, RunningScan, UiError,
        console::Notify,
        state::Tone,
        theme::{ColorDepth, Look, THEMES},
    },
};

/// `stakeout` alone.
pub fn library(setting: &Setting, look: &LookArguments, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let look = chosen_look(setting, look)?;
    if !streams.terminal {
        return listing::sessions(&setting.paths.sessions, ListFormat::Text, streams.out);
    }
    show(setting, shelf(setting, &look, None))
}

/// `stakeout open`.
pub fn open(setting: &Setting, options: &OpenArguments, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let path = setting.paths.session(&options.session);
    let look = chosen_look(setting, &options.look)?;
    if streams.terminal {
        return show(setting, saved(setting, &look, &path)?);
    }
    plain::write(&Store::look(&path)?.load()?, streams.out)?;
    Ok(DONE)
}

fn saved(setting: &Setting, look: &Look, path: &Path) -> Result<App, Failure> {
    let store = Store::open(path)?;
    let session = store.front()?;
    let mut app = App {
        prober: is_there(&session).then(|| prober(setting)),
        session,
        reading: Some(Reading::start(path)?),
        store: Some(store),
        ..shelf(setting, look, None)
    };
    app.greeting = changed_model(&app.session).map(|text| (Tone::Bad, text));
    Ok(app)
}

/// What to know about the model of a saved session: that it is gone, or was changed after the scan. The evidence does not
/// need it.
fn changed_model(session: &Session) -> Option<String> {
    let started = session.started.as_ref()?;
    let Source::Folder(folder) = Source::scanned(&started.model.path) else {
        return None;
    };
    let Ok(entries) = fs::read_dir(&folder) else {
        return Some("the model is no longer where it was scanned; the evidence is kept here".to_owned());
    };
    let changed_ms = |entry: fs::DirEntry| {
        let modified = entry.metadata().and_then(|found| found.modified()).ok()?;
        let since = modified.duration_since(UNIX_EPOCH).ok()?;
        Some(since.as_millis() as i64)
    };
    let newest = entries.flatten().filter_map(changed_ms).max();
    newest.is_some_and(|newest| newest > session.created_ms).then(|| {
        "the model was changed after it was scanned; `stakeout verify` compares its digest".to_owned()
    })
}

/// What the screen needs for one session, and the scan that writes to it if one runs.
pub fn case(setting: &Setting, look: &Look, store: Store, scan: Option<RunningScan>) -> Result<App, Failure> {
    Ok(App {
        prober: Some(prober(setting)),
        session: store.load()?,
        store: Some(store),
        scan,
        ..shelf(setting, look, None)
    })
}

fn habits(setting: &Setting) -> Habits {
    let config = &setting.config;
    Habits {
        mouse: config.mouse,
        motion: config.motion,
        notify: match config.notify.as_str() {
            "off" => Notify::Off,
            "desktop" => Notify::Desktop,
            _ => Notify::Bell,
        },
    }
}

/// False when the model of a session is no longer where it was scanned.
fn is_there(session: &Session) -> bool {
    let started = session.started.as_ref();
    started.is_none_or(
        |started| !matches!(Source::scanned(&started.model.path), Source::Folder(folder) if !folder.is_dir()),
    )
}

/// Measures strings with the model of a session, where that stands where it stood.
fn prober(setting: &Setting) -> Prober {
    let arguments = ComputeArguments::default();
    let options = compute::open_options(setting, &arguments);
    let threads = compute::threads(setting, &arguments);
    Prober::new(move |session, text| {
        let started = session.started.as_ref();
        let started = started.ok_or_else(|| "the scan has not begun".to_owned())?;
        if !is_there(session) {
            return Err("the model is no longer where it was scanned".to_owned());
        }
        let source = Source::scanned(&started.model.path);
        let options = options.clone();
        let question = Question {
            trigger: text.to_owned(),
            arm: started.own.first().map(|own| OwnArm {
                name: own.name.clone(),
                system: own.system.clone(),
            }),
            seed: started.seed,
            ..Question::default()
        };
        compute::use_threads(threads);
        let measure = move |gate: &Gate, emit: &mut dyn FnMut(ScanEvent) -> ControlFlow<()>| {
            let wrong = match source.open(&options) {
                Err(failure) => failure.to_string(),
                Ok(model) => match question.problem(&model) {
                    Some((what, hint)) => format!("{what}; {hint}"),
                    None => return single::run(&model, &question, gate, emit),
                },
            };
            // Whoever listens or not: it ends here.
            let _ = emit(ScanEvent::Failed { message: wrong });
        };
        scanning::spawn(measure).map_err(|failure| failure.to_string())
    })
}

/// The library, with what went wrong on the way into a session.
fn shelf(setting: &Setting, look: &Look, greeting: Option<(Tone, String)>) -> App {
    App {
        prober: None,
        probing: None,
        store: None,
        session: Session::default(),
        reading: None,
        scan: None,
        keymap: setting.keymap.clone(),
        look: look.clone(),
        themes: themes(setting, look),
        library: setting.paths.sessions.clone(),
        inventory: setting.paths.inventory.clone(),
        models_first: false,
        unattended: false,
        habits: habits(setting),
        draw_figure: figure::draw,
        author: author(setting),
        greeting,
        carried: None,
    }
}

/// Shows one screen after another until the analyst leaves or a signal ends the program.
pub fn show(setting: &Setting, mut app: App) -> Result<u8, Failure> {
    let mut round = Round::default();
    let mut inputs = Inputs::open().map_err(UiError::Terminal)?;
    loop {
        let outcome = ui::run(&mut app, &mut inputs)?;
        // A theme chosen on one screen is that of the next one too.
        let look = &app.look.clone();
        let running = |(store, running)| case(setting, look, store, Some(running));
        let next = match outcome {
            Outcome::Quit | Outcome::Edit(_) => return Ok(DONE),
            Outcome::Signal(signal) => return Ok(signal_code(signal)),
            Outcome::Open(path) => saved(setting, look, &path),
            Outcome::Resume(path) => scanning::resume_saved(setting, &path).and_then(running),
            Outcome::StartDemo { clean } => scanning::start_demo(setting, clean).and_then(running),
            Outcome::ScanModel(path) => scanning::start_model(setting, &path).and_then(running),
            Outcome::ScanDown => down(setting, look, &mut round),
        };
        // A session that cannot be opened is no reason to leave: the analyst is told, and chooses another.
        app = next.unwrap_or_else(|failure| shelf(setting, look, Some((Tone::Bad, failure.to_string()))));
    }
}

/// A round down the list of models.
#[derive(Debug, Default)]
struct Round {
    /// Models that had their turn.
    passed: BTreeSet<PathBuf>,
    /// Those that could not be scanned.
    failed: Vec<String>,
}

/// The scan of the next model of the round; the list of models again when none is left.
fn down(setting: &Setting, look: &Look, round: &mut Round) -> Result<App, Failure> {
    loop {
        let inventory = inventory::read(setting)?;
        let Some(item) = inventory.next(|path| round.passed.contains(path)) else {
            break;
        };
        round.passed.insert(item.path.clone());
        match scanning::start_due(setting, item) {
            Ok((store, running)) => {
                let mut app = case(setting, look, store, Some(running))?;
                app.unattended = true;
                return Ok(app);
            }
            Err(failure) => round.failed.push(format!("{}: {failure}", item.name())),
        }
    }
    let Round { passed, failed } = std::mem::take(round);
    let left = inventory::read(setting)?;
    let left: Vec<String> = left
        .items
        .iter()
        .filter(|item| item.is_due() && passed.contains(&item.path))
        .map(Item::name)
        .collect();
    let done = passed.len().saturating_sub(left.len());
    let greeting = if left.is_empty() {
        (Tone::Good, format!("the list is done: {done} scanned"))
    } else {
        let why = failed.first().map(|why| format!(" ({why})")).unwrap_or_default();
        let left = left.join(", ");
        (Tone::Bad, format!("{done} scanned, still due: {left}{why}"))
    };
    let mut app = shelf(setting, look, Some(greeting));
    app.models_first = true;
    Ok(app)
}

/// Every theme that can be read, on the terminal as it is.
fn themes(setting: &Setting, look: &Look) -> Vec<(String, Look)> {
    let names = listing::theme_names(&setting.paths.themes);
    let named = names.into_iter().filter_map(|name| {
        let read = named_look(setting, &name, (look.depth, look.ascii)).ok()?;
        Some((name, read))
    });
    named.collect()
}

/// How everything looks: the command line before the settings, and no more than the terminal can show.
pub fn chosen_look(setting: &Setting, arguments: &LookArguments) -> Result<Look, Failure> {
    let theme = arguments.theme.as_deref().unwrap_or(&setting.config.theme);
    let names = listing::theme_names(&setting.paths.themes);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if !names.contains(&theme) {
        return Err(Failure::unknown("theme", theme, &names));
    }
    let variable = |name: &str| env::var(name).ok();
    let ascii = arguments.ascii || setting.config.ascii || !speaks_utf8(variable);
    named_look(setting, theme, (ColorDepth::detect(variable), ascii))
}

/// A theme of the program, or one of the analyst's own.
fn named_look(setting: &Setting, theme: &str, (depth, ascii): (ColorDepth, bool)) -> Result<Look, Failure> {
    if THEMES.iter().any(|(name, _)| *name == theme) {
        return Ok(Look::new(theme, depth, ascii)?);
    }
    let path = setting.paths.themes.join(format!("{theme}.toml"));
    let file = fs::read_to_string(&path).map_err(|reason| Failure::Unreadable {
        path: path.clone(),
        reason,
    })?;
    Look::read_file(&file, depth, ascii).map_err(|error| Failure::ThemeFile { path, error })
}

/// False when the locale names another character set than UTF-8; terminals that say nothing are trusted.
fn speaks_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| variable(name).filter(|locale| !locale.is_empty()))
        .is_none_or(|locale| {
            let locale = locale.to_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_locale_decides_on_the_character_set() {
        let locale = |pairs: &'static [(&str, &str)]| {
            speaks_utf8(move |name| {
                pairs
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(locale(&[]));
        assert!(locale(&[("LANG", "en_US.UTF-8")]));
        assert!(!locale(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]));
        assert!(locale(&[("LC_ALL", ""), ("LANG", "C.utf8")]));
    }
}
