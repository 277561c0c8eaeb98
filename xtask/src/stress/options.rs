//! How hard, and for how long?

use crate::command::Outcome;

const USAGE: &str = "\
cargo xtask stress [--seconds N] [--idle N] [--slow N] [--workers N] [--quick]
  default: 30 s, 10,000 idle and 1,000 dripping peers, two workers; --quick: 8 s, 2,000 and 600";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub seconds: u64,
    pub idle: usize,
    pub slow: usize,
    pub workers: usize,
}

impl Options {
    const FULL: Self = Self { seconds: 30, idle: 10_000, slow: 1_000, workers: 2 };
    /// More dripping peers than there are exchanges, or nothing would be shown.
    pub const QUICK: Self = Self { seconds: 8, idle: 2_000, slow: 600, workers: 2 };

    pub fn parse(arguments: &[String]) -> Outcome<Self> {
        let mut options = Self::FULL;
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            if name == "--quick" {
                options = Self::QUICK;
                continue;
            }
            let value = arguments.next().and_then(|value| value.parse::<usize>().ok());
            let value = value.ok_or_else(|| format!("{name} wants a number\n\n{USAGE}"))?;
            match name.as_str() {
                "--seconds" => options.seconds = value as u64,
                "--idle" => options.idle = value,
                "--slow" => options.slow = value,
                "--workers" => options.workers = value.max(1),
                _ => return Err(format!("there is no option {name}\n\n{USAGE}")),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(line: &str) -> Result<Options, String> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&arguments)
    }

    #[test]
    fn says_what_it_does_not_know() {
        assert_eq!(parse("--quick"), Ok(Options::QUICK));
        assert_eq!(parse("--quick --idle 5").map(|options| options.idle), Ok(5));
        assert!(parse("--idle many").is_err_and(|text| text.contains("--idle wants a number")));
        assert!(parse("--loud 1").is_err_and(|text| text.contains("no option --loud")));
    }
}
