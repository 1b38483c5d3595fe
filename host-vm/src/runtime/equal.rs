//! Equivalence, and the hashes that go with it.
//!
//! `equal?` ends on circular data (R7RS 6.1): after a number of steps that ordinary data never need, pairs of objects under
//! comparison are remembered and assumed equal when met again, which is coinductive equality.

use super::number::{compare::eqv_numbers, real};
use crate::{
    machine::Machine,
    primitives,
    runtime::Raise,
    value::{HeapType, Word},
};
use std::collections::HashSet;

/// Comparisons before pairs are remembered.
const PATIENCE: usize = 10_000;

/// `eqv?`
#[inline]
pub fn eqv(a: Word, b: Word) -> bool {
    if a == b {
        return true;
    }
    // Two different words are the same value only as numbers in boxes, and as empty strings and the like never.
    a.is_object() && b.is_object() && eqv_numbers(a, b)
}

/// `equal?`
pub fn equal(a: Word, b: Word) -> bool {
    let mut waiting = vec![(a, b)];
    let mut seen: HashSet<(Word, Word)> = HashSet::new();
    let mut steps = 0;
    while let Some((mut a, mut b)) = waiting.pop() {
        loop {
            if eqv(a, b) {
                break;
            }
            steps += 1;
            if steps > PATIENCE && a.is_pointer() && !seen.insert((a, b)) {
                break;
            }
            if a.is_pair() && b.is_pair() {
                // The common case, a list of atoms, needs no stack.
                let (x, y) = (a.car(), b.car());
                if !eqv(x, y) {
                    if !x.is_pointer() || !y.is_pointer() {
                        return false;
                    }
                    waiting.push((x, y));
                }
                (a, b) = (a.cdr(), b.cdr());
                continue;
            }
            match (a.heap_type(), b.heap_type()) {
                (Some(HeapType::String), Some(HeapType::String)) if a.string_equal(b) => {}
                (Some(HeapType::Bytevector), Some(HeapType::Bytevector)) if a.bytes() == b.bytes() => {}
                (Some(HeapType::Vector), Some(HeapType::Vector)) if a.vector_len() == b.vector_len() => {
                    waiting.extend(a.fields().iter().copied().zip(b.fields().iter().copied()));
                }
                _ => return false,
            }
            break;
        }
    }
    true
}

/// Keeps a hash a fixnum that is not negative.
const MASK: u64 = (1 << 60) - 1;
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(hash: u64) -> u64 {
    let product = hash.wrapping_mul(FACTOR);
    product ^ product >> 32
}

/// A hash for `eq?`: of the word itself; objects do not move. Of interned symbols that of the name, so that tables with
/// such keys look the same in every run.
pub fn eq_hash(word: Word) -> u64 {
    if word.is_symbol() { word.symbol_hash() & MASK } else { mix(word.0) & MASK }
}

/// A hash for `eqv?`: numbers by value.
pub fn eqv_hash(word: Word) -> u64 {
    match word.heap_type() {
        Some(HeapType::Flonum | HeapType::Bignum | HeapType::Rational | HeapType::Complex) => number_hash(word),
        _ => eq_hash(word),
    }
}

fn number_hash(word: Word) -> u64 {
    if word.is_rational() || word.is_complex() {
        return mix(number_hash(word.field(0)) ^ number_hash(word.field(1)).rotate_left(7)) & MASK;
    }
    match word.bignum() {
        Some((negative, limbs)) => {
            limbs.iter().fold(negative as u64, |hash, &limb| mix(hash.rotate_left(5) ^ limb)) & MASK
        }
        None => {
            let x = real::to_f64(word).unwrap_or(0.0);
            // All NaNs are equivalent.
            mix(if x.is_nan() { f64::NAN } else { x }.to_bits()) & MASK
        }
    }
}

/// A hash for `equal?`: of the first parts of a structure, so that circular data have one.
pub fn equal_hash(word: Word) -> u64 {
    const PARTS: usize = 64;
    let (mut hash, mut left) = (0u64, PARTS);
    let mut waiting = vec![word];
    while let Some(word) = waiting.pop() {
        let part = match word.heap_type() {
            Some(HeapType::String) => word.string_hash(),
            Some(HeapType::Bytevector) => {
                word.bytes().iter().fold(word.length() as u64, |h, &byte| mix(h ^ u64::from(byte)))
            }
            Some(HeapType::Vector) => {
                waiting.extend(word.fields().iter().take(PARTS).rev());
                word.length() as u64
            }
            _ if word.is_pair() => {
                waiting.push(word.cdr());
                waiting.push(word.car());
                1
            }
            _ => eqv_hash(word),
        };
        hash = mix(hash.rotate_left(5) ^ part);
        left -= 1;
        if left == 0 {
            break;
        }
    }
    hash & MASK
}

