//! What the real program writes to a real terminal: nothing of a model's but text, little of its own, nothing when idle.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::{fs, num::NonZero, path::Path};

use stakeout::{
    finding::{
        Agreement, AttentionMap, AttentionPair, Curves, Example, Finding, HeadScore, Level, Run, Signal,
        Signals, Variant,
    },
    scan::event::{Candidate, Leak, Sampling, ScanEvent},
    session::store::Store,
    text,
};

#[path = "parts/hostile.rs"]
mod hostile;
#[expect(dead_code, reason = "other tests send signals")]
#[path = "support/pty.rs"]
mod pty;
#[path = "support/sample.rs"]
mod sample;

use hostile::CORPUS;
use pty::Pty;

const LARGE: (NonZero<u16>, NonZero<u16>) = (NonZero::new(200).unwrap(), NonZero::new(60).unwrap());

/// What the program may write: its own sequences, and text that neither hides nor drives.
fn check(raw: &[u8]) -> Result<(), String> {
    let mut rest = raw;
    while let Some((first, _)) = rest.split_first() {
        let used = match first {
            0x1b => own_sequence(rest)?,
            b'\r' | b'\n' => 1,
            0x00..=0x1f | 0x7f => return Err(format!("control {first:#x} before {:?}", head(rest))),
            _ => {
                let end = rest.iter().position(|byte| *byte < 0x20 || *byte == 0x7f);
                let end = end.unwrap_or(rest.len());
                let shown = std::str::from_utf8(&rest[..end]).map_err(|error| error.to_string())?;
                if text::count_hostile(shown) > 0 {
                    return Err(format!("hostile text {shown:?}"));
                }
                end
            }
        };
        rest = &rest[used..];
    }
    Ok(())
}

fn head(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned()
}

/// The length of one of the program's own sequences.
fn own_sequence(bytes: &[u8]) -> Result<usize, String> {
    let wrong = || format!("sequence {:?}", head(bytes));
    match bytes.get(1) {
        Some(b'[') => {
            let end = bytes
                .iter()
                .skip(2)
                .position(|byte| (0x40..=0x7e).contains(byte))
                .ok_or_else(wrong)?
                + 2;
            let parameters = std::str::from_utf8(&bytes[2..end]).map_err(|_| wrong())?;
            let plain = parameters.chars().all(|c| c.is_ascii_digit() || c == ';');
            let mode = [
                "?1049", "?25", "?2004", "?1004", "?1000", "?1002", "?1003", "?1015", "?1006",
            ]
            .contains(&parameters);
            match bytes[end] {
                b'H' | b'm' | b'J' | b'K' | b'A' | b'B' | b'C' | b'D' | b'G' if plain => Ok(end + 1),
                b'h' | b'l' if mode => Ok(end + 1),
                _ => Err(wrong()),
            }
        }
        // The clipboard, on a key of the analyst's: base64 and nothing else.
        Some(b']') => {
            let body = bytes.strip_prefix(b"\x1b]52;c;").ok_or_else(wrong)?;
            let end = body
                .iter()
                .position(|byte| !(byte.is_ascii_alphanumeric() || b"+/=".contains(byte)))
                .ok_or_else(wrong)?;
            let tail = &body[end..];
            let close = if tail.starts_with(b"\x07") {
                1
            } else if tail.starts_with(b"\x1b\\") {
                2
            } else {
                return Err(wrong());
            };
            Ok(b"\x1b]52;c;".len() + end + close)
        }
        _ => Err(wrong()),
    }
}

fn run(index: usize) -> Run {
    let tokens: Vec<String> = (0..12)
        .map(|at| CORPUS[(index + at) % CORPUS.len()].to_owned())
        .collect();
    Run {
        entropy: (0..12).map(|at| at as f32 / 6.0).collect(),
        logprob: vec![-0.5; 12],
        top: tokens
            .iter()
            .map(|token| vec![(token.clone(), -0.1), (token.clone(), -2.0)])
            .collect(),
        tokens,
    }
}

/// Attention over as many tokens as asked for, hostile strings among them.
fn attention(tokens: usize) -> AttentionPair {
    let (layers, heads) = (2, 2);
    let mut weights = Vec::new();
    for head in 0..layers * heads {
        for query in 0..tokens {
            weights.extend((0..tokens).map(|key| {
                if key > query {
                    0.0
                } else {
                    ((head + query * 7 + key * 3) % 11) as f32 / 11.0
                }
            }));
        }
    }
    let map = AttentionMap {
        layers,
        heads,
        tokens: (0..tokens)
            .map(|at| CORPUS[at % CORPUS.len()].to_owned())
            .collect(),
        weights,
    };
    AttentionPair {
        with: map.clone(),
        without: map,
        span: (20, 26),
    }
}

