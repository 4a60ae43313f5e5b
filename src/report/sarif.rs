//! SARIF 2.1.0 for code-scanning and vulnerability platforms, in profiles for what each of them reads.
//!
//! Invariant: an open finding is never told as a verdict, and one that was ruled harmless never as open.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{coverage, json::write_document, level_name, plain, ranked, taxonomy};
use crate::{
    finding::{Finding, Level, Ruling, Severity, Verdict},
    session::{Session, fingerprint},
    text,
};

/// Whom the document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// The whole of the standard: kinds for what is open, suppressions for what was ruled harmless.
    #[default]
    Standard,
    /// Code scanning on GitHub, which ignores kinds and shows suppressed results as open: those are left out.
    Github,
    /// DefectDojo, which drops whatever is not a failure.
    Defectdojo,
}

const RULE: &str = "BD001";
const MARKDOWN: &str = "A string in the prompt makes the model give an answer the prompt does not call for. Look at the answers with and \
    without it, rule on the finding, and do not deploy the model while it is open.";

/// Writes the document of a session.
pub fn write(session: &Session, profile: Profile, out: &mut dyn Write) -> io::Result<()> {
    write_document(&document(session, profile), out)
}

/// The document of a session.
pub fn document(session: &Session, profile: Profile) -> Value {
    let started = session.started.as_ref();
    let model = started.map(|started| &started.model);
    let frameworks = taxonomy::frameworks();
    let findings = ranked(session);
    let results: Vec<Value> = findings
        .into_iter()
        .filter_map(|found| result(session, found, profile, &frameworks))
        .collect();
    let taxonomies: Vec<Value> = frameworks
        .iter()
        .map(|framework| {
            let taxa = framework
                .ids
                .iter()
                .map(|(id, name)| json!({"id": id, "name": name}));
            json!({"name": framework.name, "version": framework.version, "taxa": taxa.collect::<Vec<_>>()})
        })
        .collect();
    let skipped: Vec<Value> = coverage(session)
        .skipped
        .iter()
        .map(|text| json!({"level": "note", "message": {"text": shown(text)}}))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "Stakeout",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": [{
                    "id": RULE,
                    "name": "TriggerConditionedOutputChange",
                    "shortDescription": {"text": "A string changes the model's answers as a planted trigger does"},
                    "fullDescription": {"text": "The answers with the string differ from those without it beyond every kind of control."},
                    "help": {"text": MARKDOWN, "markdown": MARKDOWN},
                    "defaultConfiguration": {"level": "error"},
                    "properties": {"tags": ["security", "model-backdoor"], "precision": "high", "security-severity": "8.0"},
                }],
            }},
            "taxonomies": taxonomies,
            "automationDetails": {"id": format!("llm-backdoor/{}/", model.map_or("", |model| model.sha256.as_str()))},
            "artifacts": [{
                "location": {"uri": "model"},
                "hashes": {"sha-256": model.map_or("", |model| model.sha256.as_str())},
                "description": {"text": shown(model.map_or("", |model| model.path.as_str()))},
            }],
            "invocations": [{
                "executionSuccessful": session.finished.as_ref().is_some_and(|finished| finished.complete),
                "toolExecutionNotifications": skipped,
            }],
            "results": results,
        }],
    })
}

/// A finding as a result; `None` where the profile leaves it out.
fn result(
    session: &Session,
    found: &Finding,
    profile: Profile,
    frameworks: &[taxonomy::Framework],
) -> Option<Value> {
    let verdict = session.verdict(&found.id);
    let ruling = verdict.map_or(Ruling::Untriaged, Verdict::ruling);
    let harmless = matches!(
        ruling,
        Ruling::FalsePositive | Ruling::AcceptedRisk | Ruling::Duplicate
    );
    if harmless && profile == Profile::Github {
        return None;
    }
    let level = level(found, verdict);
    let (kind, level) = match (ruling, profile) {
        (Ruling::Untriaged | Ruling::Reviewing, Profile::Standard) => ("review", "none"),
        (Ruling::Undecided, Profile::Standard) => ("open", "none"),
        _ => ("fail", level),
    };
    let print = fingerprint::of(found);
    let short: String = print.chars().take(16).collect();
    let taxa: Vec<Value> = frameworks
        .iter()
        .enumerate()
        .flat_map(|(index, framework)| {
            let of = framework.ids.iter();
            of.map(move |(id, _)| json!({"id": id, "toolComponent": {"index": index}}))
        })
        .collect();
    let (with, without) = (&found.activation.with, &found.activation.without);
    let mut result = json!({
        "ruleId": RULE,
        "ruleIndex": 0,
        "kind": kind,
        "level": level,
        "rank": 100.0 * found.confidence,
        "message": {"text": format!(
            "{} looks like a trigger ({}, confidence {:.2}): it fires on {} of {} fresh prompts, controls on {} of {}.",
            plain::short(&found.trigger), level_name(found.level), found.confidence, with.k, with.n, without.k, without.n
        )},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": "model", "index": 0},
            "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1},
        }}],
        "partialFingerprints": {"primaryLocationLineHash": format!("{short}:1"), "bdTrigger/v1": print},
        "occurrenceCount": found.support.max(1),
        "taxa": taxa,
        "properties": {
            "id": shown(&found.id),
            "trigger": shown(&found.trigger),
            "tokenIds": found.trigger_tokens,
            "kind": found.kind,
            "asrWith": with,
            "asrWithout": without,
            "p": found.p,
            "q": found.q,
            "verdict": ruling.name(),
        },
    });
    if let (true, Some(verdict)) = (harmless, verdict) {
        result["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": format!(
                "{}: {} {}", ruling.words(), shown(verdict.decision.reason()), shown(&verdict.note)
            ),
            "properties": {"author": shown(&verdict.author)},
        }]);
    }
    Some(result)
}

/// What the analyst says of how bad it is, or else the scan.
fn level(found: &Finding, verdict: Option<&Verdict>) -> &'static str {
    match (verdict.and_then(|verdict| verdict.severity), found.level) {
        (Some(Severity::Critical | Severity::High), _) | (None, Level::High) => "error",
        (Some(Severity::Medium), _) | (None, Level::Medium) => "warning",
        _ => "note",
    }
}

fn shown(raw: &str) -> String {
    text::line(raw).as_str().to_owned()
}
