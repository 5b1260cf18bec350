//! References by URL (RFC 3986). Deliberately absent: any network; a [`Fetch`](super::Fetch) has it, if anything has.

/// Does a reference name a scheme (`https:`, `file:`, `urn:`) or an authority (`//host`)? RFC 3986, section 3.1.
pub(super) fn has_scheme(reference: &str) -> bool {
    reference.starts_with("//")
        || reference.split_once(':').is_some_and(|(scheme, _)| {
            scheme.len() > 1
                && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        })
}

/// Is it the URL of a document that could be fetched?
pub(super) fn is_url(name: &str) -> bool {
    let scheme = name.split("://").next().unwrap_or("");
    name.len() > scheme.len() && (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
}

/// Where a reference leads from a URL: RFC 3986, section 5.2.2. Neither has a fragment.
pub(super) fn resolve(base: &str, reference: &str) -> String {
    let scheme = base.find("://").unwrap_or(0);
    if reference.starts_with("//") {
        return format!("{}:{reference}", &base[..scheme]);
    }
    if has_scheme(reference) {
        return reference.to_owned();
    }
    let base = base.split('?').next().unwrap_or(base);
    let path = base[scheme + 3..].find('/').map_or(base.len(), |at| scheme + 3 + at);
    let (authority, base) = base.split_at(path);
    let (relative, query) = match reference.find('?') {
        Some(at) => reference.split_at(at),
        None => (reference, ""),
    };
    let path = match relative.strip_prefix('/') {
        Some(rooted) => without_dots("", rooted),
        None => without_dots(base.rsplit_once('/').map_or("", |(folder, _)| folder), relative),
    };
    format!("{authority}/{path}{query}")
}

/// A path below a folder with `.` and `..` carried out; it never leaves the root.
fn without_dots(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let mut segments = relative.split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    parts.pop();
                }
                if last {
                    parts.push("");
                }
            }
            segment => parts.push(segment),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 3986, section 5.4, as far as they have no fragment.
    #[test]
    fn references_resolve_as_the_rfc_says() {
        for (reference, url) in [
            ("gg:h", "gg:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("g?y", "http://a/b/c/g?y"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../../g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
        ] {
            assert_eq!(resolve("http://a/b/c/d;p?q", reference), url, "{reference}");
        }
        assert_eq!(resolve("https://a", "b.yaml"), "https://a/b.yaml");
    }

    #[test]
    fn only_http_is_fetched() {
        assert!(is_url("https://a/b") && is_url("HTTP://a"));
        for other in ["file:///etc/passwd", "ftp://a", "a/b", "http:/a", "urn:x", "//a/b"] {
            assert!(!is_url(other), "{other}");
        }
    }
}
