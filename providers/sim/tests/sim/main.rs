//! The simulator over its wire: every test starts a cloud and speaks to it as an SDK would.

mod acls;
mod addresses;
mod aliyun;
mod chaos;
mod client;
mod dependencies;
mod dhcp;
mod ebs;
mod endpoints;
mod filters;
mod flow_logs;
mod idempotency;
mod images;
mod interfaces;
mod ipv6;
mod kill;
mod paging;
mod peerings;
mod placement_groups;
mod refusals;
mod rules;
mod signatures;
mod states;
mod templates;
