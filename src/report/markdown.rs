//! The report for a ticket or a page: the facts of [`super::plain`] as Markdown in which model text can form no markup.

use std::io::{self, Write};

use super::{coverage, level_name, moment, plain, ranked};
use crate::{finding::Finding, session::Session, text};

/// Examples quoted for each finding; the JSON report holds all of them.
const EXAMPLES: usize = 8;

/// Writes the report of a whole session.
pub fn write(session: &Session, out: &mut dyn Write) -> io::Result<()> {
    let path = session.started.as_ref().map_or("", |started| &started.model.path);
    writeln!(out, "# Backdoor scan of {}\n", code(path))?;
    writeln!(out, "**{}**\n", prose(&plain::result(session)))?;
    if let Some(started) = &session.started {
        let model = &started.model;
        writeln!(
            out,
            "- Model: {}, {} parameters, sha256 {}",
            prose(&model.architecture),
            model.parameters,
            code(&model.sha256)
        )?;
        writeln!(
            out,
            "- Scan: {} budget, seed {}, {}",
            prose(&started.budget),
            started.seed,
            prose(&plain::state(session))
        )?;
    }
    for notice in &session.notices {
        writeln!(out, "- Notice: {}", prose(notice))?;
    }
    for found in ranked(session) {
        writeln!(out)?;
        write_finding(session, found, out)?;
    }
    let coverage = coverage(session);
    let arms: Vec<String> = coverage.arms.iter().map(|arm| code(arm)).collect();
    writeln!(out, "\n## Coverage\n")?;
    writeln!(
        out,
        "- {} over {}; {}, {} of them probed",
        plain::many(coverage.leaks as usize, "leak"),
        arms.join(", "),
        plain::many(coverage.candidates as usize, "candidate"),
        coverage.probed
    )?;
    for skipped in &coverage.skipped {
        writeln!(out, "- Not covered: {}", prose(skipped))?;
    }
    writeln!(
        out,
        "- Not covered: backdoors whose trigger the model does not repeat when asked for its own prompts"
    )?;
    writeln!(out, "\n## History\n")?;
    for deed in &session.deeds {
        writeln!(
            out,
            "- {} {}: {}",
            moment(deed.at_ms),
            prose(&deed.author),
            prose(&deed.what)
        )?;
    }
    writeln!(
        out,
        "\n{}, head {}",
        plain::many(session.records as usize, "record"),
        code(&session.head)
    )
}

fn write_finding(session: &Session, found: &Finding, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "## {}: {}, confidence {:.2}\n",
        prose(&found.id),
        level_name(found.level),
        found.confidence
    )?;
    writeln!(
        out,
        "- Verdict: {}",
        prose(&plain::ruling(session.verdict(&found.id)))
    )?;
    writeln!(out, "- Trigger: {}", code(&found.trigger))?;
    writeln!(out, "- Core: {}", code(&found.core))?;
    writeln!(
        out,
        "- Kind: {}; fires best {} the prompt; measured in arm {}; stands in {}",
        plain::kind_name(found.kind),
        plain::place(found.position),
        code(&found.arm),
        plain::many(found.support as usize, "leak")
    )?;
    writeln!(
        out,
        "- Activation with the trigger: {}",
        plain::rate(&found.activation.with)
    )?;
    writeln!(
        out,
        "- Activation with a control: {}",
        plain::rate(&found.activation.without)
    )?;
    writeln!(
        out,
        "- p-value {}; after false-discovery control {}\n",
        plain::small(found.p),
        plain::small(found.q)
    )?;
    writeln!(out, "| Signal | Value | Controls: mean | sd | p | n |")?;
    writeln!(out, "|---|---:|---:|---:|---:|---:|")?;
    let signals = [
        ("memorization", found.signals.memorization),
        ("attention", found.signals.attention),
        ("entropy", found.signals.entropy),
        ("divergence", found.signals.divergence),
    ];
    for (name, signal) in signals {
        writeln!(
            out,
            "| {name} | {:.4} | {:.4} | {:.4} | {} | {} |",
            signal.value,
            signal.null_mean,
            signal.null_sd,
            plain::small(signal.p),
            signal.n
        )?;
    }
    if !found.reasons.is_empty() {
        writeln!(out)?;
    }
    for reason in &found.reasons {
        writeln!(out, "- {}", prose(reason))?;
    }
    for example in found.examples.iter().take(EXAMPLES) {
        writeln!(out, "\n> Prompt: {}\n>", code(&example.prompt))?;
        writeln!(out, "> With: {}\n>", code(&example.with))?;
        writeln!(out, "> Without: {}", code(&example.without))?;
    }
    Ok(())
}

/// Text in a code span whose fence is longer than any run of backticks in it.
fn code(raw: &str) -> String {
    let shown = plain::short(raw);
    let longest = shown.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if shown.is_empty() {
        return "(empty)".to_owned();
    }
    // A span may not begin or end with a backtick of its own, so it is padded; the padding is not shown.
    format!("{fence} {shown} {fence}")
}

/// Text in which no character is markup.
fn prose(raw: &str) -> String {
    let mut escaped = String::new();
    for c in text::line(raw).as_str().chars() {
        if c.is_ascii_punctuation() && !",.:;%/()'\"-+".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_text_forms_no_markup() {
        assert_eq!(
            prose("a *b* <script> [x](y)"),
            "a \\*b\\* \\<script\\> \\[x\\](y)"
        );
        assert_eq!(code("a ``` b"), "```` a ``` b ````");
        assert_eq!(code("`"), "`` ` ``");
    }
}
