//! In which pieces may bytes arrive? In one, in two, in single bytes, and in a few random ones.

/// Ways of cutting `bytes`, the same ones each time: whole first.
pub fn plans(bytes: &[u8]) -> Vec<Vec<&[u8]>> {
    let mut plans = vec![vec![bytes]];
    if bytes.len() <= 512 {
        plans.push(bytes.chunks(1).collect());
    }
    let mut random = Random::new(hash(bytes));
    // A short piece and a long one: what comes at once need not fit where the rest was to go.
    let (short, long) = bytes.split_at(random.below(bytes.len() + 1));
    plans.push(vec![short, long]);
    for longest in [7, 64] {
        let (mut pieces, mut rest) = (Vec::new(), bytes);
        while !rest.is_empty() {
            let (piece, behind) = rest.split_at(rest.len().min(1 + random.below(longest)));
            pieces.push(piece);
            rest = behind;
        }
        plans.push(pieces);
    }
    plans
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Numbers that look random and repeat with their seed (xorshift).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Self {
        // Zero would stay zero.
        Self(seed ^ 0x9e37_79b9_7f4a_7c15 | 1)
    }

    /// The next number below `n`, which must not be zero.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % n
    }
}
