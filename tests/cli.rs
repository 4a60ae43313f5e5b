//! The command line from outside: bad input is one clear sentence with a hint and exit 2; cases can be worked without a screen.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use assert_cmd::cargo::cargo_bin;
use stakeout::{finding::Level, scan::event::ScanEvent, session::store::Store, ui::keymap::Keymap};
use tempfile::TempDir;

#[path = "support/sample.rs"]
mod sample;

/// A home of its own for one test.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, contents).unwrap();
        path
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(cargo_bin("stakeout"));
        command
            .args(words)
            .current_dir(self.0.path())
            .env("STAKEOUT_HOME", self.0.path())
            .env_remove("STAKEOUT_LOG")
            .env("USER", "ana");
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs what must succeed and returns what it prints.
    fn printed(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{words:?}: {talk}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs what must be refused: exit 2, nothing on standard output, one sentence and a hint.
    fn refused(&self, words: &[&str], sentence: &str, hint: &str) {
        let output = self.run(words);
        let talk = String::from_utf8(output.stderr).unwrap();
        let lines: Vec<&str> = talk.lines().collect();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {talk}");
        assert!(output.stdout.is_empty(), "{words:?}");
        assert_eq!(lines.len(), 2, "{words:?}: {talk}");
        assert!(
            lines[0].starts_with("error: ") && lines[0].contains(sentence),
            "{words:?}: {talk}"
        );
        assert!(
            lines[1].starts_with("hint: ") && lines[1].contains(hint),
            "{words:?}: {talk}"
        );
        assert!(
            !talk.chars().any(|c| c.is_control() && c != '\n'),
            "{words:?}: {talk:?}"
        );
    }

    /// A copy of a model that opens.
    fn model(&self, name: &str) {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tiny-llama");
        fs::create_dir(self.path(name)).unwrap();
        for file in ["config.json", "tokenizer.json", "model.safetensors"] {
            fs::copy(fixture.join(file), self.path(name).join(file)).unwrap();
        }
    }

    /// A saved session with one finding.
    fn session(&self, name: &str, level: Level) -> PathBuf {
        let path = self.path("sessions").join(name);
        let mut store = Store::create(&path).unwrap();
        let mut events = sample::events();
        events.push(ScanEvent::Finding(Box::new(sample::finding(level))));
        events.push(sample::finished(true));
        for event in events {
            store.append_event(event).unwrap();
        }
        store.flush().unwrap();
        path
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn words_that_mean_nothing_are_refused_with_the_nearest_ones() {
    let home = Home::new();
    home.refused(
        &["scna"],
        "unrecognized subcommand 'scna'",
        "did you mean `scan`?",
    );
    home.refused(
        &["demo", "--headles"],
        "unexpected argument '--headles'",
        "`--headless`",
    );
    home.refused(
        &["demo", "--fail-on", "hgh"],
        "'--fail-on <LEVEL>'",
        "did you mean `high`?",
    );
    home.refused(
        &["demo", "--fail-on", "9"],
        "'--fail-on <LEVEL>'",
        "known: low, medium, high",
    );
    home.refused(
        &["demo", "--budget", "huge"],
        "'--budget <SIZE>'",
        "known: quick, standard, deep",
    );
    home.refused(
        &["demo", "--device", "gpu"],
        "auto, cpu, cuda:N or metal",
        "--help",
    );
    home.refused(&["demo", "--threads", "0"], "'--threads <N>'", "--help");
    home.refused(
        &["demo", "--headless", "--theme", "drak"],
        "no theme `drak`",
        "did you mean `dark`?",
    );
    home.refused(&["scan"], "<MODEL>", "--help");
    home.refused(&["mark", "s", "F-1", "true-positive"], "--reason", "fixed output");
}

#[test]
fn folders_that_are_no_model_are_refused() {
    let home = Home::new();
    let strange = r#"{"model_type": "mamba\u001b[31m"}"#;
    // Name, the file left out, the file put in, what is said.
    let cases = [
        ("no-config", Some("config.json"), None, "no config.json"),
        ("no-tokenizer", Some("tokenizer.json"), None, "no tokenizer.json"),
        ("no-weights", Some("model.safetensors"), None, "no weights"),
        (
            "pickled",
            Some("model.safetensors"),
            Some(("pytorch_model.bin", "x")),
            "pickle",
        ),
        ("strange", None, Some(("config.json", strange)), "architecture"),
    ];
    for (name, taken, given, sentence) in cases {
        home.model(name);
        if let Some(file) = taken {
            fs::remove_file(home.path(name).join(file)).unwrap();
        }
        if let Some((file, contents)) = given {
            home.write(&format!("{name}/{file}"), contents);
        }
        home.refused(&["scan", name, "--headless"], sentence, "");
        home.refused(&["scan", name], sentence, "");
    }
    fs::create_dir(home.path("nothing")).unwrap();
    home.refused(&["scan", "nothing"], "folder is empty", "config.json");
    home.write("file", "x");
    home.refused(&["scan", "file"], "a file, not a model folder", "folder");
    home.refused(&["scan", "absent"], "absent: no such", "");
    home.refused(&["scan", "abs\u{1b}[31ment"], "no such", "");
    // What was refused left no session behind.
    let left = fs::read_dir(home.path("sessions")).map_or(0, Iterator::count);
    assert_eq!(left, 0);
}

#[test]
fn files_that_are_no_session_are_refused() {
    let home = Home::new();
    home.write(
        "letter.txt",
        "Dear Ana,\nall is well; nothing in here is a database, and it is long enough.\n",
    );
    home.write("empty", "");
    let newer = home.session("newer.stakeout", Level::High);
    rusqlite::Connection::open(&newer)
        .unwrap()
        .pragma_update(None, "user_version", 999)
        .unwrap();
    for command in ["open", "show", "history", "verify", "report"] {
        home.refused(
            &[command, "absent"],
            "absent: no such session",
            "stakeout sessions",
        );
        home.refused(&[command, "letter.txt"], "not a Stakeout session", "");
        home.refused(&[command, "empty"], "empty", "");
        home.refused(&[command, "sessions"], "not a Stakeout session", "");
        home.refused(&[command, "newer"], "newer than this program", "update");
    }
}

#[test]
fn a_place_that_cannot_hold_a_session_is_refused_before_the_model_is_read() {
    let home = Home::new();
    home.write("file", "x");
    home.refused(
        &["demo", "--headless", "--session", "file/s.stakeout"],
        "file/s.stakeout",
        "",
    );
    let taken = home.session("taken.stakeout", Level::High);
    home.refused(
        &["demo", "--session", text(&taken)],
        "exists already",
        "another file",
    );
}

#[test]
fn arms_that_cannot_be_read_are_refused() {
    let home = Home::new();
    home.refused(&["demo", "--arm", "absent.txt"], "absent.txt cannot be read", "");
    home.write("blank.txt", " \n");
    home.refused(
        &["demo", "--arm", "blank.txt"],
        "blank.txt is empty",
        "system prompt",
    );
    home.write("long.txt", &"x".repeat(70_000));
    home.refused(&["demo", "--arm", "long.txt"], "larger than 64 KiB", "");
    fs::write(home.path("binary.txt"), [0xff, 0xfe, 0x00]).unwrap();
    home.refused(&["demo", "--arm", "binary.txt"], "not UTF-8", "");
}

#[test]
fn mistakes_in_settings_are_placed() {
    let home = Home::new();
    home.write("config.toml", "mouse = true\nthene = \"dark\"\n");
    home.refused(
        &["sessions"],
        "config.toml:2:1: there is no setting `thene`",
        "did you mean `theme`?",
    );
    home.write("config.toml", "");
    home.write("keys.toml", "[global]\nhelpp = [\"?\"]\n");
    home.refused(&["keys"], "keys.toml:2:1: ", "help");
}

#[test]
fn keys_and_settings_print_in_the_form_their_files_take() {
    let home = Home::new();
    home.write("keys.toml", "[global]\nundo = [\"ctrl-u\"]\n");
    let printed = home.printed(&["keys"]);
    let reread = Keymap::default().patch(&printed).unwrap();
    let patched = Keymap::embedded()
        .unwrap()
        .patch("[global]\nundo = [\"ctrl-u\"]\n")
        .unwrap();
    assert_eq!(reread, patched);
    home.write("config.toml", "author = \"Ana \\\"the\\\" Fox\"\nthreads = 3\n");
    let printed = home.printed(&["config"]);
    home.write("config.toml", &printed);
    assert_eq!(home.printed(&["config"]), printed);
    assert!(printed.contains("threads = 3"));
    assert!(home.printed(&["themes"]).starts_with("terminal\n"));
}

#[test]
fn a_case_is_worked_without_a_screen() {
    let home = Home::new();
    home.session("case.stakeout", Level::High);
    assert!(home.printed(&["sessions"]).contains("case  "));
    assert!(home.printed(&[]).contains("findings: 1 high"));
    assert!(home.printed(&["show", "case", "f-1"]).contains("not ruled on"));
    home.refused(&["show", "case", "F-9"], "no finding F-9", "its findings: F-1");
    home.refused(
        &[
            "mark",
            "case",
            "F-9",
            "undecided",
            "--reason",
            "needs more evidence",
        ],
        "no finding F-9",
        "F-1",
    );
    home.refused(
        &["mark", "case", "F-1", "undecided", "--reason", " "],
        "needs a reason",
        "second reader",
    );
    home.refused(
        &["mark", "case", "F-1", "maybe", "--reason", "x"],
        "'maybe'",
        "true-positive",
    );
    home.printed(&[
        "mark",
        "case",
        "F-1",
        "undecided",
        "--reason",
        "needs more evidence",
    ]);
    home.printed(&[
        "mark",
        "case",
        "F-1",
        "true-positive",
        "--reason",
        "fixed output",
        "--note",
        "seen\u{1b}[2J twice",
    ]);
    let shown = home.printed(&["open", "case"]);
    assert!(shown.contains("true positive (fixed output) by ana"), "{shown}");
    let history = home.printed(&["history", "case"]);
    assert!(
        history.contains("undecided (needs more evidence)") && history.contains("true positive"),
        "{history}"
    );
    assert!(!history.contains('\u{1b}'));
    let verified = home.printed(&["verify", "case"]);
    assert!(verified.starts_with("intact: "), "{verified}");
}

#[test]
fn a_session_that_was_changed_does_not_verify() {
    let home = Home::new();
    let path = home.session("case.stakeout", Level::High);
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(
            "DROP TRIGGER record_update; UPDATE record SET body = replace(body, 'zx', 'yx') WHERE body LIKE '%zx%';",
        )
        .unwrap();
    let output = home.run(&["verify", "case"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("record"));
}

#[test]
fn reports_are_written_where_asked_and_overwrite_nothing() {
    let home = Home::new();
    home.session("case.stakeout", Level::High);
    let printed = home.printed(&["report", "case", "--format", "json"]);
    assert!(
        home.printed(&["report", "case", "--format", "json", "-o", "case.json"])
            .is_empty()
    );
    assert_eq!(fs::read_to_string(home.path("case.json")).unwrap(), printed);
    home.refused(
        &["report", "case", "-o", "case.json"],
        "exists already",
        "another file",
    );
    home.refused(
        &["report", "case", "-o", "no/such/folder"],
        "cannot be written",
        "",
    );
    assert!(
        home.printed(&["report", "case", "--format", "markdown"])
            .starts_with("# Backdoor scan")
    );
}

#[cfg(unix)]
#[test]
fn a_reader_that_left_is_no_error() {
    let home = Home::new();
    home.session("case.stakeout", Level::High);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = home.command(&["show", "case"]).stdout(writer).status().unwrap();
    assert_eq!(status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_scan_whose_reader_left_is_not_reported_as_done() {
    let home = Home::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let arguments = [
        "demo",
        "--clean",
        "--headless",
        "--format",
        "jsonl",
        "--budget",
        "quick",
    ];
    let status = home.command(&arguments).stdout(writer).status().unwrap();
    assert_eq!(status.code(), Some(3));
}

#[cfg(unix)]
#[test]
fn an_endless_system_prompt_is_refused() {
    let home = Home::new();
    let output = home
        .command(&["demo", "--headless", "--arm", "/dev/zero"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("larger than 64 KiB"));
}

#[test]
fn the_command_line_is_documented() {
    let home = Home::new();
    let mut all = home.printed(&["--help"]);
    for command in [
        "demo",
        "scan",
        "open",
        "sessions",
        "show",
        "mark",
        "undo",
        "redo",
        "history",
        "verify",
        "salvage",
        "report",
        "probe",
        "trace",
        "inspect",
        "keys",
        "themes",
        "config",
        "completions",
        "man",
    ] {
        let help = home.printed(&[command, "--help"]);
        write!(all, "\n---- {command}\n\n{help}").unwrap();
    }
    insta::assert_snapshot!("help", all);
}
