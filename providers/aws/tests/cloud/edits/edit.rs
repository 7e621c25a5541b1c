//! Edits as people make them.

use super::dice::Dice;
use super::fields::{TYPES, is_required, likelihood, of, value};
use super::program::{Program, Thing, Value};

/// What an edit is called in reports.
pub type Kind = &'static str;

/// Changes a program; `None` where it finds nothing to work on.
type Act = fn(&mut Program, &mut Dice) -> Option<()>;

/// Makes one random edit; `None` where it finds nothing to work on.
pub fn edit(program: &mut Program, dice: &mut Dice) -> Option<Kind> {
    program.moves.clear();
    let weights: [(usize, Act, Kind); 11] = [
        (12, rename, "rename"),
        (6, rename_with_move, "rename with move"),
        (18, exchange, "exchange"),
        (6, exchange_names, "exchange of names"),
        (10, drop_one, "drop"),
        (14, change, "change"),
        (14, reparent, "re-parent"),
        (8, hand_over, "hand over"),
        (8, add, "add"),
        (4, renumber, "renumber"),
        (4, order, "order"),
    ];
    let mut at = dice.below(weights.iter().map(|(weight, ..)| weight).sum());
    for (weight, act, kind) in weights {
        if at < weight {
            return act(program, dice).map(|()| kind);
        }
        at -= weight;
    }
    None
}

/// One of the things, by name.
fn any(program: &Program, dice: &mut Dice) -> Option<Thing> {
    dice.pick(&program.things).cloned()
}

fn rename(program: &mut Program, dice: &mut Dice) -> Option<()> {
    let thing = any(program, dice)?;
    let name = program.new_name(thing.type_name);
    program.rename(&thing.name, &name);
    Some(())
}

fn rename_with_move(program: &mut Program, dice: &mut Dice) -> Option<()> {
    let thing = any(program, dice)?;
    let name = program.new_name(thing.type_name);
    program.rename(&thing.name, &name);
    program.moves.push((thing.type_name, thing.name, name));
    Some(())
}

/// Two things of one type.
fn two(program: &Program, dice: &mut Dice) -> Option<(usize, usize)> {
    let first = dice.below(program.things.len());
    let type_name = program.things.get(first)?.type_name;
    let others: Vec<usize> = (0..program.things.len())
        .filter(|at| *at != first && program.things[*at].type_name == type_name)
        .collect();
    Some((first, *dice.pick(&others)?))
}

fn exchange(program: &mut Program, dice: &mut Dice) -> Option<()> {
    let (one, other) = two(program, dice)?;
    let fields: Vec<&'static str> = of(program.things[one].type_name)
        .map(|(field, _)| field)
        .filter(|field| program.things[one].get(field) != program.things[other].get(field))
        .collect();
    let mut some = dice.some(&fields, 2);
    if some.is_empty() {
        some.push(*dice.pick(&fields)?);
    }
    for field in some {
        let (a, b) = (
            program.things[one].get(field).cloned(),
            program.things[other].get(field).cloned(),
        );
        program.things[one].set(field, b);
        program.things[other].set(field, a);
    }
    Some(())
}

/// Each takes the other's name, and who referred to a name refers to it still, or follows the thing.
fn exchange_names(program: &mut Program, dice: &mut Dice) -> Option<()> {
    let (one, other) = two(program, dice)?;
    let (a, b) = (
        program.things[one].name.clone(),
        program.things[other].name.clone(),
    );
    if dice.chance(50) {
        program.rename(&a, "between");
        program.rename(&b, &a);
        program.rename("between", &b);
    } else {
        program.things[one].name = b;
        program.things[other].name = a;
    }
    Some(())
}

fn drop_one(program: &mut Program, dice: &mut Dice) -> Option<()> {
    let name = any(program, dice)?.name;
    program.drop_thing(&name);
    Some(())
}

fn change(program: &mut Program, dice: &mut Dice) -> Option<()> {
    let at = dice.below(program.things.len());
    let thing = program.things.get(at)?.clone();
    let fields: Vec<(&str, bool)> = of(thing.type_name).collect();
    let (field, required) = *dice.pick(&fields)?;
    let value = match !required && dice.chance(20) {
        true => None,
        false => Some(value(program, thing.type_name, field, &thing.fields, dice)?),
    };
    program.things[at].set(field, value);
    Some(())
}

