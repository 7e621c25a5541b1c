//! A graph as a picture. What is needed stands left of what needs it; components are frames, laid out in the same way inside.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::graph::{Cluster, Graph};
use crate::show::junit::escaped;
use crate::show::text;

const NODE_HEIGHT: usize = 40;
/// Of one column of text in the font of the labels.
const COLUMN: usize = 8;
const PADDING: usize = 12;
/// Of the line with a component's name.
const TITLE: usize = 22;
/// Between what stands below each other, and between layers, where the arrows run.
const GAP: usize = 14;
const LAYER_GAP: usize = 60;

/// Where the left upper corner is, and how large.
#[derive(Clone, Copy, Debug, Default)]
struct Area {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

/// One thing in a frame.
enum Thing<'g> {
    Node(usize),
    Frame(Frame<'g>),
}

/// A component, or the whole, with its things placed within it.
struct Frame<'g> {
    name: &'g str,
    size: (usize, usize),
    things: Vec<(Thing<'g>, Area)>,
}

/// The whole picture as one document.
pub fn render(graph: &Graph) -> String {
    let frame = arrange(graph, &graph.root);
    let (width, height) = frame.size;
    let mut page = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"monospace\" font-size=\"13\">\n\
         <title>{}</title>\n\
         <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#667\"/></marker></defs>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n",
        escaped(&graph.program)
    );
    let mut nodes = BTreeMap::new();
    draw_frames(&frame, (0, 0), &mut nodes, &mut page);
    for (from, to) in &graph.edges {
        if let (Some(from), Some(to)) = (nodes.get(from), nodes.get(to)) {
            draw_edge(*from, *to, &mut page);
        }
    }
    for (place, area) in &nodes {
        draw_node(graph, *place, *area, &mut page);
    }
    page.push_str("</svg>\n");
    page
}

/// Places the things of a component in layers.
fn arrange<'g>(graph: &'g Graph, cluster: &'g Cluster) -> Frame<'g> {
    let mut things: Vec<(Thing<'g>, BTreeSet<usize>)> = Vec::new();
    for place in &cluster.nodes {
        things.push((Thing::Node(*place), BTreeSet::from([*place])));
    }
    for inner in &cluster.inner {
        let mut members = BTreeSet::new();
        collect(inner, &mut members);
        things.push((Thing::Frame(arrange(graph, inner)), members));
    }
    let mut owner = BTreeMap::new();
    for (index, (_, members)) in things.iter().enumerate() {
        owner.extend(members.iter().map(|member| (*member, index)));
    }
    let mut needs: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); things.len()];
    for (from, to) in &graph.edges {
        if let (Some(from), Some(to)) = (owner.get(from), owner.get(to))
            && from != to
        {
            needs[*from].insert(*to);
        }
    }
    let layers = in_order(layers(&needs), &needs);
    let mut slots: Vec<Option<Thing<'g>>> = things.into_iter().map(|it| Some(it.0)).collect();
    let title = if cluster.name.is_empty() { 0 } else { TITLE };
    let mut placed = Vec::new();
    let (mut x, mut bottom) = (PADDING, PADDING + title);
    for layer in layers {
        let (mut y, mut widest) = (PADDING + title, 0);
        for index in layer {
            let Some(thing) = slots[index].take() else {
                continue;
            };
            let (width, height) = size(graph, &thing);
            placed.push((
                thing,
                Area {
                    x,
                    y,
                    width,
                    height,
                },
            ));
            y += height + GAP;
            widest = widest.max(width);
        }
        bottom = bottom.max(y - GAP);
        x += widest + LAYER_GAP;
    }
    let name = text::width(&cluster.name) * COLUMN + 2 * PADDING;
    Frame {
        name: &cluster.name,
        size: (
            (x + PADDING).saturating_sub(LAYER_GAP).max(name),
            bottom + PADDING,
        ),
        things: placed,
    }
}

fn collect(cluster: &Cluster, members: &mut BTreeSet<usize>) {
    members.extend(&cluster.nodes);
    for inner in &cluster.inner {
        collect(inner, members);
    }
}

fn size(graph: &Graph, thing: &Thing<'_>) -> (usize, usize) {
    match thing {
        Thing::Frame(frame) => frame.size,
        Thing::Node(place) => {
            let node = &graph.nodes[*place];
            let columns = text::width(&node.kind).max(text::width(&node.name));
            (columns * COLUMN + 2 * PADDING, NODE_HEIGHT)
        }
    }
}

