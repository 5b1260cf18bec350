//! Parameters are written as OpenAPI 3.1 says ("Style Examples" of the Parameter Object): the table of the specification,
//! row by row, through a request that is built for real.
#![allow(missing_docs, reason = "a test")]

use std::collections::BTreeMap;

use problemgen_runtime as rt;
use problemgen_runtime::{BaseUrl, Operation, ParamSpec, Style};

#[derive(Debug, Clone, Copy)]
enum Api {}

static FAMILY: rt::Family = rt::Family {
    codes: &[],
    place: rt::CodePlace::Root,
    code: "",
    numeric: false,
    optional: false,
    holder_optional: false,
    retryable: None,
    suggestion: None,
    request_id: None,
};

#[derive(Debug, Clone, PartialEq, Default)]
struct Nothing {
    extensions: BTreeMap<String, rt::Json>,
}

impl rt::Node for Nothing {
    fn empty() -> Self {
        Self::default()
    }
}

impl rt::ProblemNode for Nothing {
    fn family(&self) -> &'static rt::Family {
        &FAMILY
    }
    fn code(&self) -> &str {
        ""
    }
    fn select(&mut self, _: Option<usize>, _: &str) {}
    fn common(&self) -> &dyn rt::Node {
        self
    }
    fn common_mut(&mut self) -> &mut dyn rt::Node {
        self
    }
    fn conditional(&self) -> Option<&dyn rt::Node> {
        None
    }
    fn conditional_mut(&mut self) -> Option<&mut dyn rt::Node> {
        None
    }
    fn extensions(&self) -> &BTreeMap<String, rt::Json> {
        &self.extensions
    }
    fn extensions_mut(&mut self) -> &mut BTreeMap<String, rt::Json> {
        &mut self.extensions
    }
}

impl rt::Api for Api {
    const USER_AGENT: &'static str = "test/1";
    const SERVERS: &'static [&'static str] = &[];
    const CREDENTIAL: rt::CredentialPlace = rt::CredentialPlace::Nowhere;
    const FAMILY: &'static rt::Family = &FAMILY;
    type Problem = Nothing;
    type Kind = Nothing;
    type Failure = rt::NoFailure;
    fn empty_problem() -> Nothing {
        Nothing::default()
    }
    fn kind(problem: &Nothing) -> &Nothing {
        problem
    }
}

/// The values of the specification's table, with a member order that a map keeps.
#[derive(Debug, Clone)]
struct Values {
    empty: String,
    string: String,
    array: Vec<String>,
    object: BTreeMap<String, i64>,
    absent: Option<String>,
    no_items: Vec<String>,
    no_members: BTreeMap<String, i64>,
    nulls: Vec<Option<String>>,
    reserved: String,
    free: rt::Json,
}

fn values() -> Values {
    Values {
        empty: String::new(),
        string: "blue".into(),
        array: ["blue", "black", "brown"].map(String::from).into(),
        object: [("B", 150), ("G", 200), ("R", 100)].map(|(name, value)| (name.to_owned(), value)).into(),
        absent: None,
        no_items: Vec::new(),
        no_members: BTreeMap::new(),
        nulls: vec![Some("blue".into()), None],
        reserved: ":/?#[]@!$&'()*+,;=%é ".into(),
        free: r#"{"a":{"b":[1,2]},"c":[{"d":1},{"d":2}],"e":null,"f":"x"}"#.parse().expect("JSON"),
    }
}

/// Makes an operation with one parameter called `color` and gives the part of the request that it is in.
macro_rules! written {
    ($style:ident, $explode:literal, $field:ident) => {
        written!($style, $explode, $field, false)
    };
    ($style:ident, $explode:literal, $field:ident, $reserved:literal) => {{
        #[derive(Debug, Clone)]
        struct One(Values);
        impl rt::Operation for One {
            type Of = Api;
            type Errors<'a> = &'a Nothing;
            type Output = ();
            const SPEC: &'static rt::OperationSpec = &rt::OperationSpec {
                id: "one",
                method: "GET",
                path: if matches!(
                    Style::$style,
                    Style::PathSimple | Style::PathLabel | Style::PathMatrix | Style::PathJson
                ) {
                    "/{color}"
                } else {
                    "/"
                },
                params: &[ParamSpec {
                    name: "color",
                    style: Style::$style,
                    explode: $explode,
                    allow_reserved: $reserved,
                    required: false,
                }],
                accept: "application/json",
                authenticated: false,
                successes: &[],
                errors: &[],
            };
            fn param(&self, at: usize) -> Option<&dyn rt::Node> {
                (at == 0).then_some(&self.0.$field as &dyn rt::Node)
            }
        }
        let base: BaseUrl = "http://host.example".parse().expect("a URL");
        One(values()).to_request(&base).map(|request| {
            let header = |name: &str| {
                request.headers().get(name).map(|value| value.to_str().expect("text").to_owned())
            };
            let uri = request.uri().to_string();
            header("color")
                .or_else(|| header("cookie"))
                .unwrap_or_else(|| uri.replace("http://host.example/", ""))
        })
    }};
}

