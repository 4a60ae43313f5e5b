//! Findings chosen by words, to be ruled on at once: "low !exact server" are those at low, not exact, with "server" in the
//! trigger.

use super::Session;
use crate::finding::{Finding, Kind, Level};

/// Ids of the findings every word of `words` fits, in the session's order; none for no words. A word is a level, a kind,
/// `open` (without a verdict), `ruled`, an id, or a part of the trigger; case does not matter, `!` before a word turns it
/// around.
pub fn select(session: &Session, words: &str) -> Vec<String> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let chosen = |finding: &&Finding| {
        words.iter().all(|word| match word.strip_prefix('!') {
            Some(word) => !fits(session, finding, word),
            None => fits(session, finding, word),
        })
    };
    let findings = session.findings.iter().filter(chosen);
    findings.map(|finding| finding.id.clone()).collect()
}

fn fits(session: &Session, finding: &Finding, word: &str) -> bool {
    let is_ruled = session.verdict(&finding.id).is_some();
    match word {
        "high" => finding.level == Level::High,
        "medium" => finding.level == Level::Medium,
        "low" => finding.level == Level::Low,
        "exact" => finding.kind == Kind::Exact,
        "fuzzy" => finding.kind == Kind::Fuzzy,
        "contextual" => finding.kind == Kind::Contextual,
        "open" => !is_ruled,
        "ruled" => is_ruled,
        _ => finding.id.eq_ignore_ascii_case(word) || finding.trigger.to_lowercase().contains(word),
    }
}
