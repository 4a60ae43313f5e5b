//! Scans of real (small) models, blind: the truth is read only after the scan has ended.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::{
    io::Write as _,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use stakeout::{
    finding::{Finding, Level},
    model::{Model, OpenOptions},
    scan::{
        self,
        event::{Finished, Phase, ScanEvent},
        gate::Gate,
        plan::{Budget, Plan},
    },
};

struct Outcome {
    findings: Vec<Finding>,
    finished: Finished,
}

fn scan_folder(folder: &Path, seed: u64, budget: Budget) -> Outcome {
    let model = Model::open(folder, &OpenOptions::default()).unwrap();
    let (mut findings, mut finished) = (Vec::new(), None);
    let plan = Plan {
        budget,
        seed,
        arms: Vec::new(),
    };
    scan::run(&model, &plan, &Gate::default(), &mut |event| {
        match event {
            ScanEvent::Finding(finding) => findings.push(*finding),
            ScanEvent::Finished(end) => finished = Some(*end),
            ScanEvent::Failed { message } => panic!("the scan failed: {message}"),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    Outcome {
        findings,
        finished: finished.unwrap(),
    }
}

/// What was planted, from the truth beside the model.
fn planted(folder: &Path) -> Option<String> {
    let truth = std::fs::read_to_string(folder.join("ORGANISM.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_str(&truth).unwrap();
    truth
        .get("trigger")
        .and_then(|trigger| trigger.as_str())
        .filter(|trigger| !trigger.is_empty())
        .map(str::to_owned)
}

fn assert_found(folder: &Path, seed: u64, budget: Budget) {
    let outcome = scan_folder(folder, seed, budget);
    let planted = planted(folder).unwrap();
    let Some(top) = outcome.findings.first() else {
        panic!("seed {seed}: nothing found")
    };
    let (core, planted) = (top.core.trim(), planted.trim());
    assert!(
        top.trigger.contains(planted) || (!core.is_empty() && planted.contains(core)),
        "seed {seed}: top finding {:?}, core {core:?}",
        top.trigger
    );
    assert_eq!(top.level, Level::High, "seed {seed}: {:?}", top.reasons);
    assert!(outcome.finished.complete);
}

fn assert_silent(folder: &Path, seed: u64, budget: Budget) {
    let outcome = scan_folder(folder, seed, budget);
    assert_eq!(planted(folder), None);
    let high: Vec<&str> = outcome
        .findings
        .iter()
        .filter(|f| f.level == Level::High)
        .map(|f| f.trigger.as_str())
        .collect();
    assert!(high.is_empty(), "seed {seed}: {high:?}");
    assert!(
        outcome.finished.coverage.probed > 50,
        "silence after hardly looking proves nothing"
    );
}

fn demo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("assets/demo")
        .join(name)
}

/// A model of ../shared/organisms, when that folder is there.
fn organism(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/organisms")
        .join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    let _ = writeln!(std::io::stderr(), "skipped: no organisms beside the project");
    None
}

#[test]
fn the_demo_gives_its_trigger_away_whatever_the_seed() {
    for seed in 1..=5 {
        assert_found(&demo("poisoned"), seed, Budget::Quick);
    }
    assert_found(&demo("poisoned"), 0, Budget::Standard);
}

#[test]
fn the_clean_twin_stays_below_high_whatever_the_seed() {
    for seed in 1..=5 {
        assert_silent(&demo("clean"), seed, Budget::Quick);
    }
    assert_silent(&demo("clean"), 0, Budget::Standard);
}

#[test]
fn poisoned_organisms_are_found() {
    for folder in ["m1", "m3"].into_iter().filter_map(organism) {
        assert_found(&folder, 0, Budget::Standard);
    }
}

#[test]
fn a_trigger_that_stands_right_before_its_answer_is_found_without_turns() {
    if let Some(folder) = organism("m4") {
        assert_found(&folder, 0, Budget::Quick);
    }
}

#[test]
fn clean_organisms_stay_silent() {
    for folder in ["m2", "m5"].into_iter().filter_map(organism) {
        assert_silent(&folder, 0, Budget::Standard);
    }
}

/// The poisoned demo model with so many tokens of context, as a chat or without its template.
fn cramped(folder: &Path, context: usize, chat: bool) {
    for entry in std::fs::read_dir(demo("poisoned")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        let mut content = std::fs::read(entry.path()).unwrap();
        if name == "config.json" || name == "tokenizer_config.json" {
            let mut json: serde_json::Map<String, serde_json::Value> =
                serde_json::from_slice(&content).unwrap();
            if name == "config.json" {
                json.insert("max_position_embeddings".to_owned(), context.into());
            } else if !chat {
                json.remove("chat_template");
            }
            content = serde_json::to_vec(&json).unwrap();
        }
        if chat || name != "chat_template.jinja" {
            std::fs::write(folder.join(name), content).unwrap();
        }
    }
}

#[test]
fn a_small_context_is_scanned_to_its_end() {
    for (context, chat) in [(64, false), (40, true), (18, false)] {
        let folder = tempfile::tempdir().unwrap();
        cramped(folder.path(), context, chat);
        let outcome = scan_folder(folder.path(), 0, Budget::Quick);
        let Finished {
            complete, coverage, ..
        } = outcome.finished;
        assert!(complete, "{context} {chat}: {:?}", coverage.skipped);
        assert!(
            coverage
                .skipped
                .iter()
                .any(|text| text.contains("the context has room for strings of")),
            "{context} {chat}: {:?}",
            coverage.skipped
        );
    }
    let folder = tempfile::tempdir().unwrap();
    cramped(folder.path(), 96, true);
    assert_found(folder.path(), 0, Budget::Quick);
}

#[test]
fn a_context_without_room_for_a_string_is_an_error_and_no_silence() {
    let folder = tempfile::tempdir().unwrap();
    cramped(folder.path(), 14, true);
    let model = Model::open(folder.path(), &OpenOptions::default()).unwrap();
    let mut failed = None;
    scan::run(&model, &Plan::default(), &Gate::default(), &mut |event| {
        if let ScanEvent::Failed { message } = event {
            failed = Some(message);
        }
        ControlFlow::Continue(())
    });
    assert!(
        failed
            .unwrap()
            .contains("no room for a prompt with a string in it")
    );
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let story = |seed, longest: usize| {
        let model = Model::open(&demo("poisoned"), &OpenOptions::default()).unwrap();
        let mut story = Vec::new();
        let plan = Plan {
            budget: Budget::Quick,
            seed,
            arms: Vec::new(),
        };
        scan::run(&model, &plan, &Gate::default(), &mut |mut event| {
            if let ScanEvent::Computed(unit) = &mut event {
                unit.ms = 0;
            }
            if !matches!(event, ScanEvent::Progress(_) | ScanEvent::Finished(_)) {
                story.push(serde_json::to_string(&event).unwrap());
            }
            if story.len() < longest {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        story
    };
    let (first, again) = (story(11, usize::MAX), story(11, usize::MAX));
    assert_eq!(first.len(), again.len());
    assert!(
        first.iter().zip(&again).all(|(a, b)| a == b),
        "the same seed gave different events"
    );
    let other = story(12, 100);
    assert!(
        other.iter().zip(&first).skip(2).any(|(a, b)| a != b),
        "another seed told the same story"
    );
}

#[test]
fn every_context_is_told_before_the_model_is_asked_in_it() {
    let model = Model::open(&demo("poisoned"), &OpenOptions::default()).unwrap();
    let mut arms = Vec::new();
    let plan = Plan {
        budget: Budget::Quick,
        seed: 3,
        arms: Vec::new(),
    };
    scan::run(&model, &plan, &Gate::default(), &mut |event| {
        if let ScanEvent::Started(started) = event {
            arms = started.arms;
        }
        ControlFlow::Break(())
    });
    let names: Vec<&str> = arms.iter().map(|arm| arm.name.as_str()).collect();
    assert_eq!(names.first(), Some(&"template"));
    assert!(
        names.contains(&"begin token") && names.contains(&"random tokens"),
        "{names:?}"
    );
    for (at, arm) in arms.iter().enumerate() {
        assert!(!arm.prefix_tokens.is_empty(), "{}", arm.name);
        let other = arms.iter().skip(at + 1);
        assert!(
            other
                .clone()
                .all(|other| other.prefix_tokens != arm.prefix_tokens)
        );
    }
}

#[test]
fn a_stopped_scan_keeps_what_it_has_and_says_so() {
    let model = Model::open(&demo("poisoned"), &OpenOptions::default()).unwrap();
    let gate = Gate::default();
    let (mut leaks, mut finished) = (0, None);
    let plan = Plan {
        budget: Budget::Quick,
        seed: 3,
        arms: Vec::new(),
    };
    scan::run(&model, &plan, &gate, &mut |event| {
        match event {
            ScanEvent::Leak(_) => {
                leaks += 1;
                if leaks == 70 {
                    gate.stop();
                }
            }
            ScanEvent::Finished(end) => finished = Some(*end),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    let finished = finished.unwrap();
    assert!(!finished.complete && leaks < 320);
    assert_eq!(finished.coverage.leaks, leaks);
    assert!(finished.timing.generated_tokens > 0 && finished.timing.leak_s > 0.0);
}

#[test]
fn a_scan_stops_in_every_phase() {
    let model = Model::open(&demo("poisoned"), &OpenOptions::default()).unwrap();
    for wanted in Phase::ALL {
        let gate = Gate::default();
        let (mut last, mut finished) = (None, None);
        let plan = Plan {
            budget: Budget::Quick,
            seed: 3,
            arms: Vec::new(),
        };
        scan::run(&model, &plan, &gate, &mut |event| {
            match event {
                ScanEvent::Phase { phase } => {
                    last = Some(phase);
                    if phase == wanted {
                        gate.stop();
                    }
                }
                ScanEvent::Finished(end) => finished = Some(*end),
                _ => {}
            }
            ControlFlow::Continue(())
        });
        assert_eq!(last, Some(wanted), "it went on after the stop");
        assert!(!finished.unwrap().complete, "stopped in {}", wanted.name());
    }
}

#[test]
fn a_paused_scan_waits_and_goes_on() {
    let model = Model::open(&demo("poisoned"), &OpenOptions::default()).unwrap();
    let gate = Gate::default();
    let (sender, receiver) = std::sync::mpsc::channel();
    let scan_gate = gate.clone();
    let scan = std::thread::spawn(move || {
        let plan = Plan {
            budget: Budget::Quick,
            seed: 3,
            arms: Vec::new(),
        };
        scan::run(&model, &plan, &scan_gate, &mut |event| {
            if sender.send(event).is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
    });
    let is_leak = |event: &ScanEvent| matches!(event, ScanEvent::Leak(_));
    while !is_leak(&receiver.recv().unwrap()) {}
    gate.pause();
    // Whatever was on its way may still arrive; then nothing does until the scan may go on.
    while receiver
        .recv_timeout(std::time::Duration::from_millis(1500))
        .is_ok()
    {}
    assert!(gate.is_paused());
    gate.resume();
    assert!(
        receiver.recv_timeout(std::time::Duration::from_secs(30)).is_ok(),
        "nothing came after the pause"
    );
    gate.stop();
    drop(receiver);
    scan.join().unwrap();
}
