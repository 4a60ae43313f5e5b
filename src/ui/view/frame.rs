//! What stands around every screen: the header, the footer with live keys, toasts, questions, and the word for a screen too small.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
    widgets::{Block, Clear, Widget},
};

use super::{
    SMALLEST,
    attention::{AttentionState, Level},
    centered, figures,
    ink::{self, Lines},
    offered::offered,
    put,
};
use crate::{
    session::{ScanState, Session},
    text,
    ui::{
        action::Action,
        glyphs,
        state::{
            Chain, Screen, State, Tone,
            dialog::{Dialog, Question},
            finding::Tab,
        },
        theme::Look,
    },
};

/// Says how large the screen has to be.
pub fn too_small(look: &Look, area: Rect, buf: &mut Buffer) {
    let (width, height) = SMALLEST;
    let text = format!("needs {width}x{height}, have {}x{}", area.width, area.height);
    let lines = ink::sentence(&text, 0, usize::from(area.width), look.warn, look);
    for (row, line) in area.rows().zip(&lines) {
        put(line, row, buf);
    }
}

/// Model, session, state of the scan, and what a power cut would cost.
pub fn header(state: &State, session: &Session, look: &Look, row: Rect, buf: &mut Buffer) {
    buf.set_style(row, look.header);
    let right = standing(state, session, look);
    let room = usize::from(row.width).saturating_sub(ink::width(&right) + 2);
    let mut left = vec![Span::styled(" stakeout", look.title)];
    let separator = format!(" {} ", glyphs::separator(look.ascii));
    let crumbs = crumbs(state, look);
    // Where the analyst is comes first; what does not fit beside it is on the facts screen.
    let mut fits = |part: Vec<Span<'static>>| {
        if ink::width(&left) + ink::width(&part) + ink::width(&crumbs) <= room {
            left.extend(part);
        }
    };
    if let Some(started) = &session.started {
        let mut part = vec![Span::styled(separator.clone(), look.dim)];
        part.extend(ink::foreign(&model_name(&started.model.path), look.text, look));
        fits(part);
        let size = figures::magnitude(started.model.parameters);
        fits(ink::foreign(
            &format!(" {} {size}", started.model.architecture),
            look.dim,
            look,
        ));
    }
    if !state.name.is_empty() {
        let mut part = vec![Span::styled(separator, look.dim)];
        part.extend(ink::foreign(&state.name, look.dim, look));
        fits(part);
    }
    left.extend(crumbs);
    buf.set_line(row.x, row.y, &Line::from(left), room as u16);
    let at = row.right().saturating_sub(ink::width(&right) as u16);
    buf.set_line(at, row.y, &Line::from(right), row.right().saturating_sub(at));
}

/// The way from the first screen to this one.
fn crumbs(state: &State, look: &Look) -> Vec<Span<'static>> {
    let mut names: Vec<String> = Vec::new();
    for screen in &state.screens {
        match screen {
            Screen::Library | Screen::Case => {}
            Screen::Inventory => names.push("models".to_owned()),
            Screen::Finding(finding) => {
                names.extend([finding.id.clone(), finding.tab.name().to_owned()]);
                if finding.tab == Tab::Attention && finding.attention.level == Level::Head {
                    let AttentionState { layer, head, .. } = finding.attention;
                    names.push(if finding.attention.rollout {
                        "rollout".to_owned()
                    } else {
                        format!("L{layer:02}.H{head:02}")
                    });
                }
            }
            Screen::Candidate { id, .. } => names.push(format!("#{id}")),
            Screen::Leak { id, .. } => names.push(format!("leak {id}")),
            Screen::Past(past) => names.push(format!("record {} of {}", past.record(), past.now)),
            Screen::Blind(_) => names.push("blind".to_owned()),
            Screen::Facts { .. } => names.push("facts".to_owned()),
            Screen::Comparison { .. } => names.push("comparison".to_owned()),
            Screen::Pair { left, right, .. } => names.push(format!("{left} and {right}")),
        }
    }
    let between = format!(" {} ", glyphs::crumb(look.ascii));
    let mut spans = Vec::new();
    for name in names {
        spans.push(Span::styled(between.clone(), look.dim));
        spans.extend(ink::foreign(&name, look.accent, look));
    }
    spans
}