/// The layer of each thing: one more than the highest of what it needs. Things that need each other in a circle share
/// one.
fn layers(needs: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut graph = DiGraph::<(), (), usize>::default();
    for _ in needs {
        graph.add_node(());
    }
    for (from, to) in needs.iter().enumerate() {
        for to in to {
            graph.add_edge(NodeIndex::new(from), NodeIndex::new(*to), ());
        }
    }
    let mut layers = vec![0; needs.len()];
    // What is needed comes before what needs it.
    for circle in kosaraju_scc(&graph) {
        let members: BTreeSet<usize> = circle.into_iter().map(NodeIndex::index).collect();
        let outside = members.iter().flat_map(|member| &needs[*member]);
        let below = outside
            .filter(|need| !members.contains(need))
            .map(|need| layers[*need] + 1);
        let layer = below.max().unwrap_or_default();
        for member in members {
            layers[member] = layer;
        }
    }
    layers
}

/// The things of each layer from top to bottom: beside what they need, where that is possible.
fn in_order(layers: Vec<usize>, needs: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let count = layers.iter().max().map_or(0, |last| last + 1);
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (thing, layer) in layers.iter().enumerate() {
        rows[*layer].push(thing);
    }
    let mut height = vec![0; layers.len()];
    for row in &mut rows {
        // The mean of the places of what is needed, in thousandths; whoever needs nothing keeps to the top.
        let mean = |thing: &usize| {
            let sum: usize = needs[*thing].iter().map(|need| height[*need] * 1000).sum();
            sum / needs[*thing].len().max(1)
        };
        row.sort_by_key(mean);
        for (place, thing) in row.iter().enumerate() {
            height[*thing] = place;
        }
    }
    rows
}

/// Draws the frames from the outside in, and notes where the nodes come to stand.
fn draw_frames(
    frame: &Frame<'_>,
    at: (usize, usize),
    nodes: &mut BTreeMap<usize, Area>,
    page: &mut String,
) {
    for (thing, area) in &frame.things {
        let area = Area {
            x: area.x + at.0,
            y: area.y + at.1,
            ..*area
        };
        match thing {
            Thing::Node(place) => {
                nodes.insert(*place, area);
            }
            Thing::Frame(inner) => {
                // Writing into a string cannot fail.
                let _ = writeln!(
                    page,
                    "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"#f4f6fa\" stroke=\"#99a\"/>\
                     <text x=\"{}\" y=\"{}\" font-weight=\"bold\" fill=\"#334\">{}</text>",
                    area.x,
                    area.y,
                    area.width,
                    area.height,
                    area.x + PADDING,
                    area.y + TITLE - 4,
                    escaped(inner.name)
                );
                draw_frames(inner, (area.x, area.y), nodes, page);
            }
        }
    }
}

/// An arrow from the left side of what needs to the right side of what is needed.
fn draw_edge(from: Area, to: Area, page: &mut String) {
    let (x1, y1) = (from.x, from.y + from.height / 2);
    let (x2, y2) = (to.x + to.width, to.y + to.height / 2);
    let bend = (x1.abs_diff(x2) / 2).clamp(24, 120);
    let _ = writeln!(
        page,
        "<path d=\"M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}\" fill=\"none\" stroke=\"#667\" stroke-opacity=\"0.55\" \
         marker-end=\"url(#arrow)\"/>",
        x1 as i64 - bend as i64,
        x2 + bend
    );
}

fn draw_node(graph: &Graph, place: usize, area: Area, page: &mut String) {
    let node = &graph.nodes[place];
    let dashes = match node.lookup {
        true => " stroke-dasharray=\"4 3\"",
        false => "",
    };
    let Area {
        x,
        y,
        width,
        height,
    } = area;
    let _ = writeln!(
        page,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"4\" fill=\"#fff\" stroke=\"#334\"{dashes}/>"
    );
    for (words, below, colour) in [(&node.kind, 16, "#667"), (&node.name, 33, "#112")] {
        let _ = writeln!(
            page,
            "<text x=\"{}\" y=\"{}\" fill=\"{colour}\">{}</text>",
            x + PADDING,
            y + below,
            escaped(words)
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_in_an_earlier_layer_even_beside_a_circle() {
        let needs = [
            BTreeSet::from([1]),
            BTreeSet::from([2]),
            BTreeSet::from([1]),
            BTreeSet::from([0]),
        ];
        let found = layers(&needs);
        assert_eq!(found, [1, 0, 0, 2]);
    }
}
