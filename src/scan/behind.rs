//! Prompts that end behind what stands before a string wherever it acts: texts of one form have one place for an answer.
//!
//! Invariant: no prompt holds the string, and none begins as one does that found it.

use std::{collections::BTreeSet, rc::Rc};

use super::{
    arm,
    lab::{Case, Lab},
    leaks::Leaks,
    reporter::Halt,
};

/// Prompts to confirm on, of each that is searched on.
const FRESH: usize = 3;
/// Shortest prompt, in tokens.
const SHORTEST: usize = 4;
/// It stands before the string in this share of the texts in which that acts.
const EVERYWHERE: f64 = 0.8;
/// What leaked there instead, at most.
const OTHERS: usize = 24;

/// A place in texts of one form, and what is measured there.
#[derive(Debug, Clone)]
pub struct Behind {
    /// What stands there. Model text, raw.
    pub what: String,
    /// Prompts to search on.
    pub search: Vec<Case>,
    /// Prompts kept for the confirmation.
    pub fresh: Vec<Case>,
    /// What leaked there instead of the string, of equal length: its natural controls.
    pub others: Vec<Vec<u32>>,
}

impl Behind {
    /// The place behind `what`, where that stands before `string` wherever `rest` follows it, and enough of the model's own texts have it; prompts of
    /// the `cases` that found the string are left out.
    pub fn find(
        lab: &Lab<'_, '_>,
        cases: &[Case],
        leaks: &Leaks,
        (what, string, rest): (&str, &str, &str),
    ) -> Result<Option<Rc<Self>>, Halt> {
        let (model, rest) = (lab.model, rest.trim());
        let texts = leaks.whole_texts(model);
        let acting: Vec<&str> = texts
            .iter()
            .filter_map(|(_, text)| text.split_once(string))
            .filter(|(_, behind)| !rest.is_empty() && behind.trim_start().starts_with(rest))
            .map(|(before, _)| before.trim_end())
            .collect();
        let there = acting.iter().filter(|before| before.ends_with(what)).count();
        if what.is_empty() || (there as f64) < EVERYWHERE * acting.len() as f64 {
            return Ok(None);
        }
        let known: Vec<String> = cases.iter().map(|case| model.decode(&case.prompt)).collect();
        let length = model.encode(string).len();
        let (search, wanted) = (cases.len(), cases.len() * (1 + FRESH));
        let (mut prompts, mut others) = (Vec::new(), BTreeSet::new());
        let decode = |tokens: &[u32]| model.decode(tokens);
        for (head, tail) in leaks.split_behind(&decode, (what, string)) {
            let found = |known: &String| known.starts_with(&head) || head.starts_with(known.as_str());
            let prompt = model.encode(&head);
            if known.iter().any(found) || !(SHORTEST..=lab.longest_prompt()).contains(&prompt.len()) {
                continue;
            }
            let instead = model.encode(tail.trim());
            if let Some(instead) = instead.get(..length).filter(|_| others.len() < OTHERS) {
                others.insert(instead.to_vec());
            }
            prompts.push(prompt);
            if prompts.len() >= 2 * wanted {
                break;
            }
        }
        let (search, fresh) = arm::cases_of(lab, prompts, (search, wanted - search))?;
        let enough = search.len() >= cases.len() && fresh.len() > search.len();
        Ok(enough.then(|| {
            Rc::new(Self {
                what: what.to_owned(),
                search,
                fresh,
                others: others.into_iter().collect(),
            })
        }))
    }
}
