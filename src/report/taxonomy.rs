//! What a finding is in the frameworks analysts report to: ids with the edition they are from.
//!
//! Invariant: an id never stands without its edition.

use serde::Deserialize;

const TABLE: &str = include_str!("../../assets/taxonomy.toml");

/// A framework in one edition.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Its name.
    pub name: String,
    /// The edition.
    pub version: String,
    /// Id and name of what a planted backdoor is in it.
    pub ids: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    framework: Vec<Framework>,
}

/// Every framework.
pub fn frameworks() -> Vec<Framework> {
    // The table is part of the program: that it can be read is tested.
    toml::from_str::<Table>(TABLE).map_or_else(|_| Vec::new(), |table| table.framework)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_every_id_has_an_edition() {
        let frameworks = frameworks();
        assert!(frameworks.len() >= 4);
        for framework in frameworks {
            assert!(
                !framework.version.is_empty() && !framework.ids.is_empty(),
                "{framework:?}"
            );
        }
    }
}
