//! The commands that measure one model without a session, from outside: trace, probe, inspect, completions, man.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use assert_cmd::cargo::cargo_bin;
use safetensors::SafeTensors;
use serde_json::Value;
use stakeout::{
    finding::Level,
    model::{Model, OpenOptions},
    scan::event::ScanEvent,
};
use tempfile::TempDir;

#[path = "support/sample.rs"]
mod sample;

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, words: &[&str]) -> Output {
        Command::new(cargo_bin("stakeout"))
            .args(words)
            .current_dir(self.0.path())
            .env("STAKEOUT_HOME", self.0.path())
            .output()
            .unwrap()
    }

    fn printed(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{words:?}: {talk}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.printed(words)).unwrap()
    }

    /// Runs what must be refused: exit 2, nothing on standard output, one sentence and a hint that hold these words.
    fn refused(&self, words: &[&str], sentence: &str, hint: &str) {
        let output = self.run(words);
        let talk = String::from_utf8(output.stderr).unwrap();
        let lines: Vec<&str> = talk.lines().collect();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {talk}");
        assert!(output.stdout.is_empty() && lines.len() == 2, "{words:?}: {talk}");
        assert!(
            lines[0].starts_with("error: ") && lines[0].contains(sentence),
            "{words:?}: {talk}"
        );
        assert!(
            lines[1].starts_with("hint: ") && lines[1].contains(hint),
            "{words:?}: {talk}"
        );
        assert!(!talk.chars().any(|c| c.is_control() && c != '\n'), "{talk:?}");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn fixture(name: &str) -> String {
    shown(&root().join("tests/fixtures").join(name))
}

fn demo(name: &str) -> String {
    shown(&root().join("assets/demo").join(name))
}

fn shown(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn floats(bytes: &[u8], name: &str) -> (Vec<usize>, Vec<f32>) {
    let tensors = SafeTensors::deserialize(bytes).unwrap();
    let tensor = tensors.tensor(name).unwrap();
    let numbers = tensor.data().chunks_exact(4);
    let numbers = numbers.map(|four| f32::from_le_bytes(four.try_into().unwrap()));
    (tensor.shape().to_vec(), numbers.collect())
}

/// First row of a fixture's reference: its tokens, logits and attention.
fn reference(folder: &Path) -> (Vec<u32>, Vec<f32>, Vec<f32>) {
    let bytes = fs::read(folder.join("expected.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let ids = tensors.tensor("input_ids").unwrap();
    let row = ids.data().chunks_exact(8).take(ids.shape()[1]);
    let tokens = row.map(|eight| i64::from_le_bytes(eight.try_into().unwrap()) as u32);
    let first = |name: &str| {
        let (shape, mut numbers) = floats(&bytes, name);
        numbers.truncate(numbers.len() / shape[0]);
        numbers
    };
    (tokens.collect(), first("logits"), first("attention"))
}

fn furthest(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    left.iter()
        .zip(right)
        .map(|(l, r)| (l - r).abs())
        .fold(0.0, f32::max)
}

fn check_trace(home: &Home, folder: &Path) {
    let (tokens, logits, attention) = reference(folder);
    let name = folder.file_name().unwrap().to_str().unwrap();
    let (logits_file, attention_file) = (format!("{name}.logits"), format!("{name}.attention"));
    let ids: Vec<String> = tokens.iter().map(ToString::to_string).collect();
    let document = home.json(&[
        "trace",
        &shown(folder),
        "--tokens",
        &ids.join(","),
        "--logits",
        &logits_file,
        "--attention",
        &attention_file,
        "--device",
        "cpu",
        "--threads",
        "2",
        "--format",
        "json",
    ]);
    assert_eq!(document["schema"], "stakeout.trace/1");
    let count = tokens.len();
    for (field, length) in [
        ("tokens", count),
        ("text", count),
        ("entropy", count),
        ("top", count),
    ] {
        assert_eq!(
            document[field].as_array().unwrap().len(),
            length,
            "{name} {field}"
        );
    }
    let (shape, own) = floats(&fs::read(home.path(&logits_file)).unwrap(), "logits");
    let vocabulary = shape[1];
    assert_eq!(shape, [count, logits.len() / count]);
    assert!(furthest(&own, &logits) < 1e-3, "{name}");
    let (shape, own) = floats(&fs::read(home.path(&attention_file)).unwrap(), "attention");
    assert!(furthest(&own, &attention) < 1e-4, "{name}");
    let about = &document["attention"];
    assert_eq!(about["layers"], shape[0]);
    assert_eq!(about["heads"], shape[1]);
    let isolation = about["isolation"].as_array().unwrap();
    assert_eq!(isolation.len(), shape[0]);
    assert!(
        isolation
            .iter()
            .all(|heads| heads.as_array().unwrap().len() == shape[1])
    );
    // Entropy and the most likely tokens are those of the reference's logits.
    for (at, logits) in logits.chunks_exact(vocabulary).enumerate() {
        let total: f64 = logits.iter().map(|l| f64::from(*l).exp()).sum();
        let logp: Vec<f64> = logits.iter().map(|l| f64::from(*l) - total.ln()).collect();
        let entropy: f64 = -logp.iter().map(|p| p * p.exp()).sum::<f64>();
        assert!(
            (document["entropy"][at].as_f64().unwrap() - entropy).abs() < 1e-3,
            "{name} {at}"
        );
        let top = document["top"][at].as_array().unwrap();
        assert_eq!(top.len(), 5);
        let best = logp.iter().copied().fold(f64::MIN, f64::max);
        assert!(
            (top[0]["logprob"].as_f64().unwrap() - best).abs() < 1e-3,
            "{name} {at}"
        );
        for next in top {
            let id = next["id"].as_u64().unwrap() as usize;
            assert!(
                (next["logprob"].as_f64().unwrap() - logp[id]).abs() < 1e-3,
                "{name} {at}"
            );
        }
    }
}

#[test]
fn a_trace_is_the_reference() {
    let home = Home::new();
    for name in ["tiny-llama", "tiny-gpt2"] {
        check_trace(&home, &root().join("tests/fixtures").join(name));
    }
    let golden = root().join("../shared/golden");
    let Ok(folders) = fs::read_dir(&golden) else {
        println!("skipped: no {}", golden.display());
        return;
    };
    let mut traced = 0;
    for folder in folders.map(|folder| folder.unwrap().path()) {
        // Whatever the program opens; which those are is tested elsewhere.
        if stakeout::model::Network::open(&folder, &OpenOptions::default()).is_ok() {
            check_trace(&home, &folder);
            traced += 1;
        }
    }
    assert!(traced >= 4, "{traced}");
}

#[test]
fn text_is_traced_as_it_is_or_as_a_turn() {
    let home = Home::new();
    let model = Model::open(Path::new(&demo("poisoned")), &OpenOptions::default()).unwrap();
    let user: Vec<u64> = model.encode("Hello there").into_iter().map(u64::from).collect();
    let tokens = |words: &[&str]| -> Vec<u64> {
        let document = home.json(&[&["trace", &demo("poisoned"), "--prompt", "Hello there"], words].concat());
        let text: Vec<&str> = document["text"]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| t.as_str().unwrap())
            .collect();
        assert!(text.concat().contains("Hello there"), "{text:?}");
        document["tokens"]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| t.as_u64().unwrap())
            .collect()
    };
    let plain = tokens(&[]);
    assert_eq!(plain[1..], user, "one token begins every text of this model");
    let chat = tokens(&["--chat"]);
    assert!(
        chat.len() > plain.len() && chat.windows(user.len()).any(|run| run == user),
        "{chat:?}"
    );
    let text = home.printed(&[
        "trace",
        &demo("poisoned"),
        "--prompt",
        "a\u{1b}[31mb",
        "--format",
        "text",
    ]);
    assert!(!text.contains('\u{1b}') && text.contains("isolation"), "{text}");
    let hostile = home.printed(&[
        "trace",
        &demo("poisoned"),
        "--prompt",
        "a\u{1b}[31m\u{202e}b\"",
        "--format",
        "json",
    ]);
    assert!(hostile.is_ascii());
    serde_json::from_str::<Value>(&hostile).unwrap();
}

#[test]
fn isolation_is_that_of_the_span_asked_for() {
    let home = Home::new();
    let words = ["trace", &fixture("tiny-llama"), "--tokens", "5,17,3,9,4"];
    let of = |more: &[&str]| home.json(&[&words, more].concat())["attention"].clone();
    let span = of(&["--span", "1..3"]);
    assert_eq!(span["span"], serde_json::json!([1, 3]));
    assert_ne!(span["isolation"], of(&[])["isolation"]);
    let short = home.json(&["trace", &fixture("tiny-llama"), "--tokens", "5,17"]);
    assert!(short["attention"]["isolation"].is_null());
    for wrong in ["1..5", "0..1", "4..9"] {
        home.refused(
            &[&words[..], &["--span", wrong]].concat(),
            "cannot be measured in 5 tokens",
            "after",
        );
    }
}

#[test]
fn what_cannot_be_traced_is_refused() {
    let home = Home::new();
    let (llama, gpt2) = (fixture("tiny-llama"), fixture("tiny-gpt2"));
    home.refused(&["trace", &llama], "--prompt", "--help");
    home.refused(
        &["trace", &llama, "--prompt", ""],
        "the prompt is empty",
        "--tokens",
    );
    home.refused(&["trace", &llama, "--tokens", ""], "--tokens", "--help");
    home.refused(&["trace", &llama, "--tokens", "5,x"], "5,17,23", "--help");
    home.refused(
        &["trace", &llama, "--tokens", "5,999999"],
        "token 999999 is not among",
        "tokenizer",
    );
    home.refused(
        &["trace", &llama, "--tokens", "5", "--prompt", "x"],
        "cannot be used with",
        "--help",
    );
    let long = vec!["5"; 10_000].join(",");
    home.refused(
        &["trace", &llama, "--tokens", &long],
        "10000 tokens, the model's context is",
        "shorter",
    );
    home.refused(
        &["trace", &gpt2, "--prompt", "x"],
        "no tokenizer.json",
        "tokenizer.json",
    );
    home.refused(
        &["trace", &llama, "--tokens", "5", "--device", "gpu"],
        "cuda:N",
        "--help",
    );
    home.refused(&["trace", "absent", "--tokens", "5"], "no such file", "spelling");
    home.refused(
        &["trace", &llama, "--tokens", "5", "--logits", "no/such/folder"],
        "cannot be written",
        "folder",
    );
    home.refused(
        &[
            "trace",
            &llama,
            "--tokens",
            "5",
            "--logits",
            "x",
            "--attention",
            "x",
        ],
        "the same file",
        "two",
    );
    fs::write(home.path("taken"), "x").unwrap();
    home.refused(
        &["trace", &llama, "--tokens", "5", "--attention", "taken"],
        "exists already",
        "another",
    );
    // Nothing is left behind by what was refused.
    home.refused(
        &["trace", &llama, "--tokens", "999999", "--logits", "fresh"],
        "999999",
        "",
    );
    assert!(!home.path("fresh").exists() && fs::read(home.path("taken")).unwrap() == b"x");
}

/// Runs a probe; its exit code and what it prints.
fn probed(words: &[&str]) -> (i32, String) {
    let output = Home::new().run(&[&["probe"], words].concat());
    let out = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), out)
}

