//! Choice and order: `if`, `cond`, `case`, `and`, `or`, `when`, `unless`, `begin`.

use crate::expand::binding::{Binding, Form};
use crate::expand::core::{Datum, Node, NodeId, VarId};
use crate::expand::syntax::{Content, Syntax};
use crate::expand::{Expander, Expansion};

/// Clauses of `case` with more data than this look them up with `memv`.
const MOST_COMPARISONS: usize = 8;

/// Integers of at most this magnitude are immediate, so that `eq?` compares them.
const IMMEDIATE: u64 = 1 << 58;

impl Expander {
    pub(in crate::expand) fn if_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let parts = self.arguments(form, 2, 3)?;
        let test = self.condition(parts[0])?;
        let consequent = self.expression(parts[1])?;
        let position = self.arena.position(form);
        let alternative = match parts.get(2) {
            Some(&part) => self.expression(part)?,
            None => self.unspecified(position),
        };
        Ok(self.add(Node::If(test, consequent, alternative), position))
    }

    /// An expression of which only the truth matters: `or` needs no variable there.
    pub(in crate::expand) fn condition(&mut self, syntax: Syntax) -> Expansion<NodeId> {
        match self.head(syntax)? {
            Some(Binding::Form(Form::Or)) => {
                self.enter(syntax)?;
                let node = self.or_form(syntax, true);
                self.state.depth -= 1;
                node
            }
            _ => self.expression(syntax),
        }
    }

    pub(in crate::expand) fn when_form(&mut self, form: Syntax, wanted: bool) -> Expansion<NodeId> {
        let ([test], body) = self.leading(form)?;
        if self.pair(body).is_none() {
            return self.malformed(form);
        }
        let test = self.condition(test)?;
        let body = self.sequence(body, form)?;
        let position = self.arena.position(form);
        let other = self.unspecified(position);
        let (consequent, alternative) = if wanted { (body, other) } else { (other, body) };
        Ok(self.add(Node::If(test, consequent, alternative), position))
    }

    pub(in crate::expand) fn begin_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let Some((_, body)) = self.pair(form) else { return self.malformed(form) };
        if self.pair(body).is_none() {
            return self.fail(form, "`begin` without a form is no expression");
        }
        self.sequence(body, form)
    }

    pub(in crate::expand) fn and_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let parts = self.arguments(form, 0, usize::MAX)?;
        let position = self.arena.position(form);
        let Some((&last, others)) = parts.split_last() else {
            return Ok(self.constant_node(Datum::Boolean(true), position));
        };
        let mut tests = Vec::with_capacity(others.len());
        for &part in others {
            tests.push(self.condition(part)?);
        }
        let mut node = self.expression(last)?;
        for test in tests.into_iter().rev() {
            let no = self.constant_node(Datum::Boolean(false), position);
            node = self.add(Node::If(test, node, no), position);
        }
        Ok(node)
    }

    pub(in crate::expand) fn or_form(&mut self, form: Syntax, truth_only: bool) -> Expansion<NodeId> {
        let parts = self.arguments(form, 0, usize::MAX)?;
        let position = self.arena.position(form);
        let Some((&last, others)) = parts.split_last() else {
            return Ok(self.constant_node(Datum::Boolean(false), position));
        };
        let mut values = Vec::with_capacity(others.len());
        for &part in others {
            values.push(if truth_only { self.condition(part)? } else { self.expression(part)? });
        }
        let mut node = if truth_only { self.condition(last)? } else { self.expression(last)? };
        for value in values.into_iter().rev() {
            node = if truth_only {
                let yes = self.constant_node(Datum::Boolean(true), position);
                self.add(Node::If(value, yes, node), position)
            } else {
                self.first_true(value, node, form)
            };
        }
        Ok(node)
    }

    /// The value of an expression unless it is false, else that of another.
    fn first_true(&mut self, value: NodeId, otherwise: NodeId, form: Syntax) -> NodeId {
        let position = self.arena.position(form);
        let variable = self.temporary("or");
        let test = self.local(variable, position);
        let result = self.local(variable, position);
        let choice = self.add(Node::If(test, result, otherwise), position);
        self.add(Node::Let(vec![variable], vec![value], choice), position)
    }

    pub(in crate::expand) fn cond_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let clauses = self.arguments(form, 1, usize::MAX)?;
        self.cond_clauses(&clauses, None, form)
    }

    /// Expands the clauses of `cond` or `guard`. If none of them is taken, the value is that of `otherwise`.
    pub(in crate::expand) fn cond_clauses(
        &mut self,
        clauses: &[Syntax],
        otherwise: Option<NodeId>,
        form: Syntax,
    ) -> Expansion<NodeId> {
        enum Clause {
            Body(NodeId, NodeId),
            Value(NodeId),
            Receiver(NodeId, NodeId),
        }
        let mut expanded = Vec::with_capacity(clauses.len());
        let mut end = None;
        for (index, &clause) in clauses.iter().enumerate() {
            let parts = match self.list(clause) {
                Some(parts) if !parts.is_empty() => parts,
                _ => return self.fail(clause, "malformed clause"),
            };
            if self.is_auxiliary(parts[0], Form::Else)? {
                if index + 1 != clauses.len() || parts.len() == 1 {
                    return self.fail(clause, "`else` must be the last clause and have a body");
                }
                let nodes = self.expressions(&parts[1..])?;
                end = Some(self.sequence_of(nodes, clause));
            } else if parts.len() == 1 {
                let value = self.expression(parts[0])?;
                expanded.push((clause, Clause::Value(value)));
            } else if self.is_auxiliary(parts[1], Form::Arrow)? {
                if parts.len() != 3 {
                    return self.fail(clause, "malformed clause: expected (test => receiver)");
                }
                let value = self.expression(parts[0])?;
                let receiver = self.expression(parts[2])?;
                expanded.push((clause, Clause::Receiver(value, receiver)));
            } else {
                let test = self.condition(parts[0])?;
                let nodes = self.expressions(&parts[1..])?;
                let body = self.sequence_of(nodes, clause);
                expanded.push((clause, Clause::Body(test, body)));
            }
        }
        let mut node = match end.or(otherwise) {
            Some(node) => node,
            None => self.unspecified(self.arena.position(form)),
        };
        for (clause, parts) in expanded.into_iter().rev() {
            let position = self.arena.position(clause);
            node = match parts {
                Clause::Body(test, body) => self.add(Node::If(test, body, node), position),
                Clause::Value(value) => self.first_true(value, node, clause),
                Clause::Receiver(value, receiver) => {
                    let variable = self.temporary("test");
                    let test = self.local(variable, position);
                    let argument = self.local(variable, position);
                    let call = self.add(Node::Call(receiver, vec![argument]), position);
                    let choice = self.add(Node::If(test, call, node), position);
                    self.add(Node::Let(vec![variable], vec![value], choice), position)
                }
            };
        }
        Ok(node)
    }

    fn expressions(&mut self, parts: &[Syntax]) -> Expansion<Vec<NodeId>> {
        parts.iter().map(|&part| self.expression(part)).collect()
    }

    pub(in crate::expand) fn case_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let parts = self.arguments(form, 1, usize::MAX)?;
        let value = self.expression(parts[0])?;
        let key = self.temporary("key");
        let mut expanded = Vec::with_capacity(parts.len() - 1);
        let mut end = None;
        for (index, &clause) in parts[1..].iter().enumerate() {
            let Some((data, body)) = self.pair(clause) else { return self.fail(clause, "malformed clause of `case`") };
            let body = self.case_body(body, key, clause)?;
            if self.is_auxiliary(data, Form::Else)? {
                if index + 2 != parts.len() {
                    return self.fail(clause, "`else` must be the last clause");
                }
                end = Some(body);
                continue;
            }
            let Some(data) = self.list(data) else { return self.fail(clause, "malformed clause of `case`") };
            let test = self.case_test(&data, key, clause)?;
            expanded.push((clause, test, body));
        }
        let position = self.arena.position(form);
        let mut node = match end {
            Some(node) => node,
            None => self.unspecified(position),
        };
        for (clause, test, body) in expanded.into_iter().rev() {
            node = self.add(Node::If(test, body, node), self.arena.position(clause));
        }
        Ok(self.add(Node::Let(vec![key], vec![value], node), position))
    }

    fn case_body(&mut self, body: Syntax, key: VarId, clause: Syntax) -> Expansion<NodeId> {
        let parts = match self.list(body) {
            Some(parts) if !parts.is_empty() => parts,
            _ => return self.fail(clause, "malformed clause of `case`"),
        };
        if self.is_auxiliary(parts[0], Form::Arrow)? {
            if parts.len() != 2 {
                return self.fail(clause, "malformed clause of `case`: expected one receiver after `=>`");
            }
            let position = self.arena.position(clause);
            let receiver = self.expression(parts[1])?;
            let argument = self.local(key, position);
            return Ok(self.add(Node::Call(receiver, vec![argument]), position));
        }
        let nodes = self.expressions(&parts)?;
        Ok(self.sequence_of(nodes, clause))
    }

    /// Whether the key is one of some data.
    fn case_test(&mut self, data: &[Syntax], key: VarId, clause: Syntax) -> Expansion<NodeId> {
        let position = self.arena.position(clause);
        if data.len() > MOST_COMPARISONS {
            let list = self.arena.list(data, position);
            let list = self.quoted(list)?;
            let key = self.local(key, position);
            return self.call_helper("memv", vec![key, list], position);
        }
        let Some((&last, others)) = data.split_last() else {
            return Ok(self.constant_node(Datum::Boolean(false), position));
        };
        let mut node = self.comparison(last, key)?;
        for &datum in others.iter().rev() {
            let test = self.comparison(datum, key)?;
            let yes = self.constant_node(Datum::Boolean(true), position);
            node = self.add(Node::If(test, yes, node), position);
        }
        Ok(node)
    }

    fn comparison(&mut self, datum: Syntax, key: VarId) -> Expansion<NodeId> {
        let position = self.arena.position(datum);
        let immediate = match self.arena.content(datum) {
            Content::Symbol(_) | Content::Nil => true,
            Content::Atom(index) => match self.arena.atom(index) {
                Datum::Boolean(_) | Datum::Char(_) | Datum::Special(_) => true,
                Datum::Integer(value) => value.unsigned_abs() < IMMEDIATE,
                _ => false,
            },
            _ => false,
        };
        let constant = self.quoted(datum)?;
        let key = self.local(key, position);
        self.call_helper(if immediate { "eq?" } else { "eqv?" }, vec![key, constant], position)
    }
}
