//! Text tests: a core program as an S-expression, and the code that comes of it.
//!
//! The notation is the core language's: `let`, `letrec`, `lambda` (with `#:optional` and a dotted rest), `case-lambda`,
//! `if`, `begin`, `set!`, `define`, `quote`; names that are not bound are global variables.

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

fn try_compile(text: &str) -> Result<(Draft, Vec<String>), CompileError> {
    let mut builder = Builder::default();
    let root = builder.node(&parse(text));
    let globals = builder.globals;
    let core = |id: GlobalId| Some(globals[id.index()].as_str()).filter(|n| integrable(n).is_some());
    compile(builder.program, root, &core).map(|draft| (draft, globals))
}

fn compiled(text: &str) -> String {
    let (draft, globals) = try_compile(text).unwrap_or_else(|e| panic!("{}: {text}", e.message));
    let mut shown = draft.to_string();
    for (i, name) in globals.iter().enumerate().rev() {
        shown = shown.replace(&format!("global {i}\n"), &format!("{name}\n"));
    }
    shown
}

/// The whole text of all codes but the program's own must be this, indentation aside.
fn check(source: &str, expected: &str) {
    let shown = compiled(source);
    let at = shown.find("\n1 ").map_or(0, |i| i + 1);
    let trim = |s: &str| s.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
    assert_eq!(trim(&shown[at..]), trim(expected), "\n{source}\n{shown}");
}

#[test]
fn loops_are_recognized() {
    check(
        "(define f (lambda (n) (letrec ((loop (lambda (i a) (if (< i n) (loop (+ i 1) (+ a i)) a)))) (loop 0 0))))",
        "1 f: frame 4, captures 0
         0  entry 1 #0
         3  fixnum r2, 0
         4  fixnum r3, 0
         5  br-less not r2, r1 -> 12
         7  add r3, r3, r2
         8  add-imm r2, r2, 1
         9  loop #1 -> 5
        12  return r3",
    );
}

#[test]
fn named_let_as_the_report_expands_it_is_a_loop_in_any_position() {
    check(
        "(define f (lambda (l)
           (+ 1 ((letrec ((count (lambda (l n) (if (pair? l) (count (cdr l) (+ n 1)) n)))) count) l 0))))",
        "1 f: frame 4, captures 0
         0  entry 1 #0
         3  mov r2, r1
         4  fixnum r3, 0
         5  br-is not r2, pair? -> 12
         7  cdr r2, r2
         8  add-imm r3, r3, 1
         9  loop #1 -> 5
        12  mov r2, r3
        13  add-imm r2, r2, 1
        14  return r2",
    );
}

