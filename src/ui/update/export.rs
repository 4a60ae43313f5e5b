//! Taking something out of the screen: the clipboard, text files, figures.

use std::path::{Path, PathBuf};

use crate::{
    finding::Figure,
    session::Session,
    ui::{
        action::Action,
        effect::Effect,
        state::{Pane, Screen, State, Tone, finding::Tab},
        view::attention::Level,
    },
};

/// Copies the trigger, candidate or leak the cursor is on.
pub fn copy(state: &mut State, session: &Session) -> Vec<Effect> {
    let candidate = |id: u32| {
        let known = session.candidates.iter().find(|known| known.candidate.id == id)?;
        Some(known.candidate.text.clone())
    };
    let leak = |id: u32| Some(session.leaks.get(id)?.text.clone());
    let text = match state.screen() {
        Screen::Library => state
            .chosen_session()
            .map(|entry| entry.path.to_string_lossy().into_owned()),
        Screen::Inventory => state
            .stock
            .chosen()
            .map(|item| item.path.to_string_lossy().into_owned()),
        Screen::Candidate { id, .. } => candidate(*id),
        Screen::Leak { id, .. } => leak(*id),
        Screen::Case => match state.pane {
            Pane::Findings => state.subject(session).map(|finding| finding.trigger.clone()),
            Pane::Candidates => state.candidates.cursor.and_then(candidate),
            Pane::Leaks => state.leaks.cursor.and_then(leak),
        },
        Screen::Finding(_) => state.looked_at(session).map(|finding| finding.trigger.clone()),
        Screen::Facts { .. } => session
            .started
            .as_ref()
            .map(|started| started.model.sha256.clone()),
        Screen::Blind(blind) => blind.row().map(|row| row.text.clone()),
        Screen::Past(_) | Screen::Pair { .. } | Screen::Comparison { .. } => None,
    };
    if let Some(text) = text {
        return vec![Effect::Copy { text }];
    }
    state.say(Tone::Plain, "there is nothing under the cursor to copy");
    Vec::new()
}

/// Says what was copied, and no more than is known: a terminal does not tell whether it took it.
pub fn copied(state: &mut State, characters: usize) {
    let s = if characters == 1 { "" } else { "s" };
    state.say(
        Tone::Good,
        format!("{characters} character{s} sent to the terminal's clipboard, escaped; E writes a file"),
    );
}

/// Draws what the tab shows.
pub fn figure(state: &mut State, session: &Session) -> Vec<Effect> {
    let Screen::Finding(screen) = state.screen() else {
        return Vec::new();
    };
    let figure = match (screen.tab, screen.attention.level) {
        (Tab::Attention, Level::Grid) => Figure::Heads,
        (Tab::Attention, Level::Head) => Figure::Head {
            layer: screen.attention.layer,
            head: screen.attention.head,
        },
        (Tab::Entropy, _) => Figure::Entropy {
            prompt: screen.entropy.prompt,
        },
        (Tab::Overview | Tab::Statistics, _) => Figure::Signals,
        _ => {
            let key = state.key_for(Action::Statistics);
            state.say(
                Tone::Plain,
                format!("no figure here: {key} has the signals; E writes this view"),
            );
            return Vec::new();
        }
    };
    let finding = screen.id.clone();
    if state.finding(session, &finding).is_none() {
        return Vec::new();
    }
    vec![Effect::ExportFigure { finding, figure }]
}

/// Writes the proof of the view shown.
pub fn prove(state: &mut State, session: &Session) -> Vec<Effect> {
    let recorded = match state.screen() {
        Screen::Finding(screen) => session.finding(&screen.id).is_some(),
        _ => false,
    };
    if !recorded {
        state.say(
            Tone::Plain,
            "a proof is of a finding; what was measured by hand is not recorded",
        );
        return Vec::new();
    }
    vec![Effect::Prove]
}

/// The proof was written: the next verdict on the finding cites it.
pub fn proved(state: &mut State, finding: String, view: &str, folder: &Path, digest: &str) {
    let name = folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    state.say(
        Tone::Good,
        format!("written: {name}; the next verdict on {finding} cites its SHA-256"),
    );
    let cited = format!("looked at {view}: {name}/view.txt sha256 {digest}");
    state.proofs.entry(finding).or_default().push(cited);
}

/// Says what was written where.
pub fn written(state: &mut State, paths: &[PathBuf]) {
    let stem = paths.first().and_then(|path| path.file_stem());
    let endings: Vec<String> = paths
        .iter()
        .filter_map(|path| Some(format!(".{}", path.extension()?.to_string_lossy())))
        .collect();
    let names = format!(
        "{}{}",
        stem.unwrap_or_default().to_string_lossy(),
        endings.join(" and ")
    );
    let folder = paths
        .first()
        .and_then(|path| path.parent())
        .map(|folder| folder.display().to_string())
        .filter(|folder| !folder.is_empty());
    let folder = folder.unwrap_or_else(|| "the current folder".to_owned());
    state.say(Tone::Good, format!("written: {names} in {folder}"));
}
