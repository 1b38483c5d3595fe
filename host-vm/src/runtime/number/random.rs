//! Random numbers: SRFI 27 and Guile's `random`.
//!
//! The generator is xoshiro256++ of D. Blackman and S. Vigna ("Scrambled Linear Pseudorandom Number Generators", 2021): 256
//! bits of state, a period of 2^256 - 1, good in all statistical tests, not for secrets. It is written here, in ten
//! lines checked against the authors' sequence, because its state is Scheme data: a bytevector in an opaque record, so that it
//! is collected, copied, read and set (`random-source-state-ref`) like any other object. There is one default state for
//! each machine; a program that asks for no randomness gets the same numbers in every run.

use super::{Ratio, Real, real::operand};
use crate::{machine::Machine, primitives, runtime::Raise, runtime::print::OPAQUE, value::Word};
use dashu_base::BitTest;
use dashu_int::{IBig, UBig};
use std::hash::{BuildHasher, Hasher, RandomState};

/// The generator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Xoshiro256([u64; 4]);

impl Xoshiro256 {
    /// Bytes of a state.
    pub const BYTES: usize = 32;

    /// From a seed, spread by SplitMix64 as the authors recommend.
    pub fn from_seed(mut seed: u64) -> Xoshiro256 {
        Xoshiro256(std::array::from_fn(|_| {
            seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = seed;
            z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ z >> 31
        }))
    }

    /// From a state's bytes; all zero is no state.
    pub fn from_bytes(bytes: &[u8]) -> Option<Xoshiro256> {
        if bytes.len() != Xoshiro256::BYTES || bytes.iter().all(|&byte| byte == 0) {
            return None;
        }
        let mut state = [0; 4];
        for (word, bytes) in state.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        }
        Some(Xoshiro256(state))
    }

    /// The state's bytes.
    pub fn to_bytes(&self) -> [u8; Xoshiro256::BYTES] {
        std::array::from_fn(|i| (self.0[i / 8] >> (i % 8 * 8)) as u8)
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A float in `[0, 1)`: each multiple of 2^-53 is equally likely.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A float in `(0, 1)`.
    pub fn open_unit(&mut self) -> f64 {
        ((self.next_u64() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// An integer below a bound, which is not zero; none is likelier than another.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The high half of a product is nearly uniform; the low half tells the few cases to draw again (Lemire 2019).
        let mut product = u128::from(self.next_u64()) * u128::from(bound);
        if (product as u64) < bound {
            let unfair = bound.wrapping_neg() % bound;
            while (product as u64) < unfair {
                product = u128::from(self.next_u64()) * u128::from(bound);
            }
        }
        (product >> 64) as u64
    }

    /// The same for any size: draws as many bits as the bound has until the number is below it.
    pub fn below_big(&mut self, bound: &UBig) -> UBig {
        if let Ok(bound) = u64::try_from(bound.clone()) {
            return UBig::from(self.below(bound));
        }
        let length = bound.bit_len();
        loop {
            let mut words: Vec<u64> = (0..length.div_ceil(64)).map(|_| self.next_u64()).collect();
            if let Some(top) = words.last_mut()
                && !length.is_multiple_of(64)
            {
                *top &= (1 << (length % 64)) - 1;
            }
            let candidate = UBig::from_words(&words);
            if candidate < *bound {
                return candidate;
            }
        }
    }

    /// A normally distributed float, mean 0 and deviation 1 (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let (radius, angle) = ((-2.0 * self.open_unit().ln()).sqrt(), std::f64::consts::TAU * self.unit());
        radius * angle.cos()
    }
}

impl Machine {
    fn random_type(&mut self) -> Word {
        if self.runtime.random_type == Word::FALSE {
            let fields = [self.intern("bytes")];
            let fields = self.vector_from(&fields);
            let name = self.intern("random-state");
            self.runtime.random_type = self.make_record_type(name, fields, Word::FALSE, OPAQUE);
        }
        self.runtime.random_type
    }

    fn make_random_state(&mut self, generator: &Xoshiro256) -> Word {
        let kind = self.random_type();
        let bytes = self.make_bytevector(&generator.to_bytes());
        self.make_record(kind, &[bytes])
    }

    fn default_random_state(&mut self) -> Word {
        if self.runtime.random_state == Word::FALSE {
            self.runtime.random_state = self.make_random_state(&Xoshiro256::from_seed(0));
        }
        self.runtime.random_state
    }

    fn is_random_state(&mut self, word: Word) -> bool {
        let kind = self.random_type();
        word.is_record_of(kind)
    }

    /// The bytes of the state in an optional argument.
    fn random_bytes(&mut self, who: &str, state: Option<&Word>) -> Result<Word, Raise> {
        match state {
            None => Ok(self.default_random_state().record_ref(0)),
            Some(&word) if self.is_random_state(word) => Ok(word.record_ref(0)),
            Some(&word) => Err(self.expected(who, "a random state", word)),
        }
    }

    /// Draws with the generator whose state is in those bytes.
    fn draw<T>(&mut self, bytes: Word, f: impl FnOnce(&mut Xoshiro256) -> T) -> T {
        let mut generator = Xoshiro256::from_bytes(bytes.bytes()).unwrap_or_else(|| Xoshiro256::from_seed(0));
        let result = f(&mut generator);
        self.bytes_mut(bytes).copy_from_slice(&generator.to_bytes());
        result
    }
}

/// A seed that differs from run to run: the standard library's hash keys come from the system's randomness.
fn entropy() -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    hasher.write_u128(now.as_nanos());
    hasher.finish()
}

