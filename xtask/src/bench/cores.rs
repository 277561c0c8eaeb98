//! Which cores may we use, and who gets which?
//!
//! Servers get the first ones, one per worker; whoever must not disturb them gets the next. A
//! container may have been given any cores, so their numbers are asked for, not assumed.

use std::fs;
use std::process::Command;
use std::sync::LazyLock;

use crate::command::output;

/// What we were allowed before we bound ourselves to anything.
static ALLOWED: LazyLock<Vec<usize>> = LazyLock::new(|| {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    list.and_then(|list| parse(list.trim())).unwrap_or_else(|| {
        (0..std::thread::available_parallelism().map_or(1, usize::from)).collect()
    })
});

/// How many there are.
pub fn count() -> usize {
    ALLOWED.len()
}

/// The first `n`, as `taskset` wants them.
pub fn first(n: usize) -> String {
    listed(&ALLOWED[..n.min(count())])
}

/// The one after the first `n`; [`count`] must be greater.
pub fn after(n: usize) -> String {
    listed(&ALLOWED[n..=n])
}

/// Binds this process to some cores: a client that spins must not spin where the server runs.
pub fn bind_to(cores: &str) {
    let mut taskset = Command::new("taskset");
    taskset.args(["-a", "-c", "-p", cores, &std::process::id().to_string()]);
    // Should it fail, the figures are worse for every server alike, and the report shows it.
    let _ = output(&mut taskset);
}

fn listed(cores: &[usize]) -> String {
    cores.iter().map(usize::to_string).collect::<Vec<_>>().join(",")
}

/// Reads `0-2,7`.
fn parse(list: &str) -> Option<Vec<usize>> {
    let mut cores = Vec::new();
    for part in list.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        cores.extend(first.parse::<usize>().ok()?..=last.parse().ok()?);
    }
    Some(cores)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_kernel_lists() {
        for (list, expected) in [
            ("0", Some(vec![0])),
            ("0-2,7", Some(vec![0, 1, 2, 7])),
            ("4,6-7", Some(vec![4, 6, 7])),
            ("", None),
            ("0-x", None),
        ] {
            assert_eq!(parse(list), expected, "{list}");
        }
    }
}
