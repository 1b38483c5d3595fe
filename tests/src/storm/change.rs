//! Changing texts: bytes, tokens, data.
//!
//! Changes of bytes try the decoder and the lexer; of tokens the reader and what looks at the shape of forms; of data
//! everything behind, since most of what they give is a program still. The tokens here are what a reader of text sees, not
//! what the language says: they need not agree with the lexer that they are to try.

use super::Random;
use limpet::text::{reader::Reader, tree::Tree};
use std::{fs, io, path::Path};

/// A file of Scheme: its imports, and its other forms, each with what stands before it.
#[derive(Debug)]
struct File {
    imports: String,
    forms: Vec<String>,
}

/// Texts to begin with.
#[derive(Debug)]
pub struct Seeds {
    files: Vec<File>,
    /// Every datum of a few tokens in them, and every token, as they come.
    pieces: Vec<String>,
}

/// What hardly stands in a seed: numbers, characters and strings of odd shapes, `#` syntax, brackets, keywords.
const ODD: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "#(",
    "#u8(",
    "#vu8(",
    "'",
    "`",
    ",",
    ",@",
    "#'",
    "#`",
    "#,",
    "#,@",
    ".",
    "...",
    "_",
    "=>",
    "else",
    "#;",
    "#|",
    "|#",
    "#!eof",
    "#!fold-case",
    "#!no-fold-case",
    "#!default",
    "#!optional",
    "#!r6rs",
    "#!",
    "#",
    "#\\",
    "#\\x",
    "#\\x110000",
    "#\\xD800",
    "#\\nul",
    "#\\space",
    "#\\(",
    "#t",
    "#false",
    "#u",
    "#u8",
    "#u8(256)",
    "#u8(-1 a)",
    "#0=",
    "#0#",
    "#1#",
    "#0=#0#",
    "#0=(a . #0#)",
    "'#0=(#0# . #0#)",
    "#99999999999999999999=",
    "\"",
    "\"\\",
    "\"\\x",
    "\"\\x41;\"",
    "\"\\x110000;\"",
    "\"\\q\"",
    "\"a\\\n   b\"",
    "|",
    "||",
    "|a b|",
    "|\\x41;|",
    "0",
    "-1",
    "1",
    "2",
    "-0.0",
    "+nan.0",
    "-inf.0",
    "+inf.0i",
    "1e400",
    "1e-400",
    "#e1e400",
    "#e1.5e-400",
    "#i1/3",
    "1/0",
    "0/0",
    "#x-ff/10",
    "#b102",
    "#e#x10",
    "#x#e10",
    "#e#e1",
    "1@2",
    "1@+nan.0",
    "+i",
    "1+2i",
    "1e1000000000",
    "#e1e1000000000",
    "1e99999999999999999999",
    ".5",
    "5.",
    "1.2.3",
    "+5",
    "--5",
    "4611686018427387904",
    "-1152921504606846976",
    "1152921504606846975",
    "9223372036854775808",
    "-9223372036854775808",
    "340282366920938463463374607431768211456",
    "0.1",
    "1e21",
    "#d1",
    "1_000",
    "#:key",
    "key:",
    "#:",
    "(1 . 2)",
    "(1 . )",
    "(. 1)",
    "( . )",
    "(1 . 2 3)",
    "#(1 . 2)",
    "(quote)",
    "(quote 1 2)",
    "(lambda)",
    "(if)",
    "(let)",
    "(let ())",
    "(let ((x)))",
    "(define)",
    "(define x)",
    "(begin)",
    "(set! x)",
    "(lambda (x x) x)",
    "(cond (else))",
    "(case)",
    "(do)",
    "(let loop)",
    "(syntax-rules ())",
    "(syntax-rules (...) ((_ ...) ...))",
    "((... ...) ...)",
    "(_ . ...)",
    "(x ... y ... z)",
    "(define-syntax m (syntax-rules () ((_ a . b) (b a)) ((_) (m m))))",
    "(m)",
    "(m m m)",
    "(define-syntax m (lambda (s) s))",
    "(define-syntax m (lambda (s) (syntax-case s () ((_ a ...) #'(m m a ...)))))",
    "(define-syntax m 5)",
    "(define-syntax m (lambda (x) (car x)))",
    "(define-syntax m (syntax-rules () ((_ (a ...) ...) '((a ... ...)))))",
    "(define-record-type)",
    "(define-record-type r #f #f)",
    "(define-record-type (r x) (m a a) p? (a))",
    "(define-library (a))",
    "(define-library (scheme base) (export car))",
    "(import (a))",
    "(import)",
    "(import (only (scheme base)))",
    "(import (prefix (scheme base) x))",
    "(import (rename (scheme base) (car cdr)))",
    "(include \"a\")",
    "(cond-expand)",
    "(cond-expand ((library (a)) 1) (else))",
    "(define-module (a))",
    "(use-modules (ice-9 match))",
    "(match 1 ((a ...) a))",
    "(define car cdr)",
    "(define define 1)",
    "(define-syntax define (syntax-rules ()))",
    "(set! car 1)",
    "(set! if 1)",
    "(call/cc (lambda (k) (set! kk k)))",
    "(kk 1)",
    "(raise 1)",
    "(raise-continuable 2)",
    "(error \"e\" 1)",
    "(exit)",
    "(exit 'a)",
    "(emergency-exit 3)",
    "(dynamic-wind car car car)",
    "(call-with-values values values)",
    "(apply apply apply '())",
    "(apply + 1 2 '(3 . 4))",
    "(values)",
    "(values 1 2)",
    "(with-exception-handler car car)",
    "(guard (e) (raise 1))",
    "(guard (e (#f)) (raise 1))",
    "(make-parameter 1 car)",
    "(parameterize ((car 1)) 2)",
    "(delay (force p))",
    "(make-string 3)",
    "(make-vector 100000)",
    "(expt 3 10000)",
    "(string->symbol \"\")",
    "(eval '(car 1) (interaction-environment))",
    "(let loop ((i 0)) (loop (+ i 1)))",
    "(define (deep n) (+ 1 (deep n)))",
    "(deep 1)",
    "(let grow ((l '())) (grow (cons l l)))",
    "(read)",
    "(display car)",
    "(write '|a b|)",
    "(garbage-collect)",
    "(call-with-prompt 'p (lambda () (abort-to-prompt 'p 1)) list)",
    "syntax-rules",
    "syntax-case",
    "syntax",
    "quasisyntax",
    "with-syntax",
    "identifier-syntax",
    "define-macro",
    "eval-when",
    "define-syntax",
    "let-syntax",
    "letrec-syntax",
    "let*-values",
    "case-lambda",
    "lambda*",
    "define-values",
    "parameterize",
    "guard",
    "quasiquote",
    "unquote",
    "unquote-splicing",
    "define-record-type",
    "cond-expand",
    "import",
    "\u{feff}",
    "\u{202e}",
    "λ",
    "\u{1f600}",
    "\u{85}",
    "\u{2028}",
    "e\u{301}",
    "\u{0}",
    "\u{7f}",
    "\u{a0}",
    "ß",
    "İ",
];

