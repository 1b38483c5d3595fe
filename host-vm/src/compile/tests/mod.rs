//! Tests of the compiler: [`code`] compares texts, [`random`] results, [`limits`] is about size. [`mutation`] runs code that
//! is wrong and that the verifier lets pass all the same.
//!
//! Programs are written as S-expressions.
//! The notation is the core language's: `let`, `letrec`, `lambda` (with `#:optional` and a dotted rest), `case-lambda`,
//! `if`, `begin`, `set!`, `define`, `quote`; names that are not bound are global variables.

mod code;
mod evaluator;
mod limits;
mod mutation;
mod random;

use super::{CompileError, compile, draft::Draft, integrate::integrable};
use crate::{bytecode::code::Position, expand::core::*};
use std::collections::HashMap;

enum Tree {
    Atom(String),
    List(Vec<Tree>),
}

fn parse(text: &str) -> Tree {
    let spaced = text.replace("'()", " nil ").replace('(', " ( ").replace(')', " ) ");
    let mut stack = vec![Vec::new()];
    for token in spaced.split_whitespace() {
        match token {
            "(" => stack.push(Vec::new()),
            ")" => {
                let list = stack.pop().expect("balanced");
                stack.last_mut().expect("balanced").push(Tree::List(list));
            }
            atom => stack.last_mut().expect("balanced").push(Tree::Atom(atom.into())),
        }
    }
    let mut all = stack.pop().expect("balanced");
    assert!(stack.is_empty() && all.len() == 1, "one expression: {text}");
    all.pop().expect("one")
}

#[derive(Default)]
struct Builder {
    program: Program,
    /// Bindings in force, by name; the innermost last.
    scope: HashMap<String, Vec<VarId>>,
    /// Names bound, in order.
    bound: Vec<String>,
    globals: Vec<String>,
}

impl Builder {
    fn var(&mut self, name: &str) -> VarId {
        self.program.vars.push(Var { name: name.into(), assigned: false });
        let id = VarId(self.program.vars.len() as u32 - 1);
        self.scope.entry(name.into()).or_default().push(id);
        self.bound.push(name.into());
        id
    }

    fn lookup(&self, name: &str) -> Option<VarId> {
        self.scope.get(name)?.last().copied()
    }

    fn leave(&mut self, depth: usize) {
        for name in self.bound.drain(depth..) {
            self.scope.get_mut(&name).and_then(Vec::pop);
        }
    }

    fn add(&mut self, node: Node) -> NodeId {
        self.program.add(node, Position::default())
    }

    fn datum(&mut self, atom: &str) -> DatumId {
        let datum = match atom {
            "#t" => Datum::Boolean(true),
            "#f" => Datum::Boolean(false),
            "nil" => Datum::Nil,
            _ if atom.starts_with("#\\") => Datum::Char(atom.chars().nth(2).expect("a character")),
            _ if atom.starts_with('"') => Datum::String(atom.trim_matches('"').into()),
            _ => match (atom.parse::<i64>(), atom.parse::<f64>()) {
                (Ok(n), _) => Datum::Integer(n),
                (_, Ok(x)) => Datum::Float(x),
                _ => Datum::Symbol(atom.into()),
            },
        };
        self.program.data.push(datum);
        DatumId(self.program.data.len() as u32 - 1)
    }

    fn sequence(&mut self, trees: &[Tree]) -> NodeId {
        let all: Vec<_> = trees.iter().map(|t| self.node(t)).collect();
        match all[..] {
            [one] => one,
            _ => self.add(Node::Sequence(all)),
        }
    }

    fn lambda(&mut self, parameters: &Tree, body: &[Tree], name: &str) -> LambdaId {
        let depth = self.bound.len();
        let mut lambda = Lambda { name: name.into(), required: vec![], optional: vec![], rest: None, body: NodeId(0) };
        let Tree::List(list) = parameters else { panic!("parameters") };
        let mut mode = "";
        for p in list {
            match p {
                Tree::Atom(a) if a == "." || a == "#:optional" => mode = a,
                Tree::Atom(a) => {
                    let v = self.var(a);
                    match mode {
                        "." => lambda.rest = Some(v),
                        "" => lambda.required.push(v),
                        _ => lambda.optional.push(v),
                    }
                }
                Tree::List(_) => panic!("parameter"),
            }
        }
        lambda.body = self.sequence(body);
        self.leave(depth);
        self.program.lambdas.push(lambda);
        LambdaId(self.program.lambdas.len() as u32 - 1)
    }

