//! Path templates: from `/drops/{drop_id}:cancel` to pieces, and the parameters that these need.
//!
//! Comes in: a path as the document writes it, and the declared parameters. Goes out: segments and the parameters in the
//! contract's order. Deliberately absent: URLs.
//!
//! A document that is wrong here mostly says well enough what it means: a variable that nothing declares is a text, and a
//! parameter that the path does not name has no place to go.

use indexmap::IndexMap;

use crate::contract::{Param, ParamPlace, Pointer, Segment, Type};

use super::place::Place;
use super::{Lowering, codes};

/// A piece of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Variable(&'a str),
}

/// How a path and its parameters do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Misfit {
    /// A variable that no parameter declares.
    Undeclared,
    /// A parameter that the path does not name.
    Unused,
}

/// What does not fit: the path, the name, and the methods that it is so for.
#[derive(Debug, Default)]
pub(super) struct Misfits(IndexMap<(Misfit, Pointer, String), Vec<String>>);

impl Misfits {
    fn note(&mut self, misfit: Misfit, name: &str, operation: &Place<'_>) {
        let Pointer(at) = operation.pointer();
        let (path, method) = at.rsplit_once('/').unwrap_or(("", &at));
        let key = (misfit, Pointer(path.to_owned()), name.to_owned());
        self.0.entry(key).or_default().push(method.to_owned());
    }
}

impl Lowering<'_> {
    /// The template in pieces, and the parameters in the contract's order.
    pub(super) fn template(
        &mut self,
        path: &str,
        mut params: Vec<Param>,
        place: &Place<'_>,
    ) -> (Vec<Segment>, Vec<Param>) {
        let pieces = pieces(path.split_once('#').map_or(path, |(before, _)| before));
        if pieces.iter().map(Piece::length).sum::<usize>() < path.len() {
            self.fragments.get_or_insert_with(|| (0, place.pointer())).0 += 1;
        }
        let pieces = without_declared_queries(pieces, &params);
        let found: Vec<Option<String>> =
            pieces.iter().map(|piece| declared(piece, &pieces, &params)).collect();
        let mut names = Vec::with_capacity(pieces.len());
        for (piece, found) in pieces.iter().zip(found) {
            let Piece::Variable(variable) = piece else {
                names.push(None);
                continue;
            };
            let name = found.unwrap_or_else(|| bare(variable).to_owned());
            if !params.iter().any(|param| param.place == ParamPlace::Path && param.name == name) {
                self.misfits.note(Misfit::Undeclared, variable, place);
                params.push(Param::path(&name, Type::String));
            }
            if let Some(param) = params.iter_mut().find(|param| is_path(param, &name)) {
                // RFC 6570, section 3.2.3, and the like of routers: the slashes of the value are those of the path.
                param.allow_reserved |= variable.starts_with(['+', '*']) || variable.ends_with('*');
            }
            names.push(Some(name));
        }
        params.retain(|param| {
            let used =
                param.place != ParamPlace::Path || names.iter().flatten().any(|name| *name == param.name);
            if !used {
                self.misfits.note(Misfit::Unused, &param.name, place);
            }
            used
        });
        params.sort_by_key(|param| param.place);
        (segments(&pieces, &names, &params), params)
    }

    /// Says once for a path which of its variables and parameters have no counterpart.
    pub(super) fn report_misfits(&mut self) {
        for ((misfit, path, name), methods) in std::mem::take(&mut self.misfits.0) {
            let (at, of) = match methods.as_slice() {
                [only] => (path.child(only), String::new()),
                _ => (path, format!(" (methods: {})", methods.join(", "))),
            };
            match misfit {
                Misfit::Undeclared => self.warn(
                    codes::UNDECLARED_VARIABLE,
                    &at,
                    format!("no parameter declares `{{{name}}}` of the path; it is read as text{of}"),
                    "add a parameter with this name, `in: path` and `required: true`",
                ),
                Misfit::Unused => self.warn(
                    codes::UNUSED_PATH_PARAM,
                    &at,
                    format!("the path does not contain `{{{name}}}`; the parameter is left out{of}"),
                    "name the parameter in the path, or remove it",
                ),
            }
        }
    }

    /// Says once that fragments are not sent.
    pub(super) fn report_fragments(&mut self) {
        if let Some((count, at)) = self.fragments.take() {
            self.note(
                codes::FRAGMENT,
                &at,
                format!("the fragment of a path is not sent (operations: {count})"),
                "a fragment is not part of a request (RFC 9110, section 7.1); tell the paths apart by something that is",
            );
        }
    }
}

impl Piece<'_> {
    /// How many octets of the template it is.
    fn length(&self) -> usize {
        match self {
            Piece::Text(text) => text.len(),
            Piece::Variable(name) => name.len() + 2,
        }
    }
}

/// Braces without a partner, and those around nothing, are text; `check` refuses them.
fn pieces(path: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(open) = path.get(at..).and_then(|rest| rest.find('{')).map(|found| at + found) {
        let inner = path.get(open + 1..).unwrap_or_default();
        match inner.find(['{', '}']) {
            Some(length) if length > 0 && inner.as_bytes().get(length) == Some(&b'}') => {
                if let Some(text) = path.get(start..open).filter(|text| !text.is_empty()) {
                    out.push(Piece::Text(text));
                }
                out.push(Piece::Variable(inner.get(..length).unwrap_or_default()));
                at = open + length + 2;
                start = at;
            }
            _ => at = open + 1,
        }
    }
    if let Some(text) = path.get(start..).filter(|text| !text.is_empty()) {
        out.push(Piece::Text(text));
    }
    out
}

