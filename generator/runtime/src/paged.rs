//! Operations that list page by page: what the contract says of their pages, and where the next one is.
//!
//! In comes a page, out goes where the next one is, that there is none, or how the page breaks the contract. Deliberately
//! absent: sending anything.

mod link;

use std::collections::BTreeMap;

use http::{HeaderMap, Uri};

use crate::body::Content;
use crate::decode::{Violation, pointer_to};
use crate::error::RequestError;
use crate::json::Json;
use crate::node::Node;
use crate::operation::Operation;
use crate::request::BaseUrl;
use crate::value::Value;

pub(crate) use link::{next_in, on_same_server};

/// An operation that lists page by page. [`Client::pages`](crate::Client::pages) and [`Client::items`](crate::Client::items)
/// go through them.
///
/// ```
/// use problemgen_runtime::Paged;
///
/// fn len<O: Paged>(page: O::Output) -> usize {
///     O::items(page).len()
/// }
/// ```
pub trait Paged: Operation<Output: Node> {
    /// What a page lists.
    type Item: Send + 'static;
    /// What the contract says of the pages.
    const PAGES: &'static PageSpec;
    /// The items of a page.
    fn items(page: Self::Output) -> Vec<Self::Item>;
}

/// What the contract says of pages. Names lead from the page, or from an item, inwards.
#[derive(Debug)]
#[non_exhaustive]
pub struct PageSpec {
    /// How the next page is asked for.
    pub turn: Turn,
    /// The names that lead to the list; none when the page is the list.
    pub items: &'static [&'static str],
    /// The place, in [`OperationSpec::params`](crate::OperationSpec::params), of the parameter that says which page it is.
    pub param: Option<usize>,
    /// The media type of the request body, and the names in it that lead to the member which says which page it is.
    pub body: Option<(&'static str, &'static [&'static str])>,
    /// The names that lead to the member which says whether there are more pages; none where none does.
    pub more: &'static [&'static str],
}

impl PageSpec {
    /// Pages that are turned this way, and list their items there.
    pub const fn new(turn: Turn, items: &'static [&'static str]) -> Self {
        Self { turn, items, param: None, body: None, more: &[] }
    }

    /// The parameter at this place says which page it is.
    #[must_use]
    pub const fn by(mut self, param: usize) -> Self {
        self.param = Some(param);
        self
    }

    /// The member of the request body to which these names lead says which page it is. The body is JSON of this media type.
    #[must_use]
    pub const fn in_body(mut self, media_type: &'static str, names: &'static [&'static str]) -> Self {
        self.body = Some((media_type, names));
        self
    }

    /// A member says whether there are more pages.
    #[must_use]
    pub const fn while_told(mut self, more: &'static [&'static str]) -> Self {
        self.more = more;
        self
    }
}

/// How the next page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Turn {
    /// By a cursor, to which these names lead from the page. None is the end.
    Cursor(&'static [&'static str]),
    /// By a cursor, which a header of the answer holds. None is the end.
    Header {
        /// The name of the header.
        name: &'static str,
        /// Is the cursor a number?
        number: bool,
    },
    /// By a value, to which these names lead from the last item. An empty page is the end.
    Last(&'static [&'static str]),
    /// By its number; that of the first one unless the caller gives it. An empty page is the end.
    Page(i64),
    /// By the number of items before it; that before the first page unless the caller gives it. An empty page is the end.
    Offset(i64),
    /// At the URL of the header `Link` with `rel="next"` (RFC 8288). None is the end.
    Link,
    /// At the URL to which these names lead from the page. None is the end.
    Url(&'static [&'static str]),
}

/// Which page to ask for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Position {
    /// The one that the operation asks for as it is.
    Start,
    /// The one with this value of the parameter.
    At(Json),
    /// The one at this URL.
    Url(Uri),
}

/// A page as it came, and how it was asked for.
pub(crate) struct Page<'p> {
    pub(crate) content: Value<'p>,
    pub(crate) headers: &'p HeaderMap,
    /// What the caller gave for the parameter, or for the member of the body.
    pub(crate) given: Option<i64>,
    pub(crate) base: &'p BaseUrl,
    /// The URL that it was asked for at.
    pub(crate) uri: Option<&'p Uri>,
}

