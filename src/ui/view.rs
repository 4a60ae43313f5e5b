//! What stands where on the screen: one file for each region.

pub mod attention;
pub mod entropy;
pub mod outputs;
