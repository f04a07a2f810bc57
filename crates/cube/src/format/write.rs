//! Writing a part.

use downloads::{BREAKS, DayState, Dimension};

use super::{MAGIC, NEWEST, OLDER, ONE_BYTE, RUNS, SINGLE, VERSION, by_rows};
use crate::{Cube, Days, Dictionary, ROW_ORDER, Value, part::Part};

/// A part as bytes; with the history of the whole cube if it is the newest.
pub(crate) fn encode(
    part: &Part,
    days: &Days,
    dictionaries: &[Dictionary; Dimension::COUNT],
    history: Option<&Cube>,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(part.row_days.len() * 4);
    out.extend(MAGIC);
    out.push(VERSION);
    match history {
        Some(cube) => {
            out.push(NEWEST);
            encode_history(&mut out, cube);
        }
        None => out.push(OLDER),
    }
    let first = days.first().map_or(0, |_| days.day(part.first).to_epoch_days());
    out.extend(first.to_le_bytes());
    number(&mut out, part.days);
    for (codes, dictionary) in part.codes.iter().zip(dictionaries) {
        number(&mut out, codes.len());
        for &code in codes {
            text(
                &mut out,
                match &dictionary.values[usize::from(code)] {
                    Value::Known(text) => text,
                    Value::Unknown => "",
                    Value::Other => "\0",
                },
            );
        }
    }
    encode_combinations(&mut out, part);
    let order = by_rows(&part.starts);
    for rows in part.starts.windows(2) {
        number(&mut out, (rows[1] - rows[0]) as usize);
    }
    for &combination in &order {
        let mut before = 0;
        for &day in &part.row_days[part.rows(combination as usize)] {
            number(&mut out, usize::from(day - before));
            before = day;
        }
    }
    let rows = order.iter().flat_map(|&combination| part.rows(combination as usize));
    let counts: Vec<u32> = rows.map(|row| part.counts.get(row)).collect();
    if counts.first().is_some_and(|&first| first > 1) {
        number(&mut out, 0);
    }
    for run in counts.chunk_by(|&a, &b| (a == 1) == (b == 1)) {
        number(&mut out, run.len());
    }
    for count in counts.into_iter().filter(|&count| count > 1) {
        number(&mut out, count as usize - 2);
    }
    out
}

fn encode_history(out: &mut Vec<u8>, cube: &Cube) {
    let days = cube.days();
    out.extend(days.first().map_or(0, |day| day.to_epoch_days()).to_le_bytes());
    number(out, days.len());
    for run in days.states().chunk_by(|a, b| a == b) {
        out.push(match run[0] {
            DayState::NotCollected => 0,
            DayState::Provisional => 1,
            DayState::Final => 2,
            DayState::Suspect => 3,
        });
        number(out, run.len());
    }
    for dictionary in &cube.dictionaries {
        number(out, dictionary.gathered as usize);
    }
    let inside = || BREAKS.iter().filter_map(|it| Some((days.index(it.day)?, it.id)));
    number(out, inside().count());
    for (place, id) in inside() {
        number(out, place);
        text(out, id);
    }
}

fn encode_combinations(out: &mut Vec<u8>, part: &Part) {
    let profiles = part.combinations.len() - 1;
    number(out, profiles);
    for (place, codes) in part.profiles.iter().enumerate() {
        encode_column(out, codes, part.codes[ROW_ORDER[place] as usize].len());
    }
    // For each profile its versions, for each of them its countries.
    let (mut versions, mut countries) = (Vec::new(), Vec::new());
    let mut pairs = 0;
    for combinations in part.combinations.windows(2) {
        let combinations: Vec<[usize; 2]> =
            (combinations[0]..combinations[1]).map(|at| part.leaves.get(at as usize)).collect();
        let mut before = 0;
        let mut of_profile = 0;
        for version in combinations.chunk_by(|a, b| a[0] == b[0]) {
            number(&mut versions, version[0][0] - before);
            number(&mut versions, version.len());
            before = version[0][0];
            of_profile += 1;
            let mut before = 0;
            for &[_, country] in version {
                number(&mut countries, country - before);
                before = country;
            }
        }
        number(out, of_profile);
        pairs += of_profile;
    }
    number(out, pairs);
    out.extend(versions);
    out.extend(countries);
}

fn encode_column(out: &mut Vec<u8>, codes: &[u16], values: usize) {
    let mut runs = Vec::new();
    let mut count = 0;
    for run in codes.chunk_by(|a, b| a == b) {
        number(&mut runs, usize::from(run[0]));
        number(&mut runs, run.len());
        count += 1;
    }
    // Runs pay if they are few: single codes are squeezed to about a third by gzip, runs much less.
    if count < codes.len() / 2 {
        out.push(RUNS);
        out.extend(runs);
        return;
    }
    out.push(SINGLE);
    out.extend(codes.iter().map(|code| *code as u8));
    if values > ONE_BYTE {
        out.extend(codes.iter().map(|code| (code >> 8) as u8));
    }
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len());
    out.extend(text.as_bytes());
}

fn number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
