//! From fields of a schema to the parameters of a request.

use base64::Engine as _;
use infra_model::{Record, Value};
use infra_sdk::Update as Order;
use infra_sdk::fields::{Fields, text_of};
use infra_sdk::token::derived;
use serde_json::Value as Json;

use super::{Call, Field, Form, Kind, List, Pages, Update};
use crate::param::{Param, add};

/// The parameters of a create call: what is fixed, and the fields that it takes.
pub(crate) fn create_params(kind: &Kind, record: &Record) -> Vec<Param> {
    let mut params = fixed(&kind.create);
    for field in kind.fields {
        if let Some(parameter) = field.create {
            params.extend(params_of(field, parameter, record));
        }
    }
    params
}

/// The fields that an action changes, as its parameters: those that are named and changed by it. A field without a value
/// is emptied.
pub(crate) fn changed_params(kind: &Kind, call: &Call, order: &Order) -> Vec<Param> {
    let mut params = Vec::new();
    for field in kind.fields.iter().filter(|it| order.changes(it.name)) {
        if let Update::By(by, parameter) = field.update
            && by.action == call.action
        {
            let set = params_of(field, parameter, &order.fields);
            if set.is_empty() {
                add(&mut params, parameter, "");
            }
            params.extend(set);
        }
    }
    params
}

/// The parameters of a listing, without ids and page.
pub(crate) fn list_params(list: &List) -> Vec<Param> {
    let mut params = fixed(&list.call);
    match list.pages {
        Pages::One => {}
        Pages::Number(most) => add(&mut params, "PageSize", most.to_string()),
        Pages::Next(size, most) => add(&mut params, size, most.to_string()),
    }
    params
}

/// Names a resource in a call.
pub(crate) fn named(call: &Call, id: &str) -> Vec<Param> {
    let mut params = fixed(call);
    for (name, part) in call.ids.iter().zip(id.splitn(call.ids.len(), ':')) {
        match call.json {
            _ if name.is_empty() => {}
            true => add(&mut params, *name, Json::from(vec![part]).to_string()),
            false => add(&mut params, *name, part),
        }
    }
    params
}

/// Names a resource in a call, with a token for this part of an order where the action takes one.
pub(crate) fn named_once(call: &Call, id: &str, order_token: &str, part: &str) -> Vec<Param> {
    let mut params = named(call, id);
    if let Some(name) = call.token {
        add(&mut params, name, derived(order_token, part));
    }
    params
}

fn fixed(call: &Call) -> Vec<Param> {
    let mut params = Vec::new();
    for (name, value) in call.fixed {
        add(&mut params, *name, *value);
    }
    params
}

/// A field as one parameter, or as several numbered ones; none when it has no value.
pub(crate) fn params_of(field: &Field, parameter: &str, record: &Record) -> Vec<Param> {
    let secret = record.get(field.name).is_some_and(Value::has_secret);
    let one = |value: Option<String>| -> Vec<Param> {
        let param = |value| Param {
            name: parameter.to_owned(),
            value,
            secret,
        };
        value.map(param).into_iter().collect()
    };
    let fields = Fields(record);
    match field.form {
        Form::Text | Form::Cidr | Form::Ip => one(fields.text(field.name)),
        Form::Int => one(fields.int(field.name).map(|number| number.to_string())),
        Form::Flag => one(fields.flag(field.name).map(|flag| flag.to_string())),
        Form::OnOff(on, off) => {
            let word = |flag| (if flag { on } else { off }).to_owned();
            one(fields.flag(field.name).map(word))
        }
        Form::Gib => one(fields.gib(field.name).map(|gib| gib.to_string())),
        Form::Words(words) => one(fields.text(field.name).map(|ours| {
            let known = words.iter().find(|(word, _)| *word == ours);
            known.map_or(ours, |(_, theirs)| (*theirs).to_owned())
        })),
        Form::Base64 => {
            let encode = |text| base64::engine::general_purpose::STANDARD.encode(text);
            one(fields.text(field.name).map(encode))
        }
        Form::Texts => {
            let numbered = fields.texts(field.name).into_iter().enumerate();
            let param = |(index, value): (usize, String)| Param {
                name: format!("{parameter}.{}", index + 1),
                value,
                secret,
            };
            numbered.map(param).collect()
        }
        Form::Comma => {
            let texts = fields.texts(field.name);
            one((!texts.is_empty()).then(|| texts.join(",")))
        }
        Form::Numbers => {
            let numbers = fields.list(field.name).iter().filter_map(Value::as_int);
            let mut numbers: Vec<i64> = numbers.collect();
            numbers.sort_unstable();
            numbers.dedup();
            let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            one((!texts.is_empty()).then(|| Json::from(texts).to_string()))
        }
        Form::Item(_) => one(fields.get(field.name).and_then(text_of)),
    }
}
