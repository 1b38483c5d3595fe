//! Expressions: references, constants, calls, and the choice among forms.

use super::binding::{Binding, Form};
use super::body::Place;
use super::core::{DatumId, Node, NodeId};
use super::syntax::{Content, Identifier, Symbol, Syntax};
use super::{Expander, Expansion, MAXIMUM_CHAIN, MAXIMUM_DEPTH, MAXIMUM_SIZE, RESERVE};
use crate::gc::stack_lowest;

impl Expander {
    /// Whether the native stack has no room for another level.
    pub(super) fn stack_is_short(&self) -> bool {
        let here = 0u8;
        (&raw const here).addr() < stack_lowest() + RESERVE
    }

    /// Expands an expression.
    pub(super) fn expression(&mut self, syntax: Syntax) -> Expansion<NodeId> {
        let name = self.state.name.take();
        self.enter(syntax)?;
        let node = self.expression_inside(syntax, name);
        self.state.depth -= 1;
        node
    }

    /// Expands an expression that may be a procedure to be known by a name.
    pub(super) fn named_expression(&mut self, syntax: Syntax, name: Symbol) -> Expansion<NodeId> {
        self.state.name = Some(name);
        self.expression(syntax)
    }

    /// Notes one more level of recursion.
    pub(super) fn enter(&mut self, syntax: Syntax) -> Expansion<()> {
        if self.state.depth >= MAXIMUM_DEPTH || self.stack_is_short() {
            let depth = self.state.depth;
            return self.fail(syntax, format!("forms are nested too deeply: {depth} levels"));
        }
        if self.state.program.nodes.len() >= MAXIMUM_SIZE {
            return self.fail(syntax, format!("the expansion is too large: {MAXIMUM_SIZE} expressions"));
        }
        self.state.depth += 1;
        Ok(())
    }

    fn expression_inside(&mut self, form: Syntax, name: Option<Symbol>) -> Expansion<NodeId> {
        let mut syntax = form;
        for _ in 0..MAXIMUM_CHAIN {
            let head = match self.arena.content(syntax) {
                Content::Symbol(symbol) => {
                    let identifier = Identifier { symbol, scopes: syntax.scopes };
                    if let Some(Binding::Macro(number)) = self.binding(identifier, syntax)?
                        && let Some(expanded) = self.apply_to_identifier(number, syntax)?
                    {
                        syntax = expanded;
                        continue;
                    }
                    return self.reference(symbol, syntax);
                }
                Content::Atom(_) | Content::Vector(_) => return self.quoted(syntax),
                Content::Nil => return self.fail(syntax, "`()` is not an expression; the empty list is `'()`"),
                Content::Pair(..) => self.head(syntax)?,
                Content::Reference(_) => return self.endless_datum(syntax),
            };
            match head {
                Some(Binding::Form(form)) => {
                    self.state.name = name;
                    let node = self.form(form, syntax);
                    self.state.name = None;
                    return node;
                }
                Some(Binding::Macro(number)) => syntax = self.apply_macro(number, syntax)?,
                None if let Some(form) = self.unbound_form(syntax) => return self.form(form, syntax),
                _ => return self.call(syntax),
            }
        }
        self.endless(form)
    }

    /// The form whose name stands unbound at the head of a list.
    fn unbound_form(&mut self, syntax: Syntax) -> Option<Form> {
        let (head, _) = self.pair(syntax)?;
        match self.symbol_name(head)? {
            "@" => Some(Form::ModuleRef),
            "@@" => Some(Form::PrivateRef),
            _ => None,
        }
    }

    /// The error for a part of a program that refers to what it is a part of.
    pub(super) fn endless_datum<T>(&mut self, reference: Syntax) -> Expansion<T> {
        self.fail(reference, "only a literal may contain itself, not the program around it")
    }

    /// The error for a macro that does not come to an end.
    pub(super) fn endless<T>(&mut self, syntax: Syntax) -> Expansion<T> {
        let keyword = self.keyword(syntax);
        self.fail(syntax, format!("the expansion of `{keyword}` does not end"))
    }

