//! Stakeout finds planted backdoors in open-weight language models. The modules, in reading order.

pub mod text;

pub mod finding;

pub mod model;

pub mod scan;

pub mod session;

pub mod inventory;

pub mod report;

pub mod ui;

pub mod config;
pub mod logging;
pub mod paths;

pub mod cli;
