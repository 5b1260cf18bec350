//! What generated types say about themselves; what standard types say is in [`standard`].
//!
//! A generated type lists its members and hands each out as `&dyn Node`; [`decode`](crate::decode) and
//! [`encode`](crate::encode) walk them. The walk is compiled once, here, so a type costs its users next to nothing to
//! compile, and it always knows the path it is on. Deliberately absent: JSON itself.

mod standard;

use std::any::Any;
use std::borrow::Cow;

use bytes::Bytes;

use crate::copy;
use crate::json::Json;
use crate::members;
use crate::multipart::File;
use crate::stream::Body;

/// A value that can be read from JSON in place and written as JSON.
///
/// What is an object with declared members lists these, says what it is when [empty](Node::empty), and need say no more: its
/// [`slot`](Node::slot) and [`view`](Node::view) are itself. Generated types become values for serde through [`record!`](crate::record),
/// [`vocabulary!`](macro@crate::vocabulary) and [`union!`](crate::union).
pub trait Node: AsNode + Any {
    /// A value to read into. It is handed to nobody unless reading it succeeds. Every type says it, here or in its
    /// [form](Node::form).
    fn empty() -> Self
    where
        Self: Sized,
    {
        (Self::form().empty)()
    }
    /// The three functions around this one, for types that are alike: one function costs those who compile very many of them
    /// less than three.
    fn form() -> Form<Self>
    where
        Self: Sized,
    {
        Form { empty: Self::empty, slot: |value| Slot::Record(value), view: |value| View::Record(value) }
    }
    /// Where a reader puts what it reads.
    fn slot(&mut self) -> Slot<'_> {
        self.slot_of_form()
    }
    /// Where a reader puts what it reads where this may be `null`.
    #[doc(hidden)]
    fn optional_slot(optional: &mut Option<Self>) -> Slot<'_>
    where
        Self: Sized,
    {
        Slot::Option(optional)
    }
    /// What a writer writes.
    fn view(&self) -> View<'_> {
        self.view_of_form()
    }
    /// Becomes a copy of a value of the same type: what `Clone` of a generated struct does, once it is [empty](Node::empty).
    /// Provided for whatever is the same if it is the same on the wire.
    fn assign(&mut self, from: &dyn Node) {
        copy::assign(self.as_node_mut(), from);
    }
    /// The declared member at a place of an object. After the last one stands the map that keeps members which are not
    /// declared, if they are kept.
    ///
    /// Any other place, and that of a member which is always the same, gives the list of the members, as a text: their names
    /// on the wire with a space between them, with `?` after one that need not be there, and `=` and a constant of JSON after
    /// one that is always the same. Names that are not of letters, digits and `_-.$@:/` are strings of JSON.
    ///
    /// ```
    /// use problemgen_runtime as rt;
    ///
    /// struct Item {
    ///     id: i64,
    ///     note: Option<String>,
    /// }
    ///
    /// impl rt::Node for Item {
    ///     fn empty() -> Self {
    ///         Item { id: 0, note: None }
    ///     }
    ///     fn member(&self, at: usize) -> Result<&dyn rt::Node, &'static str> {
    ///         Ok(match at {
    ///             0 => &self.id,
    ///             1 => &self.note,
    ///             _ => return Err(r#"id note? object="item""#),
    ///         })
    ///     }
    ///     fn member_mut(&mut self, at: usize) -> Option<&mut dyn rt::Node> {
    ///         Some(match at {
    ///             0 => &mut self.id,
    ///             1 => &mut self.note,
    ///             _ => return None,
    ///         })
    ///     }
    /// }
    /// rt::record!(Item);
    ///
    /// let item: Item = serde_json::from_str(r#"{"id": 7, "object": "item"}"#)?;
    /// assert_eq!(serde_json::to_string(&item)?, r#"{"id":7,"object":"item"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    fn member(&self, _: usize) -> Result<&dyn Node, &'static str> {
        Err("")
    }
    /// The same, to read into; `None` for what is no member.
    fn member_mut(&mut self, _: usize) -> Option<&mut dyn Node> {
        None
    }
}

/// What makes a type a [`Node`].
#[derive(Debug)]
pub struct Form<T> {
    /// [`Node::empty`].
    pub empty: fn() -> T,
    /// [`Node::slot`].
    pub slot: fn(&mut T) -> Slot<'_>,
    /// [`Node::view`].
    pub view: fn(&T) -> View<'_>,
}

