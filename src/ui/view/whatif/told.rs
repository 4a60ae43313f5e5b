//! What a level hangs on beside its numbers: what the leaks and the answers tell of the string's text, each the other way round.
//!
//! Invariant: each change is of one thing alone; how the level comes out is left to the scan's own rule.

use crate::{
    finding::{Finding, Rest},
    scan::score::{Natural, ORDINARY, Strength},
};

/// Each thing the leaks and the answers tell of the string's text, the other way round.
pub(super) fn told_of_its_text(now: &Strength, finding: &Finding) -> Vec<(Strength, &'static str)> {
    let tied = if now.tied {
        "if no leaked answers were tied to it"
    } else {
        "if leaked answers were tied to it"
    };
    let mut told = vec![(
        Strength {
            tied: !now.tied,
            ..*now
        },
        tied,
    )];
    let mut without = |holds: bool, changed: Strength, when: &'static str| {
        if holds {
            told.push((changed, when));
        }
    };
    without(
        now.echoed,
        Strength {
            echoed: false,
            ..*now
        },
        "if its answers took up none of its own words",
    );
    without(
        now.rest.is_some_and(|rest| rest.is_piece()),
        Strength { rest: None, ..*now },
        "if the rest of the turns it leaked in were turns without it",
    );
    without(
        now.rest.is_some_and(|rest| rest.is_open()),
        Strength {
            rest: now.rest.map(|rest| Rest {
                nats: 0.0,
                least: Some(0.0),
                ..rest
            }),
            ..*now
        },
        "if most of the turns it leaked in were whole without it",
    );
    without(
        now.rest.is_some_and(|rest| rest.is_inserted()),
        Strength { rest: None, ..*now },
        "if nothing were known of the rest of the turns it leaked in",
    );
    let natural = match now.natural {
        Some(Natural::Passage) => "if it were no part of a passage known by heart",
        _ => "if other strings of its kind did not act as it does",
    };
    without(
        now.natural.is_some(),
        Strength {
            natural: Natural::of(
                false,
                now.natural == Some(Natural::Passage) && finding.evidence.ordinary,
            ),
            ..*now
        },
        natural,
    );
    without(
        now.leaked.is_some(),
        Strength { leaked: None, ..*now },
        "if nothing were known of what taking it out does where it leaked",
    );
    without(
        now.share > ORDINARY,
        Strength {
            share: ORDINARY,
            ..*now
        },
        "if the model wrote it in fewer of its texts",
    );
    told
}

#[cfg(test)]
mod tests {
    use super::super::{
        sentences,
        tests::{finding, session},
    };
    use crate::finding::InPlace;

    #[test]
    fn what_the_leaks_tell_of_its_text_is_named_where_it_holds_the_level() {
        let mut held = finding(30);
        assert!(!sentences(&held, &session()).join("\n").contains("of its kind"));
        held.evidence.ordinary = true;
        let told = sentences(&held, &session()).join("\n");
        assert!(
            told.contains("It would be high if other strings of its kind did not act as it does"),
            "{told}"
        );
        held.evidence.ordinary = false;
        held.arm = "template".to_owned();
        held.evidence.in_place = Some(InPlace {
            changed: 0.0,
            otherwise: 1.0,
            prompts: 6,
            turned: 0,
        });
        let told = sentences(&held, &session()).join("\n");
        assert!(told.contains("what taking it out does where it leaked"), "{told}");
    }
}
