//! How forms are written: what the message about a malformed one says.

/// Keywords and the shapes of their forms.
const SHAPES: &[(&str, &str)] = &[
    ("quote", "(quote datum)"),
    ("quasiquote", "(quasiquote template)"),
    ("lambda", "(lambda (parameter …) body …)"),
    ("lambda*", "(lambda* (parameter … #:optional … #:key …) body …)"),
    ("case-lambda", "(case-lambda ((parameter …) body …) …)"),
    ("define", "(define name value) or (define (name parameter …) body …)"),
    ("define*", "(define* (name parameter … #:optional … #:key …) body …)"),
    ("define-values", "(define-values (name …) expression)"),
    ("define-record-type", "(define-record-type name (constructor field …) predicate (field accessor [modifier]) …)"),
    ("define-syntax", "(define-syntax keyword transformer)"),
    ("let-syntax", "(let-syntax ((keyword transformer) …) body …)"),
    ("letrec-syntax", "(letrec-syntax ((keyword transformer) …) body …)"),
    ("syntax-rules", "(syntax-rules (literal …) (pattern template) …)"),
    ("syntax-error", "(syntax-error \"message\" datum …)"),
    ("syntax-case", "(syntax-case expression (literal …) (pattern [fender] output) …)"),
    ("with-syntax", "(with-syntax ((pattern expression) …) body …)"),
    ("set!", "(set! name value)"),
    ("if", "(if test consequent [alternative])"),
    ("let", "(let ((name value) …) body …) or (let loop ((name value) …) body …)"),
    ("let*", "(let* ((name value) …) body …)"),
    ("letrec", "(letrec ((name value) …) body …)"),
    ("letrec*", "(letrec* ((name value) …) body …)"),
    ("let-values", "(let-values (((name …) expression) …) body …)"),
    ("let*-values", "(let*-values (((name …) expression) …) body …)"),
    ("receive", "(receive (name …) expression body …)"),
    ("do", "(do ((name first [step]) …) (test result …) command …)"),
    ("cond", "(cond (test expression …) … [(else expression …)])"),
    ("case", "(case key ((datum …) expression …) … [(else expression …)])"),
    ("when", "(when test expression …)"),
    ("unless", "(unless test expression …)"),
    ("parameterize", "(parameterize ((parameter value) …) body …)"),
    ("delay", "(delay expression)"),
    ("delay-force", "(delay-force expression)"),
    ("guard", "(guard (name clause …) body …)"),
    ("assert", "(assert expression)"),
    ("cond-expand", "(cond-expand (requirement form …) … [(else form …)])"),
    ("import", "(import (library name) …)"),
    ("define-library", "(define-library (name …) declaration …)"),
    ("define-module", "(define-module (name …) #:use-module (name …) … #:export (name …))"),
    ("use-modules", "(use-modules (name …) …)"),
];

/// The shape of a keyword's forms.
pub(super) fn of(keyword: &str) -> Option<&'static str> {
    SHAPES.iter().find(|(name, _)| *name == keyword).map(|&(_, shape)| shape)
}

#[cfg(test)]
mod tests {
    use super::super::binding::Form;
    use super::SHAPES;

    #[test]
    fn shapes_are_of_built_in_forms() {
        for (keyword, shape) in SHAPES {
            assert!(Form::ALL.iter().any(|form| form.name() == *keyword), "{keyword} is no form");
            assert!(shape.contains(&format!("({keyword}")), "{shape}");
        }
    }
}
