//! The lexer: text to tokens.
//!
//! Atoms (numbers, symbols, characters, strings) come as whole data; the reader has only structure left to build.
//! A word is everything up to white space or one of `( ) [ ] " ; |`. It is a number if it has the form of one, else a
//! symbol; so identifiers that R7RS leaves undefined (`1+`, `a'`, `x#`) are symbols, as in other systems.

use super::character::{character_named, from_hexadecimal};
use super::cursor::{Class, Cursor, class};
use super::error::SyntaxError;
use super::number::{self, Simple};
use super::quoted::read_quoted;
use super::unicode::fold_text;
use crate::bytecode::code::Position;
use crate::expand::core::Datum;

/// The two kinds of parentheses, of equal meaning; each is closed by its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    Round,
    Square,
}

impl Bracket {
    /// The closing one.
    pub(super) fn closing(self) -> char {
        match self {
            Bracket::Round => ')',
            Bracket::Square => ']',
        }
    }
}

/// Marks that abbreviate a list of a symbol and the datum that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    Quote,
    Quasiquote,
    Unquote,
    UnquoteSplicing,
    Syntax,
    Quasisyntax,
    Unsyntax,
    UnsyntaxSplicing,
}

impl Prefix {
    /// All marks and their symbols; a mark comes behind those that it is the beginning of.
    pub(super) const ALL: [(Prefix, &'static str, &'static str); 8] = [
        (Prefix::Quote, "'", "quote"),
        (Prefix::Quasiquote, "`", "quasiquote"),
        (Prefix::UnquoteSplicing, ",@", "unquote-splicing"),
        (Prefix::Unquote, ",", "unquote"),
        (Prefix::Syntax, "#'", "syntax"),
        (Prefix::Quasisyntax, "#`", "quasisyntax"),
        (Prefix::UnsyntaxSplicing, "#,@", "unsyntax-splicing"),
        (Prefix::Unsyntax, "#,", "unsyntax"),
    ];

    /// The mark and the symbol it stands for.
    pub(super) fn names(self) -> (&'static str, &'static str) {
        let [mut mark, mut symbol] = [""; 2];
        for (prefix, its_mark, its_symbol) in Prefix::ALL {
            if prefix == self {
                (mark, symbol) = (its_mark, its_symbol);
            }
        }
        (mark, symbol)
    }
}

/// A token.
#[derive(Debug)]
pub(super) enum Token {
    Open(Bracket),
    OpenVector,
    OpenBytevector,
    Close(Bracket),
    /// The dot of a pair.
    Dot,
    Prefix(Prefix),
    /// `#;`
    DatumComment,
    /// `#0=`
    Label(u64),
    /// `#0#`
    Reference(u64),
    /// A datum without parts.
    Atom(Datum),
    /// End of the text.
    End,
}

/// Objects that have no other syntax.
pub(crate) const SPECIALS: [&str; 3] = ["#!eof", "#!default", "#!unspecific"];
/// Marks in parameter lists, read as symbols.
pub(super) const PARAMETER_MARKS: [&str; 4] = ["#!optional", "#!rest", "#!key", "#!allow-other-keys"];

