//! A view to take along.

use views::{
    Extent, View,
    take::{self, Colors},
};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::Explorer;

#[wasm_bindgen]
impl Explorer {
    /// The view of a query as `csv`, `markdown`, `svg` or `svg-dark`. `address` is where the view is on the web.
    pub fn take(&self, query: &str, kind: &str, address: &str) -> Result<Taken, JsError> {
        let (cube, view) = (&self.cube, View::parse(query));
        let context = self.context(Extent::Whole);
        let (text, ending) = match kind {
            "csv" => (take::csv(cube, &view, &context), "csv"),
            "markdown" => (take::markdown(cube, &view, &context, address), "md"),
            "svg" => (take::chart_file(cube, &view, &context, Colors::Light)?, "svg"),
            "svg-dark" => (take::chart_file(cube, &view, &context, Colors::Dark)?, "dark.svg"),
            _ => return Err(JsError::new(&format!("a view cannot be taken as `{kind}`"))),
        };
        let name = take::file_name(&self.project, &view);
        Ok(Taken { name: format!("{name}.{ending}"), text })
    }
}

/// A file with a view.
#[wasm_bindgen]
pub struct Taken {
    name: String,
    text: String,
}

#[wasm_bindgen]
impl Taken {
    /// What the file is called.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// What is in it.
    #[wasm_bindgen(getter)]
    pub fn text(&self) -> String {
        self.text.clone()
    }
}
