//! Rules about the tree that no compiler checks: the edges between crates, the size of rooms, words that stay out.

use limpet_tests::process::root;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The edges of docs/architecture.md: crate folder, and the workspace crates it may name. A new edge is the rarest change.
const EDGES: &[(&str, &[&str])] = &[
    ("plugin-api", &[]),
    ("host-hooks", &["limpet-plugin-api"]),
    ("plugin-jit", &["limpet-plugin-api"]),
    ("host-vm", &["limpet-plugin-api", "limpet-host-hooks"]),
    ("command", &["limpet"]),
    ("tests", &["limpet", "limpet-command", "limpet-host-hooks", "limpet-plugin-api", "limpet-jit"]),
];

/// Files above this many lines want a new wall.
const LINES: usize = 800;
/// Folders above this many files want a new wall, or a reason in [`LARGE_FOLDERS`].
const FILES: usize = 12;
/// Folders with more files, and why.
const LARGE_FOLDERS: &[(&str, usize, &str)] = &[
    (
        "host-vm/src/expand",
        21,
        "one file for each stage of the expander; the built-in forms have a folder of their own",
    ),
    ("host-vm/src/interp", 20, "handlers in families of one file each, and the stack"),
    ("host-vm/src/runtime", 24, "one file for each family of primitives"),
    ("host-vm/src/runtime/number", 14, "one file for each family of operations on numbers"),
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the workspace") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if path.file_name().is_some_and(|n| n != "target") {
                rust_files(&path, found);
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn all_rust_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (folder, _) in EDGES {
        rust_files(&root().join(folder), &mut found);
    }
    found.sort();
    found
}

#[test]
fn dependencies_run_along_the_listed_edges() {
    let members = ["limpet-plugin-api", "limpet-host-hooks", "limpet-jit", "limpet", "limpet-command"];
    for (folder, allowed) in EDGES {
        let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).expect("manifest");
        let mut section = String::new();
        for line in manifest.lines() {
            if let Some(name) = line.strip_prefix('[') {
                section = name.trim_end_matches(']').to_string();
            }
            if !section.ends_with("dependencies") {
                continue;
            }
            let name = line.split(['.', '=', ' ']).next().unwrap_or("");
            if members.contains(&name) {
                assert!(allowed.contains(&name), "{folder}/Cargo.toml: the edge to {name} is not in the list");
            }
        }
    }
}

#[test]
fn the_plugin_and_the_hooks_name_nothing_of_scheme() {
    for folder in ["plugin-jit/src", "host-hooks/src", "plugin-api/src"] {
        let mut files = Vec::new();
        rust_files(&root().join(folder), &mut files);
        for file in files {
            let text = fs::read_to_string(&file).expect("source");
            assert!(!text.contains("limpet::"), "{} names the host", file.display());
        }
    }
}

#[test]
fn rooms_are_small() {
    let mut faults = Vec::new();
    let mut folders = std::collections::BTreeMap::<PathBuf, usize>::new();
    for file in all_rust_files() {
        let lines = fs::read_to_string(&file).expect("source").lines().count();
        if lines > LINES {
            faults.push(format!("{}: {lines} lines, more than {LINES}", file.display()));
        }
        *folders.entry(file.parent().expect("a folder").to_path_buf()).or_default() += 1;
    }
    for (folder, files) in folders {
        let most = LARGE_FOLDERS.iter().find(|(name, _, _)| folder.ends_with(name)).map_or(FILES, |(_, most, _)| *most);
        if files > most {
            faults.push(format!("{}: {files} files, more than {most}", folder.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_source_file_begins_with_its_purpose() {
    for file in all_rust_files() {
        let text = fs::read_to_string(&file).expect("source");
        let first = text.lines().find(|l| !l.starts_with("#![") && !l.is_empty()).unwrap_or("");
        assert!(first.starts_with("//!"), "{}: no header", file.display());
    }
}

#[test]
fn nothing_is_left_unfinished() {
    let marks = [concat!("to", "do!("), concat!("unimple", "mented!("), concat!("TO", "DO"), concat!("FIX", "ME")];
    for file in all_rust_files() {
        let text = fs::read_to_string(&file).expect("source");
        for mark in marks {
            assert!(!text.contains(mark), "{}: {mark}", file.display());
        }
    }
}

#[test]
fn unsafe_code_is_allowed_only_with_a_reason() {
    for file in all_rust_files() {
        let text = fs::read_to_string(&file).expect("source");
        let mut before = "";
        for line in text.lines() {
            if line.trim_start().starts_with("#![allow(unsafe_code)]") {
                let reason = line.contains("//") || before.starts_with("// ");
                assert!(reason, "{}: #![allow(unsafe_code)] without a reason", file.display());
            }
            before = line;
        }
    }
}
