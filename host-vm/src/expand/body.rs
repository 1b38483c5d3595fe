//! Bodies: definitions and expressions in any order, inside procedures and at the top level.
//!
//! The first pass takes the forms in order, expands macros at their heads, splices `begin`, `include` and `cond-expand`,
//! binds what is defined, and collects [`Item`]s. The second pass expands the items: inside procedures to one `Letrec`, at
//! the top level to definitions of globals.
//!
//! The body of a procedure gets a scope for its definitions only if it may have some: most bodies begin with plain
//! expressions and need none. The scope is added to all its forms before the first macro is expanded, so that what a
//! macro from outside contributes never sees the body's definitions.

use super::binding::{Binding, Form};
use super::core::{Datum, GlobalId, Node, NodeId, VarId};
use super::records::{Record, RecordPart};
use super::syntax::{Content, Identifier, Symbol, Syntax};
use super::{Expander, Expansion, MAXIMUM_CHAIN};
use std::rc::Rc;

/// What a definition defines.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    /// A variable of a procedure's body.
    Local(VarId),
    /// A top-level variable.
    Global(GlobalId),
}

/// What a definition gives its variable.
#[derive(Debug)]
pub(super) enum Initial {
    /// The value of an expression.
    Expression(Syntax),
    /// Nothing: `(define x)`.
    Unspecified,
    /// A procedure, from `(define (name . formals) body…)`: formals, body, whether optional parameters are allowed.
    Procedure(Syntax, Syntax, bool),
    /// A vector of the values of an expression, received as by the given formals.
    Values(Syntax, Syntax),
    /// One element of such a vector.
    Element(Target, usize),
    /// A record type or one of its procedures.
    Record(Rc<Record>, RecordPart),
}

/// A definition or an expression.
#[derive(Debug)]
pub(super) struct Item {
    /// What it defines; none for an expression.
    pub target: Option<(Target, Symbol)>,
    /// Its value.
    pub initial: Initial,
    /// The form that it comes from.
    pub form: Syntax,
}

/// Where the forms of a body are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a procedure.
    Inside,
    /// At the top level of a program or library.
    TopLevel,
}

impl Expander {
    /// Expands the body of a procedure or of a binding form, which must have added a scope of its own.
    pub(super) fn body(&mut self, forms: Syntax, form: Syntax) -> Expansion<NodeId> {
        let Some(forms) = self.list(forms) else { return self.malformed(form) };
        let mark = self.locals.mark();
        self.contexts += 1;
        let context = std::mem::replace(&mut self.state.context, self.contexts);
        let items = self.uncover(forms, Place::Inside)?;
        let node = self.expand_items(items, form)?;
        self.state.context = context;
        self.locals.truncate(mark);
        Ok(node)
    }

    /// The first pass.
    pub(super) fn uncover(&mut self, mut forms: Vec<Syntax>, place: Place) -> Expansion<Vec<Item>> {
        forms.reverse();
        let mut items: Vec<Item> = Vec::with_capacity(forms.len());
        let mut scoped = place == Place::TopLevel;
        let mut chain = 0;
        let mut source = None;
        while let Some(mut form) = forms.pop() {
            let head = match self.arena.content(form) {
                Content::Pair(..) => self.head(form)?,
                _ => None,
            };
            let relevant = match head {
                Some(Binding::Macro(_)) => true,
                Some(Binding::Form(form)) => form.is_definition(),
                _ => false,
            };
            if relevant && !scoped {
                scoped = true;
                let scope = self.scopes.fresh();
                form = self.add_scope(form, scope);
                for other in &mut forms {
                    *other = self.add_scope(*other, scope);
                }
                for item in &mut items {
                    if let Initial::Expression(syntax) = &mut item.initial {
                        *syntax = self.add_scope(*syntax, scope);
                    }
                }
            }
            chain += 1;
            match head {
                Some(Binding::Macro(number)) => {
                    let source = *source.get_or_insert(form);
                    if chain > MAXIMUM_CHAIN {
                        return self.endless(source);
                    }
                    let expanded = self.apply_macro(number, form)?;
                    forms.push(expanded);
                    continue;
                }
                Some(Binding::Form(Form::Begin)) => {
                    let parts = self.arguments(form, 0, usize::MAX)?;
                    forms.extend(parts.into_iter().rev());
                }
                Some(Binding::Form(kind @ (Form::CondExpand | Form::Include | Form::IncludeCi))) => {
                    let parts = self.spliced(kind, form)?;
                    forms.extend(parts.into_iter().rev());
                }
                Some(Binding::Form(kind @ (Form::EvalWhen | Form::BeginForSyntax | Form::DefineForSyntax))) => {
                    let parts = self.evaluation_time(kind, form, place)?;
                    forms.extend(parts.into_iter().rev());
                }
                Some(Binding::Form(Form::DefinePublic)) => {
                    let definition = self.define_public(form, place)?;
                    forms.push(definition);
                }
                Some(Binding::Form(kind)) if place == Place::TopLevel && kind.is_declaration() => {
                    self.declare(kind, form)?;
                }
                Some(Binding::Form(kind)) if kind.is_definition() => self.define(kind, form, place, &mut items)?,
                _ => items.push(Item { target: None, initial: Initial::Expression(form), form }),
            }
            chain = 0;
            source = None;
        }
        Ok(items)
    }

