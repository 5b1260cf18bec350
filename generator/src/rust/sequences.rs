//! Sequences: what reads the success of an operation item by item.

use proc_macro2::TokenStream;
use quote::quote;

use super::plan::OperationPlan;
use super::print::{Printer, Within};

impl Printer<'_> {
    /// What makes the runtime read items. Where the media types of an operation have items of different types, those of the
    /// first.
    pub(super) fn sequence(&self, plan: &OperationPlan) -> Option<TokenStream> {
        let sequence = plan.sequences.first()?;
        let (name, item) = (plan.name.ident(), self.ty(&sequence.ty, Within::Other));
        let (accept, whole) = (sequence.media_types.join(", "), sequence.whole_events);
        Some(quote! {
            impl rt::Sequenced for #name {
                type Item = #item;
                const ITEMS: rt::SequenceSpec = rt::SequenceSpec { accept: #accept, whole_events: #whole };
            }
        })
    }
}
