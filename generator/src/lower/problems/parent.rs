//! A parent with a `discriminator` that others extend by `allOf`: the values stand in the `mapping`, or are the names of the
//! others. A value leads to one schema, and many can lead to the same.

use openapiv3::{ReferenceOr, SchemaData};

use crate::contract::CodePlace;

use super::super::Lowering;
use super::super::flat::Flat;
use super::super::node::{Node, Slot};
use super::super::place::{Origin, target_name};
use super::facts::{self, Facts, Refinement};
use super::ground::GroundId;
use super::held::Held;

/// Adds the codes of the schemas that extend a parent.
pub(super) fn read<'a>(
    lowering: &mut Lowering<'a>,
    held: &mut Held<'a>,
    data: Option<&'a SchemaData>,
    own: &str,
    ground: GroundId,
    place: &CodePlace,
) {
    let Some(discriminator) = data.and_then(|data| data.discriminator.as_ref()) else { return };
    let Some((parent, ReferenceOr::Item(schema))) = lowering.component(own) else { return };
    if discriminator.property_name != place.member() || Node::of(schema).chooser().is_none() {
        return;
    }
    for child in lowering.children_of(parent) {
        let Some((_, target @ ReferenceOr::Item(schema))) = lowering.component(child) else { continue };
        let origin = Origin::schema(child);
        let flat = lowering.flatten(Slot::from(target), &origin);
        let (mut codes, _) = lowering.listed_codes(own_code(lowering, &flat, ground, place).as_ref());
        if codes.is_empty() {
            codes = values_of(lowering, child, &flat, place.member());
        }
        let refinement = Refinement {
            flat: &flat,
            data: Some(&schema.schema_data),
            origin: &origin,
            inherits: true,
            whole: true,
        };
        for facts in facts::of(lowering, &refinement, ground, codes) {
            held.mention(facts, &origin.place().pointer(), false);
        }
    }
    // A value that leads back to the parent is a code without members of its own.
    for (value, target) in &discriminator.mapping {
        if target_name(target) == parent {
            let at =
                Origin::schema(parent).place().pointer().child("discriminator").child("mapping").child(value);
            held.mention(Facts::bare(value.clone(), ground, at.clone()).into(), &at, false);
        }
    }
}

/// The member by which a parent tells those apart that extend it: its own, or that of one that it extends.
pub(super) fn telling_member<'a>(
    lowering: &Lowering<'a>,
    data: Option<&'a SchemaData>,
    flat: &Flat<'a>,
) -> Option<String> {
    let parents = flat.parents.iter().filter_map(|name| lowering.component(name)?.1.as_item());
    let all = data.into_iter().chain(parents.map(|schema| &schema.schema_data));
    all.filter_map(|data| data.discriminator.as_ref()).map(|found| found.property_name.clone()).next()
}

/// Does the schema extend a parent, and so have a code by its name or by the mapping, whatever else it says?
pub(super) fn is_child(lowering: &Lowering<'_>, node: &Node<'_>) -> bool {
    node.all_of.iter().any(|branch| {
        let schema = lowering.target(Slot::from(branch));
        matches!(branch, ReferenceOr::Reference { .. })
            && schema.is_some_and(|schema| Node::of(schema).chooser().is_some())
    })
}

/// What a child declares of the code beyond its parent.
fn own_code<'a>(
    lowering: &Lowering<'a>,
    flat: &Flat<'a>,
    ground: GroundId,
    place: &CodePlace,
) -> Option<Vec<super::super::flat::Declared<'a>>> {
    let member = place.member();
    let inherited = lowering.known.ground(ground)?.count(member);
    Some(flat.members.get(member)?.get(inherited..)?.to_vec())
}

/// The values by which the discriminator of a parent leads to a component: those of the mapping, else its name.
pub(super) fn values_of<'a>(
    lowering: &Lowering<'a>,
    name: &str,
    flat: &Flat<'a>,
    member: &str,
) -> Vec<String> {
    for parent in flat.parents.iter().filter(|parent| **parent != name) {
        let Some((_, ReferenceOr::Item(schema))) = lowering.component(parent) else { continue };
        let Some(discriminator) = Node::of(schema).chooser().filter(|it| it.property_name == member) else {
            continue;
        };
        let leads = |target: &str| target_name(target) == name;
        let values: Vec<String> = discriminator
            .mapping
            .iter()
            .filter(|(_, to)| leads(to))
            .map(|(value, _)| value.clone())
            .collect();
        let is_component = lowering.component(name).is_some();
        return match values.is_empty() && is_component && discriminator.mapping.is_empty() {
            true => vec![name.to_owned()],
            false => values,
        };
    }
    Vec::new()
}
