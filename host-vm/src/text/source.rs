//! Sources: the texts that positions refer to, kept to show the lines of errors.

/// One text: a file, a line at the prompt, an argument of `eval`.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path of the file, or what stands for it in messages.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Offset of the first byte of each line, ascending; the first is 0.
    line_starts: Vec<usize>,
}

impl Source {
    /// A source, its lines found.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Source {
        let text = text.into();
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Source { name: name.into(), text, line_starts }
    }

    /// Number of lines, at least one.
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// A line, from 1, without its end; empty if there is no such line.
    pub fn line(&self, line: u32) -> &str {
        let Some(index) = (line as usize).checked_sub(1) else { return "" };
        let Some(&start) = self.line_starts.get(index) else { return "" };
        let end = self.line_starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        self.text[start..end].trim_end_matches('\r')
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
        self.sources.push(Source::new(name, text));
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
