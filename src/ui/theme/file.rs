//! The words of a theme file: styles, colours and lists of colours, and what is wrong with them.
//!
//! Invariant: every mistake names its key and the nearest valid word.

use ratatui::style::{Color, Modifier, Style};
use thiserror::Error;

use super::{
    ColorDepth, Look, THEMES,
    color::{ANSI, quantize},
};
use crate::{text, ui::keymap::position};

/// What is wrong with a theme.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ThemeError {
    /// No theme of that name.
    #[error("no theme is called '{name}'; did you mean '{nearest}'?")]
    UnknownTheme {
        /// The name asked for.
        name: String,
        /// The most similar one there is.
        nearest: String,
    },
    /// Something else is wrong at a place of a theme file.
    #[error("line {line}, column {column}: {wrong}")]
    At {
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What.
        wrong: Box<Self>,
    },
    /// Not TOML.
    #[error("the theme is not valid TOML: {message}")]
    Syntax {
        /// What the parser says, with line and column.
        message: String,
    },
    /// A key that means nothing.
    #[error("theme key '{key}' is unknown; did you mean '{nearest}'?")]
    UnknownKey {
        /// The key.
        key: String,
        /// The most similar one there is.
        nearest: String,
    },
    /// A word that is neither a colour nor a modifier.
    #[error("theme key '{key}': '{word}' is no colour or modifier; did you mean '{nearest}'?")]
    UnknownWord {
        /// The key it stands under.
        key: String,
        /// The word.
        word: String,
        /// The most similar one there is.
        nearest: String,
    },
    /// A value of the wrong shape.
    #[error("theme key '{key}': {expected}")]
    Shape {
        /// The key.
        key: String,
        /// What is expected there.
        expected: String,
    },
}

/// The same, with the place of the word that is wrong, or of what begins at `byte`.
pub(super) fn placed(file: &str, byte: usize, wrong: ThemeError) -> ThemeError {
    let within = match &wrong {
        ThemeError::UnknownWord { word, .. } | ThemeError::UnknownTheme { name: word, .. } => {
            file.get(byte..).and_then(|rest| rest.find(word.as_str()))
        }
        _ => None,
    };
    let (line, column) = position(file, byte + within.unwrap_or(0));
    ThemeError::At {
        line,
        column,
        wrong: Box::new(wrong),
    }
}

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// Text of a theme in the program.
pub(super) fn named(name: &str) -> Result<&'static str, ThemeError> {
    let names = THEMES.map(|(name, _)| name);
    THEMES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, theme)| *theme)
        .ok_or_else(|| ThemeError::UnknownTheme {
            name: text::line(name).to_string(),
            nearest: nearest(name, &names),
        })
}

pub(super) fn shape(key: &str, expected: &str) -> ThemeError {
    ThemeError::Shape {
        key: key.to_owned(),
        expected: expected.to_owned(),
    }
}

pub(super) fn unknown_key(key: &str) -> ThemeError {
    let mut known = vec!["base", "ramp", "ramp-16", "diverging", "diverging-16"];
    known.extend(Look::ROLES);
    ThemeError::UnknownKey {
        key: text::line(key).to_string(),
        nearest: nearest(key, &known),
    }
}

pub(super) fn unknown_word(key: &str, word: &str, modifiers: bool) -> ThemeError {
    let mut known: Vec<&str> = ANSI.iter().map(|(name, ..)| *name).collect();
    known.push("default");
    if modifiers {
        known.extend(MODIFIERS.iter().map(|(name, _)| *name));
    }
    ThemeError::UnknownWord {
        key: key.to_owned(),
        word: text::line(word).to_string(),
        nearest: nearest(word, &known),
    }
}

pub(super) fn nearest(word: &str, known: &[&str]) -> String {
    similar::get_close_matches(word, known, 1, 0.0)
        .first()
        .or(known.first())
        .map(|name| (*name).to_owned())
        .unwrap_or_default()
}

/// Reads `colour on colour modifier ...`; every part may be left out.
pub(super) fn parse_style(key: &str, words: &str, depth: ColorDepth) -> Result<Style, ThemeError> {
    let mut style = Style::new();
    let mut background = false;
    for word in words.split_whitespace() {
        if word == "on" {
            background = true;
        } else if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*modifier);
        } else {
            let color = parse_color(word).ok_or_else(|| unknown_word(key, word, true))?;
            let color = (depth != ColorDepth::None).then(|| quantize(color, depth));
            match color {
                Some(color) if background => style = style.bg(color),
                Some(color) => style = style.fg(color),
                None => {}
            }
            background = false;
        }
    }
    Ok(style)
}

pub(super) fn parse_color(word: &str) -> Option<Color> {
    if word == "default" {
        return Some(Color::Reset);
    }
    if let Some(digits) = word.strip_prefix('#') {
        let value = u32::from_str_radix(digits, 16)
            .ok()
            .filter(|_| digits.len() == 6)?;
        let [_, r, g, b] = value.to_be_bytes();
        return Some(Color::Rgb(r, g, b));
    }
    ANSI.iter()
        .find(|(name, ..)| *name == word)
        .map(|(_, color, _)| *color)
}

pub(super) fn anchors(key: &str, value: &toml::Value) -> Result<Vec<Color>, ThemeError> {
    let expected = || shape(key, "a list of two colours or more is expected");
    let words = value
        .as_array()
        .filter(|list| list.len() > 1)
        .ok_or_else(expected)?;
    words
        .iter()
        .map(|word| {
            let word = word.as_str().ok_or_else(expected)?;
            parse_color(word).ok_or_else(|| unknown_word(key, word, false))
        })
        .collect()
}
