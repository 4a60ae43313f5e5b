//! The models: riskiest first, and what the one under the cursor is made of.

use std::fmt::Write;

use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{
    Drawn, Target, figures,
    ink::{self, Lines},
    offset, put, select,
};
use crate::{
    inventory::{Data, Exposure, Item, Need, Provenance},
    ui::{action::Action, glyphs, state::State, theme::Look},
};

/// Rows of the part about the model under the cursor.
const ABOUT: u16 = 6;

/// Draws the list, or how to begin one.
pub fn draw(state: &State, look: &Look, area: Rect, buf: &mut Buffer, drawn: &mut Drawn) {
    let stock = &state.stock;
    let items = &stock.inventory.items;
    let [title, head, rest, about] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(if items.is_empty() { 0 } else { ABOUT }),
    ])
    .areas(area);
    let note = format!(" Models {}", items.len());
    let due = format!("  {} due, riskiest first", stock.due());
    let spans = vec![Span::styled(note, look.title), Span::styled(due, look.dim)];
    put(&Line::from(spans), title, buf);
    if items.is_empty() {
        let lines = begin(state, look, usize::from(area.width));
        for (row, line) in area.rows().skip(1).zip(&lines) {
            put(line, row, buf);
        }
        return;
    }
    let columns = Columns::fitting(area.width);
    put(
        &Line::from(Span::styled(columns.heading(), look.header)),
        head,
        buf,
    );
    let cursor = stock.row();
    let height = usize::from(rest.height);
    drawn.models = offset(stock.list.offset, cursor, height, items.len());
    drawn.page = height;
    for (row, (index, item)) in rest.rows().zip(items.iter().enumerate().skip(drawn.models)) {
        let here = cursor == Some(index);
        put(&columns.line(item, here, look), row, buf);
        if here {
            select(row, look, buf);
        }
        drawn.targets.push((row, Target::Model(index)));
    }
    let lines = stock
        .chosen()
        .map(|item| details(state, item, usize::from(about.width), look));
    for (row, line) in about.rows().zip(&lines.unwrap_or_default()) {
        put(line, row, buf);
    }
}

/// Cells before the name.
const BEFORE: usize = 21;

/// What fits beside the model's name.
#[derive(Clone, Copy)]
struct Columns {
    /// Cells of the name.
    name: usize,
    /// Owner.
    owner: bool,
    /// Data, exposure, provenance.
    said: bool,
    /// Last change and size.
    files: bool,
}

impl Columns {
    fn fitting(width: u16) -> Self {
        let mut columns = Self {
            name: 0,
            owner: width >= 76,
            said: width >= 110,
            files: width >= 140,
        };
        let others = BEFORE + 1 + columns.behind().chars().count();
        columns.name = usize::from(width).saturating_sub(others);
        columns
    }

    fn heading(self) -> String {
        let name = self.name;
        format!(
            "  {:>4} {:<13} {:<name$} {}",
            "risk",
            "scan",
            "model",
            self.behind()
        )
    }

    /// The headings behind the name.
    fn behind(self) -> String {
        let mut text = String::new();
        if self.owner {
            _ = write!(text, "{:<14} ", "owner");
        }
        if self.said {
            _ = write!(text, "{:<9} {:<9} {:<10} ", "data", "exposure", "provenance");
        }
        if self.files {
            _ = write!(text, "{:<10} {:>6} ", "changed", "size");
        }
        _ = write!(text, "{:<10} {:<8}", "scanned", "h/m/l");
        text
    }

    fn line(self, item: &Item, here: bool, look: &Look) -> Line<'static> {
        let pointer = if here { glyphs::pointer(look.ascii) } else { " " };
        let (word, style) = scan_word(item, look);
        let mut spans = vec![
            Span::raw(format!("{pointer} ")),
            Span::styled(format!("{:>4} ", item.risk.points), risk_style(item, look)),
            Span::styled(format!("{word:<13} "), style),
        ];
        cell(&mut spans, &item.name(), self.name, look.accent, look);
        let said = &item.declared;
        if self.owner {
            cell(
                &mut spans,
                said.owner.as_deref().unwrap_or("-"),
                14,
                look.text,
                look,
            );
        }
        if self.said {
            for (word, cells) in [
                (said.data.map(Data::name), 9),
                (said.exposure.map(Exposure::name), 9),
                (said.provenance.map(Provenance::name), 10),
            ] {
                let style = if word.is_some() { look.text } else { look.warn };
                cell(&mut spans, word.unwrap_or("not said"), cells, style, look);
            }
        }
        if self.files {
            let changed = item.changed_ms.map_or_else(|| "-".to_owned(), day);
            let text = format!("{changed:<10} {:>6} ", figures::magnitude(item.bytes));
            spans.push(Span::styled(text, look.dim));
        }
        let (scanned, found) = item.last.as_ref().map_or_else(
            || ("-".to_owned(), "-".to_owned()),
            |last| {
                let found = last.findings;
                (
                    day(last.created_ms),
                    format!("{}/{}/{}", found.high, found.medium, found.low),
                )
            },
        );
        spans.push(Span::styled(format!("{scanned:<10} "), look.dim));
        let alarming = item.last.as_ref().is_some_and(|last| last.standing.high > 0);
        spans.push(Span::styled(
            format!("{found:<8}"),
            if alarming { look.high } else { look.text },
        ));
        Line::from(spans)
    }
}

