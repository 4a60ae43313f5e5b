//! A scan without a screen, fed by a script instead of a model: what is printed, what is kept, how it ends.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    io::{self, Write},
    path::Path,
    thread,
};

use stakeout::{
    cli::{self, Streams, args::ScanFormat, failure::Failure, headless, signals::Signals},
    finding::Level,
    scan::{
        event::{Funnel, Phase, Progress, ScanEvent},
        gate::Gate,
    },
    session::{ScanState, Session, store::Store},
    ui::RunningScan,
};
use tokio::sync::mpsc;

#[path = "support/sample.rs"]
mod sample;

/// What a followed scan left behind.
struct Followed {
    result: Result<Session, Failure>,
    out: String,
    talk: String,
    saved: Session,
}

/// Follows a scan that reports `events`, writing to `out`.
fn follow_into(
    events: Vec<ScanEvent>,
    format: ScanFormat,
    mut out: impl Write,
) -> (Result<Session, Failure>, String, Session) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("s.stakeout");
    let mut store = Store::create(&path).unwrap();
    let (sender, receiver) = mpsc::channel(2);
    let script = thread::spawn(move || {
        for event in events {
            if sender.blocking_send(event).is_err() {
                return;
            }
        }
    });
    let running = RunningScan {
        events: receiver,
        gate: Gate::default(),
    };
    let mut talk = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let result = runtime.block_on(async {
        let mut signals = Signals::listen().unwrap();
        let mut streams = Streams {
            out: &mut out,
            talk: &mut talk,
            terminal: false,
            program: None,
        };
        headless::follow(running, &mut store, &mut signals, format, &mut streams).await
    });
    drop(store);
    script.join().unwrap();
    (
        result.map(|ended| ended.session),
        String::from_utf8(talk).unwrap(),
        saved(&path),
    )
}

fn saved(path: &Path) -> Session {
    Store::open(path).unwrap().load().unwrap()
}

fn follow(events: Vec<ScanEvent>, format: ScanFormat) -> Followed {
    let mut out = Vec::new();
    let (result, talk, saved) = follow_into(events, format, &mut out);
    Followed {
        result,
        out: String::from_utf8(out).unwrap(),
        talk,
        saved,
    }
}

fn events(level: Option<Level>, end: ScanEvent) -> Vec<ScanEvent> {
    let mut events = sample::events();
    events.extend(level.map(|level| ScanEvent::Finding(Box::new(sample::finding(level)))));
    events.push(end);
    events
}

fn progress(done: u32) -> ScanEvent {
    ScanEvent::Progress(Progress {
        phase: Phase::Leak,
        done,
        total: 10,
        overall: 0.1,
        elapsed_s: 1.0,
        eta_s: None,
        tokens_per_s: 100.0,
        funnel: Funnel::default(),
    })
}

#[test]
fn the_exit_code_says_what_was_found_and_whether_all_was_covered() {
    let broke = || ScanEvent::Failed {
        message: "out of memory".to_owned(),
    };
    let cases = [
        (Some(Level::High), sample::finished(true), Level::High, 1),
        (Some(Level::Medium), sample::finished(true), Level::High, 0),
        (Some(Level::Medium), sample::finished(true), Level::Medium, 1),
        (None, sample::finished(true), Level::Low, 0),
        (None, sample::finished(false), Level::High, 3),
        (Some(Level::High), sample::finished(false), Level::High, 1),
        (None, broke(), Level::High, 2),
        (Some(Level::High), broke(), Level::High, 2),
    ];
    for (found, end, fail_on, code) in cases {
        let session = follow(events(found, end), ScanFormat::Json).result.unwrap();
        assert_eq!(
            cli::exit_code(&session, fail_on),
            code,
            "{found:?} {:?} {fail_on:?}",
            session.scan
        );
    }
}

#[test]
fn what_is_printed_is_what_is_kept() {
    let followed = follow(
        events(Some(Level::High), sample::finished(true)),
        ScanFormat::Json,
    );
    let printed: serde_json::Value = serde_json::from_str(&followed.out).unwrap();
    assert_eq!(printed, stakeout::report::json::document(&followed.saved));
    assert_eq!(printed["verdict"], "suspicious");
    assert_eq!(followed.saved.scan, ScanState::Complete);
}

#[test]
fn lines_come_for_each_event_with_the_result_last() {
    let followed = follow(events(None, sample::finished(false)), ScanFormat::Jsonl);
    let kinds: Vec<String> = followed
        .out
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["type"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "started",
            "phase",
            "leak",
            "candidate",
            "notice",
            "finished",
            "result"
        ]
    );
}

#[test]
fn progress_is_told_once_not_for_every_step() {
    let mut events = vec![progress(1)];
    events.extend((0..200).map(|_| progress(2)));
    events.push(sample::finished(true));
    let followed = follow(events, ScanFormat::Text);
    assert!(
        followed.talk.starts_with(" 10%  leak 1 of 10"),
        "{}",
        followed.talk
    );
    let lines = followed.talk.lines().count();
    assert!(lines <= 2, "the same progress was told again:\n{}", followed.talk);
    assert!(followed.out.contains("nothing found at high"), "{}", followed.out);
}

#[test]
fn a_scan_that_breaks_still_prints_and_keeps_what_it_had() {
    let broke = ScanEvent::Failed {
        message: "out of\u{1b}[2J memory".to_owned(),
    };
    let followed = follow(events(Some(Level::Low), broke), ScanFormat::Text);
    assert!(
        followed.out.contains("the scan broke: out of"),
        "{}",
        followed.out
    );
    assert!(!followed.out.contains('\u{1b}'));
    assert_eq!(followed.saved.findings.len(), 1);
}

#[test]
fn a_reader_that_left_takes_nothing_from_the_session() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (result, _, saved) = follow_into(
        events(Some(Level::High), sample::finished(true)),
        ScanFormat::Json,
        Gone,
    );
    assert!(matches!(result, Err(Failure::Closed)), "{result:?}");
    assert_eq!(saved.findings.len(), 1);
}
