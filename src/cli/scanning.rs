//! Starting scans: `scan` and `demo`. A scan runs on a thread of its own, whoever follows it.
//!
//! Invariant: the session file exists before the scan begins, and a panic in the scan becomes an event, never a lost terminal.

use std::{
    any::Any,
    env, fs, io,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    thread,
};

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::{
    DONE, Setting, Streams, args::ScanOptions, compute, exit_code, failure::Failure, headless, resume,
    resume::Found, screen, signal_code, signals::Signals, source::Source, textfile,
};
use crate::{
    finding::Level,
    inventory::{Item, Need},
    model::{Model, OpenOptions},
    scan::{
        self,
        event::ScanEvent,
        gate::Gate,
        plan::{Budget, OwnArm, Plan},
    },
    session::{
        ScanState,
        baseline::Baseline,
        library,
        record::Fact,
        store::{self, Store},
    },
    text,
    ui::{PANIC_VARIABLE, RunningScan},
};

/// Events that may wait for the program; the scan waits when there are more.
const WAITING: usize = 1024;
/// Largest system prompt read, in bytes.
const LARGEST_ARM: u64 = 64 * 1024;

/// Everything chosen before a scan.
#[derive(Debug)]
struct Chosen {
    plan: Plan,
    open: OpenOptions,
    threads: usize,
    session: Option<PathBuf>,
    baseline: Option<Baseline>,
}

/// `stakeout scan` and `stakeout demo`.
pub fn scan(
    setting: &Setting,
    source: &Source,
    options: &ScanOptions,
    streams: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let chosen = choose(setting, options)?;
    let look = screen::chosen_look(setting, &options.look)?;
    let headless = options.headless || options.format.is_some() || !streams.terminal;
    let (mut store, running) = match begin(setting, source, options.resume, &chosen)? {
        Begun::Running(store, running) => (store, running),
        Begun::Complete(store) if headless => {
            let session = store.load()?;
            headless::print(&session, options.format.unwrap_or_default(), streams)?;
            return Ok(exit_code(&session, options.fail_on.unwrap_or(Level::High)));
        }
        Begun::Complete(store) => {
            let app = screen::case(setting, &look, store, None)?;
            return screen::show(setting, app);
        }
    };
    if headless {
        let shown = text::line(&store.path().to_string_lossy());
        writeln!(streams.talk, "session {shown}")?;
        let level = options.fail_on.unwrap_or(Level::High);
        let followed = runtime()?.block_on(async {
            let mut signals = listen()?;
            headless::follow(
                running,
                &mut store,
                &mut signals,
                options.format.unwrap_or_default(),
                streams,
            )
            .await
        });
        let ended = match followed {
            // A reader that leaves ends the scan: to whoever gates on the exit code that is no finished scan.
            Err(Failure::Closed) => return Ok(exit_code(&store.load()?, level)),
            followed => followed?,
        };
        return match (ended.signal, &ended.session.scan) {
            (Some(signal), _) => Ok(signal_code(signal)),
            (None, ScanState::Failed(message)) => Err(Failure::Broken {
                message: message.clone(),
            }),
            (None, _) => Ok(exit_code(&ended.session, level)),
        };
    }
    let path = store.path().to_owned();
    let app = screen::case(setting, &look, store, Some(running))?;
    match (screen::show(setting, app)?, options.fail_on) {
        (DONE, Some(level)) => Ok(exit_code(&Store::look(&path)?.load()?, level)),
        (code, _) => Ok(code),
    }
}

/// How a scan begins.
enum Begun {
    /// It runs.
    Running(Store, RunningScan),
    /// It was to be resumed and has reached its end already.
    Complete(Store),
}

fn begin(setting: &Setting, source: &Source, resume: bool, chosen: &Chosen) -> Result<Begun, Failure> {
    if resume {
        compute::use_threads(chosen.threads);
        let model = source.open(&chosen.open)?;
        match resume::find(setting, chosen.session.as_deref(), &model, &chosen.plan)? {
            Found::Nothing => {}
            Found::Complete(store) => return Ok(Begun::Complete(store)),
            Found::Session(store) => {
                let (store, running) = go_on(setting, store, model, chosen.plan.clone())?;
                return Ok(Begun::Running(store, running));
            }
        }
    }
    let (store, running) = start(setting, source, chosen)?;
    Ok(Begun::Running(store, running))
}

/// Goes on with the interrupted scan of a saved session, as it was started.
pub fn resume_saved(setting: &Setting, path: &Path) -> Result<(Store, RunningScan), Failure> {
    let store = Store::open(path)?;
    let (source, options, plan) = resume::repeated(&store.load()?, path)?;
    let chosen = choose(setting, &options)?;
    compute::use_threads(chosen.threads);
    go_on(setting, store, source.open(&chosen.open)?, plan)
}

fn go_on(
    setting: &Setting,
    mut store: Store,
    model: Model,
    plan: Plan,
) -> Result<(Store, RunningScan), Failure> {
    let units = resume::take_up(&mut store, &model, &plan)?;
    store.limit_evidence(setting.config.evidence_bytes())?;
    let running = spawn(move |gate, emit| scan::resume(&model, &plan, units, gate, emit))?;
    Ok((store, running))
}

/// Starts a scan of the demo with everything as configured.
pub fn start_demo(setting: &Setting, clean: bool) -> Result<(Store, RunningScan), Failure> {
    let chosen = choose(setting, &ScanOptions::default())?;
    start(setting, &Source::Demo { clean }, &chosen)
}

