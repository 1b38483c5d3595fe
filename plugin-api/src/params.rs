//! Tunables: one table of name, default, range, owner and text, from which both sides read
//! `LIMPET_JIT_OPTIONS=name=value,…`.

/// Who acts on a tunable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The host's hooks: when to record and how much.
    Host,
    /// The plugin: how to compile.
    Plugin,
}

macro_rules! tunables {
    ($($name:ident, $default:literal, $low:literal..=$high:literal, $owner:ident, $text:literal;)*) => {
        /// The values of all numeric tunables.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Tunables {
            $(#[doc = concat!($text, " Default ", stringify!($default), ", range ", stringify!($low), " to ", stringify!($high), ".")] pub $name: u32,)*
            /// Passes of the optimizer, see [`PASSES`].
            pub passes: Passes,
        }

        impl Default for Tunables {
            fn default() -> Tunables {
                Tunables { $($name: $default,)* passes: Passes::default() }
            }
        }

        /// Name, default, lowest, highest, owner and text of every numeric tunable.
        pub const TABLE: &[(&str, u32, u32, u32, Owner, &str)] =
            &[$((stringify!($name), $default, $low, $high, Owner::$owner, $text)),*];

        impl Tunables {
            fn field(&mut self, name: &str) -> Option<(&mut u32, u32, u32)> {
                match name { $(stringify!($name) => Some((&mut self.$name, $low, $high)),)* _ => None }
            }
        }
    };
}

tunables! {
    hotloop, 56, 1..=1000000, Host, "Times a loop's backward jump is taken before it is recorded.";
    hotproc, 500, 1..=1000000, Host, "Times a procedure is entered before it is recorded.";
    hotexit, 10, 1..=1000000, Host, "Times an exit is taken before a side trace is recorded.";
    maxtrace, 4000, 8..=100000, Host, "Operations in one recording.";
    maxsnap, 500, 1..=65535, Host, "Snapshots in one recording.";
    maxunroll, 15, 1..=1000, Host, "Times an inner loop or a recursion is unrolled within a trace.";
    maxroots, 1000, 0..=65535, Host, "Root traces of one virtual machine.";
    maxsides, 100, 0..=65535, Host, "Side traces of one root trace.";
    minstitch, 60, 1..=100000, Host, "Host instructions of a root trace that ends where the interpreter must act: entering and leaving costs as much.";
    tryside, 4, 1..=1000, Host, "Attempts to compile a side trace before its exit is left alone.";
    penalty, 64, 1..=65535, Host, "First back-off after an abort; doubled and randomized each time.";
    maxpenalty, 60000, 1..=1000000, Host, "Back-off beyond which a site is blacklisted.";
    seed, 1, 0..=4294967295, Host, "Seed of the randomized back-off.";
    codesize, 4096, 64..=1048576, Plugin, "KiB of native code of one attached plugin.";
    forceexit, 0, 0..=1, Plugin, "Test aid: 1 makes every guard exit at its first execution after entry, round robin.";
    verify, 0, 0..=1, Plugin, "1 verifies IR after each pass and each register allocation (always on in debug builds).";
}

/// The passes that can be switched, in the order in which they run: `opt=-sink+cse`, `opt=none`, `opt=all`.
pub const PASSES: &[(&str, &str)] = &[
    ("fold", "constant folding and algebraic identities"),
    ("cse", "common subexpressions"),
    ("forward", "load and store forwarding"),
    ("range", "known bits and ranges, redundant guards"),
    ("peel", "loop peeling: invariant code leaves the loop"),
    ("sink", "allocations and boxes sink into exits"),
    ("dce", "dead code"),
];

/// A set of [`PASSES`] as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passes(pub u32);

impl Default for Passes {
    fn default() -> Passes {
        Passes((1 << PASSES.len()) - 1)
    }
}

impl Passes {
    /// Whether the pass of that name is on.
    pub fn has(self, name: &str) -> bool {
        PASSES.iter().position(|p| p.0 == name).is_some_and(|i| self.0 >> i & 1 == 1)
    }

    fn parse(self, text: &str) -> Result<Passes, String> {
        match text {
            "none" => return Ok(Passes(0)),
            "all" => return Ok(Passes::default()),
            _ => {}
        }
        let mut set = self;
        let mut rest = text;
        while !rest.is_empty() {
            let (on, tail) = match rest.as_bytes()[0] {
                b'+' => (true, &rest[1..]),
                b'-' => (false, &rest[1..]),
                _ => (true, rest),
            };
            let end = tail.find(['+', '-']).unwrap_or(tail.len());
            let name = &tail[..end];
            let Some(i) = PASSES.iter().position(|p| p.0 == name) else {
                let known: Vec<_> = PASSES.iter().map(|p| p.0).collect();
                return Err(format!("unknown pass '{name}' in opt={text}; known: none all {}", known.join(" ")));
            };
            set.0 = if on { set.0 | 1 << i } else { set.0 & !(1 << i) };
            rest = &tail[end..];
        }
        Ok(set)
    }
}

impl Tunables {
    /// Reads `name=value,…` over the defaults. Unknown names and bad values leave the default and give one warning
    /// line each; nothing is an error.
    pub fn parse(text: &str) -> (Tunables, Vec<String>) {
        let mut tunables = Tunables::default();
        let mut warnings = Vec::new();
        for item in text.split(',').map(str::trim).filter(|s| !s.is_empty()) {
            let (name, value) = item.split_once('=').unwrap_or((item, ""));
            if name == "opt" {
                match tunables.passes.parse(value) {
                    Ok(passes) => tunables.passes = passes,
                    Err(warning) => warnings.push(warning),
                }
                continue;
            }
            let Some((field, low, high)) = tunables.field(name) else {
                let known: Vec<_> = TABLE.iter().map(|t| t.0).collect();
                warnings.push(format!("unknown option '{name}'; known: {} opt", known.join(" ")));
                continue;
            };
            match value.parse::<u32>() {
                Ok(n) if (low..=high).contains(&n) => *field = n,
                _ => warnings.push(format!("option {name}={value}: expected a whole number from {low} to {high}")),
            }
        }
        (tunables, warnings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_over_the_defaults() {
        let (t, w) = Tunables::parse("hotloop=2, opt=-sink-cse,");
        assert_eq!(t.hotloop, 2);
        assert!(!t.passes.has("sink") && !t.passes.has("cse") && t.passes.has("fold"));
        assert!(w.is_empty());
    }

    #[test]
    fn unknown_names_and_bad_values_are_warnings() {
        let (t, w) = Tunables::parse("hotlop=2,hotexit=0,opt=-sunk,maxtrace");
        assert_eq!(t, Tunables::default());
        assert_eq!(w.len(), 4);
        assert!(w[0].contains("hotlop") && w[0].contains("hotloop"));
        assert!(w[1].contains("1 to 1000000"));
    }

    #[test]
    fn defaults_lie_in_their_ranges() {
        for (name, default, low, high, _, text) in TABLE {
            assert!(low <= default && default <= high, "{name}");
            assert!(text.ends_with('.'), "{name}");
        }
    }
}
