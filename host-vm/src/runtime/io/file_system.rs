//! Primitives on files and directories by their names, and on names.

use super::files::file_error;
use crate::{machine::Machine, primitives, runtime::Raise, value::Word};
use std::{
    fs, io,
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::{MAIN_SEPARATOR, Path},
};

/// Does something to the file of a name; an error says what could not be done.
fn on_file<T>(
    machine: &mut Machine,
    who: &str,
    what: &str,
    name: Word,
    work: impl FnOnce(&str) -> io::Result<T>,
) -> Result<T, Raise> {
    let path = machine.string(who, name)?.string_to_rust();
    let permitted = machine.runtime.permit();
    permitted.and_then(|()| work(&path)).map_err(|error| file_error(machine, who, what, &error, name))
}

fn done(_: ()) -> Word {
    Word::UNSPECIFIED
}

/// The same with the files of two names.
fn on_two_files(
    machine: &mut Machine,
    who: &str,
    what: &str,
    names: &[Word],
    work: impl FnOnce(&str, &str) -> io::Result<()>,
) -> Result<Word, Raise> {
    let to = machine.string(who, names[1])?.string_to_rust();
    on_file(machine, who, what, names[0], |from| work(from, &to)).map(done)
}

/// The names in a directory, sorted.
fn names_in(path: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    Ok(names)
}

/// A name without the directories before it, and without a suffix.
fn base_name<'a>(path: &'a str, suffix: &str) -> &'a str {
    let trimmed = path.trim_end_matches(MAIN_SEPARATOR);
    let base = trimmed.rsplit(MAIN_SEPARATOR).next().unwrap_or(trimmed);
    match base.strip_suffix(suffix) {
        Some(stem) if !stem.is_empty() => stem,
        _ if base.is_empty() && !path.is_empty() => &path[..1],
        _ => base,
    }
}

/// The directories of a name; `.` if there are none.
fn directory_name(path: &str) -> &str {
    match path.trim_end_matches(MAIN_SEPARATOR).rsplit_once(MAIN_SEPARATOR) {
        Some((directories, _)) => match directories.trim_end_matches(MAIN_SEPARATOR) {
            "" => &path[..1],
            directories => directories,
        },
        None if path.starts_with(MAIN_SEPARATOR) => &path[..1],
        None => ".",
    }
}

/// What the system knows of a file: type, permissions, size, times of change, access and change of status, inode, device, number
/// of links, user, group.
fn stat(machine: &mut Machine, arguments: &[Word]) -> Result<Word, Raise> {
    let follow = arguments[1].is_true();
    let data = on_file(machine, "stat", "find", arguments[0], |path| {
        if follow { fs::metadata(path) } else { fs::symlink_metadata(path) }
    })?;
    let kind = data.file_type();
    let kinds = [
        (kind.is_file(), "regular"),
        (kind.is_dir(), "directory"),
        (kind.is_symlink(), "symlink"),
        (kind.is_block_device(), "block-special"),
        (kind.is_char_device(), "char-special"),
        (kind.is_fifo(), "fifo"),
        (kind.is_socket(), "socket"),
    ];
    let name = kinds.iter().find_map(|&(is, name)| is.then_some(name)).unwrap_or("unknown");
    let mut fields = vec![machine.intern(name), Word::fixnum((data.mode() & 0o7777).into())];
    let times = [data.mtime(), data.atime(), data.ctime()];
    let numbers = [data.ino(), data.dev(), data.nlink(), data.uid().into(), data.gid().into()];
    let unsigned = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let all = [unsigned(data.len())].into_iter().chain(times).chain(numbers.into_iter().map(unsigned));
    // Numbers of this size are fixnums or, rarely, objects that only this list holds.
    let mark = machine.temporaries.len();
    for number in all {
        let number = machine.make_integer(number);
        machine.temporaries.push(number);
        fields.push(number);
    }
    let vector = machine.vector_from(&fields);
    machine.temporaries.truncate(mark);
    Ok(vector)
}

primitives! {
    /// Files and directories.
    pub FILE_SYSTEM:
    "file-exists?" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let path = machine.string("file-exists?", arguments[0])?.string_to_rust();
        Ok(Word::boolean(machine.runtime.permit().is_ok() && Path::new(&path).exists()))
    };
    "file-is-directory?" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let path = machine.string("file-is-directory?", arguments[0])?.string_to_rust();
        Ok(Word::boolean(machine.runtime.permit().is_ok() && Path::new(&path).is_dir()))
    };
    "file-size" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let size = on_file(machine, "file-size", "find", arguments[0], |path| fs::metadata(path))?.len();
        Ok(machine.make_integer(i64::try_from(size).unwrap_or(i64::MAX)))
    };
    "%stat" (2, 2) READS|EXTERNAL|ALLOCATES|FAILS => stat;
    "delete-file" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        on_file(machine, "delete-file", "delete", arguments[0], |path| fs::remove_file(path)).map(done)
    };
    "rename-file" (2, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        on_two_files(machine, "rename-file", "rename", arguments, |from, to| fs::rename(from, to))
    };
    "copy-file" (2, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        on_two_files(machine, "copy-file", "copy", arguments, |from, to| fs::copy(from, to).map(|_| ()))
    };
    "mkdir" (1, 2) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        on_file(machine, "mkdir", "make", arguments[0], |path| fs::create_dir(path)).map(done)
    };
    "rmdir" (1, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        on_file(machine, "rmdir", "delete", arguments[0], |path| fs::remove_dir(path)).map(done)
    };
    "directory-files" (0, 1) READS|EXTERNAL|ALLOCATES|FAILS => |machine, arguments| {
        let name = match arguments.first() {
            Some(&name) => name,
            None => machine.make_string("."),
        };
        let names = on_file(machine, "directory-files", "read", name, names_in)?;
        Ok(machine.list_of_strings(&names))
    };
    "getcwd" (0, 0) EXTERNAL|ALLOCATES|FAILS => |machine, _| match machine.runtime.permit().and_then(|()| std::env::current_dir()) {
        Ok(directory) => Ok(machine.make_string(&directory.to_string_lossy())),
        Err(error) => Err(file_error(machine, "getcwd", "find", &error, Word::FALSE)),
    };
    "basename" (1, 2) READS|ALLOCATES|FAILS => |machine, arguments| {
        let path = machine.string("basename", arguments[0])?.string_to_rust();
        let suffix = match arguments.get(1) {
            Some(&suffix) => machine.string("basename", suffix)?.string_to_rust(),
            None => String::new(),
        };
        Ok(machine.make_string(base_name(&path, &suffix)))
    };
    "dirname" (1, 1) READS|ALLOCATES|FAILS => |machine, arguments| {
        let path = machine.string("dirname", arguments[0])?.string_to_rust();
        Ok(machine.make_string(directory_name(&path)))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        for (path, base, directory) in [
            ("a/b.scm", "b.scm", "a"),
            ("b.scm", "b.scm", "."),
            ("/b", "b", "/"),
            ("/", "/", "/"),
            ("a/b/", "b", "a"),
            ("", "", "."),
        ] {
            assert_eq!((base_name(path, ""), directory_name(path)), (base, directory), "{path}");
        }
        assert_eq!(base_name("a/b.scm", ".scm"), "b");
        assert_eq!(base_name("a/.scm", ".scm"), ".scm");
    }
}
