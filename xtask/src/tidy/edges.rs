//! Which module names which, and does every arrow point downwards?
//!
//! An edge is any `crate::…` or `super::…` in the code, in a `use` or in a path. Two things are
//! asked of the graph: that the rooms of `httpz-core` keep to the floors below, and that modules
//! beside each other, in every crate and in every room, form no circle. A name that a module
//! re-exports from a child counts as that child.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::Finding;
use super::source::Source;

/// The rooms of `httpz-core`, lowest first, and the rooms each may name.
///
/// `testing` is a tool for tests that stands above all rooms; nothing may name it.
pub const FLOORS: &[(&str, &[&str])] = &[
    ("log", &[]),
    ("proto", &[]),
    ("memory", &[]),
    ("error", &["proto"]),
    ("wire", &["error"]),
    ("message", &["proto", "memory", "wire", "error"]),
    ("service", &["message", "error"]),
    ("exchange", &["proto", "memory", "message", "wire"]),
    ("conn", &["service", "exchange", "message", "proto", "wire", "error"]),
    ("net", &["wire", "error"]),
    (
        "server",
        &[
            "conn", "net", "exchange", "service", "message", "memory", "proto", "wire", "error",
            "log",
        ],
    ),
    ("testing", &["server", "conn", "exchange", "service", "message", "wire", "error"]),
];

/// One module naming another, with the first place where it does.
#[derive(Clone, Debug)]
struct Edge {
    path: String,
    line: usize,
}

/// Every module there is, by crate and path.
type Modules = BTreeSet<(String, Vec<String>)>;

/// Arrows between modules that lie in the same parent, by crate and parent.
#[derive(Default)]
pub struct Graph {
    /// `httpz-core` for its rooms, `httpz-core::message` for the modules inside one.
    parents: BTreeMap<String, BTreeMap<(String, String), Edge>>,
    rooms: BTreeSet<String>,
}

impl Graph {
    pub fn of(sources: &[Source]) -> Self {
        let modules = sources.iter().filter_map(|source| module_of(&source.path)).collect();
        let exports = Exports::of(sources, &modules);
        let mut graph = Self::default();
        for source in sources {
            let Some((krate, module)) = module_of(&source.path) else { continue };
            if krate == "httpz-core"
                && let Some(room) = module.first()
            {
                graph.rooms.insert(room.clone());
            }
            for (at, named) in named_paths(&source.code, &module) {
                let named = exports.resolve(&krate, named);
                let edge = Edge { path: source.path.clone(), line: source.line(at) };
                graph.add(&modules, &krate, &module, &named, edge);
            }
        }
        graph
    }

    /// Adds the arrow between the two ancestors that lie side by side, if there are such.
    ///
    /// A parent's own type, met from a child, is no module beside it and makes no arrow.
    fn add(&mut self, modules: &Modules, krate: &str, from: &[String], to: &[String], edge: Edge) {
        let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        let (Some(from_here), Some(to_here)) = (from.get(common), to.get(common)) else { return };
        if !modules.contains(&(krate.to_owned(), to[..=common].to_vec())) {
            return;
        }
        let parent = std::iter::once(krate).chain(from[..common].iter().map(String::as_str));
        self.parents
            .entry(parent.collect::<Vec<_>>().join("::"))
            .or_default()
            .entry((from_here.clone(), to_here.clone()))
            .or_insert(edge);
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (parent, edges) in &self.parents {
            writeln!(f, "{parent}")?;
            let mut from_to: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for (from, to) in edges.keys() {
                from_to.entry(from).or_default().push(to);
            }
            for (from, to) in from_to {
                writeln!(f, "    {from:12} → {}", to.join(" "))?;
            }
        }
        Ok(())
    }
}

pub fn check(graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    for room in &graph.rooms {
        if FLOORS.iter().all(|(known, _)| known != room) {
            findings.push(Finding {
                place: format!("crates/httpz-core/src/{room}"),
                what: format!("`{room}` is no room we know"),
                mend: "give it a floor in xtask/src/tidy/edges.rs and in ARCHITECTURE.md".into(),
            });
        }
    }
    for (parent, edges) in &graph.parents {
        if parent == "httpz-core" {
            findings.extend(edges.iter().filter_map(|((from, to), edge)| upward(from, to, edge)));
        }
        findings.extend(circle(parent, edges));
    }
    findings
}

fn upward(from: &str, to: &str, edge: &Edge) -> Option<Finding> {
    let (_, allowed) = FLOORS.iter().find(|(room, _)| *room == from)?;
    let known = FLOORS.iter().any(|(room, _)| *room == to);
    (known && !allowed.contains(&to)).then(|| Finding {
        place: format!("{}:{}", edge.path, edge.line),
        what: format!("`{from}` names `{to}`, which is not below it"),
        mend: format!(
            "move what both need down to a room that `{from}` may name: {}",
            allowed.join(" ")
        ),
    })
}

