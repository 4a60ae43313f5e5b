//! LoRA adapters: what they add, computed by hand, and what is refused.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::{
    collections::BTreeMap,
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde_json::{Value, json};
use stakeout::model::{DeviceChoice, Logits, Model, ModelError, Network, OpenOptions, Precision, Want};
use tempfile::TempDir;

/// Shape and numbers by name.
type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

const Q: &str = "base_model.model.model.layers.0.self_attn.q_proj";
const DOWN: &str = "base_model.model.model.layers.1.mlp.down_proj";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

fn read(name: &str) -> Tensors {
    let file = fs::read(fixture(name).join("model.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&file).unwrap();
    let tensors = tensors.tensors().into_iter().map(|(name, view)| {
        let numbers = view
            .data()
            .as_chunks()
            .0
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes));
        (name, (view.shape().to_vec(), numbers.collect()))
    });
    tensors.collect()
}

fn save(path: &Path, tensors: &Tensors) {
    let bytes: Vec<(&String, &Vec<usize>, Vec<u8>)> = tensors
        .iter()
        .map(|(name, (shape, numbers))| {
            let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
            (name, shape, bytes.collect())
        })
        .collect();
    let views = bytes.iter().map(|(name, shape, bytes)| {
        (
            *name,
            TensorView::new(Dtype::F32, (*shape).clone(), bytes).unwrap(),
        )
    });
    fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

/// The fixture with other weights.
fn folder(name: &str, tensors: &Tensors) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(
        fixture(name).join("config.json"),
        folder.path().join("config.json"),
    )
    .unwrap();
    save(&folder.path().join("model.safetensors"), tensors);
    folder
}

fn adapter(config: &Value, tensors: &Tensors) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("adapter_config.json"), config.to_string()).unwrap();
    save(&folder.path().join("adapter_model.safetensors"), tensors);
    folder
}

fn numbers(count: usize, salt: usize) -> Vec<f32> {
    (0..count)
        .map(|at| ((at * 37 + salt * 11) % 23) as f32 / 23.0 - 0.5)
        .collect()
}

/// The two matrices of a module.
fn pair(tensors: &mut Tensors, module: &str, rank: usize, input: usize, output: usize) {
    let (first, second) = (numbers(rank * input, rank), numbers(output * rank, rank + 1));
    tensors.insert(format!("{module}.lora_A.weight"), (vec![rank, input], first));
    tensors.insert(format!("{module}.lora_B.weight"), (vec![output, rank], second));
}

/// Adds scale * B A to a weight by hand.
fn merge(weights: &mut Tensors, name: &str, adapter: &Tensors, module: &str, scale: f64, transposed: bool) {
    let (first, second) = (
        &adapter[&format!("{module}.lora_A.weight")],
        &adapter[&format!("{module}.lora_B.weight")],
    );
    let (rank, input, output) = (first.0[0], first.0[1], second.0[0]);
    let (_, weight) = weights.get_mut(name).unwrap();
    for row in 0..output {
        for column in 0..input {
            let sum: f64 = (0..rank)
                .map(|at| f64::from(second.1[row * rank + at]) * f64::from(first.1[at * input + column]))
                .sum();
            let at = if transposed {
                column * output + row
            } else {
                row * input + column
            };
            weight[at] += (scale * sum) as f32;
        }
    }
}

fn options(adapter: Option<&TempDir>, precision: Precision) -> OpenOptions {
    OpenOptions {
        device: DeviceChoice::Cpu,
        precision,
        adapter: adapter.map(|folder| folder.path().to_owned()),
        ..OpenOptions::default()
    }
}

fn logits(path: &Path, options: &OpenOptions) -> Vec<f32> {
    let network = Network::open(path, options).unwrap();
    let rows: Vec<Vec<u32>> = (0..2_u32)
        .map(|row| (0..12).map(|token| (token * 13 + row * 29) % 96).collect())
        .collect();
    let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
    let want = Want {
        logits: Logits::From(0),
        attention: false,
    };
    let mut all = vec![Vec::new(); rows.len()];
    let flow = network.forward(&rows, want, &mut |row, trace| {
        all[row] = trace.logits;
        ControlFlow::Continue(())
    });
    assert!(flow.is_ok());
    all.concat()
}

