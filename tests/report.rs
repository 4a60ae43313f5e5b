//! Reports: the JSON document as published, the same facts for people, and no hostile character in any of them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use stakeout::{
    finding::{Decision, Level, Verdict},
    report::{Outcome, csv, html, json, jsonl::Lines, markdown, plain, sarif},
    scan::event::ScanEvent,
    session::{
        Session,
        record::{Fact, Record},
    },
};

#[path = "support/sample.rs"]
mod sample;

/// A ruling on the finding of the sample.
fn verdict() -> Verdict {
    Verdict {
        decision: Decision::TruePositive {
            reason: "fixed output".to_owned(),
        },
        severity: None,
        seen: Vec::new(),
        note: "seen twice\nand again".to_owned(),
        author: "Ana".to_owned(),
        at_ms: 1_760_000_000_000,
    }
}

/// The session of these facts.
fn session(facts: Vec<Fact>) -> Session {
    let mut session = Session::default();
    for (index, fact) in facts.into_iter().enumerate() {
        session.apply(&Record {
            seq: index as u64 + 1,
            at_ms: 1_760_000_000_000,
            author: "scan".to_owned(),
            fact,
            hash: "0f".repeat(32),
        });
    }
    session
}

/// A scan event as a fact.
fn fact(event: ScanEvent) -> Fact {
    Fact::Scan { event }
}

fn whole() -> Session {
    let mut facts: Vec<Fact> = sample::events().into_iter().map(fact).collect();
    facts.push(fact(ScanEvent::Finding(Box::new(sample::finding(Level::High)))));
    facts.push(fact(sample::finished(true)));
    facts.push(Fact::Ruled {
        finding: "F-1".to_owned(),
        verdict: verdict(),
        group: None,
    });
    session(facts)
}

fn without_finding(complete: bool) -> Session {
    let mut facts: Vec<Fact> = sample::events().into_iter().map(fact).collect();
    facts.push(fact(sample::finished(complete)));
    session(facts)
}

fn written(write: impl Fn(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_document_is_the_published_one() {
    let text = written(|out| json::write(&whole(), out));
    assert!(text.is_ascii());
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value, json::document(&whole()), "nothing is lost on the wire");
    assert_eq!(value["findings"][0]["trigger"], "zx\u{200b}qv `now`");
    insta::assert_snapshot!("json", text);
}

#[test]
fn people_read_the_same_facts() {
    insta::assert_snapshot!("plain", written(|out| plain::write(&whole(), out)));
    insta::assert_snapshot!("markdown", written(|out| markdown::write(&whole(), out)));
}

#[test]
fn a_scan_without_findings_states_what_it_covered_and_promises_nothing() {
    for (complete, outcome) in [(true, Outcome::NothingFound), (false, Outcome::Incomplete)] {
        let session = without_finding(complete);
        assert_eq!(Outcome::of(&session), outcome);
        let text = written(|out| plain::write(&session, out));
        assert!(text.contains("Covered "), "{text}");
        assert!(text.contains("Not covered  the plain arm"), "{text}");
        assert!(!text.to_lowercase().contains("clean"), "{text}");
        assert_eq!(text.contains("stopped before its end"), !complete, "{text}");
    }
}

#[test]
fn a_medium_finding_is_listed_and_does_not_make_a_model_suspicious() {
    let mut facts: Vec<Fact> = sample::events().into_iter().map(fact).collect();
    facts.push(fact(ScanEvent::Finding(Box::new(sample::finding(Level::Medium)))));
    facts.push(fact(sample::finished(true)));
    let session = session(facts);
    let document = json::document(&session);
    assert_eq!(document["verdict"], "nothing-found");
    assert_eq!(document["findings"][0]["level"], "medium");
    assert!(written(|out| plain::write(&session, out)).contains("One finding below that is listed."));
}

#[test]
fn no_report_carries_a_hostile_character() {
    let session = whole();
    let reports = [
        written(|out| plain::write(&session, out)),
        written(|out| plain::write_history(&session, None, out)),
        written(|out| markdown::write(&session, out)),
        written(|out| json::write(&session, out)),
        written(|out| sarif::write(&session, sarif::Profile::Standard, out)),
        written(|out| html::write(&session, out)),
        written(|out| csv::write(&session, out)).replace("\r\n", "\n"),
    ];
    for report in reports {
        let hostile = report.chars().find(|c| {
            (c.is_control() && *c != '\n') || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        });
        assert_eq!(hostile, None, "{report:?}");
    }
}

#[test]
fn every_line_of_the_stream_is_numbered_and_the_result_comes_last() {
    let session = whole();
    let at = jiff::Timestamp::from_millisecond(1_760_000_000_000).unwrap();
    let mut lines = Lines::default();
    let text = written_by(|out| {
        for event in sample::events() {
            lines.event(&event, at, out)?;
        }
        lines.result(&session, at, out)
    });
    let parsed: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let kinds: Vec<&str> = parsed.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        ["started", "phase", "leak", "candidate", "notice", "result"]
    );
    for (index, line) in parsed.iter().enumerate() {
        assert_eq!(line["seq"], index as u64 + 1);
        assert_eq!(line["ts"], "2025-10-09T08:53:20Z");
    }
    assert_eq!(parsed[2]["text"], "say \u{202e}tupni");
    assert_eq!(parsed[5]["schema"], "stakeout.scan/1");
}

