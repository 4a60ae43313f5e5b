//! The models beside the sessions: what the inventory says, and where the cursor is. Nothing here is saved.

use std::path::PathBuf;

use super::List;
use crate::inventory::{Inventory, Item};

/// The inventory as it was last read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stock {
    /// The models, riskiest first.
    pub inventory: Inventory,
    /// Why it cannot be read: one sentence. Safe.
    pub problem: Option<String>,
    /// The model under the cursor.
    pub list: List<PathBuf>,
}

impl Stock {
    /// The row of the cursor; the first one while it is nowhere.
    pub fn row(&self) -> Option<usize> {
        let here = self.list.cursor.as_ref();
        let at = self
            .inventory
            .items
            .iter()
            .position(|item| here == Some(&item.path));
        at.or_else(|| (!self.inventory.items.is_empty()).then_some(0))
    }

    /// The model under the cursor.
    pub fn chosen(&self) -> Option<&Item> {
        self.inventory.items.get(self.row()?)
    }

    /// Puts the cursor on a row.
    pub fn choose(&mut self, row: usize) {
        let item = self.inventory.items.get(row);
        self.list.cursor = item.map(|item| item.path.clone());
    }

    /// How many models are due.
    pub fn due(&self) -> usize {
        self.inventory.items.iter().filter(|item| item.is_due()).count()
    }
}
