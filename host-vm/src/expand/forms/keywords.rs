//! Procedures with keyword parameters, as by Guile's `lambda*`, `define*` and `case-lambda*`.
//!
//! Such a procedure takes what follows its required arguments as one list and takes it apart, binding one parameter after
//! the other, so that a default sees the parameters before it:
//!
//! ```text
//! (lambda* (a #:optional (b 1) #:key (c (+ b 1))) body)
//!   =>  (lambda (a . arguments)
//!         (let* ((given (%positional? arguments))
//!                (b (if given (car arguments) 1))
//!                (arguments (if given (cdr arguments) arguments))
//!                (checked (%check-keywords arguments '(#:c) #f #f #f))
//!                (found (%keyword-argument arguments '#:c))
//!                (c (if (%absent? found) (+ b 1) found)))
//!           body))
//! ```
//!
//! The clauses of `case-lambda*` after one with keywords are a procedure of their own, which that clause calls when it has
//! more positional arguments than parameters for them.

use super::procedure::Marker;
use crate::expand::core::{Datum, LambdaId, Node, NodeId, VarId};
use crate::expand::scope::Scope;
use crate::expand::syntax::{Content, Syntax};
use crate::expand::{Expander, Expansion};

/// A parameter that may have no argument.
#[derive(Debug)]
struct Optional {
    name: Syntax,
    default: Option<Syntax>,
    /// What stands before its argument; of positional parameters nothing.
    keyword: String,
}

/// The parts of a parameter list.
#[derive(Debug, Default)]
struct Formals {
    required: Vec<Syntax>,
    optional: Vec<Optional>,
    keys: Vec<Optional>,
    rest: Option<Syntax>,
    /// Whether keywords that are none of `keys` are allowed.
    others: bool,
}

impl Expander {
    /// Whether a parameter list has keyword parameters.
    pub(super) fn has_keyword_parameters(&mut self, formals: Syntax) -> bool {
        let (names, _) = self.improper_list(formals);
        names.iter().any(|&name| matches!(self.marker(name), Some(Marker::Key | Marker::AllowOtherKeys)))
    }

    fn keyword_formals(&mut self, formals: Syntax) -> Expansion<Formals> {
        let (names, end) = self.improper_list(formals);
        let mut found = Formals::default();
        let mut section = None;
        let mut names = names.into_iter();
        while let Some(name) = names.next() {
            match self.marker(name) {
                Some(Marker::Rest) => match names.next() {
                    Some(rest) if found.rest.is_none() => found.rest = Some(rest),
                    _ => return self.fail(name, "expected one parameter after `#:rest`"),
                },
                Some(Marker::AllowOtherKeys) if section == Some(Marker::Key) => found.others = true,
                Some(Marker::AllowOtherKeys) => {
                    return self.fail(name, "`#:allow-other-keys` without `#:key` before it");
                }
                Some(Marker::Optional) if section.is_some() => {
                    return self.fail(name, "`#:optional` is to stand before `#:key`, once");
                }
                Some(Marker::Key) if section == Some(Marker::Key) => return self.fail(name, "`#:key` is there twice"),
                Some(marker) => section = Some(marker),
                None => match section {
                    None => found.required.push(name),
                    Some(Marker::Key) => {
                        let key = self.optional_parameter(name, true)?;
                        found.keys.push(key);
                    }
                    Some(_) => {
                        let optional = self.optional_parameter(name, false)?;
                        found.optional.push(optional);
                    }
                },
            }
        }
        if self.arena.content(end) != Content::Nil && found.rest.replace(end).is_some() {
            return self.fail(end, "a parameter list has two parameters for the rest");
        }
        let all = [&found.optional, &found.keys].into_iter().flatten().map(|optional| optional.name);
        let mut seen = Vec::new();
        for name in found.required.iter().copied().chain(all).chain(found.rest) {
            let identifier = self.identifier(name);
            if seen.contains(&identifier) {
                return self.fail(name, "this parameter is there twice");
            }
            seen.push(identifier);
        }
        Ok(found)
    }

