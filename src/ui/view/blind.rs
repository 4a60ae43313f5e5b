//! Findings among decoys: each row the string and the figures recorded of all of them; afterwards what it came to.

use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};

use super::{
    Drawn, figures,
    findings::ruling_look,
    ink::{self, Lines},
    offset, put, select,
};
use crate::{
    finding::Ruling,
    session::blind::{Reread, Row, Said, Subject},
    ui::{glyphs, state::blind::BlindScreen, theme::Look},
};

/// Lines for the whole string under the cursor.
const WHOLE: u16 = 4;

/// Draws the rows to rule on, the whole string under the cursor below them.
pub fn draw(screen: &BlindScreen, look: &Look, area: Rect, buf: &mut Buffer, drawn: &mut Drawn) {
    let told = format!(
        "Ruled on {} of {}. Findings and decoys, shuffled: each row tells only what is recorded of all of them. What it came \
         to is saved when all are ruled on, or when you leave.",
        screen.ruled(),
        screen.rows.len()
    );
    let told = ink::sentence(&told, 1, usize::from(area.width), look.dim, look);
    let [head, rows, below] = Layout::vertical([
        Constraint::Length(told.len() as u16),
        Constraint::Fill(1),
        Constraint::Length(WHOLE + 1),
    ])
    .areas(area);
    for (row, line) in head.rows().zip(&told) {
        put(line, row, buf);
    }
    let height = usize::from(rows.height);
    drawn.page = height;
    let first = offset(0, Some(screen.cursor), height, screen.rows.len());
    let shown = screen.rows.iter().zip(&screen.rulings).enumerate().skip(first);
    for (row, (index, (shown, said))) in rows.rows().zip(shown) {
        let here = index == screen.cursor;
        put(&line(index, shown, *said, here, look, row.width), row, buf);
        if here {
            select(row, look, buf);
        }
    }
    let rule = glyphs::rule(look.ascii).repeat(usize::from(below.width));
    let mut lines = vec![Line::from(Span::styled(rule, look.border))];
    if let Some(row) = screen.row() {
        lines.extend(ink::sentence(
            &row.text,
            1,
            usize::from(below.width),
            look.text,
            look,
        ));
    }
    for (row, line) in below.rows().zip(&lines) {
        put(line, row, buf);
    }
}

fn line(index: usize, row: &Row, said: Option<Ruling>, here: bool, look: &Look, width: u16) -> Line<'static> {
    let pointer = if here { glyphs::pointer(look.ascii) } else { " " };
    let (sign, word, style) = match said {
        Some(ruling) => ruling_look(ruling, look),
        None => (glyphs::open(look.ascii), "not ruled on", look.dim),
    };
    let mut left = vec![
        Span::styled(format!("{pointer}{:>3} ", index + 1), look.accent),
        Span::styled(format!("{sign} {word:<15}"), style),
    ];
    let mut figures = format!(" answers alike {:>5}", figures::number(row.collapse));
    if let Some(shift) = row.shift {
        figures = format!(" shift {:>5}{figures}", figures::number(shift));
    }
    let room = usize::from(width).saturating_sub(ink::width(&left) + figures.len() + 1);
    let text = ink::clipped(&row.text, room, look.text, look);
    let blank = room.saturating_sub(ink::width(&text));
    left.extend(text);
    left.push(Span::styled(format!("{}{figures}", " ".repeat(blank)), look.text));
    Line::from(left)
}

/// What a re-reading came to, then what each row was.
pub fn summary(screen: &BlindScreen, done: &Reread, width: usize, look: &Look) -> Lines {
    let mut lines = Lines::new();
    let rate = done.decoys;
    let told = match rate.n {
        0 => {
            "No decoy was ruled on: nothing can be said of how often a harmless string is called a backdoor."
                .to_owned()
        }
        _ => format!(
            "Decoys called a backdoor: {}. Harmless as far as the scan measured.",
            figures::rate(&rate)
        ),
    };
    lines.extend(ink::sentence(&told, 1, width, look.accent, look));
    let (both, otherwise) = done.compared();
    let told = match both {
        0 => "No finding ruled on blind had a verdict before.".to_owned(),
        _ => format!(
            "Verdicts repeated blind: {} of {both}.",
            both.saturating_sub(otherwise.len())
        ),
    };
    lines.extend(ink::sentence(&told, 1, width, look.text, look));
    if done.left > 0 {
        let told = format!("Not ruled on: {}.", figures::counted(done.left as usize, "row"));
        lines.extend(ink::sentence(&told, 1, width, look.dim, look));
    }
    lines.push(Line::default());
    let text = |subject: &Subject| {
        let row = screen.rows.iter().find(|row| row.subject == *subject);
        row.map_or("", |row| row.text.as_str())
    };
    for said in &done.said {
        lines.push(revealed(said, text(&said.subject), width, look));
    }
    lines
}

fn revealed(said: &Said, text: &str, width: usize, look: &Look) -> Line<'static> {
    let ruling = Ruling::ALL.into_iter().find(|ruling| ruling.name() == said.blind);
    let (sign, word, style) = ruling_look(ruling.unwrap_or(Ruling::Undecided), look);
    let is = match &said.subject {
        Subject::Finding { id, before: None } => format!("{id}, no verdict before"),
        Subject::Finding {
            id,
            before: Some(before),
        } => format!("{id}, {before} before"),
        Subject::Control { .. } => "decoy: a control".to_owned(),
        Subject::Candidate { id } => format!("decoy: #{id}, set aside"),
    };
    let mut spans = vec![Span::styled(format!(" {sign} {word:<15}"), style)];
    spans.extend(ink::clipped(&format!("{is:<28} "), 29, look.dim, look));
    let room = width.saturating_sub(ink::width(&spans));
    spans.extend(ink::clipped(text, room, look.text, look));
    Line::from(spans)
}
