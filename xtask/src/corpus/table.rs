//! The table: a row for each document, as a file that programs read and as lines for a terminal.

use std::fmt::Write as _;

use crate::limits::Cost;
use crate::terminal::{BAD, GOOD, ODD, styled, visible};

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    Generated,
    Refused,
    Panicked,
    TimedOut,
    OutOfMemory,
}

impl Outcome {
    pub(super) const ALL: [Self; 5] =
        [Self::Generated, Self::Refused, Self::Panicked, Self::TimedOut, Self::OutOfMemory];

    /// The word that the file has for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Generated => "generated",
            Self::Refused => "refused",
            Self::Panicked => "panicked",
            Self::TimedOut => "timed-out",
            Self::OutOfMemory => "out-of-memory",
        }
    }
}

/// What the compiler said of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Check {
    /// Nothing.
    Clean,
    /// How often it said what, by code or lint.
    Said(String),
    /// Nothing, and there was no crate in the end.
    Died,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// The path of the document in its folder, with `/`.
    pub(super) name: String,
    pub(super) outcome: Outcome,
    /// The diagnostic code of the first refusal.
    pub(super) code: Option<String>,
    /// What generating took.
    pub(super) cost: Option<Cost>,
    /// How much Rust came out.
    pub(super) lines: Option<usize>,
    pub(super) check: Option<Check>,
    /// What checking the crate took, if it was not known from before.
    pub(super) check_cost: Option<Cost>,
    /// Why there is no crate.
    pub(super) says: String,
}

/// The first line of the file.
const HEAD: &str = "document\toutcome\tcode\tseconds\tmib\tlines\tcheck\tcheck_seconds\tcheck_mib\tsays";

impl Row {
    pub(super) fn new(name: &str, outcome: Outcome) -> Self {
        let name = name.to_owned();
        Self {
            name,
            outcome,
            code: None,
            cost: None,
            lines: None,
            check: None,
            check_cost: None,
            says: String::new(),
        }
    }

    /// Is there something to mend? A refusal is an answer.
    pub(super) fn failed(&self) -> bool {
        match self.outcome {
            Outcome::Generated => !matches!(self.check, None | Some(Check::Clean)),
            Outcome::Refused => false,
            Outcome::Panicked | Outcome::TimedOut | Outcome::OutOfMemory => true,
        }
    }

    /// The words for what became of it, shortly.
    pub(super) fn verdict(&self) -> String {
        let code = self.code.iter().map(|code| format!(" {code}")).collect::<String>();
        let check = match &self.check {
            None => String::new(),
            Some(Check::Clean) => ", clean".to_owned(),
            Some(Check::Said(said)) => format!(", {said}"),
            Some(Check::Died) => ", not compiled".to_owned(),
        };
        format!("{}{code}{check}", self.outcome.word())
    }

    /// The row for a terminal.
    pub(super) fn line(&self) -> String {
        let style = match (self.failed(), self.outcome) {
            (true, _) => BAD,
            (false, Outcome::Refused) => ODD,
            (false, _) => GOOD,
        };
        let (seconds, memory) = cells(self.cost);
        let lines = self.lines.map(|lines| lines.to_string()).unwrap_or_default();
        format!(
            "{} {seconds:>8} {memory:>6} {lines:>8}  {}",
            styled(style, format!("{:13}", visible(&self.verdict()))),
            visible(&self.name)
        )
    }
}

/// What stands above the lines for a terminal.
pub(super) fn heading() -> String {
    format!("{:13} {:>8} {:>6} {:>8}  document", "outcome", "CPU s", "MiB", "lines")
}

fn cells(cost: Option<Cost>) -> (String, String) {
    cost.map(|cost| (format!("{:.2}", cost.cpu), format!("{:.0}", cost.memory))).unwrap_or_default()
}

/// The file.
pub(super) fn print(rows: &[Row]) -> String {
    let mut out = format!("{HEAD}\n");
    for row in rows {
        let (seconds, memory) = cells(row.cost);
        let (check_seconds, check_memory) = cells(row.check_cost);
        let check = match &row.check {
            None => String::new(),
            Some(Check::Clean) => "clean".to_owned(),
            Some(Check::Said(said)) => said.clone(),
            Some(Check::Died) => "died".to_owned(),
        };
        let cells = [
            row.name.clone(),
            row.outcome.word().to_owned(),
            row.code.clone().unwrap_or_default(),
            seconds,
            memory,
            row.lines.map(|lines| lines.to_string()).unwrap_or_default(),
            check,
            check_seconds,
            check_memory,
            row.says.clone(),
        ];
        let cells = cells.map(|cell| cell.replace(char::is_control, " "));
        // Writing to a text does not fail.
        let _ = writeln!(out, "{}", cells.join("\t"));
    }
    out
}

/// The rows of a file; nothing if it is not one of these.
pub(super) fn read(text: &str) -> Option<Vec<Row>> {
    let mut lines = text.lines();
    if lines.next()? != HEAD {
        return None;
    }
    lines.map(read_row).collect()
}

fn read_row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.split('\t').collect();
    let &[name, outcome, code, seconds, memory, lines, check, check_seconds, check_memory, says] = &*cells
    else {
        return None;
    };
    let cost =
        |seconds: &str, memory: &str| Some(Cost { cpu: seconds.parse().ok()?, memory: memory.parse().ok()? });
    Some(Row {
        name: name.to_owned(),
        outcome: Outcome::ALL.into_iter().find(|known| known.word() == outcome)?,
        code: Some(code).filter(|code| !code.is_empty()).map(str::to_owned),
        cost: cost(seconds, memory),
        lines: lines.parse().ok(),
        check: match check {
            "" => None,
            "clean" => Some(Check::Clean),
            "died" => Some(Check::Died),
            said => Some(Check::Said(said.to_owned())),
        },
        check_cost: cost(check_seconds, check_memory),
        says: says.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut generated = Row::new("a/b.yaml", Outcome::Generated);
        generated.cost = Some(Cost { cpu: 1.25, memory: 10.0 });
        generated.lines = Some(7);
        generated.check = Some(Check::Said("E0428×2".to_owned()));
        let mut refused = Row::new("c.json", Outcome::Refused);
        refused.code = Some("N001".to_owned());
        refused.says = "c.json:1:1: it is so".to_owned();
        let mut clean = Row::new("d.json", Outcome::Generated);
        clean.check = Some(Check::Clean);
        clean.check_cost = Some(Cost { cpu: 0.5, memory: 3.0 });
        let rows = vec![generated, refused, clean, Row::new("e", Outcome::TimedOut)];
        assert_eq!(read(&print(&rows)), Some(rows.clone()));
        assert_eq!(rows.iter().map(Row::failed).collect::<Vec<_>>(), [true, false, false, true]);
        assert_eq!(read("document\n"), None);
    }

    #[test]
    fn a_cell_stays_a_cell() {
        let mut row = Row::new("a", Outcome::Refused);
        row.says = "one\ttwo\nthree".to_owned();
        let back = read(&print(&[row])).expect("a table");
        assert_eq!(back[0].says, "one two three");
    }
}
