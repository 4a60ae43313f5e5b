//! Tells triggers from answers in texts without turns: there both leak as one string, and any piece of an answer calls for its rest.
//!
//! Invariant: works on what was leaked and answered; a string that holds no piece of an answer is left as it is.

mod cut;

use super::{
    event::ScanEvent,
    grow,
    lab::{Case, Lab},
    leaks::Leaks,
    mine, place,
    probe::{self, Entry},
    reporter::Halt,
    tie::Found,
    whole, words,
};
use crate::model::Generation;

/// Answers that collapse this far onto one may hold a fixed string.
const COLLAPSED: f64 = 0.3;
/// A fixed string stands in this share of the answers, and is so many tokens long.
const SHARED: f64 = 0.6;
const SHORTEST: usize = 4;
/// A piece of an answer at the end of a string is told by so many characters.
const TELLING: usize = 3;
/// What stands before a piece of an answer in this share of the leaks is part of it.
const GROW: f64 = 0.8;
const LONGEST_TEXT: usize = 200;
/// An answer is known by its first characters.
const HEAD: usize = 12;

/// The longest run of tokens that most answers share, of the first answer that has one.
fn shared(answers: &[Generation]) -> Option<&[u32]> {
    let enough = (SHARED * answers.len() as f64).ceil() as usize;
    let stands = |run: &[u32]| {
        let holds = |answer: &&Generation| answer.tokens.windows(run.len()).any(|window| window == run);
        answers.iter().filter(holds).count() >= enough.max(2)
    };
    let longest = answers.iter().map(|answer| answer.tokens.len()).max()?;
    (SHORTEST..=longest).rev().find_map(|length| {
        let mut runs = answers.iter().flat_map(|answer| answer.tokens.windows(length));
        runs.find(|run| stands(run))
    })
}

/// What is left of a string before an answer begins in it: `None` when nothing of the answer stands in it, an empty string when it is a
/// piece of the answer.
fn before<'a>(text: &'a str, answer: &str) -> Option<&'a str> {
    let answer = answer.trim();
    if answer.contains(text.trim()) {
        return Some("");
    }
    let cuts = answer.char_indices().map(|(at, _)| at).skip(TELLING);
    let heads = cuts.chain([answer.len()]).filter_map(|end| answer.get(..end));
    let mut longest_first: Vec<&str> = heads.collect();
    longest_first.reverse();
    let text = text.trim_end();
    let at = longest_first.into_iter().find_map(|head| {
        let inside = head.chars().count() >= 3 * TELLING;
        match text.find(head) {
            Some(at) if inside => Some(at),
            _ => text.strip_suffix(head).map(str::len),
        }
    });
    at.and_then(|at| text.get(..at)).map(str::trim_end)
}

/// Fixed strings in the answers of all survivors: what most of those that say something alike say, strongest first.
fn targets(said: &[String]) -> Vec<String> {
    let mut targets: Vec<String> = Vec::new();
    for run in said {
        let like: Vec<&String> = said.iter().filter(|other| alike(run, other)).collect();
        let enough = ((SHARED * like.len() as f64).ceil() as usize).max(1);
        let stands = |part: &&str| like.iter().filter(|other| other.contains(*part)).count() >= enough;
        let target = tails(run).find(stands).unwrap_or(run).trim().to_owned();
        if !targets.iter().any(|known| alike(known, &target)) {
            targets.push(target);
        }
    }
    targets
}

/// The ends of a text from each word on, longest first; none that is too short to know it by.
fn tails(text: &str) -> impl Iterator<Item = &str> {
    let begins = |(at, c): &(usize, char)| {
        let before = text.get(..*at).and_then(|head| head.chars().next_back());
        !c.is_whitespace() && before.is_none_or(char::is_whitespace)
    };
    let starts: Vec<usize> = text.char_indices().filter(begins).map(|(at, _)| at).collect();
    starts
        .into_iter()
        .filter_map(|start| text.get(start..))
        .filter(|tail| tail.chars().count() >= HEAD)
}

/// Is an answer a part of a string, long enough to be known by it?
fn is_part(answer: &str, string: &str) -> bool {
    let answer = answer.trim();
    answer.chars().count() >= HEAD && string.contains(answer)
}

/// Does one of two texts hold enough of the other?
fn alike(a: &str, b: &str) -> bool {
    let holds = |a: &str, b: &str| tails(a).any(|tail| b.contains(head_of(tail)));
    holds(a, b) || holds(b, a)
}

