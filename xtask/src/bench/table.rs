//! A table of figures, and how it looks as text and as Markdown.

use std::fmt::{self, Display};

/// Rows that have no figure at all are left out, and so is a table without rows.
#[derive(Clone, Debug)]
pub struct Table {
    pub title: String,
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    /// Does it belong in the README?
    pub is_headline: bool,
}

/// One line of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// How it is called where there is little room.
    pub name: String,
    /// How it is called for people who have not read how we measure.
    pub label: String,
    pub cells: Vec<Option<String>>,
}

/// What stands where there is no figure.
const NOTHING: &str = "-";

impl Table {
    /// The figures of each row, by a function that is given the row and the column's number.
    pub fn of<T>(
        title: &str,
        columns: &[&str],
        rows: &[(String, String, T)],
        cell: impl Fn(&T, usize) -> Option<String>,
    ) -> Self {
        let row = |(name, label, of): &(String, String, T)| Row {
            name: name.clone(),
            label: label.clone(),
            cells: (0..columns.len()).map(|at| cell(of, at)).collect(),
        };
        let rows = rows.iter().map(row).filter(|row| row.cells.iter().any(Option::is_some));
        Self {
            title: title.into(),
            columns: columns.iter().map(|&column| column.into()).collect(),
            rows: rows.collect(),
            is_headline: false,
        }
        .without_empty_columns()
    }

    /// The same, for the README as well.
    pub fn headline(self) -> Self {
        Self { is_headline: true, ..self }
    }

    /// A shorter run has fewer workloads.
    fn without_empty_columns(mut self) -> Self {
        let filled = |at: usize, rows: &[Row]| rows.iter().any(|row| row.cells[at].is_some());
        for at in (0..self.columns.len()).rev() {
            if !filled(at, &self.rows) {
                self.columns.remove(at);
                self.rows.iter_mut().for_each(|row| drop(row.cells.remove(at)));
            }
        }
        self
    }

    /// As Markdown, with our own row in bold.
    pub fn markdown(&self, ours: &str) -> String {
        let mut text = String::from("| |");
        self.columns.iter().for_each(|column| text += &format!(" {column} |"));
        text += "\n|---|";
        self.columns.iter().for_each(|_| text += "---|");
        for row in &self.rows {
            let mark = if row.name == ours { "**" } else { "" };
            text += &format!("\n| {mark}{}{mark} |", row.label);
            row.cells().for_each(|cell| text += &format!(" {cell} |"));
        }
        text + "\n"
    }
}

impl Row {
    /// What stands in each column.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|cell| cell.as_deref().unwrap_or(NOTHING))
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.rows.iter().map(|row| row.name.chars().count());
        let name_width = names.max().unwrap_or(0).max(12);
        let widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let cells = self.rows.iter().filter_map(|row| row.cells().nth(at));
                cells.chain([column.as_str()]).map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();

        writeln!(f, "== {}", self.title)?;
        write!(f, "{:name_width$}", "")?;
        for (column, width) in self.columns.iter().zip(&widths) {
            write!(f, "  {column:>width$}")?;
        }
        for row in &self.rows {
            write!(f, "\n{:name_width$}", row.name)?;
            for (cell, width) in row.cells().zip(&widths) {
                write!(f, "  {cell:>width$}")?;
            }
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let rows = [("a", 3), ("b", 0), ("ours", 40)]
            .map(|(name, n)| (name.to_owned(), format!("{name} 1.0"), n));
        Table::of("times", &["one", "none", "ten"], &rows, |&n, at| match at {
            1 => None,
            _ => (n > 0).then(|| (n * if at == 0 { 1 } else { 10 }).to_string()),
        })
    }

    #[test]
    fn what_has_no_figure_is_left_out() {
        let table = table();
        assert_eq!(table.columns, ["one", "ten"]);
        assert_eq!(table.rows.iter().map(|row| &*row.name).collect::<Vec<_>>(), ["a", "ours"]);
    }

    #[test]
    fn figures_stand_below_each_other() {
        let text = table().to_string();
        assert_eq!(
            text,
            "== times\n              one  ten\na               3   30\nours           40  400\n"
        );
    }

    #[test]
    fn markdown_has_our_row_in_bold() {
        assert_eq!(
            table().markdown("ours"),
            "| | one | ten |\n|---|---|---|\n| a 1.0 | 3 | 30 |\n| **ours 1.0** | 40 | 400 |\n"
        );
    }
}
