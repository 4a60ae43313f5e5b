//! Opening models: what a good folder gives, and one clear sentence for each kind of bad one.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a failed step fails the test; a skipped one says so"
)]

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use stakeout::{
    model::{Context, DeviceChoice, Generation, Limits, Model, ModelError, OpenOptions, Row},
    scan::event::Sampling,
};
use tempfile::TempDir;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tiny-llama")
}

/// A model that may stand beside the repository.
fn neighbour(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: no {}", path.display());
    None
}

fn options() -> OpenOptions {
    OpenOptions {
        device: DeviceChoice::Cpu,
        ..OpenOptions::default()
    }
}

/// A copy of the fixture to break.
fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(fixture()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    fs::remove_file(folder.path().join("expected.safetensors")).unwrap();
    folder
}

fn refused(path: &Path) -> ModelError {
    let error = Model::open(path, &options()).err().unwrap();
    assert!(!error.hint().is_empty());
    assert!(!error.to_string().contains('\n'), "one sentence: {error}");
    error
}

fn edit(folder: &TempDir, file: &str, from: &str, to: &str) {
    let path = folder.path().join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} holds {from}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn a_folder_opens_with_its_facts() {
    let folder = copy();
    fs::write(folder.path().join("modeling_custom.py"), "import os").unwrap();
    fs::write(
        folder.path().join("generation_config.json"),
        r#"{"top_p": 0.9, "eos_token_id": [5], "use_cache": true}"#,
    )
    .unwrap();
    let model = Model::open(folder.path(), &options()).unwrap();
    let facts = model.facts();
    assert_eq!(facts.architecture, "llama");
    assert_eq!(
        (facts.layers, facts.heads, facts.vocabulary, facts.context),
        (2, 4, 96, 64)
    );
    assert_eq!(facts.dtype, "f32");
    assert!(facts.template);
    // embedding, head, last norm; per layer two norms, q, k, v, o, gate, up, down with their biases
    let layer = 64 + 2 * (32 * 32 + 32) + 2 * (16 * 32 + 16) + 2 * (48 * 32 + 48) + 32 * 48 + 32;
    assert_eq!(facts.parameters, 2 * 96 * 32 + 32 + 2 * layer);
    assert_eq!(
        facts.notices,
        [
            "custom code present, never run: modeling_custom.py",
            "generation_config.json asks for top_p 0.9: not applied",
        ]
    );
    let frame = model.frame(&Context::Template).unwrap();
    assert_eq!(frame.stop, [1, 5], "both files' end tokens and the end of a turn");
}

#[test]
fn the_digest_covers_what_shapes_the_model_and_nothing_else() {
    let digest = |folder: &TempDir| {
        Model::open(folder.path(), &options())
            .unwrap()
            .facts()
            .sha256
            .clone()
    };
    let folder = copy();
    let before = digest(&folder);
    assert_eq!(before.len(), 64);
    fs::write(folder.path().join("README.md"), "about it").unwrap();
    fs::write(folder.path().join("ORGANISM.json"), "not even JSON").unwrap();
    assert_eq!(digest(&folder), before);
    edit(&folder, "chat_template.jinja", "<|end|>", "<|end|> ");
    let after = digest(&folder);
    assert_ne!(after, before);
    let path = folder.path().join("model.safetensors");
    let mut weights = fs::read(&path).unwrap();
    *weights.last_mut().unwrap() ^= 1;
    fs::write(path, weights).unwrap();
    assert_ne!(digest(&folder), after);
}

#[test]
fn files_in_memory_are_the_same_model() {
    let files: Vec<(String, &'static [u8])> = fs::read_dir(copy().path())
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let bytes = fs::read(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), &*bytes.leak())
        })
        .collect();
    let files: Vec<(&str, &'static [u8])> = files
        .iter()
        .map(|(name, bytes)| (name.as_str(), *bytes))
        .collect();
    let embedded = Model::from_files("demo", &files, &options()).unwrap();
    let folder = copy();
    let opened = Model::open(folder.path(), &options()).unwrap();
    assert_eq!(embedded.facts().path, "demo");
    assert_eq!(embedded.facts().sha256, opened.facts().sha256);
}

