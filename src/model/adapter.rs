//! LoRA adapters as PEFT writes them: a folder whose small matrices change those of a base model.
//!
//! Invariant: every tensor of the adapter is applied, or the model does not open; what it asks for and is not built is refused.

use std::{collections::BTreeMap, path::Path};

use regex::RegexBuilder;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{checkpoint::Checkpoint, error::ModelError, files::Files, slab::Slab, weights::Weights};

const CONFIG: &str = "adapter_config.json";
const WEIGHTS: &str = "adapter_model.safetensors";
const CONFIG_LIMIT: u64 = 1 << 20;
/// Bytes a pattern may take once it is compiled.
const PATTERN: usize = 1 << 20;
/// Ranks beyond this are no adapter.
const RANK: u64 = 1 << 14;

/// Two matrices whose product, times a factor, is added to a third.
#[derive(Debug)]
pub struct LowRank {
    /// `[rank, in]`.
    pub first: Slab,
    /// `[out, rank]`.
    pub second: Slab,
    /// Numbers that come in.
    pub input: usize,
    /// Numbers between the two.
    pub rank: usize,
    /// Numbers that come out.
    pub output: usize,
    /// Multiplies what is added.
    pub scale: f32,
}

impl LowRank {
    /// Adds the product to a matrix `[out, in]`, or `[in, out]` when it is `transposed`.
    pub fn merge(&self, matrix: &mut [f32], transposed: bool) {
        let (first, second) = (self.first.floats(), self.second.floats());
        let (row, column) = if transposed {
            (1, self.output)
        } else {
            (self.input, 1)
        };
        for (output, second) in second.chunks_exact(self.rank).enumerate() {
            for input in 0..self.input {
                let along = first.iter().skip(input).step_by(self.input);
                let sum: f32 = second.iter().zip(along).map(|(left, right)| left * right).sum();
                if let Some(number) = matrix.get_mut(output * row + input * column) {
                    *number += self.scale * sum;
                }
            }
        }
    }
}

/// Applies the adapter of a folder to a model whose network is not built yet.
pub fn apply(path: &Path, checkpoint: &mut Checkpoint) -> Result<(), ModelError> {
    let mut files = Files::folder(path)?;
    let missing = |file| ModelError::NoFile {
        place: path.display().to_string(),
        file,
    };
    let config = files
        .object(CONFIG, CONFIG_LIMIT)?
        .ok_or_else(|| missing(CONFIG))?;
    if !files.has(WEIGHTS) {
        let pickled = files.names.iter().find(|name| name.starts_with("adapter_model."));
        return Err(pickled.map_or_else(
            || missing(WEIGHTS),
            |file| ModelError::Pickled {
                place: path.display().to_string(),
                file: file.clone(),
            },
        ));
    }
    let bytes = files.map(WEIGHTS)?;
    let mut weights = Weights::new(vec![(WEIGHTS.into(), bytes)])?;
    let plan = Plan::read(&config)?;
    let adapted = plan.attach(&mut weights, &mut checkpoint.weights)?;
    checkpoint.notices.push(format!(
        "adapter applied: {} ({adapted} matrices), made for {}",
        path.display(),
        config
            .get("base_model_name_or_path")
            .and_then(Value::as_str)
            .unwrap_or("an unnamed model"),
    ));
    if files.has("tokenizer.json") {
        let notice = "the adapter brings a tokenizer of its own: not read, the base model's is used";
        checkpoint.notices.push(notice.into());
    }
    let both = format!("{}+{}", checkpoint.sha256, files.digest());
    checkpoint.sha256 = format!("{:x}", Sha256::digest(both));
    Ok(())
}

/// What adapter_config.json says.
struct Plan {
    rank: u64,
    alpha: f64,
    ranks: BTreeMap<String, f64>,
    alphas: BTreeMap<String, f64>,
    /// Divides by the root of the rank.
    stabilised: bool,
    targets: Targets,
    saved: Vec<String>,
}

enum Targets {
    All,
    Named(Vec<String>),
    Pattern(String),
}

impl Plan {
    fn read(config: &Map<String, Value>) -> Result<Self, ModelError> {
        match config.get("peft_type").and_then(Value::as_str) {
            Some("LORA") => {}
            other => {
                return Err(refused(format!(
                    "an adapter of the kind {}",
                    other.unwrap_or("unnamed")
                )));
            }
        }
        for name in [
            "use_dora",
            "use_qalora",
            "lora_bias",
            "layer_replication",
            "trainable_token_indices",
            "alora_invocation_tokens",
            "target_parameters",
            "arrow_config",
        ] {
            if config.get(name).is_some_and(asks) {
                return Err(refused(format!("{name} in an adapter")));
            }
        }
        match config.get("bias").and_then(Value::as_str) {
            Some("none") | None => {}
            Some(other) => return Err(refused(format!("bias \"{other}\" in an adapter"))),
        }
        // these change the base model's own weights before training begins
        if let Some(start) = config.get("init_lora_weights").and_then(Value::as_str)
            && ["pissa", "olora", "corda", "loftq"]
                .iter()
                .any(|name| start.to_lowercase().starts_with(name))
        {
            return Err(refused(format!("init_lora_weights \"{start}\" in an adapter")));
        }
        let rank = config.get("r").and_then(Value::as_u64);
        let rank = rank.filter(|rank| (1..=RANK).contains(rank));
        let alpha = config.get("lora_alpha").and_then(Value::as_f64);
        Ok(Self {
            rank: rank.ok_or_else(|| wrong("r: not a rank"))?,
            alpha: alpha.ok_or_else(|| wrong("lora_alpha: not a number"))?,
            ranks: pattern(config, "rank_pattern")?,
            alphas: pattern(config, "alpha_pattern")?,
            stabilised: config.get("use_rslora").and_then(Value::as_bool).unwrap_or(false),
            targets: match config.get("target_modules") {
                Some(Value::String(all)) if all == "all-linear" => Targets::All,
                Some(Value::String(pattern)) => Targets::Pattern(pattern.clone()),
                other => Targets::Named(texts(other, "target_modules")?),
            },
            saved: texts(config.get("modules_to_save"), "modules_to_save")?,
        })
    }

