//! Which key asks for which action in which context: the embedded keymap, patched by the analyst's own file.
//!
//! Invariant: within a context no key has two actions, so help, footer and behaviour cannot disagree.

pub mod key;

use std::{collections::BTreeMap, str::FromStr};

use serde::Deserialize;
use toml::Spanned;

use super::action::Action;
use crate::text;
pub use key::Key;

const EMBEDDED: &str = include_str!("../../assets/keys.toml");

macro_rules! contexts {
    ($($variant:ident, $name:literal, [$($parent:ident),*], $title:literal;)*) => {
        /// Where the analyst is, as far as keys are concerned.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Context {
            $(#[doc = $title] $variant,)*
        }

        impl Context {
            /// Every context.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name used in a keymap file.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The heading of its keys in the help.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// This context and those it inherits keys from, nearest first.
            pub const fn chain(self) -> &'static [Self] {
                match self { $(Self::$variant => &[Self::$variant, $(Self::$parent,)*],)* }
            }
        }
    };
}

contexts! {
    Always, "always", [], "Everywhere, dialogs included";
    Global, "global", [Always], "On every screen";
    List, "list", [Global, Always], "Moving";
    Ruling, "ruling", [Global, Always], "Ruling on a finding";
    Library, "library", [List, Global, Always], "Sessions";
    Inventory, "inventory", [List, Global, Always], "Models";
    Case, "case", [Ruling, List, Global, Always], "The case";
    Blind, "blind", [List, Global, Always], "Re-reading blind";
    Past, "past", [List, Global, Always], "The session as it was";
    Detail, "detail", [List, Global, Always], "One candidate or leak";
    Finding, "finding", [Ruling, List, Global, Always], "The finding";
    Attention, "attention", [Finding, Ruling, List, Global, Always], "Attention";
    Entropy, "entropy", [Finding, Ruling, List, Global, Always], "Entropy";
    Outputs, "outputs", [Finding, Ruling, List, Global, Always], "Outputs";
    Verdict, "verdict", [Always], "The verdict";
    Marking, "marking", [Always], "Marking by a query";
    Bulk, "bulk", [Always], "Several findings at once";
    Confirm, "confirm", [Always], "A question";
    Prompt, "prompt", [Always], "A line being typed";
}

/// What is wrong with a keymap file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}; {hint}")]
pub struct KeymapError {
    /// Line of the file, from 1.
    pub line: usize,
    /// Column, in characters, from 1.
    pub column: usize,
    /// What is wrong. Safe to print.
    pub what: String,
    /// What to do. Safe to print.
    pub hint: String,
}

type File = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<Vec<Spanned<String>>>>>;

#[derive(Deserialize)]
struct Contents(File);

/// Keys of one action in one context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The action.
    pub action: Action,
    /// Its keys, the one to show first.
    pub keys: Vec<Key>,
}

/// Keys of every context.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keymap {
    contexts: BTreeMap<Context, Vec<Binding>>,
}

impl Keymap {
    /// The embedded keymap.
    pub fn embedded() -> Result<Self, KeymapError> {
        Self::default().patch(EMBEDDED)
    }

    /// The text of the embedded keymap, with its comments: what `stakeout keys` prints.
    pub const fn embedded_text() -> &'static str {
        EMBEDDED
    }

    /// This keymap with the bindings of a keymap file laid over it.
    pub fn patch(mut self, file: &str) -> Result<Self, KeymapError> {
        let Contents(contexts) = toml::from_str(file).map_err(|error| {
            let (line, column) = position(file, error.span().map_or(0, |span| span.start));
            KeymapError {
                line,
                column,
                what: text::line(error.message()).to_string(),
                hint: "write `action = [\"key\", ...]` under a [context]".to_owned(),
            }
        })?;
        for (context_name, actions) in contexts {
            let context = find(Context::ALL, Context::name, &context_name, file, "context")?;
            let bindings = self.contexts.entry(context).or_default();
            let mut places = BTreeMap::new();
            for (action_name, keys) in actions {
                let action = find(Action::ALL, Action::name, &action_name, file, "action")?;
                let at = position(file, keys.span().start);
                let keys = keys
                    .get_ref()
                    .iter()
                    .map(|written| parse(written, position(file, written.span().start)))
                    .collect::<Result<_, _>>()?;
                bindings.retain(|binding| binding.action != action);
                bindings.push(Binding { action, keys });
                places.insert(action, at);
            }
            bindings.sort_by_key(|binding| binding.action);
            // Checked once all are in, so that a file may swap two keys.
            if let Some((one, other, key)) = conflict(bindings) {
                let place = places.get(&one).or_else(|| places.get(&other));
                let (line, column) = place.copied().unwrap_or((1, 1));
                return Err(KeymapError {
                    line,
                    column,
                    what: format!(
                        "`{key}` is bound to both `{}` and `{}` in [{}]",
                        one.name(),
                        other.name(),
                        context.name(),
                    ),
                    hint: "give one of them another key, or [] for none".to_owned(),
                });
            }
        }
        Ok(self)
    }

    /// The action a key asks for in a context, inherited ones included.
    pub fn action(&self, context: Context, key: Key) -> Option<Action> {
        context
            .chain()
            .iter()
            .flat_map(|context| self.bindings(*context))
            .find(|binding| binding.keys.contains(&key))
            .map(|binding| binding.action)
    }

    /// The bindings of one context, without inherited ones.
    pub fn bindings(&self, context: Context) -> &[Binding] {
        self.contexts.get(&context).map_or(&[], Vec::as_slice)
    }

    /// The keys that ask for an action in a context, nearest first; keys that mean something else there are left out.
    pub fn keys(&self, context: Context, action: Action) -> Vec<Key> {
        context
            .chain()
            .iter()
            .flat_map(|inherited| self.bindings(*inherited))
            .filter(|binding| binding.action == action)
            .flat_map(|binding| binding.keys.iter().copied())
            .filter(|key| self.action(context, *key) == Some(action))
            .collect()
    }

    /// The key to show for an action in a context, if it has one.
    pub fn key(&self, context: Context, action: Action) -> Option<Key> {
        self.keys(context, action).first().copied()
    }
}

