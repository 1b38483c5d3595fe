//! Macros whose transformers are procedures, and the other ways to define macros besides `syntax-rules`.
//!
//! A transformer gets the use of the macro as a syntax object and gives another. Templates filled in while it runs add the
//! expansion's scope to what they contribute themselves, so that hygiene is the same as for `syntax-rules`. An identifier
//! alone, and `set!`, can be uses too: of `identifier-syntax`, of variable transformers.

use super::host::Argument;
use super::rules::{Macro, Transformer};
use crate::expand::binding::{Binding, Form};
use crate::expand::body::Place;
use crate::expand::syntax::{Content, Identifier, Syntax};
use crate::expand::{Expander, Expansion, MAXIMUM_CHAIN};
use std::rc::Rc;

impl Expander {
    fn add_macro(&mut self, transformer: Transformer) -> Binding {
        self.keep = true;
        self.macros.push(Rc::new(Macro { transformer, context: self.state.context }));
        Binding::Macro(self.macros.len() as u32 - 1)
    }

    /// The meaning of the right side of a macro definition.
    pub(in crate::expand) fn transformer(&mut self, form: Syntax) -> Expansion<Binding> {
        let mut syntax = form;
        for _ in 0..MAXIMUM_CHAIN {
            if let Some(identifier) = self.identifier(syntax) {
                match self.binding(identifier, syntax)? {
                    Some(binding @ (Binding::Macro(_) | Binding::Form(_))) => return Ok(binding),
                    _ => return self.procedural(syntax),
                }
            }
            match self.head(syntax)? {
                Some(Binding::Form(Form::SyntaxRules)) => {
                    let rules = self.compile_rules(syntax)?;
                    return Ok(self.add_macro(Transformer::Rules(rules)));
                }
                Some(Binding::Form(Form::IdentifierSyntax)) => {
                    let transformer = self.compile_identifier_syntax(syntax)?;
                    return Ok(self.add_macro(transformer));
                }
                // A macro may expand to `syntax-rules`, or to an expression.
                Some(Binding::Macro(number)) => syntax = self.apply_macro(number, syntax)?,
                _ => return self.procedural(syntax),
            }
        }
        self.endless(form)
    }

    /// A macro whose transformer is the value of an expression.
    fn procedural(&mut self, expression: Syntax) -> Expansion<Binding> {
        if !matches!(self.arena.content(expression), Content::Pair(..) | Content::Symbol(_)) {
            return self.fail(expression, "expected a macro transformer: `syntax-rules` or a procedure");
        }
        let number = self.evaluate_now(expression)?;
        let (plain, variable) =
            self.with_host(expression, |host, _| (host.is_procedure(number), host.variable_transformer(number)))?;
        match (plain, variable) {
            (_, Some(number)) => {
                Ok(self.add_macro(Transformer::Procedure { number, takes_data: false, assigns: true }))
            }
            (true, None) => Ok(self.add_macro(Transformer::Procedure { number, takes_data: false, assigns: false })),
            (false, None) => self.fail(expression, "the macro transformer is not a procedure"),
        }
    }

    /// Expands the use of a macro whose transformer is a procedure.
    pub(in crate::expand) fn apply_procedure(
        &mut self,
        number: u32,
        takes_data: bool,
        input: Syntax,
        form: Syntax,
    ) -> Expansion<Syntax> {
        let argument = match takes_data {
            true => Argument::Data(self.pair(form).map_or(form, |(head, _)| head).scopes),
            false => Argument::Syntax,
        };
        let scope = self.scopes.fresh();
        self.introductions.push(scope);
        let result = self.with_host(form, |host, expander| host.transform(expander, number, input, argument));
        self.introductions.pop();
        match result? {
            Ok(syntax) => Ok(syntax),
            Err(message) => {
                let name = self.keyword(form);
                self.fail(form, format!("in the expansion of `{name}`: {message}"))
            }
        }
    }

    /// Expands an identifier that is the use of a macro, or an assignment to it; nothing if the macro does not allow it.
    pub(in crate::expand) fn apply_to_identifier(&mut self, number: u32, form: Syntax) -> Expansion<Option<Syntax>> {
        let transformer = self.macros[number as usize].clone();
        let is_assignment = self.pair(form).is_some();
        let allowed = match &transformer.transformer {
            Transformer::Rules(_) => false,
            Transformer::Identifier { assignment, .. } => !is_assignment || assignment.is_some(),
            Transformer::Procedure { takes_data, assigns, .. } => !takes_data && (!is_assignment || *assigns),
        };
        if !allowed {
            return Ok(None);
        }
        if let (Transformer::Identifier { assignment: Some(rule), .. }, true) =
            (&transformer.transformer, is_assignment)
        {
            let Some((_, operands)) = self.pair(form) else { return Ok(None) };
            return self.apply_rules(std::slice::from_ref(rule), operands, form).map(Some);
        }
        self.apply_macro(number, form).map(Some)
    }

