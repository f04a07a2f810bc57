//! Setting up a folder: what is asked, what is written, and what is left alone.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    thread,
};

use tempfile::TempDir;

const ACTION: &str = "example/analytics@0123456789abcdef0123456789abcdef01234567 # v1.2.3";

/// How the program ended, and what it wrote.
#[derive(Debug)]
struct Ended {
    code: i32,
    out: String,
    err: String,
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Runs `collector init` in a folder.
fn init(home: &Path, args: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_collector"));
    command.arg("init").args(args).current_dir(home).env("COLUMNS", "100").stdin(Stdio::null());
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The same, without asking anybody.
fn init_offline(home: &Path, args: &[&str]) -> Ended {
    init(home, &[&["--offline", "--action", ACTION], args].concat())
}

/// All files in a folder with their text.
fn files(home: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(home).unwrap().display().to_string();
                files.insert(name, fs::read_to_string(path).unwrap_or_default());
            }
        }
    }
    files
}

/// An index that answers with what stands behind the name: `404`, `500`, `redirect`, or that there is one.
/// Returns its address and what it was asked.
fn index() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = asked.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let request = lines.next().unwrap_or_default();
            while lines.next().is_some_and(|line| !line.is_empty()) {}
            let path = request.split(' ').nth(1).unwrap_or_default();
            let status = match path {
                path if path.contains("-404") => "404 Not Found",
                path if path.contains("-500") => "500 Internal Server Error",
                path if path.contains("-loop") => "301 Moved Permanently",
                _ => "200 OK",
            };
            kept.lock().unwrap().push(path.to_owned());
            let head = format!("HTTP/1.1 {status}\r\nLocation: {path}\r\nContent-Length: 0\r\n");
            (&stream).write_all((head + "Connection: close\r\n\r\n").as_bytes()).ok();
        }
    });
    (address + "/simple/", asked)
}

#[test]
fn an_empty_folder_gets_all_it_needs() {
    let home = folder();
    let ended = init_offline(
        home.path(),
        &["site", "-p", "SDV", "Foo_Bar", "sdv", "--title", "Ours: \"a\" & b"],
    );
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
    insta::assert_snapshot!(ended.out);
    let files = files(&home.path().join("site"));
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        [
            ".github/workflows/daily.yaml",
            ".github/workflows/dry-run.yaml",
            ".github/workflows/manual.yaml",
            ".gitignore",
            "config.yaml"
        ]
    );
    assert!(
        files["config.yaml"].contains("  title: \"Ours: \\\"a\\\" & b\"\n"),
        "{}",
        files["config.yaml"]
    );
    assert!(files["config.yaml"].ends_with("projects:\n  - sdv\n  - foo-bar\n"));
    assert_eq!(files[".gitignore"], "/data\n/site\n/workbooks\nkey.json\ngha-creds-*.json\n");
    for name in ["daily", "manual", "dry-run"] {
        let text = &files[&format!(".github/workflows/{name}.yaml")];
        assert!(
            text.contains(&format!("uses: {ACTION}\n")) && !text.contains("uses: ./"),
            "{text}"
        );
    }
    // The other commands understand what was written.
    let mut command = Command::new(env!("CARGO_BIN_EXE_collector"));
    command.args(["pypi", "--dry-run", "--offline"]).current_dir(home.path().join("site"));
    assert!(command.output().unwrap().status.success());
}

