//! The real program in a real terminal: a whole case from scan to verdict, and the terminal as it was after every way out.
//!
//! The variable STAKEOUT_TEST_PANIC makes one thread panic: "ui" at the first key, "scan" at the first leak.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use assert_cmd::cargo::cargo_bin;

#[expect(dead_code, reason = "other tests look at the bytes")]
#[path = "support/pty.rs"]
mod pty;

use pty::Pty;

const DEMO: [&str; 3] = ["demo", "--budget", "quick"];

/// What a command prints without a terminal.
fn printed(home: &Path, words: &[&str]) -> String {
    let output = Command::new(cargo_bin("stakeout"))
        .args(words)
        .env("STAKEOUT_HOME", home)
        .output()
        .unwrap();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The name of the only saved session.
fn only_session(home: &Path) -> String {
    let names: Vec<String> = fs::read_dir(home.join("sessions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".stakeout"))
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
    names[0].trim_end_matches(".stakeout").to_owned()
}

/// Waits for the live screen, with every mode it needs switched on.
fn live(pty: &Pty) {
    pty.wait("the live screen", |screen| {
        screen.contents().contains("latest first") && screen.alternate_screen() && screen.bracketed_paste()
    });
}

#[test]
fn a_whole_case_from_scan_to_verdict_and_back() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = Pty::start(home.path(), &DEMO, &[]);
    pty.wait_text("complete");
    pty.wait_text("Findings");
    pty.wait_text("○ no verdict");
    pty.send("\r");
    pty.wait_text("1 Overview");
    pty.wait_text("F-1");
    pty.send("2");
    pty.wait_text("head");
    pty.send("4");
    pty.wait_text("fresh prompts");
    pty.send("t");
    pty.wait_text("F-1: true positive");
    pty.send("\r");
    pty.wait_text("saved: F-1 is true positive");
    pty.send("q");
    pty.wait_text("Candidates");
    pty.send("q");
    let (code, _) = pty.ended();
    assert_eq!(code, 0);

    let session = only_session(home.path());
    let mut pty = Pty::start(home.path(), &["open", &session], &[]);
    pty.wait_text("Findings");
    let shown = pty.wait_text("true positive");
    assert!(
        !shown.contains("○ no verdict") || shown.contains("F-2"),
        "{shown}"
    );
    pty.send("P");
    pty.wait_text("measure: ");
    pty.send("\x15quarterly report\r");
    pty.wait_text("P-1");
    pty.wait_text("not recorded");
    pty.send("qq");
    assert_eq!(pty.ended().0, 0);

    let history = printed(home.path(), &["history", &session]);
    assert!(
        history.contains("ana  F-1 is true positive (fixed output)"),
        "{history}"
    );
    assert!(printed(home.path(), &["verify", &session]).starts_with("intact"));
}

#[test]
fn a_signal_ends_the_scan_keeps_it_and_gives_the_terminal_back() {
    let home = tempfile::tempdir().unwrap();
    let pty = Pty::start(home.path(), &DEMO, &[]);
    live(&pty);
    pty.signal("TERM");
    assert_eq!(pty.ended().0, 128 + 15);
    let shown = printed(home.path(), &["show", &only_session(home.path())]);
    assert!(shown.contains("Result    incomplete"), "{shown}");
}

#[test]
fn a_panic_of_the_screen_gives_the_terminal_back_and_is_told() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = Pty::start(home.path(), &DEMO, &[("STAKEOUT_TEST_PANIC", "ui")]);
    live(&pty);
    pty.send("j");
    let (code, screen) = pty.ended();
    assert_eq!(code, 101);
    assert!(screen.contains("asked for this panic"), "{screen}");
}

#[test]
fn a_panic_of_the_scan_leaves_the_screen_alive() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = Pty::start(home.path(), &DEMO, &[("STAKEOUT_TEST_PANIC", "scan")]);
    let shown = pty.wait_text("the scan broke");
    assert!(shown.contains("asked for this panic"), "{shown}");
    pty.send("?");
    pty.wait_text("Ruling on a finding");
    pty.send("?");
    pty.wait_text("the scan broke");
    pty.send("q");
    assert_eq!(pty.ended().0, 0);
}

#[test]
fn without_a_terminal_the_result_is_plain_text() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(cargo_bin("stakeout"))
        .args(DEMO)
        .env("STAKEOUT_HOME", home.path())
        .env("TERM", "xterm-256color")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("Model     demo "), "{text}");
    assert!(text.contains("\nCovered "), "{text}");
    assert!(!text.contains('\u{1b}'));
    let suspicious = text.contains("Result    suspicious");
    assert_eq!(output.status.code(), Some(i32::from(suspicious)), "{text}");
    let talk = String::from_utf8(output.stderr).unwrap();
    assert!(talk.starts_with("session "), "{talk}");
}

