//! Brackets of a text that is being typed: which are open, and how far the next line is indented.
//!
//! This looks at the text as the lexer does as far as brackets are concerned (strings, characters, symbols in bars and
//! comments hide them), but knows where it stands in a text that does not end well.

/// Columns that the prompt takes on the first line.
pub const PROMPT: usize = 2;

/// Forms whose bodies are indented by two columns instead of being aligned with the first operand.
const BODIES: &[&str] = &[
    "begin",
    "call-with-prompt",
    "case",
    "case-lambda",
    "define",
    "do",
    "dynamic-wind",
    "else",
    "guard",
    "lambda",
    "let",
    "library",
    "match",
    "module",
    "parameterize",
    "receive",
    "syntax-case",
    "syntax-rules",
    "unless",
    "when",
    "with",
];

/// Whether the text ends within something that hides brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Offsets of the brackets that are open, outermost first.
    pub open: Vec<usize>,
    /// Offset of the quotation mark of a string that is not closed.
    pub string: Option<usize>,
}

/// Finds what is open at the end of a text.
pub fn shape(text: &str) -> Shape {
    let mut open = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '(' | '[' => open.push(at),
            ')' | ']' => {
                open.pop();
            }
            ';' => while chars.next_if(|&(_, c)| c != '\n').is_some() {},
            '"' | '|' => {
                let mut is_closed = false;
                while let Some((_, inner)) = chars.next() {
                    if inner == '\\' {
                        chars.next();
                    } else if inner == c {
                        is_closed = true;
                        break;
                    }
                }
                if !is_closed {
                    return Shape { open, string: (c == '"').then_some(at) };
                }
            }
            '#' => match chars.peek() {
                Some((_, '\\')) => {
                    chars.next();
                    chars.next();
                }
                Some((_, '|')) => {
                    chars.next();
                    let (mut depth, mut last) = (1, ' ');
                    for (_, c) in chars.by_ref() {
                        match (last, c) {
                            ('#', '|') => (depth, last) = (depth + 1, ' '),
                            ('|', '#') => (depth, last) = (depth - 1, ' '),
                            _ => last = c,
                        }
                        if depth == 0 {
                            break;
                        }
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
    Shape { open, string: None }
}

/// How many spaces the line after a text begins with.
pub fn indentation(text: &str) -> usize {
    let Shape { open, string: None } = shape(text) else { return 0 };
    let Some(&innermost) = open.last() else { return 0 };
    let column = |at: usize| {
        let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        text[line..at].chars().count() + if line == 0 { PROMPT } else { 0 }
    };
    let inner = &text[innermost + 1..];
    let head: &str = inner.split(|c: char| c.is_whitespace() || "()[]\"';".contains(c)).next().unwrap_or_default();
    let is_body = BODIES
        .iter()
        .any(|body| head.strip_prefix(body).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '*', '/'])));
    if head.is_empty() {
        return column(innermost) + 1;
    }
    if is_body {
        return column(innermost) + 2;
    }
    // Aligned with the first operand, if that stands on the same line.
    let rest = &inner[head.len()..];
    let operand = rest.trim_start_matches([' ', '\t']);
    match operand.chars().next() {
        None | Some('\n' | ';') => column(innermost) + 1,
        Some(_) => column(innermost + 1 + head.len() + rest.len() - operand.len()),
    }
}

/// Offset where the word before the end of a text begins.
pub fn word_start(text: &str) -> usize {
    let delimiter = |c: char| c.is_whitespace() || "()[]\"';`".contains(c);
    text.rfind(delimiter).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_brackets_is_known() {
        let open = |text| shape(text).open;
        assert_eq!(open("(a [b] (c"), [0, 7]);
        assert_eq!(open("(a \"(\" #\\( |(| ; (\n #| ( #| ( |# |# b"), [0]);
        assert_eq!(open(")("), [1]);
        assert_eq!(shape("(load \"exa").string, Some(6));
        assert_eq!(shape("\"a\\\"").string, Some(0));
        assert_eq!(open("#\\"), Vec::<usize>::new());
    }

    #[test]
    fn lines_are_indented_as_schemers_do() {
        // The first line stands behind a prompt of two columns.
        for (text, expected) in [
            ("(define (f x)", 4),
            ("(let loop ((i 0)", 13),
            ("(if (> x 0)", 6),
            ("(+ 1", 5),
            ("(vector-map", 3),
            ("((a b)", 3),
            ("(define (f x)\n    (display", 5),
            ("(define (f x)\n    (list x", 10),
            ("'(1 2", 6),
            ("(a)", 0),
            ("(display \"a", 0),
        ] {
            assert_eq!(indentation(text), expected, "{text}");
        }
    }

    #[test]
    fn words_begin_behind_delimiters() {
        assert_eq!(word_start("(string-ap"), 1);
        assert_eq!(word_start("(a 'λx"), 4);
        assert_eq!(word_start("car"), 0);
    }
}