/// A number below a positive number, inexact if that is.
fn random(machine: &mut Machine, arguments: &[Word]) -> Result<Word, Raise> {
    const WHO: &str = "random";
    let limit = operand(machine, WHO, arguments[0])?;
    let bytes = machine.random_bytes(WHO, arguments.get(1))?;
    match limit {
        Real::Float(x) if x > 0.0 && x.is_finite() => {
            let result = machine.draw(bytes, |generator| {
                loop {
                    // The product may round up to the limit.
                    let result = generator.unit() * x;
                    if result < x {
                        break result;
                    }
                }
            });
            Ok(machine.make_float(result))
        }
        Real::Integer(n) if n > IBig::ZERO => {
            let (_, bound) = n.into_parts();
            let result = machine.draw(bytes, |generator| generator.below_big(&bound));
            Ok(machine.make_big(&IBig::from(result)))
        }
        _ => Err(machine.expected(WHO, "a positive integer or float", arguments[0])),
    }
}

/// A seed from a number or a string.
fn seed(machine: &mut Machine, word: Word) -> Result<u64, Raise> {
    let bytes = match Real::of(word).map(|real| real.to_ratio()) {
        Some(Some(Ratio { numerator, denominator })) if denominator.is_one() => {
            let (sign, magnitude) = numerator.into_parts();
            let mut bytes = magnitude.to_le_bytes().to_vec();
            bytes.push((sign == dashu_int::Sign::Negative).into());
            bytes
        }
        Some(_) => super::number_to_string(word, 10).unwrap_or_default().into_bytes(),
        None if word.is_string() => word.string_to_rust().into_bytes(),
        None => return Err(machine.expected("seed->random-state", "a number or a string", word)),
    };
    // Fowler, Noll and Vo's hash; SplitMix64 does the rest.
    Ok(bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)))
}

