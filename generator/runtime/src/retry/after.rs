//! `Retry-After`: how long a server asks to wait (RFC 9110, section 10.2.3).

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, fmt::strtime};

/// The wait, in seconds or until a date. A date counts from the `Date` of the response, so that a clock that is wrong does
/// not matter, or from `now` where it has none; one that has passed is no wait at all.
pub(crate) fn retry_after(headers: &HeaderMap, now: impl FnOnce() -> SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit()) {
        // More seconds than there are numbers for is for ever.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let sent = headers.get(DATE).and_then(|value| value.to_str().ok()).and_then(|text| date(text.trim()));
    let now = match sent {
        Some(sent) => sent,
        None => Timestamp::try_from(now()).ok()?,
    };
    Some(Duration::try_from(date(text)?.duration_since(now)).unwrap_or_default())
}

/// A wait as the header says it: whole seconds, of which none is too few.
#[cfg(feature = "server")]
pub(crate) fn delay_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// A date in any of the three forms that a recipient has to know (RFC 9110, section 5.6.7). All are in UTC.
pub(crate) fn date(text: &str) -> Option<Timestamp> {
    const FORMS: [&str; 3] =
        ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
    let read = |form: &&str| strtime::parse(form, text).and_then(|parsed| parsed.to_datetime()).ok();
    let utc = |date: DateTime| TimeZone::UTC.to_timestamp(date).ok();
    // Servers also send what mail uses, with an offset.
    FORMS
        .iter()
        .find_map(read)
        .map_or_else(|| jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp()), utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(retry_after: &str, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, retry_after.parse().expect("a header"));
        if let Some(date) = date {
            headers.insert(DATE, date.parse().expect("a header"));
        }
        // 1994-11-06T08:49:30Z
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        super::retry_after(&headers, || now).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_every_form_of_date() {
        assert_eq!(wait("120", None), Some(120));
        assert_eq!(wait(" 0 ", None), Some(0));
        assert_eq!(wait("99999999999999999999999", None), Some(u64::MAX));
        for form in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 09:49:37 +0100",
        ] {
            assert_eq!(wait(form, None), Some(7), "{form}");
            assert_eq!(wait(form, Some("Sun, 06 Nov 1994 08:49:00 GMT")), Some(37), "{form}");
            assert_eq!(wait(form, Some("Mon, 07 Nov 1994 08:49:00 GMT")), Some(0), "{form}");
        }
        for wrong in ["", "-1", "1.5", "+3", "soon", "Sun, 06 Nov"] {
            assert_eq!(wait(wrong, None), None, "{wrong}");
        }
    }
}
