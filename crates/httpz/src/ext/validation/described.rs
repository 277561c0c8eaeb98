//! What descriptions say of values with rules: what they say without, and that a request may break them.

use schemars::JsonSchema;

use super::Valid;
use crate::described::{Describer, Of, problem};
use crate::{Form, Json, Query};

impl<T: JsonSchema> Of<Valid<Json<T>>> {
    /// A body that is JSON.
    pub fn input(describer: &mut Describer) {
        refuses(describer);
        Of::<Json<T>>::input(describer);
    }
}

impl<T: JsonSchema> Of<Valid<Query<T>>> {
    /// Parameters of the query.
    pub fn input(describer: &mut Describer) {
        refuses(describer);
        Of::<Query<T>>::input(describer);
    }
}

impl<T: JsonSchema> Of<Valid<Form<T>>> {
    /// A body that is a form.
    pub fn input(describer: &mut Describer) {
        refuses(describer);
        Of::<Form<T>>::input(describer);
    }
}

/// Unless the handler hears of it itself, by an `Option` or a `Result`.
fn refuses(describer: &mut Describer) {
    if describer.needed {
        describer.answer("422", "it breaks rules of its type", Some(problem()));
    }
}