macro_rules! table {
    ($($style:ident $explode:literal: $string:literal, $array:literal, $object:literal;)*) => {$(
        assert_eq!(written!($style, $explode, string).expect("a request"), $string, "{} {}", stringify!($style), $explode);
        assert_eq!(written!($style, $explode, array).expect("a request"), $array, "{} {}", stringify!($style), $explode);
        assert_eq!(written!($style, $explode, object).expect("a request"), $object, "{} {}", stringify!($style), $explode);
    )*};
}

#[test]
fn each_style_is_written_as_the_specification_says() {
    table! {
        PathMatrix false: ";color=blue", ";color=blue,black,brown", ";color=B,150,G,200,R,100";
        PathMatrix true: ";color=blue", ";color=blue;color=black;color=brown", ";B=150;G=200;R=100";
        PathLabel false: ".blue", ".blue,black,brown", ".B,150,G,200,R,100";
        PathLabel true: ".blue", ".blue.black.brown", ".B=150.G=200.R=100";
        PathSimple false: "blue", "blue,black,brown", "B,150,G,200,R,100";
        PathSimple true: "blue", "blue,black,brown", "B=150,G=200,R=100";
        QueryForm false: "?color=blue", "?color=blue,black,brown", "?color=B,150,G,200,R,100";
        QueryForm true: "?color=blue", "?color=blue&color=black&color=brown", "?B=150&G=200&R=100";
        QuerySpaceDelimited false: "?color=blue", "?color=blue%20black%20brown", "?color=B%20150%20G%20200%20R%20100";
        QueryPipeDelimited false: "?color=blue", "?color=blue%7Cblack%7Cbrown", "?color=B%7C150%7CG%7C200%7CR%7C100";
        QueryDeepObject true: "?color=blue", "?color=blue&color=black&color=brown",
            "?color%5BB%5D=150&color%5BG%5D=200&color%5BR%5D=100";
        HeaderSimple false: "blue", "blue,black,brown", "B,150,G,200,R,100";
        HeaderSimple true: "blue", "blue,black,brown", "B=150,G=200,R=100";
        CookieForm false: "color=blue", "color=blue,black,brown", "color=B,150,G,200,R,100";
        CookieForm true: "color=blue", "color=blue; color=black; color=brown", "B=150; G=200; R=100";
        QuerySpaceDelimited true: "?color=blue", "?color=blue&color=black&color=brown", "?B=150&G=200&R=100";
        HeaderJson false: "\"blue\"", r#"["blue","black","brown"]"#, r#"{"B":150,"G":200,"R":100}"#;
        PathJson false: "%22blue%22", "%5B%22blue%22%2C%22black%22%2C%22brown%22%5D",
            "%7B%22B%22%3A150%2C%22G%22%3A200%2C%22R%22%3A100%7D";
        QueryJson false: "?color=%22blue%22", "?color=%5B%22blue%22%2C%22black%22%2C%22brown%22%5D",
            "?color=%7B%22B%22%3A150%2C%22G%22%3A200%2C%22R%22%3A100%7D";
    }
}

#[test]
fn an_absent_value_is_left_out() {
    assert_eq!(written!(QueryForm, true, absent).expect("a request"), "");
    assert_eq!(written!(QueryJson, false, absent).expect("a request"), "");
    assert_eq!(written!(HeaderSimple, false, absent).expect("a request"), "");
    assert_eq!(written!(CookieForm, true, absent).expect("a request"), "");
}

