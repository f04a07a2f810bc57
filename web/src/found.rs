//! Values that are found by a part of their text.

use views::{View, regions};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::Explorer;

#[wasm_bindgen]
impl Explorer {
    /// The values of a dimension, by its key in addresses, whose text has `sought` in it, with their counts in the
    /// view of a query.
    pub fn found(&self, query: &str, dimension: &str, sought: &str) -> Result<Found, JsError> {
        let dimension = dimension.parse()?;
        Ok(Found(regions::found(&self.cube, &View::parse(query), dimension, sought)?))
    }
}

/// Values that were found.
#[wasm_bindgen]
pub struct Found(regions::Found);

#[wasm_bindgen]
impl Found {
    /// Their list.
    #[wasm_bindgen(getter)]
    pub fn html(&self) -> String {
        self.0.html.clone()
    }

    /// How many there are, in words to be read out.
    #[wasm_bindgen(getter)]
    pub fn announcement(&self) -> String {
        self.0.announcement.clone()
    }
}
