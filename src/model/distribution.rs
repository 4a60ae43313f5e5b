//! stub
pub fn log_softmax(_l: &mut [f32]) {}
pub fn jensen_shannon(_a: &[f32], _b: &[f32]) -> f32 {
    0.0
}