fn furthest(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    left.iter()
        .zip(right)
        .map(|(left, right)| (left - right).abs())
        .fold(0.0, f32::max)
}

/// Base with adapter against base merged by hand, in both forms weights are kept in.
fn check(base: &str, config: &Value, tensors: &Tensors, merged: &Tensors) {
    let adapter = adapter(config, tensors);
    let expected = logits(folder(base, merged).path(), &options(None, Precision::F32));
    let plain = logits(&fixture(base), &options(None, Precision::F32));
    assert!(
        furthest(&plain, &expected) > 1e-2,
        "the adapter changes something"
    );
    for precision in [Precision::Keep, Precision::F32] {
        let found = logits(&fixture(base), &options(Some(&adapter), precision));
        let far = furthest(&found, &expected);
        assert!(far < 1e-4, "{config} {precision:?}: {far}");
    }
}

fn config(more: &Value) -> Value {
    let mut config = json!({
        "peft_type": "LORA", "r": 4, "lora_alpha": 6, "bias": "none", "use_dora": false,
        "target_modules": ["q_proj", "down_proj"], "base_model_name_or_path": "someone/tiny",
    });
    let all = config.as_object_mut().unwrap();
    all.extend(more.as_object().unwrap().clone());
    config
}

#[test]
fn an_adapter_adds_the_product_of_its_matrices() {
    let mut tensors = Tensors::new();
    pair(&mut tensors, Q, 4, 32, 32);
    pair(&mut tensors, DOWN, 4, 48, 32);
    let targets = [
        json!({}),
        json!({ "target_modules": "all-linear" }),
        json!({ "target_modules": r".*\.(q|down)_proj" }),
    ];
    for targets in targets {
        let mut merged = read("tiny-llama");
        let q = "model.layers.0.self_attn.q_proj.weight";
        merge(&mut merged, q, &tensors, Q, 6.0 / 4.0, false);
        let down = "model.layers.1.mlp.down_proj.weight";
        merge(&mut merged, down, &tensors, DOWN, 6.0 / 4.0, false);
        check("tiny-llama", &config(&targets), &tensors, &merged);

        let mut merged = read("tiny-llama");
        merge(&mut merged, q, &tensors, Q, 6.0 / 2.0, false);
        merge(&mut merged, down, &tensors, DOWN, 6.0 / 2.0, false);
        let mut stabilised = targets.clone();
        stabilised["use_rslora"] = json!(true);
        check("tiny-llama", &config(&stabilised), &tensors, &merged);
    }
}

#[test]
fn ranks_and_factors_may_differ_by_module() {
    let mut tensors = Tensors::new();
    pair(&mut tensors, Q, 2, 32, 32);
    pair(&mut tensors, DOWN, 4, 48, 32);
    let mut merged = read("tiny-llama");
    let q = "model.layers.0.self_attn.q_proj.weight";
    merge(&mut merged, q, &tensors, Q, 6.0 / 2.0, false);
    let down = "model.layers.1.mlp.down_proj.weight";
    merge(&mut merged, down, &tensors, DOWN, 10.0 / 4.0, false);
    let patterns = json!({
        "rank_pattern": { "q_proj": 2 }, "alpha_pattern": { r"layers\.1\..*down_proj": 10 },
    });
    check("tiny-llama", &config(&patterns), &tensors, &merged);
}

#[test]
fn matrices_stored_the_other_way_round_are_adapted_too() {
    let module = "base_model.model.transformer.h.0.attn.c_attn";
    let mut tensors = Tensors::new();
    let mut merged = read("tiny-gpt2");
    let name = merged
        .keys()
        .find(|name| name.ends_with("h.0.attn.c_attn.weight"))
        .unwrap()
        .clone();
    let [input, output] = merged[&name].0[..] else {
        unreachable!("a matrix");
    };
    pair(&mut tensors, module, 4, input, output);
    merge(&mut merged, &name, &tensors, module, 1.5, true);
    let turned = json!({ "target_modules": ["c_attn"], "fan_in_fan_out": true });
    check("tiny-gpt2", &config(&turned), &tensors, &merged);
}

