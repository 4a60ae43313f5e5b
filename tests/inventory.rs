//! The inventory without a screen: what an analyst writes down, sees, and has scanned.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;

fn run(home: &Path, words: &[&str]) -> Output {
    Command::new(cargo_bin("stakeout"))
        .args(words)
        .env("STAKEOUT_HOME", home)
        .output()
        .unwrap()
}

fn json(home: &Path, words: &[&str]) -> Value {
    let output = run(home, words);
    assert!(
        output.stderr.is_empty() || words.contains(&"scan"),
        "{}",
        said(&output)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A copy of a demo model that may be changed.
fn model(home: &Path, name: &str, demo: &str) -> PathBuf {
    let folder = home.join("models").join(name);
    fs::create_dir_all(&folder).unwrap();
    let demos = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo");
    for file in fs::read_dir(demos.join(demo)).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    folder.canonicalize().unwrap()
}

#[test]
fn the_list_is_worked_down_unattended_and_a_broken_model_stops_nothing() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let (calm, risky) = (model(home, "calm", "clean"), model(home, "risky", "poisoned"));
    let broken = model(home, "broken", "clean");
    fs::write(broken.join("config.json"), "{}").unwrap();
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let added = run(home, &["inventory", "folder", &path(&home.join("models"))]);
    assert!(added.status.success(), "{}", said(&added));
    for (model, exposure) in [(&calm, "none"), (&risky, "internet")] {
        let added = run(
            home,
            &[
                "inventory",
                "add",
                &path(model),
                "--exposure",
                exposure,
                "--data",
                "public",
                "--provenance",
                "own",
                "--owner",
                "kim",
                "--deployed",
                "chat",
                "--deployed",
                "mail",
            ],
        );
        assert!(added.status.success(), "{}", said(&added));
    }
    let list = json(home, &["inventory", "--format", "json"]);
    assert_eq!(list["schema"], "stakeout.inventory/1");
    let paths: Vec<&str> = list["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["path"].as_str().unwrap())
        .collect();
    assert_eq!(
        paths,
        [path(&broken), path(&risky), path(&calm)],
        "nothing said is the riskiest"
    );
    assert_eq!(list["next"], path(&broken));
    assert_eq!(list["models"][1]["deployed"], serde_json::json!(["chat", "mail"]));
    assert_eq!(list["models"][1]["risk"]["points"], 6);

    let result = run(
        home,
        &[
            "inventory",
            "scan",
            "--all",
            "--budget",
            "quick",
            "--format",
            "json",
        ],
    );
    let scanned: Value = serde_json::from_slice(&result.stdout).unwrap();
    let scanned = scanned["scanned"].as_array().unwrap();
    assert_eq!(scanned.len(), 3, "{}", said(&result));
    assert!(
        scanned[0]["error"].as_str().unwrap().contains("config.json"),
        "{scanned:?}"
    );
    for (done, exit) in scanned[1..].iter().zip([1, 0]) {
        assert_eq!(done["exit"], exit, "{done}");
        assert_eq!(done["model"]["due"], Value::Null);
        assert_eq!(done["model"]["last_scan"]["sha256"].as_str().unwrap().len(), 64);
    }
    let list = json(home, &["inventory", "--format", "json"]);
    assert_eq!(
        list["next"],
        path(&broken),
        "what could not be scanned is still due"
    );

    // A model that changed since is due again.
    let weights = calm.join("model.safetensors");
    let bytes = fs::read(&weights).unwrap();
    fs::write(&weights, bytes).unwrap();
    let list = json(home, &["inventory", "--format", "json"]);
    let calm_now = list["models"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["path"] == path(&calm));
    assert_eq!(calm_now.unwrap()["due"], "changed since");
    let text = String::from_utf8(run(home, &["inventory"]).stdout).unwrap();
    assert!(
        text.contains("owner kim; runs in chat, mail;") && text.contains("next: "),
        "{text}"
    );
}

#[test]
fn what_is_wrong_with_the_inventory_is_told_with_its_line() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let empty = run(home, &["inventory"]);
    assert!(
        String::from_utf8_lossy(&empty.stdout).contains("No models"),
        "{empty:?}"
    );
    let nothing = run(home, &["inventory", "scan"]);
    assert_eq!(String::from_utf8_lossy(&nothing.stdout), "No model is due.\n");
    let absent = run(home, &["inventory", "add", "/nowhere/at/all"]);
    assert_eq!(absent.status.code(), Some(2));
    fs::write(
        home.join("inventory.toml"),
        "folders = []\n\n[[model]]\npath = \"/a\"\nexposure = \"all\"\n",
    )
    .unwrap();
    for words in [
        &["inventory"][..],
        &["inventory", "add", "/tmp"],
        &["inventory", "scan"],
    ] {
        let wrong = run(home, words);
        let said = said(&wrong);
        assert_eq!(wrong.status.code(), Some(2), "{said}");
        assert!(
            said.contains("line 3") && said.contains("unknown variant") && said.contains("hint: "),
            "{said}"
        );
    }
}
