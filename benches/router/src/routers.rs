//! The routers beside each other, each as its documentation says it is used.

use std::hint::black_box;

/// A router whose values are the places of the patterns in their set.
pub trait Router: Sized {
    const NAME: &'static str;

    /// Builds it of patterns that are written with `:name`.
    fn build(patterns: &[String]) -> Result<Self, String>;

    /// Looks a path up and reads the value and all parameters.
    fn look_up(&self, path: &str) -> Option<usize>;
}

/// The same pattern with another library's marks around names.
fn respelt(pattern: &str, open: &str, close: &str) -> String {
    let respell = |part: &str| match part.strip_prefix(':') {
        Some(name) => format!("{open}{name}{close}"),
        None => part.to_owned(),
    };
    pattern.split('/').map(respell).collect::<Vec<_>>().join("/")
}

impl Router for httpz_router::Trie<usize> {
    const NAME: &'static str = "httpz-router";

    fn build(patterns: &[String]) -> Result<Self, String> {
        let mut trie = Self::new();
        for (i, pattern) in patterns.iter().enumerate() {
            trie.insert(pattern, i).map_err(|error| error.to_string())?;
        }
        Ok(trie)
    }

    #[inline]
    fn look_up(&self, path: &str) -> Option<usize> {
        let found = self.find(path)?;
        for param in found.params() {
            black_box(param);
        }
        Some(*found.value())
    }
}

impl Router for matchit::Router<usize> {
    const NAME: &'static str = "matchit";

    fn build(patterns: &[String]) -> Result<Self, String> {
        let mut router = Self::new();
        for (i, pattern) in patterns.iter().enumerate() {
            let pattern = respelt(pattern, "{", "}");
            router.insert(pattern, i).map_err(|error| error.to_string())?;
        }
        Ok(router)
    }

    #[inline]
    fn look_up(&self, path: &str) -> Option<usize> {
        let found = self.at(path).ok()?;
        for param in found.params.iter() {
            black_box(param);
        }
        Some(*found.value)
    }
}

impl Router for path_tree::PathTree<usize> {
    const NAME: &'static str = "path-tree";

    fn build(patterns: &[String]) -> Result<Self, String> {
        let mut router = Self::new();
        for (i, pattern) in patterns.iter().enumerate() {
            let _ = router.insert(pattern, i);
        }
        Ok(router)
    }

    #[inline]
    fn look_up(&self, path: &str) -> Option<usize> {
        let (value, found) = self.find(path)?;
        for param in found.params_iter() {
            black_box(param);
        }
        Some(*value)
    }
}

impl Router for wayfind::Router<usize> {
    const NAME: &'static str = "wayfind";

    fn build(patterns: &[String]) -> Result<Self, String> {
        let mut builder = wayfind::RouterBuilder::new();
        for (i, pattern) in patterns.iter().enumerate() {
            let pattern = respelt(pattern, "<", ">");
            builder.insert(&pattern, i).map_err(|error| error.to_string())?;
        }
        Ok(builder.build())
    }

    #[inline]
    fn look_up(&self, path: &str) -> Option<usize> {
        let found = self.search(path)?;
        for param in found.parameters() {
            black_box(*param);
        }
        Some(*found.data())
    }
}

impl Router for actix_router::Router<usize> {
    const NAME: &'static str = "actix-router";

    fn build(patterns: &[String]) -> Result<Self, String> {
        let mut builder = Self::build();
        for (i, pattern) in patterns.iter().enumerate() {
            builder.path(respelt(pattern, "{", "}"), i);
        }
        Ok(builder.finish())
    }

    #[inline]
    fn look_up(&self, path: &str) -> Option<usize> {
        let mut path = actix_router::Path::new(path);
        let (value, _) = self.recognize(&mut path)?;
        for param in path.iter() {
            black_box(param);
        }
        Some(*value)
    }
}

impl Router for route_recognizer::Router<usize> {
    const NAME: &'static str = "route-recognizer";

    fn build(patterns: &[String]) -> Result<Self, String> {
        let mut router = Self::new();
        for (i, pattern) in patterns.iter().enumerate() {
            router.add(pattern, i);
        }
        Ok(router)
    }

    #[inline]
    fn look_up(&self, path: &str) -> Option<usize> {
        let found = self.recognize(path).ok()?;
        for param in found.params().iter() {
            black_box(param);
        }
        Some(**found.handler())
    }
}
