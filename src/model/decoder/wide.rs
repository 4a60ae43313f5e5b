//! Runs a loop with the widest vector instructions of the machine, chosen at run time.
//!
//! Invariant: no unsafe code here; what runs inside is ordinary code the compiler vectorises.

/// Runs `f` compiled for the machine at hand. What it calls must be `#[inline(always)]` to profit.
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn wide<R>(f: impl FnOnce() -> R) -> R {
    use pulp::x86::{V3, V4};
    if let Some(simd) = V4::try_new() {
        return simd.vectorize(f);
    }
    if let Some(simd) = V3::try_new() {
        return simd.vectorize(f);
    }
    f()
}

/// Runs `f`: elsewhere the baseline already has the vectors.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
pub fn wide<R>(f: impl FnOnce() -> R) -> R {
    f()
}
