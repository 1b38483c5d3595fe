//! Scopes and sets of them.
//!
//! After Matthew Flatt, *Binding as Sets of Scopes* (POPL 2016), without phases. Each binding form adds a fresh scope to
//! the region that it binds in; each expansion of a macro adds a fresh scope to what the template, not the use,
//! contributed. (The paper flips the scope on the whole result; adding it while the template is filled in is the same
//! for `syntax-rules`.) An identifier refers to the binding with the largest subset of its own scopes.
//!
//! Sets are interned: a [`ScopeSet`] is a number, equal sets have equal numbers, and both ways to make larger sets are
//! memoized. Every set that a program's identifier has contains the scope of exactly one environment, the one in which
//! the identifier was read; it is noted beside the set.

use super::environment::EnvironmentId;
use super::hash::Map;
use std::rc::Rc;

/// A scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope(pub u32);

/// An interned set of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeSet(u32);

impl ScopeSet {
    /// The set without scopes.
    pub const EMPTY: ScopeSet = ScopeSet(0);

    /// Its number.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The set of a number that [`number`](Self::number) gave.
    pub fn from_number(number: u32) -> ScopeSet {
        ScopeSet(number)
    }
}

/// What made a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::expand) enum Origin {
    /// An environment: all that is read in it.
    Environment(EnvironmentId),
    /// A binding form or the template of a macro.
    Other,
    /// The use of a macro in the definition context that also defined it, by the context's number. Definitions in
    /// that context drop the scope, so that a macro can be handed a name to define.
    UseSite(u32),
}

/// All scopes and sets.
#[derive(Debug)]
pub struct Scopes {
    origins: Vec<Origin>,
    sets: Vec<Rc<[u32]>>,
    environments: Vec<Option<EnvironmentId>>,
    interned: Map<Rc<[u32]>, ScopeSet>,
    added: Map<(u32, u32), ScopeSet>,
    united: Map<(u32, u32), ScopeSet>,
}

impl Default for Scopes {
    fn default() -> Scopes {
        let empty: Rc<[u32]> = Rc::new([]);
        let mut interned = Map::default();
        interned.insert(empty.clone(), ScopeSet::EMPTY);
        Scopes {
            origins: Vec::new(),
            sets: vec![empty],
            environments: vec![None],
            interned,
            added: Map::default(),
            united: Map::default(),
        }
    }
}

impl Scopes {
    fn make(&mut self, origin: Origin) -> Scope {
        self.origins.push(origin);
        Scope(self.origins.len() as u32 - 1)
    }

    /// A new scope of a binding form or an expansion.
    pub fn fresh(&mut self) -> Scope {
        self.make(Origin::Other)
    }

    /// A new scope of a macro's use in the definition context of its definition.
    pub fn fresh_use_site(&mut self, context: u32) -> Scope {
        self.make(Origin::UseSite(context))
    }

    /// The set with only the new scope of an environment.
    pub fn for_environment(&mut self, environment: EnvironmentId) -> ScopeSet {
        let scope = self.make(Origin::Environment(environment));
        self.intern(vec![scope.0])
    }

    fn intern(&mut self, scopes: Vec<u32>) -> ScopeSet {
        if let Some(&set) = self.interned.get(scopes.as_slice()) {
            return set;
        }
        let environment = scopes.iter().find_map(|&scope| match self.origins[scope as usize] {
            Origin::Environment(environment) => Some(environment),
            _ => None,
        });
        let set = ScopeSet(self.sets.len() as u32);
        let scopes: Rc<[u32]> = scopes.into();
        self.sets.push(scopes.clone());
        self.environments.push(environment);
        self.interned.insert(scopes, set);
        set
    }

    /// A set with one scope more.
    pub fn add(&mut self, set: ScopeSet, scope: Scope) -> ScopeSet {
        if let Some(&sum) = self.added.get(&(set.0, scope.0)) {
            return sum;
        }
        let scopes = &self.sets[set.0 as usize];
        let sum = match scopes.binary_search(&scope.0) {
            Ok(_) => set,
            Err(at) => {
                let mut sum = Vec::with_capacity(scopes.len() + 1);
                sum.extend_from_slice(&scopes[..at]);
                sum.push(scope.0);
                sum.extend_from_slice(&scopes[at..]);
                self.intern(sum)
            }
        };
        self.added.insert((set.0, scope.0), sum);
        sum
    }

    /// All scopes of two sets.
    pub fn unite(&mut self, one: ScopeSet, other: ScopeSet) -> ScopeSet {
        if one == ScopeSet::EMPTY || one == other {
            return other;
        }
        if other == ScopeSet::EMPTY {
            return one;
        }
        let key = (one.0.min(other.0), one.0.max(other.0));
        if let Some(&sum) = self.united.get(&key) {
            return sum;
        }
        let mut sum = [&*self.sets[one.0 as usize], &*self.sets[other.0 as usize]].concat();
        sum.sort_unstable();
        sum.dedup();
        let sum = self.intern(sum);
        self.united.insert(key, sum);
        sum
    }

    /// A set without the use-site scopes of a definition context.
    pub fn without_use_sites(&mut self, set: ScopeSet, context: u32) -> ScopeSet {
        let scopes = self.sets[set.0 as usize].clone();
        let dropped = |scope: &u32| self.origins[*scope as usize] == Origin::UseSite(context);
        if !scopes.iter().any(dropped) {
            return set;
        }
        let kept = scopes.iter().copied().filter(|scope| !dropped(scope)).collect();
        self.intern(kept)
    }

    /// Whether all scopes of a set are in another.
    pub fn is_subset(&self, small: ScopeSet, large: ScopeSet) -> bool {
        if small == large {
            return true;
        }
        let (small, large) = (&self.sets[small.0 as usize], &self.sets[large.0 as usize]);
        if small.len() >= large.len() {
            return false;
        }
        let mut rest = large.iter();
        small.iter().all(|scope| rest.by_ref().any(|other| other == scope))
    }

    /// The scopes of a set, ascending.
    pub fn members(&self, set: ScopeSet) -> &[u32] {
        &self.sets[set.0 as usize]
    }

    /// What made a scope.
    pub(in crate::expand) fn origin(&self, scope: u32) -> Origin {
        self.origins[scope as usize]
    }

    /// Number of scopes in a set.
    pub fn size(&self, set: ScopeSet) -> usize {
        self.sets[set.0 as usize].len()
    }

    /// The environment whose scope is in a set.
    pub fn environment(&self, set: ScopeSet) -> Option<EnvironmentId> {
        self.environments[set.0 as usize]
    }

    /// The number of sets, to go back to.
    pub fn mark(&self) -> usize {
        self.sets.len()
    }

    /// Forgets all sets made since the mark; nothing may refer to them. (Scopes are never used again, so sets that are
    /// older stay right.)
    pub fn truncate(&mut self, mark: usize) {
        if self.sets.len() == mark {
            return;
        }
        for set in self.sets.drain(mark..) {
            self.interned.remove(&set);
        }
        self.environments.truncate(mark);
        self.added.clear();
        self.united.clear();
    }
}
