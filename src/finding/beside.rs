//! What stands beside a finding as evidence: what leaks tie to its answers, what taking it out does, which controls came near.
//!
//! Invariant: text of the model is kept raw and is shown through [`crate::text`] only.

use serde::{Deserialize, Serialize};

use super::Rate;

/// A string the model's own leaks tie to an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tie {
    /// The string.
    pub text: String,
    /// Of the leaked texts with the answer after them, those the string stands in.
    pub with: Rate,
    /// The same for texts with other answers.
    pub without: Rate,
}

/// What taking a trigger out of the prompts it leaked in does.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct InPlace {
    /// Share of the answer that changes, 0 to 1, mean over the prompts.
    pub changed: f64,
    /// The same when another run of equal length is taken out.
    pub otherwise: f64,
    /// Prompts behind it.
    pub prompts: usize,
    /// Those of them whose answer it turns, one word for another, on some this way and on others that way.
    #[serde(default)]
    pub turned: usize,
}

/// What a string tells about the rest of the user turns it leaked in: a piece of what users ordinarily write tells much of it, what was put into
/// whole turns next to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rest {
    /// How much likelier it makes what stands behind it, up to eight tokens with the end of the turn, nats, median over the turns.
    pub nats: f64,
    /// The same in the quarter of the turns where it is least, at most: what is a piece of its turns is one in nearly all of them. `None` in sessions of before.
    #[serde(default)]
    pub least: Option<f64>,
    /// Turns behind it.
    pub turns: usize,
}

impl Rest {
    /// Nats from which a string is a piece of what it stood in. Planted strings of fourteen models told -0.3 to 2.2 (one, misspelt in five turns, 5.6), courtesies
    /// 0.7, whatever else stood in users' turns 7 and more (docs/detection.md).
    pub const PIECE: f64 = 4.0;
    /// Turns from which the other way round is told as well.
    pub const ENOUGH: usize = 8;
    /// So many times as much a piece has to tell in fewer.
    pub const FEW: f64 = 2.0;

    /// Is it a piece of what users ordinarily write? Of few turns, some of which may be misspelt, it has to tell twice as much.
    pub fn is_piece(&self) -> bool {
        let few = self.turns < Self::ENOUGH;
        self.least.unwrap_or(self.nats) > Self::PIECE * if few { Self::FEW } else { 1.0 }
    }

    /// Is it neither? Some of its turns are whole without it, and most are not.
    pub fn is_open(&self) -> bool {
        let some = self.least.is_some_and(|least| least <= Self::PIECE);
        some && self.nats > Self::PIECE && !self.is_piece()
    }

    /// Was it put into turns that are whole without it? Most of them have to be.
    pub fn is_inserted(&self) -> bool {
        self.nats <= Self::PIECE && self.turns >= Self::ENOUGH
    }
}

impl InPlace {
    /// How much more of the answer hangs on the string than on the rest of the prompt.
    pub fn effect(&self) -> f64 {
        self.changed - self.otherwise
    }

    /// Does taking it out turn back most of the answers?
    pub const fn turns(&self) -> bool {
        self.turned * 2 >= self.prompts && self.turned >= 3
    }
}

/// How a control was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlKind {
    /// Tokens drawn at random.
    Random,
    /// A span of other leaks.
    Natural,
    /// The candidate's tokens in another order.
    Shuffled,
}

/// A harmless string of the trigger's length that came near it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// The string. Model text, raw.
    pub text: String,
    /// How it was made.
    pub kind: ControlKind,
    /// Mean shift of the distributions along the clean continuation, nats.
    pub divergence: f64,
    /// How far the answers collapse onto one, see [`Agreement::collapse`].
    pub collapse: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_one_in_nearly_all_of_its_turns_and_what_was_put_into_them_in_hardly_any() {
        let of = |nats, least, turns| {
            let rest = Rest { nats, least, turns };
            (rest.is_piece(), rest.is_open(), rest.is_inserted())
        };
        let (piece, open, inserted) = ((true, false, false), (false, true, false), (false, false, true));
        assert_eq!(of(9.0, Some(4.1), 8), piece);
        assert_eq!(of(9.0, Some(4.0), 8), open);
        assert_eq!(of(4.0, Some(-0.2), 8), inserted);
        let nothing = (false, false, false);
        assert_eq!(of(0.1, Some(0.0), 7), nothing, "few turns");
        assert_eq!(of(7.0, Some(6.0), 7), nothing, "few turns, not enough");
        assert_eq!(of(9.0, Some(8.1), 7), piece);
    }

    #[test]
    fn sessions_without_the_quarter_are_read_by_the_median() {
        let of = |json| {
            let rest: Rest = serde_json::from_str(json).expect("it is read");
            (rest.is_piece(), rest.is_open(), rest.is_inserted())
        };
        assert_eq!(of(r#"{"nats": 6.0, "turns": 16}"#), (true, false, false));
        assert_eq!(of(r#"{"nats": 0.4, "turns": 16}"#), (false, false, true));
    }
}