    /// `name`, `(name default)`, of keyword parameters also `(name default #:keyword)`.
    fn optional_parameter(&mut self, syntax: Syntax, is_key: bool) -> Expansion<Optional> {
        let parts = self.list(syntax).unwrap_or_else(|| vec![syntax]);
        let name = parts.first().and_then(|&name| self.symbol_name(name).map(str::to_owned));
        let keyword = match parts.get(2) {
            Some(&part) if is_key => self.keyword_datum(part),
            Some(_) => None,
            None => name.clone(),
        };
        match (name, keyword, parts.len()) {
            (Some(_), Some(keyword), 1..=3) => Ok(Optional { name: parts[0], default: parts.get(1).copied(), keyword }),
            _ if is_key => self.fail(syntax, "expected a parameter: name, (name default) or (name default #:keyword)"),
            _ => self.fail(syntax, "expected a parameter: name or (name default)"),
        }
    }

    /// The name of a keyword.
    fn keyword_datum(&self, syntax: Syntax) -> Option<String> {
        match self.arena.content(syntax) {
            Content::Atom(atom) => match self.arena.atom(atom) {
                Datum::Keyword(name) => Some(name.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Expands a procedure with keyword parameters. `otherwise` is called with all arguments if too many are positional.
    pub(super) fn keyword_lambda(
        &mut self,
        formals: Syntax,
        body: Syntax,
        form: Syntax,
        name: String,
        otherwise: Option<VarId>,
    ) -> Expansion<LambdaId> {
        let formals = self.keyword_formals(formals)?;
        let position = self.arena.position(form);
        let mark = self.locals.mark();
        let mut scopes = vec![self.scopes.fresh()];
        let mut required = Vec::with_capacity(formals.required.len());
        for &parameter in &formals.required {
            required.push(self.parameter(parameter, scopes[0], mark)?);
        }
        let rest = self.temporary("arguments");
        let mut arguments = rest;
        let mut bindings: Vec<(VarId, NodeId)> = Vec::new();
        for optional in &formals.optional {
            let given = self.temporary("given");
            let value = self.call_with("%positional?", &[arguments], form)?;
            bindings.push((given, value));
            let first = self.call_with("car", &[arguments], form)?;
            let default = self.default_value(optional.default, &scopes, form)?;
            let test = self.local(given, position);
            let value = self.add(Node::If(test, first, default), position);
            bindings.push((self.in_new_scope(optional.name, &mut scopes)?, value));
            let others = self.call_with("cdr", &[arguments], form)?;
            let [test, list] = [given, arguments].map(|variable| self.local(variable, position));
            arguments = self.temporary("arguments");
            bindings.push((arguments, self.add(Node::If(test, others, list), position)));
        }
        if let Some(name) = formals.rest {
            let list = self.local(arguments, position);
            bindings.push((self.in_new_scope(name, &mut scopes)?, list));
        }
        let checked = self.temporary("checked");
        bindings.push((checked, self.keyword_check(&formals, arguments, &name, form)?));
        for key in &formals.keys {
            let found = self.temporary("found");
            let list = self.local(arguments, position);
            let keyword = self.constant_node(Datum::Keyword(key.keyword.clone()), position);
            bindings.push((found, self.call_helper("%keyword-argument", vec![list, keyword], position)?));
            let absent = self.call_with("%absent?", &[found], form)?;
            let default = self.default_value(key.default, &scopes, form)?;
            let value = self.local(found, position);
            let value = self.add(Node::If(absent, default, value), position);
            bindings.push((self.in_new_scope(key.name, &mut scopes)?, value));
        }
        let body = scopes.iter().fold(body, |body, &scope| self.add_scope(body, scope));
        let mut body = self.body(body, form)?;
        self.locals.truncate(mark);
        for (variable, value) in bindings.into_iter().rev() {
            body = self.add(Node::Let(vec![variable], vec![value], body), position);
        }
        if let (Some(otherwise), None) = (otherwise, formals.rest) {
            body = self.or_otherwise(body, otherwise, &required, rest, formals.optional.len(), form)?;
        }
        Ok(self.add_lambda(name, required, Vec::new(), Some(rest), body))
    }

    /// The call that raises an error unless the arguments behind the positional ones are as they must be.
    fn keyword_check(&mut self, formals: &Formals, arguments: VarId, name: &str, form: Syntax) -> Expansion<NodeId> {
        let position = self.arena.position(form);
        let mut known = self.datum(Datum::Nil);
        for key in formals.keys.iter().rev() {
            let keyword = self.datum(Datum::Keyword(key.keyword.clone()));
            known = self.datum(Datum::Pair(keyword, known));
        }
        let list = self.local(arguments, position);
        let known = self.add(Node::Constant(known), position);
        let [others, free] =
            [formals.others, formals.rest.is_some()].map(|flag| self.constant_node(Datum::Boolean(flag), position));
        let name = match name {
            "" => Datum::Boolean(false),
            name => Datum::Symbol(name.to_owned()),
        };
        let name = self.constant_node(name, position);
        self.call_helper("%check-keywords", vec![list, known, others, free, name], position)
    }

    /// The body where no more than `most` of the arguments are positional, else a call of the other clauses.
    fn or_otherwise(
        &mut self,
        body: NodeId,
        otherwise: VarId,
        required: &[VarId],
        rest: VarId,
        most: usize,
        form: Syntax,
    ) -> Expansion<NodeId> {
        let position = self.arena.position(form);
        let list = self.local(rest, position);
        let most = self.constant_node(Datum::Integer(most as i64), position);
        let fits = self.call_helper("%positional-fit?", vec![list, most], position)?;
        let mut all = self.local(rest, position);
        for &variable in required.iter().rev() {
            let first = self.local(variable, position);
            all = self.call_helper("cons", vec![first, all], position)?;
        }
        let others = self.local(otherwise, position);
        let call = self.call_helper("%apply", vec![others, all], position)?;
        Ok(self.add(Node::If(fits, body, call), position))
    }

    /// `case-lambda`, and `case-lambda*` where clauses may have optional and keyword parameters.
    pub(in crate::expand) fn case_lambda_form(&mut self, form: Syntax, optional: bool) -> Expansion<NodeId> {
        let name = self.take_name();
        let position = self.arena.position(form);
        let mut clauses = Vec::new();
        for clause in self.arguments(form, 0, usize::MAX)? {
            let Some((formals, body)) = self.pair(clause) else { return self.malformed(form) };
            let has_keys = optional && self.has_keyword_parameters(formals);
            clauses.push((formals, body, clause, has_keys));
        }
        if clauses.is_empty() {
            // No number of arguments is right.
            let all = self.temporary("arguments");
            let call = self.call_with("%no-clause", &[all], form)?;
            let lambda = self.add_lambda(name, Vec::new(), Vec::new(), Some(all), call);
            return Ok(self.add(Node::Lambda(lambda), position));
        }
        // Each procedure ends with a clause with keywords; `otherwise` is the one with the clauses behind that.
        let mut procedures: Vec<(NodeId, VarId)> = Vec::new();
        let mut lambdas = Vec::new();
        for (index, &(formals, body, clause, has_keys)) in clauses.iter().enumerate() {
            if !has_keys {
                lambdas.push(self.lambda(formals, body, clause, name.clone(), optional)?);
                continue;
            }
            let is_last = index + 1 == clauses.len();
            let otherwise = (!is_last).then(|| self.temporary("otherwise"));
            lambdas.push(self.keyword_lambda(formals, body, clause, name.clone(), otherwise)?);
            if let Some(otherwise) = otherwise {
                let all = self.temporary("arguments");
                let call = self.call_with("%apply", &[otherwise, all], form)?;
                lambdas.push(self.add_lambda(name.clone(), Vec::new(), Vec::new(), Some(all), call));
                let procedure = self.add(Node::CaseLambda(std::mem::take(&mut lambdas)), position);
                procedures.push((procedure, otherwise));
            }
        }
        let last = self.add(Node::CaseLambda(lambdas), position);
        Ok(procedures.into_iter().rev().fold(last, |others, (procedure, otherwise)| {
            self.add(Node::Let(vec![otherwise], vec![others], procedure), position)
        }))
    }

    fn default_value(&mut self, default: Option<Syntax>, scopes: &[Scope], form: Syntax) -> Expansion<NodeId> {
        match default {
            Some(default) => {
                let default = scopes.iter().fold(default, |default, &scope| self.add_scope(default, scope));
                self.expression(default)
            }
            None => Ok(self.constant_node(Datum::Boolean(false), self.arena.position(form))),
        }
    }

    /// Binds a parameter in a new scope around all that follows it.
    fn in_new_scope(&mut self, name: Syntax, scopes: &mut Vec<Scope>) -> Expansion<VarId> {
        let name = scopes.iter().fold(name, |name, &scope| self.add_scope(name, scope));
        let scope = self.scopes.fresh();
        scopes.push(scope);
        self.bind_local(name, scope)
    }

    /// A call of a helper with variables.
    fn call_with(&mut self, name: &'static str, variables: &[VarId], form: Syntax) -> Expansion<NodeId> {
        let position = self.arena.position(form);
        let operands = variables.iter().map(|&variable| self.local(variable, position)).collect();
        self.call_helper(name, operands, position)
    }
}
