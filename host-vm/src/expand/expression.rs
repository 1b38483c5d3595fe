//! Expressions: references, constants, calls, and the choice among forms.

use super::binding::{Binding, Form};
use super::core::{Datum, DatumId, Node, NodeId};
use super::syntax::{Content, Identifier, Symbol, Syntax};
use super::{Expander, Expansion, MAXIMUM_CHAIN, MAXIMUM_DEPTH};

impl Expander {
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
        if self.state.depth >= MAXIMUM_DEPTH {
            return self.fail(syntax, format!("forms are nested deeper than {MAXIMUM_DEPTH} levels"));
        }
        self.state.depth += 1;
        Ok(())
    }

    fn expression_inside(&mut self, form: Syntax, name: Option<Symbol>) -> Expansion<NodeId> {
        let mut syntax = form;
        for _ in 0..MAXIMUM_CHAIN {
            let head = match self.arena.content(syntax) {
                Content::Symbol(symbol) => return self.reference(symbol, syntax),
                Content::Atom(_) | Content::Vector(_) => return self.quoted(syntax),
                Content::Nil => return self.fail(syntax, "`()` is not an expression; the empty list is `'()`"),
                Content::Pair(..) => self.head(syntax)?,
            };
            match head {
                Some(Binding::Form(form)) => {
                    self.state.name = name;
                    let node = self.form(form, syntax);
                    self.state.name = None;
                    return node;
                }
                Some(Binding::Macro(number)) => syntax = self.apply_macro(number, syntax)?,
                _ => return self.call(syntax),
            }
        }
        self.endless(form)
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
            Form::CaseLambda => self.case_lambda_form(syntax),
            Form::LetSyntax => self.let_syntax_form(syntax, false),
            Form::LetrecSyntax => self.let_syntax_form(syntax, true),
            Form::SyntaxError => self.syntax_error_form(syntax),
            Form::Set => self.set_form(syntax),
            Form::If => self.if_form(syntax),
            Form::Let => self.let_form(syntax),
            Form::LetStar => self.let_star_form(syntax),
            Form::Letrec | Form::LetrecStar => self.letrec_form(syntax),
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
            | Form::Import
            | Form::DefineLibrary => self.fail(syntax, format!("`{}` where an expression is expected", form.name())),
            Form::SyntaxRules
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
            Some(Binding::Local(variable)) => Node::Local(variable),
            Some(Binding::Global(global)) => Node::Global(global),
            Some(Binding::Macro(_) | Binding::Form(_)) => {
                let name = self.symbols.name(symbol);
                return self.fail(syntax, format!("`{name}` is syntax and has no value"));
            }
            None => Node::Global(self.unbound_global(identifier)),
        };
        Ok(self.add(node, self.arena.position(syntax)))
    }

    fn call(&mut self, syntax: Syntax) -> Expansion<NodeId> {
        let Some(parts) = self.list(syntax) else {
            return self.fail(syntax, "the operands of a call are not a proper list");
        };
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
        self.enter(syntax)?;
        let datum = match self.arena.content(syntax) {
            Content::Symbol(symbol) => self.datum(Datum::Symbol(self.symbols.name(symbol).to_owned())),
            Content::Nil => self.datum(Datum::Nil),
            Content::Atom(index) => self.datum(self.arena.atom(index).clone()),
            Content::Vector(index) => {
                let mut items = Vec::with_capacity(self.arena.vector(index).len());
                for position in 0..self.arena.vector(index).len() {
                    items.push(self.constant(self.arena.vector(index)[position])?);
                }
                self.datum(Datum::Vector(items))
            }
            Content::Pair(first, rest) => {
                let mut items = vec![self.constant(first)?];
                let mut end = rest;
                while let Content::Pair(first, rest) = self.arena.content(end) {
                    items.push(self.constant(first)?);
                    end = rest;
                }
                let end = self.constant(end)?;
                items.into_iter().rev().fold(end, |rest, item| self.datum(Datum::Pair(item, rest)))
            }
        };
        self.state.depth -= 1;
        Ok(datum)
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