/// Something refers to another thing than before.
fn reparent(program: &mut Program, dice: &mut Dice) -> Option<()> {
    let at = dice.below(program.things.len());
    let thing = program.things.get(at)?.clone();
    let referring = |value: &Value| {
        let mut refers = false;
        value
            .clone()
            .each(&mut |part| refers |= matches!(part, Value::Ref(_)));
        refers
    };
    let fields: Vec<&'static str> = thing
        .fields
        .iter()
        .filter(|(_, value)| referring(value))
        .map(|(field, _)| *field)
        .collect();
    let field = *dice.pick(&fields)?;
    let new = value(program, thing.type_name, field, &thing.fields, dice)?;
    program.things[at].set(field, Some(new));
    // What was inside the old range is brought inside the new one.
    if matches!(field, "vpc" | "subnet") {
        for part in ["range", "private_ip", "further_ips"] {
            let fields = program.things[at].fields.clone();
            if program.things[at].get(part).is_some() {
                let fitting = value(program, thing.type_name, part, &fields, dice);
                program.things[at].set(part, fitting);
            }
        }
    }
    Some(())
}

/// A part of a list, or a whole field, goes from one thing to another.
fn hand_over(program: &mut Program, dice: &mut Dice) -> Option<()> {
    let (one, other) = two(program, dice)?;
    let type_name = program.things[one].type_name;
    let fields: Vec<&'static str> = program.things[one]
        .fields
        .iter()
        .map(|(field, _)| *field)
        .filter(|field| !is_required(type_name, field))
        .collect();
    let field = *dice.pick(&fields)?;
    let given = program.things[one].get(field)?.clone();
    match (given, program.things[other].get(field).cloned()) {
        (Value::List(mut items), taken) if !items.is_empty() => {
            let item = items.remove(dice.below(items.len()));
            let left = Some(Value::List(items)).filter(|left| *left != Value::List(Vec::new()));
            program.things[one].set(field, left);
            let mut all = match taken {
                Some(Value::List(all)) => all,
                _ => Vec::new(),
            };
            all.push(item);
            program.things[other].set(field, Some(Value::List(all)));
        }
        (given, _) => {
            program.things[one].set(field, None);
            program.things[other].set(field, Some(given));
        }
    }
    Some(())
}

pub fn add(program: &mut Program, dice: &mut Dice) -> Option<()> {
    let (type_name, _) = *dice.pick(&TYPES)?;
    add_one(program, type_name, dice)
}

pub fn add_one(program: &mut Program, type_name: &'static str, dice: &mut Dice) -> Option<()> {
    let mut fields = Vec::new();
    for (field, required) in of(type_name) {
        if required {
            fields.push((field, value(program, type_name, field, &fields, dice)?));
        } else if dice.chance(likelihood(field))
            && let Some(value) = value(program, type_name, field, &fields, dice)
        {
            fields.push((field, value));
        }
    }
    let name = program.new_name(type_name);
    let create_first = dice.chance(10).then(|| dice.chance(60));
    program.things.push(Thing {
        type_name,
        name,
        fields,
        create_first,
    });
    Some(())
}

/// A network's range changes with everything inside, or two networks exchange theirs.
fn renumber(program: &mut Program, dice: &mut Dice) -> Option<()> {
    let networks = program.of("aws.vpc");
    let Value::Text(range) = dice.pick(&networks)?.get("range")?.clone() else {
        return None;
    };
    let old = format!("10.{}.", range.split('.').nth(1)?);
    let new = format!("10.{}.", 1 + dice.below(9));
    let mut swap = |part: &mut Value| {
        if let Value::Text(text) = part {
            *text = match (text.strip_prefix(&old), text.strip_prefix(&new)) {
                (Some(rest), _) => format!("{new}{rest}"),
                (_, Some(rest)) => format!("{old}{rest}"),
                _ => return,
            };
        }
    };
    for thing in &mut program.things {
        for (_, value) in &mut thing.fields {
            value.each(&mut swap);
        }
    }
    Some(())
}

fn order(program: &mut Program, dice: &mut Dice) -> Option<()> {
    let at = dice.below(program.things.len());
    let thing = program.things.get_mut(at)?;
    thing.create_first = *dice.pick(&[None, Some(true), Some(false)])?;
    Some(())
}
