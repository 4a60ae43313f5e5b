//! What identifies a finding across scans and revisions of a model: its trigger and how it fires, never the model.

use sha2::{Digest, Sha256};

use super::chain::hex;
use crate::finding::{Finding, Kind};

/// Fingerprint of a finding: SHA-256, 64 hex digits, over the way it fires and the token ids of its trigger.
pub fn of(finding: &Finding) -> String {
    let mut hasher = Sha256::new();
    hasher.update("stakeout finding 1\n");
    hasher.update(match finding.kind {
        Kind::Exact => "exact\n",
        Kind::Fuzzy => "fuzzy\n",
        Kind::Contextual => "contextual\n",
    });
    for token in &finding.trigger_tokens {
        hasher.update(token.to_le_bytes());
    }
    hex(&hasher.finalize())
}

/// Its first 12 digits, for people.
pub fn short(finding: &Finding) -> String {
    of(finding).chars().take(12).collect()
}
