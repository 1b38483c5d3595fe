//! Which names are bound, for people: completion, and what a mistyped name may have meant.

use super::{
    Expander,
    binding::Binding,
    core::GlobalId,
    environment::{Environment, EnvironmentId},
};
use crate::{bytecode::code::Position, text::error::SyntaxError};

/// Most names that are suggested.
const SUGGESTED: usize = 3;

impl Expander {
    /// All names that are bound in an environment, variables and syntax, in order.
    pub fn bound_names(&self, environment: EnvironmentId) -> Vec<String> {
        let mut names: Vec<String> =
            self.names_in(&self.environments[environment.0 as usize]).map(str::to_owned).collect();
        names.sort_unstable();
        names
    }

    /// The names that are most like one that is not bound, in the environments where it is used: the best ones, if any
    /// are near enough.
    pub fn near_names(&self, name: &str) -> Vec<String> {
        let uses = (self.core_count..self.globals.count()).map(|id| self.globals.get(GlobalId(id as u32)));
        let uses = uses.filter(|global| !global.defined && self.symbols.name(global.name) == name);
        let mut environments: Vec<EnvironmentId> = uses.map(|global| global.environment).collect();
        environments.sort_unstable();
        environments.dedup();
        let names = environments.iter().flat_map(|id| self.names_in(&self.environments[id.0 as usize]));
        nearest(name, names)
    }

    /// Warnings about names that are used in an environment and that nothing defines, at their first uses.
    pub fn unbound_names(&self, environment: EnvironmentId) -> Vec<SyntaxError> {
        let unbound = self.unbound.iter().filter(|(id, _)| {
            let global = self.globals.get(*id);
            global.environment == environment && !global.defined
        });
        let warning = |&(id, position): &(GlobalId, Position)| {
            let name = self.global_name(id);
            let hint = self.suggestion_in(environment, name);
            SyntaxError::new(format!("possibly unbound variable `{name}`{hint}"), position)
        };
        unbound.map(warning).collect()
    }

    /// The end of a message that suggests names of an environment for one that is not among them.
    pub fn suggestion_in(&self, environment: EnvironmentId, name: &str) -> String {
        suggestion(&nearest(name, self.names_in(&self.environments[environment.0 as usize])))
    }

    fn names_in<'a>(&'a self, environment: &'a Environment) -> impl Iterator<Item = &'a str> {
        let bound = |binding: &Binding| match binding {
            Binding::Global(id) => self.globals.get(*id).defined,
            _ => true,
        };
        let names = environment.bindings.iter().filter(move |(_, binding)| bound(binding));
        // What begins with `%` is the library's own.
        names.map(|(&symbol, _)| self.symbols.name(symbol)).filter(|name| !name.starts_with('%'))
    }
}

/// The names nearest to one, the best first, if they are so near that a slip explains the difference.
pub fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let wanted: Vec<char> = name.chars().collect();
    // One slip in short names, two or three in longer ones; a name of one character is like every other.
    let most = match wanted.len() {
        0 | 1 => return Vec::new(),
        2..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let mut found: Vec<(usize, &str)> = names
        .filter(|other| *other != name && other.len().abs_diff(name.len()) <= 4 * most)
        .filter_map(|other| Some((distance(&wanted, &other.chars().collect::<Vec<_>>(), most)?, other)))
        .collect();
    found.sort_unstable();
    found.dedup();
    let best = found.first().map_or(0, |&(distance, _)| distance);
    found
        .into_iter()
        .take_while(|&(distance, _)| distance == best)
        .take(SUGGESTED)
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// The end of a message that suggests names; empty if there are none.
pub fn suggestion(names: &[String]) -> String {
    match names {
        [] => String::new(),
        names => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("; did you mean {}?", names.join(" or "))
        }
    }
}

/// How many insertions, deletions, replacements and exchanges of neighbours lead from one text to the other (optimal
/// string alignment); `None` if more than `most`.
fn distance(a: &[char], b: &[char], most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let replaced = last[j] + usize::from(a[i] != b[j]);
            let mut best = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|&distance| distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found() {
        let names = ["string-append", "string-length", "vector-ref", "car", "cdr", "call/cc", "vector-set!"];
        let near = |name| nearest(name, names.into_iter());
        assert_eq!(near("strnig-append"), ["string-append"]);
        assert_eq!(near("vector-rf"), ["vector-ref"]);
        assert_eq!(near("cr"), ["car", "cdr"]);
        assert_eq!(near("caar"), ["car"]);
        assert_eq!(near("x"), Vec::<String>::new());
        assert_eq!(near("frobnicate"), Vec::<String>::new());
    }
}
