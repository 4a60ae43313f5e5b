//! A line being typed, in place of the footer; the palette's choices in a box above it.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use tui_input::Input;

use super::{figures, frame, ink, outputs::pattern, put, select};
use crate::{
    session::{Session, query::Query},
    text,
    ui::{
        action::Action,
        glyphs,
        keymap::Context,
        state::{
            State,
            prompt::{Choice, Prompt, Purpose, choices},
        },
        theme::Look,
    },
};

/// Rows of choices shown at most.
const CHOICES: usize = 14;

/// The line with its cursor, and what it comes to so far.
pub fn line(state: &State, session: &Session, prompt: &Prompt, look: &Look, row: Rect, buf: &mut Buffer) {
    let sign = match prompt.purpose {
        Purpose::Filter => " / ",
        Purpose::Palette => " : ",
        Purpose::Pattern => " count /",
        Purpose::Probe => " measure: ",
        Purpose::Name => " keep the filter as: ",
    };
    let (note, style) = match prompt.purpose {
        Purpose::Palette => (String::new(), look.dim),
        Purpose::Name => match state.filters.get(prompt.input.value().trim()) {
            Some(kept) => (format!("replaces {kept}"), look.warn),
            None => (state.filter.clone(), look.dim),
        },
        Purpose::Probe => ("like a candidate; not recorded".to_owned(), look.dim),
        Purpose::Pattern => counted(state, session, prompt.input.value(), look),
        Purpose::Filter if prompt.input.value().is_empty() => (kept(state), look.dim),
        Purpose::Filter => match Query::parse(prompt.input.value()) {
            Ok(_) => (passing(state, session, usize::from(row.width)), look.dim),
            Err(mistake) => (mistake.to_string(), look.warn),
        },
    };
    let note = ink::clipped(&note, usize::from(row.width) * 2 / 3, style, look);
    let room = usize::from(row.width).saturating_sub(ink::width(&note) + sign.len() + 2);
    let mut spans = vec![Span::styled(sign, look.key)];
    spans.extend(typed(&prompt.input, room, look));
    let blank = usize::from(row.width).saturating_sub(ink::width(&spans) + ink::width(&note) + 1);
    spans.push(Span::raw(" ".repeat(blank)));
    spans.extend(note);
    put(&Line::from(spans), row, buf);
}

/// How to keep a filter and how to come by those that are kept.
fn kept(state: &State) -> String {
    let key = |action| state.keymap.key(Context::Prompt, action);
    match (state.filters.len(), key(Action::KeepFilter), key(Action::Down)) {
        (0, Some(key), _) => format!("{key} keeps a filter under a name"),
        (count @ 1.., _, Some(key)) => {
            format!("{key} brings back {}", figures::counted(count, "kept filter"))
        }
        _ => String::new(),
    }
}

/// In how many answers of the finding shown the expression is found.
fn counted(state: &State, session: &Session, expression: &str, look: &Look) -> (String, Style) {
    let Some(finding) = state.looked_at(session).filter(|_| !expression.is_empty()) else {
        return (String::new(), look.dim);
    };
    match pattern::hits(expression, &finding.examples) {
        Ok(hits) => {
            let (with, without) = pattern::rates(&hits);
            let told = format!(
                "{} with, {} without",
                figures::rate(&with),
                figures::rate(&without)
            );
            (told, look.dim)
        }
        Err(told) => (told, look.warn),
    }
}

/// How much of each list passes the filter, as fully as leaves room to type in.
fn passing(state: &State, session: &Session, width: usize) -> String {
    const TYPING: usize = 28;
    let leaks = session.leaks.len();
    let lists = [
        (state.listed(session).len(), session.findings.len(), " findings"),
        (state.candidates.len(), state.candidates.total(), " candidates"),
        (state.sieve.len(leaks), leaks, " leaks"),
    ];
    let told = |between: &str, named: bool| {
        let list = |(shown, total, name): (usize, usize, &str)| {
            let (shown, total) = (figures::count(shown as u64), figures::count(total as u64));
            format!("{shown}{between}{total}{}", if named { name } else { "" })
        };
        lists.map(list).join(", ")
    };
    [told(" of ", true), told("/", true)]
        .into_iter()
        .find(|told| told.len() + TYPING <= width)
        .unwrap_or_else(|| told("/", false))
}

