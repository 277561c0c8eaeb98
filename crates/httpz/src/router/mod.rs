//! Where routes are gathered, and the table they become.
//!
//! Registration never panics: [`registry`] notes what is wrong with a route and leaves it out, and
//! `App::build` tells all of it at once. [`group`] is what users call; [`table`] is what requests
//! are looked up in; [`listing`] shows the routes to people.

pub(crate) mod areas;
pub(crate) mod error;
pub(crate) mod group;
pub(crate) mod listing;
pub(crate) mod matching;
pub(crate) mod registry;
pub(crate) mod slash;
pub(crate) mod table;
