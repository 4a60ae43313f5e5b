//! Hostile text in every place a model, a tokenizer or a file can put it, through every screen.

use super::{fixture, screens};
use ratatui::{buffer::Buffer, layout::Rect};
use stakeout::{
    scan::event::ScanEvent,
    session::Session,
    text,
    ui::{
        theme::{ColorDepth, Look},
        view,
    },
};

#[path = "../parts/hostile.rs"]
mod corpus;

/// The fixture with `hostile` wherever text of foreign origin stands.
fn poisoned(hostile: &str) -> Session {
    let put = |text: &mut String| *text = format!("{hostile}{text}{hostile}");
    let mut events = fixture::running_events();
    events.push(fixture::finished_event());
    for event in &mut events {
        match event {
            ScanEvent::Started(started) => {
                put(&mut started.model.path);
                put(&mut started.model.architecture);
                put(&mut started.model.dtype);
                started.model.notices.push(hostile.to_owned());
                for arm in &mut started.arms {
                    put(&mut arm.name);
                    put(&mut arm.prefix);
                }
            }
            ScanEvent::Leak(leak) => {
                put(&mut leak.text);
                put(&mut leak.arm);
            }
            ScanEvent::Candidate(candidate) => put(&mut candidate.text),
            ScanEvent::Dropped { reason, .. } => put(reason),
            ScanEvent::Notice { text } => put(text),
            ScanEvent::Finding(finding) => {
                put(&mut finding.trigger);
                put(&mut finding.core);
                put(&mut finding.arm);
                finding.reasons.iter_mut().for_each(put);
                for example in &mut finding.examples {
                    put(&mut example.prompt);
                    put(&mut example.with);
                    put(&mut example.without);
                }
                for variant in &mut finding.evidence.variants {
                    put(&mut variant.change);
                    put(&mut variant.text);
                }
                for control in &mut finding.evidence.controls {
                    put(&mut control.text);
                }
                for curves in &mut finding.evidence.curves {
                    put(&mut curves.prompt);
                    for run in [&mut curves.with, &mut curves.without] {
                        run.tokens.iter_mut().for_each(put);
                        for (token, _) in run.top.iter_mut().flatten() {
                            put(token);
                        }
                    }
                }
            }
            ScanEvent::Finished(finished) => finished.coverage.skipped.push(hostile.to_owned()),
            _ => {}
        }
    }
    fixture::session_of(&events)
}

#[test]
fn no_screen_lets_a_hostile_character_through_or_leaves_one_to_the_sweep() {
    let looks = [false, true].map(|ascii| Look::new("dark", ColorDepth::TrueColor, ascii).unwrap());
    let mut pair = fixture::attention();
    for hostile in corpus::CORPUS {
        let session = poisoned(hostile);
        pair.with
            .tokens
            .iter_mut()
            .for_each(|token| hostile.clone_into(token));
        for (name, state) in screens::of(&session, hostile, &pair) {
            for look in &looks {
                for (width, height) in [(120, 40), (61, 17)] {
                    let area = Rect::new(0, 0, width, height);
                    let mut buf = Buffer::empty(area);
                    let drawn = view::draw(&state, &session, look, area, &mut buf);
                    assert_eq!(drawn.swept, 0, "{name} leaves {hostile:?} to the sweep");
                    let shown: String = buf.content.iter().map(ratatui::buffer::Cell::symbol).collect();
                    assert_eq!(text::count_hostile(&shown), 0, "{name} shows {hostile:?}");
                    assert!(
                        !look.ascii || shown.is_ascii(),
                        "{name} is not ASCII with {hostile:?}"
                    );
                }
            }
            let page = view::page::text(&state, &session, 100, false).unwrap();
            assert!(
                page.lines().all(|line| text::count_hostile(line) == 0),
                "the page of {name} shows {hostile:?}"
            );
        }
    }
}
