//! Where a finding comes from: the commands that repeat its numbers, and the leaks it was found in.
//!
//! Invariant: a command is pure ASCII and safe to paste: whatever the model wrote stands quoted in it.

use std::fmt::Write;

use ratatui::text::{Line, Span};

use super::{
    candidates::position_name,
    facts,
    ink::{self, Lines},
    leaks,
};
use crate::{finding::Finding, scan::event::Motif, session::Session, ui::theme::Look};

/// The page as lines of at most `width` cells.
pub fn lines(name: &str, finding: &Finding, session: &Session, width: usize, look: &Look) -> Lines {
    let mut lines = vec![Line::from(Span::styled(
        " Commands that repeat its numbers",
        look.title,
    ))];
    for (what, command) in commands(name, finding, session) {
        lines.extend(ink::sentence(&what, 1, width, look.dim, look));
        lines.extend(ink::sentence(&command, 3, width, look.accent, look));
    }
    let motifs = session
        .finished
        .as_ref()
        .map_or(&[][..], |finished| &finished.motifs);
    let own = |motif: &&Motif| motif.candidates.iter().any(|id| finding.candidates.contains(id));
    let mut own = motifs.iter().filter(own).peekable();
    if own.peek().is_some() {
        lines.push(Line::default());
        let head = " Motifs its candidates belong to: what leaked in the same characters";
        lines.push(Line::from(Span::styled(head, look.title)));
        for motif in own {
            lines.extend(facts::motif_line(motif, 1, width, look));
        }
    }
    lines.push(Line::default());
    let head = format!(
        " Leaks it stands in: {} of {} kept here",
        finding.evidence.leaks.len(),
        finding.support
    );
    lines.push(Line::from(Span::styled(head, look.title)));
    lines.extend(leaks::quoted(
        session,
        &finding.evidence.leaks,
        &[&finding.trigger, &finding.core],
        width,
        look,
    ));
    lines
}

/// What each command repeats, and the command.
pub fn commands(name: &str, finding: &Finding, session: &Session) -> Vec<(String, String)> {
    let Some(started) = &session.started else {
        return Vec::new();
    };
    let path = &started.model.path;
    let demo = match path.as_str() {
        "demo" => Some("stakeout demo"),
        "demo-twin" => Some("stakeout demo --clean"),
        _ => None,
    };
    let begin = demo.map_or_else(|| format!("stakeout scan {}", shell(path)), str::to_owned);
    let mut scan = format!("{begin} --budget {} --seed {}", started.budget, started.seed);
    if started.threads > 0 {
        _ = write!(scan, " --threads {}", started.threads);
    }
    for own in &started.own {
        _ = write!(scan, " --arm {}", shell(&own.name));
    }
    let mut commands = vec![(
        "Every number, from leak to level (the same seed and threads give the same scan):".to_owned(),
        scan,
    )];
    if demo.is_none() {
        let own = started
            .own
            .iter()
            .find(|own| finding.arm.ends_with(own.name.as_str()));
        let arm = own.map_or_else(String::new, |own| format!(" --arm {}", shell(&own.name)));
        commands.push((
            "This string alone measured anew, on other prompts and beside fewer controls (so the numbers differ):"
                .to_owned(),
            format!(
                "stakeout probe {} --trigger {} --position {} --seed {}{arm}",
                shell(path),
                shell(&finding.trigger),
                position_name(finding.position),
                started.seed
            ),
        ));
        let tokens: Vec<String> = finding.trigger_tokens.iter().map(ToString::to_string).collect();
        commands.push((
            "Entropy and attention of one forward pass over its tokens:".to_owned(),
            format!("stakeout trace {} --tokens {}", shell(path), tokens.join(",")),
        ));
    }
    commands.push((
        "The numbers as they are recorded:".to_owned(),
        format!("stakeout show {} {} --format json", shell(name), finding.id),
    ));
    commands
}

/// A word for a POSIX shell (with `$'...'` where it holds more than printable ASCII).
pub fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) && !word.starts_with('-') {
        return word.to_owned();
    }
    if word.chars().all(|c| matches!(c, ' '..='~')) {
        return format!("'{}'", word.replace('\'', "'\\''"));
    }
    let mut quoted = String::from("$'");
    for c in word.chars() {
        match c {
            '\'' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            ' '..='~' => quoted.push(c),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ => {
                // Bytes, three digits each: no digit that follows can be taken for part of one.
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    _ = write!(quoted, "\\{byte:03o}");
                }
            }
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::shell;

    #[test]
    fn words_of_a_command_are_ascii_and_a_shell_reads_them_back() {
        assert_eq!(shell("models/m1"), "models/m1");
        assert_eq!(shell("it's $HOME"), "'it'\\''s $HOME'");
        assert_eq!(shell("--help"), "'--help'");
        assert_eq!(
            shell("a\u{1b}]0;x\u{7}é\n'"),
            "$'a\\033]0;x\\007\\303\\251\\n\\''"
        );
        assert_eq!(shell(""), "''");
    }
}
