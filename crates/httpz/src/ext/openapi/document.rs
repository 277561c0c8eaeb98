//! The description itself: every route as an operation (OpenAPI 3.1).

use httpz_router::{Pattern, Segment};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::described::{Describer, problem};
use crate::router::registry::{Registered, Registry};
use crate::{Method, Verb};

/// Methods that OpenAPI has a word for, beside those that answer by themselves.
const METHODS: [Method; 5] =
    [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];

/// Describes every route that is registered by now.
pub(super) fn of<G>(registry: &Registry<G>, title: &str, version: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let mut paths = Map::new();
    let mut names = Vec::new();
    for route in &registry.routes {
        let mut describer = Describer::new(schemas);
        if let Some(describe) = route.describe {
            describe(&mut describer);
        }
        let (path, in_path) = template(&route.info.pattern);
        for method in methods(route.info.verb) {
            let operation = operation(route, method, &describer, &in_path, &mut names);
            let word = method.as_str().to_ascii_lowercase();
            paths.entry(path.clone()).or_insert_with(|| json!({}))[word] = operation;
        }
        schemas = describer.schemas;
    }
    let mut definitions = schemas.take_definitions(true);
    definitions.insert("Problem".into(), problem_schema());
    json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": version },
        "paths": paths,
        "components": { "schemas": definitions },
    })
}

/// The methods under which a route stands in the description.
fn methods(verb: Verb) -> Vec<Method> {
    match verb {
        Verb::One(method) => METHODS.into_iter().filter(|known| *known == method).collect(),
        Verb::Named(_) => Vec::new(),
        Verb::All => METHODS.to_vec(),
    }
}

fn operation<G>(
    route: &Registered<G>,
    method: Method,
    about: &Describer,
    in_path: &[String],
    names: &mut Vec<String>,
) -> Value {
    let mut operation = Map::new();
    operation.insert("operationId".into(), unique(route.info.name, method, names).into());
    let (summary, description) = route.info.doc.split_once('\n').unwrap_or((route.info.doc, ""));
    for (name, text) in [("summary", summary), ("description", description)] {
        if !text.trim().is_empty() {
            operation.insert(name.into(), text.trim().into());
        }
    }
    // A function with several paths has arguments that only some of them name.
    let elsewhere = |parameter: &&Value| {
        let named = |name: &String| parameter["name"] == **name;
        parameter["in"] == "path" && !in_path.iter().any(named)
    };
    let mut parameters: Vec<Value> =
        about.parameters.iter().filter(|parameter| !elsewhere(parameter)).cloned().collect();
    let described = |name: &str| about.parameters.iter().any(|parameter| parameter["name"] == name);
    // What no argument takes, as in a closure, is text.
    parameters.extend(in_path.iter().filter(|name| !described(name)).map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
    }));
    if !parameters.is_empty() {
        operation.insert("parameters".into(), parameters.into());
    }
    if let Some(body) = &about.body {
        operation.insert("requestBody".into(), body.clone());
    }
    let mut answers = about.answers.clone();
    if !answers.keys().any(|status| status.starts_with(['2', '3'])) {
        answers.insert("200".into(), json!({ "description": "done" }));
    }
    let other = json!({ "description": "what went wrong", "content": problem() });
    answers.insert("default".into(), other);
    operation.insert("responses".into(), answers.into());
    operation.into()
}

/// A name that no other operation has.
fn unique(name: &str, method: Method, names: &mut Vec<String>) -> String {
    let candidates = [name.to_owned(), format!("{name}_{}", method.as_str().to_ascii_lowercase())];
    let numbered = (2..).map(|n| format!("{name}_{n}"));
    let free = candidates.into_iter().chain(numbered).find(|name| !names.contains(name));
    let free = free.unwrap_or_default();
    names.push(free.clone());
    free
}

/// The path as OpenAPI writes it, and the names in it: `/files/:name.json` is `/files/{name}.json`.
fn template(pattern: &str) -> (String, Vec<String>) {
    let (mut path, mut names) = (String::new(), Vec::new());
    let Ok(parsed) = Pattern::parse(pattern) else { return (pattern.to_owned(), names) };
    for segment in parsed.segments() {
        path.push('/');
        let (prefix, suffix) = match segment {
            Segment::Static(text) => {
                path.push_str(text);
                continue;
            }
            Segment::Param { prefix, suffix, .. } => (prefix.as_str(), suffix.as_str()),
            _ => ("", ""),
        };
        let name = segment.name().map_or_else(|| format!("any{}", names.len() + 1), str::to_owned);
        path.push_str(&format!("{prefix}{{{name}}}{suffix}"));
        names.push(name);
    }
    (path, names)
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
        },
        "required": ["title", "status"],
    })
}
