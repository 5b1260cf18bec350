//! What standard types say about themselves.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;

use super::{IntegerNode, ListNode, MapNode, Node, OptionNode, Patch, Slot, View};
use crate::copy;

macro_rules! integers {
    ($($ty:ident as $view:ident: $range:literal),*) => {$(
        impl Node for $ty {
            fn empty() -> Self { 0 }
            fn slot(&mut self) -> Slot<'_> { Slot::Integer(self) }
            fn view(&self) -> View<'_> { View::$view((*self).into()) }
        }
        impl IntegerNode for $ty {
            fn set(&mut self, value: i128) -> Result<(), &'static str> {
                *self = $ty::try_from(value).map_err(|_| $range)?;
                Ok(())
            }
        }
    )*};
}

integers!(
    i8 as I64: "an integer of 8 bits",
    i16 as I64: "an integer of 16 bits",
    i32 as I64: "an integer of 32 bits",
    i64 as I64: "an integer of 64 bits",
    u8 as U64: "a non-negative integer of 8 bits",
    u16 as U64: "a non-negative integer of 16 bits",
    u32 as U64: "a non-negative integer of 32 bits",
    u64 as U64: "a non-negative integer of 64 bits"
);

impl Node for bool {
    fn empty() -> Self {
        false
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Bool(self)
    }
    fn view(&self) -> View<'_> {
        View::Bool(*self)
    }
}

impl Node for f32 {
    fn empty() -> Self {
        0.0
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::F32(self)
    }
    fn view(&self) -> View<'_> {
        View::F32(*self)
    }
}

impl Node for f64 {
    fn empty() -> Self {
        0.0
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::F64(self)
    }
    fn view(&self) -> View<'_> {
        View::F64(*self)
    }
}

impl Node for String {
    fn empty() -> Self {
        String::new()
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::String(self)
    }
    fn optional_slot(optional: &mut Option<Self>) -> Slot<'_> {
        Slot::OptionalString(optional)
    }
    fn view(&self) -> View<'_> {
        View::Text(Cow::Borrowed(self))
    }
    fn assign(&mut self, from: &dyn Node) {
        copy::clone_into(self, from);
    }
}

impl Node for Bytes {
    fn empty() -> Self {
        Bytes::new()
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Bytes(self)
    }
    fn view(&self) -> View<'_> {
        View::Bytes(self)
    }
    fn assign(&mut self, from: &dyn Node) {
        copy::clone_into(self, from);
    }
}

impl<T: Node> Node for Box<T> {
    fn empty() -> Self {
        Box::new(T::empty())
    }
    fn slot(&mut self) -> Slot<'_> {
        T::slot(self)
    }
    fn view(&self) -> View<'_> {
        T::view(self)
    }
    fn assign(&mut self, from: &dyn Node) {
        if let Some(from) = copy::same_type::<Self>(from) {
            T::assign(self, &**from);
        }
    }
}

impl<T: Node> Node for Option<T> {
    fn empty() -> Self {
        None
    }
    fn slot(&mut self) -> Slot<'_> {
        T::optional_slot(self)
    }
    fn view(&self) -> View<'_> {
        self.as_ref().map_or(View::Absent, Node::view)
    }
    fn assign(&mut self, from: &dyn Node) {
        *self = copy::same_type::<Self>(from).and_then(Option::as_ref).map(copy::copy);
    }
}

impl<T: Node> OptionNode for Option<T> {
    fn set_null(&mut self) {
        *self = None;
    }
    fn fill(&mut self) -> &mut dyn Node {
        self.insert(T::empty())
    }
}

impl<T: Node> Node for Patch<T> {
    fn empty() -> Self {
        Patch::Keep
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Option(self)
    }
    fn view(&self) -> View<'_> {
        match self {
            Patch::Keep => View::Absent,
            Patch::Clear => View::Null,
            Patch::Set(value) => value.view(),
        }
    }
    fn assign(&mut self, from: &dyn Node) {
        *self = match copy::same_type::<Self>(from) {
            Some(Patch::Set(value)) => Patch::Set(copy::copy(value)),
            Some(Patch::Clear) => Patch::Clear,
            Some(Patch::Keep) | None => Patch::Keep,
        };
    }
}

impl<T: Node> OptionNode for Patch<T> {
    fn set_null(&mut self) {
        *self = Patch::Clear;
    }
    fn fill(&mut self) -> &mut dyn Node {
        if !matches!(self, Patch::Set(_)) {
            *self = Patch::Set(T::empty());
        }
        match self {
            Patch::Set(value) => value,
            Patch::Keep | Patch::Clear => unreachable!("set in the lines above"),
        }
    }
}

impl<T: Node> Node for Vec<T> {
    fn empty() -> Self {
        Vec::new()
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::List(self)
    }
    fn view(&self) -> View<'_> {
        View::List(self)
    }
    fn assign(&mut self, from: &dyn Node) {
        *self = copy::same_type::<Self>(from).into_iter().flatten().map(copy::copy).collect();
    }
}

impl<T: Node> ListNode for Vec<T> {
    fn grow(&mut self) -> &mut dyn Node {
        self.push(T::empty());
        let last = self.len() - 1;
        &mut self[last]
    }
    fn len(&self) -> usize {
        Vec::len(self)
    }
    fn get(&self, at: usize) -> Option<&dyn Node> {
        self.as_slice().get(at).map(|item| item as &dyn Node)
    }
}

impl<T: Node> Node for BTreeMap<String, T> {
    fn empty() -> Self {
        BTreeMap::new()
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Map(self)
    }
    fn view(&self) -> View<'_> {
        View::Map(self)
    }
    fn assign(&mut self, from: &dyn Node) {
        let entries = copy::same_type::<Self>(from).into_iter().flatten();
        *self = entries.map(|(name, value)| (name.clone(), copy::copy(value))).collect();
    }
}

impl<T: Node> MapNode for BTreeMap<String, T> {
    fn insert(&mut self, name: String) -> &mut dyn Node {
        let place = self.entry(name).or_insert_with(T::empty);
        *place = T::empty();
        place
    }
    fn entries(&self) -> Box<dyn Iterator<Item = (&str, &dyn Node)> + '_> {
        Box::new(self.iter().map(|(name, value)| (name.as_str(), value as &dyn Node)))
    }
    fn get(&self, name: &str) -> Option<&dyn Node> {
        self.get(name).map(|value| value as &dyn Node)
    }
}
