//! Parallel moves: copies that all read before any writes, put in an order that does so, with the target's temporary
//! to break cycles (Rideau, Serpette, Leroy 2008; here destinations are few and the search is quadratic).

use super::{Location, Step};

/// Orders moves `(from, to)` whose destinations differ pairwise, and appends them.
pub fn parallel(mut moves: Vec<(Location, Location)>, steps: &mut Vec<Step>) {
    moves.retain(|(from, to)| from != to);
    while !moves.is_empty() {
        // A move whose destination nobody else reads can go now.
        let free =
            (0..moves.len()).find(|&i| !moves.iter().enumerate().any(|(j, other)| j != i && other.0 == moves[i].1));
        if let Some(i) = free {
            let (from, to) = moves.swap_remove(i);
            steps.push(Step::Move { from, to });
            continue;
        }
        // Only cycles are left: save one source, and let its readers read the temporary.
        let saved = moves[0].0;
        steps.push(Step::Move { from: saved, to: Location::Temporary });
        for (from, _) in moves.iter_mut().filter(|(from, _)| *from == saved) {
            *from = Location::Temporary;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regalloc::Register;
    use std::collections::HashMap;

    fn r(n: u8) -> Location {
        Location::Register(Register(n))
    }

    fn check(moves: &[(Location, Location)]) -> usize {
        let mut steps = Vec::new();
        parallel(moves.to_vec(), &mut steps);
        let mut memory: HashMap<Location, Location> = HashMap::new();
        let read = |memory: &HashMap<Location, Location>, at: Location| memory.get(&at).copied().unwrap_or(at);
        for step in &steps {
            let Step::Move { from, to } = step else { panic!("only moves are expected") };
            let value = read(&memory, *from);
            memory.insert(*to, value);
        }
        for (from, to) in moves {
            assert_eq!(read(&memory, *to), *from, "{moves:?} became {steps:?}");
        }
        steps.len()
    }

    #[test]
    fn chains_need_no_temporary() {
        assert_eq!(check(&[(r(0), r(1)), (r(1), r(2)), (r(2), r(3))]), 3);
        assert_eq!(check(&[(r(0), r(0))]), 0);
        assert_eq!(check(&[(Location::Constant(7), r(0)), (r(0), Location::Spill(1))]), 2);
    }

    #[test]
    fn cycles_are_broken_once_each() {
        assert_eq!(check(&[(r(0), r(1)), (r(1), r(0))]), 3);
        assert_eq!(check(&[(r(0), r(1)), (r(1), r(0)), (r(2), r(3)), (r(3), r(2))]), 6);
        assert_eq!(check(&[(r(0), r(1)), (r(1), Location::Spill(0)), (Location::Spill(0), r(0)), (r(0), r(5))]), 5);
    }

    #[test]
    fn every_permutation_and_fan_out_of_four() {
        for code in 0..256u32 {
            let moves: Vec<_> = (0..4).map(|i| (r((code >> (2 * i) & 3) as u8), r(i as u8))).collect();
            check(&moves);
        }
    }
}
