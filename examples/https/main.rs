//! HTTPS, and beside it a second application that sends those there who come by http (feature `tls`).
//!
//! The certificate in this folder is nobody's: curl takes it with `-k`, browsers after a warning. A real one comes from
//! Certbot and the like, which renew it every few weeks; so it is read again every hour.
//! `HTTPZ_TLS_CERTIFICATE` and `HTTPZ_TLS_KEY` name other files.

use std::thread;
use std::time::Duration;

use httpz::config::TlsConfig;
use httpz::prelude::*;
use httpz::{Redirect, Shared, Signals};

/// Tells how the request came.
#[get("/")]
fn index(req: &Request) -> String {
    format!("you came by {}\n", req.scheme())
}

/// Where HTTPS is spoken; usually 443, which addresses leave out.
struct Secure {
    port: u16,
}

/// Sends everybody to the same address by https.
#[all("/", "/*")]
fn to_https(secure: &Shared<Secure>, req: &Request) -> Result<Redirect> {
    let host = req.host().or_status(400)?;
    let without_digits = host.trim_end_matches(|c: char| c.is_ascii_digit());
    let name = without_digits.strip_suffix(':').unwrap_or(host);
    let (path, query) = (req.path(), req.query_string());
    let mark = if query.is_empty() { "" } else { "?" };
    Ok(Redirect::permanent(format!("https://{name}:{}{path}{mark}{query}", secure.port)))
}

fn main() -> Result {
    let file = |name| Some(concat!(env!("CARGO_MANIFEST_DIR"), "/https/").to_owned() + name);
    let tls = TlsConfig {
        certificate: file("certificate.pem").map(Into::into),
        key: file("key.pem").map(Into::into),
    };
    let listen = vec!["tls:127.0.0.1:5882".parse()?];
    let config = Config { listen, tls, ..Config::default() }.with_env()?;

    let app = App::new((), |r| r.mount(routes![index])).config(config);
    if httpz_examples::only_routes(&app) {
        return Ok(());
    }
    let signals = Signals::new()?;
    let server = app.start()?;
    httpz_examples::announce(server.places());

    let secure = Secure { port: server.addr().port() };
    let plain_port = std::env::var("PLAIN_PORT").ok().and_then(|port| port.parse().ok());
    let plain = App::new(secure, |r| r.mount(routes![to_https]))
        .start_on(("127.0.0.1", plain_port.unwrap_or(5880)))?;
    httpz_examples::announce(plain.places());

    let renewed = server.clone();
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_secs(3600));
            if let Err(error) = renewed.reload_tls() {
                eprintln!("the old certificate stays: {error}");
            }
        }
    });
    server.wait_for(signals)?;
    plain.shutdown();
    plain.wait();
    Ok(())
}
