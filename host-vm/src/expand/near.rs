//! Names that somebody may have meant: for "did you mean".

use super::Expander;
use super::binding::Binding;
use super::core::GlobalId;
use super::environment::EnvironmentId;

/// Most names to suggest.
const MOST: usize = 3;

/// Number of insertions, deletions, replacements and swaps of neighbours between two texts; nothing if above a limit.
pub fn distance(one: &str, other: &str, limit: usize) -> Option<usize> {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    if one.len().abs_diff(other.len()) > limit {
        return None;
    }
    let width = other.len() + 1;
    let mut before = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    let mut row = vec![0; width];
    for (i, &a) in one.iter().enumerate() {
        row[0] = i + 1;
        for (j, &b) in other.iter().enumerate() {
            let mut best = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a == other[j - 1] && one[i - 1] == b {
                best = best.min(before[j - 1] + 1);
            }
            row[j + 1] = best;
        }
        if row.iter().all(|&cell| cell > limit) {
            return None;
        }
        (before, last, row) = (last, row, before);
    }
    Some(last[width - 1]).filter(|&distance| distance <= limit)
}

/// The names nearest to a name, best first.
pub fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let limit = match name.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    let mut found: Vec<(usize, &str)> = names
        .filter(|other| *other != name && !other.starts_with('%'))
        // A short name that shares nothing is no help.
        .filter_map(|other| {
            distance(name, other, limit).filter(|&d| 2 * d <= name.chars().count().max(2)).map(|d| (d, other))
        })
        .collect();
    found.sort();
    let Some(&(best, _)) = found.first() else { return Vec::new() };
    found
        .into_iter()
        .take_while(|(distance, _)| *distance == best)
        .take(MOST)
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

impl Expander {
    /// The names visible in an environment that are nearest to a name, best first: none if nothing is near.
    pub fn near_names(&self, environment: EnvironmentId, name: &str) -> Vec<String> {
        let visible = self.environments[environment.0 as usize].bindings.iter().filter(|(_, binding)| match binding {
            Binding::Global(global) => self.globals.get(*global).defined,
            _ => true,
        });
        nearest(name, visible.map(|(&symbol, _)| self.symbols.name(symbol)))
    }

    /// The names nearest to that of a global that is not defined, among those visible where it would be defined.
    pub fn near_global(&self, global: GlobalId) -> Vec<String> {
        self.near_names(self.globals.get(global).environment, self.global_name(global))
    }

    /// The environment of the running program, or else that of the prompt, if there is one.
    pub fn current_environment(&self) -> Option<EnvironmentId> {
        self.program.or(self.interaction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (one, other, expected) in [
            ("display", "dispaly", Some(1)),
            ("car", "cdr", Some(1)),
            ("", "ab", Some(2)),
            ("vector-length", "vector-lenght", Some(1)),
            ("kitten", "sitting", Some(3)),
            ("list", "string-append", None),
        ] {
            assert_eq!(distance(one, other, 3), expected, "{one} {other}");
            assert_eq!(distance(other, one, 3), expected, "{other} {one}");
        }
    }

    #[test]
    fn only_what_is_near_is_suggested() {
        let names = ["display", "displays", "newline", "car", "cdr", "x"];
        let near = |name| nearest(name, names.iter().copied());
        assert_eq!(near("dispaly"), ["display"]);
        assert_eq!(near("newlin"), ["newline"]);
        assert_eq!(near("y"), ["x"]);
        assert_eq!(near("caar"), ["car"]);
        assert!(near("frobnicate").is_empty());
        assert_eq!(suggestion(&near("cr")), "; did you mean `car` or `cdr`?");
        assert_eq!(suggestion(&[]), "");
    }
}
