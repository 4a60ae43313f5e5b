//! What identifies a finding across scans and revisions of a model: its trigger's text and what it does, never the model.

use sha2::{Digest, Sha256};

use super::chain::hex;
use crate::finding::Finding;

/// Shortest core that makes two triggers relatives, in characters.
const LONG_ENOUGH: usize = 4;

/// What a trigger does to answers: the class of behaviour a fingerprint tells apart.
pub fn behaviour(finding: &Finding) -> &'static str {
    if finding.agreement.collapse > finding.agreement.null_high {
        "one answer"
    } else {
        "shift"
    }
}

/// Fingerprint of a finding: SHA-256, 64 hex digits, over its class of behaviour and the text of its trigger, blanks at its
/// ends aside. Token ids are left out: another revision may have another tokenizer.
pub fn of(finding: &Finding) -> String {
    let mut hasher = Sha256::new();
    hasher.update("stakeout finding 2\n");
    hasher.update(behaviour(finding));
    hasher.update("\n");
    hasher.update(finding.trigger.trim());
    hex(&hasher.finalize())
}

/// Its first 12 digits, for people.
pub fn short(finding: &Finding) -> String {
    of(finding).chars().take(12).collect()
}

/// Is one trigger a piece of the other, or does it hold the other's core? Good for a proposal, not for more.
pub fn are_relatives(a: &Finding, b: &Finding) -> bool {
    let holds = |a: &Finding, b: &Finding| {
        [&b.trigger, &b.core]
            .iter()
            .any(|part| part.trim().chars().count() >= LONG_ENOUGH && a.trigger.contains(part.trim()))
    };
    holds(a, b) || holds(b, a)
}

/// SHA-256 of bytes, hex: what names a file in a note.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
