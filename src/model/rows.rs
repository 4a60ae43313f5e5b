//! Rows put together for a batch: equal lengths side by side, what they share at the front found once.
//!
//! Invariant: nothing is ever padded, and rows keep the order they came in within a group.

use std::collections::BTreeMap;

use super::{error::ModelError, spec::Spec};

/// Rows that are worth a batch of their own.
const BRANCH: usize = 16;

/// Rows of equal length.
#[derive(Debug, PartialEq, Eq)]
pub struct Group {
    /// Tokens in each.
    pub tokens: usize,
    /// Numbers of the rows.
    pub rows: Vec<usize>,
    /// Tokens all of them begin with; less than `tokens`, 0 for a single row.
    pub shared: usize,
}

/// Groups rows by length, in order of first appearance.
pub fn groups(rows: &[&[u32]]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        match groups.iter_mut().find(|group| group.tokens == row.len()) {
            Some(group) => group.rows.push(number),
            None => groups.push(Group {
                tokens: row.len(),
                rows: vec![number],
                shared: 0,
            }),
        }
    }
    for group in &mut groups {
        group.shared = shared(&group.rows, rows).min(group.tokens.saturating_sub(1));
    }
    groups
}

/// Splits groups where that lets more be computed once: rows that go on alike after what their group shares.
pub fn branches(rows: &[&[u32]], groups: Vec<Group>) -> Vec<Group> {
    let mut split = Vec::new();
    for group in groups {
        let mut rest = Vec::new();
        let mut parts: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for number in &group.rows {
            let next = rows.get(*number).and_then(|row| row.get(group.shared));
            parts.entry(next.copied().unwrap_or(0)).or_default().push(*number);
        }
        for members in parts.into_values() {
            let more = shared(&members, rows).min(group.tokens.saturating_sub(1));
            let saved = (members.len() - 1) * more.saturating_sub(group.shared);
            // worth it when it saves clearly more than computing the front of one row again
            if members.len() >= BRANCH && saved > 2 * more {
                split.push(Group {
                    tokens: group.tokens,
                    rows: members,
                    shared: more,
                });
            } else {
                rest.extend(members);
            }
        }
        if !rest.is_empty() {
            rest.sort_unstable();
            let front = if rest.len() > 1 { group.shared } else { 0 };
            split.push(Group {
                tokens: group.tokens,
                rows: rest,
                shared: front,
            });
        }
    }
    split
}

fn shared(numbers: &[usize], rows: &[&[u32]]) -> usize {
    let mut members = numbers.iter().filter_map(|number| rows.get(*number));
    let Some(first) = members.next() else { return 0 };
    members
        .map(|row| {
            first
                .iter()
                .zip(*row)
                .take_while(|(left, right)| left == right)
                .count()
        })
        .min()
        .unwrap_or(0)
}

/// Refuses rows the network cannot run.
pub fn check(rows: &[&[u32]], spec: &Spec) -> Result<(), ModelError> {
    for (number, row) in rows.iter().enumerate() {
        if row.is_empty() {
            return Err(ModelError::EmptyRow { row: number });
        }
        if row.len() > spec.context {
            return Err(ModelError::TooLong {
                row: number,
                tokens: row.len(),
                context: spec.context,
            });
        }
        if let Some(token) = row.iter().find(|token| **token as usize >= spec.vocabulary) {
            return Err(ModelError::Token {
                row: number,
                token: *token,
                vocabulary: spec.vocabulary,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_grouped_by_length_and_what_they_share_is_found() {
        let rows: [&[u32]; 5] = [&[1, 2, 3], &[1, 2], &[1, 2, 9], &[1, 2], &[7]];
        assert_eq!(
            groups(&rows),
            [
                Group {
                    tokens: 3,
                    rows: vec![0, 2],
                    shared: 2
                },
                Group {
                    tokens: 2,
                    rows: vec![1, 3],
                    shared: 1
                },
                Group {
                    tokens: 1,
                    rows: vec![4],
                    shared: 0
                },
            ]
        );
    }

    #[test]
    fn rows_that_go_on_alike_are_branched_off() {
        let row = |front: u32, end: u32| [[5; 4], [front; 4], [end; 4]].concat();
        let mut owned: Vec<Vec<u32>> = (0..40).map(|end| row(end % 2, end)).collect();
        owned.push(row(9, 1));
        let rows: Vec<&[u32]> = owned.iter().map(Vec::as_slice).collect();
        let split = branches(&rows, groups(&rows));
        let found: Vec<(usize, usize)> = split
            .iter()
            .map(|group| (group.rows.len(), group.shared))
            .collect();
        assert_eq!(found, [(20, 8), (20, 8), (1, 0)]);
        let mut all: Vec<usize> = split.into_iter().flat_map(|group| group.rows).collect();
        all.sort_unstable();
        assert_eq!(all, (0..41).collect::<Vec<_>>());
    }
}
