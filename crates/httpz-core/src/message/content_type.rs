//! The usual media types, cheaper to set than a field.

use std::fmt;

use crate::proto::encode::{FieldLine, field_line};

macro_rules! content_types {
    ($($(#[$doc:meta])* $name:ident $text:literal [$($extension:literal)*])*) => {
        /// A media type for [`Response::content_type`](crate::Response::content_type).
        ///
        /// ```
        /// # use httpz_core::ContentType;
        /// assert_eq!(ContentType::Json.as_str(), "application/json");
        /// assert_eq!(ContentType::Css.to_string(), "text/css; charset=utf-8");
        /// assert_eq!(ContentType::from_extension("HTML"), Some(ContentType::Html));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ContentType { $($(#[$doc])* $name,)* }

        impl fmt::Display for ContentType {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ContentType {
            /// Every type, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The value of the field.
            #[inline]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The field line as it is sent.
            #[inline]
            pub(super) fn line(self) -> &'static FieldLine {
                static LINES: &[FieldLine] = &[$(field_line!("Content-Type", $text)),*];
                &LINES[self as usize]
            }

            /// The type of a file with this extension, whatever its casing.
            pub fn from_extension(extension: &str) -> Option<Self> {
                $($(if extension.eq_ignore_ascii_case($extension) { return Some(Self::$name); })*)*
                None
            }
        }
    };
}

content_types! {
    /// Plain text in UTF-8.
    Text "text/plain; charset=utf-8" ["txt"]
    /// JSON (RFC 8259).
    Json "application/json" ["json" "map"]
    /// HTML in UTF-8.
    Html "text/html; charset=utf-8" ["html" "htm"]
    /// Style sheets.
    Css "text/css; charset=utf-8" ["css"]
    /// JavaScript (RFC 9239).
    JavaScript "text/javascript; charset=utf-8" ["js" "mjs"]
    /// Comma-separated values.
    Csv "text/csv; charset=utf-8" ["csv"]
    /// Markdown.
    Markdown "text/markdown; charset=utf-8" ["md"]
    /// XML.
    Xml "application/xml" ["xml"]
    /// Any bytes.
    Binary "application/octet-stream" ["bin"]
    /// A submitted form.
    Form "application/x-www-form-urlencoded" []
    /// A problem report (RFC 9457).
    Problem "application/problem+json" []
    /// Server-sent events.
    EventStream "text/event-stream" []
    /// PDF.
    Pdf "application/pdf" ["pdf"]
    /// WebAssembly.
    Wasm "application/wasm" ["wasm"]
    /// Gzip.
    Gzip "application/gzip" ["gz"]
    /// Zip.
    Zip "application/zip" ["zip"]
    /// A web application manifest.
    Manifest "application/manifest+json" ["webmanifest"]
    /// GIF images.
    Gif "image/gif" ["gif"]
    /// Icons.
    Icon "image/x-icon" ["ico"]
    /// JPEG images.
    Jpeg "image/jpeg" ["jpg" "jpeg"]
    /// PNG images.
    Png "image/png" ["png"]
    /// SVG images.
    Svg "image/svg+xml" ["svg"]
    /// WebP images.
    WebP "image/webp" ["webp"]
    /// AVIF images.
    Avif "image/avif" ["avif"]
    /// MP4 video.
    Mp4 "video/mp4" ["mp4"]
    /// MP3 audio.
    Mp3 "audio/mpeg" ["mp3"]
    /// OpenType fonts.
    Otf "font/otf" ["otf"]
    /// TrueType fonts.
    Ttf "font/ttf" ["ttf"]
    /// WOFF fonts.
    Woff "font/woff" ["woff"]
    /// WOFF 2 fonts.
    Woff2 "font/woff2" ["woff2"]
}
