//! The prompts as a table where several answers to each were drawn: which of them are the trigger's, greedy and seed by seed.
//!
//! Invariant: a sign and a word, never a colour alone, tell what fired; an interval never takes answers for prompts.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::pattern::Hit;
use crate::{
    finding::{Draw, Example, Rate},
    scan::stats::wilson_of_units,
    ui::{
        glyphs,
        theme::Look,
        view::{figures, select},
        widget::{fit, put, put_all, rows, shown, window},
    },
};

/// Cells of one answer: a bracket, a sign, a blank, a word of five letters, a bracket.
const CELL: usize = 9;
/// Cells of what one expression was found in.
const COUNT: usize = 6;
/// Cells a prompt keeps.
const PROMPT: usize = 14;

/// In how many drawn answers the trigger's own answer is seen, with it and without: the intervals are about prompts.
fn rates(examples: &[Example]) -> Option<(Rate, Rate, usize)> {
    let told: Vec<Vec<(bool, bool)>> = examples
        .iter()
        .map(|example| example.draws.iter().filter_map(|draw| draw.fired).collect())
        .filter(|told: &Vec<_>| !told.is_empty())
        .collect();
    let n = told.iter().map(Vec::len).sum::<usize>() as u32;
    let rate = |of: fn(&(bool, bool)) -> bool| {
        let counts = told
            .iter()
            .map(|draws| draws.iter().filter(|draw| of(draw)).count());
        let counts: Vec<usize> = counts.collect();
        let shares = counts.iter().zip(&told);
        let shares: Vec<f64> = shares
            .map(|(count, draws)| *count as f64 / draws.len() as f64)
            .collect();
        wilson_of_units(counts.iter().sum::<usize>() as u32, n, &shares)
    };
    (n > 0).then(|| (rate(|draw| draw.0), rate(|draw| draw.1), told.len()))
}

/// One line over all drawn answers.
pub fn summary(area: Rect, buf: &mut Buffer, examples: &[Example], look: &Look) {
    let Some((with, without, prompts)) = rates(examples) else {
        let drawn: usize = examples.iter().map(|example| example.draws.len()).sum();
        let text = format!(
            "{} drawn: it has no answer of its own to know them by",
            figures::counted(drawn, "answer")
        );
        put(buf, area, (0, 0), &text, look.dim);
        return;
    };
    let share = |rate: &Rate, of: &str| {
        let (k, n) = (rate.k, rate.n);
        let (low, high) = (100.0 * rate.low, 100.0 * rate.high);
        (format!("{k}{of}{n}"), format!("({low:.0}-{high:.0} %)"))
    };
    let told = |of: &str| (share(&with, of), share(&without, of));
    let ((k, range), (clean, clean_range)) = told(" of ");
    let ((short_k, _), (short_clean, _)) = told("/");
    let over = figures::counted(prompts, "prompt");
    let separator = glyphs::separator(look.ascii);
    let forms = [
        (
            format!("Fires in {k} drawn answers {range}, in {clean} without it {clean_range}"),
            format!(" {separator} the intervals are over {over}"),
        ),
        (
            format!("Fires in {k} drawn answers {range}, {clean} without {clean_range}"),
            format!(" {separator} over {over}"),
        ),
        (
            format!("{short_k} drawn fire {range}, {short_clean} without {clean_range}"),
            format!(", {over}"),
        ),
        (
            format!("{short_k} fire {range}, {short_clean} without {clean_range}"),
            format!(", {over}"),
        ),
    ];
    let room = usize::from(area.width);
    let fits = |(head, tail): &&(String, String)| head.len() + tail.len() <= room;
    let Some((head, tail)) = forms.iter().find(fits).or(forms.last()) else {
        return;
    };
    put_all(buf, area, (0, 0), &[(head, look.title), (tail, look.dim)]);
}

/// A sign and a word for one answer.
fn told(fired: Option<(bool, bool)>, look: &Look) -> (&'static str, &'static str, Style) {
    match fired {
        Some((true, false)) => (glyphs::check(look.ascii), "fires", look.with_run),
        Some((true, true)) => (glyphs::both_mark(look.ascii), "both", look.warn),
        Some((false, true)) => (glyphs::cross(look.ascii), "w/out", look.without_run),
        Some((false, false)) => (glyphs::open(look.ascii), "quiet", look.dim),
        None => ("?", "n/a", look.dim),
    }
}