fn find<T: Copy>(
    all: &[T],
    name: fn(T) -> &'static str,
    wanted: &Spanned<String>,
    file: &str,
    kind: &str,
) -> Result<T, KeymapError> {
    if let Some(found) = all.iter().find(|one| name(**one) == wanted.get_ref()) {
        return Ok(*found);
    }
    let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
    let (line, column) = position(file, wanted.span().start);
    Err(KeymapError {
        line,
        column,
        what: format!("there is no {kind} `{}`", text::line(wanted.get_ref())),
        hint: similar::get_close_matches(wanted.get_ref().as_str(), &names, 1, 0.5)
            .first()
            .map_or_else(
                || format!("the {kind}s are: {}", names.join(" ")),
                |near| format!("did you mean `{near}`?"),
            ),
    })
}

fn parse(written: &Spanned<String>, (line, column): (usize, usize)) -> Result<Key, KeymapError> {
    let written = written.get_ref();
    Key::from_str(written).map_err(|()| KeymapError {
        line,
        column,
        what: format!("`{}` is not a key", text::line(written)),
        hint: "write a character, a name such as `enter`, or `ctrl-` before one".to_owned(),
    })
}

/// Two actions on one key, if there are such.
fn conflict(bindings: &[Binding]) -> Option<(Action, Action, Key)> {
    bindings.iter().enumerate().find_map(|(index, one)| {
        bindings.iter().skip(index + 1).find_map(|other| {
            let key = one.keys.iter().find(|key| other.keys.contains(key))?;
            Some((one.action, other.action, *key))
        })
    })
}

/// Line and column of a byte of a file, both from 1; columns count characters.
pub(super) fn position(file: &str, byte: usize) -> (usize, usize) {
    let before = file.get(..byte).unwrap_or(file);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(start..).unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(written: &str) -> Key {
        written.parse().unwrap()
    }

    #[test]
    fn every_action_has_a_key_in_the_embedded_keymap() {
        let keymap = Keymap::embedded().unwrap();
        for action in Action::ALL {
            let bound = Context::ALL
                .iter()
                .flat_map(|context| keymap.bindings(*context))
                .any(|binding| binding.action == *action && !binding.keys.is_empty());
            assert!(bound, "{} has no key", action.name());
        }
    }

    #[test]
    fn nearer_contexts_win_and_the_footer_knows() {
        let keymap = Keymap::embedded().unwrap();
        assert_eq!(keymap.action(Context::Case, key("tab")), Some(Action::NextPane));
        assert_eq!(keymap.action(Context::Finding, key("tab")), Some(Action::NextTab));
        assert_eq!(keymap.key(Context::Finding, Action::NextPane), None);
        assert_eq!(keymap.action(Context::Verdict, key("q")), None);
        assert_eq!(
            keymap.action(Context::Verdict, key("ctrl-c")),
            Some(Action::Interrupt)
        );
    }

    #[test]
    fn a_patch_replaces_the_keys_of_an_action() {
        let keymap = Keymap::embedded()
            .unwrap()
            .patch("[global]\nleave = [\"ctrl-q\"]\n")
            .unwrap();
        assert_eq!(keymap.action(Context::Case, key("q")), None);
        assert_eq!(keymap.action(Context::Case, key("ctrl-q")), Some(Action::Leave));
    }

    #[test]
    fn mistakes_name_the_line_and_the_nearest_word() {
        let patch = |file: &str| Keymap::embedded().unwrap().patch(file).unwrap_err();
        let error = patch("[global]\nhepl = [\"x\"]\n");
        assert_eq!((error.line, error.hint.as_str()), (2, "did you mean `help`?"));
        let error = patch("\n[gobal]\nhelp = [\"x\"]\n");
        assert_eq!((error.line, error.hint.as_str()), (2, "did you mean `global`?"));
        let error = patch("[global]\nhelp = [\"q\"]\n");
        assert_eq!(error.what, "`q` is bound to both `help` and `leave` in [global]");
        let error = patch("[global]\nhelp = [\"x\", \"entre\"]\n");
        assert_eq!((error.line, error.column), (2, 14));
        assert_eq!(error.what, "`entre` is not a key");
        assert_eq!(patch("[global]\nhelp = 3\n").line, 2);
    }
}
