//! Types that contain themselves: where a box is needed, and where a member must give way.
//!
//! Comes in: edges between types. Goes out: the edges that close a circle, found by one walk in depth in the order of the
//! types, so that the same document gets the same boxes. Deliberately absent: what an edge stands for.

/// An edge: the place of what contains it, a number that the caller chose, the place that it leads to.
pub(crate) type Edge = (usize, usize, usize);

/// The numbers of the edges that close a circle, each with where it starts. Without them there is no circle.
pub(crate) fn closing(nodes: usize, edges: &[Edge]) -> Vec<(usize, usize)> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut outgoing: Vec<Vec<(usize, usize)>> = vec![Vec::new(); nodes];
    for &(from, number, to) in edges {
        if let Some(list) = outgoing.get_mut(from).filter(|_| to < nodes) {
            list.push((number, to));
        }
    }
    let mut state = vec![State::New; nodes];
    let mut found = Vec::new();
    for root in 0..nodes {
        if state[root] != State::New {
            continue;
        }
        state[root] = State::Open;
        // A stack of our own: chains of types can be longer than the call stack.
        let mut stack = vec![(root, 0)];
        while let Some((node, next)) = stack.last_mut() {
            let Some(&(number, to)) = outgoing[*node].get(*next) else {
                state[*node] = State::Done;
                stack.pop();
                continue;
            };
            *next += 1;
            match state[to] {
                State::New => {
                    state[to] = State::Open;
                    stack.push((to, 0));
                }
                State::Open => found.push((*node, number)),
                State::Done => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_closing_edges_are_found() {
        assert_eq!(closing(3, &[(0, 0, 1), (1, 0, 2), (0, 1, 2)]), []);
        assert_eq!(closing(2, &[(0, 0, 1), (1, 5, 0), (1, 6, 1)]), [(1, 5), (1, 6)]);
        assert_eq!(closing(1, &[(0, 0, 7)]), []);
    }

    #[test]
    fn long_chains_do_not_exhaust_the_stack() {
        let edges: Vec<Edge> = (0..200_000).map(|at| (at, 0, (at + 1) % 200_000)).collect();
        assert_eq!(closing(200_000, &edges), [(199_999, 0)]);
    }
}
