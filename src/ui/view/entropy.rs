//! Entropy along the answer, with and without the trigger, tied to the texts and to what else could have been said.
//!
//! Invariant: one cursor, a token number, is shown in the curves, both texts and the alternatives alike.

mod parting;
mod tokens;

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_width::UnicodeWidthStr;

use crate::{
    finding::{Curves, Finding, Run},
    ui::{
        glyphs,
        theme::Look,
        widget::{absence, columns, curve, fit, put, put_all, quoted, rows},
    },
};

/// Where the analyst is looking.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntropyState {
    /// Which of the finding's curves, from 0.
    pub prompt: usize,
    /// Generated token under the cursor, from 0.
    pub cursor: usize,
    /// What the colours of the texts show.
    pub ribbon: Ribbon,
}

/// What the colours of the texts show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ribbon {
    /// Nothing.
    #[default]
    Plain,
    /// How unsure the model was before each token.
    Entropy,
    /// How likely each token was.
    Probability,
}

impl EntropyState {
    /// The curves shown.
    pub fn curves<'a>(&self, finding: &'a Finding) -> Option<&'a Curves> {
        let curves = &finding.evidence.curves;
        curves.get(self.prompt.min(curves.len().checked_sub(1)?))
    }

    /// Moves the cursor by tokens.
    pub fn move_cursor(&mut self, by: isize, finding: &Finding) {
        let last = self.curves(finding).map_or(0, length).saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
    }

    /// The next prompt, around the end.
    pub fn next_prompt(&mut self, finding: &Finding) {
        self.prompt = (self.prompt + 1)
            .checked_rem(finding.evidence.curves.len())
            .unwrap_or(0);
        self.move_cursor(0, finding);
    }

    /// The one before.
    pub fn previous_prompt(&mut self, finding: &Finding) {
        let last = finding.evidence.curves.len().saturating_sub(1);
        self.prompt = self.prompt.checked_sub(1).unwrap_or(last).min(last);
        self.move_cursor(0, finding);
    }

    /// What the colours of the texts show: nothing, entropy, probability.
    pub fn cycle_ribbon(&mut self) {
        self.ribbon = match self.ribbon {
            Ribbon::Plain => Ribbon::Entropy,
            Ribbon::Entropy => Ribbon::Probability,
            Ribbon::Probability => Ribbon::Plain,
        };
    }

    /// Puts the cursor on the first token the runs differ in.
    pub fn to_divergence(&mut self, finding: &Finding) {
        if let Some(place) = self.curves(finding).and_then(divergence) {
            self.cursor = place;
        }
    }
}

fn length(curves: &Curves) -> usize {
    curves.with.tokens.len().max(curves.without.tokens.len())
}

/// First token the runs differ in; none when they are the same.
pub fn divergence(curves: &Curves) -> Option<usize> {
    let (with, without) = (&curves.with.tokens, &curves.without.tokens);
    (0..length(curves)).find(|place| with.get(*place) != without.get(*place))
}

/// Mean of the entropies that are numbers, in nats.
pub fn mean(run: &Run) -> Option<f32> {
    let known = run.entropy.iter().copied().filter(|value| value.is_finite());
    let (sum, count) = known.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f32)
}

/// Draws the curves, the texts and the alternatives.
pub fn draw(area: Rect, buf: &mut Buffer, finding: &Finding, state: &EntropyState, look: &Look) {
    let area = area.intersection(buf.area);
    let count = finding.evidence.curves.len();
    let Some(curves) = state.curves(finding).filter(|curves| length(curves) > 0) else {
        return absence(
            area,
            buf,
            "No answer was recorded token by token for this finding.",
            look,
        );
    };
    let head = format!("Prompt {} of {count} ", (state.prompt + 1).min(count));
    let room = usize::from(area.width).saturating_sub(head.len());
    let prompt = quoted(&curves.prompt, room, look);
    put_all(buf, area, (0, 0), &[(&head, look.title), (&prompt, look.text)]);
    means(area, buf, (curves, state), look);
    let room = area.height.saturating_sub(3);
    let alternatives = match room {
        20.. => 6,
        8.. => 2,
        _ => 0,
    };
    let text = ((room - alternatives) / 6).max(1);
    let chart = (room - alternatives).saturating_sub(2 * text);
    let most = curves.with.entropy.iter().chain(&curves.without.entropy);
    let most = most
        .copied()
        .filter(|value| value.is_finite())
        .fold(0.1, f32::max);
    let (series, unit): (fn(&Run) -> Vec<f32>, &str) = match state.ribbon {
        Ribbon::Probability => (probabilities, "probability"),
        Ribbon::Plain | Ribbon::Entropy => (|run| run.entropy.clone(), "nats"),
    };
    let (with_band, without_band) = bands(&finding.evidence.curves, series);
    curve::Curves {
        with_band: &with_band,
        without_band: &without_band,
        with: &series(&curves.with),
        without: &series(&curves.without),
        cursor: state.cursor,
        unit,
        items: "token",
    }
    .draw(rows(area, 2, chart), buf, look);
    readout(rows(area, 2 + chart, 1), buf, curves, state.cursor, look);
    for (index, (name, run, style)) in sides(curves, look).into_iter().enumerate() {
        let part = rows(area, 3 + chart + text * index as u16, text);
        put(buf, part, (0, 0), name, style);
        tokens::draw(
            columns(part, 8, part.width),
            buf,
            (&run.tokens, state.cursor),
            &shares(run, state.ribbon, most),
            look,
        );
    }
    let part = rows(area, 3 + chart + 2 * text, alternatives);
    if alternatives == 6 {
        table(part, buf, curves, state.cursor, look);
    } else {
        lines(part, buf, curves, state.cursor, look);
    }
}

