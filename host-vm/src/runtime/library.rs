//! The standard libraries: `define-library` texts, embedded. One is read, expanded and compiled when a program first
//! imports it.
//!
//! `(limpet core)` is no text: it holds the primitives, the names that the compiler inlines and the built-in syntax. The
//! implementation libraries `(limpet control)` … are written over it; those of the report and the SRFIs are lists of names
//! over them.
//!
//! Names of everyday use that a default environment has, but that seldom matter to a program, are not in `(limpet)`: the
//! first mention of one loads its library ([`AUTOLOADS`]), so that starting stays quick.

macro_rules! libraries {
    ($($name:literal $($alias:literal)* = $file:literal;)*) => {
        /// Name and text of every library that is not made of primitives.
        pub const LIBRARIES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../lib/", $file)))),*];

        /// Further names of libraries, and the libraries.
        pub const ALIASES: &[(&str, &str)] = &[$($(($alias, $name),)*)*];
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
    "(limpet fixnum)" = "fixnum.sld";
    "(rnrs)" = "rnrs/mod.sld";
    "(rnrs base)" = "rnrs/mod.sld";
    "(rnrs bytevectors)" = "rnrs/bytevectors.sld";
    "(rnrs control)" = "rnrs/mod.sld";
    "(rnrs eval)" = "rnrs/mod.sld";
    "(rnrs exceptions)" = "rnrs/mod.sld";
    "(rnrs files)" = "rnrs/mod.sld";
    "(rnrs hashtables)" = "rnrs/mod.sld";
    "(rnrs io ports)" = "rnrs/mod.sld";
    "(rnrs io simple)" = "rnrs/mod.sld";
    "(rnrs lists)" = "rnrs/mod.sld";
    "(rnrs mutable-pairs)" = "rnrs/mod.sld";
    "(rnrs mutable-strings)" = "rnrs/mod.sld";
    "(rnrs programs)" = "rnrs/mod.sld";
    "(rnrs sorting)" = "rnrs/mod.sld";
    "(rnrs unicode)" = "rnrs/mod.sld";
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
    "(srfi 0)" "(srfi srfi-0)" = "srfi/small.sld";
    "(srfi 1)" "(srfi srfi-1)" "(scheme list)" = "srfi/1.sld";
    "(srfi 2)" "(srfi srfi-2)" "(ice-9 and-let-star)" = "srfi/2.sld";
    "(srfi 6)" "(srfi srfi-6)" = "srfi/small.sld";
    "(srfi 8)" "(srfi srfi-8)" "(ice-9 receive)" = "srfi/small.sld";
    "(srfi 9)" "(srfi srfi-9)" = "srfi/small.sld";
    "(srfi 9 gnu)" "(srfi srfi-9 gnu)" = "srfi/9-gnu.sld";
    "(srfi 11)" "(srfi srfi-11)" = "srfi/small.sld";
    "(srfi 13)" "(srfi srfi-13)" = "srfi/13.sld";
    "(srfi 14)" "(srfi srfi-14)" "(scheme charset)" = "srfi/14.sld";
    "(srfi 16)" "(srfi srfi-16)" = "srfi/small.sld";
    "(srfi 23)" "(srfi srfi-23)" = "srfi/small.sld";
    "(srfi 26)" "(srfi srfi-26)" = "srfi/26.sld";
    "(srfi 27)" "(srfi srfi-27)" = "srfi/27.sld";
    "(srfi 28)" "(srfi srfi-28)" = "srfi/small.sld";
    "(srfi 30)" "(srfi srfi-30)" = "srfi/small.sld";
    "(srfi 31)" "(srfi srfi-31)" = "srfi/small.sld";
    "(srfi 34)" "(srfi srfi-34)" = "srfi/small.sld";
    "(srfi 35)" "(srfi srfi-35)" = "srfi/35.sld";
    "(srfi 37)" "(srfi srfi-37)" = "srfi/37.sld";
    "(srfi 38)" "(srfi srfi-38)" = "srfi/small.sld";
    "(srfi 39)" "(srfi srfi-39)" = "srfi/small.sld";
    "(srfi 41)" "(srfi srfi-41)" "(scheme stream)" = "srfi/41.sld";
    "(srfi 42)" "(srfi srfi-42)" = "srfi/42.sld";
    "(srfi 43)" "(srfi srfi-43)" = "srfi/43.sld";
    "(srfi 45)" "(srfi srfi-45)" = "srfi/small.sld";
    "(srfi 60)" "(srfi srfi-60)" = "srfi/60.sld";
    "(srfi 61)" "(srfi srfi-61)" = "srfi/small.sld";
    "(srfi 62)" "(srfi srfi-62)" = "srfi/small.sld";
    "(srfi 64)" "(srfi srfi-64)" = "srfi/64.sld";
    "(srfi 69)" "(srfi srfi-69)" = "srfi/69.sld";
    "(srfi 71)" "(srfi srfi-71)" = "srfi/71.sld";
    "(srfi 87)" "(srfi srfi-87)" = "srfi/small.sld";
    "(srfi 95)" "(srfi srfi-95)" = "srfi/95.sld";
    "(srfi 98)" "(srfi srfi-98)" = "srfi/small.sld";
    "(srfi 111)" "(srfi srfi-111)" "(scheme box)" = "srfi/small.sld";
    "(srfi 113)" "(srfi srfi-113)" "(scheme set)" = "srfi/113.sld";
    "(srfi 117)" "(srfi srfi-117)" "(scheme list-queue)" = "srfi/117.sld";
    "(srfi 125)" "(srfi srfi-125)" "(scheme hash-table)" = "srfi/125.sld";
    "(srfi 128)" "(srfi srfi-128)" "(scheme comparator)" = "srfi/128.sld";
    "(srfi 132)" "(srfi srfi-132)" "(scheme sort)" = "srfi/132.sld";
    "(srfi 133)" "(srfi srfi-133)" "(scheme vector)" = "srfi/133.sld";
    "(srfi 141)" "(srfi srfi-141)" = "srfi/141.sld";
    "(srfi 143)" "(srfi srfi-143)" "(scheme fixnum)" = "srfi/143.sld";
    "(srfi 145)" "(srfi srfi-145)" = "srfi/small.sld";
    "(srfi 151)" "(srfi srfi-151)" = "srfi/151.sld";
    "(srfi 158)" "(srfi srfi-158)" "(srfi 121)" "(srfi srfi-121)" "(scheme generator)" = "srfi/158.sld";
    "(srfi 171)" "(srfi srfi-171)" = "srfi/171.sld";
    "(ice-9 atomic)" = "ice-9/small.sld";
    "(ice-9 binary-ports)" = "ice-9/ports.sld";
    "(ice-9 control)" = "ice-9/control.sld";
    "(ice-9 common-list)" = "ice-9/lists.sld";
    "(ice-9 curried-definitions)" = "ice-9/small.sld";
    "(ice-9 exceptions)" = "ice-9/exceptions.sld";
    "(ice-9 format)" = "ice-9/format.sld";
    "(ice-9 ftw)" = "ice-9/system.sld";
    "(ice-9 getopt-long)" = "ice-9/small.sld";
    "(ice-9 hash-table)" = "ice-9/small.sld";
    "(ice-9 iconv)" = "ice-9/small.sld";
    "(ice-9 list)" = "ice-9/lists.sld";
    "(ice-9 match)" = "ice-9/match.sld";
    "(ice-9 optargs)" = "ice-9/optargs.sld";
    "(ice-9 popen)" = "ice-9/system.sld";
    "(ice-9 ports)" = "ice-9/ports.sld";
    "(ice-9 pretty-print)" = "ice-9/pretty-print.sld";
    "(ice-9 q)" = "ice-9/small.sld";
    "(ice-9 rdelim)" = "ice-9/ports.sld";
    "(ice-9 regex)" = "ice-9/regex.sld";
    "(ice-9 readline)" = "ice-9/small.sld";
    "(ice-9 string-fun)" = "ice-9/small.sld";
    "(ice-9 syncase)" = "ice-9/small.sld";
    "(ice-9 textual-ports)" = "ice-9/ports.sld";
    "(ice-9 vlist)" = "ice-9/vlist.sld";
    "(limpet arrays)" "(ice-9 arrays)" = "ice-9/arrays.sld";
    "(limpet guile)" = "ice-9/everyday.sld";
    "(limpet load-path)" = "ice-9/load-path.sld";
    "(limpet system)" = "ice-9/system.sld";
    "(limpet while)" = "ice-9/while.sld";
}

/// Libraries that a default environment loads when a program first mentions one of their names: what Guile programs find
/// without an import.
pub const AUTOLOADS: &[(&str, &str)] = &[
    (
        "(srfi 13)",
        "string-every string-any string-tabulate string-unfold string-unfold-right reverse-list->string string-join \
         substring/shared string-take string-take-right string-drop string-drop-right string-pad string-pad-right \
         string-trim string-trim-right string-trim-both string-compare string-compare-ci string= string<> string< \
         string> string<= string>= string-ci= string-ci<> string-ci< string-ci> string-ci<= string-ci>= \
         string-hash-ci string-prefix-length string-suffix-length string-prefix-length-ci string-suffix-length-ci \
         string-prefix? string-suffix? string-prefix-ci? string-suffix-ci? string-index-right string-skip \
         string-skip-right string-count string-contains string-contains-ci string-titlecase string-titlecase! \
         string-upcase! string-downcase! string-reverse string-reverse! string-append/shared \
         string-concatenate/shared string-concatenate-reverse string-concatenate-reverse/shared string-map! \
         string-fold string-fold-right string-for-each-index xsubstring string-xcopy! string-replace string-filter \
         string-delete string-tokenize",
    ),
    ("(srfi 2)", "and-let*"),
    (
        "(srfi 14)",
        "char-set= char-set<= char-set-hash char-set-cursor char-set-ref char-set-cursor-next end-of-char-set? \
         char-set-fold char-set-unfold char-set-unfold! char-set-for-each char-set-map char-set-copy char-set \
         list->char-set string->char-set list->char-set! string->char-set! char-set-filter char-set-filter! \
         ucs-range->char-set ucs-range->char-set! ->char-set to-char-set char-set->list char-set->string char-set-size \
         char-set-count char-set-every char-set-any char-set-adjoin char-set-delete char-set-adjoin! char-set-delete! \
         char-set-complement char-set-union char-set-intersection char-set-difference char-set-xor \
         char-set-diff+intersection char-set-complement! char-set-union! char-set-intersection! \
         char-set-difference! char-set-xor! char-set-diff+intersection! char-set:lower-case char-set:upper-case \
         char-set:title-case char-set:letter char-set:digit char-set:letter+digit char-set:graphic \
         char-set:printing char-set:whitespace char-set:iso-control char-set:punctuation char-set:symbol \
         char-set:hex-digit char-set:blank char-set:ascii char-set:empty char-set:full char-set:designated",
    ),
    ("(srfi 26)", "cut cute"),
    (
        "(limpet arrays)",
        "make-array array? array-ref array-set! array-in-bounds? array-shape array-dimensions array-length array-rank \
         array->list list->array array-copy array-copy! array-fill! array-for-each array-map! array-map-in-order! \
         array-index-map! make-shared-array transpose-array array-contents array-equal? array-cell-ref \
         array-cell-set! array-slice array-slice-for-each",
    ),
    (
        "(limpet system)",
        "system system* waitpid status:exit-val status:term-sig sleep usleep stat lstat stat:type stat:perms stat:size \
         stat:mtime stat:atime stat:ctime stat:ino stat:dev stat:nlink stat:uid stat:gid opendir readdir closedir \
         directory-stream? localtime gmtime mktime strftime tm:sec tm:min tm:hour tm:mday tm:mon tm:year tm:wday \
         tm:yday tm:isdst tm:gmtoff tm:zone absolute-file-name? file-name-separator-string in-vicinity",
    ),
    (
        "(ice-9 exceptions)",
        "raise-exception make-exception make-exception-type exception? exception-type? simple-exceptions \
         exception-predicate exception-accessor &exception &error &programming-error &non-continuable &quit-exception",
    ),
    ("(ice-9 format)", "format simple-format"),
    ("(ice-9 pretty-print)", "pretty-print"),
    ("(ice-9 rdelim)", "read-delimited write-line"),
    ("(ice-9 control)", "call/ec let/ec"),
    ("(limpet while)", "while"),
    ("(ice-9 optargs)", "define*-public let-optional let-optional* let-keywords let-keywords*"),
    ("(limpet load-path)", "add-to-load-path current-filename"),
    (
        "(ice-9 regex)",
        "make-regexp regexp? regexp-exec regexp/icase regexp/newline regexp/basic regexp/extended regexp/notbol \
         regexp/noteol",
    ),
    (
        "(limpet guile)",
        "->bool acons and=> basename dirname compose const negate noop nil? thunk? copy-tree delq! delv delv! delete1! \
         delq1! delv1! list-cdr-ref list-cdr-set! sloppy-assq sloppy-assv sloppy-assoc map-in-order filter! make-fluid \
         make-unbound-fluid make-thread-local-fluid fluid? fluid-ref fluid-set! fluid-bound? fluid-unset! \
         fluid->parameter with-fluids with-fluids* with-fluid* make-hook hook? hook-empty? hook->list add-hook! \
         remove-hook! reset-hook! run-hook make-variable make-undefined-variable variable? variable-bound? \
         variable-ref variable-set! inf nan inf? object->string peek pk warn program-arguments quit primitive-exit \
         force-output string-capitalize string-capitalize! substring/copy substring/read-only substring-fill! \
         substring-move! string-utf8-length string-ci->symbol list->symbol vector-move-left! vector-move-right! \
         restricted-vector-sort! make-record-type record-type-descriptor record-constructor record-predicate \
         record-accessor record-modifier version major-version minor-version micro-version effective-version \
         false-if-exception *unspecified* begin0 gc defined? provided? defmacro define-inlinable define-once \
         setlocale LC_ALL LC_CTYPE LC_NUMERIC LC_TIME LC_COLLATE LC_MONETARY LC_MESSAGES set-port-encoding! \
         port-encoding %default-port-encoding most-positive-fixnum most-negative-fixnum eval-string putenv hashq \
         hashv hash-get-handle hashq-get-handle hashv-get-handle hashx-ref hashx-set! hashx-remove! \
         make-weak-key-hash-table make-weak-value-hash-table make-doubly-weak-hash-table",
    ),
];

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
            let Some((_, text)) = LIBRARIES.iter().find(|(known, _)| *known == name) else {
                panic!("no library {name}")
            };
            names.sort_unstable();
            let exports = exports(text);
            let missing: Vec<_> = names.iter().filter(|name| !exports.iter().any(|export| export == **name)).collect();
            let more: Vec<_> = exports.iter().filter(|export| !names.contains(&export.as_str())).collect();
            assert!(missing.is_empty() && more.is_empty(), "{name} lacks {missing:?}, has {more:?}");
        }
    }
}
