//! What programs mean: an evaluator of the core language that is as simple as it can be, for comparison.

use crate::expand::core::*;
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// A value.
#[derive(Clone)]
pub enum Value {
    Integer(i64),
    Boolean(bool),
    Pair(Rc<(Value, Value)>),
    Procedure(LambdaId, Environment),
    Core(String),
    Other,
}

/// Variables in scope, innermost first.
pub type Environment = Option<Rc<Binding>>;

/// A variable's binding.
pub struct Binding {
    var: VarId,
    value: RefCell<Value>,
    next: Environment,
}

/// The evaluator of one program.
pub struct Evaluator<'p> {
    pub program: &'p Program,
    pub names: &'p [String],
    pub globals: HashMap<GlobalId, Value>,
    /// Steps left.
    pub fuel: u32,
}

fn bind(var: VarId, value: Value, next: Environment) -> Environment {
    Some(Rc::new(Binding { var, value: RefCell::new(value), next }))
}

fn find(mut environment: &Environment, var: VarId) -> &RefCell<Value> {
    while let Some(binding) = environment {
        if binding.var == var {
            return &binding.value;
        }
        environment = &binding.next;
    }
    panic!("a variable out of scope")
}

impl Evaluator<'_> {
    /// The value of an expression; `None` when it takes too long or is wrong.
    pub fn eval(&mut self, node: NodeId, environment: &Environment) -> Option<Value> {
        self.fuel = self.fuel.checked_sub(1)?;
        let program = self.program;
        Some(match program.node(node) {
            Node::Constant(d) => match program.data[d.index()] {
                Datum::Integer(n) => Value::Integer(n),
                Datum::Boolean(b) => Value::Boolean(b),
                _ => Value::Other,
            },
            Node::Unspecified => Value::Other,
            Node::Local(v) => find(environment, *v).borrow().clone(),
            Node::SetLocal(v, value) => {
                let value = self.eval(*value, environment)?;
                *find(environment, *v).borrow_mut() = value;
                Value::Other
            }
            Node::Global(id) => {
                let name = &self.names[id.index()];
                self.globals.get(id).cloned().unwrap_or_else(|| Value::Core(name.clone()))
            }
            Node::SetGlobal(id, value) | Node::DefineGlobal(id, value) => {
                let value = self.eval(*value, environment)?;
                self.globals.insert(*id, value);
                Value::Other
            }
            Node::If(a, b, c) => match self.eval(*a, environment)? {
                Value::Boolean(false) => self.eval(*c, environment)?,
                _ => self.eval(*b, environment)?,
            },
            Node::Lambda(id) => Value::Procedure(*id, environment.clone()),
            Node::CaseLambda(_) => return None,
            Node::Let(vars, inits, body) => {
                let mut inner = environment.clone();
                for (v, init) in vars.iter().zip(inits) {
                    inner = bind(*v, self.eval(*init, environment)?, inner);
                }
                self.eval(*body, &inner)?
            }
            Node::Letrec(vars, inits, body) => {
                let inner = vars.iter().fold(environment.clone(), |next, v| bind(*v, Value::Other, next));
                for (v, init) in vars.iter().zip(inits) {
                    let value = self.eval(*init, &inner)?;
                    *find(&inner, *v).borrow_mut() = value;
                }
                self.eval(*body, &inner)?
            }
            Node::Sequence(all) => {
                let mut value = Value::Other;
                for n in all {
                    value = self.eval(*n, environment)?;
                }
                value
            }
            Node::Call(operator, operands) => {
                let operator = self.eval(*operator, environment)?;
                let operands: Option<Vec<_>> = operands.iter().map(|o| self.eval(*o, environment)).collect();
                match operator {
                    Value::Procedure(id, inner) => {
                        let lambda = &program.lambdas[id.index()];
                        let inner = lambda.required.iter().zip(operands?).fold(inner, |next, (v, x)| bind(*v, x, next));
                        self.eval(lambda.body, &inner)?
                    }
                    Value::Core(name) => core(&name, &operands?)?,
                    _ => return None,
                }
            }
        })
    }
}

fn core(name: &str, operands: &[Value]) -> Option<Value> {
    let integers: Vec<i64> =
        operands.iter().filter_map(|v| if let Value::Integer(n) = v { Some(*n) } else { None }).collect();
    let all = |f: fn(&i64, &i64) -> bool| Value::Boolean(integers.windows(2).all(|w| f(&w[0], &w[1])));
    Some(match (name, operands) {
        ("not", [x]) => Value::Boolean(matches!(x, Value::Boolean(false))),
        ("cons", [a, b]) => Value::Pair(Rc::new((a.clone(), b.clone()))),
        ("car", [Value::Pair(p)]) => p.0.clone(),
        ("cdr", [Value::Pair(p)]) => p.1.clone(),
        _ if integers.len() != operands.len() => return None,
        // Large integers are not this evaluator's.
        _ if integers.iter().any(|n| n.unsigned_abs() >= 1 << 56) => return None,
        ("+", _) => Value::Integer(integers.iter().sum()),
        ("*", [_, _]) => Value::Integer(integers[0].checked_mul(integers[1])?),
        ("-", [_]) => Value::Integer(-integers[0]),
        ("-", [_, _]) => Value::Integer(integers[0] - integers[1]),
        ("remainder", [_, _]) => Value::Integer(integers[0] % integers[1]),
        ("<", _) => all(i64::lt),
        (">", _) => all(i64::gt),
        ("<=", _) => all(i64::le),
        ("=" | "eq?", _) => all(i64::eq),
        ("zero?", [_]) => Value::Boolean(integers[0] == 0),
        ("even?", [_]) => Value::Boolean(integers[0] % 2 == 0),
        _ => return None,
    })
}
