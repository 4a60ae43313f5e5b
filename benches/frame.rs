//! Time to draw one frame at 200x60: a usual session, one with 100,000 candidates and 50,000 leaks, a key and the frame it
//! leads to, and one head over as many tokens as a long context has.

#![expect(clippy::unwrap_used, reason = "a failed step ends the measurement")]

use crossterm::event::{KeyCode, KeyEvent};
use divan::Bencher;
use ratatui::{buffer::Buffer, layout::Rect};
use stakeout::{
    finding::{Activation, Agreement, AttentionMap, AttentionPair, Evidence, Finding, Signals},
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
        update,
        view::{
            self,
            attention::{self, AttentionState, Extent, Loaded},
        },
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
            goes_on: None,
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

/// A key and the frame it leads to: the cursor one row down; one more letter of the filter.
#[divan::bench(args = ["j", "a"], sample_count = 100)]
fn key(bencher: Bencher<'_, '_>, key: &str) {
    let session = session(100_000, 50_000);
    let mut state = State::new(Keymap::embedded().unwrap(), Screen::Case);
    update(&mut state, &session, Message::Recorded);
    let press = |state: &mut State, c: char| {
        update(state, &session, Message::Key(KeyEvent::from(KeyCode::Char(c))));
    };
    press(&mut state, 'j');
    if key == "a" {
        press(&mut state, '/');
    }
    let look = Look::new("terminal", ColorDepth::TrueColor, false).unwrap();
    let mut buffer = Buffer::empty(AREA);
    let c = key.chars().next().unwrap();
    bencher.with_inputs(|| state.clone()).bench_local_refs(|state| {
        press(state, c);
        buffer.reset();
        view::draw(state, &session, &look, AREA, &mut buffer)
    });
}

/// The heatmap of one head, the cross-hair moved by a token.
#[divan::bench(args = [40, 512, 4096], sample_count = 100)]
fn head(bencher: Bencher<'_, '_>, tokens: usize) {
    let map = AttentionMap {
        layers: 1,
        heads: 1,
        tokens: (0..tokens).map(|at| format!("t{at}")).collect(),
        weights: (0..tokens * tokens).map(|at| (at % 97) as f32 / 97.0).collect(),
    };
    let pair = AttentionPair {
        with: map.clone(),
        without: map,
        span: (10, 14),
    };
    let mut loaded = Loaded::new(pair);
    let mut view = AttentionState::default();
    view.enter();
    loaded.prepare(&view);
    let finding: Finding = serde_json::from_value(serde_json::json!({
        "id": "F-1", "trigger": "t", "trigger_tokens": [1], "core": "t", "core_tokens": [1], "kind": "exact",
        "confidence": 0.9, "level": "high", "support": 3, "position": "end", "arm": "template",
        "signals": Signals::default(), "p": 0.1, "q": 0.1, "agreement": Agreement::default(),
        "activation": Activation::default(), "examples": [], "reasons": [], "candidates": [],
        "evidence": Evidence::default(),
    }))
    .unwrap();
    let look = Look::new("terminal", ColorDepth::TrueColor, false).unwrap();
    let mut buffer = Buffer::empty(AREA);
    let extent = Extent {
        layers: 1,
        heads: 1,
        tokens,
        prompts: 1,
    };
    bencher.bench_local(|| {
        view.move_cursor(1, 0, &extent);
        buffer.reset();
        attention::draw(AREA, &mut buffer, &finding, Some(&loaded), &view, &look);
    });
}
