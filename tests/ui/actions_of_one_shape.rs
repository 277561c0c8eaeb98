//! Two methods that answer the same requests.

use httpz::prelude::*;

struct Db;

#[actions]
impl Db {
    #[get("/users/:id")]
    fn by_id(&self, id: u64) -> String {
        id.to_string()
    }

    #[get("/users/:name")]
    fn by_name(&self, name: &str) -> String {
        name.to_owned()
    }
}

fn main() {
    App::new(Db, |r| r.mount(Db::routes()));
}
