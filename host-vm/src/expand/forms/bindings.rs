//! Local variables and syntax: the `let` family, `do`, `let-syntax`, and assignment.

use crate::expand::binding::Binding;
use crate::expand::core::{LambdaId, Node, NodeId, VarId};
use crate::expand::scope::Scope;
use crate::expand::syntax::{Content, Identifier, Symbol, Syntax};
use crate::expand::{Expander, Expansion, Position};

impl Expander {
    /// The clauses of a binding form: `(name value)` each.
    fn clauses(&mut self, bindings: Syntax, form: Syntax) -> Expansion<Vec<(Syntax, Syntax)>> {
        let Some(clauses) = self.list(bindings) else { return self.malformed(form) };
        let mut pairs = Vec::with_capacity(clauses.len());
        for clause in clauses {
            match self.list(clause) {
                Some(parts) if parts.len() == 2 => pairs.push((parts[0], parts[1])),
                _ => {
                    let keyword = self.keyword(form);
                    return self.fail(clause, format!("malformed binding in `{keyword}`: expected (name value)"));
                }
            }
        }
        Ok(pairs)
    }

    fn symbol_of(&self, syntax: Syntax) -> Expansion<Symbol> {
        match self.identifier(syntax) {
            Some(identifier) => Ok(identifier.symbol),
            None => self.fail(syntax, "expected the name of a variable"),
        }
    }

    /// Binds a name in a new scope; an error if the same form has bound it.
    fn bind_distinct(&mut self, name: Syntax, scope: Scope, mark: usize) -> Expansion<VarId> {
        if let Some(identifier) = self.identifier(name) {
            let scopes = self.scopes.add(identifier.scopes, scope);
            self.check_distinct(Identifier { scopes, ..identifier }, name, mark)?;
        }
        self.bind_local(name, scope)
    }

    /// Binds names in a new scope.
    fn bind_all(&mut self, names: &[Syntax], scope: Scope) -> Expansion<Vec<VarId>> {
        let mark = self.locals.mark();
        names.iter().map(|&name| self.bind_distinct(name, scope, mark)).collect()
    }

    /// The names that the clauses of a form bind, and their values, expanded outside of their scope.
    fn names_and_values(&mut self, bindings: Syntax, form: Syntax) -> Expansion<(Vec<Syntax>, Vec<NodeId>)> {
        let clauses = self.clauses(bindings, form)?;
        let (mut names, mut values) = (Vec::with_capacity(clauses.len()), Vec::with_capacity(clauses.len()));
        for (name, value) in clauses {
            let symbol = self.symbol_of(name)?;
            values.push(self.named_expression(value, symbol)?);
            names.push(name);
        }
        Ok((names, values))
    }

    /// Expands a body in which names are bound.
    fn body_with(&mut self, names: &[Syntax], body: Syntax, form: Syntax) -> Expansion<(Vec<VarId>, NodeId)> {
        let mark = self.locals.mark();
        let scope = self.scopes.fresh();
        let variables = self.bind_all(names, scope)?;
        let body = self.add_scope(body, scope);
        let body = self.body(body, form)?;
        self.locals.truncate(mark);
        Ok((variables, body))
    }

