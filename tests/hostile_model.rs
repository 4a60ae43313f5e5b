//! Files made to break a reader: each gives one clear sentence, within a second, without taking memory for what it claims.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "parts/mutate.rs"]
mod mutate;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use assert_cmd::cargo::cargo_bin;
use mutate::gguf;
use stakeout::{
    model::{Context, DeviceChoice, Model, OpenOptions, Renderer, untrusted},
    text,
};
use tempfile::TempDir;

/// Generous for a machine that is busy with other tests: what is refused takes milliseconds.
const SOON: Duration = Duration::from_secs(5);

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tiny-llama")
}

fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "config.json",
        "tokenizer.json",
        "model.safetensors",
        "chat_template.jinja",
    ] {
        fs::copy(fixture().join(name), folder.path().join(name)).unwrap();
    }
    folder
}

/// The sentence a folder is refused with.
fn refused(path: &Path) -> String {
    let options = OpenOptions {
        device: DeviceChoice::Cpu,
        ..OpenOptions::default()
    };
    let start = Instant::now();
    let error = Model::open(path, &options).err().expect("it is refused");
    assert!(start.elapsed() < SOON, "{error}: {:?}", start.elapsed());
    assert!(!error.hint().is_empty());
    let shown = text::line(&error.to_string()).as_str().to_owned();
    assert!(!shown.contains('\n') && !shown.is_empty());
    shown
}

/// The sentence the fixture is refused with once one of its files is another.
fn with(file: &str, contents: impl AsRef<[u8]>) -> String {
    let folder = copy();
    fs::write(folder.path().join(file), contents).unwrap();
    refused(folder.path())
}

fn edited(file: &str, from: &str, to: &str) -> String {
    let text = fs::read_to_string(fixture().join(file)).unwrap();
    assert!(text.contains(from), "{file} holds {from}");
    with(file, text.replacen(from, to, 1))
}

