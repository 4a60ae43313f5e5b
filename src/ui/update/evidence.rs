//! Moving through a finding, a candidate or a leak.

use crate::{
    session::{Session, Standing},
    ui::{
        action::Action,
        effect::Effect,
        state::{
            Screen, State,
            finding::{FindingScreen, Tab},
        },
    },
};

/// The first line shown after a scrolling action; `end` is the last that makes sense.
pub fn scrolled(action: Action, scroll: usize, page: usize, end: usize) -> usize {
    match action {
        Action::Up => scroll.saturating_sub(1),
        Action::Down => scroll + 1,
        Action::PageUp => scroll.saturating_sub(page),
        Action::PageDown => scroll + page,
        Action::Top => 0,
        Action::Bottom => end,
        _ => scroll,
    }
    .min(end)
}

/// Keeps the scroll of the screen within what the last frame showed.
pub fn clamp(state: &mut State, end: usize) {
    match state.screen_mut() {
        Some(Screen::Finding(finding)) => finding.scroll = finding.scroll.min(end),
        Some(Screen::Candidate { scroll, .. } | Screen::Leak { scroll, .. } | Screen::Facts { scroll }) => {
            *scroll = (*scroll).min(end);
        }
        Some(Screen::Library | Screen::Case) | None => {}
    }
}

/// An action on a finding, a candidate or a leak.
pub fn act(state: &mut State, session: &Session, action: Action) {
    let (page, end) = (state.drawn.page, state.drawn.end);
    let tab = match action {
        Action::Overview => Some(Tab::Overview),
        Action::Attention => Some(Tab::Attention),
        Action::Entropy => Some(Tab::Entropy),
        Action::Outputs => Some(Tab::Outputs),
        Action::Variants => Some(Tab::Variants),
        Action::Leaks => Some(Tab::Leaks),
        Action::History => Some(Tab::History),
        _ => None,
    };
    let mut opened = None;
    match state.screen_mut() {
        Some(Screen::Finding(finding)) => match (tab, action) {
            (Some(tab), _) => show_tab(finding, tab),
            (None, Action::NextTab) => show_tab(finding, finding.tab.step(1)),
            (None, Action::PreviousTab) => show_tab(finding, finding.tab.step(-1)),
            (None, _) => finding.scroll = scrolled(action, finding.scroll, page, end),
        },
        Some(Screen::Candidate { id, scroll }) => {
            let known = session.candidates.iter().find(|known| known.candidate.id == *id);
            match (action, known.map(|known| &known.standing)) {
                (Action::Open, Some(Standing::Finding(finding))) => opened = Some(finding.clone()),
                _ => *scroll = scrolled(action, *scroll, page, end),
            }
        }
        Some(Screen::Leak { scroll, .. } | Screen::Facts { scroll }) => {
            *scroll = scrolled(action, *scroll, page, end)
        }
        Some(Screen::Library | Screen::Case) | None => {}
    }
    if let Some(id) = opened {
        state.findings.cursor = Some(id.clone());
        state
            .screens
            .push(Screen::Finding(Box::new(FindingScreen::new(&id, Tab::Overview))));
    }
}

/// Shows a tab of the finding, if one is shown.
pub fn show(state: &mut State, tab: Tab) {
    if let Some(Screen::Finding(finding)) = state.screen_mut() {
        show_tab(finding, tab);
    }
}

fn show_tab(finding: &mut FindingScreen, tab: Tab) {
    if finding.tab != tab {
        finding.tab = tab;
        finding.scroll = 0;
    }
}

/// Asks for the attention weights the screen needs and does not have.
pub fn wanted(state: &mut State, session: &Session) -> Option<Effect> {
    let Screen::Finding(screen) = state.screen() else {
        return None;
    };
    if screen.tab != Tab::Attention {
        return None;
    }
    let finding = session.finding(&screen.id)?;
    let key = finding.evidence.attention.first()?.clone();
    if state.attention.as_ref().is_some_and(|(known, _)| *known == key) {
        return None;
    }
    state.attention = Some((key.clone(), None));
    Some(Effect::Load { key })
}