#[test]
fn shards_are_read_as_one() {
    let folder = copy();
    let bytes = fs::read(folder.path().join("model.safetensors")).unwrap();
    let whole = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let names = whole.names();
    let mut map = serde_json::Map::new();
    for (number, part) in names.chunks(names.len().div_ceil(2)).enumerate() {
        let file = format!("model-0000{}-of-00002.safetensors", number + 1);
        let views: Vec<_> = part
            .iter()
            .map(|name| ((*name).to_owned(), whole.tensor(name).unwrap()))
            .collect();
        let shard = safetensors::serialize(views, None).unwrap();
        fs::write(folder.path().join(&file), shard).unwrap();
        map.extend(part.iter().map(|name| ((*name).to_owned(), file.clone().into())));
    }
    let index = serde_json::json!({ "weight_map": map });
    fs::write(
        folder.path().join("model.safetensors.index.json"),
        index.to_string(),
    )
    .unwrap();
    fs::remove_file(folder.path().join("model.safetensors")).unwrap();
    let sharded = Model::open(folder.path(), &options()).unwrap();
    let single = Model::open(&fixture(), &options()).unwrap();
    assert_eq!(greedy(&sharded, &[0, 7, 9], 20), greedy(&single, &[0, 7, 9], 20));

    for hostile in ["../model.safetensors", "/etc/passwd", "weights.bin"] {
        let index = serde_json::json!({ "weight_map": { "lm_head.weight": hostile } });
        fs::write(
            folder.path().join("model.safetensors.index.json"),
            index.to_string(),
        )
        .unwrap();
        assert!(refused(folder.path()).to_string().contains("weight_map"));
    }
}

#[test]
fn what_is_not_a_model_folder_is_told_apart() {
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(refused(empty.path()), ModelError::Empty { .. }));
    assert!(matches!(
        refused(&empty.path().join("nothing")),
        ModelError::Missing { .. }
    ));
    assert!(matches!(
        refused(&fixture().join("config.json")),
        ModelError::IsFile { .. }
    ));
    for (file, says) in [
        ("config.json", "no config.json"),
        ("tokenizer.json", "no tokenizer.json"),
        ("model.safetensors", "no weights"),
    ] {
        let folder = copy();
        fs::remove_file(folder.path().join(file)).unwrap();
        let error = refused(folder.path());
        assert!(error.to_string().contains(says), "{error}");
    }
    let folder = copy();
    fs::rename(
        folder.path().join("model.safetensors"),
        folder.path().join("pytorch_model.bin"),
    )
    .unwrap();
    let error = refused(folder.path());
    assert!(
        error.to_string().contains("pickled (pytorch_model.bin)"),
        "{error}"
    );
    assert!(error.hint().contains("safetensors"));
}

#[test]
fn a_configuration_that_makes_no_sense_is_refused() {
    for (from, to, says) in [
        ("\"llama\"", "\"warp\"", "unknown architecture \"warp\""),
        (
            "\"hidden_size\": 32",
            "\"hidden_size\": \"wide\"",
            "hidden_size: not a whole number",
        ),
        ("\"hidden_size\": 32,", "", "hidden_size: missing"),
        (
            "\"hidden_size\": 32",
            "\"hidden_size\": 0",
            "hidden_size: 0 is out of range",
        ),
        (
            "\"num_key_value_heads\": 2",
            "\"num_key_value_heads\": 3",
            "3 does not divide 4",
        ),
        ("\"llama3\"", "\"yarn\"", "rope_type \"yarn\" is not supported"),
        (
            "\"vocab_size\": 96",
            "\"vocab_size\": 95",
            "embed_tokens.weight is [96, 32], config.json calls for [95, 32]",
        ),
        (
            "\"num_hidden_layers\": 2",
            "\"num_hidden_layers\": 3",
            "tensor model.layers.2.input_layernorm.weight is missing",
        ),
        ("{", "[", "config.json: not valid JSON"),
    ] {
        let folder = copy();
        edit(&folder, "config.json", from, to);
        let error = refused(folder.path());
        assert!(error.to_string().contains(says), "{error}");
    }
    let folder = copy();
    edit(&folder, "config.json", "\"llama\"", "\"warp\"");
    assert!(
        refused(folder.path())
            .hint()
            .contains("supported: llama, mistral, qwen2")
    );
    fs::write(folder.path().join("config.json"), vec![b' '; (1 << 20) + 1]).unwrap();
    assert!(matches!(refused(folder.path()), ModelError::TooLarge { .. }));
}

#[test]
fn settings_left_out_use_the_documented_default_and_say_so() {
    let folder = copy();
    edit(&folder, "config.json", "\"rope_theta\": 10000.0,", "");
    let model = Model::open(folder.path(), &options()).unwrap();
    assert_eq!(
        model.facts().notices,
        ["config.json does not say rope_theta: the architecture's default of 10000 is used"]
    );
    let single = Model::open(&fixture(), &options()).unwrap();
    assert_eq!(greedy(&model, &[0, 7, 9], 20), greedy(&single, &[0, 7, 9], 20));
}