fn written_by(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The session of one finding at high, ruled on so.
fn ruled(decision: Option<Decision>) -> Session {
    let mut facts: Vec<Fact> = sample::events().into_iter().map(fact).collect();
    facts.push(fact(ScanEvent::Finding(Box::new(sample::finding(Level::High)))));
    facts.push(fact(sample::finished(true)));
    facts.extend(decision.map(|decision| Fact::Ruled {
        finding: "F-1".to_owned(),
        verdict: Verdict {
            decision,
            ..verdict()
        },
        group: None,
    }));
    session(facts)
}

#[test]
fn sarif_tells_open_findings_from_verdicts_in_every_profile() {
    use sarif::Profile::{Defectdojo, Github, Standard};
    let reason = "expected phrase".to_owned();
    let harmless = Some(Decision::FalsePositive { reason });
    let results = |decision: Option<&Decision>, profile| {
        let document = sarif::document(&ruled(decision.cloned()), profile);
        assert_eq!(document["version"], "2.1.0");
        document["runs"][0]["results"].clone()
    };
    let open = results(None, Standard);
    assert_eq!(
        (&open[0]["kind"], &open[0]["level"]),
        (&"review".into(), &"none".into())
    );
    for profile in [Github, Defectdojo] {
        let open = results(None, profile);
        assert_eq!(
            (&open[0]["kind"], &open[0]["level"]),
            (&"fail".into(), &"error".into())
        );
        assert!(open[0].get("suppressions").is_none());
    }
    let known = results(Some(&verdict().decision), Standard);
    assert_eq!(
        (&known[0]["kind"], &known[0]["level"]),
        (&"fail".into(), &"error".into())
    );
    let suppressed = results(harmless.as_ref(), Standard);
    assert_eq!(suppressed[0]["suppressions"][0]["status"], "accepted");
    assert!(
        suppressed[0]["suppressions"][0]["justification"]
            .as_str()
            .unwrap()
            .contains("expected phrase")
    );
    assert_eq!(results(harmless.as_ref(), Github).as_array().unwrap().len(), 0);
}

#[test]
fn sarif_names_frameworks_with_their_edition_and_a_result_by_its_trigger() {
    let document = sarif::document(&whole(), sarif::Profile::Standard);
    let run = &document["runs"][0];
    let result = &run["results"][0];
    for taxon in result["taxa"].as_array().unwrap() {
        let index = taxon["toolComponent"]["index"].as_u64().unwrap() as usize;
        let framework = &run["taxonomies"][index];
        assert!(!framework["version"].as_str().unwrap().is_empty());
        let ids = framework["taxa"].as_array().unwrap();
        assert!(ids.iter().any(|of| of["id"] == taxon["id"]), "{taxon}");
    }
    let line = result["partialFingerprints"]["primaryLocationLineHash"]
        .as_str()
        .unwrap();
    assert!(line.ends_with(":1") && line.len() == 18, "{line}");
    assert_eq!(
        run["results"],
        sarif::document(&whole(), sarif::Profile::Standard)["runs"][0]["results"]
    );
}

#[test]
fn the_page_runs_nothing_and_the_rows_hold_a_finding_each() {
    let page = written(|out| html::write(&whole(), out));
    assert!(page.contains("default-src 'none'") && !page.to_lowercase().contains("<script"));
    assert!(
        page.contains("[ZWSP]") && page.contains("<h2>Coverage</h2>"),
        "{page}"
    );
    let rows = written(|out| csv::write(&whole(), out));
    assert_eq!(rows.lines().count(), 2, "{rows}");
    assert!(
        rows.contains("\"true-positive\"") && rows.contains("\"high\""),
        "{rows}"
    );
}
