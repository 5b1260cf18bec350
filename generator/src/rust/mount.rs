//! Where the Rust files go: a package of its own, or a module tree within somebody's crate.
//!
//! Comes in: a file of the package, whose paths start at `crate`. Goes out: the same file for the tree, whose paths climb
//! from their module with `super`, so that it works wherever it is mounted. Deliberately absent: which items there are;
//! no printer has to know where its output will stand.

use proc_macro2::{Group, Ident, Literal, Spacing, TokenStream, TokenTree};
use quote::quote;

use super::Layout;
use super::docs::{Doc, span};

impl Layout {
    /// The path of a file of the package (`src/types.rs`) in this layout.
    pub(super) fn path(&self, path: &str) -> String {
        match self {
            Layout::Package { .. } => path.to_owned(),
            Layout::Module { .. } => match path.strip_prefix("src/") {
                Some("lib.rs") => "mod.rs".to_owned(),
                Some(below) => below.to_owned(),
                None => path.to_owned(),
            },
        }
    }

    /// The tokens of a file of the package as they stand in this layout.
    pub(super) fn tokens(&self, path: &str, tokens: TokenStream) -> TokenStream {
        match self {
            Layout::Package { .. } => tokens,
            Layout::Module { .. } => {
                // `src/lib.rs` is the root itself, `src/types.rs` one below it, `src/operations/x.rs` two.
                let depth = match path {
                    "src/lib.rs" => 0,
                    path => path.matches('/').count(),
                };
                relocate(tokens, depth)
            }
        }
    }

    /// The name of the root as code elsewhere writes it.
    pub(super) fn root(&self, package: &str) -> String {
        match self {
            Layout::Package { .. } => package.replace('-', "_"),
            Layout::Module { name } => name.clone(),
        }
    }
}

/// `crate::…` as a path up from a module that stands so deep below the root, also in the links of doc comments.
fn relocate(tokens: TokenStream, depth: usize) -> TokenStream {
    let mut out = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let before_path = matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':' && punct.spacing() == Spacing::Joint);
        match token {
            TokenTree::Ident(ident) if ident == "crate" && before_path => climb(depth, &ident, &mut out),
            TokenTree::Group(group) => {
                let inner = match doc_text(&group) {
                    Some(text) => {
                        let text = Literal::string(&text.replace("](crate::", &format!("]({}::", up(depth))));
                        quote!(doc = #text)
                    }
                    None => relocate(group.stream(), depth),
                };
                let mut moved = Group::new(group.delimiter(), inner);
                moved.set_span(group.span());
                out.push(moved.into());
            }
            other => out.push(other),
        }
    }
    out.into_iter().collect()
}

fn climb(depth: usize, ident: &Ident, out: &mut Vec<TokenTree>) {
    let path: TokenStream = match depth {
        0 => quote!(self),
        depth => {
            let supers = (0..depth).map(|_| Ident::new("super", ident.span()));
            quote!(#(#supers)::*)
        }
    };
    out.extend(path);
}

fn up(depth: usize) -> String {
    if depth == 0 { "self".to_owned() } else { vec!["super"; depth].join("::") }
}

/// The text of `[doc = "…"]`.
fn doc_text(group: &Group) -> Option<String> {
    let mut tokens = group.stream().into_iter();
    match (tokens.next(), tokens.next(), tokens.next(), tokens.next()) {
        (
            Some(TokenTree::Ident(name)),
            Some(TokenTree::Punct(equals)),
            Some(TokenTree::Literal(text)),
            None,
        ) if name == "doc" && equals.as_char() == '=' => {
            let text: syn::LitStr = syn::parse2(TokenTree::Literal(text).into()).ok()?;
            Some(text.value())
        }
        _ => None,
    }
}

/// What the documentation of a mounted tree says of how it is mounted.
pub(super) fn how_to_mount(name: &str, dependencies: &str, doc: &mut Doc) {
    doc.gap().line("# How to mount it").gap();
    doc.paragraph(format!(
        "Put this folder beside any module of a crate of edition 2021 or later and declare it there with {}. \
         Its paths climb from module to module, so they hold wherever it is mounted, under the name that it is mounted by.",
        span(&format!("mod {name};"))
    ));
    doc.paragraph("The crate needs this in its `Cargo.toml`:").gap().line("```toml");
    dependencies.lines().for_each(|line| {
        doc.line(line);
    });
    doc.line("```");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(path: &str, tokens: TokenStream) -> String {
        Layout::Module { name: "shop".to_owned() }.tokens(path, tokens).to_string()
    }

    #[test]
    fn paths_climb_from_where_they_stand() {
        let tokens = quote!(
            use crate::{problems, types};
            type Api = crate::Api;
            pub(crate) fn f() {}
        );
        assert_eq!(
            moved("src/operations/a.rs", tokens.clone()),
            "use super :: super :: { problems , types } ; type Api = super :: super :: Api ; pub (crate) fn f () { }"
        );
        assert!(moved("src/types.rs", tokens.clone()).starts_with("use super :: { problems"));
        assert!(moved("src/lib.rs", tokens).starts_with("use self :: { problems"));
    }

    #[test]
    fn links_climb_and_texts_stay() {
        let tokens = quote!(
            #[doc = " [A](crate::types::A) crate::"]
            struct S;
            const T: &str = "](crate::x";
        );
        assert_eq!(
            moved("src/problems.rs", tokens),
            "# [doc = \" [A](super::types::A) crate::\"] struct S ; const T : & str = \"](crate::x\" ;"
        );
    }

    #[test]
    fn the_root_is_the_module_itself() {
        let module = Layout::Module { name: "shop".to_owned() };
        let paths = ["src/lib.rs", "src/types.rs", "src/operations/a.rs"].map(|path| module.path(path));
        assert_eq!(paths, ["mod.rs", "types.rs", "operations/a.rs"]);
    }
}
