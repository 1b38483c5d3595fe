//! What the environment asks for: `LIMPET_JIT` and its companions.

// Asks the C library whether this process runs with more rights than its user has.
#![allow(unsafe_code)]

use std::path::{Path, PathBuf};

/// What came of the environment's wishes. The texts are one line, for the host to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvironmentOutcome {
    /// No plugin was asked for.
    Off,
    /// A plugin is attached.
    Attached,
    /// The plugin could not be attached: print this and run without.
    Warning(String),
    /// The plugin could not be attached and `LIMPET_JIT_REQUIRE` is set: print this and end with status 1.
    Error(String),
}

/// The wishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    /// The plugin, if one is wanted.
    pub path: Option<PathBuf>,
    pub options: String,
    pub dump: String,
    pub is_required: bool,
}

/// Reads the wishes. `directory` is the executable's.
pub(crate) fn wish(directory: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Wish {
    let text = |name: &str| variable(name).unwrap_or_default();
    let path = match text("LIMPET_JIT").as_str() {
        "" | "off" | "0" => None,
        "on" | "1" => Some(beside(directory)),
        // A bare name is a file in the current directory, never something to be searched for.
        path => Some(PathBuf::from(path)),
    };
    let is_required = !matches!(text("LIMPET_JIT_REQUIRE").as_str(), "" | "0");
    Wish { path, options: text("LIMPET_JIT_OPTIONS"), dump: text("LIMPET_JIT_DUMP"), is_required }
}

/// The plugin that belongs to the executable. Cargo builds into `deps` and the copy one level up may be stale, so
/// `deps` comes first. If there is none, the first place where a user would put it, for the message.
fn beside(directory: &Path) -> PathBuf {
    let name = format!("{}limpet_jit{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let places =
        [directory.join("deps").join(&name), directory.join(&name), directory.join("../lib/limpet").join(&name)];
    places.iter().find(|place| place.is_file()).unwrap_or(&places[1]).clone()
}

/// Whether the process runs with more rights than its user has (set-user-id): then its environment is not trusted.
pub(crate) fn is_privileged() -> bool {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        unsafe extern "C" {
            fn getauxval(kind: std::ffi::c_ulong) -> std::ffi::c_ulong;
        }
        const AT_SECURE: std::ffi::c_ulong = 23;
        // SAFETY: a C library function without preconditions.
        unsafe { getauxval(AT_SECURE) != 0 }
    }
    #[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
    {
        unsafe extern "C" {
            fn issetugid() -> std::ffi::c_int;
        }
        // SAFETY: a C library function without preconditions.
        unsafe { issetugid() != 0 }
    }
    #[cfg(not(unix))]
    {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(jit: &str) -> Wish {
        wish(Path::new("/opt/x/bin"), &|name| (name == "LIMPET_JIT").then(|| jit.to_string()))
    }

    #[test]
    fn nothing_is_wanted_unless_it_is_said() {
        assert_eq!(wish(Path::new("/"), &|_| None).path, None);
        for off in ["", "off", "0"] {
            assert_eq!(with(off).path, None);
        }
    }

    #[test]
    fn a_name_is_a_path_and_on_is_the_plugin_beside_the_executable() {
        assert_eq!(with("libm.so.6").path, Some(PathBuf::from("libm.so.6")));
        let path = with("on").path.expect("a place");
        assert!(path.starts_with("/opt/x/bin") && path.to_string_lossy().contains("limpet_jit"), "{path:?}");
    }

    #[test]
    fn deps_is_looked_at_first() {
        let directory = std::env::temp_dir().join(format!("limpet-beside-{}", std::process::id()));
        let name = format!("{}limpet_jit{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        std::fs::create_dir_all(directory.join("deps")).expect("a directory");
        std::fs::write(directory.join(&name), "").expect("a file");
        assert_eq!(beside(&directory), directory.join(&name));
        std::fs::write(directory.join("deps").join(&name), "").expect("a file");
        assert_eq!(beside(&directory), directory.join("deps").join(&name));
        std::fs::remove_dir_all(&directory).expect("removed");
    }
}
