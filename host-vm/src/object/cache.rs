//! The cache: images of programs and libraries that were run from source, by the key of their text.
//!
//! An entry is a hint, no more: it is checked like any image, and used only if all that it depends on is as it was.
//! Entries are written beside their place and renamed, so that any number of processes may write the same one at once. A
//! cache that can't be read or written is no error; the log says so.

use super::{
    Image,
    memory::{Options, Way},
    write::write_file,
};
use crate::expand::image::{ImageStore, Key};
use std::{
    cell::RefCell,
    collections::HashMap,
    ffi::OsString,
    path::{Path, PathBuf},
    rc::Rc,
};

/// Says on standard error what the loader does, if somebody wants to know (`LIMPET_LOG=loader`).
#[derive(Clone, Copy, Debug, Default)]
pub struct Log {
    /// Whether somebody does.
    pub loader: bool,
}

impl Log {
    /// As `LIMPET_LOG` wants it: names of topics, separated by commas.
    pub fn from_environment(topics: Option<&str>) -> Log {
        Log { loader: topics.is_some_and(|topics| topics.split(',').any(|topic| topic.trim() == "loader")) }
    }

    /// Says something.
    pub fn say(&self, line: impl FnOnce() -> String) {
        if self.loader {
            eprintln!("limpet: loader: {}", line());
        }
    }

    /// Says how an image came into memory.
    pub fn loaded(&self, name: &str, image: &Image) {
        self.say(|| {
            let way = match image.way() {
                Way::Mmap => "mapped",
                Way::Read => "read",
                Way::Embedded => "part of the executable",
            };
            let codes = image.code_count();
            let remarks: String = image.remarks().iter().map(|remark| format!("; {remark}")).collect();
            format!("{name}: {way}, {codes} code objects{remarks}")
        });
    }
}

/// A directory with images.
#[derive(Debug)]
pub struct Cache {
    directory: PathBuf,
    loader: Options,
    /// What is said about it.
    pub log: Log,
    /// Images that were looked at and not linked yet: a library's is asked for by all that depends on it.
    open: RefCell<HashMap<Key, Rc<Image>>>,
}

/// The directory of the cache: `$XDG_CACHE_HOME/limpet`, or `~/.cache/limpet`; relative paths don't count.
pub fn directory(environment: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name: &str| environment(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    Some(base.join("limpet"))
}

impl Cache {
    /// A cache in a directory, which need not exist yet.
    pub fn new(directory: PathBuf, loader: Options, log: Log) -> Cache {
        Cache { directory, loader, log, open: RefCell::default() }
    }

    fn path(&self, key: Key) -> PathBuf {
        self.directory.join(format!("{:016x}{:016x}.go", key[0], key[1]))
    }

    /// Keeps the image of a text with this key.
    pub fn save(&self, key: Key, bytes: &[u8]) {
        let path = self.path(key);
        let written = std::fs::create_dir_all(&self.directory).and_then(|()| write_file(&path, bytes));
        match written {
            Ok(()) => self.log.say(|| format!("{}: written", path.display())),
            Err(error) => self.log.say(|| format!("{}: not written: {error}", path.display())),
        }
    }

    fn open(&self, path: &Path) -> Option<Image> {
        if !path.exists() {
            return None;
        }
        let image = Image::open(path, &self.loader).and_then(|image| image.verify().map(|()| image));
        match image {
            Ok(image) => {
                self.log.loaded(&path.display().to_string(), &image);
                Some(image)
            }
            Err(error) => {
                self.log.say(|| format!("{}: not used: {error}", path.display()));
                None
            }
        }
    }
}

impl ImageStore for Cache {
    fn find(&self, key: Key) -> Option<Rc<Image>> {
        if let Some(image) = self.open.borrow().get(&key) {
            return Some(image.clone());
        }
        let image = self.open(&self.path(key)).map(Rc::new)?;
        self.open.borrow_mut().insert(key, image.clone());
        Some(image)
    }

    fn take(&self, key: Key) -> Option<Rc<Image>> {
        let image = self.find(key);
        self.open.borrow_mut().remove(&key);
        image
    }
}
