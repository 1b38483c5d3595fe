//! The core language: what the expander hands to the compiler.
//!
//! Nodes lie in an arena and refer to each other by index, so that neither building, walking nor dropping a program
//! recurses on the native stack. All binding is resolved: local variables are [`VarId`], global ones [`GlobalId`]
//! (numbers that the library table gave to a variable of one library); no names are left to look up.

use super::image::Origin;
use crate::bytecode::code::Position;

/// A typed index: a bare integer never says what it counts.
macro_rules! index {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

pub(crate) use index;

index!(
    /// A node of a [`Program`].
    NodeId
);
index!(
    /// A local variable of a [`Program`].
    VarId
);
index!(
    /// A global variable: index into the VM's table of globals.
    GlobalId
);
index!(
    /// A lambda expression of a [`Program`].
    LambdaId
);
index!(
    /// A datum of a [`Program`]'s `data`.
    DatumId
);

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A constant.
    Constant(DatumId),
    /// The unspecified value.
    Unspecified,
    /// Value of a local variable.
    Local(VarId),
    /// Assignment to a local variable.
    SetLocal(VarId, NodeId),
    /// Value of a global variable.
    Global(GlobalId),
    /// Assignment to a global variable that must be defined.
    SetGlobal(GlobalId, NodeId),
    /// Definition of a global variable.
    DefineGlobal(GlobalId, NodeId),
    /// Condition, consequent, alternative.
    If(NodeId, NodeId, NodeId),
    /// A procedure.
    Lambda(LambdaId),
    /// A procedure with several clauses, at least one; the first that fits is taken.
    CaseLambda(Vec<LambdaId>),
    /// Variables bound in parallel.
    Let(Vec<VarId>, Vec<NodeId>, NodeId),
    /// Variables bound as by `letrec*`: in order, each visible to all.
    Letrec(Vec<VarId>, Vec<NodeId>, NodeId),
    /// Expressions in order; the last one's value. Never empty.
    Sequence(Vec<NodeId>),
    /// Operator and operands.
    Call(NodeId, Vec<NodeId>),
}

/// A local variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Var {
    /// Name in the source, for messages.
    pub name: String,
    /// Whether any `set!` assigns it.
    pub assigned: bool,
}

/// A lambda expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Lambda {
    /// Name for backtraces, from `define`, `let` and the like; empty if there is none.
    pub name: String,
    /// Required parameters.
    pub required: Vec<VarId>,
    /// Optional parameters (`define*`, `#!optional`); absent ones hold `Word::ABSENT`.
    pub optional: Vec<VarId>,
    /// Rest parameter.
    pub rest: Option<VarId>,
    /// Body.
    pub body: NodeId,
}

/// A datum: the data that programs are written in, outside the heap.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    /// Booleans.
    Boolean(bool),
    /// An integer in the fixnum or i64 range.
    Integer(i64),
    /// Any other exact number (big integers, rationals) or complex number, as decimal text that `string->number` reads.
    Number(String),
    /// A float.
    Float(f64),
    /// A character.
    Char(char),
    /// A string literal.
    String(String),
    /// A symbol.
    Symbol(String),
    /// A keyword, without its `#:`.
    Keyword(String),
    /// The empty list.
    Nil,
    /// A pair.
    Pair(DatumId, DatumId),
    /// A vector.
    Vector(Vec<DatumId>),
    /// A bytevector.
    Bytevector(Vec<u8>),
    /// The pair or vector of an index, of which this one is a part.
    Reference(DatumId),
    /// The unspecified value and other specials: `#!eof`, `#!default`, `#!unspecific`.
    Special(&'static str),
    /// An object of the heap that a running program has put into code: index into the machine's table of them.
    Value(u32),
}

/// One top-level form or library body, ready to compile.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Expressions by [`NodeId`].
    pub nodes: Vec<Node>,
    /// Source position of each node.
    pub positions: Vec<Position>,
    /// Local variables by [`VarId`].
    pub vars: Vec<Var>,
    /// Lambda expressions by [`LambdaId`].
    pub lambdas: Vec<Lambda>,
    /// Constants by [`DatumId`].
    pub data: Vec<Datum>,
    /// Where it came from.
    pub origin: Origin,
    /// Whether its outermost calls are tail calls, as in what a running program evaluates (R7RS 3.5). Elsewhere its frame
    /// is kept, for backtraces to begin with.
    pub has_tail_calls: bool,
}

impl Program {
    /// Adds a node.
    pub fn add(&mut self, node: Node, position: Position) -> NodeId {
        self.nodes.push(node);
        self.positions.push(position);
        NodeId(self.nodes.len() as u32 - 1)
    }

    /// The whole program's expression: the last node.
    ///
    /// # Panics
    ///
    /// If there are no nodes; the expander hands out no such program.
    pub fn root(&self) -> NodeId {
        NodeId(self.nodes.len() as u32 - 1)
    }

    /// The expression of a node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }
}