    /// Obeys a declaration of the top level.
    fn declare(&mut self, kind: Form, form: Syntax) -> Expansion<()> {
        match kind {
            Form::Import => self.import_form(form),
            Form::DefineLibrary => self.register_library(form),
            Form::DefineModule => self.define_module(form),
            Form::UseModules => self.use_modules(form),
            _ => self.export_form(form),
        }
    }

    /// Binds what a definition defines.
    fn define(&mut self, kind: Form, form: Syntax, place: Place, items: &mut Vec<Item>) -> Expansion<()> {
        if place == Place::TopLevel && self.environments[self.state.environment.0 as usize].is_fixed {
            return self.fail(form, "nothing can be defined in an environment made of imports");
        }
        match kind {
            Form::DefineSyntax | Form::DefineSyntaxRule | Form::DefineMacro => {
                let (identifier, binding) = self.macro_definition(kind, form)?;
                self.bind_definition(identifier, binding, place, form)
            }
            Form::DefineRecordType => self.define_record(form, place, items),
            Form::DefineValues => self.define_values(form, place, items),
            _ => self.define_variable(form, kind == Form::DefineStar, place, items),
        }
    }

    fn define_variable(&mut self, form: Syntax, optional: bool, place: Place, items: &mut Vec<Item>) -> Expansion<()> {
        let ([mut place_of_name], mut body) = self.leading(form)?;
        let mut procedure = None;
        // Each further level of `(define ((name a) b) …)` is a procedure that returns a procedure.
        while let Some((name, formals)) = self.pair(place_of_name) {
            if let Some(inner) = procedure.replace(formals) {
                let position = self.arena.position(form);
                let keyword = if optional { Form::LambdaStar } else { Form::Lambda };
                let keyword = self.core_identifier(keyword, position);
                let rest = self.arena.pair(inner, body, position);
                let lambda = self.arena.pair(keyword, rest, position);
                let nil = self.arena.nil(position);
                body = self.arena.pair(lambda, nil, position);
            }
            place_of_name = name;
        }
        let Some(identifier) = self.identifier(place_of_name) else { return self.malformed(form) };
        let initial = match procedure {
            Some(formals) => Initial::Procedure(formals, body, optional),
            None => match self.list(body) {
                Some(parts) if parts.is_empty() => Initial::Unspecified,
                Some(parts) if parts.len() == 1 => Initial::Expression(parts[0]),
                _ => return self.malformed(form),
            },
        };
        let target = self.define_target(identifier, place, form)?;
        items.push(Item { target: Some((target, identifier.symbol)), initial, form });
        Ok(())
    }

    fn define_values(&mut self, form: Syntax, place: Place, items: &mut Vec<Item>) -> Expansion<()> {
        let parts = self.arguments(form, 2, 2)?;
        let (mut names, end) = self.improper_list(parts[0]);
        if self.arena.content(end) != Content::Nil {
            names.push(end);
        }
        let symbol = self.symbols.intern("values");
        let whole = match place {
            Place::Inside => Target::Local(self.temporary("values")),
            Place::TopLevel => Target::Global(self.globals.add(symbol, self.state.environment, true)),
        };
        let initial = Initial::Values(parts[0], parts[1]);
        items.push(Item { target: Some((whole, symbol)), initial, form });
        for (index, name) in names.into_iter().enumerate() {
            let Some(identifier) = self.identifier(name) else { return self.malformed(form) };
            let target = self.define_target(identifier, place, form)?;
            items.push(Item {
                target: Some((target, identifier.symbol)),
                initial: Initial::Element(whole, index),
                form,
            });
        }
        Ok(())
    }

