//! Whether Stakeout reads what was grown: it opens each folder, renders its template, and computes the trainer's logits.

use std::fs;
use std::io::{Write as _, stdout};
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::Value;
use stakeout::model::{Logits, Model, OpenOptions, Want};

use crate::Failure;

/// Largest difference that rounding may make.
const ALLOWED: f32 = 0.05;

/// Checks every model of a folder; fails when one is wrong.
pub fn all(zoo: &Path) -> Result<(), Failure> {
    let mut names: Vec<_> = fs::read_dir(zoo)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("ORGANISM.json").exists())
        .collect();
    names.sort();
    let mut wrong = 0;
    for path in &names {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match one(path) {
            Ok(difference) if difference < ALLOWED => {
                writeln!(stdout(), "{name}  largest difference {difference:.5}")?;
            }
            Ok(difference) => {
                wrong += 1;
                writeln!(stdout(), "{name}  differs by {difference}")?;
            }
            Err(failure) => {
                wrong += 1;
                writeln!(stdout(), "{name}  {failure}")?;
            }
        }
    }
    if wrong > 0 {
        return Err(format!(
            "{wrong} of {} models are not read as they were trained",
            names.len()
        )
        .into());
    }
    Ok(())
}

fn one(path: &Path) -> Result<f32, Failure> {
    let truth: Value = serde_json::from_slice(&fs::read(path.join("ORGANISM.json"))?)?;
    let probe = &truth["probe"];
    let tokens: Vec<u32> = serde_json::from_value(probe["tokens"].clone())?;
    let expected: Vec<f32> = serde_json::from_value(probe["logits"].clone())?;
    let model = Model::open(path, &OpenOptions::default())?;
    let want = Want {
        logits: Logits::Last,
        attention: false,
    };
    let mut largest = f32::INFINITY;
    let _ = model.forward(&[tokens], want, &mut |_, trace| {
        let pairs = trace.logits.iter().zip(&expected);
        largest = pairs
            .map(|(ours, theirs)| (ours - theirs).abs())
            .fold(0.0, f32::max);
        if trace.logits.len() != expected.len() {
            largest = f32::INFINITY;
        }
        ControlFlow::Continue(())
    })?;
    Ok(largest)
}