#[test]
fn an_empty_value_stands_in_a_query_but_not_in_a_path() {
    assert_eq!(written!(QueryForm, true, empty).expect("a request"), "?color=");
    assert_eq!(written!(PathMatrix, false, empty).expect("a request"), ";color");
    assert_eq!(written!(PathMatrix, true, empty).expect("a request"), ";color");
    let error = written!(PathSimple, false, empty).expect_err("another resource");
    assert_eq!(
        error.to_string(),
        r#"the path parameter "color" is empty: the path would name another resource"#
    );
    // A dot alone is how the label style writes it.
    let error = written!(PathLabel, false, empty).expect_err("a folder");
    assert_eq!(error.to_string(), r#""/." has a segment of dots: servers read that as a folder"#);
}

#[test]
fn lists_and_objects_without_anything_in_them_are_left_out() {
    macro_rules! nothing {
        ($($style:ident $explode:literal)*) => {$(
            assert_eq!(written!($style, $explode, no_items).expect("a request"), "");
            assert_eq!(written!($style, $explode, no_members).expect("a request"), "");
        )*};
    }
    nothing!(QueryForm true QueryForm false QueryPipeDelimited false QueryDeepObject true HeaderSimple false CookieForm true);
    assert!(written!(PathSimple, false, no_items).is_err());
    assert!(written!(PathMatrix, true, no_members).is_err());
}

#[test]
fn what_the_specification_leaves_open_is_not_lost() {
    assert_eq!(written!(QueryForm, false, nulls).expect("a request"), "?color=blue,");
    let deep = "?color[a][b]=1&color[a][b]=2&color[c][0][d]=1&color[c][1][d]=2&color[e]=&color[f]=x";
    let deep = deep.replace('[', "%5B").replace(']', "%5D");
    assert_eq!(written!(QueryDeepObject, true, free).expect("a request"), deep);
    assert_eq!(
        written!(QueryForm, true, free).expect("a request"),
        "?a=%7B%22b%22%3A%5B1%2C2%5D%7D&c=%7B%22d%22%3A1%7D&c=%7B%22d%22%3A2%7D&e=&f=x"
    );
}

#[test]
fn reserved_characters_stay_where_they_may() {
    assert_eq!(
        written!(QueryForm, true, reserved).expect("a request"),
        "?color=%3A%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%25%C3%A9%20"
    );
    assert_eq!(
        written!(QueryForm, true, reserved, true).expect("a request"),
        "?color=:/?%23[]@!$%26'()*%2B,;=%25%C3%A9%20"
    );
    assert_eq!(
        written!(PathSimple, false, reserved, true).expect("a request"),
        ":/%3F%23%5B%5D@!$&'()*+,;=%25%C3%A9%20"
    );
}

#[test]
fn a_parameter_can_be_all_of_the_query() {
    assert_eq!(written!(QueryStringForm, false, object).expect("a request"), "?B=150&G=200&R=100");
    assert_eq!(written!(QueryStringForm, false, absent).expect("a request"), "");
    assert_eq!(written!(QueryStringForm, false, no_members).expect("a request"), "");
    assert_eq!(
        written!(QueryStringForm, false, free).expect("a request"),
        "?a=%7B%22b%22%3A%5B1%2C2%5D%7D&c=%7B%22d%22%3A1%7D&c=%7B%22d%22%3A2%7D&e=&f=x"
    );
    assert!(written!(QueryStringForm, false, string).is_err());
    assert_eq!(
        written!(QueryStringJson, false, array).expect("a request"),
        "?%5B%22blue%22%2C%22black%22%2C%22brown%22%5D"
    );
    assert_eq!(
        written!(QueryStringText, false, reserved).expect("a request"),
        "?%3A%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%25%C3%A9%20"
    );
}

#[test]
fn a_cookie_can_be_written_as_it_is() {
    assert_eq!(
        written!(CookiePlain, true, array).expect("a request"),
        "color=blue; color=black; color=brown"
    );
    assert_eq!(written!(CookiePlain, false, array).expect("a request"), "color=blue,black,brown");
    assert_eq!(written!(CookiePlain, true, object).expect("a request"), "B=150; G=200; R=100");
    let error = written!(CookiePlain, true, reserved).expect_err("a semicolon would begin another cookie");
    assert_eq!(error.to_string(), r#"the cookie "color" has characters that a cookie cannot carry"#);
}
