//! Keys of contents: what caches are looked up by, and what an image remembers of the libraries it was compiled against.
//!
//! 128 bits of SipHash over the compiler, the target and the parts, so that another compiler finds nothing of this one's.
//! Nobody gains by making two texts collide: they would spoil their own cache.

use super::{COMPILER, TARGET};
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::Hasher;

/// The key of some parts; where one ends and the next begins matters.
pub fn of(parts: &[&[u8]]) -> [u64; 2] {
    let mut hasher = SipHasher13::new();
    for part in [COMPILER.as_bytes(), TARGET.as_bytes()].iter().chain(parts) {
        hasher.write_usize(part.len());
        hasher.write(part);
    }
    let hash = hasher.finish128();
    [hash.h1, hash.h2]
}

#[cfg(test)]
mod tests {
    #[test]
    fn parts_are_told_apart() {
        assert_eq!(super::of(&[b"ab", b"c"]), super::of(&[b"ab", b"c"]));
        assert_ne!(super::of(&[b"ab", b"c"]), super::of(&[b"a", b"bc"]));
    }
}
