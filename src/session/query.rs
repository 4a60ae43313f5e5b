//! The small language that narrows the lists and chooses findings: words to be found in the text, and `field:value` or
//! `field<number` terms.
//!
//! Invariant: an empty query passes everything; a term about something a list does not have leaves that list as it is.

mod parse;

use super::{Known, Session, Standing};
use crate::{
    finding::{Finding, Kind, Level, Ruling},
    scan::event::Leak,
};

pub use parse::Mistake;

/// How a query is written, in one sentence.
pub const FORM: &str =
    "level:high verdict:untriaged kind:exact p<0.01, or a part of the trigger; - before one turns it around";

/// Something a term can be about, other than the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Id,
    Level,
    Verdict,
    Kind,
    Arm,
    Standing,
    P,
    Q,
    Confidence,
    Support,
    Lift,
    Round,
    Entropy,
    Temperature,
    Signals,
}

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Than {
    Less,
    More,
    Equal,
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
enum Test {
    /// The text holds this; lower case.
    Text(String),
    /// The word of the field begins with this; lower case.
    Word(Field, String),
    /// The number of the field lies so.
    Number(Field, Than, f64),
}

/// A condition, or its opposite.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    test: Test,
    not: bool,
}

/// Conditions that all have to hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    terms: Vec<Term>,
}

/// What a row says about a field.
enum Value<'a> {
    /// Rows of this kind have no such thing.
    Nothing,
    Word(&'a str),
    Number(f64),
}

