//! From any answer to an output or an error: nothing panics, and nothing that a server sent is lost.
//!
//! The input is text that a person can write: the operation and the status, how much of the body is read, headers, an empty
//! line, the body.
//!
//! ```text
//! getThing 404 4096
//! content-type: application/json
//!
//! {"message": "…"}
//! ```
//!
//! A limit with `!` behind it lets the connection break there. Half of the mutations are libFuzzer's own, on bytes; the other
//! half change values in the tree of a JSON body, so that most of them get past the parser.

#![no_main]

use std::fmt::{Debug, Write as _};

use golden_failures::rt;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use rt::{Api, BoundedBody, CodePlace, Limits, Operation, Received, TransportError, TransportStage, http};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

fuzz_target!(|data: &[u8]| run(data));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed.is_multiple_of(2) {
        return fuzzer_mutate(data, size, max_size);
    }
    match mutated(&data[..size], u64::from(seed)) {
        Some(octets) if octets.len() <= max_size => {
            data[..octets.len()].copy_from_slice(&octets);
            octets.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
});

/// The operations, each by its `operationId` and what it does with an answer.
type Decode = fn(Answer<'_>);

macro_rules! operations {
    ($($krate:ident: $($operation:ident),+;)+) => {
        &[$($((
            <$krate::operations::$operation as Operation>::SPEC.id,
            |answer| decoded::<$krate::operations::$operation>(answer, |problem| serde_json::to_value(problem).ok()),
        )),+),+]
    };
}

static OPERATIONS: &[(&str, Decode)] = operations! {
    dropthis_api: PublishDrop, GetDropContent, VerifyOtp, DeleteDrop, UpdateDrop, ListDrops;
    golden_failures: GetThing, PutThing, DeleteThing, HasThing, PatchThing;
    golden_code_absent: GetKite;
    golden_code_optional: GetLamp;
    golden_code_under: ListThings;
    golden_codes_absent_list: GetDrum;
    golden_codes_in_a_list: AddThing;
    golden_codes_mixed: BringBack, Lend;
    golden_conditional_fields: CancelOrder;
    golden_enums: ListSignals;
    golden_formats: GetPrice, SetPrice;
    golden_maps: PutLabels;
    golden_media_types: AddPet, AddRows;
    golden_recursion: PutTree;
    golden_several_successes: GetJob, StartJob;
    golden_status_keys: ListItems, ListOrders;
    golden_statuses: PutFile;
    golden_unions: AddShape;
};

/// What a server says, and how much of it is read.
struct Answer<'a> {
    status: http::StatusCode,
    headers: http::HeaderMap,
    body: &'a [u8],
    limit: usize,
    breaks: bool,
}

fn run(data: &[u8]) {
    let Some((decode, answer)) = parsed(data) else { return };
    decode(answer);
}

/// Splits an input. `None` where it is too broken to be an answer of HTTP at all.
fn parsed(data: &[u8]) -> Option<(Decode, Answer<'_>)> {
    let end = data.windows(2).position(|end| end == b"\n\n")?;
    let head = std::str::from_utf8(&data[..end]).ok()?;
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ');
    let id = words.next()?;
    // What is no name is the number of an operation.
    let number = || id.bytes().fold(0_usize, |sum, octet| sum + usize::from(octet)) % OPERATIONS.len();
    let at = OPERATIONS.iter().position(|(known, _)| *known == id).unwrap_or_else(number);
    let status = http::StatusCode::from_u16(words.next()?.parse().ok()?).ok()?;
    let limit = words.next().unwrap_or_default();
    let breaks = limit.ends_with('!');
    let limit = limit.trim_end_matches('!').parse().unwrap_or(Limits::BODY);
    let mut headers = http::HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ")?;
        headers.append(http::HeaderName::try_from(name).ok()?, http::HeaderValue::try_from(value).ok()?);
    }
    Some((OPERATIONS[at].1, Answer { status, headers, body: &data[end + 2..], limit, breaks }))
}

