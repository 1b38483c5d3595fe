//! Sets of characters, for SRFI 14: sorted vectors of bounds.
//!
//! A set is a vector of fixnums in ascending order: the scalar value where the set begins, where it ends (exclusive), where it
//! goes on, and so forth; so membership is the parity of a binary search, and the algebra is one sweep over two vectors.
//! The library in Scheme wraps such vectors in records, whose bounds never change.

use crate::{machine::Machine, primitives, runtime::Raise, text::unicode, value::Word};

/// One more than the last scalar value.
const END: u32 = 0x11_0000;

/// Code points between the scalar values.
const SURROGATES: std::ops::Range<u32> = 0xd800..0xe000;

/// The bounds of all characters with a property.
fn bounds_where(holds: impl Fn(char) -> bool) -> Vec<u32> {
    let (mut bounds, mut inside) = (Vec::new(), false);
    for scalar in (0..SURROGATES.start).chain(SURROGATES.end..END) {
        if char::from_u32(scalar).is_some_and(&holds) != inside {
            inside = !inside;
            bounds.push(scalar);
        }
    }
    if inside {
        bounds.push(END);
    }
    bounds
}

/// The bounds of what two sets make: `keep` says whether a character belongs to it that is in the one, in the other. What
/// is in neither does not.
fn combined(a: &[u32], b: &[u32], keep: fn(bool, bool) -> bool) -> Vec<u32> {
    let (mut bounds, mut inside) = (Vec::new(), false);
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let at = a.get(i).copied().unwrap_or(END).min(b.get(j).copied().unwrap_or(END));
        i += usize::from(a.get(i) == Some(&at));
        j += usize::from(b.get(j) == Some(&at));
        if at < END && keep(i % 2 == 1, j % 2 == 1) != inside {
            inside = !inside;
            bounds.push(at);
        }
    }
    if inside {
        bounds.push(END);
    }
    bounds
}

/// The bounds of a list of characters and strings.
fn bounds_of(mut scalars: Vec<u32>) -> Vec<u32> {
    scalars.sort_unstable();
    let mut bounds: Vec<u32> = Vec::new();
    for scalar in scalars {
        match bounds.last_mut() {
            Some(end) if *end == scalar => *end += 1,
            Some(end) if *end > scalar => {}
            _ => bounds.extend([scalar, scalar + 1]),
        }
    }
    bounds
}

/// The one form of a set: the surrogates, which are no characters, never begin or end a range.
fn canonical(bounds: &[u32]) -> Vec<u32> {
    let mut all: Vec<u32> = Vec::new();
    for range in bounds.chunks_exact(2) {
        let start = if SURROGATES.contains(&range[0]) { SURROGATES.end } else { range[0] };
        let end = if SURROGATES.contains(&(range[1] - 1)) { SURROGATES.start } else { range[1] };
        match all.last_mut() {
            _ if start >= end => {}
            Some(last) if *last == start || *last == SURROGATES.start && start == SURROGATES.end => *last = end,
            _ => all.extend([start, end]),
        }
    }
    all
}

fn set(machine: &mut Machine, bounds: &[u32]) -> Word {
    let words: Vec<Word> = canonical(bounds).iter().map(|&bound| Word::fixnum(bound.into())).collect();
    machine.vector_from(&words)
}

fn bounds(machine: &mut Machine, who: &str, word: Word) -> Result<Vec<u32>, Raise> {
    let vector = machine.vector(who, word)?;
    let bounds: Option<Vec<u32>> =
        vector.fields().iter().map(|bound| bound.to_index().and_then(|n| u32::try_from(n).ok())).collect();
    bounds.ok_or_else(|| machine.expected(who, "the bounds of a set of characters", word))
}

primitives! {
    /// Sets of characters.
    pub CHAR_SETS:
    "%char-set-contains?" (2, 2) READS|FAILS => |machine, arguments| {
        let vector = machine.vector("char-set-contains?", arguments[0])?;
        let c = machine.character("char-set-contains?", arguments[1])? as usize;
        let below = vector.fields().partition_point(|bound| bound.to_index().is_some_and(|bound| bound <= c));
        Ok(Word::boolean(below % 2 == 1))
    };
    "%char-set-named" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let name = machine.symbol("%char-set-named", arguments[0])?.symbol_name();
        match unicode::class_named(&name) {
            Some(holds) => Ok(set(machine, &bounds_where(holds))),
            None => Err(machine.expected("%char-set-named", "the name of a standard set", arguments[0])),
        }
    };
    "%char-set-range" (2, 2) ALLOCATES|FAILS => |machine, arguments| {
        let mut limits = [0; 2];
        for (limit, &argument) in limits.iter_mut().zip(arguments) {
            *limit = match argument.to_index().and_then(|n| u32::try_from(n).ok()) {
                Some(n) if n <= END => n,
                _ => return Err(machine.expected("ucs-range->char-set", "a scalar value or the limit of a range", argument)),
            };
        }
        Ok(set(machine, if limits[0] < limits[1] { &limits } else { &[] }))
    };
    "%char-set-of" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let mut scalars = Vec::new();
        for element in machine.list_elements("char-set", arguments[0])? {
            scalars.push(machine.character("char-set", element)? as u32);
        }
        Ok(set(machine, &bounds_of(scalars)))
    };
    "%char-set-combine" (3, 3) READS|ALLOCATES|FAILS => |machine, arguments| {
        const WHO: &str = "%char-set-combine";
        let (a, b) = (bounds(machine, WHO, arguments[1])?, bounds(machine, WHO, arguments[2])?);
        let keep: fn(bool, bool) -> bool = match arguments[0].to_index() {
            Some(0) => |a, b| a | b,
            Some(1) => |a, b| a & b,
            Some(2) => |a, b| a & !b,
            Some(3) => |a, b| a ^ b,
            _ => return Err(machine.out_of_range(WHO, 0, arguments[0])),
        };
        Ok(set(machine, &combined(&a, &b, keep)))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algebra_of_bounds() {
        let vowels = bounds_of("eaiouu".chars().map(|c| c as u32).collect());
        assert_eq!(vowels, [97, 98, 101, 102, 105, 106, 111, 112, 117, 118]);
        let letters = bounds_where(|c| c.is_ascii_lowercase());
        assert_eq!(letters, [97, 123]);
        let consonants = combined(&letters, &vowels, |a, b| a & !b);
        assert_eq!(combined(&consonants, &vowels, |a, b| a | b), letters);
        assert_eq!(combined(&consonants, &vowels, |a, b| a & b), Vec::<u32>::new());
        assert_eq!(combined(&letters, &vowels, |a, b| a ^ b), consonants);
        let full = bounds_where(|_| true);
        assert_eq!(full, [0, END]);
        assert_eq!(combined(&full, &letters, |a, b| a & !b), [0, 97, 123, END]);
        assert_eq!(bounds_of(vec![3, 1, 2, 2]), [1, 4]);
        assert_eq!(canonical(&[0, 0xd800, 0xe000, END]), full);
        assert_eq!(canonical(&[0, 0xda00, 0xdb00, 0xdc00, 0xe001, 0xe002]), [0, 0xd800, 0xe001, 0xe002]);
    }
}
