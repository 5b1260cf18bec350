//! Small contracts for the printers' tests.

use serde_json::{Value, json};

use crate::contract::*;

/// Text that tries to leave every medium that it is put in.
pub(crate) const HOSTILE: &str = "A | b `c|d` ``e`f`` *bold* <img src=x onerror=alert(1)> </script></style> --> \u{202E}evil\n\
# Heading\n\n[x](javascript:alert(1)) [ok](https://example.com/a|b) ![pic](https://example.com/p.png)\n\n<div>\nblock\n</div>\n\n- one\n- two\n\n```\n```` | </pre>\n```\n";

pub(crate) fn field(name: &str, ty: Type, required: bool) -> Field {
    Field::new(name, ty, required)
}

fn docs(description: &str) -> Docs {
    Docs { description: Some(description.to_owned()), ..Docs::default() }
}

fn def(name: &str, shape: Shape) -> TypeDef {
    TypeDef {
        name: name.to_owned(),
        docs: Docs::default(),
        shape,
        examples: Vec::new(),
        at: Pointer::default(),
    }
}

pub(crate) fn code(code: &str, statuses: &[u16], section: &str) -> ProblemCode {
    ProblemCode {
        code: code.to_owned(),
        title: Some(format!("About {code}")),
        statuses: statuses.to_vec(),
        retryable: Some(false),
        type_uri: Some(format!("https://example.com/errors#{code}")),
        section: Some(section.to_owned()),
        section_at: None,
        meaning: Some(format!("What `{code}` means. More about it.")),
        remedy: None,
        recovery: None,
        source: None,
        fields: Vec::new(),
        examples: Vec::new(),
        ranges: Vec::new(),
        raised_by: Vec::new(),
        at: Pointer::default(),
    }
}

pub(crate) fn operation(id: &str, method: Method, path: &str) -> Operation {
    Operation {
        id: id.to_owned(),
        method,
        path: path.to_owned(),
        segments: vec![Segment::Literal(path.to_owned())],
        tag: None,
        docs: Docs::default(),
        params: Vec::new(),
        body: None,
        successes: Vec::new(),
        errors: Vec::new(),
        credentials: Vec::new(),
        pagination: None,
        at: Pointer::default(),
    }
}

pub(crate) fn media(media_type: &str, ty: Type) -> Media {
    Media {
        media_type: media_type.to_owned(),
        encoding: Encoding::Json,
        ty,
        items: None,
        parts: Vec::new(),
        examples: Vec::new(),
    }
}

pub(crate) fn problem(status: StatusSpec, codes: &[usize], open: bool) -> ErrorResponse {
    ErrorResponse {
        status,
        docs: Docs::default(),
        bodies: vec![ErrorBody {
            media_type: "application/problem+json".to_owned(),
            kind: ErrorKind::Problem {
                family: FamilyId(0),
                codes: codes.iter().copied().map(CodeId).collect(),
                open,
                ty: None,
            },
        }],
        headers: Vec::new(),
    }
}

pub(crate) fn header(name: &str, required: bool) -> ResponseHeader {
    ResponseHeader {
        name: name.to_owned(),
        ty: Type::Integer(IntegerFormat::I64),
        required,
        example: None,
        docs: docs("Seconds to wait."),
    }
}

/// An API without anything.
pub(crate) fn empty() -> Contract {
    Contract {
        api: Api {
            title: "Empty".to_owned(),
            version: "1".to_owned(),
            description: None,
            servers: Vec::new(),
            credentials: Vec::new(),
            tags: Vec::new(),
        },
        types: Vec::new(),
        families: Vec::new(),
        operations: Vec::new(),
    }
}