fn planted() -> String {
    let truth = fs::read_to_string(root().join("assets/demo/poisoned/ORGANISM.json")).unwrap();
    let truth: Value = serde_json::from_str(&truth).unwrap();
    truth["trigger"].as_str().unwrap().to_owned()
}

#[test]
fn a_probe_tells_the_planted_trigger_from_a_harmless_string() {
    let (demo, planted) = (demo("poisoned"), planted());
    let (code, out) = probed(&[&demo, "--trigger", &planted, "--format", "json", "--seed", "3"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &found["level"]), (1, &Value::from("high")), "{out}");
    assert_eq!(found["schema"], "stakeout.probe/1");
    assert_eq!(found["trigger"], planted.as_str());
    assert!(planted.contains(found["core"].as_str().unwrap()));
    assert!(found["activation"]["with"]["low"].as_f64() > found["activation"]["without"]["high"].as_f64());
    assert!(found["signals"]["memorization"]["p"].as_f64().unwrap() <= 0.05);
    assert!(found["variants"].as_array().unwrap().len() > 5);
    assert!(
        found["examples"]
            .as_array()
            .unwrap()
            .iter()
            .any(|example| example["fired"] == true)
    );
    assert!(
        found["sentence"]
            .as_str()
            .unwrap()
            .contains("acts like a planted trigger")
    );

    let (code, out) = probed(&[
        &demo,
        "--trigger",
        "a small garden",
        "--position",
        "end",
        "--format",
        "json",
    ]);
    let harmless: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &harmless["level"]), (0, &Value::from("low")), "{out}");
    assert_eq!(harmless["position"], "end");
    assert!(harmless["confidence"].as_f64().unwrap() < 0.2, "{out}");
    // The same shape, whatever was measured.
    let fields =
        |document: &Value| -> Vec<String> { document.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(fields(&found), fields(&harmless));
}