/// Text in a column, and a blank behind it.
fn cell(spans: &mut Vec<Span<'static>>, text: &str, cells: usize, style: Style, look: &Look) {
    let clipped = ink::clipped(text, cells, style, look);
    let blank = cells.saturating_sub(ink::width(&clipped)) + 1;
    spans.extend(clipped);
    spans.push(Span::raw(" ".repeat(blank)));
}

fn day(ms: i64) -> String {
    figures::time(ms).chars().take(10).collect()
}

const fn scan_word(item: &Item, look: &Look) -> (&'static str, Style) {
    match (item.changed_ms, item.need) {
        (None, _) => ("not there", look.dim),
        (_, Some(need @ (Need::Never | Need::Changed))) => (need.words(), look.warn),
        (_, Some(need)) => (need.words(), look.text),
        (_, None) => ("up to date", look.good),
    }
}

const fn risk_style(item: &Item, look: &Look) -> Style {
    match item.risk.points {
        10.. => look.high,
        6.. => look.warn,
        _ => look.text,
    }
}

/// Where the model is, what its risk is made of, what is written about it, its last scan.
fn details(state: &State, item: &Item, width: usize, look: &Look) -> Lines {
    let mut lines = vec![Line::from(Span::styled(
        glyphs::rule(look.ascii).repeat(width),
        look.border,
    ))];
    let path = item.path.to_string_lossy();
    let mut spans = vec![Span::raw(" ")];
    spans.extend(ink::clipped(&path, width.saturating_sub(1), look.text, look));
    lines.push(Line::from(spans));
    let text = format!("risk {} = {}", item.risk.points, item.risk.sum());
    lines.extend(ink::sentence(&text, 1, width, look.text, look));
    let said = &item.declared;
    let mut about: Vec<String> = Vec::new();
    if let Some(owner) = &said.owner {
        about.push(format!("owner {owner}"));
    }
    if !said.deployed.is_empty() {
        about.push(format!("runs in {}", said.deployed.join(", ")));
    }
    about.extend(said.note.clone().filter(|note| !note.is_empty()));
    if about.is_empty() {
        let key = state.key_for(Action::EditInventory);
        about.push(format!("nothing is written about it yet: {key} opens the file"));
    }
    lines.extend(ink::sentence(&about.join("; "), 1, width, look.dim, look));
    if let Some(last) = &item.last {
        let digest: String = last.digest.chars().take(16).collect();
        let text = format!(
            "scanned in {}, sha-256 {digest}, {} of {} findings ruled on",
            last.name,
            last.ruled,
            last.total()
        );
        lines.extend(ink::sentence(&text, 1, width, look.dim, look));
    }
    if let Some(notice) = state.stock.inventory.notices.first() {
        lines.extend(ink::sentence(notice, 1, width, look.warn, look));
    }
    lines
}

fn begin(state: &State, look: &Look, width: usize) -> Lines {
    let mut lines = Lines::new();
    if let Some(problem) = &state.stock.problem {
        lines.extend(ink::sentence(problem, 1, width, look.bad, look));
    } else {
        lines.push(Line::default());
        let text = "No model is in the inventory yet.";
        lines.extend(ink::sentence(text, 1, width, look.title, look));
    }
    lines.push(Line::default());
    let key = state.key_for(Action::EditInventory);
    for text in [
        format!("{key}  opens the inventory's file in your editor: it says what can stand in it."),
        "From a shell: `stakeout inventory folder DIR` looks through a folder from now on, `stakeout inventory add MODEL --owner NAME` writes one model down.".to_owned(),
        "Models are ordered by risk: what they see, who reaches them, where they come from, when they were last scanned and what was found.".to_owned(),
    ] {
        lines.extend(ink::sentence(&text, 1, width, look.text, look));
    }
    for notice in &state.stock.inventory.notices {
        lines.extend(ink::sentence(notice, 1, width, look.warn, look));
    }
    lines
}
