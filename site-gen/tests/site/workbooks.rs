//! Workbooks of `fixtures/mini`, read back: their sheets, that texts stay texts, and that they say what the pages say.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::{Cursor, Read as _},
};

use calamine::{Data, Range, Reader as _, Xlsx};
use cube::{Selection, Value};
use downloads::{Dimension, LOOKBACK_DAYS, Mirrors, Set};
use metrics::{Column, Order, Scope};
use roxmltree::{Document, Node};
use site_gen::read;
use store::Snapshot;

use crate::{
    fixture::{import, mini_config, mini_site, mini_store, module},
    sheets::{Table, sheets_of},
};

/// The site of `fixtures/mini`, with an explorer.
fn site() -> BTreeMap<String, Vec<u8>> {
    mini_site(&mini_config(), Some(module()))
}

fn shown(sheets: &[(String, Table)]) -> String {
    let sheet = |(name, rows): &(String, Table)| {
        let rows: Vec<String> = rows.iter().map(|row| row.join(" | ")).collect();
        format!("# {name}\n{}", rows.join("\n"))
    };
    sheets.iter().map(sheet).collect::<Vec<_>>().join("\n\n")
}

#[test]
fn these_are_the_sheets_of_a_project() {
    insta::assert_snapshot!(shown(&sheets_of(site().remove("data/foo-bar.xlsx").unwrap())));
}

#[test]
fn these_are_the_sheets_of_the_summary() {
    let summary = site().remove("data/Downloads_Summary.xlsx").unwrap();
    insta::assert_snapshot!(shown(&sheets_of(summary)));
}

#[test]
fn what_was_not_collected_is_said_in_the_sheet() {
    let sheets = sheets_of(site().remove("data/quiet.xlsx").unwrap());
    let (_, kernels) = sheets.iter().find(|(name, _)| name == "By Distro Kernel").unwrap();
    assert_eq!(kernels[0][0], "distro_kernel");
    let last = &kernels.last().unwrap()[0];
    assert!(last.contains("level of detail `standard`"), "{last}");
}

/// Whatever a text says, a cell has it as a text. A workbook with a link has a file that says where it leads.
#[test]
fn no_text_becomes_a_formula_or_a_link() {
    let site = site();
    for (path, bytes) in site.iter().filter(|(path, _)| path.ends_with(".xlsx")) {
        // This also looks for formulas.
        let sheets = sheets_of(bytes.clone());
        let has_links = bytes.windows(16).any(|it| it == b"worksheets/_rels");
        assert!(!has_links, "{path}");
        let mut workbook = Xlsx::new(Cursor::new(bytes)).unwrap();
        for (name, _) in sheets {
            let range = workbook.worksheet_range(&name).unwrap();
            for cell in range.rows().flatten() {
                assert!(!matches!(cell, Data::Error(_)), "{path} {name}: {cell:?}");
            }
        }
    }
}

/// A workbook with so many versions that sheets of them are not made in memory.
fn large_book() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let fixture = fs::read_to_string(crate::fixture::mini().join("pypi.csv")).unwrap();
    let (header, _) = fixture.split_once('\n').unwrap();
    let mut events = format!("{header}\n");
    for at in 0..2_000 {
        let fields = |column| match column {
            "timestamp" => "2024-03-01 12:00:00".to_owned(),
            "project" => "one-day".to_owned(),
            "version" => format!("3.{at}"),
            "implementation_version" => format!("3.11.{at}"),
            _ => String::new(),
        };
        let fields: Vec<String> = header.split(',').map(fields).collect();
        writeln!(events, "{}", fields.join(",")).unwrap();
    }
    let file = folder.path().join("events.csv");
    fs::write(&file, events).unwrap();
    let (store, config) = (folder.path().join("store"), mini_config());
    fs::create_dir(&store).unwrap();
    import(&store, &[file], &config);
    let snapshot = Snapshot::open(&store).unwrap();
    let project = config.project(&"one-day".parse().unwrap()).unwrap();
    let (mirrors, lookback) = (&config.mirrors, config.lookback);
    let counted = (mirrors, lookback);
    let projects = std::slice::from_ref(project);
    let made = workbooks::write_projects(folder.path(), projects, &snapshot, counted, |_, _| ());
    assert!(matches!(made[..], [Ok(Some((true, ())))]));
    fs::read(folder.path().join("one-day.xlsx")).unwrap()
}

