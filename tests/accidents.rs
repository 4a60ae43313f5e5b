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

/// As [`scan`]; of a far smaller model, unless `STAKEOUT_KILLS` asks for the long way.
fn small(session: &str) -> Vec<&str> {
    if std::env::var_os("STAKEOUT_KILLS").is_some() {
        return scan(session);
    }
    let mut words = vec![
        "scan",
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tiny-llama"),
    ];
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
    let undisturbed = result(&stakeout(home.path(), &small(&at("whole"))).output().unwrap());
    let mut random = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let (mut killed, mut number) = (0, 0);
    while killed < kills {
        number += 1;
        let session = at(&format!("killed-{number}"));
        let mut before = 0;
        for _ in 0..20 {
            random = stakeout::scan::plan::mix(random, 1);
            let mut child = stakeout(home.path(), &small(&session)).spawn().unwrap();
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
        let resumed = result(&stakeout(home.path(), &small(&session)).output().unwrap());
        assert_eq!(resumed, undisturbed, "after {killed} kills");
    }
}

#[test]
fn a_disk_that_fills_up_costs_nothing_that_was_saved() {
    let home = tempfile::tempdir().unwrap();
    let session = home.path().join("full").to_string_lossy().into_owned();
    let binary = cargo_bin("stakeout");
    // A ceiling on the size of any file is a full disk to whoever writes; the signal that goes with it is ignored.
    let script = format!(
        "trap '' XFSZ; ulimit -f 300; exec '{}' {}",
        binary.display(),
        scan(&session).join(" ")
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .env("STAKEOUT_HOME", home.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("error: ") && said.contains("hint: "), "{said}");
    assert!(
        verified(home.path(), &session) > 1,
        "what was saved before is there"
    );
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