impl PageSpec {
    /// Where the page after this one is; `None` if this one is the last.
    ///
    /// # Errors
    /// When the page says that there are more, and not where, or that the next one is on another server.
    pub(crate) fn next(&self, page: &Page<'_>, position: &Position) -> Result<Option<Position>, Violation> {
        let told = page.content.path(self.more).filter(|_| !self.more.is_empty()).and_then(Value::as_bool);
        if told == Some(false) {
            return Ok(None);
        }
        let list = page.content.path(self.items);
        let count = list.map_or(0, |list| list.items().count());
        let next = match self.turn {
            Turn::Cursor(names) => page.content.path(names).and_then(cursor).map(Position::At),
            Turn::Header { name, number } => self.header(page, name, number)?,
            Turn::Last(names) => {
                let last = list.and_then(|list| list.items().last());
                last.and_then(|last| last.path(names)).and_then(cursor).map(Position::At)
            }
            Turn::Page(_) | Turn::Offset(_) if count == 0 && told.is_none() => None,
            Turn::Page(first) => Some(Position::At((number(page, position, first).saturating_add(1)).into())),
            Turn::Offset(first) => {
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                Some(Position::At(number(page, position, first).saturating_add(count).into()))
            }
            Turn::Link => self.url(page, next_in(page.headers).as_deref())?,
            Turn::Url(names) => {
                let text = page.content.path(names).and_then(Value::as_text);
                self.url(page, text.as_deref())?
            }
        };
        if next.is_none() && told == Some(true) {
            return Err(self.broken("the page says that there are more, and not where"));
        }
        Ok(next)
    }

    fn header(&self, page: &Page<'_>, name: &str, number: bool) -> Result<Option<Position>, Violation> {
        let Some(value) = page.headers.get(name) else { return Ok(None) };
        let wrong = |what: &str| self.broken(&format!("the header {name} is {what}"));
        let text = std::str::from_utf8(value.as_bytes()).map_err(|_| wrong("no text"))?.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let cursor = match number {
            false => Json::from(text),
            true => text
                .parse()
                .ok()
                .filter(|json| matches!(json, Json::Number(_)))
                .ok_or_else(|| wrong("no number"))?,
        };
        Ok(Some(Position::At(cursor)))
    }

    /// What the caller gave for the member of the body that says which page it is.
    pub(crate) fn given(&self, body: Option<Content<'_>>) -> Option<i64> {
        let (_, names) = self.body?;
        Value::of(body?.as_json()?).path(names)?.as_i64()
    }

    /// The body of a request, with another value of the member that says which page it is, and its media type; `None` where the
    /// body does not say it.
    ///
    /// # Errors
    /// When the body cannot be written.
    pub(crate) fn body_at(
        &self,
        body: Option<Content<'_>>,
        value: &Json,
    ) -> Result<Option<(&'static str, Json)>, RequestError> {
        let Some((media_type, names)) = self.body else { return Ok(None) };
        let mut json = match body.map(|body| body.as_json().and_then(|body| Value::of(body).read())) {
            None => Json::Null,
            Some(Some(json)) => json,
            Some(None) => return Err(RequestError::new("the body cannot be written as JSON")),
        };
        let mut member = &mut json;
        for name in names {
            if !matches!(member, Json::Object(_)) {
                *member = Json::Object(BTreeMap::new());
            }
            let Json::Object(members) = member else { break };
            member = members.entry((*name).to_owned()).or_default();
        }
        *member = value.clone();
        Ok(Some((media_type, json)))
    }

    fn url(&self, page: &Page<'_>, link: Option<&str>) -> Result<Option<Position>, Violation> {
        let Some(link) = link.map(str::trim).filter(|link| !link.is_empty()) else { return Ok(None) };
        match on_same_server(page.base, page.uri, link) {
            Some(uri) => Ok(Some(Position::Url(uri))),
            // The credential goes with every request, and nowhere but to the server that it is for.
            None => Err(self.broken(&format!("the next page is not at this server: {link}"))),
        }
    }

