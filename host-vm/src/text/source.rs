//! Sources: the texts that positions refer to, kept to show the lines of errors.

use std::borrow::Cow;

/// One text: a file, a line at the prompt, an argument of `eval`.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path of the file, or what stands for it in messages.
    pub name: String,
    /// The whole text. Those of the standard library are part of the executable: at a start none of them is looked at.
    pub text: Cow<'static, str>,
}

impl Source {
    /// Number of lines, at least one.
    pub fn line_count(&self) -> usize {
        self.text.split('\n').count()
    }

    /// A line, from 1, without its end; empty if there is no such line. Lines are asked for by errors only, so nothing is
    /// kept to find them sooner.
    pub fn line(&self, line: u32) -> &str {
        let Some(index) = (line as usize).checked_sub(1) else { return "" };
        self.text.split('\n').nth(index).unwrap_or("").trim_end_matches('\r')
    }
}

/// All sources of a VM, by the number in [`Position::source`](crate::bytecode::code::Position).
#[derive(Clone, Debug, Default)]
pub struct Sources {
    sources: Vec<Source>,
}

impl Sources {
    /// No sources.
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Adds a source and returns its number.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> u32 {
        self.push(name.into(), Cow::Owned(text.into()))
    }

    /// The same for a text that is part of the executable.
    pub fn add_static(&mut self, name: impl Into<String>, text: &'static str) -> u32 {
        self.push(name.into(), Cow::Borrowed(text))
    }

    fn push(&mut self, name: String, text: Cow<'static, str>) -> u32 {
        self.sources.push(Source { name, text });
        self.sources.len() as u32 - 1
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.sources.len() as u32
    }

    /// The source of a number that [`add`](Self::add) returned.
    pub fn get(&self, source: u32) -> &Source {
        &self.sources[source as usize]
    }

    /// A line of a source, from 1, without its end; empty if there is no such source or line.
    pub fn line_text(&self, source: u32, line: u32) -> &str {
        self.sources.get(source as usize).map_or("", |source| source.line(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_by_number() {
        let mut sources = Sources::new();
        let first = sources.add("a.scm", "one\ntwo\r\n\nfour");
        let second = sources.add("b.scm", "");
        for (line, expected) in [(0, ""), (1, "one"), (2, "two"), (3, ""), (4, "four"), (5, "")] {
            assert_eq!(sources.line_text(first, line), expected, "line {line}");
        }
        assert_eq!(sources.get(first).line_count(), 4);
        assert_eq!(sources.get(second).line_count(), 1);
        assert_eq!(sources.line_text(second, 1), "");
        assert_eq!(sources.line_text(9, 1), "");
        assert_eq!(sources.get(second).name, "b.scm");
    }
}