#[test]
fn a_second_run_changes_nothing() {
    let home = folder();
    fs::write(home.path().join(".gitignore"), "/target\n/data").unwrap();
    fs::create_dir(home.path().join(".github")).unwrap();
    assert_eq!(init_offline(home.path(), &["-p", "sdv"]).code, 0);
    let before = files(home.path());
    assert_eq!(
        before[".gitignore"],
        "/target\n/data\n/site\n/workbooks\nkey.json\ngha-creds-*.json\n"
    );
    let ended = init_offline(home.path(), &["-p", "sdv"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.out.starts_with("there already in `.`:\n  config.yaml\n"), "{ended:?}");
    assert_eq!(files(home.path()), before);
}

#[test]
fn what_is_there_is_not_overwritten() {
    let home = folder();
    let workflows = home.path().join(".github/workflows");
    fs::create_dir_all(workflows.join("manual.yaml")).unwrap();
    symlink("nowhere", workflows.join("daily.yaml")).unwrap();
    let before = files(home.path());
    let ended = init_offline(home.path(), &["-p", "sdv"]);
    assert_eq!((ended.code, ended.out.as_str()), (1, ""), "{ended:?}");
    insta::assert_snapshot!(ended.err, @r"
        error: cannot set up `.`: nothing was written, because these files are there already:
          .github/workflows/daily.yaml cannot be read (No such file or directory (os error 2))
          .github/workflows/manual.yaml cannot be read (Is a directory (os error 21))
        Compare or remove them, and run again.
        ");
    assert_eq!(files(home.path()), before);
    assert!(!home.path().join(".gitignore").exists());
    // A file where a folder must be.
    let home = folder();
    fs::write(home.path().join(".github"), "").unwrap();
    let ended = init_offline(home.path(), &["-p", "sdv"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(files(home.path()).len(), 1, "{ended:?}");
    // And where the folder itself must be.
    let ended = init_offline(home.path(), &[".github", "-p", "sdv"]);
    assert_eq!(ended.code, 1, "{ended:?}");
}

#[test]
fn a_configuration_that_is_there_stays_and_its_projects_count() {
    let home = folder();
    let config = "projects: [mine, other]\nsite: {title: Mine}\n";
    fs::write(home.path().join("config.yaml"), config).unwrap();
    let ended = init_offline(home.path(), &["-p", "mine", "new"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    insta::assert_snapshot!(ended.err, @"error: config.yaml is there and stays as it is, so add `new` to its `projects` there instead");
    let ended = init_offline(home.path(), &["--title", "Other"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert_eq!(files(home.path()).len(), 1);
    // Nobody is asked, neither for projects nor of them.
    let ended = init(home.path(), &["--index", "http://127.0.0.1:9/", "--action", ACTION]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
    assert!(ended.out.contains("there already in `.`:\n  config.yaml\n"), "{ended:?}");
    let files = files(home.path());
    assert_eq!(files["config.yaml"], config);
    assert!(files.contains_key(".github/workflows/daily.yaml"));
    let ended = init_offline(home.path(), &["-p", "Other", "--title", "Mine"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    // One that is none is a mistake in it.
    let home = folder();
    fs::write(home.path().join("config.yaml"), "projects: {\n").unwrap();
    let ended = init_offline(home.path(), &["-p", "sdv"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.err.contains("config.yaml"), "{ended:?}");
}

#[test]
fn workflows_of_another_version_are_renewed_unless_somebody_changed_them() {
    let home = folder();
    assert_eq!(init_offline(home.path(), &["-p", "sdv"]).code, 0);
    let daily = home.path().join(".github/workflows/daily.yaml");
    let manual = home.path().join(".github/workflows/manual.yaml");
    let wanted = files(home.path());
    // A robot has raised the versions.
    let raised = fs::read_to_string(&daily).unwrap().replace("# v", "# v9");
    fs::write(&daily, &raised).unwrap();
    let ended = init_offline(home.path(), &[]);
    assert_eq!(ended.code, 1, "{ended:?}");
    insta::assert_snapshot!(ended.err, @r"
        error: cannot set up `.`: nothing was written, because these files are there already:
          .github/workflows/daily.yaml is of another version
        `--update` renews those of another version; compare or remove others, and run again.
        ");
    // Somebody has changed another one.
    let text = fs::read_to_string(&manual).unwrap();
    fs::write(&manual, text.replace("name: Manual", "name: By hand")).unwrap();
    let before = files(home.path());
    let ended = init_offline(home.path(), &["--update"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.err.contains("manual.yaml has other content\nCompare"), "{ended:?}");
    assert_eq!(files(home.path()), before);
    fs::remove_file(&manual).unwrap();
    let ended = init_offline(home.path(), &["--update"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
    insta::assert_snapshot!(ended.out, @r"
        written in `.`:
          .github/workflows/manual.yaml
        renewed in `.`:
          .github/workflows/daily.yaml
        there already in `.`:
          config.yaml
          .github/workflows/dry-run.yaml
          .gitignore
        ");
    assert_eq!(files(home.path()), wanted);
    // Git may give lines other ends.
    fs::write(&daily, wanted[".github/workflows/daily.yaml"].replace('\n', "\r\n")).unwrap();
    let ended = init_offline(home.path(), &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
}

fn git(folder: &Path, args: &[&str]) {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    let output = command.current_dir(folder).args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {output:?}");
}

#[test]
fn a_folder_that_is_no_repository_yet_becomes_one_first() {
    let home = folder();
    let ended = init_offline(home.path(), &["new", "-p", "sdv"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
    assert!(ended.out.contains(
        "Four steps remain:\n1. Make it a repository on GitHub: in the folder, `git init"
    ));
    git(&home.path().join("new"), &["init", "--quiet"]);
    let ended = init_offline(home.path(), &["new"]);
    assert!(ended.out.contains("Three steps remain:\n1. Credentials"), "{ended:?}");
    assert!(
        ended.out.contains("3. Commit and push these files, and run the workflow"),
        "{ended:?}"
    );
    // GitHub would not look there.
    let ended = init_offline(&home.path().join("new"), &["below", "-p", "sdv"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended.err.starts_with("note: `below` is inside the repository `")
            && ended.out.contains("Four steps"),
        "{ended:?}"
    );
}

#[test]
fn what_is_behind_a_symbolic_link_is_not_written() {
    let home = folder();
    let elsewhere = folder();
    symlink(elsewhere.path(), home.path().join(".github")).unwrap();
    let ended = init_offline(home.path(), &["-p", "sdv"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended.err.contains("daily.yaml would be behind the symbolic link `.github`"),
        "{ended:?}"
    );
    assert!(files(elsewhere.path()).is_empty());
    let home = folder();
    fs::write(elsewhere.path().join("ignored"), "x\n").unwrap();
    symlink(elsewhere.path().join("ignored"), home.path().join(".gitignore")).unwrap();
    let ended = init_offline(home.path(), &["-p", "sdv"]);
    assert!(ended.err.contains(".gitignore is a symbolic link"), "{ended:?}");
    assert_eq!(files(elsewhere.path())["ignored"], "x\n");
}

#[test]
fn folders_that_git_tracks_are_not_ignored() {
    let home = folder();
    git(home.path(), &["init", "--quiet"]);
    for name in ["data", "site"] {
        fs::create_dir(home.path().join(name)).unwrap();
        fs::write(home.path().join(name).join("x"), "").unwrap();
    }
    git(home.path(), &["add", "data"]);
    fs::write(home.path().join(".gitignore"), "/target\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o640);
    fs::set_permissions(home.path().join(".gitignore"), mode).unwrap();
    let ended = init_offline(home.path(), &["-p", "sdv"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
    assert!(
        ended.out.contains("\nnot added to .gitignore, since git has files there: /data; see that"),
        "{ended:?}"
    );
    let text = fs::read_to_string(home.path().join(".gitignore")).unwrap();
    assert_eq!(text, "/target\n/site\n/workbooks\nkey.json\ngha-creds-*.json\n");
    let mode = |name: &str| {
        let metadata = fs::metadata(home.path().join(name)).unwrap();
        std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777
    };
    assert_eq!(mode(".gitignore"), 0o640, "what was there is as it was");
    // New files are as those of everybody else.
    fs::write(home.path().join("plain"), "").unwrap();
    assert_eq!(mode("config.yaml"), mode("plain"));
}

#[test]
fn without_projects_and_without_a_terminal_it_says_what_to_name() {
    let home = folder();
    let ended = init_offline(home.path(), &[]);
    assert_eq!(ended.code, 2);
    insta::assert_snapshot!(ended.err, @"error: it is not known which projects to collect: name them with `--projects NAME...`, or run this in a terminal to be asked");
    assert!(files(home.path()).is_empty());
}

#[test]
fn hostile_names_titles_and_actions_are_wrong_usage() {
    let home = folder();
    for name in
        ["../etc", "a b", "a/b", "-x", "", "a\nb", "$(id)", "a: b", "é", "a-", "[a]", "a\u{202e}b"]
    {
        let ended = init_offline(home.path(), &[&format!("--projects={name}")]);
        assert_eq!(ended.code, 2, "{name:?}: {ended:?}");
        assert!(
            ended.err.contains("is not a project name") || name.is_empty(),
            "{name:?}: {ended:?}"
        );
    }
    for title in ["", "a\nb", "a\u{1b}[2J"] {
        let ended = init_offline(home.path(), &["-p", "sdv", &format!("--title={title}")]);
        assert_eq!(ended.code, 2, "{title:?}: {ended:?}");
    }
    for action in
        ["example/analytics@v1", "./", "a/b@0123456789abcdef0123456789abcdef01234567", "a/b"]
    {
        let ended = init(home.path(), &["--offline", "-p", "sdv", "--action", action]);
        assert_eq!(ended.code, 2, "{action:?}: {ended:?}");
    }
    assert!(files(home.path()).is_empty());
}

#[test]
fn a_fork_uses_its_own_action_and_others_must_know_one() {
    let home = folder();
    fs::write(home.path().join("action.yml"), "name: Download Analytics\n").unwrap();
    let ended = init(home.path(), &["--offline", "-p", "sdv"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.out.contains(": docs/SETUP.md\n"), "{ended:?}");
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/workflows");
    for (name, text) in files(home.path()).iter().filter(|(name, _)| name.starts_with(".github")) {
        let name = name.rsplit('/').next().unwrap();
        assert_eq!(*text, fs::read_to_string(ours.join(name)).unwrap(), "{name}");
    }
    if option_env!("DOWNLOAD_ANALYTICS_ACTION").is_none() {
        let ended = init(folder().path(), &["--offline", "-p", "sdv"]);
        assert_eq!(ended.code, 2, "{ended:?}");
        insta::assert_snapshot!(ended.err, @r#"error: it is not known which action the workflows are to use: name a commit of it with `--action "OWNER/NAME@SHA # v1.2.3"`; releases of this program, and forks, know their own"#);
    }
}

/// Runs against an index.
fn init_at(home: &Path, index: &str, names: &[&str]) -> Ended {
    init(home, &[&["--index", index, "--action", ACTION, "-p"], names].concat())
}

#[test]
fn each_name_is_looked_up() {
    let (address, asked) = index();
    let home = folder();
    let ended = init_at(home.path(), &address, &["Foo_Bar", "sdv"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
    assert_eq!(*asked.lock().unwrap(), ["/simple/foo-bar/", "/simple/sdv/"]);
    // Without a slash at its end, too.
    let ended = init_at(folder().path(), address.trim_end_matches('/'), &["sdv"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{ended:?}");
    assert_eq!(asked.lock().unwrap()[2], "/simple/sdv/");
}

#[test]
fn a_name_that_pypi_does_not_know_is_refused() {
    let (address, _) = index();
    let home = folder();
    let ended = init_at(home.path(), &address, &["sdv", "typo-404"]);
    assert_eq!((ended.code, ended.out.as_str()), (1, ""), "{ended:?}");
    insta::assert_snapshot!(ended.err, @"error: there is no project `typo-404` on PyPI, so nothing was written; is it spelled so?");
    let ended = init_at(home.path(), &address, &["a-404", "sdv", "b-404"]);
    insta::assert_snapshot!(ended.err, @"error: there are no projects `a-404`, `b-404` on PyPI, so nothing was written; are they spelled so?");
    assert!(files(home.path()).is_empty());
}

#[test]
fn an_index_that_is_out_of_order_is_noted_and_decides_nothing() {
    let (address, asked) = index();
    let ended = init_at(folder().path(), &address, &["sdv", "x-500", "y"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    insta::assert_snapshot!(ended.err, @"note: whether the projects exist is not known from `x-500` on, since 127.0.0.1 answers 500 Internal Server Error; check their names yourself");
    assert_eq!(asked.lock().unwrap().len(), 2, "the others are not asked for in vain");
    let ended = init_at(folder().path(), &address, &["x-loop"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.err.starts_with("note: whether the projects exist is not known"), "{ended:?}");
    // Nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}/simple/", listener.local_addr().unwrap());
    drop(listener);
    let home = folder();
    let ended = init_at(home.path(), &nobody, &["sdv"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.err.contains("127.0.0.1 cannot be reached (Connection refused"), "{ended:?}");
    assert_eq!(files(home.path()).len(), 5);
}
