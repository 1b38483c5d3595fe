//! What is known of an integer: bits, range and tag, one lattice element for each value.
//!
//! The three views strengthen each other in [`Facts::normalize`]: a tag set fixes low bits, low bits round the bounds
//! of a range, a range of one element fixes all bits. So `i < n` between two fixnums with a tag of two zero bits says
//! `i <= MAX - 7`, and `i + 4` can't overflow: the checked addition of a loop counter becomes a plain one.
//!
//! Known bits follow the usual zeros/ones pairs (as in LLVM's `KnownBits`), ranges are closed signed intervals.

/// What is known of a 64-bit integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Bits known to be 0.
    pub zeros: u64,
    /// Bits known to be 1.
    pub ones: u64,
    /// Least value.
    pub low: i64,
    /// Greatest value.
    pub high: i64,
    /// Possible tags, as a set of bits.
    pub tags: u64,
}

/// A set with all tags of `tag_bits` bits.
pub fn all_tags(tag_bits: u8) -> u64 {
    match 1u32 << tag_bits.min(6) {
        64 => u64::MAX,
        count => (1 << count) - 1,
    }
}

/// Nothing satisfies the facts: the place can't be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Impossible;

impl Facts {
    /// Nothing known.
    pub fn unknown() -> Facts {
        Facts { zeros: 0, ones: 0, low: i64::MIN, high: i64::MAX, tags: u64::MAX }
    }

    /// A constant.
    pub fn constant(value: i64, tag_bits: u8) -> Facts {
        let tag = value as u64 & ((1 << tag_bits) - 1);
        Facts { zeros: !(value as u64), ones: value as u64, low: value, high: value, tags: 1 << tag }
    }

    /// A range.
    pub fn range(low: i64, high: i64) -> Facts {
        Facts { low, high, ..Facts::unknown() }
    }

    /// Known bits.
    pub fn bits(zeros: u64, ones: u64) -> Facts {
        Facts { zeros, ones, ..Facts::unknown() }
    }

    /// A tag set.
    pub fn tagged(tags: u64) -> Facts {
        Facts { tags, ..Facts::unknown() }
    }

    /// The value, if only one is possible.
    pub fn exact(&self) -> Option<i64> {
        (self.low == self.high).then_some(self.low)
    }

    /// Number of low bits that are all known.
    pub fn known_low_bits(&self) -> u32 {
        (self.zeros | self.ones).trailing_ones()
    }

    /// Number of low bits that are known to be zero.
    pub fn low_zeros(&self) -> u32 {
        self.zeros.trailing_ones()
    }

    /// Carries what one view knows over to the others.
    pub fn normalize(mut self, tag_bits: u8) -> Result<Facts, Impossible> {
        let tag_mask = (1u64 << tag_bits) - 1;
        // Tags and low bits.
        let mut tags = 0;
        let (mut every_one, mut every_zero) = (tag_mask, tag_mask);
        for tag in 0..=tag_mask {
            if self.tags >> tag & 1 == 1 && tag & self.zeros == 0 && tag & self.ones == self.ones & tag_mask {
                tags |= 1 << tag;
                every_one &= tag;
                every_zero &= !tag;
            }
        }
        if tags == 0 {
            return Err(Impossible);
        }
        self.tags = tags;
        self.ones |= every_one;
        self.zeros |= every_zero;
        if self.ones & self.zeros != 0 {
            return Err(Impossible);
        }
        // Low bits round the bounds inwards.
        let known = self.known_low_bits();
        if known < 64 {
            let mask = (1u64 << known) - 1;
            let remainder = self.ones & mask;
            let up = remainder.wrapping_sub(self.low as u64) & mask;
            let down = (self.high as u64).wrapping_sub(remainder) & mask;
            self.low = self.low.checked_add(up as i64).ok_or(Impossible)?;
            self.high = self.high.checked_sub(down as i64).ok_or(Impossible)?;
        } else {
            self.low = self.low.max(self.ones as i64);
            self.high = self.high.min(self.ones as i64);
        }
        // The sign, both ways.
        if self.zeros >> 63 == 1 {
            self.low = self.low.max(0);
        }
        if self.ones >> 63 == 1 {
            self.high = self.high.min(-1);
        }
        if self.low > self.high {
            return Err(Impossible);
        }
        if self.low >= 0 {
            let leading = (self.high as u64).leading_zeros();
            self.zeros |= if leading == 64 { u64::MAX } else { !(u64::MAX >> leading) };
            if self.ones & self.zeros != 0 {
                return Err(Impossible);
            }
        } else if self.high < 0 {
            self.ones |= 1 << 63;
        }
        if self.low == self.high {
            let exact = Facts::constant(self.low, tag_bits);
            if self.tags & exact.tags == 0 || exact.ones & self.zeros != 0 || exact.zeros & self.ones != 0 {
                return Err(Impossible);
            }
            return Ok(exact);
        }
        Ok(self)
    }

