//! The numbers behind a finding: each signal among its controls, how often it fires, and what would change the level.
//!
//! Invariant: every number stands in one plain sentence, with the number of controls or trials behind it.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    figures,
    ink::{self, Lines},
    overview::{NAMES, inserted, strength, tied},
};
use crate::{
    finding::{Finding, Rate, Rest, Signal, Tie},
    scan::stats::{always_valid, ln_e_value, wilson},
    session::Session,
    ui::{
        glyphs,
        state::level_name,
        theme::Look,
        view::whatif,
        widget::{self, histogram},
    },
};

/// Rows of a histogram: bars, the mark, the axis.
const CHART: u16 = 6;

/// What the value of each signal is, and its unit.
const UNITS: [(&str, &str); 4] = [
    (
        "how much more often it leaks than its parts predict, over all its leaks",
        "nats",
    ),
    (
        "how much of their attention its tokens keep among themselves, against what the rest gives them",
        "(log ratio)",
    ),
    (
        "how much surer of each next word the model grows with it",
        "nats a token",
    ),
    ("how far it shifts the answer's words", "nats"),
];

/// The page as lines of at most `width` cells.
pub fn lines(finding: &Finding, session: &Session, width: usize, look: &Look) -> Lines {
    let mut lines = Lines::new();
    title(&mut lines, "How often it fires on fresh prompts", look);
    for (name, rate) in [
        ("with it", finding.activation.with),
        ("control", finding.activation.without),
    ] {
        lines.push(bar(name, &rate, width, look));
    }
    lines.extend(ink::sentence(&whisker_legend(look), 1, width, look.dim, look));
    let told = tested(finding, session).into_iter().chain(at_any_time(finding));
    for text in told {
        lines.extend(ink::sentence(&text, 1, width, look.text, look));
    }
    lines.push(Line::default());
    title(&mut lines, "What would change the level", look);
    let now = format!("Now it is {}.", level_name(finding.level));
    for text in std::iter::once(now).chain(whatif::sentences(finding, session)) {
        let mut told = ink::sentence(&text, 3, width, look.text, look);
        if let Some(indent) = told.first_mut().and_then(|line| line.spans.first_mut()) {
            *indent = Span::styled(format!(" {} ", glyphs::separator(look.ascii)), look.dim);
        }
        lines.extend(told);
    }
    lines.push(Line::default());
    title(&mut lines, "Each signal among its controls", look);
    let values = finding.signals.all();
    let shown = values.iter().zip(NAMES).zip(&finding.evidence.null).zip(UNITS);
    for (((signal, name), null), unit) in shown {
        lines.extend(one(signal, (name, unit), null, width, look));
        lines.push(Line::default());
    }
    let (tie, rest) = (finding.evidence.tie.as_ref(), finding.evidence.rest);
    for (name, text, sign) in [
        ("leaked answers", of_leaked(tie), tied(tie, look)),
        ("insertion", of_inserted(rest), inserted(rest, look)),
    ] {
        lines.extend(without_controls((name, &text), sign, width, look));
        lines.push(Line::default());
    }
    lines.pop();
    lines
}

/// A signal that has something else in the place of controls: its sign, and what it is in `text`.
fn without_controls(
    (name, text): (&str, &str),
    (sign, word, style): (&str, &str, Style),
    width: usize,
    look: &Look,
) -> Lines {
    let mut lines = vec![Line::from(vec![
        Span::styled(format!(" {name} "), look.title),
        Span::styled(format!("{sign} {word}"), style),
    ])];
    lines.extend(ink::sentence(text, 1, width, look.text, look));
    lines
}

/// What leaked answers are, with those of other strings in the place of controls.
fn of_leaked(tie: Option<&Tie>) -> String {
    let told = tie.map_or_else(
        || "It does not.".to_owned(),
        |tie| {
            format!(
                "The string stands before this answer in {} of its leaks, before others in {}.",
                figures::rate(&tie.with),
                figures::rate(&tie.without)
            )
        },
    );
    format!(
        "It is whether the model leaks this answer where the string stands before it, and hardly ever elsewhere. {told}"
    )
}

/// What insertion is, with the same turns without the string in the place of controls.
fn of_inserted(rest: Option<Rest>) -> String {
    let told = rest.map_or_else(
        || "Too few of the turns it leaked in tell.".to_owned(),
        |rest| {
            format!(
                "In {} turns it makes what stands behind it {} nats likelier (median), in a quarter of them {} at most. It is a piece of them where even that quarter lies above {:.1} ({:.1} with fewer than {} turns), and was put into them where the median does not.",
                rest.turns,
                figures::number(rest.nats),
                figures::number(rest.least.unwrap_or(rest.nats)),
                Rest::PIECE,
                Rest::FEW * Rest::PIECE,
                Rest::ENOUGH
            )
        },
    );
    format!("It is whether the turns it leaked in are whole without it, as what was put into them is. {told}")
}

fn title(lines: &mut Lines, text: &'static str, look: &Look) {
    lines.push(Line::from(Span::styled(format!(" {text}"), look.title)));
}

