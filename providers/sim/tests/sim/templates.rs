//! Launch templates, and launches from them.

use crate::client::{Reply, Sim, instant};

const NAME: (&str, &str) = ("LaunchTemplateName", "web");

fn create(sim: &Sim, more: &[(&str, &str)]) -> Reply {
    let mut parameters = vec![NAME];
    parameters.extend(more);
    sim.ec2("CreateLaunchTemplate", &parameters)
}

fn add(sim: &Sim, more: &[(&str, &str)]) -> Reply {
    let mut parameters = vec![NAME];
    parameters.extend(more);
    sim.ec2("CreateLaunchTemplateVersion", &parameters)
}

fn versions(sim: &Sim, more: &[(&str, &str)]) -> Reply {
    sim.ec2("DescribeLaunchTemplateVersions", more)
}

const SMALL: (&str, &str) = ("LaunchTemplateData.InstanceType", "t3.micro");
const LARGE: (&str, &str) = ("LaunchTemplateData.InstanceType", "m5.large");

#[test]
fn a_template_has_numbered_versions_and_one_is_the_default() {
    let sim = instant();
    let first = create(
        &sim,
        &[SMALL, ("ClientToken", "t"), ("VersionDescription", "one")],
    )
    .ok();
    let id = first.text("launchTemplateId");
    let again = create(
        &sim,
        &[SMALL, ("ClientToken", "t"), ("VersionDescription", "one")],
    )
    .ok();
    assert_eq!(again.text("launchTemplateId"), id);
    let second = add(&sim, &[LARGE, ("ClientToken", "v")]).ok();
    assert_eq!(second.text("versionNumber"), "2");
    assert_eq!(second.text("defaultVersion"), "false");
    assert_eq!(
        add(&sim, &[LARGE, ("ClientToken", "v")])
            .ok()
            .text("versionNumber"),
        "2"
    );
    assert_eq!(
        add(&sim, &[SMALL, ("ClientToken", "v")]).code(),
        "IdempotentParameterMismatch"
    );
    let set = |version: &str| {
        let wanted = [
            ("LaunchTemplateId", id.as_str()),
            ("SetDefaultVersion", version),
        ];
        sim.ec2("ModifyLaunchTemplate", &wanted)
    };
    assert_eq!(set("2").ok().text("defaultVersionNumber"), "2");
    assert_eq!(set("7").code(), "InvalidLaunchTemplateId.VersionNotFound");
    assert_eq!(set("two").code(), "InvalidParameterValue");
    let default = [
        ("LaunchTemplateId", id.as_str()),
        ("LaunchTemplateVersion.1", "$Default"),
    ];
    assert_eq!(
        versions(&sim, &default).ok().text("instanceType"),
        "m5.large"
    );
    let all = versions(&sim, &[NAME]).ok();
    assert_eq!(all.all("versionNumber"), ["1", "2"]);
    assert_eq!(all.all("versionDescription"), ["one"]);
    let delete = |version: &str| {
        let wanted = [NAME, ("LaunchTemplateVersion.1", version)];
        sim.ec2("DeleteLaunchTemplateVersions", &wanted).ok()
    };
    assert_eq!(delete("2").text("code"), "unexpectedError");
    assert_eq!(
        delete("9").text("code"),
        "launchTemplateVersionDoesNotExist"
    );
    assert!(delete("1").all("code").is_empty());
    assert_eq!(add(&sim, &[SMALL]).ok().text("versionNumber"), "3");
    sim.ec2("DeleteLaunchTemplate", &[NAME]).ok();
    assert_eq!(
        sim.ec2("DeleteLaunchTemplate", &[("LaunchTemplateId", &id)])
            .code(),
        "InvalidLaunchTemplateId.NotFound"
    );
    assert_eq!(
        sim.ec2("DeleteLaunchTemplate", &[NAME]).code(),
        "InvalidLaunchTemplateName.NotFoundException"
    );
}

#[test]
fn a_version_can_start_from_another() {
    let sim = instant();
    let first = [SMALL, ("LaunchTemplateData.Monitoring.Enabled", "true")];
    create(&sim, &first).ok();
    let second = add(&sim, &[LARGE, ("SourceVersion", "$Latest")]).ok();
    assert_eq!(second.text("instanceType"), "m5.large");
    assert_eq!(second.text("enabled"), "true");
    assert!(add(&sim, &[LARGE]).ok().all("enabled").is_empty());
}

#[test]
fn wrong_templates_are_refused() {
    let sim = Sim::start(|config| {
        config.timing = infra_sim::Timing::instant();
        config.quotas.launch_templates = 1;
    });
    assert_eq!(create(&sim, &[]).code(), "MissingParameter");
    let named = |name: &str| {
        let wanted = [("LaunchTemplateName", name), SMALL];
        sim.ec2("CreateLaunchTemplate", &wanted).code()
    };
    for name in ["ab", "spaced out"] {
        assert_eq!(named(name), "InvalidLaunchTemplateName.MalformedException");
    }
    let data = ("LaunchTemplateData.UserData", "not base64!");
    assert_eq!(create(&sim, &[data]).code(), "InvalidUserData.Malformed");
    let odd = ("LaunchTemplateData.Colour", "red");
    assert_eq!(create(&sim, &[SMALL, odd]).code(), "UnknownParameter");
    create(&sim, &[SMALL]).ok();
    assert_eq!(
        named("web"),
        "InvalidLaunchTemplateName.AlreadyExistsException"
    );
    assert_eq!(named("other"), "LaunchTemplateLimitExceeded");
    assert_eq!(
        sim.ec2("ModifyLaunchTemplate", &[("SetDefaultVersion", "1")])
            .code(),
        "MissingParameter"
    );
    assert_eq!(versions(&sim, &[]).code(), "MissingParameter");
    let number = [("LaunchTemplateVersion.1", "1")];
    assert_eq!(versions(&sim, &number).code(), "InvalidParameterValue");
    let malformed = [("LaunchTemplateId.1", "web")];
    assert_eq!(
        sim.ec2("DescribeLaunchTemplates", &malformed).code(),
        "InvalidLaunchTemplateId.Malformed"
    );
}

