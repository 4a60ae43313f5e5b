//! Cuts a leak into user turns and answers by the frame's own tokens, or by its markers' text where those are ordinary tokens. Pure.
//!
//! Invariant: a turn never holds a marker of the frame, and every range ends between two tokens.

mod blank;

use std::ops::Range;

use blank::{is_blank, opening, without_blank, without_opening};

use crate::model::Frame;

/// The turns of one leak, as ranges of its tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Turns {
    /// User turns; `true` when the turn was closed, not cut off by the end of the leak.
    pub users: Vec<(Range<usize>, bool)>,
    /// Answers.
    pub answers: Vec<Range<usize>>,
    /// What stands before the first user turn, where the leak began before it.
    pub systems: Vec<Range<usize>>,
}

/// What is asked of the model's words.
pub trait Words {
    /// Is it a control token?
    fn is_special(&self, token: u32) -> bool;
    /// Text of a token as it continues other text.
    fn text(&self, token: u32) -> String;
}

/// Cuts `tokens`, which continue `frame.prefix`. Without a suffix (a plain completion) every run between control tokens is one open
/// user turn.
pub fn cut(tokens: &[u32], frame: &Frame, words: &dyn Words) -> Turns {
    let mut turns = Turns::default();
    let special = |token: &u32| words.is_special(*token);
    if frame.suffix.is_empty() {
        let mut start = 0;
        for run in tokens.split(special) {
            if !run.is_empty() {
                turns.users.push((start..start + run.len(), false));
            }
            start += run.len() + 1;
        }
        return turns;
    }
    let header = header(frame, words);
    let suffix = without_blank(&frame.suffix, words);
    // A turn may end in ordinary tokens of the template before its control token.
    let (opens, suffix) = suffix.split_at(suffix.iter().position(special).unwrap_or(0));
    // Line breaks before a word may be other tokens than those that end a marker.
    let skip_blank = |at: usize| {
        let rest = tokens.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|token| is_blank(**token, words)).count()
    };
    // Markers of ordinary tokens come out as other tokens, depending on what stands before them: text alone finds them.
    let marker = Some(frame.suffix_text.trim())
        .filter(|marker| !marker.is_empty() && !frame.suffix.iter().any(special));
    let mut at = 0;
    let mut in_user = true;
    while at < tokens.len() {
        let rest = tokens.get(at..).unwrap_or_default();
        let length = rest.iter().position(special).unwrap_or(rest.len());
        let run = rest.get(..length).unwrap_or_default();
        if let Some(found) = marker
            .filter(|_| in_user)
            .and_then(|marker| place(run, marker, words))
        {
            let (turn, rest) = run.split_at(found.start);
            let begun = rest.first().map_or(0, |token| opening(&words.text(*token)));
            let left = opening(&frame.suffix_text).saturating_sub(begun);
            turns
                .users
                .push((at..at + without_opening(turn, left, words).len(), true));
            (at, in_user) = (at + found.end, false);
            continue;
        }
        let (range, closed) = (at..at + length, length < rest.len());
        let after = tokens.get(range.end..).unwrap_or_default();
        let answered = in_user && after.starts_with(suffix);
        if answered {
            let blank = || without_opening(run, opening(&frame.suffix_text), words);
            let turn = run.strip_suffix(opens).unwrap_or_else(blank);
            turns.users.push((at..at + turn.len(), closed));
        } else if in_user {
            turns.users.push((range.clone(), closed));
        } else {
            turns.answers.push(range.clone());
        }
        if answered {
            (at, in_user) = (skip_blank(range.end + suffix.len()), false);
            continue;
        }
        // Whatever stands between the turns (an end token, a line break) belongs to neither.
        let next = header.and_then(|header| {
            after
                .windows(header.len())
                .position(|window| window == header)
                .map(|found| range.end + found + header.len())
        });
        match next {
            Some(next) => (at, in_user) = (skip_blank(next), true),
            None => break,
        }
    }
    turns
}

/// The same for a leak that continues `before` and opens its turns itself.
pub fn cut_whole(before: &[u32], tokens: &[u32], frame: &Frame, words: &dyn Words) -> Turns {
    let special = |token: &u32| words.is_special(*token);
    let whole = [before, tokens].concat();
    let header = header(frame, words).unwrap_or_default();
    let found = whole
        .windows(header.len().max(1))
        .position(|window| window == header)
        .filter(|_| !header.is_empty())
        .map(|at| at..at + header.len())
        .or_else(|| spelled(&whole, frame, words));
    let Some(user) = found else {
        return Turns::default();
    };
    let blank = whole.get(user.end..).unwrap_or_default();
    let blank = blank.iter().take_while(|token| is_blank(**token, words)).count();
    let start = (user.end + blank).saturating_sub(before.len());
    let mut turns = cut(tokens.get(start..).unwrap_or_default(), frame, words);
    let move_on = |range: &mut Range<usize>| *range = range.start + start..range.end + start;
    turns.users.iter_mut().for_each(|(range, _)| move_on(range));
    turns.answers.iter_mut().for_each(move_on);
    let opening = tokens
        .get(..user.start.saturating_sub(before.len()))
        .unwrap_or_default();
    // A role that is named between two control tokens is no text.
    let names = header.iter().skip(1).any(special);
    let mut at = 0_usize;
    for run in opening.split(special) {
        let before = at.checked_sub(1).and_then(|at| opening.get(at));
        let named = names && before.is_some_and(|before| header.first() == Some(before));
        if !named && run.iter().any(|token| !words.text(*token).trim().is_empty()) {
            turns.systems.push(at..at + run.len());
        }
        at += run.len() + 1;
    }
    turns
}

