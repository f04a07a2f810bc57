//! Small projects to make files of.

use chrono::DateTime;
use cube::{Builder, Cube, Days};
use downloads::{Day, DayState, Mirrors, ProjectName, parse_day};

use crate::{Exported, Pypistats, Source, project_files};

/// A row of the store: day, fields in the order of [`downloads::FIELDS`], downloads.
pub(super) type Row = (Day, [String; 12], u64);

/// What a project is made from.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) rows: Vec<Row>,
    pub(super) days: Days,
    /// How many values of a dimension the published cube tells apart.
    pub(super) limit: usize,
}

/// A row as a test writes it: days after the first, version, Python, installer, system, CI mark, downloads.
pub(super) type Short<'a> = (u64, &'a str, &'a str, &'a str, &'a str, &'a str, u64);

/// A project whose days begin with `first` and are in these states: `.` not collected, `p` provisional,
/// `f` final.
pub(super) fn sample(first: &str, states: &str, rows: &[Short<'_>]) -> Sample {
    let first = parse_day(first).unwrap();
    let state = |it| match it {
        '.' => DayState::NotCollected,
        'p' => DayState::Provisional,
        _ => DayState::Final,
    };
    let row = |&(at, version, python, installer, system, ci, downloads): &Short<'_>| {
        let fields =
            ["US", version, "sdist", installer, "CPython", python, "", "", system, "", "", ci];
        (first + chrono::Days::new(at), fields.map(String::from), downloads)
    };
    Sample {
        rows: rows.iter().map(row).collect(),
        days: Days::new(first, states.chars().map(state).collect()),
        limit: 1000,
    }
}

/// The one that most tests look at: eight days with a gap, the last two provisional.
pub(super) fn small() -> Sample {
    sample(
        "2026-08-20",
        "fff.ffpp",
        &[
            (0, "1.0", "3.11.4", "pip", "Linux", "", 5),
            (0, "1.0", "2.7.18", "pip", "Windows", "true", 2),
            (0, "1.0", "", "bandersnatch", "", "", 3),
            (1, "1.0", "", "", "", "", 4),
            (4, "1.10", "3.12.*", "uv", "Darwin", "", 6),
            (6, "1.9", "3.11.9", "pip", "Linux", "", 7),
            (7, "1.9", "3.9.2+", "pip", "FreeBSD", "", 1),
            (7, "dev", "weird", "pip", "Linux", "", 9),
            (7, "", "3.11.4", "pip", "Linux", "", 1),
        ],
    )
}

impl Sample {
    pub(super) fn whole(&self) -> Cube {
        let mut builder = Builder::new(Mirrors::default());
        for (day, fields, downloads) in &self.rows {
            builder.push(*day, &fields.each_ref().map(String::as_str), *downloads).unwrap();
        }
        builder.finish(self.days.clone(), usize::MAX)
    }

    pub(super) fn published(&self) -> Cube {
        self.whole().gather(self.limit)
    }

    pub(super) fn made(&self, base_url: Option<&str>) -> Exported {
        let (whole, published, mirrors) = (self.whole(), self.published(), Mirrors::default());
        let mut pypistats = Pypistats::default();
        for (day, fields, downloads) in &self.rows {
            pypistats.push(*day, &fields.each_ref().map(String::as_str), *downloads);
        }
        let recent = metrics::recent(&whole, &mirrors);
        let name = ProjectName::new("Ruamel.YAML").unwrap();
        let source = Source {
            project: &name,
            spelled: "Ruamel.YAML",
            description: Some("YAML <1.2>"),
            collected: DateTime::from_timestamp(1_787_900_000, 0),
            whole: &whole,
            published: &published,
            recent: recent.as_ref(),
            mirrors: &mirrors,
            base_url,
        };
        project_files(&source, pypistats)
    }

    /// The text of one file.
    pub(super) fn text(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path)).unwrap()
    }

    /// One file.
    pub(super) fn bytes(&self, path: &str) -> Vec<u8> {
        let files = self.made(Some("https://example.org/")).files;
        files.into_iter().find(|it| it.path == path).expect(path).bytes
    }

    /// One JSON file.
    pub(super) fn json(&self, path: &str) -> serde_json::Value {
        serde_json::from_slice(&self.bytes(path)).unwrap()
    }
}
