//! The module `problems`: the codes, the members of each, and the problem that carries them.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{Doc, plain, span};
use super::names::RustName;
use super::plan::{CodePlan, Fact, FieldPlan, Fill, ProblemsPlan, StructPlan, Ty};
use super::print::{Printer, RecordSpec, Within, has_default, initializer, number};
use super::types::{Vocabulary, members};
use crate::artifact::Artifact;
use crate::contract::{
    CodePlace, EnumValues, Field, OperationId, ProblemCode, ProblemFamily, Recovery, RecoveryAction, Shape,
    StatusSpec, Type,
};
use crate::docs::words::recovery_words;

const FILE: &str = "src/problems.rs";

/// Prints the file.
pub(super) fn print(printer: &Printer<'_>) -> Artifact {
    let planned = printer.plan.problems.as_ref();
    let family = planned.and_then(|plan| Some((plan, printer.contract.families.get(plan.family.0)?)));
    let items = match family {
        Some((plan, family)) => printer.coded(plan, family),
        None => uncoded(),
    };
    let doc = Doc::new("What the API answers when it refuses: codes, and the members that each has.").inner();
    printer.file(FILE, doc, &[printer.text(FILE, items)])
}

/// The problem of an API whose errors have no codes: nothing is ever read into it.
fn uncoded() -> TokenStream {
    let kind = kind_type(&[]);
    let family = quote! {
        /// The API has no coded problems.
        pub static FAMILY: rt::Family =
            rt::Family { codes: &[], place: rt::CodePlace::Root, code: "", numeric: false, optional: false, holder_optional: false, retryable: None, suggestion: None, request_id: None };
    };
    let node = ProblemParts { codes: &[], payloads: false, place: &CodePlace::Root(String::new()) }.node();
    quote! {
        #family
        #kind
        /// A problem. The API promises none with a code, so there never is one: see [`Error`](crate::Error) for what there is.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Problem {
            /// What tells problems apart.
            pub kind: Kind,
            /// Members that the contract does not name.
            pub extensions: BTreeMap<String, rt::Json>,
        }
        impl rt::Node for Problem {
            fn empty() -> Self {
                Self { kind: Kind::Unlisted(rt::UnlistedCode::from_wire("")), extensions: BTreeMap::new() }
            }
        }
        #node
    }
}

/// A code of the contract and its plan.
type Coded<'a> = (&'a ProblemCode, &'a CodePlan);

