//! Convictions to findings: the words, the place, the way there.

use rulebook_diagnostics::report::Sources;
use rulebook_diagnostics::{Certainty, Finding, Severity, Step};
use rulebook_frontend::Program;
use rulebook_frontend::ir::Loc;
use rulebook_machine::irql::{Interval, Level};

use crate::code::{Code, FuncId};
use crate::compiled::Compiled;
use crate::fact::Range;
use crate::roles::{Attached, Entry};
use crate::summary::Violation;
use crate::trace::{self, Kind, Trace};

/// How many steps a finding shows.
const STEPS: usize = 40;

/// A violation that an entry point makes certain.
#[derive(Debug)]
pub(crate) struct Convicted {
    violation: Violation,
    root: FuncId,
    /// The role type of the entry point.
    role: Option<String>,
    level: Range,
    entry: Option<Entry>,
}

impl Convicted {
    pub(crate) fn new(
        violation: &Violation,
        root: FuncId,
        role: Option<&Attached<'_>>,
        level: Range,
        entry: Option<Entry>,
    ) -> Self {
        Self { violation: violation.clone(), root, role: role.map(|role| role.type_name.to_owned()), level, entry }
    }
}

/// Makes findings of one driver.
pub(crate) struct Findings<'d, 'p, 't> {
    pub(crate) program: &'d Program,
    pub(crate) compiled: &'d Compiled<'t>,
    pub(crate) code: &'d Code<'p>,
    pub(crate) project: &'d str,
}

