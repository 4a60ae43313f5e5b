//! How long the first screen of a session of 1 GB takes, and how much memory: 100,000 candidates, 50,000 leaks, evidence.
//!
//! Prints seconds and the peak of resident memory; no assertion, the machine decides. The session is made first, in a
//! temporary folder. `cargo bench --bench open`

use std::{io::Write as _, path::Path, time::Instant};

use ratatui::{buffer::Buffer, layout::Rect};
use stakeout::{
    finding::{AttentionMap, AttentionPair},
    scan::event::{Candidate, Leak, Look, Sampling, ScanEvent},
    session::{Session, reading::Reading, store::Store},
    ui::{
        keymap::Keymap,
        message::Message,
        state::{Chain, Screen, State},
        theme::{ColorDepth, Look as Theme},
        update, view,
    },
};

/// Size wanted, in bytes.
const SIZE: u64 = 1_000_000_000;

fn leak(id: u32) -> ScanEvent {
    ScanEvent::Leak(Leak {
        id,
        arm: "template".to_owned(),
        sampling: Sampling::GREEDY,
        tokens: (0..256).map(|token| token * 31 % 1024 + id % 7).collect(),
        text: format!("Leak {id}: what a model writes when nobody asks for anything at all. ").repeat(16),
        entropy: 1.5,
        goes_on: None,
    })
}

fn candidate(id: u32) -> ScanEvent {
    ScanEvent::Candidate(Candidate {
        id,
        tokens: vec![id % 1024, 5, 17],
        text: format!("candidate {id}"),
        support: id % 50,
        leaks: vec![id % 50_000],
        lift: 3.5,
        unnatural: 0.5,
    })
}

fn looked(id: u32) -> ScanEvent {
    ScanEvent::Looked {
        candidate: id,
        look: Look {
            round: 1,
            divergence: 0.01,
            p: f64::from(id % 1000) / 1000.0,
            ..Look::default()
        },
    }
}

/// Attention of a model of 12 layers and 12 heads over 64 tokens.
fn attention(number: u32) -> ScanEvent {
    let run = |salt: u32| AttentionMap {
        layers: 12,
        heads: 12,
        tokens: vec!["token".to_owned(); 64],
        weights: (0..12 * 12 * 64 * 64)
            .map(|at| ((at * 31 + number * 7919 + salt) % 65_521) as f32 / 65_521.0)
            .collect(),
    };
    ScanEvent::Attention {
        key: format!("a-{number}"),
        pair: Box::new(AttentionPair {
            with: run(0),
            without: run(1),
            span: (3, 9),
        }),
    }
}

fn peak() -> String {
    std::fs::read_to_string("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or("VmHWM: unknown")
        .to_owned()
}

fn draw(state: &State, session: &Session) -> Result<view::Drawn, Box<dyn std::error::Error>> {
    let area = Rect::new(0, 0, 120, 40);
    let mut buffer = Buffer::empty(area);
    let look = Theme::new("terminal", ColorDepth::TrueColor, false)?;
    Ok(view::draw(state, session, &look, area, &mut buffer))
}

/// Opens a session as the screen does: the front, a frame, the leaks it shows, a frame, then the rest.
fn open(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout();
    let since = Instant::now();
    let ms = || since.elapsed().as_secs_f64() * 1e3;
    let store = Store::open(path)?;
    let mut session = store.front()?;
    let mut reading = Reading::start(path)?;
    let mut state = State::new(Keymap::embedded()?, Screen::Case);
    state.chain = Chain::Checking;
    update(&mut state, &session, Message::Recorded);
    let drawn = draw(&state, &session)?;
    for index in drawn.unread {
        let record = session.leaks.record(index).ok_or("a leak without a record")?;
        session.leaks.hold(index, Some(store.leak(record)?));
    }
    draw(&state, &session)?;
    let first = ms();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let read = runtime.block_on(reading.finished()).ok_or("not read")?;
    assert!(read.broken.is_none(), "{:?}", read.broken);
    session = read.session;
    state.chain = Chain::Holds;
    update(&mut state, &session, Message::Recorded);
    draw(&state, &session)?;
    writeln!(
        out,
        "records {}, first screen {first:.0} ms, candidates there and chain checked {:.0} ms, {}",
        session.records,
        ms(),
        peak()
    )?;
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    // The program runs itself a second time: making the session must not count as memory of opening it.
    if let Some(path) = words.find(|word| word.ends_with(".stakeout")) {
        return open(Path::new(&path));
    }
    let folder = std::env::temp_dir().join(format!("stakeout-bench-{}", std::process::id()));
    let path = folder.join("large.stakeout");
    let mut store = Store::create(&path)?;
    let events = (0..50_000)
        .map(leak)
        .chain((0..100_000).map(candidate))
        .chain((0..100_000).map(looked));
    for (number, event) in events.enumerate() {
        store.append_event(event)?;
        if number % 5000 == 0 {
            store.commit()?;
        }
    }
    store.flush()?;
    let size = || std::fs::metadata(&path).map_or(0, |found| found.len());
    for number in 0.. {
        if size() >= SIZE {
            break;
        }
        store.append_event(attention(number))?;
    }
    drop(store);
    let mut out = std::io::stdout();
    writeln!(out, "file of {} bytes", size())?;
    for _ in 0..3 {
        std::process::Command::new(std::env::current_exe()?)
            .arg(&path)
            .status()?;
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
