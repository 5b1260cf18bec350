//! Nothing that was read is lost when it is written: members that nobody declared, members that were `null`, and values
//! that could be one of several types.
#![allow(missing_docs, reason = "a test")]

use std::collections::BTreeMap;

use problemgen_runtime::{self as rt, Json};
use serde_json::{Value, json};

/// An object with any other members.
#[derive(Default)]
pub struct Open {
    pub name: Option<String>,
    pub any: Option<Json>,
    pub additional: rt::Others,
}

impl rt::Node for Open {
    fn empty() -> Self {
        Self::default()
    }
    fn member(&self, at: usize) -> Result<&dyn rt::Node, &'static str> {
        Ok(match at {
            0 => &self.name,
            1 => &self.any,
            2 => &self.additional,
            _ => return Err("name? any?"),
        })
    }
    fn member_mut(&mut self, at: usize) -> Option<&mut dyn rt::Node> {
        Some(match at {
            0 => &mut self.name,
            1 => &mut self.any,
            2 => &mut self.additional,
            _ => return None,
        })
    }
}
rt::record!(Open);

/// An object whose other members are numbers.
pub struct Counted {
    pub name: rt::Patch<String>,
    pub additional: BTreeMap<String, i64>,
}

impl rt::Node for Counted {
    fn empty() -> Self {
        Self { name: rt::Node::empty(), additional: rt::Node::empty() }
    }
    fn member(&self, at: usize) -> Result<&dyn rt::Node, &'static str> {
        Ok(match at {
            0 => &self.name,
            1 => &self.additional,
            _ => return Err("name?"),
        })
    }
    fn member_mut(&mut self, at: usize) -> Option<&mut dyn rt::Node> {
        Some(match at {
            0 => &mut self.name,
            1 => &mut self.additional,
            _ => return None,
        })
    }
}
rt::record!(Counted);

/// A tree whose leaves are anything and whose branches could be either of two.
#[derive(Debug, Clone)]
pub enum Tree {
    One(Box<Branch>),
    Two(Box<Branch>),
    Other(Json),
}

impl rt::Union for Tree {
    const TAG: Option<&'static str> = None;
    const VARIANTS: &'static [rt::VariantSpec] =
        &[rt::VariantSpec { tags: &[] }, rt::VariantSpec { tags: &[] }];
    fn other(value: Json) -> Self {
        Self::Other(value)
    }
    fn select(&mut self, at: usize) -> Option<&mut dyn rt::Node> {
        *self = match at {
            0 => Self::One(rt::Node::empty()),
            1 => Self::Two(rt::Node::empty()),
            _ => return None,
        };
        Some(match self {
            Self::One(value) | Self::Two(value) => value,
            Self::Other(value) => value,
        })
    }
    fn held(&self) -> &dyn rt::Node {
        match self {
            Self::One(value) | Self::Two(value) => value,
            Self::Other(value) => value,
        }
    }
}
rt::union!(Tree);

pub struct Branch {
    pub inner: Tree,
}

impl rt::Node for Branch {
    fn empty() -> Self {
        Self { inner: rt::Node::empty() }
    }
    fn member(&self, at: usize) -> Result<&dyn rt::Node, &'static str> {
        (at == 0).then_some(&self.inner as &dyn rt::Node).ok_or("inner")
    }
    fn member_mut(&mut self, at: usize) -> Option<&mut dyn rt::Node> {
        (at == 0).then_some(&mut self.inner as &mut dyn rt::Node)
    }
}
rt::record!(Branch);

fn read<T: rt::Node + serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).expect("it fits")
}

fn written<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("it can be written")
}

#[test]
fn members_that_nobody_declared_are_written_again() {
    let body = json!({"z": [1], "name": "n", "a": {"b": null}, "": 0.5});
    let open: Open = read(&body);
    assert_eq!(open.name.as_deref(), Some("n"));
    assert_eq!(open.additional.get("z").map(Json::to_string).as_deref(), Some("[1]"));
    assert_eq!(open.additional.len(), 3);
    assert_eq!(written(&open), body);
    let counted: Counted = read(&json!({"x": 1, "name": null}));
    assert_eq!(counted.additional, BTreeMap::from([("x".to_owned(), 1)]));
    assert_eq!(written(&counted), json!({"x": 1, "name": null}));
    assert!(serde_json::from_value::<Counted>(json!({"x": "1"})).is_err());
}

