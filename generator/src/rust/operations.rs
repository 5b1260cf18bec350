//! The module `operations`: a struct for each operation, its table, and the view of its problems.

use std::collections::BTreeSet;

use proc_macro2::{Literal as Token, TokenStream};
use quote::{ToTokens as _, quote};

use super::bodies;
use super::docs::{Doc, sentence, span};
use super::file::{Text, in_parallel};
use super::plan::{
    AnswerBody, AnswerPlan, ArgumentPlan, ModulePlan, OperationPlan, OutputPlan, Ty, success_status,
};
use super::print::{Printer, Within, deprecated, initializer, method_path, number};
use crate::artifact::Artifact;
use crate::contract::{
    ErrorKind, ErrorResponse, Operation, OperationId, Param, ParamPlace, ParamStyle, ResponseHeader, Segment,
    StatusSpec, Type,
};
use crate::docs::words;

/// Prints `src/operations.rs` and a file for each module under it.
pub(super) fn print(printer: &Printer<'_>) -> Vec<Artifact> {
    let modules = printer.by_module(file, |_, operation, plan| printer.operation(operation, plan));
    let modules = in_parallel(&modules, |(module, texts)| printer.module(module, texts));
    std::iter::once(printer.index()).chain(modules).collect()
}

/// The file of a module.
fn file(module: &ModulePlan) -> String {
    format!("src/operations/{}.rs", module.name.bare())
}

