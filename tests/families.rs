//! Every architecture, each as small random models, against a naive implementation in 64-bit floats, in all ways of running it.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a failed step fails the test; a skipped one says so"
)]

#[path = "parts/oracle.rs"]
mod oracle;
#[path = "parts/reference.rs"]
mod reference;
#[path = "parts/running.rs"]
mod running;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use oracle::Store;
use running::{ALL, assorted, expected, furthest, generate, golden, limits, open, traces};
use serde_json::{Value, json};
use stakeout::{
    model::{Logits, Network, OpenOptions, Row, Trace, Want},
    scan::event::Sampling,
};
use tempfile::TempDir;

/// A small model of a family: its configuration is stored, its weights are made up.
struct Fixture {
    name: String,
    config: Value,
    /// The experts of a layer share one tensor.
    fused: bool,
}

fn fixtures() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/families");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            Fixture {
                config: serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap(),
                fused: name.ends_with("-fused"),
                name,
            }
        })
        .collect()
}

impl Fixture {
    /// What the naive implementation gives for these rows, and the model it made up for them.
    fn run(&self, rows: &[Vec<u32>]) -> (Vec<oracle::Output>, TempDir) {
        let mut store = Store::random(7);
        let outputs = rows
            .iter()
            .map(|row| oracle::run(&self.config, &mut store, row, self.fused))
            .collect();
        (outputs, self.write(&store))
    }

    fn write(&self, store: &Store) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("model.safetensors"), store.bytes()).unwrap();
        std::fs::write(folder.path().join("config.json"), self.config.to_string()).unwrap();
        folder
    }

    /// The made-up model alone.
    fn model(&self) -> TempDir {
        self.run(&[vec![0]]).1
    }
}

/// Both ways of computing.
fn ways(folder: &TempDir) -> [Network; 2] {
    [open(folder.path()), open(folder.path()).without_slices()]
}

fn rows() -> Vec<Vec<u32>> {
    (0..2)
        .map(|row| {
            (0..30)
                .map(|token| (token * 29 + row * 41 + token * token * 3) % 96)
                .collect()
        })
        .collect()
}

#[test]
fn the_naive_implementation_gives_the_reference_numbers() {
    for entry in golden("")
        .iter()
        .flat_map(|path| std::fs::read_dir(path).unwrap())
    {
        let path = entry.unwrap().path();
        let config = std::fs::read_to_string(path.join("config.json")).unwrap();
        let config: Value = serde_json::from_str(&config).unwrap();
        let mut store = Store::read(&path.join("model.safetensors"));
        let expected = expected(&path);
        let (mut logits, mut attention) = (Vec::new(), Vec::new());
        for row in &expected.rows {
            let output = oracle::run(&config, &mut store, row, false);
            logits.extend(output.logits);
            attention.extend(output.attention);
        }
        let far = furthest(&logits, &expected.logits);
        let off = furthest(&attention, &expected.attention);
        println!("{}: logits {far:e}, attention {off:e}", path.display());
        assert!(far < 1e-4 && off < 1e-5, "{}: {far:e} {off:e}", path.display());
    }
}

#[test]
fn every_family_computes_what_its_definition_says() {
    for fixture in fixtures() {
        let rows = rows();
        let (outputs, folder) = fixture.run(&rows);
        for network in ways(&folder) {
            for (trace, output) in traces(&network, &rows, ALL).iter().zip(&outputs) {
                let far = furthest(&trace.logits, &output.logits);
                let off = furthest(&trace.attention, &output.attention);
                println!("{}: logits {far:e}, attention {off:e}", fixture.name);
                assert!(far < 1e-4, "{}: logits are off by {far}", fixture.name);
                assert!(off < 2e-5, "{}: attention is off by {off}", fixture.name);
                for (ours, theirs) in trace.attention.iter().zip(&output.attention) {
                    assert!(
                        *theirs != 0.0 || *ours == 0.0,
                        "{}: a hidden key has weight {ours}",
                        fixture.name
                    );
                }
                for weights in trace.attention.chunks_exact(rows[0].len()) {
                    let sum: f32 = weights.iter().sum();
                    assert!((sum - 1.0).abs() < 1e-5, "{}: weights sum to {sum}", fixture.name);
                }
            }
            let notices = network.read.notices.join("; ");
            assert!(
                !notices.contains("no part of the architecture"),
                "{}: {notices}",
                fixture.name
            );
        }
    }
}

