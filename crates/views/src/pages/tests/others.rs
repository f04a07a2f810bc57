//! All pages but those of projects.

use chrono::{DateTime, Utc};
use cube::Cube;
use downloads::ProjectName;
use metrics::{Bin, Period, PeriodCounts, PeriodRow, Role};

use super::*;

fn collected() -> DateTime<Utc> {
    chrono::Utc.with_ymd_and_hms(2026, 9, 12, 3, 10, 0).unwrap()
}

fn quality(cube: &Cube) -> QualityFigures {
    let first = cube.days().first().unwrap();
    let mut states = cube.days().states().to_vec();
    states[5] = DayState::Suspect;
    QualityFigures::of(first, states, 3, Some(collected())).unwrap()
}

fn revision<'a>(name: &'a ProjectName, label: &'a str, kind: &'a str) -> RevisionRow<'a> {
    let (seen_at, day) = (collected(), day("2026-09-08"));
    RevisionRow { seen_at, name, label, day, before: 1_000, after: 1_010, kind }
}

const SCRIPT: Asset<'static> = Asset { path: "assets/compare.1.js", integrity: "sha256-1" };

const COMPARER: Comparer<'static> = Comparer { start: SCRIPT, module: SCRIPT, wasm: SCRIPT };

const BILLED: BilledRow = BilledRow {
    month: match downloads::Day::from_ymd_opt(2026, 9, 1) {
        Some(day) => day,
        None => panic!("a day"),
    },
    queries: 61,
    bytes: 123 << 30,
    unknown: 1,
    micro_dollars: 750_733,
};

/// All of them, with this text wherever one from outside can be.
pub(super) fn pages(text: &str, cube: &Cube) -> Vec<String> {
    let name: ProjectName = "mini".parse().unwrap();
    let address = format!("https://{text}/");
    let frame = Frame {
        base_url: Some(&address),
        path: Some("x/"),
        card: Some("og.png"),
        data_to: Some(day("2026-08-31")),
        ..frame("../", text, Some(text))
    };
    let (figures, quality) = (RowFigures::of(cube).unwrap(), quality(cube));
    let mirrors = Mirrors::new([text.to_owned()]);
    let row = ProjectRow { name: &name, label: text, figures: Some(&figures) };
    let examples = [Example { title: text, address: "api/x.json", excerpt: text }];
    let schemas = ["api/v1/schema/project.json"];
    let pages = [
        IndexPage {
            frame: Frame { root: "", ..frame },
            description: Some(text),
            rows: &[row, ProjectRow { figures: None, ..row }],
        }
        .html(),
        QualityPage {
            frame,
            rows: &[QualityRow { name: &name, label: text, figures: Some(&quality) }],
            lookback: 3,
            revisions: &[revision(&name, text, text), revision(&name, text, "suspect")],
            revisions_in_all: 7,
            billed: &[BILLED],
            budget: 1 << 40,
        }
        .html(),
        AboutPage { frame, mirrors: &mirrors, lookback: 3 }.html(),
        ApiPage { frame, project: Some(&name), examples: &examples, schemas: &schemas }.html(),
        DataPage { frame, project: Some(&name), has_summary: true }.html(),
        ComparePage {
            frame,
            rows: &[row, ProjectRow { figures: None, ..row }],
            comparer: Some(COMPARER),
        }
        .html(),
        NotFoundPage { frame: Frame { base_url: None, root: "/base/", ..frame } }.html(),
        with_ecosystem(text, |figures| {
            EcosystemPage { frame, figures, files: [FILE; 2], summary: Some(FILE) }.html()
        }),
        with_ecosystem(text, |figures| {
            EcosystemsPage { frame, ecosystems: &[figures], left_out: &[text], summary: Some(FILE) }
                .html()
        }),
    ];
    pages.map(Result::unwrap).into()
}

const FILE: DataFile<'static> = DataFile { path: "data/ecosystems/mini.csv", size: 1_234 };

