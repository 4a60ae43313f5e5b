//! Text to token ids and back.
//!
//! Invariant: text that spells a special token becomes one only in a template, never in what a user or a model wrote.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use tokenizers::Tokenizer as Inner;

use super::{error::ModelError, json};

/// A tokenizer.
pub struct Tokenizer {
    /// Text that spells a special token stays text.
    plain: Inner,
    /// Text that spells a special token becomes one.
    marked: Inner,
    special: BTreeSet<u32>,
    /// A letter to decode others after, so that a decoder that trims the start of a text does not trim them.
    anchor: Option<(u32, String)>,
    begin: Option<u32>,
}

/// Checks that no text has two ids: as a key twice, as a piece twice, or as an added token with another id.
fn unambiguous(json: &[u8]) -> Result<(), String> {
    json::unique(json)?;
    let all: Value = serde_json::from_slice(json).map_err(|reason| reason.to_string())?;
    let mut ids = HashMap::new();
    match &all["model"]["vocab"] {
        Value::Object(tokens) => {
            ids.extend(
                tokens
                    .iter()
                    .filter_map(|(token, id)| Some((token.as_str(), id.as_u64()?))),
            );
        }
        Value::Array(pieces) => {
            for (id, piece) in pieces.iter().enumerate() {
                if let Some(token) = piece[0].as_str()
                    && let Some(other) = ids.insert(token, id as u64)
                {
                    return Err(format!("{token:?} has the ids {other} and {id}"));
                }
            }
        }
        _ => {}
    }
    for added in all["added_tokens"].as_array().into_iter().flatten() {
        if let (Some(token), Some(id)) = (added["content"].as_str(), added["id"].as_u64())
            && let Some(other) = ids.insert(token, id).filter(|other| *other != id)
        {
            return Err(format!("{token:?} has the ids {other} and {id}"));
        }
    }
    Ok(())
}

impl Tokenizer {
    /// Reads tokenizer.json; its ids must fit a vocabulary of this size.
    pub fn read(json: &[u8], vocabulary: usize) -> Result<Self, ModelError> {
        let wrong = |reason: String| ModelError::Tokenizer { reason };
        unambiguous(json).map_err(wrong)?;
        let mut marked = Inner::from_bytes(json).map_err(|reason| wrong(reason.to_string()))?;
        // a tokenizer that cuts or pads on its own would hide tokens
        marked
            .with_truncation(None)
            .map_err(|reason| wrong(reason.to_string()))?;
        marked.with_padding(None);
        let beyond = marked
            .get_vocab(false)
            .into_values()
            .max()
            .filter(|largest| *largest as usize >= vocabulary);
        if let Some(largest) = beyond {
            return Err(wrong(format!(
                "token {largest} does not fit config.json's vocabulary of {vocabulary}"
            )));
        }
        let mut owners = HashMap::new();
        for (token, id) in marked.get_vocab(true) {
            if let Some(other) = owners.insert(id, token.clone()) {
                return Err(wrong(format!("id {id} stands for {other:?} and for {token:?}")));
            }
        }
        let mut plain = marked.clone();
        plain.set_encode_special_tokens(true);
        let special = marked
            .get_added_tokens_decoder()
            .iter()
            .filter(|(_, token)| token.special)
            .map(|(id, _)| *id)
            .collect();
        let begin = marked.encode_fast("a", true).ok().and_then(|with| {
            let without = marked.encode_fast("a", false).ok()?;
            let first = *with.get_ids().first()?;
            (without.get_ids().first() != Some(&first)).then_some(first)
        });
        let anchor = ["a", "e", "A", "0", "▁a"].iter().find_map(|letter| {
            let id = marked.token_to_id(letter)?;
            let text = marked.decode(&[id], false).ok()?;
            (!text.is_empty()).then_some((id, text))
        });
        Ok(Self {
            plain,
            marked,
            special,
            anchor,
            begin,
        })
    }

    /// Ids of a text, none added, none special.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        self.plain
            .encode_fast(text, false)
            .map_or_else(|_| Vec::new(), |encoding| encoding.get_ids().to_vec())
    }

    /// Ids of template text: what spells a special token is one.
    pub fn encode_marked(&self, text: &str) -> Vec<u32> {
        self.marked
            .encode_fast(text, false)
            .map_or_else(|_| Vec::new(), |encoding| encoding.get_ids().to_vec())
    }

    /// Text of ids, special tokens included.
    pub fn decode(&self, tokens: &[u32]) -> String {
        self.marked.decode(tokens, false).unwrap_or_default()
    }

    /// Text of one id as it stands within a row.
    pub fn token_text(&self, token: u32) -> String {
        if let Some((anchor, text)) = &self.anchor {
            let both = self.decode(&[*anchor, token]);
            if let Some(rest) = both.strip_prefix(text.as_str()) {
                return rest.to_owned();
            }
        }
        self.decode(&[token])
    }

    /// True for control tokens.
    pub fn is_special(&self, token: u32) -> bool {
        self.special.contains(&token)
    }

    /// Token ids it knows.
    pub fn size(&self) -> usize {
        self.marked.get_vocab_size(true)
    }

    /// Control tokens: id and text.
    pub fn special(&self) -> Vec<(u32, String)> {
        let text = |id: &u32| (*id, self.marked.id_to_token(*id).unwrap_or_default());
        self.special.iter().map(text).collect()
    }

    /// The id of a token spelled like this.
    pub fn id(&self, text: &str) -> Option<u32> {
        self.marked.token_to_id(text)
    }

    /// The token put before every text, if the tokenizer does that.
    pub const fn begin(&self) -> Option<u32> {
        self.begin
    }
}
