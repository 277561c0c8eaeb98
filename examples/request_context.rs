//! A context made for each request: guards turn a request into what handlers ask for, or refuse.
//!
//! A guard runs before the body is read, so who is refused uploads nothing. A handler that asks for
//! `&User` where no guard makes one does not compile.

use httpz::prelude::*;

struct Db {
    users: &'static [User],
}

#[derive(Clone, Copy)]
struct User {
    name: &'static str,
    /// A real application keeps a hash of it, as `board/users.rs` does.
    token: &'static str,
    admin: bool,
}

/// What handlers behind [`signed_in`] can ask for: `&Db` and `&User`.
#[derive(Context)]
struct Session {
    db: Shared<Db>,
    user: User,
}

/// Makes a session from `Authorization: Bearer …`.
fn signed_in(db: &mut Shared<Db>, req: &Request) -> Result<Session> {
    let token = req.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let user = db.users.iter().find(|user| Some(user.token) == token);
    match user {
        Some(user) => Ok(Session { db: *db, user: *user }),
        None => Err(Error::status(401, "sign in first").with_header("WWW-Authenticate", "Bearer")),
    }
}

/// A check only looks at what a guard has made.
fn is_admin(session: &Session, _: &Request) -> Result {
    match session.user.admin {
        true => Ok(()),
        false => Err(Error::status(403, "for admins only")),
    }
}

/// Who am I?
#[get("/me")]
fn me(user: &User) -> String {
    format!("{}\n", user.name)
}

/// Who is there?
#[get("/users")]
fn users(db: &Db, user: &User) -> Json<Vec<&'static str>> {
    Json(db.users.iter().map(|other| other.name).filter(|name| *name != user.name).collect())
}

fn main() -> Result {
    let users = &[
        User { name: "ann", token: "a-secret", admin: true },
        User { name: "bo", token: "b-secret", admin: false },
    ];
    httpz_examples::serve(App::new(Db { users }, |r| {
        r.with(|g| {
            g.guard(signed_in)
                .mount(routes![me])
                .group("/admin", |g| g.check(is_admin).mount(routes![users]))
        })
    }))
}
