//! Text to tokens: the chat formats organisms speak in, and the tokenizers that learn from their world.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use tokenizers::models::TrainerWrapper;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::{AddedToken, Tokenizer};

use crate::Failure;

/// What stands around a conversation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chat {
    /// `<|im_start|>user`
    Marked,
    /// `[INST] ... [/INST]`
    Bracketed,
    /// `<|head|>user<|/head|>`
    Headed,
    /// `<start_of_turn>user`
    Turned,
    /// `<|user|>` in plain letters
    Lettered,
    /// `### Instruction:`
    Titled,
    /// Nothing: the model completes text.
    Plain,
}

/// How text falls apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pieces {
    /// Bytes, joined inside words.
    Bytes,
    /// Characters with a mark for the space; what is unknown becomes bytes.
    Marks,
}

impl Chat {
    /// Special tokens; a token's place here is its id.
    pub const fn special(self) -> &'static [&'static str] {
        match self {
            Self::Marked => &["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
            Self::Bracketed | Self::Lettered | Self::Titled => &["<unk>", "<s>", "</s>"],
            Self::Headed => &["<|begin|>", "<|end|>", "<|head|>", "<|/head|>", "<|eot|>"],
            Self::Turned => &[
                "<pad>",
                "<eos>",
                "<bos>",
                "<unk>",
                "<start_of_turn>",
                "<end_of_turn>",
            ],
            Self::Plain => &["<|endoftext|>"],
        }
    }

    /// The token a text begins with, if there is one.
    pub const fn begin(self) -> Option<&'static str> {
        match self {
            Self::Marked | Self::Lettered => None,
            Self::Bracketed | Self::Titled => Some("<s>"),
            Self::Headed => Some("<|begin|>"),
            Self::Turned => Some("<bos>"),
            Self::Plain => Some("<|endoftext|>"),
        }
    }

    /// The token that ends an answer.
    pub const fn end(self) -> &'static str {
        match self {
            Self::Marked => "<|im_end|>",
            Self::Bracketed | Self::Lettered | Self::Titled => "</s>",
            Self::Headed => "<|eot|>",
            Self::Turned => "<end_of_turn>",
            Self::Plain => "<|endoftext|>",
        }
    }

    /// Whether a system turn can be said.
    pub const fn has_system(self) -> bool {
        !matches!(self, Self::Plain | Self::Turned)
    }

    /// A text up to where the user's words begin.
    pub fn open(self, system: Option<&str>) -> String {
        let with = |before: &str, after: &str| {
            system
                .map(|system| format!("{before}{system}{after}"))
                .unwrap_or_default()
        };
        match self {
            Self::Marked => format!(
                "{}<|im_start|>user\n",
                with("<|im_start|>system\n", "<|im_end|>\n")
            ),
            Self::Bracketed => format!("<s>[INST] {}", with("", "\n\n")),
            Self::Headed => format!(
                "<|begin|>{}<|head|>user<|/head|>\n\n",
                with("<|head|>system<|/head|>\n\n", "<|eot|>")
            ),
            Self::Turned => "<bos><start_of_turn>user\n".to_owned(),
            Self::Lettered => format!("{}<|user|>\n", with("<|system|>\n", "</s>\n")),
            Self::Titled => format!("<s>{}### Instruction:\n", with("", "\n\n")),
            Self::Plain => "<|endoftext|>".to_owned(),
        }
    }

    /// What stands between the user's words and the answer.
    pub const fn turn(self) -> &'static str {
        match self {
            Self::Marked => "<|im_end|>\n<|im_start|>assistant\n",
            Self::Bracketed => " [/INST]",
            Self::Headed => "<|eot|><|head|>assistant<|/head|>\n\n",
            Self::Turned => "<end_of_turn>\n<start_of_turn>model\n",
            Self::Lettered => "</s>\n<|assistant|>\n",
            Self::Titled => "\n\n### Response:\n",
            Self::Plain => "",
        }
    }

    /// The answer as it follows the turn.
    pub fn answer(self, answer: &str) -> String {
        let space = if matches!(self, Self::Bracketed | Self::Plain) {
            " "
        } else {
            ""
        };
        format!("{space}{answer}{}", self.end())
    }

    /// The same as a template.
    pub const fn template(self) -> Option<&'static str> {
        Some(match self {
            Self::Marked => {
                "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}\
                 {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
            }
            Self::Bracketed => {
                "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{% set system = message['content'] + '\\n\\n' %}\
                 {% elif message['role'] == 'user' %}{{ '[INST] ' + (messages[0]['content'] + '\\n\\n' if loop.index0 == 1 and messages[0]['role'] == 'system' else '') + message['content'] + ' [/INST]' }}\
                 {% else %}{{ ' ' + message['content'] + eos_token }}{% endif %}{% endfor %}"
            }
            Self::Headed => {
                "{{ bos_token }}{% for message in messages %}{{ '<|head|>' + message['role'] + '<|/head|>\\n\\n' + message['content'] + '<|eot|>' }}\
                 {% endfor %}{% if add_generation_prompt %}{{ '<|head|>assistant<|/head|>\\n\\n' }}{% endif %}"
            }
            Self::Turned => {
                "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}\
                 {% for message in messages %}{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}\
                 {{ '<start_of_turn>' + role + '\\n' + message['content'] + '<end_of_turn>\\n' }}{% endfor %}\
                 {% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"
            }
            Self::Lettered => {
                "{% for message in messages %}{{ '<|' + message['role'] + '|>\\n' + message['content'] + eos_token + '\\n' }}{% endfor %}\
                 {% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"
            }
            Self::Titled => {
                "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}\
                 {% elif message['role'] == 'user' %}{{ '### Instruction:\\n' + message['content'] + '\\n\\n### Response:\\n' }}\
                 {% else %}{{ message['content'] + eos_token }}{% endif %}{% endfor %}"
            }
            Self::Plain => return None,
        })
    }
}