    /// `(identifier-syntax e)` or `(identifier-syntax (name e) ((set! name variable) e))`.
    fn compile_identifier_syntax(&mut self, form: Syntax) -> Expansion<Transformer> {
        let parts = self.arguments(form, 1, 2)?;
        if let [template] = parts[..] {
            return Ok(Transformer::Identifier { reference: self.compile_template(template)?, assignment: None });
        }
        let clauses = (self.list(parts[0]), self.list(parts[1]));
        let (Some(reference), Some(assignment)) = clauses else { return self.malformed(form) };
        let (&[_, reference], &[pattern, template]) = (&reference[..], &assignment[..]) else {
            return self.malformed(form);
        };
        match self.head(pattern)? {
            Some(Binding::Form(Form::Set)) => {}
            _ => return self.malformed(form),
        }
        let rule = self.compile_rule(None, &[], pattern, template)?;
        Ok(Transformer::Identifier { reference: self.compile_template(reference)?, assignment: Some(rule) })
    }

    /// Definitions of macros other than `define-syntax`; what is defined.
    pub(in crate::expand) fn macro_definition(&mut self, kind: Form, form: Syntax) -> Expansion<(Identifier, Binding)> {
        match kind {
            Form::DefineSyntaxRule => {
                let ([pattern], rest) = self.leading(form)?;
                let rest = self.list(rest).unwrap_or_default();
                // Guile allows a text that says what the macro is for.
                let (1 | 2, Some(&template)) = (rest.len(), rest.last()) else { return self.malformed(form) };
                let name = self.pair(pattern).and_then(|(name, _)| self.identifier(name));
                let Some(name) = name else { return self.malformed(form) };
                let rule = self.compile_rule(None, &[], pattern, template)?;
                let binding = self.add_macro(Transformer::Rules(vec![rule]));
                Ok((name, binding))
            }
            Form::DefineMacro => {
                let ([target], body) = self.leading(form)?;
                let (name, expression) = match self.pair(target) {
                    Some((name, formals)) => {
                        let position = self.arena.position(form);
                        let keyword = self.core_identifier(Form::LambdaStar, position);
                        let rest = self.arena.pair(formals, body, position);
                        (name, self.arena.pair(keyword, rest, position))
                    }
                    None => match self.list(body).unwrap_or_default()[..] {
                        [expression] => (target, expression),
                        _ => return self.malformed(form),
                    },
                };
                let Some(name) = self.identifier(name) else { return self.malformed(form) };
                let number = self.evaluate_now(expression)?;
                if !self.with_host(form, |host, _| host.is_procedure(number))? {
                    return self.fail(expression, "the macro transformer is not a procedure");
                }
                Ok((name, self.add_macro(Transformer::Procedure { number, takes_data: true, assigns: false })))
            }
            _ => {
                let parts = self.arguments(form, 1, usize::MAX)?;
                // Guile's (define-syntax (name stx) body …).
                if let (Some((name, formals)), Some((_, rest))) = (self.pair(parts[0]), self.pair(form)) {
                    let Some(name) = self.identifier(name) else { return self.malformed(form) };
                    let Some((_, body)) = self.pair(rest) else { return self.malformed(form) };
                    let position = self.arena.position(form);
                    let keyword = self.core_identifier(Form::Lambda, position);
                    let rest = self.arena.pair(formals, body, position);
                    let lambda = self.arena.pair(keyword, rest, position);
                    return Ok((name, self.procedural(lambda)?));
                }
                let (&[_, value], Some(name)) = (&parts[..], self.identifier(parts[0])) else {
                    return self.malformed(form);
                };
                Ok((name, self.transformer(value)?))
            }
        }
    }

    /// The forms that evaluate something before the program runs; the forms that remain to be evaluated with it.
    pub(in crate::expand) fn evaluation_time(
        &mut self,
        kind: Form,
        form: Syntax,
        place: Place,
    ) -> Expansion<Vec<Syntax>> {
        let now = |expander: &mut Expander, forms| match place {
            Place::TopLevel => expander.evaluate_forms_now(forms, form),
            Place::Inside => expander.fail(form, format!("`{}` must be at the top level", kind.name())),
        };
        match kind {
            Form::BeginForSyntax => {
                let forms = self.arguments(form, 0, usize::MAX)?;
                now(self, forms)?;
                Ok(Vec::new())
            }
            Form::DefineForSyntax => {
                let Some((_, rest)) = self.pair(form) else { return self.malformed(form) };
                let position = self.arena.position(form);
                let keyword = self.core_identifier(Form::Define, position);
                let definition = self.arena.pair(keyword, rest, position);
                now(self, vec![definition])?;
                Ok(Vec::new())
            }
            _ => {
                let ([situations], body) = self.leading(form)?;
                let (Some(situations), Some(body)) = (self.list(situations), self.list(body)) else {
                    return self.malformed(form);
                };
                let (mut early, mut late) = (false, false);
                for situation in situations {
                    match self.symbol_name(situation) {
                        Some("expand" | "compile") => early = true,
                        Some("load" | "eval") => late = true,
                        _ => return self.fail(situation, "expected one of `expand`, `compile`, `load`, `eval`"),
                    }
                }
                if early && place == Place::TopLevel {
                    now(self, body.clone())?;
                }
                Ok(if late { body } else { Vec::new() })
            }
        }
    }
}