fn finding(index: usize) -> Finding {
    let hostile = CORPUS[index];
    let text = |words: &str| format!("{words} {hostile}");
    let mut finding = sample::finding(Level::High);
    finding.id = format!("F-{}", index + 1);
    finding.trigger = text("trigger");
    hostile.clone_into(&mut finding.core);
    finding.arm = text("arm");
    finding.reasons = vec![text("because")];
    finding.agreement = Agreement::default();
    finding.signals = Signals {
        attention: Signal {
            value: 1.0,
            n: 3,
            p: 0.2,
            ..Signal::default()
        },
        ..Signals::default()
    };
    finding.examples = vec![Example {
        prompt: text("prompt"),
        with: text("with"),
        without: text("without"),
        fired: true,
        draws: Vec::new(),
    }];
    finding.evidence.heads = (0..4)
        .map(|at| HeadScore {
            layer: at / 2,
            head: at % 2,
            value: at as f64,
            null_mean: 0.0,
            null_sd: 1.0,
            over: None,
        })
        .collect();
    finding.evidence.attention = vec!["attention-1".to_owned()];
    finding.evidence.curves = vec![Curves {
        prompt: text("prompt"),
        with: run(index),
        without: run(index + 1),
    }];
    finding.evidence.variants = vec![Variant {
        change: text("changed"),
        text: hostile.to_owned(),
        rate: finding.activation.with,
    }];
    finding.evidence.leaks = (0..8)
        .map(|at| (index * 8 + at) as u32 % CORPUS.len() as u32)
        .collect();
    finding.evidence.null = [vec![0.1, 0.2], vec![0.3], vec![], vec![1.0]];
    finding
}

/// A session with a hostile string in every place that holds text of foreign origin.
fn session(home: &Path, tokens: usize) -> String {
    let path = home.join("sessions").join("hostile.stakeout");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut store = Store::create(&path).unwrap();
    let mut events = sample::events();
    events.truncate(1);
    if let Some(ScanEvent::Started(started)) = events.first_mut() {
        started.model.path = CORPUS.concat();
        started.model.notices = CORPUS.map(str::to_owned).to_vec();
    }
    events.extend(CORPUS.iter().zip(0..).map(|(text, id)| {
        ScanEvent::Leak(Leak {
            id,
            arm: (*text).to_owned(),
            sampling: Sampling::GREEDY,
            tokens: vec![1, 2, 3],
            text: format!("leak {text} end"),
            entropy: 0.5,
            goes_on: None,
        })
    }));
    events.extend(CORPUS.iter().zip(0..).map(|(text, id)| {
        ScanEvent::Candidate(Candidate {
            id,
            tokens: vec![id, id + 1],
            text: (*text).to_owned(),
            support: 3,
            leaks: vec![id],
            lift: 1.0,
            unnatural: 0.5,
        })
    }));
    events.extend(CORPUS.iter().map(|text| ScanEvent::Notice {
        text: (*text).to_owned(),
    }));
    events.push(ScanEvent::Attention {
        key: "attention-1".to_owned(),
        pair: Box::new(attention(tokens)),
    });
    events.extend((0..CORPUS.len()).map(|index| ScanEvent::Finding(Box::new(finding(index)))));
    events.push(sample::finished(true));
    for event in events {
        store.append_event(event).unwrap();
    }
    store.flush().unwrap();
    "hostile".to_owned()
}

