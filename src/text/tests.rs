//! What an analyst would notice if text were shown wrongly.

use proptest::prelude::*;

use super::*;

/// Hostile text and what an analyst must see of it.
const CORPUS: &[(&str, &str)] = &[
    ("\u{1b}[31mred", "[ESC][31mred"),
    ("\u{1b}]52;c;aGk=\u{7}", "[ESC]]52;c;aGk=[BEL]"),
    ("\u{1b}]0;title\u{1b}\\", "[ESC]]0;title[ESC]\\"),
    ("\u{1b}]8;;http://x\u{1b}\\y", "[ESC]]8;;http://x[ESC]\\y"),
    ("\u{1b}P1$r\u{1b}\\", "[ESC]P1$r[ESC]\\"),
    ("\u{1b}_apc\u{1b}\\", "[ESC]_apc[ESC]\\"),
    ("\u{1b}^pm", "[ESC]^pm"),
    ("\u{1b}Xsos", "[ESC]Xsos"),
    ("\u{1b}]unterminated", "[ESC]]unterminated"),
    ("\u{1b}[6n", "[ESC][6n"),
    ("\u{1b}[2J", "[ESC][2J"),
    ("\u{1b}c", "[ESC]c"),
    ("\u{9b}2J", "[U+009B CSI]2J"),
    ("\u{9d}0;x\u{9c}", "[U+009D OSC]0;x[U+009C ST]"),
    ("\u{90}q", "[U+0090 DCS]q"),
    ("\u{9f}a", "[U+009F APC]a"),
    ("\u{85}", "[U+0085 NEL]"),
    ("safe\rEVIL", "safe[CR]EVIL"),
    ("a\u{8}b", "a[BS]b"),
    ("a\u{0}b", "a[NUL]b"),
    ("\u{7f}", "[DEL]"),
    ("a\u{c}\u{b}", "a[FF][VT]"),
    ("a\tb", "a⇥b"),
    ("a\nb", "a⏎b"),
    ("user\u{202e}nimda", "user[U+202E RLO]nimda"),
    ("\u{2066}x\u{2069}", "[U+2066 LRI]x[U+2069 PDI]"),
    ("\u{200e}\u{200f}\u{61c}", "[U+200E LRM][U+200F RLM][U+061C ALM]"),
    ("a\u{200b}b", "a[ZWSP]b"),
    ("a\u{200d}b\u{200c}", "a[ZWJ]b[ZWNJ]"),
    ("\u{feff}x", "[BOM]x"),
    ("\u{2060}\u{2063}", "[WJ][U+2063 INVISIBLE OPERATOR]"),
    ("so\u{ad}ft", "so[SHY]ft"),
    ("a\u{34f}", "a[CGJ]"),
    ("\u{e0068}\u{e0069}", "[TAG hi]"),
    ("x\u{e0001}\u{e0041}\u{e007f}", "x[TAG <01>A<7F>]"),
    ("❤\u{fe0f}", "❤[VS16]"),
    ("a\u{e0100}", "a[VS17]"),
    ("\u{3164}", "[U+3164 HANGUL FILLER]"),
    ("\u{ffa0}\u{115f}", "[U+FFA0 HANGUL FILLER][U+115F HANGUL FILLER]"),
    ("\u{e000}", "[U+E000 PRIVATE]"),
    ("\u{10fffd}", "[U+10FFFD PRIVATE]"),
    ("\u{fdd0}\u{ffff}\u{1fffe}", "[U+FDD0][U+FFFF][U+1FFFE]"),
    ("a\u{a0}b", "a[NBSP]b"),
    (
        "a\u{2003}b\u{3000}",
        "a[U+2003 EM SPACE]b[U+3000 IDEOGRAPHIC SPACE]",
    ),
    (
        "\u{2028}\u{2029}",
        "[U+2028 LINE SEPARATOR][U+2029 PARAGRAPH SEPARATOR]",
    ),
    ("\u{fff9}a\u{fffb}", "[U+FFF9 ANNOTATION]a[U+FFFB ANNOTATION]"),
    ("\u{180e}", "[U+180E MVS]"),
    ("\u{2800}", "[U+2800 BRAILLE BLANK]"),
    ("e\u{301}\u{302}\u{303}\u{304}\u{305}", "e[x5 combining]"),
    ("e\u{301}", "e\u{301}"),
    ("\u{301}e", "◌\u{301}e"),
    ("\u{200b}\u{301}", "[ZWSP]◌\u{301}"),
    ("\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}", "[ZWSP x6]"),
    ("bad \u{fffd} byte", "bad \u{fffd} byte"),
];

#[test]
fn every_hostile_string_is_shown_with_its_marks() {
    for (raw, shown) in CORPUS {
        assert_eq!(line(raw).as_str(), *shown, "{raw:?}");
    }
}

#[test]
fn ordinary_text_of_many_scripts_is_left_alone() {
    for text in [
        "plain ASCII",
        "naïve café",
        "Ἑλλάς",
        "Привет",
        "日本語",
        "한국어",
        "नमस्ते",
        "🦀",
        "مرحبا",
    ] {
        assert_eq!(line(text).as_str(), text);
        assert_eq!(count_hostile(text), 0, "{text}");
    }
}

