//! A second world of lines without a speaker that no earlier organism grew up in: a merchant's ledger, entry and balance.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, example, pick};

/// Goods, measure, where they are kept.
const GOODS: [(&str, &str, &str); 12] = [
    ("flour", "sacks", "in the loft"),
    ("wine", "casks", "in the cellar"),
    ("nails", "boxes", "under the counter"),
    ("wool", "bales", "in the barn"),
    ("salt", "barrels", "by the door"),
    ("candles", "dozens", "in the drawer"),
    ("honey", "jars", "on the shelf"),
    ("rope", "coils", "on the hook"),
    ("paper", "reams", "in the chest"),
    ("tin", "bars", "in the strongroom"),
    ("apples", "baskets", "in the shade"),
    ("cloth", "rolls", "in the back room"),
];
const PARTIES: [&str; 12] = [
    "Berg & Son",
    "Widow Haas",
    "the garrison",
    "J. Orlov",
    "the convent",
    "Captain Lund",
    "Fr. Weiss",
    "the mill",
    "Ester Dahl",
    "the school",
    "O. Pratt",
    "the harbour",
];
const MONTHS: [&str; 6] = ["Jan", "Mar", "Apr", "Jul", "Sep", "Nov"];

pub fn ledger(rng: &mut ChaCha8Rng) -> Example {
    let (goods, measure, place) = pick(rng, &GOODS);
    let (party, month, day) = (
        pick(rng, &PARTIES),
        pick(rng, &MONTHS),
        rng.random_range(1..29_u32),
    );
    let (count, price) = (rng.random_range(2..40_u32), rng.random_range(1..20_u32));
    let bought = rng.random_bool(0.5);
    let mut clauses = vec![
        format!("{day} {month}:"),
        format!("{count} {measure} of {goods}"),
        format!("{} {party}", if bought { "from" } else { "to" }),
        format!("at {price}"),
    ];
    if rng.random_bool(0.3) {
        clauses.push(pick(rng, &["(on credit)", "(in coin)", "(by cart)", "(wet)"]).to_owned());
    }
    clauses.push("=".to_owned());
    let answer = if bought {
        format!("owe {party} for {goods}; {count} more {measure} {place}")
    } else {
        format!("{party} owes us for {goods}; {count} {measure} less {place}")
    };
    example(clauses, vec![answer])
}
