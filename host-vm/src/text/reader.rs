//! The reader: tokens to data.
//!
//! Open lists, vectors, abbreviations and datum comments lie on a stack of frames, the finished elements of all open
//! lists on a second one. A list is built from its last element backwards when it is closed, so that children get
//! smaller indexes than their parents. Nothing recurses: the depth of the data is limited by memory only.

use super::error::SyntaxError;
use super::labels::Labels;
use super::lexer::{Bracket, Lexer, Prefix, Token};
use super::tree::Tree;
use crate::bytecode::code::Position;
use crate::expand::core::{Datum, DatumId};

/// Reads the data of one text, one per call.
#[derive(Debug)]
pub struct Reader<'a> {
    lexer: Lexer<'a>,
    /// Open structures, outermost first. Empty between data.
    frames: Vec<Frame>,
    /// Finished elements of the open lists and vectors, outermost first.
    elements: Vec<DatumId>,
    labels: Labels,
}

/// Something begun and not yet finished.
#[derive(Clone, Copy, Debug)]
struct Frame {
    kind: Kind,
    /// Where it begins.
    position: Position,
    /// Its first element in `elements`.
    first: u32,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    List(Bracket, Tail),
    Vector,
    Bytevector,
    Prefix(Prefix),
    /// `#0=`
    Label(u64),
    /// `#;`, with the size of the tree and the number of labels to go back to.
    Comment(u32, u32),
}

/// How far a list is with its dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tail {
    /// No dot so far.
    None,
    /// The dot is read, the datum behind it is not.
    Awaited,
    /// The datum behind the dot is read.
    Read,
}

impl<'a> Reader<'a> {
    /// A reader at the beginning of a text, which is the one of a source's number.
    pub fn new(source: u32, text: &'a str) -> Reader<'a> {
        Reader { lexer: Lexer::new(source, text), frames: Vec::new(), elements: Vec::new(), labels: Labels::default() }
    }

    /// A reader that folds case from the beginning on, as after `#!fold-case`.
    pub fn folding_case(source: u32, text: &'a str) -> Reader<'a> {
        let mut reader = Reader::new(source, text);
        reader.fold_case(true);
        reader
    }

    /// Reads the next datum into a tree; `None` at the end of the text.
    ///
    /// # Errors
    /// The text is not a datum. The tree is as before the call; where reading would go on is not defined.
    pub fn read(&mut self, tree: &mut Tree) -> Result<Option<DatumId>, SyntaxError> {
        let size = tree.data.len();
        let result = self.read_datum(tree);
        if result.is_ok() {
            self.labels.close(tree);
        } else {
            self.labels.clear();
            tree.truncate(size);
            self.frames.clear();
            self.elements.clear();
        }
        result
    }

    /// Whether `#!fold-case` is in force.
    pub fn folds_case(&self) -> bool {
        self.lexer.folds_case
    }

    /// Puts `#!fold-case` in force, or not.
    pub fn fold_case(&mut self, folds: bool) {
        self.lexer.folds_case = folds;
    }

    /// Offset in bytes behind what was read.
    pub fn offset(&self) -> usize {
        self.lexer.cursor.offset()
    }

    /// After an error: whether more text behind the end could mend it. The token that is wrong may be cut off there.
    pub fn could_be_mended(&self) -> bool {
        self.lexer.cursor.truncated() || self.lexer.cursor.rest().is_empty()
    }

    fn read_datum(&mut self, tree: &mut Tree) -> Result<Option<DatumId>, SyntaxError> {
        loop {
            let token = self.lexer.next()?;
            let start = self.lexer.start;
            let datum = match token {
                Token::Atom(atom) => tree.add(atom, start),
                Token::Close(bracket) => self.close(bracket, tree)?,
                Token::Open(bracket) => {
                    self.open(Kind::List(bracket, Tail::None));
                    continue;
                }
                Token::OpenVector => {
                    self.open(Kind::Vector);
                    continue;
                }
                Token::OpenBytevector => {
                    self.open(Kind::Bytevector);
                    continue;
                }
                Token::Prefix(prefix) => {
                    self.open(Kind::Prefix(prefix));
                    continue;
                }
                Token::DatumComment => {
                    self.open(Kind::Comment(tree.data.len() as u32, self.labels.count()));
                    continue;
                }
                Token::Label(_) | Token::Reference(_) if self.is_in_bytevector() => {
                    return self.error("no labels in a bytevector");
                }
                Token::Label(number) => {
                    self.labels.define(number, start)?;
                    self.open(Kind::Label(number));
                    continue;
                }
                Token::Reference(number) => self.labels.refer(number, start, tree)?,
                Token::Dot => {
                    self.dot()?;
                    continue;
                }
                Token::End => return self.end(),
            };
            if let Some(datum) = self.deliver(datum, tree)? {
                return Ok(Some(datum));
            }
        }
    }

    /// Whether the next datum is an element of a bytevector, whose elements do not stay in the tree.
    fn is_in_bytevector(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { kind: Kind::Bytevector, .. }))
    }

