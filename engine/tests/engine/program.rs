//! A program without a language: resources whose fields are small expressions.

use std::collections::BTreeSet;
use std::sync::Arc;

use infra_model::desired::{AssertOutcome, Forget, Import, Move, Output};
use infra_model::{
    Address, Desired, FileId, Instance, Known, Lifecycle, Named, Record, ResolveError, Resolver,
    Secret, Size, Span, Type, Unknown, Value,
};

/// What a field is set to.
#[derive(Clone, Debug)]
pub enum Expr {
    Value(Value),
    Ref(Address),
    /// An attribute of a resource that the cloud decides.
    Attr(Address, &'static str),
    List(Vec<Expr>),
}

impl From<&str> for Expr {
    fn from(text: &str) -> Expr {
        Expr::Value(Value::string(text))
    }
}

impl From<i64> for Expr {
    fn from(number: i64) -> Expr {
        Expr::Value(Value::Int(number))
    }
}

impl From<Address> for Expr {
    fn from(address: Address) -> Expr {
        Expr::Ref(address)
    }
}

impl<T: Into<Expr>> From<Vec<T>> for Expr {
    fn from(items: Vec<T>) -> Expr {
        Expr::List(items.into_iter().map(Into::into).collect())
    }
}

pub fn gib(number: u64) -> Expr {
    Expr::Value(Value::Size(Size::gib(number)))
}

pub fn secret(text: &str) -> Expr {
    Expr::Value(Value::Secret(Secret::new(Value::string(text))))
}

pub fn attr(of: &Address, name: &'static str) -> Expr {
    Expr::Attr(of.clone(), name)
}

impl Expr {
    fn eval(&self, known: &dyn Known) -> Value {
        match self {
            Expr::Value(value) => value.clone(),
            Expr::Ref(address) => Value::Ref(address.clone()),
            Expr::Attr(address, name) => known
                .attributes(address)
                .and_then(|record| record.get(*name).cloned())
                .unwrap_or_else(|| {
                    Value::from(Unknown {
                        ty: Type::String,
                        from: BTreeSet::from([address.clone()]),
                        secret: matches!(*name, "word" | "once"),
                    })
                }),
            Expr::List(items) => Value::List(items.iter().map(|item| item.eval(known)).collect()),
        }
    }

    fn mentions(&self, found: &mut BTreeSet<Address>) {
        match self {
            Expr::Value(_) => {}
            Expr::Ref(address) | Expr::Attr(address, _) => {
                found.insert(address.clone());
            }
            Expr::List(items) => items.iter().for_each(|item| item.mentions(found)),
        }
    }
}

/// One declaration.
#[derive(Clone, Debug)]
pub struct Thing {
    pub address: Address,
    pub fields: Vec<(&'static str, Expr)>,
    pub after: BTreeSet<Address>,
    pub lifecycle: Lifecycle,
    pub provider: Option<&'static str>,
}

/// The address `cloud.KIND.NAME`.
pub fn at(kind: &str, name: &str) -> Address {
    Address::root(format!("cloud.{kind}"), name)
}

pub fn thing(kind: &str, name: &str) -> Thing {
    Thing {
        address: at(kind, name),
        fields: Vec::new(),
        after: BTreeSet::new(),
        lifecycle: Lifecycle::default(),
        provider: None,
    }
}

impl Thing {
    pub fn set(mut self, name: &'static str, value: impl Into<Expr>) -> Thing {
        self.fields.retain(|(other, _)| *other != name);
        self.fields.push((name, value.into()));
        self
    }

    /// In another configuration of its provider.
    pub fn provider(mut self, key: &'static str) -> Thing {
        self.provider = Some(key);
        self
    }

    pub fn after(mut self, address: Address) -> Thing {
        self.after.insert(address);
        self
    }