/// What a datum is put into.
const WRAPS: &[(&str, &str)] = &[
    ("(", ")"),
    ("(lambda () ", ")"),
    ("(let ((x ", ")) x)"),
    ("(begin ", ")"),
    ("(quote ", ")"),
    ("(quasiquote (unquote ", "))"),
    ("#(", ")"),
    ("(if ", " 1 2)"),
    ("(define x ", ")"),
    ("(set! x ", ")"),
    ("(cond (", " => car))"),
    ("(guard (e (#t e)) ", ")"),
    ("(call/cc (lambda (k) ", "))"),
    ("(delay ", ")"),
    ("(dynamic-wind list (lambda () ", ") list)"),
    ("(let loop ((i 9)) (if (> i 0) (begin (loop (- i 1)) ", ")))"),
    ("(define-syntax m (syntax-rules () ((_ . r) ", "))) (m 1 2)"),
    ("(let-syntax ((m (syntax-rules () ((_ ", ") 1)))) (m 1))"),
    ("(eval '", " (interaction-environment))"),
    ("(apply ", " '(1 2))"),
    ("(call-with-values (lambda () ", ") list)"),
    ("(case ", " ((1) 2) (else => list))"),
    ("(parameterize ((current-output-port (open-output-string))) ", ")"),
    ("(do ((i 0 (+ i 1))) ((= i 3)) ", ")"),
    ("(for-each (lambda (x) ", ") '(1 2 3))"),
    ("(with-exception-handler (lambda (e) 1) (lambda () ", "))"),
    ("#;", ""),
    ("#|", "|#"),
    ("'", ""),
    ("`", ""),
    (",", ""),
    (",@", ""),
];