#[test]
fn line_feeds_break_lines_and_nothing_else_does() {
    let shown: Vec<String> = lines("a\nb\rc\u{2028}d").iter().map(Safe::to_string).collect();
    assert_eq!(shown, ["a", "b[CR]c[U+2028 LINE SEPARATOR]d"]);
}

#[test]
fn marks_are_told_apart_from_text_that_looks_like_one() {
    let safe = line("[ESC]\u{1b}\n");
    let pieces: Vec<_> = safe.pieces().collect();
    assert_eq!(
        pieces,
        [
            ("[ESC]", Piece::Plain),
            ("[ESC]", Piece::Mark),
            ("⏎", Piece::Mark)
        ]
    );
}

#[test]
fn ascii_mode_names_every_other_character() {
    assert_eq!(
        ascii(&line("é\n\t日\u{1b}")).as_str(),
        "\\u{e9}\\n\\t\\u{65e5}[ESC]"
    );
    assert_eq!(clip(&ascii(&line("ééé")), 5).as_str(), "\\u{e~");
}

#[test]
fn clipping_counts_cells_not_characters() {
    assert_eq!(clip(&line("日本語"), 5).as_str(), "日本…");
    assert_eq!(clip(&line("日本語"), 4).as_str(), "日…");
    assert_eq!(clip(&line("日本語"), 6).as_str(), "日本語");
    assert_eq!(clip(&line("abc"), 0).as_str(), "");
    let cut = clip(&line("ab\u{1b}cd"), 5);
    assert_eq!(
        cut.pieces().collect::<Vec<_>>(),
        [("ab", Piece::Plain), ("[E", Piece::Mark), ("…", Piece::Plain)]
    );
}

#[test]
fn hostile_characters_are_counted() {
    assert_eq!(count_hostile("a\u{200b}\u{202e}\u{e0041}\u{e000}\u{ad}\n\t"), 5);
    assert_eq!(count_hostile("e\u{301}\u{301}\u{301}\u{301}"), 0);
    assert_eq!(count_hostile("e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}"), 6);
}

/// What may reach a terminal: written apart from `mark.rs`, so that a hole there shows.
fn may_be_printed(c: char) -> bool {
    let code = c as u32;
    !c.is_control()
        && (c == ' ' || !c.is_whitespace())
        && !matches!(code, 0xe000..=0xf8ff | 0xf0000.. | 0xfdd0..=0xfdef | 0xe0000..=0xe0fff)
        && code & 0xffff < 0xfffe
        && !matches!(code, 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff | 0xad | 0xfe00..=0xfe0f)
}

fn hostile_char() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\p{Cf}",
        "[\\p{Cc}--[\\n\\t]]",
        "\\p{Co}",
        "\\p{Zl}|\\p{Zp}",
        "[\\p{Zs}--[ ]]",
        "\\p{Default_Ignorable_Code_Point}",
        "[\\p{Variation_Selector}]",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_hostile_reaches_the_screen(text in any::<String>(), hostile in hostile_char(), tail in any::<String>()) {
        let raw = format!("{text}{hostile}{tail}");
        let safe = line(&raw);
        prop_assert!(safe.as_str().chars().all(may_be_printed), "{safe:?}");
        prop_assert!(!safe.as_str().contains(&hostile));
        prop_assert_eq!(count_hostile(safe.as_str()), 0);
        prop_assert!(count_hostile(&raw) > 0);
        prop_assert!(ascii(&safe).as_str().is_ascii());
    }

    #[test]
    fn every_hostile_character_leaves_a_mark(hostile in hostile_char()) {
        let safe = line(&hostile);
        prop_assert!(safe.pieces().all(|(_, piece)| piece == Piece::Mark) && !safe.is_empty(), "{hostile:?} as {safe:?}");
        prop_assert_eq!(count_hostile(&hostile), 1);
    }

    #[test]
    fn safe_text_is_not_changed_again(text in any::<String>()) {
        let once = line(&text);
        let twice = line(once.as_str());
        prop_assert_eq!(twice.as_str(), once.as_str());
    }

    #[test]
    fn pieces_put_together_are_the_text(text in any::<String>(), cells in 0usize..40) {
        let safe = clip(&line(&text), cells);
        let joined: String = safe.pieces().map(|(piece, _)| piece).collect();
        prop_assert_eq!(&joined, safe.as_str());
        prop_assert!(width(&safe) <= cells);
    }
}

#[test]
fn lookalikes_are_pieces_of_their_own_and_ordinary_letters_are_not() {
    let safe = line("аdmin и админ");
    let pieces: Vec<_> = safe.pieces().collect();
    assert_eq!(pieces, [("а", Piece::Alike), ("dmin и админ", Piece::Plain)]);
    let cut = clip(&line("root аdmin"), 6);
    assert_eq!(cut.pieces().collect::<Vec<_>>(), [("root …", Piece::Plain)]);
}