    pub fn lifecycle(mut self, change: impl FnOnce(&mut Lifecycle)) -> Thing {
        change(&mut self.lifecycle);
        self
    }
}

type Judge = fn(&dyn Known) -> Option<bool>;

/// A program: it is its own resolver.
#[derive(Clone, Default)]
pub struct Program {
    pub things: Vec<Thing>,
    pub outputs: Vec<(&'static str, Expr)>,
    pub asserts: Vec<(Judge, &'static str)>,
    pub moves: Vec<(Address, Address)>,
    pub imports: Vec<(Address, String)>,
    pub forgets: Vec<Address>,
}

struct Nothing;

impl Known for Nothing {
    fn attributes(&self, _: &Address) -> Option<&Record> {
        None
    }
}

/// The span of line `line` of the imagined text.
pub fn line(line: usize) -> Span {
    Span::new(FileId(0), line * 100, line * 100 + 10)
}

impl Program {
    pub fn of(things: impl IntoIterator<Item = Thing>) -> Program {
        Program {
            things: things.into_iter().collect(),
            ..Program::default()
        }
    }

    pub fn output(mut self, name: &'static str, value: Expr) -> Program {
        self.outputs.push((name, value));
        self
    }

    /// The program without one declaration.
    pub fn without(&self, address: &Address) -> Program {
        let mut less = self.clone();
        less.things.retain(|thing| thing.address != *address);
        less
    }

    /// The program with one declaration changed.
    pub fn with(&self, address: &Address, change: impl FnOnce(Thing) -> Thing) -> Program {
        let mut other = self.clone();
        let thing = other
            .things
            .iter_mut()
            .find(|thing| thing.address == *address)
            .expect("the program has it");
        *thing = change(thing.clone());
        other
    }

    pub fn desired(&self) -> Desired {
        let instances = self.things.iter().enumerate().map(|(number, thing)| {
            let mut depends: Named<BTreeSet<Address>> = Named::new();
            for (name, expr) in &thing.fields {
                let mut found = BTreeSet::new();
                expr.mentions(&mut found);
                if !found.is_empty() {
                    depends.insert((*name).to_owned(), found);
                }
            }
            if !thing.after.is_empty() {
                depends.insert(String::new(), thing.after.clone());
            }
            let spans = thing.fields.iter().enumerate();
            Instance {
                address: thing.address.clone(),
                provider: thing
                    .provider
                    .unwrap_or(thing.address.provider())
                    .to_owned(),
                fields: evaluated(thing, &Nothing),
                depends,
                lifecycle: thing.lifecycle.clone(),
                span: line(number * 10),
                field_spans: spans
                    .map(|(at, (name, _))| ((*name).to_owned(), line(number * 10 + at + 1)))
                    .collect(),
            }
        });
        let span = Span::default();
        Desired {
            program: "desk".to_owned(),
            instances: instances.map(Arc::new).collect(),
            moves: self
                .moves
                .iter()
                .map(|(from, to)| Move {
                    from: from.clone(),
                    to: to.clone(),
                    span,
                })
                .collect(),
            imports: self
                .imports
                .iter()
                .map(|(address, id)| Import {
                    address: address.clone(),
                    id: id.clone(),
                    span,
                })
                .collect(),
            forgets: self
                .forgets
                .iter()
                .map(|address| Forget {
                    address: address.clone(),
                    span,
                })
                .collect(),
            ..Desired::default()
        }
    }
}

fn evaluated(thing: &Thing, known: &dyn Known) -> Record {
    let fields = thing.fields.iter();
    fields
        .map(|(name, expr)| ((*name).to_owned(), expr.eval(known)))
        .collect()
}

impl Resolver for Program {
    fn resolve(&self, address: &Address, known: &dyn Known) -> Result<Record, ResolveError> {
        let thing = self
            .things
            .iter()
            .find(|thing| thing.address == *address)
            .expect("only the program's own resources are resolved");
        Ok(evaluated(thing, known))
    }

    fn outputs(&self, known: &dyn Known) -> Result<Vec<Output>, ResolveError> {
        let outputs = self.outputs.iter().map(|(name, expr)| Output {
            name: (*name).to_owned(),
            value: expr.eval(known),
            doc: String::new(),
            span: Span::default(),
        });
        Ok(outputs.collect())
    }

    fn asserts(&self, known: &dyn Known) -> Result<Vec<AssertOutcome>, ResolveError> {
        let asserts = self.asserts.iter().map(|(judge, message)| AssertOutcome {
            holds: judge(known),
            message: (*message).to_owned(),
            span: Span::default(),
        });
        Ok(asserts.collect())
    }
}
