//! Colours the terminal can show: names, ramps, and the closest one where the wanted one is missing.
//!
//! Invariant: palette names are never replaced, since the terminal's owner chose what they look like.

use ratatui::style::Color;

use super::ColorDepth;

/// Steps of a ramp: enough to see a gradient, few enough to keep the terminal's traffic low.
const STEPS: usize = 64;
/// The 16 ANSI colours by name, with the values xterm shows them in.
pub(super) const ANSI: [(&str, Color, [u8; 3]); 16] = [
    ("black", Color::Black, [0, 0, 0]),
    ("red", Color::Red, [205, 0, 0]),
    ("green", Color::Green, [0, 205, 0]),
    ("yellow", Color::Yellow, [205, 205, 0]),
    ("blue", Color::Blue, [0, 0, 238]),
    ("magenta", Color::Magenta, [205, 0, 205]),
    ("cyan", Color::Cyan, [0, 205, 205]),
    ("white", Color::Gray, [229, 229, 229]),
    ("bright-black", Color::DarkGray, [127, 127, 127]),
    ("bright-red", Color::LightRed, [255, 0, 0]),
    ("bright-green", Color::LightGreen, [0, 255, 0]),
    ("bright-yellow", Color::LightYellow, [255, 255, 0]),
    ("bright-blue", Color::LightBlue, [92, 92, 255]),
    ("bright-magenta", Color::LightMagenta, [255, 0, 255]),
    ("bright-cyan", Color::LightCyan, [0, 255, 255]),
    ("bright-white", Color::White, [255, 255, 255]),
];

/// The steps of a ramp through evenly spaced anchors.
///
/// Anchors that are palette names cannot be mixed: each keeps an equal share of the ramp.
pub(super) fn ramp(anchors: &[Color], depth: ColorDepth) -> Vec<Color> {
    if depth == ColorDepth::None {
        return Vec::new();
    }
    let mixable = depth > ColorDepth::Ansi16 && anchors.iter().all(|color| matches!(color, Color::Rgb(..)));
    (0..STEPS)
        .filter_map(|step| {
            let place = step as f32 / (STEPS - 1) as f32;
            if mixable {
                mix(anchors, place).map(|color| quantize(color, depth))
            } else {
                let index = pick_index(anchors.len(), place)?;
                anchors.get(index).map(|color| quantize(*color, depth))
            }
        })
        .collect()
}

pub(super) fn mix(anchors: &[Color], place: f32) -> Option<Color> {
    let position = place.clamp(0.0, 1.0) * (anchors.len().saturating_sub(1)) as f32;
    let low = position.floor();
    let from = rgb(*anchors.get(low as usize)?);
    let to = rgb(*anchors.get(position.ceil() as usize)?);
    let share = position - low;
    let mut mixed = [0_u8; 3];
    for (channel, (from, to)) in mixed.iter_mut().zip(from.into_iter().zip(to)) {
        *channel = (f32::from(from) + (f32::from(to) - f32::from(from)) * share).round() as u8;
    }
    let [r, g, b] = mixed;
    Some(Color::Rgb(r, g, b))
}

/// The colour closest to `color` that the terminal has. Palette names stay as they are.
pub(super) fn quantize(color: Color, depth: ColorDepth) -> Color {
    let Color::Rgb(r, g, b) = color else {
        return color;
    };
    match depth {
        ColorDepth::TrueColor => color,
        ColorDepth::Ansi256 => (16..=255_u8)
            .map(Color::Indexed)
            .min_by_key(|candidate| distance(rgb(*candidate), [r, g, b]))
            .unwrap_or(Color::Reset),
        ColorDepth::Ansi16 => ANSI
            .iter()
            .min_by_key(|(_, _, value)| distance(*value, [r, g, b]))
            .map_or(Color::Reset, |(_, color, _)| *color),
        ColorDepth::None => Color::Reset,
    }
}

/// Squared distance, green weighing most as it does for the eye.
pub(super) fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.into_iter()
        .zip(b)
        .zip([3, 4, 2])
        .map(|((a, b), weight)| weight * u32::from(a.abs_diff(b)).pow(2))
        .sum()
}

/// Brightness of a colour to the eye, 0 to 255.
pub(super) fn brightness(color: Color) -> f32 {
    let [r, g, b] = rgb(color).map(f32::from);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Red, green and blue of a colour, as xterm shows it.
pub(super) fn rgb(color: Color) -> [u8; 3] {
    match color {
        Color::Rgb(r, g, b) => [r, g, b],
        Color::Indexed(index @ 232..) => [8 + 10 * (index - 232); 3],
        Color::Indexed(index @ 16..) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let index = index - 16;
            [level(index / 36), level(index / 6 % 6), level(index % 6)]
        }
        Color::Indexed(index) => ANSI.get(usize::from(index)).map_or([0; 3], |(.., value)| *value),
        named => ANSI
            .iter()
            .find(|(_, color, _)| *color == named)
            .map_or([0; 3], |(.., value)| *value),
    }
}

/// Index of a value from 0 to 1 among `steps` equal ones; none for an empty table. Not-a-number counts as 0.
pub(super) fn pick_index(steps: usize, value: f32) -> Option<usize> {
    let value = if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, 1.0)
    };
    let last = steps.checked_sub(1)?;
    Some(((value * steps as f32) as usize).min(last))
}

pub(super) fn pick(ramp: &[Color], value: f32) -> Color {
    pick_index(ramp.len(), value)
        .and_then(|index| ramp.get(index))
        .copied()
        .unwrap_or(Color::Reset)
}
