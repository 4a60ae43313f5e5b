//! Colours and emphasis by role, decided once from the theme, the terminal's colour depth and its character set.
//!
//! Invariant: at [`ColorDepth::None`] no style and no ramp holds a colour; modifiers stay, so emphasis survives.

use ratatui::style::{Color, Modifier, Style};
use thiserror::Error;

use crate::text;

/// The themes in the program, by name; the first is the default.
pub const THEMES: [(&str, &str); 5] = [
    ("terminal", include_str!("../../themes/terminal.toml")),
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("colorblind", include_str!("../../themes/colorblind.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
];

/// Steps of a ramp: enough to see a gradient, few enough to keep the terminal's traffic low.
const STEPS: usize = 64;
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

/// The 16 ANSI colours by name, with the values xterm shows them in.
const ANSI: [(&str, Color, [u8; 3]); 16] = [
    ("black", Color::Black, [0, 0, 0]),
    ("red", Color::Red, [205, 0, 0]),
    ("green", Color::Green, [0, 205, 0]),
    ("yellow", Color::Yellow, [205, 205, 0]),
    ("blue", Color::Blue, [0, 0, 238]),
    ("magenta", Color::Magenta, [205, 0, 205]),
    ("cyan", Color::Cyan, [0, 205, 205]),
    ("white", Color::Gray, [229, 229, 229]),
    ("bright-black", Color::DarkGray, [127, 127, 127]),
    ("bright-red", Color::LightRed, [255, 0, 0]),
    ("bright-green", Color::LightGreen, [0, 255, 0]),
    ("bright-yellow", Color::LightYellow, [255, 255, 0]),
    ("bright-blue", Color::LightBlue, [92, 92, 255]),
    ("bright-magenta", Color::LightMagenta, [255, 0, 255]),
    ("bright-cyan", Color::LightCyan, [0, 255, 255]),
    ("bright-white", Color::White, [255, 255, 255]),
];

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

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

    /// Lays one theme file over the look; `base` says whether the theme it builds on comes first.
    fn read(&mut self, theme: &str, base: bool) -> Result<(), ThemeError> {
        let table: toml::Table = theme
            .parse()
            .map_err(|error: toml::de::Error| ThemeError::Syntax {
                message: error.to_string().trim_end().to_owned(),
            })?;
        if base {
            let name = match table.get("base") {
                None => "terminal",
                Some(value) => value
                    .as_str()
                    .ok_or_else(|| shape("base", "the name of a theme"))?,
            };
            self.read(named(name)?, false)?;
        }
        for (key, value) in &table {
            match key.as_str() {
                "base" => {}
                "ramp" | "ramp-16" | "diverging" | "diverging-16" => {
                    let ramp = ramp(&anchors(key, value)?, self.depth);
                    if key.ends_with("-16") == (self.depth == ColorDepth::Ansi16) {
                        if key.starts_with("ramp") {
                            self.sequential = ramp;
                        } else {
                            self.diverging = ramp;
                        }
                    }
                }
                _ => {
                    let depth = self.depth;
                    let style = self.role(key).ok_or_else(|| unknown_key(key))?;
                    let words = value
                        .as_str()
                        .ok_or_else(|| shape(key, "a text such as \"red on default bold\" is expected"))?;
                    *style = parse_style(key, words, depth)?;
                }
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

/// Text of a theme in the program.
fn named(name: &str) -> Result<&'static str, ThemeError> {
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

fn shape(key: &str, expected: &str) -> ThemeError {
    ThemeError::Shape {
        key: key.to_owned(),
        expected: expected.to_owned(),
    }
}

fn unknown_key(key: &str) -> ThemeError {
    let mut known = vec!["base", "ramp", "ramp-16", "diverging", "diverging-16"];
    known.extend(Look::ROLES);
    ThemeError::UnknownKey {
        key: text::line(key).to_string(),
        nearest: nearest(key, &known),
    }
}

fn unknown_word(key: &str, word: &str, modifiers: bool) -> ThemeError {
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

fn nearest(word: &str, known: &[&str]) -> String {
    similar::get_close_matches(word, known, 1, 0.0)
        .first()
        .or(known.first())
        .map(|name| (*name).to_owned())
        .unwrap_or_default()
}

/// Reads `colour on colour modifier ...`; every part may be left out.
fn parse_style(key: &str, words: &str, depth: ColorDepth) -> Result<Style, ThemeError> {
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

fn parse_color(word: &str) -> Option<Color> {
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

fn anchors(key: &str, value: &toml::Value) -> Result<Vec<Color>, ThemeError> {
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

/// The steps of a ramp through evenly spaced anchors.
///
/// Anchors that are palette names cannot be mixed: each keeps an equal share of the ramp.
fn ramp(anchors: &[Color], depth: ColorDepth) -> Vec<Color> {
    if depth == ColorDepth::None {
        return Vec::new();
    }
    let mixable = depth > ColorDepth::Ansi16 && anchors.iter().all(|color| matches!(color, Color::Rgb(..)));
    (0..STEPS)
        .filter_map(|step| {
            let place = step as f32 / (STEPS - 1) as f32;
            if mixable {
                mix(anchors, place).map(|color| quantize(color, depth))
            } else {
                let index = pick_index(anchors.len(), place)?;
                anchors.get(index).map(|color| quantize(*color, depth))
            }
        })
        .collect()
}

fn mix(anchors: &[Color], place: f32) -> Option<Color> {
    let position = place.clamp(0.0, 1.0) * (anchors.len().saturating_sub(1)) as f32;
    let low = position.floor();
    let from = rgb(*anchors.get(low as usize)?);
    let to = rgb(*anchors.get(position.ceil() as usize)?);
    let share = position - low;
    let mut mixed = [0_u8; 3];
    for (channel, (from, to)) in mixed.iter_mut().zip(from.into_iter().zip(to)) {
        *channel = (f32::from(from) + (f32::from(to) - f32::from(from)) * share).round() as u8;
    }
    let [r, g, b] = mixed;
    Some(Color::Rgb(r, g, b))
}

/// The colour closest to `color` that the terminal has. Palette names stay as they are.
fn quantize(color: Color, depth: ColorDepth) -> Color {
    let Color::Rgb(r, g, b) = color else {
        return color;
    };
    match depth {
        ColorDepth::TrueColor => color,
        ColorDepth::Ansi256 => (16..=255_u8)
            .map(Color::Indexed)
            .min_by_key(|candidate| distance(rgb(*candidate), [r, g, b]))
            .unwrap_or(Color::Reset),
        ColorDepth::Ansi16 => ANSI
            .iter()
            .min_by_key(|(_, _, value)| distance(*value, [r, g, b]))
            .map_or(Color::Reset, |(_, color, _)| *color),
        ColorDepth::None => Color::Reset,
    }
}

/// Squared distance, green weighing most as it does for the eye.
fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.into_iter()
        .zip(b)
        .zip([3, 4, 2])
        .map(|((a, b), weight)| weight * u32::from(a.abs_diff(b)).pow(2))
        .sum()
}

/// Brightness of a colour to the eye, 0 to 255.
fn brightness(color: Color) -> f32 {
    let [r, g, b] = rgb(color).map(f32::from);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Red, green and blue of a colour, as xterm shows it.
fn rgb(color: Color) -> [u8; 3] {
    match color {
        Color::Rgb(r, g, b) => [r, g, b],
        Color::Indexed(index @ 232..) => [8 + 10 * (index - 232); 3],
        Color::Indexed(index @ 16..) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let index = index - 16;
            [level(index / 36), level(index / 6 % 6), level(index % 6)]
        }
        Color::Indexed(index) => ANSI.get(usize::from(index)).map_or([0; 3], |(.., value)| *value),
        named => ANSI
            .iter()
            .find(|(_, color, _)| *color == named)
            .map_or([0; 3], |(.., value)| *value),
    }
}

/// Index of a value from 0 to 1 among `steps` equal ones; none for an empty table. Not-a-number counts as 0.
fn pick_index(steps: usize, value: f32) -> Option<usize> {
    let value = if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, 1.0)
    };
    let last = steps.checked_sub(1)?;
    Some(((value * steps as f32) as usize).min(last))
}

fn pick(ramp: &[Color], value: f32) -> Color {
    pick_index(ramp.len(), value)
        .and_then(|index| ramp.get(index))
        .copied()
        .unwrap_or(Color::Reset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &'static [(&'static str, &'static str)]) -> impl Fn(&str) -> Option<String> {
        move |name| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn depth_follows_the_environment() {
        let cases: [(&'static [(&'static str, &'static str)], ColorDepth); 7] = [
            (&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")], ColorDepth::None),
            (&[("NO_COLOR", ""), ("COLORTERM", "24bit")], ColorDepth::TrueColor),
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
                ColorDepth::TrueColor,
            ),
            (&[("TERM", "screen-256color")], ColorDepth::Ansi256),
            (&[("TERM", "xterm")], ColorDepth::Ansi16),
            (&[("TERM", "dumb")], ColorDepth::None),
            (&[], ColorDepth::Ansi16),
        ];
        for (pairs, depth) in cases {
            assert_eq!(ColorDepth::detect(env(pairs)), depth, "{pairs:?}");
        }
    }

    #[test]
    fn every_theme_sets_selection_and_ramps_at_every_depth() {
        for (name, _) in THEMES {
            for depth in [ColorDepth::Ansi16, ColorDepth::Ansi256, ColorDepth::TrueColor] {
                let look = Look::new(name, depth, false).unwrap();
                assert!(look.selection.has_modifier(Modifier::REVERSED) || look.selection.bg.is_some());
                assert_ne!(look.ramp(0.0), look.ramp(1.0), "{name} {depth:?}");
                assert_ne!(look.diverging(-1.0), look.diverging(1.0), "{name} {depth:?}");
                assert_ne!(look.diverging(0.0), look.diverging(1.0), "{name} {depth:?}");
            }
        }
    }

    #[test]
    fn ramps_are_ordered_by_brightness_at_every_depth() {
        for depth in [ColorDepth::Ansi16, ColorDepth::Ansi256, ColorDepth::TrueColor] {
            for name in ["terminal", "dark", "colorblind", "mono"] {
                let look = Look::new(name, depth, false).unwrap();
                let steps: Vec<f32> = (0..=10_u8)
                    .map(|step| brightness(look.ramp(f32::from(step) / 10.0)))
                    .collect();
                let slack = if depth == ColorDepth::Ansi256 { 8.0 } else { 0.0 };
                assert!(
                    steps.windows(2).all(|pair| pair[0] <= pair[1] + slack),
                    "{name} {depth:?} {steps:?}"
                );
            }
        }
    }

    #[test]
    fn without_colour_no_style_holds_one() {
        for (name, _) in THEMES {
            let mut look = Look::new(name, ColorDepth::None, false).unwrap();
            for role in Look::ROLES {
                let style = *look.role(role).unwrap();
                assert_eq!((style.fg, style.bg), (None, None), "{name} {role}");
            }
            assert_eq!(look.ramp(0.7), Color::Reset);
            assert_eq!(look.diverging(-0.7), Color::Reset);
            assert_eq!(look.on(look.ramp(0.7)), Style::new());
            assert!(look.selection.has_modifier(Modifier::REVERSED));
        }
    }

    #[test]
    fn themes_of_16_colours_emit_palette_names_only() {
        let mut look = Look::new("dark", ColorDepth::Ansi16, false).unwrap();
        for role in Look::ROLES {
            let style = *look.role(role).unwrap();
            for color in [style.fg, style.bg].into_iter().flatten() {
                assert!(!matches!(color, Color::Rgb(..) | Color::Indexed(_)), "{role}");
            }
        }
    }

    #[test]
    fn mistakes_are_named_with_the_nearest_word() {
        let error = |theme: &str| {
            Look::new(theme, ColorDepth::TrueColor, false)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(error("drak"), "no theme is called 'drak'; did you mean 'dark'?");
        assert_eq!(
            error("titel = \"red\""),
            "theme key 'titel' is unknown; did you mean 'title'?"
        );
        assert_eq!(
            error("title = \"gren bold\""),
            "theme key 'title': 'gren' is no colour or modifier; did you mean 'green'?"
        );
        assert!(error("title = [1]").contains("'title': a text"));
        assert!(error("ramp = [\"red\"]").contains("'ramp': a list"));
        assert!(error("title = ").contains("line 1"));
    }

    #[test]
    fn a_theme_file_changes_only_what_it_names() {
        let base = Look::new("dark", ColorDepth::TrueColor, false).unwrap();
        let look = Look::new(
            "base = \"dark\"\ntitle = \"#010203 on red bold\"",
            ColorDepth::TrueColor,
            false,
        )
        .unwrap();
        assert_eq!(
            look.title,
            Style::new()
                .fg(Color::Rgb(1, 2, 3))
                .bg(Color::Red)
                .add_modifier(Modifier::BOLD)
        );
        assert_eq!(look.bad, base.bad);
    }

    #[test]
    fn marks_cover_the_whole_range_and_survive_odd_numbers() {
        let look = Look::new("mono", ColorDepth::None, true).unwrap();
        assert_eq!((look.shade(0.0), look.shade(1.0)), (' ', '@'));
        assert_eq!((look.digit(-3.0), look.digit(9.0)), ('0', '9'));
        assert_eq!(look.shade(f32::NAN), ' ');
    }
}