/// The answers whose columns fit: the first of them, and how many, the chosen one among them.
fn columns(width: usize, answers: usize, chosen: usize, expressions: usize) -> (usize, usize) {
    let room = width.saturating_sub(2 + PROMPT + COUNT * expressions);
    let count = (room / CELL).clamp(1, answers.max(1));
    (window(chosen, answers, count), count)
}

/// Every prompt with its answers, the chosen one in brackets, and in how many each expression was found: with and without.
pub fn table(
    area: Rect,
    buf: &mut Buffer,
    examples: &[Example],
    (current, chosen, hits): (usize, usize, &[Vec<Hit>]),
    look: &Look,
) {
    let width = usize::from(area.width);
    let seeds: &[Draw] = examples
        .iter()
        .map(|example| example.draws.as_slice())
        .max_by_key(|draws| draws.len())
        .unwrap_or_default();
    let chosen_here = examples
        .get(current)
        .map_or(0, |example| if chosen > example.draws.len() { 0 } else { chosen });
    let (first, count) = columns(width, seeds.len() + 1, chosen_here, hits.len());
    let answers = (first..first + count).map(|answer| {
        let seed = answer.checked_sub(1).and_then(|index| seeds.get(index));
        let name = seed.map_or_else(|| "greedy".to_owned(), |draw| format!("seed {}", draw.seed));
        format!(" {:<8}", fit(&name, CELL - 1, look))
    });
    let counts = (1..=hits.len()).map(|number| format!("{:<COUNT$}", format!(" /{number}/")));
    let names: String = answers.chain(counts).collect();
    let head = format!("  {names} prompt");
    put(buf, area, (0, 0), &head, look.header);
    let list = rows(area, 1, area.height);
    let height = usize::from(list.height);
    let top = window(current, examples.len(), height);
    for (row, (index, example)) in examples.iter().enumerate().skip(top).take(height).enumerate() {
        let pointer = if index == current {
            glyphs::pointer(look.ascii)
        } else {
            " "
        };
        let line = row as u16;
        let mut column = put_all(buf, list, (0, line), &[(pointer, look.accent), (" ", look.text)]);
        for answer in first..first + count {
            let cell = match answer.checked_sub(1) {
                // Without the trigger there is nothing to fire: the greedy answers are compared with each other.
                None => Some(told(Some((example.fired, false)), look)),
                Some(drawn) => example.draws.get(drawn).map(|draw| told(draw.fired, look)),
            };
            let (sign, word, tone) = cell.unwrap_or((" ", "", look.dim));
            let here = index == current && answer == chosen_here;
            let (open, close) = if here { ("[", "]") } else { (" ", " ") };
            let word = format!("{word:<5}");
            let pieces = [
                (open, look.accent),
                (sign, tone),
                (" ", tone),
                (word.as_str(), tone),
                (close, look.accent),
            ];
            column = put_all(buf, list, (column, line), &pieces);
        }
        for hits in hits {
            let text = hits.get(index).map_or_else(String::new, |hit| {
                format!(" {}:{}/{}", hit.with, hit.without, hit.of)
            });
            column = put(buf, list, (column, line), &format!("{text:<COUNT$}"), look.accent);
        }
        let room = width.saturating_sub(usize::from(column) + 1);
        let prompt = fit(&shown(&example.prompt, look), room, look);
        put(buf, list, (column + 1, line), &prompt, look.text);
        if index == current {
            select(rows(list, line, 1), look, buf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(draws: &[Option<(bool, bool)>]) -> Example {
        Example {
            prompt: "p".to_owned(),
            with: String::new(),
            without: String::new(),
            fired: true,
            draws: (101..)
                .zip(draws)
                .map(|(seed, fired)| Draw {
                    seed,
                    with: String::new(),
                    without: String::new(),
                    fired: *fired,
                })
                .collect(),
        }
    }

    #[test]
    fn answers_are_counted_over_all_prompts_and_the_interval_is_over_prompts() {
        let yes = Some((true, false));
        let examples = [
            example(&[yes, yes, yes]),
            example(&[yes, Some((false, true)), yes]),
            example(&[]),
        ];
        let (with, without, prompts) = rates(&examples).unwrap();
        assert_eq!((with.k, with.n, without.k, prompts), (5, 6, 1, 2));
        assert!(with.low < 0.35, "two prompts, not six trials: {with:?}");
        assert!(rates(&[example(&[None])]).is_none());
    }

    #[test]
    fn the_chosen_answer_is_always_among_the_columns() {
        for width in [20, 60, 120] {
            for chosen in 0..9 {
                let (first, count) = columns(width, 9, chosen, 2);
                assert!(first <= chosen && chosen < first + count, "{width} {chosen}");
            }
        }
    }
}
