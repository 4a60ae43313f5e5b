//! Ruling without a screen: mark, undo, redo. The same decisions, the same records.

use std::{io::Write, path::Path};

use jiff::Timestamp;
use serde_json::json;

use super::{
    DONE, Setting,
    args::{ListFormat, MarkArguments},
    case::{author, find},
    failure::Failure,
};
use crate::{
    finding::{Day, Decision, Ruling, Undecidable, Verdict},
    report::json as report,
    session::{
        Session,
        query::{FORM, Query},
        store::Store,
    },
    text,
};

/// Ids of the findings meant: named one by one, or chosen by the query behind a slash.
fn chosen(session: &Session, path: &Path, named: &str) -> Result<Vec<String>, Failure> {
    let Some(words) = named.strip_prefix('/') else {
        let ids = named.split(',').map(|id| find(session, path, id.trim()));
        return ids.map(|found| Ok(found?.id.clone())).collect();
    };
    let query = Query::parse(words).map_err(|mistake| Failure::Usage {
        what: format!("column {}: {}", mistake.column, mistake.what),
        hint: mistake.hint,
    })?;
    let chosen = query.chosen(session);
    if chosen.is_empty() {
        return Err(Failure::Usage {
            what: format!("no finding passes `{}`", text::line(words)),
            hint: FORM.to_owned(),
        });
    }
    Ok(chosen)
}

/// `stakeout mark`.
pub fn mark(setting: &Setting, arguments: &MarkArguments, out: &mut dyn Write) -> Result<u8, Failure> {
    if let Some(ruling) = arguments.verdict {
        reasoned(ruling, arguments.reason.trim())?;
    }
    let path = setting.paths.session(&arguments.session);
    let mut store = Store::open(&path)?;
    let mut session = store.load()?;
    let (author, at_ms) = (author(setting), Timestamp::now().as_millisecond());
    let mut rulings = Vec::new();
    let chosen = chosen(&session, &path, &arguments.finding)?;
    if arguments.finding.starts_with('/') && !arguments.yes {
        for id in &chosen {
            let finding = find(&session, &path, id)?;
            writeln!(out, "{}  {}", text::line(id), text::line(&finding.trigger))?;
        }
        writeln!(out, "nothing was ruled: --yes rules on these {}", chosen.len())?;
        return Ok(DONE);
    }
    for id in chosen {
        let mut verdict = match arguments.verdict {
            Some(ruling) => Verdict {
                decision: decide(&session, &path, arguments, ruling, &id)?,
                severity: arguments.severity,
                seen: Vec::new(),
                note: String::new(),
                author: String::new(),
                at_ms: 0,
            },
            None => session
                .proposal(&id)
                .map(|proposal| proposal.adopted())
                .ok_or_else(|| Failure::Usage {
                    what: format!("nothing is proposed for {}", text::line(&id)),
                    hint: "verdicts are proposed by `stakeout scan --baseline SESSION`".to_owned(),
                })?,
        };
        if !arguments.note.is_empty() {
            verdict.note.clone_from(&arguments.note);
        }
        (verdict.author, verdict.at_ms) = (author.clone(), at_ms);
        rulings.push((id, verdict));
    }
    for record in store.rule_all(rulings.clone())? {
        session.apply(&record);
    }
    match arguments.format {
        ListFormat::Text => {
            for (id, verdict) in &rulings {
                writeln!(out, "{}: {}, saved", text::line(id), text::line(&verdict.words()))?;
            }
        }
        ListFormat::Json => {
            let saved: Vec<_> = rulings
                .iter()
                .map(|(id, verdict)| json!({"finding": id, "verdict": report::ruling(verdict)}))
                .collect();
            let document = json!({
                "saved": saved,
                "session": {"records": session.records, "head": session.head},
            });
            report::write_document(&document, out)?;
        }
    }
    Ok(DONE)
}

/// Refuses a reason that the ruling cannot have, before anything is opened.
fn reasoned(ruling: Ruling, reason: &str) -> Result<(), Failure> {
    let known = ruling.reasons();
    if known.contains(&reason) || known.is_empty() && reason.is_empty() {
        return Ok(());
    }
    Err(if known.is_empty() {
        Failure::Usage {
            what: format!("{} takes no reason", ruling.name()),
            hint: "say why with --note".to_owned(),
        }
    } else {
        Failure::Usage {
            what: format!("{} needs a reason from its list, with --reason", ruling.name()),
            hint: format!("one of: {}; anything else goes into --note", known.join(", ")),
        }
    })
}

fn decide(
    session: &Session,
    path: &Path,
    arguments: &MarkArguments,
    ruling: Ruling,
    id: &str,
) -> Result<Decision, Failure> {
    let usage = |what: String, hint: String| Failure::Usage { what, hint };
    let until = match &arguments.until {
        None => None,
        Some(day) => Some(Day::parse(day).ok_or_else(|| {
            usage(
                format!("`{}` is not a day", text::line(day)),
                "a day is written as 2027-03-31".to_owned(),
            )
        })?),
    };
    let of = match &arguments.of {
        None => None,
        Some(other) => Some(find(session, path, other)?.id.clone()),
    };
    if of.as_deref() == Some(id) {
        return Err(usage(
            "a finding is no duplicate of itself".to_owned(),
            "--of names another finding".to_owned(),
        ));
    }
    Decision::new(ruling, arguments.reason.trim(), until, of).map_err(|wrong| match wrong {
        Undecidable::Reason => usage(
            format!("{} cannot have this reason", ruling.name()),
            "see `stakeout mark --help`".to_owned(),
        ),
        Undecidable::Until => usage(
            "an accepted risk has a last day, and nothing else has one".to_owned(),
            "--until 2027-03-31".to_owned(),
        ),
        Undecidable::Of => usage(
            "a duplicate is of another finding, and nothing else is".to_owned(),
            "--of F-1".to_owned(),
        ),
    })
}

/// `stakeout undo` and `stakeout redo`.
pub fn turn(setting: &Setting, session: &Path, back: bool, out: &mut dyn Write) -> Result<u8, Failure> {
    let path = setting.paths.session(session);
    let mut store = Store::open(&path)?;
    let mut session = store.load()?;
    let group = if back {
        session.last_ruling().map(|ruled| ruled.group)
    } else {
        session.taken_back.last().copied()
    };
    let group = group.ok_or_else(|| Failure::Usage {
        what: if back {
            "there is no ruling to take back".to_owned()
        } else {
            "there is no ruling to put back".to_owned()
        },
        hint: "`stakeout history SESSION` shows every ruling".to_owned(),
    })?;
    let author = author(setting);
    let record = if back {
        store.undo(group, &author)?
    } else {
        store.redo(group, &author)?
    };
    session.apply(&record);
    if let Some(deed) = session.deeds.last() {
        writeln!(out, "{}, saved", text::line(&deed.what))?;
    }
    Ok(DONE)
}
