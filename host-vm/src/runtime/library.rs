//! The standard libraries: `define-library` texts, embedded. One is read, expanded and compiled when a program first
//! imports it.
//!
//! `(limpet core)` is no text: it holds the primitives, the names that the compiler inlines and the built-in syntax. The
//! implementation libraries `(limpet control)` … are written over it; those of the report and the SRFIs are lists of names
//! over them.

macro_rules! libraries {
    ($($name:literal = $file:literal;)*) => {
        /// Name and text of every library that is not made of primitives.
        pub const LIBRARIES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../lib/", $file)))),*];
    };
}

libraries! {
    "(limpet)" = "limpet.sld";
    "(limpet control)" = "control.sld";
    "(limpet list)" = "list.sld";
    "(limpet sequence)" = "sequence.sld";
    "(limpet hash)" = "hash.sld";
    "(limpet sort)" = "sort.sld";
    "(limpet eval)" = "eval.sld";
    "(limpet number)" = "number.sld";
    "(limpet bits)" = "bits.sld";
    "(scheme base)" = "scheme/base.sld";
    "(scheme bitwise)" = "scheme/bitwise.sld";
    "(scheme case-lambda)" = "scheme/case-lambda.sld";
    "(scheme char)" = "scheme/char.sld";
    "(scheme complex)" = "scheme/complex.sld";
    "(scheme cxr)" = "scheme/cxr.sld";
    "(scheme eval)" = "scheme/eval.sld";
    "(scheme division)" = "scheme/division.sld";
    "(scheme file)" = "scheme/file.sld";
    "(scheme inexact)" = "scheme/inexact.sld";
    "(scheme lazy)" = "scheme/lazy.sld";
    "(scheme load)" = "scheme/load.sld";
    "(scheme process-context)" = "scheme/process-context.sld";
    "(scheme r5rs)" = "scheme/r5rs.sld";
    "(scheme read)" = "scheme/read.sld";
    "(scheme repl)" = "scheme/repl.sld";
    "(scheme time)" = "scheme/time.sld";
    "(scheme write)" = "scheme/write.sld";
    "(srfi 1)" = "srfi/1.sld";
    "(srfi 8)" = "srfi/8.sld";
    "(srfi 9)" = "srfi/9.sld";
    "(srfi 11)" = "srfi/11.sld";
    "(srfi 14)" = "srfi/14.sld";
    "(srfi 16)" = "srfi/16.sld";
    "(srfi 23)" = "srfi/23.sld";
    "(srfi 27)" = "srfi/27.sld";
    "(srfi 39)" = "srfi/39.sld";
    "(srfi 60)" = "srfi/60.sld";
    "(srfi 69)" = "srfi/69.sld";
    "(srfi 95)" = "srfi/95.sld";
    "(srfi 132)" = "srfi/132.sld";
    "(srfi 133)" = "srfi/133.sld";
    "(srfi 141)" = "srfi/141.sld";
    "(srfi 151)" = "srfi/151.sld";
}

#[cfg(test)]
mod tests {
    use super::LIBRARIES;
    use crate::{
        expand::core::{Datum, DatumId},
        text::{reader::Reader, tree::Tree},
    };

    /// What the report's appendix A says that its libraries export: names of libraries, then lines of names.
    const REPORT: &str = include_str!("../lib/scheme/exports.txt");

    fn symbol(tree: &Tree, id: DatumId) -> &str {
        match tree.datum(id) {
            Datum::Symbol(name) => name,
            other => panic!("expected a name, got {other:?}"),
        }
    }

    fn elements(tree: &Tree, mut list: DatumId) -> Vec<DatumId> {
        let mut all = Vec::new();
        while let Datum::Pair(first, rest) = tree.datum(list) {
            all.push(*first);
            list = *rest;
        }
        all
    }

    /// The names that the text of a library exports, sorted.
    fn exports(text: &str) -> Vec<String> {
        let mut tree = Tree::new();
        let form = Reader::new(0, text).read(&mut tree).expect("a form").expect("a form");
        let mut names = Vec::new();
        for declaration in elements(&tree, form).into_iter().skip(2) {
            let parts = elements(&tree, declaration);
            if symbol(&tree, parts[0]) != "export" {
                continue;
            }
            for &export in &parts[1..] {
                // (rename inside outside)
                let renamed = elements(&tree, export);
                names.push(symbol(&tree, *renamed.get(2).unwrap_or(&export)).to_owned());
            }
        }
        names.sort();
        names
    }

    #[test]
    fn libraries_of_the_report_export_what_it_says() {
        let mut report: Vec<(&str, Vec<&str>)> = Vec::new();
        for line in REPORT.lines() {
            match line.strip_prefix("  ") {
                Some(names) => report.last_mut().expect("a library").1.extend(names.split_whitespace()),
                None => report.push((line, Vec::new())),
            }
        }
        assert_eq!(report.len(), 16);
        for (name, mut names) in report {
            let Some((_, text)) = LIBRARIES.iter().find(|(known, _)| *known == name) else { continue };
            names.sort_unstable();
            let exports = exports(text);
            let missing: Vec<_> = names.iter().filter(|name| !exports.iter().any(|export| export == **name)).collect();
            let more: Vec<_> = exports.iter().filter(|export| !names.contains(&export.as_str())).collect();
            assert!(missing.is_empty() && more.is_empty(), "{name} lacks {missing:?}, has {more:?}");
        }
    }
}
