//! One path of one attribute: which requests a function answers.

use proc_macro2::TokenStream;
use syn::LitStr;

/// One path of one attribute.
pub(crate) struct Answer {
    pub(crate) path: LitStr,
    pub(crate) pattern: httpz_router::Pattern,
    /// The method, as it tells routes apart and as it is written.
    pub(crate) method: String,
    pub(crate) verb: TokenStream,
}

impl Answer {
    /// What it answers, as a number (FNV-1a): equal for routes that answer the same requests.
    pub(crate) fn shape(&self) -> u64 {
        let shape = self.pattern.shape();
        let bytes = self.method.bytes().chain(shape.bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    /// Does its path have a parameter of this name?
    pub(crate) fn names(&self, name: &str) -> bool {
        self.pattern.names().any(|(other, _)| other == name)
    }
}
