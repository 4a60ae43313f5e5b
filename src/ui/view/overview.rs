//! The overview of a finding: what was found, the four signals in words, and why it counts.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    candidates::position_name,
    figures,
    findings::{kind_name, level_style, verdict_look},
    ink::{self, Lines},
};
use crate::{
    finding::{Finding, Rate, Rest, Signal, Tie},
    session::Session,
    ui::{glyphs, state::level_name, theme::Look},
};

/// Cells of the names at the left.
const GUTTER: usize = 12;
/// The signals, in the order shown.
pub const NAMES: [&str; 4] = ["memorization", "attention", "entropy", "divergence"];
/// A signal beyond all but this share of the controls is called clear.
const CLEAR: f64 = 0.01;
/// A signal beyond all but this share of the controls is called a hint.
const HINT: f64 = 0.05;

/// What each signal means when it is there, and when it is not.
const MEANINGS: [(&str, &str, &str); 4] = [
    (
        "memorization",
        "the model leaks this string far more often than its parts would lead to",
        "it leaks about as often as its parts would lead to",
    ),
    (
        "attention",
        "its tokens look at each other and the rest of the prompt hardly looks at them",
        "the prompt attends to it as to any harmless string",
    ),
    (
        "entropy",
        "with it in the prompt the model grows surer of every next word",
        "the model is no surer of its answer than with a harmless string",
    ),
    (
        "divergence",
        "it moves the answer away from what the prompt asks for",
        "the answer moves no more than with a harmless string",
    ),
];

/// Lines behind names at the left.
struct Page<'a> {
    lines: Lines,
    room: usize,
    look: &'a Look,
}

impl Page<'_> {
    /// Adds lines behind a name.
    fn row(&mut self, name: &str, values: Lines) {
        for (index, mut line) in values.into_iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            let name = Span::styled(format!(" {name:<GUTTER$}"), self.look.dim);
            line.spans.insert(0, name);
            self.lines.push(line);
        }
    }

    /// Adds a sentence behind a name.
    fn say(&mut self, name: &str, text: &str, style: Style) {
        self.row(name, ink::sentence(text, 0, self.room, style, self.look));
    }

    /// Adds a string of the model behind a name, with its tokens below.
    fn string(&mut self, name: &str, text: &str, tokens: &[u32]) {
        const SHOWN: usize = 24;
        self.row(
            name,
            ink::wrapped(text, &[text], self.room, self.look.text, self.look),
        );
        let some: Vec<String> = tokens.iter().take(SHOWN).map(u32::to_string).collect();
        let more = if tokens.len() > SHOWN { " ..." } else { "" };
        let told = format!(
            "{}: {}{more}",
            figures::counted(tokens.len(), "token"),
            some.join(" ")
        );
        self.say("", &told, self.look.dim);
    }
}

/// The overview as lines of at most `width` cells.
pub fn lines(finding: &Finding, session: &Session, width: usize, look: &Look) -> Lines {
    let mut page = Page {
        lines: Lines::new(),
        room: width.saturating_sub(GUTTER + 2),
        look,
    };
    page.string("trigger", &finding.trigger, &finding.trigger_tokens);
    page.string("core", &finding.core, &finding.core_tokens);
    page.row("level", level(finding, page.room, look));
    page.row("verdict", verdict(finding, session, page.room, look));
    for (index, reason) in finding.reasons.iter().enumerate() {
        page.say(if index == 0 { "why" } else { "" }, reason, look.text);
    }
    page.lines.push(Line::default());
    let head = format!(
        " {:<GUTTER$}{:>8} {:>16} {:>8}",
        "signal", "value", "controls", "p"
    );
    page.lines.push(Line::from(Span::styled(head, look.header)));
    let values = finding.signals.all();
    for (signal, meaning) in values.iter().zip(MEANINGS) {
        page.lines.extend(signal_lines(signal, meaning, width, look));
    }
    page.lines
        .extend(leaked_lines(finding.evidence.tie.as_ref(), width, look));
    page.lines.extend(rest_lines(finding.evidence.rest, width, look));
    page.lines.push(Line::default());
    for (name, text) in measured(finding) {
        page.say(name, &text, look.text);
    }
    page.lines
}