/// Takes away modules that name nobody left, over and over; what stays is in a circle or above one.
fn circle(parent: &str, edges: &BTreeMap<(String, String), Edge>) -> Option<Finding> {
    let mut left: BTreeSet<&str> =
        edges.keys().flat_map(|(a, b)| [a.as_str(), b.as_str()]).collect();
    loop {
        let before = left.len();
        left = left
            .iter()
            .copied()
            .filter(|module| edges.keys().any(|(a, b)| a == module && left.contains(b.as_str())))
            .collect();
        if left.len() == before {
            break;
        }
    }

    // Every module left names another one left, so walking on must come back to where it was.
    let mut walk = vec![*left.first()?];
    loop {
        let here = walk.last()?;
        let next = edges.keys().find(|(a, b)| a == here && left.contains(b.as_str()))?.1.as_str();
        if let Some(start) = walk.iter().position(|seen| *seen == next) {
            let edge = &edges[&((*here).to_owned(), next.to_owned())];
            walk.push(next);
            return Some(Finding {
                place: format!("{}:{}", edge.path, edge.line),
                what: format!("a circle in {parent}: {}", walk[start..].join(" → ")),
                mend: "move what both need to a module below them".into(),
            });
        }
        walk.push(next);
    }
}

/// `crates/httpz-core/src/proto/head.rs` is `proto::head` of `httpz-core`.
fn module_of(path: &str) -> Option<(String, Vec<String>)> {
    let (krate, file) = path.strip_prefix("crates/")?.split_once("/src/")?;
    let mut module: Vec<String> = file.strip_suffix(".rs")?.split('/').map(str::to_owned).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
        module.pop();
    }
    Some((krate.to_owned(), module))
}

/// Names that modules re-export from their children: `pub use head::Head;` in `proto`.
struct Exports {
    children: BTreeMap<(String, Vec<String>), String>,
}

impl Exports {
    fn of(sources: &[Source], modules: &Modules) -> Self {
        let mut children = BTreeMap::new();
        for source in sources {
            let Some((krate, module)) = module_of(&source.path) else { continue };
            for (at, _) in source.code.match_indices("use ") {
                let Some(tree) = source.code[at + 4..].split(';').next() else { continue };
                for path in flatten(tree) {
                    let path = path.strip_prefix(&["self".to_owned()]).unwrap_or(&path);
                    let [child, .., name] = path else { continue };
                    let child_path = module.iter().chain([child]).cloned().collect();
                    if modules.contains(&(krate.clone(), child_path)) {
                        let named = module.iter().chain([name]).cloned().collect();
                        children.insert((krate.clone(), named), child.clone());
                    }
                }
            }
        }
        Self { children }
    }

    /// Puts the child in front of a name that is only passed on: `proto::Head` is `proto::head::Head`.
    fn resolve(&self, krate: &str, mut path: Vec<String>) -> Vec<String> {
        for length in 1..=path.len() {
            if let Some(child) = self.children.get(&(krate.to_owned(), path[..length].to_vec())) {
                path.insert(length - 1, child.clone());
                return path;
            }
        }
        path
    }
}

/// Each path that begins with `crate` or `super`, from the crate's root, with its place.
fn named_paths(code: &str, module: &[String]) -> Vec<(usize, Vec<String>)> {
    let mut named = Vec::new();
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let before = &code[..at];
            // `super::super::x` is met at its first word; `my_crate::` and `pub(crate)` are not met.
            if before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '$') {
                continue;
            }
            let tree = &code[at..at + tree_length(&code[at..])];
            named.extend(
                flatten(tree).into_iter().filter_map(|path| Some((at, from_root(&path, module)?))),
            );
        }
    }
    named
}

fn from_root(path: &[String], module: &[String]) -> Option<Vec<String>> {
    if path.first()? == "crate" {
        return Some(path[1..].to_vec());
    }
    let ups = path.iter().take_while(|word| *word == "super").count();
    let parent = module.len().checked_sub(ups)?;
    Some(module[..parent].iter().chain(&path[ups..]).cloned().collect())
}

/// How far the path or `use` tree at the front of `code` goes.
fn tree_length(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '{' if depth > 0 || code[..at].ends_with("::") => depth += 1,
            '}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ if depth > 0 || c.is_alphanumeric() || c == '_' || c == ':' => {}
            _ => return at,
        }
    }
    code.len()
}

/// `a::{b, c::{d, e as f}}` as the paths `a::b`, `a::c::d`, `a::c::f`.
pub fn flatten(tree: &str) -> Vec<Vec<String>> {
    let tree = tree.trim();
    let (stem, group) = match tree.split_once('{') {
        Some((stem, group)) => (stem, group.trim_end().strip_suffix('}')),
        None => (tree.rsplit(" as ").next().filter(|_| !tree.contains("::")).unwrap_or(tree), None),
    };
    let (stem, alias) =
        stem.split_once(" as ").map_or((stem, None), |(stem, alias)| (stem, Some(alias)));
    let mut stem: Vec<String> = stem
        .split("::")
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect();
    if let (Some(alias), Some(last)) = (alias, stem.last_mut()) {
        *last = alias.trim().to_owned();
    }
    let Some(group) = group else { return vec![stem] };

    let mut depth = 0_i32;
    group
        .split(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            c == ',' && depth == 0
        })
        .filter(|part| !part.trim().is_empty())
        .flat_map(flatten)
        .map(|path| stem.iter().cloned().chain(path).collect())
        .collect()
}

#[cfg(test)]
mod tests;
