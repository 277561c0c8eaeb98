//! What is asked of the file system, on threads that may wait for it.

use std::borrow::Cow;
use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::coding::Coding;
use super::validators::Validators;
use crate::{ContentType, Error, Result, Status, blocking};

/// A file up to this size is read where it is opened, if it is to be sent as a whole: one way to the other thread and
/// back instead of two.
const SMALL: u64 = 64 * 1024;

/// Too many symbolic links, as of one that leads to itself; Linux's number for it.
const ELOOP: i32 = 40;

/// No descriptor is left, of the process or of the system.
const EMFILE: i32 = 24;
const ENFILE: i32 = 23;

/// What is looked for.
pub(super) struct Wanted {
    pub(super) file: PathBuf,
    /// Does the path mean what is in a folder, rather than the folder?
    pub(super) within: bool,
    /// The file that is sent for a folder.
    pub(super) index: Option<Cow<'static, str>>,
    /// Variants that will do as well, better ones first.
    pub(super) codings: Vec<Coding>,
    /// Is a small one to be read at once?
    pub(super) at_once: bool,
}

/// What is there.
pub(super) enum Found {
    File(Opened),
    /// A folder with an index, whose path lacks the slash.
    Folder,
    Nothing,
}

/// A file that can be sent.
pub(super) struct Opened {
    pub(super) file: File,
    pub(super) len: u64,
    changed: Option<SystemTime>,
    pub(super) kind: ContentType,
    pub(super) coding: Option<Coding>,
    /// All of it, if it has been read.
    pub(super) whole: Option<Vec<u8>>,
}

impl Opened {
    pub(super) fn validators(&self) -> Validators {
        Validators::of(self.len, self.changed, self.coding)
    }
}

/// Finds and opens a file.
pub(super) async fn find(wanted: Wanted) -> Result<Found> {
    blocking(move || wanted.find()).await.or_else(meaning)
}

/// What it means that a file could not be opened.
fn meaning(error: io::Error) -> Result<Found> {
    match (error.kind(), error.raw_os_error()) {
        (
            ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::InvalidInput
            | ErrorKind::InvalidFilename,
            _,
        )
        | (_, Some(ELOOP)) => Ok(Found::Nothing),
        (ErrorKind::PermissionDenied, _) => Err(Error::status(403, "Forbidden").with_source(error)),
        (_, Some(EMFILE | ENFILE)) => {
            let busy = Error::from(Status::SERVICE_UNAVAILABLE).with_source(error);
            Err(busy.with_header("Retry-After", "1"))
        }
        _ => Err(error.into()),
    }
}

impl Wanted {
    fn find(mut self) -> io::Result<Found> {
        if std::fs::metadata(&self.file)?.is_dir() {
            let Some(index) = &self.index else { return Ok(Found::Nothing) };
            self.file.push(&**index);
            if !self.within {
                return Ok(if self.file.is_file() { Found::Folder } else { Found::Nothing });
            }
        } else if self.within {
            return Ok(Found::Nothing);
        }
        let kind = self.file.extension().and_then(|extension| extension.to_str());
        let kind = kind.and_then(ContentType::from_extension).unwrap_or(ContentType::Binary);
        let opened = match self.codings.iter().find_map(|coding| self.open_variant(*coding)) {
            Some(variant) => Some(variant),
            None => open(&self.file)?.map(|file| (file, None)),
        };
        let Some(((mut file, metadata), coding)) = opened else { return Ok(Found::Nothing) };
        let len = metadata.len();
        let whole = (self.at_once && len <= SMALL).then(|| read_all(&mut file, len)).transpose()?;
        // One that has become shorter is as long as what has been read of it.
        let len = whole.as_ref().map_or(len, |whole| whole.len() as u64);
        Ok(Found::File(Opened {
            file,
            len,
            changed: metadata.modified().ok(),
            kind,
            coding,
            whole,
        }))
    }

    /// The variant that lies beside the file, if there is one.
    fn open_variant(&self, coding: Coding) -> Option<(Handle, Option<Coding>)> {
        let mut path = self.file.clone().into_os_string();
        path.push(".");
        path.push(coding.extension);
        let handle = open(Path::new(&path)).ok()??;
        Some((handle, Some(coding)))
    }
}

/// An open file, and what is known of it.
type Handle = (File, Metadata);

/// Opens a file, if it is one; what is none, a pipe say, could keep us waiting.
fn open(path: &Path) -> io::Result<Option<Handle>> {
    if !path.metadata()?.is_file() {
        return Ok(None);
    }
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    Ok(metadata.is_file().then_some((file, metadata)))
}

/// All of a file that has this length; no more of one that grows, or a part would be sent as the whole.
fn read_all(file: &mut File, len: u64) -> io::Result<Vec<u8>> {
    let mut whole = Vec::with_capacity(len as usize);
    file.take(len).read_to_end(&mut whole)?;
    Ok(whole)
}

/// A file that is read in pieces, and the memory for them.
pub(super) struct Reader {
    file: File,
    memory: Vec<u8>,
}

impl Reader {
    pub(super) fn new(file: File) -> Self {
        Self { file, memory: Vec::new() }
    }

    /// Reads up to `most` bytes from there on; tells how many they are.
    pub(super) async fn read(mut self, from: u64, most: usize) -> (Self, io::Result<usize>) {
        blocking(move || {
            self.memory.resize(most, 0);
            let read = self.file.read_at(&mut self.memory, from);
            (self, read)
        })
        .await
    }

    /// What has been read.
    pub(super) fn piece(&self, n: usize) -> &[u8] {
        &self.memory[..n]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_opened_has_a_status() {
        for (number, expected) in [
            (2, None),
            (ELOOP, None),
            (13, Some(403)),
            (EMFILE, Some(503)),
            (ENFILE, Some(503)),
            (5, Some(500)),
        ] {
            let outcome = meaning(io::Error::from_raw_os_error(number));
            assert_eq!(outcome.err().map(|error| error.code()), expected, "{number}");
        }
    }
}