/// The hash of an optional-bound hash procedure: below the bound, if there is one.
fn bounded(machine: &mut Machine, who: &str, hash: u64, bound: Option<&Word>) -> Result<Word, Raise> {
    let hash = hash & MASK;
    match bound {
        None | Some(&Word::ABSENT) => Ok(Word::fixnum(hash as i64)),
        Some(&word) => match word.to_index() {
            Some(bound) if bound > 0 => Ok(Word::fixnum((hash % bound as u64) as i64)),
            _ => Err(machine.expected(who, "a positive exact integer", word)),
        },
    }
}

primitives! {
    /// Equivalence and hashes.
    pub EQUALITY:
    "eq?" (2, 2) PURE => |_, arguments| Ok(Word::boolean(arguments[0] == arguments[1]));
    "eqv?" (2, 2) PURE => |_, arguments| Ok(Word::boolean(eqv(arguments[0], arguments[1])));
    "equal?" (2, 2) READS => |_, arguments| Ok(Word::boolean(equal(arguments[0], arguments[1])));
    "not" (1, 1) PURE => |_, arguments| Ok(Word::boolean(arguments[0] == Word::FALSE));
    "boolean?" (1, 1) PURE => |_, arguments| Ok(Word::boolean(matches!(arguments[0], Word::TRUE | Word::FALSE)));
    "boolean=?" (2, 255) FAILS => |machine, arguments| {
        if let Some(&wrong) = arguments.iter().find(|&&word| !matches!(word, Word::TRUE | Word::FALSE)) {
            return Err(machine.expected("boolean=?", "a boolean", wrong));
        }
        Ok(Word::boolean(arguments.windows(2).all(|pair| pair[0] == pair[1])))
    };
    "hash-by-identity" (1, 2) FAILS => |machine, arguments| {
        bounded(machine, "hash-by-identity", eq_hash(arguments[0]), arguments.get(1))
    };
    "eqv-hash" (1, 2) FAILS => |machine, arguments| bounded(machine, "eqv-hash", eqv_hash(arguments[0]), arguments.get(1));
    "equal-hash" (1, 2) READS|FAILS => |machine, arguments| {
        bounded(machine, "equal-hash", equal_hash(arguments[0]), arguments.get(1))
    };
    "string-hash" (1, 2) READS|FAILS => |machine, arguments| {
        let hash = machine.string("string-hash", arguments[0])?.string_hash();
        bounded(machine, "string-hash", hash, arguments.get(1))
    };
    "string-ci-hash" (1, 2) READS|FAILS => |machine, arguments| {
        let text = machine.string("string-ci-hash", arguments[0])?.string_to_rust();
        let hash = crate::value::string::hash_text(&crate::text::unicode::fold_text(&text));
        bounded(machine, "string-ci-hash", hash, arguments.get(1))
    };
    "symbol-hash" (1, 2) PURE => |machine, arguments| {
        let hash = machine.symbol("symbol-hash", arguments[0])?.symbol_hash();
        bounded(machine, "symbol-hash", hash, arguments.get(1))
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::testing::machine;

    #[test]
    fn equal_compares_contents() {
        let m = &mut *machine();
        let (a, b) = (m.make_string("a"), m.make_string("a"));
        assert!(equal(a, b) && !eqv(a, b) && equal_hash(a) == equal_hash(b));
        let (x, y) = (m.make_float(1e300), m.make_float(1e300));
        assert!(eqv(x, y) && x != y && eqv_hash(x) == eqv_hash(y));
        let (v, w) = (m.vector_from(&[a, x]), m.vector_from(&[b, y]));
        let (v, w) = (m.list(&[v, a]), m.list(&[w, b]));
        assert!(equal(v, w) && equal_hash(v) == equal_hash(w));
        let inexact = m.make_float(1.0);
        assert!(!equal(inexact, Word::fixnum(1)));
    }

    #[test]
    fn equal_ends_on_cycles_and_depth() {
        let m = &mut *machine();
        let (a, b) = (m.list(&[Word::fixnum(1), Word::fixnum(2)]), m.list(&[Word::fixnum(1), Word::fixnum(2)]));
        m.set_cdr(a.cdr(), a);
        m.set_cdr(b.cdr(), b);
        assert!(equal(a, b));
        assert_eq!(equal_hash(a), equal_hash(b));
        m.set_car(b, Word::fixnum(9));
        assert!(!equal(a, b));
        let (mut x, mut y) = (Word::NIL, Word::NIL);
        for _ in 0..300_000 {
            (x, y) = (m.list(&[x]), m.list(&[y]));
        }
        assert!(equal(x, y));
    }
}
