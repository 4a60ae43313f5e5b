//! The contexts a model is asked to leak in: the arms candidates are measured in, and contexts beside them that it is only asked in.
//!
//! Invariant: what was asked is told exactly: every context carries the text and the tokens that stood before the leak.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    controls,
    event::{Arm, ModelFacts, PLAIN},
    plan::{self, Plan},
};
use crate::model::{Context, Frame, Model, ModelError};

/// Arms with their frames, and sentences about those that could not be used.
pub type Arms = (Vec<(Arm, Frame)>, Vec<String>);

/// The arms of a scan, and sentences about those that could not be used.
pub fn arms(model: &Model, plan: &Plan) -> Result<Arms, ModelError> {
    arms_of(model.facts(), &|context| model.frame(context), plan)
}

/// The same for a model that need not be open.
pub fn arms_of(
    facts: &ModelFacts,
    frame_of: &dyn Fn(&Context) -> Result<Frame, ModelError>,
    plan: &Plan,
) -> Result<Arms, ModelError> {
    let mut arms = Vec::new();
    let mut skipped = Vec::new();
    let named = |name: &str, frame: Frame| {
        let arm = Arm {
            name: name.to_owned(),
            prefix: frame.prefix_text.clone(),
            suffix: frame.suffix_text.clone(),
            prefix_tokens: frame.prefix.clone(),
            suffix_tokens: frame.suffix.clone(),
        };
        (arm, frame)
    };
    if facts.template {
        match frame_of(&Context::Template) {
            Ok(frame) => arms.push(named("template", frame)),
            Err(error) => skipped.push(format!("Arm template was left out: {error}.")),
        }
    } else {
        skipped.push(
            "The model has no chat template: it was asked as a plain completion model only.".to_owned(),
        );
    }
    if arms.is_empty() {
        arms.push(named(PLAIN, frame_of(&Context::Plain)?));
    }
    for own in &plan.arms {
        if !facts.template {
            skipped.push(format!(
                "Arm {} was left out: without a chat template there is no system turn.",
                own.name
            ));
            continue;
        }
        match frame_of(&Context::System(own.system.clone())) {
            Ok(frame) if !fits(&frame, facts.context) => skipped.push(format!(
                "Arm {} was left out: its {} tokens leave too little of the model's context of {}.",
                own.name,
                frame.prefix.len(),
                facts.context
            )),
            Ok(frame) => arms.push(named(&own.name, frame)),
            Err(error) => skipped.push(format!("Arm {} was left out: {error}.", own.name)),
        }
    }
    Ok((arms, skipped))
}

/// Is there room for a prompt, a string in it and an answer?
fn fits(frame: &Frame, context: usize) -> bool {
    const ROOM: usize = 192;
    frame.prefix.len() + frame.suffix.len() + ROOM <= context
}

/// A context a model is asked in.
#[derive(Debug, Clone)]
pub struct Asked {
    /// How it is shown.
    pub arm: Arm,
    /// Tokens before the leak.
    pub prefix: Vec<u32>,
    /// Does the leak go on with the user's turn? It may begin with a system turn otherwise.
    pub in_user: bool,
    /// Tokens of ours that the model may merely repeat.
    pub noise: Vec<u32>,
}

impl Asked {
    /// The arm itself.
    pub fn own(arm: &Arm, frame: &Frame) -> Self {
        Self {
            arm: arm.clone(),
            prefix: frame.prefix.clone(),
            in_user: true,
            noise: Vec::new(),
        }
    }
}

/// The name of the random-token arm.
pub const RANDOM: &str = "random tokens";
/// Random tokens of the random-token arm, and how often they are repeated (Bullwinkel et al. 2026).
const NOISE: usize = 16;
const REPEATED: usize = 25;

/// Contexts beside the model's own arm: an empty system turn and an open one where the template has room for it, the begin-of-sequence
/// token alone, and random tokens as the user's first words.
pub fn beside(model: &Model, plan: &Plan, arm: &Arm, frame: &Frame) -> Vec<Asked> {
    let mut beside = Vec::new();
    let context = model.facts().context;
    let asked = |name: &str, prefix: Vec<u32>, text: String, in_user: bool, noise: Vec<u32>| Asked {
        arm: Arm {
            name: name.to_owned(),
            prefix: text,
            prefix_tokens: prefix.clone(),
            ..arm.clone()
        },
        prefix,
        in_user,
        noise,
    };
    if !frame.suffix.is_empty() {
        if let Ok(empty) = model.frame(&Context::System(String::new()))
            && empty.prefix != frame.prefix
        {
            beside.push(asked(
                "empty system",
                empty.prefix,
                empty.prefix_text,
                true,
                Vec::new(),
            ));
        }
        if let Some(slot) = slot(model) {
            let text = model.decode(&slot.head);
            beside.push(asked("open system", slot.head, text, false, Vec::new()));
        }
        if let Ok(bare) = model.frame(&Context::Plain)
            && bare.prefix != frame.prefix
            && !bare.prefix.is_empty()
        {
            beside.push(asked(
                "begin token",
                bare.prefix,
                bare.prefix_text,
                false,
                Vec::new(),
            ));
        }
    }
    let ordinary = controls::ordinary(model);
    let mut rng = ChaCha8Rng::seed_from_u64(plan::mix(plan.seed, 2000));
    let mut draw = |_| {
        let at = rng.random_range(0..ordinary.len().max(1));
        ordinary.get(at).copied()
    };
    let noise: Option<Vec<u32>> = (0..NOISE).map(&mut draw).collect();
    // A quarter of the context at most: a leak has to fit behind it.
    let fits = (context / 4).saturating_sub(frame.prefix.len()) / NOISE;
    if let Some(noise) = noise.filter(|_| fits > 0) {
        let prefix = [frame.prefix.clone(), noise.repeat(fits.min(REPEATED))].concat();
        let text = model.decode(&prefix);
        beside.push(asked(RANDOM, prefix, text, true, noise));
    }
    beside
}

/// What stands before and after the text of a system turn, in tokens; `None` where the template has no room for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Tokens before the text.
    pub head: Vec<u32>,
    /// Tokens after it, up to the user's text.
    pub tail: Vec<u32>,
}

/// The slot of a frame's system turn, found by what two different texts have in common around them.
pub fn slot(model: &Model) -> Option<Slot> {
    let frame = |text: &str| model.frame(&Context::System(text.to_owned())).ok();
    let (a, b) = (frame("Quartz")?.prefix, frame("Below")?.prefix);
    let same = |(a, b): &(&u32, &u32)| a == b;
    let head = a.iter().zip(&b).take_while(same).count();
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    if head == 0 || tail == 0 || head + tail >= a.len().min(b.len()) {
        return None;
    }
    Some(Slot {
        head: a.get(..head)?.to_vec(),
        tail: a.get(a.len() - tail..)?.to_vec(),
    })
}
