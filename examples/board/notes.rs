//! What is on the board? Everybody may read; who has signed in may pin notes, and change or remove
//! their own.

use httpz::prelude::*;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Board;
use crate::users::User;

/// How long a note may be, in characters.
const LONGEST: usize = 500;

/// A note as clients see it.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Note {
    pub(crate) id: i64,
    author: String,
    text: String,
    colour: Colour,
    /// Seconds since 1970.
    created: i64,
    changed: i64,
}

/// The paper it is written on.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
enum Colour {
    #[default]
    Sun,
    Mint,
    Sky,
    Rose,
}

impl Colour {
    const ALL: [Self; 4] = [Self::Sun, Self::Mint, Self::Sky, Self::Rose];

    /// In the database as in JSON.
    fn name(self) -> &'static str {
        match self {
            Self::Sun => "sun",
            Self::Mint => "mint",
            Self::Sky => "sky",
            Self::Rose => "rose",
        }
    }
}

impl ToSql for Colour {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

impl FromSql for Colour {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        Self::ALL.into_iter().find(|colour| colour.name() == name).ok_or(FromSqlError::InvalidType)
    }
}

#[derive(HttpError)]
enum Refusal {
    #[status(404, "there is no such note (any more)")]
    NotFound,
    #[status(403, "that note is somebody else's")]
    NotYours,
    #[status(422, "a note has 1 to 500 characters")]
    BadText,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Page {
    /// Only notes that are older than this one.
    before: Option<i64>,
    limit: Option<u8>,
}

/// The notes, newest first; older ones page by page.
#[get("/notes")]
pub(crate) fn list(board: &Board, Query(page): Query<Page>) -> Result<Json<Vec<Note>>> {
    let Page { before, limit } = page;
    let notes = board.db.read(|db| {
        let sql = "SELECT * FROM board WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
        let mut query = db.prepare_cached(sql)?;
        let range = (before.unwrap_or(i64::MAX), limit.unwrap_or(50));
        query.query_map(range, Note::read)?.collect()
    })?;
    Ok(Json(notes))
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct NewNote {
    text: String,
    #[serde(default)]
    colour: Colour,
}

/// Pins a note.
#[post("/notes")]
pub(crate) fn add(
    board: &Board,
    user: &User,
    Json(new): Json<NewNote>,
) -> Result<(Status, Json<Note>)> {
    let text = checked(&new.text)?;
    // Held until the event is out, so that events come in the order of the changes.
    let db = board.db.writer();
    db.execute(
        "INSERT INTO notes (author_id, text, colour) VALUES (?1, ?2, ?3)",
        (user.id, text, new.colour),
    )?;
    let note = Note::find(&db, db.last_insert_rowid())?;
    board.live.changed(&note)?;
    Ok((Status::CREATED, Json(note)))
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Change {
    text: Option<String>,
    colour: Option<Colour>,
}

/// Changes what is given of a note of one's own.
#[patch("/notes/:id")]
pub(crate) fn change(
    board: &Board,
    user: &User,
    id: i64,
    Json(change): Json<Change>,
) -> Result<Json<Note>> {
    let text = change.text.as_deref().map(checked).transpose()?;
    let db = board.db.writer();
    check_author(&db, id, user)?;
    db.execute(
        "UPDATE notes SET text = coalesce(?2, text), colour = coalesce(?3, colour),
                          changed = unixepoch()
         WHERE id = ?1",
        (id, text, change.colour),
    )?;
    let note = Note::find(&db, id)?;
    board.live.changed(&note)?;
    Ok(Json(note))
}

/// Takes a note of one's own off the board.
#[delete("/notes/:id")]
pub(crate) fn remove(board: &Board, user: &User, id: i64) -> Result<Status> {
    let db = board.db.writer();
    check_author(&db, id, user)?;
    db.execute("DELETE FROM notes WHERE id = ?1", [id])?;
    board.live.removed(id)?;
    Ok(Status::NO_CONTENT)
}

/// The text without the space around it, if it is one that can be pinned.
fn checked(text: &str) -> Result<&str, Refusal> {
    let text = text.trim();
    match text.chars().count() {
        1..=LONGEST => Ok(text),
        _ => Err(Refusal::BadText),
    }
}

fn check_author(db: &Connection, note: i64, user: &User) -> Result {
    let mut query = db.prepare_cached("SELECT author_id FROM notes WHERE id = ?1")?;
    let author: Option<i64> = query.query_row([note], |row| row.get(0)).optional()?;
    match author {
        None => Err(Refusal::NotFound.into()),
        Some(author) if author != user.id => Err(Refusal::NotYours.into()),
        Some(_) => Ok(()),
    }
}

impl Note {
    fn find(db: &Connection, id: i64) -> rusqlite::Result<Self> {
        db.prepare_cached("SELECT * FROM board WHERE id = ?1")?.query_row([id], Self::read)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            author: row.get("author")?,
            text: row.get("text")?,
            colour: row.get("colour")?,
            created: row.get("created")?,
            changed: row.get("changed")?,
        })
    }
}