/// Starts a scan of a model with everything as configured.
pub fn start_model(setting: &Setting, path: &Path) -> Result<(Store, RunningScan), Failure> {
    let chosen = choose(setting, &ScanOptions::default())?;
    start(setting, &Source::Folder(path.to_owned()), &chosen)
}

/// Scans a model that is due: goes on with its interrupted scan where that can be done, else begins a new one.
pub fn start_due(setting: &Setting, item: &Item) -> Result<(Store, RunningScan), Failure> {
    let interrupted = item
        .last
        .as_ref()
        .filter(|_| item.need == Some(Need::Interrupted));
    match interrupted.map(|last| resume_saved(setting, &last.path)) {
        Some(Ok(going)) => Ok(going),
        _ => start_model(setting, &item.path),
    }
}

fn choose(setting: &Setting, options: &ScanOptions) -> Result<Chosen, Failure> {
    let configured = Budget::named(&setting.config.budget).unwrap_or_default();
    Ok(Chosen {
        plan: Plan {
            budget: options.budget.unwrap_or(configured),
            seed: options.seed,
            arms: options
                .arms
                .iter()
                .map(|path| arm(path))
                .collect::<Result<_, _>>()?,
        },
        open: compute::open_options(setting, &options.compute),
        threads: compute::threads(setting, &options.compute),
        session: options.session.clone(),
        baseline: match &options.baseline {
            Some(named) => Some(baseline(&setting.paths.session(named))?),
            None => None,
        },
    })
}

fn baseline(path: &Path) -> Result<Baseline, Failure> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    Ok(Baseline::of(&Store::look(path)?.load()?, &name))
}

/// A system prompt from a file.
pub fn arm(path: &Path) -> Result<OwnArm, Failure> {
    let wrong = |problem| Failure::Arm {
        path: path.to_owned(),
        problem,
    };
    let system = textfile::read(path, LARGEST_ARM, wrong, "is larger than 64 KiB")?;
    let name = path
        .file_name()
        .map_or_else(|| "file".to_owned(), |name| name.to_string_lossy().into_owned());
    Ok(OwnArm { name, system })
}

/// Creates the session, opens the model and starts the scan. A session whose model does not open is taken away again.
fn start(setting: &Setting, source: &Source, chosen: &Chosen) -> Result<(Store, RunningScan), Failure> {
    let path = chosen.session.clone().unwrap_or_else(|| {
        let now = Timestamp::now().as_millisecond();
        library::new_path(&setting.paths.sessions, &source.name(), now)
    });
    let mut store = Store::create(&path)?;
    store.limit_evidence(setting.config.evidence_bytes())?;
    if let Some(baseline) = &chosen.baseline {
        store.append(&store::author(), Fact::Baseline(Box::new(baseline.clone())))?;
        store.flush()?;
    }
    compute::use_threads(chosen.threads);
    let started = source.open(&chosen.open).and_then(|model| {
        let plan = chosen.plan.clone();
        spawn(move |gate, emit| scan::run(&model, &plan, gate, emit))
    });
    match started {
        Ok(running) => Ok((store, running)),
        Err(failure) => {
            drop(store);
            // It holds nothing but its own creation; if it cannot be removed it is merely empty.
            let _ = fs::remove_file(&path);
            Err(failure)
        }
    }
}

/// Runs a scan, or what reports like one, on its own thread.
pub fn spawn(
    work: impl FnOnce(&Gate, &mut dyn FnMut(ScanEvent) -> ControlFlow<()>) + Send + 'static,
) -> Result<RunningScan, Failure> {
    let (sender, events) = mpsc::channel(WAITING);
    let gate = Gate::default();
    let scan_gate = gate.clone();
    thread::Builder::new()
        .name("scan".to_owned())
        .spawn(move || guarded(&sender, |emit| work(&scan_gate, emit)))
        .map_err(|reason| Failure::System {
            what: "the scan's thread cannot be started",
            reason,
        })?;
    Ok(RunningScan { events, gate })
}

/// Runs `work` with a way to report; a panic in it is reported as a failed scan.
fn guarded(
    sender: &mpsc::Sender<ScanEvent>,
    work: impl FnOnce(&mut dyn FnMut(ScanEvent) -> ControlFlow<()>),
) {
    // Only tests set the variable: they look at what a panic in this thread leaves behind.
    let panics = env::var(PANIC_VARIABLE).is_ok_and(|thread| thread == "scan");
    let mut emit = |event| {
        assert!(
            !(panics && matches!(event, ScanEvent::Leak(_))),
            "{PANIC_VARIABLE} asked for this panic"
        );
        match sender.blocking_send(event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    };
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| work(&mut emit))) {
        // If nobody listens any more there is nobody to tell.
        let _ = emit(ScanEvent::Failed {
            message: panic_message(payload.as_ref()),
        });
    }
}

fn panic_message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|message| (*message).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a fault in stakeout".to_owned())
}

/// The event loop.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(system("the event loop cannot be started"))
}

/// Signals, from inside the event loop.
pub fn listen() -> Result<Signals, Failure> {
    Signals::listen().map_err(system("signals cannot be listened for"))
}

fn system(what: &'static str) -> impl Fn(io::Error) -> Failure {
    move |reason| Failure::System { what, reason }
}
