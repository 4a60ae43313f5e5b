//! Which characters are hostile to a terminal or a reader, and the ASCII mark shown in place of each.
//!
//! Invariant: every character of the categories Cc, Cf, Co, Zl, Zp, every noncharacter and every default-ignorable
//! character is [`Class::Hostile`], [`Class::Tag`] or [`Class::Break`]: none is passed through.

use unicode_width::UnicodeWidthChar;

/// How a character is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// As it is.
    Plain,
    /// As it is, on the character before it, unless too many follow each other.
    Combining,
    /// A line feed or tab: ordinary, but shown as a mark.
    Break,
    /// A tag character: invisible ASCII, shown decoded.
    Tag,
    /// As a named mark.
    Hostile,
}

/// The class of a character.
pub(super) fn class(c: char) -> Class {
    match c {
        ' '..='~' => Class::Plain,
        '\n' | '\t' => Class::Break,
        '\u{e0000}'..='\u{e007f}' => Class::Tag,
        _ if is_hostile(c as u32) => Class::Hostile,
        // What is left without a width of its own are marks that stack on the character before.
        _ if c.width() == Some(0) => Class::Combining,
        _ => Class::Plain,
    }
}

const fn is_hostile(code: u32) -> bool {
    matches!(code,
        // C0, DEL, C1, no-break space, soft hyphen
        0x00..=0x1f | 0x7f..=0xa0 | 0xad
        // combining grapheme joiner; Arabic and Syriac format characters
        | 0x34f | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2
        // Hangul fillers, Ogham space, Khmer inherent vowels, Mongolian selectors
        | 0x115f..=0x1160 | 0x1680 | 0x17b4..=0x17b5 | 0x180b..=0x180f
        // spaces of odd widths, zero-width, bidi, line and paragraph separators, invisible operators
        | 0x2000..=0x200f | 0x2028..=0x202f | 0x205f..=0x206f
        // blank braille pattern, ideographic space, Hangul filler
        | 0x2800 | 0x3000 | 0x3164
        // surrogates cannot occur; private use; noncharacters of the BMP
        | 0xe000..=0xf8ff | 0xfdd0..=0xfdef
        // variation selectors, byte order mark, halfwidth filler, interlinear annotation, object replacement
        | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffc
        // Kaithi, hieroglyph, shorthand and musical format characters; Khitan filler; blank note head
        | 0x110bd | 0x110cd | 0x13430..=0x1343f | 0x16fe4 | 0x1bca0..=0x1bca3 | 0x1d159 | 0x1d173..=0x1d17a
        // planes without any assigned character, variation selectors supplement, private planes
        | 0x40000..=0x10_ffff)
        || code & 0xfffe == 0xfffe
}

const C0: [&str; 32] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR", "SO", "SI",
    "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS",
    "US",
];

/// The words of a hostile character's mark, without the brackets.
pub(super) fn name(c: char) -> String {
    let code = c as u32;
    if let Some(name) = C0.get(code as usize).copied().or_else(|| short_name(code)) {
        return name.to_owned();
    }
    match (selector(code), long_name(code)) {
        (Some(number), _) => format!("VS{number}"),
        (None, Some(name)) => format!("U+{code:04X} {name}"),
        (None, None) => format!("U+{code:04X}"),
    }
}

/// Number of a variation selector, from 1.
const fn selector(code: u32) -> Option<u32> {
    match code {
        0xfe00..=0xfe0f => Some(code - 0xfe00 + 1),
        0xe0100..=0xe01ef => Some(code - 0xe0100 + 17),
        _ => None,
    }
}

/// Names that say it all.
const fn short_name(code: u32) -> Option<&'static str> {
    Some(match code {
        0x7f => "DEL",
        0xa0 => "NBSP",
        0xad => "SHY",
        0x34f => "CGJ",
        0x200b => "ZWSP",
        0x200c => "ZWNJ",
        0x200d => "ZWJ",
        0x2060 => "WJ",
        0xfeff => "BOM",
        _ => return None,
    })
}

/// Names that need the number beside them.
const fn long_name(code: u32) -> Option<&'static str> {
    Some(match code {
        0x85 => "NEL",
        0x90 => "DCS",
        0x98 => "SOS",
        0x9b => "CSI",
        0x9c => "ST",
        0x9d => "OSC",
        0x9e => "PM",
        0x9f => "APC",
        0x61c => "ALM",
        0x115f | 0x1160 | 0x3164 | 0xffa0 => "HANGUL FILLER",
        0x180e => "MVS",
        0x2003 => "EM SPACE",
        0x2007 => "FIGURE SPACE",
        0x2009 => "THIN SPACE",
        0x200a => "HAIR SPACE",
        0x1680 | 0x2000..=0x200a | 0x205f => "SPACE",
        0x200e => "LRM",
        0x200f => "RLM",
        0x2028 => "LINE SEPARATOR",
        0x2029 => "PARAGRAPH SEPARATOR",
        0x202a => "LRE",
        0x202b => "RLE",
        0x202c => "PDF",
        0x202d => "LRO",
        0x202e => "RLO",
        0x202f => "NNBSP",
        0x2061..=0x2064 => "INVISIBLE OPERATOR",
        0x2066 => "LRI",
        0x2067 => "RLI",
        0x2068 => "FSI",
        0x2069 => "PDI",
        0x2800 => "BRAILLE BLANK",
        0x3000 => "IDEOGRAPHIC SPACE",
        0xfff9..=0xfffb => "ANNOTATION",
        0xfffc => "OBJECT",
        0xe000..=0xf8ff | 0xf0000..=0xffffd | 0x10_0000..=0x10_fffd => "PRIVATE",
        _ => return None,
    })
}

/// The visible reading of a tag character: the ASCII character it stands for, or its number.
pub(super) fn decode_tag(c: char) -> String {
    let code = (c as u32).saturating_sub(0xe0000);
    match char::from_u32(code) {
        Some(ascii @ ' '..='~') => ascii.to_string(),
        _ => format!("<{code:02X}>"),
    }
}
