//! The router without a server: which command does a line mean, and with which arguments?

use httpz_router::{InsertError, Trie};

type Command = fn(&dyn Fn(&str) -> String) -> String;

fn commands() -> Result<Trie<Command>, InsertError> {
    let mut trie: Trie<Command> = Trie::new().match_any_case();
    trie.insert("/help", |_| "try: show user 7, open file notes.txt, say hello world".into())?;
    trie.insert("/show/user/:id", |arg| format!("here is user {}", arg("id")))?;
    trie.insert("/show/user/me", |_| "here you are".into())?;
    trie.insert("/open/file/:name.txt", |arg| format!("opening the text {}", arg("name")))?;
    trie.insert("/open/file/:name", |arg| format!("opening the file {}", arg("name")))?;
    trie.insert("/say/*words", |arg| arg("words").replace('/', " "))?;
    Ok(trie)
}

fn answer(trie: &Trie<Command>, line: &str) -> String {
    let path = format!("/{}", line.split_whitespace().collect::<Vec<_>>().join("/"));
    match trie.find(&path) {
        Some(found) => found.value()(&|name| found.param(name).unwrap_or_default().to_owned()),
        None => format!("I do not know how to \"{line}\""),
    }
}

fn main() -> Result<(), InsertError> {
    let trie = commands()?;
    println!("{trie}");
    for line in [
        "help",
        "SHOW user 7",
        "show user me",
        "open file notes.txt",
        "open file picture.png",
        "say hello world",
        "dance",
    ] {
        println!("> {line}\n{}", answer(&trie, line));
    }
    Ok(())
}
