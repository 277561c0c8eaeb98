//! Random input: the answer never depends on where it is cut.

use super::*;

/// Sound and unsound pieces of requests in random order: the answer never depends on the cuts, and
/// nothing panics.
#[test]
fn random_heads_and_bodies_are_read_alike_however_they_are_cut() {
    const PIECES: [&str; 30] = [
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        "POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n",
        "GET /chunks HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /fail HTTP/1.1\r\nHost: x\r\n\r\n",
        "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n",
        "3\r\nabc\r\n",
        "0\r\n\r\n",
        "0\r\nA: b\r\n\r\n",
        "GET ",
        "POST ",
        "/a",
        "/%41",
        " HTTP/1.1\r\n",
        " HTTP/1.0\r\n",
        " HTTP/2.0\r\n",
        "Host: x\r\n",
        "Content-Length: 4\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Connection: close\r\n",
        "Expect: 100-continue\r\n",
        "\r\n",
        "\n",
        "\r",
        " ",
        "x",
        "\0",
        "ffff\r\n",
        ": y\r\n",
    ];
    let mut seed = 0x2545_f491_4f6c_dd1du64;
    let mut random = |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 33) as usize % n
    };
    for _ in 0..3_000 {
        let input: String = (0..1 + random(8)).map(|_| PIECES[random(PIECES.len())]).collect();
        let bytes = input.as_bytes();
        let whole = answer_to(Memory::new([bytes]), small());
        assert_eq!(answer_to(Memory::new(bytes.chunks(1)), small()), whole, "{input:?}");
        let cut = random(bytes.len() + 1);
        let (a, b) = bytes.split_at(cut);
        assert_eq!(answer_to(Memory::new([a, b]), small()), whole, "cut at {cut}: {input:?}");
    }
}