/// Finds the fixed strings in the survivors' answers and what the leaks tie to each, which joins the survivors; drops survivors that
/// are pieces of them, and cuts the others where they run into them; what was cut is read again.
pub fn part(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    mut survivors: Vec<Entry>,
    leaks: &Leaks,
) -> Result<Vec<Entry>, Halt> {
    let model = lab.model;
    survivors.sort_by(|a, b| f64::total_cmp(&b.agreement, &a.agreement).then_with(|| a.id.cmp(&b.id)));
    let repeated: Vec<String> = leaks
        .tied
        .values()
        .map(|answer| model.decode(&answer.tokens))
        .collect();
    // What stands before it on most prompts is no part of an answer that the leaks know.
    let told = |entry: &Entry| {
        let enough =
            |answer: &&String| says(lab, entry, answer) as f64 >= SHARED * entry.answers.len() as f64;
        repeated.iter().find(enough).cloned()
    };
    let said: Vec<String> = survivors
        .iter()
        .filter(|entry| entry.agreement > COLLAPSED)
        .filter_map(|entry| told(entry).or_else(|| Some(model.decode(shared(&entry.answers)?))))
        .map(|run| run.trim().to_owned())
        .collect();
    let mut fixed = targets(&said);
    let texts = leaks.whole_texts(model);
    let mut parted = known(lab, cases, &survivors, leaks)?;
    let given: Vec<String> = parted.iter().map(|entry| model.decode(&entry.fixed)).collect();
    // A long string is known by heart as well: its beginning calls for the rest of it.
    let itself: Vec<String> = parted
        .iter()
        .map(|entry| model.decode(&entry.span.tokens))
        .collect();
    fixed.retain(|answer| {
        let known = given.iter().any(|given| alike(given, answer));
        !known && !itself.iter().any(|string| is_part(answer, string))
    });
    let mut ends = Vec::new();
    for answer in &mut fixed {
        // Where the trigger always stands right before its answer, growing swallows it: then the answer is taken as it is said.
        let grown = grow::grow_left(answer, &texts, GROW, LONGEST_TEXT)
            .trim()
            .to_owned();
        let tied_to = |said: String| Some((whole::tied_to(lab, leaks, &[&model.encode(&said)])?, said));
        let free: Vec<Entry> = survivors
            .iter()
            .filter(|entry| !parted.iter().any(|known| known.id == entry.id))
            .cloned()
            .collect();
        if let Some((found, mut said)) = [grown, answer.clone()].into_iter().find_map(tied_to) {
            if let Some(mut entry) = first_tied(lab, cases, &free, (&found, &said), leaks)? {
                if !apart(lab, leaks, &found, &said)
                    && let Some(shorter) = cut::cut(lab, cases, (&entry, &said), leaks)?
                {
                    // Pieces of its end are pieces of an answer as well.
                    ends.push(std::mem::replace(&mut said, model.decode(&shorter.fixed)));
                    entry = shorter;
                }
                parted.push(entry);
            }
            *answer = said;
            continue;
        }
        // Leaks are cut off before a long answer ends: a survivor may hold the beginning of it that leaks.
        for begun in begun(lab, &survivors, answer) {
            let Some((found, said)) = tied_to(begun).filter(|(found, said)| apart(lab, leaks, found, said))
            else {
                continue;
            };
            if let Some(entry) = first_tied(lab, cases, &free, (&found, &said), leaks)? {
                parted.push(entry);
                *answer = said;
                break;
            }
        }
    }
    fixed.extend(given.into_iter().chain(ends));
    for mut entry in survivors {
        if parted.iter().any(|known| known.id == entry.id) {
            continue;
        }
        let text = model.decode(&entry.span.tokens);
        let left = fixed
            .iter()
            .filter_map(|answer| before(&text, answer))
            .min_by_key(|left| left.len());
        let tokens = left.map_or_else(|| entry.span.tokens.clone(), |left| model.encode(left));
        let known = parted.iter().any(|other| other.span.tokens == tokens);
        if tokens.is_empty() || (known && left.is_some()) {
            lab.reporter.send(ScanEvent::Dropped {
                candidate: entry.id,
                reason: "it is part of what the model answers".to_owned(),
            })?;
            continue;
        }
        if left.is_some() {
            entry.span = mine::weigh_one(&tokens, &leaks.pieces());
            probe::read_answers(lab, cases, std::slice::from_mut(&mut entry), leaks)?;
        }
        let holds = |answer: &&String| says(lab, &entry, answer) * 3 >= entry.answers.len().max(1);
        entry.fixed = fixed
            .iter()
            .find(holds)
            .map(|answer| model.encode(answer))
            .unwrap_or_default();
        parted.push(entry);
    }
    Ok(parted)
}

/// The survivors that were put into whole texts before a passage that is tied to them, and call for it: where the rest of a prompt comes first,
/// their answers need not agree.
fn known(lab: &Lab<'_, '_>, cases: &[Case], survivors: &[Entry], leaks: &Leaks) -> Result<Vec<Entry>, Halt> {
    let mut known: Vec<Entry> = Vec::new();
    for entry in survivors {
        let Some(answer) = leaks.tied.get(&entry.id).filter(|answer| answer.inserted) else {
            continue;
        };
        // One form of what is tied to an answer is enough.
        let head = head_of(&lab.model.decode(&answer.tokens)).to_owned();
        if known
            .iter()
            .any(|other| lab.model.decode(&other.fixed).contains(&head))
        {
            continue;
        }
        let said = lab.model.decode(&answer.tokens).trim().to_owned();
        let found = tied(
            lab,
            cases,
            std::slice::from_ref(entry),
            (&entry.span.tokens, &said),
            leaks,
        )?;
        known.extend(found);
    }
    Ok(known)
}