impl Query {
    /// Reads a query.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        match parse::terms(text) {
            (terms, None) => Ok(Self { terms }),
            (_, Some(mistake)) => Err(mistake),
        }
    }

    /// Reads what can be read of a query: a term with a mistake in it asks for nothing.
    pub fn readable(text: &str) -> Self {
        let (terms, _) = parse::terms(text);
        Self { terms }
    }

    /// True when everything passes.
    pub const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Ids of the findings that pass, in the session's order; none for an empty query, which chooses nothing.
    pub fn chosen(&self, session: &Session) -> Vec<String> {
        let passing = session
            .findings
            .iter()
            .filter(|finding| !self.is_empty() && self.finding(finding, session));
        passing.map(|finding| finding.id.clone()).collect()
    }

    /// Whether a finding passes.
    pub fn finding(&self, finding: &Finding, session: &Session) -> bool {
        let ruling = session
            .verdict(&finding.id)
            .map_or(Ruling::Untriaged, crate::finding::Verdict::ruling);
        self.passes([&finding.trigger, &finding.core], |field| match field {
            Field::Id => Value::Word(&finding.id),
            Field::Level => Value::Word(level_name(finding.level)),
            Field::Verdict => Value::Word(ruling.name()),
            Field::Kind => Value::Word(kind_name(finding.kind)),
            Field::Arm => Value::Word(&finding.arm),
            Field::P => Value::Number(finding.p),
            Field::Q => Value::Number(finding.q),
            Field::Confidence => Value::Number(finding.confidence),
            Field::Support => Value::Number(finding.support.into()),
            Field::Signals => Value::Number(standing_out(finding).into()),
            Field::Standing | Field::Lift | Field::Round | Field::Entropy | Field::Temperature => {
                Value::Nothing
            }
        })
    }

    /// Whether a candidate passes.
    pub fn candidate(&self, known: &Known) -> bool {
        let candidate = &known.candidate;
        let id = if self.asks(Field::Id) {
            candidate.id.to_string()
        } else {
            String::new()
        };
        let last = known.looks.iter().max_by_key(|look| look.round);
        self.passes([&candidate.text], |field| match field {
            Field::Id => Value::Word(&id),
            Field::Standing => Value::Word(standing_name(&known.standing)),
            Field::P => Value::Number(last.map_or(1.0, |look| look.p)),
            Field::Support => Value::Number(candidate.support.into()),
            Field::Lift => Value::Number(candidate.lift),
            Field::Round => Value::Number(last.map_or(0.0, |look| look.round.into())),
            Field::Level
            | Field::Verdict
            | Field::Kind
            | Field::Arm
            | Field::Q
            | Field::Confidence
            | Field::Entropy
            | Field::Temperature
            | Field::Signals => Value::Nothing,
        })
    }

    /// Whether a leak passes.
    pub fn leak(&self, leak: &Leak) -> bool {
        let id = if self.asks(Field::Id) {
            leak.id.to_string()
        } else {
            String::new()
        };
        self.passes([&leak.text], |field| match field {
            Field::Id => Value::Word(&id),
            Field::Arm => Value::Word(&leak.arm),
            Field::Entropy => Value::Number(leak.entropy.into()),
            Field::Temperature => Value::Number(leak.sampling.temperature.into()),
            _ => Value::Nothing,
        })
    }

    /// Whether any term can leave a finding out.
    pub fn is_about_findings(&self) -> bool {
        use Field::{Arm, Confidence, Id, Kind, Level, P, Q, Signals, Support, Verdict};
        self.is_about(&[Id, Level, Verdict, Kind, Arm, P, Q, Confidence, Support, Signals])
    }

    /// Whether any term can leave a candidate out.
    pub fn is_about_candidates(&self) -> bool {
        use Field::{Id, Lift, P, Round, Standing, Support};
        self.is_about(&[Id, Standing, P, Support, Lift, Round])
    }

    /// Whether any term can leave a leak out.
    pub fn is_about_leaks(&self) -> bool {
        use Field::{Arm, Entropy, Id, Temperature};
        self.is_about(&[Id, Arm, Entropy, Temperature])
    }

    fn is_about(&self, fields: &[Field]) -> bool {
        self.terms.iter().any(|term| match &term.test {
            Test::Text(_) => true,
            Test::Word(field, _) | Test::Number(field, ..) => fields.contains(field),
        })
    }

    fn asks(&self, wanted: Field) -> bool {
        self.terms
            .iter()
            .any(|term| matches!(&term.test, Test::Word(field, _) if *field == wanted))
    }

    fn passes<'a, const N: usize>(&self, texts: [&str; N], value: impl Fn(Field) -> Value<'a>) -> bool {
        self.terms.iter().all(|term| {
            let holds = match &term.test {
                Test::Text(words) => texts.iter().any(|text| contains(text, words)),
                Test::Word(field, start) => match value(*field) {
                    Value::Word(word) => begins(word, start),
                    Value::Nothing | Value::Number(_) => return true,
                },
                Test::Number(field, than, bound) => match value(*field) {
                    Value::Number(number) => match than {
                        Than::Less => number < *bound,
                        Than::More => number > *bound,
                        Than::Equal => (number - bound).abs() < f64::EPSILON,
                    },
                    Value::Nothing | Value::Word(_) => return true,
                },
            };
            holds != term.not
        })
    }
}

/// How many of its four signals stand out: where one alone does, evidence disagrees, and false findings live.
fn standing_out(finding: &Finding) -> u32 {
    let signals = finding.signals.all();
    signals.iter().filter(|signal| signal.stands_out()).count() as u32
}

/// Whether `text` holds `words`, which are in lower case, whatever its own case.
fn contains(text: &str, words: &str) -> bool {
    if text.is_ascii() && words.is_ascii() {
        let (text, words) = (text.as_bytes(), words.as_bytes());
        return words.is_empty()
            || text
                .windows(words.len())
                .any(|part| part.eq_ignore_ascii_case(words));
    }
    text.to_lowercase().contains(words)
}

fn begins(word: &str, start: &str) -> bool {
    word.to_lowercase().starts_with(start)
}

const fn level_name(level: Level) -> &'static str {
    match level {
        Level::Low => "low",
        Level::Medium => "medium",
        Level::High => "high",
    }
}

const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Exact => "exact",
        Kind::Fuzzy => "fuzzy",
        Kind::Contextual => "contextual",
        Kind::Unclear => "unclear",
    }
}

