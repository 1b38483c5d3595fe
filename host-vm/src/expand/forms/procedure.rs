//! Procedures: `lambda`, `lambda*` without keywords, and the parameter lists that they share with `define`.

use crate::expand::binding::Binding;
use crate::expand::core::{Datum, Lambda, LambdaId, Node, NodeId, VarId};
use crate::expand::scope::Scope;
use crate::expand::syntax::{Content, Identifier, Syntax};
use crate::expand::{Expander, Expansion};

/// The parameters of a procedure, bound.
#[derive(Debug, Default)]
pub(in crate::expand) struct Parameters {
    /// Required ones.
    pub required: Vec<VarId>,
    /// Optional ones, with the form for the value in their absence.
    pub optional: Vec<(VarId, Option<Syntax>)>,
    /// The one for all further arguments.
    pub rest: Option<VarId>,
}

/// What divides the parameter lists of `lambda*`: `#:optional` and its like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Optional,
    Key,
    AllowOtherKeys,
    Rest,
}

impl Expander {
    /// The name that the context offers for a procedure.
    pub(in crate::expand) fn take_name(&mut self) -> String {
        self.state.name.take().map_or(String::new(), |name| self.symbols.name(name).to_owned())
    }

    pub(in crate::expand) fn lambda_form(&mut self, form: Syntax, optional: bool) -> Expansion<NodeId> {
        let name = self.take_name();
        let ([formals], body) = self.leading(form)?;
        let lambda = self.lambda(formals, body, form, name, optional)?;
        Ok(self.add(Node::Lambda(lambda), self.arena.position(form)))
    }

    /// Expands a procedure.
    pub(in crate::expand) fn lambda(
        &mut self,
        formals: Syntax,
        body: Syntax,
        form: Syntax,
        name: String,
        optional: bool,
    ) -> Expansion<LambdaId> {
        if optional && self.has_keyword_parameters(formals) {
            return self.keyword_lambda(formals, body, form, name, None);
        }
        let mark = self.locals.mark();
        let scope = self.scopes.fresh();
        let parameters = self.parameters(formals, scope, optional)?;
        let body = self.add_scope(body, scope);
        let body = match parameters.optional.is_empty() {
            true => self.body(body, form)?,
            false => self.body_with_defaults(&parameters, body, scope, form)?,
        };
        self.locals.truncate(mark);
        let optional = parameters.optional.iter().map(|&(variable, _)| variable).collect();
        Ok(self.add_lambda(name, parameters.required, optional, parameters.rest, body))
    }

    /// Adds a lambda expression whose parts are expanded.
    pub(in crate::expand) fn add_lambda(
        &mut self,
        name: String,
        required: Vec<VarId>,
        optional: Vec<VarId>,
        rest: Option<VarId>,
        body: NodeId,
    ) -> LambdaId {
        let lambdas = &mut self.state.program.lambdas;
        lambdas.push(Lambda { name, required, optional, rest, body });
        LambdaId(lambdas.len() as u32 - 1)
    }

    /// A procedure without parameters whose body is expanded.
    pub(in crate::expand) fn thunk(&mut self, body: NodeId, form: Syntax) -> NodeId {
        let lambda = self.add_lambda(String::new(), Vec::new(), Vec::new(), None, body);
        self.add(Node::Lambda(lambda), self.arena.position(form))
    }

    /// Binds the parameters of a list in a new scope.
    pub(in crate::expand) fn parameters(
        &mut self,
        formals: Syntax,
        scope: Scope,
        optional: bool,
    ) -> Expansion<Parameters> {
        let mark = self.locals.mark();
        self.parameters_since(mark, formals, scope, optional)
    }

