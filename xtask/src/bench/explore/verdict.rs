//! What was measured in the browser beside what is promised.

use anyhow::Context;
use serde_json::Value;

use crate::bench::figures::Figures;

/// From the first byte asked for to all history ready, in milliseconds; of all engines alike when the browser was at rest
/// before.
const READY: f64 = 400.0;

/// The question without a page around, in milliseconds, and how many times faster than the others it is.
const QUESTION: f64 = 12.0;
const FASTER: f64 = 5.0;

/// From a click to the new layout, in milliseconds, of each project.
const CLICK: [(&str, f64); 2] = [("typical", 16.0), ("large", 50.0)];

/// Module and JavaScript, gzipped; and all that is needed to filter the newest year; in bytes.
const MODULE: u64 = 150_000;
const NEWEST_YEAR: f64 = 300_000.0;

/// Bytes a row, on the way and in memory.
const SENT: f64 = 1.5;
const HELD: f64 = 8.0;

/// How the engines are called, by their name in the measurements.
const OTHERS: [(&str, &str); 4] = [
    ("crossfilter", "crossfilter2 (Arrow)"),
    ("arquero", "arquero (Arrow)"),
    ("duckdb-parquet", "duckdb-wasm 1.28 (Parquet)"),
    ("duckdb-arrow", "duckdb-wasm 1.32 (Arrow)"),
];

/// Adds all figures. `module` and `parquet` are sizes in bytes.
pub(super) fn add(
    measured: &Value,
    module: u64,
    parquet: u64,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let engines = &measured["engines"];
    let (ours, engine) = (&engines["module"], &engines["engine"]);
    let rows = number(&engine["rows"])?;
    figures.note("rows", format!("{rows:.0}"));

    let (mut soonest, mut fastest) = (f64::INFINITY, f64::INFINITY);
    for (key, name) in OTHERS {
        let other = &engines[key];
        let (ready, question) = (median(&other["ready"])?, median(&other["question"])?);
        (soonest, fastest) = (soonest.min(ready), fastest.min(question));
        figures.note(format!("{name}: ready"), ms(ready));
        figures.note(format!("{name}: the question"), ms(question));
        if !other["oneMore"].is_null() {
            let words = format!("{name}: the same, one filter there already");
            figures.note(words, ms(median(&other["oneMore"])?));
        }
        figures.note(format!("{name}: bytes"), kb(number(&other["bytes"])?));
        let held = number(&other["heap"])? + number(&other["wasm"])?;
        figures.note(format!("{name}: memory"), mb(held));
    }

    let ready = median(&ours["ready"])?;
    let words = format!("at most {READY} ms, and less than {}", ms(soonest));
    figures.bound("ours: ready", ms(ready), words, ready <= READY && ready < soonest);
    let question = median(&engine["question"])?;
    let words = format!("at most {QUESTION} ms");
    figures.bound("ours: the question", ms(question), words, question <= QUESTION);
    let faster = fastest / question;
    let words = format!("at least {FASTER} times as fast as the fastest");
    figures.bound("ours: times faster", format!("{faster:.1}"), words, faster >= FASTER);

    let module_words = format!("at most {} kB", MODULE / 1000);
    let sent = number(&ours["bytes"])?;
    figures.bound("ours: module and JavaScript", kb(module as f64), module_words, module <= MODULE);
    let words = format!("at most the Parquet file, {}", kb(parquet as f64));
    figures.bound("ours: bytes with module", kb(sent), words, sent <= parquet as f64);
    let cube = sum(&ours["partBytes"])?;
    let words = format!("at most {SENT}");
    figures.bound("ours: bytes a row", format!("{:.2}", cube / rows), words, cube / rows <= SENT);
    let held = number(&ours["heap"])? + number(&ours["wasm"])?;
    figures.note("ours: memory", mb(held));
    let words = format!("at most {HELD}");
    let a_row = held / rows;
    figures.bound("ours: memory a row", format!("{a_row:.1}"), words, a_row <= HELD);
    for (at, (bytes, time)) in
        list(&ours["partBytes"])?.iter().zip(list(&engine["decoded"])?).enumerate()
    {
        let words = format!("ours: part {}, inflated and decoded in", at + 1);
        let inflated = number(&engine["inflated"][at])?;
        let what = format!("{}, {}, {}", kb(*bytes), kb(inflated), ms(time));
        figures.note(words, what);
    }

    let small = &measured["small"];
    figures.note("typical project: rows", format!("{:.0}", number(&small["rows"])?));
    figures.note("typical project: the question", ms(median(&small["question"])?));

    for (project, bound) in CLICK {
        let page = &measured["pages"][project];
        let name = |what: &str| format!("page of {project}: {what}");
        figures.note(name("ready"), ms(median(&page["ready"])?));
        figures.note(name("newest year ready"), ms(median(&page["newest"])?));
        let click = median(&page["click"])?;
        let words = format!("at most {bound} ms");
        figures.bound(name("click to layout"), ms(click), words, click <= bound);
        figures.note(name("of which the module"), ms(median(&page["render"])?));
        let sets = list(&page["medians"])?;
        let fastest = sets.iter().copied().fold(f64::INFINITY, f64::min);
        let slowest = sets.iter().copied().fold(0.0, f64::max);
        let words = format!("{} to {}", ms(fastest), ms(slowest));
        figures.note(name("click to layout, from set to set"), words);
        figures.note(name("HTML of the view"), kb(number(&page["html"])?));
        let first = number(&page["firstBytes"])?;
        let words = format!("at most {}", kb(NEWEST_YEAR));
        figures.bound(name("bytes to filter a year"), kb(first), words, first <= NEWEST_YEAR);
    }
    Ok(())
}

fn number(value: &Value) -> anyhow::Result<f64> {
    value.as_f64().context("a figure was not measured")
}

fn list(values: &Value) -> anyhow::Result<Vec<f64>> {
    values.as_array().context("figures were not measured")?.iter().map(number).collect()
}

fn sum(values: &Value) -> anyhow::Result<f64> {
    Ok(list(values)?.iter().sum())
}

fn median(values: &Value) -> anyhow::Result<f64> {
    let mut values = list(values)?;
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().context("nothing was measured")
}

fn ms(time: f64) -> String {
    format!("{time:.1} ms")
}

fn kb(bytes: f64) -> String {
    format!("{:.0} kB", bytes / 1e3)
}

fn mb(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn half_of_the_times_are_not_above_the_median() {
        assert_eq!(median(&json!([3.0, 1.0, 2.0])).ok(), Some(2.0));
        assert!(median(&json!([])).is_err(), "nothing is no time");
        assert!(median(&Value::Null).is_err());
    }
}
