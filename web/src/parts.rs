//! A history that comes in parts, the newest first.

use views::{View, text};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::Explorer;

#[wasm_bindgen]
impl Explorer {
    /// Adds the bytes of the next older part, not compressed.
    pub fn add(&mut self, part: &[u8]) -> Result<(), JsError> {
        Ok(self.cube.add(part)?)
    }

    /// Whether all parts are there.
    #[wasm_bindgen(getter)]
    pub fn whole(&self) -> bool {
        self.cube.is_whole()
    }

    /// Whether the days that a view needs are there, so that it can be shown.
    pub fn covers(&self, query: &str) -> bool {
        let first = View::parse(query).first_needed(self.cube.days());
        let since = self.cube.loaded_from();
        self.cube.is_whole() || first.zip(since).is_none_or(|(first, since)| since <= first)
    }

    /// The first day that is there, in words. Empty if there is none.
    #[wasm_bindgen(getter)]
    pub fn since(&self) -> String {
        self.cube.loaded_from().map_or(String::new(), text::day)
    }
}