impl Printer<'_> {
    fn coded(&self, plan: &ProblemsPlan, family: &ProblemFamily) -> TokenStream {
        let codes: Vec<Coded<'_>> = family.codes.iter().zip(&plan.codes).collect();
        let code = self.code_type(family, &codes);
        let statics = self.family_static(family, plan);
        let kind = kind_type(&codes);
        let problem = self.problem_type(family, plan, &codes);
        let envelope = plan.envelope.as_ref().map(|plan| self.envelope(family, plan));
        let payloads = codes.iter().map(|coded| self.payload(coded));
        quote!(#code #statics #kind #problem #envelope #(#payloads)*)
    }

    fn family_static(&self, family: &ProblemFamily, plan: &ProblemsPlan) -> TokenStream {
        let role = |name: &Option<String>| match name {
            Some(name) => quote!(Some(#name)),
            None => quote!(None),
        };
        let code = &plan.code_member;
        let numeric = family.members.iter().any(|member| member.name == *code && self.is_integer(&member.ty));
        let member = family.members.iter().find(|member| member.name == *code);
        let optional = member.is_some_and(|code| !code.required || matches!(code.ty, Type::Nullable(_)));
        let place = code_place(&family.place);
        let holder_optional = family.holder_optional;
        let retryable = role(&family.roles.retryable);
        let suggestion = role(&family.roles.suggestion);
        let request_id = role(&family.roles.request_id);
        quote! {
            /// What the runtime has to know of the problems.
            pub static FAMILY: rt::Family = rt::Family {
                codes: Code::FACTS,
                place: #place,
                code: #code,
                numeric: #numeric,
                optional: #optional,
                holder_optional: #holder_optional,
                retryable: #retryable,
                suggestion: #suggestion,
                request_id: #request_id,
            };
        }
    }

    /// Is it an integer on the wire?
    fn is_integer(&self, ty: &Type) -> bool {
        match ty {
            Type::Integer(_) => true,
            Type::Nullable(inner) => self.is_integer(inner),
            Type::Named(id) => self.contract.types.get(id.0).is_some_and(|def| match &def.shape {
                Shape::Enum(list) => matches!(list.values, EnumValues::Integers(_)),
                Shape::Alias(Type::Integer(_)) => true,
                _ => false,
            }),
            _ => false,
        }
    }

    fn code_type(&self, family: &ProblemFamily, codes: &[Coded<'_>]) -> TokenStream {
        let mut doc = Doc::new("The machine code of a problem: what to branch on.");
        if let Some(description) = &family.docs.description {
            doc.prose(description);
        }
        let doc = doc.outer();
        let docs: Vec<_> =
            codes.iter().map(|(code, plan)| self.code_doc(family, code, plan).outer()).collect();
        let values: Vec<_> = codes
            .iter()
            .map(|(code, _)| {
                let value = &code.code;
                quote!(#value)
            })
            .collect();
        let variants: Vec<_> = codes.iter().map(|(_, plan)| plan.variant.clone()).collect();
        let vocabulary = Vocabulary::of_strings(&docs, &values);
        let facts = code_facts(family, codes);
        let body = vocabulary.print(&RustName::own("Code"), &variants, &facts);
        quote!(#doc #body)
    }

    fn code_doc(&self, family: &ProblemFamily, code: &ProblemCode, plan: &CodePlan) -> Doc {
        let mut doc = Doc::new(headline(code));
        if let Some(meaning) = &code.meaning {
            doc.prose(meaning);
        }
        if let Some(remedy) = &code.remedy {
            doc.paragraph("**What to do.**").prose(remedy);
        }
        doc.gap();
        let statuses = statuses(code);
        if !statuses.is_empty() {
            doc.line(format!("* Status: {statuses}"));
        }
        if let Some(retryable) = code.retryable {
            let word = if retryable { "yes, the identical request can succeed later" } else { "no" };
            doc.line(format!("* Retryable: {word}"));
        }
        if let Some(recovery) = &code.recovery {
            doc.line(format!("* Way out: {}", span(&recovery_words(recovery))));
        }
        if let Some((name, _)) = &plan.payload {
            doc.line(format!("* Members: [those of `{name}`](crate::problems::{name})"));
        }
        if let Some(section) = &code.section {
            doc.line(format!("* Section: {}", plain(section)));
        }
        if !code.raised_by.is_empty() {
            doc.line(format!("* Raised by: {}", self.raised_by(code)));
        }
        if let Some(url) = docs_url(family, code) {
            doc.line(format!("* Documentation: {}", plain(&url)));
        }
        doc
    }

    /// The operations that raise a code. When nearly all do, those that do not are the shorter list.
    fn raised_by(&self, code: &ProblemCode) -> String {
        let links = |ids: &mut dyn Iterator<Item = OperationId>| {
            ids.filter_map(|id| self.operation_link(id)).collect::<Vec<_>>().join(", ")
        };
        let raising: BTreeSet<OperationId> = code.raised_by.iter().copied().collect();
        let others = (0..self.contract.operations.len()).map(OperationId).filter(|id| !raising.contains(id));
        match others.clone().count() {
            0 => "every operation".to_owned(),
            few if few * 4 <= raising.len() => format!("every operation but {}", links(&mut { others })),
            _ => links(&mut raising.iter().copied()),
        }
    }

    fn payload(&self, (code, plan): &Coded<'_>) -> Option<TokenStream> {
        let (name, fields) = plan.payload.as_ref()?;
        let mut doc = Doc::new(format!("The members of {}.", span(&code.code)));
        doc.paragraph(format!("See [`Code::{}`].", plan.variant));
        let record = self.record(&RecordSpec {
            name,
            doc,
            deprecated: false,
            members: members(self.contract, &code.fields),
            plan: fields,
            within: Within::Other,
            constructor: true,
        });
        let (name, variant) = (name.ident(), plan.variant.ident());
        Some(quote! {
            #record
            impl From<#name> for Kind {
                fn from(members: #name) -> Self { Self::#variant(members) }
            }
        })
    }

    fn problem_type(&self, family: &ProblemFamily, plan: &ProblemsPlan, codes: &[Coded<'_>]) -> TokenStream {
        let common: Vec<(&Field, &FieldPlan)> =
            plan.common.iter().filter_map(|(at, field)| Some((family.members.get(*at)?, field))).collect();
        let list: Vec<Field> = common.iter().map(|(member, _)| (*member).clone()).collect();
        let members = members(self.contract, &list);
        let fields = common.iter().zip(&members).filter(|((_, plan), _)| plan.constant.is_none());
        let fields = fields.map(|((_, plan), (_, doc, _))| {
            let (doc, name, ty) = (doc.outer(), plan.name.ident(), self.ty(&plan.ty, Within::Other));
            quote!(#doc pub #name: #ty,)
        });
        let plans =
            StructPlan { fields: common.iter().map(|(_, plan)| (*plan).clone()).collect(), additional: None };
        let wires: Vec<&str> = common.iter().map(|(member, _)| member.name.as_str()).collect();
        let mut others = vec![
            quote!(kind: Kind::Unlisted(rt::UnlistedCode::from_wire(""))),
            quote!(extensions: BTreeMap::new()),
        ];
        others.extend(plan.envelope.iter().map(|_| quote!(envelope: rt::empty())));
        let further = matches!(family.place, CodePlace::Each(..));
        others.extend(further.then(|| quote!(further: Vec::new())));
        let further = further.then(|| {
            quote! {
                /// The problems that the body lists after this one. They stand in the same envelope: that of the first is written.
                pub further: Vec<Problem>,
            }
        });
        let envelope = plan.envelope.as_ref().map(|_| {
            quote! {
                /// The other members of the body that the problem stands in.
                pub envelope: Envelope,
            }
        });
        let record = self.record_body(&plans, &wires, &others);
        let new = self.problem_new(plan, &family.place);
        let payloads = codes.iter().any(|(_, plan)| plan.payload.is_some());
        let parts = ProblemParts { codes, payloads, place: &family.place };
        let node = parts.node();
        quote! {
            /// A problem: the members that every problem may have, and those of its code.
            #[derive(Debug, Clone, PartialEq)]
            pub struct Problem {
                #(#fields)*
                /// The code, with the members that it has.
                pub kind: Kind,
                /// Members that the contract does not name; and the names of those that may be absent and were `null`.
                pub extensions: BTreeMap<String, rt::Json>,
                #envelope
                #further
            }
            #new
            impl rt::Node for Problem { #record }
            #node
        }
    }

    /// The struct of the members around a problem.
    fn envelope(&self, family: &ProblemFamily, plan: &StructPlan) -> TokenStream {
        self.record(&RecordSpec {
            name: &RustName::own("Envelope"),
            doc: Doc::new("The members of the body of an error around its problem."),
            deprecated: false,
            members: members(self.contract, &family.envelope),
            plan,
            within: Within::Other,
            constructor: true,
        })
    }

    fn problem_new(&self, plan: &ProblemsPlan, place: &CodePlace) -> TokenStream {
        let (mut arguments, mut values) = (Vec::new(), Vec::new());
        for ((_, field), fill) in
            plan.common.iter().zip(&plan.fills).filter(|((_, field), _)| field.constant.is_none())
        {
            let name = field.name.ident();
            match fill {
                Fill::Absent => values.push(quote!(#name: None)),
                Fill::Fact(fact) => {
                    let value = fact_value(*fact, field);
                    values.push(quote!(#name: #value));
                }
                Fill::Argument => {
                    let (ty, value) = self.argument(&field.name, &field.ty, Within::Other);
                    arguments.push(quote!(#name: #ty));
                    values.push(initializer(&field.name, value));
                }
            }
        }
        match &plan.envelope {
            Some(envelope) if has_default(envelope) => values.push(quote!(envelope: Envelope::default())),
            Some(_) => {
                arguments.push(quote!(envelope: Envelope));
                values.push(quote!(envelope));
            }
            None => {}
        }
        let several = matches!(place, CodePlace::Each(..));
        values.extend(several.then(|| quote!(further: Vec::new())));
        let all = several.then(|| {
            quote! {
                /// Every problem that the body lists, this one first.
                pub fn all(&self) -> impl Iterator<Item = &Problem> { std::iter::once(self).chain(&self.further) }
            }
        });
        let facts = plan
            .fills
            .iter()
            .any(|fill| matches!(fill, Fill::Fact(_)))
            .then(|| quote!(let facts = kind.facts().copied().unwrap_or(rt::CodeFacts::new("", &[]));));
        let allow = (arguments.len() > 6).then(|| quote!(#[allow(clippy::too_many_arguments)]));
        quote! {
            impl Problem {
                /// A problem of this kind, with what the contract says of its code: of several statuses, the first. For servers and for tests.
                #allow
                pub fn new(kind: impl Into<Kind>, #(#arguments),*) -> Self {
                    let kind = kind.into();
                    #facts
                    Self { #(#values,)* kind, extensions: BTreeMap::new() }
                }
                #all
            }
        }
    }
}

/// A member from a fact. A code that is not listed has none, but nobody can build a problem of such a code.
fn fact_value(fact: Fact, field: &FieldPlan) -> TokenStream {
    let optional = matches!(field.ty, Ty::Option(_));
    match (fact, optional) {
        (Fact::TypeUri, true) => quote!(facts.type_uri.map(Into::into)),
        (Fact::TypeUri, false) => quote!(facts.type_uri.unwrap_or("about:blank").into()),
        (Fact::Title, true) => quote!(facts.title.map(Into::into)),
        (Fact::Title, false) => quote!(facts.title.unwrap_or_default().into()),
        (Fact::Status, true) => quote!(facts.statuses.first().map(|status| (*status).into())),
        (Fact::Status, false) => quote!(facts.statuses.first().copied().unwrap_or_default().into()),
        (Fact::Retryable, true) => quote!(facts.retryable),
        (Fact::Retryable, false) => quote!(facts.retryable.unwrap_or_default()),
    }
}

fn code_facts(family: &ProblemFamily, codes: &[Coded<'_>]) -> TokenStream {
    let facts = codes.iter().map(|(code, _)| {
        let (name, statuses) = (&code.code, code.statuses.iter().map(|status| number(usize::from(*status))));
        let with = |function: TokenStream, value: &Option<String>| {
            value.as_ref().map(|value| quote!(.#function(#value)))
        };
        let retryable = code.retryable.map(|value| quote!(.with_retryable(#value)));
        let title = with(quote!(with_title), &code.title);
        let type_uri = with(quote!(with_type_uri), &code.type_uri);
        let section = with(quote!(with_section), &code.section);
        let remedy = with(quote!(with_remedy), &code.remedy);
        let recovery = code.recovery.as_ref().map(way_out);
        let docs = with(quote!(with_docs_url), &docs_url(family, code));
        quote!(rt::CodeFacts::new(#name, &[#(#statuses),*])#retryable #title #type_uri #section #remedy #recovery #docs)
    });
    let variants = codes.iter().map(|(_, plan)| plan.variant.ident());
    let places = (0..codes.len()).map(number);
    let body = if codes.is_empty() {
        quote!(None)
    } else {
        quote!(Some(match self { #(Self::#variants => &Self::FACTS[#places],)* Self::Unlisted(_) => return None }))
    };
    quote! {
        impl Code {
            /// What the contract says of each code, in the order of the variants.
            pub const FACTS: &'static [rt::CodeFacts] = &[#(#facts),*];

            /// What the contract says of this code; `None` when it does not list it.
            pub const fn facts(&self) -> Option<&'static rt::CodeFacts> { #body }
        }
    }
}

/// The way out as the runtime knows it.
fn way_out(recovery: &Recovery) -> TokenStream {
    let action = match recovery.action {
        RecoveryAction::Retry => quote!(Retry),
        RecoveryAction::Wait => quote!(Wait),
        RecoveryAction::Reauthenticate => quote!(Reauthenticate),
        RecoveryAction::StepUp => quote!(StepUp),
        RecoveryAction::Reread => quote!(Reread),
        RecoveryAction::Choose => quote!(Choose),
        RecoveryAction::Fix => quote!(Fix),
        RecoveryAction::Upgrade => quote!(Upgrade),
        RecoveryAction::GiveUp => quote!(GiveUp),
    };
    let names = &recovery.field;
    let field = (!names.is_empty()).then(|| quote!(.with_field(&[#(#names),*])));
    let url = recovery.url.as_ref().map(|url| quote!(.with_url(#url)));
    quote!(.with_recovery(rt::WayOut::new(rt::RecoveryAction::#action)#field #url))
}

fn kind_type(codes: &[Coded<'_>]) -> TokenStream {
    let variants = codes.iter().map(|(code, plan)| {
        let (doc, name) = (Doc::new(headline(code)).outer(), plan.variant.ident());
        let payload = plan.payload.as_ref().map(|(payload, _)| {
            let payload = payload.ident();
            quote!((#payload))
        });
        quote!(#doc #name #payload,)
    });
    let arms = codes.iter().map(|(code, plan)| {
        let (pattern, code) = (pattern(plan), &code.code);
        quote!(Self::#pattern => #code,)
    });
    quote! {
        /// The code of a problem, with the members that only this code has.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Kind {
            #(#variants)*
            /// A code that this version of the contract does not list.
            Unlisted(rt::UnlistedCode),
        }
        impl Kind {
            /// The code as it stands on the wire.
            pub fn code(&self) -> &str {
                match self { #(#arms)* Self::Unlisted(code) => code.code() }
            }

            /// What the contract says of the code; `None` when it does not list it.
            pub fn facts(&self) -> Option<&'static rt::CodeFacts> { FAMILY.facts(self.code()) }
        }
    }
}

/// The pattern that matches a kind whatever its members are.
fn pattern(plan: &CodePlan) -> TokenStream {
    let name = plan.variant.ident();
    if plan.payload.is_some() { quote!(#name(_)) } else { quote!(#name) }
}

/// What makes `Problem` a problem to the runtime.
struct ProblemParts<'a> {
    codes: &'a [Coded<'a>],
    payloads: bool,
    place: &'a CodePlace,
}

impl ProblemParts<'_> {
    fn node(&self) -> TokenStream {
        let select = self.select();
        let conditional = self.conditional(false);
        let conditional_mut = self.conditional(true);
        let around = self.around();
        quote! {
            impl rt::ProblemNode for Problem {
                fn family(&self) -> &'static rt::Family { &FAMILY }
                fn code(&self) -> &str { self.kind.code() }
                #select
                fn common(&self) -> &dyn rt::Node { self }
                fn common_mut(&mut self) -> &mut dyn rt::Node { self }
                #conditional
                #conditional_mut
                fn extensions(&self) -> &BTreeMap<String, rt::Json> { &self.extensions }
                fn extensions_mut(&mut self) -> &mut BTreeMap<String, rt::Json> { &mut self.extensions }
                #around
            }
            rt::problem!(Problem);
        }
    }

    /// What hands out the members around the problem, and the problems beside it.
    fn around(&self) -> TokenStream {
        let envelope = quote! {
            fn envelope(&self) -> Option<&dyn rt::Node> { Some(&self.envelope) }
            fn envelope_mut(&mut self) -> Option<&mut dyn rt::Node> { Some(&mut self.envelope) }
        };
        match self.place {
            CodePlace::Root(_) => TokenStream::new(),
            CodePlace::Under(..) => envelope,
            CodePlace::Each(..) => quote! {
                #envelope
                fn further(&self, number: usize) -> Option<&dyn rt::ProblemNode> {
                    self.further.get(number).map(|problem| problem as &dyn rt::ProblemNode)
                }
                fn grow(&mut self) -> Option<&mut dyn rt::ProblemNode> {
                    self.further.push(rt::empty());
                    self.further.last_mut().map(|problem| problem as &mut dyn rt::ProblemNode)
                }
                fn shrink(&mut self) { self.further.pop(); }
                fn settle(&mut self) {
                    self.further.iter_mut().for_each(|problem| problem.envelope.clone_from(&self.envelope));
                }
            },
        }
    }

    fn select(&self) -> TokenStream {
        if self.codes.is_empty() {
            return quote! {
                fn select(&mut self, _: Option<usize>, code: &str) {
                    self.kind = Kind::Unlisted(rt::UnlistedCode::from_wire(code));
                }
            };
        }
        let arms = self.codes.iter().enumerate().map(|(at, (_, plan))| {
            let (at, name) = (number(at), plan.variant.ident());
            let members = plan.payload.is_some().then(|| quote!((rt::empty())));
            quote!(Some(#at) => Kind::#name #members,)
        });
        quote! {
            fn select(&mut self, place: Option<usize>, code: &str) {
                self.kind = match place {
                    #(#arms)*
                    _ => Kind::Unlisted(rt::UnlistedCode::from_wire(code)),
                };
            }
        }
    }

    fn conditional(&self, mutable: bool) -> TokenStream {
        let (name, mutability) =
            if mutable { (quote!(conditional_mut), Some(quote!(mut))) } else { (quote!(conditional), None) };
        let body = if self.payloads {
            let arms = self.codes.iter().filter(|(_, plan)| plan.payload.is_some()).map(|(_, plan)| {
                let name = plan.variant.ident();
                quote!(Kind::#name(members) => Some(members),)
            });
            quote!(match &#mutability self.kind { #(#arms)* _ => None })
        } else {
            quote!(None)
        };
        quote!(fn #name(&#mutability self) -> Option<&#mutability dyn rt::Node> { #body })
    }
}

/// The object that holds a code, for the runtime.
pub(super) fn code_place(place: &CodePlace) -> TokenStream {
    match place {
        CodePlace::Root(_) => quote!(rt::CodePlace::Root),
        CodePlace::Under(name, _) => quote!(rt::CodePlace::Under(#name)),
        CodePlace::Each(name, _) => quote!(rt::CodePlace::Each(#name)),
    }
}

/// The code and its title.
pub(super) fn headline(code: &ProblemCode) -> String {
    match &code.title {
        Some(title) => format!("{}: {}", span(&code.code), super::docs::sentence(title)),
        None => format!("{}.", super::types::quoted(&code.code)),
    }
}

/// The statuses of a code in words.
fn statuses(code: &ProblemCode) -> String {
    let words = |status| match status {
        StatusSpec::Default => "one that the document leaves open".to_owned(),
        status => crate::docs::rows::status(status),
    };
    code.declared().map(words).collect::<Vec<_>>().join(" or ")
}

/// The place that explains a code to people: its anchor on the page of the family.
fn docs_url(family: &ProblemFamily, code: &ProblemCode) -> Option<String> {
    let page = family.docs_url.as_ref()?;
    let fragment = code.type_uri.as_ref().and_then(|uri| uri.split_once('#')).map(|(_, fragment)| fragment);
    Some(match fragment {
        Some(fragment) => format!("{}#{fragment}", page.split('#').next().unwrap_or(page)),
        None => page.clone(),
    })
}
