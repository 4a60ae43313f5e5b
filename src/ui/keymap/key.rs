//! One key as it is pressed, written in a keymap file, and shown.
//!
//! Invariant: a key reads back from what it is shown as.

use std::{fmt, str::FromStr};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// One key with its modifiers, in one normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        // Terminals disagree on whether Shift is reported beside a character that already shows it.
        let kept = KeyModifiers::CONTROL | KeyModifiers::ALT;
        match event.code {
            KeyCode::Char(_) | KeyCode::BackTab => Self {
                code: event.code,
                modifiers: event.modifiers & kept,
            },
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => Self {
                code: KeyCode::BackTab,
                modifiers: event.modifiers & kept,
            },
            code => Self {
                code,
                modifiers: event.modifiers & (kept | KeyModifiers::SHIFT),
            },
        }
    }
}

impl Key {
    /// True for a key that writes a character.
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.modifiers.is_empty()
    }

    /// The digit it writes, if it does.
    pub fn digit(self) -> Option<usize> {
        match self.code {
            KeyCode::Char(c) if self.modifiers.is_empty() => c.to_digit(10).map(|digit| digit as usize),
            _ => None,
        }
    }
}

const NAMED: [(&str, KeyCode); 16] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("shift-tab", KeyCode::BackTab),
];

impl FromStr for Key {
    type Err = ();

    fn from_str(written: &str) -> Result<Self, ()> {
        let mut rest = written;
        let mut modifiers = KeyModifiers::NONE;
        let code = loop {
            if let Some((_, code)) = NAMED.iter().find(|(name, _)| *name == rest) {
                break *code;
            }
            let mut chars = rest.chars();
            if let (Some(only), None) = (chars.next(), chars.next()) {
                break KeyCode::Char(only);
            }
            if let Some(number) = rest.strip_prefix('f').and_then(|number| number.parse().ok()) {
                break KeyCode::F(number);
            }
            let (modifier, after) = rest.split_once('-').ok_or(())?;
            modifiers |= match modifier {
                "ctrl" => KeyModifiers::CONTROL,
                "alt" => KeyModifiers::ALT,
                "shift" => KeyModifiers::SHIFT,
                _ => return Err(()),
            };
            rest = after;
        };
        Ok(KeyEvent::new(code, modifiers).into())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, name) in [
            (KeyModifiers::CONTROL, "ctrl-"),
            (KeyModifiers::ALT, "alt-"),
            (KeyModifiers::SHIFT, "shift-"),
        ] {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(number) => write!(f, "f{number}"),
            code => write!(f, "{code:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(written: &str) -> Key {
        written.parse().unwrap()
    }

    #[test]
    fn keys_are_written_and_shown_alike() {
        for written in [
            "q",
            "G",
            "?",
            "ctrl-c",
            "shift-tab",
            "f12",
            "alt-x",
            "-",
            "ctrl--",
            "pageup",
        ] {
            assert_eq!(key(written).to_string(), written);
        }
        assert!(Key::from_str("hyper-x").is_err());
        assert!(Key::from_str("entre").is_err());
    }

    #[test]
    fn shift_beside_a_capital_makes_no_difference() {
        let event = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(Key::from(event), key("G"));
    }
}
