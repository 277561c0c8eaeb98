//! What did the router part print, and how does a lookup's cost grow with the routes?

use super::plot::Line;

/// Reads rows of `name  routes  cost  …`; anything else in the text is for people.
pub fn lines(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for row in text.lines() {
        let words: Vec<&str> = row.split_whitespace().collect();
        let [name, routes, cost, ..] = words[..] else { continue };
        let (Some(routes), Some(cost)) = (number(routes), number(cost)) else { continue };
        match lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.points.push((routes, cost)),
            None => lines.push(Line { name: name.into(), points: vec![(routes, cost)] }),
        }
    }
    lines
}

/// A number that may have commas between its thousands.
fn number(text: &str) -> Option<f64> {
    text.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_router_is_a_line_over_its_rows() {
        let lines =
            lines("router routes cost\nmatchit 130 791 69\nmatchit 1,000 870 115\nours 130 - 1\n");
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].points, [(130.0, 791.0), (1000.0, 870.0)]);
    }
}