#[test]
fn batches_and_shared_fronts_change_nothing_in_any_family() {
    for fixture in fixtures() {
        for network in ways(&fixture.model()) {
            let vocabulary = network.spec().vocabulary;
            let rows = assorted();
            let plain: Vec<Trace> = rows
                .iter()
                .map(|row| traces(&network, std::slice::from_ref(row), ALL).remove(0))
                .collect();
            for (logits, from) in [(Logits::From(0), 0), (Logits::From(4), 4), (Logits::Last, 99)] {
                let want = Want {
                    logits,
                    attention: logits == Logits::From(0),
                };
                for (trace, (plain, row)) in traces(&network, &rows, want).iter().zip(plain.iter().zip(&rows))
                {
                    let from = from.min(row.len() - 1);
                    let far = furthest(&trace.logits, &plain.logits[from * vocabulary..]);
                    assert!(far < 1e-4, "{}, {logits:?}: off by {far}", fixture.name);
                    if want.attention {
                        assert!(
                            furthest(&trace.attention, &plain.attention) < 1e-5,
                            "{}",
                            fixture.name
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn generation_follows_the_plain_forward_pass_in_any_family() {
    for fixture in fixtures() {
        for network in ways(&fixture.model()) {
            let rows: Vec<Row> = assorted()
                .into_iter()
                .map(|prompt| Row {
                    prompt,
                    sampling: Sampling::GREEDY,
                })
                .collect();
            let made = generate(&network, &rows, &limits(10, 3));
            // each step by itself: in some families the length of a row changes what was before
            let mut wholes = Vec::new();
            for (row, made) in rows.iter().zip(&made) {
                for step in 0..made.tokens.len() {
                    wholes.push([&row.prompt, &made.tokens[..step]].concat());
                }
            }
            let want = Want {
                logits: Logits::Last,
                attention: false,
            };
            let plain: Vec<Trace> = wholes
                .iter()
                .map(|row| traces(&network, std::slice::from_ref(row), want).remove(0))
                .collect();
            let steps = made.iter().flat_map(|made| made.tokens.iter().zip(&made.logprob));
            for ((token, logprob), trace) in steps.zip(&plain) {
                let total: f64 = trace.logits.iter().map(|logit| f64::from(*logit).exp()).sum();
                let expected = f64::from(trace.logits[*token as usize]) - total.ln();
                let far = (f64::from(*logprob) - expected).abs();
                assert!(far < 1e-4, "{}: off by {far}", fixture.name);
            }
        }
    }
}

#[test]
fn every_supported_architecture_has_a_fixture_and_a_place_in_the_documentation() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.json"), r#"{"model_type": "warp"}"#).unwrap();
    std::fs::write(folder.path().join("model.safetensors"), Store::default().bytes()).unwrap();
    let options = OpenOptions::default();
    let error = Network::open(folder.path(), &options).err().unwrap();
    assert!(error.to_string().contains("\"warp\""));
    let hint = error.hint();
    let (list, advice) = hint
        .strip_prefix("supported: ")
        .unwrap()
        .split_once("; ")
        .unwrap();
    assert!(advice.contains("convert"), "{advice}");
    let supported: BTreeSet<String> = list.split(", ").map(str::to_owned).collect();
    assert!(supported.len() >= 18);
    let tried: BTreeSet<String> = fixtures()
        .iter()
        .map(|fixture| fixture.config["model_type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(supported, tried);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architectures.md");
    let page = std::fs::read_to_string(page).unwrap();
    for name in supported {
        assert!(
            page.contains(&format!("| `{name}` |")),
            "{name} is not in the documentation"
        );
    }
}

/// The fixture of this name, some settings changed; `null` takes one out.
fn changed(name: &str, settings: &Value) -> Fixture {
    let mut fixture = fixtures()
        .into_iter()
        .find(|fixture| fixture.name == name)
        .unwrap();
    let config = fixture.config.as_object_mut().unwrap();
    for (setting, value) in settings.as_object().unwrap() {
        if value.is_null() {
            config.remove(setting);
        } else {
            config.insert(setting.clone(), value.clone());
        }
    }
    fixture
}

/// A fixture, what is changed in it, and what the error says.
type Refusal = (&'static str, Value, &'static str);

fn rope_refusals() -> Vec<Refusal> {
    let yarn = json!({"rope_type": "yarn", "rope_theta": 1e4, "factor": 4.0});
    let dynamic = json!({"type": "dynamic", "factor": 2.0});
    vec![
        (
            "qwen3",
            json!({"rope_parameters": yarn}),
            "rope_type \"yarn\" is not supported",
        ),
        (
            "olmo2",
            json!({"rope_scaling": dynamic}),
            "rope_type \"dynamic\" is not supported",
        ),
        (
            "mistral-whole",
            json!({"rope_scaling": dynamic}),
            "does not agree with rope_parameters",
        ),
        (
            "llama-linear",
            json!({"partial_rotary_factor": 0.5}),
            "partial_rotary_factor 0.5",
        ),
        (
            "gemma3-new",
            json!({"rope_parameters": {"rope_theta": 1e4}}),
            "no entry for full_attention",
        ),
        (
            "phi",
            json!({"partial_rotary_factor": 0.4}),
            "3 of 8 cannot be rotated in pairs",
        ),
        (
            "phi3-longrope-short",
            json!({"partial_rotary_factor": 1.0}),
            "short_factor: 3 numbers instead of 4",
        ),
        (
            "phi3-longrope-short",
            json!({"original_max_position_embeddings": null}),
            "missing",
        ),
        (
            "smollm3-listed",
            json!({"no_rope_layers": [1, 2, 0]}),
            "not a 0 or 1 per layer",
        ),
    ]
}

fn refusals() -> Vec<Refusal> {
    let chunked = json!(["full_attention", "chunked_attention", "full_attention"]);
    let sliding = json!(["full_attention", "sliding_attention", "full_attention"]);
    vec![
        (
            "llama-linear",
            json!({"hidden_act": "xielu"}),
            "hidden_act \"xielu\" is not supported",
        ),
        (
            "gemma2",
            json!({"layer_types": chunked}),
            "layer type \"chunked_attention\"",
        ),
        (
            "mistral",
            json!({"layer_types": sliding}),
            "layer_types: layer 0 does not agree",
        ),
        (
            "qwen2-whole",
            json!({"layer_types": sliding}),
            "layer_types: layer 1 does not agree",
        ),
        (
            "gemma2",
            json!({"layer_types": ["full_attention"]}),
            "not one type per layer",
        ),
        (
            "gemma3-new",
            json!({"use_bidirectional_attention": true}),
            "use_bidirectional_attention",
        ),
        (
            "gpt2",
            json!({"scale_attn_by_inverse_layer_idx": true}),
            "scale_attn_by_inverse_layer_idx",
        ),
        (
            "qwen3_moe",
            json!({"num_experts_per_tok": 6}),
            "num_experts_per_tok: more than there are",
        ),
        (
            "mixtral",
            json!({"num_local_experts": 100_000}),
            "num_local_experts: 100000 is out of range",
        ),
        (
            "llama-linear",
            json!({"num_hidden_layers": 100_000_000}),
            "num_hidden_layers: 100000000 is out of range",
        ),
    ]
}

#[test]
fn what_is_not_built_or_makes_no_sense_is_refused() {
    for (name, settings, says) in rope_refusals().into_iter().chain(refusals()) {
        let folder = changed(name, &settings).write(&Store::default());
        let options = OpenOptions::default();
        let error = Network::open(folder.path(), &options).err().unwrap().to_string();
        assert!(error.contains(says), "{name}: {error}, not {says}");
    }
}

#[test]
fn settings_left_out_take_the_documented_default_and_are_told() {
    for (name, taken, default) in [
        ("mistral-whole", "sliding_window", "4096"),
        ("gemma2", "attn_logit_softcapping", "50"),
        ("qwen3_moe", "norm_topk_prob", "false"),
        ("stablelm", "partial_rotary_factor", "0.25"),
    ] {
        let whole = changed(name, &json!({}));
        let open =
            |fixture: &Fixture| Network::open(fixture.model().path(), &OpenOptions::default()).unwrap();
        let before = open(&whole).read.notices.join("; ");
        let mut without = whole;
        without.config.as_object_mut().unwrap().remove(taken);
        let after = open(&without).read.notices.join("; ");
        let told = |notices: &str| {
            notices.contains(&format!("{taken} ({default})"))
                || notices.contains(&format!("say {taken}: the architecture's default of {default}"))
        };
        assert!(!told(&before) && told(&after), "{name}: {after}");
    }
}
