//! How do chores reach other programs? Through `cargo` and `tool`, always at the root of the
//! workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a chore says when it could not be done.
pub type Outcome<T = ()> = Result<T, String>;

/// The folder that holds the workspace's `Cargo.toml`.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}

/// The text of a file, whose path is relative to the root of the workspace.
pub fn text_of(path: impl AsRef<Path>) -> Outcome<String> {
    let path = path.as_ref();
    fs::read_to_string(root().join(path)).map_err(|error| format!("{}: {error}", path.display()))
}

/// The folder that `cargo build` fills, wherever the environment has put it.
pub fn target_dir() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Whether `program` can be started at all.
pub fn has_tool(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

/// The cargo that runs us, with arguments separated by single blanks.
pub fn cargo(arguments: &str) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(arguments.split(' ')).current_dir(root()).stdin(Stdio::null());
    command
}

/// Runs to the end with output passed through; anything but success is an error.
pub fn run(command: &mut Command) -> Outcome {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{}: {status}", line_of(command))),
        Err(error) => Err(format!("{}: {error}", line_of(command))),
    }
}

/// Runs to the end and gives what was printed; anything but success is an error.
pub fn output(command: &mut Command) -> Outcome<String> {
    let line = line_of(command);
    let output = command.output().map_err(|error| format!("{line}: {error}"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{line}: {}\n{complaint}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The command as one would type it.
pub fn line_of(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    std::iter::once(program)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