/// A workbook with small sheets, and one with large ones, which are written in another way.
fn small_and_large() -> [Vec<u8>; 2] {
    [site().remove("data/foo-bar.xlsx").unwrap(), large_book()]
}

fn is_number(cell: &Data) -> bool {
    matches!(cell, Data::Int(_) | Data::Float(_))
}

fn is_count(cell: &Data) -> bool {
    matches!(cell, Data::Int(0..))
        || matches!(cell, Data::Float(it) if *it >= 0.0 && it.fract() == 0.0)
}

fn is_month(cell: &Data) -> bool {
    let is_month = |text: &str| text.len() == 7 && text.as_bytes()[4] == b'-';
    matches!(cell, Data::String(text) if is_month(text))
}

fn assert_types(sheet: &str, range: &Range<Data>) {
    let is_flag = |sheet: &str| sheet == "By Ci" || sheet.starts_with("By Is ");
    let unknown = Data::String("<NaN>".into());
    let mut rows = range.rows().enumerate();
    let (_, header) = rows.next().unwrap();
    assert!(header.iter().all(|it| matches!(it, Data::String(_))), "{sheet}: {header:?}");
    for (at, row) in rows {
        let is_right = match sheet {
            "Notes" => matches!(row[0], Data::String(_)),
            "By Month" => {
                let is_oldest = at + 1 == range.height();
                let is_increase = if is_oldest { row[2] == unknown } else { is_number(&row[2]) };
                is_month(&row[0]) && is_count(&row[1]) && is_increase
            }
            _ if sheet.starts_with("Month and ") => {
                let is_label = if at == 1 {
                    row[0] == Data::String("total".into())
                } else {
                    is_month(&row[0])
                };
                is_label && row[1..].iter().all(is_count)
            }
            _ => {
                let is_value = match &row[0] {
                    Data::Bool(_) => is_flag(sheet),
                    Data::String(text) => !is_flag(sheet) || text == "<NaN>",
                    _ => false,
                };
                is_value && is_count(&row[1]) && is_number(&row[2]) && row.len() == 3
            }
        };
        assert!(is_right, "{sheet}, row {at}: {row:?}");
    }
}

/// A version that looks like a number is a text, a count is a number, a flag is one.
#[test]
fn each_cell_is_of_the_type_of_what_it_says() {
    for (book, versions) in small_and_large().into_iter().zip([11, 2_000]) {
        let mut workbook = Xlsx::new(Cursor::new(book)).unwrap();
        for sheet in workbook.sheet_names() {
            assert_types(&sheet, &workbook.worksheet_range(&sheet).unwrap());
        }
        let mut column = |sheet: &str, of: fn(&[Data]) -> Option<&Data>| -> Vec<Data> {
            workbook.worksheet_range(sheet).unwrap().rows().filter_map(of).cloned().collect()
        };
        let python = Data::String("3.11".into());
        assert!(column("By Python Version", |row| row.first()).contains(&python));
        assert_eq!(column("By Version", |row| row.first()).len(), versions + 1);
        let by_month = workbook.worksheet_range("Month and By Python Version").unwrap();
        assert!(by_month.rows().next().unwrap().contains(&python));
    }
}

fn children<'a>(node: Node<'a, 'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    node.descendants().filter(move |it| it.tag_name().name() == name)
}