/// Makes something of an ecosystem of two projects: two months, the second of which is not over and misses a day.
fn with_ecosystem<T>(text: &str, make: impl FnOnce(EcosystemFigures<'_>) -> T) -> T {
    let [base, parent] = ["mini", "mini-parent"].map(|name| name.parse::<ProjectName>().unwrap());
    let row = |period, [a, b]: [u64; 2], missing| {
        let (downloads, counted) = (vec![a, b], vec![a - b, b]);
        PeriodRow { counts: PeriodCounts { period, downloads, counted }, missing }
    };
    let (july, august) = (day("2026-07-01"), day("2026-08-01"));
    let rows = [
        row(Period::All, [1_234, 34], 1),
        row(Period::Year(2026), [1_234, 34], 1),
        row(Period::Month(july), [1_000, 4], 0),
        row(Period::Month(august), [234, 30], 1),
    ];
    let whole = Bin {
        first: july,
        last: day("2026-07-31"),
        collected: 31,
        missing: 0,
        provisional: 0,
        suspect: 0,
        before: 0,
        after: 0,
        cut: 0,
    };
    let open = Bin {
        first: august,
        last: day("2026-08-31"),
        collected: 19,
        missing: 1,
        after: 11,
        ..whole
    };
    make(EcosystemFigures {
        name: text,
        address: "mini",
        vendor: Some(text),
        formula: "B + mini-parent, with B = max(0, mini − mini-parent)",
        projects: &[(&base, Role::Base), (&parent, Role::Parent)],
        never: &[],
        rows: &rows,
        months: &[whole, open],
        gaps: &[(day("2026-08-03"), day("2026-08-03"))],
        sides: Some(EcosystemSides {
            name: text,
            names: [text, text],
            bounds: &[("mini", "1.0")],
            rows: &[(Period::All, [7, 1_227]), (Period::Year(2026), [7, 1_227])],
        }),
    })
}

#[test]
fn the_page_of_an_ecosystem_reads_like_this() {
    let html = with_ecosystem("Mini & <co>", |figures| {
        let frame = Frame {
            path: Some("ecosystems/mini/"),
            data_to: Some(day("2026-08-20")),
            ecosystems: true,
            ..frame("../../", "Sample <data>", None)
        };
        EcosystemPage { frame, figures, files: [FILE; 2], summary: Some(FILE) }.html().unwrap()
    });
    // The drawings have tests of their own.
    let (before, drawings) = html.split_once("<svg class=\"chart").unwrap();
    let (_, after) = drawings.rsplit_once("</svg>\n</div>\n<ul class=\"legend-list\">").unwrap();
    insta::assert_snapshot!(format!("{before}(drawings){after}"));
}

#[test]
fn an_ecosystem_without_data_says_so() {
    let html = with_ecosystem("Mini", |figures| {
        let figures = EcosystemFigures { rows: &figures.rows[..1], months: &[], ..figures };
        let frame = frame("../../", "Site", None);
        EcosystemPage { frame, figures, files: [FILE; 2], summary: Some(FILE) }.html().unwrap()
    });
    assert!(
        html.contains("Nothing has been collected for its projects yet.")
            && !html.contains("<svg class=\"chart")
    );
}

#[test]
fn the_index_reads_like_this() {
    let [mini, void] = ["mini", "void"].map(|name| name.parse::<ProjectName>().unwrap());
    let figures = RowFigures::of(&awkward()).unwrap();
    let rows = [
        ProjectRow { name: &mini, label: "mini & co", figures: Some(&figures) },
        ProjectRow { name: &void, label: "void", figures: None },
    ];
    let frame = Frame {
        base_url: Some("https://example.org/a/"),
        path: Some(""),
        card: Some("og.png"),
        data_to: Some(figures.last),
        ..frame("", "Sample <data>", Some("Made up."))
    };
    let page = IndexPage { frame, description: Some("What it is."), rows: &rows };
    insta::assert_snapshot!(page.html().unwrap());
}

#[test]
fn the_page_of_data_quality_reads_like_this() {
    let [mini, void] = ["mini", "void"].map(|name| name.parse::<ProjectName>().unwrap());
    let figures = quality(&awkward());
    let page = QualityPage {
        frame: Frame { path: Some("quality/"), ..frame("../", "Sample <data>", None) },
        rows: &[
            QualityRow { name: &mini, label: "mini & co", figures: Some(&figures) },
            QualityRow { name: &void, label: "void", figures: None },
        ],
        lookback: 3,
        revisions: &[revision(&mini, "mini & co", "revised")],
        revisions_in_all: 1,
        billed: &[BILLED],
        budget: 1 << 40,
    };
    insta::assert_snapshot!(page.html().unwrap());
}

#[test]
fn the_page_for_nothing_reads_like_this() {
    let page = NotFoundPage { frame: frame("/base/", "Sample <data>", None) };
    insta::assert_snapshot!(page.html().unwrap());
}

#[test]
fn a_site_without_data_has_all_its_pages() {
    let name: ProjectName = "void".parse().unwrap();
    let frame = frame("", "Site", None);
    let rows = [ProjectRow { name: &name, label: "void", figures: None }];
    let index = IndexPage { frame, description: None, rows: &rows }.html().unwrap();
    assert!(index.contains("Nothing collected yet"));
    let quality = QualityPage {
        frame,
        rows: &[QualityRow { name: &name, label: "void", figures: None }],
        lookback: 3,
        revisions: &[],
        revisions_in_all: 0,
        billed: &[],
        budget: 1 << 40,
    };
    let quality = quality.html().unwrap();
    assert!(quality.contains("Nothing has been collected yet."));
    assert!(quality.contains("BigQuery was never asked"));
    let api = ApiPage { frame, project: None, examples: &[], schemas: &[] }.html().unwrap();
    let data = DataPage { frame, project: None, has_summary: false }.html().unwrap();
    for html in [api, data] {
        assert!(html.contains("NAME") && !html.contains("data/NAME.csv\""), "a link to nothing");
    }
}

#[test]
fn absolute_addresses_need_a_known_site() {
    let about = |base_url| {
        let frame = Frame {
            base_url,
            path: Some("about/"),
            card: Some("og.png"),
            ..frame("../", "Site", None)
        };
        AboutPage { frame, mirrors: &Mirrors::default(), lookback: 3 }.html().unwrap()
    };
    let known = about(Some("https://example.org/a/"));
    for needed in [
        "<link rel=\"canonical\" href=\"https://example.org/a/about/\">",
        "<meta property=\"og:image\" content=\"https://example.org/a/og.png\">",
        "https://example.org/a/data/index.json",
    ] {
        assert!(known.contains(needed), "{needed}");
    }
    assert!(!known.contains("YOUR-SITE") && !known.contains("data-address"));
    let unknown = about(None);
    assert!(!unknown.contains("canonical") && !unknown.contains("og:"));
    let html = Html::parse_document(&unknown);
    for place in html.select(&Selector::parse("code, pre").unwrap()) {
        let text: String = place.text().collect();
        assert_eq!(text.contains(SOMEWHERE), place.attr("data-address").is_some(), "{text}");
    }
}

#[test]
fn everything_known_of_the_source_has_an_address_on_the_page_about_it() {
    let page =
        AboutPage { frame: frame("../", "Site", None), mirrors: &Mirrors::default(), lookback: 3 };
    let html = Html::parse_document(&page.html().unwrap());
    let breaks = downloads::BREAKS.map(|it| (it.id, it.reference));
    let incidents = downloads::INCIDENTS.map(|it| (it.id, it.reference));
    for (id, reference) in breaks.into_iter().chain(incidents) {
        let link = Selector::parse(&format!("[id={id}] a[href]")).unwrap();
        let link = html.select(&link).next().unwrap_or_else(|| panic!("{id} is not there"));
        assert_eq!(link.attr("href"), Some(reference));
    }
    for mark in downloads::MARKS {
        let mark = Selector::parse(&format!("[id=since-{}]", mark.day)).unwrap();
        assert!(html.select(&mark).next().is_some());
    }
}

#[test]
fn a_change_across_a_break_has_a_mark_and_its_note() {
    let name: ProjectName = "mini".parse().unwrap();
    let states = vec![DayState::Final; 60];
    let page = |first: &str| {
        let mut builder = Builder::new(Mirrors::default());
        for date in day(first).iter_days().take(60) {
            builder.push(date, &row(&[(Field::Version, "1.0")]), 7).unwrap();
        }
        let cube = builder.finish(Days::new(day(first), states.clone()), 9);
        let figures = RowFigures::of(&cube).unwrap();
        let rows = [ProjectRow { name: &name, label: "mini", figures: Some(&figures) }];
        IndexPage { frame: frame("", "Site", None), description: None, rows: &rows }.html().unwrap()
    };
    let across = page("2026-08-01");
    assert!(across.contains("0.0\u{a0}%*</td>"), "{across}");
    assert!(across.contains("add up two ways of counting: since 24 Aug 2026"));
    assert!(across.contains("about/#counting-changed") && across.contains("class=\"break\""));
    let after = page("2026-08-24");
    assert!(!after.contains('*') && !after.contains("class=\"break\""), "{after}");
    assert!(!after.contains("two ways of counting"));
}

#[test]
fn rows_are_small() {
    let name: ProjectName = "a-project-of-some-length".parse().unwrap();
    let states = vec![DayState::Final; 700];
    let mut builder = Builder::new(Mirrors::default());
    let first = day("2025-01-20");
    for (at, date) in first.iter_days().take(states.len()).enumerate() {
        let downloads = 1_234_567 + 98_765 * (at as u32 * 7919 % 41);
        builder.push(date, &row(&[(Field::InstallerName, "pip")]), downloads.into()).unwrap();
    }
    let cube = builder.finish(Days::new(first, states), 9);
    let figures = RowFigures::of(&cube).unwrap();
    let ledger = quality(&cube);
    let index = |rows: &[ProjectRow<'_>]| {
        IndexPage { frame: frame("", "Site", None), description: None, rows }.html().unwrap().len()
    };
    let row = ProjectRow { name: &name, label: name.as_str(), figures: Some(&figures) };
    let bytes = index(&[row; 11]) - index(&[row]);
    assert!(bytes <= 7000, "{} bytes a row of the index", bytes / 10);
    let quality = |rows: &[QualityRow<'_>]| {
        let frame = frame("../", "Site", None);
        let (revisions, billed) = (&[][..], &[][..]);
        let page = QualityPage {
            frame,
            rows,
            lookback: 3,
            revisions,
            revisions_in_all: 0,
            billed,
            budget: 0,
        };
        page.html().unwrap().len()
    };
    let row = QualityRow { name: &name, label: name.as_str(), figures: Some(&ledger) };
    let bytes = quality(&[row; 11]) - quality(&[row]);
    assert!(bytes <= 6000, "{} bytes a row of the page of data quality", bytes / 10);
}

#[test]
fn the_page_of_comparisons_offers_those_with_data_and_tells_of_the_rest() {
    let figures = RowFigures::of(&awkward()).unwrap();
    let name: ProjectName = "mini".parse().unwrap();
    let row = ProjectRow { name: &name, label: "Mini", figures: Some(&figures) };
    let page = |rows: &[ProjectRow<'_>], comparer| {
        ComparePage { frame: frame("../", "Site", None), rows, comparer }.html().unwrap()
    };
    let many = vec![row; 40];
    let html = page(&many, Some(COMPARER));
    assert_eq!(html.matches("type=\"checkbox\"").count(), 30);
    assert_eq!(html.matches("<option").count(), 40);
    assert!(html.contains("10 more projects are on"));
    assert!(html.contains("<noscript>"), "it says that it needs scripts");

    let few = page(&[row, ProjectRow { figures: None, ..row }], Some(COMPARER));
    assert_eq!(few.matches("type=\"checkbox\"").count(), 1, "without data nothing is compared");

    let still = page(&many, None);
    assert!(!still.contains("<form") && !still.contains("checkbox"));
    assert!(still.contains("nothing can be compared"));
}