    fn init(&mut self, tree: &Tree, name: &str) -> NodeId {
        if let Tree::List(list) = tree
            && let Some(Tree::Atom(head)) = list.first()
            && head == "lambda"
        {
            let id = self.lambda(&list[1], &list[2..], name);
            return self.add(Node::Lambda(id));
        }
        self.node(tree)
    }

    fn node(&mut self, tree: &Tree) -> NodeId {
        let list = match tree {
            Tree::Atom(atom) => {
                let node = match self.lookup(atom) {
                    Some(v) => Node::Local(v),
                    None if atom == "nil" || atom.starts_with(['#', '"']) || atom.parse::<f64>().is_ok() => {
                        Node::Constant(self.datum(atom))
                    }
                    None => Node::Global(self.global(atom)),
                };
                return self.add(node);
            }
            Tree::List(list) => list,
        };
        let head = match &list[0] {
            Tree::Atom(a) => a.as_str(),
            Tree::List(_) => "",
        };
        let rest = &list[1..];
        let node = match (head, rest) {
            ("quote", [Tree::Atom(a)]) => Node::Constant(self.datum(a)),
            ("if", [a, b, c]) => Node::If(self.node(a), self.node(b), self.node(c)),
            ("begin", _) => return self.sequence(rest),
            ("unspecified", _) => Node::Unspecified,
            ("lambda", _) => Node::Lambda(self.lambda(&rest[0], &rest[1..], "")),
            ("case-lambda", _) => Node::CaseLambda(
                rest.iter()
                    .map(|clause| match clause {
                        Tree::List(c) => self.lambda(&c[0], &c[1..], ""),
                        Tree::Atom(_) => panic!("clause"),
                    })
                    .collect(),
            ),
            ("set!", [Tree::Atom(name), value]) => {
                let value = self.node(value);
                match self.lookup(name) {
                    Some(v) => {
                        self.program.vars[v.index()].assigned = true;
                        Node::SetLocal(v, value)
                    }
                    None => Node::SetGlobal(self.global(name), value),
                }
            }
            ("define", [Tree::Atom(name), value]) => {
                let value = self.init(value, name);
                Node::DefineGlobal(self.global(name), value)
            }
            ("let" | "letrec", [Tree::List(bindings), ..]) => {
                let depth = self.bound.len();
                let names: Vec<_> = bindings
                    .iter()
                    .map(|b| match b {
                        Tree::List(b) => match &b[..] {
                            [Tree::Atom(name), value] => (name.clone(), value),
                            _ => panic!("binding"),
                        },
                        Tree::Atom(_) => panic!("binding"),
                    })
                    .collect();
                let (vars, inits): (Vec<_>, Vec<_>) = if head == "let" {
                    let inits: Vec<_> = names.iter().map(|(n, value)| self.init(value, n)).collect();
                    (names.iter().map(|(n, _)| self.var(n)).collect(), inits)
                } else {
                    let vars = names.iter().map(|(n, _)| self.var(n)).collect();
                    (vars, names.iter().map(|(n, value)| self.init(value, n)).collect())
                };
                let body = self.sequence(&rest[1..]);
                self.leave(depth);
                match head {
                    "let" => Node::Let(vars, inits, body),
                    _ => Node::Letrec(vars, inits, body),
                }
            }
            _ => {
                let operator = self.node(&list[0]);
                Node::Call(operator, rest.iter().map(|t| self.node(t)).collect())
            }
        };
        self.add(node)
    }

    fn global(&mut self, name: &str) -> GlobalId {
        let i = self.globals.iter().position(|g| g == name).unwrap_or_else(|| {
            self.globals.push(name.into());
            self.globals.len() - 1
        });
        GlobalId(i as u32)
    }
}

/// A program, its root and the names of its global variables.
fn read(text: &str) -> (Program, NodeId, Vec<String>) {
    let mut builder = Builder::default();
    let root = builder.node(&parse(text));
    (builder.program, root, builder.globals)
}

fn try_compile(text: &str) -> Result<(Draft, Vec<String>), CompileError> {
    let (program, root, globals) = read(text);
    let core = |id: GlobalId| Some(globals[id.index()].as_str()).filter(|n| integrable(n).is_some());
    compile(program, root, &core).map(|draft| (draft, globals))
}

fn compiled(text: &str) -> String {
    let (draft, globals) = try_compile(text).unwrap_or_else(|e| panic!("{}: {text}", e.message));
    let mut shown = draft.to_string();
    for (i, name) in globals.iter().enumerate().rev() {
        shown = shown.replace(&format!("global {i}\n"), &format!("{name}\n"));
    }
    shown
}