impl Findings<'_, '_, '_> {
    /// The findings, with the texts of the files they point into added to `sources`.
    pub(crate) fn make(&self, convicted: Vec<Convicted>, sources: &mut Sources) -> Vec<Finding> {
        let mut findings = Vec::with_capacity(convicted.len());
        for one in convicted {
            let finding = self.finding(&one);
            for path in finding.trace.iter().map(|step| &step.place.path).chain([&finding.place.path]) {
                if !sources.contains_key(path)
                    && let Some(file) = self.program.files.iter().find(|file| file.path == *path)
                {
                    sources.insert(path.clone(), file.text.clone());
                }
            }
            findings.push(finding);
        }
        findings
    }

    fn finding(&self, convicted: &Convicted) -> Finding {
        let violation = &convicted.violation;
        let machine = self.compiled.machine(violation.machine);
        let rule = machine.rule;
        let function = self.code.get(violation.function).ir.name;
        let entered = self.code.get(convicted.root).ir.name;
        let place = self.place(violation.loc);
        let entry = match &convicted.role {
            Some(type_name) => format!("`{entered}` ({type_name})"),
            None => format!("`{entered}`"),
        };
        let mut trace = Vec::new();
        self.steps(&violation.trace, violation.machine, 0, &mut trace);
        let trace = shorten(trace);
        let certainty = if violation.sometimes_fine { Certainty::SomePath } else { Certainty::EveryPath };
        Finding {
            fingerprint: self.fingerprint(&rule.id, violation.loc, function.as_str()),
            message: self.message(convicted),
            place,
            rule: rule.id.clone(),
            severity: Severity::default(),
            certainty,
            function: function.to_string(),
            entry,
            trace,
            note: rule.note.clone(),
            help: rule.help.clone(),
            see: rule.see.clone(),
        }
    }

    fn message(&self, convicted: &Convicted) -> String {
        let violation = &convicted.violation;
        let machine = self.compiled.machine(violation.machine);
        let function = self.code.get(violation.function).ir.name;
        let mut text = violation.message.to_string();
        for (hole, value) in [
            ("{api}", violation.api.as_str()),
            ("{function}", function.as_str()),
            ("{irql}", &levels(&convicted.level)),
            (
                "{entry-irql}",
                &convicted.entry.as_ref().map_or_else(|| "another level".to_owned(), |entry| interval(entry.within)),
            ),
        ] {
            text = text.replace(hole, value);
        }
        if let Some(key) = machine.vars.first().filter(|_| machine.keys > 0) {
            let written = self.object_as_written(violation).unwrap_or_else(|| violation.object.to_string());
            text = text.replace(&format!("{{{key}}}"), &written);
        }
        text
    }

    /// The object in the words of the last call that concerned it.
    fn object_as_written(&self, violation: &Violation) -> Option<String> {
        let machine = self.compiled.machine(violation.machine);
        let mut trace = violation.trace.clone();
        let (name, loc) = loop {
            let last = trace
                .steps()
                .into_iter()
                .rev()
                .find(|step| matches!(step.kind, Kind::Event(..)) || step.inner.is_some())
                .cloned()?;
            match (last.kind, last.inner) {
                (Kind::Event(name, _), _) => break (name, last.loc),
                (_, Some(inner)) => trace = inner,
                _ => return None,
            }
        };
        // Only where the call stands in the function that holds the place do its words mean the same there.
        let function = self.code.get(violation.function).ir;
        let inside = loc.file == function.loc.file
            && loc.span.start >= function.loc.span.start
            && loc.span.end <= function.end.span.end;
        let rewrite = self.compiled.aliases.get(name);
        let canonical = rewrite.map_or(name, |rewrite| rewrite.to);
        let places = self.compiled.by_api.get(&canonical).filter(|_| inside)?;
        let place = places.iter().find(|place| place.machine == violation.machine)?;
        let pattern = &machine.events[place.event as usize].patterns[place.pattern as usize];
        let at = pattern.args.iter().position(|arg| matches!(arg, crate::compiled::CArg::Var(0)))?;
        let at = rewrite.map_or(Some(at), |rewrite| rewrite.args.get(at).copied().flatten())?;
        argument(self.text(loc), name.as_str(), at)
    }

    fn place(&self, loc: Loc) -> rulebook_diagnostics::Place {
        match self.program.files.get(loc.file.0 as usize) {
            Some(file) => file.lines.place(&file.path, &file.text, loc.span),
            None => rulebook_diagnostics::Place::file(self.project),
        }
    }

    fn text(&self, loc: Loc) -> &str {
        self.program.files.get(loc.file.0 as usize).map_or("", |file| loc.span.slice(&file.text))
    }

    fn steps(&self, trace: &Trace, machine: crate::compiled::MachineId, depth: u32, out: &mut Vec<(bool, Step)>) {
        let states = self.compiled.machine(machine);
        let mut state = String::new();
        for step in trace.steps() {
            let message = match step.kind {
                Kind::Branch(truth) => {
                    let condition = self.text(step.loc).split_whitespace().collect::<Vec<_>>().join(" ");
                    let inside = condition.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
                    let condition = inside.map_or(condition.as_str(), str::trim);
                    let short: String = condition.chars().take(60).collect();
                    let dots = if short.len() < condition.len() { "…" } else { "" };
                    format!("`{short}{dots}` is {}", if truth { "true" } else { "false" })
                }
                Kind::Case(trace::DEFAULT) => "no `case` is taken".to_owned(),
                Kind::Case(_) => "a `case` is taken".to_owned(),
                Kind::Event(name, to) => {
                    states.state_name(to).clone_into(&mut state);
                    format!("`{name}` is called")
                }
                Kind::Level(name) => format!("`{name}` changes the IRQL"),
                Kind::Call(name) => format!("`{name}` is entered"),
            };
            let decides = matches!(step.kind, Kind::Branch(_) | Kind::Case(_));
            out.push((decides, Step { place: self.place(step.loc), message, state: state.clone(), depth }));
            if let Some(inner) = &step.inner
                && depth < 12
            {
                self.steps(inner, machine, depth + 1, out);
            }
        }
    }

    /// The same for the same defect as long as its line and function stay: rule, path, function and the line's text.
    fn fingerprint(&self, rule: &str, loc: Loc, function: &str) -> String {
        let file = self.program.files.get(loc.file.0 as usize);
        let line = file.map_or("", |file| {
            file.text[..(loc.span.start as usize).min(file.text.len())].rsplit('\n').next().unwrap_or_default()
        });
        let rest = file
            .and_then(|file| file.text.get(loc.span.start as usize..))
            .and_then(|text| text.lines().next())
            .unwrap_or_default();
        let name = file.and_then(|file| file.path.rsplit('/').next()).unwrap_or_default();
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let words = [rule, name, function].into_iter().chain(line.split_whitespace()).chain(rest.split_whitespace());
        for byte in words.flat_map(|word| word.bytes().chain([0])) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        format!("{hash:016x}")
    }
}

