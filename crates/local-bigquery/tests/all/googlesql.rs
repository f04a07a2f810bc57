//! The engine answers as Google's own evaluator does (`tests/googlesql.json` says how it was asked).

use local_bigquery::{Event, TABLE};
use serde_json::Value;

use crate::common::{at, request, service};

fn event(value: &Value) -> Event {
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    Event {
        country_code: text("country_code"),
        version: text("version"),
        file_type: text("type"),
        installer_name: text("installer_name"),
        implementation_name: text("implementation_name"),
        implementation_version: text("implementation_version"),
        distro_name: text("distro_name"),
        distro_version: text("distro_version"),
        system_name: text("system_name"),
        system_release: text("system_release"),
        cpu: text("cpu"),
        ci: value["ci"].as_bool(),
        ..Event::new(&text("project").unwrap(), at(&text("timestamp").unwrap()))
    }
}

#[test]
fn answers_are_those_of_googles_evaluator() {
    let fixture: Value = serde_json::from_str(include_str!("../googlesql.json")).unwrap();
    let events: Vec<Event> = fixture["events"].as_array().unwrap().iter().map(event).collect();
    let service = service(&events);
    for query in fixture["queries"].as_array().unwrap() {
        let name = query["name"].as_str().unwrap();
        let strings = |value: &Value| -> Vec<Option<String>> {
            let each = value.as_array().unwrap().iter();
            each.map(|value| value.as_str().map(str::to_owned)).collect()
        };
        let projects = strings(&query["projects"]);
        let projects: Vec<&str> = projects.iter().flatten().map(String::as_str).collect();
        let sql = query["sql"].as_str().unwrap();
        assert!(sql.contains(TABLE), "{name}");
        let id = name.replace(' ', "-");
        service.insert(&request(&id, sql, &projects)).unwrap();
        let mut rows = service.page(&id, None, None, None).unwrap().unwrap().rows;
        let mut theirs: Vec<_> = query["rows"].as_array().unwrap().iter().map(strings).collect();
        rows.sort_unstable();
        theirs.sort_unstable();
        assert_eq!(rows.len(), theirs.len(), "{name}");
        for (ours, theirs) in rows.iter().zip(&theirs) {
            assert_eq!(ours, theirs, "{name}");
        }
    }
}
