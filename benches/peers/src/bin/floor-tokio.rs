//! The floor: what a request costs on tokio when nobody offers anything.
//!
//! One task per connection, httparse, a `match` on the path, canned heads with a cached Date, one
//! write per batch of pipelined requests. No limits but a full buffer, no timeouts, no routing.

use std::cell::Cell;
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use httpz_peers::{Echo, Message, PLAINTEXT, User, each_worker};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const BUFFER: usize = 16 * 1024;

thread_local! {
    static DATE: Cell<[u8; 29]> = const { Cell::new([b' '; 29]) };
}

fn main() -> io::Result<()> {
    each_worker(|listener| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        tokio::task::LocalSet::new().block_on(&runtime, accept(listener))
    })
}

async fn accept(listener: std::net::TcpListener) -> io::Result<()> {
    refresh_date();
    tokio::task::spawn_local(async {
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            refresh_date();
        }
    });

    let listener = TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::task::spawn_local(serve(stream));
    }
}

async fn serve(mut stream: TcpStream) -> io::Result<()> {
    let mut inbound = vec![0; BUFFER];
    let mut outbound = Vec::with_capacity(BUFFER);
    let mut filled = 0;

    loop {
        match stream.read(&mut inbound[filled..]).await? {
            0 => return Ok(()),
            n => filled += n,
        }

        let mut taken = 0;
        while let Some(n) = answer(&inbound[taken..filled], &mut outbound)? {
            taken += n;
        }
        inbound.copy_within(taken..filled, 0);
        filled -= taken;

        match stream.try_write(&outbound) {
            Ok(n) if n == outbound.len() => {}
            Ok(n) => stream.write_all(&outbound[n..]).await?,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                stream.write_all(&outbound).await?;
            }
            Err(error) => return Err(error),
        }
        outbound.clear();
    }
}

/// Answers the request at the front of `bytes` and says how long it was; `None` if it is partial.
fn answer(bytes: &[u8], out: &mut Vec<u8>) -> io::Result<Option<usize>> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let mut fields = [httparse::EMPTY_HEADER; 32];
    let mut request = httparse::Request::new(&mut fields);
    let at = match request.parse(bytes).map_err(invalid)? {
        httparse::Status::Complete(at) => at,
        httparse::Status::Partial => return Ok(None),
    };

    let length = request
        .headers
        .iter()
        .find(|field| field.name.eq_ignore_ascii_case("content-length"))
        .map_or(Ok(0), |field| {
            std::str::from_utf8(field.value).map_err(invalid)?.parse().map_err(invalid)
        })?;
    let Some(body) = bytes.get(at..at + length) else { return Ok(None) };

    match request.path.unwrap_or_default() {
        "/plaintext" => {
            respond(out, "200 OK", "text/plain", |out| Write::write_all(out, PLAINTEXT.as_bytes()))?
        }
        "/json" => respond_json(out, &Message::HELLO)?,
        "/echo" => respond_json(out, &serde_json::from_slice::<Echo>(body)?)?,
        path => match path.strip_prefix("/users/").and_then(|id| id.parse().ok()) {
            Some(id) => respond_json(out, &User::of(id))?,
            None => respond(out, "404 Not Found", "text/plain", |_| Ok(()))?,
        },
    }
    Ok(Some(at + length))
}

fn respond_json(out: &mut Vec<u8>, value: &impl serde::Serialize) -> io::Result<()> {
    respond(out, "200 OK", "application/json", |out| Ok(serde_json::to_writer(out, value)?))
}

/// Writes head and body into the outgoing bytes; the length is filled in afterwards.
fn respond(
    out: &mut Vec<u8>,
    status: &str,
    content_type: &str,
    body: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
) -> io::Result<()> {
    for part in ["HTTP/1.1 ", status, "\r\nContent-Type: ", content_type, "\r\nDate: "] {
        out.extend_from_slice(part.as_bytes());
    }
    out.extend_from_slice(&DATE.get());
    out.extend_from_slice(b"\r\nContent-Length:       \r\n\r\n");

    let body_at = out.len();
    body(out)?;
    let mut length = out.len() - body_at;
    let mut digit_at = body_at - b"\r\n\r\n".len();
    loop {
        digit_at -= 1;
        out[digit_at] = b'0' + (length % 10) as u8;
        length /= 10;
        if length == 0 {
            return Ok(());
        }
    }
}

/// Civil date from the day count, once every half second.
fn refresh_date() {
    let seconds = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    // Years that begin in March put the leap day last, so that months have fixed offsets.
    let shifted = days + 719_468;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 2 } else { shifted_month - 10 };
    let year = shifted / 146_097 * 400 + year_of_era + u64::from(month < 2);

    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = format!(
        "{}, {day:02} {} {year:04} {:02}:{:02}:{:02} GMT",
        DAYS[days as usize % 7],
        MONTHS[month as usize],
        time / 3600,
        time / 60 % 60,
        time % 60,
    );
    DATE.set(text.as_bytes().try_into().expect("a date is 29 bytes until the year 9999"));
}

fn invalid(error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
