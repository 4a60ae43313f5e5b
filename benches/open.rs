//! How long the first screen of a large session takes, and how much memory: 100,000 candidates and 50,000 leaks.
//!
//! Prints seconds and the peak of resident memory; no assertion, the machine decides. A session of the wanted size is made
//! first, in a temporary folder. `cargo bench --bench open`

use std::{io::Write as _, time::Instant};

use ratatui::{buffer::Buffer, layout::Rect};
use stakeout::{
    scan::event::{Candidate, Leak, Look, Sampling, ScanEvent},
    session::store::Store,
    ui::{
        keymap::Keymap,
        state::{Screen, State},
        theme::{ColorDepth, Look as Theme},
        view,
    },
};

fn leak(id: u32) -> ScanEvent {
    ScanEvent::Leak(Leak {
        id,
        arm: "template".to_owned(),
        sampling: Sampling::GREEDY,
        tokens: (0..64).map(|token| token * 31 % 1024 + id % 7).collect(),
        text: format!("Leak {id}: what a model writes when nobody asks for anything at all. ").repeat(4),
        entropy: 1.5,
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

fn peak_kb() -> String {
    std::fs::read_to_string("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or("VmHWM: unknown")
        .to_owned()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout();
    let mut words = std::env::args().skip(1);
    // The program runs itself a second time: making the session must not count as memory of opening it.
    if let Some(path) = words.find(|word| word.ends_with(".stakeout")) {
        let since = Instant::now();
        let store = Store::open(std::path::Path::new(&path))?;
        let session = store.load()?;
        let loaded = since.elapsed();
        let mut state = State::new(Keymap::embedded()?, Screen::Case);
        state.candidates.changed(&session, 0);
        let area = Rect::new(0, 0, 120, 40);
        let mut buffer = Buffer::empty(area);
        let look = Theme::new("terminal", ColorDepth::TrueColor, false)?;
        view::draw(&state, &session, &look, area, &mut buffer);
        writeln!(
            out,
            "records {}, loaded {:.0} ms, first screen {:.0} ms, {}",
            session.records,
            loaded.as_secs_f64() * 1e3,
            since.elapsed().as_secs_f64() * 1e3,
            peak_kb()
        )?;
        return Ok(());
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
    drop(store);
    writeln!(out, "file of {} bytes", std::fs::metadata(&path)?.len())?;
    for _ in 0..3 {
        std::process::Command::new(std::env::current_exe()?)
            .arg(&path)
            .status()?;
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