/// A way as it is shown: where it is long, decisions in its middle are left out first, for its beginning, its end, the
/// calls and what they do say more. Where the first of them stood, it is said how many are missing.
fn shorten(mut steps: Vec<(bool, Step)>) -> Vec<Step> {
    if steps.len() > STEPS {
        // The step that says so is one more.
        let surplus = steps.len() + 1 - STEPS;
        let from = STEPS / 4;
        let mut left: Vec<usize> = (from..steps.len() - from).filter(|at| steps[*at].0).take(surplus).collect();
        let others: Vec<usize> =
            (from..steps.len()).filter(|at| !left.contains(at)).take(surplus - left.len()).collect();
        left.extend(others);
        left.sort_unstable();
        if let Some(first) = left.first().copied() {
            steps[first].1.message = format!("(from here on {surplus} steps are not shown)");
            left.remove(0);
        }
        let mut at = 0..;
        steps.retain(|_| at.next().is_none_or(|at| left.binary_search(&at).is_err()));
    }
    steps.into_iter().map(|(_, step)| step).collect()
}

/// The argument at a position of a call's text, without `&`, casts being left as they are.
fn argument(call: &str, name: &str, at: usize) -> Option<String> {
    // What stands before the name is a cast of the result, or an assignment.
    let call = call.find(name).map_or(call, |start| &call[start..]);
    let open = call.find('(')?;
    let mut depth = 0_usize;
    let mut parts = vec![String::new()];
    for c in call[open + 1..].chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' if depth == 0 => break,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut()?.push(c);
    }
    let text = parts.get(at)?.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.trim_start_matches('&').trim();
    let inner =
        text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).filter(|inner| !inner.contains(['(', ')']));
    let text = inner.unwrap_or(text).trim_start_matches('&');
    (!text.is_empty() && text.len() <= 80 && !text.contains("/*") && !text.contains("//")).then(|| text.to_owned())
}

/// A range of levels for people.
pub(crate) fn levels(range: &Range) -> String {
    let level = |number: i64| Level(u8::try_from(number.clamp(0, 15)).unwrap_or_default());
    interval(Interval { min: level(range.low), max: level(range.high) })
}

fn interval(interval: Interval) -> String {
    match (interval.min, interval.max) {
        (Level::PASSIVE, Level::HIGH) => "an unknown level".to_owned(),
        (min, max) if min.name() == max.name() => format!("`{}`", min.long_name()),
        (min, Level::HIGH) => format!("`{}` or above", min.long_name()),
        (Level::PASSIVE, max) => format!("`{}` or below", max.long_name()),
        (min, max) => format!("`{}` to `{}`", min.long_name(), max.long_name()),
    }
}

#[cfg(test)]
mod tests {
    use rulebook_diagnostics::Place;

    use super::*;

    /// Steps with their numbers as messages; `.` is a decision, `c` a call.
    fn steps(kinds: &str) -> Vec<(bool, Step)> {
        let step = |(at, kind): (usize, char)| {
            let step = Step { place: Place::default(), message: at.to_string(), state: String::new(), depth: 0 };
            (kind == '.', step)
        };
        kinds.chars().enumerate().map(step).collect()
    }

    fn shown(kinds: &str) -> Vec<String> {
        shorten(steps(kinds)).into_iter().map(|step| step.message).collect()
    }

    #[test]
    fn a_short_way_is_shown_whole() {
        let way = ".".repeat(STEPS);
        assert_eq!(shown(&way).len(), STEPS);
        assert_eq!(shown(&way).last().unwrap(), "39");
    }

    #[test]
    fn of_a_long_way_calls_and_both_ends_are_shown() {
        let way = format!("{}{}c{}", ".".repeat(20), ".".repeat(30), ".".repeat(19));
        let shown = shown(&way);
        assert_eq!(shown.len(), STEPS);
        assert_eq!(shown[9..12], ["9", "(from here on 31 steps are not shown)", "41"]);
        assert!(shown.iter().any(|message| message == "50"), "the call: {shown:?}");
        assert_eq!(shown.last().unwrap(), "69");
    }

    #[test]
    fn a_way_of_calls_alone_is_shortened_too() {
        let shown = shown(&"c".repeat(100));
        assert_eq!(shown.len(), STEPS);
        assert_eq!(shown[10], "(from here on 61 steps are not shown)");
        assert_eq!(shown.last().unwrap(), "99");
    }
}
