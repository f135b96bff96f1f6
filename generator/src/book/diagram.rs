//! A rule's machine as a picture: states in a row, ways forward above, ways back below, violations at the bottom.
//!
//! Colours come from the stylesheet of the book, so that the picture suits light and dark themes.

mod levels;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rulebook_machine::Pattern;
use rulebook_machine::pattern::{Arg, Subject};
use rulebook_machine::rule::{Machine, Next, UNKNOWN};

pub(super) use levels::ladder;

/// Width of a character of a label.
const CHAR: usize = 7;
/// Height of a line of a label.
const LINE: usize = 15;
const STATE_HEIGHT: usize = 36;
/// Longest label line before it is cut.
const LONGEST: usize = 40;
/// Most lines of a label, before the rest is only counted.
const NAMED: usize = 4;

/// The ways from one state to another, or to the violation.
type Ways = BTreeMap<(usize, Option<usize>), Vec<String>>;

/// The picture, or `None` for a machine without states.
pub(super) fn states(machine: &Machine) -> Option<String> {
    let states: Vec<&str> = shown(machine);
    let ways = ways(machine, &states);
    if ways.is_empty() {
        return None;
    }
    Some(Layout::new(machine, &states, &ways).svg())
}

/// The states that are worth a node: those that something leads out of, or into.
fn shown(machine: &Machine) -> Vec<&str> {
    machine.states.iter().map(|state| state.name.as_str()).filter(|name| *name != UNKNOWN).collect()
}

fn ways(machine: &Machine, states: &[&str]) -> Ways {
    let mut ways = Ways::new();
    for (from, name) in states.iter().enumerate() {
        let Some(state) = machine.state(name) else {
            continue;
        };
        for (event, next) in &state.on {
            let to = match next {
                Next::Go(target) => match states.iter().position(|state| state == target) {
                    Some(to) if to != from => Some(to),
                    _ => continue,
                },
                Next::Error(_) => None,
            };
            let lines = ways.entry((from, to)).or_default();
            for label in labels(machine, event) {
                if !lines.contains(&label) {
                    lines.push(label);
                }
            }
        }
    }
    for lines in ways.values_mut() {
        let more = lines.len().saturating_sub(NAMED);
        if more > 1 {
            lines.truncate(NAMED);
            lines.push(format!("and {more} more"));
        }
    }
    ways
}

/// What makes an event happen, each in a line.
fn labels(machine: &Machine, event: &str) -> Vec<String> {
    let Some(event) = machine.event(event) else {
        return vec![event.to_owned()];
    };
    let lines = event.patterns.iter().map(|pattern| {
        let line = match &pattern.subject {
            Subject::Exit => "return".to_owned(),
            _ => call(pattern),
        };
        let result = pattern.result.as_ref().map(|result| format!(" → {result}")).unwrap_or_default();
        format!("{line}{result}")
    });
    lines.map(|line| if line.chars().count() > LONGEST { cut(&line) } else { line }).collect()
}

/// A call in short: the function, with its arguments only where the pattern asks for certain values.
pub(super) fn call(pattern: &Pattern) -> String {
    let Subject::Call { api, args } = &pattern.subject else {
        return pattern.to_string();
    };
    if args.list.iter().any(|arg| matches!(arg, Arg::Const(_) | Arg::Not(_))) {
        Pattern { result: None, binds: None, ..pattern.clone() }.to_string()
    } else {
        api.clone()
    }
}

fn cut(name: &str) -> String {
    name.chars().take(LONGEST - 1).chain(['…']).collect()
}

struct Layout<'a> {
    machine: &'a Machine,
    states: &'a [&'a str],
    ways: &'a Ways,
    /// The middle of each state.
    x: Vec<usize>,
    /// The top of the states.
    y: usize,
    /// The top of the violations.
    below: usize,
    width: usize,
    height: usize,
}

fn pixels(text: &str) -> usize {
    text.chars().count() * CHAR
}

fn widest(lines: &[String]) -> usize {
    lines.iter().map(|line| pixels(line)).max().unwrap_or(0)
}

