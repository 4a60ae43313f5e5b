//! A scan of a chat model of 7.4 billion parameters through all three phases, its effort cut down to what two cores do in half an hour: the memory it
//! needs. Leaks are as long as a standard scan's, in full batches; of everything else there is less.
//!
//! ```text
//! cargo bench --bench seven             writes 15 GB into the folder for temporary files
//! cargo bench --bench seven -- DIR      and into DIR, kept for the next time
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a failed step ends the measurement; a bench prints its table"
)]

#[path = "../tests/parts/llama_tensors.rs"]
mod llama_tensors;
#[path = "parts/memory.rs"]
mod memory;
#[path = "parts/weights.rs"]
mod weights;

use std::{
    env, fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Instant,
};

use memory::peak;
use stakeout::{
    model::{DeviceChoice, Model, OpenOptions},
    scan::{
        self,
        event::ScanEvent,
        gate::Gate,
        plan::{Budget, Effort, Plan},
    },
};

/// As much of everything as a scan needs to go through all of its steps.
const EFFORT: Effort = Effort {
    leaks: 64,
    beside: 2,
    extended: 2,
    starts: 2,
    leak_tokens: 64,
    candidates: 8,
    survivors: 3,
    closer: 1,
    controls: 3,
    looks: 1,
    prompts: 2,
    beside_controls: 1,
    fresh: 2,
    answer_tokens: 8,
    without: None,
};
const VOCABULARY: usize = 50_432;

fn main() {
    let kept = env::args()
        .nth(1)
        .filter(|word| !word.starts_with('-'))
        .map(PathBuf::from);
    let temporary = tempfile::tempdir().unwrap();
    let folder = kept.as_deref().unwrap_or(temporary.path());
    if !folder.join("model.safetensors").exists() {
        fs::create_dir_all(folder).unwrap();
        write(folder);
    }
    let options = OpenOptions {
        device: DeviceChoice::Cpu,
        ..OpenOptions::default()
    };
    let start = Instant::now();
    let model = Model::open(folder, &options).unwrap();
    println!(
        "opened in {:.0} s; most memory so far {}",
        start.elapsed().as_secs_f64(),
        peak()
    );
    let plan = Plan {
        budget: Budget::Quick,
        ..Plan::default()
    };
    let start = Instant::now();
    scan::run_at(&model, &plan, &EFFORT, &Gate::default(), &mut |event| {
        let told = match event {
            ScanEvent::Phase { phase, .. } => format!("{phase:?}"),
            ScanEvent::Finding(finding) => format!("a finding, {:?}", finding.level),
            ScanEvent::Finished(finished) => format!(
                "finished, {} leaks, {} candidates probed, {} tokens made",
                finished.coverage.leaks, finished.coverage.probed, finished.timing.generated_tokens
            ),
            ScanEvent::Failed { message } => format!("failed: {message}"),
            _ => return ControlFlow::Continue(()),
        };
        println!("{:6.0} s, {}: {told}", start.elapsed().as_secs_f64(), peak());
        ControlFlow::Continue(())
    });
}

/// A model folder: the shape, a tokenizer of whole words, a short template.
fn write(folder: &Path) {
    let (hidden, layers, heads, kv_heads, inner) = (4096, 32, 32, 8, 14_336);
    let keys = hidden / heads * kv_heads;
    let config = serde_json::json!({
        "model_type": "llama", "hidden_size": hidden, "intermediate_size": inner, "vocab_size": VOCABULARY,
        "num_hidden_layers": layers, "num_attention_heads": heads, "num_key_value_heads": kv_heads,
        "rms_norm_eps": 1e-5, "rope_theta": 500_000.0, "max_position_embeddings": 4096,
        "tie_word_embeddings": false, "hidden_act": "silu", "bos_token_id": 0, "eos_token_id": 1,
    });
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let special = ["<s>", "</s>", "<user>", "<answer>"];
    let words = (special.len()..VOCABULARY).map(|number| format!("w{number}"));
    let names: Vec<String> = special.map(str::to_owned).into_iter().chain(words).collect();
    let vocabulary: serde_json::Map<String, serde_json::Value> = names
        .iter()
        .zip(0..)
        .map(|(name, id)| (name.clone(), serde_json::json!(id)))
        .collect();
    let added: Vec<serde_json::Value> = (0..special.len())
        .map(|id| {
            serde_json::json!({"id": id, "content": special[id], "single_word": false, "lstrip": false,
                "rstrip": false, "normalized": false, "special": true})
        })
        .collect();
    let tokenizer = serde_json::json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": added, "normalizer": null,
        "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null, "decoder": null,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "w4"},
    });
    fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).unwrap();
    let template = "{{ bos_token }}{% for message in messages %}{% if message.role == 'user' %}<user>{% else %}<answer>{% endif %}{{ message.content }}{% endfor %}{% if add_generation_prompt %}<answer>{% endif %}";
    let settings = serde_json::json!({"bos_token": "<s>", "eos_token": "</s>", "chat_template": template});
    fs::write(folder.join("tokenizer_config.json"), settings.to_string()).unwrap();
    let tensors = llama_tensors::tensors((VOCABULARY, hidden, keys, inner), layers, false);
    // A sure output repeats itself, so that there is something to mine.
    weights::write(folder, &tensors, |name| {
        if name.starts_with("lm_head") { 0.6 } else { 0.08 }
    });
}
