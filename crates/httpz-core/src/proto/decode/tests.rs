//! Bodies whole, cut anywhere, and byte by byte.

use super::*;

/// The body and the bytes after it, read in the given pieces.
fn read(
    framing: Framing,
    limit: u64,
    pieces: &[&[u8]],
) -> Result<(Vec<u8>, usize, bool), ProtocolError> {
    let mut decoder = Decoder::new(framing, limit)?;
    let (mut body, mut taken) = (Vec::new(), 0);
    for piece in pieces {
        let mut rest = *piece;
        while !rest.is_empty() && !decoder.is_done() {
            let got = decoder.next(rest)?;
            body.extend_from_slice(got.data);
            taken += got.consumed;
            rest = &rest[got.consumed..];
        }
    }
    Ok((body, taken, decoder.is_done()))
}

/// The outcome, which must be the same however the input is cut.
fn outcome(
    framing: Framing,
    limit: u64,
    input: &[u8],
) -> Result<(Vec<u8>, usize, bool), ProtocolError> {
    let whole = read(framing, limit, &[input]);
    for cut in 0..=input.len() {
        let (a, b) = input.split_at(cut);
        assert_eq!(read(framing, limit, &[a, b]), whole, "cut at {cut}");
    }
    let bytes: Vec<&[u8]> = input.chunks(1).collect();
    assert_eq!(read(framing, limit, &bytes), whole, "byte by byte");
    whole
}

#[test]
fn reads_bodies_and_leaves_what_follows() {
    use Framing::*;
    for (framing, input, body, behind) in [
        (Empty, "GET", "", "GET"),
        (Counted(3), "abcGET", "abc", "GET"),
        (Chunked, "0\r\n\r\nGET", "", "GET"),
        (Chunked, "3\r\nabc\r\n0\r\n\r\n", "abc", ""),
        (Chunked, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nGET", "abcde", "GET"),
        (Chunked, "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", ""),
        (Chunked, "a\r\n0123456789\r\n000\r\n\r\n", "0123456789", ""),
        (Chunked, "3;a=b;c=\"d\"\r\nabc\r\n0;x\r\n\r\n", "abc", ""),
        (Chunked, "3;a=\"\\\"\";b=\\\r\nabc\r\n0\r\n\r\n", "abc", ""),
        (Chunked, "1\r\na\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\nGET", "a", "GET"),
    ] {
        let (got, taken, done) = outcome(framing, 100, input.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(got).unwrap(), body, "{input:?}");
        assert_eq!(&input[taken..], behind, "{input:?}");
        assert!(done, "{input:?}");
    }
}

#[test]
fn refuses_chunks_that_another_reader_could_read_otherwise() {
    for input in [
        "\r\n",
        ";a\r\n",
        "g\r\n",
        "+3\r\nabc\r\n",
        "-3\r\nabc\r\n",
        "0x3\r\nabc\r\n",
        " 3\r\nabc\r\n",
        "3 \r\nabc\r\n",
        "3\nabc\n",
        "3\r\r\nabc\r\n",
        "3\r\nabcd\r\n",
        "3\r\nabc\n",
        "3\r\nabc0\r\n",
        "3;a\nabc\r\n",
        "3;\0\r\nabc\r\n",
        "3;a=\"\r\nabc\r\n",
        "3;a=\"\\\"\r\nabc\r\n",
        "00000000000000003\r\nabc\r\n",
        "10000000000000000\r\n",
        "0\r\n\n",
        "0\r\n: a\r\n\r\n",
        "0\r\nX : a\r\n\r\n",
        "0\r\nX\r\n\r\n",
        "0\r\nX: a\n\r\n",
        "0\r\n X: a\r\n\r\n",
        "0\r\nContent-Length: 3\r\n\r\n",
        "0\r\ntransfer-encoding: chunked\r\n\r\n",
        "0\r\nHOST: a\r\n\r\n",
    ] {
        let got = outcome(Framing::Chunked, 100, input.as_bytes());
        assert_eq!(got, Err(ProtocolError::BadChunk), "{input:?}");
    }
}

#[test]
fn refuses_bodies_over_the_limit_before_they_come() {
    use ProtocolError::BodyTooLarge;
    assert_eq!(outcome(Framing::Counted(5), 4, b""), Err(BodyTooLarge));
    assert_eq!(outcome(Framing::Chunked, 4, b"5\r\n"), Err(BodyTooLarge));
    assert_eq!(outcome(Framing::Chunked, 4, b"3\r\nabc\r\n2\r\n"), Err(BodyTooLarge));
    assert_eq!(outcome(Framing::Chunked, 4, b"ffffffffffffffff\r\n"), Err(BodyTooLarge));
}

#[test]
fn bounds_extensions_and_trailers() {
    let mut long = b"1;".to_vec();
    long.resize(MAX_OVERHEAD + 3, b'x');
    assert!(matches!(read(Framing::Chunked, 9, &[&long]), Err(ProtocolError::BadChunk)));
    let mut trailers = b"0\r\n".to_vec();
    while trailers.len() < MAX_OVERHEAD * 2 {
        trailers.extend_from_slice(b"a: b\r\n");
    }
    assert!(matches!(read(Framing::Chunked, 9, &[&trailers]), Err(ProtocolError::BadChunk)));
}
