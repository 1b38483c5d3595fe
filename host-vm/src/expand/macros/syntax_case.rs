//! `syntax-case`, `syntax`, `quasisyntax`, `with-syntax`: what transformers are written with.
//!
//! Patterns and templates are those of `syntax-rules`, compiled when the form is expanded and kept under numbers. At run time
//! primitives match and fill in; the variables of patterns are ordinary variables that only templates can refer to:
//!
//! ```text
//!   (syntax-case e () ((_ a b ...) #'(b ... a)))
//!   => (let ((m (%syntax-match e 7))) (if m (let ((a (vector-ref m 0)) (b (vector-ref m 1))) (%syntax-fill 9 b a)) …))
//! ```

use super::objects::{StoredPattern, StoredTemplate};
use super::rules::{Macro, Pattern, RuleCompiler, SequencePattern, Template, Transformer, Variable};
use crate::expand::binding::Binding;
use crate::expand::core::{Datum, Node, NodeId, VarId};
use crate::expand::syntax::{Identifier, Syntax};
use crate::expand::{Expander, Expansion};
use std::rc::Rc;

/// A clause whose parts are expanded.
struct Clause {
    pattern: i64,
    variables: Vec<VarId>,
    fender: Option<NodeId>,
    output: NodeId,
    form: Syntax,
}

impl Expander {
    fn literals(&mut self, list: Syntax) -> Expansion<Vec<Identifier>> {
        let Some(items) = self.list(list) else { return self.fail(list, "expected a list of literals") };
        let mut literals = Vec::with_capacity(items.len());
        for item in items {
            match self.identifier(item) {
                Some(literal) => literals.push(literal),
                None => return self.fail(item, "a literal is not an identifier"),
            }
        }
        Ok(literals)
    }

    fn store_pattern(&mut self, pattern: Pattern, variables: usize) -> i64 {
        self.keep = true;
        self.patterns.push(Rc::new(StoredPattern { pattern, variables }));
        self.patterns.len() as i64 - 1
    }

    /// Expands what is in the scope of a pattern's variables.
    fn with_pattern_variables<T>(
        &mut self,
        variables: Vec<Variable>,
        work: impl FnOnce(&mut Expander, &dyn Fn(&mut Expander, Syntax) -> Syntax) -> Expansion<T>,
    ) -> Expansion<(Vec<VarId>, T)> {
        let mark = self.locals.mark();
        let scope = self.scopes.fresh();
        let mut bound = Vec::with_capacity(variables.len());
        for Variable { identifier, depth, .. } in variables {
            let variable = self.variable(identifier.symbol);
            let scopes = self.scopes.add(identifier.scopes, scope);
            let number = VarId(variable.0 + self.state.variable_base);
            self.locals.bind(Identifier { scopes, ..identifier }, Binding::Pattern(number, depth as u16));
            bound.push(variable);
        }
        let result = work(self, &|expander, syntax| expander.add_scope(syntax, scope))?;
        self.locals.truncate(mark);
        Ok((bound, result))
    }