impl Seeds {
    /// The Scheme files beneath some directories.
    ///
    /// # Errors
    /// When one can't be read.
    pub fn beneath(directories: &[std::path::PathBuf]) -> io::Result<Seeds> {
        let mut paths = Vec::new();
        let mut folders = directories.to_vec();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                match path.extension().and_then(|extension| extension.to_str()) {
                    _ if path.is_dir() => folders.push(path),
                    Some("scm" | "sld") => paths.push(path),
                    _ => {}
                }
            }
        }
        // A number must give the same text everywhere.
        paths.sort();
        let files: Vec<File> = paths.iter().map(|path| file(path)).collect::<io::Result<_>>()?;
        let mut pieces = Vec::new();
        for text in files.iter().flat_map(|file| &file.forms) {
            let tokens = tokens(text);
            for (start, end) in data(&tokens) {
                if end - start <= 12 {
                    pieces.push(tokens[start..end].concat());
                }
            }
        }
        Ok(Seeds { files, pieces })
    }

    /// A text: some forms of a file with its imports, changed.
    pub fn text(&self, random: &mut Random) -> Vec<u8> {
        let file = random.of(&self.files);
        let count = if random.once_in(20) { file.forms.len() } else { 1 + random.below(5) };
        let first = random.below(file.forms.len().saturating_sub(count) + 1);
        let mut text = file.imports.clone();
        file.forms.iter().skip(first).take(count).for_each(|form| text += form);
        let mut tokens: Vec<String> = tokens(&text).into_iter().map(str::to_owned).collect();
        for _ in 0..random.below(4) {
            if random.once_in(3) {
                self.change_tokens(&mut tokens, random)
            } else {
                self.change_data(&mut tokens, random)
            }
        }
        let mut bytes = tokens.concat().into_bytes();
        if random.once_in(4) {
            for _ in 0..1 + random.below(3) {
                change_bytes(&mut bytes, random);
            }
        }
        bytes
    }

    fn piece(&self, random: &mut Random) -> String {
        if random.once_in(2) { (*random.of(ODD)).to_owned() } else { random.of(&self.pieces).clone() }
    }

    fn change_tokens(&self, tokens: &mut Vec<String>, random: &mut Random) {
        let places: Vec<usize> = (0..tokens.len()).filter(|&i| !is_space(&tokens[i])).collect();
        if places.is_empty() {
            tokens.push(self.piece(random));
            return;
        }
        let at = *random.of(&places);
        match random.below(6) {
            0 => tokens.swap(at, *random.of(&places)),
            1 => drop(tokens.remove(at)),
            2 => tokens.insert(at, tokens[at].clone() + " "),
            3 => tokens.insert(at, self.piece(random) + " "),
            4 => tokens.truncate(at),
            _ => tokens[at] = self.piece(random),
        }
    }

    fn change_data(&self, tokens: &mut Vec<String>, random: &mut Random) {
        let data = data(tokens);
        if data.is_empty() {
            return;
        }
        let (start, end) = *random.of(&data);
        match random.below(9) {
            0 => {
                let (other, other_end) = *random.of(&data);
                let copy = tokens[other..other_end].concat();
                drop(tokens.splice(start..end, [copy]));
            }
            1 => drop(tokens.drain(start..end)),
            2 => tokens.insert(start, tokens[start..end].concat() + " "),
            3 | 4 => {
                let (before, after) = random.of(WRAPS);
                tokens.insert(end, (*after).to_owned());
                tokens.insert(start, (*before).to_owned());
            }
            5 if random.once_in(10) => {
                let (before, after) = random.of(WRAPS);
                let depth = [10, 100, 1_000, 100_000][random.below(4)];
                tokens.insert(end, after.repeat(depth));
                tokens.insert(start, before.repeat(depth));
            }
            5 | 6 => drop(tokens.splice(start..end, [random.of(&self.pieces).clone()])),
            _ => drop(tokens.splice(start..end, [self.piece(random)])),
        }
    }
}

/// The forms of a file. The first ones that import stand before every text.
fn file(path: &Path) -> io::Result<File> {
    let text = fs::read_to_string(path)?;
    let mut reader = Reader::new(0, &text);
    let (mut imports, mut forms, mut at) = (String::new(), Vec::new(), 0);
    while let Ok(Some(_)) = reader.read(&mut Tree::new()) {
        let form = &text[at..reader.offset()];
        at = reader.offset();
        let is_import = ["(import", "(use-modules"].iter().any(|word| form.contains(word));
        match is_import && forms.is_empty() {
            true => imports += form,
            false => forms.push(form.to_owned()),
        }
    }
    Ok(File { imports, forms })
}