    /// Gives every tensor of the adapter to the weight it changes; the number of matrices it adapts.
    fn attach(&self, adapter: &mut Weights, base: &mut Weights) -> Result<usize, ModelError> {
        let mut adapted = 0;
        for name in adapter.names() {
            let path = name.strip_prefix("base_model.model.").unwrap_or(&name);
            let path = path.replace(".default.", ".");
            if let Some(module) = path.strip_suffix(".lora_A.weight") {
                let pair = name.replace(".lora_A.", ".lora_B.");
                let branch = self.branch(adapter, module, &name, &pair)?;
                base.adapt(&format!("{module}.weight"), branch)?;
                adapted += 1;
            } else if let Some(module) = path.strip_suffix(".lora_B.weight") {
                if !adapter.has(&name.replace(".lora_B.", ".lora_A.")) {
                    return Err(wrong(&format!("{module} has a lora_B without its lora_A")));
                }
            } else if path.contains(".lora_") {
                return Err(refused(format!("the adapter's tensor {path}")));
            } else {
                let path = path.replace(".modules_to_save.", ".");
                let (module, _) = path.rsplit_once('.').unwrap_or((&path, ""));
                if !self.saved.iter().any(|saved| names(saved, module)) {
                    return Err(wrong(&format!(
                        "tensor {path} is no LoRA and not in modules_to_save"
                    )));
                }
                base.replace(&path, adapter, &name)?;
            }
        }
        Ok(adapted)
    }

    fn branch(
        &self,
        adapter: &mut Weights,
        module: &str,
        first: &str,
        second: &str,
    ) -> Result<LowRank, ModelError> {
        if !self.targets.hold(module)? {
            return Err(wrong(&format!("target_modules does not name {module}")));
        }
        let rank = matching(&self.ranks, module)?.unwrap_or(self.rank as f64);
        let alpha = matching(&self.alphas, module)?.unwrap_or(self.alpha);
        let input = adapter
            .shape(first)
            .and_then(|shape| shape.last().copied())
            .unwrap_or(0);
        let output = adapter
            .shape(second)
            .and_then(|shape| shape.first().copied())
            .unwrap_or(0);
        let numbers = rank as usize;
        let divisor = if self.stabilised { rank.sqrt() } else { rank };
        Ok(LowRank {
            first: adapter.slab(first, &[numbers, input])?,
            second: adapter.slab(second, &[output, numbers])?,
            input,
            rank: numbers,
            output,
            scale: (alpha / divisor) as f32,
        })
    }
}

impl Targets {
    fn hold(&self, module: &str) -> Result<bool, ModelError> {
        match self {
            Self::All => Ok(true),
            Self::Named(targets) => Ok(targets.iter().any(|target| names(target, module))),
            Self::Pattern(pattern) => matches(pattern, module),
        }
    }
}

/// Whether a name is that of a module, or the end of it.
fn names(name: &str, module: &str) -> bool {
    module
        .strip_suffix(name)
        .is_some_and(|front| front.is_empty() || front.ends_with('.'))
}

/// Whether a pattern is that of the whole module's path.
fn matches(pattern: &str, module: &str) -> Result<bool, ModelError> {
    let pattern = RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(PATTERN)
        .build()
        .map_err(|_| wrong("a pattern of module names cannot be read"))?;
    Ok(pattern.is_match(module))
}

/// The entry of a pattern table for a module: its keys are the ends of paths, or patterns of them.
fn matching(table: &BTreeMap<String, f64>, module: &str) -> Result<Option<f64>, ModelError> {
    for (key, value) in table {
        if names(key, module) || matches(&format!("(?:.*\\.)?(?:{key})"), module)? {
            return Ok(Some(*value));
        }
    }
    Ok(None)
}

/// Whether a setting asks for anything.
fn asks(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::Bool(true) | Value::Number(_) | Value::String(_) => true,
    }
}

fn pattern(config: &Map<String, Value>, name: &str) -> Result<BTreeMap<String, f64>, ModelError> {
    let Some(value) = config.get(name).filter(|value| asks(value)) else {
        return Ok(BTreeMap::new());
    };
    let odd = || wrong(&format!("{name}: not numbers by name"));
    let entry = |(key, value): (&String, &Value)| {
        let number = value.as_f64().filter(|number| *number > 0.0 && *number <= 1e6);
        Ok((key.clone(), number.ok_or_else(odd)?))
    };
    value.as_object().ok_or_else(odd)?.iter().map(entry).collect()
}

fn texts(value: Option<&Value>, name: &str) -> Result<Vec<String>, ModelError> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(Vec::new());
    };
    let list = value.as_array().and_then(|list| {
        let text = |text: &Value| text.as_str().map(str::to_owned);
        list.iter().map(text).collect()
    });
    list.ok_or_else(|| wrong(&format!("{name}: not a list of names")))
}

fn wrong(reason: &str) -> ModelError {
    ModelError::Adapter {
        reason: reason.to_owned(),
    }
}

const fn refused(what: String) -> ModelError {
    ModelError::Unsupported { what }
}
