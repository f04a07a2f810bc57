//! From the store to the site: reads rows, makes pages and cubes, writes what changed.

mod assets;
mod books;
mod card;
mod cli;
mod ecosystem;
mod frame;
mod make;
mod output;
mod progress;
mod project;
mod publish;
mod run;
mod shared;
mod site;
mod state;
mod summary;

pub use assets::{Asset, Module};
pub use books::{Books, make_books};
pub use cli::{BooksPlace, Cli, Command, SummaryArgs, WorkbooksArgs};
pub use make::{Cards, CubeSize, Inputs, Made, MakeError, make};
pub use output::{OutputError, Written};
pub use publish::{CubeError, Read, read};
pub use run::{Failure, Outcome, exit, run};
pub use site::{FileDigest, Site};
