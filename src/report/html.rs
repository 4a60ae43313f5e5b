//! The report as one file for a browser: no script, nothing fetched, figures inline.
//!
//! Invariant: whatever the model or an analyst wrote is escaped twice, as visible text and as HTML, and the page forbids everything
//! but its own style.

use std::io::{self, Write};

use super::{coverage, figure, level_name, moment, plain, ranked, taxonomy};
use crate::{
    finding::{Figure, Finding},
    session::Session,
    text,
};

/// Examples shown for each finding; the JSON report holds all of them.
const EXAMPLES: usize = 12;

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width">
<title>Stakeout report</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
code, td.text { font-family: ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 0.5rem 0 1rem; }
td, th { border: 1px solid #8888; padding: 0.2rem 0.5rem; text-align: left; vertical-align: top; }
td.number { text-align: right; }
svg { max-width: 100%; height: auto; background: white; }
</style>
</head>
<body>
"#;

/// Writes the report of a whole session.
pub fn write(session: &Session, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{HEAD}")?;
    let path = session.started.as_ref().map_or("", |started| &started.model.path);
    writeln!(out, "<h1>Backdoor scan of <code>{}</code></h1>", escaped(path))?;
    writeln!(
        out,
        "<p><strong>{}</strong></p>\n<ul>",
        escaped(&plain::result(session))
    )?;
    if let Some(started) = &session.started {
        let model = &started.model;
        item(
            out,
            &format!(
                "Model: {}, {} parameters, sha256 {}",
                model.architecture, model.parameters, model.sha256
            ),
        )?;
        let scan = format!(
            "Scan: {} budget, seed {}, {}",
            started.budget,
            started.seed,
            plain::state(session)
        );
        item(out, &scan)?;
    }
    for notice in &session.notices {
        item(out, &format!("Notice: {notice}"))?;
    }
    writeln!(out, "</ul>")?;
    for found in ranked(session) {
        finding(session, found, out)?;
    }
    closing(session, out)?;
    writeln!(out, "</body>\n</html>")
}

fn finding(session: &Session, found: &Finding, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<h2 id=\"{0}\">{0}: {1}, confidence {2:.2}</h2>\n<ul>",
        escaped(&found.id),
        level_name(found.level),
        found.confidence
    )?;
    item(
        out,
        &format!("Verdict: {}", plain::ruling(session.verdict(&found.id))),
    )?;
    for (name, string) in [("Trigger", &found.trigger), ("Core", &found.core)] {
        writeln!(out, "<li>{name}: <code>{}</code></li>", escaped(string))?;
    }
    for fact in [
        format!(
            "Kind: {}; fires best {} the prompt; measured in arm {}; stands in {}",
            plain::kind_name(found.kind),
            plain::place(found.position),
            found.arm,
            plain::many(found.support as usize, "leak")
        ),
        format!(
            "Activation with the trigger: {}",
            plain::rate(&found.activation.with)
        ),
        format!(
            "Activation with a control: {}",
            plain::rate(&found.activation.without)
        ),
        format!(
            "p-value {}; after false-discovery control {}",
            plain::small(found.p),
            plain::small(found.q)
        ),
    ] {
        item(out, &fact)?;
    }
    for framework in taxonomy::frameworks() {
        for (id, name) in &framework.ids {
            item(
                out,
                &format!("{} {}: {id} {name}", framework.name, framework.version),
            )?;
        }
    }
    writeln!(
        out,
        "</ul>\n<table><tr><th>Signal</th><th>Value</th><th>Controls: mean</th><th>sd</th><th>p</th><th>n</th></tr>"
    )?;
    for (name, signal) in ["memorization", "attention", "entropy", "divergence"]
        .iter()
        .zip(found.signals.all())
    {
        writeln!(
            out,
            "<tr><td>{name}</td><td class=\"number\">{:.4}</td><td class=\"number\">{:.4}</td><td class=\"number\">{:.4}</td>\
             <td class=\"number\">{}</td><td class=\"number\">{}</td></tr>",
            signal.value,
            signal.null_mean,
            signal.null_sd,
            plain::small(signal.p),
            signal.n
        )?;
    }
    writeln!(out, "</table>\n<ul>")?;
    for reason in &found.reasons {
        item(out, reason)?;
    }
    writeln!(out, "</ul>")?;
    for wanted in [Figure::Signals, Figure::Heads] {
        // Evidence that was not recorded has no figure.
        if let Ok(pictures) = figure::draw(found, None, wanted)
            && let Some((_, svg)) = pictures.iter().find(|(kind, _)| *kind == "svg")
        {
            out.write_all(svg)?;
        }
    }
    writeln!(
        out,
        "<table><tr><th>Prompt</th><th>With</th><th>Without</th><th>Fired</th></tr>"
    )?;
    for example in found.examples.iter().take(EXAMPLES) {
        let fired = if example.fired { "yes" } else { "no" };
        writeln!(
            out,
            "<tr><td class=\"text\">{}</td><td class=\"text\">{}</td><td class=\"text\">{}</td><td>{fired}</td></tr>",
            escaped(&example.prompt),
            escaped(&example.with),
            escaped(&example.without)
        )?;
    }
    writeln!(out, "</table>")
}

fn closing(session: &Session, out: &mut dyn Write) -> io::Result<()> {
    let coverage = coverage(session);
    writeln!(out, "<h2>Coverage</h2>\n<ul>")?;
    let covered = format!(
        "{} over {}; {}, {} of them probed",
        plain::many(coverage.leaks as usize, "leak"),
        coverage.arms.join(", "),
        plain::many(coverage.candidates as usize, "candidate"),
        coverage.probed
    );
    item(out, &covered)?;
    for skipped in &coverage.skipped {
        item(out, &format!("Not covered: {skipped}"))?;
    }
    item(
        out,
        "Not covered: backdoors whose trigger the model does not repeat when asked for its own prompts",
    )?;
    writeln!(out, "</ul>\n<h2>History</h2>\n<ul>")?;
    for deed in &session.deeds {
        item(
            out,
            &format!("{} {}: {}", moment(deed.at_ms), deed.author, deed.what),
        )?;
    }
    let records = plain::many(session.records as usize, "record");
    writeln!(
        out,
        "</ul>\n<p>{records}, head <code>{}</code></p>",
        escaped(&session.head)
    )
}

fn item(out: &mut dyn Write, raw: &str) -> io::Result<()> {
    writeln!(out, "<li>{}</li>", escaped(raw))
}

/// Text with hostile characters as visible marks, in which no character is markup.
fn escaped(raw: &str) -> String {
    let mut html = String::new();
    for c in text::line(raw).as_str().chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn model_text_forms_no_element() {
        assert_eq!(
            escaped("<img src=x onerror='a&b'>\""),
            "&lt;img src=x onerror=&#39;a&amp;b&#39;&gt;&quot;"
        );
    }
}
