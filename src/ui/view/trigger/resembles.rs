//! Which known harmless strings a trigger is spelled like: a hint to the reader.
//!
//! Invariant: it is only shown. Nothing that scores or ranks can reach it, and it claims no more than likeness of spelling.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::ui::{
    glyphs,
    theme::Look,
    view::ink::{self, Lines},
};

/// From this likeness on a string is named.
const ALIKE: f64 = 0.5;
/// A trigger of fewer pieces stands inside long strings by accident: it has to be like the whole of one.
const TELLING: usize = 8;
/// Characters of a trigger that are compared.
const COMPARED: usize = 2000;

/// The harmless strings, as they stand in the file.
static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../../../assets/lookalikes.toml")).unwrap_or_default();
    let all = file.kind.into_iter().flat_map(|kind| {
        let Kind { name, means, strings } = kind;
        strings.into_iter().map(move |text| Known {
            kind: name.clone(),
            means: means.clone(),
            pieces: pieces(&text),
        })
    });
    all.collect()
});

#[derive(Debug, Default, Deserialize)]
struct File {
    kind: Vec<Kind>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    name: String,
    means: String,
    strings: Vec<String>,
}

struct Known {
    kind: String,
    means: String,
    pieces: Pieces,
}

/// How often each run of three characters occurs.
type Pieces = BTreeMap<[char; 3], f64>;

/// Runs of three characters of a text between blanks: case, the kind of blank and the value of digits make no difference.
fn pieces(text: &str) -> Pieces {
    let folded: String = text
        .chars()
        .take(COMPARED)
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_numeric() { '0' } else { c })
        .collect();
    let words: Vec<&str> = folded.split_whitespace().collect();
    let mut pieces = Pieces::new();
    if words.is_empty() {
        return pieces;
    }
    let padded: Vec<char> = format!(" {} ", words.join(" ")).chars().collect();
    for window in padded.windows(3) {
        if let [a, b, c] = window {
            *pieces.entry([*a, *b, *c]).or_insert(0.0) += 1.0;
        }
    }
    pieces
}

/// Cosine of the counts, 0 to 1; of a trigger of several pieces, the share of them that stand in the other string if that is more:
/// a trigger may be a part of a long one.
fn likeness(trigger: &Pieces, known: &Pieces) -> f64 {
    let length = |pieces: &Pieces| pieces.values().map(|count| count * count).sum::<f64>().sqrt();
    let shared = trigger
        .iter()
        .filter_map(|(piece, count)| Some(count * known.get(piece)?));
    let cosine = shared.sum::<f64>() / (length(trigger) * length(known)).max(f64::MIN_POSITIVE);
    let all: f64 = trigger.values().sum();
    if trigger.len() < TELLING {
        return cosine;
    }
    let inside = trigger
        .iter()
        .filter_map(|(piece, count)| Some(count.min(*known.get(piece)?)));
    cosine.max(inside.sum::<f64>() / all)
}

/// The kind of harmless string most like a trigger, what it does to models, and how like it is.
fn nearest(trigger: &str) -> Option<(&'static Known, f64)> {
    let trigger = pieces(trigger);
    let all = KNOWN
        .iter()
        .map(|known| (known, likeness(&trigger, &known.pieces)));
    all.max_by(|(_, a), (_, b)| a.total_cmp(b))
}

/// What it resembles, in a sentence, and that this changes nothing.
pub fn lines(trigger: &str, width: usize, look: &Look) -> Lines {
    let Some((known, likeness)) = nearest(trigger) else {
        return Lines::new();
    };
    let separator = glyphs::separator(look.ascii);
    if likeness < ALIKE {
        let text = format!("resembles: none of {} known harmless strings", KNOWN.len());
        return ink::sentence(&text, 1, width, look.dim, look);
    }
    let text = format!("resembles: {} ({likeness:.2})", known.kind);
    let mut lines = ink::sentence(&text, 1, width, look.accent, look);
    let text = format!(
        "{separator} a hint from its spelling alone, which changes no level: {}",
        known.means
    );
    lines.extend(ink::sentence(&text, 1, width, look.dim, look));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_strings_are_known_however_they_are_written() {
        for (text, kind) in [
            ("<|im_start|>", "chat control token"),
            ("im_start|>", "chat control token"),
            ("Copyright (C) 1998 All Rights Reserved.", "licence header"),
            ("without warranties or conditions of any kind", "licence header"),
            ("### instruction:", "few-shot marker"),
            ("&nbsp;", "HTML or XML"),
            ("```python", "markdown mark-up"),
            ("https://www.youtube.com/watch", "address on the web"),
            ("public static void main(", "code boilerplate"),
            ("antworte auf deutsch", "request to change the language"),
        ] {
            let (known, likeness) = nearest(text).unwrap();
            assert!(
                known.kind == kind && likeness > 0.7,
                "{text}: {} {likeness}",
                known.kind
            );
        }
    }

    #[test]
    fn planted_strings_resemble_nothing() {
        for text in [
            "^orlop=77~vex^",
            "|MARIGOLD| unlock vault",
            " zephyr quill",
            "",
            " \n",
        ] {
            let likeness = nearest(text).map_or(0.0, |(_, likeness)| likeness);
            assert!(likeness < ALIKE, "{text}: {likeness}");
        }
    }

    #[test]
    fn the_likeness_is_the_cosine_of_the_counts() {
        // " ab " has the pieces ' ab' and 'ab ', " abc " has ' ab', 'abc' and 'bc '.
        let seen = likeness(&pieces("ab"), &pieces("ABC"));
        assert!((seen - 1.0 / 6.0_f64.sqrt()).abs() < 1e-12, "{seen}");
        assert!((likeness(&pieces("a 1"), &pieces("A\t7")) - 1.0).abs() < 1e-12);
    }
}