    /// The same, of a form that binds all names since `mark` at once.
    pub(in crate::expand) fn parameters_since(
        &mut self,
        mark: usize,
        formals: Syntax,
        scope: Scope,
        optional: bool,
    ) -> Expansion<Parameters> {
        let (names, end) = self.improper_list(formals);
        let mut parameters = Parameters::default();
        let mut names = names.into_iter();
        let mut in_optional = false;
        while let Some(name) = names.next() {
            match self.marker(name) {
                Some(Marker::Optional) if optional => in_optional = true,
                Some(Marker::Rest) if optional => match names.next() {
                    Some(rest) if names.len() == 0 => parameters.rest = Some(self.parameter(rest, scope, mark)?),
                    _ => return self.fail(name, "expected one parameter after `#:rest`"),
                },
                _ if in_optional => {
                    let (name, default) = match self.list(name) {
                        Some(parts) if parts.len() == 2 => (parts[0], Some(parts[1])),
                        _ => (name, None),
                    };
                    let variable = self.parameter(name, scope, mark)?;
                    parameters.optional.push((variable, default));
                }
                _ => {
                    let variable = self.parameter(name, scope, mark)?;
                    parameters.required.push(variable);
                }
            }
        }
        if self.arena.content(end) != Content::Nil {
            parameters.rest = Some(self.parameter(end, scope, mark)?);
        }
        Ok(parameters)
    }

    /// What `#:optional` or `#!optional` means, and its like.
    pub(super) fn marker(&self, syntax: Syntax) -> Option<Marker> {
        let name = match self.arena.content(syntax) {
            Content::Symbol(symbol) => self.symbols.name(symbol).strip_prefix("#!"),
            Content::Atom(index) => match self.arena.atom(index) {
                Datum::Keyword(name) => Some(name.as_str()),
                _ => None,
            },
            _ => None,
        };
        match name? {
            "optional" => Some(Marker::Optional),
            "key" => Some(Marker::Key),
            "allow-other-keys" => Some(Marker::AllowOtherKeys),
            "rest" => Some(Marker::Rest),
            _ => None,
        }
    }

    pub(super) fn parameter(&mut self, syntax: Syntax, scope: Scope, mark: usize) -> Expansion<VarId> {
        if let Some(identifier) = self.identifier(syntax) {
            let scopes = self.scopes.add(identifier.scopes, scope);
            self.check_distinct(Identifier { scopes, ..identifier }, syntax, mark)?;
        }
        self.bind_local(syntax, scope)
    }

    /// Checks that an identifier was not bound since the mark by the same form. A scope that is fresh for the form makes
    /// equal sets a sign of that.
    pub(in crate::expand) fn check_distinct(&self, name: Identifier, at: Syntax, mark: usize) -> Expansion<()> {
        if self.locals.mark() > mark
            && self
                .locals
                .candidates(name.symbol)
                .iter()
                .any(|&(set, binding)| set == name.scopes && !matches!(binding, Binding::Global(_)))
        {
            let name = self.symbols.name(name.symbol);
            return self.fail(at, format!("`{name}` is bound twice"));
        }
        Ok(())
    }

    /// The body of a procedure with optional parameters: absent ones get their defaults, in order.
    fn body_with_defaults(
        &mut self,
        parameters: &Parameters,
        body: Syntax,
        scope: Scope,
        form: Syntax,
    ) -> Expansion<NodeId> {
        let position = self.arena.position(form);
        let mut nodes = Vec::with_capacity(parameters.optional.len() + 1);
        for &(variable, default) in &parameters.optional {
            let value = match default {
                Some(default) => {
                    let default = self.add_scope(default, scope);
                    self.expression(default)?
                }
                None => self.constant_node(Datum::Boolean(false), position),
            };
            let argument = self.local(variable, position);
            let absent = self.call_helper("%absent?", vec![argument], position)?;
            self.state.program.vars[variable.index()].assigned = true;
            let assignment = self.add(Node::SetLocal(variable, value), position);
            let otherwise = self.unspecified(position);
            nodes.push(self.add(Node::If(absent, assignment, otherwise), position));
        }
        nodes.push(self.body(body, form)?);
        Ok(self.sequence_of(nodes, form))
    }
}