impl Printer<'_> {
    fn index(&self) -> Artifact {
        let uses = self.modules().map(|(cfg, name)| quote!(#cfg pub use self::#name::*;));
        let modules = self.modules().map(|(cfg, name)| quote!(#cfg #[rustfmt::skip] pub mod #name;));
        let mut doc = Doc::new("The operations of the API, one struct each: plain data that a client sends.");
        doc.paragraph("They stand in a module for each tag, and all of them here as well.");
        if self.plan.features.is_some() {
            doc.paragraph("Each module is there with the feature of its tag.");
        }
        self.file_as_is("src/operations.rs", doc.inner(), quote!(#(#modules)* #(#uses)*))
    }

    pub(super) fn operations_of<'a>(
        &'a self,
        module: &'a ModulePlan,
    ) -> impl Iterator<Item = (&'a Operation, &'a OperationPlan)> {
        let at =
            |id: &OperationId| Some((self.contract.operations.get(id.0)?, self.plan.operations.get(id.0)?));
        module.operations.iter().filter_map(at)
    }

    /// What is printed of each operation into the files of their modules. All of it at once, because most modules are small.
    pub(super) fn by_module(
        &self,
        file: impl Fn(&ModulePlan) -> String,
        print: impl Fn(&ModulePlan, &Operation, &OperationPlan) -> TokenStream + Sync,
    ) -> Vec<(&ModulePlan, Vec<Text>)> {
        let modules = &self.plan.modules;
        let files: Vec<_> = modules.iter().map(file).collect();
        let jobs = modules.iter().zip(&files).flat_map(|(module, file)| {
            self.operations_of(module).map(move |(operation, plan)| (module, file, operation, plan))
        });
        let jobs: Vec<_> = jobs.collect();
        let texts = in_parallel(&jobs, |(module, file, operation, plan)| {
            self.text(file, print(module, operation, plan))
        });
        let mut texts = texts.into_iter();
        let mut of = |module| texts.by_ref().take(self.operations_of(module).count()).collect();
        modules.iter().map(|module| (module, of(module))).collect()
    }

    fn module(&self, module: &ModulePlan, operations: &[Text]) -> Artifact {
        let tag = self.contract.api.tags.iter().find(|tag| Some(&tag.name) == module.tag.as_ref());
        let mut doc = match &module.tag {
            Some(tag) => Doc::new(format!("{}.", super::types::quoted(tag))),
            None => Doc::new("Operations without a tag."),
        };
        if let Some(description) = tag.and_then(|tag| tag.description.as_ref()) {
            doc.prose(description);
        }
        self.file(&file(module), doc.inner(), operations)
    }

    fn operation(&self, operation: &Operation, plan: &OperationPlan) -> TokenStream {
        let structure = self.structure(operation, plan);
        let body = self.body_type(operation, plan);
        let output = self.output_type(operation, plan);
        let view = self.view(operation, plan);
        let behaviour = self.operation_impl(operation, plan);
        let pages = self.pages(operation, plan);
        let sequence = self.sequence(plan);
        quote!(#structure #body #output #view #behaviour #pages #sequence)
    }

    fn structure(&self, operation: &Operation, plan: &OperationPlan) -> TokenStream {
        let name = plan.name.ident();
        let doc = self.operation_doc(operation, plan).outer();
        let old = deprecated(operation.docs.deprecated);
        let docs = operation.params.iter().map(param_doc);
        let docs = docs.chain(plan.part_headers.iter().map(bodies::header_doc));
        let docs = docs
            .chain(operation.body.iter().zip(&plan.body).map(|(body, plan)| bodies::doc(self, body, plan)));
        let docs: Vec<Doc> = docs.collect();
        let fields = plan.fields().zip(&docs).map(|(field, doc)| {
            let (doc, name, ty) = (doc.outer(), field.name.ident(), self.field_ty(field));
            quote!(#doc pub #name: #ty,)
        });
        let bare = plan.arguments().next().is_none();
        let derives = if bare { quote!(Clone, Default) } else { quote!(Clone) };
        let functions = self.functions(operation, plan, &docs);
        quote! {
            #doc
            #old
            #[derive(#derives)]
            #[non_exhaustive]
            pub struct #name { #(#fields)* }
            impl #name { #functions }
        }
    }

    fn field_ty(&self, field: &ArgumentPlan) -> TokenStream {
        let ty = self.ty(&field.ty, Within::Other);
        if field.required { ty } else { quote!(Option<#ty>) }
    }

    fn functions(&self, operation: &Operation, plan: &OperationPlan, docs: &[Doc]) -> TokenStream {
        let (mut arguments, mut values) = (Vec::new(), Vec::new());
        for field in plan.fields() {
            let name = field.name.ident();
            if field.required {
                let (ty, value) = self.argument(&field.name, &field.ty, Within::Other);
                arguments.push(quote!(#name: #ty));
                values.push(initializer(&field.name, value));
            } else {
                values.push(quote!(#name: None));
            }
        }
        let optional = arguments.len() < values.len();
        let doc = Doc::new(format!(
            "{}, {}.",
            method_path(operation),
            match (arguments.is_empty(), optional) {
                (true, false) => "which takes no parameters",
                (true, true) => "without its optional parameters",
                (false, true) => "with its required parameters",
                (false, false) => "with its parameters",
            }
        ));
        let doc = doc.outer();
        let allow = (arguments.len() > 7).then(|| quote!(#[allow(clippy::too_many_arguments)]));
        let build =
            if arguments.is_empty() { quote!(Self::default()) } else { quote!(Self { #(#values),* }) };
        let setters = plan.fields().zip(docs).filter(|(field, _)| !field.required).map(|(field, doc)| {
            let (doc, name) = (doc.outer(), field.name.ident());
            let (ty, value) = self.argument(&super::RustName::own("value"), &field.ty, Within::Other);
            quote! {
                #doc
                #[must_use]
                pub fn #name(mut self, value: #ty) -> Self {
                    self.#name = Some(#value);
                    self
                }
            }
        });
        quote! {
            #doc
            #allow
            pub fn new(#(#arguments),*) -> Self { #build }
            #(#setters)*
        }
    }

    /// The enum of a success that has several shapes.
    fn output_type(&self, operation: &Operation, plan: &OperationPlan) -> Option<TokenStream> {
        let OutputPlan::Cases(name, cases) = &plan.output else { return None };
        let name = name.ident();
        let doc = Doc::new(format!("What {} gives.", method_path(operation))).outer();
        let numbers = plan.successes.iter().map(|answer| (answer.body.case(), answer));
        let first: Vec<Option<&AnswerPlan>> = (0..cases.len())
            .map(|case| numbers.clone().find(|(number, _)| *number == Some(case)).map(|(_, answer)| answer))
            .collect();
        let variants = cases.iter().zip(&first).map(|(case, answer)| {
            let what = answer.map(|answer| {
                let success = operation
                    .successes
                    .iter()
                    .find(|success| success_status(success.status) == answer.status);
                let said = success.and_then(|success| success.docs.description.as_ref());
                (status_text(answer.status), said)
            });
            let mut doc = Doc::default();
            if let Some((status, said)) = what {
                doc.paragraph(format!("Status {status}."));
                said.into_iter().for_each(|said| {
                    doc.prose(said);
                });
            }
            let (doc, name) = (doc.outer(), case.name.ident());
            let ty = case.ty.as_ref().map(|ty| {
                let ty = self.ty(ty, Within::Other);
                quote!((#ty))
            });
            quote!(#doc #name #ty,)
        });
        let empty = |case: &super::plan::CasePlan| {
            let (name, value) = (case.name.ident(), case.ty.as_ref().map(|_| quote!((rt::empty()))));
            quote!(Self::#name #value)
        };
        let start = cases.first().map(empty);
        let selects = cases.iter().enumerate().map(|(at, case)| {
            let (at, value) = (number(at), empty(case));
            quote!(#at => #value,)
        });
        let hands = cases.iter().map(|case| {
            let name = case.name.ident();
            if case.ty.is_some() {
                quote!(Self::#name(value) => Some(value),)
            } else {
                quote!(Self::#name => None,)
            }
        });
        Some(quote! {
            #doc
            #[derive(Debug, Clone, PartialEq)]
            #[non_exhaustive]
            pub enum #name { #(#variants)* }
            impl rt::Output for #name {
                fn empty() -> Self { #start }
                fn case(&mut self, case: usize) -> Option<&mut dyn rt::Node> {
                    *self = match case { #(#selects)* _ => return None };
                    match self { #(#hands)* }
                }
            }
        })
    }

    fn operation_impl(&self, operation: &Operation, plan: &OperationPlan) -> TokenStream {
        let name = plan.name.ident();
        let output = match &plan.output {
            OutputPlan::Unit => quote!(()),
            OutputPlan::One(ty) => self.ty(ty, Within::Other),
            OutputPlan::Cases(name, _) => {
                let name = name.ident();
                quote!(#name)
            }
        };
        let errors = match &plan.view {
            None => quote!(rt::Undeclared),
            Some(view) => view.name.ident().into_token_stream(),
        };
        let spec = spec(operation, plan, &self.error_table(plan));
        let headers = plan.part_headers.iter().map(|header| &header.argument);
        let params = plan.params.iter().chain(headers).enumerate().map(|(at, param)| {
            let (at, name) = (number(at), param.name.ident());
            quote!(#at => &self.#name,)
        });
        // No parameters is what an operation that hands out none has.
        let param = (!plan.params.is_empty() || !plan.part_headers.is_empty()).then(|| {
            quote! {
                fn param(&self, at: usize) -> Option<&dyn rt::Node> {
                    Some(match at { #(#params)* _ => return None })
                }
            }
        });
        let body = plan.body.as_ref().map(bodies::function);
        quote! {
            impl rt::Operation for #name {
                type Of = crate::Api;
                type Errors<'a> = #errors<'a>;
                type Output = #output;
                const SPEC: &'static rt::OperationSpec = &#spec;
                #param
                #body
            }
            rt::operation!(#name);
        }
    }

    fn operation_doc(&self, operation: &Operation, plan: &OperationPlan) -> Doc {
        let mut doc = Doc::default();
        if let Some(summary) = &operation.docs.summary {
            doc.paragraph(sentence(summary));
        }
        doc.paragraph(method_path(operation));
        if let Some(description) = &operation.docs.description {
            doc.prose(description);
        }
        self.success_doc(operation, plan, &mut doc);
        if self.pages(operation, plan).is_some() {
            doc.paragraph("It comes in pages: `client.pages(…)` turns them, and `client.items(…)` goes through what they list.");
        }
        if let Some(sequence) = plan.sequences.first() {
            doc.paragraph(format!(
                "It can be read while it comes: `client.call(…).each()` gives item by item of {}.",
                sequence.media_types.iter().map(|name| span(name)).collect::<Vec<_>>().join(" and ")
            ));
        }
        self.problem_doc(operation, &mut doc);
        let errors = operation.errors.iter().flat_map(|error| &error.headers);
        self.headers_doc(
            "# Headers of an error",
            errors,
            "`error.header(…)` reads one as its type.",
            &mut doc,
        );
        doc
    }

    fn success_doc(&self, operation: &Operation, plan: &OperationPlan, doc: &mut Doc) {
        if operation.successes.is_empty() {
            return;
        }
        doc.gap().line("# Success").gap();
        for success in &operation.successes {
            let docs = &success.docs;
            let said = docs.description.as_deref().or(docs.summary.as_deref()).unwrap_or_default();
            let status = success_status(success.status);
            let mut line = status_text(status);
            let mut given = plan.successes.iter().filter(|answer| answer.status == status);
            let link = given.find_map(|answer| self.given(&plan.output, answer.body));
            line.extend(link.iter().map(|link| format!(", {link}")));
            let mut sequences: Vec<String> = Vec::new();
            for items in success.media.iter().filter_map(|media| media.items.as_ref()) {
                let items = self.items(items);
                if !sequences.contains(&items) {
                    sequences.push(items);
                }
            }
            if !sequences.is_empty() {
                let before = if link.is_some() { " or" } else { "," };
                line.push_str(&format!("{before} a sequence of {}", sequences.join(" or ")));
            }
            doc.item(&line, said);
        }
        let successes = operation.successes.iter().flat_map(|success| &success.headers);
        let note =
            "They are in what [`reply`](rt::Call::reply) gives, and `reply.header(…)` reads one as its type.";
        self.headers_doc("# Headers of a success", successes, note, doc);
    }

    /// The headers of answers, each once.
    fn headers_doc<'h>(
        &self,
        heading: &str,
        headers: impl Iterator<Item = &'h ResponseHeader>,
        note: &str,
        doc: &mut Doc,
    ) {
        let mut known = BTreeSet::new();
        for header in headers {
            if !known.insert(header.name.to_ascii_lowercase()) {
                continue;
            }
            if known.len() == 1 {
                doc.gap().line(heading).gap();
            }
            let mut planned = self.plan.headers.iter();
            let constant = planned.find(|planned| planned.header.eq_ignore_ascii_case(&header.name));
            let name = match constant {
                Some(constant) => format!("[{}](crate::headers::{})", span(&header.name), constant.name),
                None => span(&header.name),
            };
            let line = format!("{name}, {}", words::of_type(self.contract, &header.ty));
            doc.item(&line, header.docs.description.as_deref().unwrap_or_default());
        }
        if !known.is_empty() {
            doc.paragraph(note);
        }
    }

    /// What each item of a sequence is: a link to its type, or words.
    pub(super) fn items(&self, ty: &Type) -> String {
        match ty {
            Type::Named(id) => {
                let name = self.plan.types.get(id.0).map(|plan| &plan.name);
                name.map(|name| format!("[`{name}`](crate::types::{name})")).unwrap_or_default()
            }
            ty => span(&words::of_type(self.contract, ty)),
        }
    }

    /// A link to what a success gives.
    fn given(&self, output: &OutputPlan, body: AnswerBody) -> Option<String> {
        let ty = match (output, body) {
            (_, AnswerBody::Empty(_)) | (OutputPlan::Unit, _) => return None,
            (OutputPlan::One(ty), _) => ty,
            (OutputPlan::Cases(_, cases), body) => cases.get(body.case()?)?.ty.as_ref()?,
        };
        let ty = match ty {
            Ty::Option(inner) => inner,
            ty => ty,
        };
        let (Ty::Named(id), list) = (match ty {
            Ty::Vec(inner) => (&**inner, "a list of "),
            ty => (ty, ""),
        }) else {
            return None;
        };
        let name = &self.plan.types.get(id.0)?.name;
        Some(format!("{list}[`{name}`](crate::types::{name})"))
    }

    /// A table of statuses and the codes, or the bodies without one, that come with each.
    fn problem_doc(&self, operation: &Operation, doc: &mut Doc) {
        if operation.errors.is_empty() {
            return;
        }
        let uncoded =
            |error: &ErrorResponse| error.bodies.iter().any(|body| self.uncoded(body, operation).is_some());
        let (title, column) =
            if operation.errors.iter().all(|error| !error.bodies.is_empty() && !uncoded(error)) {
                ("# Problems", "Codes")
            } else {
                ("# Errors", "Codes or body")
            };
        doc.gap().line(title).gap().line(format!("| Status | {column} |")).line("| --- | --- |");
        for error in &operation.errors {
            let mut said: Vec<String> = Vec::new();
            for body in &error.bodies {
                let uncoded = self.uncoded(body, operation);
                said.extend(uncoded.filter(|words| !said.contains(words)));
                let ErrorKind::Problem { family, codes: ids, .. } = &body.kind else { continue };
                let planned = self.plan.problems.as_ref().filter(|plan| plan.family == *family);
                for id in ids {
                    let link = self
                        .contract
                        .families
                        .get(family.0)
                        .and_then(|family| family.codes.get(id.0))
                        .map(|code| match planned.and_then(|plan| plan.codes.get(id.0)) {
                            Some(plan) => format!("[{}](crate::Code::{})", cell(&code.code), plan.variant),
                            None => cell(&code.code),
                        });
                    said.extend(link.filter(|link| !said.contains(link)));
                }
            }
            let said = match said.as_slice() {
                [] if error.bodies.is_empty() => "no body".to_owned(),
                [] => "none named".to_owned(),
                said => said.join(", "),
            };
            doc.line(format!("| {} | {said} |", status_text(error.status)));
        }
    }
}

/// A code span for a cell of a table.
fn cell(code: &str) -> String {
    span(code).replace('|', "\\|")
}

pub(super) fn status_text(status: StatusSpec) -> String {
    match status {
        StatusSpec::Exact(status) => status.to_string(),
        StatusSpec::Range(digit) => format!("{digit}xx"),
        StatusSpec::Default => "any other".to_owned(),
    }
}

fn param_doc(param: &Param) -> Doc {
    let mut doc = Doc::default();
    doc.docs(&param.docs);
    let place = match param.place {
        ParamPlace::Path => "path",
        ParamPlace::Query => "query",
        ParamPlace::QueryString => "query, as all of it",
        ParamPlace::Header => "header",
        ParamPlace::Cookie => "cookie",
        ParamPlace::PartHeader => "part",
    };
    doc.paragraph(format!("In the {place}: {}.", super::types::quoted(&param.name)));
    doc.limits(&param.limits).values(param.default.as_ref(), param.example.as_ref());
    doc
}

/// The table of an operation.
fn spec(operation: &Operation, plan: &OperationPlan, errors: &TokenStream) -> TokenStream {
    let (id, accept) = (&operation.id, &plan.accept);
    let method = operation.method.as_str();
    let path = operation.segments.iter().map(|segment| match segment {
        Segment::Literal(text) => path_text(text),
        Segment::Param(at) => {
            operation.params.get(*at).map(|param| format!("{{{}}}", param.name)).unwrap_or_default()
        }
    });
    let path: String = path.collect();
    let headers = plan.part_headers.iter().map(|header| &header.param);
    let params = operation.params.iter().chain(headers).map(|param| {
        let name = &param.name;
        // What most are costs the fewest expressions.
        let (start, required, exploded) = match (param.place, param.style) {
            (ParamPlace::Path, ParamStyle::Simple) if param.required => (quote!(path(#name)), true, false),
            (ParamPlace::Query, ParamStyle::Form) if param.explode => (quote!(query(#name)), false, true),
            _ => {
                let style = style(param);
                (quote!(new(#name, rt::Style::#style)), false, false)
            }
        };
        let required = (param.required && !required).then(|| quote!(.required()));
        let exploded = (param.explode && !exploded).then(|| quote!(.exploded()));
        let reserved = param.allow_reserved.then(|| quote!(.reserved()));
        quote!(rt::ParamSpec::#start #required #exploded #reserved)
    });
    let authenticated = !operation.credentials.is_empty();
    let successes = plan.successes.iter().map(answer);
    quote! {
        rt::OperationSpec {
            id: #id,
            method: #method,
            path: #path,
            params: &[#(#params),*],
            accept: #accept,
            authenticated: #authenticated,
            successes: &[#(#successes),*],
            errors: #errors,
        }
    }
}

fn style(param: &Param) -> TokenStream {
    match (param.place, param.style) {
        (ParamPlace::Path, ParamStyle::Json) => quote!(PathJson),
        (ParamPlace::Path, ParamStyle::Label) => quote!(PathLabel),
        (ParamPlace::Path, ParamStyle::Matrix) => quote!(PathMatrix),
        (ParamPlace::Path, _) => quote!(PathSimple),
        (ParamPlace::Query, ParamStyle::Json) => quote!(QueryJson),
        (ParamPlace::Query, ParamStyle::SpaceDelimited) => quote!(QuerySpaceDelimited),
        (ParamPlace::Query, ParamStyle::PipeDelimited) => quote!(QueryPipeDelimited),
        (ParamPlace::Query, ParamStyle::DeepObject) => quote!(QueryDeepObject),
        (ParamPlace::Query, _) => quote!(QueryForm),
        (ParamPlace::QueryString, ParamStyle::Form) => quote!(QueryStringForm),
        (ParamPlace::QueryString, ParamStyle::Json) => quote!(QueryStringJson),
        (ParamPlace::QueryString, _) => quote!(QueryStringText),
        (ParamPlace::Header, ParamStyle::Json) => quote!(HeaderJson),
        (ParamPlace::Header, _) => quote!(HeaderSimple),
        (ParamPlace::Cookie, ParamStyle::Json) => quote!(CookieJson),
        (ParamPlace::Cookie, ParamStyle::Cookie) => quote!(CookiePlain),
        (ParamPlace::Cookie, _) => quote!(CookieForm),
        (ParamPlace::PartHeader, ParamStyle::Json) => quote!(PartHeaderJson),
        (ParamPlace::PartHeader, _) => quote!(PartHeader),
    }
}

pub(super) fn answer(answer: &AnswerPlan) -> TokenStream {
    let media_type = &answer.media_type;
    if let StatusSpec::Exact(status) = answer.status {
        let status = Token::u16_unsuffixed(status);
        match answer.body {
            AnswerBody::Json(case) => {
                let case = number(case);
                return quote!(rt::AnswerSpec::json(#status, #media_type, #case));
            }
            AnswerBody::Empty(case) if media_type.is_empty() => {
                let case = number(case);
                return quote!(rt::AnswerSpec::empty(#status, #case));
            }
            _ => {}
        }
    }
    let body = match answer.body {
        AnswerBody::Empty(case) => case_body(quote!(Empty), case),
        AnswerBody::Json(case) => case_body(quote!(Json), case),
        AnswerBody::Text(case) => case_body(quote!(Text), case),
        AnswerBody::Bytes(case) => case_body(quote!(Bytes), case),
        AnswerBody::Problem => quote!(rt::BodySpec::Problem),
    };
    match answer.status {
        StatusSpec::Exact(status) => {
            let status = Token::u16_unsuffixed(status);
            quote!(rt::AnswerSpec::exact(#status, #media_type, #body))
        }
        StatusSpec::Range(digit) => {
            let digit = Token::u8_unsuffixed(digit);
            quote!(rt::AnswerSpec::range(#digit, #media_type, #body))
        }
        StatusSpec::Default => quote!(rt::AnswerSpec::default(#media_type, #body)),
    }
}

fn case_body(kind: TokenStream, case: usize) -> TokenStream {
    let case = number(case);
    quote!(rt::BodySpec::#kind(#case))
}

/// Text of a path with what a URL cannot hold percent-encoded; what is encoded already stays.
fn path_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for octet in text.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/%?".contains(&octet) {
            out.push(char::from(octet));
        } else {
            out.push_str(&format!("%{octet:02X}"));
        }
    }
    out
}
