//! The facts of a case: the model, the arms with their exact prefixes, what was covered and what was not.

use ratatui::text::{Line, Span};

use super::{
    figures::{count, counted, duration, magnitude, time},
    ink::{self, Lines},
};
use crate::{
    scan::event::Motif,
    session::Session,
    ui::{state::Chain, theme::Look},
};

/// The facts as lines of at most `width` cells.
pub fn lines(session: &Session, chain: &Chain, width: usize, look: &Look) -> Lines {
    let mut lines = Lines::new();
    let Some(started) = &session.started else {
        return vec![Line::from(Span::styled(" the scan has not begun", look.dim))];
    };
    let model = &started.model;
    let template = if model.template {
        "with a chat template"
    } else {
        "without a chat template"
    };
    heading(&mut lines, "Model", look);
    for text in [
        model.path.clone(),
        format!(
            "{}, {} parameters, {template}",
            model.architecture,
            count(model.parameters)
        ),
        format!(
            "{} layers, {} heads, {} tokens in the vocabulary, context {}, {}",
            model.layers, model.heads, model.vocabulary, model.context, model.dtype
        ),
        format!("sha-256 {}", model.sha256),
    ]
    .iter()
    .chain(&model.notices)
    {
        lines.extend(ink::sentence(text, 3, width, look.text, look));
    }
    heading(&mut lines, "Scan", look);
    let text = format!(
        "begun {}, budget {}, seed {}, {} threads, {} leaks of {} tokens planned",
        time(session.created_ms),
        started.budget,
        started.seed,
        started.threads,
        count(started.leaks_planned.into()),
        started.leak_tokens,
    );
    lines.extend(ink::sentence(&text, 3, width, look.text, look));
    heading(
        &mut lines,
        "Arms: the exact text the model was asked to continue",
        look,
    );
    for arm in &started.arms {
        let text = format!("{} ({})", arm.name, counted(arm.prefix_tokens.len(), "token"));
        lines.extend(ink::sentence(&text, 3, width, look.accent, look));
        // As one line: here the invisible characters are the point.
        lines.extend(ink::sentence(&arm.prefix, 5, width, look.text, look));
    }
    coverage(&mut lines, session, width, look);
    motifs(&mut lines, session, width, look);
    heading(&mut lines, "Records", look);
    let (text, style) = match chain {
        Chain::Holds => (
            format!(
                "{} records, each following the one before it; head {}",
                count(session.records),
                session.head
            ),
            look.text,
        ),
        Chain::Checking => (
            format!("{} records; their chain is being checked", count(session.records)),
            look.warn,
        ),
        Chain::Broken(sentence) => (sentence.clone(), look.bad),
    };
    lines.extend(ink::sentence(&text, 3, width, style, look));
    if matches!(chain, Chain::Holds) {
        let text = "the digests of evidence and model are compared by `stakeout verify`";
        lines.extend(ink::sentence(text, 3, width, look.dim, look));
    }
    heading(&mut lines, "History", look);
    for deed in &session.deeds {
        let text = format!("{} {}: {}", time(deed.at_ms), deed.author, deed.what);
        lines.extend(ink::sentence(&text, 3, width, look.text, look));
    }
    if !session.left_out.is_empty() {
        let bytes: u64 = session.left_out.iter().map(|(_, bytes)| bytes).sum();
        let text = format!(
            "the room for evidence is used up: {} pieces ({}) were not kept; `evidence_mb` in the settings gives more",
            session.left_out.len(),
            magnitude(bytes)
        );
        lines.extend(ink::sentence(&text, 3, width, look.warn, look));
    }
    heading(&mut lines, "Notices", look);
    if session.notices.is_empty() {
        lines.extend(ink::sentence("none", 3, width, look.dim, look));
    }
    for notice in &session.notices {
        lines.extend(ink::sentence(notice, 3, width, look.text, look));
    }
    lines
}

fn coverage(lines: &mut Lines, session: &Session, width: usize, look: &Look) {
    heading(lines, "Coverage", look);
    let Some(finished) = &session.finished else {
        lines.extend(ink::sentence(
            "the scan has not ended: nothing is judged yet",
            3,
            width,
            look.warn,
            look,
        ));
        return;
    };
    let covered = &finished.coverage;
    let text = format!(
        "{} leaks, {} candidates, {} of them probed, in arms: {}",
        count(covered.leaks.into()),
        count(covered.candidates.into()),
        count(covered.probed.into()),
        covered.arms.join(", "),
    );
    lines.extend(ink::sentence(&text, 3, width, look.text, look));
    for skipped in &covered.skipped {
        lines.extend(ink::sentence(
            &format!("left out: {skipped}"),
            3,
            width,
            look.warn,
            look,
        ));
    }
    if covered.skipped.is_empty() && finished.complete {
        lines.extend(ink::sentence("nothing was left out", 3, width, look.good, look));
    }
    let timing = &finished.timing;
    let text = format!(
        "{} in all: {} leaking ({} tokens, {} a second), {} probing and scoring",
        duration(timing.total_s),
        duration(timing.leak_s),
        magnitude(timing.generated_tokens),
        count(timing.tokens_per_s.max(0.0) as u64),
        duration(timing.probe_s),
    );
    lines.extend(ink::sentence(&text, 3, width, look.text, look));
}

fn motifs(lines: &mut Lines, session: &Session, width: usize, look: &Look) {
    let motifs = session
        .finished
        .as_ref()
        .map_or(&[][..], |finished| &finished.motifs);
    if !motifs.is_empty() {
        heading(lines, "Motifs: candidates that share runs of characters", look);
    }
    for motif in motifs {
        lines.extend(motif_line(motif, 3, width, look));
    }
}

/// A motif: what its candidates share, how many they are, and in how many leaks they stand.
pub fn motif_line(motif: &Motif, indent: usize, width: usize, look: &Look) -> Lines {
    let facts = format!(
        "{}, in {}: ",
        counted(motif.size as usize, "candidate"),
        counted(motif.leaks as usize, "leak")
    );
    let text = ink::wrapped(
        &motif.text,
        &[],
        width.saturating_sub(indent + facts.len()),
        look.trigger,
        look,
    );
    ink::behind(
        &Span::styled(format!("{}{facts}", " ".repeat(indent)), look.dim),
        text,
    )
}

fn heading(lines: &mut Lines, title: &'static str, look: &Look) {
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines.push(Line::from(Span::styled(format!(" {title}"), look.title)));
}