primitives! {
    /// Random numbers.
    pub RANDOM:
    "random" (1, 2) READS|WRITES|ALLOCATES|FAILS => |machine, arguments| random(machine, arguments);
    "random:uniform" (0, 1) READS|WRITES|ALLOCATES|FAILS => |machine, arguments| {
        let bytes = machine.random_bytes("random:uniform", arguments.first())?;
        let x = machine.draw(bytes, Xoshiro256::unit);
        Ok(machine.make_float(x))
    };
    "random:exp" (0, 1) READS|WRITES|ALLOCATES|FAILS => |machine, arguments| {
        let bytes = machine.random_bytes("random:exp", arguments.first())?;
        let x = machine.draw(bytes, |generator| -generator.open_unit().ln());
        Ok(machine.make_float(x))
    };
    "random:normal" (0, 1) READS|WRITES|ALLOCATES|FAILS => |machine, arguments| {
        let bytes = machine.random_bytes("random:normal", arguments.first())?;
        let x = machine.draw(bytes, Xoshiro256::normal);
        Ok(machine.make_float(x))
    };
    "%random-real" (0, 1) READS|WRITES|ALLOCATES|FAILS => |machine, arguments| {
        let bytes = machine.random_bytes("random-real", arguments.first())?;
        let x = machine.draw(bytes, Xoshiro256::open_unit);
        Ok(machine.make_float(x))
    };
    "random-state?" (1, 1) READS|ALLOCATES => |machine, arguments| {
        Ok(Word::boolean(machine.is_random_state(arguments[0])))
    };
    "%default-random-state" (0, 0) READS|WRITES|ALLOCATES => |machine, _| Ok(machine.default_random_state());
    "seed->random-state" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let seed = seed(machine, arguments[0])?;
        Ok(machine.make_random_state(&Xoshiro256::from_seed(seed)))
    };
    "random-state-from-platform" (0, 0) READS|WRITES|ALLOCATES => |machine, _| {
        Ok(machine.make_random_state(&Xoshiro256::from_seed(entropy())))
    };
    "copy-random-state" (0, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let bytes = machine.random_bytes("copy-random-state", arguments.first())?;
        let generator = machine.draw(bytes, |generator| generator.clone());
        Ok(machine.make_random_state(&generator))
    };
    "%random-state-bytes" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let bytes = machine.random_bytes("random-source-state-ref", arguments.first())?;
        let generator = machine.draw(bytes, |generator| generator.clone());
        Ok(machine.make_bytevector(&generator.to_bytes()))
    };
    "%random-state-set-bytes!" (2, 2) READS|WRITES|FAILS => |machine, arguments| {
        const WHO: &str = "random-source-state-set!";
        let bytes = machine.random_bytes(WHO, arguments.first())?;
        let source = arguments[1];
        let Some(generator) = source.is_bytevector().then(|| Xoshiro256::from_bytes(source.bytes())).flatten() else {
            return Err(machine.expected(WHO, "the state of a random source", source));
        };
        machine.draw(bytes, |state| *state = generator);
        Ok(Word::UNSPECIFIED)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_sequence() {
        let mut generator = Xoshiro256([1, 2, 3, 4]);
        let expected = [
            41943041,
            58720359,
            3588806011781223,
            3591011842654386,
            9228616714210784205,
            9973669472204895162,
            14011001112246962877,
            12406186145184390807,
            15849039046786891736,
            10450023813501588000,
        ];
        for value in expected {
            assert_eq!(generator.next_u64(), value);
        }
        assert_eq!(Xoshiro256::from_bytes(&generator.to_bytes()), Some(generator));
        assert_eq!(Xoshiro256::from_bytes(&[0; 32]), None);
    }

    #[test]
    fn draws_stay_in_range_and_reach_everything() {
        let mut generator = Xoshiro256::from_seed(7);
        let mut seen = [0; 6];
        for _ in 0..6000 {
            seen[generator.below(6) as usize] += 1;
            let (x, y) = (generator.unit(), generator.open_unit());
            assert!((0.0..1.0).contains(&x) && y > 0.0 && y < 1.0);
        }
        assert!(seen.iter().all(|&count| (850..1150).contains(&count)), "{seen:?}");
        let bound = UBig::from(3u8) << 100;
        let halves = (0..2000).filter(|_| generator.below_big(&bound) * UBig::from(2u8) >= bound).count();
        assert!((900..1100).contains(&halves), "{halves}");
        let mean = (0..4000).map(|_| generator.normal()).sum::<f64>() / 4000.0;
        assert!(mean.abs() < 0.1, "{mean}");
    }
}
