//! The prompt: reads forms, evaluates them one by one, prints their values. Input goes on over lines until it is
//! balanced; Ctrl-C gives up the line, Ctrl-D ends.

use super::report;
use crate::{
    text::reader::{self, Completeness},
    vm::{Ending, Vm},
};
use rustyline::{DefaultEditor, error::ReadlineError};
use std::io::{BufRead, IsTerminal, Write};

/// Runs until the input ends or the program exits; the exit status.
pub fn run(vm: &mut Vm) -> i32 {
    if std::io::stdin().is_terminal() { interactive(vm) } else { piped(vm) }
}

fn interactive(vm: &mut Vm) -> i32 {
    let mut editor = match DefaultEditor::new() {
        Ok(editor) => editor,
        Err(error) => {
            eprintln!("limpet: the terminal can't be used: {error}");
            return piped(vm);
        }
    };
    println!("Limpet {} - (exit) or Ctrl-D to leave", env!("CARGO_PKG_VERSION"));
    let mut text = String::new();
    loop {
        match editor.readline(if text.is_empty() { "> " } else { "  " }) {
            Ok(line) => {
                text.push_str(&line);
                text.push('\n');
                if reader::is_complete(&text) == Completeness::Incomplete {
                    continue;
                }
                // The history is a convenience: a line it can't take is no reason to stop.
                let _ = editor.add_history_entry(text.trim_end());
                if let Some(status) = evaluate(vm, &text) {
                    return status;
                }
                text.clear();
            }
            Err(ReadlineError::Interrupted) => text.clear(),
            Err(ReadlineError::Eof) => return 0,
            Err(error) => {
                eprintln!("limpet: {error}");
                return 1;
            }
        }
    }
}

/// Standard input is no terminal: the same without prompts.
fn piped(vm: &mut Vm) -> i32 {
    let mut text = String::new();
    for line in std::io::stdin().lock().lines() {
        match line {
            Ok(line) => text.push_str(&line),
            Err(error) => {
                eprintln!("limpet: standard input: {error}");
                return 1;
            }
        }
        text.push('\n');
        if reader::is_complete(&text) == Completeness::Incomplete {
            continue;
        }
        if let Some(status) = evaluate(vm, &text) {
            return status;
        }
        text.clear();
    }
    if text.trim().is_empty() { 0 } else { evaluate(vm, &text).unwrap_or(0) }
}

/// Evaluates and prints; the status if the program exits.
fn evaluate(vm: &mut Vm, text: &str) -> Option<i32> {
    let outcome = vm.eval("prompt", text);
    vm.flush();
    match outcome {
        Ok(Some(value)) => println!("{value}"),
        Ok(None) => {}
        Err(Ending::Exit(status)) => return Some(status),
        Err(Ending::Failed(failure)) => report::failure(&mut std::io::stderr().lock(), &failure),
    }
    let _ = std::io::stdout().flush();
    None
}