/// The last part of a path: the header has no room for the rest, the facts show all of it.
fn model_name(path: &str) -> String {
    path.trim_end_matches(['/', '\\'])
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(path)
        .to_owned()
}

fn standing(state: &State, session: &Session, look: &Look) -> Vec<Span<'static>> {
    if let Screen::Past(past) = state.screen() {
        let when = format!("as it was {}, read-only ", figures::time_s(past.at_ms));
        return vec![Span::styled(when, look.warn)];
    }
    let mut spans = Vec::new();
    let (word, style) = match (&state.running, &session.scan) {
        (Some(_), _) if state.leaving.is_some() => ("leaving at a checkpoint".to_owned(), look.warn),
        (Some(running), _) if running.stopping => ("stopping".to_owned(), look.warn),
        (Some(running), _) if running.paused => ("paused".to_owned(), look.warn),
        (Some(running), ScanState::Running(phase)) => {
            let frame = if state.motion {
                (state.now_ms / 500) as usize
            } else {
                0
            };
            let moving = running.progress.is_some();
            let sign = if moving {
                glyphs::spinner(look.ascii, frame)
            } else {
                glyphs::open(look.ascii)
            };
            (format!("{sign} {}", phase.name()), look.accent)
        }
        (Some(_), _) => (format!("{} starting", glyphs::open(look.ascii)), look.accent),
        (None, _) if state.told(session).is_some_and(|told| told.paused) => {
            ("paused elsewhere".to_owned(), look.warn)
        }
        (None, ScanState::Running(_)) if state.elsewhere => ("running elsewhere".to_owned(), look.accent),
        (None, ScanState::Running(_) | ScanState::Stopped) => ("interrupted".to_owned(), look.warn),
        (None, ScanState::Complete) => (format!("{} complete", glyphs::check(look.ascii)), look.good),
        (None, ScanState::Failed(_)) => (format!("{} broke", glyphs::cross(look.ascii)), look.bad),
        (None, ScanState::Waiting) => (String::new(), look.text),
    };
    if let Some(share) = state.probing {
        spans.push(Span::styled(
            format!("measuring {:.0} %  ", 100.0 * share),
            look.accent,
        ));
    }
    spans.push(Span::styled(word, style));
    if let Some(finished) = &session.finished
        && !finished.coverage.skipped.is_empty()
        && matches!(state.screen(), Screen::Finding(_))
    {
        let skipped = finished.coverage.skipped.len();
        spans.push(Span::styled(format!("  {skipped} not covered"), look.warn));
    }
    if state.unattended {
        spans.push(Span::styled("  unattended", look.accent));
    }
    match &state.chain {
        Chain::Holds => {}
        Chain::Checking => spans.push(Span::styled("  chain: checking", look.dim)),
        Chain::Broken(_) => spans.push(Span::styled(
            format!("  {} chain broken", glyphs::cross(look.ascii)),
            look.bad,
        )),
    }
    if !matches!(state.screen(), Screen::Library | Screen::Inventory) {
        let (text, style) = match (state.read_only, state.unsaved) {
            (true, _) => ("read-only".to_owned(), look.warn),
            (false, 0) => ("0 unsaved".to_owned(), look.good),
            (false, n) => (format!("{n} unsaved"), look.dim),
        };
        let text = match state.unkept_s() {
            Some(seconds) => format!("{text}, {seconds} s of work"),
            None => text,
        };
        spans.push(Span::raw("  "));
        spans.push(Span::styled(text, style));
    }
    spans.push(Span::raw(" "));
    spans
}

