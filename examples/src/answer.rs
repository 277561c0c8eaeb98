//! An answer as it came over the network, cut into what tests ask about.

/// Status, head and body.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    head: String,
    /// The body as it came.
    pub body: String,
}

impl Answer {
    /// Reads the answer of a connection that has ended.
    pub fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("cut: {text}"));
        let status = head.get(9..12).and_then(|code| code.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status: {head}"));
        Self { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    /// The first field of this name, all in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.filter(|(other, _)| *other == name).map(|(_, value)| value).next()
    }

    /// Demands this status and this body.
    #[track_caller]
    pub fn is(&self, status: u16, body: &str) {
        assert_eq!((self.status, &*self.body), (status, body), "{self:?}");
    }
}
