//! Why a plugin could not be attached. Each error is one line that says what is wrong and, where it helps, what to do;
//! none of them stops a host, which runs without the plugin.

use limpet_plugin_api::ApiVersion;
use std::path::PathBuf;

/// A plugin that could not be attached.
#[derive(Debug)]
pub enum AttachError {
    /// The file can't be read; the text is the operating system's.
    Unreadable(PathBuf, String),
    /// A directory or another thing that is no file.
    NotAFile(PathBuf),
    /// Not a loadable library for this machine.
    NotALibrary(PathBuf, String),
    /// A library that is no Limpet plugin, or is one built with another `abi_stable`.
    NotAPlugin(PathBuf, String),
    /// The dynamic linker refused it.
    Linker(PathBuf, String),
    /// The contract's types differ. The second text is the whole report.
    Layout(PathBuf, String, String),
    /// No common version of the contract: the plugin's range, then the host's.
    Version([ApiVersion; 2], [ApiVersion; 2]),
    /// Operations that every trace needs and the plugin does not know.
    Operations(String),
    /// The plugin's own answer.
    Refused(String),
    /// A plugin is attached already, or native code of the last one is still running.
    Busy,
}

impl AttachError {
    /// More lines for those who ask: the whole layout report.
    pub fn details(&self) -> Option<&str> {
        match self {
            AttachError::Layout(_, _, report) => Some(report),
            _ => None,
        }
    }
}

impl std::fmt::Display for AttachError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AttachError::Unreadable(path, why) => write!(f, "plugin {}: {why}", path.display()),
            AttachError::NotAFile(path) => write!(f, "plugin {}: not a regular file", path.display()),
            AttachError::NotALibrary(path, why) => {
                write!(f, "plugin {}: not a shared library for this machine: {why}", path.display())
            }
            AttachError::NotAPlugin(path, why) => write!(f, "plugin {}: not a Limpet plugin: {why}", path.display()),
            AttachError::Linker(path, why) => write!(f, "plugin {}: {why}", path.display()),
            AttachError::Layout(path, cause, _) => {
                write!(
                    f,
                    "plugin {}: its types differ from this host's, use a matching release: {cause}",
                    path.display()
                )
            }
            AttachError::Version([oldest, newest], [host_oldest, host_newest]) => write!(
                f,
                "the plugin works with versions {oldest} to {newest} of the contract, \
                 this host with {host_oldest} to {host_newest}"
            ),
            AttachError::Operations(missing) => write!(f, "the plugin lacks trace operations: {missing}"),
            AttachError::Refused(why) => write!(f, "the plugin refused: {why}"),
            AttachError::Busy => f.write_str("a plugin is attached already"),
        }
    }
}

impl std::error::Error for AttachError {}

/// The first line of a text, shortened, as a part of a one-line error.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() > 240 {
        let end = (0..=240).rev().find(|&i| line.is_char_boundary(i)).unwrap_or(0);
        line.truncate(end);
        line.push('…');
    }
    line
}
