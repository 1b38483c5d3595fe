//! Colours: on a terminal, unless `NO_COLOR` is set or the terminal is a dumb one.

use std::{env, io::IsTerminal};

/// What is coloured, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// What went wrong.
    Error,
    /// Places in sources.
    Place,
    /// The caret below a line, and what may help.
    Mark,
    /// What is less important.
    Dim,
    /// The prompt.
    Prompt,
    /// The name of a value.
    Name,
}

/// Whether to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// They are on.
    pub colours: bool,
}

impl Style {
    /// No colours.
    pub const PLAIN: Style = Style { colours: false };

    /// What a stream and the environment want.
    pub fn of(stream: &impl IsTerminal) -> Style {
        let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || env::var_os("TERM").is_none_or(|value| value == "dumb");
        Style { colours: stream.is_terminal() && !unwanted }
    }

    /// A text in a colour.
    pub fn paint(self, paint: Paint, text: &str) -> String {
        let code = match paint {
            Paint::Error => "1;31",
            Paint::Place => "1",
            Paint::Mark => "1;32",
            Paint::Dim => "2",
            Paint::Prompt => "1;34",
            Paint::Name => "36",
        };
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
