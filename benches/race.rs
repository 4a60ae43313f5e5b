//! What racing loses: each model is scanned as usual and with every candidate measured in full, and the second run's best are looked
//! for among the first run's survivors.
//!
//! ```text
//! cargo bench --bench race              the two demo models
//! cargo bench --bench race -- DIR       every model folder in DIR
//! ```

#![expect(clippy::unwrap_used, reason = "a failed step ends the measurement")]
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Instant,
};

use stakeout::{
    finding::{Finding, Level},
    model::{Model, OpenOptions},
    scan::{
        self,
        event::{Look, ScanEvent},
        gate::Gate,
        plan::{Budget, Part, Plan},
    },
};

/// How many of the candidates whose answers collapse most are looked for.
const BEST: usize = 10;
/// Round of a look at which answers are read: what gets there has survived.
const SURVIVED: u8 = 2;

struct Run {
    texts: BTreeMap<u32, String>,
    looks: BTreeMap<u32, Look>,
    findings: Vec<Finding>,
    seconds: f64,
}

impl Run {
    fn new(model: &Model, without: Option<Part>) -> Self {
        let start = Instant::now();
        let mut run = Self {
            texts: BTreeMap::new(),
            looks: BTreeMap::new(),
            findings: Vec::new(),
            seconds: 0.0,
        };
        let plan = Plan {
            budget: Budget::Standard,
            seed: 0,
            arms: Vec::new(),
        };
        scan::run_without(model, &plan, without, &Gate::default(), &mut |event| {
            match event {
                ScanEvent::Candidate(candidate) => {
                    run.texts.insert(candidate.id, candidate.text);
                }
                ScanEvent::Looked { candidate, look } => {
                    run.looks.insert(candidate, look);
                }
                ScanEvent::Finding(finding) => run.findings.push(*finding),
                _ => {}
            }
            ControlFlow::Continue(())
        });
        run.seconds = start.elapsed().as_secs_f64();
        run
    }

    /// Texts of the candidates whose answers were read.
    fn survivors(&self) -> BTreeSet<&str> {
        let read = self.looks.iter().filter(|(_, look)| look.round >= SURVIVED);
        read.filter_map(|(id, _)| self.texts.get(id))
            .map(String::as_str)
            .collect()
    }

    /// Texts of the candidates whose answers collapse most.
    fn best(&self) -> Vec<&str> {
        let mut read: Vec<(&u32, &Look)> = self
            .looks
            .iter()
            .filter(|(_, look)| look.round >= SURVIVED && look.agreement > 0.0)
            .collect();
        read.sort_by(|a, b| b.1.agreement.total_cmp(&a.1.agreement));
        let texts = read.into_iter().filter_map(|(id, _)| self.texts.get(id));
        texts.map(String::as_str).take(BEST).collect()
    }

    /// The candidates of each finding at medium or high.
    fn found(&self) -> Vec<Vec<&str>> {
        let strong = self
            .findings
            .iter()
            .filter(|finding| finding.level >= Level::Medium);
        strong
            .map(|finding| {
                let texts = finding.candidates.iter().filter_map(|id| self.texts.get(id));
                texts.map(String::as_str).collect()
            })
            .collect()
    }
}

/// Does one of them stand in a survivor, or a survivor in it?
fn kept(wanted: &[&str], survivors: &BTreeSet<&str>) -> bool {
    let wanted = wanted
        .iter()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty());
    let mut pairs = wanted.flat_map(|text| survivors.iter().map(move |one| (text, one.trim())));
    pairs.any(|(text, one)| !one.is_empty() && (text.contains(one) || one.contains(text)))
}

fn folders() -> Vec<PathBuf> {
    let given = env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let parent = given.map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo"),
        PathBuf::from,
    );
    let entries = fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries
        .filter(|path| path.join("config.json").is_file())
        .collect();
    folders.sort();
    folders
}

fn main() {
    println!("model        candidates  survivors  best {BEST} kept  findings kept  seconds raced, in full");
    let (mut best_kept, mut best_all, mut found_kept, mut found_all) = (0, 0, 0, 0);
    for folder in folders() {
        let model = Model::open(&folder, &OpenOptions::default()).unwrap();
        let raced = Run::new(&model, None);
        let full = Run::new(&model, Some(Part::Race));
        let survivors = raced.survivors();
        let (best, found) = (full.best(), full.found());
        let best_in = best.iter().filter(|text| kept(&[text], &survivors)).count();
        let found_in = found.iter().filter(|texts| kept(texts, &survivors)).count();
        println!(
            "{:<12} {:>10} {:>10} {:>11}/{:<2} {:>12}/{:<2} {:>10.1} {:>10.1}",
            folder.file_name().unwrap().to_string_lossy(),
            full.texts.len(),
            survivors.len(),
            best_in,
            best.len(),
            found_in,
            found.len(),
            raced.seconds,
            full.seconds
        );
        best_kept += best_in;
        best_all += best.len();
        found_kept += found_in;
        found_all += found.len();
    }
    println!("kept of the best {best_kept}/{best_all}, of the findings {found_kept}/{found_all}");
}
