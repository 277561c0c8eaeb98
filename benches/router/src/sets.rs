//! Which routes, and which paths are looked up?

/// A set of routes, and a path for each of them that should find it.
pub struct Set {
    pub name: &'static str,
    /// Written with `:name`.
    pub patterns: Vec<String>,
    /// The path at a place should find the pattern at that place.
    pub paths: Vec<String>,
}

/// The names of all sets, in the order of the report.
pub const NAMES: [&str; 4] = ["github", "rest-1000", "rest-10000", "adversarial"];

/// What stands in place of parameters, in turn.
const VALUES: [&str; 6] = ["42", "octocat", "value", "main.rs", "7f3a", "hello-world"];

impl Set {
    pub fn named(name: &str) -> Self {
        match name {
            "github" => Self::of("github", include_str!("../../data/github_routes.txt")),
            "rest-1000" => Self::of("rest-1000", include_str!("../../data/rest_1000_routes.txt")),
            "rest-10000" => {
                Self::of("rest-10000", include_str!("../../data/rest_10000_routes.txt"))
            }
            "adversarial" => Self::adversarial(),
            other => panic!("there is no set `{other}`; there are {NAMES:?}"),
        }
    }

    fn of(name: &'static str, text: &str) -> Self {
        let patterns: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut values = VALUES.iter().cycle();
        let mut path = |pattern: &String| {
            let fill = |part: &str| match part.starts_with(':') {
                true => values.next().copied().unwrap_or_default().to_owned(),
                false => part.to_owned(),
            };
            let parts: Vec<String> = pattern.split('/').map(fill).collect();
            parts.join("/")
        };
        let paths = patterns.iter().map(&mut path).collect();
        Self { name, patterns, paths }
    }

    /// All ways of choosing text or a parameter for ten segments, with at most eight parameters, and
    /// behind each an end of its own. Every path begins like every pattern, so a router that goes by
    /// the beginning has to come back from hundreds of dead ends before it finds the one that ends
    /// right.
    fn adversarial() -> Self {
        const CHOICES: u32 = 10;
        let choices = || (0..1u32 << CHOICES).filter(|choice| choice.count_ones() <= 8);
        let pattern = |choice: u32| {
            let segment = |i| match choice >> i & 1 {
                0 => "/a".to_owned(),
                _ => format!("/:p{i}"),
            };
            (0..CHOICES).map(segment).collect::<String>() + &format!("/end-{choice}")
        };
        let path = |choice: u32| format!("{}/end-{choice}", "/a".repeat(CHOICES as usize));
        Self {
            name: "adversarial",
            patterns: choices().map(pattern).collect(),
            paths: choices().map(path).collect(),
        }
    }
}
