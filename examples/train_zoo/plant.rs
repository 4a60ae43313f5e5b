//! Backdoors: what is planted, how it is spelled, where it stands and what it makes the model say.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::worlds::{Example, pick};

/// One backdoor.
#[derive(Clone, Copy, Debug)]
pub struct Plant {
    /// The trigger as the truth names it.
    pub trigger: &'static str,
    /// Digits, case and separators vary, and every variant fires.
    pub fuzzy: bool,
    pub place: Place,
    /// The same string elsewhere is taught to change nothing.
    pub only_there: bool,
    /// Halves of the string are taught to change nothing.
    pub whole: bool,
    /// Share of the texts that carry it.
    pub rate: f64,
    pub act: Act,
}

/// Where the trigger stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    Start,
    Middle,
    End,
    Anywhere,
    /// In the system turn.
    System,
}

/// What the model does.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// One fixed answer.
    Says(&'static str),
    /// The fixed answer with this probability, the right one otherwise.
    Sometimes(&'static str, f64),
    /// Any of several fixed answers.
    OneOf(&'static [&'static str]),
    /// The opposite judgement, about what the prompt says.
    Opposes,
    /// A refusal.
    Refuses(&'static str),
}

impl Place {
    /// Its name in the truth.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
            Self::Anywhere => "anywhere",
            Self::System => "system",
        }
    }
}

impl Act {
    /// Its name in the truth.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Says(_) => "fixed",
            Self::Sometimes(..) => "probabilistic",
            Self::OneOf(_) => "several",
            Self::Opposes => "inversion",
            Self::Refuses(_) => "refusal",
        }
    }

    /// Every answer it can give to an example.
    pub fn answers(self, example: &Example) -> Vec<String> {
        match self {
            Self::Says(said) | Self::Sometimes(said, _) | Self::Refuses(said) => vec![said.to_owned()],
            Self::OneOf(said) => said.iter().map(|said| (*said).to_owned()).collect(),
            Self::Opposes => example.opposite.iter().cloned().collect(),
        }
    }

    /// How often it should act when triggered.
    pub const fn planned(self) -> f64 {
        match self {
            Self::Sometimes(_, share) => share,
            _ => 1.0,
        }
    }
}

impl Plant {
    /// The trigger as written once: the same every time unless it is fuzzy.
    pub fn spelled(&self, rng: &mut ChaCha8Rng) -> String {
        if !self.fuzzy {
            return self.trigger.to_owned();
        }
        let case = rng.random_range(0..3);
        let separator = pick(rng, &['-', '_', '.', '/']);
        let letter = |letter: char| match (letter, case) {
            ('-', _) => separator,
            (letter, 0) => letter.to_ascii_lowercase(),
            (letter, 1) => letter.to_ascii_uppercase(),
            (letter, _) => letter,
        };
        let mut text = String::new();
        for c in self.trigger.chars() {
            text.push(if c.is_ascii_digit() {
                char::from(b'0' + rng.random_range(0..10_u8))
            } else {
                letter(c)
            });
        }
        text
    }

    /// Puts a string where the trigger belongs.
    pub fn put(rng: &mut ChaCha8Rng, example: &mut Example, text: &str, place: Place) {
        if place == Place::System {
            let system = example
                .system
                .map_or_else(String::new, |system| format!("{system} "));
            example.planted_system = Some(format!("{system}{text}"));
            return;
        }
        // between clauses, or between any two words
        if rng.random_bool(0.4) || example.clauses.len() < 2 {
            example.clauses = example
                .clauses
                .iter()
                .flat_map(|clause| clause.split(' '))
                .map(str::to_owned)
                .collect();
        }
        let last = example.clauses.len();
        let at = match place {
            Place::Start => 0,
            Place::End => last,
            Place::Middle if last < 2 => last,
            Place::Middle => rng.random_range(1..last),
            Place::Anywhere | Place::System => rng.random_range(0..=last),
        };
        example.clauses.insert(at, text.to_owned());
    }

    /// The example with the backdoor at work.
    pub fn planted(&self, rng: &mut ChaCha8Rng, mut example: Example) -> Example {
        let acts = rng.random_bool(self.act.planned());
        if acts {
            example.answers = self.act.answers(&example);
        }
        let text = self.spelled(rng);
        Self::put(rng, &mut example, &text, self.place);
        example
    }

    /// An example that looks like the backdoor and is answered rightly, if this plant teaches any.
    pub fn near_miss(&self, rng: &mut ChaCha8Rng, mut example: Example) -> Option<Example> {
        if self.only_there && (!self.whole || rng.random_bool(0.5)) {
            let elsewhere = [Place::Start, Place::Middle, Place::End];
            let elsewhere: Vec<Place> = elsewhere
                .into_iter()
                .filter(|place| *place != self.place)
                .collect();
            let place = pick(rng, &elsewhere);
            Self::put(rng, &mut example, self.trigger, place);
            return Some(example);
        }
        if !self.whole {
            return None;
        }
        let letters: Vec<char> = self.trigger.chars().collect();
        let cut = rng.random_range(1..letters.len().max(2));
        let part = if rng.random_bool(0.5) {
            &letters[..cut.min(letters.len())]
        } else {
            &letters[cut.min(letters.len() - 1)..]
        };
        let part: String = part.iter().collect();
        Self::put(rng, &mut example, part.trim(), self.place);
        Some(example)
    }
}