#[test]
fn a_signal_ends_a_scan_without_a_screen_and_keeps_it() {
    let home = tempfile::tempdir().unwrap();
    let mut scan = Command::new(cargo_bin("stakeout"))
        .args(["demo", "--format", "jsonl"])
        .env("STAKEOUT_HOME", home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(scan.stdout.take().unwrap()));
    let first_leak = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("\"type\":\"leak\"")));
    assert!(first_leak.is_some(), "the scan leaked nothing");
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -TERM {}", scan.id())])
        .status()
        .unwrap();
    assert!(sent.success());
    let last = lines.last().unwrap().unwrap();
    assert!(last.contains("\"verdict\":\"incomplete\""), "{last}");
    assert_eq!(scan.wait().unwrap().code(), Some(128 + 15));
    let shown = printed(home.path(), &["show", &only_session(home.path())]);
    assert!(shown.contains("stopped before its end"), "{shown}");
}

/// An editor that is a script: it writes what it finds and what it is told to.
fn editor(home: &Path, script: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let path = home.join("editor");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[test]
fn a_long_note_is_written_in_an_editor_and_a_crash_costs_no_draft() {
    let home = tempfile::tempdir().unwrap();
    let session = home.path().join("kept").display().to_string();
    let scanned = Command::new(cargo_bin("stakeout"))
        .args(["demo", "--budget", "quick", "--headless", "--session", &session])
        .env("STAKEOUT_HOME", home.path())
        .output()
        .unwrap();
    assert_eq!(scanned.status.code(), Some(1), "{scanned:?}");
    let path = std::env::var("PATH").unwrap();
    let program = editor(
        home.path(),
        "cat \"$1\" > seen; printf 'first line\\nsecond line\\n' > \"$1\"",
    );
    let variables = [("EDITOR", program.as_str()), ("PATH", path.as_str())];
    let mut pty = Pty::start(home.path(), &["open", &session], &variables);
    pty.wait_text("F-1");
    pty.send("t\tshort");
    pty.wait_text("short");
    // Ctrl-O: the editor gets what was typed, the note gets what it wrote.
    pty.send("\u{f}");
    pty.wait_text("first line");
    assert_eq!(fs::read_to_string(home.path().join("seen")).unwrap(), "short");
    // A crash now: the note is offered again.
    pty.signal("KILL");
    pty.killed();
    let mut pty = Pty::start(home.path(), &["open", &session], &variables);
    pty.wait_text("was not saved");
    pty.send("t");
    pty.wait_text("first line");
    pty.send("\r");
    pty.wait_text("saved: F-1 is true positive");
    pty.send("q");
    pty.ended();
    let history = printed(home.path(), &["history", &session]);
    assert!(
        history.contains("first line") && history.contains("second line"),
        "{history}"
    );

    // An editor that fails changes nothing and is told.
    let program = editor(home.path(), "exit 3");
    let variables = [("EDITOR", program.as_str()), ("PATH", path.as_str())];
    let mut pty = Pty::start(home.path(), &["open", &session], &variables);
    pty.wait_text("F-1");
    pty.send("i\tstays\u{f}");
    pty.wait_text("the editor could not be used");
    pty.wait_text("stays");
    pty.send("\u{1b}");
    pty.wait("the dialog is gone", |screen| {
        !screen.contents().contains("stays")
    });
    pty.send("q");
    pty.ended();
}

#[test]
fn a_second_interrupt_leaves_at_once_and_a_hang_up_makes_a_checkpoint() {
    let home = tempfile::tempdir().unwrap();
    let mut pty = Pty::start(home.path(), &["demo"], &[]);
    live(&pty);
    pty.send("\u{3}\u{3}");
    assert_eq!(pty.ended().0, 130);
    let session = only_session(home.path());
    assert!(printed(home.path(), &["verify", &session]).starts_with("intact"));

    let home = tempfile::tempdir().unwrap();
    let pty = Pty::start(home.path(), &["demo"], &[]);
    live(&pty);
    pty.signal("HUP");
    assert_eq!(pty.ended().0, 129);
    let listed = printed(home.path(), &["sessions"]);
    assert!(listed.contains("interrupted"), "{listed}");
    let session = only_session(home.path());
    assert!(printed(home.path(), &["verify", &session]).starts_with("intact"));
}

#[test]
fn a_second_window_follows_a_running_scan_and_cannot_rule() {
    let home = tempfile::tempdir().unwrap();
    let mut first = Pty::start(home.path(), &["demo", "--budget", "quick"], &[]);
    live(&first);
    let session = only_session(home.path());
    let mut second = Pty::start(home.path(), &["open", &session], &[]);
    second.wait_text("read-only");
    let shown = second.wait_text("running elsewhere");
    assert!(!shown.contains("was cut off"), "{shown}");
    // What the first one finds arrives while the second one looks.
    second.wait_text("F-1");
    second.wait_text("complete");
    second.send("t");
    second.wait_text("rulings cannot be saved");
    second.send("q");
    assert_eq!(second.ended().0, 0);
    first.wait_text("complete");
    first.send("q");
    assert_eq!(first.ended().0, 0);
}