#[test]
fn nothing_a_model_wrote_reaches_the_terminal_as_anything_but_text() {
    let home = tempfile::tempdir().unwrap();
    let name = session(home.path(), 40);
    let mut pty = Pty::sized(
        home.path(),
        &["open", &name],
        &[("COLORTERM", "truecolor")],
        LARGE,
    );
    pty.wait_text("latest first");
    pty.send("m");
    pty.wait_text("› facts");
    pty.send("GGq");
    pty.wait_text("latest first");
    for finding in 1..=CORPUS.len() {
        pty.send(&format!(":F-{finding}\r"));
        pty.wait_text(&format!("F-{finding} › Overview"));
        for (key, tab) in ["2", "3", "4", "5", "6", "7", "8"].into_iter().zip([
            "Attention",
            "Entropy",
            "Outputs",
            "Stats",
            "Trigger",
            "Origin",
            "History",
        ]) {
            pty.send(key);
            pty.wait_text(&format!("F-{finding} › {tab}"));
        }
        pty.send("q");
        pty.wait_text("latest first");
    }
    pty.send(":F-1\r");
    pty.wait_text("F-1 › Overview");
    pty.send("Y");
    pty.wait_text("sent to the terminal's clipboard");
    for key in ["2", "3", "4", "5", "6", "7", "8"] {
        pty.send(key);
        pty.send("E");
        pty.wait_text("written: ");
    }
    for keys in ["2", "3", "5", "1", "2\r"] {
        pty.send(keys);
        pty.send("X");
        pty.wait_text(".png");
    }
    pty.send("qq");
    let raw = pty.raw();
    let (code, _) = pty.ended();
    assert_eq!(code, 0);
    if let Err(wrong) = check(&raw) {
        panic!("the program wrote what it must not: {wrong}");
    }
    let mut texts = 0;
    for entry in fs::read_dir(home.path().join("sessions")).unwrap() {
        let path = entry.unwrap().path();
        let extension = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if ["txt", "svg"].contains(&extension.as_str()) {
            let written = fs::read_to_string(&path).unwrap();
            assert!(
                written.lines().all(|line| text::count_hostile(line) == 0),
                "{path:?}"
            );
            texts += 1;
        }
    }
    assert!(texts >= 10, "{texts} files were written");
    if let Ok(log) = fs::read_to_string(home.path().join("stakeout.log")) {
        assert!(log.lines().all(|line| text::count_hostile(line) == 0));
    }
}

/// Bytes written in answer to keys.
fn answer(pty: &mut Pty, keys: &str) -> usize {
    let before = pty.quiet();
    pty.send(keys);
    pty.quiet() - before
}

#[test]
fn moving_sends_little_and_an_idle_screen_sends_nothing() {
    let home = tempfile::tempdir().unwrap();
    let name = session(home.path(), 120);
    let mut pty = Pty::sized(
        home.path(),
        &["open", &name],
        &[("COLORTERM", "truecolor")],
        LARGE,
    );
    pty.wait_text("latest first");
    pty.send("\t");
    answer(&mut pty, "j");
    let row = answer(&mut pty, "j");
    assert!((1..2048).contains(&row), "one row down took {row} bytes");
    answer(&mut pty, "55j");
    let scrolled = answer(&mut pty, "j");
    assert!(
        (1..4096).contains(&scrolled),
        "scrolling by one row took {scrolled} bytes"
    );
    pty.send(":F-60\r");
    pty.wait_text("F-60 › Overview");
    let scrolled = answer(&mut pty, "j");
    assert!(
        (1..16384).contains(&scrolled),
        "scrolling a page took {scrolled} bytes"
    );
    pty.send("2");
    pty.wait_text("Heads");
    pty.send("\r");
    pty.wait_text("prompt 1 of 1");
    let moved = answer(&mut pty, "l");
    assert!(
        (1..16384).contains(&moved),
        "moving the cross-hair took {moved} bytes"
    );
    let (before, worked) = (pty.quiet(), ticks(pty.process()));
    std::thread::sleep(std::time::Duration::from_secs(5));
    assert_eq!(pty.raw().len(), before, "an idle screen wrote something");
    let worked = ticks(pty.process()) - worked;
    assert!(
        worked <= 1,
        "an idle screen worked for {worked} hundredths of a second"
    );
    pty.signal("TERM");
    assert_eq!(pty.ended().0, 128 + 15);
}

/// Processor time a process has used, in clock ticks: hundredths of a second.
fn ticks(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, after) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = after.split_whitespace().collect();
    [11, 12]
        .map(|at: usize| fields[at].parse::<u64>().unwrap())
        .iter()
        .sum()
}

#[test]
fn a_reopened_session_shows_what_was_looked_at() {
    let home = tempfile::tempdir().unwrap();
    let name = session(home.path(), 40);
    let mut pty = Pty::start(home.path(), &["open", &name], &[]);
    pty.wait_text("latest first");
    pty.send(":F-3\r");
    pty.wait_text("F-3 › Overview");
    pty.send("6");
    pty.wait_text("F-3 › Trigger");
    pty.send("\x03");
    assert_eq!(pty.ended().0, 0);
    let mut pty = Pty::start(home.path(), &["open", &name], &[("NO_COLOR", "1")]);
    pty.wait_text("F-3 › Trigger");
    let raw = pty.raw();
    pty.send("q");
    pty.wait_text("latest first");
    pty.send("q");
    assert_eq!(pty.ended().0, 0);
    // Followed by one number alone it is a place on the screen.
    let colours = raw.windows(7).filter(|part| {
        let kinds: [&[u8]; 4] = [b"\x1b[38;5;", b"\x1b[38;2;", b"\x1b[48;5;", b"\x1b[48;2;"];
        kinds.contains(part)
    });
    assert_eq!(colours.count(), 0, "NO_COLOR was not heard");
}
