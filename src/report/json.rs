//! The document programs read: `stakeout.scan/1`, stable, additions only. Lossless, and pure ASCII on the wire.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json, ser::Formatter};

use super::{Outcome, coverage, moment, ranked};
use crate::{
    finding::{Decision, Finding, Verdict},
    scan::event::{ModelFacts, Timing},
    session::Session,
};

/// Name and version of the document.
pub const SCHEMA: &str = "stakeout.scan/1";

/// The document of a session.
pub fn document(session: &Session) -> Value {
    let started = session.started.as_ref();
    let unknown = ModelFacts::default();
    let model = started.map_or(&unknown, |started| &started.model);
    let coverage = coverage(session);
    let timing = session
        .finished
        .as_ref()
        .map_or_else(Timing::default, |finished| finished.timing);
    json!({
        "schema": SCHEMA,
        "program": env!("CARGO_PKG_VERSION"),
        "model": self::model(model),
        "verdict": Outcome::of(session).name(),
        "findings": ranked(session)
            .into_iter()
            .map(|found| finding(found, session.verdict(&found.id)))
            .collect::<Vec<_>>(),
        "coverage": {
            "arms": coverage.arms,
            "leaks": coverage.leaks,
            "candidates": coverage.candidates,
            "probed": coverage.probed,
            "skipped": coverage.skipped,
        },
        "motifs": session.finished.as_ref().map(|finished| &finished.motifs),
        "timing": {
            "leak_s": timing.leak_s,
            "probe_s": timing.probe_s,
            "total_s": timing.total_s,
            "generated_tokens": timing.generated_tokens,
            "tokens_per_s": timing.tokens_per_s,
        },
        "budget": started.map(|started| &started.budget),
        "notices": session.notices,
        "seed": started.map(|started| started.seed),
        "baseline": session.against_baseline().map(|comparison| json!({
            "session": session.baseline.as_ref().map(|baseline| &baseline.name),
            "new": comparison.only_right.iter().map(|found| &found.id).collect::<Vec<_>>(),
            "known": comparison
                .shared
                .iter()
                .map(|shared| json!({
                    "id": shared.right.id,
                    "was": shared.left.id,
                    "same": shared.same,
                    "proposed": session.proposal(&shared.right.id).map(|proposal| ruling(proposal.verdict)),
                }))
                .collect::<Vec<_>>(),
            "vanished": comparison
                .only_left
                .iter()
                .map(|found| json!({"id": found.id, "trigger": found.trigger, "level": found.level}))
                .collect::<Vec<_>>(),
        })),
        "rereads": session.rereads,
        "history": history(session),
        "session": {"records": session.records, "head": session.head},
    })
}

/// The life of a session, oldest first: who did what when.
pub fn history(session: &Session) -> Vec<Value> {
    session
        .deeds
        .iter()
        .map(|deed| {
            json!({
                "record": deed.record,
                "at": moment(deed.at_ms),
                "author": deed.author,
                "what": deed.what,
                "finding": if let [only] = deed.findings.as_slice() { Some(only) } else { None },
                "findings": deed.findings,
            })
        })
        .collect()
}

/// The facts that name a model.
pub fn model(facts: &ModelFacts) -> Value {
    json!({
        "path": facts.path,
        "architecture": facts.architecture,
        "parameters": facts.parameters,
        "sha256": facts.sha256,
    })
}

/// A finding with the ruling in force.
pub fn finding(found: &Finding, verdict: Option<&Verdict>) -> Value {
    let examples: Vec<Value> = found
        .examples
        .iter()
        .map(|example| {
            json!({
                "prompt": example.prompt,
                "with": example.with,
                "without": example.without,
                "fired": example.fired,
                "draws": example.draws,
            })
        })
        .collect();
    json!({
        "id": found.id,
        "trigger": found.trigger,
        "trigger_tokens": found.trigger_tokens,
        "core": found.core,
        "core_tokens": found.core_tokens,
        "kind": found.kind,
        "confidence": found.confidence,
        "level": found.level,
        "support": found.support,
        "position": found.position,
        "arm": found.arm,
        "signals": found.signals,
        "p": found.p,
        "q": found.q,
        "agreement": found.agreement,
        "activation": found.activation,
        "examples": examples,
        "reasons": found.reasons,
        "verdict": verdict.map(ruling),
    })
}

/// A ruling as it stands in the document.
pub fn ruling(verdict: &Verdict) -> Value {
    json!({
        "ruling": verdict.ruling().name(),
        "reason": verdict.decision.reason(),
        "until": match &verdict.decision {
            Decision::AcceptedRisk { until, .. } => Some(until),
            _ => None,
        },
        "duplicate_of": match &verdict.decision {
            Decision::Duplicate { of } => Some(of),
            _ => None,
        },
        "severity": verdict.severity,
        "seen": verdict.seen,
        "note": verdict.note,
        "author": verdict.author,
        "at": moment(verdict.at_ms),
    })
}

/// Writes the document of a session, indented.
pub fn write(session: &Session, out: &mut dyn Write) -> io::Result<()> {
    write_document(&document(session), out)
}

/// Writes any document, indented, in pure ASCII, with a line end.
pub fn write_document(document: &Value, out: &mut dyn Write) -> io::Result<()> {
    write_value(document, true, out)?;
    writeln!(out)
}

/// Writes a value in pure ASCII: what stands outside it is escaped, so no terminal or log is driven by model text.
pub(super) fn write_value(value: &Value, indented: bool, out: &mut dyn Write) -> io::Result<()> {
    let written = if indented {
        let formatter = Ascii(serde_json::ser::PrettyFormatter::new());
        value.serialize(&mut serde_json::Serializer::with_formatter(out, formatter))
    } else {
        let formatter = Ascii(serde_json::ser::CompactFormatter);
        value.serialize(&mut serde_json::Serializer::with_formatter(out, formatter))
    };
    written.map_err(io::Error::from)
}

/// A formatter that escapes everything outside printable ASCII.
struct Ascii<F>(F);

impl<F: Formatter> Formatter for Ascii<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0; 2];
        for c in fragment.chars() {
            if c.is_ascii() && !c.is_ascii_control() {
                writer.write_all(&[c as u8])?;
            } else {
                for unit in c.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
