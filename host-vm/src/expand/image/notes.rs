//! What is noted while a library or program is expanded: what its image depends on.

use crate::expand::Expander;
use crate::expand::environment::EnvironmentId;
use crate::object::{Image, records::DependencyKind};
use std::rc::Rc;

/// Key of a content: 128 bits of hash.
pub type Key = [u64; 2];

/// Something outside that an expansion depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// What it is.
    pub kind: DependencyKind,
    /// A path, or a library's name.
    pub name: String,
    /// Key of a file's text.
    pub key: Key,
}

/// What was noted of one environment.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// Names of the libraries that it imports, in order.
    pub imports: Vec<String>,
    /// What else its expansion depends on.
    pub dependencies: Vec<Dependency>,
    /// Key of its own text.
    pub text: Key,
}

/// Where a program or library came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// It was expanded, in this environment.
    #[default]
    Core,
    /// It was expanded, in this environment.
    Environment(EnvironmentId),
    /// It lies in an image: number of the archive, and of the module in it.
    Archive(u32, u32),
}

/// How a library came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LibrarySource {
    /// Its text is built in.
    Builtin,
    /// A form of a program defined it.
    Form,
    /// The provider found its text.
    Provider,
}

/// A library that was expanded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its name.
    pub name: String,
    /// Its environment.
    pub environment: EnvironmentId,
    /// Where it came from.
    pub source: LibrarySource,
}

/// Finds images of libraries by the key of their text.
pub trait ImageStore {
    /// The image of a library whose text has this key, if there is one that is well-formed.
    fn find(&self, key: Key) -> Option<Rc<Image>>;

    /// The same for good: its code will be linked, so nobody else gets this one again.
    fn take(&self, key: Key) -> Option<Rc<Image>>;
}

/// The key of bytes.
pub fn key_of(parts: &[&[u8]]) -> Key {
    crate::object::key::of(parts)
}

impl Expander {
    /// The notes of the environment that is being expanded.
    pub(in crate::expand) fn notes(&mut self) -> &mut Notes {
        self.notes.entry(self.state.environment).or_default()
    }

    /// Notes that the environment being expanded imports a library.
    pub(in crate::expand) fn note_import(&mut self, name: &str) {
        let notes = self.notes();
        if !notes.imports.iter().any(|noted| noted == name) {
            notes.imports.push(name.to_owned());
        }
    }

    /// Notes that the expansion depends on a file or on whether there is a library.
    pub(in crate::expand) fn note_dependency(&mut self, kind: DependencyKind, name: &str, content: &str) {
        let key = key_of(&[content.as_bytes()]);
        self.notes().dependencies.push(Dependency { kind, name: name.to_owned(), key });
    }

    /// The key of a library as it is now: of its text and of all that its expansion depended on.
    pub fn library_key(&self, name: &str) -> Option<Key> {
        self.keys.get(name).copied()
    }

    /// The key of an environment that was expanded from a text.
    pub fn key_of_environment(&self, environment: EnvironmentId) -> Key {
        let Some(notes) = self.notes.get(&environment) else { return Key::default() };
        let mut bytes = Vec::new();
        let mut add = |key: Key| key.iter().for_each(|half| bytes.extend_from_slice(&half.to_le_bytes()));
        add(notes.text);
        notes.dependencies.iter().for_each(|dependency| add(dependency.key));
        notes.imports.iter().for_each(|name| add(self.keys.get(name).copied().unwrap_or_default()));
        key_of(&[&bytes])
    }

    /// The libraries that were expanded since this was last asked, in order: none comes before what it imports.
    pub fn take_loaded(&mut self) -> Vec<Loaded> {
        std::mem::take(&mut self.loaded)
    }

    /// The notes of an environment, as they are.
    pub fn notes_of(&self, environment: EnvironmentId) -> Notes {
        self.notes.get(&environment).cloned().unwrap_or_default()
    }
}
