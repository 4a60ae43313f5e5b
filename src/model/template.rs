//! The chat template: rendered with limits, and split around the user's text.
//!
//! Invariant: it cannot read, write or import anything, and it stops after a bounded amount of work and output; rendered
//! apart, also within bounded memory.

pub mod apart;
mod limits;
mod render;

use std::{collections::BTreeMap, path::PathBuf};

use serde_json::{Map, Value as Json};

use self::render::Order;
use super::error::ModelError;

/// Stands for the user's text and the answer: letters only, so that no template changes them.
const USER: &str = "Quvoxitzaluserwordbrefnil";
const ANSWER: &str = "Quvoxitzalanswerwordbrefnil";

/// Where templates are rendered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Renderer {
    /// In this process, where a template that makes much out of little can take much memory.
    #[default]
    Here,
    /// In a process of its own with little memory: this program, which answers [`apart::WORD`].
    Apart(PathBuf),
}

/// A chat template with the special tokens it may name.
pub struct Template {
    source: String,
    tokens: BTreeMap<String, String>,
    renderer: Renderer,
}

/// The text around a user's turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    /// Before it.
    pub before: String,
    /// After it, up to the answer.
    pub after: String,
}

impl Template {
    /// Parses a template; `settings` is tokenizer_config.json.
    pub fn new(
        source: String,
        settings: &Map<String, Json>,
        renderer: &Renderer,
    ) -> Result<Self, ModelError> {
        let tokens = settings
            .iter()
            .filter(|(name, _)| name.ends_with("_token"))
            .filter_map(|(name, value)| Some((name.clone(), token_text(value)?.to_owned())))
            .collect();
        let template = Self {
            source,
            tokens,
            renderer: renderer.clone(),
        };
        template.order(None).map(|_| template)
    }

    /// The text around a user's turn, after a system turn if one is given.
    pub fn around(&self, system: Option<&str>) -> Result<Around, ModelError> {
        let mut messages = turns(system);
        messages.push(("user", USER));
        let text = self.render(&messages, true)?;
        let mut parts = text.split(USER);
        match (parts.next(), parts.next(), parts.next()) {
            (Some(before), Some(after), None) => Ok(Around {
                before: before.to_owned(),
                after: after.to_owned(),
            }),
            _ => Err(ModelError::Template {
                reason: "it does not show the user's text exactly once".into(),
            }),
        }
    }

    /// What the template puts right after an answer; `None` when it puts nothing or refuses.
    pub fn after_answer(&self, system: Option<&str>) -> Option<String> {
        let mut messages = turns(system);
        messages.push(("user", USER));
        messages.push(("assistant", ANSWER));
        let text = self.render(&messages, false).ok()?;
        text.split_once(ANSWER).map(|(_, after)| after.to_owned())
    }

    /// The text of a conversation of (role, content) turns; `generate` opens the answer after them.
    pub fn render(&self, messages: &[(&str, &str)], generate: bool) -> Result<String, ModelError> {
        let messages = messages
            .iter()
            .map(|(role, content)| ((*role).to_owned(), (*content).to_owned()))
            .collect();
        self.order(Some((messages, generate)))
    }

    fn order(&self, conversation: Option<render::Conversation>) -> Result<String, ModelError> {
        let order = Order {
            source: self.source.clone(),
            tokens: self.tokens.clone(),
            conversation,
        };
        match &self.renderer {
            Renderer::Here => render::render(&order),
            Renderer::Apart(program) => apart::render(program, &order),
        }
        .map_err(|reason| ModelError::Template { reason })
    }
}

fn turns(system: Option<&str>) -> Vec<(&'static str, &str)> {
    system.map(|text| ("system", text)).into_iter().collect()
}

/// A token as tokenizer_config.json gives it: a text, or an object with its content.
pub fn token_text(value: &Json) -> Option<&str> {
    value.as_str().or_else(|| value["content"].as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(source: &str) -> Template {
        let settings = serde_json::json!({
            "bos_token": "<BOS>",
            "eos_token": { "content": "<EOS>" },
            "model_max_length": 12,
        });
        Template::new(source.to_owned(), settings.as_object().unwrap(), &Renderer::Here).unwrap()
    }

    #[test]
    fn blocks_are_trimmed_and_text_methods_work() {
        let template = template(
            "{{ bos_token }}\n{% for m in messages %}\n    {% if m.role.startswith('us') %}\n{{ m['content'].strip() }}{{ eos_token }}\n    {% endif %}\n{% endfor %}\n",
        );
        let text = template
            .render(&[("user", "  hi "), ("assistant", "no")], true)
            .unwrap();
        assert_eq!(text, "<BOS>\nhi<EOS>\n");
    }

    #[test]
    fn the_day_is_always_the_same() {
        let template = template("{{ strftime_now('%d %b %Y') }}{{ messages[0].content }}");
        let around = template.around(None).unwrap();
        assert_eq!(
            (around.before.as_str(), around.after.as_str()),
            ("26 Jul 2024", "")
        );
    }
}
