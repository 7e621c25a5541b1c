//! Which step is next: the one with the longest path still behind it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::plan::{Step, StepId, StepKind};

/// Steps that wait for others, and those that can begin.
pub(super) struct Queue {
    /// How many steps each still waits for.
    waiting: Vec<usize>,
    next: Vec<Vec<StepId>>,
    /// The calls on the longest path from the start of each step to the end of the plan.
    length: Vec<u32>,
    ready: BinaryHeap<(u32, Reverse<StepId>)>,
    /// Begun, or never to be.
    left: Vec<bool>,
}

impl Queue {
    pub fn new(steps: &[Step]) -> Queue {
        let mut next: Vec<Vec<StepId>> = vec![Vec::new(); steps.len()];
        for step in steps {
            for before in &step.after {
                next[before.index()].push(step.id);
            }
        }
        let mut length = vec![0_u32; steps.len()];
        for step in steps.iter().rev() {
            let behind = next[step.id.index()]
                .iter()
                .map(|then| length[then.index()]);
            length[step.id.index()] = calls(&step.kind) + behind.max().unwrap_or(0);
        }
        let mut queue = Queue {
            waiting: steps.iter().map(|step| step.after.len()).collect(),
            next,
            length,
            ready: BinaryHeap::new(),
            left: vec![false; steps.len()],
        };
        for step in steps {
            queue.offer(step.id);
        }
        queue
    }

    /// Puts a step among those that can begin, once it waits for nothing.
    fn offer(&mut self, id: StepId) {
        if self.waiting[id.index()] == 0 && !self.left[id.index()] {
            self.ready.push((self.length[id.index()], Reverse(id)));
        }
    }

    /// The next step to begin.
    pub fn pop(&mut self) -> Option<StepId> {
        let (_, Reverse(id)) = self.ready.pop()?;
        self.left[id.index()] = true;
        Some(id)
    }

    /// Whether a step could begin.
    pub fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// A step was done: others may begin.
    pub fn done(&mut self, id: StepId) {
        for then in std::mem::take(&mut self.next[id.index()]) {
            self.waiting[then.index()] -= 1;
            self.offer(then);
        }
    }

    /// A step failed: everything behind it will never begin. These steps, ascending.
    pub fn failed(&mut self, id: StepId) -> Vec<StepId> {
        let mut lost = Vec::new();
        let mut open = std::mem::take(&mut self.next[id.index()]);
        while let Some(then) = open.pop() {
            if !std::mem::replace(&mut self.left[then.index()], true) {
                lost.push(then);
                open.append(&mut self.next[then.index()]);
            }
        }
        lost.sort_unstable();
        lost
    }

    /// Everything that never began, ascending.
    pub fn rest(&self) -> Vec<StepId> {
        let ids = self.left.iter().enumerate().filter(|(_, left)| !**left);
        ids.map(|(at, _)| StepId(at as u32)).collect()
    }
}

/// A rough length of a step: how many calls it waits for one after another.
fn calls(kind: &StepKind) -> u32 {
    match kind {
        StepKind::Move { .. } | StepKind::Adopt { .. } | StepKind::Forget | StepKind::Record => 0,
        StepKind::SetLate { .. } | StepKind::ClearLate { .. } | StepKind::Release { .. } => 1,
        StepKind::Create | StepKind::Update { .. } | StepKind::Delete { .. } => 2,
        StepKind::Snapshot => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_model::Address;

    fn steps(after: &[&[u32]]) -> Vec<Step> {
        let step = |(at, after): (usize, &&[u32])| Step {
            id: StepId(at as u32),
            address: Address::root("a.b", format!("r{at}")),
            kind: StepKind::Create,
            change: at,
            after: after.iter().map(|id| StepId(*id)).collect(),
            reads_again: Vec::new(),
            conditional: false,
        };
        after.iter().enumerate().map(step).collect()
    }

    #[test]
    fn the_longest_remaining_path_goes_first() {
        // 0 stands alone; 1 -> 2 -> 3 is a chain.
        let mut queue = Queue::new(&steps(&[&[], &[], &[1], &[2]]));
        assert_eq!(queue.pop(), Some(StepId(1)));
        assert_eq!(queue.pop(), Some(StepId(0)));
        assert_eq!(queue.pop(), None);
        queue.done(StepId(1));
        assert_eq!(queue.pop(), Some(StepId(2)));
    }

    #[test]
    fn a_failure_takes_only_its_own_branch_along() {
        let mut queue = Queue::new(&steps(&[&[], &[0], &[1], &[]]));
        assert_eq!(queue.pop(), Some(StepId(0)));
        assert_eq!(queue.failed(StepId(0)), [StepId(1), StepId(2)]);
        assert_eq!(queue.rest(), [StepId(3)]);
        assert_eq!(queue.pop(), Some(StepId(3)));
    }
}
