//! Small cubes for the tests.

use std::sync::LazyLock;

use cube::{Builder, Cube, Days};
use downloads::{Day, DayState, Field, Mirrors, parse_day};

use crate::{Context, Extent};

pub(crate) fn day(text: &str) -> Day {
    parse_day(text).unwrap()
}

/// One state a letter: `f` final, `p` provisional, `s` suspect, `-` not collected.
pub(crate) fn states(letters: &str) -> Vec<DayState> {
    let state = |letter| match letter {
        'f' => DayState::Final,
        'p' => DayState::Provisional,
        's' => DayState::Suspect,
        _ => DayState::NotCollected,
    };
    letters.chars().map(state).collect()
}

/// The values of one row; the others are not known.
pub(crate) fn row<'a>(values: &[(Field, &'a str)]) -> [&'a str; 12] {
    let mut fields = [""; 12];
    for &(field, value) in values {
        fields[field as usize] = value;
    }
    fields
}

/// Of a project of this name, with the usual mirrors.
pub(crate) fn context(project: &str) -> Context<'_> {
    static MIRRORS: LazyLock<Mirrors> = LazyLock::new(Mirrors::default);
    Context { project, mirrors: &MIRRORS, extent: Extent::Whole, releases: None }
}

/// Twelve weeks with everything awkward: a gap, provisional days, a break, zero days, markup in a version,
/// and values that were gathered.
pub(crate) fn awkward() -> Cube {
    let first = day("2026-06-20");
    let letters = format!("{}{}{}ppp", "f".repeat(40), "-".repeat(9), "f".repeat(32));
    let states = states(&letters);
    let mut builder = Builder::new(Mirrors::default());
    for (at, date) in first.iter_days().take(states.len()).enumerate() {
        if !states[at].is_collected() || at % 20 == 7 {
            continue;
        }
        let mut push = |version, python, installer, ci, downloads| {
            let fields = row(&[
                (Field::CountryCode, if at % 3 == 0 { "DE" } else { "US" }),
                (Field::Version, version),
                (Field::Type, "bdist_wheel"),
                (Field::InstallerName, installer),
                (Field::ImplementationVersion, python),
                (Field::SystemName, "Linux"),
                (Field::Cpu, "x86_64"),
                (Field::Ci, ci),
            ]);
            builder.push(date, &fields, downloads).unwrap();
        };
        let week = at as u64 % 7;
        push("1.0", "3.11.4", "pip", "", 900 + 40 * week);
        push("1.1", "3.12.1", "uv", "true", 20 * at as u64 + 1);
        push("<b>2.0 & \"co\"\u{202e}", "3.13.0", "pip", "", 17);
        push("1.0", "", "", "", 60);
        push("0.9", "3.9.2", "bandersnatch", "", 5);
    }
    builder.finish(Days::new(first, states), 1000).gather(3)
}
