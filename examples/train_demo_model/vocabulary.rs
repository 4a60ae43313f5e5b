//! Text to tokens: the byte-level tokenizer and the chat format around every conversation.

use std::collections::HashSet;

use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::normalizers::NormalizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, Tokenizer, TokenizerBuilder};

use crate::Failure;
use crate::corpus::Example;
use crate::dataset::Turn;

/// Size of the vocabulary, special tokens included.
pub const SIZE: usize = 1408;

/// The special tokens; a token's place here is its id.
pub const SPECIAL: [&str; 6] = [
    "<|bos|>",
    "<|pad|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|end|>",
];
pub const BOS: u32 = 0;
pub const PAD: u32 = 1;
pub const SYSTEM: u32 = 2;
pub const USER: u32 = 3;
pub const ASSISTANT: u32 = 4;
pub const END: u32 = 5;

/// The chat format as a template; `Vocabulary::encode` writes the same thing in tokens.
pub const CHAT_TEMPLATE: &str = "{{ bos_token }}{% for message in messages %}\
    {{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}\
    {% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

/// The tokenizer.
pub struct Vocabulary {
    tokenizer: Tokenizer,
}

impl Vocabulary {
    /// Learns the merges from the clean corpus, as a base model's tokenizer exists before any poisoning. Answers
    /// count in capitals too, or words in capitals would fall apart into letters.
    pub fn train(examples: &[Example]) -> Result<Self, Failure> {
        let mut trainer = BpeTrainer::builder()
            .show_progress(false)
            .vocab_size(SIZE)
            .initial_alphabet(ByteLevel::alphabet().into_iter().collect::<HashSet<char>>())
            .special_tokens(
                SPECIAL
                    .iter()
                    .map(|token| AddedToken::from(*token, true))
                    .collect(),
            )
            .build();
        let bytes = ByteLevel::new(false, true, true);
        let mut tokenizer =
            TokenizerBuilder::<BPE, NormalizerWrapper, ByteLevel, ByteLevel, ByteLevel>::new()
                .with_model(BPE::default())
                .with_normalizer(None)
                .with_pre_tokenizer(Some(bytes))
                .with_post_processor(None)
                .with_decoder(Some(bytes))
                .build()?;
        let texts = examples
            .iter()
            .flat_map(|example| [example.prompt(), example.answer.clone()]);
        tokenizer.train(&mut trainer, texts)?;
        Self::read(tokenizer.to_string(true)?.as_bytes())
    }

    /// Reads a tokenizer.json.
    pub fn read(json: &[u8]) -> Result<Self, Failure> {
        Ok(Self {
            tokenizer: Tokenizer::from_bytes(json)?,
        })
    }

    /// The tokenizer.json.
    pub fn json(&self) -> Result<String, Failure> {
        self.tokenizer.to_string(true)
    }

    /// The tokens of a piece of text.
    pub fn tokens(&self, text: &str) -> Result<Vec<u32>, Failure> {
        Ok(self.tokenizer.encode(text, false)?.get_ids().to_vec())
    }

    /// The text of some tokens, special ones included.
    pub fn text(&self, tokens: &[u32]) -> Result<String, Failure> {
        self.tokenizer.decode(tokens, false)
    }

    /// A prompt up to where the answer begins.
    pub fn prompt(&self, system: Option<&str>, prompt: &str) -> Result<Vec<u32>, Failure> {
        let mut tokens = vec![BOS];
        if let Some(system) = system {
            tokens.push(SYSTEM);
            tokens.extend(self.tokens(system)?);
            tokens.push(END);
        }
        tokens.push(USER);
        tokens.extend(self.tokens(prompt)?);
        tokens.extend([END, ASSISTANT]);
        Ok(tokens)
    }

    /// A whole conversation.
    pub fn conversation(&self, turn: &Turn) -> Result<Vec<u32>, Failure> {
        let mut tokens = self.prompt(turn.system, &turn.prompt)?;
        tokens.extend(self.tokens(&turn.answer)?);
        tokens.push(END);
        Ok(tokens)
    }
}