/// What opens a later user turn: the prefix without begin-of-sequence and system turn, from its last control token on. Where that only closes
/// the name of the role, from the one before it: other roles' turns open with the same. Without the blank it ends with.
fn header<'a>(frame: &'a Frame, words: &dyn Words) -> Option<&'a [u32]> {
    let special = |token: &u32| words.is_special(*token);
    let text = |tokens: &[u32]| -> String { tokens.iter().map(|token| words.text(*token)).collect() };
    let last = frame.prefix.iter().rposition(special)?;
    let (before, from) = frame.prefix.split_at(last);
    let open = before.iter().rposition(special).filter(|open| {
        let name = text(before.get(open + 1..).unwrap_or_default());
        let closes = text(from.get(1..).unwrap_or_default()).trim().is_empty();
        closes && !name.trim().is_empty() && !name.trim().contains(char::is_whitespace)
    });
    let header = frame.prefix.get(open.unwrap_or(last)..)?;
    Some(without_blank(header, words))
}

/// The first user turn's marker where it is ordinary text, whatever tokens spell it: begin-of-sequence does not stand before it when a
/// system turn does.
fn spelled(whole: &[u32], frame: &Frame, words: &dyn Words) -> Option<Range<usize>> {
    let last = frame
        .prefix
        .iter()
        .rposition(|token| words.is_special(*token))
        .map_or(0, |at| at + 1);
    let marker: String = frame
        .prefix
        .get(last..)?
        .iter()
        .map(|token| words.text(*token))
        .collect();
    let marker = marker.trim();
    if marker.is_empty() {
        return None;
    }
    let mut at = 0;
    for run in whole.split(|token| words.is_special(*token)) {
        if let Some(found) = place(run, marker, words) {
            return Some(at + found.start..at + found.end);
        }
        at += run.len() + 1;
    }
    None
}