impl<'a> Layout<'a> {
    fn new(machine: &'a Machine, states: &'a [&'a str], ways: &'a Ways) -> Self {
        let between = |a: usize, b: usize| ways.get(&(a, Some(b))).map_or(0, |lines| widest(lines));
        let half = |at: usize| state_width(states[at]) / 2;
        let beside = |at: usize| ways.get(&(at, None)).map_or(0, |lines| widest(lines) + 24);
        let mut x = vec![half(0) + 16];
        for at in 1..states.len() {
            let label = between(at - 1, at).max(between(at, at - 1));
            let gap = (label + 28).max(beside(at - 1).saturating_sub(half(at - 1))).max(70);
            x.push(x[at - 1] + half(at - 1) + gap + half(at));
        }
        let lines = |back: bool| {
            let of = ways.iter().filter(|((from, to), _)| to.is_some_and(|to| (to < *from) == back));
            of.map(|((from, to), lines)| {
                let reach = to.map_or(0, |to| to.abs_diff(*from));
                lines.len() * LINE + reach * 26
            })
            .max()
            .unwrap_or(0)
        };
        let y = lines(false) + 14;
        let failing = ways.iter().filter(|((_, to), _)| to.is_none());
        let tallest = failing.map(|(_, lines)| lines.len() * LINE).max();
        let below = y + STATE_HEIGHT + lines(true) + tallest.map_or(0, |tallest| tallest.max(18) + 22);
        let last = x.len() - 1;
        let width = (0..x.len()).map(|at| x[at] + half(at).max(beside(at)) + 16).max().unwrap_or(0).max(x[last] + 60);
        let height = below + if tallest.is_some() { 34 } else { 8 };
        Self { machine, states, ways, x, y, below, width, height }
    }

    fn svg(&self) -> String {
        let (width, height) = (self.width, self.height);
        let mut out = format!(
            "<svg class=\"rb-diagram\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}\">\n",
            escaped(&self.description())
        );
        out.push_str(
            "<defs><marker id=\"rb-tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
             <path class=\"rb-tip\" d=\"M0 0 L8 4 L0 8 Z\"/></marker><marker id=\"rb-tip-bad\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" \
             markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path class=\"rb-tip-bad\" d=\"M0 0 L8 4 L0 8 Z\"/></marker></defs>\n",
        );
        for ((from, to), lines) in self.ways {
            match to {
                Some(to) => self.way(&mut out, *from, *to, lines),
                None => self.violation(&mut out, *from, lines),
            }
        }
        for (at, name) in self.states.iter().enumerate() {
            let (w, x) = (state_width(name), self.x[at]);
            let class = if at == 0 { "rb-state rb-initial" } else { "rb-state" };
            let _ = writeln!(
                out,
                "<g class=\"{class}\"><rect x=\"{}\" y=\"{}\" width=\"{w}\" height=\"{STATE_HEIGHT}\" rx=\"18\"/><text x=\"{x}\" y=\"{}\">{}</text></g>",
                x - w / 2,
                self.y,
                self.y + 23,
                escaped(name)
            );
        }
        out.push_str("</svg>");
        out
    }

    fn way(&self, out: &mut String, from: usize, to: usize, lines: &[String]) {
        let forward = to > from;
        let reach = to.abs_diff(from);
        let shift = |at: usize, toward_right: bool| {
            let half = state_width(self.states[at]) / 2;
            if toward_right { self.x[at] + half - half / 3 } else { self.x[at] - half + half / 3 }
        };
        let (start, end) = (shift(from, forward), shift(to, !forward));
        let middle = usize::midpoint(start, end);
        // A curve goes three quarters of the way to its control points; the layout has made room for all of it.
        let lift = reach * 26 + 8;
        let (y, control, text) = if forward {
            let above = lift * 3 / 4 + 6 + (lines.len() - 1) * LINE;
            (self.y, self.y.saturating_sub(lift), self.y.saturating_sub(above))
        } else {
            let bottom = self.y + STATE_HEIGHT;
            (bottom, bottom + lift, bottom + lift * 3 / 4 + 14)
        };
        let _ = writeln!(
            out,
            "<path class=\"rb-way\" d=\"M{start} {y} C{start} {control} {end} {control} {end} {y}\" marker-end=\"url(#rb-tip)\"/>"
        );
        for (number, line) in lines.iter().enumerate() {
            let _ = writeln!(
                out,
                "<text class=\"rb-label\" x=\"{middle}\" y=\"{}\">{}</text>",
                text + number * LINE,
                escaped(line)
            );
        }
    }

    fn violation(&self, out: &mut String, from: usize, lines: &[String]) {
        let (x, top) = (self.x[from], self.y + STATE_HEIGHT);
        let _ = writeln!(
            out,
            "<path class=\"rb-way rb-bad\" d=\"M{x} {top} L{x} {}\" marker-end=\"url(#rb-tip-bad)\"/>",
            self.below - 2
        );
        let first = self.below - 12 - (lines.len() - 1) * LINE;
        for (number, line) in lines.iter().enumerate() {
            let _ = writeln!(
                out,
                "<text class=\"rb-label rb-left rb-bad\" x=\"{}\" y=\"{}\">{}</text>",
                x + 8,
                first + number * LINE,
                escaped(line)
            );
        }
        let _ = writeln!(
            out,
            "<g class=\"rb-violation\"><rect x=\"{}\" y=\"{}\" width=\"88\" height=\"26\" rx=\"4\"/><text x=\"{x}\" y=\"{}\">violation</text></g>",
            x.saturating_sub(44),
            self.below,
            self.below + 17
        );
    }

    /// The picture in words, for those who do not see it.
    fn description(&self) -> String {
        let object = if self.machine.object.is_empty() { "rule" } else { &self.machine.object };
        let ways = self.ways.iter().map(|((from, to), lines)| {
            let to = to.map_or("violation", |to| self.states[to]);
            format!("{} to {to}: {}", self.states[*from], lines.join(", "))
        });
        format!("States of the {object}. {}", ways.collect::<Vec<_>>().join("; "))
    }
}

fn state_width(name: &str) -> usize {
    (pixels(name) + 36).max(88)
}

/// Text inside of an SVG element or attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        serde_json::from_value(serde_json::json!({
            "keys": ["k"], "object": "gate",
            "events": [
                {"name": "open", "patterns": ["Open($k)", "TryOpen($k) -> TRUE"]},
                {"name": "shut", "patterns": ["Shut($k)"]},
                {"name": "exit", "patterns": ["exit"]},
            ],
            "states": [
                {"name": "shut", "on": {"open": "open", "shut": "!shut twice"}},
                {"name": "open", "on": {"shut": "shut", "exit": "!left <open>"}},
                {"name": "unknown", "on": {"open": "open"}},
            ],
        }))
        .unwrap()
    }

    #[test]
    fn states_ways_and_violations_are_drawn_once_each() {
        let svg = states(&machine()).unwrap();
        for (needle, times) in [
            ("class=\"rb-state", 2),
            ("class=\"rb-way\"", 2),
            ("rb-violation", 2),
            ("unknown", 0),
            ("TryOpen → TRUE<", 1),
            (">return<", 1),
        ] {
            assert_eq!(svg.matches(needle).count(), times, "{needle} in {svg}");
        }
        assert!(!svg.contains("\n\n"), "an empty line would end the HTML block");
    }

    #[test]
    fn nothing_lies_outside_of_the_picture() {
        let machine = machine();
        let states = shown(&machine);
        let ways = ways(&machine, &states);
        let layout = Layout::new(&machine, &states, &ways);
        for (at, x) in layout.x.iter().enumerate() {
            assert!(*x >= state_width(states[at]) / 2 && x + state_width(states[at]) / 2 <= layout.width);
        }
        assert!(layout.y < layout.below && layout.below < layout.height);
    }

    #[test]
    fn a_machine_without_states_has_no_picture() {
        assert_eq!(states(&Machine::default()), None);
    }
}