#[test]
fn absent_and_null_are_told_apart() {
    for body in [json!({}), json!({"name": null}), json!({"any": null}), json!({"any": null, "name": null})] {
        let open: Open = read(&body);
        assert_eq!((&open.name, &open.any), (&None, &None));
        assert_eq!(written(&open), body);
    }
    let mut open: Open = read(&json!({"name": null}));
    open.name = Some("n".to_owned());
    assert_eq!(written(&open), json!({"name": "n"}), "a value goes before the note");
    open.name = None;
    open.additional.remove("name");
    assert_eq!(written(&open), json!({}));
    open.additional.insert("any", Json::Null);
    assert_eq!(written(&open), json!({"any": null}));
}

#[test]
fn many_members_are_read_in_time_that_grows_with_their_number() {
    let body: serde_json::Map<String, Value> =
        (0..200_000).rev().map(|n| (format!("m{n}"), json!(n))).collect();
    let open: Open = read(&body.into());
    assert_eq!(open.additional.len(), 200_000);
    assert_eq!(open.additional.get("m77").and_then(Json::as_i64), Some(77));
}

/// Trying each variant anew on each level would take 2^60 steps.
#[test]
fn nested_unions_are_read_in_time_and_kept() {
    let mut body = json!({"leaf": true});
    for _ in 0..60 {
        body = json!({"inner": body});
    }
    let tree: Tree = read(&body);
    assert_eq!(written(&tree), body);
    let shallow: Tree = read(&json!({"inner": {"inner": 1}}));
    assert!(matches!(shallow, Tree::One(_)), "{shallow:?}");
}

#[test]
fn a_copy_is_the_same_to_the_last_member() {
    let open: Open = read(&json!({"name": null, "any": {"deep": [1, 2.5, null]}, "more": "kept"}));
    let mut copy = open.clone();
    assert_eq!(copy, open);
    assert_eq!(written(&copy), written(&open));
    copy.additional.insert("more", true);
    assert_ne!(copy, open, "a copy shares nothing with what it was made of");

    for name in [rt::Patch::Keep, rt::Patch::Clear, rt::Patch::Set("n".to_owned())] {
        let counted = Counted { name, additional: BTreeMap::from([("one".to_owned(), 1)]) };
        assert_eq!(counted.clone(), counted);
    }
    // What it holds looks the same on the wire, whichever variant it is.
    let leaf = |value: i64| Box::new(Branch { inner: Tree::Other(value.into()) });
    let branch = Branch { inner: Tree::Two(Box::new(Branch { inner: Tree::One(leaf(1)) })) };
    assert!(matches!(branch.clone().inner, Tree::Two(inner) if matches!(inner.inner, Tree::One(_))));
}

/// Written by hand: a number on the wire.
#[derive(Debug, PartialEq, Clone, Copy)]
struct Half(i64);

impl rt::Node for Half {
    fn empty() -> Self {
        Half(0)
    }
    fn slot(&mut self) -> rt::Slot<'_> {
        rt::Slot::Integer(&mut self.0)
    }
    fn view(&self) -> rt::View<'_> {
        rt::View::I64(self.0)
    }
}

#[test]
fn every_kind_of_value_is_copied() {
    fn same<T: rt::Node + PartialEq + std::fmt::Debug>(value: T) {
        assert_eq!(rt::copy::copy(&value), value);
    }
    same(true);
    same(i8::MIN);
    same(u64::MAX);
    same(0.1f32);
    same(f64::MIN_POSITIVE);
    same("text".to_owned());
    same(rt::Bytes::from_static(b"\xff"));
    same(rt::Base64("octets".into()));
    same(rt::Base64Url("octets".into()));
    same(rt::Secret::from("secret"));
    same(rt::jiff::Timestamp::MAX);
    same(rt::jiff::civil::Date::MAX);
    same(rt::uuid::Uuid::from_u128(7));
    same(rt::File::new("octets").name("a.png"));
    same(Json::from("any"));
    same(rt::TextOf::from(std::net::Ipv6Addr::LOCALHOST));
    same(rt::NumberOf::from(u128::from(u64::MAX)));
    same(vec![Some(Box::new(1)), None]);
    same(BTreeMap::from([("a".to_owned(), vec![0.5])]));
    same(vec![Half(3)]);
}