    /// Both hold.
    pub fn meet(&self, other: &Facts, tag_bits: u8) -> Result<Facts, Impossible> {
        let both = Facts {
            zeros: self.zeros | other.zeros,
            ones: self.ones | other.ones,
            low: self.low.max(other.low),
            high: self.high.min(other.high),
            tags: self.tags & other.tags,
        };
        if both.low > both.high {
            return Err(Impossible);
        }
        both.normalize(tag_bits)
    }

    /// One of both holds.
    pub fn join(&self, other: &Facts) -> Facts {
        Facts {
            zeros: self.zeros & other.zeros,
            ones: self.ones & other.ones,
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            tags: self.tags | other.tags,
        }
    }

    /// Whether everything that `self` allows is allowed by `other`.
    pub fn implies(&self, other: &Facts) -> bool {
        self.zeros & other.zeros == other.zeros
            && self.ones & other.ones == other.ones
            && self.low >= other.low
            && self.high <= other.high
            && self.tags & !other.tags == 0
    }

    /// A weaker assumption that `other` satisfies too; moving bounds are given up at once, so that repeated weakening ends.
    pub fn widen(&self, other: &Facts, tag_bits: u8) -> Facts {
        let mut wide = self.join(other);
        if wide.low < self.low {
            wide.low = if wide.low >= 0 { 0 } else { i64::MIN };
        }
        if wide.high > self.high {
            wide.high = i64::MAX;
        }
        // A bit that was lost takes all bits above it along: a counter would give them up one at a time.
        let lost = self.zeros & !wide.zeros | self.ones & !wide.ones;
        if lost != 0 {
            let below = (1u64 << lost.trailing_zeros()) - 1;
            wide.zeros &= below;
            wide.ones &= below;
        }
        wide.normalize(tag_bits).unwrap_or_else(|Impossible| Facts::unknown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_strengthen_each_other() {
        let fixnum = Facts::tagged(1).normalize(2).unwrap();
        assert_eq!((fixnum.zeros, fixnum.high), (3, i64::MAX - 3));
        let below = Facts { high: i64::MAX - 4, ..fixnum }.normalize(2).unwrap();
        assert_eq!(below.high, i64::MAX - 7);
        assert_eq!(Facts::range(5, 7).meet(&fixnum, 2), Err(Impossible));
        assert_eq!(Facts::range(5, 9).meet(&fixnum, 2).unwrap().exact(), Some(8));
    }

    #[test]
    fn widening_ends_and_keeps_tags() {
        let start = Facts::constant(4, 2);
        let wide = start.widen(&Facts::constant(8, 2), 2);
        assert!(start.implies(&wide) && Facts::constant(8, 2).implies(&wide));
        assert_eq!((wide.tags, wide.low, wide.low_zeros()), (1, 4, 2));
        assert_eq!(wide.widen(&Facts::constant(400, 2), 2), wide);
    }

    #[test]
    fn every_constant_satisfies_its_own_facts() {
        for value in [0, 1, -1, 7, i64::MIN, i64::MAX] {
            let facts = Facts::constant(value, 3);
            assert_eq!(facts.normalize(3), Ok(facts));
            assert!(facts.implies(&Facts::unknown().normalize(3).unwrap()));
        }
    }
}
