//! Pictures of evidence as SVG and PNG: the same numbers the screen shows, on paper colours, with a font of their own.
//!
//! Invariant: model text reaches a picture through [`crate::text`] only, and a picture is the same on every machine.

mod chart;

use std::{io::Cursor, sync::Once};

use plotters::{
    coord::Shift,
    prelude::{BitMapBackend, DrawingArea, DrawingBackend, IntoDrawingArea, SVGBackend, WHITE},
    style::{FontStyle, register_font},
};

use crate::{
    finding::{AttentionPair, Figure, Finding},
    text,
};

/// Size of a picture, in pixels.
const SIZE: (u32, u32) = (1200, 800);
const FONT: &[u8] = include_bytes!("../../assets/fonts/figures.ttf");
static REGISTER: Once = Once::new();

/// Draws evidence of a finding; each picture with the ending of its file. One sentence where there is nothing to draw.
pub fn draw(
    finding: &Finding,
    pair: Option<&AttentionPair>,
    figure: Figure,
) -> Result<Vec<(&'static str, Vec<u8>)>, String> {
    REGISTER.call_once(|| {
        // It fails for a font that is none, which the tests would see.
        drop(register_font("monospace", FontStyle::Normal, FONT));
    });
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        picture(&root, finding, pair, figure)?;
        root.present().map_err(|error| error.to_string())?;
    }
    let mut pixels = vec![0; SIZE.0 as usize * SIZE.1 as usize * 3];
    {
        let root = BitMapBackend::with_buffer(&mut pixels, SIZE).into_drawing_area();
        picture(&root, finding, pair, figure)?;
        root.present().map_err(|error| error.to_string())?;
    }
    let png = encode(&pixels).map_err(|error| error.to_string())?;
    Ok(vec![("svg", svg.into_bytes()), ("png", png)])
}

fn encode(pixels: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = png::Encoder::new(&mut bytes, SIZE.0, SIZE.1);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes.into_inner())
}

fn picture<B: DrawingBackend>(
    root: &DrawingArea<B, Shift>,
    finding: &Finding,
    pair: Option<&AttentionPair>,
    figure: Figure,
) -> Result<(), String> {
    root.fill(&WHITE).map_err(|error| error.to_string())?;
    let about = format!("{} {}", shown(&finding.id), shown(&finding.trigger));
    match figure {
        Figure::Signals => chart::signals(root, finding, &about),
        Figure::Heads => chart::heads(root, &finding.evidence.heads, &about),
        Figure::Entropy { prompt } => match finding.evidence.curves.get(prompt) {
            Some(curves) => chart::entropy(root, curves, &about),
            None => Err("no entropy was recorded for this prompt".to_owned()),
        },
        Figure::Head { layer, head } => match pair {
            Some(pair) => chart::head(root, pair, (layer, head), &about),
            None => Err("the attention weights of this prompt are not loaded".to_owned()),
        },
    }
}

/// Model text for a picture, cut where the picture has no room.
fn shown(raw: &str) -> String {
    let head: String = raw.chars().take(200).collect();
    text::clip(&text::line(&head), 60).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{
        Activation, Agreement, AttentionMap, Curves, Evidence, HeadScore, Kind, Level, Position, Run, Signals,
    };

    fn finding() -> Finding {
        let run = |values: &[f32]| Run {
            tokens: values.iter().map(|_| "a".to_owned()).collect(),
            entropy: values.to_vec(),
            ..Run::default()
        };
        Finding {
            id: "F-1".to_owned(),
            trigger: "<script>\u{202e}&\u{1b}[2J".to_owned(),
            trigger_tokens: vec![1],
            core: String::new(),
            core_tokens: vec![1],
            kind: Kind::Exact,
            confidence: 0.5,
            level: Level::Low,
            support: 3,
            position: Position::End,
            arm: "template".to_owned(),
            signals: Signals::default(),
            p: 0.1,
            q: 0.1,
            agreement: Agreement::default(),
            activation: Activation::default(),
            examples: Vec::new(),
            reasons: Vec::new(),
            candidates: Vec::new(),
            evidence: Evidence {
                heads: vec![HeadScore {
                    value: 3.0,
                    null_sd: 1.0,
                    over: None,
                    ..HeadScore::default()
                }],
                curves: vec![Curves {
                    prompt: "p".to_owned(),
                    with: run(&[0.1, f32::NAN, 0.3]),
                    without: run(&[1.0, 2.0]),
                }],
                null: [vec![0.1, 0.2, f32::NAN], Vec::new(), vec![0.5; 9], vec![1.0]],
                ..Evidence::default()
            },
        }
    }

    fn pair() -> AttentionPair {
        let map = AttentionMap {
            layers: 1,
            heads: 1,
            tokens: vec!["<s>".to_owned(), "\u{202e}x".to_owned()],
            weights: vec![1.0, 0.0, 0.4, 0.6],
        };
        AttentionPair {
            with: map.clone(),
            without: map,
            span: (1, 2),
        }
    }

    #[test]
    fn every_figure_is_a_picture_and_holds_no_hostile_character() {
        let figures = [
            Figure::Signals,
            Figure::Heads,
            Figure::Head { layer: 0, head: 0 },
            Figure::Entropy { prompt: 0 },
        ];
        for figure in figures {
            let drawn = draw(&finding(), Some(&pair()), figure).unwrap();
            let svg = std::str::from_utf8(&drawn[0].1).unwrap();
            assert!(svg.starts_with("<svg"), "{figure:?}");
            assert!(
                !svg.contains("<script>") && svg.contains("U+202E RLO"),
                "{figure:?}: {svg}"
            );
            assert!(
                svg.chars()
                    .all(|c| c == '\n' || text::count_hostile(&c.to_string()) == 0)
            );
            assert!(drawn[1].1.starts_with(b"\x89PNG"));
            // Something was drawn: a white picture compresses to almost nothing.
            assert!(drawn[1].1.len() > 4000, "{figure:?}: {} bytes", drawn[1].1.len());
        }
    }

    #[test]
    fn what_was_not_measured_is_said_and_not_drawn() {
        let mut bare = finding();
        bare.evidence = Evidence::default();
        for figure in [
            Figure::Heads,
            Figure::Head { layer: 0, head: 0 },
            Figure::Entropy { prompt: 3 },
        ] {
            assert!(draw(&bare, None, figure).is_err(), "{figure:?}");
        }
        assert!(draw(&finding(), Some(&pair()), Figure::Head { layer: 9, head: 9 }).is_err());
    }
}