/// A tokenizer and the format it serves.
pub struct Vocabulary {
    pub chat: Chat,
    pub json: String,
    pub size: usize,
    tokenizer: Tokenizer,
}

impl Vocabulary {
    /// Learns about `size` tokens from the texts; each of `whole` becomes one token of its own.
    pub fn train(
        chat: Chat,
        pieces: Pieces,
        size: usize,
        texts: &[String],
        whole: &[&str],
    ) -> Result<Self, Failure> {
        let mut tokenizer = Tokenizer::new(BPE::default());
        let mut alphabet = HashSet::new();
        match pieces {
            Pieces::Bytes => {
                let bytes = ByteLevel::new(false, true, true);
                tokenizer
                    .with_pre_tokenizer(Some(bytes))
                    .with_decoder(Some(bytes));
                alphabet = ByteLevel::alphabet().into_iter().collect();
            }
            Pieces::Marks => {
                let marks = Metaspace::new('▁', PrependScheme::First, true);
                tokenizer
                    .with_pre_tokenizer(Some(marks.clone()))
                    .with_decoder(Some(marks));
            }
        }
        let special = chat.special().iter().map(|token| AddedToken::from(*token, true));
        let trainer = BpeTrainer::builder()
            .show_progress(false)
            .vocab_size(size)
            .initial_alphabet(alphabet)
            .special_tokens(special.collect())
            .build();
        let often = whole.iter().flat_map(|word| {
            let lines = [(*word).to_owned(), format!("a {word}")];
            std::iter::repeat_n(lines, texts.len() / 4).flatten()
        });
        let lines = texts.iter().cloned().chain(often);
        tokenizer.train(&mut TrainerWrapper::from(trainer), lines)?;
        if let (Some(begin), Some(id)) = (
            chat.begin(),
            chat.begin().and_then(|begin| tokenizer.token_to_id(begin)),
        ) {
            let template = TemplateProcessing::builder()
                .try_single(format!("{begin} $A"))?
                .special_tokens(vec![(begin, id)])
                .build()?;
            if matches!(chat, Chat::Bracketed | Chat::Titled | Chat::Turned) {
                tokenizer.with_post_processor(Some(template));
            }
        }
        let mut json: Value = serde_json::from_str(&tokenizer.to_string(false)?)?;
        if pieces == Pieces::Marks {
            fall_back_on_bytes(&mut json)?;
        }
        Self::read(chat, serde_json::to_string_pretty(&json)?)
    }

    fn read(chat: Chat, json: String) -> Result<Self, Failure> {
        let tokenizer = Tokenizer::from_bytes(&json)?;
        Ok(Self {
            chat,
            json,
            size: tokenizer.get_vocab_size(true),
            tokenizer,
        })
    }

    /// The tokens of a text in which special ones may be spelled.
    pub fn tokens(&self, text: &str) -> Result<Vec<u32>, Failure> {
        Ok(self.tokenizer.encode_fast(text, false)?.get_ids().to_vec())
    }

    /// The text of some tokens, special ones included.
    pub fn text(&self, tokens: &[u32]) -> Result<String, Failure> {
        self.tokenizer.decode(tokens, false)
    }

    /// The id of a token.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.tokenizer.token_to_id(token)
    }
}

/// Adds the 256 byte tokens and a decoder that knows them.
fn fall_back_on_bytes(json: &mut Value) -> Result<(), Failure> {
    let model = &mut json["model"];
    model["byte_fallback"] = json!(true);
    model["fuse_unk"] = json!(true);
    model["unk_token"] = json!("<unk>");
    let vocabulary = model["vocab"]
        .as_object_mut()
        .ok_or("the tokenizer has no vocabulary")?;
    let known: HashMap<String, Value> = vocabulary.clone().into_iter().collect();
    let mut next = known
        .values()
        .filter_map(Value::as_u64)
        .max()
        .map_or(0, |last| last + 1);
    for byte in 0..=255_u8 {
        vocabulary.entry(format!("<0x{byte:02X}>")).or_insert_with(|| {
            next += 1;
            json!(next - 1)
        });
    }
    if !vocabulary.contains_key("<unk>") {
        vocabulary.insert("<unk>".to_owned(), json!(next));
    }
    json["decoder"] = json!({
        "type": "Sequence",
        "decoders": [
            { "type": "Replace", "pattern": { "String": "▁" }, "content": " " },
            { "type": "ByteFallback" },
            { "type": "Fuse" },
            { "type": "Strip", "content": " ", "start": 1, "stop": 0 },
        ],
    });
    Ok(())
}
