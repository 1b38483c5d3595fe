//! Forms that need the run time's control operators: `guard`, `parameterize`, `delay`; and `assert`, `syntax-error`.

use crate::expand::core::{Datum, Node, NodeId};
use crate::expand::syntax::{Content, Syntax};
use crate::expand::{Expander, Expansion};

impl Expander {
    /// The body of a form as a procedure without parameters.
    fn body_thunk(&mut self, body: Syntax, form: Syntax) -> Expansion<NodeId> {
        let scope = self.scopes.fresh();
        let body = self.add_scope(body, scope);
        let body = self.body(body, form)?;
        Ok(self.thunk(body, form))
    }

    /// `(guard (c clause…) body…)`: `(%guard (lambda () body…) (lambda (c reraise) (cond clause… (else (reraise)))))`.
    pub(in crate::expand) fn guard_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let ([specification], body) = self.leading(form)?;
        let Some((name, clauses)) = self.pair(specification) else { return self.malformed(form) };
        let position = self.arena.position(form);
        let body = self.body_thunk(body, form)?;
        let mark = self.locals.mark();
        let scope = self.scopes.fresh();
        let condition = self.bind_local(name, scope)?;
        let reraise = self.temporary("reraise");
        let clauses = self.add_scope(clauses, scope);
        let Some(clauses) = self.list(clauses) else { return self.malformed(form) };
        let operator = self.local(reraise, position);
        let otherwise = self.add(Node::Call(operator, Vec::new()), position);
        let handler = self.cond_clauses(&clauses, Some(otherwise), form)?;
        self.locals.truncate(mark);
        let handler = self.add_lambda(String::new(), vec![condition, reraise], Vec::new(), None, handler);
        let handler = self.add(Node::Lambda(handler), position);
        self.call_helper("%guard", vec![body, handler], position)
    }

    /// `(%parameterize (list (cons parameter value) …) (lambda () body…))`.
    pub(in crate::expand) fn parameterize_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let ([bindings], body) = self.leading(form)?;
        let Some(clauses) = self.list(bindings) else { return self.malformed(form) };
        let position = self.arena.position(form);
        let mut pairs = Vec::with_capacity(clauses.len());
        for clause in clauses {
            let parts = match self.list(clause) {
                Some(parts) if parts.len() == 2 => parts,
                _ => return self.malformed(form),
            };
            let parameter = self.expression(parts[0])?;
            let value = self.expression(parts[1])?;
            pairs.push(self.call_helper("cons", vec![parameter, value], position)?);
        }
        let mut list = self.constant_node(Datum::Nil, position);
        for pair in pairs.into_iter().rev() {
            list = self.call_helper("cons", vec![pair, list], position)?;
        }
        let body = self.body_thunk(body, form)?;
        self.call_helper("%parameterize", vec![list, body], position)
    }

    pub(in crate::expand) fn delay_form(&mut self, form: Syntax, helper: &'static str) -> Expansion<NodeId> {
        let parts = self.arguments(form, 1, 1)?;
        let value = self.expression(parts[0])?;
        let thunk = self.thunk(value, form);
        self.call_helper(helper, vec![thunk], self.arena.position(form))
    }

    /// `(if expression unspecified (assert-failed 'expression))`.
    pub(in crate::expand) fn assert_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let parts = self.arguments(form, 1, usize::MAX)?;
        let position = self.arena.position(form);
        let test = self.condition(parts[0])?;
        let expression = self.quoted(parts[0])?;
        let failure = self.call_helper("assert-failed", vec![expression], position)?;
        let success = self.unspecified(position);
        Ok(self.add(Node::If(test, success, failure), position))
    }

    pub(in crate::expand) fn syntax_error_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let parts = self.arguments(form, 1, usize::MAX)?;
        let mut message = String::new();
        for (index, &part) in parts.iter().enumerate() {
            if index > 0 {
                message.push(' ');
            }
            match self.arena.content(part) {
                Content::Atom(atom) => match self.arena.atom(atom) {
                    Datum::String(text) if index == 0 => message.push_str(text),
                    _ => message.push_str(&self.written(part)?),
                },
                _ => message.push_str(&self.written(part)?),
            }
        }
        self.fail(form, message)
    }

    /// A datum as text, for messages.
    fn written(&mut self, syntax: Syntax) -> Expansion<String> {
        let datum = self.constant(syntax)?;
        Ok(crate::text::print::datum_text(&self.state.program.data, datum))
    }
}