#[test]
fn templates_have_pages_filters_and_tags() {
    let sim = instant();
    for (at, name) in ["web", "api", "jobs"].into_iter().enumerate() {
        let number = at.to_string();
        let parameters = [
            ("LaunchTemplateName", name),
            SMALL,
            ("TagSpecification.1.ResourceType", "launch-template"),
            ("TagSpecification.1.Tag.1.Key", "number"),
            ("TagSpecification.1.Tag.1.Value", &number),
        ];
        sim.ec2("CreateLaunchTemplate", &parameters).ok();
    }
    let list = |more: &[(&str, &str)]| sim.ec2("DescribeLaunchTemplates", more);
    let page = list(&[("MaxResults", "2")]).ok();
    let rest = list(&[("NextToken", &page.text("nextToken"))]).ok();
    assert_eq!(
        page.all("launchTemplateId").len() + rest.all("launchTemplateId").len(),
        3
    );
    assert_eq!(
        list(&[("MaxResults", "201")]).code(),
        "InvalidParameterValue"
    );
    let tagged = [("Filter.1.Name", "tag:number"), ("Filter.1.Value.1", "1")];
    assert_eq!(list(&tagged).ok().all("launchTemplateName"), ["api"]);
    let named = [("LaunchTemplateName.1", "jobs")];
    assert_eq!(list(&named).ok().all("launchTemplateName"), ["jobs"]);
    assert_eq!(
        list(&[("LaunchTemplateName.1", "none")]).code(),
        "InvalidLaunchTemplateName.NotFoundException"
    );
    let defaults = ("LaunchTemplateVersion.1", "$Default");
    let two = versions(&sim, &[defaults, ("MaxResults", "2")]).ok();
    assert_eq!(two.all("versionNumber"), ["1", "1"]);
    let last = [defaults, ("NextToken", &two.text("nextToken"))];
    assert_eq!(versions(&sim, &last).ok().all("versionNumber"), ["1"]);
    let large = [
        defaults,
        ("Filter.1.Name", "instance-type"),
        ("Filter.1.Value.1", "m5*"),
    ];
    assert!(versions(&sim, &large).ok().all("versionNumber").is_empty());
}

#[test]
fn what_a_launch_says_goes_before_what_its_template_says() {
    let sim = instant();
    let (_, subnet) = sim.network();
    let image = sim.image();
    let given = [
        SMALL,
        ("LaunchTemplateData.ImageId", image.as_str()),
        ("LaunchTemplateData.MetadataOptions.HttpTokens", "required"),
        (
            "LaunchTemplateData.BlockDeviceMapping.1.DeviceName",
            "/dev/sdf",
        ),
        (
            "LaunchTemplateData.BlockDeviceMapping.1.Ebs.VolumeSize",
            "7",
        ),
        (
            "LaunchTemplateData.TagSpecification.1.ResourceType",
            "instance",
        ),
        ("LaunchTemplateData.TagSpecification.1.Tag.1.Key", "stage"),
        ("LaunchTemplateData.TagSpecification.1.Tag.1.Value", "test"),
        ("LaunchTemplateData.TagSpecification.1.Tag.2.Key", "team"),
        ("LaunchTemplateData.TagSpecification.1.Tag.2.Value", "desk"),
    ];
    let template = create(&sim, &given).ok().text("launchTemplateId");
    let run = |more: &[(&str, &str)]| {
        let mut parameters = vec![
            ("LaunchTemplate.LaunchTemplateId", template.as_str()),
            ("SubnetId", &subnet),
            ("MinCount", "1"),
            ("MaxCount", "1"),
        ];
        parameters.extend(more);
        sim.ec2("RunInstances", &parameters)
    };
    let plain = run(&[]).ok();
    assert_eq!(plain.text("instanceType"), "t3.micro");
    assert_eq!(plain.text("httpTokens"), "required");
    assert_eq!(plain.all("deviceName").len(), 2);
    let own = run(&[
        ("InstanceType", "t3.small"),
        ("MetadataOptions.HttpPutResponseHopLimit", "3"),
        ("BlockDeviceMapping.1.DeviceName", "/dev/sdg"),
        ("BlockDeviceMapping.1.Ebs.VolumeSize", "8"),
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.1.Tag.1.Key", "stage"),
        ("TagSpecification.1.Tag.1.Value", "live"),
    ])
    .ok();
    assert_eq!(own.text("instanceType"), "t3.small");
    assert_eq!(
        (own.text("httpTokens"), own.text("httpPutResponseHopLimit")),
        ("required".into(), "3".into())
    );
    assert_eq!(own.all("deviceName").len(), 3);
    let tags: Vec<(String, String)> = own.all("key").into_iter().zip(own.all("value")).collect();
    let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(
        tags,
        [
            tag("aws:ec2launchtemplate:id", &template),
            tag("aws:ec2launchtemplate:version", "1"),
            tag("stage", "live"),
            tag("team", "desk"),
        ]
    );
    assert_eq!(run(&[("Colour", "red")]).code(), "UnknownParameter");
    assert_eq!(
        run(&[("LaunchTemplate.Version", "9")]).code(),
        "InvalidLaunchTemplateId.VersionNotFound"
    );
    assert_eq!(
        run(&[("LaunchTemplate.LaunchTemplateName", "web")]).code(),
        "InvalidParameterCombination"
    );
}