    /// A page that breaks the contract: at the member that leads to the next one.
    pub(crate) fn broken(&self, message: &str) -> Violation {
        let names = match self.turn {
            Turn::Cursor(names) | Turn::Url(names) => names,
            _ => &[],
        };
        let pointer = names.iter().map(|name| pointer_to(name)).collect();
        Violation { pointer, message: message.to_owned() }
    }
}

/// A cursor as it can be sent; an empty one is none.
fn cursor(value: Value<'_>) -> Option<Json> {
    let cursor = value.read::<Json>()?;
    match &cursor {
        Json::String(text) => (!text.is_empty()).then_some(cursor),
        Json::Number(_) => Some(cursor),
        _ => None,
    }
}

/// The number that a page was asked for by.
fn number(page: &Page<'_>, position: &Position, first: i64) -> i64 {
    match position {
        Position::At(number) => number.as_i64().unwrap_or(first),
        Position::Start | Position::Url(_) => page.given.unwrap_or(first),
    }
}

/// Notices when a server goes round in circles, by two positions that it keeps: the one before, and one that lies further and
/// further back (R. P. Brent, "An improved Monte Carlo factorization algorithm", 1980). So a circle of any length is noticed
/// before it has been gone through three times, and there is nothing to keep for a list that ends.
#[derive(Debug, Default)]
pub(crate) struct Circles {
    mark: Option<Position>,
    steps: u64,
    power: u64,
}

