//! Multiple values: `let-values`, `let*-values`, `receive`, and what `define-values` needs.

use crate::expand::core::{Node, NodeId};
use crate::expand::syntax::{Content, Syntax};
use crate::expand::{Expander, Expansion};

impl Expander {
    pub(in crate::expand) fn let_values_form(&mut self, form: Syntax, sequential: bool) -> Expansion<NodeId> {
        let ([bindings], mut body) = self.leading(form)?;
        let Some(clauses) = self.list(bindings) else { return self.malformed(form) };
        let mark = self.locals.mark();
        let mut added = vec![self.scopes.fresh()];
        let mut bound = Vec::with_capacity(clauses.len());
        for clause in clauses {
            let parts = match self.list(clause) {
                Some(parts) if parts.len() == 2 => parts,
                _ => return self.malformed(form),
            };
            let (mut formals, mut value) = (parts[0], parts[1]);
            if sequential {
                for &scope in &added {
                    formals = self.add_scope(formals, scope);
                    value = self.add_scope(value, scope);
                }
                added.push(self.scopes.fresh());
            }
            let value = self.expression(value)?;
            let scope = added[added.len() - 1];
            let first = if sequential { self.locals.mark() } else { mark };
            let parameters = self.parameters_since(first, formals, scope, false)?;
            bound.push((parameters, value));
        }
        for &scope in &added {
            body = self.add_scope(body, scope);
        }
        let mut node = self.body(body, form)?;
        self.locals.truncate(mark);
        for (parameters, value) in bound.into_iter().rev() {
            node = self.receive_node(parameters, value, node, form)?;
        }
        Ok(node)
    }

    pub(in crate::expand) fn receive_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let ([formals, value], body) = self.leading(form)?;
        let value = self.expression(value)?;
        let mark = self.locals.mark();
        let scope = self.scopes.fresh();
        let parameters = self.parameters(formals, scope, false)?;
        let body = self.add_scope(body, scope);
        let body = self.body(body, form)?;
        self.locals.truncate(mark);
        self.receive_node(parameters, value, body, form)
    }

    fn receive_node(
        &mut self,
        parameters: super::procedure::Parameters,
        value: NodeId,
        body: NodeId,
        form: Syntax,
    ) -> Expansion<NodeId> {
        let position = self.arena.position(form);
        let consumer = self.add_lambda(String::new(), parameters.required, Vec::new(), parameters.rest, body);
        let consumer = self.add(Node::Lambda(consumer), position);
        self.call_helper("%apply-values", vec![consumer, value], position)
    }

    /// A vector of the values of an expression, one element for each variable of the formals.
    pub(in crate::expand) fn values_vector(
        &mut self,
        formals: Syntax,
        expression: Syntax,
        form: Syntax,
    ) -> Expansion<NodeId> {
        let position = self.arena.position(form);
        let value = self.expression(expression)?;
        let (names, end) = self.improper_list(formals);
        let required: Vec<_> = names.iter().map(|_| self.temporary("value")).collect();
        let rest = (self.arena.content(end) != Content::Nil).then(|| self.temporary("values"));
        let variables: Vec<_> = required.iter().copied().chain(rest).collect();
        let operands = variables.into_iter().map(|variable| self.local(variable, position)).collect();
        let body = self.call_helper("vector", operands, position)?;
        let consumer = self.add_lambda(String::new(), required, Vec::new(), rest, body);
        let consumer = self.add(Node::Lambda(consumer), position);
        self.call_helper("%apply-values", vec![consumer, value], position)
    }
}