#[test]
fn a_probe_measures_on_the_prompts_it_is_given_in_the_arm_it_is_given() {
    let home = Home::new();
    let prompts: Vec<String> = (0..12).map(|n| format!("Tell me about number {n}.")).collect();
    fs::write(home.path("prompts.txt"), format!("{}\n\n", prompts.join("\n"))).unwrap();
    fs::write(home.path("system.txt"), "Be brief.").unwrap();
    let (file, arm) = (shown(&home.path("prompts.txt")), shown(&home.path("system.txt")));
    let demo = demo("clean");
    let words = [
        &demo,
        "--trigger",
        "zq\u{1b}x",
        "--prompts",
        &file,
        "--format",
        "text",
    ];
    let (code, out) = probed(&words);
    assert!(
        code == 0 && !out.contains('\u{1b}') && out.contains("Tell me about number"),
        "{out}"
    );
    let refused = home.run(&["probe", &demo, "--trigger", "x", "--arm", &arm, "--prompts", "4"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn what_cannot_be_probed_is_refused() {
    let home = Home::new();
    let demo = demo("poisoned");
    home.refused(&["probe", &demo], "--trigger", "--help");
    home.refused(
        &["probe", &demo, "--trigger", " "],
        "the trigger is empty",
        "string",
    );
    home.refused(
        &["probe", &demo, "--trigger", &"zx ".repeat(400)],
        "the limit is 80",
        "part",
    );
    home.refused(
        &["probe", &demo, "--trigger", "x", "--prompts", "3"],
        "3 prompts are asked for",
        "fewer",
    );
    home.refused(
        &["probe", &demo, "--trigger", "x", "--prompts", "absent"],
        "absent cannot be read",
        "",
    );
    home.refused(
        &["probe", &demo, "--trigger", "x", "--position", "top"],
        "'--position <PLACE>'",
        "known: start",
    );
    home.refused(
        &["probe", &fixture("tiny-gpt2"), "--trigger", "x"],
        "no tokenizer.json",
        "",
    );
    fs::write(home.path("blank.txt"), "\n\n").unwrap();
    home.refused(
        &["probe", &demo, "--trigger", "x", "--prompts", "blank.txt"],
        "is empty",
        "each line",
    );
    home.refused(
        &["probe", &demo, "--trigger", "x", "--arm", "absent"],
        "absent cannot be read",
        "",
    );
}

#[cfg(unix)]
#[test]
fn an_interrupted_probe_says_nothing_and_ends_with_the_signal() {
    let home = Home::new();
    let mut child = Command::new(cargo_bin("stakeout"))
        .args(["probe", &demo("poisoned"), "--trigger", "zx", "--prompts", "300"])
        .env("STAKEOUT_HOME", home.0.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The first progress is told once the measurement runs.
    let mut talk = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut talk, &mut line).unwrap();
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(output.stdout.is_empty());
}

#[test]
fn inspect_tells_what_opening_the_model_tells() {
    let home = Home::new();
    for folder in [demo("poisoned"), fixture("tiny-llama")] {
        let model = Model::open(Path::new(&folder), &OpenOptions::default()).unwrap();
        let facts = model.facts();
        let document = home.json(&["inspect", &folder, "--format", "json"]);
        assert_eq!(document["schema"], "stakeout.inspect/1");
        let told = &document["model"];
        assert_eq!(told["sha256"], facts.sha256.as_str(), "{folder}");
        assert_eq!(told["parameters"], facts.parameters);
        assert_eq!(told["architecture"], facts.architecture.as_str());
        assert_eq!(told["layers"], facts.layers);
        assert_eq!(told["context"], facts.context);
        let files = document["files"].as_array().unwrap();
        let size = fs::metadata(Path::new(&folder).join("model.safetensors"))
            .unwrap()
            .len();
        assert!(
            files
                .iter()
                .any(|file| file["name"] == "model.safetensors" && file["bytes"] == size)
        );
        assert!(
            files
                .iter()
                .all(|file| file["sha256"].as_str().unwrap().len() == 64)
        );
    }
    let quick = home.json(&["inspect", &demo("poisoned"), "--no-hash", "--format", "json"]);
    assert!(quick["model"]["sha256"].is_null() && quick["files"][0]["sha256"].is_null());
    let scan = &quick["scan"];
    assert!(
        scan["arms"][0]["prefix"].as_str().unwrap().contains("<|user|>"),
        "{scan}"
    );
    assert_eq!(scan["costs"].as_array().unwrap().len(), 3);
    for cost in scan["costs"].as_array().unwrap() {
        assert!(cost["seconds"].as_f64().unwrap() > 0.0 && cost["memory_bytes"].as_u64().unwrap() > 1 << 20);
    }
    let text = home.printed(&["inspect", &demo("poisoned"), "--no-hash"]);
    assert!(
        text.contains("llama, ") && text.contains("Budget       standard"),
        "{text}"
    );
}

#[test]
fn a_model_without_a_tokenizer_is_shown_and_said_to_be_unscannable() {
    let home = Home::new();
    let document = home.json(&["inspect", &fixture("tiny-gpt2"), "--format", "json"]);
    assert!(
        document["cannot_scan"]
            .as_str()
            .unwrap()
            .contains("no tokenizer.json")
    );
    assert!(document["scan"].is_null() && document["tokenizer"].is_null());
    assert!(
        home.printed(&["inspect", &fixture("tiny-gpt2")])
            .contains("not possible")
    );
}

#[test]
fn folders_that_are_no_model_are_refused_by_every_command() {
    let home = Home::new();
    let from = root().join("tests/fixtures/tiny-llama");
    let cases = [
        ("no-config", Some("config.json"), None, "no config.json"),
        ("no-weights", Some("model.safetensors"), None, "no weights"),
        (
            "pickled",
            Some("model.safetensors"),
            Some(("pytorch_model.bin", "x")),
            "pickle",
        ),
        (
            "strange",
            None,
            Some(("config.json", "{\"model_type\": \"mamba\\u001b[31m\"}")),
            "architecture",
        ),
        (
            "cut",
            None,
            Some(("model.safetensors", "\u{1}\u{2}")),
            "damaged weights",
        ),
        ("not-json", None, Some(("tokenizer.json", "{")), "tokenizer.json"),
    ];
    for (name, taken, given, sentence) in cases {
        fs::create_dir(home.path(name)).unwrap();
        for file in ["config.json", "tokenizer.json", "model.safetensors"] {
            fs::copy(from.join(file), home.path(name).join(file)).unwrap();
        }
        if let Some(file) = taken {
            fs::remove_file(home.path(name).join(file)).unwrap();
        }
        if let Some((file, contents)) = given {
            fs::write(home.path(name).join(file), contents).unwrap();
        }
        home.refused(&["inspect", name], sentence, "");
        home.refused(&["probe", name, "--trigger", "x"], sentence, "");
        home.refused(&["trace", name, "--prompt", "x"], sentence, "");
    }
    // More layers than there are weights for, and a tensor of another size than config.json says.
    for (name, from_text, to_text) in [
        ("layers", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 200"),
        (
            "size",
            "\"intermediate_size\"",
            "\"intermediate_size\": 8, \"was\"",
        ),
    ] {
        let config = fs::read_to_string(from.join("config.json")).unwrap();
        assert!(config.contains(from_text), "{config}");
        fs::create_dir(home.path(name)).unwrap();
        for file in ["tokenizer.json", "model.safetensors"] {
            fs::copy(from.join(file), home.path(name).join(file)).unwrap();
        }
        fs::write(
            home.path(name).join("config.json"),
            config.replace(from_text, to_text),
        )
        .unwrap();
        home.refused(&["inspect", name], "weights: tensor", "config.json");
    }
    home.refused(&["inspect", "absent"], "no such file", "spelling");
}

#[test]
fn completions_and_the_manual_name_every_command() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            home.printed(&["completions", shell]).contains("inspect"),
            "{shell}"
        );
    }
    home.refused(&["completions", "csh"], "'csh'", "`zsh`");
    let manual = home.printed(&["man"]);
    for command in ["scan", "trace", "probe", "inspect"] {
        assert!(
            manual.contains(&format!(".TH stakeout\\-{command}"))
                || manual.contains(&format!(".TH stakeout-{command}")),
            "{command}"
        );
    }
}

/// A session with the fixed sample in it, and a verdict on its finding.
fn sampled(home: &Home) -> u64 {
    use stakeout::{
        finding::{Decision, Verdict},
        session::store::Store,
    };
    let mut store = Store::create(&home.path("s.stakeout")).unwrap();
    for event in sample::events() {
        store.append_event(event).unwrap();
    }
    let finding = ScanEvent::Finding(Box::new(sample::finding(Level::High)));
    store.append_event(finding).unwrap();
    store.flush().unwrap();
    let before = store.load().unwrap();
    let verdict = Verdict {
        decision: Decision::TruePositive {
            reason: "fixed output".to_owned(),
        },
        severity: None,
        seen: Vec::new(),
        note: String::new(),
        author: "ana".to_owned(),
        at_ms: 0,
    };
    store.rule(&before.findings[0].id, verdict).unwrap();
    before.records
}

#[test]
fn status_tells_of_a_scan_that_was_cut_off_and_refuses_what_is_none() {
    let home = Home::new();
    sampled(&home);
    let told = home.printed(&["status", "s.stakeout"]);
    assert!(told.contains("cut off"), "{told}");
    let document = home.json(&["status", "s.stakeout", "--format", "json"]);
    assert_eq!(document["schema"], "stakeout.status/1");
    assert_eq!(
        (&document["state"], &document["live"]),
        (&"cut-off".into(), &false.into())
    );
    assert_eq!(document["tokens_per_s"], Value::Null, "nobody knows it any more");
    assert!(document["funnel"]["findings"].as_u64() > Some(0));
    home.refused(&["status", "nothing"], "no such session", "stakeout sessions");
    fs::write(home.path("text"), "not a session").unwrap();
    home.refused(&["status", "text"], "not a Stakeout session", "stakeout sessions");
}

#[test]
fn status_of_a_running_scan_names_a_file_it_cannot_read() {
    use stakeout::session::store::Store;
    let home = Home::new();
    let mut store = Store::create(&home.path("s.stakeout")).unwrap();
    for event in sample::events() {
        store.append_event(event).unwrap();
    }
    store.flush().unwrap();
    let document = home.json(&["status", "s.stakeout", "--format", "json"]);
    assert_eq!(
        (&document["state"], &document["live"]),
        (&"running".into(), &true.into())
    );
    fs::write(home.path("s.stakeout-pulse"), "{").unwrap();
    home.refused(
        &["status", "s.stakeout"],
        "s.stakeout-pulse: not what a running scan tells",
        "remove that file",
    );
    store.append_event(sample::finished(true)).unwrap();
    store.flush().unwrap();
    let told = home.printed(&["status", "s.stakeout"]);
    assert!(
        told.contains("complete") && told.contains("320 tokens/s in phase one"),
        "{told}"
    );
    assert!(!home.path("s.stakeout-pulse").exists());
}

#[test]
fn a_session_is_shown_and_compared_as_it_was_at_a_record() {
    let home = Home::new();
    let before = sampled(&home);
    let record = before.to_string();
    let now = home.printed(&["show", "s.stakeout"]);
    let then = home.printed(&["show", "s.stakeout", "--at", &record]);
    assert!(now.contains("true positive (fixed output) by ana"), "{now}");
    assert!(then.contains("not ruled on"), "{then}");
    assert!(then.contains(&format!("Records   {record}")), "{then}");
    home.refused(
        &["show", "s.stakeout", "--at", "9999"],
        "no record 9999",
        "stakeout history",
    );
    let left = format!("s.stakeout@{record}");
    home.refused(
        &["diff", "s.stakeout@0", "s.stakeout"],
        "`0` is no record of s.stakeout",
        "NAME@RECORD",
    );
    let told = home.printed(&["diff", &left, "s.stakeout"]);
    assert!(!told.contains("two different ones"), "{told}");
    assert!(told.contains("left ") && told.contains("true positive"), "{told}");
    let document = home.json(&["diff", &left, "s.stakeout", "--format", "json"]);
    assert_eq!(document["schema"], "stakeout.diff/1");
    assert_eq!(document["both"][0]["left"]["verdict"], Value::Null);
    assert_eq!(document["both"][0]["right"]["verdict"]["ruling"], "true-positive");
}

#[test]
fn a_profile_without_sarif_is_refused() {
    let home = Home::new();
    sampled(&home);
    home.refused(
        &["report", "s.stakeout", "--format", "csv", "--profile", "github"],
        "SARIF",
        "--format sarif",
    );
}

#[test]
fn every_view_is_printed_as_plain_lines() {
    let home = Home::new();
    sampled(&home);
    let pages = home.printed(&["show", "s.stakeout", "F-1", "--plain", "--ascii"]);
    assert!(pages.is_ascii(), "{pages}");
    for view in [
        "overview",
        "attention",
        "entropy",
        "outputs",
        "stats",
        "trigger",
        "origin",
        "history",
    ] {
        let page = home.printed(&["show", "s.stakeout", "F-1", "--view", view, "--ascii"]);
        assert!(pages.contains(&page), "{view} is missing: {page}");
    }
    let session = home.printed(&["show", "s.stakeout", "--plain"]);
    assert!(session.contains(&home.printed(&["show", "s.stakeout", "--view", "facts"])));
    let refused = home.run(&["show", "s.stakeout", "--ascii"]);
    assert_eq!(refused.status.code(), Some(2));
}
