//! What a caller gets, without a browser.

use cube::{Builder, Days};
use downloads::{Day, DayState, Mirrors};

use super::*;

fn day(text: &str) -> Day {
    parse_day(text).unwrap()
}

fn explorer() -> Explorer {
    let mut builder = Builder::new(Mirrors::default());
    for (on, version) in [("2024-02-28", "1.0"), ("2024-02-29", "1.0"), ("2024-02-29", "1.1 & <b>")]
    {
        let mut fields = [""; 12];
        fields[1] = version;
        builder.push(day(on), &fields, 10).unwrap();
    }
    let days = Days::new(day("2024-02-28"), vec![DayState::Final; 2]);
    let (_, bytes) = builder.finish(days, 100).parts().next().unwrap();
    Explorer::new(&bytes, "some-project", "bandersnatch\ndevpi").ok().unwrap()
}

fn shown(query: &str) -> Rendered {
    explorer().render(query).ok().unwrap()
}

#[test]
fn the_address_is_written_in_one_way() {
    assert_eq!(shown("").query(), "");
    assert_eq!(shown("?range=1y&color=red").query(), "");
    assert_eq!(shown("version=1.0&range=90d").query(), "range=90d&version=1.0");
}

#[test]
fn each_region_has_its_html_and_no_other_name_has() {
    let rendered = shown("");
    for region in regions::REGIONS {
        assert!(rendered.html(region).is_some(), "{region}");
    }
    assert_eq!(rendered.html("footer"), None);
    assert!(rendered.html("facets").unwrap().contains("1.1 &#38; &#60;b&#62;"));
    assert!(rendered.title().contains("some-project"));
    assert!(!rendered.announcement().is_empty());
}

#[test]
fn a_filter_changes_the_figures() {
    let tiles = |query| shown(query).html("tiles").unwrap();
    assert!(tiles("").contains("\"30 downloads\""));
    assert!(tiles("version=1.0").contains("\"20 downloads\""));
    assert!(tiles("version=2.0").contains("\"0 downloads\""));
}

#[test]
fn days_of_ones_own_replace_the_range_and_nothing_else() {
    let dates = |query: &str, from: &str, to: &str| explorer().with_dates(query, from, to);
    let both = "from=2024-02-28&to=2024-02-29&version=1.0";
    assert_eq!(dates("range=90d&version=1.0", "2024-02-28", "2024-02-29"), both);
    let turned = dates("range=90d&version=1.0", "2024-02-29", "2024-02-28");
    assert_eq!(turned, both, "the wrong way round");
    for (from, to) in [("", "2024-02-29"), ("2024-02-30", "2024-03-01")] {
        assert_eq!(dates("range=90d", from, to), "range=90d", "{from} to {to}");
    }
}
