//! The line editor: history, completion, brackets that match, lines that go on until they are balanced.

use super::{
    super::style::{Paint, Style},
    brackets, commands, completeness,
};
use crate::text::reader::Completeness;
use rustyline::{
    Cmd, ConditionalEventHandler, Config, Context, Event, EventContext, EventHandler, Helper, KeyCode, KeyEvent,
    Modifiers, RepeatCount,
    completion::{Completer, FilenameCompleter, Pair},
    config::CompletionType,
    error::ReadlineError,
    highlight::{CmdKind, Highlighter, MatchingBracketHighlighter},
    hint::Hinter,
    history::FileHistory,
    validate::Validator,
};
use std::{borrow::Cow, env, fs, path::PathBuf};

/// Entries that the history file keeps.
const ENTRIES: usize = 2_000;

const PROMPT: &str = "> ";

/// What was read.
pub enum Line {
    /// A text, balanced or beyond repair.
    Text(String),
    /// Ctrl-C.
    GivenUp,
    /// Ctrl-D.
    End,
}

/// The editor.
pub struct Editor {
    editor: rustyline::Editor<Assistant, FileHistory>,
    history: Option<PathBuf>,
}

impl Editor {
    /// An editor with the history of earlier sessions.
    ///
    /// # Errors
    /// When the terminal can't be used.
    pub fn new(style: Style) -> Result<Editor, ReadlineError> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .max_history_size(ENTRIES)?
            .history_ignore_space(false)
            .build();
        let mut editor = rustyline::Editor::with_config(config)?;
        editor.set_helper(Some(Assistant {
            style,
            names: Vec::new(),
            files: FilenameCompleter::new(),
            brackets: MatchingBracketHighlighter::new(),
        }));
        // What is typed while the program still runs comes with line feeds.
        for enter in [KeyEvent(KeyCode::Enter, Modifiers::NONE), KeyEvent::ctrl('J')] {
            editor.bind_sequence(enter, EventHandler::Conditional(Box::new(Continue)));
        }
        // The history is a convenience: if it can't be read or written, there is none.
        let history = history_file().filter(|file| file.parent().is_some_and(|dir| fs::create_dir_all(dir).is_ok()));
        if let Some(file) = &history {
            let _ = editor.load_history(file);
        }
        Ok(Editor { editor, history })
    }

    /// Tells which names are bound.
    pub fn set_names(&mut self, names: Vec<String>) {
        if let Some(assistant) = self.editor.helper_mut() {
            assistant.names = names;
        }
    }

    /// Reads a text.
    ///
    /// # Errors
    /// When the terminal fails.
    pub fn read(&mut self) -> Result<Line, ReadlineError> {
        match self.editor.readline(PROMPT) {
            Ok(text) => {
                let added = self.editor.add_history_entry(text.trim_end());
                if let (Ok(true), Some(file)) = (added, &self.history) {
                    let _ = self.editor.append_history(file);
                }
                Ok(Line::Text(text))
            }
            Err(ReadlineError::Interrupted) => Ok(Line::GivenUp),
            Err(ReadlineError::Eof) => Ok(Line::End),
            Err(error) => Err(error),
        }
    }
}

/// `$XDG_STATE_HOME/limpet/history`, `~/.local/state/limpet/history`.
fn history_file() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path: &PathBuf| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    Some(state.join("limpet/history"))
}

/// The Enter key: a text that is not whole goes on in the next line, indented.
struct Continue;

impl ConditionalEventHandler for Continue {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        if completeness(context.line()) != Completeness::Incomplete {
            return None;
        }
        let indentation = brackets::indentation(&context.line()[..context.pos()]);
        Some(Cmd::Insert(1, format!("\n{}", " ".repeat(indentation))))
    }
}

/// Completes and colours.
struct Assistant {
    style: Style,
    /// Names that are bound, in order.
    names: Vec<String>,
    files: FilenameCompleter,
    brackets: MatchingBracketHighlighter,
}

impl Helper for Assistant {}
impl Validator for Assistant {}
impl Hinter for Assistant {
    type Hint = String;
}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(&self, line: &str, position: usize, context: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let text = &line[..position];
        if brackets::shape(text).string.is_some() {
            return self.files.complete(line, position, context);
        }
        let start = brackets::word_start(text);
        let word = &text[start..];
        let pair = |name: &str| Pair { display: name.to_owned(), replacement: name.to_owned() };
        if let Some(command) = word.strip_prefix(',').filter(|_| text[..start].trim().is_empty()) {
            let commands = commands::names().filter(|name| name.starts_with(command));
            return Ok((start + 1, commands.map(pair).collect()));
        }
        if word.is_empty() {
            return Ok((start, Vec::new()));
        }
        let from = self.names.partition_point(|name| name.as_str() < word);
        let names = self.names[from..].iter().take_while(|name| name.starts_with(word));
        Ok((start, names.map(|name| pair(name)).collect()))
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        if self.style.colours { self.brackets.highlight(line, position) } else { Cow::Borrowed(line) }
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Owned(self.style.paint(Paint::Prompt, prompt))
    }

    fn highlight_char(&self, line: &str, position: usize, kind: CmdKind) -> bool {
        self.style.colours && self.brackets.highlight_char(line, position, kind)
    }
}