/// The end of the line up to the cursor, the cursor, and what of the rest fits.
fn typed(input: &Input, cells: usize, look: &Look) -> Vec<Span<'static>> {
    let before: String = input.value().chars().take(input.cursor()).collect();
    let after: String = input.value().chars().skip(input.cursor()).collect();
    let before = text::line(&before);
    let room = cells.saturating_sub(1);
    let hidden = text::width(&before).saturating_sub(room);
    let mut left = hidden;
    let shown: String = before
        .as_str()
        .chars()
        .skip_while(|c| {
            let skip = left > 0;
            left = left.saturating_sub(unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0));
            skip
        })
        .collect();
    let mut spans = ink::foreign(&shown, look.text, look);
    let mut rest = after.chars();
    let under = rest.next().map_or_else(|| " ".to_owned(), String::from);
    spans.extend(ink::foreign(&under, look.cursor, look));
    let room = cells.saturating_sub(ink::width(&spans));
    spans.extend(ink::clipped(rest.as_str(), room, look.text, look));
    spans
}

/// The palette: what can be done, with its keys.
pub fn palette(state: &State, session: &Session, prompt: &Prompt, look: &Look, body: Rect, buf: &mut Buffer) {
    let place = state.place();
    let choices = choices(prompt.input.value(), state, session);
    let width = body.width.saturating_sub(4).min(90);
    let height = choices.len().clamp(1, CHOICES) as u16 + 2;
    let title = format!("{} to choose from", choices.len());
    let inner = frame::panel(&title, width, height, look, body, buf);
    if choices.is_empty() {
        let text = " nothing here is called that; Esc closes";
        put(&Line::from(Span::styled(text, look.dim)), inner, buf);
        return;
    }
    let rows = usize::from(inner.height);
    let chosen = prompt.row.min(choices.len() - 1);
    let first = crate::ui::widget::window(chosen, choices.len(), rows);
    for (row, (index, choice)) in inner.rows().zip(choices.iter().enumerate().skip(first)) {
        let here = index == chosen;
        let pointer = if here { glyphs::pointer(look.ascii) } else { " " };
        let (words, keys) = match choice {
            Choice::Act(action) => {
                let keys = state.keymap.keys(place, *action);
                let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
                (
                    format!("{:<17} {}", action.name(), action.description()),
                    keys.join(" "),
                )
            }
            Choice::Finding(id) => (format!("open finding {id}"), String::new()),
            Choice::Candidate(id) => (format!("open candidate #{id}"), String::new()),
            Choice::Leak(id) => (format!("open leak {id}"), String::new()),
            Choice::Filter(name) => {
                let filter = state.filters.get(name).map_or("", String::as_str);
                (format!("filter {name}: {filter}"), String::new())
            }
            Choice::Theme(theme) => {
                let name = state.themes.get(*theme).map_or("", String::as_str);
                let on = if *theme == state.theme { " (on)" } else { "" };
                (format!("theme {name}{on}"), String::new())
            }
        };
        let keys = Span::styled(format!(" {keys} "), look.key);
        let room = usize::from(row.width).saturating_sub(keys.width() + 2);
        let mut spans = vec![Span::styled(format!("{pointer} "), look.accent)];
        let told = ink::clipped(&words, room, look.text, look);
        let blank = room.saturating_sub(ink::width(&told));
        spans.extend(told);
        spans.push(Span::raw(" ".repeat(blank)));
        spans.push(keys);
        put(&Line::from(spans), row, buf);
        if here {
            select(row, look, buf);
        }
    }
}
