//! Does a whole connection see the requests that a plain reader sees, however its bytes are cut?

use std::sync::Mutex;

use httpz_core::proto::Limits;
use httpz_core::testing::Loopback;
use httpz_core::{Config, Error, Flow, Request, Response, Service};

use super::reference::{self, Asked, End};
use super::{answers, cuts};

/// Small, so that the limits are met.
pub(super) const LIMITS: Limits =
    Limits { head: 512, target: 64, fields: 8, body: 64, query_pairs: 4 };

/// Notes what is asked, reads every body, and answers with nothing.
#[derive(Default)]
pub(super) struct Recorder(Mutex<Vec<Asked>>);

impl Recorder {
    /// What was asked since the last call.
    fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut self.0.lock().expect("nothing panics in here"))
    }
}

impl Service for Recorder {
    fn call<'a>(&'a self, req: &'a mut Request, _: &'a mut Response) -> Flow<'a> {
        let req: &Request = req;
        Flow::later(async move {
            req.read_body().await?;
            let fields = req.headers().map(|(n, v)| (n.to_ascii_lowercase(), v.to_vec()));
            self.0.lock().expect("nothing panics in here").push(Asked {
                method: req.method().to_string(),
                target: req.target().to_owned(),
                fields: fields.collect(),
                body: req.body().unwrap_or_default().to_vec(),
            });
            Ok(())
        })
    }

    fn refuse(&self, _: &Request, res: &mut Response, error: Error) {
        res.status(error.code());
    }
}

thread_local! {
    static SERVER: Loopback<Recorder> = {
        let mut config = Config::default();
        config.request.buffer_size = LIMITS.head;
        config.request.max_target_size = LIMITS.target;
        config.request.max_header_count = LIMITS.fields;
        config.request.max_body_size = LIMITS.body as usize;
        config.request.max_query_count = LIMITS.query_pairs;
        Loopback::new(Recorder::default(), &config)
    };
}

/// Serves, and compares.
///
/// # Panics
///
/// When it differs from the plain reading or depends on the cuts.
pub fn run(input: &[u8]) {
    let (expected, end) = reference::connection(input, &LIMITS);
    for pieces in cuts::plans(input) {
        let (asked, output) = serve(&pieces);
        assert_eq!(asked, expected, "{} pieces", pieces.len());
        judge(&output, &asked, &end);
    }
}

/// What was asked in these pieces, and everything that came back.
pub(super) fn serve(pieces: &[&[u8]]) -> (Vec<Asked>, Vec<u8>) {
    SERVER.with(|server| {
        let output = server.send_pieces(pieces);
        (server.service().take(), output)
    })
}

/// Every request has its answer, a refusal comes last and says so, and nothing else was sent.
fn judge(output: &[u8], asked: &[Asked], end: &End) {
    let answers = answers::read(output, |i| asked.get(i).is_some_and(|a| a.method == "HEAD"));
    let finals: Vec<_> = answers.iter().filter(|answer| answer.status >= 200).collect();
    let (served, refusal) = finals.split_at(asked.len().min(finals.len()));
    assert_eq!(served.len(), asked.len(), "{finals:?}");
    for (answer, asked) in served.iter().zip(asked) {
        // The recorder's 200 would promise a tunnel.
        let expected = if asked.method == "CONNECT" { 500 } else { 200 };
        assert_eq!(answer.status, expected, "{finals:?}");
    }
    assert!(finals.iter().all(|answer| answer.whole), "{finals:?}");
    match (end, refusal) {
        (End::Over | End::InHead, []) => {}
        (End::Refused(statuses), [refusal]) => {
            assert!(statuses.contains(&refusal.status) && refusal.last, "{refusal:?} {statuses:?}");
        }
        (End::InHead, [refusal]) => assert!(refusal.status >= 400 && refusal.last, "{refusal:?}"),
        _ => panic!("{refusal:?}, but {end:?}"),
    }
}
