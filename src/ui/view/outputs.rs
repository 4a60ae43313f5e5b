//! The answers with and without the trigger, prompt by prompt, what differs marked.
//!
//! Invariant: every prompt is listed with whether it fired, so that one striking pair cannot stand for all.

mod drawn;
mod listed;
pub mod pattern;
mod set_off;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    finding::{Example, Finding},
    ui::{
        glyphs,
        theme::Look,
        widget::{
            absence,
            diff::{self, Layout, Shape},
            put, put_all, rows,
        },
    },
};
use pattern::Hit;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grain {
    /// Words.
    #[default]
    Word,
    /// The model's own tokens, where they were recorded.
    Token,
}

/// Where the analyst is looking.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutputsState {
    /// Which of the finding's examples, from 0.
    pub prompt: usize,
    /// Side by side, or in one column.
    pub shape: Shape,
    /// Words or tokens.
    pub grain: Grain,
    /// Which of the answers to the prompt: 0 is the greedy one, the others were drawn.
    pub answer: usize,
    /// First line of the answers shown; both sides scroll together.
    pub top: usize,
    /// Change under the cursor, from 0.
    pub change: usize,
}

/// What the last frame showed of the answers: the methods that scroll need it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    /// Lines in all.
    pub height: usize,
    /// Lines that fit.
    pub visible: usize,
    /// Line each change begins on.
    pub changes: Vec<usize>,
    /// Token of the answer with the trigger each begins at; empty where its tokens were not recorded.
    pub tokens: Vec<usize>,
}

impl Shown {
    fn last_top(&self) -> usize {
        self.height.saturating_sub(self.visible)
    }
}

impl OutputsState {
    /// The next prompt, around the end.
    pub fn next_prompt(&mut self, finding: &Finding) {
        self.show((self.prompt + 1).checked_rem(finding.examples.len()).unwrap_or(0));
    }

    /// The one before.
    pub fn previous_prompt(&mut self, finding: &Finding) {
        let last = finding.examples.len().saturating_sub(1);
        self.show(self.prompt.checked_sub(1).unwrap_or(last).min(last));
    }

    /// Shows the answers to a prompt, from the start.
    pub fn show(&mut self, prompt: usize) {
        self.prompt = prompt;
        self.top = 0;
        self.change = 0;
    }

    /// Moves both answers by lines.
    pub fn scroll(&mut self, by: isize, shown: &Shown) {
        self.top = self
            .top
            .min(shown.last_top())
            .saturating_add_signed(by)
            .min(shown.last_top());
    }

    /// To the next change, around the end.
    pub fn next_change(&mut self, shown: &Shown) {
        self.jump(
            (self.change + 1).checked_rem(shown.changes.len()).unwrap_or(0),
            shown,
        );
    }

    /// To the one before.
    pub fn previous_change(&mut self, shown: &Shown) {
        let last = shown.changes.len().saturating_sub(1);
        self.jump(self.change.checked_sub(1).unwrap_or(last).min(last), shown);
    }

    fn jump(&mut self, change: usize, shown: &Shown) {
        self.change = change;
        // One line of what comes before stays in sight.
        let line = shown.changes.get(change).copied().unwrap_or(0).saturating_sub(1);
        self.top = line.min(shown.last_top());
    }

    /// The next answer to the prompt, around the end.
    pub fn next_answer(&mut self, finding: &Finding) {
        let drawn = finding
            .examples
            .get(self.prompt)
            .map_or(0, |example| example.draws.len());
        self.answer = (self.answer + 1) % (drawn + 1);
        (self.top, self.change) = (0, 0);
    }

    /// Side by side, or in one column.
    pub fn toggle_shape(&mut self) {
        self.shape = match self.shape {
            Shape::SideBySide => Shape::Inline,
            Shape::Inline => Shape::SideBySide,
        };
        self.top = 0;
    }

    /// Words, or tokens.
    pub fn toggle_grain(&mut self) {
        self.grain = match self.grain {
            Grain::Word => Grain::Token,
            Grain::Token => Grain::Word,
        };
        (self.top, self.change) = (0, 0);
    }
}

/// One of the answers to a prompt, with and without the trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer<'a> {
    with: &'a str,
    without: &'a str,
    /// How it came about.
    name: String,
    greedy: bool,
}

impl<'a> Answer<'a> {
    /// The answer a state asks for; the greedy one where this prompt has no such draw.
    fn of(example: &'a Example, answer: usize) -> Self {
        let drawn = answer.checked_sub(1).and_then(|index| example.draws.get(index));
        drawn.map_or_else(
            || Self {
                with: &example.with,
                without: &example.without,
                name: "greedy".to_owned(),
                greedy: true,
            },
            |draw| Self {
                with: &draw.with,
                without: &draw.without,
                name: format!("seed {}", draw.seed),
                greedy: false,
            },
        )
    }
}

