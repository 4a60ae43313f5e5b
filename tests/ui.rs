//! The screen, without a terminal: what keys do, what is drawn, what is in the file afterwards.

#[cfg(test)]
mod ui {
    mod app;
    mod fixture;
    mod hostile;
    mod keys;
    mod screen;
    mod screens;
    mod tour;
    mod update;
}
