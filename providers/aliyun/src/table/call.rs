//! One action of an API, and one that lists.

use futures::future::BoxFuture;
use infra_sdk::Failure;

use crate::cloud::Cloud;

/// An action, and the parameters that are the same whenever it is called.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// `CreateVpc`.
    pub action: &'static str,
    /// The parameter that takes the region; nearly always `RegionId`. `None` for an action that takes none.
    pub region: Option<&'static str>,
    /// The parameters that name the resource, one for each part of its identity. One that is empty is not sent.
    pub ids: &'static [&'static str],
    /// Parameters with one value for all resources of the type.
    pub fixed: &'static [(&'static str, &'static str)],
    /// The parameter that takes the idempotency token.
    pub token: Option<&'static str>,
    /// The resource is named in a JSON list, because the action takes several.
    pub json: bool,
}

/// An action that takes `RegionId`.
pub const fn call(action: &'static str) -> Call {
    Call {
        action,
        region: Some("RegionId"),
        ids: &[],
        fixed: &[],
        token: None,
        json: false,
    }
}

impl Call {
    /// The action takes no region.
    pub const fn nowhere(mut self) -> Call {
        self.region = None;
        self
    }

    /// The action spells the region differently.
    pub const fn region(mut self, parameter: &'static str) -> Call {
        self.region = Some(parameter);
        self
    }

    /// The parameters that name the resource.
    pub const fn of(mut self, ids: &'static [&'static str]) -> Call {
        self.ids = ids;
        self
    }

    /// The action takes a JSON list of resources.
    pub const fn json(mut self) -> Call {
        self.json = true;
        self
    }

    /// Parameters with one value for all resources.
    pub const fn with(mut self, fixed: &'static [(&'static str, &'static str)]) -> Call {
        self.fixed = fixed;
        self
    }

    /// The action takes an idempotency token, as `ClientToken`.
    pub const fn once(mut self) -> Call {
        self.token = Some("ClientToken");
        self
    }
}

/// How resources of a type are listed.
#[derive(Clone, Copy)]
pub struct List {
    pub call: Call,
    /// The path of the items in the answer: `Vpcs.Vpc`.
    pub items: &'static str,
    pub pages: Pages,
    pub ids: Ids,
    /// Whether the action takes `Tag.N.Key` and `Tag.N.Value` as conditions.
    pub tagged: bool,
}

/// A listing, which takes `RegionId`, in one page, of one id a call.
pub const fn list(action: &'static str, items: &'static str) -> List {
    List {
        call: call(action),
        items,
        pages: Pages::One,
        ids: Ids::All,
        tagged: false,
    }
}

impl List {
    /// Parameters with one value for all listings of the type.
    pub const fn with(mut self, fixed: &'static [(&'static str, &'static str)]) -> List {
        self.call = self.call.with(fixed);
        self
    }

    pub const fn pages(mut self, pages: Pages) -> List {
        self.pages = pages;
        self
    }

    pub const fn ids(mut self, ids: Ids) -> List {
        self.ids = ids;
        self
    }

    /// Resources can be found by their tags.
    pub const fn tagged(mut self) -> List {
        self.tagged = true;
        self
    }
}

/// How a listing comes in pages, with the most items of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pages {
    /// Everything is in one answer.
    One,
    /// `PageNumber` from 1 and `PageSize`, until all of `TotalCount` have come.
    Number(usize),
    /// `NextToken`, until it is empty; the size is in the parameter that is named.
    Next(&'static str, usize),
}

/// How a listing is restricted to resources whose identity is known.
#[derive(Clone, Copy)]
pub enum Ids {
    /// Not at all: the listing answers everything.
    All,
    /// A JSON list in one parameter, with the most ids of one call. The last is the part of the identity that it takes.
    Json(&'static str, usize, usize),
    /// A list with commas, the same way.
    Comma(&'static str, usize, usize),
    /// One id a call.
    One(&'static str),
    /// The first part of the identity is what the resource is in, and each call lists all that is in one.
    /// The function answers all of those that there are.
    Owner(&'static str, Owners),
}

/// Everything in the region that resources of a type can be in.
pub type Owners = for<'c> fn(&'c Cloud) -> BoxFuture<'c, Result<Vec<String>, Failure>>;

impl Ids {
    /// How many resources one call can be asked for by their ids.
    pub const fn names_max(&self) -> usize {
        match self {
            Ids::All | Ids::Owner(..) => 1_000,
            Ids::Json(_, most, _) | Ids::Comma(_, most, _) => *most,
            Ids::One(_) => 1,
        }
    }
}