/// Draws the prompts and the answers to the one under the cursor; `token` is the one the entropy is looked at.
pub fn draw(
    area: Rect,
    buf: &mut Buffer,
    (finding, patterns): (&Finding, &[String]),
    (state, token): (&OutputsState, usize),
    look: &Look,
) -> Shown {
    let area = area.intersection(buf.area);
    let prompt = state.prompt.min(finding.examples.len().saturating_sub(1));
    let Some(example) = finding.examples.get(prompt) else {
        absence(area, buf, "No answers were recorded for this finding.", look);
        return Shown::default();
    };
    listed::summary(area, buf, finding, look);
    let several = finding.examples.iter().any(|example| !example.draws.is_empty());
    let mut row = 1;
    if several {
        drawn::summary(rows(area, row, 1), buf, &finding.examples, look);
        row += 1;
    }
    let hits: Vec<Vec<Hit>> = patterns
        .iter()
        .map(|expression| pattern::hits(expression, &finding.examples).unwrap_or_default())
        .collect();
    let asked = patterns.len().min(usize::from(area.height / 6)) as u16;
    listed::asked_about(rows(area, row, asked), buf, (patterns, &hits), look);
    row += asked;
    let listed = finding
        .examples
        .len()
        .min(usize::from(area.height / 4).clamp(1, 10));
    if several {
        let table = rows(area, row, listed as u16 + 1);
        drawn::table(table, buf, &finding.examples, (prompt, state.answer, &hits), look);
        row += 1;
    } else {
        let list = rows(area, row, listed as u16);
        listed::prompts(list, buf, (&finding.examples, prompt, &hits), look);
    }
    row += listed as u16;
    let rest = rows(area, row, area.height);
    let answer = Answer::of(example, state.answer);
    let tokens = finding
        .evidence
        .curves
        .iter()
        .find(|curves| answer.greedy && curves.prompt == example.prompt);
    let (chunks, grain) = match (state.grain, tokens) {
        (Grain::Word, _) => (diff::words(answer.without, answer.with), "words"),
        (Grain::Token, Some(curves)) => (
            diff::tokens(&curves.without.tokens, &curves.with.tokens),
            "tokens",
        ),
        (Grain::Token, None) => (
            diff::words(answer.without, answer.with),
            if answer.greedy {
                "words (tokens of this prompt were not recorded)"
            } else {
                "words (tokens of drawn answers are not recorded)"
            },
        ),
    };
    let set_off = set_off::of(&chunks, patterns, tokens.map(|curves| (curves, token)), look);
    let layout = Layout::new(&chunks, rest.width, state.shape, (&set_off, look));
    let changes = match layout.changes.len() {
        0 => "both answers are the same".to_owned(),
        count => format!("change {} of {count}", state.change.min(count - 1) + 1),
    };
    let mut note = format!("{changes} {} {grain}", glyphs::separator(look.ascii));
    if several {
        note = format!("{} {} {note}", answer.name, glyphs::separator(look.ascii));
    }
    headings(rest, buf, state.shape, &note, look);
    let answers = rows(rest, 2, rest.height);
    let facts = Shown {
        height: layout.height,
        visible: usize::from(answers.height),
        changes: layout.changes.clone(),
        tokens: tokens.map_or_else(Vec::new, |curves| set_off::changed_tokens(&chunks, &curves.with)),
    };
    let top = state.top.min(facts.last_top());
    layout.draw(answers, buf, top, state.change, look);
    facts
}

/// A rule with the state of the comparison on it, and the name of each side.
fn headings(area: Rect, buf: &mut Buffer, shape: Shape, note: &str, look: &Look) {
    let rule = glyphs::rule(look.ascii).repeat(usize::from(area.width));
    put(buf, area, (0, 0), &rule, look.border);
    put(buf, area, (2, 0), &format!(" {note} "), look.dim);
    match shape {
        Shape::SideBySide => {
            let half = area.width.saturating_sub(1) / 2;
            put(buf, area, (0, 1), "- without the trigger", look.without_run);
            put(buf, area, (half, 1), glyphs::pipe(look.ascii), look.border);
            put(buf, area, (half + 1, 1), "+ with the trigger", look.with_run);
        }
        Shape::Inline => {
            let pieces = [
                ("[-without-]", look.removed),
                (" ", look.text),
                ("{+with+}", look.added),
            ];
            put_all(buf, area, (0, 1), &pieces);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_go_around_and_stay_inside_the_text() {
        let shown = Shown {
            height: 20,
            visible: 5,
            changes: vec![0, 7, 18],
            tokens: Vec::new(),
        };
        let mut state = OutputsState::default();
        state.next_change(&shown);
        assert_eq!((state.change, state.top), (1, 6));
        state.next_change(&shown);
        assert_eq!((state.change, state.top), (2, 15));
        state.next_change(&shown);
        assert_eq!((state.change, state.top), (0, 0));
        state.previous_change(&shown);
        assert_eq!(state.change, 2);
        state.scroll(99, &shown);
        assert_eq!(state.top, 15);
        state.scroll(-99, &shown);
        assert_eq!(state.top, 0);
        state.next_change(&Shown::default());
        assert_eq!(state.top, 0);
    }
}
