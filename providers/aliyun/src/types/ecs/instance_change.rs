//! How machines change in place.

use futures::FutureExt;
use futures::future::BoxFuture;
use infra_sdk::fields::Fields;
use infra_sdk::{Failure, Update};

use super::INSTANCE;
use super::disk_change::{grow, respecify};
use super::instance::{MODIFY, metadata_params};
use super::instance_state::{start, stop};
use crate::cloud::Cloud;
use crate::param::{Param, add};
use crate::products::ECS;
use crate::reader::{Wait, ready};
use crate::table::{Call, Way, call, named, named_once, params_of};

const SPEC: Call = call("ModifyInstanceSpec")
    .nowhere()
    .of(&["InstanceId"])
    .once();
const PREPAID_SPEC: Call = call("ModifyPrepayInstanceSpec").of(&["InstanceId"]).once();
const METADATA_OPTIONS: Call = call("ModifyInstanceMetadataOptions").of(&["InstanceId"]);
const CHARGE_TYPE: Call = call("ModifyInstanceChargeType")
    .of(&["InstanceIds"])
    .once()
    .json();
const AUTO_RENEW: Call = call("ModifyInstanceAutoRenewAttribute").of(&["InstanceId"]);
const ATTACH_ROLE: Call = call("AttachInstanceRamRole").of(&["InstanceIds"]).json();
const DETACH_ROLE: Call = call("DetachInstanceRamRole").of(&["InstanceIds"]).json();

pub(super) const STOPPED: Way = Way {
    name: "stop the machine and change it",
    run: change_stopped,
};

pub(super) const ROOT: Way = Way {
    name: "change the system disk",
    run: change_root,
};

pub(super) const METADATA: Way = Way {
    name: "change the metadata service",
    run: |cloud, order| {
        async move {
            let word = Fields(&order.fields).must("metadata")?;
            let mut params = named(&METADATA_OPTIONS, &order.id);
            metadata_params(&word, &mut params);
            cloud.change(ECS, &METADATA_OPTIONS, params).await.map(drop)
        }
        .boxed()
    },
};

pub(super) const ROLE: Way = Way {
    name: "change the machine's role",
    run: change_role,
};

pub(super) const BILLING: Way = Way {
    name: "change what is paid",
    run: change_billing,
};

pub(super) const RENEWAL: Way = Way {
    name: "change the renewal",
    run: |cloud, order| {
        async move {
            let fields = Fields(&order.fields);
            if fields.text("billing").as_deref() != Some("prepaid") {
                return Ok(());
            }
            let on = fields.flag("auto_renew") == Some(true);
            let mut params = named(&AUTO_RENEW, &order.id);
            add(
                &mut params,
                "RenewalStatus",
                if on { "AutoRenewal" } else { "Normal" },
            );
            if on {
                add(&mut params, "Duration", "1");
                add(&mut params, "PeriodUnit", "Month");
            }
            cloud.change(ECS, &AUTO_RENEW, params).await.map(drop)
        }
        .boxed()
    },
};

/// What a machine takes only while it stands still. It is started again if it shall run.
fn change_stopped<'a>(cloud: &'a Cloud, order: &'a Update) -> BoxFuture<'a, Result<(), Failure>> {
    async move {
        let fields = Fields(&order.fields);
        stop(cloud, &order.id).await?;
        if order.changes("type") {
            change_type(cloud, order).await?;
        }
        let mut params: Vec<Param> = Vec::new();
        for (name, parameter) in [("host_name", "HostName"), ("user_data", "UserData")] {
            if order.changes(name)
                && let Some(field) = INSTANCE.field(name)
            {
                let set = params_of(field, parameter, &order.fields);
                if set.is_empty() {
                    add(&mut params, parameter, "");
                }
                params.extend(set);
            }
        }
        if !params.is_empty() {
            params.extend(named(&MODIFY, &order.id));
            cloud.change(ECS, &MODIFY, params).await?;
        }
        match fields.flag("running") {
            Some(false) => Ok(()),
            _ => start(cloud, &order.id).await,
        }
    }
    .boxed()
}

async fn change_type(cloud: &Cloud, order: &Update) -> Result<(), Failure> {
    let wanted = Fields(&order.fields).must("type")?;
    let seen = ready(cloud, &INSTANCE, &order.id, Wait::Known).await?;
    if Fields(&seen.fields).text("type").as_ref() == Some(&wanted) {
        return Ok(());
    }
    let prepaid = Fields(&seen.fields).text("billing").as_deref() == Some("prepaid");
    let call = if prepaid { &PREPAID_SPEC } else { &SPEC };
    let mut params = named_once(call, &order.id, &order.token, &wanted);
    add(&mut params, "InstanceType", wanted);
    cloud.change(ECS, call, params).await.map(drop)
}

fn change_root<'a>(cloud: &'a Cloud, order: &'a Update) -> BoxFuture<'a, Result<(), Failure>> {
    async move {
        let fields = Fields(&order.fields);
        let disk = Fields(&order.prior).must("root_disk")?;
        if let Some(size) = fields
            .size("root_size")
            .filter(|_| order.changes("root_size"))
        {
            grow(cloud, &disk, size, &order.token).await?;
        }
        let level = fields
            .text("root_level")
            .filter(|_| order.changes("root_level"));
        respecify(cloud, &disk, None, level, None).await
    }
    .boxed()
}

/// A machine has one role at most.
fn change_role<'a>(cloud: &'a Cloud, order: &'a Update) -> BoxFuture<'a, Result<(), Failure>> {
    async move {
        let (old, new) = (
            Fields(&order.prior).text("role"),
            Fields(&order.fields).text("role"),
        );
        for (call, role) in [(&DETACH_ROLE, old), (&ATTACH_ROLE, new)] {
            if let Some(role) = role {
                let mut params = named(call, &order.id);
                add(&mut params, "RamRoleName", role);
                cloud.change(ECS, call, params).await?;
            }
        }
        Ok(())
    }
    .boxed()
}

/// Paying differently is an order; `months` alone orders nothing.
fn change_billing<'a>(cloud: &'a Cloud, order: &'a Update) -> BoxFuture<'a, Result<(), Failure>> {
    async move {
        let fields = Fields(&order.fields);
        let wanted = fields.must("billing")?;
        let seen = ready(cloud, &INSTANCE, &order.id, Wait::Known).await?;
        if Fields(&seen.fields).text("billing").as_ref() == Some(&wanted) {
            return Ok(());
        }
        let mut params = named_once(&CHARGE_TYPE, &order.id, &order.token, &wanted);
        if wanted == "prepaid" {
            add(&mut params, "InstanceChargeType", "PrePaid");
            add(&mut params, "PeriodUnit", "Month");
            let months = fields.int("months").unwrap_or(1);
            add(&mut params, "Period", months.to_string());
        } else {
            add(&mut params, "InstanceChargeType", "PostPaid");
        }
        cloud.change(ECS, &CHARGE_TYPE, params).await.map(drop)
    }
    .boxed()
}
