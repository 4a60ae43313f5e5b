//! One finding: its name, the tabs, and the tab that is open.

use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};

use super::{
    Drawn, Target,
    attention::{self, Loaded},
    entropy,
    findings::{kind_name, level_style, verdict_look},
    ink, origin, outputs, overview, put, rulings, scrolled, statistics, trigger,
};
use crate::{
    finding::{AttentionPair, Finding},
    session::Session,
    ui::{
        action::Action,
        keymap::Context,
        state::{
            State,
            finding::{FindingScreen, Tab},
            level_name,
        },
        theme::Look,
    },
};

/// Draws the finding.
pub fn draw(
    state: &State,
    session: &Session,
    screen: &FindingScreen,
    look: &Look,
    area: Rect,
    buf: &mut Buffer,
    drawn: &mut Drawn,
) {
    let [name, tabs, body] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    let Some(finding) = state.finding(session, &screen.id) else {
        let text = format!(" there is no finding {}", screen.id);
        put(&Line::from(ink::foreign(&text, look.warn, look)), name, buf);
        return;
    };
    put(&heading(finding, session, look, name.width), name, buf);
    draw_tabs(state, screen.tab, look, tabs, buf, drawn);
    let width = usize::from(body.width);
    drawn.page = usize::from(body.height).saturating_sub(1);
    let lines = match screen.tab {
        Tab::Attention => return draw_attention(state, finding, screen, look, body, buf),
        Tab::Entropy => return entropy::draw(body, buf, finding, &screen.entropy, look),
        Tab::Outputs => {
            drawn.outputs = outputs::draw(
                body,
                buf,
                (finding, &state.patterns),
                (&screen.outputs, screen.entropy.cursor),
                look,
            );
            return;
        }
        Tab::Overview => overview::lines(finding, session, width, look),
        Tab::Statistics => statistics::lines(finding, session, width, look),
        Tab::Trigger => {
            let pair = loaded(state, finding, screen);
            trigger::lines(finding, session, (pair, screen.attention.column), width, look)
        }
        Tab::Origin => origin::lines(&state.name, finding, session, width, look),
        Tab::History => rulings::lines(&finding.id, session, width, look),
    };
    scrolled(&lines, screen.scroll, body, buf, drawn);
}

/// The attention of the prompt shown, once it is loaded, or why it cannot be.
fn wanted<'a>(
    state: &'a State,
    finding: &Finding,
    screen: &FindingScreen,
) -> Option<&'a Result<Box<Loaded>, String>> {
    let key = screen.attention.key(finding);
    let wanted = state.attention.as_ref();
    wanted
        .filter(|wanted| Some(wanted.key.as_str()) == key)
        .and_then(|wanted| wanted.pair.as_ref())
}

fn loaded<'a>(state: &'a State, finding: &Finding, screen: &FindingScreen) -> Option<&'a AttentionPair> {
    let loaded = wanted(state, finding, screen)?.as_ref().ok()?;
    Some(&loaded.pair)
}

fn draw_attention(
    state: &State,
    finding: &Finding,
    screen: &FindingScreen,
    look: &Look,
    body: Rect,
    buf: &mut Buffer,
) {
    let pair = match wanted(state, finding, screen) {
        Some(Ok(pair)) => Some(&**pair),
        None => None,
        Some(Err(error)) => {
            let [top, _] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(body);
            let text = format!(" the attention weights cannot be read: {error}");
            put(
                &Line::from(ink::clipped(&text, usize::from(top.width), look.bad, look)),
                top,
                buf,
            );
            return;
        }
    };
    attention::draw(body, buf, finding, pair, &screen.attention, look);
}

fn heading(finding: &Finding, session: &Session, look: &Look, width: u16) -> Line<'static> {
    let mut spans = vec![
        Span::styled(format!(" {} ", finding.id), look.accent),
        Span::styled(level_name(finding.level), level_style(finding.level, look)),
        Span::styled(
            format!(" {:.2} {} ", finding.confidence, kind_name(finding.kind)),
            look.dim,
        ),
    ];
    let (sign, word, style) = verdict_look(session.verdict(&finding.id), look);
    let verdict = Span::styled(format!(" {sign} {word} "), style);
    let room = usize::from(width).saturating_sub(ink::width(&spans) + verdict.width());
    let trigger = ink::clipped(&finding.trigger, room, look.trigger, look);
    let blank = room.saturating_sub(ink::width(&trigger));
    spans.extend(trigger);
    spans.push(Span::raw(" ".repeat(blank)));
    spans.push(verdict);
    Line::from(spans)
}

fn draw_tabs(state: &State, open: Tab, look: &Look, row: Rect, buf: &mut Buffer, drawn: &mut Drawn) {
    let whole = row.width >= 80;
    let mut x = row.x;
    for tab in Tab::ALL {
        // A dialog above has other keys; the tabs keep theirs.
        let key = state.keymap.key(Context::Finding, action(tab));
        let style = if tab == open { look.selection } else { look.text };
        let mut spans = vec![Span::raw(" ")];
        if let Some(key) = key {
            spans.push(Span::styled(
                format!("{key} "),
                if tab == open { style } else { look.key },
            ));
        }
        // Where the names do not fit, four letters of each do.
        let name: String = tab
            .name()
            .chars()
            .take(if whole { usize::MAX } else { 4 })
            .collect();
        spans.push(Span::styled(name, style));
        let cells = ink::width(&spans) as u16;
        let left = row.right().saturating_sub(x);
        buf.set_line(x, row.y, &Line::from(spans), left);
        drawn
            .targets
            .push((Rect::new(x, row.y, cells.min(left), 1), Target::Tab(tab)));
        x = x.saturating_add(cells).min(row.right());
    }
}

const fn action(tab: Tab) -> Action {
    match tab {
        Tab::Overview => Action::Overview,
        Tab::Attention => Action::Attention,
        Tab::Entropy => Action::Entropy,
        Tab::Outputs => Action::Outputs,
        Tab::Statistics => Action::Statistics,
        Tab::Trigger => Action::Trigger,
        Tab::Origin => Action::Origin,
        Tab::History => Action::History,
    }
}
