//! What depends on the system or on other files: `cond-expand`, `include`, `include-ci`.

use super::binding::Form;
use super::core::{Datum, NodeId};
use super::syntax::{Content, Syntax};
use super::{Expander, Expansion};
use crate::object::records::DependencyKind;
use crate::runtime::library::LIBRARIES;

/// The features of the system.
const FEATURES: &[&str] = &[
    "r7rs",
    "exact-closed",
    "exact-complex",
    "ieee-float",
    "full-unicode",
    "ratios",
    "limpet",
    "srfi-0",
    std::env::consts::ARCH,
    std::env::consts::OS,
    #[cfg(target_arch = "x86_64")]
    "x86-64",
    #[cfg(unix)]
    "unix",
    #[cfg(unix)]
    "posix",
    #[cfg(target_os = "linux")]
    "gnu-linux",
    #[cfg(target_endian = "little")]
    "little-endian",
];

/// Every feature: those of the system, and `srfi-N` for each library `(srfi N)`.
pub fn features() -> Vec<String> {
    let numbers = LIBRARIES.iter().filter_map(|(name, _)| name.strip_prefix("(srfi ")?.strip_suffix(')'));
    let srfis = numbers.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    FEATURES.iter().map(|name| (*name).to_owned()).chain(srfis.map(|number| format!("srfi-{number}"))).collect()
}

fn is_feature(name: &str) -> bool {
    let is_srfi = |name: &str| {
        let library = format!("(srfi {})", name.strip_prefix("srfi-").unwrap_or("none"));
        LIBRARIES.iter().any(|(known, _)| *known == library)
    };
    FEATURES.contains(&name) || is_srfi(name)
}

impl Expander {
    /// The forms that a splicing form stands for.
    pub(super) fn spliced(&mut self, kind: Form, form: Syntax) -> Expansion<Vec<Syntax>> {
        match kind {
            Form::Include => self.included(form, false),
            Form::IncludeCi => self.included(form, true),
            _ => self.chosen(form),
        }
    }

    /// A splicing form as an expression.
    pub(super) fn spliced_form(&mut self, kind: Form, form: Syntax) -> Expansion<NodeId> {
        let parts = self.spliced(kind, form)?;
        let mut nodes = Vec::with_capacity(parts.len());
        for part in parts {
            nodes.push(self.expression(part)?);
        }
        Ok(self.sequence_of(nodes, form))
    }

    /// The forms of the first clause of a `cond-expand` that applies; none if none does.
    pub(super) fn chosen(&mut self, form: Syntax) -> Expansion<Vec<Syntax>> {
        let clauses = self.arguments(form, 0, usize::MAX)?;
        for (index, &clause) in clauses.iter().enumerate() {
            let parts = match self.list(clause) {
                Some(parts) if !parts.is_empty() => parts,
                _ => return self.fail(clause, "malformed clause of `cond-expand`"),
            };
            if index + 1 < clauses.len() && self.symbol_name(parts[0]) == Some("else") {
                return self.fail(clause, "`else` must be the last clause");
            }
            if self.requirement(parts[0])? {
                return Ok(parts[1..].to_vec());
            }
        }
        Ok(Vec::new())
    }

    /// The name of a symbol.
    pub(super) fn symbol_name(&self, syntax: Syntax) -> Option<&str> {
        match self.arena.content(syntax) {
            Content::Symbol(symbol) => Some(self.symbols.name(symbol)),
            _ => None,
        }
    }

    fn requirement(&mut self, syntax: Syntax) -> Expansion<bool> {
        self.enter(syntax)?;
        let holds = self.requirement_inside(syntax);
        self.state.depth -= 1;
        holds
    }

    fn requirement_inside(&mut self, syntax: Syntax) -> Expansion<bool> {
        if let Some(name) = self.symbol_name(syntax) {
            return Ok(name == "else" || is_feature(name));
        }
        let parts = match self.list(syntax) {
            Some(parts) if !parts.is_empty() => parts,
            _ => return self.fail(syntax, "malformed requirement of `cond-expand`"),
        };
        match (self.symbol_name(parts[0]), &parts[1..]) {
            (Some("and"), requirements) => {
                for &requirement in requirements {
                    if !self.requirement(requirement)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Some("or"), requirements) => {
                for &requirement in requirements {
                    if self.requirement(requirement)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            (Some("not"), &[requirement]) => Ok(!self.requirement(requirement)?),
            (Some("library"), &[name]) => self.library_exists(name),
            _ => self.fail(syntax, "malformed requirement of `cond-expand`"),
        }
    }

    /// The forms in the files that an `include` names, with the scopes of the `include`.
    pub(super) fn included(&mut self, form: Syntax, fold_case: bool) -> Expansion<Vec<Syntax>> {
        let mut forms = Vec::new();
        for name in self.arguments(form, 1, usize::MAX)? {
            let path = match self.arena.content(name) {
                Content::Atom(atom) => match self.arena.atom(atom) {
                    Datum::String(path) => path.clone(),
                    _ => return self.fail(name, "expected the name of a file as a string"),
                },
                _ => return self.fail(name, "expected the name of a file as a string"),
            };
            self.included_count += 1;
            if self.included_count > super::library::MOST_INCLUDED {
                return self.fail(name, "files include each other without end");
            }
            let from = self.sources.get(self.arena.position(form).source).name.clone();
            let found = match self.provider.file(&path, &from) {
                Ok(found) => found,
                Err(message) => return self.fail(name, message),
            };
            self.note_dependency(DependencyKind::File, &found.name, &found.text);
            let source = self.sources.add(found.name, found.text.clone());
            for read in self.read_all(source, &found.text, fold_case)? {
                forms.push(self.inherit(read, form.scopes));
            }
        }
        Ok(forms)
    }
}