    pub(in crate::expand) fn let_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let ([bindings], body) = self.leading(form)?;
        if let Content::Symbol(_) = self.arena.content(bindings) {
            return self.named_let_form(form);
        }
        let (names, values) = self.names_and_values(bindings, form)?;
        let (variables, body) = self.body_with(&names, body, form)?;
        if variables.is_empty() {
            return Ok(body);
        }
        Ok(self.add(Node::Let(variables, values, body), self.arena.position(form)))
    }

    fn named_let_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let ([name, bindings], body) = self.leading(form)?;
        let (names, values) = self.names_and_values(bindings, form)?;
        let mark = self.locals.mark();
        let scope = self.scopes.fresh();
        let procedure = self.bind_local(name, scope)?;
        let names: Vec<Syntax> = names.into_iter().map(|name| self.add_scope(name, scope)).collect();
        let body = self.add_scope(body, scope);
        let (variables, body) = self.body_with(&names, body, form)?;
        self.locals.truncate(mark);
        let label = self.symbol_of(name)?;
        let label = self.symbols.name(label).to_owned();
        let lambda = self.add_lambda(label, variables, Vec::new(), None, body);
        Ok(self.loop_node(procedure, lambda, values, form))
    }

    /// A local procedure, called at once.
    fn loop_node(&mut self, procedure: VarId, lambda: LambdaId, values: Vec<NodeId>, form: Syntax) -> NodeId {
        let position = self.arena.position(form);
        let lambda = self.add(Node::Lambda(lambda), position);
        let operator = self.local(procedure, position);
        let call = self.add(Node::Call(operator, values), position);
        self.add(Node::Letrec(vec![procedure], vec![lambda], call), position)
    }

    pub(in crate::expand) fn let_star_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let ([bindings], mut body) = self.leading(form)?;
        let clauses = self.clauses(bindings, form)?;
        let mark = self.locals.mark();
        let mut added: Vec<Scope> = Vec::with_capacity(clauses.len());
        let mut bound = Vec::with_capacity(clauses.len());
        for (mut name, mut value) in clauses {
            for &scope in &added {
                value = self.add_scope(value, scope);
                name = self.add_scope(name, scope);
            }
            let symbol = self.symbol_of(name)?;
            let value = self.named_expression(value, symbol)?;
            let scope = self.scopes.fresh();
            let variable = self.bind_local(name, scope)?;
            added.push(scope);
            bound.push((variable, value));
        }
        if added.is_empty() {
            added.push(self.scopes.fresh());
        }
        for &scope in &added {
            body = self.add_scope(body, scope);
        }
        let body = self.body(body, form)?;
        self.locals.truncate(mark);
        let position = self.arena.position(form);
        Ok(bound
            .into_iter()
            .rev()
            .fold(body, |body, (variable, value)| self.add(Node::Let(vec![variable], vec![value], body), position)))
    }

    pub(in crate::expand) fn letrec_form(&mut self, form: Syntax, at_once: bool) -> Expansion<NodeId> {
        let ([bindings], body) = self.leading(form)?;
        let clauses = self.clauses(bindings, form)?;
        let mark = self.locals.mark();
        let scope = self.scopes.fresh();
        let names: Vec<Syntax> = clauses.iter().map(|&(name, _)| name).collect();
        let variables = self.bind_all(&names, scope)?;
        let mut values = Vec::with_capacity(clauses.len());
        for &(name, value) in &clauses {
            let name = self.symbol_of(name)?;
            let value = self.add_scope(value, scope);
            values.push(self.named_expression(value, name)?);
        }
        let body = self.add_scope(body, scope);
        let body = self.body(body, form)?;
        self.locals.truncate(mark);
        if variables.is_empty() {
            return Ok(body);
        }
        let position = self.arena.position(form);
        if at_once {
            self.assign_at_once(&variables, &mut values, position);
        }
        Ok(self.add(Node::Letrec(variables, values, body), position))
    }

    /// `letrec` evaluates all values before it assigns any, each to a location that was there before, which shows when
    /// the continuation of a value is entered again (that is an error for `letrec*` and bodies). So the first value
    /// that is neither a procedure nor a constant becomes `(let ((t value) ...) (set! x t) ... x)` for all of these, and
    /// each of the others is its own variable.
    fn assign_at_once(&mut self, variables: &[VarId], values: &mut [NodeId], position: Position) {
        let nodes = &self.state.program.nodes;
        let is_computed = |value: &NodeId| {
            !matches!(
                nodes[value.index()],
                Node::Lambda(_) | Node::CaseLambda(_) | Node::Constant(_) | Node::Unspecified
            )
        };
        let computed: Vec<usize> = (0..values.len()).filter(|&i| is_computed(&values[i])).collect();
        let Some(&first) = computed.first() else { return };
        let mut temporaries = Vec::with_capacity(computed.len());
        let mut assignments = Vec::with_capacity(computed.len() + 1);
        for &i in &computed {
            self.state.program.vars[variables[i].index()].assigned = true;
            let temporary = self.temporary("value");
            let value = self.add(Node::Local(temporary), position);
            assignments.push(self.add(Node::SetLocal(variables[i], value), position));
            temporaries.push(temporary);
        }
        let inits = computed.iter().map(|&i| values[i]).collect();
        for &i in &computed {
            values[i] = self.add(Node::Local(variables[i]), position);
        }
        assignments.push(values[first]);
        let assign = self.add(Node::Sequence(assignments), position);
        values[first] = self.add(Node::Let(temporaries, inits, assign), position);
    }

    pub(in crate::expand) fn do_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let ([bindings, end], commands) = self.leading(form)?;
        let Some(clauses) = self.list(bindings) else { return self.malformed(form) };
        let Some((test, results)) = self.pair(end) else { return self.malformed(form) };
        let mut parts = Vec::with_capacity(clauses.len());
        let mut values = Vec::with_capacity(clauses.len());
        for clause in clauses {
            match self.list(clause) {
                Some(list) if list.len() == 2 || list.len() == 3 => {
                    let name = self.symbol_of(list[0])?;
                    values.push(self.named_expression(list[1], name)?);
                    parts.push((list[0], list.get(2).copied()));
                }
                _ => return self.fail(clause, "malformed binding in `do`: expected (name value step)"),
            }
        }
        let mark = self.locals.mark();
        let scope = self.scopes.fresh();
        let procedure = self.temporary("do");
        let names: Vec<Syntax> = parts.iter().map(|&(name, _)| name).collect();
        let variables = self.bind_all(&names, scope)?;
        let position = self.arena.position(form);
        let [test, results, commands] = [test, results, commands].map(|part| self.add_scope(part, scope));
        let test = self.condition(test)?;
        let results = self.sequence(results, form)?;
        let Some(commands) = self.list(commands) else { return self.malformed(form) };
        let mut nodes = Vec::with_capacity(commands.len() + 1);
        for command in commands {
            nodes.push(self.expression(command)?);
        }
        let mut steps = Vec::with_capacity(parts.len());
        for (&(_, step), &variable) in parts.iter().zip(&variables) {
            steps.push(match step {
                Some(step) => {
                    let step = self.add_scope(step, scope);
                    self.expression(step)?
                }
                None => self.local(variable, position),
            });
        }
        self.locals.truncate(mark);
        let operator = self.local(procedure, position);
        nodes.push(self.add(Node::Call(operator, steps), position));
        let again = self.sequence_of(nodes, form);
        let body = self.add(Node::If(test, results, again), position);
        let lambda = self.add_lambda("do".to_owned(), variables, Vec::new(), None, body);
        Ok(self.loop_node(procedure, lambda, values, form))
    }

    pub(in crate::expand) fn let_syntax_form(&mut self, form: Syntax, recursive: bool) -> Expansion<NodeId> {
        let ([bindings], body) = self.leading(form)?;
        let clauses = self.clauses(bindings, form)?;
        let mark = self.locals.mark();
        let scope = self.scopes.fresh();
        let mut bound = Vec::with_capacity(clauses.len());
        for (name, rules) in clauses {
            let Some(identifier) = self.identifier(name) else { return self.malformed(form) };
            let scopes = self.scopes.add(identifier.scopes, scope);
            let rules = if recursive { self.add_scope(rules, scope) } else { rules };
            bound.push((Identifier { scopes, ..identifier }, name, self.transformer(rules)?));
        }
        for (identifier, name, binding) in bound {
            self.check_distinct(identifier, name, mark)?;
            self.locals.bind(identifier, binding);
        }
        // A second scope for the body: uses in it must not look like parts of the templates.
        let inner = self.scopes.fresh();
        let body = self.add_scope(body, scope);
        let body = self.add_scope(body, inner);
        let body = self.body(body, form)?;
        self.locals.truncate(mark);
        Ok(body)
    }

    pub(in crate::expand) fn set_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let parts = self.arguments(form, 2, 2)?;
        let Some(identifier) = self.identifier(parts[0]) else { return self.malformed(form) };
        let position = self.arena.position(form);
        match self.binding(identifier, parts[0])? {
            Some(Binding::Local(variable)) => {
                let variable = self.own_variable(variable, parts[0])?;
                let value = self.expression(parts[1])?;
                self.state.program.vars[variable.index()].assigned = true;
                Ok(self.add(Node::SetLocal(variable, value), position))
            }
            Some(Binding::Global(global)) => {
                let owner = self.globals.get(global).environment;
                let home = self.scopes.environment(identifier.scopes);
                if owner != self.state.environment && Some(owner) != home {
                    let name = self.symbols.name(identifier.symbol);
                    let library = &self.environments[owner.0 as usize].name;
                    return self.fail(form, format!("`{name}` is imported from {library} and can't be assigned"));
                }
                let value = self.expression(parts[1])?;
                Ok(self.add(Node::SetGlobal(global, value), position))
            }
            Some(binding) => {
                if let Binding::Macro(number) = binding
                    && let Some(expanded) = self.apply_to_identifier(number, form)?
                {
                    return self.expression(expanded);
                }
                let name = self.symbols.name(identifier.symbol);
                self.fail(form, format!("`{name}` is syntax and can't be assigned"))
            }
            None => {
                let global = self.unbound_global(identifier, parts[0]);
                let value = self.expression(parts[1])?;
                Ok(self.add(Node::SetGlobal(global, value), position))
            }
        }
    }
}
