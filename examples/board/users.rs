//! Who is asking? People sign up and in with a password, and get a session: browsers as a cookie
//! that scripts cannot read, programs as a token to send along.

use std::fmt::Write;
use std::time::Duration;

use blake2::{Blake2s256, Digest};
use httpz::prelude::*;
use httpz::{Cookie, SameSite};
use rusqlite::{ErrorCode, OptionalExtension};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Board;

/// How long a session lasts: a week.
const SESSION: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const COOKIE: &str = "board";

/// Somebody who has signed up.
#[derive(Clone, Serialize, JsonSchema)]
pub(crate) struct User {
    #[serde(skip)]
    pub(crate) id: i64,
    pub(crate) name: String,
}

/// What handlers behind [`signed_in`] can ask for: `&Board`, `&User`, `&Key`.
#[derive(Context)]
pub(crate) struct Session {
    board: Shared<Board>,
    user: User,
    key: Key,
}

/// What a session is found by: a hash of its token.
pub(crate) struct Key([u8; 32]);

impl Key {
    fn of(token: &str) -> Self {
        Self(Blake2s256::digest(token).into())
    }
}

#[derive(HttpError)]
enum Refusal {
    #[status(401, "sign in first")]
    SignInFirst,
    #[status(401, "wrong name or password")]
    Wrong,
    #[status(403, "this request comes from another site")]
    OtherSite,
    #[status(409, "that name is taken")]
    Taken,
    #[status(422, "a name has 1 to 24 letters, digits, dots or dashes")]
    BadName,
    #[status(422, "a password has at least 8 characters")]
    ShortPassword,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Credentials {
    name: String,
    password: String,
}

/// A new user, who is signed in at once.
#[post("/users")]
pub(crate) async fn sign_up(
    board: &Board,
    Json(new): Json<Credentials>,
    res: &mut Response,
) -> Result<(Status, Json<User>)> {
    let Credentials { name, password } = new;
    if !is_name(&name) {
        return Err(Refusal::BadName.into());
    }
    if password.chars().count() < 8 {
        return Err(Refusal::ShortPassword.into());
    }
    let hash = board.passwords.hash(password).await?;
    let sql = "INSERT INTO users (name, password) VALUES (?1, ?2)";
    let id = {
        let db = board.db.writer();
        match db.execute(sql, (&name, hash)) {
            Ok(_) => db.last_insert_rowid(),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                return Err(Refusal::Taken.into());
            }
            Err(error) => return Err(error.into()),
        }
    };
    set_cookie(board, res, open_session(board, id)?);
    Ok((Status::CREATED, Json(User { id, name })))
}

/// Signs a browser in: the session is a cookie.
#[post("/session")]
pub(crate) async fn sign_in(
    board: &Board,
    Json(who): Json<Credentials>,
    res: &mut Response,
) -> Result<Json<User>> {
    let user = recognise(board, who).await?;
    set_cookie(board, res, open_session(board, user.id)?);
    Ok(Json(user))
}

/// Signs a program in: the session is a token for `Authorization: Bearer`.
#[post("/tokens")]
pub(crate) async fn token(
    board: &Board,
    Json(who): Json<Credentials>,
) -> Result<(Status, Json<serde_json::Value>)> {
    let user = recognise(board, who).await?;
    let token = open_session(board, user.id)?;
    Ok((Status::CREATED, Json(json!({ "token": token, "expires_in": SESSION.as_secs() }))))
}

/// Who am I? `null` for somebody who has not signed in.
#[get("/me")]
pub(crate) fn me(board: &Board, req: &Request) -> Result<Json<Option<User>>> {
    Ok(Json(session(board, req)?.map(|(user, _)| user)))
}

/// Ends the session.
#[delete("/session")]
pub(crate) fn sign_out(board: &Board, key: &Key, res: &mut Response) -> Result<Status> {
    board.db.writer().execute("DELETE FROM sessions WHERE key = ?1", [key.0])?;
    res.cookie(Cookie::removal(COOKIE));
    Ok(Status::NO_CONTENT)
}