/// A library that lends books: two sections, nested members, an error without a code.
pub(crate) fn library() -> Contract {
    let mut contract = empty();
    contract.api.title = "Library".to_owned();
    contract.api.version = "2.1.0".to_owned();
    contract.api.servers = vec![Server { url: "https://api.example.com".to_owned(), description: None }];
    contract.types = vec![
        def(
            "Branch",
            Shape::Struct(Struct {
                fields: vec![
                    field("slug", Type::String, true),
                    field("opens_at", Type::Nullable(Box::new(Type::Text(TextFormat::DateTime))), false),
                    field("nearest", Type::Nullable(Box::new(Type::Named(TypeId(0)))), false),
                ],
                additional: None,
            }),
        ),
        def(
            "Loan",
            Shape::Struct(Struct {
                fields: vec![
                    field("id", Type::Text(TextFormat::Uuid), true),
                    field("tier", Type::Named(TypeId(2)), false),
                ],
                additional: Some(Type::Any),
            }),
        ),
        def(
            "Tier",
            Shape::Enum(Enum { values: EnumValues::Strings(vec!["free".to_owned(), "gold".to_owned()]) }),
        ),
        def(
            "Target",
            Shape::Union(Union {
                tag: Some("kind".to_owned()),
                variants: vec![
                    Variant {
                        name: "Branch".to_owned(),
                        ty: Type::Named(TypeId(0)),
                        tags: vec!["branch".to_owned()],
                    },
                    Variant {
                        name: "Loan".to_owned(),
                        ty: Type::Named(TypeId(1)),
                        tags: vec!["loan".to_owned()],
                    },
                ],
            }),
        ),
    ];
    contract.families = vec![library_family()];
    contract.operations = library_operations();
    contract
}

pub(crate) fn pages() -> Pagination {
    Pagination {
        items: vec!["data".to_owned()],
        turn: Turn::Cursor {
            by: PageKey::Param("cursor".to_owned()),
            next: vec!["meta".to_owned(), "next".to_owned()],
        },
        more: vec!["more".to_owned()],
        at: Pointer::default(),
    }
}

pub(crate) fn way_out(action: RecoveryAction, field: &[&str], url: Option<&str>) -> Option<Recovery> {
    Some(Recovery {
        action,
        field: field.iter().map(|name| (*name).to_owned()).collect(),
        url: url.map(str::to_owned),
        at: Pointer::default(),
    })
}

fn library_family() -> ProblemFamily {
    let integer = Type::Integer(IntegerFormat::I64);
    let mut limit = field("limit", integer.clone(), true);
    limit.docs = docs("How many books the tier allows.");
    let mut tier = field("tier", Type::Named(TypeId(2)), false);
    tier.default = Some(json!("free"));
    let mut quota = code("quota_exceeded", &[403, 413], "Loans");
    quota.fields = vec![limit, field("used", integer, true), tier];
    quota.remedy = Some("Return a book, or [upgrade](https://example.com/plans).".to_owned());
    quota.recovery = way_out(RecoveryAction::Upgrade, &[], Some("https://example.com/plans"));
    quota.examples = vec![Example {
        name: String::new(),
        value: json!({"code": "quota_exceeded", "status": 403, "limit": 3, "used": 3}),
        at: None,
    }];
    quota.raised_by = vec![OperationId(0), OperationId(1)];
    let mut branch = code("branch_required", &[409], "Loans");
    branch.fields = vec![field("choices", Type::Array(Box::new(Type::Named(TypeId(0)))), true)];
    branch.recovery = way_out(RecoveryAction::Choose, &["choices"], None);
    branch.raised_by = vec![OperationId(1)];
    let mut busy = code("busy", &[503], "Server");
    busy.retryable = Some(true);
    busy.recovery = way_out(RecoveryAction::Wait, &[], None);
    busy.type_uri = None;
    busy.source = Some("status page".to_owned());
    ProblemFamily {
        name: "Problem".to_owned(),
        docs: docs("Every error is a problem document."),
        docs_url: Some("https://example.com/errors".to_owned()),
        sections: vec!["Loans".to_owned(), "Server".to_owned()],
        place: CodePlace::Root("code".to_owned()),
        holder_optional: false,
        open: false,
        envelope: Vec::new(),
        members: vec![
            field("type", Type::String, true),
            field("code", Type::String, true),
            field("detail", Type::String, false),
        ],
        roles: Roles::default(),
        codes: vec![quota, branch, busy],
        at: Pointer::default(),
    }
}

