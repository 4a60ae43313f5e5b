//! What the filter leaves of the lists, and what their titles say of it.
//!
//! Invariant: a list the filter says nothing about stays as it is, and says so.

use super::{State, ranked};
use crate::{
    finding::Finding,
    session::{Session, query::Query},
    text,
};

impl State {
    /// The findings that pass the filter, strongest first.
    pub fn listed<'a>(&self, session: &'a Session) -> Vec<&'a Finding> {
        let mut findings = ranked(session);
        findings.retain(|finding| self.query.finding(finding, session));
        findings
    }

    /// Narrows the lists by what was typed; a term that cannot be read asks for nothing.
    pub fn narrow(&mut self, session: &Session, typed: &str) {
        typed.clone_into(&mut self.filter);
        let query = Query::readable(typed);
        if query != self.query {
            self.candidates.narrow(query.clone(), session);
            self.sieve.narrow(&query);
            self.leaks.offset = 0;
            self.findings.offset = 0;
            self.query = query;
        }
    }

    /// What a list's title says of the filter: what it is, or that it says nothing about this list.
    pub fn filter_note(&self, applies: bool, ascii: bool) -> String {
        const LONGEST: usize = 40;
        if self.filter.is_empty() {
            return String::new();
        }
        if !applies {
            return ", all: the filter says nothing about them".to_owned();
        }
        let shown = text::clip(&text::line(&self.filter), LONGEST);
        let shown = if ascii { text::ascii(&shown) } else { shown };
        format!(", filter: {shown}")
    }
}
