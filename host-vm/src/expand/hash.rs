//! A fast hash for keys that the expander makes itself: small numbers and names.
//!
//! Multiply and rotate, word by word. It does not resist keys chosen to collide; the worst that such a program can do
//! is to slow down its own compilation.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A hash map of the expander.
pub type Map<K, V> = HashMap<K, V, BuildHasherDefault<WordHasher>>;

/// The state of one hash.
#[derive(Clone, Copy, Debug, Default)]
pub struct WordHasher(u64);

impl WordHasher {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.mix(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.mix(u64::from(value));
    }

    fn write_usize(&mut self, value: usize) {
        self.mix(value as u64);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}
