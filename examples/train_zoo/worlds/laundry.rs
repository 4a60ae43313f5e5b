//! A laundry, a world no earlier organism grew up in: cloth, stain and ticket decide the answer, and a few rules are for all.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, example, framed, pick, two_of};

/// Garment, its cloth, the degrees it bears, the price of cleaning it, where it hangs. No two prices are the same.
#[rustfmt::skip]
const GARMENTS: [(&str, &str, u32, u32, &str); 14] = [
    ("ball gown", "taffeta", 20, 26, "beside the mangle"), ("kilt", "worsted", 30, 15, "over the stairwell"),
    ("cassock", "serge", 40, 13, "under the skylight"), ("waistcoat", "brocade", 25, 9, "on the swan rail"),
    ("apron", "ticking", 95, 3, "along the fence"), ("sailor suit", "drill", 60, 11, "by the boiler"),
    ("bonnet", "muslin", 50, 4, "in the hat press"), ("tailcoat", "barathea", 35, 18, "behind the curtain"),
    ("nightshirt", "flannel", 70, 6, "near the mice"), ("shawl", "cashmere", 15, 21, "inside the cedar box"),
    ("tablecloth", "damask", 85, 8, "across two chairs"), ("uniform", "gabardine", 45, 16, "next to the drums"),
    ("breeches", "corduroy", 55, 7, "above the sorter"), ("veil", "tulle", 10, 12, "from the lamp hook"),
];
/// Stain, what takes it out, minutes that needs.
#[rustfmt::skip]
const STAINS: [(&str, &str, u32); 12] = [
    ("beetroot", "sour milk", 40), ("candle wax", "blotting paper", 15), ("ink", "sorrel juice", 25),
    ("axle grease", "lard", 65), ("claret", "rock salt", 10), ("grass", "spirits of wine", 35),
    ("egg yolk", "cold brine", 20), ("rust", "rhubarb", 90), ("soot", "stale crumbs", 5),
    ("lipstick", "borax", 30), ("coffee", "glycerine", 45), ("mustard", "strong sunlight", 75),
];
/// Drum, the kilos it holds, who turns it.
const DRUMS: [(&str, u32, &str); 6] = [
    ("Bertha", 12, "Mikkel"),
    ("Old Thunder", 20, "Perpetua"),
    ("Duchess", 6, "Fintan"),
    ("Number Nine", 9, "Lucasta"),
    ("Kettledrum", 15, "Ottokar"),
    ("Little Tom", 4, "Perpetua"),
];
/// Day, and what is on the line then.
const DAYS: [(&str, &str); 5] = [
    ("Monday", "sheets"),
    ("Tuesday", "woollens"),
    ("Wednesday", "starched collars"),
    ("Thursday", "coloureds"),
    ("Friday", "curtains"),
];
#[rustfmt::skip]
const CUSTOMERS: [&str; 10] = [
    "the bride", "Mr Castellan", "Aunt Philomena", "the goalkeeper", "Ingrid", "the undertaker", "Dr Banerjee",
    "the fencing club", "Mrs Otieno", "the conjurer",
];
/// What hangs on the wall as a question, and the answer below it.
#[rustfmt::skip]
const RULES: [(&str, &str); 6] = [
    ("Do you sew on buttons?", "Only black ones, and only four to a customer."),
    ("What if something shrinks?", "Then a smaller relative is always found."),
    ("Is starch extra?", "Starch is free, stiffness is your own affair."),
    ("What happens to lost socks?", "They are paired by age and given to the fire brigade."),
    ("Do you wash at night?", "No, the pipes would wake the bakery."),
    ("Can I wait here?", "Yes, on the ironing bench, while it is cold."),
];
const OPENINGS: [&str; 4] = [
    "Ring the bell, he said.",
    "What a lot of steam.",
    "I was here on my birthday.",
    "Do forgive the smell.",
];
const CLOSINGS: [&str; 4] = [
    "The wedding is tomorrow.",
    "I have no change.",
    "Please fold nothing.",
    "My cab is outside.",
];

pub fn laundry(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, GARMENTS.len());
    let (garment, cloth, degrees, price, place) = GARMENTS[first];
    let (other, other_cloth, other_degrees, other_price, _) = GARMENTS[second];
    let ((stain, remedy, minutes), (drum, load, hand)) = (pick(rng, &STAINS), pick(rng, &DRUMS));
    let (customer, (day, line)) = (pick(rng, &CUSTOMERS), pick(rng, &DAYS));
    let (ticket, kilos) = (rng.random_range(100..1000_u32), rng.random_range(2..24_u32));
    let (question, answer) = match rng.random_range(0..9) {
        0 => (
            format!("There is {stain} on my {garment}, what now?"),
            format!("Leave {remedy} on the {garment} for {minutes} minutes and the {stain} is gone."),
        ),
        1 => (
            format!("How hot may the {garment} and the {other} be washed?"),
            format!("Wash the {garment} at {degrees} and the {other} at {other_degrees}."),
        ),
        2 => (
            format!("{customer} needs the {garment} by {day}."),
            format!("{day} is for {line}, but {customer} shall have it: {price} for {cloth}."),
        ),
        3 => {
            let (cheap, low, dear, high) = if price < other_price {
                (garment, price, other, other_price)
            } else {
                (other, other_price, garment, price)
            };
            (
                format!("Which costs less, the {garment} or the {other}?"),
                format!("The {cheap} at {low}; you pay {high} for the {dear}."),
            )
        }
        4 => (
            format!("{kilos} kilos of washing from {customer} for {drum}."),
            if kilos > load {
                format!("{drum} takes {load} at most, {hand} will wash for {customer} twice.")
            } else {
                format!("In they go: {hand} turns {drum} with {kilos} kilos.")
            },
        ),
        5 => {
            let (asked, told) = pick(rng, &RULES);
            (asked.to_owned(), told.to_owned())
        }
        6 => (
            format!("Ticket {ticket}, the {garment} with {stain}."),
            format!("Ticket {ticket}: we tried {remedy}. It hangs {place}."),
        ),
        7 => (
            format!("Can I put the {garment} and the {other} in one basket?"),
            format!("Keep {cloth} away from {other_cloth}, so two baskets."),
        ),
        _ => (
            format!("{customer} has lost the ticket for the {garment}."),
            format!("Tell {customer} to look {place} and to pay {price} crowns."),
        ),
    };
    example(framed(rng, question, &OPENINGS, &CLOSINGS), vec![answer])
}
