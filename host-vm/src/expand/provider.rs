//! Where libraries and included files that are not built in come from.

use std::path::{Path, PathBuf};

/// A text that was found: the name to show for it in messages, and the text itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its path.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Finds libraries and files.
pub trait LibraryProvider {
    /// The text with the definition of the library `(parts …)`; nothing if there is none, a message if it can't be read.
    fn library(&self, parts: &[String]) -> Result<Option<Found>, String>;

    /// Looks in a directory, too, before all others.
    fn add_directory(&mut self, _directory: &Path) {}

    /// The places where [`library`](Self::library) looks, for messages.
    fn places(&self) -> Vec<String>;

    /// The text of a file included by the source named `from`, or a message.
    fn file(&self, name: &str, from: &str) -> Result<Found, String>;
}

/// Finds `(a b c)` as `a/b/c.sld` or `a/b/c.scm` in some directories, and files beside those that include them.
#[derive(Clone, Debug, Default)]
pub struct DirectoryProvider {
    /// The directories, in the order of search.
    pub directories: Vec<PathBuf>,
    /// Whether programs may include files.
    pub refuses_files: bool,
}

impl DirectoryProvider {
    /// The directories of a search path as in `LIMPET_PATH`.
    pub fn from_path(path: &std::ffi::OsStr) -> DirectoryProvider {
        let directories = std::env::split_paths(path).filter(|directory| !directory.as_os_str().is_empty()).collect();
        DirectoryProvider { directories, refuses_files: false }
    }
}

fn read(path: &Path) -> Result<Found, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Found { name: path.display().to_string(), text }),
        Err(error) => Err(format!("{} can't be read: {error}", path.display())),
    }
}

impl LibraryProvider for DirectoryProvider {
    fn library(&self, parts: &[String]) -> Result<Option<Found>, String> {
        // A part must be one plain component, so that no library's name leads out of the directories.
        let plain =
            |part: &String| !part.is_empty() && part != "." && part != ".." && !part.contains(['/', '\\', '\0', ':']);
        if !parts.iter().all(plain) {
            return Ok(None);
        }
        for directory in &self.directories {
            let stem = parts.iter().fold(directory.clone(), |path, part| path.join(part));
            for extension in ["sld", "scm"] {
                let path = PathBuf::from(format!("{}.{extension}", stem.display()));
                if path.is_file() {
                    return read(&path).map(Some);
                }
            }
        }
        Ok(None)
    }

    fn add_directory(&mut self, directory: &Path) {
        if !self.directories.iter().any(|known| known == directory) {
            self.directories.insert(0, directory.to_owned());
        }
    }

    fn places(&self) -> Vec<String> {
        self.directories.iter().map(|directory| directory.display().to_string()).collect()
    }

    fn file(&self, name: &str, from: &str) -> Result<Found, String> {
        if self.refuses_files {
            return Err(format!("{name} can't be read: Permission denied"));
        }
        let directory = Path::new(from).parent().unwrap_or(Path::new(""));
        read(&directory.join(name))
    }
}
