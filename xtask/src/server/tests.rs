//! What the server answers, first as paths, then over a connection.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use super::*;

fn site() -> tempfile::TempDir {
    let outside = tempfile::tempdir().unwrap();
    let site = outside.path().join("site");
    fs::create_dir_all(site.join("projects/a b")).unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    fs::write(site.join("index.html"), "home").unwrap();
    fs::write(site.join("404.html"), "no such page").unwrap();
    fs::write(site.join("projects/a b/index.html"), "a b").unwrap();
    fs::write(site.join("module.wasm"), [0, 1, 2]).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path().join("secret"), site.join("link")).unwrap();
    outside
}

fn root(outside: &tempfile::TempDir) -> PathBuf {
    outside.path().join("site").canonicalize().unwrap()
}

fn base(text: &str) -> BasePath {
    text.parse().unwrap()
}

#[test]
fn a_folder_is_its_index_and_gets_its_slash() {
    let outside = site();
    let root = root(&outside);
    let find = |target| find(&root, &base("/"), target);
    assert_eq!(find("/"), Answer::File(root.join("index.html")));
    assert_eq!(find("/?period=week"), Answer::File(root.join("index.html")));
    assert_eq!(find("/projects/a%20b/"), Answer::File(root.join("projects/a b/index.html")));
    assert_eq!(find("/projects/a%20b"), Answer::Moved("/projects/a%20b/".into()));
    assert_eq!(find("/projects/"), Answer::NotFound, "a folder without an index is not listed");
    assert_eq!(find("/module.wasm/"), Answer::NotFound, "a file is not a folder");
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let outside = site();
    let root = root(&outside);
    for target in [
        "/../secret",
        "/projects/../../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/link",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/%00",
        "/%ff",
        "secret",
    ] {
        assert_eq!(find(&root, &base("/"), target), Answer::NotFound, "{target}");
    }
}

#[test]
fn below_a_base_path_nothing_else_is_served() {
    let outside = site();
    let root = root(&outside);
    let find = |target| find(&root, &base("/repo/"), target);
    assert_eq!(find("/repo/"), Answer::File(root.join("index.html")));
    assert_eq!(find("/repo"), Answer::Moved("/repo/".into()));
    assert_eq!(find("/"), Answer::NotFound);
    assert_eq!(find("/repository/"), Answer::NotFound);
}

#[test]
fn base_paths_are_written_in_many_ways_and_read_as_one() {
    for text in ["x", "/x", "x/", "/x/"] {
        assert_eq!(base(text).as_str(), "/x/");
    }
    assert_eq!(base("").as_str(), "/");
    assert_eq!(base("/a/b").as_str(), "/a/b/");
    for bad in ["/a?b/", "/../", "/a b/", "http://x/"] {
        assert!(bad.parse::<BasePath>().is_err(), "{bad}");
    }
}

#[test]
fn files_go_by_their_type() {
    for (file, expected) in [
        ("a.html", "text/html; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.svg", "image/svg+xml; charset=utf-8"),
        ("a.json", "application/json; charset=utf-8"),
        ("a.csv", "text/csv; charset=utf-8"),
        ("a.xml", "text/xml; charset=utf-8"),
        ("a.wasm", "application/wasm"),
        ("a.png", "image/png"),
        ("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.0123abcd.cube", "application/octet-stream"),
    ] {
        assert_eq!(content_type(Path::new(file)), expected, "{file}");
    }
}

/// One request, the whole answer as text.
fn ask(server: &StaticServer, request_line: &str) -> String {
    let mut stream = TcpStream::connect(server.address).unwrap();
    write!(stream, "{request_line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn answers_carry_status_type_and_body() {
    let outside = site();
    let server = StaticServer::start(&root(&outside), Some(0), base("/repo/")).unwrap();
    assert!(server.url().ends_with("/repo/"));

    let page = ask(&server, "GET /repo/");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("content-type: text/html; charset=utf-8"), "{page}");
    assert!(page.ends_with("\r\n\r\nhome"), "{page}");

    let head = ask(&server, "HEAD /repo/");
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");

    let moved = ask(&server, "GET /repo/projects/a%20b");
    assert!(moved.starts_with("HTTP/1.1 301"), "{moved}");
    assert!(moved.contains("location: /repo/projects/a%20b/"), "{moved}");

    let missing = ask(&server, "GET /repo/nothing");
    assert!(missing.starts_with("HTTP/1.1 404") && missing.ends_with("no such page"), "{missing}");

    let posted = ask(&server, "POST /repo/");
    assert!(posted.starts_with("HTTP/1.1 405") && posted.contains("allow: GET, HEAD"), "{posted}");
}

#[test]
fn what_is_no_folder_is_not_served() {
    let outside = site();
    for path in ["nothing", "secret"] {
        let path = outside.path().join(path);
        let Err(error) = StaticServer::start(&path, Some(0), BasePath::default()) else {
            panic!("served {}", path.display())
        };
        assert!(format!("{error:#}").contains(&path.display().to_string()), "{error:#}");
    }
}

/// A browser opens connections in advance, keeps those it used, and has several tabs.
#[test]
fn connections_that_are_kept_open_keep_nobody_waiting() {
    let outside = site();
    let server = StaticServer::start(&root(&outside), Some(0), base("/")).unwrap();
    for round in 0..5 {
        let connect = || TcpStream::connect(server.address).unwrap();
        let mut open: Vec<TcpStream> = (0..20).map(|_| connect()).collect();
        for (number, stream) in open.iter_mut().enumerate() {
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            write!(stream, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
            let mut start = [0; 12];
            stream.read_exact(&mut start).unwrap_or_else(|error| {
                panic!("round {round}: connection {number} gets no answer: {error}")
            });
            assert_eq!(&start, b"HTTP/1.1 200");
        }
    }
}