    pub(in crate::expand) fn syntax_case_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let parts = self.arguments(form, 2, usize::MAX)?;
        let value = self.expression(parts[0])?;
        let literals = self.literals(parts[1])?;
        let mut clauses = Vec::with_capacity(parts.len() - 2);
        for &clause in &parts[2..] {
            let items = match self.list(clause) {
                Some(items) if items.len() == 2 || items.len() == 3 => items,
                _ => return self.fail(clause, "malformed clause of `syntax-case`: expected (pattern [fender] output)"),
            };
            let mut compiler = RuleCompiler::new(self, None, &literals);
            let pattern = compiler.pattern(items[0], 0)?;
            let variables = compiler.variables;
            let pattern = self.store_pattern(pattern, variables.len());
            let (variables, (fender, output)) = self.with_pattern_variables(variables, |expander, scoped| {
                let fender = match items.len() {
                    3 => {
                        let fender = scoped(expander, items[1]);
                        Some(expander.condition(fender)?)
                    }
                    _ => None,
                };
                let output = scoped(expander, items[items.len() - 1]);
                Ok((fender, expander.expression(output)?))
            })?;
            clauses.push(Clause { pattern, variables, fender, output, form: clause });
        }
        let subject = self.temporary("syntax");
        let node = self.clauses_node(subject, clauses, form)?;
        Ok(self.add(Node::Let(vec![subject], vec![value], node), self.arena.position(form)))
    }

    fn clauses_node(&mut self, subject: VarId, clauses: Vec<Clause>, form: Syntax) -> Expansion<NodeId> {
        let position = self.arena.position(form);
        let operand = self.local(subject, position);
        let mut node = self.call_helper("%syntax-no-match", vec![operand], position)?;
        for clause in clauses.into_iter().rev() {
            let position = self.arena.position(clause.form);
            let matched = self.temporary("match");
            let operands =
                vec![self.local(subject, position), self.constant_node(Datum::Integer(clause.pattern), position)];
            let test = self.call_helper("%syntax-match", operands, position)?;
            // With a fender there are two ways to the next clause.
            let mut next = None;
            let mut otherwise = node;
            let mut output = clause.output;
            if let Some(fender) = clause.fender {
                let variable = self.temporary("next");
                let thunk = self.thunk(node, clause.form);
                next = Some((variable, thunk));
                let again = self.local(variable, position);
                otherwise = self.add(Node::Call(again, Vec::new()), position);
                let again = self.local(variable, position);
                let failure = self.add(Node::Call(again, Vec::new()), position);
                output = self.add(Node::If(fender, output, failure), position);
            }
            let mut values = Vec::with_capacity(clause.variables.len());
            for index in 0..clause.variables.len() {
                let operands =
                    vec![self.local(matched, position), self.constant_node(Datum::Integer(index as i64), position)];
                values.push(self.call_helper("vector-ref", operands, position)?);
            }
            if !values.is_empty() {
                output = self.add(Node::Let(clause.variables, values, output), position);
            }
            let condition = self.local(matched, position);
            let choice = self.add(Node::If(condition, output, otherwise), position);
            node = self.add(Node::Let(vec![matched], vec![test], choice), position);
            if let Some((variable, thunk)) = next {
                node = self.add(Node::Let(vec![variable], vec![thunk], node), position);
            }
        }
        Ok(node)
    }

    /// `(with-syntax ((pattern expression) …) body …)`: one clause that matches a list of the values.
    pub(in crate::expand) fn with_syntax_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let ([bindings], body) = self.leading(form)?;
        let Some(bindings) = self.list(bindings) else { return self.malformed(form) };
        let position = self.arena.position(form);
        let mut values = Vec::with_capacity(bindings.len());
        let mut patterns = Vec::with_capacity(bindings.len());
        for binding in bindings {
            let parts = match self.list(binding) {
                Some(parts) if parts.len() == 2 => parts,
                _ => return self.fail(binding, "malformed binding in `with-syntax`: expected (pattern expression)"),
            };
            values.push(self.expression(parts[1])?);
            patterns.push(parts[0]);
        }
        let mut compiler = RuleCompiler::new(self, None, &[]);
        let mut before = Vec::with_capacity(patterns.len());
        for pattern in patterns {
            before.push(compiler.pattern(pattern, 0)?);
        }
        let variables = compiler.variables;
        let pattern = SequencePattern { vector: false, before, repeated: None, after: Vec::new(), end: None };
        let pattern = self.store_pattern(Pattern::Sequence(Box::new(pattern)), variables.len());
        let (variables, output) = self.with_pattern_variables(variables, |expander, scoped| {
            let body = scoped(expander, body);
            expander.body(body, form)
        })?;
        let mut list = self.constant_node(Datum::Nil, position);
        for value in values.into_iter().rev() {
            list = self.call_helper("cons", vec![value, list], position)?;
        }
        let subject = self.temporary("syntax");
        let clause = Clause { pattern, variables, fender: None, output, form };
        let node = self.clauses_node(subject, vec![clause], form)?;
        Ok(self.add(Node::Let(vec![subject], vec![list], node), position))
    }

    /// `(syntax template)` and `(quasisyntax template)`.
    pub(in crate::expand) fn syntax_form(&mut self, form: Syntax, level: usize) -> Expansion<NodeId> {
        let parts = self.arguments(form, 1, 1)?;
        let position = self.arena.position(form);
        let mut compiler = RuleCompiler::new(self, None, &[]);
        (compiler.is_free, compiler.level) = (true, level);
        let template = compiler.template(parts[0], true)?;
        compiler.check_template(&template, parts[0], 0)?;
        let values: Vec<NodeId> = compiler.variables.iter().filter_map(|variable| variable.value).collect();
        if let (Template::Variable(_), &[value]) = (&template, &values[..]) {
            return Ok(value);
        }
        self.keep = true;
        self.templates.push(Rc::new(StoredTemplate { template, position }));
        let number = self.templates.len() as i64 - 1;
        let mut operands = vec![self.constant_node(Datum::Integer(number), position)];
        operands.extend(values);
        self.call_helper("%syntax-fill", operands, position)
    }

    /// `syntax-rules` where an expression is expected: a transformer procedure.
    pub(in crate::expand) fn rules_expression(&mut self, form: Syntax) -> Expansion<NodeId> {
        let position = self.arena.position(form);
        let rules = self.compile_rules(form)?;
        // No definition context has this number: the uses come from elsewhere.
        self.macros.push(Rc::new(Macro { transformer: Transformer::Rules(rules), context: u32::MAX }));
        let number = self.macros.len() as i64 - 1;
        let parameter = self.temporary("syntax");
        let operands = vec![self.constant_node(Datum::Integer(number), position), self.local(parameter, position)];
        let body = self.call_helper("%syntax-rules", operands, position)?;
        let lambda = self.add_lambda(String::new(), vec![parameter], Vec::new(), None, body);
        Ok(self.add(Node::Lambda(lambda), position))
    }

    /// The variable of a binding, which must belong to the program being expanded: those of programs around it, whose
    /// transformers this one is or contains, have no values yet.
    pub(in crate::expand) fn own_variable(&self, variable: VarId, at: Syntax) -> Expansion<VarId> {
        match variable.0.checked_sub(self.state.variable_base) {
            Some(own) => Ok(VarId(own)),
            None => {
                let name = self.identifier(at).map_or("?", |identifier| self.symbols.name(identifier.symbol));
                self.fail(at, format!("the variable `{name}` has no value while macros are expanded"))
            }
        }
    }
}
