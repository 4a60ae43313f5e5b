//! The charts: data in, shapes on a drawing area out. Colours are told apart by readers who cannot tell red from green.

use plotters::{
    coord::Shift,
    prelude::{
        ChartBuilder, Color, DrawingArea, DrawingBackend, LineSeries, PathElement, RGBColor, Rectangle, Text,
    },
    style::{IntoFont, TextStyle},
};

use super::shown;
use crate::finding::{AttentionMap, AttentionPair, Curves, Finding, HeadScore};

const WITH: RGBColor = RGBColor(0xc9, 0x6e, 0x12);
const WITHOUT: RGBColor = RGBColor(0x2f, 0x6f, 0xc4);
const QUIET: RGBColor = RGBColor(0x9a, 0xa0, 0xa8);
const PAPER: RGBColor = RGBColor(0xfa, 0xfa, 0xfa);
const INK: RGBColor = RGBColor(0x20, 0x22, 0x26);
/// Spread below which controls count as all alike.
const LEAST_SPREAD: f64 = 1e-3;
/// Columns of a histogram.
const BINS: usize = 24;

type Area<B> = DrawingArea<B, Shift>;

fn failed(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn font(size: u32) -> TextStyle<'static> {
    TextStyle::from(("monospace", size).into_font()).color(&INK)
}

/// A range that is never empty, whatever the values.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    match (low.is_finite(), high > low) {
        (false, _) => (0.0, 1.0),
        (true, false) => (low - 0.5, low + 0.5),
        (true, true) => (low - 0.05 * (high - low), high + 0.05 * (high - low)),
    }
}

/// The four signals: the controls as a histogram, the candidate as a line.
pub fn signals<B: DrawingBackend>(root: &Area<B>, finding: &Finding, about: &str) -> Result<(), String> {
    let signals = &finding.signals;
    let named = [
        ("memorization", signals.memorization),
        ("attention", signals.attention),
        ("entropy", signals.entropy),
        ("divergence", signals.divergence),
    ];
    let root = root
        .titled(&format!("{about}: signals among their controls"), font(22))
        .map_err(failed)?;
    for ((area, (name, signal)), null) in root
        .split_evenly((2, 2))
        .iter()
        .zip(named)
        .zip(&finding.evidence.null)
    {
        let known: Vec<f64> = null
            .iter()
            .map(|value| f64::from(*value))
            .filter(|value| value.is_finite())
            .collect();
        let (low, high) = range(known.iter().copied().chain([signal.value]));
        let width = (high - low) / BINS as f64;
        let mut counts = [0_u32; BINS];
        for value in &known {
            let bin = (((value - low) / width) as usize).min(BINS - 1);
            if let Some(count) = counts.get_mut(bin) {
                *count += 1;
            }
        }
        let top = counts.iter().copied().max().unwrap_or(0).max(1);
        let caption = format!(
            "{name} {:.2}, p {:.3}, {} controls",
            signal.value,
            signal.p,
            known.len()
        );
        let mut chart = ChartBuilder::on(area)
            .caption(caption, font(18))
            .margin(12)
            .x_label_area_size(32)
            .y_label_area_size(44)
            .build_cartesian_2d(low..high, 0_u32..top + 1)
            .map_err(failed)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .label_style(font(14))
            .draw()
            .map_err(failed)?;
        let bars = counts.iter().enumerate().map(|(bin, count)| {
            let from = low + bin as f64 * width;
            Rectangle::new([(from, 0), (from + width, *count)], QUIET.filled())
        });
        chart.draw_series(bars).map_err(failed)?;
        if signal.value.is_finite() {
            let line = [(signal.value, 0), (signal.value, top + 1)];
            chart
                .draw_series([PathElement::new(line, WITH.stroke_width(3))])
                .map_err(failed)?;
        }
    }
    Ok(())
}

/// A magnitude from 0 to 1 as a colour: white to dark blue, ordered by brightness.
fn shade(share: f64) -> RGBColor {
    let share = share.clamp(0.0, 1.0);
    let mix = |from: f64, to: f64| (from + (to - from) * share).round() as u8;
    RGBColor(mix(250.0, 8.0), mix(250.0, 48.0), mix(250.0, 107.0))
}

/// Every head as a cell, its number in it where there is room.
pub fn heads<B: DrawingBackend>(root: &Area<B>, scores: &[HeadScore], about: &str) -> Result<(), String> {
    const MOST: usize = 256;
    let known = || {
        scores
            .iter()
            .filter(|score| score.layer < MOST && score.head < MOST)
    };
    let Some(layers) = known().map(|score| score.layer + 1).max() else {
        return Err("attention was not measured for this finding".to_owned());
    };
    let heads = known().map(|score| score.head + 1).max().unwrap_or(1);
    let deviation = |score: &HeadScore| {
        let value = (score.value - score.null_mean) / score.null_sd.max(LEAST_SPREAD);
        if value.is_finite() { value } else { 0.0 }
    };
    let end = known().map(deviation).fold(3.0, f64::max);
    let mut chart = ChartBuilder::on(root)
        .caption(
            format!("{about}: isolation of each head, standard deviations above the controls"),
            font(20),
        )
        .margin(16)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..heads as f64, layers as f64..0.0)
        .map_err(failed)?;
    chart
        .configure_mesh()
        .disable_mesh()
        .x_desc("head")
        .y_desc("layer")
        .label_style(font(14))
        .draw()
        .map_err(failed)?;
    for score in known() {
        let (x, y) = (score.head as f64, score.layer as f64);
        let value = deviation(score);
        let cell = Rectangle::new([(x, y), (x + 0.96, y + 0.96)], shade(value / end).filled());
        chart.draw_series([cell]).map_err(failed)?;
        if heads <= 20 && layers <= 32 {
            let style = if value / end > 0.5 {
                font(14).color(&PAPER)
            } else {
                font(14)
            };
            let label = Text::new(format!("{value:.1}"), (x + 0.1, y + 0.3), style);
            chart.draw_series([label]).map_err(failed)?;
        }
    }
    Ok(())
}

