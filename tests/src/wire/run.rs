//! Runs a case, over a wire in memory or over a socket, and compares what came back.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use httpz_core::Service;
use httpz_core::testing::Loopback;

use super::{Case, End, Expected};
use crate::PATIENCE;
use crate::fuzz::answers::{self, Answer};

/// Inputs longer than this are not cut at every place, but at as many.
const PLACES: usize = 1500;

/// Sends the case over a wire in memory: as it is, cut at every place, and byte by byte.
///
/// # Panics
///
/// When something else came back than the case says.
pub fn in_memory<S: Service>(case: &Case, server: &Loopback<S>) {
    let len: usize = case.input.iter().map(Vec::len).sum();
    let every: Vec<usize> = (0..len).collect();
    let single = (1..len).step_by(len.div_ceil(PLACES).max(1)).map(|place| vec![place]);
    for cuts in [vec![], every].into_iter().chain(single) {
        let pieces = cut(&case.input, &cuts);
        judge(case, &server.send_pieces(&pieces), &cuts);
    }
}

/// Sends the case over connections of its own: as it is, cut at a few places, and byte by byte.
///
/// # Panics
///
/// When something else came back than the case says.
pub fn over_sockets(case: &Case, addr: SocketAddr) {
    let len: usize = case.input.iter().map(Vec::len).sum();
    let everywhere = (1..len).collect();
    let some = [vec![], vec![len / 3], vec![len - len.min(2)], vec![len / 4, len / 2]];
    for cuts in some.into_iter().chain([everywhere]) {
        judge(case, &talk(case, addr, &cuts), &cuts);
    }
}

/// The pieces of a case, cut further at these places of the whole.
fn cut<'c>(input: &'c [Vec<u8>], cuts: &[usize]) -> Vec<&'c [u8]> {
    let (mut pieces, mut begin) = (Vec::new(), 0);
    for piece in input {
        let mut at = 0;
        for &place in cuts.iter().filter(|&&place| place > begin && place < begin + piece.len()) {
            pieces.push(&piece[at..place - begin]);
            at = place - begin;
        }
        pieces.push(&piece[at..]);
        begin += piece.len();
    }
    pieces
}

fn talk(case: &Case, addr: SocketAddr, cuts: &[usize]) -> Vec<u8> {
    let mut stream = TcpStream::connect(addr).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    stream.set_nodelay(true).expect("delays can be switched off");
    let (mut output, mut room) = (Vec::new(), [0; 4096]);
    let mut begin = 0;
    for (i, piece) in case.input.iter().enumerate() {
        if i > 0 {
            let n = stream.read(&mut room).expect("an answer before the next piece");
            output.extend_from_slice(&room[..n]);
        }
        let inside: Vec<usize> = cuts.iter().filter_map(|cut| cut.checked_sub(begin)).collect();
        for part in cut(std::slice::from_ref(piece), &inside) {
            // A server that has refused may be gone.
            let _ = stream.write_all(part);
            std::thread::yield_now();
        }
        begin += piece.len();
    }
    let _ = stream.shutdown(Shutdown::Write);
    let read = stream.read_to_end(&mut output);
    // A connection that is cut with bytes of ours unread is reset.
    assert!(read.is_ok() || case.end == End::Cut, "{}: {}: {read:?}", case.topic, case.name);
    output
}

fn judge(case: &Case, output: &[u8], cuts: &[usize]) {
    let context = || {
        let cuts =
            if cuts.len() > 3 { "byte by byte".to_owned() } else { format!("cut at {cuts:?}") };
        format!("{}: {} ({cuts})\n{}", case.topic, case.name, output.escape_ascii())
    };
    if let Some(exact) = &case.exact {
        assert_eq!(without_dates(output), *exact, "{}", context());
        return;
    }
    let answers = answers::read(output, |i| {
        let finals = case.answers.iter().filter(|answer| answer.status >= 200);
        finals.skip(i).map(|answer| answer.head_only).next().unwrap_or_default()
    });
    assert_eq!(answers.len(), case.answers.len(), "how many answers: {}", context());
    for (answer, expected) in answers.iter().zip(&case.answers) {
        compare(answer, expected, &context);
    }
    let end = match answers.last() {
        None => End::Silent,
        Some(last) if !last.whole => End::Cut,
        Some(_) if case.end == End::Ends => End::Ends,
        Some(last) if last.last => End::Closes,
        Some(_) => End::Stays,
    };
    assert_eq!(end, case.end, "how it ends: {}", context());
}

fn compare(answer: &Answer, expected: &Expected, context: &impl Fn() -> String) {
    assert_eq!(answer.status, expected.status, "{}", context());
    if let Some(body) = &expected.body {
        assert_eq!(String::from_utf8_lossy(&answer.body), *body, "{}", context());
    }
    assert!(answer.status < 200 || answer.fields("date").count() == 1, "one date: {}", context());
    for (name, value) in &expected.fields {
        let values: Vec<&str> = answer.fields(name).collect();
        assert_eq!(
            values,
            value.as_deref().into_iter().collect::<Vec<_>>(),
            "{name}: {}",
            context()
        );
    }
}

/// The output with dates that do not change.
fn without_dates(output: &[u8]) -> String {
    let text = String::from_utf8(output.to_vec()).expect("exact cases speak ASCII");
    let lines = text.split_inclusive("\r\n");
    lines.map(|line| if line.starts_with("Date: ") { "Date: -\r\n" } else { line }).collect()
}
