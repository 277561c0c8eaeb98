CREATE TABLE users (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password TEXT NOT NULL -- a PHC string: algorithm, parameters, salt and hash
) STRICT;

CREATE TABLE sessions (
    key     BLOB PRIMARY KEY, -- a hash of the token: who reads the table cannot use what is in it
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    expires INTEGER NOT NULL  -- seconds since 1970, as unixepoch()
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_expiry ON sessions (expires);