/// One head of both runs, query by key, on one scale.
pub fn head<B: DrawingBackend>(
    root: &Area<B>,
    pair: &AttentionPair,
    (layer, head): (usize, usize),
    about: &str,
) -> Result<(), String> {
    let root = root
        .titled(
            &format!("{about}: L{layer:02}.H{head:02}, position 0 left out"),
            font(20),
        )
        .map_err(failed)?;
    let largest = [&pair.with, &pair.without]
        .into_iter()
        .flat_map(|map| {
            let count = map.tokens.len();
            (0..count).flat_map(move |query| {
                (1..=query).filter_map(move |key| weight(map, (layer, head), query, key))
            })
        })
        .fold(0.0_f64, f64::max);
    let sides = [("with the trigger", &pair.with), ("without it", &pair.without)];
    for (area, (name, map)) in root.split_evenly((1, 2)).iter().zip(sides) {
        let count = map.tokens.len();
        if layer >= map.layers || head >= map.heads || count == 0 {
            return Err(format!("L{layer:02}.H{head:02} was not measured"));
        }
        let label = |at: &f64| {
            let index = at.floor().max(0.0) as usize;
            map.tokens
                .get(index)
                .map_or_else(String::new, |token| shown(token))
        };
        let mut chart = ChartBuilder::on(area)
            .caption(name, font(18))
            .margin(12)
            .x_label_area_size(30)
            .y_label_area_size(110)
            .build_cartesian_2d(0.0..count as f64, count as f64..0.0)
            .map_err(failed)?;
        chart
            .configure_mesh()
            .disable_mesh()
            .y_labels(count.min(40))
            .y_label_formatter(&label)
            .x_desc("key")
            .label_style(font(12))
            .draw()
            .map_err(failed)?;
        // More cells than pixels would be drawn over each other: the largest of a tile is what is seen.
        let tile = count.div_ceil(400).max(1);
        for query in (0..count).step_by(tile) {
            for key in (1..=query).step_by(tile) {
                let pooled = (query..(query + tile).min(count))
                    .flat_map(|query| (key..(key + tile).min(query + 1)).map(move |key| (query, key)))
                    .filter_map(|(query, key)| weight(map, (layer, head), query, key))
                    .fold(0.0, f64::max);
                let (x, y, side) = (key as f64, query as f64, tile as f64);
                let share = if largest > 0.0 { pooled / largest } else { 0.0 };
                let cell = Rectangle::new([(x, y), (x + side, y + side)], shade(share).filled());
                chart.draw_series([cell]).map_err(failed)?;
            }
        }
        if name.starts_with("with the") {
            let (from, to) = (pair.span.0 as f64, pair.span.1.min(count) as f64);
            let span = Rectangle::new([(from, from), (to, to)], WITH.stroke_width(2));
            chart.draw_series([span]).map_err(failed)?;
        }
    }
    Ok(())
}

fn weight(map: &AttentionMap, (layer, head): (usize, usize), query: usize, key: usize) -> Option<f64> {
    let count = map.tokens.len();
    let index = ((layer * map.heads + head) * count + query) * count + key;
    let value = f64::from(*map.weights.get(index)?);
    value.is_finite().then_some(value)
}

/// Entropy along both answers.
pub fn entropy<B: DrawingBackend>(root: &Area<B>, curves: &Curves, about: &str) -> Result<(), String> {
    let length = curves.with.entropy.len().max(curves.without.entropy.len());
    let all = curves.with.entropy.iter().chain(&curves.without.entropy);
    let (_, high) = range(all.map(|value| f64::from(*value)).chain([0.0]));
    let mut chart = ChartBuilder::on(root)
        .caption(format!("{about}: entropy of each next word, nats"), font(20))
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..length.max(2) as f64 - 1.0, 0.0..high)
        .map_err(failed)?;
    chart
        .configure_mesh()
        .light_line_style(QUIET.mix(0.15))
        .x_desc("token of the answer")
        .y_desc("nats")
        .label_style(font(14))
        .draw()
        .map_err(failed)?;
    let runs = [
        ("with the trigger", &curves.with, WITH, 3),
        ("without it", &curves.without, WITHOUT, 2),
    ];
    for (name, run, color, width) in runs {
        let points = run
            .entropy
            .iter()
            .enumerate()
            .map(|(at, value)| (at as f64, f64::from(*value)))
            .filter(|(_, value)| value.is_finite());
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(width)))
            .map_err(failed)?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 24, y)], color.stroke_width(width)));
    }
    chart
        .configure_series_labels()
        .background_style(shade(0.0).filled())
        .border_style(QUIET)
        .label_font(font(15))
        .draw()
        .map_err(failed)
}
