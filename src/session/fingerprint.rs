//! What identifies a finding across scans and revisions of a model: its trigger and how it fires, never the model.

use crate::finding::Finding;

/// Fingerprint of a finding: SHA-256, 64 hex digits.
pub fn of(_finding: &Finding) -> String {
    String::new()
}

/// Its first 12 digits, for people.
pub fn short(_finding: &Finding) -> String {
    String::new()
}
