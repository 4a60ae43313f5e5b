//! Which items of a matrix fall on which row or column of the screen.
//!
//! Invariant: every item falls on a slot, in order, as long as there is one; neighbours share a slot only when all do not fit.

use std::ops::Range;

/// One row or column of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// Shows these items: one, or several pooled.
    Items(Range<usize>),
    /// A rule between two groups of items.
    Rule,
    /// Nothing: it fills the screen row that a rule begins.
    Pad,
}

impl Slot {
    /// Whether item `index` is shown here.
    pub fn holds(&self, index: usize) -> bool {
        matches!(self, Self::Items(range) if range.contains(&index))
    }
}

/// Largest whole number of slots one item can have on every axis: (slots, items) of each.
pub fn zoom(axes: &[(usize, usize)], limit: usize) -> usize {
    axes.iter()
        .map(|(slots, items)| slots.checked_div(*items).unwrap_or(limit))
        .min()
        .unwrap_or(1)
        .clamp(1, limit.max(1))
}

/// Lays `items` on at most `slots` slots, up to `zoom` slots each, with a rule before each of `breaks`.
///
/// `unit` is the number of slots in one screen cell: 1 for columns, 2 for half-block rows; a rule takes a whole cell.
/// Rules are left out where they would take more than a third of the slots.
pub fn slots(items: usize, slots: usize, zoom: usize, breaks: &[usize], unit: usize) -> Vec<Slot> {
    let mut breaks: Vec<usize> = breaks
        .iter()
        .copied()
        .filter(|at| (1..items).contains(at))
        .collect();
    breaks.dedup();
    let mut cost = breaks.len() * (2 * unit - 1);
    if cost * 3 > slots {
        breaks.clear();
        cost = 0;
    }
    let shown = slots.saturating_sub(cost).min(items * zoom);
    let mut axis = Vec::with_capacity(slots);
    let mut before = 0;
    for slot in 0..shown {
        let start = slot * items / shown;
        let end = ((slot + 1) * items / shown).max(start + 1);
        if breaks.iter().any(|at| before < *at && *at <= start) {
            while axis.len() % unit != 0 {
                axis.push(Slot::Pad);
            }
            axis.extend(std::iter::repeat_n(Slot::Rule, unit));
        }
        before = start;
        axis.push(Slot::Items(start..end));
    }
    axis
}

/// First slot that shows item `index`.
pub fn slot_of(axis: &[Slot], index: usize) -> Option<usize> {
    axis.iter().position(|slot| slot.holds(index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_has_a_slot_in_order_and_nothing_overflows() {
        for items in 0..40 {
            for room in 1..50 {
                for unit in [1, 2] {
                    let zoom = zoom(&[(room, items)], 4);
                    let axis = slots(items, room, zoom, &[3, 9], unit);
                    assert!(axis.len() <= room, "{items} {room} {unit}: {axis:?}");
                    let places: Vec<_> = (0..items).map(|item| slot_of(&axis, item)).collect();
                    assert!(
                        places.iter().all(Option::is_some),
                        "{items} {room} {unit}: {axis:?}"
                    );
                    assert!(places.is_sorted());
                }
            }
        }
    }

    #[test]
    fn a_rule_fills_a_whole_cell_right_before_its_item() {
        let axis = slots(5, 20, 1, &[2, 4], 2);
        let rules: Vec<usize> = (0..axis.len()).filter(|slot| axis[*slot] == Slot::Rule).collect();
        assert_eq!(rules, [2, 3, 6, 7]);
        assert!(axis[4].holds(2) && axis[8].holds(4));
        let axis = slots(5, 20, 1, &[1], 2);
        assert_eq!(
            (&axis[1], &axis[2], &axis[3]),
            (&Slot::Pad, &Slot::Rule, &Slot::Rule)
        );
    }
}