impl Circles {
    /// Goes on to a position: has it been there before?
    pub(crate) fn closes(&mut self, from: &Position, to: &Position) -> bool {
        if from == to || self.mark.as_ref() == Some(to) {
            return true;
        }
        if self.steps == self.power {
            self.mark = Some(to.clone());
            self.power = self.power.saturating_mul(2).max(1);
            self.steps = 0;
        }
        self.steps += 1;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(spec: &PageSpec, position: &Position, given: Option<i64>, body: &str) -> String {
        let body: Json = body.parse().expect("JSON");
        let base: BaseUrl = "https://api.example.com/v1".parse().expect("a URL");
        let mut headers = HeaderMap::new();
        if let Some(Json::Object(members)) = body.get("headers") {
            for (name, value) in members {
                let name = http::HeaderName::from_bytes(name.as_bytes()).expect("a name");
                headers.insert(name, value.as_str().expect("a text").parse().expect("a value"));
            }
        }
        let uri = Uri::from_static("https://api.example.com/v1/things?limit=2");
        let page = Page { content: Value::of(&body), headers: &headers, given, base: &base, uri: Some(&uri) };
        match spec.next(&page, position) {
            Ok(Some(Position::At(value))) => value.to_string(),
            Ok(Some(Position::Url(uri))) => uri.to_string(),
            Ok(other) => format!("{other:?}"),
            Err(violation) => violation.to_string(),
        }
    }

    #[test]
    fn cursors_come_from_the_page_or_from_its_last_item() {
        let start = &Position::Start;
        let by = PageSpec::new(Turn::Cursor(&["meta", "next"]), &["data"]).by(0);
        assert_eq!(next(&by, start, None, r#"{"meta": {"next": "c2"}}"#), "\"c2\"");
        assert_eq!(next(&by, start, None, r#"{"meta": {"next": 7}}"#), "7");
        for end in ["{}", r#"{"meta": {"next": null}}"#, r#"{"meta": {"next": ""}}"#, r#"{"meta": 1}"#] {
            assert_eq!(next(&by, start, None, end), "None");
        }
        let told = PageSpec::new(Turn::Last(&["id"]), &["data"]).by(0).while_told(&["more"]);
        let page = r#"{"data": [{"id": "a"}, {"id": "b"}], "more": MORE}"#;
        assert_eq!(next(&told, start, None, &page.replace("MORE", "true")), "\"b\"");
        assert_eq!(next(&told, start, None, &page.replace("MORE", "false")), "None");
        assert_eq!(next(&told, start, None, r#"{"data": []}"#), "None");
        assert_eq!(
            next(&told, start, None, r#"{"data": [], "more": true}"#),
            "the body: the page says that there are more, and not where"
        );
    }

    #[test]
    fn cursors_come_from_a_header() {
        let start = &Position::Start;
        let text = PageSpec::new(Turn::Header { name: "X-Next", number: false }, &[]).by(0);
        assert_eq!(next(&text, start, None, r#"{"headers": {"x-next": " 7 "}}"#), "\"7\"");
        assert_eq!(next(&text, start, None, r#"{"headers": {"x-next": ""}}"#), "None");
        assert_eq!(next(&text, start, None, "{}"), "None");
        let number = PageSpec::new(Turn::Header { name: "X-Next", number: true }, &[]).by(0);
        assert_eq!(next(&number, start, None, r#"{"headers": {"x-next": "7"}}"#), "7");
        assert_eq!(
            next(&number, start, None, r#"{"headers": {"x-next": "\"7\""}}"#),
            "the body: the header X-Next is no number"
        );
    }

    #[test]
    fn a_member_of_the_body_says_which_page_it_is() {
        let spec = PageSpec::new(Turn::Offset(0), &[]).in_body("application/json", &["page", "from"]);
        let body: Json = r#"{"q": "x", "page": {"from": 4, "size": 2}}"#.parse().expect("JSON");
        let content = Some(Content::json("application/json", &body));
        assert_eq!((spec.given(content), spec.given(None)), (Some(4), None));
        let written = |body| match spec.body_at(body, &6.into()) {
            Ok(Some((media_type, json))) => format!("{media_type} {json}"),
            other => format!("{other:?}"),
        };
        assert_eq!(written(content), r#"application/json {"page":{"from":6,"size":2},"q":"x"}"#);
        assert_eq!(written(None), r#"application/json {"page":{"from":6}}"#);
        assert!(matches!(PageSpec::new(Turn::Link, &[]).body_at(content, &6.into()), Ok(None)));
    }

    #[test]
    fn numbers_count_on_from_what_the_caller_gave() {
        let page = PageSpec::new(Turn::Page(1), &[]).by(0);
        assert_eq!(next(&page, &Position::Start, None, "[1]"), "2");
        assert_eq!(next(&page, &Position::Start, Some(5), "[1]"), "6");
        assert_eq!(next(&page, &Position::At(6.into()), Some(5), "[1]"), "7");
        assert_eq!(next(&page, &Position::At(6.into()), Some(5), "[]"), "None");
        let offset = PageSpec::new(Turn::Offset(0), &["data"]).by(0).while_told(&["more"]);
        assert_eq!(next(&offset, &Position::Start, Some(10), r#"{"data": [1, 2, 3], "more": true}"#), "13");
        assert_eq!(
            next(&offset, &Position::At(13.into()), Some(10), r#"{"data": [1], "more": false}"#),
            "None"
        );
    }

    #[test]
    fn links_lead_to_the_same_server() {
        let header = PageSpec::new(Turn::Link, &[]);
        assert_eq!(
            next(&header, &Position::Start, None, r#"{"headers": {"link": "<?page=2>; rel=next"}}"#),
            "https://api.example.com/v1/things?page=2"
        );
        assert_eq!(next(&header, &Position::Start, None, "{}"), "None");
        let member = PageSpec::new(Turn::Url(&["next"]), &["data"]);
        assert_eq!(
            next(&member, &Position::Start, None, r#"{"next": "https://evil.example/x"}"#),
            "/next: the next page is not at this server: https://evil.example/x"
        );
    }

    #[test]
    fn circles_of_any_length_are_noticed_and_lines_are_none() {
        let at = |number: i64| Position::At(number.into());
        let walk = |positions: &mut dyn Iterator<Item = i64>| {
            let (mut circles, mut from) = (Circles::default(), Position::Start);
            for (steps, to) in positions.enumerate() {
                if circles.closes(&from, &at(to)) {
                    return Some(steps);
                }
                from = at(to);
            }
            None
        };
        assert_eq!(walk(&mut (0..10_000)), None);
        assert_eq!(walk(&mut std::iter::repeat(1)), Some(1));
        for length in [2, 3, 5, 16, 100] {
            for lead in [0, 1, 7, 40] {
                let mut positions = (1000..1000 + lead).chain((0..length).cycle());
                let noticed = walk(&mut positions.by_ref().take(10_000)).expect("a circle");
                assert!(noticed as i64 <= 3 * (length + lead) + 2, "{length} after {lead}: {noticed}");
            }
        }
    }
}