/// From and to, nats, at each token.
type Band = Vec<(f32, f32)>;

/// Fewest prompts that make a band.
const BANDED: usize = 3;

/// Where the middle four fifths of all prompts' values lie at each token, with the trigger and without.
fn bands(curves: &[Curves], series: fn(&Run) -> Vec<f32>) -> (Band, Band) {
    let band = |of: fn(&Curves) -> &Run| {
        let all: Vec<Vec<f32>> = curves.iter().map(|curves| series(of(curves))).collect();
        let length = all.iter().map(Vec::len).max().unwrap_or(0);
        (0..length)
            .map_while(|place| {
                let mut values: Vec<f32> = all
                    .iter()
                    .filter_map(|values| values.get(place).copied())
                    .filter(|value| value.is_finite())
                    .collect();
                values.sort_by(f32::total_cmp);
                let last = values.len().checked_sub(1).filter(|_| values.len() >= BANDED)?;
                let at = |tenths: usize| values.get((last * tenths + 5) / 10).copied();
                Some((at(1)?, at(9)?))
            })
            .collect()
    };
    (band(|curves| &curves.with), band(|curves| &curves.without))
}

/// What the colour of each token shows, 0 to 1; empty when it shows nothing.
fn shares(run: &Run, ribbon: Ribbon, most: f32) -> Vec<f32> {
    match ribbon {
        Ribbon::Plain => Vec::new(),
        Ribbon::Entropy => run.entropy.iter().map(|value| value / most).collect(),
        Ribbon::Probability => probabilities(run),
    }
}

/// How likely each token was, 0 to 1.
fn probabilities(run: &Run) -> Vec<f32> {
    run.logprob.iter().map(|value| value.exp()).collect()
}

fn sides<'a>(curves: &'a Curves, look: &Look) -> [(&'static str, &'a Run, Style); 2] {
    [
        ("with", &curves.with, look.with_run),
        ("without", &curves.without, look.without_run),
    ]
}

fn means(area: Rect, buf: &mut Buffer, (curves, state): (&Curves, &EntropyState), look: &Look) {
    let of = |run: &Run| {
        let mean = mean(run).map_or("none".to_owned(), |mean| format!("{mean:.2}"));
        if area.width < 110 {
            return mean;
        }
        format!("{mean} ({} tokens)", run.tokens.len())
    };
    let ribbon = match state.ribbon {
        Ribbon::Plain => "",
        Ribbon::Entropy => "  colours: entropy",
        Ribbon::Probability => "  curves and colours: probability",
    };
    let (with, without) = (of(&curves.with), of(&curves.without));
    let separator = format!(" {} ", glyphs::separator(look.ascii));
    let head = [
        ("mean nats with ", look.dim),
        (with.as_str(), look.with_run),
        (" without ", look.dim),
        (without.as_str(), look.without_run),
        (separator.as_str(), look.dim),
    ];
    let used: usize = head.iter().map(|(piece, _)| piece.width()).sum();
    let room = usize::from(area.width).saturating_sub(used + ribbon.width());
    let told = parting::standing(curves, state.cursor, room, look);
    let told = told.unwrap_or_else(|| match divergence(curves) {
        Some(place) => format!("differ from token {place}"),
        None => "same text".to_owned(),
    });
    let tail = [(told.as_str(), look.dim), (ribbon, look.accent)];
    put_all(buf, area, (0, 1), &[&head[..], &tail[..]].concat());
}

