//! Makes new inputs of old ones, where there is no libFuzzer: blind, seeded and repeatable.

use std::time::{Duration, Instant};

use super::cuts::Random;
use super::{LONGEST, Target};

/// When a run is over.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// After so many inputs.
    Inputs(u64),
    /// After so much time.
    Elapsed(Duration),
}

/// Runs `target` on mutations of `inputs`; returns how many there were.
///
/// # Panics
///
/// When the target finds something; the input was printed before.
pub fn run(target: &Target, inputs: &[Vec<u8>], seed: u64, until: Until) -> u64 {
    let mut random = Random::new(seed);
    let (started, mut n) = (Instant::now(), 0);
    loop {
        let over = match until {
            Until::Inputs(limit) => n == limit,
            Until::Elapsed(limit) => n.is_multiple_of(64) && started.elapsed() >= limit,
        };
        if over {
            return n;
        }
        let input = mutant(target, inputs, &mut random);
        check(target, &input);
        n += 1;
    }
}

/// Runs `target` on one input; one that makes it panic is printed.
///
/// # Panics
///
/// When the target finds something.
pub fn check(target: &Target, input: &[u8]) {
    struct Tell<'a>(&'a str, &'a [u8]);
    impl Drop for Tell<'_> {
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("{} found something in b\"{}\"", self.0, self.1.escape_ascii());
            }
        }
    }
    let _tell = Tell(target.name, input);
    (target.run)(input);
}

fn mutant(target: &Target, inputs: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = inputs.get(random.below(inputs.len() + 1)).cloned().unwrap_or_default();
    for _ in 0..1 + random.below(6) {
        change(&mut bytes, target.words, inputs, random);
    }
    bytes.truncate(LONGEST);
    bytes
}

fn change(bytes: &mut Vec<u8>, words: &[&[u8]], inputs: &[Vec<u8>], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let end = at + random.below(bytes.len() - at + 1).min(24);
    match random.below(8) {
        0 => bytes.insert(at, random.below(256) as u8),
        1 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let copy = bytes[at..end].to_vec();
            bytes.splice(at..at, copy);
        }
        4 => {
            let other = &inputs[random.below(inputs.len())];
            let from = random.below(other.len() + 1);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        _ if !words.is_empty() => {
            let word = words[random.below(words.len())];
            // In place of something, or in between.
            let end = if random.below(2) == 0 { end } else { at };
            bytes.splice(at..end, word.iter().copied());
        }
        _ => bytes.push(random.below(256) as u8),
    }
}