fn change_bytes(bytes: &mut Vec<u8>, random: &mut Random) {
    const BAD: &[&[u8]] = &[
        &[0xff],
        &[0xc3],
        &[0xc3, 0x28],
        &[0xed, 0xa0, 0x80],
        &[0xf4, 0x90, 0x80, 0x80],
        &[0],
        &[0xef, 0xbb, 0xbf],
        b"\r",
        b"\x0c",
        b"\\",
        b"#",
        b"\"",
    ];
    let at = random.below(bytes.len());
    let end = (at + 1 + random.below(40)).min(bytes.len());
    match random.below(5) {
        0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let copy = bytes[at..end].to_vec();
            let to = random.below(bytes.len());
            drop(bytes.splice(to..to, copy));
        }
        3 => bytes.truncate(at),
        _ => drop(bytes.splice(at..at, random.of(BAD).iter().copied())),
    }
}

fn is_space(token: &str) -> bool {
    token.starts_with(|c: char| c.is_whitespace() || c == ';')
}

fn is_prefix(token: &str) -> bool {
    matches!(token, "'" | "`" | "," | ",@" | "#'" | "#`" | "#," | "#,@" | "#;")
}

fn opens(token: &str) -> bool {
    token.ends_with(['(', '[']) && !token.starts_with(['"', '|']) && !token.starts_with("#\\")
}

/// A text in tokens, blanks and comments among them; together they are the text.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            ';' => rest.find('\n').unwrap_or(rest.len()),
            '"' | '|' => closing(rest, c),
            '(' | ')' | '[' | ']' | '\'' | '`' => 1,
            ',' => {
                if rest.starts_with(",@") {
                    2
                } else {
                    1
                }
            }
            '#' => match rest.get(1..2) {
                Some("(" | "'" | "`" | ";") => 2,
                Some(",") => {
                    if rest.starts_with("#,@") {
                        3
                    } else {
                        2
                    }
                }
                Some("|") => rest.find("|#").map_or(rest.len(), |at| at + 2),
                Some("\\") => {
                    2 + rest[2..].chars().next().map_or(0, |c| c.len_utf8() + word(&rest[2 + c.len_utf8()..]))
                }
                _ if rest.starts_with("#u8(") => 4,
                _ => 1 + word(&rest[1..]),
            },
            c if c.is_whitespace() => rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len()),
            c => c.len_utf8() + word(&rest[c.len_utf8()..]),
        };
        let (token, others) = rest.split_at(length);
        tokens.push(token);
        rest = others;
    }
    tokens
}

/// Bytes up to the next delimiter.
fn word(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || "()[]\"';`,|".contains(c)).unwrap_or(text.len())
}

/// Bytes of what begins with a quotation mark.
fn closing(text: &str, mark: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == mark => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The data among tokens: where each begins and ends. What is never closed is none.
fn data<T: AsRef<str>>(tokens: &[T]) -> Vec<(usize, usize)> {
    let mut data = Vec::new();
    // Open brackets and prefixes.
    let mut open: Vec<usize> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let token = token.as_ref();
        if is_space(token) || token.starts_with("#|") {
            continue;
        }
        if opens(token) || is_prefix(token) {
            open.push(at);
            continue;
        }
        if token == ")" || token == "]" {
            while open.last().is_some_and(|&prefix| is_prefix(tokens[prefix].as_ref())) {
                open.pop();
            }
            let Some(start) = open.pop() else { continue };
            data.push((start, at + 1));
        } else {
            data.push((at, at + 1));
        }
        while let Some(&prefix) = open.last()
            && is_prefix(tokens[prefix].as_ref())
        {
            open.pop();
            data.push((prefix, at + 1));
        }
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_taken_apart() {
        let text = "(a #(1 \"x(\\\"\" #\\( ,@'b) ; (\n #|(|# . |c )|)";
        let tokens = tokens(text);
        assert_eq!(tokens.concat(), text);
        let data: Vec<String> = data(&tokens).into_iter().map(|(start, end)| tokens[start..end].concat()).collect();
        let expected =
            ["a", "1", "\"x(\\\"\"", "#\\(", "b", "'b", ",@'b", "#(1 \"x(\\\"\" #\\( ,@'b)", ".", "|c )|", text];
        assert_eq!(data, expected);
    }
}
