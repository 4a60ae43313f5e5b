//! Going on with an interrupted scan: finding its session, making sure that it is the same scan, starting it where it stopped.
//!
//! Invariant: nothing is appended to a session whose model, settings or program differ from those it was begun with.

use std::{fs, path::Path};

use super::{
    Setting,
    args::{ComputeArguments, ScanOptions},
    failure::Failure,
    source::Source,
};
use crate::{
    model::Model,
    scan::{
        self,
        event::{Started, Unit},
        plan::{Budget, Plan},
    },
    session::{ScanState, Session, library, store::Store},
};

/// What `--resume` comes to.
pub enum Found {
    /// There is nothing to go on with: a new scan is to be started.
    Nothing,
    /// Go on in this session.
    Session(Store),
    /// The scan reached its end already.
    Complete(Store),
}

/// The session a scan of `model` with this plan is to go on in. `named` is the file the analyst gave, if any.
pub fn find(setting: &Setting, named: Option<&Path>, model: &Model, plan: &Plan) -> Result<Found, Failure> {
    if let Some(path) = named {
        // A file without a byte was made by a process that was killed before it wrote anything.
        if fs::metadata(path).map_or(true, |found| found.len() == 0) {
            return Ok(Found::Nothing);
        }
        let store = Store::open(path)?;
        let session = store.load()?;
        if session.scan != ScanState::Complete {
            return Ok(Found::Session(store));
        }
        let other = match &session.started {
            Some(then) => asked_differently(then, model, plan),
            None => Vec::new(),
        };
        if !other.is_empty() {
            return Err(Failure::CannotResume {
                path: path.to_owned(),
                why: other,
            });
        }
        return Ok(Found::Complete(store));
    }
    let same = |entry: &&library::Entry| {
        entry.is_interrupted()
            && entry.digest == model.facts().sha256
            && entry.budget == plan.budget.name()
            && entry.seed == plan.seed
    };
    match library::list(&setting.paths.sessions).iter().find(same) {
        Some(entry) => Ok(Found::Session(Store::open(&entry.path)?)),
        None => Ok(Found::Nothing),
    }
}

/// The options that repeat how a scan was started, and what was scanned.
pub fn repeated(session: &Session, path: &Path) -> Result<(Source, ScanOptions, Plan), Failure> {
    let refused = |why: &str| Failure::CannotResume {
        path: path.to_owned(),
        why: vec![why.to_owned()],
    };
    let started = session
        .started
        .as_ref()
        .ok_or_else(|| refused("its scan never began"))?;
    let budget = Budget::named(&started.budget).ok_or_else(|| refused("its budget is unknown"))?;
    let plan = Plan {
        budget,
        seed: started.seed,
        arms: started.own.clone(),
    };
    let options = ScanOptions {
        compute: ComputeArguments {
            threads: u16::try_from(started.threads).ok(),
            ..ComputeArguments::default()
        },
        ..ScanOptions::default()
    };
    Ok((Source::scanned(&started.model.path), options, plan))
}

/// Takes the session up again: checks that `model` and `plan` are those it was begun with, and returns what was computed.
pub fn take_up(store: &mut Store, model: &Model, plan: &Plan) -> Result<Vec<Unit>, Failure> {
    let session = store.load()?;
    let refused = |why| Failure::CannotResume {
        path: store.path().to_owned(),
        why,
    };
    if session.lost.is_some() {
        return Err(refused(vec![
            "it was rescued from a damaged file, and what was lost cannot be repeated".to_owned(),
        ]));
    }
    let Some(then) = &session.started else {
        // Nothing was scanned yet: the scan begins here.
        return Ok(Vec::new());
    };
    let differences = differences(then, &scan::opening(model, plan)?);
    if !differences.is_empty() {
        return Err(refused(differences));
    }
    let units = store.units()?;
    store.resume()?;
    Ok(units)
}

/// In what a scan that reached its end is not the one asked for, in sentences. What it ran with does not matter any more.
fn asked_differently(then: &Started, model: &Model, plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    let digest = |sha256: &str| sha256.chars().take(16).collect::<String>();
    let (old, new) = (digest(&then.model.sha256), digest(&model.facts().sha256));
    if then.model.sha256 != model.facts().sha256 {
        found.push(format!("the model's digest was {old} and is {new}"));
    }
    if then.budget != plan.budget.name() {
        found.push(format!(
            "the budget was {} and is {}",
            then.budget,
            plan.budget.name()
        ));
    }
    if then.seed != plan.seed {
        found.push(format!("the seed was {} and is {}", then.seed, plan.seed));
    }
    if then.own != plan.arms {
        found.push("the arms are not the same".to_owned());
    }
    found
}

/// In what two scans differ that makes one no continuation of the other, in sentences.
fn differences(then: &Started, now: &Started) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, then: String, now: String| {
        if then != now {
            found.push(format!("{what} was {then} and is {now}"));
        }
    };
    let digest = |started: &Started| started.model.sha256.chars().take(16).collect();
    compare("the model's digest", digest(then), digest(now));
    compare("the budget", then.budget.clone(), now.budget.clone());
    compare("the seed", then.seed.to_string(), now.seed.to_string());
    compare(
        "the number of threads",
        then.threads.to_string(),
        now.threads.to_string(),
    );
    compare(
        "the version of the scan",
        then.version.to_string(),
        now.version.to_string(),
    );
    compare(
        "the type computed in",
        then.model.dtype.clone(),
        now.model.dtype.clone(),
    );
    if then.own != now.own || then.arms != now.arms {
        found.push("the arms are not the same".to_owned());
    }
    found
}
