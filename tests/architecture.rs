//! The shape of the source, enforced: which module may use which, where foreign crates stay, what every file looks like.
#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test that cannot go on fails; source is cut at matches of ASCII words"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What each module may use of this crate. A module not listed here does not exist.
const MAY_USE: [(&str, &[&str]); 13] = [
    ("text", &[]),
    ("finding", &[]),
    ("paths", &[]),
    ("logging", &[]),
    ("config", &["text"]),
    ("model", &["scan::event", "text"]),
    ("scan", &["model", "finding", "text"]),
    ("session", &["finding", "scan::event", "text"]),
    ("inventory", &["session", "text"]),
    ("report", &["session", "finding", "scan::event", "text"]),
    (
        "ui",
        &[
            "session",
            "inventory",
            "finding",
            "scan::event",
            "scan::gate",
            "scan::heads",
            "scan::score",
            "scan::stats",
            "text",
        ],
    ),
    (
        "cli",
        &[
            "config",
            "finding",
            "inventory",
            "logging",
            "model",
            "paths",
            "report",
            "scan",
            "session",
            "text",
            "ui",
        ],
    ),
    ("main", &["cli"]),
];

/// Where foreign crates stay.
const CRATES: [(&str, &[&str]); 19] = [
    ("candle_core", &["model"]),
    ("candle_nn", &["model"]),
    ("candle_transformers", &["model"]),
    ("gemm", &["model"]),
    ("memmap2", &["model"]),
    ("minijinja", &["model"]),
    ("tokenizers", &["model"]),
    ("safetensors", &["model", "session"]),
    ("rusqlite", &["session"]),
    ("crossterm", &["ui"]),
    ("ratatui", &["ui"]),
    ("tui_input", &["ui"]),
    ("plotters", &["report"]),
    ("png", &["report"]),
    ("unicode_names2", &["text"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("signal_hook", &["ui", "cli"]),
];

/// Crates that talk to a network. None may be in the lock file.
const NETWORK: [&str; 9] = [
    "curl",
    "h2",
    "hf-hub",
    "hyper",
    "isahc",
    "reqwest",
    "rustls",
    "ureq",
    "native-tls",
];

/// Lines a file may have before its tests.
const LONGEST: usize = 400;

struct Source {
    /// "ui/view/live.rs"
    path: String,
    /// The module directly under the crate it belongs to: "ui".
    module: String,
    /// Modules between the crate and the file's own: 2 for "ui/view/live.rs".
    depth: usize,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let mut paths = Vec::new();
    walk(&src, &mut paths);
    let sources: Vec<Source> = paths
        .iter()
        .map(|path| {
            let inside = path.strip_prefix(&src).unwrap();
            let mut parts: Vec<String> = inside
                .iter()
                .map(|part| part.to_string_lossy().into_owned())
                .collect();
            let last = parts.pop().unwrap();
            parts.push(last.trim_end_matches(".rs").to_owned());
            Source {
                path: inside.to_string_lossy().replace('\\', "/"),
                module: parts[0].clone(),
                depth: parts.len() - 1,
                text: fs::read_to_string(path).unwrap(),
            }
        })
        .collect();
    assert!(sources.len() > 20, "src/ was not found");
    sources
}

/// The code of a line, without its comment.
fn code(line: &str) -> &str {
    if line.trim_start().starts_with("//") {
        return "";
    }
    line.split_once(" // ").map_or(line, |(code, _)| code)
}

/// Every path that follows `crate::` in `text`, groups expanded, two names deep: "scan::event".
fn uses(text: &str) -> BTreeSet<String> {
    let text: String = text.lines().map(code).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for (at, word) in text.match_indices("crate::") {
        let rest = &text[at + word.len()..];
        if !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            expand("", rest, &mut found);
        }
    }
    found
}

/// Reads one path or group at the start of `rest`; returns what follows it.
fn expand<'a>(before: &str, rest: &'a str, found: &mut BTreeSet<String>) -> &'a str {
    let rest = rest.trim_start();
    if let Some(mut group) = rest.strip_prefix('{') {
        loop {
            group = group.trim_start().trim_start_matches(',').trim_start();
            match group.strip_prefix('}') {
                Some(after) => return after,
                None if group.is_empty() => return "",
                None => group = expand(before, group, found),
            }
        }
    }
    let end = rest
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    if name.is_empty() {
        // `*` or anything unexpected: skipped, so that a group still ends.
        return rest.get(1..).unwrap_or("");
    }
    let path = if before.is_empty() {
        name.to_owned()
    } else {
        format!("{before}::{name}")
    };
    match after.strip_prefix("::") {
        Some(deeper) if path.matches("::").count() < 1 || deeper.starts_with('{') => {
            expand(&path, deeper, found)
        }
        Some(deeper) => {
            found.insert(path);
            deeper.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
        }
        None => {
            found.insert(path);
            let renamed = after.trim_start().strip_prefix("as ");
            renamed.map_or(after, |new| {
                new.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_')
            })
        }
    }
}

