//! Files that are no plugin: each is one line of explanation, and none reaches the dynamic linker that could harm it.

use limpet_host_hooks::{AttachError, EnvironmentOutcome, Hooks, loader};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A directory of this test's own, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("limpet-loader-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a scratch directory");
        Scratch(path)
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).expect("a scratch file");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A directory that stays behind in the temporary directory harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn error(path: &Path) -> AttachError {
    let Err(error) = loader::load(path) else { panic!("{} was loaded", path.display()) };
    let line = error.to_string();
    assert!(!line.contains('\n') && line.len() < 600, "{line}");
    error
}

/// A real shared library: the C library that this test runs with.
fn some_library() -> Option<PathBuf> {
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let line = maps.lines().find(|line| line.contains("/libc.so") || line.contains("/libc-"))?;
    Some(PathBuf::from(&line[line.find('/')?..]))
}

#[test]
fn what_is_not_there_or_no_file() {
    assert!(matches!(error(Path::new("/nowhere/at/all.so")), AttachError::Unreadable(..)));
    assert!(matches!(error(Path::new("")), AttachError::Unreadable(..)));
    assert!(matches!(error(&std::env::temp_dir()), AttachError::NotAFile(..)));
    assert!(matches!(error(Path::new("/dev/null")), AttachError::NotAFile(..)));
}

#[test]
fn a_bare_name_never_goes_through_the_search_path() {
    assert!(matches!(error(Path::new("libc.so.6")), AttachError::Unreadable(..)));
}

#[test]
fn what_is_no_library() {
    let scratch = Scratch::new("no-library");
    for (name, content) in [
        ("empty", &b""[..]),
        ("text", b"#!/bin/sh\necho no library\n"),
        ("short", b"\x7fELF"),
        ("class", b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x03\0"),
        ("header", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0"),
    ] {
        let path = scratch.file(name, content);
        assert!(matches!(error(&path), AttachError::NotALibrary(..)), "{name}: {}", error(&path));
    }
}

#[test]
fn damaged_copies_of_a_real_library() {
    let Some(library) = some_library() else { return };
    let whole = fs::read(library).expect("the C library");
    let scratch = Scratch::new("damaged");
    for length in [64, 100, 1000, whole.len() / 2, whole.len() * 9 / 10] {
        let path = scratch.file("truncated.so", &whole[..length]);
        let line = error(&path).to_string();
        assert!(line.contains("truncated"), "{length}: {line}");
    }
    let mut other = whole.clone();
    other[18..20].copy_from_slice(&8u16.to_le_bytes()); // e_machine: MIPS
    let line = error(&scratch.file("machine.so", &other)).to_string();
    assert!(line.contains("built for ELF machine 8"), "{line}");
    let mut object = whole;
    object[16..18].copy_from_slice(&1u16.to_le_bytes()); // e_type: relocatable
    let line = error(&scratch.file("object.so", &object)).to_string();
    assert!(line.contains("no shared object"), "{line}");
}

#[test]
fn libraries_and_programs_that_are_no_plugin() {
    let Some(library) = some_library() else { return };
    assert!(matches!(error(&library), AttachError::NotAPlugin(..)), "{}", error(&library));
    let program = std::env::current_exe().expect("this test");
    assert!(matches!(error(&program), AttachError::Linker(..) | AttachError::NotALibrary(..)), "{}", error(&program));
}

/// A library in `examples/`, which cargo builds into the directory of examples.
fn example(name: &str) -> PathBuf {
    let name = format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let test = std::env::current_exe().expect("this test");
    let path = test.ancestors().nth(2).expect("target directory").join("examples").join(name);
    assert!(path.is_file(), "`cargo test -p limpet-host-hooks` without a filter builds {} too", path.display());
    path
}

#[test]
fn another_contract_is_refused_in_one_line_and_the_report_is_there_for_who_asks() {
    let error = error(&example("stranger"));
    let line = error.to_string();
    assert!(matches!(error, AttachError::Layout(..)) && line.contains("use a matching release: "), "{line}");
    assert!(error.details().is_some_and(|report| report.lines().count() > 10));
    // The refusal does not stick: a plugin loads after it.
    assert!(loader::load(&example("refuser")).is_ok());
}

#[test]
fn a_plugin_is_loaded_attached_to_several_machines_and_taken_off() {
    let path = example("refuser");
    // A failure before leaves nothing behind.
    assert!(matches!(error(Path::new("/dev/null")), AttachError::NotAFile(..)));
    let mut machines = [Hooks::new(layout()), Hooks::new(layout())];
    for hooks in &mut machines {
        hooks.attach(&path, "", "").expect("attached");
        assert!(matches!(hooks.attach(&path, "", ""), Err(AttachError::Busy)));
    }
    let text = machines[0].describe().expect("attached").to_string();
    assert!(text.starts_with("refuser ") && text.contains("contract 1.0"), "{text}");
    assert!(machines[1].statistics_json().ends_with("\"plugin\":{\"refused\":0}}"));
    machines[0].detach();
    assert!(!machines[0].is_attached() && machines[1].is_attached());
    machines[0].attach(&path, "", "").expect("again");
}

#[test]
fn a_copy_of_a_plugin_that_is_loaded_already_is_another_plugin() {
    let path = example("refuser");
    let scratch = Scratch::new("copy");
    let copy = scratch.file("liblimpet_jit.so", &fs::read(&path).expect("the plugin"));
    let mut hooks = Hooks::new(layout());
    let outcome = hooks.attach_from_environment(&scratch.0, &|name| match name {
        "LIMPET_JIT" => Some(copy.to_string_lossy().into_owned()),
        _ => None,
    });
    assert_eq!(outcome, EnvironmentOutcome::Attached);
    assert_eq!(hooks.describe().and_then(|d| d.path.clone()), copy.canonicalize().ok());
}

#[test]
fn the_environment_is_heard_and_its_failures_are_one_line() {
    let mut hooks = Hooks::new(layout());
    let directory = Path::new("/nowhere/bin");
    let mut outcome = |jit: &str, require: &str| {
        hooks.attach_from_environment(directory, &|name| match name {
            "LIMPET_JIT" => Some(jit.to_string()),
            "LIMPET_JIT_REQUIRE" => Some(require.to_string()),
            _ => None,
        })
    };
    assert_eq!(outcome("", ""), EnvironmentOutcome::Off);
    assert_eq!(outcome("off", "1"), EnvironmentOutcome::Off);
    let EnvironmentOutcome::Warning(line) = outcome("on", "") else { panic!("a warning was due") };
    assert!(line.contains("/nowhere/bin") && line.ends_with("running without it"), "{line}");
    let EnvironmentOutcome::Error(line) = outcome("/nowhere.so", "1") else { panic!("an error was due") };
    assert!(line.starts_with("plugin /nowhere.so: "), "{line}");
}

fn layout() -> limpet_host_hooks::api::HostLayout {
    use limpet_host_hooks::api::layout::*;
    HostLayout {
        host: "test".into(),
        direction: SlotDirection::Up,
        entry: EntryConvention::CCall,
        tag_bits: 3,
        pointer_tags: 0,
        failure_word: 0,
        float: FloatTemplate { rotate: 0, add: 0, tags: 0, box_slow: 0 },
        alloc: AllocLayout { cursor: 0, limit: 0, granule: 16, max_inline: 0, slow: 0, reserve: 0 },
        barrier: BarrierLayout { table: 0, shift: 0, armed: 0, slow: 0 },
        context: ContextLayout { base: 0, stack_limit: 0, safepoint: 0 },
        alias_classes: Default::default(),
    }
}