/// The pieces without pairs of a query that a query parameter writes: `?limit={limit}`.
fn without_declared_queries<'a>(pieces: Vec<Piece<'a>>, params: &[Param]) -> Vec<Piece<'a>> {
    let is_query = |name: &str| {
        params.iter().any(|param| param.place == ParamPlace::Query && param.name == name)
            && !params.iter().any(|param| is_path(param, name))
    };
    let mut out: Vec<Piece<'a>> = Vec::with_capacity(pieces.len());
    let (mut in_query, mut removed) = (false, false);
    for piece in pieces {
        match (piece, out.last_mut()) {
            (Piece::Variable(name), Some(Piece::Text(before))) if in_query && is_query(name) => {
                let kept = before.strip_suffix('=').and_then(|before| before.strip_suffix(name));
                match kept.filter(|kept| kept.ends_with(['?', '&'])) {
                    Some(kept) => (*before, removed) = (kept, true),
                    None => out.push(piece),
                }
            }
            (Piece::Text(text), _) => {
                in_query |= text.contains('?');
                // What stands before still ends in the separator.
                let text = if removed { text.trim_start_matches('&') } else { text };
                removed = false;
                out.push(Piece::Text(text));
            }
            _ => out.push(piece),
        }
    }
    if let (true, Some(Piece::Text(last))) = (removed, out.last_mut()) {
        *last = last.trim_end_matches(['?', '&']);
    }
    out.retain(|piece| *piece != Piece::Text(""));
    out
}

/// The name without what routers and RFC 6570 add: `+path`, `path*`, `id:int`.
fn bare(variable: &str) -> &str {
    let name = variable.split(':').next().unwrap_or_default();
    let name = name.trim_matches(|c: char| "+*?".contains(c) || c.is_whitespace());
    if name.is_empty() { variable } else { name }
}

fn is_path(param: &Param, name: &str) -> bool {
    param.place == ParamPlace::Path && param.name == name
}

/// The declared parameter that a variable is: of its name, else of its bare name, else of its name in other letters,
/// provided that this one is no other variable.
fn declared(piece: &Piece<'_>, pieces: &[Piece<'_>], params: &[Param]) -> Option<String> {
    let Piece::Variable(variable) = piece else { return None };
    let path = || params.iter().filter(|param| param.place == ParamPlace::Path);
    let other = |name: &str| pieces.contains(&Piece::Variable(name));
    let exact = path().find(|param| param.name == *variable);
    let found = exact.or_else(|| path().find(|param| param.name == bare(variable)));
    let alike =
        || path().find(|param| param.name.eq_ignore_ascii_case(bare(variable)) && !other(&param.name));
    found.or_else(alike).map(|param| param.name.clone())
}

fn segments(pieces: &[Piece<'_>], names: &[Option<String>], params: &[Param]) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::with_capacity(pieces.len());
    for (piece, name) in pieces.iter().zip(names) {
        let at = name.as_ref().and_then(|name| params.iter().position(|param| is_path(param, name)));
        match (piece, at, segments.last_mut()) {
            (_, Some(at), _) => segments.push(Segment::Param(at)),
            (Piece::Text(text), None, Some(Segment::Literal(before))) => before.push_str(text),
            (Piece::Text(text), None, _) => segments.push(Segment::Literal((*text).to_owned())),
            // Every variable has a parameter by now.
            (Piece::Variable(_), None, _) => {}
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_mix_text_and_variables() {
        assert_eq!(
            pieces("/a/{x}:cancel/v{y}{z}"),
            [
                Piece::Text("/a/"),
                Piece::Variable("x"),
                Piece::Text(":cancel/v"),
                Piece::Variable("y"),
                Piece::Variable("z")
            ]
        );
        for text in ["/a/{", "/a/{}", "/a/}b{", "/{{", ""] {
            let whole: Vec<Piece<'_>> =
                Some(text).filter(|text| !text.is_empty()).map(Piece::Text).into_iter().collect();
            assert_eq!(pieces(text), whole, "{text}");
        }
        assert_eq!(pieces("{{a}"), [Piece::Text("{"), Piece::Variable("a")]);
    }

    #[test]
    fn a_variable_is_found_by_its_name_however_it_is_decorated() {
        let params = ["path", "Id", "a", "A"].map(|name| Param::path(name, Type::String));
        let found =
            |name: &'static str, others: &[Piece<'_>]| declared(&Piece::Variable(name), others, &params);
        assert_eq!(found("+path", &[]).as_deref(), Some("path"));
        assert_eq!(found("**path", &[]).as_deref(), Some("path"));
        assert_eq!(found("path:.*", &[]).as_deref(), Some("path"));
        assert_eq!(found("ID", &[]).as_deref(), Some("Id"));
        assert_eq!(found("ID", &[Piece::Variable("Id")]), None);
        assert_eq!(found("A", &[]).as_deref(), Some("A"));
        assert_eq!(found("other", &[]), None);
    }

    #[test]
    fn a_query_in_the_path_gives_way_to_its_parameter() {
        let mut query = Param::path("q", Type::String);
        query.place = ParamPlace::Query;
        let left = |path| without_declared_queries(pieces(path), std::slice::from_ref(&query));
        assert_eq!(left("/s?v=1&q={q}"), [Piece::Text("/s?v=1")]);
        assert_eq!(left("/s?q={q}&v=1"), [Piece::Text("/s?"), Piece::Text("v=1")]);
        assert_eq!(left("/s/{q}"), [Piece::Text("/s/"), Piece::Variable("q")]);
    }
}