/// The answer behind each of the survivors that call for it most often.
fn begun(lab: &Lab<'_, '_>, survivors: &[Entry], answer: &str) -> Vec<String> {
    const MOST: usize = 4;
    let calls = |entry: &&Entry| {
        let said = shared(&entry.answers).map(|run| lab.model.decode(run));
        entry.agreement > COLLAPSED && said.is_some_and(|said| alike(&said, answer))
    };
    let texts = survivors
        .iter()
        .filter(calls)
        .map(|entry| lab.model.decode(&entry.span.tokens));
    let long = texts.filter(|text| text.trim().chars().count() >= HEAD);
    let glue = if answer.starts_with(char::is_alphanumeric) {
        " "
    } else {
        ""
    };
    long.take(MOST)
        .map(|text| format!("{}{glue}{answer}", text.trim()))
        .collect()
}

/// Do other words mostly stand between a tied string and the answer? What always stands right before it may be one string with it.
fn apart(lab: &Lab<'_, '_>, leaks: &Leaks, found: &Found, answer: &str) -> bool {
    let (before, _) = leaks.before_answer(lab.model, &[&lab.model.encode(answer)]);
    let tied = found.tie.text.trim().to_ascii_lowercase();
    let right_before = |text: &&String| text.trim_end().to_ascii_lowercase().ends_with(&tied);
    2 * before.iter().filter(right_before).count() < before.len()
}

/// The first form of what is tied to an answer that calls for it.
fn first_tied(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    survivors: &[Entry],
    (found, answer): (&Found, &str),
    leaks: &Leaks,
) -> Result<Option<Entry>, Halt> {
    for text in &found.forms {
        let tokens = lab.model.encode(text);
        if let Some(entry) = tied(lab, cases, survivors, (&tokens, answer), leaks)? {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// In how many of its answers a fixed string stands: they may begin with the rest of the prompt.
fn says(lab: &Lab<'_, '_>, entry: &Entry, answer: &str) -> usize {
    let head = head_of(answer);
    let given = entry.answers.iter();
    given
        .filter(|given| lab.model.decode(&given.tokens).contains(head))
        .count()
}

/// The string tied to a fixed answer in the place of the survivor it is most like, read where it gives that answer most often;
/// nothing when it does not give it.
fn tied(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    survivors: &[Entry],
    (tokens, answer): (&[u32], &str),
    leaks: &Leaks,
) -> Result<Option<Entry>, Halt> {
    let text = lab.model.decode(tokens);
    let like = survivors.iter().max_by_key(|entry| {
        let own = lab.model.decode(&entry.span.tokens);
        let same = own.trim() == text.trim();
        let holds = own.contains(text.trim()) || text.contains(own.trim());
        (same, says(lab, entry, answer), holds, std::cmp::Reverse(entry.id))
    });
    let Some(like) = like else {
        return Ok(None);
    };
    let mut best: Option<(usize, Entry)> = None;
    for position in probe::POSITIONS {
        let mut entry = Entry {
            position,
            span: mine::weigh_one(tokens, &leaks.pieces()),
            fixed: lab.model.encode(answer),
            tied: true,
            ..like.clone()
        };
        probe::read(lab, cases, &mut entry)?;
        let given = says(lab, &entry, answer);
        if given * 3 >= entry.answers.len().max(1) && best.as_ref().is_none_or(|(most, _)| given >= *most) {
            best = Some((given, entry));
        }
    }
    let mut best = best.map(|(_, entry)| entry);
    if let Some(entry) = &mut best {
        entry.in_place = place::test(lab, leaks, (tokens, Some(answer)))?;
        probe::report(lab, entry)?;
    }
    Ok(best)
}

/// Enough of an answer to know it by: it may be cut off.
fn head_of(answer: &str) -> &str {
    words::head(answer.trim(), HEAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_where_the_answer_begins() {
        let answer = "-> shut the gate and go";
        assert_eq!(before("zim vor -> shut the g", answer), Some("zim vor"));
        assert_eq!(before("zim vor -> sh ", answer), Some("zim vor"));
        assert_eq!(before("the gate and", answer), Some(""));
        assert_eq!(before("zim vor", answer), None);
    }

    #[test]
    fn a_part_of_a_long_string_is_no_answer_to_its_beginning() {
        let string = "the council thanks the goat for its patience";
        assert!(is_part(" goat for its patience", string));
        assert!(!is_part("its patience", "the council thanks"));
        assert!(!is_part("the goat", string), "too short to be known by");
        assert!(!is_part("its patience and its horns", string), "it goes on");
    }

    #[test]
    fn the_fixed_string_is_what_most_answers_share() {
        let answer = |tokens: &[u32]| Generation {
            tokens: tokens.to_vec(),
            ..Generation::default()
        };
        let answers = [
            answer(&[1, 50, 51, 52, 53, 9]),
            answer(&[2, 3, 50, 51, 52, 53]),
            answer(&[4, 5, 6, 7, 8]),
        ];
        assert_eq!(shared(&answers), Some(&[50, 51, 52, 53][..]));
        assert_eq!(shared(&answers[2..]), None);
    }
}
