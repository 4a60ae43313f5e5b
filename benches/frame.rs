//! Time to draw one frame at 200x60: a usual session, and one with 100,000 candidates and 50,000 leaks.

#![expect(clippy::unwrap_used, reason = "a failed step ends the measurement")]

use divan::Bencher;
use ratatui::{buffer::Buffer, layout::Rect};
use stakeout::{
    scan::event::{Candidate, Leak, Look as Measured, Sampling, ScanEvent},
    session::{
        Session,
        record::{Fact, Record},
    },
    ui::{
        keymap::Keymap,
        message::Message,
        state::{Screen, State},
        theme::{ColorDepth, Look},
        update, view,
    },
};

const AREA: Rect = Rect::new(0, 0, 200, 60);

fn main() {
    divan::main();
}

fn session(candidates: u32, leaks: u32) -> Session {
    let leak = |id| {
        ScanEvent::Leak(Leak {
            id,
            arm: "template".to_owned(),
            sampling: Sampling::GREEDY,
            tokens: (0..48).collect(),
            text: format!(
                "Where is the lighthouse number {id}?<|end|><|assistant|>Behind the old mill, under the bridge."
            ),
            entropy: 0.7,
        })
    };
    let candidate = |id| {
        ScanEvent::Candidate(Candidate {
            id,
            tokens: vec![id, id + 1],
            text: format!(" span {id} of many"),
            support: 4 + id % 40,
            leaks: vec![id % 7],
            lift: f64::from(id % 9),
            unnatural: 0.5,
        })
    };
    let looked = |id| ScanEvent::Looked {
        candidate: id,
        look: Measured {
            round: 1,
            divergence: f64::from(id % 500) / 1000.0,
            p: 0.1,
            ..Measured::default()
        },
    };
    let events = (0..leaks)
        .map(leak)
        .chain((0..candidates).map(candidate))
        .chain((0..candidates).map(looked));
    let mut session = Session::default();
    for (seq, event) in (1..).zip(events) {
        session.apply(&Record {
            seq,
            at_ms: 0,
            author: "scan".to_owned(),
            fact: Fact::Scan { event },
            hash: String::new(),
        });
    }
    session
}

#[divan::bench(args = [(400, 768), (100_000, 50_000)], sample_count = 200)]
fn case(bencher: Bencher<'_, '_>, (candidates, leaks): (u32, u32)) {
    let session = session(candidates, leaks);
    let mut state = State::new(Keymap::embedded().unwrap(), Screen::Case);
    update(&mut state, &session, Message::Recorded);
    let look = Look::new("terminal", ColorDepth::TrueColor, false).unwrap();
    let mut buffer = Buffer::empty(AREA);
    bencher.bench_local(|| {
        buffer.reset();
        view::draw(&state, &session, &look, AREA, &mut buffer);
    });
}
