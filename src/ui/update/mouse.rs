//! The mouse: the wheel and the left button, nothing a key cannot do.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::{
    session::Session,
    ui::{
        action::Action,
        effect::Effect,
        state::{Pane, State},
        view::Target,
    },
};

/// Rows one turn of the wheel moves.
const WHEEL_ROWS: isize = 3;

/// The wheel moves as the arrow keys do; a click puts the cursor.
pub fn event(state: &mut State, session: &Session, event: MouseEvent) -> Vec<Effect> {
    let (action, times) = match event.kind {
        MouseEventKind::ScrollUp => (Action::Up, WHEEL_ROWS),
        MouseEventKind::ScrollDown => (Action::Down, WHEEL_ROWS),
        MouseEventKind::Down(MouseButton::Left) => {
            let at = Position::new(event.column, event.row);
            let target = state.drawn.targets.iter().find(|(area, _)| area.contains(at));
            if let (Some((_, target)), None) = (target.cloned(), &state.dialog) {
                click(state, target);
            }
            return Vec::new();
        }
        _ => return Vec::new(),
    };
    (0..times)
        .flat_map(|_| super::act(state, session, action))
        .collect()
}

fn click(state: &mut State, target: Target) {
    match target {
        Target::Finding(id) => {
            state.pane = Pane::Findings;
            state.findings.cursor = Some(id);
        }
        Target::Candidate(id) => {
            state.pane = Pane::Candidates;
            state.candidates.cursor = Some(id);
        }
        Target::Leak(id) => {
            state.pane = Pane::Leaks;
            state.leaks.cursor = Some(id);
        }
        Target::Model(row) => state.stock.choose(row),
        Target::Session(row) => state.session.cursor = Some(row),
        Target::Tab(tab) => super::evidence::show(state, tab),
    }
}
