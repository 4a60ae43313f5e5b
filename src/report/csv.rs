//! The findings as rows for a spreadsheet, RFC 4180.
//!
//! Invariant: no cell begins like a formula, and model text stands in it with every hostile character as a visible mark.

use std::io::{self, Write};

use super::{level_name, plain, ranked};
use crate::{finding::Finding, session::Session, text};

const HEADER: [&str; 20] = [
    "id",
    "level",
    "confidence",
    "kind",
    "trigger",
    "core",
    "position",
    "arm",
    "leaks",
    "fires",
    "of",
    "fires_low",
    "fires_high",
    "control_fires",
    "control_of",
    "p",
    "q",
    "verdict",
    "reason",
    "author",
];

/// Writes one row for each finding, the strongest first.
pub fn write(session: &Session, out: &mut dyn Write) -> io::Result<()> {
    row(&HEADER.map(str::to_owned), out)?;
    for found in ranked(session) {
        row(&cells(session, found), out)?;
    }
    Ok(())
}

fn cells(session: &Session, found: &Finding) -> [String; 20] {
    let (with, without) = (&found.activation.with, &found.activation.without);
    let verdict = session.verdict(&found.id);
    let words = |raw: &str| text::line(raw).as_str().to_owned();
    [
        words(&found.id),
        level_name(found.level).to_owned(),
        format!("{:.3}", found.confidence),
        plain::kind_name(found.kind).to_owned(),
        words(&found.trigger),
        words(&found.core),
        plain::place(found.position).to_owned(),
        words(&found.arm),
        found.support.to_string(),
        with.k.to_string(),
        with.n.to_string(),
        format!("{:.3}", with.low),
        format!("{:.3}", with.high),
        without.k.to_string(),
        without.n.to_string(),
        format!("{:e}", found.p),
        format!("{:e}", found.q),
        verdict.map_or_else(
            || "untriaged".to_owned(),
            |verdict| verdict.ruling().name().to_owned(),
        ),
        verdict.map_or_else(String::new, |verdict| words(verdict.decision.reason())),
        verdict.map_or_else(String::new, |verdict| words(&verdict.author)),
    ]
}

fn row(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    let quoted: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    write!(out, "{}\r\n", quoted.join(","))
}

/// A cell; spreadsheets compute what begins with one of these signs, so an apostrophe goes before it.
fn quoted(cell: &str) -> String {
    let formula = cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']);
    let number = cell.parse::<f64>().is_ok();
    let guard = if formula && !number { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn no_cell_is_a_formula_and_quotes_are_doubled() {
        assert_eq!(quoted("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
        assert_eq!(quoted(" @sum(1)"), "\"' @sum(1)\"");
        assert_eq!(quoted("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(quoted("-1.5"), "\"-1.5\"");
    }
}
