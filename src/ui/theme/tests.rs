//! What an analyst would notice if colours were chosen wrongly.

use super::*;
use ratatui::style::Modifier;

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
        "line 1, column 1: theme key 'titel' is unknown; did you mean 'title'?"
    );
    assert_eq!(
        error("bad = \"red\"\ntitle = \"bold gren\""),
        "line 2, column 15: theme key 'title': 'gren' is no colour or modifier; did you mean 'green'?"
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