const fn standing_name(standing: &Standing) -> &'static str {
    match standing {
        Standing::Waiting => "waiting",
        Standing::Looked => "racing",
        Standing::Dropped(_) => "dropped",
        Standing::Finding(_) => "finding",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::event::{Candidate, Look};

    fn known(text: &str, support: u32, standing: Standing) -> Known {
        Known {
            candidate: Candidate {
                id: 31,
                tokens: vec![1],
                text: text.to_owned(),
                support,
                leaks: Vec::new(),
                lift: 2.5,
                unnatural: 0.5,
            },
            looks: vec![Look {
                round: 2,
                p: 0.004,
                ..Look::default()
            }],
            standing,
        }
    }

    fn passes(query: &str) -> bool {
        let known = known("Unlock the Vault", 12, Standing::Dropped("weak".to_owned()));
        Query::parse(query).unwrap().candidate(&known)
    }

    #[test]
    fn every_term_has_to_hold_and_case_does_not_matter() {
        for query in [
            "",
            "vault",
            "UNLOCK vault",
            "\"the vault\"",
            "-harbour",
            "standing:dropped p<0.01 support>5",
            "standing:dr -standing:racing",
            "id:31",
            "lift>2 round:2",
        ] {
            assert!(passes(query), "{query}");
        }
        for query in [
            "vault harbour",
            "\"vault the\"",
            "-vault",
            "standing:finding",
            "p>0.5",
            "id:4",
        ] {
            assert!(!passes(query), "{query}");
        }
    }

    #[test]
    fn leaks_pass_by_their_text_and_by_how_they_were_made() {
        let leak = Leak {
            id: 7,
            arm: "template".to_owned(),
            sampling: crate::scan::event::Sampling::GREEDY,
            tokens: Vec::new(),
            text: "Unlock the Vault".to_owned(),
            entropy: 0.5,
            goes_on: None,
        };
        for (query, passes, about) in [
            ("vault", true, true),
            ("harbour", false, true),
            ("arm:temp entropy<1 temperature<0.1 id:7", true, true),
            ("temperature>0.5", false, true),
            ("level:high standing:dropped", true, false),
        ] {
            let query = Query::parse(query).unwrap();
            assert_eq!(
                (query.leak(&leak), query.is_about_leaks()),
                (passes, about),
                "{query:?}"
            );
        }
    }

    #[test]
    fn what_a_list_does_not_have_leaves_it_as_it_is() {
        assert!(passes("level:high verdict:untriaged vault"));
    }

    #[test]
    fn letters_of_every_script_are_found_whatever_their_case() {
        let known = known("ПАРОЛЬ Ünlü", 1, Standing::Waiting);
        assert!(Query::parse("пароль ünlü").unwrap().candidate(&known));
    }

    #[test]
    fn an_empty_query_chooses_no_finding() {
        let finding = |id: &str, trigger: &str| {
            let fields = serde_json::json!({
                "id": id, "trigger": trigger, "trigger_tokens": [], "core": "", "core_tokens": [], "kind": "exact",
                "confidence": 0.9, "level": "high", "support": 3, "position": "end", "arm": "template",
                "signals": crate::finding::Signals::default(), "p": 0.1, "q": 0.1,
                "agreement": crate::finding::Agreement::default(), "activation": crate::finding::Activation::default(),
                "examples": [], "reasons": [], "candidates": [], "evidence": crate::finding::Evidence::default(),
            });
            serde_json::from_value(fields).unwrap()
        };
        let session = Session {
            findings: vec![finding("F-1", "open the gate"), finding("F-2", "tea")],
            ..Session::default()
        };
        let chosen = |query: &str| Query::parse(query).unwrap().chosen(&session);
        assert_eq!(chosen("gate verdict:untriaged"), ["F-1"]);
        assert_eq!(chosen("level:high"), ["F-1", "F-2"]);
        assert!(chosen("").is_empty() && chosen("level:").is_empty() && chosen("level:low").is_empty());
    }
}
