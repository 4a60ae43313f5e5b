//! Two findings beside each other: the same numbers in two columns, and what they share.

use ratatui::text::{Line, Span};

use super::{
    candidates::position_name,
    figures,
    findings::{kind_name, verdict_look},
    ink::{self, Lines},
    overview::NAMES,
};
use crate::{
    finding::{Finding, Signal},
    session::Session,
    ui::{
        glyphs,
        state::level_name,
        theme::Look,
        widget::{fit, shown},
    },
};

/// Cells of the names at the left.
const GUTTER: usize = 15;

/// The page as lines of at most `width` cells.
pub fn lines(left: &Finding, right: &Finding, session: &Session, width: usize, look: &Look) -> Lines {
    let column = width.saturating_sub(GUTTER + 4) / 2;
    let head = format!(" {:<GUTTER$}{:<column$} {}", "", left.id, right.id);
    let mut lines = vec![Line::from(Span::styled(head, look.header))];
    let mut row = |name: &str, of: &dyn Fn(&Finding) -> String| {
        let (a, b) = (of(left), of(right));
        let style = if a == b { look.dim } else { look.text };
        let sign = if a == b {
            " "
        } else {
            glyphs::separator(look.ascii)
        };
        let cell = |text: &str| fit(&shown(text, look), column, look);
        let (a, b) = (cell(&a), cell(&b));
        let blank = column.saturating_sub(unicode_width::UnicodeWidthStr::width(a.as_str()));
        lines.push(Line::from(vec![
            Span::styled(format!("{sign}{name:<GUTTER$}"), look.dim),
            Span::styled(format!("{a}{} ", " ".repeat(blank)), style),
            Span::styled(b, style),
        ]));
    };
    row("trigger", &|finding| finding.trigger.clone());
    row("core", &|finding| finding.core.clone());
    row("level", &|finding| {
        format!("{} {:.2}", level_name(finding.level), finding.confidence)
    });
    row("verdict", &|finding| {
        verdict_look(session.verdict(&finding.id), look).1.to_owned()
    });
    row("kind", &|finding| kind_name(finding.kind).to_owned());
    row("fires", &|finding| figures::rate(&finding.activation.with));
    row("control fires", &|finding| {
        figures::rate(&finding.activation.without)
    });
    row("p, q", &|finding| {
        format!("{}, {}", figures::p(finding.p), figures::p(finding.q))
    });
    for (index, name) in NAMES.iter().enumerate() {
        row(name, &|finding| {
            let all = finding.signals.all();
            all.get(index).map_or_else(String::new, signal)
        });
    }
    row("collapse", &|finding| figures::number(finding.agreement.collapse));
    row("prompt tells", &|finding| {
        format!(
            "{} nats about its answer",
            figures::number(finding.agreement.follows)
        )
    });
    row("leaks", &|finding| figures::count(finding.support.into()));
    row("position, arm", &|finding| {
        format!("{}, {}", position_name(finding.position), finding.arm)
    });
    lines.push(Line::default());
    for text in shared(left, right) {
        lines.extend(ink::sentence(&text, 1, width, look.text, look));
    }
    lines
}

fn signal(signal: &Signal) -> String {
    format!(
        "{} (controls {}), p {}",
        figures::number(signal.value),
        figures::number(signal.null_mean),
        figures::p(signal.p)
    )
}

/// What both have in common, in sentences.
fn shared(left: &Finding, right: &Finding) -> Vec<String> {
    let tokens = left
        .trigger_tokens
        .iter()
        .filter(|token| right.trigger_tokens.contains(token))
        .count();
    let leaks = left
        .evidence
        .leaks
        .iter()
        .filter(|leak| right.evidence.leaks.contains(leak))
        .count();
    let mut told = vec![format!(
        "{tokens} of the {} tokens of {} stand in {} too; {leaks} of the leaks kept for both are the same.",
        left.trigger_tokens.len(),
        left.id,
        right.id
    )];
    let both: Vec<_> = left
        .examples
        .iter()
        .filter_map(|a| Some((a, right.examples.iter().find(|b| b.prompt == a.prompt)?)))
        .collect();
    let same = both.iter().filter(|(a, b)| a.with == b.with).count();
    told.push(if both.is_empty() {
        "They were not shown on the same prompts, so their answers cannot be compared.".to_owned()
    } else {
        format!(
            "On {same} of {} prompts shown for both, the answer with either trigger is the same, letter for letter.",
            both.len()
        )
    });
    told
}