fn safetensors(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

#[test]
fn safetensors_headers_that_lie() {
    let two = |first: &str, second: &str| {
        let tensor = |range: &str| format!(r#"{{"dtype":"F32","shape":[2],"data_offsets":{range}}}"#);
        format!(r#"{{"a":{},"b":{}}}"#, tensor(first), tensor(second))
    };
    for (what, bytes) in [
        ("a header longer than the file", u64::MAX.to_le_bytes().to_vec()),
        (
            "one a little longer than the file",
            [&100_u64.to_le_bytes()[..], b"{}"].concat(),
        ),
        ("a header of 100 MB", safetensors(&" ".repeat(100 << 20), 0)),
        ("100 MB of depth", safetensors(&"[".repeat(100 << 20), 0)),
        (
            "depth below the limit",
            safetensors(&r#"{"a":"#.repeat(1 << 20), 0),
        ),
        ("ranges that overlap", safetensors(&two("[0,8]", "[4,12]"), 12)),
        ("a hole", safetensors(&two("[0,8]", "[12,20]"), 20)),
        ("a missing range", safetensors(&two("[0,8]", "[]"), 16)),
        ("a range backwards", safetensors(&two("[8,0]", "[8,16]"), 16)),
        ("a range beyond the file", safetensors(&two("[0,8]", "[8,16]"), 8)),
        ("bytes nobody owns", safetensors(&two("[0,8]", "[8,16]"), 32)),
        (
            "a shape that overflows",
            safetensors(
                r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#,
                8,
            ),
        ),
        (
            "a shape of another size",
            safetensors(r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8),
        ),
        (
            "a name twice",
            safetensors(
                r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}"#,
                8,
            ),
        ),
    ] {
        let says = with("model.safetensors", bytes);
        assert!(
            says.starts_with("model.safetensors: damaged weights: "),
            "{what}: {says}"
        );
        assert!(says.len() < 300, "{what}: {says}");
    }
}

#[test]
fn weights_that_do_not_belong_to_the_configuration() {
    for (from, to, says) in [
        (
            "\"hidden_size\": 32",
            "\"hidden_size\": 64",
            "config.json calls for",
        ),
        (
            "\"intermediate_size\": 48",
            "\"intermediate_size\": 50",
            "config.json calls for [50, 32]",
        ),
        (
            "\"num_hidden_layers\": 2",
            "\"num_hidden_layers\": 1000000000",
            "num_hidden_layers: 1000000000 is out of range",
        ),
        (
            "\"num_hidden_layers\": 2",
            "\"num_hidden_layers\": 4000",
            "is missing",
        ),
        (
            "\"hidden_size\": 32",
            "\"hidden_size\": 268435456",
            "config.json calls for",
        ),
        (
            "\"vocab_size\": 96",
            "\"vocab_size\": 18446744073709551615",
            "out of range",
        ),
        ("\"vocab_size\": 96", "\"vocab_size\": 1e400", "not valid JSON"),
        (
            "\"vocab_size\": 96",
            "\"vocab_size\": 96, \"vocab_size\": 97",
            "\"vocab_size\" stands there twice",
        ),
        (
            "\"num_attention_heads\": 4",
            "\"num_attention_heads\": 0",
            "out of range",
        ),
    ] {
        let found = edited("config.json", from, to);
        assert!(found.contains(says), "{found}");
    }
    let deep = with("config.json", "[".repeat(100 << 20));
    assert!(deep.contains("bytes, the limit is"), "{deep}");
    let deep = with("config.json", r#"{"a":"#.repeat(1 << 17));
    assert!(deep.contains("recursion limit"), "{deep}");
    let deep = with("tokenizer.json", "[".repeat(100 << 20));
    assert!(deep.contains("recursion limit"), "{deep}");
}

#[test]
fn names_cannot_drive_the_terminal() {
    let name = "\u{1b}[2J\u{202e}evil\u{7}";
    let says = edited("config.json", "\"llama\"", &serde_json::to_string(name).unwrap());
    assert!(says.contains("unknown architecture"), "{says}");
    let escaped = serde_json::to_string(&name).unwrap();
    let header = format!(r#"{{{escaped}:{{"dtype":"F32","shape":[2],"data_offsets":[0,8]}},{escaped}:1}}"#);
    let twice = with("model.safetensors", safetensors(&header, 8));
    for says in [says, twice] {
        assert!(
            !says
                .chars()
                .any(|letter| letter.is_control() || letter == '\u{202e}'),
            "{says}"
        );
    }
}

#[test]
fn tokenizers_that_are_ambiguous() {
    let text = fs::read_to_string(fixture().join("tokenizer.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let with = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut json = json.clone();
        change(&mut json);
        with("tokenizer.json", json.to_string())
    };
    let same = with(&|json| json["model"]["vocab"]["brandnew"] = 7.into());
    assert!(same.contains("id 7 stands for"), "{same}");
    let added = with(&|json| json["added_tokens"][0]["id"] = 50.into());
    assert!(added.contains("has the ids"), "{added}");
    let beyond = with(&|json| json["model"]["vocab"]["brandnew"] = 4_000_000_000_u32.into());
    assert!(
        beyond.contains("does not fit config.json's vocabulary of 96"),
        "{beyond}"
    );
    let vocab = text.find("\"vocab\"").unwrap();
    let (front, back) = text.split_at(vocab);
    let (open, back) = back.split_once('{').unwrap();
    let front = format!("{front}{open}{{");
    let twice = format!("{front}\"x\":1,\"x\":2,{back}");
    let twice = self::with("tokenizer.json", twice);
    assert!(twice.contains("stands there twice"), "{twice}");
}

#[test]
fn templates_that_never_end() {
    for (template, says) in [
        (
            "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
            "too long",
        ),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "chat template"),
        (
            "{% for i in range(9999) %}{{ 'x' * 9999 }}{% endfor %}",
            "too much",
        ),
        ("{{ 'x' * 99999999999 }}", "chat template"),
        ("{{ range(99999999999)|list }}", "chat template"),
        ("{{ messages|tojson(indent=99999999999) }}", "chat template"),
        ("{{ '%99999999999d' % 1 }}", "chat template"),
        ("{{ 'x'|indent(99999999999, true) }}", "too much"),
        ("{{ '%99999999999d'|format(1) }}", "too much"),
        ("{{ '{:99999999999d}'.format(1) }}", "too much"),
        ("{% set x = 'x' * 9999999 %}{{ x.replace('x', x) }}", "too much"),
        ("{% set x = 'x' * 9999999 %}{{ x|join(x) }}", "too much"),
    ] {
        let folder = copy();
        fs::write(folder.path().join("chat_template.jinja"), template).unwrap();
        let options = OpenOptions::default();
        let start = Instant::now();
        let error = match Model::open(folder.path(), &options) {
            Ok(model) => model
                .frame(&Context::Template)
                .err()
                .map(|error| error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        let error = error.unwrap_or_else(|| panic!("{template} is refused"));
        assert!(start.elapsed() < SOON, "{template}: {:?}", start.elapsed());
        assert!(
            error.contains(says) && !error.contains('\n'),
            "{template}: {error}"
        );
    }
}

#[test]
fn templates_that_make_much_out_of_little() {
    let doubled = |step: &str| {
        format!(
            "{{% set ns = namespace(x='x%') %}}{{% for i in range(60) %}}{{% set ns.x = {step} %}}{{% endfor %}}{{{{ ns.x|length }}}}"
        )
    };
    for template in [
        doubled("ns.x ~ ns.x"),
        doubled("ns.x + ns.x"),
        doubled("ns.x|urlencode"),
        doubled("[ns.x, ns.x]|string"),
        "{% macro d(s, n) %}{% if n %}{{ d(s ~ s, n - 1) }}{% endif %}{% endmacro %}{{ d('x', 45) }}".into(),
        "{% set x = messages %}{% for i in range(40) %}{% set x = [x, x] %}{% endfor %}{{ x|tojson|length }}"
            .into(),
        doubled("[ns.x, ns.x]").replace("ns.x|length", "ns.x|tojson|length"),
    ] {
        let folder = copy();
        fs::write(folder.path().join("chat_template.jinja"), &template).unwrap();
        let options = OpenOptions {
            renderer: Renderer::Apart(cargo_bin("stakeout")),
            ..OpenOptions::default()
        };
        let start = Instant::now();
        let model = Model::open(folder.path(), &options).unwrap();
        let error = model
            .frame(&Context::Template)
            .err()
            .map(|error| error.to_string());
        let error = error.unwrap_or_else(|| panic!("{template} is refused"));
        assert!(start.elapsed() < SOON, "{template}: {:?}", start.elapsed());
        assert!(
            ["too much memory", "too much output", "too long", "chat template"]
                .iter()
                .any(|says| error.contains(says)),
            "{template}: {error}"
        );
    }
}

#[test]
fn an_honest_template_reads_the_same_in_a_process_of_its_own() {
    let apart = OpenOptions {
        renderer: Renderer::Apart(cargo_bin("stakeout")),
        ..OpenOptions::default()
    };
    let frame = |options: &OpenOptions| {
        let model = Model::open(&fixture(), options).unwrap();
        format!("{:?}", model.frame(&Context::Template).unwrap())
    };
    assert_eq!(frame(&apart), frame(&OpenOptions::default()));
}

/// Makes a lie of a header.
type Change = fn(&mut gguf::Builder);

#[test]
fn gguf_headers_that_lie() {
    let refused = |file: &gguf::Builder| {
        let start = Instant::now();
        let reason = untrusted::gguf(&file.bytes()).unwrap_err();
        assert!(start.elapsed() < SOON, "{reason}: {:?}", start.elapsed());
        reason
    };
    let good = gguf::Builder::default();
    let reason = refused(&good);
    assert!(reason.contains("holds the architecture \"\""), "{reason}");
    let cases: [(&str, Change); 17] = [
        ("begin with GGUF", |file| file.magic = *b"GGML"),
        ("version 1 is not read", |file| file.version = 1),
        ("big-endian", |file| file.version = 3_u32.swap_bytes()),
        ("18446744073709551615 tensors", |file| {
            file.tensor_count = Some(u64::MAX);
        }),
        ("18446744073709551615 settings", |file| {
            file.setting_count = Some(u64::MAX);
        }),
        ("a name is empty", |file| file.tensor_count = Some(100_000)),
        ("bytes of a text", |file| {
            file.setting("a", 8, &u64::MAX.to_le_bytes());
        }),
        ("ends beyond the file", |file| {
            file.setting("a", 8, &(1_u64 << 27).to_le_bytes());
        }),
        ("not UTF-8", |file| {
            file.setting("a", 8, &[1, 0, 0, 0, 0, 0, 0, 0, 0xff]);
        }),
        ("elements of an array", |file| {
            file.setting(
                "a",
                9,
                &[&8_u32.to_le_bytes()[..], &u64::MAX.to_le_bytes()].concat(),
            );
        }),
        ("array of arrays", |file| {
            file.setting("a", 9, &[&9_u32.to_le_bytes()[..], &1_u64.to_le_bytes()].concat());
        }),
        ("unknown kind 77", |file| file.setting("a", 77, &[])),
        ("neither true nor false", |file| file.setting("a", 7, &[3])),
        ("stands there twice", |file| {
            file.setting("a", 7, &[1]);
            file.setting("a", 7, &[0]);
        }),
        ("no power of two", |file| {
            file.setting("general.alignment", 4, &0_u32.to_le_bytes());
        }),
        ("no power of two", |file| {
            file.setting("general.alignment", 4, &48_u32.to_le_bytes());
        }),
        ("name is empty", |file| file.setting("", 7, &[1])),
    ];
    for (says, change) in cases {
        let mut file = gguf::Builder::default();
        change(&mut file);
        let reason = refused(&file);
        assert!(reason.contains(says), "{says}: {reason}");
    }
    for (says, tensors) in [
        ("ends beyond the file", vec![("a", vec![32, 4], 0, 1 << 20)]),
        ("ends beyond the file", vec![("a", vec![1 << 20, 1 << 20], 0, 0)]),
        (
            "a shape its f32 cannot have",
            vec![("a", vec![u64::MAX, 2], 0, 0)],
        ),
        (
            "a shape its f32 cannot have",
            vec![("a", vec![4], 0, u64::MAX - 31)],
        ),
        ("a shape its q4_k cannot have", vec![("a", vec![32, 8], 12, 0)]),
        ("not aligned", vec![("a", vec![4], 0, 4)]),
        ("type 99", vec![("a", vec![4], 99, 0)]),
        ("9 dimensions", vec![("a", vec![1; 9], 0, 0)]),
        (
            "stands there twice",
            vec![("a", vec![4], 0, 0), ("a", vec![4], 0, 32)],
        ),
        ("overlap", vec![("a", vec![16], 0, 0), ("b", vec![4], 0, 32)]),
    ] {
        let mut file = gguf::Builder::default();
        for (name, shape, kind, offset) in tensors {
            file.tensor(name, &shape, kind, offset);
        }
        let reason = refused(&file);
        assert!(reason.contains(says), "{says}: {reason}");
    }
}

/// A short run of the same search that runs longer by hand (examples/mutate_model_files.rs).
#[test]
fn changed_files_never_break_a_reader() {
    for target in mutate::TARGETS {
        let found = mutate::run(target, Duration::from_secs(1), 1);
        assert!(found.tried > 100, "{}: {found:?}", target.name);
        assert!(found.slowest < SOON, "{}: {found:?}", target.name);
    }
}