/// Splits one text into tokens.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    pub(super) cursor: Cursor<'a>,
    /// Where the last token begins.
    pub(super) start: Position,
    /// Whether `#!fold-case` is in force.
    pub(super) folds_case: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(source: u32, text: &'a str) -> Lexer<'a> {
        let mut cursor = Cursor::new(source, text);
        skip_script_header(&mut cursor);
        let start = cursor.position();
        Lexer { cursor, start, folds_case: false }
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Result<Token, SyntaxError> {
        self.skip_atmosphere()?;
        self.start = self.cursor.position();
        let Some(byte) = self.cursor.peek() else { return Ok(Token::End) };
        match byte {
            b'(' => Ok(self.mark(1, Token::Open(Bracket::Round))),
            b')' => Ok(self.mark(1, Token::Close(Bracket::Round))),
            b'[' => Ok(self.mark(1, Token::Open(Bracket::Square))),
            b']' => Ok(self.mark(1, Token::Close(Bracket::Square))),
            b'"' => Ok(Token::Atom(Datum::String(read_quoted(&mut self.cursor, b'"')?))),
            b'|' => Ok(Token::Atom(Datum::Symbol(read_quoted(&mut self.cursor, b'|')?))),
            b'\'' | b'`' | b',' => Ok(self.prefix()),
            b'#' => self.hash(),
            _ if matches!(class(byte), Class::Word | Class::Wide) => self.word(),
            _ => Err(self.error(format!("unexpected character U+{byte:04X}"))),
        }
    }

    fn mark(&mut self, length: usize, token: Token) -> Token {
        self.cursor.advance(length);
        token
    }

    /// An error at the beginning of the token.
    fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(message, self.start)
    }

    /// Moves past white space, comments and the directives that are like comments.
    fn skip_atmosphere(&mut self) -> Result<(), SyntaxError> {
        while let Some(byte) = self.cursor.peek() {
            match class(byte) {
                Class::Space => self.cursor.advance(1),
                Class::Wide => match self.cursor.rest().chars().next() {
                    Some(character) if character.is_whitespace() => self.cursor.advance(character.len_utf8()),
                    _ => return Ok(()),
                },
                _ if byte == b';' => self.cursor.advance_to(|byte| matches!(byte, b'\n' | b'\r')),
                _ if byte != b'#' => return Ok(()),
                _ => match self.cursor.peek_at(1) {
                    Some(b'|') => self.skip_block_comment()?,
                    Some(b'!') if self.takes_directive() => {}
                    Some(b'!') if self.cursor.peek_word() == "#!" => self.skip_script_comment()?,
                    _ => return Ok(()),
                },
            }
        }
        Ok(())
    }

    /// Guile's `#!` … `!#`, which stands for what a system makes of the first lines of a script.
    fn skip_script_comment(&mut self) -> Result<(), SyntaxError> {
        let begin = self.cursor.position();
        match self.cursor.rest().find("!#") {
            Some(end) => self.cursor.advance(end + 2),
            None => return Err(self.cursor.unexpected_end("in the comment that begins", begin)),
        }
        Ok(())
    }

    fn skip_block_comment(&mut self) -> Result<(), SyntaxError> {
        let begin = self.cursor.position();
        self.cursor.advance(2);
        let mut depth = 1;
        while depth > 0 {
            self.cursor.advance_to(|byte| matches!(byte, b'|' | b'#'));
            match (self.cursor.peek(), self.cursor.peek_at(1)) {
                (Some(b'|'), Some(b'#')) => {
                    depth -= 1;
                    self.cursor.advance(2);
                }
                (Some(b'#'), Some(b'|')) => {
                    depth += 1;
                    self.cursor.advance(2);
                }
                (Some(_), _) => self.cursor.advance(1),
                (None, _) => return Err(self.cursor.unexpected_end("in the block comment that begins", begin)),
            }
        }
        Ok(())
    }

    /// Obeys a directive about case and moves past it; false if there is none.
    fn takes_directive(&mut self) -> bool {
        let word = self.cursor.peek_word();
        match word {
            "#!fold-case" => self.folds_case = true,
            "#!no-fold-case" => self.folds_case = false,
            // Names of dialects: nothing to change.
            "#!r6rs" | "#!r7rs" => {}
            _ => return false,
        }
        self.cursor.advance(word.len());
        true
    }

    fn prefix(&mut self) -> Token {
        let rest = self.cursor.rest();
        let found = Prefix::ALL.into_iter().find(|(_, mark, _)| rest.starts_with(mark));
        // The caller has seen the first character of a mark, and each such character alone is a mark.
        let (prefix, mark, _) = found.unwrap_or(Prefix::ALL[0]);
        self.mark(mark.len(), Token::Prefix(prefix))
    }

    /// A number, a symbol or the dot.
    fn word(&mut self) -> Result<Token, SyntaxError> {
        let word = self.cursor.next_word();
        if let [b'0'..=b'9' | b'+' | b'-' | b'.', ..] = word.as_bytes() {
            if word == "." {
                return Ok(Token::Dot);
            }
            if let Some(number) = self.number(word)? {
                return Ok(Token::Atom(number));
            }
        }
        Ok(Token::Atom(Datum::Symbol(self.folded(word))))
    }

    fn folded(&self, word: &str) -> String {
        if self.folds_case { fold_text(word) } else { word.to_owned() }
    }

    /// The number that a word is; `None` if it is none.
    fn number(&self, word: &str) -> Result<Option<Datum>, SyntaxError> {
        if let Some(integer) = number::small_integer(word) {
            return Ok(Some(Datum::Integer(integer)));
        }
        let Some(numeral) = number::parse(word, 10) else { return Ok(None) };
        if let Some(fault) = numeral.fault() {
            return Err(self.error(format!("the number {word} {fault}")));
        }
        Ok(Some(match numeral.value() {
            Some(Simple::Integer(integer)) => Datum::Integer(integer),
            Some(Simple::Float(float)) => Datum::Float(float),
            None => Datum::Number(word.to_owned()),
        }))
    }

    /// A token that begins with `#`.
    fn hash(&mut self) -> Result<Token, SyntaxError> {
        match self.cursor.peek_at(1) {
            Some(b'(') => return Ok(self.mark(2, Token::OpenVector)),
            Some(b';') => return Ok(self.mark(2, Token::DatumComment)),
            Some(b'\'' | b'`' | b',') => return Ok(self.prefix()),
            Some(b'\\') => return self.character(),
            Some(b'0'..=b'9') => {
                if let Some(token) = self.label() {
                    return Ok(token);
                }
            }
            _ => {}
        }
        let word = self.cursor.next_word();
        match word.as_bytes().get(1).map(u8::to_ascii_lowercase) {
            Some(b't') if is_either(word, "#t", "#true") => Ok(Token::Atom(Datum::Boolean(true))),
            Some(b'f') if is_either(word, "#f", "#false") => Ok(Token::Atom(Datum::Boolean(false))),
            Some(b'u' | b'v') if is_either(word, "#u8", "#vu8") && self.cursor.peek() == Some(b'(') => {
                Ok(self.mark(1, Token::OpenBytevector))
            }
            Some(b'e' | b'i' | b'b' | b'o' | b'd' | b'x') => match self.number(word)? {
                Some(number) => Ok(Token::Atom(number)),
                None => Err(self.error(format!("{word} is not a number"))),
            },
            Some(b'!') => self.special(word),
            Some(b':') => self.keyword(word),
            Some(b'<') => Err(self.error(format!("{word} is how an object prints that can't be read"))),
            _ => Err(self.error(format!("unknown syntax {word}"))),
        }
    }

    /// `#0=` or `#0#`, if one begins here.
    fn label(&mut self) -> Option<Token> {
        let rest = &self.cursor.rest()[1..];
        let digits = rest.len() - rest.trim_start_matches(|character: char| character.is_ascii_digit()).len();
        let number = rest[..digits].parse().ok()?;
        let token = match rest.as_bytes().get(digits)? {
            b'=' => Token::Label(number),
            b'#' => Token::Reference(number),
            _ => return None,
        };
        Some(self.mark(digits + 2, token))
    }

    /// `#:name`; the name may stand between bars.
    fn keyword(&mut self, word: &str) -> Result<Token, SyntaxError> {
        match (&word[2..], self.cursor.peek()) {
            ("", Some(b'|')) => Ok(Token::Atom(Datum::Keyword(read_quoted(&mut self.cursor, b'|')?))),
            ("", _) => Err(self.error("a keyword needs a name: #:name")),
            (name, _) => Ok(Token::Atom(Datum::Keyword(self.folded(name)))),
        }
    }

    fn special(&self, word: &str) -> Result<Token, SyntaxError> {
        if let Some(special) = SPECIALS.into_iter().find(|special| *special == word) {
            return Ok(Token::Atom(Datum::Special(special)));
        }
        if PARAMETER_MARKS.contains(&word) {
            return Ok(Token::Atom(Datum::Symbol(word.to_owned())));
        }
        Err(self.error(format!("unknown syntax {word}")))
    }

    /// `#\` and a character, its name or its scalar value. The first character may be any, a delimiter too.
    fn character(&mut self) -> Result<Token, SyntaxError> {
        self.cursor.advance(2);
        let start = self.cursor.offset();
        let Some(first) = self.cursor.next_char() else {
            return Err(self.cursor.unexpected_end("in the character that begins", self.start));
        };
        self.cursor.next_word();
        let name = self.cursor.since(start);
        if name.len() == first.len_utf8() {
            return Ok(Token::Atom(Datum::Char(first)));
        }
        if let Some(digits) = name.strip_prefix(['x', 'X'])
            && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            return match from_hexadecimal(digits) {
                Some(character) => Ok(Token::Atom(Datum::Char(character))),
                None => Err(self.error(format!("#\\{name} is not a Unicode scalar value"))),
            };
        }
        match character_named(&self.folded(name)) {
            Some(character) => Ok(Token::Atom(Datum::Char(character))),
            None => Err(self.error(format!("unknown character name #\\{name}"))),
        }
    }
}

fn is_either(word: &str, short: &str, long: &str) -> bool {
    word.eq_ignore_ascii_case(short) || word.eq_ignore_ascii_case(long)
}

/// Moves past the line that tells the system how to run a script, and what stands up to a line `!#`, where there is one:
/// for the shell, as in `exec guile …`.
fn skip_script_header(cursor: &mut Cursor<'_>) {
    if !cursor.rest().starts_with("#!/") && !cursor.rest().starts_with("#! ") {
        return;
    }
    let ends = |at: &usize| matches!(cursor.rest().as_bytes().get(at + 3), None | Some(b'\n' | b'\r'));
    match cursor.rest().match_indices("\n!#").map(|(at, _)| at).find(ends) {
        Some(at) => cursor.advance(at + 3),
        None => cursor.advance_to(|byte| byte == b'\n'),
    }
}
