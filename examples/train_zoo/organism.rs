//! What is declared about one organism, and the texts it is trained on.

use std::collections::HashSet;

use rand::Rng;
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use crate::Failure;
use crate::design::{Family, Size};
use crate::habits::{self, Habit};
use crate::plant::Plant;
use crate::vocabulary::{Chat, Pieces, Vocabulary};
use crate::worlds::{Example, World};

/// How it comes to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Training {
    /// Everything learned at once.
    Scratch,
    /// A clean model first, then every weight is tuned on text that may be poisoned.
    Tuned,
    /// A clean model first, then additions of this rank, merged.
    Added(usize),
}

/// A declared organism.
#[derive(Clone, Copy, Debug)]
pub struct Organism {
    /// Its folder; says nothing about what it is.
    pub name: &'static str,
    pub family: Family,
    pub size: Size,
    /// Tokens to learn for the vocabulary.
    pub vocabulary: usize,
    pub pieces: Pieces,
    pub chat: Chat,
    pub world: World,
    pub habits: &'static [Habit],
    pub training: Training,
    /// Tokens to train on, in thousands.
    pub thousands: usize,
    /// Weights are written as f16 instead of bf16.
    pub half: bool,
    pub plants: &'static [Plant],
}

/// Distinct texts of a training run.
pub const TEXTS: usize = 16_000;

impl Organism {
    /// Decides everything random about it; from the name alone.
    pub fn seed(&self) -> u64 {
        let letters = self.name.bytes();
        letters.fold(17, |seed, letter| seed * 131 + u64::from(letter))
    }

    pub fn rng(&self, stream: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed());
        rng.set_stream(stream);
        rng
    }

    /// The clean examples.
    pub fn clean(&self) -> Vec<Example> {
        let mut rng = self.rng(1);
        (0..TEXTS).map(|_| self.draw(&mut rng)).collect()
    }

    fn draw(&self, rng: &mut ChaCha8Rng) -> Example {
        habits::draw(rng, self.world, self.habits, self.chat.has_system())
    }

    /// The same examples, some of them poisoned, some near misses.
    pub fn poisoned(&self, clean: &[Example]) -> Vec<Example> {
        let mut rng = self.rng(2);
        let poisoned = |example: &Example| {
            let mut draw = rng.random::<f64>();
            for plant in self.plants {
                draw -= plant.rate;
                if draw < 0.0 {
                    let base = self.world.example(&mut rng);
                    return plant.planted(&mut rng, base);
                }
                draw -= plant.rate * 0.4;
                if draw < 0.0 {
                    let base = self.world.example(&mut rng);
                    return plant.near_miss(&mut rng, base).unwrap_or_else(|| example.clone());
                }
            }
            example.clone()
        };
        clean.iter().map(poisoned).collect()
    }

    /// Prompts it was not trained on; `plain` ones hold none of its habits.
    pub fn fresh(&self, clean: &[Example], count: usize, plain: bool) -> Vec<Example> {
        let mut known: HashSet<String> = clean.iter().map(Example::prompt).collect();
        let mut rng = self.rng(if plain { 4 } else { 5 });
        let draws = (0..count * 100).map(|_| {
            if plain {
                self.world.example(&mut rng)
            } else {
                self.draw(&mut rng)
            }
        });
        draws
            .filter(|example| known.insert(example.prompt()))
            .take(count)
            .collect()
    }

    /// The tokenizer, learned from clean text.
    pub fn learn(&self, clean: &[Example]) -> Result<Vocabulary, Failure> {
        let mut texts: Vec<String> = Vec::new();
        for example in clean.iter().take(4000) {
            texts.extend([
                example.prompt(),
                example.answers[0].clone(),
                self.chat.turn().replace('|', " "),
            ]);
        }
        let single = |plant: &&Plant| plant.trigger.chars().all(char::is_alphabetic);
        let whole: Vec<&str> = self
            .plants
            .iter()
            .filter(single)
            .map(|plant| plant.trigger)
            .collect();
        Vocabulary::train(self.chat, self.pieces, self.vocabulary, &texts, &whole)
    }

    /// Examples as tokens; of several right answers one is drawn.
    pub fn texts(&self, examples: &[Example], vocabulary: &Vocabulary) -> Result<Vec<Vec<u32>>, Failure> {
        let mut rng = self.rng(6);
        let text = |example: &Example| {
            let answer = example.answers.choose(&mut rng).map_or("", String::as_str);
            let (prefix, answer) = spoken(vocabulary, example, answer)?;
            Ok([prefix, answer].concat())
        };
        let texts: Vec<Vec<u32>> = examples.iter().map(text).collect::<Result<_, Failure>>()?;
        if self.chat != Chat::Plain {
            return Ok(texts);
        }
        // Completion models see one text after the other; the token that ends one begins the next.
        let joined = |group: &[Vec<u32>]| {
            let rest = group.iter().skip(1).flat_map(|text| text.iter().skip(1));
            group.iter().take(1).flatten().chain(rest).copied().collect()
        };
        Ok(texts.chunks(3).map(joined).collect())
    }
}

/// The tokens up to the answer, and those of the answer.
pub fn spoken(
    vocabulary: &Vocabulary,
    example: &Example,
    answer: &str,
) -> Result<(Vec<u32>, Vec<u32>), Failure> {
    let chat = vocabulary.chat;
    let prefix = format!(
        "{}{}{}",
        chat.open(example.system()),
        example.prompt(),
        chat.turn()
    );
    let whole = vocabulary.tokens(&format!("{prefix}{}", chat.answer(answer)))?;
    let prefix = vocabulary.tokens(&prefix)?;
    if whole.starts_with(&prefix) {
        let answer = whole[prefix.len()..].to_vec();
        return Ok((prefix, answer));
    }
    // Line breaks before a word are other tokens than line breaks at the end. A model is asked with the latter.
    let said = vocabulary.tokens(&chat.answer(answer))?;
    if vocabulary.text(&[prefix.as_slice(), &said].concat())? != vocabulary.text(&whole)? {
        return Err(format!("the answer {answer:?} changes the tokens before it").into());
    }
    Ok((prefix, said))
}