/// The guard: a session, or no entry.
pub(crate) fn signed_in(board: &mut Shared<Board>, req: &Request) -> Result<Session> {
    let (user, key) = session(board, req)?.ok_or_else(|| unauthorised(Refusal::SignInFirst))?;
    Ok(Session { board: *board, user, key })
}

/// Refuses what a page of another site makes a browser send. `SameSite` on the cookie does as much
/// for other sites, but not for other hosts of this one; and signing in has no cookie yet.
pub(crate) fn from_our_page(_: &Shared<Board>, req: &Request) -> Result {
    let ours = match (req.header("sec-fetch-site"), req.header("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        // An old browser. The scheme is left out: a proxy may have taken the encryption off.
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) == req.host(),
        (None, None) => true, // not a browser
    };
    if ours { Ok(()) } else { Err(Refusal::OtherSite.into()) }
}

fn is_name(name: &str) -> bool {
    let fits = |char: char| char.is_ascii_alphanumeric() || ".-".contains(char);
    (1..=24).contains(&name.len()) && name.chars().all(fits)
}

/// The user with this name and password.
async fn recognise(board: &Board, Credentials { name, password }: Credentials) -> Result<User> {
    // Nobody has it, as everybody knows; it is not worth the memory to remember it.
    if !is_name(&name) {
        return Err(unauthorised(Refusal::Wrong));
    }
    let known = board.db.read(|db| {
        let mut query =
            db.prepare_cached("SELECT id, name, password FROM users WHERE name = ?1")?;
        query.query_row([&name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()
    })?;
    let (user, hash) = match known {
        Some((id, name, hash)) => (Some(User { id, name }), Some(hash)),
        None => (None, None),
    };
    let right = board.passwords.verify(&name, password, hash).await?;
    user.filter(|_| right).ok_or_else(|| unauthorised(Refusal::Wrong))
}

/// A 401 says how one authorises oneself (RFC 9110 §15.5.2).
fn unauthorised(refusal: Refusal) -> Error {
    Error::from(refusal).with_header("WWW-Authenticate", "Bearer")
}

/// Opens a session for a user; gives its token, which is kept nowhere.
fn open_session(board: &Board, user: i64) -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    let mut token = String::new();
    for byte in bytes {
        write!(token, "{byte:02x}")?;
    }
    let db = board.db.writer();
    db.execute("DELETE FROM sessions WHERE expires <= unixepoch()", ())?;
    db.execute(
        "INSERT INTO sessions (key, user_id, expires) VALUES (?1, ?2, unixepoch() + ?3)",
        (Key::of(&token).0, user, SESSION.as_secs().cast_signed()),
    )?;
    Ok(token)
}

/// The session of a request, by its token or its cookie, if it has one that has not expired.
fn session(board: &Board, req: &Request) -> Result<Option<(User, Key)>> {
    let Some(token) = bearer(req).or_else(|| req.cookie(COOKIE)) else { return Ok(None) };
    let key = Key::of(token);
    let user = board.db.read(|db| {
        let sql = "SELECT users.id, users.name FROM sessions JOIN users ON users.id = user_id
                   WHERE key = ?1 AND expires > unixepoch()";
        let mut query = db.prepare_cached(sql)?;
        let user = |row: &rusqlite::Row<'_>| Ok(User { id: row.get(0)?, name: row.get(1)? });
        query.query_row([key.0], user).optional()
    })?;
    Ok(user.map(|user| (user, key)))
}

fn bearer(req: &Request) -> Option<&str> {
    req.header("authorization")?.strip_prefix("Bearer ")
}

/// No script can read it, no page of another site can make a browser send it.
fn set_cookie(board: &Board, res: &mut Response, token: String) {
    let cookie =
        Cookie::new(COOKIE, token).http_only().same_site(SameSite::Strict).max_age(SESSION);
    res.cookie(if board.https { cookie.secure() } else { cookie });
}