fn decoded<O: Operation>(answer: Answer<'_>, written: fn(&<O::Api as Api>::Problem) -> Option<Value>)
where
    O::Output: Debug,
    for<'a> O::View<'a>: Debug,
{
    let mut limits = Limits::default();
    limits.body = answer.limit;
    let mut body = BoundedBody::new(limits);
    let whole = body.push(answer.body);
    if answer.breaks {
        body.broke(&TransportError::new(TransportStage::Exchange, "it broke"));
    }
    let (mut head, ()) = http::Response::new(()).into_parts();
    (head.status, head.headers) = (answer.status, answer.headers.clone());
    match O::decode(body.into_response(head)) {
        Ok(output) => {
            assert!(whole && !answer.breaks, "the beginning of an output is none");
            assert!(!O::SPEC.successes.is_empty() && answer.status.as_u16() < 600);
            shown(&output);
        }
        Err(error) => {
            shown(&error);
            shown(&error.kind());
            let line = error.to_string();
            assert!(!line.contains(|c: char| c.is_control()), "one line for a person: {line:?}");
            let _ = (error.retryable(), error.retry_after(), error.request_id(), error.docs_url());
            kept(&error, &answer, whole);
            if whole && !answer.breaks {
                survived(&error, answer.body, written);
            }
        }
    }
}

/// Writes what is shown, and keeps nothing of it.
fn shown(value: &dyn Debug) {
    struct Nowhere;
    impl std::fmt::Write for Nowhere {
        fn write_str(&mut self, _: &str) -> std::fmt::Result {
            Ok(())
        }
    }
    write!(Nowhere, "{value:?}").expect("showing never fails");
}

/// Status, headers and the beginning of the body are there.
fn kept<O: Operation>(error: &rt::Error<O>, answer: &Answer<'_>, whole: bool) {
    let raw = error.raw().expect("an answer that came");
    assert_eq!(raw.status, answer.status);
    assert_eq!(raw.headers, answer.headers);
    let read = answer.body.len().min(answer.limit);
    assert_eq!(raw.body, answer.body[..read.min(Received::KEPT)]);
    if whole && !answer.breaks {
        assert_eq!(raw.body_length, answer.body.len());
    } else {
        assert!(raw.body_length > read && raw.is_cut());
        assert!(!error.violations().is_empty(), "that it was cut is said");
    }
}

/// Every valid member of a body that is a JSON object is still there, and what no type has touched as it was.
fn survived<O: Operation>(
    error: &rt::Error<O>,
    body: &[u8],
    written: fn(&<O::Api as Api>::Problem) -> Option<Value>,
) {
    let Ok(Once(Value::Object(sent))) = serde_json::from_slice(body) else { return };
    match error {
        rt::Error::Unexpected(unexpected) => {
            for (name, value) in &sent {
                let found =
                    unexpected.members.get(name).unwrap_or_else(|| panic!("{name:?} of {sent:?} is lost"));
                let found: Value = found.to_string().parse().expect("JSON");
                assert_eq!(&found, value, "{name}");
            }
        }
        rt::Error::Problem(raised) => {
            // What leads to the problem is a list or an object of such members.
            let holder = match O::Api::FAMILY.place {
                CodePlace::Root => None,
                CodePlace::Under(name) | CodePlace::Each(name) => Some(name),
            };
            let found = written(raised).expect("a problem is JSON");
            for (name, value) in &sent {
                // What is there as nothing need not be there.
                if value.is_null() {
                    continue;
                }
                // What is not of its type has no place in a problem, and that is said.
                let place = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
                if error.violations().iter().any(|said| said.pointer.starts_with(&place)) {
                    continue;
                }
                let found = found.get(name).unwrap_or_else(|| panic!("{name:?} of {sent:?} is lost"));
                // Text may be a date-time, which is an instant and not how it was written; codes are text in any case; -0
                // is 0.
                if !value.is_string()
                    && !value.is_array()
                    && !value.is_object()
                    && (name != O::Api::FAMILY.code || holder.is_some())
                    && holder != Some(name)
                {
                    assert!(
                        found == value || found.as_f64() == value.as_f64(),
                        "{name}: {found} for {value}"
                    );
                }
            }
        }
        _ => {}
    }
}

/// A value in which no object has a member twice: what that means, JSON leaves open (RFC 8259, section 4).
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OnceVisitor;
        impl<'de> Visitor<'de> for OnceVisitor {
            type Value = Once;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a value without a member twice")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Once, A::Error> {
                let mut members = Map::new();
                while let Some((name, Once(value))) = map.next_entry::<String, Once>()? {
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("a member is there twice"));
                    }
                }
                Ok(Once(Value::Object(members)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Once, A::Error> {
                let mut items = Vec::new();
                while let Some(Once(item)) = list.next_element()? {
                    items.push(item);
                }
                Ok(Once(items.into()))
            }
            fn visit_unit<E: Error>(self) -> Result<Once, E> {
                Ok(Once(Value::Null))
            }
            fn visit_bool<E: Error>(self, value: bool) -> Result<Once, E> {
                Ok(Once(value.into()))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Once, E> {
                Ok(Once(value.into()))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Once, E> {
                Ok(Once(value.into()))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Once, E> {
                Ok(Once(value.into()))
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Once, E> {
                Ok(Once(value.into()))
            }
        }
        deserializer.deserialize_any(OnceVisitor)
    }
}

/// Names and texts that mean something in errors.
const WORDS: &[&str] = &[
    "code",
    "status",
    "type",
    "title",
    "detail",
    "instance",
    "retryable",
    "suggestion",
    "request_id",
    "error",
    "errors",
    "message",
    "limit",
    "used",
    "requested",
    "current_revision",
    "choices",
    "quota_exceeded",
    "otp_invalid",
    "validation_error",
    "revision_conflict",
    "2020-02-30T12:00:00Z",
    "2026-05-23T12:00:00+25:00",
    "",
    "\u{feff}",
    "\u{0}",
    "\u{1b}[2J",
    "\u{202e}",
    "__proto__",
];

/// A chance that the same seed repeats (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap_or_default()
    }
}

/// The same answer, with a value of its JSON body changed, or its operation, or its status.
fn mutated(data: &[u8], seed: u64) -> Option<Vec<u8>> {
    let mut chance = Chance(seed | 1);
    let end = data.windows(2).position(|end| end == b"\n\n")? + 2;
    let (mut head, body) = (std::str::from_utf8(&data[..end]).ok()?.to_owned(), &data[end..]);
    if chance.below(4) == 0 {
        let (_, rest) = head.split_once('\n')?;
        let (id, _) = OPERATIONS[chance.below(OPERATIONS.len())];
        let statuses = [
            100, 200, 201, 202, 204, 205, 206, 301, 304, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503,
            999,
        ];
        let limits = ["33554432", "33554432!", "0", "1", "20", "64!"];
        head = format!(
            "{id} {} {}\n{rest}",
            statuses[chance.below(statuses.len())],
            limits[chance.below(limits.len())]
        );
    }
    let mut value: Value = serde_json::from_slice(body).ok()?;
    for _ in 0..=chance.below(3) {
        change(&mut value, &mut chance);
    }
    let mut body = value.to_string();
    if chance.below(8) == 0 {
        // A member that is there twice.
        let name = WORDS[chance.below(WORDS.len())];
        let again = format!("{{{}:{},", json!(name), leaf(&mut chance));
        body = body.strip_prefix('{').map_or(body.clone(), |rest| again + rest);
    }
    Some([head.as_bytes(), body.as_bytes()].concat())
}

fn change(value: &mut Value, chance: &mut Chance) {
    let stop = chance.below(3) == 0;
    match value {
        Value::Object(members) if !members.is_empty() && !stop => {
            let at = chance.below(members.len());
            if let Some((_, inner)) = members.iter_mut().nth(at) {
                change(inner, chance);
            }
        }
        Value::Array(items) if !items.is_empty() && !stop => {
            let at = chance.below(items.len());
            change(&mut items[at], chance);
        }
        Value::Object(members) => {
            let at = chance.below(members.len());
            match (chance.below(3), members.keys().nth(at).cloned()) {
                (0, Some(name)) => drop(members.remove(&name)),
                (1, Some(name)) => {
                    let inner = members.remove(&name).unwrap_or_default();
                    members.insert(WORDS[chance.below(WORDS.len())].to_owned(), inner);
                }
                _ => drop(members.insert(WORDS[chance.below(WORDS.len())].to_owned(), leaf(chance))),
            }
        }
        Value::Array(items) => match chance.below(2) {
            0 => items.push(leaf(chance)),
            _ => drop(items.pop()),
        },
        other => *other = leaf(chance),
    }
}

fn leaf(chance: &mut Chance) -> Value {
    match chance.below(12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(false),
        3 => json!(0),
        4 => json!(-1),
        5 => json!(u64::MAX),
        6 => json!(i64::MIN),
        7 => json!(1.5e300),
        8 => json!([]),
        9 => json!({}),
        10 => (0..chance.below(200)).fold(Value::Null, |inner, _| json!([inner])),
        _ => json!(WORDS[chance.below(WORDS.len())]),
    }
}
