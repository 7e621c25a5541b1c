//! `move`, `import` and `forget`, with the instances there are.

use infra_model::desired::{Forget, Import, Move};
use infra_model::{AddressParts, Desired, Step};

use super::thing::{Instances, Member, PartId};
use super::{Env, Evaluator};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::place::Place;
use crate::resolve::Scopes;
use crate::suggest;
use crate::syntax::{AddressText, ItemKind, MoveItem};

/// A key that no instance of a declaration has.
struct MissingKey {
    name: String,
    key: String,
    /// Those there are.
    keys: Vec<String>,
}

impl Evaluator<'_> {
    /// What the program says about what exists already.
    pub(super) fn adopted(&self) -> Desired {
        let mut desired = Desired::default();
        for item in &self.program.scopes.get(Scopes::ROOT).others {
            match &item.get(&self.program.trees).kind {
                ItemKind::Move(it) => desired.moves.extend(self.moves(it)),
                ItemKind::Import(it) => {
                    let env = Env {
                        part: PartId(0),
                        locals: None,
                    };
                    let id = self.text(&it.id, &env);
                    if let (Some(Place::Instance(address)), Some(id)) =
                        (self.there(&it.address), self.note(id))
                    {
                        desired.imports.push(Import {
                            address,
                            id,
                            span: it.address.span,
                        });
                    }
                }
                ItemKind::Forget(it) => {
                    if let Ok(place @ Place::Instance(address)) = &Place::read(&it.address.text) {
                        self.gone(&it.address, place, "forget");
                        desired.forgets.push(Forget {
                            address: address.clone(),
                            span: it.address.span,
                        });
                    }
                }
                _ => {}
            }
        }
        desired
    }

    /// One `move` for a resource; for a component's instance one for each resource it has now.
    fn moves(&self, it: &MoveItem) -> Vec<Move> {
        let span = it.from.span.to(it.to.span);
        let (Ok(from), Ok(to)) = (Place::read(&it.from.text), Place::read(&it.to.text)) else {
            return Vec::new();
        };
        if from == to || from.type_name() != to.type_name() {
            // Checking has said that this is no move.
            return Vec::new();
        }
        self.gone(&it.from, &from, "move");
        match (from, self.there(self.last_name(&it.to))) {
            (Place::Instance(from), Some(Place::Instance(to))) => vec![Move { from, to, span }],
            (Place::Component(from), Some(Place::Component(to))) => {
                let nodes = &self.scene.borrow().nodes;
                let inside = nodes
                    .iter()
                    .filter(|node| !node.lookup && node.address.path.starts_with(&to));
                inside
                    .map(|node| Move {
                        from: AddressParts {
                            path: [&from[..], &node.address.path[to.len()..]].concat(),
                            ..AddressParts::clone(&node.address)
                        }
                        .into(),
                        to: node.address.clone(),
                        span,
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The address that a name ends at which was given on by further moves.
    fn last_name<'t>(&'t self, to: &'t AddressText) -> &'t AddressText {
        let items = (self.program.scopes.get(Scopes::ROOT).others.iter())
            .map(|item| &item.get(&self.program.trees).kind);
        let moves: Vec<&MoveItem> = items
            .filter_map(|item| match item {
                ItemKind::Move(it) => Some(it),
                _ => None,
            })
            .collect();
        let mut last = to;
        // Checking refuses cycles; this ends all the same.
        for _ in &moves {
            let Ok(place) = Place::read(&last.text) else {
                break;
            };
            let next = moves
                .iter()
                .find(|next| Place::read(&next.from.text).as_ref() == Ok(&place));
            match next {
                Some(next) => last = &next.to,
                None => break,
            }
        }
        last
    }

    /// Reports what has to have left the program and has not.
    fn gone(&self, written: &AddressText, place: &Place, word: &str) {
        let there = match self.find(place) {
            Ok(Member::Node(node)) => !self.node(node).assumed,
            Ok(Member::Part(part)) => !self.part(part).assumed,
            Err(_) => false,
        };
        if there {
            let message = format!("`{}` is still declared", written.text);
            let help = format!(
                "`{word}` is about what has left the program: take out its declaration, or the `{word}`"
            );
            let diagnostic =
                Diagnostic::error(codes::BAD_ADDRESS, written.span, message).help(help);
            self.diagnostics.borrow_mut().push(diagnostic);
        }
    }

    /// The place that an address names, if it is among the instances. One that an `if` leaves out is passed over:
    /// there is nothing to give the name to. A key that nothing has is an error.
    fn there(&self, written: &AddressText) -> Option<Place> {
        let place = Place::read(&written.text).ok()?;
        match self.find(&place) {
            Ok(_) => Some(place),
            Err(None) => None,
            Err(Some(missing)) => {
                let keys = missing.keys.iter().map(String::as_str);
                let message = format!("`{}` has no instance \"{}\"", missing.name, missing.key);
                let mut diagnostic = Diagnostic::error(codes::MISSING_KEY, written.span, message);
                diagnostic.help = suggest::help(&missing.key, keys, "the keys are");
                self.diagnostics.borrow_mut().push(diagnostic);
                None
            }
        }
    }

    /// The instance at a place. When there is none it is for a key that nothing has, or for a reason that needs no
    /// word: an `if`, or an error reported with the instances.
    fn find(&self, place: &Place) -> Result<Member, Option<MissingKey>> {
        let (steps, last) = match place {
            Place::Component(steps) => (steps, None),
            Place::Instance(address) => {
                let last = Step {
                    name: address.name.clone(),
                    key: address.key.clone(),
                };
                (&address.path, Some((last, &address.type_name)))
            }
        };
        let mut at = Member::Part(PartId(0));
        for step in steps.iter().chain(last.as_ref().map(|(step, _)| step)) {
            let Member::Part(part) = at else {
                return Err(None);
            };
            at = self.at_step(part, step)?;
        }
        match (at, &last) {
            (Member::Node(node), Some((_, type_name))) => {
                let is_it = self.node(node).address.type_name == **type_name;
                is_it.then_some(at).ok_or(None)
            }
            (Member::Part(_), None) => Ok(at),
            _ => Err(None),
        }
    }

    fn at_step(&self, part: PartId, step: &Step) -> Result<Member, Option<MissingKey>> {
        let scope = self.program.scopes.get(self.part(part).scope);
        let decl = *scope.names.get(&step.name).ok_or(None)?;
        let set = match (self.instances(part, decl), &step.key) {
            (Ok(Instances::One(member)), None) => return Ok(member),
            (Ok(Instances::Many(set)), Some(_)) => set,
            _ => return Err(None),
        };
        let key = step.key.as_deref().ok_or(None)?;
        match set.get(key) {
            Some(member) => Ok(member),
            None if set.assumed => Err(None),
            None => Err(Some(MissingKey {
                name: step.name.clone(),
                key: key.to_owned(),
                keys: set.members.iter().map(|(key, _)| key.clone()).collect(),
            })),
        }
    }
}
