//! The keys of the screen below, read from the keymap that is in force.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    Drawn, frame,
    ink::{self, Lines},
    scrolled,
};
use crate::ui::{
    action::Action,
    keymap::{Context, Keymap},
    state::State,
    theme::Look,
};

/// Draws the help over the body.
pub fn draw(state: &State, scroll: usize, look: &Look, body: Rect, buf: &mut Buffer, drawn: &mut Drawn) {
    let width = body.width.saturating_sub(4).min(76);
    let lines = lines(
        &state.keymap,
        state.context(),
        usize::from(width.saturating_sub(2)),
        look,
    );
    let height = (lines.len() as u16).saturating_add(2);
    let inner = frame::panel("Keys", width, height, look, body, buf);
    scrolled(&lines, scroll, inner, buf, drawn);
}

/// Every key that works in a context, nearest first, under the heading it comes from.
fn lines(keymap: &Keymap, context: Context, width: usize, look: &Look) -> Lines {
    let mut lines = Lines::new();
    let mut told: Vec<Action> = Vec::new();
    for inherited in context.chain() {
        let mut heading = Some(inherited.title());
        for binding in keymap.bindings(*inherited) {
            let keys = keymap.keys(context, binding.action);
            if keys.is_empty() || told.contains(&binding.action) {
                continue;
            }
            told.push(binding.action);
            if let Some(title) = heading.take() {
                if !lines.is_empty() {
                    lines.push(Line::default());
                }
                lines.push(Line::from(Span::styled(format!(" {title}"), look.title)));
            }
            let keys = keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let told = ink::sentence(
                binding.action.description(),
                0,
                width.saturating_sub(22),
                look.text,
                look,
            );
            for (index, mut line) in told.into_iter().enumerate() {
                let keys = if index == 0 { keys.as_str() } else { "" };
                line.spans
                    .insert(0, Span::styled(format!("  {keys:<19} "), look.key));
                lines.push(line);
            }
        }
    }
    lines
}