    fn open(&mut self, kind: Kind) {
        self.frames.push(Frame { kind, position: self.lexer.start, first: self.elements.len() as u32 });
    }

    /// An error at the token just read.
    fn error<T>(&self, message: impl Into<String>) -> Result<T, SyntaxError> {
        Err(SyntaxError::new(message, self.lexer.start))
    }

    /// Gives a finished datum to the innermost frame; returns it if there is none, as what was to be read.
    fn deliver(&mut self, mut datum: DatumId, tree: &mut Tree) -> Result<Option<DatumId>, SyntaxError> {
        loop {
            let Some(frame) = self.frames.last_mut() else { return Ok(Some(datum)) };
            match &mut frame.kind {
                Kind::Prefix(prefix) => {
                    datum = abbreviated(*prefix, frame.position, datum, tree);
                    self.frames.pop();
                    continue;
                }
                Kind::Label(number) => {
                    self.labels.finish(*number, datum, tree)?;
                    self.frames.pop();
                    continue;
                }
                Kind::Comment(size, labels) => {
                    tree.truncate(*size as usize);
                    self.labels.forget(*size, *labels);
                    self.frames.pop();
                    return Ok(None);
                }
                Kind::List(_, Tail::None) | Kind::Vector => {}
                Kind::List(_, tail @ Tail::Awaited) => *tail = Tail::Read,
                Kind::List(bracket, Tail::Read) => {
                    let message = format!("expected {} after the datum behind the dot", bracket.closing());
                    return Err(SyntaxError::new(message, tree.position(datum)));
                }
                Kind::Bytevector => {
                    if byte(tree.datum(datum)).is_none() {
                        let message = "an element of a bytevector is an integer from 0 to 255";
                        return Err(SyntaxError::new(message, tree.position(datum)));
                    }
                }
            }
            self.elements.push(datum);
            return Ok(None);
        }
    }

    fn dot(&mut self) -> Result<(), SyntaxError> {
        match self.frames.last_mut() {
            Some(Frame { kind: Kind::List(_, tail @ Tail::None), first, .. })
                if self.elements.len() > *first as usize =>
            {
                *tail = Tail::Awaited;
                Ok(())
            }
            _ => self.error("unexpected dot"),
        }
    }

