//! The files that all pages share: style sheet, scripts, icon, the modules of the browser.
//!
//! Each has the digest of its bytes in its name, so that a browser may keep it for ever.

use std::{fs, io, path::Path};

use crate::site::FileDigest;

/// The folder of the assets below the root of the site.
const FOLDER: &str = "assets";

/// The style sheet: what all pages share, then what only the pages beside those of projects use.
const STYLE: &str =
    concat!(include_str!("../../assets/style.css"), "\n", include_str!("../../assets/pages.css"));

/// The script of the project pages, in parts that share one scope. The last one starts it.
const EXPLORE: &str = concat!(
    include_str!("../../assets/parts.js"),
    "\n",
    include_str!("../../assets/change.js"),
    "\n",
    include_str!("../../assets/view.js"),
    "\n",
    include_str!("../../assets/pointing.js"),
    "\n",
    include_str!("../../assets/strip.js"),
    "\n",
    include_str!("../../assets/find.js"),
    "\n",
    include_str!("../../assets/take.js"),
    "\n",
    include_str!("../../assets/explore.js"),
);

/// The script of the page of comparisons, likewise.
const COMPARE: &str = concat!(
    include_str!("../../assets/parts.js"),
    "\n",
    include_str!("../../assets/change.js"),
    "\n",
    include_str!("../../assets/view.js"),
    "\n",
    include_str!("../../assets/pointing.js"),
    "\n",
    include_str!("../../assets/take.js"),
    "\n",
    include_str!("../../assets/compare.js"),
);

/// A file with its digest in its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Where it is, from the root of the site.
    pub path: String,
    /// What an `integrity` attribute says of it.
    pub integrity: String,
    bytes: Vec<u8>,
}

impl Asset {
    /// The file `<folder>/<stem>.<digest>.<extension>`.
    pub(crate) fn new(folder: &str, stem: &str, extension: &str, bytes: Vec<u8>) -> Self {
        let digest = FileDigest::of(&bytes);
        Self {
            path: format!("{folder}/{stem}.{}.{extension}", digest.short()),
            integrity: digest.integrity(),
            bytes,
        }
    }

    /// How large the file is.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Its path and its bytes.
    pub(crate) fn file(&self) -> (String, Vec<u8>) {
        (self.path.clone(), self.bytes.clone())
    }
}

/// The module of the browser as it was built, `web.js` and `web_bg.wasm`, and that of the page of comparisons.
#[derive(Clone, Debug)]
pub struct Module {
    /// The JavaScript that loads it.
    pub script: Vec<u8>,
    /// The WebAssembly itself.
    pub wasm: Vec<u8>,
    /// The JavaScript that loads the module of the page of comparisons.
    pub compare_script: Vec<u8>,
    /// The WebAssembly of that page.
    pub compare_wasm: Vec<u8>,
}

/// The files of the modules that were built with the program, as [`Module`] has them.
#[cfg(feature = "embedded")]
const EMBEDDED: Option<[&[u8]; 4]> = Some([
    include_bytes!(concat!(env!("OUT_DIR"), "/explorer/web.js")),
    include_bytes!(concat!(env!("OUT_DIR"), "/explorer/web_bg.wasm")),
    include_bytes!(concat!(env!("OUT_DIR"), "/explorer/web_compare.js")),
    include_bytes!(concat!(env!("OUT_DIR"), "/explorer/web_compare_bg.wasm")),
]);
#[cfg(not(feature = "embedded"))]
const EMBEDDED: Option<[&[u8]; 4]> = None;

impl Module {
    /// The one within the program; `None` if it was built without the feature `embedded`.
    pub fn embedded() -> Option<Self> {
        EMBEDDED.map(|files| {
            let [script, wasm, compare_script, compare_wasm] = files.map(<[u8]>::to_vec);
            Self { script, wasm, compare_script, compare_wasm }
        })
    }

    /// Reads the files from the folder they were built into.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).map_err(|error| {
                io::Error::new(error.kind(), format!("cannot read `{}`: {error}", path.display()))
            })
        };
        Ok(Self {
            script: read("web.js")?,
            wasm: read("web_bg.wasm")?,
            compare_script: read("web_compare.js")?,
            compare_wasm: read("web_compare_bg.wasm")?,
        })
    }
}

/// All assets of a site.
#[derive(Clone, Debug)]
pub(crate) struct Assets {
    pub(crate) style: Asset,
    pub(crate) script: Asset,
    pub(crate) icon: Asset,
    /// `None` for a site without the module of the browser: its pages are complete, but still.
    pub(crate) explorer: Option<Explorer>,
}

/// What a project page needs for exploring.
#[derive(Clone, Debug)]
pub(crate) struct Explorer {
    /// Our script that starts the module.
    pub(crate) start: Asset,
    /// Our script that starts it on the page of comparisons.
    pub(crate) compare: Asset,
    /// The script of the module, as wasm-bindgen made it.
    pub(crate) script: Asset,
    pub(crate) wasm: Asset,
    /// Those of the module of the page of comparisons.
    pub(crate) compare_script: Asset,
    pub(crate) compare_wasm: Asset,
}

impl Assets {
    /// The assets that are built in, and the module if there is one.
    pub(crate) fn new(module: Option<Module>) -> Self {
        let asset = |stem, extension, bytes| Asset::new(FOLDER, stem, extension, bytes);
        // A script that starts a module, with the name that the script of the module has on the site.
        let naming = |start: &str, name: &str, script: &Asset| {
            let path = script.path.rsplit_once('/').map_or(&*script.path, |(_, name)| name);
            start.replace(name, &format!("./{path}")).into_bytes()
        };
        let explorer = module.map(|Module { script, wasm, compare_script, compare_wasm }| {
            let script = asset("web", "js", script);
            let compare_script = asset("web_compare", "js", compare_script);
            Explorer {
                start: asset("explore", "js", naming(EXPLORE, "./web.js", &script)),
                compare: asset(
                    "compare",
                    "js",
                    naming(COMPARE, "./web_compare.js", &compare_script),
                ),
                script,
                wasm: asset("web_bg", "wasm", wasm),
                compare_script,
                compare_wasm: asset("web_compare_bg", "wasm", compare_wasm),
            }
        });
        Self {
            style: asset("style", "css", STYLE.into()),
            script: asset("page", "js", include_bytes!("../../assets/page.js").to_vec()),
            icon: asset("icon", "svg", include_bytes!("../../assets/icon.svg").to_vec()),
            explorer,
        }
    }

    /// The files, by path.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let Self { style, script, icon, explorer } = self;
        let explorer = explorer.iter().flat_map(|it| {
            let own = [&it.start, &it.script, &it.wasm];
            own.into_iter().chain([&it.compare, &it.compare_script, &it.compare_wasm])
        });
        [style, script, icon].into_iter().chain(explorer).map(Asset::file).collect()
    }
}