/// The keys that do something here, or a toast.
pub fn footer(state: &State, session: &Session, look: &Look, row: Rect, buf: &mut Buffer) {
    if let Some(toast) = &state.toast {
        let (sign, style) = match toast.tone {
            Tone::Good => (glyphs::check(look.ascii), look.good),
            Tone::Plain => (glyphs::dot(look.ascii), look.accent),
            Tone::Bad => (glyphs::cross(look.ascii), look.bad),
        };
        let mut spans = vec![Span::styled(format!(" {sign} "), style)];
        spans.extend(ink::clipped(
            &toast.text,
            usize::from(row.width).saturating_sub(4),
            style,
            look,
        ));
        put(&Line::from(spans), row, buf);
        return;
    }
    let mut spans = Vec::new();
    if let Some(count) = state.count {
        spans.push(Span::styled(format!(" {count} times"), look.accent));
    }
    let mut used = ink::width(&spans);
    let mut last = Vec::new();
    if state.dialog.is_none() {
        last.extend(hint(state, Action::Palette, look));
        last.extend(hint(state, Action::Leave, look));
        last.extend(hint(state, Action::Help, look));
    }
    let room = usize::from(row.width).saturating_sub(ink::width(&last));
    for action in offered(state, session) {
        let next = hint(state, action, look);
        // A whole hint or none; later, shorter ones may still fit.
        if used + ink::width(&next) <= room {
            used += ink::width(&next);
            spans.extend(next);
        }
    }
    spans.extend(last);
    put(&Line::from(spans), row, buf);
}

/// `key label` of an action, if it has a key here.
pub fn hint(state: &State, action: Action, look: &Look) -> Vec<Span<'static>> {
    let key = state.key_for(action);
    if key.is_empty() {
        return Vec::new();
    }
    let short = match action {
        Action::ToggleMouse if state.mouse => "leave mouse",
        Action::Pause if state.running.as_ref().is_some_and(|running| running.paused) => "resume",
        Action::Leave if state.screens.len() > 1 => "back",
        Action::Down if matches!(state.dialog, Some(Dialog::Verdict(_))) => "choose",
        Action::Save if matches!(state.dialog, Some(Dialog::Mark(_))) => "mark",
        Action::NextPane if matches!(state.screen(), Screen::Library) => "models",
        Action::NextPane if matches!(state.screen(), Screen::Inventory) => "sessions",
        _ => action.short(),
    };
    vec![
        Span::raw(" "),
        Span::styled(key, look.key),
        Span::raw(" "),
        Span::styled(short, look.key_label),
    ]
}

/// A box in the middle of the body, emptied and framed.
pub fn panel(title: &str, width: u16, height: u16, look: &Look, body: Rect, buf: &mut Buffer) -> Rect {
    let area = centered(body, width, height);
    Clear.render(area, buf);
    buf.set_style(area, look.text);
    let block = Block::bordered()
        .border_set(glyphs::border(look.ascii))
        .border_style(look.border_focus)
        .title(Line::from(Span::styled(format!(" {title} "), look.title)));
    let inner = block.inner(area);
    block.render(area, buf);
    inner
}

/// The last look at a frame: no cell may hold a character that hides or drives, however it got there. Returns how many did.
pub fn sweep(buf: &mut Buffer) -> usize {
    let mut swept = 0;
    for cell in &mut buf.content {
        let symbol = cell.symbol().as_bytes();
        let plain = matches!(symbol, [b' '..=b'~']);
        if !plain && (symbol.iter().any(u8::is_ascii_control) || text::count_hostile(cell.symbol()) > 0) {
            cell.set_symbol("\u{fffd}");
            swept += 1;
        }
    }
    swept
}

/// A question that has to be answered first.
pub fn question(state: &State, question: &Question, look: &Look, body: Rect, buf: &mut Buffer) {
    let asked;
    let (title, text) = match question {
        Question::Stop => (
            "Stop the scan?",
            "It ends at its next step. What it found is kept, and the session can be resumed.",
        ),
        Question::Leave => (
            "Stop the scan and leave?",
            "It ends at its next step. What it found is saved, and the session can be resumed.",
        ),
        Question::ScanDown(due) => {
            asked = format!(
                "{due} are due. They are scanned one after another, the riskiest first; a stop leaves the list."
            );
            ("Scan every model that is due?", asked.as_str())
        }
        Question::Delete(path) => {
            asked = format!(
                "{} and every ruling in it will be gone for good.",
                path.file_name().unwrap_or_default().to_string_lossy()
            );
            ("Delete the session?", asked.as_str())
        }
    };
    let mut lines: Lines = ink::sentence(text, 1, 52, look.text, look);
    lines.push(Line::default());
    let mut keys = hint(state, Action::Confirm, look);
    keys.extend(hint(state, Action::Cancel, look));
    lines.push(Line::from(keys));
    let inner = panel(title, 56, lines.len() as u16 + 2, look, body, buf);
    for (row, line) in inner.rows().zip(&lines) {
        put(line, row, buf);
    }
}