/// The token under the cursor in both runs, with its entropy and probability.
fn readout(area: Rect, buf: &mut Buffer, curves: &Curves, cursor: usize, look: &Look) {
    let head = format!("token {cursor}  ");
    let mut column = put(buf, area, (0, 0), &head, look.accent);
    let room = usize::from(area.width / 4).clamp(6, 20);
    for (name, run, style) in sides(curves, look) {
        let words = match (run.tokens.get(cursor), run.entropy.get(cursor)) {
            (Some(token), Some(entropy)) => {
                let chance = run
                    .logprob
                    .get(cursor)
                    .map_or(String::new(), |logprob| format!(" p {:.2}", logprob.exp()));
                format!("{} {entropy:.2}{chance}  ", quoted(token, room, look))
            }
            _ => "ended  ".to_owned(),
        };
        column = put_all(
            buf,
            area,
            (column, 0),
            &[(name, look.dim), (" ", look.dim), (&words, style)],
        );
    }
}

/// The most likely tokens of both runs, one line each.
fn lines(area: Rect, buf: &mut Buffer, curves: &Curves, cursor: usize, look: &Look) {
    for (row, (_, run, style)) in sides(curves, look).into_iter().enumerate() {
        let place = |column| (column, row as u16);
        let name = if row == 0 { "with    " } else { "without " };
        let mut column = put(buf, area, place(0), name, style);
        match run.top.get(cursor).filter(|top| !top.is_empty()) {
            Some(top) => {
                for (token, logprob) in top {
                    let words = format!("{} {:.2}  ", quoted(token, 12, look), logprob.exp());
                    // A whole alternative or none.
                    if usize::from(column) + words.trim_end().width() > usize::from(area.width) {
                        break;
                    }
                    column = put(buf, area, place(column), &words, look.text);
                }
            }
            None => {
                put(buf, area, place(column), none(run, cursor), look.dim);
            }
        }
    }
}

/// The same as a table: both runs beside each other, a bar for each probability.
fn table(area: Rect, buf: &mut Buffer, curves: &Curves, cursor: usize, look: &Look) {
    let half = area.width / 2;
    for (side, (name, run, style)) in sides(curves, look).into_iter().enumerate() {
        let part = columns(area, half * side as u16, half.saturating_sub(1));
        put(
            buf,
            part,
            (0, 0),
            &format!("most likely, {name} the trigger"),
            style,
        );
        let top = run.top.get(cursor).map(Vec::as_slice).unwrap_or_default();
        if top.is_empty() {
            put(buf, part, (0, 1), none(run, cursor), look.dim);
        }
        let name_room = part.width.saturating_sub(18).clamp(6, 24);
        for (row, (token, logprob)) in top.iter().take(5).enumerate() {
            let row = row as u16 + 1;
            let chance = logprob.exp().clamp(0.0, 1.0);
            let words = fit(
                &quoted(token, usize::from(name_room), look),
                usize::from(name_room),
                look,
            );
            let chosen = run.tokens.get(cursor) == Some(token);
            let style = if chosen { style } else { look.text };
            put(buf, part, (0, row), &words, style);
            let column = put(buf, part, (name_room + 1, row), &format!("{chance:.2} "), style);
            let bar = glyphs::full(look.ascii).repeat((chance * 10.0).round() as usize);
            put(buf, part, (column, row), &bar, look.bar);
        }
    }
}

fn none(run: &Run, cursor: usize) -> &'static str {
    if cursor >= run.tokens.len() {
        "the answer had ended"
    } else {
        "alternatives were not recorded"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(tokens: &[&str], entropy: &[f32]) -> Run {
        Run {
            tokens: tokens.iter().map(|token| (*token).to_owned()).collect(),
            entropy: entropy.to_vec(),
            ..Run::default()
        }
    }

    #[test]
    fn runs_diverge_where_their_tokens_first_differ() {
        let mut curves = Curves {
            prompt: String::new(),
            with: run(&["a", "b"], &[1.0, f32::NAN, 3.0]),
            without: run(&["a", "b", "c"], &[]),
        };
        assert_eq!(divergence(&curves), Some(2));
        assert_eq!(mean(&curves.with), Some(2.0));
        assert_eq!(mean(&curves.without), None);
        curves.with = curves.without.clone();
        assert_eq!(divergence(&curves), None);
    }
}