/// [`Node::empty`].
pub fn empty<T: Node>() -> T {
    T::empty()
}

/// Any [`Node`] without its type. Every node is one.
pub trait AsNode {
    #[doc(hidden)]
    fn as_node(&self) -> &dyn Node;
    #[doc(hidden)]
    fn as_node_mut(&mut self) -> &mut dyn Node;
    #[doc(hidden)]
    fn slot_of_form(&mut self) -> Slot<'_>;
    #[doc(hidden)]
    fn view_of_form(&self) -> View<'_>;
}

impl<T: Node> AsNode for T {
    fn as_node(&self) -> &dyn Node {
        self
    }
    fn as_node_mut(&mut self) -> &mut dyn Node {
        self
    }
    fn slot_of_form(&mut self) -> Slot<'_> {
        (T::form().slot)(self)
    }
    fn view_of_form(&self) -> View<'_> {
        (T::form().view)(self)
    }
}

/// Where a reader puts what it reads.
#[allow(missing_docs, reason = "each variant is the kind of value that its payload names")]
pub enum Slot<'a> {
    Bool(&'a mut bool),
    Integer(&'a mut dyn IntegerNode),
    F32(&'a mut f32),
    F64(&'a mut f64),
    String(&'a mut String),
    Text(&'a mut dyn TextNode),
    /// A number, which is handed over as the text that it is in decimal.
    Number(&'a mut dyn TextNode),
    Option(&'a mut dyn OptionNode),
    /// Text that may be `null`: what most optional members are.
    OptionalString(&'a mut Option<String>),
    List(&'a mut dyn ListNode),
    Map(&'a mut dyn MapNode),
    Record(&'a mut dyn Node),
    Union(&'a mut dyn UnionNode),
    Bytes(&'a mut Bytes),
    Any(&'a mut Json),
}

/// What a writer writes.
#[allow(missing_docs, reason = "each variant is the kind of value that its payload names")]
pub enum View<'a> {
    /// Nothing: an optional member that is left out. Where a value must stand it is written as `null`.
    Absent,
    Null,
    Bool(bool),
    I64(i64),
    U64(u64),
    I128(i128),
    F32(f32),
    F64(f64),
    Text(Cow<'a, str>),
    /// Text that is never shown.
    Secret(&'a str),
    List(&'a dyn ListNode),
    Map(&'a dyn MapNode),
    Record(&'a dyn Node),
    Bytes(&'a Bytes),
    /// The octets of a request body, which need not be in memory.
    Body(&'a Body),
    /// A file of a multipart body. Elsewhere it is its octets.
    File(&'a File),
    Any(&'a Json),
}

/// A whole number of some width.
pub trait IntegerNode {
    /// Takes the number, or says which numbers fit.
    ///
    /// # Errors
    /// When the number does not fit.
    fn set(&mut self, value: i128) -> Result<(), &'static str>;
}

/// A value that is text on the wire.
pub trait TextNode {
    /// Takes the text, or says what was expected.
    ///
    /// # Errors
    /// When the text is not of the format.
    fn set(&mut self, text: &str) -> Result<(), &'static str>;
}

/// A value that may be `null`.
pub trait OptionNode {
    /// Takes `null`.
    fn set_null(&mut self);
    /// Makes room for a value.
    fn fill(&mut self) -> &mut dyn Node;
}

/// A list.
pub trait ListNode {
    /// Makes room for one more item.
    fn grow(&mut self) -> &mut dyn Node;
    /// How many items there are.
    fn len(&self) -> usize;
    /// Are there none?
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The item at a place.
    fn get(&self, at: usize) -> Option<&dyn Node>;
}

/// An object whose member names are data.
pub trait MapNode {
    /// Makes room for a member; a name that comes twice replaces the first.
    fn insert(&mut self, name: String) -> &mut dyn Node;
    /// The members, by name.
    fn entries(&self) -> Box<dyn Iterator<Item = (&str, &dyn Node)> + '_>;
    /// The member of this name.
    fn get(&self, name: &str) -> Option<&dyn Node> {
        self.entries().find(|(found, _)| *found == name).map(|(_, value)| value)
    }
    /// Notes that a declared member was `null`, where this can be noted.
    fn note_null(&mut self, _: &'static str) {}
    /// Was it noted that this member was `null`?
    fn has_null(&self, _: &str) -> bool {
        false
    }
    /// All members have been read.
    fn settle(&mut self) {}
}

/// A declared member of an object: its name on the wire, and whether it must be there.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    pub(crate) name: &'static str,
    pub(crate) presence: Presence,
}

impl Member {
    /// The name on the wire.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Must it be there, may it be there, or is it always the same?
    pub const fn presence(&self) -> Presence {
        self.presence
    }
}

/// Whether a member must be there.
#[derive(Debug, Clone, Copy)]
pub enum Presence {
    /// Always there.
    Required,
    /// There or not.
    Optional,
    /// Always there and always this value; the type has no field for it.
    Constant(Literal),
}

/// A constant of the contract.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs, reason = "each variant is the kind of value that its payload names")]
pub enum Literal {
    Null,
    Bool(bool),
    Integer(i64),
    Number(f64),
    String(&'static str),
}

impl dyn Node + '_ {
    /// The declared members of an object.
    pub fn members(&self) -> &'static [Member] {
        self.member(usize::MAX).map_or_else(members::of, |_| &[])
    }

    /// The member at a place of `members`, or what keeps the others; `None` for a constant.
    pub fn at(&self, place: usize) -> Option<&dyn Node> {
        self.member(place).ok()
    }

    /// The members of an object that are not declared, where they are kept.
    pub(crate) fn others(&self) -> Option<&dyn MapNode> {
        match self.at(self.members().len())?.view() {
            View::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The same, to read into.
    pub(crate) fn others_mut(&mut self) -> Option<&mut dyn MapNode> {
        match self.member_mut(self.members().len())?.slot() {
            Slot::Map(map) => Some(map),
            _ => None,
        }
    }
}

/// A variant of a [`Union`]: the values of the union's tag that choose it.
#[derive(Debug, Clone, Copy)]
pub struct VariantSpec {
    /// Values of the tag; empty in an untagged union, and in a tagged one for what no other variant is chosen for.
    pub tags: &'static [&'static str],
}

/// One of several types: what a generated union lists.
pub trait Union: Sized {
    /// The member that tells the variants apart, if one does.
    const TAG: Option<&'static str>;
    /// The variants, in the order in which they are tried.
    const VARIANTS: &'static [VariantSpec];
    /// The variant that keeps what no other variant can take.
    fn other(value: Json) -> Self;
    /// Becomes the (empty) variant at a place of [`VARIANTS`](Union::VARIANTS) and hands it out.
    fn select(&mut self, at: usize) -> Option<&mut dyn Node>;
    /// What the union holds.
    fn held(&self) -> &dyn Node;
}

/// [`Node::form`] of a union.
pub fn one_of<T: Union>() -> Form<T> {
    Form {
        empty: || T::other(Json::Null),
        slot: |value| Slot::Union(value),
        view: |value| value.held().view(),
    }
}

/// [`Union`] without its type.
pub trait UnionNode {
    /// [`Union::TAG`].
    fn tag(&self) -> Option<&'static str>;
    /// [`Union::VARIANTS`].
    fn variants(&self) -> &'static [VariantSpec];
    /// Becomes [`Union::other`].
    fn set_other(&mut self, value: Json);
    /// [`Union::select`].
    fn select(&mut self, at: usize) -> Option<&mut dyn Node>;
}

impl<T: Union> UnionNode for T {
    fn tag(&self) -> Option<&'static str> {
        T::TAG
    }
    fn variants(&self) -> &'static [VariantSpec] {
        T::VARIANTS
    }
    fn set_other(&mut self, value: Json) {
        *self = T::other(value);
    }
    fn select(&mut self, at: usize) -> Option<&mut dyn Node> {
        Union::select(self, at)
    }
}

/// Three states of a member in a request that changes a resource: leave it, clear it, set it.
///
/// JSON Merge Patch (RFC 7396) tells an absent member from a `null` one; `Option` cannot.
///
/// ```
/// use problemgen_runtime::Patch;
///
/// let mut title = Patch::Set("Emma");
/// assert_ne!(title, Patch::Keep);
/// title = Patch::Clear; // sent as `null`
/// assert_eq!(title, Patch::Clear);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Patch<T> {
    /// The member is left out: what the server has stays.
    #[default]
    Keep,
    /// The member is `null`: what the server has is removed.
    Clear,
    /// The member has this value.
    Set(T),
}

impl<T> Patch<T> {
    /// The value that is set, if one is.
    pub fn as_set(&self) -> Option<&T> {
        match self {
            Patch::Set(value) => Some(value),
            Patch::Keep | Patch::Clear => None,
        }
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Patch::Set(value)
    }
}
