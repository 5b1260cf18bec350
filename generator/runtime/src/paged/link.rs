//! Links to the next page: the header `Link` (RFC 8288), and where a link leads (RFC 3986, section 5).

use http::header::LINK;
use http::{HeaderMap, Uri};

use crate::request::BaseUrl;

/// The target of the first link with `rel="next"`, in any of the headers.
pub(crate) fn next_in(headers: &HeaderMap) -> Option<String> {
    let texts = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(Links).find(|(_, is_next)| *is_next).map(|(target, _)| target.to_owned())
}

/// The links of one header: the target of each, and whether it is that of the next page.
struct Links<'h>(&'h str);

impl<'h> Iterator for Links<'h> {
    type Item = (&'h str, bool);

    fn next(&mut self) -> Option<Self::Item> {
        let (_, rest) = self.0.split_once('<')?;
        let (target, params) = rest.split_once('>')?;
        let end = outside_of_quotes(params, ',').unwrap_or(params.len());
        let (mut params, rest) = params.split_at(end);
        self.0 = rest;
        let mut relation = None;
        while !params.is_empty() {
            let end = outside_of_quotes(params, ';').unwrap_or(params.len());
            let (param, rest) = params.split_at(end);
            params = rest.get(1..).unwrap_or_default();
            // Of several the first counts (RFC 8288, section 3.3).
            if let Some((name, value)) = param.split_once('=')
                && name.trim().eq_ignore_ascii_case("rel")
                && relation.is_none()
            {
                relation = Some(value.trim().trim_matches('"'));
            }
        }
        let is_next = relation.is_some_and(|relation| {
            relation.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"))
        });
        Some((target.trim(), is_next))
    }
}

/// Where a character stands that is not part of a quoted string.
fn outside_of_quotes(text: &str, wanted: char) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if character == wanted && !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

/// Where a link leads that stood in the answer to a request for this URL: `None` unless it is at the server of the base URL.
/// Its scheme is that of the base, because servers behind proxies often do not know by which they were asked.
pub(crate) fn on_same_server(base: &BaseUrl, asked: Option<&Uri>, link: &str) -> Option<Uri> {
    let base: Uri = base.to_string().parse().ok()?;
    let (scheme, authority) = (base.scheme_str()?, base.authority()?);
    let link = link.split('#').next().unwrap_or_default();
    let rest = match link.split_once("://") {
        Some(("http" | "https", rest)) => Some(rest),
        Some((before, _)) if !before.contains(['/', '?']) => return None,
        _ => link.strip_prefix("//"),
    };
    let asked_path = asked.map_or("/", Uri::path);
    let path = match rest {
        Some(rest) => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            let (host, path) = rest.split_at(end);
            if !same_host(host, authority.as_str()) {
                return None;
            }
            if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
        }
        None if link.starts_with('/') => link.to_owned(),
        None if link.starts_with('?') => format!("{asked_path}{link}"),
        None => {
            let folder = asked_path.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{folder}/{link}")
        }
    };
    // What a dot means depends on who reads it; no server has to write one.
    let dots = path.split('?').next().unwrap_or_default().split('/').any(|part| matches!(part, "." | ".."));
    if dots {
        return None;
    }
    format!("{scheme}://{authority}{path}").parse().ok()
}

/// Are these the same host and port? The ports that `http` and `https` have anyway may be left out.
fn same_host(one: &str, other: &str) -> bool {
    let bare = |host: &str| {
        let host = host.to_ascii_lowercase();
        host.strip_suffix(":443").or(host.strip_suffix(":80")).map_or(host.clone(), str::to_owned)
    };
    bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(headers: &[&str]) -> Option<String> {
        let mut map = HeaderMap::new();
        for header in headers {
            map.append(LINK, header.parse().expect("a header"));
        }
        next_in(&map)
    }

    #[test]
    fn the_next_link_is_found_whatever_stands_around_it() {
        let usual = "<https://e.com/x?page=1>; rel=\"prev\", <https://e.com/x?page=3>; rel=\"next\"";
        assert_eq!(next(&[usual]).as_deref(), Some("https://e.com/x?page=3"));
        assert_eq!(
            next(&["</a>; rel=last", "</b,c;d>;title=\"a, <z>; rel=next\" ; REL=\"x Next\""]).as_deref(),
            Some("/b,c;d")
        );
        assert_eq!(next(&["</a>; rel=prev; rel=next"]), None);
        assert_eq!(next(&["</a>; title=\"\\\"\"; rel=next"]).as_deref(), Some("/a"));
        for nothing in ["", "rel=next", "<a; rel=next", "</a>", "</a>; rel=nextly", "</a>; rel=\"\""] {
            assert_eq!(next(&[nothing]), None, "{nothing}");
        }
    }

    #[test]
    fn links_lead_nowhere_else() {
        let base: BaseUrl = "https://api.example.com/v1".parse().expect("a URL");
        let asked = Uri::from_static("https://api.example.com/v1/things/7/parts?page=1");
        let led = |link: &str| on_same_server(&base, Some(&asked), link).map(|uri| uri.to_string());
        for (link, expected) in [
            ("https://API.example.com:443/v1/x?page=2#top", "https://api.example.com/v1/x?page=2"),
            ("http://api.example.com/v1/x", "https://api.example.com/v1/x"),
            ("//api.example.com?page=2", "https://api.example.com/?page=2"),
            ("/v1/x?u=https://evil.example/", "https://api.example.com/v1/x?u=https://evil.example/"),
            ("?page=2", "https://api.example.com/v1/things/7/parts?page=2"),
            ("parts?page=2", "https://api.example.com/v1/things/7/parts?page=2"),
        ] {
            assert_eq!(led(link).as_deref(), Some(expected), "{link}");
        }
        for elsewhere in [
            "https://evil.example/v1",
            "//evil.example/v1",
            "https://api.example.com.evil.example/",
            "https://api.example.com@evil.example/",
            "https://api.example.com:8443/",
            "ftp://api.example.com/",
            "javascript://api.example.com/",
            "../../x",
            "/v1/../x",
            "/a b",
        ] {
            assert_eq!(led(elsewhere), None, "{elsewhere}");
        }
    }
}
