//! Core programs as text, for dumps and tests.
//!
//! Local variables are written `name.number`, so that shadowing shows; globals by their name, those that a definition
//! defines with `define`. Nothing here recurses: what is still to be written waits on a stack.

use super::core::{Datum, DatumId, GlobalId, LambdaId, Node, NodeId, Program, VarId};
use crate::text::print::datum_text;

enum Task {
    Text(&'static str),
    Owned(String),
    Node(NodeId),
    Datum(DatumId),
}

struct Printer<'a> {
    program: &'a Program,
    name: &'a dyn Fn(GlobalId) -> String,
    tasks: Vec<Task>,
    out: String,
}

/// A program as an s-expression, globals by the given names.
pub fn program_text(program: &Program, name: &dyn Fn(GlobalId) -> String) -> String {
    let Some(last) = program.nodes.len().checked_sub(1) else { return String::new() };
    let mut printer = Printer { program, name, tasks: vec![Task::Node(NodeId(last as u32))], out: String::new() };
    printer.run();
    printer.out
}

/// The forms of a program, a line each.
pub fn form_texts(program: &Program, name: &dyn Fn(GlobalId) -> String) -> Vec<String> {
    let forms = match program.nodes.last() {
        Some(Node::Sequence(forms)) => forms.clone(),
        Some(_) => vec![NodeId(program.nodes.len() as u32 - 1)],
        None => Vec::new(),
    };
    let text = |form| {
        let mut printer = Printer { program, name, tasks: vec![Task::Node(form)], out: String::new() };
        printer.run();
        printer.out
    };
    forms.into_iter().map(text).collect()
}

impl Printer<'_> {
    fn run(&mut self) {
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Node(node) => self.node(node),
                Task::Text(text) => self.out.push_str(text),
                Task::Owned(text) => self.out.push_str(&text),
                Task::Datum(datum) => self.out.push_str(&datum_text(&self.program.data, datum)),
            }
        }
    }

    fn variable(&self, variable: VarId) -> String {
        format!("{}.{}", self.program.vars[variable.index()].name, variable.0)
    }

    /// Puts tasks on the stack so that the first is done first.
    fn plan(&mut self, tasks: Vec<Task>) {
        self.tasks.extend(tasks.into_iter().rev());
    }

    fn node(&mut self, node: NodeId) {
        let program = self.program;
        match program.node(node) {
            Node::Constant(datum) => {
                let plain = !matches!(
                    program.data[datum.index()],
                    Datum::Symbol(_) | Datum::Nil | Datum::Pair(..) | Datum::Vector(_)
                );
                self.plan(vec![Task::Text(if plain { "" } else { "'" }), Task::Datum(*datum)]);
            }
            Node::Unspecified => self.out.push_str("#!unspecific"),
            Node::Local(variable) => self.out.push_str(&self.variable(*variable)),
            Node::Global(global) => self.out.push_str(&(self.name)(*global)),
            Node::SetLocal(variable, value) => {
                let head = format!("(set! {} ", self.variable(*variable));
                self.plan(vec![Task::Owned(head), Task::Node(*value), Task::Text(")")]);
            }
            Node::SetGlobal(global, value) => {
                let head = format!("(set! {} ", (self.name)(*global));
                self.plan(vec![Task::Owned(head), Task::Node(*value), Task::Text(")")]);
            }
            Node::DefineGlobal(global, value) => {
                let head = format!("(define {} ", (self.name)(*global));
                self.plan(vec![Task::Owned(head), Task::Node(*value), Task::Text(")")]);
            }
            Node::If(test, consequent, alternative) => self.list("(if", &[*test, *consequent, *alternative]),
            Node::Sequence(nodes) => self.list("(begin", nodes),
            Node::Call(operator, operands) => {
                let mut tasks = vec![Task::Text("("), Task::Node(*operator)];
                for operand in operands {
                    tasks.extend([Task::Text(" "), Task::Node(*operand)]);
                }
                tasks.push(Task::Text(")"));
                self.plan(tasks);
            }
            Node::Let(variables, values, body) => self.bindings("(let (", variables, values, *body),
            Node::Letrec(variables, values, body) => self.bindings("(letrec (", variables, values, *body),
            Node::Lambda(lambda) => {
                let mut tasks = vec![Task::Text("(lambda ")];
                self.clause(*lambda, &mut tasks);
                tasks.push(Task::Text(")"));
                self.plan(tasks);
            }
            Node::CaseLambda(lambdas) => {
                let mut tasks = vec![Task::Text("(case-lambda")];
                for &lambda in lambdas {
                    tasks.push(Task::Text(" ("));
                    self.clause(lambda, &mut tasks);
                    tasks.push(Task::Text(")"));
                }
                tasks.push(Task::Text(")"));
                self.plan(tasks);
            }
        }
    }

    fn list(&mut self, head: &'static str, nodes: &[NodeId]) {
        let mut tasks = vec![Task::Text(head)];
        for node in nodes {
            tasks.extend([Task::Text(" "), Task::Node(*node)]);
        }
        tasks.push(Task::Text(")"));
        self.plan(tasks);
    }

    fn bindings(&mut self, head: &'static str, variables: &[VarId], values: &[NodeId], body: NodeId) {
        let mut tasks = vec![Task::Text(head)];
        for (index, (variable, value)) in variables.iter().zip(values).enumerate() {
            let space = if index > 0 { " " } else { "" };
            tasks.push(Task::Owned(format!("{space}({} ", self.variable(*variable))));
            tasks.extend([Task::Node(*value), Task::Text(")")]);
        }
        tasks.extend([Task::Text(") "), Task::Node(body), Task::Text(")")]);
        self.plan(tasks);
    }

    /// Parameters and body.
    fn clause(&self, lambda: LambdaId, tasks: &mut Vec<Task>) {
        let lambda = &self.program.lambdas[lambda.index()];
        let mut names: Vec<String> = lambda.required.iter().map(|&variable| self.variable(variable)).collect();
        if !lambda.optional.is_empty() {
            names.push("#!optional".to_owned());
            names.extend(lambda.optional.iter().map(|&variable| self.variable(variable)));
        }
        let formals = match (lambda.rest, names.is_empty()) {
            (Some(rest), true) => self.variable(rest),
            (Some(rest), false) => format!("({} . {})", names.join(" "), self.variable(rest)),
            (None, _) => format!("({})", names.join(" ")),
        };
        tasks.extend([Task::Owned(formals), Task::Text(" "), Task::Node(lambda.body)]);
    }
}