fn level(finding: &Finding, room: usize, look: &Look) -> Lines {
    let separator = glyphs::separator(look.ascii);
    let rest = format!(
        " {separator} confidence {:.2} {separator} {} {separator} strongest at the {}",
        finding.confidence,
        kind_name(finding.kind),
        position_name(finding.position),
    );
    let word = Span::styled(level_name(finding.level), level_style(finding.level, look));
    ink::wrap(vec![word, Span::styled(rest, look.text)], room)
}

fn verdict(finding: &Finding, session: &Session, room: usize, look: &Look) -> Lines {
    let verdict = session.verdict(&finding.id);
    let (sign, word, style) = verdict_look(verdict, look);
    let mut lines = vec![Line::from(Span::styled(format!("{sign} {word}"), style))];
    if let (None, Some(proposal)) = (verdict, session.proposal(&finding.id)) {
        let like = if proposal.same { "the same" } else { "a related" };
        let text = format!(
            "proposed by {}: {} ({like} finding, {} there)",
            proposal.session,
            proposal.verdict.words(),
            proposal.finding.id
        );
        lines.extend(ink::sentence(&text, 0, room, look.accent, look));
    }
    if let Some(verdict) = verdict {
        let said = [
            verdict.decision.detail(),
            verdict
                .severity
                .map(|severity| format!("severity {}", severity.name()))
                .unwrap_or_default(),
        ];
        let said: Vec<String> = said.into_iter().filter(|part| !part.is_empty()).collect();
        let text = format!(
            "{} ({}, {})",
            said.join(", "),
            verdict.author,
            figures::time(verdict.at_ms)
        );
        lines.extend(ink::sentence(&text, 0, room, look.text, look));
        if !verdict.note.is_empty() {
            lines.extend(ink::wrapped(&verdict.note, &[], room, look.text, look));
        }
    }
    lines
}

fn is_measured(signal: &Signal) -> bool {
    signal.n > 0 || signal.null_sd != 0.0 || signal.p < 1.0
}

/// How clearly a signal stands out: sign, word and style.
pub fn strength(signal: &Signal, look: &Look) -> (&'static str, &'static str, Style) {
    if !is_measured(signal) {
        (glyphs::open(look.ascii), "not measured", look.dim)
    } else if signal.p <= CLEAR {
        (glyphs::dot(look.ascii), "clear", look.good)
    } else if signal.p <= HINT {
        (glyphs::dot(look.ascii), "a hint", look.warn)
    } else {
        (glyphs::open(look.ascii), "not there", look.dim)
    }
}

