//! The list of an object's members, which generated code gives as one text, because it has very many of them and each
//! expression costs its users something to compile. A text is read once; after that it is found by where it stands.

use std::sync::OnceLock;

use serde_json::Value;

use crate::node::{Literal, Member, Presence};

/// The members of a list.
///
/// Names stand in their order, with a space between them. A member that need not be there ends with `?`, one that is always
/// the same with `=` and the constant as JSON. A name that has other characters than letters, digits and `_-.$@:/` is a string
/// of JSON.
#[inline]
pub(crate) fn of(list: &'static str) -> &'static [Member] {
    let address = list.as_ptr().addr() >> 3;
    // Multiplied by an odd number (2^64 by the golden ratio), neighbours are far from each other in the upper bits.
    let spread = (address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOTS_LOG);
    let mut slot = LISTS.get(spread as usize).unwrap_or(&LISTS[0]);
    loop {
        // Every record that is read comes along here: what was read before must not cost a call.
        let link = match slot.0.get() {
            Some(link) => link,
            None => slot.fill(list),
        };
        if std::ptr::eq(link.list, list) {
            return &link.members;
        }
        slot = &link.next;
    }
}

const SLOTS_LOG: u32 = 10;

/// What was read, by the hash of where the text stands.
static LISTS: [Slot; 1 << SLOTS_LOG] = [Slot::NEW; 1 << SLOTS_LOG];

struct Slot(OnceLock<Box<Link>>);

impl Slot {
    #[allow(clippy::declare_interior_mutable_const, reason = "a new one is what is wanted each time")]
    const NEW: Self = Self(OnceLock::new());

    /// Reads the list, unless another thread has put one here meanwhile.
    #[cold]
    fn fill(&self, list: &'static str) -> &Link {
        self.0.get_or_init(|| Box::new(Link { list, members: read(list), next: Self::NEW }))
    }
}

struct Link {
    list: &'static str,
    members: Vec<Member>,
    next: Slot,
}

fn read(list: &'static str) -> Vec<Member> {
    let mut rest = list.trim_start();
    let mut members = Vec::new();
    while !rest.is_empty() {
        let quoted = if rest.starts_with('"') { json(&mut rest) } else { None };
        let name = match quoted {
            Some(Literal::String(name)) => name,
            _ => {
                let (name, after) = rest.split_at(rest.find([' ', '?', '=']).unwrap_or(rest.len()));
                rest = after;
                name
            }
        };
        let presence = if rest.starts_with('?') {
            Presence::Optional
        } else if let Some(after) = rest.strip_prefix('=') {
            rest = after;
            Presence::Constant(json(&mut rest).unwrap_or(Literal::Null))
        } else {
            Presence::Required
        };
        members.push(Member { name, presence });
        rest = rest.find(' ').map_or("", |space| &rest[space..]).trim_start();
    }
    members
}

/// A constant of JSON at the beginning of a text, which is then the rest of it.
fn json(text: &mut &'static str) -> Option<Literal> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = values.next()?.ok()?;
    *text = text.get(values.byte_offset()..)?;
    Some(match value {
        Value::Bool(value) => Literal::Bool(value),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Literal::Integer(integer),
            None => Literal::Number(number.as_f64()?),
        },
        // Once for each list of a program.
        Value::String(text) => Literal::String(text.leak()),
        Value::Null | Value::Array(_) | Value::Object(_) => Literal::Null,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(list: &'static str) -> Vec<(&'static str, String)> {
        of(list).iter().map(|member| (member.name(), format!("{:?}", member.presence()))).collect()
    }

    #[test]
    fn names_are_required_optional_or_constant() {
        let list =
            r#"id note? @type="a thing" "with space"? "quo\"te" n=-1 half=0.5 none=null yes=true last"#;
        let found = told(list);
        let found: Vec<_> = found.iter().map(|(name, presence)| (*name, presence.as_str())).collect();
        assert_eq!(
            found,
            [
                ("id", "Required"),
                ("note", "Optional"),
                ("@type", "Constant(String(\"a thing\"))"),
                ("with space", "Optional"),
                ("quo\"te", "Required"),
                ("n", "Constant(Integer(-1))"),
                ("half", "Constant(Number(0.5))"),
                ("none", "Constant(Null)"),
                ("yes", "Constant(Bool(true))"),
                ("last", "Required"),
            ]
        );
        assert!(std::ptr::eq(of(list), of(list)), "read once");
        assert!(of("").is_empty());
    }

    #[test]
    fn what_is_no_list_is_names_and_ends() {
        assert_eq!(told("\"open a=[ b=").len(), 3);
        assert_eq!(told("? = x").len(), 3);
    }

    #[test]
    fn threads_read_the_same() {
        let lists: Vec<&'static str> = (0..3000).map(|at| &*format!("a{at} b?").leak()).collect();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for (at, list) in lists.iter().enumerate() {
                        assert_eq!(of(list)[0].name(), format!("a{at}"));
                    }
                });
            }
        });
    }
}
