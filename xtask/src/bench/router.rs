//! What did the router part print, and how does a lookup's cost grow with the routes?

use super::plot::Line;

/// Routes that were thought out to be hard say nothing about growth.
const APART: &str = "adversarial";

/// Reads rows of `name  routes  cost  …`, set by set; anything else in the text is for people.
pub fn lines(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let sets = text.split("\n\n").filter(|set| !set.trim_start().starts_with(APART));
    for row in sets.flat_map(str::lines) {
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
    fn hard_routes_are_not_part_of_the_line() {
        let lines = lines("github\nours 130 348\n\nadversarial (9 routes)\nours 9 18873\n");
        assert_eq!(lines[0].points, [(130.0, 348.0)]);
    }

    #[test]
    fn a_router_is_a_line_over_its_rows() {
        let lines =
            lines("router routes cost\nmatchit 130 791 69\nmatchit 1,000 870 115\nours 130 - 1\n");
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].points, [(130.0, 791.0), (1000.0, 870.0)]);
    }
}
