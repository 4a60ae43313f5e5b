//! Cuts a leak into user turns and answers by the frame's own tokens. Pure; never searches text.

use std::ops::Range;

use crate::model::Frame;

/// The turns of one leak, as ranges of its tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Turns {
    /// User turns; `true` when the turn was closed, not cut off by the end of the leak.
    pub users: Vec<(Range<usize>, bool)>,
    /// Answers.
    pub answers: Vec<Range<usize>>,
}

/// Cuts `tokens`, which continue `frame.prefix`. Without a suffix (a plain completion) everything is one open user turn.
pub fn cut(tokens: &[u32], frame: &Frame, is_special: &dyn Fn(u32) -> bool) -> Turns {
    let mut turns = Turns::default();
    if frame.suffix.is_empty() {
        let end = tokens
            .iter()
            .position(|token| is_special(*token))
            .unwrap_or(tokens.len());
        turns.users.push((0..end, false));
        return turns;
    }
    // A later user turn opens with the prefix without begin-of-sequence and system turn: from its last control token on.
    let header = frame
        .prefix
        .iter()
        .rposition(|token| is_special(*token))
        .and_then(|at| frame.prefix.get(at..));
    let mut at = 0;
    let mut in_user = true;
    while at < tokens.len() {
        let rest = tokens.get(at..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|token| is_special(*token))
            .unwrap_or(rest.len());
        let (range, closed) = (at..at + length, length < rest.len());
        let after = tokens.get(range.end..).unwrap_or_default();
        if in_user {
            turns.users.push((range.clone(), closed));
        } else {
            turns.answers.push(range.clone());
        }
        if in_user && after.starts_with(&frame.suffix) {
            (at, in_user) = (range.end + frame.suffix.len(), false);
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
            Some(next) => (at, in_user) = (next, true),
            None => break,
        }
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    // 90 begin, 91 user header, 92 answer header, 93 end of turn, 7 line break.
    fn frame() -> Frame {
        Frame {
            prefix: vec![90, 91, 7],
            suffix: vec![93, 7, 92, 7],
            stop: vec![93],
            ..Frame::default()
        }
    }

    fn special(token: u32) -> bool {
        token >= 90
    }

    #[test]
    fn turns_alternate() {
        let tokens = [1, 2, 3, 93, 7, 92, 7, 4, 5, 93, 7, 91, 7, 6, 6, 93, 7, 92, 7, 8];
        let turns = cut(&tokens, &frame(), &special);
        assert_eq!(turns.users, vec![(0..3, true), (13..15, true)]);
        assert_eq!(turns.answers, vec![7..9, 19..20]);
    }

    #[test]
    fn a_cut_off_turn_is_open() {
        assert_eq!(cut(&[1, 2, 3], &frame(), &special).users, vec![(0..3, false)]);
    }

    #[test]
    fn without_a_template_everything_is_one_turn() {
        let frame = Frame {
            prefix: vec![90],
            ..Frame::default()
        };
        assert_eq!(cut(&[1, 2, 93, 4], &frame, &special).users, vec![(0..2, false)]);
    }
}
