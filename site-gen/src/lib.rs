//! From the store to the site: reads rows, makes pages and cubes, writes what changed.

mod assets;
mod cli;
mod make;
mod output;
mod publish;
mod run;
mod site;
mod state;

pub use assets::{Asset, Module};
pub use cli::Cli;
pub use make::{CubeSize, Inputs, Made, make};
pub use output::{OutputError, Written};
pub use publish::{CubeError, cube_of};
pub use run::{Failure, Outcome, exit, run};
pub use site::{FileDigest, Site};
