//! Addresses in `move`, `import` and `forget`: whether they can be read, and whether the program has what they name.

use infra_model::{Span, Step};

use super::Checker;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::place::Place;
use crate::resolve::{Decl, DeclKind, ScopeId, Scopes, Target};
use crate::suggest;
use crate::syntax::{AddressText, ItemKind, MoveItem, ResourceItem};

/// Why there is no declaration; `None` where it has been said.
type Absent = Option<Box<Diagnostic>>;

impl Checker<'_> {
    /// `move` goes from what the program no longer has to what it has, and stays with the kind.
    pub(super) fn move_item(&mut self, it: &MoveItem) {
        let (Some(from), Some(to)) = (self.place(&it.from), self.place(&it.to)) else {
            return;
        };
        let refused = match (&from, &to) {
            (Place::Instance(from), Place::Instance(to)) if from.type_name != to.type_name => Some(
                format!("`{}` cannot become `{}`", from.type_name, to.type_name),
            ),
            (Place::Instance(_), Place::Component(_))
            | (Place::Component(_), Place::Instance(_)) => Some(
                "a resource and a component's instance cannot take each other's place".to_owned(),
            ),
            _ if from == to => Some("it goes to where it is".to_owned()),
            _ => None,
        };
        if let Some(message) = refused {
            let help =
                "`move` gives what exists another name; both sides are addresses of the same type";
            self.bad_address(it.from.span.to(it.to.span), message, help);
            return;
        }
        match self.moved_on(&to) {
            None => self.must_be_declared(&to, it.to.span),
            Some(_) if self.comes_back(&from, &to) => {
                let message = format!("these moves lead back to `{}`", it.from.text);
                let help = "two resources change places with `infra state mv`, through a third name: a `move` that \
                            stays in the program would turn them round again and again";
                self.bad_address(it.from.span.to(it.to.span), message, help);
            }
            // It has another name since.
            Some(_) => {}
        }
    }

    /// Where another `move` takes what comes to this place.
    fn moved_on(&self, to: &Place) -> Option<Place> {
        let mut items = (self.program.scopes.get(Scopes::ROOT).others.iter())
            .map(|item| &item.get(&self.program.trees).kind);
        items.find_map(|item| match item {
            ItemKind::Move(next) if Place::read(&next.from.text).ok()? == *to => {
                Place::read(&next.to.text).ok()
            }
            _ => None,
        })
    }

    /// Whether going on from `to` ends at `from`.
    fn comes_back(&self, from: &Place, to: &Place) -> bool {
        let mut seen = vec![to.clone()];
        while let Some(next) = seen.last().and_then(|last| self.moved_on(last)) {
            if next == *from {
                return true;
            }
            if seen.contains(&next) {
                return false;
            }
            seen.push(next);
        }
        false
    }

    /// An address that must name something the program declares.
    pub(super) fn declared_address(&mut self, written: &AddressText) {
        match self.place(written) {
            Some(place @ Place::Instance(_)) => self.must_be_declared(&place, written.span),
            Some(Place::Component(_)) => self.needs_type(written),
            None => {}
        }
    }

    /// An address of what is to leave the state; what it names has left the program.
    pub(super) fn forget(&mut self, written: &AddressText) {
        if let Some(Place::Component(_)) = self.place(written) {
            self.needs_type(written);
        }
    }

    fn needs_type(&mut self, written: &AddressText) {
        self.bad_address(
            written.span,
            format!("`{}` is a whole component, or lacks its type", written.text),
            "write the address of one resource, such as `aws.volume.data` or `web/aws.volume.data[\"a\"]`",
        );
    }

    fn place(&mut self, written: &AddressText) -> Option<Place> {
        match Place::read(&written.text) {
            Ok(place) => Some(place),
            Err(error) => {
                self.bad_address(
                    written.span,
                    error.to_string(),
                    "`infra state list` shows the addresses there are",
                );
                None
            }
        }
    }

    fn bad_address(&mut self, at: Span, message: String, help: &str) {
        let diagnostic = Diagnostic::error(codes::BAD_ADDRESS, at, message).help(help);
        self.diagnostics.push(diagnostic);
    }

    fn must_be_declared(&mut self, place: &Place, at: Span) {
        if let Err(Some(diagnostic)) = self.named(place, at) {
            self.diagnostics.push(*diagnostic);
        }
    }

    /// Whether the program declares what a place names.
    fn named(&self, place: &Place, at: Span) -> Result<(), Absent> {
        let mut scope = Scopes::ROOT;
        let (steps, address) = match place {
            Place::Instance(address) => (&address.path[..], Some(address)),
            Place::Component(steps) => (&steps[..], None),
        };
        for step in steps {
            let decl = self.in_scope(scope, &step.name, at)?;
            let (item, target) = self.made(decl, at)?;
            let Target::Component(inner) = target else {
                let message = format!("`{}` is a resource, not a component's instance", step.name);
                return Err(Some(Box::new(Diagnostic::error(
                    codes::BAD_ADDRESS,
                    at,
                    message,
                ))));
            };
            keyed(step, item, at)?;
            scope = inner;
        }
        let Some(address) = address else {
            return Ok(());
        };
        let decl = self.in_scope(scope, &address.name, at)?;
        let (item, target) = self.made(decl, at)?;
        let declared = item.type_name.text();
        match target {
            Target::Schema if declared == address.type_name => {}
            Target::Schema => {
                let message = format!(
                    "`{}` is of type `{declared}`, not `{}`",
                    address.name, address.type_name
                );
                return Err(Some(Box::new(
                    Diagnostic::error(codes::BAD_ADDRESS, at, message)
                        .related(decl.name.span, "declared here"),
                )));
            }
            Target::Component(_) => {
                let message = format!("`{}` is an instance of a component", address.name);
                let help = format!(
                    "name a resource in it: `{}/{}.…`",
                    address.name, address.type_name
                );
                return Err(Some(Box::new(
                    Diagnostic::error(codes::BAD_ADDRESS, at, message).help(help),
                )));
            }
            Target::Unknown => return Err(None),
        }
        let step = Step {
            name: address.name.clone(),
            key: address.key.clone(),
        };
        keyed(&step, item, at)
    }

    fn in_scope(&self, scope: ScopeId, name: &str, at: Span) -> Result<&Decl, Absent> {
        let inside = self.program.scopes.get(scope);
        if let Some(id) = inside.names.get(name) {
            return Ok(inside.decl(*id));
        }
        let owner = match inside.outer.is_none() && scope == Scopes::ROOT {
            true => "the program".to_owned(),
            false => format!("the component `{}`", inside.label),
        };
        let mut diagnostic = Diagnostic::error(
            codes::UNKNOWN_NAME,
            at,
            format!("{owner} declares no `{name}`"),
        );
        let names = inside.decls.iter().map(|decl| decl.name.text.as_str());
        diagnostic.help = suggest::nearest(name, names)
            .map(|near| format!("did you mean `{near}`?"))
            .or_else(|| Some("declare the resource that the address shall stand for".to_owned()));
        Err(Some(Box::new(diagnostic)))
    }

    /// The declaration as one of a resource or of a component's instance.
    fn made(&self, decl: &Decl, at: Span) -> Result<(&ResourceItem, Target), Absent> {
        let item = &decl.item.get(&self.program.trees).kind;
        match (decl.kind, item) {
            (DeclKind::Resource(target), ItemKind::Resource(item)) => Ok((item, target)),
            (DeclKind::Missing, _) => Err(None),
            _ => {
                let message = format!("`{}` is not a resource", decl.name.text);
                Err(Some(Box::new(
                    Diagnostic::error(codes::BAD_ADDRESS, at, message)
                        .related(decl.name.span, "declared here"),
                )))
            }
        }
    }
}

/// Whether a step has a key exactly when the declaration has `for`.
fn keyed(step: &Step, item: &ResourceItem, at: Span) -> Result<(), Absent> {
    let (message, help) = match (&item.each, &step.key) {
        (Some(_), None) => (
            format!("`{}` has several instances", step.name),
            format!("say which by its key: `{}[\"key\"]`", step.name),
        ),
        (None, Some(_)) => (
            format!("`{}` is one, without a key", step.name),
            format!("write `{}`", step.name),
        ),
        _ => return Ok(()),
    };
    let diagnostic = Diagnostic::error(codes::BAD_ADDRESS, at, message)
        .help(help)
        .related(item.name.span, "declared here");
    Err(Some(Box::new(diagnostic)))
}
