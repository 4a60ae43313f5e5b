//! Changes good files at random and feeds them to the readers, which must neither panic nor hang.

use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stakeout::model::untrusted;

/// A reader and what it is fed at first.
pub struct Target {
    pub name: &'static str,
    seeds: fn() -> Vec<Vec<u8>>,
    read: fn(&[u8]) -> bool,
    /// Words that mean something to the reader.
    words: &'static [&'static str],
}

/// What a run met.
#[derive(Debug)]
pub struct Found {
    pub tried: u64,
    /// Files that were read without complaint.
    pub good: u64,
    /// Files kept because they got further than those before.
    pub kept: usize,
    pub slowest: Duration,
}

pub const TARGETS: &[Target] = &[
    Target {
        name: "safetensors",
        seeds: || {
            vec![
                include_bytes!("../fixtures/tiny-llama/model.safetensors")[..6000].to_vec(),
                small(),
            ]
        },
        read: |bytes| untrusted::safetensors(bytes).is_ok(),
        words: &[
            "\"dtype\"",
            "\"F32\"",
            "\"BF16\"",
            "\"shape\"",
            "[0]",
            "18446744073709551615",
            "\"data_offsets\"",
            "-1",
            "1e99",
            "__metadata__",
        ],
    },
    Target {
        name: "gguf",
        seeds: || vec![gguf::whole(), gguf::Builder::default().bytes()],
        read: |bytes| untrusted::gguf(bytes).is_ok(),
        words: &[
            "general.alignment",
            "llama.block_count",
            "tokenizer.ggml.tokens",
            "token_embd.weight",
            "rope_freqs.weight",
            "gemma3",
            "blk.0.attn_q.weight",
        ],
    },
    Target {
        name: "config",
        seeds: || {
            vec![
                include_bytes!("../fixtures/tiny-llama/config.json").to_vec(),
                include_bytes!("../fixtures/tiny-gpt2/config.json").to_vec(),
                br#"{"model_type":"gemma3_text","hidden_size":64,"num_attention_heads":4,"num_hidden_layers":3,"intermediate_size":9,"vocab_size":9,"max_position_embeddings":99,"layer_types":["full_attention"],"sliding_window":4,"rope_parameters":{"full_attention":{"rope_theta":1e4},"sliding_attention":{"rope_type":"linear","factor":2}}}"#.to_vec(),
            ]
        },
        read: |bytes| untrusted::config(bytes).is_ok(),
        words: &[
            "\"llama\"",
            "\"phi3\"",
            "\"gemma2\"",
            "\"qwen3_moe\"",
            "\"mixtral\"",
            "\"smollm3\"",
            "null",
            "0",
            "-1",
            "1e300",
            "4294967296",
            "\"head_dim\":",
            "\"rope_scaling\":",
            "\"longrope\"",
            "\"sliding_window_pattern\":",
            "[]",
            "{}",
        ],
    },
    Target {
        name: "template",
        seeds: || {
            vec![
                include_bytes!("../fixtures/tiny-llama/chat_template.jinja").to_vec(),
                b"{% for m in messages %}{% if m.role == 'user' %}{{ m['content'].strip() | upper }}{% endif %}{% endfor %}{% set ns = namespace(a=1) %}{{ raise_exception('x') if ns.a > 2 }}".to_vec(),
                b"{% macro f(x) %}{{ x|tojson(indent=2) }}{% endmacro %}{{ f(messages) }}{{ strftime_now('%Y') }}{{ messages[::-1]|length }}".to_vec(),
            ]
        },
        read: |bytes| std::str::from_utf8(bytes).is_ok_and(|text| untrusted::template(text).is_ok()),
        words: &[
            "{{",
            "}}",
            "{%",
            "%}",
            "for i in range(",
            "endfor",
            "macro",
            "loop",
            "|",
            "*",
            "**",
            "9999999999",
            "-9223372036854775808",
            "tojson",
            "indent=",
            "center(",
            "join",
            "split('')",
            "replace(",
            "[::-1]",
            "format(",
            "namespace",
            "%s",
            "strftime_now('%",
            "batch(",
            "slice(",
        ],
    },
];

fn small() -> Vec<u8> {
    let header = br#"{"a":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#;
    [&(header.len() as u64).to_le_bytes()[..], header, &[0; 12]].concat()
}

/// Feeds changed files to a reader for a while; the same seed tries the same ones.
pub fn run(target: &Target, time: Duration, seed: u64) -> Found {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut pool = (target.seeds)();
    let mut found = Found {
        tried: 0,
        good: 0,
        kept: 0,
        slowest: Duration::ZERO,
    };
    let start = Instant::now();
    while start.elapsed() < time {
        let mut bytes = pool[random.random_range(0..pool.len())].clone();
        for _ in 0..1 << random.random_range(0..4) {
            change(&mut bytes, target, &pool, &mut random);
        }
        let begin = Instant::now();
        let good = (target.read)(&bytes);
        found.slowest = found.slowest.max(begin.elapsed());
        found.tried += 1;
        found.good += u64::from(good);
        // what is still good leads to places the first files do not reach
        if good && bytes.len() < 1 << 14 && found.kept < 512 {
            pool.push(bytes);
            found.kept += 1;
        }
    }
    found
}

