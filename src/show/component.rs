//! What a component of the standard library offers, for `infra types`. Read from its text: parameters and outputs
//! with their comments.

use infra_lang::SourceFile;
use infra_lang::syntax::{Component, Item, ItemKind, Param};
use infra_model::Span;
use serde_json::{Value as Json, json};

use super::schema::{self, paragraph};
use super::style::{Painter, Style};

/// A component with its declaration's comment.
pub struct ComponentDoc<'a> {
    /// `std.server`
    pub path: String,
    pub doc: String,
    pub component: &'a Component,
    pub file: &'a SourceFile,
}

impl<'a> ComponentDoc<'a> {
    /// The component of a file's own name, if the item is it.
    pub fn of(path: &str, item: &'a Item, file: &'a SourceFile) -> Option<ComponentDoc<'a>> {
        let ItemKind::Component(component) = &item.kind else {
            return None;
        };
        let own = path.rsplit('.').next() == Some(component.name.text.as_str());
        own.then(|| ComponentDoc {
            path: path.to_owned(),
            doc: item.doc.clone().unwrap_or_default(),
            component,
            file,
        })
    }

    /// What the parameter's default is, in the program's own words.
    fn words(&self, span: Span) -> String {
        let text = self.file.slice(span);
        text.lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("///"))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn outputs(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.component
            .items
            .iter()
            .filter_map(|item| match &item.kind {
                ItemKind::Output(output) => Some((
                    output.name.text.as_str(),
                    item.doc.as_deref().unwrap_or_default(),
                )),
                _ => None,
            })
    }

    fn is_required(param: &Param) -> bool {
        let optional = matches!(param.ty.kind, infra_lang::syntax::TypeExprKind::Optional(_));
        param.default.is_none() && !optional
    }

    /// Everything about it: what it is given, then what it answers.
    pub fn describe(&self, painter: Painter, width: usize) -> String {
        let mut page = format!("component {}\n", painter.paint(Style::Heading, &self.path));
        paragraph(&self.doc, 2, width, &mut page);
        page.push_str(&format!(
            "\n{}\n",
            painter.paint(Style::Heading, "Parameters")
        ));
        for param in &self.component.params {
            let name = painter.paint(Style::Create, &param.name.text);
            let remark = match &param.default {
                Some(default) => format!("  (default {})", self.words(default.span)),
                None if Self::is_required(param) => "  (required)".to_owned(),
                None => String::new(),
            };
            let remark = painter.paint(Style::Quiet, &remark);
            page.push_str(&format!(
                "  {name}: {}{remark}\n",
                self.words(param.ty.span)
            ));
            paragraph(
                param.doc.as_deref().unwrap_or_default(),
                schema::INDENT,
                width,
                &mut page,
            );
        }
        if self.outputs().next().is_some() {
            page.push_str(&format!(
                "\n{}\n",
                painter.paint(Style::Heading, "Attributes")
            ));
        }
        for (name, doc) in self.outputs() {
            page.push_str(&format!("  {}\n", painter.paint(Style::Create, name)));
            paragraph(doc, schema::INDENT, width, &mut page);
        }
        page
    }

    pub fn json(&self) -> Json {
        let params = self.component.params.iter().map(|param| {
            json!({
                "name": param.name.text,
                "type": self.words(param.ty.span),
                "doc": param.doc.clone().unwrap_or_default(),
                "required": Self::is_required(param),
                "default": param.default.as_ref().map(|default| self.words(default.span)),
            })
        });
        json!({
            "type": self.path,
            "kind": "component",
            "doc": self.doc,
            "params": params.collect::<Vec<_>>(),
            "outputs": self.outputs().map(|(name, doc)| json!({ "name": name, "doc": doc })).collect::<Vec<_>>(),
        })
    }
}