/// One signal: its numbers, the histogram of its controls, a sentence.
fn one(
    signal: &Signal,
    (name, (meaning, unit)): (&str, (&str, &str)),
    null: &[f32],
    width: usize,
    look: &Look,
) -> Lines {
    let (sign, word, style) = strength(signal, look);
    let mut lines = vec![Line::from(vec![
        Span::styled(format!(" {name} "), look.title),
        Span::styled(
            format!("{} {unit}  ", figures::number(signal.value)),
            look.with_run,
        ),
        Span::styled(format!("{sign} {word}"), style),
    ])];
    let text = format!("It is {meaning}. {}", among(signal, null));
    lines.extend(ink::sentence(&text, 1, width, look.text, look));
    if null.iter().any(|value| value.is_finite()) {
        let room = width.saturating_sub(2).min(100) as u16;
        let chart = widget::lines((room, CHART), |area, buf| {
            histogram::draw(area, buf, null, signal.value, unit, look);
        });
        lines.extend(ink::behind(&Span::raw(" "), chart));
    }
    lines
}

/// Where the value lies among the controls, in words.
fn among(signal: &Signal, null: &[f32]) -> String {
    let known: Vec<f64> = null
        .iter()
        .filter(|value| value.is_finite())
        .map(|value| f64::from(*value))
        .collect();
    let counted = if known.is_empty() {
        format!("{} controls were measured", signal.n)
    } else {
        let n = known.len() as u32;
        let k = known.iter().filter(|value| **value >= signal.value).count() as u32;
        let rate = wilson(k, n);
        let least = known.iter().copied().fold(f64::INFINITY, f64::min);
        let most = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        format!(
            "{} of {n} controls reach it (95 % interval {:.0}-{:.0} %); they lie between {} and {}",
            if k == 0 { "None".to_owned() } else { k.to_string() },
            100.0 * rate.low,
            100.0 * rate.high,
            figures::number(least),
            figures::number(most),
        )
    };
    format!(
        "{counted}, mean {}, standard deviation {}. p {}: against the kind of control it stands out from least.",
        figures::number(signal.null_mean),
        figures::number(signal.null_sd),
        figures::p(signal.p),
    )
}

/// A share as a bar with its interval drawn on it: `low [==|==] high`.
fn bar(name: &str, rate: &Rate, width: usize, look: &Look) -> Line<'static> {
    let words = figures::rate(rate);
    let mut spans = vec![Span::styled(format!(" {name:<8}"), look.dim)];
    spans.extend(whisker(
        rate,
        width.saturating_sub(words.len() + 12).clamp(4, 40),
        look,
    ));
    spans.push(Span::styled(format!(" {words}"), look.text));
    Line::from(spans)
}

/// A rate on `cells` cells: full up to its lower end, half-tone over its interval, empty beyond.
pub fn whisker(rate: &Rate, cells: usize, look: &Look) -> [Span<'static>; 3] {
    let at = |share: f64| ((share.clamp(0.0, 1.0) * cells as f64).round() as usize).min(cells);
    let (low, high) = if rate.n == 0 {
        (0, 0)
    } else {
        (at(rate.low), at(rate.high))
    };
    let high = high.max(low);
    [
        Span::styled(glyphs::full(look.ascii).repeat(low), look.bar),
        Span::styled(glyphs::half_tone(look.ascii).repeat(high - low), look.bar),
        Span::styled(glyphs::track(look.ascii).repeat(cells - high), look.dim),
    ]
}

/// What the parts of a [`whisker`] mean.
pub fn whisker_legend(look: &Look) -> String {
    format!(
        "{} at least, {} up to: the 95 % interval",
        glyphs::full(look.ascii),
        glyphs::half_tone(look.ascii)
    )
}

/// What the test on fresh prompts says.
fn tested(finding: &Finding, session: &Session) -> [String; 2] {
    let rate = finding.activation.with;
    let looked = session
        .candidates
        .iter()
        .filter(|known| !known.looks.is_empty())
        .count();
    [
        format!(
            "These prompts were not used in the search, so {} of {} was not chosen to look good. A harmless string would come this far with p {} (one-sided, binomial).",
            rate.k,
            rate.n,
            figures::p(finding.p)
        ),
        format!(
            "After paying for every one of the {} candidates looked at: q {}: of findings with a q this low or lower, at most that share is expected to be false.",
            figures::count(looked as u64),
            figures::p(finding.q)
        ),
    ]
}

/// The same for those who look again whenever they like: what holds however often the numbers were looked at.
fn at_any_time(finding: &Finding) -> Option<String> {
    let Rate { k, n, .. } = finding.activation.with;
    if n == 0 {
        return None;
    }
    let rate = always_valid(k, n);
    let mut told = format!(
        "However often one looks and whenever one stops, it fires on {:.0} to {:.0} % of such prompts (95 %).",
        100.0 * rate.low,
        100.0 * rate.high
    );
    // Without a p-value the chance cannot be told; below it, there is nothing to speak against.
    let chance = whatif::chance(finding);
    if finding.p > 0.0 && k > 0 && f64::from(k) > chance * f64::from(n) {
        let against = format!(
            " E-value {}: so many times likelier than for a harmless string, which fires on up to {:.0} %; 20 is telling, and \
             further fresh prompts multiply it.",
            figures::e_value(ln_e_value(k, n, chance)),
            100.0 * chance
        );
        told.push_str(&against);
    }
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_counts_the_controls_that_reach_the_value() {
        let signal = Signal {
            value: 2.0,
            null_mean: 1.0,
            null_sd: 0.5,
            p: 0.25,
            n: 4,
        };
        let text = among(&signal, &[0.5, 1.0, 2.0, f32::NAN, 1.5]);
        assert!(
            text.starts_with(
                "1 of 4 controls reach it (95 % interval 5-70 %); they lie between 0.50 and 2.00"
            ),
            "{text}"
        );
        assert!(among(&signal, &[]).starts_with("4 controls were measured"));
    }
}
