//! The examples of httpz stand beside this file, one screen each; `tests/` runs every one of them.
