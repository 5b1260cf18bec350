//! From tokens to files.
//!
//! Comes in: tokens, in groups that make sense alone (a type and what belongs to it, an operation). Goes out: formatted
//! files with the `use` lines that they need. Each group is formatted by itself, on as many threads as there are, so that
//! the tokens of a large API are never all in memory. Deliberately absent: what the tokens say.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use super::docs::broken;
use super::print::Printer;
use crate::artifact::Artifact;

/// How many groups a thread takes at once at most: enough that threads rarely meet.
const BATCH: usize = 16;

/// How often a thread comes for more at least, so that all end together.
const TURNS: usize = 8;

/// Formatted items and the names that they use.
#[derive(Debug, Default)]
pub(super) struct Text {
    text: String,
    uses: Uses,
}

impl Text {
    fn of(tokens: TokenStream) -> Self {
        let text = format(tokens);
        Self { uses: Uses::of(&text), text }
    }
}

/// What stands for something outside of the file.
#[derive(Debug, Default, Clone, Copy)]
struct Uses {
    map: bool,
    rt: bool,
    failures: bool,
    operations: bool,
    problems: bool,
    types: bool,
}

impl Uses {
    /// What formatted Rust uses. It is read as text, because walking tokens would copy them; comments and literals are
    /// passed over.
    fn of(text: &str) -> Self {
        let mut uses = Self::default();
        let mut rest = text;
        while let Some(at) = rest.find(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '"' | '/')) {
            rest = rest.get(at..).unwrap_or_default();
            let length = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with('"') {
                literal(rest)
            } else {
                let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let before = text.get(..text.len() - rest.len()).unwrap_or_default();
                let (word, after) = rest.split_at_checked(word).unwrap_or_default();
                // Within a path it is a module of another one: a tag may be called like a module of the crate.
                if !before.ends_with("::") {
                    uses.note(word, after);
                }
                let word = word.len();
                word.max(1)
            };
            rest = rest.get(length..).unwrap_or_default();
        }
        uses
    }

    fn note(&mut self, word: &str, after: &str) {
        // A member may be called like a module.
        let module = after.starts_with("::");
        match word {
            "BTreeMap" => self.map = true,
            "rt" => self.rt |= module,
            "failures" => self.failures |= module,
            "operations" => self.operations |= module,
            "problems" => self.problems |= module,
            "types" => self.types |= module,
            _ => {}
        }
    }

    fn add(&mut self, other: Uses) {
        self.map |= other.map;
        self.rt |= other.rt;
        self.failures |= other.failures;
        self.operations |= other.operations;
        self.problems |= other.problems;
        self.types |= other.types;
    }

    /// The `use` lines.
    fn imports(self) -> TokenStream {
        let map = self.map.then(|| {
            quote!(
                use std::collections::BTreeMap;
            )
        });
        let rt = self.rt.then(|| {
            quote!(
                use problemgen_runtime as rt;
            )
        });
        let modules = [
            ("failures", self.failures),
            ("operations", self.operations),
            ("problems", self.problems),
            ("types", self.types),
        ];
        let modules = modules.into_iter().filter(|(_, used)| *used);
        let modules: Vec<_> = modules.map(|(name, _)| quote::format_ident!("{name}")).collect();
        let modules = match modules.as_slice() {
            [] => TokenStream::new(),
            [module] => quote!(use crate::#module;),
            modules => quote!(use crate::{#(#modules),*};),
        };
        quote!(#map #rt #modules)
    }
}

impl Printer<'_> {
    /// Formats the items of a group that stands in the file at a path. Path and tokens are those of a package, with paths
    /// from `crate`.
    pub(super) fn text(&self, path: &str, tokens: TokenStream) -> Text {
        Text::of(self.layout.tokens(path, tokens))
    }

    /// A file: the line that says where it comes from, its `use` lines, then the groups.
    pub(super) fn file<'t, G>(&self, path: &str, inner: TokenStream, groups: G) -> Artifact
    where
        G: IntoIterator<Item = &'t Text, IntoIter: Clone>,
    {
        let groups = groups.into_iter();
        let mut uses = Uses::default();
        groups.clone().for_each(|group| uses.add(group.uses));
        self.assemble(path, inner, uses, groups)
    }

    /// The same for a file that has its `use` lines.
    pub(super) fn file_as_is(&self, path: &str, inner: TokenStream, items: TokenStream) -> Artifact {
        self.assemble(path, inner, Uses::default(), std::iter::once(&self.text(path, items)))
    }

    fn assemble<'t>(
        &self,
        path: &str,
        inner: TokenStream,
        uses: Uses,
        groups: impl Iterator<Item = &'t Text> + Clone,
    ) -> Artifact {
        let command: String = self.command.chars().filter(|c| !c.is_control()).collect();
        let head = format!(
            "// Generated by problemgen from the OpenAPI document. Do not edit; run `{command}`.\n\n"
        );
        let [inner, imports] = [inner, uses.imports()].map(|tokens| format(self.layout.tokens(path, tokens)));
        let pieces = [inner.as_str(), imports.as_str()].into_iter();
        let size = groups.clone().map(|group| group.text.len() + 1).sum::<usize>();
        let pieces = pieces.chain(groups.map(|group| group.text.as_str())).filter(|it| !it.is_empty());
        let mut text = String::with_capacity(head.len() + inner.len() + imports.len() + size + 2);
        text.push_str(&head);
        for (at, piece) in pieces.enumerate() {
            if at > 0 {
                text.push('\n');
            }
            text.push_str(piece);
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        Artifact::new(self.layout.path(path), text)
    }
}

/// What becomes of each item, in their order, on as many threads as the machine has to offer.
pub(super) fn in_parallel<T: Sync, R: Send>(items: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(items.len().div_ceil(BATCH));
    let batch = (items.len() / (threads * TURNS).max(1)).clamp(1, BATCH);
    if threads <= 1 {
        return items.iter().map(each).collect();
    }
    let next = AtomicUsize::new(0);
    let batches = Mutex::new(Vec::new());
    let work = || loop {
        let start = next.fetch_add(batch, Ordering::Relaxed);
        let Some(some) = items.get(start..items.len().min(start + batch)).filter(|some| !some.is_empty())
        else {
            return;
        };
        let done: Vec<R> = some.iter().map(&each).collect();
        batches.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((start, done));
    };
    thread::scope(|scope| {
        (1..threads).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    let mut batches = batches.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    batches.sort_by_key(|(start, _)| *start);
    batches.into_iter().flat_map(|(_, done)| done).collect()
}

/// Tokens as text, an empty line between items.
pub(super) fn format(tokens: TokenStream) -> String {
    let file = match syn::parse2::<syn::File>(tokens) {
        Ok(file) => file,
        // The printers are tested not to come here; if one does, its user is to hear of it.
        Err(error) => return format!("compile_error!({:?});\n", error.to_string()),
    };
    let mut out = String::new();
    let syn::File { shebang, attrs, items, .. } = file;
    if !attrs.is_empty() {
        let file = syn::File { shebang, attrs, items: Vec::new(), frontmatter: None };
        broken(&prettyplease::unparse(&file), &mut out);
    }
    let mut before = None;
    for item in items {
        let kind = std::mem::discriminant(&item);
        let short = matches!(item, syn::Item::Use(_) | syn::Item::Mod(_));
        let joined = short && before == Some(kind);
        if !out.is_empty() && !joined {
            out.push('\n');
        }
        before = Some(kind);
        let file = syn::File { shebang: None, attrs: Vec::new(), items: vec![item], frontmatter: None };
        broken(&prettyplease::unparse(&file), &mut out);
    }
    out
}

/// How long the string literal is that the text begins with.
fn literal(text: &str) -> usize {
    let mut escaped = false;
    for (at, octet) in text.bytes().enumerate().skip(1) {
        match octet {
            b'"' if !escaped => return at + 1,
            _ => escaped = octet == b'\\' && !escaped,
        }
    }
    text.len()
}

/// Does the name stand anywhere in the tokens?
pub(super) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_whoever_did_it() {
        let items: Vec<usize> = (0..1000).collect();
        let doubled = in_parallel(&items, |item| item * 2);
        assert_eq!(doubled, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert!(in_parallel(&[], |item: &usize| *item).is_empty());
    }

    #[test]
    fn names_are_found_however_deep() {
        let text = Text::of(quote!(
            /// problems
            fn a() {
                if x {
                    rt::b(BTreeMap::new(), "\\\" types \"", types_, mytypes, operations::types::C)
                }
            }
        ));
        assert!(text.uses.rt && text.uses.map && text.uses.operations, "{text:?}");
        assert!(!text.uses.types && !text.uses.problems, "{text:?}");
        assert!(Uses::of("\"\\\\\" problems::A / types // rt::").problems);
        assert!(Uses::of("a / types::B").types);
        let members = Uses::of("pub rt: u8, pub types: u8, pub problems: u8,");
        assert!(!members.rt && !members.types && !members.problems);
    }

    #[test]
    fn what_is_no_rust_says_so() {
        assert!(Text::of(quote!(fn fn)).text.starts_with("compile_error!("));
    }
}