fn change(bytes: &mut Vec<u8>, target: &Target, pool: &[Vec<u8>], random: &mut ChaCha8Rng) {
    let at = random.random_range(0..=bytes.len());
    match random.random_range(0..9) {
        0 => bytes.truncate(at),
        1 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
        2 if at < bytes.len() => bytes[at] = random.random(),
        3 => {
            let end = (at + random.random_range(0..16)).min(bytes.len());
            bytes.drain(at..end);
        }
        4 => {
            let end = (at + random.random_range(0..64)).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            let to = random.random_range(0..=bytes.len());
            bytes.splice(to..to, piece);
        }
        5 if at + 8 <= bytes.len() => {
            let number: u64 =
                [0, 1, 31, 255, 1 << 16, 1 << 32, u64::MAX / 2, u64::MAX][random.random_range(0..8)];
            let width = [1, 2, 4, 8][random.random_range(0..4)];
            bytes[at..at + width].copy_from_slice(&number.to_le_bytes()[..width]);
        }
        6 | 7 => {
            let word = target.words[random.random_range(0..target.words.len())];
            bytes.splice(at..at, word.bytes());
        }
        _ => {
            let other = &pool[random.random_range(0..pool.len())];
            let from = random.random_range(0..=other.len());
            let end = (from + random.random_range(0..200)).min(other.len());
            bytes.splice(at..at, other[from..end].iter().copied());
        }
    }
}

/// GGUF files, good and bad.
pub mod gguf {
    /// The front of a file, each part free to lie.
    pub struct Builder {
        pub magic: [u8; 4],
        pub version: u32,
        pub tensor_count: Option<u64>,
        pub setting_count: Option<u64>,
        settings: Vec<Vec<u8>>,
        tensors: Vec<Vec<u8>>,
    }

    impl Default for Builder {
        fn default() -> Self {
            Self {
                magic: *b"GGUF",
                version: 3,
                tensor_count: None,
                setting_count: None,
                settings: Vec::new(),
                tensors: Vec::new(),
            }
        }
    }

    fn text(text: &str) -> Vec<u8> {
        [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
    }

    impl Builder {
        pub fn setting(&mut self, name: &str, kind: u32, value: &[u8]) {
            self.settings
                .push([&text(name)[..], &kind.to_le_bytes(), value].concat());
        }

        /// `shape` as the file has it: the width of a row first.
        pub fn tensor(&mut self, name: &str, shape: &[u64], kind: u32, offset: u64) {
            let sizes: Vec<u8> = shape.iter().flat_map(|size| size.to_le_bytes()).collect();
            self.tensors.push(
                [
                    &text(name)[..],
                    &(shape.len() as u32).to_le_bytes(),
                    &sizes,
                    &kind.to_le_bytes(),
                    &offset.to_le_bytes(),
                ]
                .concat(),
            );
        }

        /// The file, with 128 bytes of numbers.
        pub fn bytes(&self) -> Vec<u8> {
            let tensors = self.tensor_count.unwrap_or(self.tensors.len() as u64);
            let settings = self.setting_count.unwrap_or(self.settings.len() as u64);
            let mut bytes = [
                &self.magic[..],
                &self.version.to_le_bytes(),
                &tensors.to_le_bytes(),
                &settings.to_le_bytes(),
                &self.settings.concat(),
                &self.tensors.concat(),
            ]
            .concat();
            bytes.resize(bytes.len().next_multiple_of(32) + 128, 0);
            bytes
        }
    }

    /// A file that is read to its end.
    pub fn whole() -> Vec<u8> {
        let mut file = Builder::default();
        file.setting("general.architecture", 8, &text("llama"));
        for (name, number) in [
            ("embedding_length", 4_u32),
            ("block_count", 1),
            ("feed_forward_length", 4),
            ("attention.head_count", 2),
            ("context_length", 16),
            ("rope.dimension_count", 2),
        ] {
            file.setting(&format!("llama.{name}"), 4, &number.to_le_bytes());
        }
        file.setting(
            "llama.attention.layer_norm_rms_epsilon",
            6,
            &1e-5_f32.to_le_bytes(),
        );
        file.setting("tokenizer.ggml.model", 8, &text("gpt2"));
        let texts = |all: &[&str]| {
            let front = [&8_u32.to_le_bytes()[..], &(all.len() as u64).to_le_bytes()].concat();
            all.iter().fold(front, |bytes, one| [bytes, text(one)].concat())
        };
        file.setting("tokenizer.ggml.tokens", 9, &texts(&["a", "b", "ab", "<s>"]));
        file.setting("tokenizer.ggml.merges", 9, &texts(&["a b"]));
        file.setting("tokenizer.ggml.bos_token_id", 4, &3_u32.to_le_bytes());
        file.tensor("token_embd.weight", &[4, 4], 0, 0);
        file.tensor("blk.0.attn_q.weight", &[4, 4], 1, 64);
        file.bytes()
    }
}