    /// The variable that a definition of an identifier defines.
    pub(super) fn define_target(&mut self, identifier: Identifier, place: Place, form: Syntax) -> Expansion<Target> {
        match place {
            Place::TopLevel => Ok(Target::Global(self.define_global(identifier))),
            Place::Inside => {
                let variable = self.variable(identifier.symbol);
                let number = VarId(variable.0 + self.state.variable_base);
                self.bind_definition(identifier, Binding::Local(number), place, form)?;
                Ok(Target::Local(variable))
            }
        }
    }

    fn bind_definition(
        &mut self,
        identifier: Identifier,
        binding: Binding,
        place: Place,
        form: Syntax,
    ) -> Expansion<()> {
        let scopes = self.scopes.without_use_sites(identifier.scopes, self.state.context);
        let identifier = Identifier { scopes, ..identifier };
        if place == Place::TopLevel {
            self.bind_global(identifier, binding);
            return Ok(());
        }
        // The body's scope is fresh, so an equal set can only come from the same body.
        if self.locals.candidates(identifier.symbol).iter().any(|&(set, _)| set == scopes) {
            let name = self.symbols.name(identifier.symbol);
            return self.fail(form, format!("`{name}` is defined twice in one body"));
        }
        self.locals.bind(identifier, binding);
        Ok(())
    }

    /// The second pass inside a procedure.
    fn expand_items(&mut self, items: Vec<Item>, form: Syntax) -> Expansion<NodeId> {
        let Some(last) = items.iter().rposition(|item| item.target.is_some()) else {
            if items.is_empty() {
                return self.fail(form, "a body without expressions");
            }
            let mut nodes = Vec::with_capacity(items.len());
            for item in &items {
                nodes.push(self.initial_value(item)?);
            }
            return Ok(self.sequence_of(nodes, form));
        };
        if last + 1 == items.len() {
            return self.fail(items[last].form, "a body ends with a definition instead of an expression");
        }
        let mut variables = Vec::with_capacity(last + 1);
        let mut values = Vec::with_capacity(last + 1);
        for item in &items[..=last] {
            match item.target {
                Some((Target::Local(variable), _)) => variables.push(variable),
                _ => variables.push(self.temporary("")),
            }
            values.push(self.initial_value(item)?);
        }
        let mut nodes = Vec::with_capacity(items.len() - last - 1);
        for item in &items[last + 1..] {
            nodes.push(self.initial_value(item)?);
        }
        let body = self.sequence_of(nodes, form);
        Ok(self.add(Node::Letrec(variables, values, body), self.arena.position(form)))
    }

    /// The value of an item.
    pub(super) fn initial_value(&mut self, item: &Item) -> Expansion<NodeId> {
        let position = self.arena.position(item.form);
        match &item.initial {
            Initial::Expression(syntax) => match item.target {
                Some((_, name)) => self.named_expression(*syntax, name),
                None => self.expression(*syntax),
            },
            Initial::Unspecified => Ok(self.unspecified(position)),
            Initial::Procedure(formals, body, optional) => {
                let name = item.target.map_or(String::new(), |(_, name)| self.symbols.name(name).to_owned());
                self.enter(item.form)?;
                let lambda = self.lambda(*formals, *body, item.form, name, *optional)?;
                self.state.depth -= 1;
                Ok(self.add(Node::Lambda(lambda), position))
            }
            Initial::Values(formals, expression) => self.values_vector(*formals, *expression, item.form),
            Initial::Element(whole, index) => {
                let whole = match *whole {
                    Target::Local(variable) => self.local(variable, position),
                    Target::Global(global) => self.add(Node::Global(global), position),
                };
                let index = self.constant_node(Datum::Integer(*index as i64), position);
                self.call_helper("vector-ref", vec![whole, index], position)
            }
            Initial::Record(record, part) => {
                let name = item.target.map_or(String::new(), |(_, name)| self.symbols.name(name).to_owned());
                self.record_part(record, *part, name, position)
            }
        }
    }
}
