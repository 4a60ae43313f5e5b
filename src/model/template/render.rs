//! One rendering of one template: parsed, run and forgotten.
//!
//! Invariant: it has no file, no clock and no import; it ends after a bounded number of instructions and bytes written.

use std::{
    collections::BTreeMap,
    io::{Error as IoError, Write},
};

use minijinja::{Environment, Error, ErrorKind, Value, context, syntax::SyntaxConfig};
use serde::{Deserialize, Serialize};

use super::limits;

/// Instructions a template may run.
const FUEL: u64 = 1_000_000;
/// Bytes a template may write.
const OUTPUT: usize = 256 << 10;

/// Turns (role and content), and whether the answer is opened after them.
pub type Conversation = (Vec<(String, String)>, bool);

/// What is to be rendered.
#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    /// The template.
    pub source: String,
    /// The special tokens it may name.
    pub tokens: BTreeMap<String, String>,
    /// `None`: the template is only parsed.
    pub conversation: Option<Conversation>,
}

/// The text a conversation becomes, or why there is none; empty when the template is only parsed.
pub fn render(order: &Order) -> Result<String, String> {
    let environment = environment(&order.source).map_err(|error| reason(&error))?;
    let Some((messages, generate)) = &order.conversation else {
        return Ok(String::new());
    };
    let messages: Vec<Value> = messages
        .iter()
        .map(|(role, content)| context! { role => role, content => content })
        .collect();
    let tokens = Value::from_pairs(order.tokens.clone());
    let values = context! {
        messages,
        add_generation_prompt => generate,
        ..tokens
    };
    let mut out = Limited(Vec::new());
    environment
        .get_template("chat")
        .and_then(|template| template.render_captured_to(values, &mut out).map(drop))
        .map_err(|error| reason(&error))?;
    String::from_utf8(out.0).map_err(|_| "it wrote no UTF-8".into())
}

fn environment(source: &str) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(50);
    limits::apply(&mut environment);
    environment.add_function("raise_exception", |reason: String| -> Result<Value, Error> {
        Err(Error::new(ErrorKind::InvalidOperation, reason))
    });
    environment.add_function("strftime_now", strftime);
    environment.add_template_owned("chat", source.to_owned())?;
    Ok(environment)
}

/// Always the same day, so that a scan can be repeated.
fn strftime(format: &str) -> Result<String, Error> {
    let day = jiff::civil::date(2024, 7, 26);
    jiff::fmt::strtime::format(format, day)
        .map_err(|reason| Error::new(ErrorKind::InvalidOperation, reason.to_string()))
}

fn reason(error: &Error) -> String {
    match error.kind() {
        ErrorKind::OutOfFuel => "it runs too long".into(),
        ErrorKind::WriteFailure => "it writes too much".into(),
        _ => error.to_string(),
    }
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
