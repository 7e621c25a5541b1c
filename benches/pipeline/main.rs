//! The time of each stage with ten thousand values: `cargo bench -p infra --bench pipeline`. With
//! `cargo test -p infra --bench pipeline` each runs once, without a measurement.

mod bed;

use std::hint::black_box;
use std::time::Duration;

use bed::{Bed, values};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use infra_model::FileId;

const COUNT: usize = 10_000;

fn language(criterion: &mut Criterion) {
    let values = values(COUNT);
    let text = &values.files["main.infra"];
    criterion.bench_function("parse", |bencher| {
        bencher.iter(|| infra_lang::syntax::parse(FileId(0), black_box(text)));
    });
    let (tree, _) = infra_lang::syntax::parse(FileId(0), text);
    criterion.bench_function("format", |bencher| {
        bencher.iter(|| infra_lang::format(black_box(&tree), text));
    });
    criterion.bench_function("check", |bencher| {
        bencher.iter(|| infra_lang::load(&values));
    });
}

fn engine(criterion: &mut Criterion) {
    let mut bed = Bed::new(&values(COUNT));
    criterion.bench_function("plan", |bencher| bencher.iter(|| bed.plan()));
    let plan = bed.plan();
    criterion.bench_function("apply", |bencher| {
        let fresh = || Bed::new(&values(COUNT));
        bencher.iter_batched_ref(fresh, |bed| bed.apply(&plan), BatchSize::PerIteration);
    });
    bed.apply(&plan);
    criterion.bench_function("diff", |bencher| bencher.iter(|| bed.plan()));
    let events = bed.events();
    criterion.bench_function("journal append", |bencher| {
        bencher.iter(|| bed.append(black_box(&events)));
    });
    criterion.bench_function("state save", |bencher| bencher.iter(|| bed.save()));
    criterion.bench_function("state load", |bencher| bencher.iter(|| bed.read()));
}

criterion_group! {
    name = stages;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1));
    targets = language, engine
}
criterion_main!(stages);
