//! What all Describe actions share: ids, filters and pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::aws::fault::Fault;
use crate::aws::filter::{FilterTable, Filters};
use crate::aws::world::Region;
use crate::aws::xml::Node;
use crate::ground::query::Query;
use crate::ground::{Entity, Table};

/// What an action answers.
pub type Answer = Result<Node, Fault>;

/// How a kind is described.
pub struct Describe<T: Entity + 'static> {
    /// The element around the list.
    pub set: &'static str,
    /// The parameter that lists ids.
    pub ids: &'static str,
    /// Least and greatest MaxResults; `None` for kinds that have no pages.
    pub page: Option<(i64, i64)>,
    /// Its filters.
    pub filters: FilterTable<T>,
    /// Where the entities are.
    pub table: fn(&Region) -> &Table<T>,
    /// One entity as XML.
    pub show: fn(&Region, &T) -> Node,
}

impl<T: Entity> Describe<T> {
    /// Answers a Describe request.
    ///
    /// # Errors
    /// Those of [`Describe::select`].
    pub fn answer(&self, region: &Region, q: &Query) -> Answer {
        let (rows, next) = self.select(region, q)?;
        Ok(Node::new()
            .list(
                self.set,
                rows.into_iter().map(|row| (self.show)(region, row)),
            )
            .maybe("nextToken", next))
    }

    /// The entities that a request asks for, and the token of the next page.
    ///
    /// # Errors
    /// NotFound and Malformed of an id, an unknown filter, a page size out of bounds or together with ids.
    pub fn select<'r>(
        &self,
        region: &'r Region,
        q: &Query,
    ) -> Result<(Vec<&'r T>, Option<String>), Fault> {
        let filters = Filters::parse(q)?;
        filters.check(self.filters)?;
        let ids = q.texts(self.ids);
        let table = (self.table)(region);
        let mut rows: Vec<&T> = if ids.is_empty() {
            table.iter().collect()
        } else {
            let mut named = ids
                .iter()
                .map(|id| {
                    table.find(id).and_then(|row| {
                        if region.is_unseen(id) {
                            Err(Table::<T>::missing(id))
                        } else {
                            Ok(row)
                        }
                    })
                })
                .collect::<Result<Vec<_>, _>>()?;
            named.sort_by_key(|row| row.id());
            named.dedup_by_key(|row| row.id());
            named
        };
        rows.retain(|row| !region.is_unseen(row.id()) && filters.pass(self.filters, region, *row));
        let Some(bounds) = self.page else {
            return Ok((rows, None));
        };
        let page = Page::parse(q, T::KIND, bounds, !ids.is_empty())?;
        Ok(page.cut(rows, |row| row.id()))
    }
}

/// The part of a long answer that a request asks for.
pub struct Page {
    kind: &'static str,
    most: Option<usize>,
    after: Option<String>,
}

impl Page {
    /// Reads MaxResults and NextToken.
    ///
    /// # Errors
    /// `InvalidParameterValue` out of bounds, `InvalidParameterCombination` together with ids, `InvalidNextToken`.
    pub fn parse(
        q: &Query,
        kind: &'static str,
        (least, most): (i64, i64),
        with_ids: bool,
    ) -> Result<Self, Fault> {
        let size = q.int("MaxResults")?;
        if let Some(size) = size {
            if with_ids {
                return Err(Fault::combination(format!(
                    "The parameter {kind} IDs cannot be used with the parameter maxResults"
                )));
            }
            if size < least {
                return Err(Fault::value(format!(
                    "Value ( {size} ) for parameter maxResults is invalid. Expecting a value greater than or equal to {least}."
                )));
            }
            if size > most {
                return Err(Fault::value(format!(
                    "Value ( {size} ) for parameter maxResults is invalid. Expecting a value less than or equal to {most}."
                )));
            }
        }
        let after = q
            .text("NextToken")
            .filter(|token| !token.is_empty())
            .map(|token| open(kind, token))
            .transpose()?;
        Ok(Self {
            kind,
            most: size.and_then(|size| usize::try_from(size).ok()),
            after,
        })
    }

    /// A page has that many rows at most even when the request does not say so.
    #[must_use]
    pub fn at_most(mut self, most: usize) -> Self {
        self.most = self.most.or(Some(most));
        self
    }

    /// Cuts the page out of all rows, which come in the order of their keys.
    pub fn cut<R>(&self, mut rows: Vec<R>, key: impl Fn(&R) -> &str) -> (Vec<R>, Option<String>) {
        if let Some(after) = &self.after {
            rows.retain(|row| key(row) > after.as_str());
        }
        match self.most {
            Some(most) if rows.len() > most => {
                rows.truncate(most);
                let next = rows
                    .last()
                    .map(|row| URL_SAFE_NO_PAD.encode(format!("{}:{}", self.kind, key(row))));
                (rows, next)
            }
            _ => (rows, None),
        }
    }
}

fn open(kind: &str, token: &str) -> Result<String, Fault> {
    URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| {
            text.strip_prefix(kind)?
                .strip_prefix(':')
                .map(str::to_owned)
        })
        .ok_or_else(|| {
            Fault::new(
                "InvalidNextToken",
                format!("The specified NextToken '{token}' is not valid"),
            )
        })
}
