CREATE TABLE notes (
    id        INTEGER PRIMARY KEY AUTOINCREMENT, -- a number is never used twice
    author_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    text      TEXT NOT NULL,
    colour    TEXT NOT NULL,
    created   INTEGER NOT NULL DEFAULT (unixepoch()),
    changed   INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;

-- Notes as clients see them.
CREATE VIEW board AS
    SELECT notes.id, name AS author, text, colour, created, changed
    FROM notes JOIN users ON users.id = author_id;
