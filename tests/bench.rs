//! `stakeout bench` on the two demo models: what it finds, what it does not, and that the scan goes without the truth.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{fs, path::Path};

use assert_cmd::Command;
use serde_json::Value;

/// The demo models in a folder of their own, under names that say nothing, with or without the truth.
fn zoo(folder: &Path, truth: bool) {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo");
    for (name, from) in [("a", "clean"), ("b", "poisoned")] {
        fs::create_dir(folder.join(name)).unwrap();
        for entry in fs::read_dir(demo.join(from)).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap();
            if truth || file != "ORGANISM.json" {
                fs::copy(&path, folder.join(name).join(file)).unwrap();
            }
        }
    }
}

fn bench(folder: &Path, words: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let output = Command::cargo_bin("stakeout")
        .unwrap()
        .env("STAKEOUT_HOME", home.path())
        .args(["bench", "--budget", "quick"])
        .args(words)
        .arg(folder)
        .output()
        .unwrap();
    let talk = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{talk}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_planted_demo_is_found_and_its_twin_is_clean() {
    let folder = tempfile::tempdir().unwrap();
    zoo(folder.path(), true);
    let figure = folder.path().join("reliability.svg");
    let out = bench(
        folder.path(),
        &["--format", "json", "--figure", figure.to_str().unwrap()],
    );
    let document: Value = serde_json::from_str(&out).unwrap();
    let models = document["models"].as_array().unwrap();
    assert_eq!(models.len(), 2);
    assert_eq!(models[0]["poisoned"], false);
    assert_eq!(models[0]["found"], false);
    assert_eq!(models[1]["poisoned"], true);
    assert_eq!(models[1]["rank"], 1);
    let rates = &document["rates"];
    assert_eq!(
        (&rates["planted_found"]["k"], &rates["planted_found"]["n"]),
        (&1.into(), &1.into())
    );
    assert_eq!(rates["clean_with_a_finding_at_high"]["k"], 0);
    let drawn = fs::read_to_string(figure).unwrap();
    assert!(drawn.starts_with("<svg") && drawn.contains("<circle"), "{drawn}");
}

#[test]
fn the_scan_does_not_need_the_truth_and_rates_leave_unknown_models_out() {
    let folder = tempfile::tempdir().unwrap();
    zoo(folder.path(), false);
    let out = bench(folder.path(), &["--format", "markdown"]);
    assert_eq!(out.matches("| unknown |").count(), 2, "{out}");
    assert!(out.contains("| planted found | none to count |"), "{out}");
    assert!(out.contains("high"), "{out}");
}

#[test]
fn a_folder_without_models_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::cargo_bin("stakeout")
        .unwrap()
        .env("STAKEOUT_HOME", folder.path())
        .arg("bench")
        .arg(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("no model folder")
    );
}
