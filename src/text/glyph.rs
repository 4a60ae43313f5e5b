//! A text character by character: what it is called, what it is written with, what it looks like.
//!
//! Invariant: a character is called a look-alike only where a reader would take it for ASCII and the text gives no reason to.

use std::collections::HashSet;

use unicode_script::{Script, UnicodeScript};

use super::{
    Safe, line,
    mark::{self, Class},
};

/// One character of an untrusted text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glyph {
    /// How it is shown.
    pub shown: Safe,
    /// The character itself. Never to be printed.
    pub raw: char,
    /// Its Unicode name; for controls and the like the name of its mark.
    pub name: String,
    /// Its bytes in UTF-8.
    pub bytes: Vec<u8>,
    /// The script it belongs to; "Common" for signs and digits.
    pub script: &'static str,
    /// What it looks like, if that is ASCII and it is not.
    pub like: Option<char>,
    /// It hides, reorders or drives.
    pub hostile: bool,
}

/// The characters of a text, in order.
pub fn glyphs(text: &str) -> impl Iterator<Item = Glyph> + '_ {
    text.chars().map(|raw| {
        let class = mark::class(raw);
        let mut bytes = [0; 4];
        Glyph {
            shown: line(raw.encode_utf8(&mut bytes)),
            raw,
            name: name(raw),
            bytes: raw.encode_utf8(&mut bytes).as_bytes().to_vec(),
            script: raw.script().full_name(),
            like: ascii_like(raw),
            hostile: matches!(class, Class::Hostile | Class::Tag),
        }
    })
}

/// The scripts of a text, in order of appearance; what belongs to none aside.
pub fn scripts(text: &str) -> Vec<&'static str> {
    let mut scripts = Vec::new();
    for c in text.chars() {
        let script = c.script();
        let name = script.full_name();
        if !matches!(script, Script::Common | Script::Inherited | Script::Unknown) && !scripts.contains(&name)
        {
            scripts.push(name);
        }
    }
    scripts
}

/// Byte positions of the characters a reader would take for ASCII: in a word that mixes them with ASCII letters, of a form that
/// exists for looks alone, or of a script that stands in the text through such characters only.
pub fn lookalikes(text: &str) -> Vec<(usize, char)> {
    let suspects: Vec<(usize, char)> = text
        .char_indices()
        .filter(|(_, c)| !c.is_ascii() && ascii_like(*c).is_some_and(|like| like.is_ascii_alphanumeric()))
        .collect();
    if suspects.is_empty() {
        return suspects;
    }
    let genuine: HashSet<Script> = text
        .chars()
        .filter(|c| c.is_alphabetic() && ascii_like(*c).is_none())
        .map(|c| c.script())
        .collect();
    let mixed = mixed_words(text);
    suspects
        .into_iter()
        .filter(|(at, c)| {
            let styled = matches!(*c as u32, 0xff01..=0xff5e | 0x1d400..=0x1d7ff | 0x24b6..=0x24e9);
            let inside = mixed.iter().any(|word| word.contains(at));
            styled || inside || !genuine.contains(&c.script())
        })
        .collect()
}

/// Byte ranges of the words that hold both ASCII letters and others.
fn mixed_words(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    words.retain(|word| {
        let word = text.get(word.clone()).unwrap_or_default();
        word.chars().any(|c| c.is_ascii_alphabetic())
    });
    words
}

/// The one ASCII character another one looks like.
fn ascii_like(c: char) -> Option<char> {
    if c.is_ascii() {
        return None;
    }
    if let 0xff01..=0xff5e = c as u32 {
        return char::from_u32(c as u32 - 0xfee0);
    }
    let mut bytes = [0; 4];
    let mut like = unicode_security::skeleton(c.encode_utf8(&mut bytes));
    match (like.next(), like.next()) {
        (Some(like), None) if like.is_ascii_graphic() => Some(like),
        _ => None,
    }
}

fn name(c: char) -> String {
    unicode_names2::name(c).map_or_else(|| mark::name(c), |name| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_tells_its_name_bytes_and_script() {
        let seen: Vec<Glyph> = glyphs("а\u{202e}\u{1b}").collect();
        assert_eq!(seen[0].name, "CYRILLIC SMALL LETTER A");
        assert_eq!(seen[0].bytes, [0xd0, 0xb0]);
        assert_eq!((seen[0].script, seen[0].like), ("Cyrillic", Some('a')));
        assert_eq!(seen[1].name, "RIGHT-TO-LEFT OVERRIDE");
        assert!(seen[1].hostile && seen[2].hostile);
        assert_eq!((seen[2].name.as_str(), seen[2].shown.as_str()), ("ESC", "[ESC]"));
    }

    #[test]
    fn a_foreign_letter_in_a_latin_word_is_a_lookalike_and_one_in_its_own_text_is_not() {
        let found = |text: &str| lookalikes(text).into_iter().map(|(_, c)| c).collect::<String>();
        assert_eq!(found("аdmin"), "а");
        assert_eq!(found("ａdmin"), "ａ");
        assert_eq!(found("login: сосо"), "сосо");
        assert_eq!(found("Привет, как дела в лесу? Рука и нос"), "");
        assert_eq!(found("naïve café, 東京"), "");
        assert_eq!(scripts("аdmin 1"), ["Cyrillic", "Latin"]);
    }
}
