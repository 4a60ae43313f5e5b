//! The chat template: rendered with limits, and split around the user's text.
//!
//! Invariant: it cannot read, write or import anything, and it stops after a bounded amount of work and output.

mod limits;

use std::{
    collections::BTreeMap,
    io::{Error as IoError, Write},
};

use minijinja::{Environment, Error, ErrorKind, Value, context, syntax::SyntaxConfig};
use serde_json::{Map, Value as Json};

use super::error::ModelError;

/// Instructions a template may run.
const FUEL: u64 = 1_000_000;
/// Bytes a template may write.
const OUTPUT: usize = 256 << 10;
/// Stands for the user's text and the answer: letters only, so that no template changes them.
const USER: &str = "Quvoxitzaluserwordbrefnil";
const ANSWER: &str = "Quvoxitzalanswerwordbrefnil";

/// A chat template with the special tokens it may name.
pub struct Template {
    environment: Environment<'static>,
    tokens: BTreeMap<String, String>,
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
    pub fn new(source: String, settings: &Map<String, Json>) -> Result<Self, ModelError> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()
            .map_err(failed)?;
        environment.set_syntax(syntax);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(50);
        limits::apply(&mut environment);
        environment.add_function("raise_exception", |reason: String| -> Result<Value, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, reason))
        });
        environment.add_function("strftime_now", strftime);
        environment.add_template_owned("chat", source).map_err(failed)?;
        let tokens = settings
            .iter()
            .filter(|(name, _)| name.ends_with("_token"))
            .filter_map(|(name, value)| Some((name.clone(), token_text(value)?.to_owned())))
            .collect();
        Ok(Self { environment, tokens })
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
        let messages: Vec<Value> = messages
            .iter()
            .map(|(role, content)| context! { role => *role, content => *content })
            .collect();
        let tokens = Value::from_pairs(self.tokens.clone());
        let values = context! {
            messages,
            add_generation_prompt => generate,
            ..tokens
        };
        let template = self.environment.get_template("chat").map_err(failed)?;
        let mut out = Limited(Vec::new());
        template.render_captured_to(values, &mut out).map_err(failed)?;
        String::from_utf8(out.0).map_err(|_| ModelError::Template {
            reason: "it wrote no UTF-8".into(),
        })
    }
}

fn turns(system: Option<&str>) -> Vec<(&'static str, &str)> {
    system.map(|text| ("system", text)).into_iter().collect()
}

/// A token as tokenizer_config.json gives it: a text, or an object with its content.
pub fn token_text(value: &Json) -> Option<&str> {
    value.as_str().or_else(|| value["content"].as_str())
}

/// Always the same day, so that a scan can be repeated.
fn strftime(format: &str) -> Result<String, Error> {
    let day = jiff::civil::date(2024, 7, 26);
    jiff::fmt::strtime::format(format, day)
        .map_err(|reason| Error::new(ErrorKind::InvalidOperation, reason.to_string()))
}

#[expect(clippy::needless_pass_by_value, reason = "given to map_err as it is")]
fn failed(error: Error) -> ModelError {
    let reason = match error.kind() {
        ErrorKind::OutOfFuel => "it runs too long".into(),
        ErrorKind::WriteFailure => "it writes too much".into(),
        _ => error.to_string(),
    };
    ModelError::Template { reason }
}

struct Limited(Vec<u8>);

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > OUTPUT {
            return Err(IoError::other("too much output"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
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
        Template::new(source.to_owned(), settings.as_object().unwrap()).unwrap()
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