#[test]
fn mutual_recursion_in_tail_position_is_one_loop() {
    check(
        "(define f (lambda (n)
           (letrec ((even (lambda (i) (if (null? i) 'yes (odd (cdr i)))))
                    (odd (lambda (i) (if (null? i) 'no (even (cdr i))))))
             (even n))))"
            .replace("'yes", "(quote yes)")
            .replace("'no", "(quote no)")
            .as_str(),
        "1 f: frame 5, captures 0
         0  entry 1 #0
         3  mov r2, r1
         4  br-is not r2, null? -> 8
         6  const r4, Symbol(\"yes\")
         7  return r4
         8  cdr r3, r2
         9  br-is not r3, null? -> 13
        11  const r4, Symbol(\"no\")
        12  return r4
        13  cdr r2, r3
        14  loop #1 -> 4",
    );
}

#[test]
fn a_loop_with_two_continuations_is_a_procedure_whose_calls_of_itself_are_jumps() {
    check(
        "(define f (lambda (n v)
           (letrec ((sum (lambda (i a) (if (< i n) (sum (+ i 1) (+ a (vector-ref v i))) a))))
             (- (sum 0 0) (sum 0 1)))))",
        "1 f: frame 10, captures 0
         0  entry 2 #0
         3  closure r3, <sum>, r1, r2
         7  mov r6, r3
         8  fixnum r7, 0
         9  fixnum r8, 0
        10  call r4, r6, 2
        11  mov r7, r3
        12  fixnum r8, 0
        13  fixnum r9, 1
        14  call r5, r7, 2
        15  sub r4, r4, r5
        16  return r4
        2 sum: frame 6, captures 2
         0  entry 2 #0
         3  free r3, f0
         4  free r4, f1
         5  br-less not r1, r3 -> 13
         7  vector-ref r5, r4, r1
         8  add r2, r2, r5
         9  add-imm r1, r1, 1
        10  loop #1 -> 5
        13  return r2",
    );
}

#[test]
fn next_values_that_need_each_other_go_through_temporaries() {
    check(
        "(define f (lambda (n) (letrec ((loop (lambda (a b) (if (eq? a n) b (loop b a))))) (loop 0 1))))",
        "1 f: frame 5, captures 0
         0  entry 1 #0
         3  fixnum r2, 0
         4  fixnum r3, 1
         5  br-eq not r2, r1 -> 8
         7  return r3
         8  mov r4, r3
         9  mov r3, r2
        10  mov r2, r4
        11  loop #1 -> 5",
    );
}

#[test]
fn assigned_variables_live_in_cells_where_a_continuation_could_tell() {
    // No call, no closure: a register.
    check(
        "(define f (lambda (v)
           (let ((sum 0))
             (begin
               (letrec ((do (lambda (i) (if (= i 10) (unspecified) (begin (set! sum (+ sum (vector-ref v i))) (do (+ i 1)))))))
                 (do 0))
               sum))))",
        "1 f: frame 5, captures 0
         0  entry 1 #0
         3  fixnum r2, 0
         4  fixnum r3, 0
         5  fixnum r4, 10
         6  br-num-eq r3, r4 -> 14
         8  vector-ref r4, r1, r3
         9  add r2, r2, r4
        10  add-imm r3, r3, 1
        11  loop #1 -> 5
        14  return r2",
    );
    // A call in its scope.
    check(
        "(define f (lambda (g) (let ((n 0)) (begin (g) (set! n (+ n 1)) n))))",
        "1 f: frame 6, captures 0
         0  entry 1 #0
         3  fixnum r2, 0
         4  cell r2, r2
         5  mov r5, r1
         6  call r3, r5, 0
         7  cell-ref r3, r2
         8  add-imm r3, r3, 1
         9  cell-set r2, r3
        10  cell-ref r3, r2
        11  return r3",
    );
}

#[test]
fn closures_capture_loop_variables_of_their_own_iteration() {
    check(
        "(define f (lambda (l)
           (letrec ((loop (lambda (l r) (if (null? l) r (loop (cdr l) (cons (lambda () (begin (set! l 1) r)) r))))))
             (loop l nil))))",
        "1 f: frame 5, captures 0
         0  entry 1 #0
         3  mov r2, r1
         4  const r3, ()
         5  cell r2, r2
         6  cell-ref r4, r2
         7  br-is not r4, null? -> 10
         9  return r3
        10  closure r4, <code 2>, r2, r3
        14  cons r3, r4, r3
        15  cell-ref r4, r2
        16  cdr r2, r4
        17  loop #1 -> 5
        2 (anonymous): frame 3, captures 2
         0  entry 0 #0
         3  fixnum r1, 1
         4  free r2, f0
         5  cell-set r2, r1
         6  free r1, f1
         7  return r1",
    );
}

#[test]
fn closures_that_refer_to_each_other_are_patched() {
    check(
        "(define f (lambda (n)
           (letrec ((g (lambda (x) (h (+ x n)))) (h (lambda (x) (g (h x)))))
             (cons g h))))",
        "1 f: frame 5, captures 0
         0  entry 1 #0
         3  closure r2, <g>, r0, r1
         7  closure r3, <h>, r2
        10  init-free r2, r3, 0
        12  cons r4, r2, r3
        13  return r4
        2 g: frame 6, captures 2
         0  entry 1 #0
         3  free r4, f0
         4  free r5, f1
         5  add r5, r1, r5
         6  tail-call r4, 1
        3 h: frame 9, captures 1
         0  entry 1 #0
         3  free r4, f0
         4  mov r7, r0
         5  mov r8, r1
         6  call r5, r7, 1
         7  tail-call r4, 1",
    );
}