fn library_operations() -> Vec<Operation> {
    let mut list = operation("listLoans", Method::Get, "/loans");
    list.params = vec![Param {
        name: "limit".to_owned(),
        place: ParamPlace::Query,
        style: ParamStyle::Form,
        explode: true,
        allow_reserved: false,
        ty: Type::Integer(IntegerFormat::I32),
        required: false,
        default: Some(json!(20)),
        docs: Docs::default(),
        example: None,
        limits: Limits::default(),
    }];
    list.successes = vec![Success {
        status: StatusSpec::Exact(200),
        docs: Docs::default(),
        media: vec![media("application/json", Type::Array(Box::new(Type::Named(TypeId(1)))))],
        headers: Vec::new(),
    }];
    list.errors = vec![
        problem(StatusSpec::Exact(403), &[0], true),
        ErrorResponse {
            status: StatusSpec::Exact(404),
            docs: Docs::default(),
            bodies: Vec::new(),
            headers: Vec::new(),
        },
    ];
    let mut lend = operation("lendBook", Method::Post, "/loans");
    lend.body = Some(Body {
        required: true,
        docs: Docs::default(),
        media: vec![media("application/json", Type::Named(TypeId(3)))],
    });
    lend.credentials = vec!["card".to_owned()];
    lend.successes = vec![Success {
        status: StatusSpec::Exact(201),
        docs: Docs::default(),
        media: vec![media("application/json", Type::Named(TypeId(1)))],
        headers: Vec::new(),
    }];
    lend.errors = vec![
        problem(StatusSpec::Exact(403), &[0], true),
        problem(StatusSpec::Exact(409), &[1], true),
        problem(StatusSpec::Exact(413), &[0], false),
        ErrorResponse {
            status: StatusSpec::Range(5),
            docs: docs("The library is closed."),
            bodies: vec![ErrorBody {
                media_type: "application/json".to_owned(),
                kind: ErrorKind::Json(Type::Named(TypeId(0))),
            }],
            headers: vec![header("Retry-After", false)],
        },
    ];
    lend.errors[2].headers = vec![header("Retry-After", true)];
    vec![list, lend]
}

/// The library with hostile text wherever a document may have text.
pub(crate) fn hostile() -> Contract {
    let mut contract = library();
    contract.api.title = HOSTILE.to_owned();
    contract.api.version = "1 </title>|".to_owned();
    for def in &mut contract.types {
        def.name.push_str(" </script>|`\u{202E}");
    }
    for family in &mut contract.families {
        family.docs = docs(HOSTILE);
        family.docs_url = Some("javascript:alert(1)".to_owned());
        for member in &mut family.members {
            member.docs = docs(HOSTILE);
        }
        let hostile = Some(HOSTILE.to_owned());
        for code in &mut family.codes {
            code.code.push_str("\"><script>|`\n\u{202E}");
            code.type_uri = Some("https://example.com/e#\"><script>alert(1)</script>|".to_owned());
            code.title.clone_from(&hostile);
            code.section.clone_from(&hostile);
            code.meaning.clone_from(&hostile);
            code.remedy.clone_from(&hostile);
            code.source.clone_from(&hostile);
            code.recovery = way_out(RecoveryAction::Upgrade, &[HOSTILE], Some(HOSTILE));
            code.examples.push(Example { name: HOSTILE.to_owned(), value: Value::from(HOSTILE), at: None });
            for field in &mut code.fields {
                field.name.push_str("`|</script>\n");
                field.docs = docs(HOSTILE);
                field.default = Some(Value::from(HOSTILE));
            }
        }
    }
    for operation in &mut contract.operations {
        operation.id.push_str("<script>|`\n");
        operation.path.push_str("/<script>|`\n\u{202E}");
        for error in &mut operation.errors {
            if error.docs.description.is_some() {
                error.docs = docs(HOSTILE);
            }
            for header in &mut error.headers {
                header.docs = docs(HOSTILE);
            }
        }
    }
    contract
}
