//! The text around a user's turn, made from the chat template or from the begin-of-sequence token alone.
//!
//! Invariant: a frame that could not be made as asked is an error, never a frame that is something else.

use super::{Model, ModelError, words::Words};

/// The text around a user's turn, as token ids and as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    /// Tokens before the user's text (begin-of-sequence included where the model wants it).
    pub prefix: Vec<u32>,
    /// Tokens after the user's text up to the first token of the answer; empty for a plain completion.
    pub suffix: Vec<u32>,
    /// The same as text, raw.
    pub prefix_text: String,
    /// The same as text, raw.
    pub suffix_text: String,
    /// Tokens that end an answer or a turn.
    pub stop: Vec<u32>,
}

/// The context a [`Frame`] is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Context {
    /// The chat template with no system turn of ours (whatever default it has).
    Template,
    /// The chat template with this system turn.
    System(String),
    /// No template: the begin-of-sequence token alone; where there is none, the token that ends a text, after which another begins.
    Plain,
}

impl Model {
    /// The frame of a context.
    pub fn frame(&self, context: &Context) -> Result<Frame, ModelError> {
        self.words.frame(context)
    }
}

impl Words {
    /// The frame of a context.
    pub fn frame(&self, context: &Context) -> Result<Frame, ModelError> {
        let system = match context {
            Context::Plain => {
                let begin = self.begin.or_else(|| self.end.first().copied());
                let prefix: Vec<u32> = begin.into_iter().collect();
                return Ok(Frame {
                    prefix_text: self.tokenizer.decode(&prefix),
                    prefix,
                    stop: self.end.clone(),
                    ..Frame::default()
                });
            }
            Context::Template => None,
            Context::System(text) => Some(text.as_str()),
        };
        let template = self.template.as_ref().ok_or(ModelError::NoTemplate)?;
        let around = template.around(system)?;
        if system.is_some_and(|text| !around.before.contains(text.trim())) {
            return Err(ModelError::Template {
                reason: "it leaves the system turn out".into(),
            });
        }
        let (prefix, suffix) = (
            self.tokenizer.encode_marked(&around.before),
            self.tokenizer.encode_marked(&around.after),
        );
        let mut stop = self.end.clone();
        stop.extend(suffix.first().filter(|token| self.tokenizer.is_special(**token)));
        let after = template.after_answer(system).unwrap_or_default();
        let mut after = self.tokenizer.encode_marked(&after).into_iter();
        stop.extend(after.find(|token| self.tokenizer.is_special(*token)));
        stop.sort_unstable();
        stop.dedup();
        Ok(Frame {
            prefix,
            suffix,
            prefix_text: around.before,
            suffix_text: around.after,
            stop,
        })
    }
}