    fn form(&mut self, form: Form, syntax: Syntax) -> Expansion<NodeId> {
        match form {
            Form::Quote => self.quote_form(syntax),
            Form::Quasiquote => self.quasiquote_form(syntax),
            Form::Lambda => self.lambda_form(syntax, false),
            Form::LambdaStar => self.lambda_form(syntax, true),
            Form::CaseLambda => self.case_lambda_form(syntax, false),
            Form::CaseLambdaStar => self.case_lambda_form(syntax, true),
            Form::LetSyntax => self.let_syntax_form(syntax, false),
            Form::LetrecSyntax => self.let_syntax_form(syntax, true),
            Form::SyntaxError => self.syntax_error_form(syntax),
            Form::SyntaxCase => self.syntax_case_form(syntax),
            Form::WithSyntax => self.with_syntax_form(syntax),
            Form::Syntax => self.syntax_form(syntax, 0),
            Form::Quasisyntax => self.syntax_form(syntax, 1),
            Form::SyntaxRules => self.rules_expression(syntax),
            Form::ModuleRef => self.module_reference(syntax, false),
            Form::PrivateRef => self.module_reference(syntax, true),
            Form::EvalWhen => {
                let parts = self.evaluation_time(form, syntax, Place::Inside)?;
                let mut nodes = Vec::with_capacity(parts.len());
                for part in parts {
                    nodes.push(self.expression(part)?);
                }
                Ok(self.sequence_of(nodes, syntax))
            }
            Form::Set => self.set_form(syntax),
            Form::If => self.if_form(syntax),
            Form::Let => self.let_form(syntax),
            Form::LetStar => self.let_star_form(syntax),
            Form::Letrec => self.letrec_form(syntax, true),
            Form::LetrecStar => self.letrec_form(syntax, false),
            Form::LetValues => self.let_values_form(syntax, false),
            Form::LetStarValues => self.let_values_form(syntax, true),
            Form::Receive => self.receive_form(syntax),
            Form::Do => self.do_form(syntax),
            Form::Cond => self.cond_form(syntax),
            Form::Case => self.case_form(syntax),
            Form::And => self.and_form(syntax),
            Form::Or => self.or_form(syntax, false),
            Form::When => self.when_form(syntax, true),
            Form::Unless => self.when_form(syntax, false),
            Form::Begin => self.begin_form(syntax),
            Form::Parameterize => self.parameterize_form(syntax),
            Form::Delay => self.delay_form(syntax, "%delay"),
            Form::DelayForce => self.delay_form(syntax, "%delay-force"),
            Form::Guard => self.guard_form(syntax),
            Form::Assert => self.assert_form(syntax),
            Form::CondExpand | Form::Include | Form::IncludeCi => self.spliced_form(form, syntax),
            Form::Define
            | Form::DefineStar
            | Form::DefineValues
            | Form::DefineRecordType
            | Form::DefineSyntax
            | Form::DefineSyntaxRule
            | Form::DefineMacro
            | Form::DefineForSyntax
            | Form::BeginForSyntax
            | Form::DefinePublic
            | Form::Export
            | Form::ReExport
            | Form::UseModules
            | Form::DefineModule
            | Form::Import
            | Form::DefineLibrary => self.fail(syntax, format!("`{}` where an expression is expected", form.name())),
            Form::IdentifierSyntax
            | Form::Unsyntax
            | Form::UnsyntaxSplicing
            | Form::Else
            | Form::Arrow
            | Form::Ellipsis
            | Form::Underscore
            | Form::Unquote
            | Form::UnquoteSplicing => self.fail(syntax, format!("misplaced `{}`", form.name())),
        }
    }

    fn reference(&mut self, symbol: Symbol, syntax: Syntax) -> Expansion<NodeId> {
        let identifier = Identifier { symbol, scopes: syntax.scopes };
        let binding = match self.binding(identifier, syntax)? {
            None => self.autoload(identifier, syntax)?,
            found => found,
        };
        let node = match binding {
            Some(Binding::Local(variable)) => Node::Local(self.own_variable(variable, syntax)?),
            Some(Binding::Global(global)) => Node::Global(global),
            Some(Binding::Macro(_) | Binding::Form(_)) => {
                let name = self.symbols.name(symbol);
                return self.fail(syntax, format!("`{name}` is syntax and has no value"));
            }
            Some(Binding::Pattern(..)) => {
                let name = self.symbols.name(symbol);
                let message = format!("the pattern variable `{name}` is used outside of a template: write #'{name}");
                return self.fail(syntax, message);
            }
            None => Node::Global(self.unbound_global(identifier, syntax)),
        };
        Ok(self.add(node, self.arena.position(syntax)))
    }

    fn call(&mut self, syntax: Syntax) -> Expansion<NodeId> {
        let (parts, end) = self.improper_list(syntax);
        match self.arena.content(end) {
            Content::Nil => {}
            Content::Reference(_) => return self.endless_datum(end),
            _ => return self.fail(syntax, "the operands of a call are not a proper list"),
        }
        let operator = self.expression(parts[0])?;
        let mut operands = Vec::with_capacity(parts.len() - 1);
        for &part in &parts[1..] {
            operands.push(self.expression(part)?);
        }
        Ok(self.add(Node::Call(operator, operands), self.arena.position(syntax)))
    }

    fn quote_form(&mut self, form: Syntax) -> Expansion<NodeId> {
        let parts = self.arguments(form, 1, 1)?;
        self.quoted(parts[0])
    }

    /// A constant expression.
    pub(super) fn quoted(&mut self, syntax: Syntax) -> Expansion<NodeId> {
        let datum = self.constant(syntax)?;
        Ok(self.add(Node::Constant(datum), self.arena.position(syntax)))
    }

    /// The datum of a syntax object, its scopes forgotten.
    pub(super) fn constant(&mut self, syntax: Syntax) -> Expansion<DatumId> {
        Ok(self.arena.datum(syntax, &self.symbols, &mut self.state.program.data))
    }

    /// Expands the expressions of a list in order; their sequence. An empty list is the unspecified value.
    pub(super) fn sequence(&mut self, forms: Syntax, form: Syntax) -> Expansion<NodeId> {
        let Some(parts) = self.list(forms) else { return self.malformed(form) };
        let mut nodes = Vec::with_capacity(parts.len());
        for part in parts {
            nodes.push(self.expression(part)?);
        }
        Ok(self.sequence_of(nodes, form))
    }

    /// The sequence of some expressions.
    pub(super) fn sequence_of(&mut self, nodes: Vec<NodeId>, form: Syntax) -> NodeId {
        let position = self.arena.position(form);
        match nodes.len() {
            0 => self.unspecified(position),
            1 => nodes[0],
            _ => self.add(Node::Sequence(nodes), position),
        }
    }
}
