//! An action: its name, what it takes, and what it does.

use serde_json::Value;

use crate::aliyun::args::Args;
use crate::aliyun::fault::Fault;
use crate::aliyun::param::{Form, Param};
use crate::aliyun::product::PRODUCTS;
use crate::aliyun::world::Region;

/// What an action answers: a JSON object, to which the request's id is added.
pub type Answer = Result<Value, Fault>;

/// One action of a product.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    pub name: &'static str,
    /// Its parameters, in groups that several actions share.
    pub takes: &'static [&'static [Param]],
    pub act: fn(&mut Region, &Args) -> Answer,
}

impl Action {
    /// All parameters.
    pub fn params(&self) -> impl Iterator<Item = &'static Param> {
        self.takes.iter().copied().flatten()
    }

    /// The parameter of that name, with `N` for numbers.
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params().find(|param| param.name == name)
    }
}

/// An action without result.
pub fn done() -> Answer {
    Ok(Value::Object(serde_json::Map::new()))
}

/// A parameter as Alibaba Cloud's own metadata describes it: name, type, and whether it is required.
pub type Catalogued = (&'static str, &'static str, bool);

/// Every action that the simulator has: product, action, and its parameters.
pub fn catalogue() -> impl Iterator<Item = (&'static str, &'static str, Vec<Catalogued>)> {
    PRODUCTS.iter().flat_map(|product| {
        product.actions().map(|action| {
            let params = action
                .params()
                .map(|param| (param.name, type_of(param.form), param.required));
            (product.name, action.name, params.collect())
        })
    })
}

fn type_of(form: Form) -> &'static str {
    match form {
        Form::Flag => "Boolean",
        Form::Int(..) => "Integer",
        Form::Float => "Float",
        _ => "String",
    }
}
