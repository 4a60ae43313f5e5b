//! What happens to a session when the world does not behave: killed processes, full disks, damaged files.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;

fn stakeout(home: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(cargo_bin("stakeout"));
    command
        .args(words)
        .env("STAKEOUT_HOME", home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Words of a quick scan of the demo into a session, going on with it if it is there.
fn scan(session: &str) -> Vec<&str> {
    let mut words = vec!["demo"];
    words.extend(rest(session));
    words
}

fn rest(session: &str) -> [&str; 8] {
    [
        "--headless",
        "--budget",
        "quick",
        "--format",
        "json",
        "--resume",
        "--session",
        session,
    ]
}

/// Turns one bit of a model's weights over, and back when done again.
fn changed_in(model: &Path) {
    let path = model.join("model.safetensors");
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 2;
    bytes[last] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// The result of a scan but for what may differ: the times, and the life of the session.
fn result(output: &Output) -> Value {
    let Ok(Value::Object(mut document)) = serde_json::from_slice(&output.stdout) else {
        panic!("no result: {}", String::from_utf8_lossy(&output.stderr))
    };
    for key in ["timing", "history", "session"] {
        document.remove(key);
    }
    Value::Object(document)
}

/// Number of records of a session that holds together.
fn verified(home: &Path, session: &str) -> u64 {
    let output = stakeout(home, &["verify", session]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// `STAKEOUT_KILLS` sets how often; by hand, 200.
#[test]
fn a_scan_that_is_killed_again_and_again_comes_to_the_same_result() {
    let kills: u32 = std::env::var("STAKEOUT_KILLS").map_or(3, |kills| kills.parse().unwrap());
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name).to_string_lossy().into_owned();
    let undisturbed = result(&stakeout(home.path(), &scan(&at("whole"))).output().unwrap());
    assert_eq!(undisturbed["verdict"], "suspicious");
    let mut random = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let (mut killed, mut number) = (0, 0);
    while killed < kills {
        number += 1;
        let session = at(&format!("killed-{number}"));
        let mut before = 0;
        for _ in 0..20 {
            random = stakeout::scan::plan::mix(random, 1);
            let mut child = stakeout(home.path(), &scan(&session)).spawn().unwrap();
            thread::sleep(Duration::from_millis(random % 2000));
            let ended = child.try_wait().unwrap().is_some();
            child.kill().unwrap();
            child.wait().unwrap();
            if fs::metadata(&session).is_ok_and(|found| found.len() > 0) {
                let records = verified(home.path(), &session);
                assert!(records >= before, "records were lost: {before}, then {records}");
                before = records;
            }
            killed += u32::from(!ended);
            if ended || killed >= kills {
                break;
            }
        }
        let resumed = result(&stakeout(home.path(), &scan(&session)).output().unwrap());
        assert_eq!(resumed, undisturbed, "after {killed} kills");
    }
}

/// Runs the program where no file can grow past `blocks` of 512 bytes: to whoever writes, a full disk.
fn cramped(home: &Path, blocks: u32, words: &[&str]) -> (Option<i32>, String) {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    // The signal that goes with the ceiling is ignored.
    let script = format!(
        "trap '' XFSZ; ulimit -f {blocks}; exec '{}' {}",
        cargo_bin("stakeout").display(),
        quoted.join(" ")
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .env("STAKEOUT_HOME", home)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

/// `STAKEOUT_KILLS` tries many more sizes.
#[test]
fn a_disk_that_fills_up_costs_nothing_that_was_saved() {
    let sizes: Vec<u32> = match std::env::var_os("STAKEOUT_KILLS") {
        Some(_) => (40..3000).step_by(140).collect(),
        None => vec![300, 2000],
    };
    for blocks in sizes {
        let home = tempfile::tempdir().unwrap();
        let session = home.path().join("full").to_string_lossy().into_owned();
        let (code, said) = cramped(home.path(), blocks, &scan(&session));
        if code == Some(1) {
            // All of it found room.
            continue;
        }
        assert_eq!(code, Some(2), "{blocks}: {said}");
        assert!(
            said.contains("no space left") && said.contains("hint: "),
            "{blocks}: {said}"
        );
        if fs::metadata(&session).is_ok() {
            verified(home.path(), &session);
            // With space again, it goes on to its end.
            let output = stakeout(home.path(), &scan(&session)).output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{blocks}");
        }
    }
}

#[test]
fn a_verdict_that_finds_no_room_was_never_made() {
    let home = tempfile::tempdir().unwrap();
    let session = home.path().join("ruled").to_string_lossy().into_owned();
    stakeout(home.path(), &scan(&session)).output().unwrap();
    let records = verified(home.path(), &session);
    let note = "x".repeat(60_000);
    let words = [
        "mark",
        &session,
        "F-1",
        "undecided",
        "--note",
        &note,
        "--reason",
        "needs more evidence",
    ];
    let (code, said) = cramped(home.path(), 24, &words);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("no space left"), "{said}");
    assert_eq!(verified(home.path(), &session), records);
    let marked = stakeout(home.path(), &words).output().unwrap();
    assert_eq!(
        marked.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&marked.stderr)
    );
    assert_eq!(verified(home.path(), &session), records + 1);
}

#[test]
fn a_model_that_moved_or_changed_keeps_its_evidence_and_is_not_gone_on_with() {
    let home = tempfile::tempdir().unwrap();
    let model = home.path().join("model");
    fs::create_dir(&model).unwrap();
    for file in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo/poisoned")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), model.join(file.file_name())).unwrap();
    }
    let session = home.path().join("case").to_string_lossy().into_owned();
    let folder = model.to_string_lossy().into_owned();
    let mut words = vec!["scan", &folder];
    words.extend(rest(&session));
    let mut child = stakeout(home.path(), &words).spawn().unwrap();
    while !fs::metadata(format!("{session}-wal")).is_ok_and(|found| found.len() > 60_000) {
        assert!(child.try_wait().unwrap().is_none(), "it ended too early");
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let records = verified(home.path(), &session);

    changed_in(&model);
    let verify = stakeout(home.path(), &["verify", &session]).output().unwrap();
    assert_eq!(verify.status.code(), Some(5));
    let resumed = stakeout(home.path(), &words).output().unwrap();
    let said = String::from_utf8_lossy(&resumed.stderr).into_owned();
    assert_eq!(resumed.status.code(), Some(2), "{said}");
    assert!(said.contains("the model's digest was"), "{said}");
    changed_in(&model);
    fs::rename(&model, home.path().join("moved")).unwrap();
    assert_eq!(
        verified(home.path(), &session),
        records,
        "the evidence does not need the model"
    );
    let resumed = stakeout(home.path(), &words).output().unwrap();
    assert_eq!(resumed.status.code(), Some(2));
    assert_eq!(verified(home.path(), &session), records, "nothing was appended");

    // Where it is now it can be gone on with: it is the same model.
    let moved = home.path().join("moved").to_string_lossy().into_owned();
    words[1] = &moved;
    let resumed = stakeout(home.path(), &words).output().unwrap();
    assert!(
        matches!(resumed.status.code(), Some(1)),
        "{}",
        String::from_utf8_lossy(&resumed.stderr)
    );

    // What reached its end is no answer about another model, or to another seed.
    let mut seeded = words.clone();
    seeded.extend(["--seed", "77"]);
    changed_in(&home.path().join("moved"));
    for (words, why) in [(&seeded, "the seed was"), (&words, "the model's digest was")] {
        let resumed = stakeout(home.path(), words).output().unwrap();
        let said = String::from_utf8_lossy(&resumed.stderr).into_owned();
        assert_eq!(resumed.status.code(), Some(2), "{said}");
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_signal_makes_a_checkpoint_and_a_second_interrupt_does_not_wait() {
    for (signals, code) in [
        (&["TERM"][..], 143),
        (&["HUP"], 129),
        (&["INT"], 130),
        (&["INT", "INT"], 130),
    ] {
        let home = tempfile::tempdir().unwrap();
        let session = home.path().join("signalled").to_string_lossy().into_owned();
        let mut child = stakeout(home.path(), &scan(&session)).spawn().unwrap();
        while !fs::metadata(format!("{session}-wal")).is_ok_and(|found| found.len() > 60_000) {
            assert!(child.try_wait().unwrap().is_none(), "it ended too early");
            thread::sleep(Duration::from_millis(10));
        }
        for signal in signals {
            let sent = Command::new("kill")
                .args([format!("-{signal}"), child.id().to_string()])
                .status();
            assert!(sent.unwrap().success());
        }
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{signals:?}");
        assert!(verified(home.path(), &session) > 10);
        assert!(
            !Path::new(&format!("{session}-wal")).exists(),
            "one plain file is left"
        );
    }
}

#[test]
fn a_session_that_cannot_be_made_is_told_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let output = stakeout(home.path(), &scan("/proc/nowhere/a.stakeout"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("folder cannot be made") || said.contains("permission denied"),
        "{said}"
    );
}

#[test]
fn a_scan_goes_on_only_as_it_was_begun() {
    let home = tempfile::tempdir().unwrap();
    let session = home.path().join("begun").to_string_lossy().into_owned();
    let mut child = stakeout(home.path(), &scan(&session)).spawn().unwrap();
    while !fs::metadata(format!("{session}-wal")).is_ok_and(|found| found.len() > 100_000) {
        assert!(child.try_wait().unwrap().is_none(), "it ended too early");
        thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let records = verified(home.path(), &session);
    for (other, why) in [
        (vec!["--seed", "9"], "seed was 0 and is 9"),
        (vec!["--budget", "standard"], "budget was quick"),
        (vec!["--clean"], "digest was"),
        (vec!["--threads", "7"], "threads was"),
    ] {
        let words: Vec<&str> = scan(&session)
            .into_iter()
            .filter(|word| !(other.contains(&"standard") && ["--budget", "quick"].contains(word)))
            .chain(other.iter().copied())
            .collect();
        let output = stakeout(home.path(), &words).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(said.contains(why), "{words:?}: {said}");
    }
    assert_eq!(verified(home.path(), &session), records, "nothing was appended");
}