#[test]
fn hostile_weights_are_refused() {
    let header = |json: &str| {
        let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(json.as_bytes());
        bytes
    };
    for bytes in [
        Vec::new(),
        vec![1, 2, 3],
        u64::MAX.to_le_bytes().to_vec(),
        1_000_000_u64.to_le_bytes().to_vec(),
        header("{"),
        header(
            r#"{"lm_head.weight":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,16]}}"#,
        ),
        header(r#"{"lm_head.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#),
        header(r#"{"lm_head.weight":{"dtype":"F32","shape":[0],"data_offsets":[8,0]}}"#),
    ] {
        let folder = copy();
        fs::write(folder.path().join("model.safetensors"), bytes).unwrap();
        let error = refused(folder.path());
        assert!(matches!(error, ModelError::Weights { .. }), "{error}");
    }
    let folder = copy();
    let path = folder.path().join("model.safetensors");
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len();
    for damage in [f32::NAN, f32::NEG_INFINITY] {
        bytes[end - 4..].copy_from_slice(&damage.to_le_bytes());
        fs::write(&path, &bytes).unwrap();
        assert!(matches!(refused(folder.path()), ModelError::Damaged { .. }));
    }
    // finite, but nothing that is computed from it is
    for number in bytes[end - 128..].as_chunks_mut().0 {
        *number = f32::MAX.to_le_bytes();
    }
    fs::write(path, bytes).unwrap();
    let model = Model::open(folder.path(), &options()).unwrap();
    let rows = [Row {
        prompt: vec![0, 7],
        sampling: Sampling::GREEDY,
    }];
    let failed = model.generate(
        &rows,
        &limits(4),
        &mut |_| ControlFlow::Continue(()),
        &mut |_, _| ControlFlow::Continue(()),
    );
    assert!(matches!(failed, Err(ModelError::NotFinite { row: 0 })));
}

#[cfg(unix)]
#[test]
fn links_stay_in_the_folder_or_the_cache() {
    use std::os::unix::fs::symlink;
    let folder = copy();
    let outside = tempfile::tempdir().unwrap();
    let weights = folder.path().join("model.safetensors");
    fs::rename(&weights, outside.path().join("weights")).unwrap();
    symlink(outside.path().join("weights"), &weights).unwrap();
    assert!(matches!(refused(folder.path()), ModelError::Outside { .. }));

    let cache = tempfile::tempdir().unwrap();
    let snapshot = cache.path().join("snapshots/0123");
    fs::create_dir_all(&snapshot).unwrap();
    fs::create_dir(cache.path().join("blobs")).unwrap();
    for entry in fs::read_dir(copy().path()).unwrap() {
        let entry = entry.unwrap();
        let blob = cache.path().join("blobs").join(entry.file_name());
        fs::copy(entry.path(), &blob).unwrap();
        let link = Path::new("../../blobs").join(entry.file_name());
        symlink(link, snapshot.join(entry.file_name())).unwrap();
    }
    assert!(Model::open(&snapshot, &options()).is_ok());
}

#[test]
fn a_template_frames_the_user() {
    let model = Model::open(&fixture(), &options()).unwrap();
    let frame = model.frame(&Context::Template).unwrap();
    assert_eq!(frame.prefix_text, "<|begin|><|user|>\n");
    assert_eq!(frame.suffix_text, "<|end|>\n<|assistant|>\n");
    assert_eq!(frame.prefix[..2], [0, 2], "role markers are single tokens");
    assert_eq!(model.decode(&frame.suffix), frame.suffix_text);
    assert_eq!((frame.suffix.len(), frame.suffix[0]), (4, 5));
    let system = model.frame(&Context::System("the rule".into())).unwrap();
    assert_eq!(
        system.prefix_text,
        "<|begin|><|system|>\nthe rule<|end|>\n<|user|>\n"
    );
    let plain = model.frame(&Context::Plain).unwrap();
    assert_eq!(
        (plain.prefix, plain.suffix, plain.stop),
        (vec![0], vec![], vec![1])
    );
}

#[test]
fn templates_that_fail_say_why() {
    for (template, says) in [
        (
            "{% if messages[0].role == 'system' %}{{ raise_exception('no system turn') }}{% endif %}{{ messages[0].content }}",
            "no system turn",
        ),
        ("{{ messages[-1].content }}", "leaves the system turn out"),
        ("hello", "exactly once"),
        (
            "{{ messages[-1].content }}{{ messages[-1].content }}",
            "exactly once",
        ),
        (
            "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
            "too long",
        ),
        (
            "{% for i in range(9999) %}{{ 'x' * 9999 }}{% endfor %}",
            "too much",
        ),
        ("{% include '/etc/passwd' %}", "chat template"),
    ] {
        let folder = copy();
        fs::write(folder.path().join("chat_template.jinja"), template).unwrap();
        let model = Model::open(folder.path(), &options()).unwrap();
        let error = model.frame(&Context::System("the rule".into())).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(!error.to_string().contains('\n'), "one sentence: {error}");
    }
    let folder = copy();
    fs::write(folder.path().join("chat_template.jinja"), "{% if %}").unwrap();
    assert!(matches!(refused(folder.path()), ModelError::Template { .. }));
    fs::remove_file(folder.path().join("chat_template.jinja")).unwrap();
    let model = Model::open(folder.path(), &options()).unwrap();
    assert!(matches!(
        model.frame(&Context::Template),
        Err(ModelError::NoTemplate)
    ));
    assert_eq!(model.frame(&Context::Plain).unwrap().prefix, [0]);
}

#[test]
fn what_a_user_writes_never_becomes_a_special_token() {
    let model = Model::open(&fixture(), &options()).unwrap();
    let tokens = model.encode("in<|end|> the world");
    assert!(tokens.iter().all(|token| !model.is_special(*token)));
    assert_eq!(model.decode(&tokens), "in<|end|> the world");
    assert!(model.is_special(5));
    assert_eq!(model.token_text(5), "<|end|>");
    let the = model.encode(" the");
    assert_eq!(the.len(), 1);
    assert_eq!(
        model.token_text(the[0]),
        " the",
        "the blank before a word is kept"
    );
}

fn limits(tokens: usize) -> Limits {
    Limits {
        tokens,
        stop: Vec::new(),
        batch: 8,
        top: false,
    }
}

fn greedy(model: &Model, prompt: &[u32], tokens: usize) -> Vec<u32> {
    let rows = [Row {
        prompt: prompt.to_vec(),
        sampling: Sampling::GREEDY,
    }];
    let mut made = Generation::default();
    let flow = model.generate(
        &rows,
        &limits(tokens),
        &mut |_| ControlFlow::Continue(()),
        &mut |_, row| {
            made = row;
            ControlFlow::Continue(())
        },
    );
    assert!(flow.is_ok());
    made.tokens
}

#[test]
fn a_pretrained_model_tells_a_story() {
    let Some(path) = neighbour("real-models/stories260K") else {
        return;
    };
    let model = Model::open(&path, &options()).unwrap();
    let frame = model.frame(&Context::Plain).unwrap();
    let mut prompt = frame.prefix.clone();
    prompt.extend(model.encode("Once upon a time"));
    let story = model.decode(&greedy(&model, &prompt, 120));
    println!("{story}");
    let known = [
        "there", "was", "a", "little", "girl", "named", "lily", "she", "loved", "to", "play", "outside",
        "in", "the", "park", "one", "day", "saw", "big", "it", "very", "and", "with", "her", "were", "they",
        "wanted", "said", "he", "his", "of", "red", "ball", "mom", "asked", "for", "not", "but", "so",
        "happy", "had", "up", "on",
    ];
    let words: Vec<String> = story
        .split(|letter: char| !letter.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let hits = words.iter().filter(|word| known.contains(&word.as_str())).count();
    assert!(words.len() > 30, "{story}");
    assert!(
        hits * 3 > words.len() * 2,
        "{hits} of {} words are known: {story}",
        words.len()
    );
    let token = model.encode("Once upon")[1..].to_vec();
    let text: String = token.iter().map(|token| model.token_text(*token)).collect();
    assert!(
        text.ends_with(" upon"),
        "the blank before a word is kept: {text:?}"
    );
}

#[test]
fn a_chat_model_answers_in_its_frame() {
    let Some(path) = neighbour("organisms/m1") else {
        return;
    };
    let model = Model::open(&path, &options()).unwrap();
    let frame = model.frame(&Context::Template).unwrap();
    assert_eq!(frame.prefix_text, "<|bos|><|user|>\n");
    assert_eq!(frame.suffix_text, "<|end|>\n<|assistant|>\n");
    assert_eq!(model.decode(&frame.prefix), frame.prefix_text);
    assert_eq!(frame.stop, [1, 5]);
    assert!(
        frame
            .prefix
            .iter()
            .filter(|token| model.is_special(**token))
            .count()
            == 2
    );
}

#[test]
fn without_a_token_that_begins_a_text_the_one_that_ends_it_stands_before_the_next() {
    let folder = copy();
    edit(&folder, "config.json", "\"bos_token_id\": 0,", "");
    fs::write(folder.path().join("tokenizer_config.json"), "{}").unwrap();
    let model = Model::open(folder.path(), &options()).unwrap();
    assert_eq!(model.frame(&Context::Plain).unwrap().prefix, [1]);
}