#[test]
fn closures_without_captured_values_are_constants() {
    let shown = compiled(
        "(define f (lambda (n)
           (letrec ((even (lambda (i) (if (= i 0) #t (not (odd (- i 1))))))
                    (odd (lambda (i) (if (= i 0) #f (not (even (- i 1)))))))
             (list (even n) (odd n) (lambda () even)))))",
    );
    assert!(!shown.contains("closure") && !shown.contains("free"), "{shown}");
}

#[test]
fn variables_that_may_be_read_early_are_checked() {
    check(
        "(define f (lambda (g) (letrec ((a (lambda () b)) (b (g a))) (g b a))))",
        "1 f: frame 9, captures 0
         0  entry 1 #0
         3  const r3, #<0x506>
         4  cell r3, r3
         5  closure r2, <a>, r3
         8  mov r6, r1
         9  mov r7, r2
        10  call r4, r6, 1
        11  cell-set r3, r4
        12  mov r6, r1
        13  cell-ref r7, r3
        14  mov r8, r2
        15  tail-call r6, 2
        2 a: frame 2, captures 1
         0  entry 0 #0
         3  free r1, f0
         4  cell-ref r1, r1
         5  return r1",
    );
    // The procedure is made after the value that it captures.
    check(
        "(define f (lambda (g) (letrec ((a (lambda () b)) (b (g 1))) (g b a))))",
        "1 f: frame 9, captures 0
         0  entry 1 #0
         3  mov r6, r1
         4  fixnum r7, 1
         5  call r3, r6, 1
         6  closure r2, <a>, r3
         9  mov r6, r1
        10  mov r7, r3
        11  mov r8, r2
        12  tail-call r6, 2
        2 a: frame 2, captures 1
         0  entry 0 #0
         3  free r1, f0
         4  return r1",
    );
}

#[test]
fn conditions_need_no_booleans() {
    check(
        "(define f (lambda (a b)
           (if (let ((t (pair? a))) (if t t (if (not (eq? a b)) (< a b) #f))) 1 2)))",
        "1 f: frame 4, captures 0
         0  entry 2 #0
         3  br-is r1, pair? -> 9
         5  br-eq r1, r2 -> 11
         7  br-less not r1, r2 -> 11
         9  fixnum r3, 1
        10  return r3
        11  fixnum r3, 2
        12  return r3",
    );
}

#[test]
fn clauses_follow_each_other() {
    check(
        "(define f (case-lambda ((a) a) ((a #:optional b) b) ((a b . r) (apply a b r))))",
        "1 (anonymous): frame 5, captures 0
         0  entry 1 #0 else -> 4
         3  return r1
         4  entry 1 optional 1 #1 else -> 8
         7  return r2
         8  entry 2 rest #2
        11  cons r4, r2, r3
        12  tail-apply r1, r4",
    );
}

#[test]
fn instructions_for_core_names() {
    check(
        "(define f (lambda (r s) (begin (%record-set! r s 2 (cadr s)) (%record-ref r s 0))))",
        "1 f: frame 4, captures 0
         0  entry 2 #0
         3  cdr r3, r2
         4  car r3, r3
         5  record-set r1, r3, r2, 2
         7  record-ref r3, r1, r2, 0
         9  return r3",
    );
    check(
        "(define f (lambda (a b) (if (>= a b 0) (- a) (if (char<? a #\\z) (- b 5) (%record a b 1)))))",
        "1 f: frame 6, captures 0
         0  entry 2 #0
         3  fixnum r3, 0
         4  br-less-eq not r2, r1 -> 11
         6  br-less-eq not r3, r2 -> 11
         8  fixnum r3, -1
         9  mul r3, r1, r3
        10  return r3
        11  char->integer r3, r1
        12  fixnum r4, 122
        13  br-less not r3, r4 -> 17
        15  add-imm r3, r2, -5
        16  return r3
        17  mov r3, r1
        18  mov r4, r2
        19  fixnum r5, 1
        20  record r3, r3, 2
        21  return r3",
    );
}

#[test]
fn control_names_are_instructions_in_tail_position_only() {
    let shown = compiled("(define f (lambda (g v) (begin (%apply g v) (%capture) (%apply-values g v))))");
    assert_eq!(shown.matches("tail-apply").count(), 1, "{shown}");
    assert!(shown.contains("tail-apply-values") && shown.contains("capture r"), "{shown}");
    assert!(shown.contains("global-ref r5, %apply"), "{shown}");
}

#[test]
fn frames_above_255_registers() {
    let vars: String = (0..300).map(|i| format!("(v{i} (g {i}))")).collect();
    let uses: String = (0..300).map(|i| format!(" v{i}")).collect();
    let (draft, _) =
        try_compile(&format!("(define f (lambda (g) (let ({vars}) (g (+ v0 v299){uses}))))")).expect("fits");
    let shown = draft.to_string();
    assert!(draft.codes[1].frame_size > 600, "{}", draft.codes[1].frame_size);
    assert!(shown.contains("tail-call-wide") && shown.contains("mov-wide r252") || shown.contains("mov-wide r254"));
    // No variable is in a scratch register: those are only moved through.
    for line in shown.lines().filter(|l| l.contains("call ")) {
        assert!(!line.contains("call r253"), "{line}");
    }
    let error = try_compile(&format!("(lambda ({uses}) v0)")).expect_err("too many parameters");
    assert!(error.message.contains("250"), "{}", error.message);
}

#[test]
fn deep_nesting_is_compiled_or_refused() {
    let nested = |open: &str, close: &str, depth: usize| {
        // The helper that reads the text recurses itself.
        let text = format!("{}x{}", open.repeat(depth), close.repeat(depth));
        std::thread::Builder::new()
            .stack_size(1 << 30)
            .spawn(move || try_compile(&text).map(|_| ()).map_err(|e| e.message))
            .expect("a thread")
            .join()
            .expect("no panic")
    };
    for (open, close) in [("(car ", ")"), ("(lambda () ", ")"), ("(if a b ", ")"), ("(let ((y (f z)) (z 1)) ", ")")] {
        assert_eq!(nested(open, close, 10_000), Ok(()), "{open}");
    }
    assert_eq!(nested("(letrec ((g (lambda (y) ", "))) (g 1))", 10_000), Ok(()));
    let error = nested("(car ", ")", 50_000).expect_err("too deep");
    assert!(error.contains("nested"), "{error}");
    let error = nested("(f ", ")", 30_000).expect_err("too many registers");
    assert!(error.contains("registers"), "{error}");
}

#[test]
fn procedures_that_are_called_once_by_the_next_do_not_nest_without_bound() {
    // All in one frame.
    assert_eq!(chain(3_000).map(|(draft, _)| draft.codes.len()), Ok(2));
    // Each for itself.
    assert_eq!(chain(25_000).map(|(draft, _)| draft.codes.len()), Ok(25_001));
}

/// Procedures each called once by the next.
fn chain(length: usize) -> Result<(Draft, Vec<String>), CompileError> {
    let mut text = String::from("(lambda (x) (letrec ((f0 (lambda (y) y))");
    for i in 1..length {
        text.push_str(&format!(" (f{i} (lambda (y) (+ 1 (f{} y))))", i - 1));
    }
    text.push_str(&format!(") (f{} x)))", length - 1));
    try_compile(&text)
}
