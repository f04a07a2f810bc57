//! The predecessor's day: one more day merged, all workbooks and the summary written, from the store of 5 million
//! downloads.

use std::{fs, time::Duration};

use super::{
    ROUNDS,
    data::{Bench, TODAY},
    figures::Figures,
    import::seconds,
    measure::{Usage, measure},
};
use crate::{terminal::step, workspace::remove_folder};

/// What the predecessor took for the same day, in seconds of processor time, and its memory in bytes; measured on another
/// machine of this kind.
const PREDECESSOR: (f64, u64) = (384.0, 1_970_000_000);

/// How many times less processor time is promised.
const TIMES_LESS: f64 = 100.0;

/// How much memory may be taken, in bytes.
const MEMORY: u64 = 250_000_000;

pub(super) fn measure_workbooks(bench: &Bench<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    let folder = bench.folder.join("workbooks");
    let (store, books) = (folder.join("store"), folder.join("books"));
    let (five, day) = (bench.file("pypi_5m.csv")?, bench.file("newday.csv")?);
    let mut best: Option<[Usage; 2]> = None;
    for round in 1..=ROUNDS {
        remove_folder(&folder)?;
        fs::create_dir_all(&folder)?;
        step("import 5 million downloads", || measure(&bench.import(&five, &store)))?;
        let mut workbooks = bench.program("site-gen");
        workbooks.args(["workbooks", "--summary", "--quiet", "--today", TODAY, "--config"]);
        workbooks.arg(bench.workspace.root.join("config.yaml")).arg("--store").arg(&store);
        workbooks.arg("--output").arg(&books);
        let usages = [
            ("merge a day", bench.import(&day, &store)),
            ("write 20 workbooks and the summary", workbooks),
        ];
        let mut taken = Vec::new();
        for (what, command) in &usages {
            taken.push(step(&format!("{what} ({round} of {ROUNDS})"), || measure(command))?);
        }
        let [merged, written] = taken[..] else { continue };
        best = Some(match best {
            None => [merged, written],
            Some([a, b]) => [a.best(merged), b.best(written)],
        });
    }
    let Some([merged, written]) = best else { return Ok(()) };
    let books = fs::read_dir(&books)?.count() as u32 - 1;
    figures.note("workbooks: merge a day: CPU", seconds(merged.cpu));
    figures
        .note("workbooks: read the store, write them and the summary: CPU", seconds(written.cpu));
    figures.note("workbooks: each of them: CPU", milliseconds(written.cpu / books));
    let all = merged.cpu + written.cpu;
    let bound = Duration::from_secs_f64(PREDECESSOR.0 / TIMES_LESS);
    figures.bound(
        "workbooks: the predecessor's day: CPU",
        seconds(all),
        format!("at most {}, a {TIMES_LESS:.0}th of the predecessor's", seconds(bound)),
        all <= bound,
    );
    let peak = merged.peak.max(written.peak);
    figures.bound(
        "workbooks: the predecessor's day: memory",
        format!("{} MB", peak / 1_000_000),
        format!("under {} MB (the predecessor: {})", MEMORY / 1_000_000, PREDECESSOR.1 / 1_000_000),
        peak < MEMORY,
    );
    Ok(())
}

fn milliseconds(time: Duration) -> String {
    format!("{:.0} ms", time.as_secs_f64() * 1000.0)
}
