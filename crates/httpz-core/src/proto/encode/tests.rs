//! Heads, chunks and fields, byte by byte as they leave.

use super::*;

fn encoded(head: &AnswerHead<'_>) -> String {
    let mut out = Vec::new();
    super::head(&mut out, head);
    String::from_utf8(out).unwrap()
}

static PLAIN: FieldLine = field_line!("Content-Type", "text/plain");

#[test]
fn writes_heads() {
    let opening = Opening::at(0);
    let fields = FieldBlock::default();
    let base = AnswerHead {
        version: Version::Http11,
        status: Status(200),
        opening: &opening,
        has_date: false,
        content_type: Some(&PLAIN),
        fields: &fields,
        length: Length::Counted(13),
        persists: true,
    };
    assert_eq!(
        encoded(&base),
        "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: text/plain\r\n\
         Content-Length: 13\r\n\r\n"
    );
    let bare = AnswerHead { has_date: true, content_type: None, ..base };
    for (head, expected) in [
        (
            AnswerHead { length: Length::Chunked, ..bare },
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        ),
        (
            AnswerHead { status: Status(204), length: Length::Absent, ..bare },
            "HTTP/1.1 204 No Content\r\n\r\n",
        ),
        (
            AnswerHead { status: Status(799), length: Length::Counted(0), ..bare },
            "HTTP/1.1 799 \r\nContent-Length: 0\r\n\r\n",
        ),
        (
            AnswerHead { persists: false, length: Length::UntilClose, ..bare },
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
        ),
        (
            AnswerHead { version: Version::Http10, length: Length::Counted(0), ..bare },
            "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
        ),
    ] {
        assert_eq!(encoded(&head), expected);
    }
}

#[test]
fn frames_chunks_and_never_writes_an_empty_one() {
    let mut out = Vec::new();
    chunk(&mut out, b"abc");
    chunk(&mut out, b"");
    chunk(&mut out, &[b'x'; 255]);
    last_chunk(&mut out);
    let mut expected = b"3\r\nabc\r\nff\r\n".to_vec();
    expected.extend_from_slice(&[b'x'; 255]);
    expected.extend_from_slice(b"\r\n0\r\n\r\n");
    assert_eq!(out, expected);
}

#[test]
fn no_field_can_end_a_line() {
    let mut block = FieldBlock::default();
    for (name, value, expected) in [
        (&b"a"[..], &b"b\r\nc: d"[..], BadField::Value),
        (b"a", b"b\nc", BadField::Value),
        (b"a", b"b\rc", BadField::Value),
        (b"a", b"b\0c", BadField::Value),
        (b"a\r\nb", b"c", BadField::Name),
        (b"a:", b"c", BadField::Name),
        (b"", b"c", BadField::Name),
    ] {
        assert_eq!(block.push(name, value), Err(expected), "{name:?} {value:?}");
    }
    assert!(block.is_empty() && block.byte_len() == 0);
}

#[test]
fn keeps_removes_and_finds_fields() {
    let mut block = FieldBlock::default();
    for (name, value) in [("A", "1"), ("b", " 2 "), ("a", "3"), ("c", "")] {
        block.push(name.as_bytes(), value.as_bytes()).unwrap();
    }
    assert_eq!(block.find(b"B"), Some(&b"2"[..]));
    block.remove(b"a");
    assert_eq!(block.bytes, b"b: 2\r\nc: \r\n");
    assert_eq!(block.iter().collect::<Vec<_>>(), [(&b"b"[..], &b"2"[..]), (b"c", b"")]);
}

#[test]
fn writes_lengths_of_every_width() {
    for n in [0, 1, 9, 10, 42, 99, 100, 999, 1000, 12_345, u64::MAX] {
        let mut out = b"x".to_vec();
        counted(&mut out, n);
        assert_eq!(String::from_utf8(out).unwrap(), format!("xContent-Length: {n}\r\n\r\n"));
    }
}

#[test]
fn kept_fields_outlast_those_that_are_taken_back() {
    let names = |block: &FieldBlock| {
        block.iter().map(|(name, _)| name.to_vec()).collect::<Vec<_>>().concat()
    };
    let mut block = FieldBlock::default();
    for name in [b"a", b"b", b"c"] {
        block.push(name, b"1").unwrap();
    }
    block.keep();
    block.remove(b"b");
    block.push(b"d", b"1").unwrap();
    assert_eq!(names(&block), b"acd");
    block.take_back();
    assert_eq!(names(&block), b"ac");
    block.clear();
    block.push(b"e", b"1").unwrap();
    block.take_back();
    assert_eq!((names(&block), block.byte_len()), (vec![], 0));
}
