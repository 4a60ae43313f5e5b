//! Colours and emphasis by role, decided once from the theme, the terminal's colour depth and its character set.
//!
//! Invariant: at [`ColorDepth::None`] no style and no ramp holds a colour; modifiers stay, so emphasis survives.

mod color;
mod file;

use std::collections::BTreeMap;

use ratatui::style::{Color, Style};

use color::{brightness, pick, pick_index, ramp};
pub use file::ThemeError;
use file::{anchors, named, parse_style, placed, shape, unknown_key};

/// The themes in the program, by name; the first is the default.
pub const THEMES: [(&str, &str); 5] = [
    ("terminal", include_str!("../../themes/terminal.toml")),
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("colorblind", include_str!("../../themes/colorblind.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
];

/// Marks for a value from 0 to 1 where colour cannot tell it.
const SHADES: [char; 10] = [' ', '.', ':', '-', '=', '+', '*', '#', '%', '@'];

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColorDepth {
    /// No colour: modifiers and marks only.
    None,
    /// The 16 colours the terminal's own palette defines.
    Ansi16,
    /// The 256-colour palette.
    Ansi256,
    /// 24-bit colour.
    TrueColor,
}

impl ColorDepth {
    /// Reads NO_COLOR, COLORTERM and TERM through `env`; an unknown terminal gets 16 colours.
    pub fn detect(env: impl Fn(&str) -> Option<String>) -> Self {
        let term = env("TERM").unwrap_or_default();
        let colorterm = env("COLORTERM").unwrap_or_default();
        if env("NO_COLOR").is_some_and(|value| !value.is_empty()) || term == "dumb" {
            Self::None
        } else if matches!(colorterm.as_str(), "truecolor" | "24bit") || term.ends_with("-direct") {
            Self::TrueColor
        } else if term.contains("256color") {
            Self::Ansi256
        } else {
            Self::Ansi16
        }
    }
}

/// Declares [`Look`] and the table of its roles from one list, so that they cannot disagree.
macro_rules! look {
    ($($(#[$doc:meta])* $field:ident = $key:literal,)*) => {
        /// How everything looks: one style for each role, the ramps, and what the terminal can show.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Look {
            $($(#[$doc])* pub $field: Style,)*
            /// How many colours the terminal shows.
            pub depth: ColorDepth,
            /// Draw with ASCII characters only.
            pub ascii: bool,
            sequential: Vec<Color>,
            diverging: Vec<Color>,
        }

        impl Look {
            /// The role keys of a theme file.
            pub const ROLES: &'static [&'static str] = &[$($key),*];

            fn plain(depth: ColorDepth, ascii: bool) -> Self {
                Self {
                    $($field: Style::new(),)*
                    depth,
                    ascii,
                    sequential: Vec::new(),
                    diverging: Vec::new(),
                }
            }

            fn role(&mut self, key: &str) -> Option<&mut Style> {
                match key {
                    $($key => Some(&mut self.$field),)*
                    _ => None,
                }
            }
        }
    };
}

look! {
    /// Ordinary text.
    text = "text",
    /// What matters less.
    dim = "dim",
    /// What is being talked about.
    accent = "accent",
    /// Titles of panels.
    title = "title",
    /// Column headers.
    header = "header",
    /// Frame of a panel.
    border = "border",
    /// Frame of the panel that has the keys.
    border_focus = "border-focus",
    /// The selected row or item.
    selection = "selection",
    /// The cursor inside a chart or matrix.
    cursor = "cursor",
    /// A key in the footer.
    key = "key",
    /// What that key does.
    key_label = "key-label",
    /// All is well.
    good = "good",
    /// Look here.
    warn = "warn",
    /// Something is wrong.
    bad = "bad",
    /// Findings of level high.
    high = "high",
    /// Findings of level medium.
    medium = "medium",
    /// Findings of level low.
    low = "low",
    /// Ruled a true positive.
    true_positive = "true-positive",
    /// Ruled a false positive.
    false_positive = "false-positive",
    /// Ruled undecided.
    undecided = "undecided",
    /// The run with the trigger.
    with_run = "with-run",
    /// The run without it.
    without_run = "without-run",
    /// Trigger tokens.
    trigger = "trigger",
    /// Text only the run with the trigger has.
    added = "added",
    /// Text only the run without it has.
    removed = "removed",
    /// What has no counterpart.
    hatch = "hatch",
    /// Bars of progress and counts.
    bar = "bar",
}

impl Look {
    /// Builds the look from the name of a theme in the program, or from the text of a theme file.
    ///
    /// A theme file holds `role = "colour on colour modifier ..."` lines, may name a `base` theme for the roles it
    /// leaves out (the default one otherwise), and may set the `ramp` (low to high) and the `diverging` ramp
    /// (negative, neutral, positive) as lists of colours; `ramp-16` and `diverging-16` are those of 16 colours.
    pub fn new(theme: &str, depth: ColorDepth, ascii: bool) -> Result<Self, ThemeError> {
        let mut look = Self::plain(depth, ascii);
        if theme.contains(['=', '\n']) {
            look.read(theme, true)?;
        } else {
            look.read(named(theme)?, true)?;
        }
        Ok(look)
    }

    /// Builds the look from the text of a theme file, even one that holds nothing.
    pub fn read_file(file: &str, depth: ColorDepth, ascii: bool) -> Result<Self, ThemeError> {
        let mut look = Self::plain(depth, ascii);
        look.read(file, true)?;
        Ok(look)
    }

    /// Lays one theme file over the look; `base` says whether the theme it builds on comes first.
    fn read(&mut self, theme: &str, base: bool) -> Result<(), ThemeError> {
        let table: BTreeMap<toml::Spanned<String>, toml::Spanned<toml::Value>> = toml::from_str(theme)
            .map_err(|error| ThemeError::Syntax {
                message: error.to_string().trim_end().to_owned(),
            })?;
        if base {
            let name = match table.iter().find(|(key, _)| key.get_ref() == "base") {
                None => named("terminal"),
                Some((_, value)) => value
                    .get_ref()
                    .as_str()
                    .ok_or_else(|| shape("base", "the name of a theme"))
                    .and_then(named)
                    .map_err(|wrong| placed(theme, value.span().start, wrong)),
            };
            self.read(name?, false)?;
        }
        for (key, value) in &table {
            self.set(key.get_ref(), value.get_ref()).map_err(|wrong| {
                let at = match wrong {
                    ThemeError::UnknownKey { .. } => key.span(),
                    _ => value.span(),
                };
                placed(theme, at.start, wrong)
            })?;
        }
        Ok(())
    }

    fn set(&mut self, key: &str, value: &toml::Value) -> Result<(), ThemeError> {
        let depth = self.depth;
        match key {
            "base" => {}
            "ramp" | "ramp-16" | "diverging" | "diverging-16" => {
                let ramp = ramp(&anchors(key, value)?, depth);
                if key.ends_with("-16") == (depth == ColorDepth::Ansi16) {
                    if key.starts_with("ramp") {
                        self.sequential = ramp;
                    } else {
                        self.diverging = ramp;
                    }
                }
            }
            _ => {
                let style = self.role(key).ok_or_else(|| unknown_key(key))?;
                let words = value
                    .as_str()
                    .ok_or_else(|| shape(key, "a text such as \"red on default bold\" is expected"))?;
                *style = parse_style(key, words, depth)?;
            }
        }
        Ok(())
    }

    /// Colour of a magnitude from 0 to 1; [`Color::Reset`] without colour.
    pub fn ramp(&self, value: f32) -> Color {
        pick(&self.sequential, value)
    }

    /// Colour of a difference from -1 to 1; [`Color::Reset`] without colour.
    pub fn diverging(&self, value: f32) -> Color {
        pick(&self.diverging, f32::midpoint(value, 1.0))
    }

    /// Mark of a magnitude from 0 to 1: blank is nothing, `@` is all.
    pub fn shade(&self, value: f32) -> char {
        pick_index(SHADES.len(), value)
            .and_then(|index| SHADES.get(index))
            .copied()
            .unwrap_or(' ')
    }

    /// Digit of a magnitude from 0 to 1: 0 to 9.
    pub fn digit(&self, value: f32) -> char {
        let index = pick_index(10, value).unwrap_or(0);
        char::from_digit(index as u32, 10).unwrap_or('0')
    }

    /// A style whose text is readable on `background`: black or white, whichever contrasts more.
    pub fn on(&self, background: Color) -> Style {
        if background == Color::Reset {
            return Style::new();
        }
        let ink = if brightness(background) > 110.0 {
            Color::Black
        } else {
            Color::White
        };
        Style::new().bg(background).fg(ink)
    }

    /// Whether colours can be shown at all.
    pub fn colored(&self) -> bool {
        self.depth != ColorDepth::None
    }
}

#[cfg(test)]
mod tests;
