//! Stakeout.