#[test]
fn modules_use_only_what_they_may() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.module != "lib") {
        let Some((_, allowed)) = MAY_USE.iter().find(|(module, _)| *module == source.module) else {
            wrong.push(format!("{}: {} is not in the table", source.path, source.module));
            continue;
        };
        let used = if source.module == "main" {
            uses(&source.text.replace("stakeout::", "crate::"))
        } else {
            uses(&source.text)
        };
        for path in used {
            let itself = path.split("::").next() == Some(source.module.as_str());
            let may = allowed
                .iter()
                .any(|allowed| path == *allowed || path.starts_with(&format!("{allowed}::")));
            if !itself && !may {
                wrong.push(format!("{} uses {path}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_path_climbs_out_of_its_module() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.module != "lib") {
        let mut in_tests = 0;
        for (number, line) in source.text.lines().enumerate() {
            if line.trim() == "#[cfg(test)]" {
                in_tests = 1;
            }
            let line = code(line);
            let climbs = (1..6)
                .rev()
                .find(|n| line.contains(&"super::".repeat(*n)))
                .unwrap_or(0);
            if climbs > source.depth + in_tests {
                wrong.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn foreign_crates_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (number, line) in source.text.lines().enumerate() {
            let line = code(line);
            for (name, places) in CRATES {
                let named = line.contains(&format!("{name}::")) || line.contains(&format!("use {name}"));
                if named
                    && !line.contains(&format!("crate::{name}"))
                    && !places.contains(&source.module.as_str())
                {
                    wrong.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_program_and_the_screen_hold_the_standard_streams() {
    let holders = ["main.rs", "report/plain.rs", "ui.rs", "ui/terminal.rs"];
    let mut wrong = Vec::new();
    for source in sources() {
        for (number, line) in source.text.lines().enumerate() {
            let line = code(line);
            let prints = [
                "print!(",
                "println!(",
                "eprint!(",
                "eprintln!(",
                "stdout()",
                "stderr()",
            ];
            let whole = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if prints.iter().any(|print| line.find(print).is_some_and(whole))
                && !holders.contains(&source.path.as_str())
            {
                wrong.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_truth_about_an_organism_is_read_by_tests_and_the_comparison_only() {
    let named: Vec<String> = sources()
        .into_iter()
        .filter(|source| source.text.to_lowercase().contains("organism.json"))
        .map(|source| source.path)
        .collect();
    assert_eq!(named, ["cli/bench/truth.rs"]);
}

#[test]
fn every_file_says_what_it_is_and_stays_short() {
    let mut wrong = Vec::new();
    for source in sources() {
        let lines = source
            .text
            .lines()
            .take_while(|line| *line != "#[cfg(test)]")
            .count();
        if !source.text.starts_with("//!") {
            wrong.push(format!("{} does not open with its purpose", source.path));
        }
        if lines > LONGEST {
            wrong.push(format!(
                "{} has {lines} lines before its tests, more than {LONGEST}",
                source.path
            ));
        }
        if source.path.ends_with("mod.rs") {
            wrong.push(format!("{}: modules are named files", source.path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_that_talks_to_a_network_is_linked() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let linked: Vec<&str> = NETWORK
        .into_iter()
        .filter(|name| lock.contains(&format!("name = \"{name}\"\n")))
        .collect();
    assert!(linked.is_empty(), "{linked:?}");
}

#[test]
fn the_checks_end_with_the_test_command_of_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let checks = fs::read_to_string(root().join(".ci/run")).unwrap();
    let last = checks.lines().rev().find(|line| !line.trim().is_empty()).unwrap();
    assert_eq!(last, "cargo test --release");
    assert!(readme.lines().take(20).any(|line| line.trim() == last), "{last}");
}

#[test]
fn the_use_reader_sees_through_groups() {
    let text = "use crate::{\n    finding::{Finding, Level},\n    scan::{self, event::{A, B}, plan::Plan},\n    text,\n};\n\
                let a = crate::model::Model::open(x); // crate::ui\n// crate::ui::run\nuse crate::report as r;";
    let found: Vec<String> = uses(text).into_iter().collect();
    assert_eq!(
        found,
        [
            "finding::Finding",
            "finding::Level",
            "model::Model",
            "report",
            "scan::event::A",
            "scan::event::B",
            "scan::plan",
            "scan::self",
            "text"
        ]
    );
}
