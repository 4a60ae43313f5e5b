//! Two sessions side by side: what both found with the signals next to each other, then what only one of them found.

use std::collections::BTreeMap;

use ratatui::text::{Line, Span};

use super::{
    figures,
    findings::{level_style, ruling_look},
    ink::{self, Lines},
};
use crate::{
    finding::{Finding, Signals},
    session::{
        Session,
        compare::{Comparison, Side},
    },
    ui::{state::level_name, theme::Look},
};

/// The comparison as lines of at most `width` cells.
pub fn lines(comparison: &Comparison, session: &Session, width: usize, look: &Look) -> Lines {
    let earlier = comparison.left.digest.is_empty();
    let proposals = if earlier {
        session.proposals()
    } else {
        BTreeMap::new()
    };
    let mut lines = Lines::new();
    for (word, side) in [("left ", &comparison.left), ("right", &comparison.right)] {
        lines.push(head(word, side, width, look));
    }
    let digests = (comparison.left.digest.as_str(), comparison.right.digest.as_str());
    let text = match digests {
        // A baseline keeps what was found, not what was scanned.
        ("", _) | (_, "") => " left: the earlier session; right: this one",
        (left, right) if left == right => " the same model",
        _ => " different models",
    };
    lines.push(Line::from(Span::styled(text, look.dim)));
    title(&mut lines, "Shared", comparison.shared.len(), look);
    for shared in &comparison.shared {
        lines.push(one(&shared.left, width, look));
        lines.push(one(&shared.right, width, look));
        let text = if shared.same {
            "   the same trigger and behaviour"
        } else {
            "   related triggers: compare them yourself"
        };
        lines.push(Line::from(Span::styled(text, look.dim)));
        if let Some(proposal) = proposals.get(&shared.right.id) {
            let (sign, word, style) = ruling_look(proposal.verdict.ruling(), look);
            let ruled = session.verdict(&shared.right.id).is_some();
            let now = if ruled { "ruled on here" } else { "proposed here" };
            let detail = proposal.verdict.decision.detail();
            let text = format!("   earlier: {sign} {word} ({detail}), {now}");
            lines.extend(ink::sentence(&text, 0, width, style, look));
        }
        lines.push(Line::from(Span::styled(
            format!("   {:<13} {:>10} {:>10}", "signal", "left", "right"),
            look.header,
        )));
        for ((name, left), (_, right)) in signals(&shared.left.signals)
            .into_iter()
            .zip(signals(&shared.right.signals))
        {
            let (left, right) = (figures::number(left), figures::number(right));
            let text = format!("   {name:<13} {left:>10} {right:>10}");
            lines.push(Line::from(Span::styled(text, look.text)));
        }
        let fires =
            |finding: &Finding| format!("{}/{}", finding.activation.with.k, finding.activation.with.n);
        let text = format!(
            "   {:<13} {:>10} {:>10}",
            "fires",
            fires(&shared.left),
            fires(&shared.right)
        );
        lines.push(Line::from(Span::styled(text, look.text)));
    }
    let (vanished, new) = if earlier {
        ("Vanished since", "New")
    } else {
        ("Only left", "Only right")
    };
    for (what, findings) in [(vanished, &comparison.only_left), (new, &comparison.only_right)] {
        title(&mut lines, what, findings.len(), look);
        lines.extend(findings.iter().map(|finding| one(finding, width, look)));
    }
    lines
}

fn head(word: &str, side: &Side, width: usize, look: &Look) -> Line<'static> {
    let mut spans = vec![Span::styled(format!(" {word}  "), look.dim)];
    let state = if side.complete { "complete" } else { "not complete" };
    let text = if side.model.is_empty() {
        side.name.clone()
    } else {
        format!("{}, {state}, {}", side.name, side.model)
    };
    spans.extend(ink::clipped(&text, width.saturating_sub(9), look.accent, look));
    Line::from(spans)
}

fn title(lines: &mut Lines, what: &str, count: usize, look: &Look) {
    lines.push(Line::default());
    lines.push(Line::from(Span::styled(format!(" {what}: {count}"), look.title)));
}

fn one(finding: &Finding, width: usize, look: &Look) -> Line<'static> {
    let mut spans = vec![
        Span::raw("   "),
        Span::styled(
            format!("{:<7}", level_name(finding.level)),
            level_style(finding.level, look),
        ),
        Span::styled(format!("{:.2} ", finding.confidence), look.text),
    ];
    spans.extend(ink::clipped(&format!("{:<5}", finding.id), 12, look.accent, look));
    let room = width.saturating_sub(ink::width(&spans));
    spans.extend(ink::clipped(&finding.trigger, room, look.trigger, look));
    Line::from(spans)
}

fn signals(signals: &Signals) -> [(&'static str, f64); 4] {
    [
        ("memorization", signals.memorization.value),
        ("attention", signals.attention.value),
        ("entropy", signals.entropy.value),
        ("divergence", signals.divergence.value),
    ]
}
