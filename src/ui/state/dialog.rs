//! What lies over a screen and has the keys: the verdict, a question, a line being typed, the help.

use tui_input::Input;

use super::prompt::Prompt;
use crate::{
    finding::{Day, Decision, Ruling, Severity, Undecidable},
    ui::effect::{Draft, Kept},
};

/// What lies over the screen.
#[derive(Debug, Clone)]
pub enum Dialog {
    /// A ruling being made.
    Verdict(VerdictDialog),
    /// Words that say which findings to mark, as they are typed.
    Mark(Input),
    /// A question to answer first.
    Question(Question),
    /// A line being typed.
    Prompt(Prompt),
    /// The keys of the screen below.
    Help {
        /// First line shown.
        scroll: usize,
    },
}

/// A question with a yes and a no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Stop the scan?
    Stop,
    /// Stop the scan and leave?
    Leave,
    /// Scan this many models, one after another?
    ScanDown(usize),
    /// Delete the session in this file?
    Delete(std::path::PathBuf),
}

/// The line with the keys in the verdict dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Field {
    /// The list of reasons, or of findings it is a duplicate of.
    #[default]
    Choice,
    /// The last day of an accepted risk.
    Until,
    /// The analyst's severity.
    Severity,
    /// The note.
    Note,
}

/// A ruling being made.
#[derive(Debug, Clone)]
pub struct VerdictDialog {
    /// Ids of the findings: one, or those marked.
    pub findings: Vec<String>,
    /// The ruling.
    pub ruling: Ruling,
    /// What can be chosen: reasons, or ids of other findings.
    pub choices: Vec<String>,
    /// Row of the choice.
    pub choice: usize,
    /// The last day of an accepted risk.
    pub until: Input,
    /// How bad it is, if the analyst says so.
    pub severity: Option<Severity>,
    /// The note.
    pub note: Input,
    /// Where typing goes.
    pub field: Field,
    /// Several findings would be ruled on: another key has to say so.
    pub asking: bool,
    /// Sent to be saved; a second Enter does nothing.
    pub saving: bool,
}

impl VerdictDialog {
    /// A dialog with the first choice made. `others` are the findings these may be duplicates of, `until` the day proposed
    /// as the last of an accepted risk.
    pub fn new(findings: Vec<String>, ruling: Ruling, others: Vec<String>, until: &Day) -> Self {
        let choices = match ruling {
            Ruling::Duplicate => others,
            _ => ruling.reasons().iter().map(ToString::to_string).collect(),
        };
        let mut dialog = Self {
            findings,
            ruling,
            choices,
            choice: 0,
            until: Input::new(until.to_string()),
            severity: None,
            note: Input::default(),
            field: Field::Choice,
            asking: false,
            saving: false,
        };
        dialog.field = dialog.fields().first().copied().unwrap_or_default();
        dialog
    }

    /// The lines it has, in order.
    pub fn fields(&self) -> Vec<Field> {
        let has = |field: &Field| match field {
            Field::Choice => !self.choices.is_empty(),
            Field::Until => self.ruling == Ruling::AcceptedRisk,
            Field::Severity => matches!(
                self.ruling,
                Ruling::TruePositive | Ruling::Undecided | Ruling::AcceptedRisk
            ),
            Field::Note => true,
        };
        [Field::Choice, Field::Until, Field::Note, Field::Severity]
            .into_iter()
            .filter(has)
            .collect()
    }

    /// Gives the keys to the next line.
    pub fn next_field(&mut self) {
        let fields = self.fields();
        let at = fields.iter().position(|field| *field == self.field);
        let next = at.map_or(0, |at| (at + 1) % fields.len().max(1));
        self.field = fields.get(next).copied().unwrap_or(Field::Note);
    }

    /// Moves the choice, or the severity, stopping at both ends.
    pub fn choose(&mut self, by: isize) {
        if self.field != Field::Severity {
            self.choose_row(self.choice.saturating_add_signed(by));
            return;
        }
        let levels = severities();
        let at = levels
            .iter()
            .position(|severity| *severity == self.severity)
            .unwrap_or(0);
        let to = at.saturating_add_signed(by).min(levels.len() - 1);
        self.severity = levels.get(to).copied().flatten();
    }

    /// Chooses the reason in a row, or the last one.
    pub fn choose_row(&mut self, row: usize) {
        self.choice = row.min(self.choices.len().saturating_sub(1));
    }

    /// The line being typed, if one is.
    pub const fn typing(&mut self) -> Option<&mut Input> {
        match self.field {
            Field::Until => Some(&mut self.until),
            Field::Note => Some(&mut self.note),
            Field::Choice | Field::Severity => None,
        }
    }

    /// What would be saved, or what is missing, in one sentence.
    pub fn draft(&self) -> Result<Draft, &'static str> {
        let chosen = self.choices.get(self.choice).cloned();
        let (reason, of) = match self.ruling {
            Ruling::Duplicate => (String::new(), chosen),
            _ => (chosen.unwrap_or_default(), None),
        };
        let until = (self.ruling == Ruling::AcceptedRisk)
            .then(|| Day::parse(self.until.value().trim()))
            .flatten();
        let decision = Decision::new(self.ruling, &reason, until, of).map_err(|wrong| match wrong {
            Undecidable::Reason => "choose a reason first",
            Undecidable::Until => "the last day is written as 2027-03-31",
            Undecidable::Of => "there is no other finding it could be a duplicate of",
        })?;
        Ok(Draft {
            findings: self.findings.clone(),
            decision,
            severity: self.severity,
            note: self.note.value().trim().to_owned(),
        })
    }

    /// What to keep of it, should the program be killed; nothing worth keeping gives none.
    pub fn kept(&self) -> Option<Box<Kept>> {
        (!self.note.value().trim().is_empty()).then(|| {
            Box::new(Kept {
                findings: self.findings.clone(),
                ruling: self.ruling.name().to_owned(),
                note: self.note.value().to_owned(),
            })
        })
    }
}

/// What a severity can be set to, none first.
fn severities() -> Vec<Option<Severity>> {
    std::iter::once(None)
        .chain(Severity::ALL.into_iter().map(Some))
        .collect()
}