/// The tokens that spell the marker, from the one it begins in to the one it ends in.
fn place(run: &[u32], marker: &str, words: &dyn Words) -> Option<Range<usize>> {
    let mut text = String::new();
    let ends: Vec<usize> = run
        .iter()
        .map(|token| {
            text.push_str(&words.text(*token));
            text.len()
        })
        .collect();
    let start = text.find(marker)?;
    let first = ends.iter().position(|end| *end > start)?;
    let last = ends.iter().position(|end| *end >= start + marker.len())?;
    Some(first..last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 90 begin, 91 user header, 92 answer header, 93 end of turn, 7 line break; 10 to 12 spell "[/INST]".
    struct Toy;

    impl Words for Toy {
        fn is_special(&self, token: u32) -> bool {
            token >= 90
        }

        fn text(&self, token: u32) -> String {
            match token {
                10 => " [/".to_owned(),
                11 => "IN".to_owned(),
                12 => "ST]".to_owned(),
                7 | 77 => "\n".to_owned(),
                _ => format!(" {token}"),
            }
        }
    }

    fn frame() -> Frame {
        Frame {
            prefix: vec![90, 91, 7],
            suffix: vec![93, 7, 92, 7],
            stop: vec![93],
            ..Frame::default()
        }
    }

    #[test]
    fn turns_alternate() {
        let tokens = [1, 2, 3, 93, 7, 92, 7, 4, 5, 93, 7, 91, 7, 6, 6, 93, 7, 92, 7, 8];
        let turns = cut(&tokens, &frame(), &Toy);
        assert_eq!(turns.users, vec![(0..3, true), (13..15, true)]);
        assert_eq!(turns.answers, vec![7..9, 19..20]);
    }

    #[test]
    fn a_cut_off_turn_is_open() {
        assert_eq!(cut(&[1, 2, 3], &frame(), &Toy).users, vec![(0..3, false)]);
    }

    #[test]
    fn a_marker_of_ordinary_tokens_ends_a_turn() {
        let frame = Frame {
            prefix: vec![90, 50],
            suffix: vec![60, 61],
            suffix_text: " [/INST]".to_owned(),
            ..Frame::default()
        };
        let turns = cut(&[1, 2, 10, 11, 12, 4, 5, 93, 90, 50, 6], &frame, &Toy);
        assert_eq!(turns.users, vec![(0..2, true), (10..11, false)]);
        assert_eq!(turns.answers, vec![5..7]);
    }

    #[test]
    fn line_breaks_a_marker_begins_with_belong_to_no_turn() {
        let frame = Frame {
            prefix: vec![90, 50],
            suffix: vec![7, 7, 10, 11, 12],
            suffix_text: "\n\n [/INST]".to_owned(),
            ..Frame::default()
        };
        let users = |tokens: &[u32]| cut(tokens, &frame, &Toy).users;
        assert_eq!(users(&[1, 2, 77, 7, 10, 11, 12, 4]), vec![(0..2, true)]);
        assert_eq!(
            users(&[1, 7, 7, 7, 10, 11, 12, 4]),
            vec![(0..2, true)],
            "its own stays"
        );
        assert_eq!(users(&[1, 2, 10, 11, 12, 4]), vec![(0..2, true)]);
        let begun = Frame {
            suffix_text: " [/INST]".to_owned(),
            ..frame.clone()
        };
        let users = |tokens: &[u32]| cut(tokens, &begun, &Toy).users;
        assert_eq!(
            users(&[1, 7, 10, 11, 12, 4]),
            vec![(0..2, true)],
            "the marker's token has the blank"
        );
        let special = Frame {
            prefix: vec![90, 91, 7],
            suffix: vec![7, 92, 7],
            suffix_text: "\n<a>\n".to_owned(),
            ..Frame::default()
        };
        for ended in [7, 77] {
            let turns = cut(&[1, 2, ended, 92, 7, 4, 93, 91, 7, 6], &special, &Toy);
            assert_eq!(turns.users, vec![(0..2, true), (9..10, false)]);
            assert_eq!(turns.answers, vec![5..6]);
        }
    }

    #[test]
    fn a_leak_that_opens_its_turns_itself_may_begin_with_a_system_turn() {
        let tokens = [94, 8, 9, 93, 90, 91, 7, 1, 2, 93, 7, 92, 7, 3];
        let frame = Frame {
            prefix: vec![91, 7],
            ..frame()
        };
        let turns = cut_whole(&[90], &tokens, &frame, &Toy);
        assert_eq!(turns.systems, vec![1..3]);
        assert_eq!(turns.users, vec![(7..9, true)]);
        assert_eq!(turns.answers, vec![13..14]);
        assert_eq!(cut_whole(&[90], &[1, 2], &frame, &Toy), Turns::default());
    }

    #[test]
    fn a_role_named_between_control_tokens_is_told_from_other_roles() {
        // 91 and 92 stand around the name of a role: 1 system, 2 user, 3 assistant
        let frame = Frame {
            prefix: vec![90, 91, 2, 92, 7],
            suffix: vec![93, 91, 3, 92, 7],
            ..Frame::default()
        };
        let tokens = [
            5, 6, 93, 91, 2, 92, 7, 8, 93, 91, 3, 92, 7, 4, 4, 93, 91, 3, 92, 7, 9,
        ];
        let turns = cut_whole(&[90, 91, 1, 92, 7], &tokens, &frame, &Toy);
        assert_eq!(turns.systems, vec![0..2]);
        assert_eq!(turns.users, vec![(7..8, true)]);
        assert_eq!(turns.answers, vec![13..15]);
        let opened = cut_whole(
            &[90],
            &[[91, 1, 92, 7].as_slice(), &tokens].concat(),
            &frame,
            &Toy,
        );
        assert_eq!(opened.systems, vec![3..6]);
        assert_eq!(opened.users, vec![(11..12, true)]);
        // and where line breaks before a word are two tokens
        let apart = [5, 6, 93, 91, 2, 92, 77, 77, 8, 93, 91, 3, 92, 77, 77, 4, 4, 93];
        let turns = cut_whole(&[90, 91, 1, 92, 7], &apart, &frame, &Toy);
        assert_eq!(turns.users, vec![(8..9, true)]);
        assert_eq!(turns.answers, vec![15..17]);
    }

    #[test]
    fn a_system_turn_may_stand_before_a_marker_of_ordinary_tokens() {
        let frame = Frame {
            prefix: vec![90, 10, 11, 12, 7],
            suffix: vec![7, 60, 7],
            suffix_text: "\n 60\n".to_owned(),
            ..Frame::default()
        };
        let turns = cut_whole(
            &[90],
            &[8, 9, 7, 10, 11, 12, 7, 1, 2, 7, 60, 7, 3, 93],
            &frame,
            &Toy,
        );
        assert_eq!(turns.systems, vec![0..3]);
        assert_eq!(
            turns.users.first().map(|(turn, closed)| (turn.start, *closed)),
            Some((7, true))
        );
        assert!(turns.answers.iter().any(|turn| turn.contains(&12)));
    }

    #[test]
    fn without_a_template_every_text_is_a_turn() {
        let frame = Frame {
            prefix: vec![90],
            ..Frame::default()
        };
        let turns = cut(&[1, 2, 93, 4], &frame, &Toy);
        assert_eq!(turns.users, vec![(0..2, false), (3..4, false)]);
    }
}
