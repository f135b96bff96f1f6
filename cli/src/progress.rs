//! Progress on long work: a line on a terminal, nothing anywhere else.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// A line that shows what is being done, and goes away with this value.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Starts to show `task`.
    pub(crate) fn start(task: &str) -> Self {
        let bar = if output::watched() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        bar.set_message(task.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar }
    }

    /// Says what is being done now.
    pub(crate) fn task(&self, task: &str) {
        self.bar.set_message(task.to_owned());
    }

    /// Shows that `done` of `all` is done, `name` being the last.
    pub(crate) fn at(&self, done: usize, all: usize, name: &str) {
        if self.bar.length() != Some(all as u64) {
            self.bar.set_length(all as u64);
            // The template is a constant; were it wrong, the spinner would stay.
            if let Ok(style) = ProgressStyle::with_template("{wide_bar:.cyan/dim} {pos}/{len} {msg:30!}") {
                self.bar.set_style(style);
            }
        }
        self.bar.set_position(done as u64);
        self.bar.set_message(name.to_owned());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
