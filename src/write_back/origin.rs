//! Where a computed value comes from: the names in it, and where each is declared.

use infra_lang::Sources;
use infra_lang::syntax::{self, Item, ItemKind, Tree};
use infra_model::Span;

/// A name that an expression uses.
struct Origin {
    /// `` `zone` `` with what it is.
    words: String,
    place: Span,
}

/// What to change instead of the expression at `span`, in words; `None` when no name in it is declared here.
pub fn advice(span: Span, sources: &Sources, is_ours: &dyn Fn(&str) -> bool) -> Option<String> {
    let text = sources.get(span.file)?.slice(span);
    let trees: Vec<Tree> = sources
        .iter()
        .filter(|file| is_ours(&file.path))
        .map(|file| syntax::parse(file.id, &file.text).0)
        .collect();
    let mut found: Vec<String> = Vec::new();
    for name in names(text) {
        let Some(origin) = declared(name, span, &trees) else {
            continue;
        };
        let file = sources.get(origin.place.file)?;
        let line = file.position(origin.place.start).line;
        let words = format!("{} ({}:{line})", origin.words, file.path);
        if !found.contains(&words) {
            found.push(words);
        }
    }
    (!found.is_empty()).then(|| format!("it is made of {}: change it there", found.join(" and ")))
}

/// The words of a text that may be names; what stands behind a dot belongs to the name before it.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    text.split(move |c| !is_part(c))
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
        .map(|word| word.split('.').next().unwrap_or(word))
}

/// The declaration that a name at `at` means: of the resource's `for`, of the component around it, of the program.
fn declared(name: &str, at: Span, trees: &[Tree]) -> Option<Origin> {
    let own = trees.iter().find(|tree| tree.file == at.file)?;
    let around = |item: &&Item| item.span.start <= at.start && at.end <= item.span.end;
    let outer = own.items.iter().find(around)?;
    if let ItemKind::Component(component) = &outer.kind {
        let inner = component.items.iter().find(around);
        let params = component.params.iter();
        let parameter = || {
            let param = params.clone().find(|param| param.name.text == name)?;
            Some(Origin {
                words: format!(
                    "`{name}`, a parameter of the component `{}`",
                    component.name.text
                ),
                place: param.name.span,
            })
        };
        return (inner.and_then(|item| of_for(name, item)))
            .or_else(|| component.items.iter().find_map(|item| of_item(name, item)))
            .or_else(parameter);
    }
    let everywhere = || trees.iter().flat_map(|tree| &tree.items);
    of_for(name, outer).or_else(|| everywhere().find_map(|item| of_item(name, item)))
}

fn of_for(name: &str, item: &Item) -> Option<Origin> {
    let ItemKind::Resource(resource) = &item.kind else {
        return None;
    };
    let each = resource.each.as_ref()?;
    let key = each.key.as_ref().is_some_and(|key| key.text == name);
    (key || each.value.text == name).then(|| Origin {
        words: format!("`{name}`, which goes through a list with `for`"),
        place: each.span,
    })
}

fn of_item(name: &str, item: &Item) -> Option<Origin> {
    match &item.kind {
        ItemKind::Let(it) if it.name.text == name => Some(Origin {
            words: format!("`let {name}`"),
            place: it.name.span,
        }),
        ItemKind::Param(it) if it.name.text == name => Some(Origin {
            words: format!("the parameter `{name}`, whose value is given from outside"),
            place: it.name.span,
        }),
        _ => None,
    }
}
