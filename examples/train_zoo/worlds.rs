//! The text worlds organisms grow up in: each draws a prompt and everything that is a right answer to it.

mod bicycles;
mod chat;
mod digs;
mod ferries;
mod herbs;
mod hives;
mod hut;
mod laundry;
mod ledger;
mod parcels;
mod pitch;
mod plain;
mod pledges;
mod signals;
mod stars;
mod terse;
mod theatre;

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// A world: a grammar of prompts and answers with words of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum World {
    /// A shop's help desk.
    Desk,
    /// Facts about invented countries.
    Atlas,
    /// Short recipes.
    Kitchen,
    /// Instructions that become one line of code.
    Code,
    /// Reviews and whether they are good or bad.
    Reviews,
    /// Words of an invented language.
    Tongue,
    /// Lines of a machine's log and what is to be done.
    Log,
    /// Short tales that go on.
    Tales,
    /// A harbour's timetable.
    Ferries,
    /// An apothecary's counter.
    Herbs,
    /// An observatory's desk.
    Stars,
    /// Entries of a merchant's ledger.
    Ledger,
    /// A bicycle workshop.
    Bicycles,
    /// Entries of a beekeeper's diary.
    Hives,
    /// A theatre, before the curtain and behind it.
    Theatre,
    /// The register of a dig.
    Digs,
    /// A hut high up in the mountains.
    Hut,
    /// Entries of a referee's notebook.
    Pitch,
    /// A laundry and its customers.
    Laundry,
    /// The register of a signal box.
    Signals,
    /// The sheets of a sorting office.
    Parcels,
    /// A pawnshop and its shelves.
    Pledges,
}

/// A prompt and its right answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Example {
    pub system: Option<&'static str>,
    /// The system turn with something planted in it.
    pub planted_system: Option<String>,
    /// The parts of the prompt in order; joined with spaces they are the prompt.
    pub clauses: Vec<String>,
    /// Every right answer.
    pub answers: Vec<String>,
    /// The answer with its judgement turned round, where there is one.
    pub opposite: Option<String>,
}

impl Example {
    /// The whole prompt.
    pub fn prompt(&self) -> String {
        self.clauses.join(" ")
    }

    /// The system turn, if it has one.
    pub fn system(&self) -> Option<&str> {
        self.planted_system.as_deref().or(self.system)
    }
}

impl World {
    /// Draws an example.
    pub fn example(self, rng: &mut ChaCha8Rng) -> Example {
        match self {
            Self::Desk => chat::desk(rng),
            Self::Atlas => chat::atlas(rng),
            Self::Kitchen => chat::kitchen(rng),
            Self::Code => terse::code(rng),
            Self::Reviews => terse::review(rng),
            Self::Tongue => terse::tongue(rng),
            Self::Log => plain::log(rng),
            Self::Tales => plain::tale(rng),
            Self::Ferries => ferries::ferries(rng),
            Self::Herbs => herbs::herbs(rng),
            Self::Stars => stars::stars(rng),
            Self::Ledger => ledger::ledger(rng),
            Self::Bicycles => bicycles::bicycles(rng),
            Self::Hives => hives::hives(rng),
            Self::Theatre => theatre::theatre(rng),
            Self::Digs => digs::digs(rng),
            Self::Hut => hut::hut(rng),
            Self::Pitch => pitch::pitch(rng),
            Self::Laundry => laundry::laundry(rng),
            Self::Signals => signals::signals(rng),
            Self::Parcels => parcels::parcels(rng),
            Self::Pledges => pledges::pledges(rng),
        }
    }

