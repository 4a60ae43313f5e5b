//! Moving through a finding, a candidate or a leak.

use crate::{
    finding::{AttentionPair, Finding},
    session::{Session, Standing},
    ui::{
        action::Action,
        effect::Effect,
        state::{
            Screen, State, Wanted,
            finding::{FindingScreen, Tab},
            found,
        },
        view::{
            attention::{AttentionState, Extent, Level, Loaded},
            entropy::EntropyState,
            outputs::Shown,
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
    if let Some(scroll) = state.screen_mut().and_then(Screen::scroll_mut) {
        *scroll = (*scroll).min(end);
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
        Action::Statistics => Some(Tab::Statistics),
        Action::Trigger => Some(Tab::Trigger),
        Action::Origin => Some(Tab::Origin),
        Action::History => Some(Tab::History),
        _ => None,
    };
    let answers = state.drawn.outputs.clone();
    let extent = extent(state, session);
    let mut opened = None;
    let probed = state.probed.clone();
    match state.screen_mut() {
        Some(Screen::Finding(finding)) => match (tab, action) {
            (Some(tab), _) => show_tab(finding, tab),
            (None, Action::NextTab) => show_tab(finding, finding.tab.step(1)),
            (None, Action::PreviousTab) => show_tab(finding, finding.tab.step(-1)),
            (None, _) => match (finding.tab, found(session, &probed, &finding.id)) {
                (Tab::Attention, Some(_)) => attention(&mut finding.attention, &extent, action),
                (Tab::Entropy, Some(shown)) => entropy(&mut finding.entropy, shown, action),
                (Tab::Outputs, Some(shown)) => outputs(finding, shown, &answers, action),
                _ => finding.scroll = scrolled(action, finding.scroll, page, end),
            },
        },
        Some(Screen::Candidate { id, scroll }) => {
            let known = session.candidate(*id);
            match (action, known.map(|known| &known.standing)) {
                (Action::Open, Some(Standing::Finding(finding))) => opened = Some(finding.clone()),
                _ => *scroll = scrolled(action, *scroll, page, end),
            }
        }
        Some(other) => {
            if let Some(scroll) = other.scroll_mut() {
                *scroll = scrolled(action, *scroll, page, end);
            }
        }
        None => {}
    }
    if let Some(Screen::Finding(finding)) = state.screen_mut()
        && let Some(shown) = found(session, &probed, &finding.id)
    {
        finding.link(shown);
    }
    if let Some(id) = opened {
        state.findings.cursor = Some(id.clone());
        state
            .screens
            .push(Screen::Finding(Box::new(FindingScreen::new(&id, Tab::Overview))));
    }
}

/// How far the cursor can go in the attention of the finding shown.
fn extent(state: &State, session: &Session) -> Extent {
    let Screen::Finding(screen) = state.screen() else {
        return Extent::default();
    };
    let pair = match &state.attention {
        Some(Wanted {
            pair: Some(Ok(pair)), ..
        }) => Some(&**pair),
        _ => None,
    };
    state
        .finding(session, &screen.id)
        .map_or_else(Extent::default, |finding| Extent::of(finding, pair))
}

fn attention(view: &mut AttentionState, extent: &Extent, action: Action) {
    match action {
        Action::Left => view.move_cursor(-1, 0, extent),
        Action::Right => view.move_cursor(1, 0, extent),
        Action::Up => view.move_cursor(0, -1, extent),
        Action::Down => view.move_cursor(0, 1, extent),
        Action::PageUp => view.move_cursor(0, -8, extent),
        Action::PageDown => view.move_cursor(0, 8, extent),
        Action::Open => view.enter(),
        Action::NextPrompt => view.next_prompt(extent),
        Action::PreviousPrompt => view.previous_prompt(extent),
        Action::CycleRun if view.level == Level::Head => view.cycle_mode(),
        Action::CycleScore => view.cycle_score(),
        Action::ToggleSink => view.toggle_sink(),
        Action::Pin => view.pin(),
        Action::CycleTogether => view.cycle_together(),
        Action::ToggleRollout => view.toggle_rollout(),
        _ => {}
    }
}

fn entropy(view: &mut EntropyState, finding: &Finding, action: Action) {
    match action {
        Action::Left | Action::Up => view.move_cursor(-1, finding),
        Action::Right | Action::Down => view.move_cursor(1, finding),
        Action::PageUp => view.move_cursor(-10, finding),
        Action::PageDown => view.move_cursor(10, finding),
        Action::Top => view.move_cursor(isize::MIN, finding),
        Action::Bottom => view.move_cursor(isize::MAX, finding),
        Action::NextPrompt => view.next_prompt(finding),
        Action::PreviousPrompt => view.previous_prompt(finding),
        Action::ToDivergence => view.to_divergence(finding),
        Action::CycleScore => view.cycle_ribbon(),
        _ => {}
    }
}

fn outputs(screen: &mut FindingScreen, finding: &Finding, shown: &Shown, action: Action) {
    let view = &mut screen.outputs;
    let page = shown.visible as isize;
    match action {
        Action::Up => view.scroll(-1, shown),
        Action::Down => view.scroll(1, shown),
        Action::PageUp => view.scroll(-page, shown),
        Action::PageDown => view.scroll(page, shown),
        Action::Top => view.scroll(isize::MIN, shown),
        Action::Bottom => view.scroll(isize::MAX, shown),
        Action::NextPrompt | Action::Right => view.next_prompt(finding),
        Action::PreviousPrompt | Action::Left => view.previous_prompt(finding),
        Action::NextChange => view.next_change(shown),
        Action::PreviousChange => view.previous_change(shown),
        Action::ToggleShape => view.toggle_shape(),
        Action::CycleAnswer => view.next_answer(finding),
        Action::ToggleGrain => view.toggle_grain(),
        _ => {}
    }
    // The curves are looked at where the answers are; they are of the greedy ones.
    if let (Action::NextChange | Action::PreviousChange, Some(token)) =
        (action, shown.tokens.get(view.change))
    {
        screen.entropy.cursor = *token;
        screen.entropy.move_cursor(0, finding);
    }
}

/// Goes back inside a tab; false when the whole screen is to be left.
pub fn back(state: &mut State) -> bool {
    match state.screen_mut() {
        Some(Screen::Finding(screen)) if screen.tab == Tab::Attention => screen.attention.back(),
        _ => false,
    }
}

/// Attention weights were loaded: the first time, the view goes to what is worth seeing.
pub fn loaded(state: &mut State, session: &Session, key: String, pair: Result<Box<AttentionPair>, String>) {
    let pair = pair.map(|pair| Box::new(Loaded::new(*pair)));
    let probed = state.probed.clone();
    if let Some(Screen::Finding(screen)) = state.screen_mut()
        && let (false, Some(finding)) = (screen.aimed, found(session, &probed, &screen.id))
    {
        screen.attention.focus(finding, pair.as_deref().ok());
        screen.aimed = true;
    }
    state.attention = Some(Wanted {
        key,
        pair: Some(pair),
    });
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

/// Makes ready what the head looked at needs.
fn prepare(state: &mut State) {
    let Some(Screen::Finding(screen)) = state.screens.last() else {
        return;
    };
    if let (
        Level::Head,
        Some(Wanted {
            pair: Some(Ok(loaded)),
            ..
        }),
    ) = (screen.attention.level, &mut state.attention)
    {
        loaded.prepare(&screen.attention);
    }
}

/// Asks for the attention weights the screen needs and does not have.
pub fn wanted(state: &mut State, session: &Session) -> Option<Effect> {
    let Screen::Finding(screen) = state.screen() else {
        return None;
    };
    if !matches!(screen.tab, Tab::Attention | Tab::Trigger) {
        return None;
    }
    let finding = state.finding(session, &screen.id)?;
    let key = screen.attention.key(finding)?.to_owned();
    if state.attention.as_ref().is_some_and(|wanted| wanted.key == key) {
        prepare(state);
        return None;
    }
    state.attention = Some(Wanted {
        key: key.clone(),
        pair: None,
    });
    Some(Effect::Load { key })
}