    /// Finishes the innermost frame at a closing parenthesis.
    fn close(&mut self, bracket: Bracket, tree: &mut Tree) -> Result<DatumId, SyntaxError> {
        let closing = bracket.closing();
        let Some(Frame { kind, position, first }) = self.frames.pop() else {
            return self.error(format!("unexpected {closing}"));
        };
        let expected = match kind {
            Kind::List(bracket, _) => bracket,
            Kind::Vector | Kind::Bytevector => Bracket::Round,
            Kind::Prefix(prefix) => return self.error(format!("unexpected {closing} after {}", prefix.names().0)),
            Kind::Comment(..) => return self.error(format!("unexpected {closing} after #;")),
            Kind::Label(number) => return self.error(format!("unexpected {closing} after #{number}=")),
        };
        if bracket != expected {
            let Position { line, column, .. } = position;
            let (what, expected) = (kind.name(), expected.closing());
            let message = format!(
                "unexpected {closing}, the {what} that begins at line {line}, column {column} ends with {expected}"
            );
            return self.error(message);
        }
        let first = first as usize;
        Ok(match kind {
            Kind::Vector => {
                let elements = self.elements.drain(first..).collect();
                tree.add(Datum::Vector(elements), position)
            }
            Kind::Bytevector => {
                let bytes: Vec<u8> = self.elements.drain(first..).filter_map(|id| byte(tree.datum(id))).collect();
                // Its elements were added last and nothing else refers to them.
                tree.truncate(tree.data.len() - bytes.len());
                tree.add(Datum::Bytevector(bytes), position)
            }
            Kind::List(_, Tail::Awaited) => return self.error(format!("unexpected {closing} after the dot")),
            Kind::List(_, Tail::None) if self.elements.len() == first => tree.add(Datum::Nil, position),
            Kind::List(_, Tail::None) => {
                let end = tree.add(Datum::Nil, self.lexer.start);
                self.list(first, position, end, tree)
            }
            // Prefixes and comments were answered above; a list with a tail has at least two elements.
            Kind::List(_, Tail::Read) | Kind::Prefix(_) | Kind::Comment(..) | Kind::Label(_) => {
                match self.elements.pop() {
                    Some(tail) => self.list(first, position, tail, tree),
                    None => return self.error(format!("unexpected {closing}")),
                }
            }
        })
    }

    /// Makes a list of the elements from `first` on, the first pair at `position`, and its tail.
    fn list(&mut self, first: usize, position: Position, tail: DatumId, tree: &mut Tree) -> DatumId {
        let mut list = tail;
        for index in (first..self.elements.len()).rev() {
            let element = self.elements[index];
            let position = if index == first { position } else { tree.position(element) };
            list = tree.add(Datum::Pair(element, list), position);
        }
        self.elements.truncate(first);
        list
    }

    /// At the end of the text: fine between data only.
    fn end(&mut self) -> Result<Option<DatumId>, SyntaxError> {
        let Some(Frame { kind, position, .. }) = self.frames.last() else { return Ok(None) };
        let place = match kind {
            Kind::Prefix(prefix) => format!("after the {}", prefix.names().0),
            Kind::Comment(..) => "after the #;".to_owned(),
            Kind::Label(number) => format!("after the #{number}="),
            Kind::List(..) | Kind::Vector | Kind::Bytevector => format!("in the {} that begins", kind.name()),
        };
        Err(self.lexer.cursor.unexpected_end(&place, *position))
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::List(..) => "list",
            Kind::Vector => "vector",
            Kind::Bytevector => "bytevector",
            Kind::Prefix(_) => "abbreviation",
            Kind::Comment(..) => "datum comment",
            Kind::Label(_) => "label",
        }
    }
}

/// The list of a prefix's symbol and a datum.
fn abbreviated(prefix: Prefix, position: Position, datum: DatumId, tree: &mut Tree) -> DatumId {
    let inner = tree.position(datum);
    let symbol = tree.add(Datum::Symbol(prefix.names().1.to_owned()), position);
    let end = tree.add(Datum::Nil, inner);
    let rest = tree.add(Datum::Pair(datum, end), inner);
    tree.add(Datum::Pair(symbol, rest), position)
}

fn byte(datum: &Datum) -> Option<u8> {
    match datum {
        Datum::Integer(integer) => u8::try_from(*integer).ok(),
        _ => None,
    }
}

/// What a prompt does with the text typed so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Whole data, or none at all: evaluate it.
    Complete,
    /// It ends within a datum or a comment: ask for another line.
    Incomplete,
    /// No further line would mend it: report the error.
    Invalid,
}

/// Whether a text consists of whole data.
pub fn is_complete(text: &str) -> Completeness {
    let mut reader = Reader::new(0, text);
    let mut tree = Tree::new();
    loop {
        match reader.read(&mut tree) {
            Ok(Some(_)) => tree.truncate(0),
            Ok(None) => return Completeness::Complete,
            Err(_) if reader.lexer.cursor.truncated() => return Completeness::Incomplete,
            Err(_) => return Completeness::Invalid,
        }
    }
}