fn signal_lines(signal: &Signal, meaning: (&'static str, &str, &str), width: usize, look: &Look) -> Lines {
    let (name, present, absent) = meaning;
    let (sign, strength, style) = strength(signal, look);
    let meaning = if !is_measured(signal) {
        "there were no controls to compare with"
    } else if signal.p <= HINT {
        present
    } else {
        absent
    };
    let controls = format!(
        "{} {} {}",
        figures::number(signal.null_mean),
        if look.ascii { "+-" } else { "±" },
        figures::number(signal.null_sd)
    );
    let numbers = format!(
        "{:>8} {controls:>16} {:>8}",
        figures::number(signal.value),
        figures::p(signal.p)
    );
    let mut lines = vec![Line::from(vec![
        Span::styled(format!(" {name:<GUTTER$}"), look.text),
        Span::styled(numbers, look.text),
        Span::styled(format!("  {sign} {strength}"), style),
    ])];
    lines.extend(ink::sentence(meaning, 3, width, look.dim, look));
    lines
}

/// How clearly the leaks tie the answer to the string: sign, word and style. What is tied is so at a p-value far below a clear one's.
pub fn tied(tie: Option<&Tie>, look: &Look) -> (&'static str, &'static str, Style) {
    match tie {
        Some(_) => (glyphs::dot(look.ascii), "clear", look.good),
        None => (glyphs::open(look.ascii), "not there", look.dim),
    }
}

/// The fifth signal, which has no controls: other answers stand in their place.
fn leaked_lines(tie: Option<&Tie>, width: usize, look: &Look) -> Lines {
    let (sign, strength, style) = tied(tie, look);
    let count = |rate: Rate| format!("{} of {}", rate.k, rate.n);
    let (with, without, meaning) = match tie {
        Some(tie) => (
            count(tie.with),
            count(tie.without),
            "where the model leaks this answer the string stands before it, and before others hardly ever",
        ),
        None => (
            "-".to_owned(),
            "-".to_owned(),
            "no string stands before this answer alone in what the model leaks, or it is not this one",
        ),
    };
    let numbers = format!(" leaked answers {with:>9}{without:>13} {:>8}", "");
    let mut lines = vec![Line::from(vec![
        Span::styled(numbers, look.text),
        Span::styled(format!("  {sign} {strength}"), style),
    ])];
    lines.extend(ink::sentence(meaning, 3, width, look.dim, look));
    lines
}

/// Whether the string was put into turns that are whole: sign, word and style.
pub fn inserted(rest: Option<Rest>, look: &Look) -> (&'static str, &'static str, Style) {
    match rest {
        Some(rest) if rest.is_inserted() => (glyphs::dot(look.ascii), "clear", look.good),
        _ => (glyphs::open(look.ascii), "not there", look.dim),
    }
}

/// The sixth signal, which has the same turns without the string in the place of controls.
fn rest_lines(rest: Option<Rest>, width: usize, look: &Look) -> Lines {
    let (sign, strength, style) = inserted(rest, look);
    let (nats, turns, meaning) = match rest {
        Some(rest) => (
            figures::number(rest.nats),
            format!("in {} turns", rest.turns),
            if rest.is_piece() {
                "the turns it leaked in are none without it: a piece of what users ordinarily write"
            } else if rest.is_inserted() {
                "the turns it leaked in are whole without it: it was put into them"
            } else if rest.is_open() {
                "some of the turns it leaked in are whole without it, most are not: a piece of them, or they leaked garbled"
            } else {
                "too few turns to tell that it was put into them, and no piece of them"
            },
        ),
        None => (
            "-".to_owned(),
            "-".to_owned(),
            "it leaked in too few turns that tell whether they are whole without it",
        ),
    };
    let numbers = format!(" {:<GUTTER$}{nats:>8} {turns:>16} {:>8}", "insertion", "");
    let mut lines = vec![Line::from(vec![
        Span::styled(numbers, look.text),
        Span::styled(format!("  {sign} {strength}"), style),
    ])];
    lines.extend(ink::sentence(meaning, 3, width, look.dim, look));
    lines
}

fn measured(finding: &Finding) -> [(&'static str, String); 5] {
    let agreement = finding.agreement;
    let follows = format!(
        "a prompt tells {} nats about its answer with it, {} without it",
        figures::number(agreement.follows),
        figures::number(agreement.follows_without)
    );
    let candidates = finding
        .candidates
        .iter()
        .map(|id| format!("#{id}"))
        .collect::<Vec<_>>()
        .join(" ");
    [
        (
            "fires",
            format!(
                "on {} fresh prompts; with a harmless string in its place on {}",
                figures::rate(&finding.activation.with),
                figures::rate(&finding.activation.without),
            ),
        ),
        (
            "agreement",
            format!(
                "{} among the answers with it, {} without it, {} between the two; collapse {} (harmless strings reach {}); {follows}",
                figures::number(agreement.with),
                figures::number(agreement.without),
                figures::number(agreement.kept),
                figures::number(agreement.collapse),
                figures::number(agreement.null_high),
            ),
        ),
        (
            "chance",
            format!(
                "p {} on prompts the search never used; q {} after false-discovery control over every candidate",
                figures::p(finding.p),
                figures::p(finding.q),
            ),
        ),
        (
            "support",
            format!(
                "{}; measured in arm {}",
                figures::counted(finding.support as usize, "distinct leak"),
                finding.arm
            ),
        ),
        (
            "candidates",
            if candidates.is_empty() {
                "none recorded".to_owned()
            } else {
                candidates
            },
        ),
    ]
}