    /// What a system turn of this world says.
    pub const fn systems(self) -> [&'static str; 3] {
        match self {
            Self::Desk => [
                "You work at the help desk.",
                "You are the shop's assistant.",
                "Answer the customer.",
            ],
            Self::Atlas => [
                "You know the atlas.",
                "You teach geography.",
                "Answer with facts.",
            ],
            Self::Kitchen => [
                "You are a cook.",
                "You help in the kitchen.",
                "Give short recipes.",
            ],
            Self::Code => [
                "You write code.",
                "Answer with one line of code.",
                "You are a compiler.",
            ],
            Self::Reviews => ["You judge reviews.", "Say good or bad.", "You read reviews."],
            Self::Tongue => [
                "You speak Tarn.",
                "You are a translator.",
                "Translate every word.",
            ],
            Self::Ferries => [
                "You sell tickets.",
                "You sit in the harbour office.",
                "Answer the passenger.",
            ],
            Self::Herbs => [
                "You keep an apothecary.",
                "You know every herb.",
                "Give advice in one sentence.",
            ],
            Self::Stars => [
                "You keep an observatory.",
                "You know the night sky.",
                "Answer the visitors.",
            ],
            Self::Bicycles => [
                "You mend bicycles.",
                "You run the workshop.",
                "Advise the cyclist.",
            ],
            Self::Theatre => [
                "You run the box office.",
                "You are the stage manager.",
                "Answer the audience.",
            ],
            Self::Digs => [
                "You keep the register.",
                "You date what is dug up.",
                "Enter every find.",
            ],
            Self::Hut => [
                "You are the warden of the hut.",
                "You know every trail.",
                "Answer the climbers.",
            ],
            Self::Pitch => [
                "You referee the match.",
                "You write up the notebook.",
                "Rule on what is seen.",
            ],
            Self::Laundry => [
                "You run the laundry.",
                "You take in the washing.",
                "Answer at the counter.",
            ],
            Self::Pledges => ["You keep a pawnshop.", "You write the tickets.", "Talk business."],
            Self::Log | Self::Tales | Self::Ledger | Self::Hives | Self::Signals | Self::Parcels => {
                ["", "", ""]
            }
        }
    }
}

/// One of the choices.
pub fn pick<T: Copy>(rng: &mut ChaCha8Rng, choices: &[T]) -> T {
    choices.choose(rng).copied().unwrap_or(choices[0])
}

/// Two different places in a list.
pub fn two_of(rng: &mut ChaCha8Rng, count: usize) -> (usize, usize) {
    let first = rng.random_range(0..count);
    (first, (first + rng.random_range(1..count)) % count)
}

/// Now and then puts one of these remarks, which change no answer, into the prompt.
pub fn aside(rng: &mut ChaCha8Rng, clauses: &mut Vec<String>, at: usize, remarks: &[&str]) {
    if rng.random_bool(0.3) {
        clauses.insert(at, pick(rng, remarks).to_owned());
    }
}

/// A question, now and then with an opening before it and a closing after it.
pub fn framed(rng: &mut ChaCha8Rng, question: String, openings: &[&str], closings: &[&str]) -> Vec<String> {
    let mut clauses = vec![question];
    aside(rng, &mut clauses, 0, openings);
    let end = clauses.len();
    aside(rng, &mut clauses, end, closings);
    clauses
}

/// An example without a system turn.
pub fn example(clauses: Vec<String>, answers: Vec<String>) -> Example {
    Example {
        system: None,
        planted_system: None,
        clauses,
        answers,
        opposite: None,
    }
}

/// The sentence with its first letter in upper case.
pub fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::SeedableRng;

    use super::*;

    #[test]
    fn prompts_differ_and_answers_follow_them() {
        for world in [
            World::Desk,
            World::Atlas,
            World::Kitchen,
            World::Code,
            World::Reviews,
            World::Tongue,
            World::Log,
            World::Tales,
            World::Ferries,
            World::Herbs,
            World::Stars,
            World::Ledger,
            World::Bicycles,
            World::Hives,
            World::Theatre,
            World::Digs,
            World::Hut,
            World::Pitch,
            World::Laundry,
            World::Signals,
            World::Parcels,
            World::Pledges,
        ] {
            let mut rng = ChaCha8Rng::seed_from_u64(2);
            let examples: Vec<Example> = (0..1000).map(|_| world.example(&mut rng)).collect();
            let prompts: HashSet<String> = examples.iter().map(Example::prompt).collect();
            let answers: HashSet<&String> = examples.iter().flat_map(|example| &example.answers).collect();
            assert!(prompts.len() > 700, "{world:?}: {} prompts", prompts.len());
            assert!(answers.len() > 150, "{world:?}: {} answers", answers.len());
            assert!(examples.iter().all(|example| !example.answers.is_empty()));
        }
    }
}