#[test]
fn the_header_is_bold_and_stays_and_columns_are_as_wide_as_what_they_say() {
    for book in small_and_large() {
        let sheets = sheets_of(book.clone());
        let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
        let mut part = |name: &str| {
            let mut text = String::new();
            archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let styles = part("xl/styles.xml");
        let styles = Document::parse(&styles).unwrap();
        let list = |name| {
            children(styles.root(), name).next().unwrap().children().filter(Node::is_element)
        };
        let fonts: Vec<bool> = list("fonts").map(|it| children(it, "b").next().is_some()).collect();
        let is_bold: Vec<bool> = list("cellXfs").map(|it| fonts[number(it, "fontId")]).collect();
        for (at, (name, rows)) in sheets.iter().enumerate() {
            let sheet = part(&format!("xl/worksheets/sheet{}.xml", at + 1));
            let sheet = Document::parse(&sheet).unwrap();
            let pane = children(sheet.root(), "pane").next().unwrap();
            let [split, state] = ["ySplit", "state"].map(|it| pane.attribute(it));
            assert_eq!((split, state), (Some("1"), Some("frozen")), "{name}");
            assert_eq!(pane.attribute("xSplit"), None, "{name}");

            let header = children(sheet.root(), "row").next().unwrap();
            assert_eq!(number(header, "r"), 1, "{name}");
            let cells: Vec<_> = children(header, "c").collect();
            assert_eq!(cells.len(), rows[0].len(), "{name}");
            assert!(cells.iter().all(|it| is_bold[number(*it, "s")]), "{name}");

            let mut widths = Vec::new();
            for column in children(sheet.root(), "col") {
                let width: f64 = column.attribute("width").unwrap().parse().unwrap();
                let columns = number(column, "min")..=number(column, "max");
                widths.extend(columns.map(|_| width));
            }
            assert_eq!(widths.len(), rows[0].len(), "{name}");
            for (column, width) in widths.into_iter().enumerate() {
                let texts = rows.iter().map(|row| row[column].chars().count());
                let longest = texts.max().unwrap().min(60);
                assert!(width > longest as f64, "{name}, column {column}: {width}");
            }
        }
    }
}

fn number(node: Node<'_, '_>, attribute: &str) -> usize {
    node.attribute(attribute).map_or(0, |it| it.parse().unwrap())
}

#[test]
fn hostile_strings_come_back_as_they_were() {
    let store = mini_store();
    let snapshot = Snapshot::open(store.path()).unwrap();
    let mut expected = Vec::new();
    snapshot
        .read_rows("hostile-strings", |row| {
            expected.extend(row.fields[1..4].iter().map(|it| (*it).to_owned()));
        })
        .unwrap();
    let sheets = sheets_of(site().remove("data/hostile-strings.xlsx").unwrap());
    let found: Vec<&String> = sheets.iter().flat_map(|(_, rows)| rows).flatten().collect();
    for text in expected.iter().filter(|it| !it.is_empty()) {
        // Line ends are one in XML, whatever they were.
        let plain = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
        assert!(found.iter().any(|it| plain(it) == plain(text)), "{text:?}");
    }
}

/// One list decides what is told: a dimension that is added there is in the workbook, on the page, in the JSON and in
/// the documents, with the same figures.
#[test]
fn every_dimension_is_told_everywhere_alike() {
    const COLLECTED_DATA: &str = include_str!("../../../docs/COLLECTED_DATA.md");
    let (site, config, store) = (site(), mini_config(), mini_store());
    let snapshot = Snapshot::open(store.path()).unwrap();
    let json = String::from_utf8(site["api/v1/projects/foo-bar.json"].clone()).unwrap();
    let page = String::from_utf8(site["projects/foo-bar/index.html"].clone()).unwrap();
    let name = "foo-bar".parse().unwrap();
    let cube = read(&snapshot, &name, &Mirrors::default(), LOOKBACK_DAYS).unwrap().whole;
    let tally = workbooks::count(&snapshot, &name, Scope::Everything, &config.mirrors).unwrap();
    let sheets = sheets_of(site["data/foo-bar.xlsx"].clone());
    for dimension in Dimension::ALL {
        let (sheet, column) = dimension.sheet();
        let (_, rows) = sheets.iter().find(|(name, _)| name == sheet).unwrap();
        assert_eq!(rows[0], [column, "downloads", "percent"]);
        assert!(json.contains(&format!("\"dimension\":\"{}\"", dimension.key())), "{sheet}");
        let facet = format!("<h3 id=\"facet-{}\">{}</h3>", dimension.key(), dimension.label());
        assert!(page.contains(&facet), "{sheet}");
        assert!(COLLECTED_DATA.contains(&format!("| {sheet} | `{column}` |")), "{sheet}");

        let counts = cube.facets(&Selection::default())[dimension as usize].clone();
        let shares = metrics::shares(&cube, dimension, counts, None, &Set::default());
        let on_page = shares.rows.iter().map(|it| {
            let value = match &it.value {
                Value::Known(text) => text.clone(),
                Value::Unknown => "<NaN>".into(),
                Value::Other => unreachable!("nothing was gathered"),
            };
            (value, it.downloads)
        });
        let in_sheet = metrics::groups(&tally, Column::Dimension(dimension));
        let in_sheet = in_sheet.into_iter().map(|it| {
            let value = match it.group {
                metrics::Group::Known(text) => text.into_owned(),
                metrics::Group::Flag(flag) => flag.to_string(),
                metrics::Group::Unknown => "<NaN>".into(),
            };
            (value, it.downloads)
        });
        let (mut on_page, mut in_sheet): (Vec<_>, Vec<_>) = (on_page.collect(), in_sheet.collect());
        let read_back = rows[1..].iter().map(|row| (row[0].clone(), row[1].parse().unwrap()));
        assert_eq!(read_back.collect::<Vec<(String, u64)>>(), in_sheet, "{sheet}");
        if Column::Dimension(dimension).order() != Order::MostFirst {
            on_page.sort();
            in_sheet.sort();
        }
        assert_eq!(on_page, in_sheet, "{sheet}");
    }
    for column in Column::inherited().chain(Column::added()) {
        let (sheet, column) = column.sheet();
        assert!(COLLECTED_DATA.contains(&format!("| {sheet} | `{column}` |")), "{sheet}");
    }
}

#[test]
fn page_files_and_summary_tell_the_same_of_an_ecosystem() {
    let site = site();
    let text = |path: &str| String::from_utf8(site[path].clone()).unwrap();
    let csv = text("data/ecosystems/foo-sons-eco.csv");
    let all = csv.lines().find(|line| line.starts_with("all,,")).unwrap();
    assert!(csv.contains("all,not-collected-yet,dependency,,\n"), "unknown is not zero: {csv}");
    let total = all.rsplit(',').next().unwrap();
    let sheets = sheets_of(site["data/Downloads_Summary.xlsx"].clone());
    let (_, rows) = sheets.iter().find(|(name, _)| name == "all").unwrap();
    assert_eq!(rows[1][..2], ["Foo & Sons <eco>", total]);
    let json = text("api/v1/ecosystems/foo-sons-eco.json");
    assert!(json.contains(&format!("\"period\":\"all\",\"total\":{total},")), "{json}");
    let page = text("ecosystems/foo-sons-eco/index.html");
    assert!(page.contains(&format!("<td class=\"number\">{total}</td>")), "{page}");
    // With the mark of figures of which days are missing.
    assert!(text("ecosystems/index.html").contains(&format!("<td class=\"number\">{total}*</td>")));
    assert!(text("index.html").contains("href=\"ecosystems/\""));
    assert!(text("sitemap.xml").contains("/ecosystems/foo-sons-eco/"));
}

#[test]
fn without_ecosystems_there_are_no_pages_of_them() {
    let mut config = mini_config();
    config.ecosystems.clear();
    let site = mini_site(&config, None);
    assert!(!site.keys().any(|path| path.contains("ecosystem") && !path.contains("/schema/")));
    assert!(!site.contains_key("data/Downloads_Summary.xlsx"));
    assert!(!String::from_utf8_lossy(&site["index.html"]).contains("ecosystems/"));
}

/// The commands write what the site has.
#[test]
fn the_commands_write_the_files_of_the_site() {
    let (site, store) = (site(), mini_store());
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.yaml");
    fs::copy(crate::fixture::mini().join("config.yaml"), &config).unwrap();
    let run = |what: &str, more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_site-gen"));
        command.arg(what).arg("--store").arg(store.path()).args(more);
        let output = command.current_dir(folder.path()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let said = text(output.stdout);
        let said = said.rsplit_once(", in ").map_or(said.as_str(), |(said, _)| said).to_owned();
        (output.status.code(), said, text(output.stderr))
    };
    let note = "note: `stray` is in the store but not in the configuration: left out\n\
                note: nothing was collected of `not-collected-yet`, so it has no workbook\n";
    let wrote = |written, unchanged| format!("workbooks: {written} written, {unchanged} unchanged");
    assert_eq!(run("workbooks", &[]), (Some(0), wrote(4, 0), note.into()));
    assert_eq!(run("workbooks", &[]), (Some(0), wrote(0, 4), note.into()));
    let uncounted = "note: nothing was collected of `not-collected-yet`, so it counts as 0 in `Foo & Sons <eco>`\n";
    let summary = "Downloads_Summary.xlsx: 1 written, 0 unchanged";
    assert_eq!(run("summary", &[]), (Some(0), summary.into(), uncounted.into()));
    let notes = format!("{note}{uncounted}");
    assert_eq!(run("workbooks", &["--summary"]), (Some(0), wrote(0, 5), notes));
    // Of the projects that get no workbook only what the summary needs is read.
    let one = ["-p", "one-day", "--summary", "-o", "one"];
    assert_eq!(run("workbooks", &one).1, wrote(2, 0));
    for path in [
        "workbooks/foo-bar.xlsx",
        "workbooks/one-day.xlsx",
        "workbooks/Downloads_Summary.xlsx",
        "one/one-day.xlsx",
        "one/Downloads_Summary.xlsx",
    ] {
        let (_, name) = path.split_once('/').unwrap();
        let written = fs::read(folder.path().join(path)).unwrap();
        assert!(written == site[&format!("data/{name}")], "{path}");
    }
    let (code, _, error) = run("workbooks", &["-p", "nobody"]);
    assert_eq!(
        (code, &*error),
        (Some(2), "error: there is no project `nobody` in `config.yaml`, nor in the store\n")
    );
    let month = store.path().join("pypi/quiet/2024-02.csv");
    let whole = fs::read(&month).unwrap();
    fs::write(&month, "x").unwrap();
    let (code, said, error) = run("workbooks", &["--summary"]);
    assert_eq!((code, &*said), (Some(3), "workbooks: 0 written, 3 unchanged, 1 failed"));
    for what in ["error: no workbook of `quiet`: ", "error: no summary: "] {
        assert!(error.contains(what), "{error}");
    }
    fs::write(&month, whole).unwrap();
    fs::write(&config, "projects: [nobody]\n").unwrap();
    let (code, _, error) = run("workbooks", &["-o", "none"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("lists `nobody`, and the store holds"), "{error}");
    fs::write(&config, "projects: [foo-bar]\n").unwrap();
    // What is in the store can be had, listed or not.
    assert_eq!(run("workbooks", &["-p", "one-day"]), (Some(0), wrote(0, 1), String::new()));
    for arguments in [("summary", &[][..]), ("workbooks", &["--summary", "-o", "none"])] {
        let (code, _, error) = run(arguments.0, arguments.1);
        assert_eq!(code, Some(2));
        assert!(error.contains("`config.yaml` has no ecosystems"), "{error}");
    }
    assert!(!folder.path().join("none").exists());
}