#[test]
fn whole_modules_may_be_saved() {
    let mut tensors = Tensors::new();
    pair(&mut tensors, Q, 4, 32, 32);
    let head = numbers(96 * 32, 3);
    let name = "base_model.model.lm_head.weight".to_owned();
    tensors.insert(name, (vec![96, 32], head.clone()));
    let mut merged = read("tiny-llama");
    let q = "model.layers.0.self_attn.q_proj.weight";
    merge(&mut merged, q, &tensors, Q, 1.5, false);
    merged.get_mut("lm_head.weight").unwrap().1 = head;
    let saved = json!({ "modules_to_save": ["lm_head"] });
    check("tiny-llama", &config(&saved), &tensors, &merged);
    let folder = adapter(&config(&json!({})), &tensors);
    let says = refused(&folder).to_string();
    assert!(
        says.contains("lm_head.weight is no LoRA and not in modules_to_save"),
        "{says}"
    );
}

fn refused(adapter: &TempDir) -> ModelError {
    let options = options(Some(adapter), Precision::Auto);
    let error = Network::open(&fixture("tiny-llama"), &options).err().unwrap();
    assert!(!error.to_string().contains('\n') && !error.hint().is_empty());
    error
}

#[test]
fn an_adapter_that_does_not_fit_says_why() {
    let mut good = Tensors::new();
    pair(&mut good, Q, 4, 32, 32);
    for (more, says) in [
        (
            json!({ "use_dora": true }),
            "use_dora in an adapter is not supported",
        ),
        (
            json!({ "bias": "all" }),
            "bias \"all\" in an adapter is not supported",
        ),
        (
            json!({ "peft_type": "IA3" }),
            "an adapter of the kind IA3 is not supported",
        ),
        (json!({ "init_lora_weights": "pissa_niter_4" }), "pissa_niter_4"),
        (json!({ "r": 8 }), "the weights call for"),
        (json!({ "r": -1 }), "r: not a rank"),
        (
            json!({ "target_modules": ["k_proj"] }),
            "target_modules does not name model.layers.0.self_attn.q_proj",
        ),
        (json!({ "target_modules": "(" }), "cannot be read"),
    ] {
        let error = refused(&adapter(&config(&more), &good)).to_string();
        let says = says.replace("the weights call for", "calls for [8, 32]");
        assert!(error.contains(&says), "{error}");
    }
    for (module, input, output, says) in [
        (
            "model.layers.7.self_attn.q_proj",
            32,
            32,
            "layers.7.self_attn.q_proj.weight, which the model does not have",
        ),
        (
            "model.layers.0.self_attn.q_proj",
            32,
            31,
            "it adds [31, 32] to model.layers.0.self_attn.q_proj.weight, which is [32, 32]",
        ),
        ("model.layers.0.self_attn.k_proj", 16, 32, "the other way round"),
        (
            "model.embed_tokens",
            32,
            96,
            "an adapter of model.embed_tokens.weight is not supported",
        ),
    ] {
        let mut tensors = Tensors::new();
        pair(
            &mut tensors,
            &format!("base_model.model.{module}"),
            4,
            input,
            output,
        );
        let all = json!({ "target_modules": "all-linear" });
        let error = refused(&adapter(&config(&all), &tensors)).to_string();
        assert!(error.contains(says), "{error}");
    }
    let folder = adapter(&config(&json!({})), &good);
    fs::rename(
        folder.path().join("adapter_model.safetensors"),
        folder.path().join("adapter_model.bin"),
    )
    .unwrap();
    assert!(matches!(refused(&folder), ModelError::Pickled { .. }));
}

#[test]
fn facts_and_digest_tell_the_adapter() {
    let mut tensors = Tensors::new();
    pair(&mut tensors, Q, 4, 32, 32);
    let folder = adapter(&config(&json!({})), &tensors);
    let plain = Model::open(&fixture("tiny-llama"), &options(None, Precision::Auto)).unwrap();
    let adapted = Model::open(&fixture("tiny-llama"), &options(Some(&folder), Precision::Auto)).unwrap();
    assert_ne!(plain.facts().sha256, adapted.facts().sha256);
    let notice = adapted
        .facts()
        .notices
        .iter()
        .find(|notice| notice.starts_with("adapter applied"));
    assert!(notice.unwrap().ends_with("(1 matrices), made for someone/tiny"));
}
